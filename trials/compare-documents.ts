// Compares the document of an element that was uploaded with what was downloaded, field for field. What counts as made
// by the server is written here on its own, not taken from the server's code.

type Json = Record<string, unknown>;

/** How two documents differ. */
export interface DocumentComparison {
  /** JSON pointers (RFC 6901) and what stands there: what should not be */
  differences: string[];
  /** members that were not stored, since a server makes them: numbers, dates, owners */
  serverMade: number;
  /** lists and texts of hooks that were not there or null, and are empty now */
  emptied: number;
}

const part = String.raw`(?:/(?:configuration|parameters|hooks|resources|objects|models|fields)/\d+)`;
const serverMade = new RegExp(
  `^${part}*/(?:id|ownerAccountId|createdDate|updatedDate|elementId|resourceId|objectId)$|^${part}*/model/id$`,
);
const alwaysThere = new RegExp(`^/(?:configuration|parameters|hooks|resources|objects)$|^${part}*/hooks/\\d+/body$`);

/** Compares two documents; the order of members does not count, that of lists does. */
export function compareDocuments(uploaded: unknown, downloaded: unknown): DocumentComparison {
  const result: DocumentComparison = { differences: [], serverMade: 0, emptied: 0 };
  compare(uploaded, downloaded, '', result);
  return result;
}

function compare(one: unknown, other: unknown, pointer: string, result: DocumentComparison): void {
  // An export carries the id of the element that is there now.
  if (pointer === '/id' || (other === undefined && serverMade.test(pointer))) result.serverMade++;
  else if ((one ?? undefined) === undefined && alwaysThere.test(pointer) && isEmpty(other)) result.emptied++;
  else if (isJson(one) && isJson(other)) {
    for (const name of new Set([...Object.keys(one), ...Object.keys(other)])) {
      compare(one[name], other[name], `${pointer}/${name.replaceAll('~', '~0').replaceAll('/', '~1')}`, result);
    }
  } else if (Array.isArray(one) && Array.isArray(other)) {
    for (let index = 0; index < Math.max(one.length, other.length); index++) {
      compare(one[index], other[index], `${pointer}/${index}`, result);
    }
  } else if (one !== other) result.differences.push(`${pointer}: ${shown(one)} became ${shown(other)}`);
}

function isEmpty(value: unknown): boolean {
  return value === '' || (Array.isArray(value) && value.length === 0);
}

function isJson(value: unknown): value is Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function shown(value: unknown): string {
  const text = JSON.stringify(value) ?? 'nothing';
  return text.length > 80 ? `${text.slice(0, 80)}…` : text;
}

/** What a client's folder form makes of a document. */
export interface FolderForm {
  document: Json;
  /** texts of hooks that were lost, since the client gives two hooks of the same method, path and type one file */
  lostHooks: number;
}

/**
 * The document as it comes out of a client's folder: settings by key, parameters by name, hooks by type (backwards),
 * resources by path and method, and of hooks in the same file the last one.
 */
export function throughFolder(document: Json): FolderForm {
  const files = new Map<string, unknown>();
  const written = (folder: string, holder: Json) => {
    for (const hook of listOf(holder['hooks'])) files.set(`${folder}${hook['type']}Hook.js`, hook['body'] ?? '');
  };
  written('', document);
  for (const resource of listOf(document['resources'])) written(resourceFile(resource), resource);
  let lostHooks = 0;
  const read = (folder: string, holder: Json): Json => {
    const hooks = holder['hooks'];
    if (!Array.isArray(hooks)) return holder;
    const bodies = hooks.map((hook: Json) => {
      const body = files.get(`${folder}${hook['type']}Hook.js`);
      if (body !== (hook['body'] ?? '')) lostHooks++;
      return { ...hook, body };
    });
    return { ...holder, hooks: bodies.sort((a: Json, b: Json) => -text(a, 'type').localeCompare(text(b, 'type'))) };
  };
  const sorted = read('', document);
  const resources = listOf(document['resources'])
    .map((resource) => sortBy(read(resourceFile(resource), resource), 'parameters', 'name'))
    .sort(
      (a, b) => text(a, 'path').localeCompare(text(b, 'path')) || text(a, 'method').localeCompare(text(b, 'method')),
    );
  return {
    document: { ...sortBy(sortBy(sorted, 'configuration', 'key'), 'parameters', 'name'), resources },
    lostHooks,
  };
}

function resourceFile({ method, path }: Json): string {
  const name = `${method}-${path}`.replace(/\/hubs\/[^/]*\//, '');
  return `resources/${name.replaceAll('/', '-').replace(/[{}]/g, '')}-`;
}

function sortBy(holder: Json, list: string, member: string): Json {
  const parts = holder[list];
  if (!Array.isArray(parts)) return holder;
  return { ...holder, [list]: [...parts].sort((a: Json, b: Json) => text(a, member).localeCompare(text(b, member))) };
}

function text(part: Json, member: string): string {
  return String(part[member]);
}

function listOf(value: unknown): Json[] {
  return Array.isArray(value) ? value.filter(isJson) : [];
}
