// What the replay reads of an element document: the original format, untouched, since the documents are foreign.

import { readdir, readFile, stat } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';

/** One parameter of an element or a resource. */
export interface DocumentParameter {
  name: string;
  type: string;
  vendorName?: string | null;
  vendorType?: string | null;
  vendorDataType?: string | null;
  source?: string | null;
  required?: boolean | null;
  dataType?: string | null;
  converter?: string | null;
}

export interface DocumentHook {
  type: string;
  body?: string | null;
  isLegacy?: boolean | null;
}

/** One resource. */
export interface DocumentResource {
  method: string;
  path: string;
  vendorMethod?: string | null;
  vendorPath?: string | null;
  type?: string | null;
  rootKey?: string | null;
  nextPageKey?: string | null;
  nextResource?: string | null;
  paginationType?: string | null;
  objectName?: string | null;
  parameters?: DocumentParameter[] | null;
  hooks?: DocumentHook[] | null;
  valence?: {
    internal?: boolean;
    answer?: { status: number; message?: string };
    keep?: { field: string; value: string }[];
    pick?: { field: string; parameter: string };
    statement?: {
      object: string;
      fields?: string[];
      described?: { vendorPath: string; rows: string; name: string };
      conditions?: { field: string; parameter: string }[];
      keyset?: string;
    };
    whenFiltered?: DocumentVariant | DocumentVariant[];
  };
}

/** What is different of a resource when the caller gives `where`, or a `where` of certain fields. */
export interface DocumentVariant
  extends Partial<
    Pick<
      DocumentResource,
      'vendorMethod' | 'vendorPath' | 'rootKey' | 'nextPageKey' | 'paginationType' | 'parameters' | 'hooks'
    >
  > {
  fields?: string[];
}

/** The forms that a resource has for calls with `where`. */
export function variantsOf({ valence }: DocumentResource): DocumentVariant[] {
  return [valence?.whenFiltered ?? []].flat();
}

export interface DocumentSetting {
  key: string;
  type?: string | null;
  defaultValue?: string | null;
  required?: boolean | null;
  internal?: boolean | null;
}

/** An element. */
export interface ElementDocument {
  key: string;
  name?: string;
  hub: string;
  authentication: { type: string };
  configuration: DocumentSetting[];
  parameters?: DocumentParameter[] | null;
  resources?: DocumentResource[] | null;
  hooks?: DocumentHook[] | null;
  valence?: {
    siteAddress?: {
      setting: string;
      form: 'label' | 'host' | 'origin';
      suffixes: string[];
      fills?: Record<string, string>;
    };
    oauth1?: { transmission?: string };
  };
}

/**
 * Reads element documents: files, folders of `<key>.json`, folders of `<key>/element.json`, one element's folder. Files
 * named `*.docs.json` are passed over; hook files beside an `element.json` are put into their hooks. Throws an Error for a
 * file that is no JSON.
 */
export async function readDocuments(paths: readonly string[]): Promise<ElementDocument[]> {
  const documents: ElementDocument[] = [];
  for (const file of (await Promise.all(paths.map(documentFiles))).flat()) {
    const document = JSON.parse(await readFile(file, 'utf8')) as ElementDocument;
    if (!Array.isArray(document.configuration)) continue;
    if (basename(file) === 'element.json') await attachHooks(document, join(file, '..'));
    documents.push(document);
  }
  return documents;
}

async function documentFiles(path: string): Promise<string[]> {
  if (!(await stat(path)).isDirectory()) return [path];
  const entries = (await readdir(path, { withFileTypes: true })).sort((a, b) => (a.name < b.name ? -1 : 1));
  if (entries.some(({ name }) => name === 'element.json')) return [join(path, 'element.json')];
  const files: string[] = [];
  for (const entry of entries) {
    const inside = join(path, entry.name, 'element.json');
    if (entry.isDirectory() && (await exists(inside))) files.push(inside);
    if (entry.isFile() && /(?<!\.docs)\.json$/.test(entry.name)) files.push(join(path, entry.name));
  }
  return files;
}

async function exists(path: string): Promise<boolean> {
  return stat(path).then(
    () => true,
    () => false,
  );
}

/** Some exports keep the bodies of hooks in files (element-format.md section 1.5). */
async function attachHooks(document: ElementDocument, folder: string): Promise<void> {
  for (const hook of document.hooks ?? []) hook.body ??= await hookFile(join(folder, `${hook.type}Hook.js`));
  for (const resource of document.resources ?? []) {
    const { method, path, hooks } = resource;
    const place = join(folder, 'resources', `${method}${pathBelowHub(path).replace(/[{}]/g, '').replaceAll('/', '-')}`);
    for (const hook of hooks ?? []) hook.body ??= await hookFile(join(place, `${hook.type}Hook.js`));
    for (const variant of variantsOf(resource)) {
      const form = join(place, variant.fields?.[0] ?? 'where');
      for (const hook of variant.hooks ?? []) hook.body ??= await hookFile(join(form, `${hook.type}Hook.js`));
    }
  }
}

/** A script, with what its `// include` lines name. */
async function hookFile(path: string): Promise<string | null> {
  if (!(await exists(path))) return null;
  const lines = (await readFile(path, 'utf8')).split('\n');
  const whole = lines.map(async (line) => {
    const [, included] = /^\/\/ include (\S+)$/.exec(line) ?? [];
    return included === undefined ? line : await hookFile(join(dirname(path), included));
  });
  return (await Promise.all(whole)).join('\n');
}

/** Whether a resource gives rows; `/{objectName}` is a list of records of any kind (platform.md section 0). */
export function givesRows({ method, path, valence }: DocumentResource): boolean {
  const isOne = /\}$/.test(path) && !/\{(objectName|childObjectName)\}$/.test(path);
  return method === 'GET' && (!isOne || valence?.pick !== undefined);
}

/** A resource's path without `/hubs/<hub>`. */
export function pathBelowHub(path: string): string {
  return path.trim().replace(/^\/hubs\/[^/]+/, '');
}
