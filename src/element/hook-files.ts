// Hooks whose scripts stand in files beside their document, where an editor and a linter can read them.

import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { withoutHub } from './define.ts';
import type { ElementDocument, Hook, Resource } from './definition.ts';

/**
 * The document with the script of every hook that has none of its own: the element's from `<type>Hook.js`, a resource's
 * from `resources/<METHOD>-<path without hub and braces, slashes as dashes>/<type>Hook.js`. A fault is noted for each
 * file that is not there.
 */
export function attachHookFiles(document: ElementDocument, folder: string, faults: string[]): ElementDocument {
  const attach = (hooks: Hook[] | null | undefined, resource?: Resource) =>
    (hooks ?? []).map((hook) =>
      hook.body === undefined ? { ...hook, body: read(join(folder, hookFile(hook, resource))) } : hook,
    );
  const read = (file: string): string => {
    if (existsSync(file)) return readFileSync(file, 'utf8');
    faults.push(`${file} is not there, though a hook without a body asks for it`);
    return '';
  };
  return {
    ...document,
    ...(document.hooks === undefined ? {} : { hooks: attach(document.hooks) }),
    ...(document.resources === undefined
      ? {}
      : {
          resources: document.resources.map((resource) =>
            resource.hooks === undefined || resource.hooks === null
              ? resource
              : { ...resource, hooks: attach(resource.hooks, resource) },
          ),
        }),
  };
}

/** The file of a hook's script, below the folder of its element: a hook of the element's own, or of a resource. */
export function hookFile({ type }: Hook, resource: Resource | undefined): string {
  const file = `${type}Hook.js`;
  if (resource === undefined) return file;
  const place = withoutHub(resource.path).replace(/[{}]/g, '').replaceAll('/', '-');
  return join('resources', `${resource.method.toUpperCase()}${place}`, file);
}
