// What of an element's document stands in files beside it: the scripts of hooks, where an editor and a linter can read
// them, and the JSON schemas of models, which many resources share.

import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { isObject, parseJson } from '../core/http.ts';
import { variantsOf, withoutHub } from './define.ts';
import type { ElementDocument, Resource } from './definition.ts';
import type { ResourceVariant } from './extension.ts';
import type { Hook } from './parameter.ts';

/**
 * The document with the script of every hook that has none of its own, and with the schemas of models that are only
 * named. A fault is noted for each file that is not there or cannot be read.
 */
export function attachFiles(document: ElementDocument, folder: string, faults: string[]): ElementDocument {
  const files = folderFiles(folder, faults);
  return {
    ...document,
    ...(!document.hooks ? {} : { hooks: files.scripts(document.hooks, undefined, undefined) }),
    ...(!document.resources ? {} : { resources: document.resources.map((resource) => wholeResource(resource, files)) }),
  };
}

function wholeResource(resource: Resource, files: FolderFiles): Resource {
  const whole = { ...resource };
  if (resource.hooks) whole.hooks = files.scripts(resource.hooks, resource, undefined);
  if (isModelName(resource.model)) whole.model = files.model(resource.model);
  const variants = variantsOf(resource);
  if (variants.some(({ hooks }) => hooks !== undefined)) {
    const whenFiltered = variants.map((variant) =>
      variant.hooks === undefined ? variant : { ...variant, hooks: files.scripts(variant.hooks, resource, variant) },
    );
    whole.valence = { ...resource.valence, whenFiltered };
  }
  return whole;
}

/**
 * The file of a hook's script, below the folder of its element: `<type>Hook.js` for a hook of the element's own;
 * `resources/<METHOD>-<path without hub and braces, slashes as dashes>/<type>Hook.js` for one of a resource; one folder
 * deeper, named after the variant's first field or `where`, for one that runs when the caller gives `where`.
 */
export function hookFile({ type }: Hook, resource: Resource | undefined, variant?: ResourceVariant): string {
  const file = `${type}Hook.js`;
  if (resource === undefined) return file;
  const place = withoutHub(resource.path).replace(/[{}]/g, '').replaceAll('/', '-');
  const folder = join('resources', `${resource.method.toUpperCase()}${place}`);
  return variant === undefined ? join(folder, file) : join(folder, variant.fields?.[0] ?? 'where', file);
}

/** Where other programs put the script of a resource's hook: below the number of the resource, or in one folder for all. */
function foreignHookFiles({ type }: Hook, resource: Resource | undefined): string[] {
  if (resource === undefined) return [];
  const { id }: Resource & { id?: unknown } = resource;
  const place = withoutHub(resource.path).replace(/[{}]/g, '').replaceAll('/', '-');
  return [
    join('resources', String(id), `${type}Hook.js`),
    join('resources', `${resource.method}${place}-${type}Hook.js`),
  ];
}

/** A model of a folder: `name`, `[name]` for a list of them, or both sides of a call. */
type ModelName = string | [string] | { response?: string | [string]; request?: string };

/** Unlike a model as exports have it, which holds a name and its schemas. */
function isModelName(model: unknown): model is ModelName {
  if (isObject(model)) return !('name' in model) && ('response' in model || 'request' in model);
  return typeof model === 'string' || (Array.isArray(model) && typeof model[0] === 'string');
}

/** Reads files that one document asks for; each of them once. */
export interface ScriptReader {
  /** The text of a file. A fault that says `why` it is asked for is noted when it is not there. */
  read(file: string, why: string): string;
  /** The same; a line `// include <path>`, relative to the file it stands in, becomes that file's text. */
  script(file: string, why: string): string;
}

/** Makes a reader that adds to these faults. */
export function createScriptReader(faults: string[]): ScriptReader {
  // Many scripts include the same few files.
  const texts = new Map<string, string>();

  const read = (file: string, why: string): string => {
    const known = texts.get(file);
    if (known !== undefined) return known;
    if (!existsSync(file)) {
      faults.push(`${file} is not there, though ${why}`);
      return '';
    }
    const text = readFileSync(file, 'utf8');
    texts.set(file, text);
    return text;
  };
  const include = (file: string, why: string, depth: number): string =>
    read(file, why).replace(/^\/\/ include (\S+)$/gm, (line, included: string) => {
      if (depth === deepestInclude) {
        faults.push(`${file} includes ${included}, which includes itself`);
        return line;
      }
      return include(join(dirname(file), included), `${file} includes it`, depth + 1).trimEnd();
    });

  return { read, script: (file, why) => include(file, why, 0) };
}

/** The files beside one document. */
interface FolderFiles {
  scripts(hooks: readonly Hook[], resource: Resource | undefined, variant: ResourceVariant | undefined): Hook[];
  model(name: ModelName): Record<string, unknown>;
}

function folderFiles(folder: string, faults: string[]): FolderFiles {
  const schemas = new Map<string, unknown>();
  const { read, script } = createScriptReader(faults);
  const schema = (name: string): unknown => {
    if (schemas.has(name)) return schemas.get(name);
    const file = join(folder, 'models', `${name}.json`);
    const found = parseJson(read(file, `a resource names the model ${name}`));
    if (!isObject(found)) faults.push(`${file} is no JSON schema of an object`);
    schemas.set(name, found);
    return found;
  };

  return {
    scripts: (hooks, resource, variant) =>
      hooks.map((hook) => {
        if (hook.body !== undefined) return hook;
        const own = hookFile(hook, resource, variant);
        const places = variant === undefined ? [own, ...foreignHookFiles(hook, resource)] : [own];
        const file = join(folder, places.find((place) => existsSync(join(folder, place))) ?? own);
        return { ...hook, body: script(file, 'a hook without a body asks for it') };
      }),
    model(named) {
      const { response, request } = isObject(named) ? named : { response: named };
      const [name] = Array.isArray(response) ? response : [response];
      // An answer whose model has no schema under its own name is a list of `<name>Object`.
      const responseName = Array.isArray(response) ? `${name}Object` : name;
      return {
        ...(name === undefined || responseName === undefined
          ? {}
          : { name, swagger: { [responseName]: schema(name) } }),
        ...(request === undefined ? {} : { requestName: request, requestSwagger: { [request]: schema(request) } }),
      };
    },
  };
}

const deepestInclude = 5;
