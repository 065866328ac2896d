// What a field or an object is called stands in definitions and in transformations; a new name is written to all of them.

import { isObject } from '../core/http.ts';

type Document = Record<string, unknown>;

/** A field's new path and the one that it had. */
export interface FieldRename {
  path: string;
  oldPath: string;
}

/** Where an object stands in another one, by that one's name: the paths in front of its own. */
export type Embeddings = ReadonlyMap<string, readonly string[]>;

const deepest = 8;

/** Where an object's fields stand in other objects, whose definitions name it as the type of a field, and in itself. */
export function embeddingsOf(objectName: string, definitions: ReadonlyMap<string, readonly Document[]>): Embeddings {
  const found = new Map<string, Set<string>>([[objectName, new Set([''])]]);
  const follow = (name: string, prefix: string, depth: number) => {
    if (depth === deepest) return;
    for (const [holder, documents] of definitions) {
      for (const field of documents.flatMap(fieldsOf)) {
        if (typeof field['path'] !== 'string' || typeof field['type'] !== 'string') continue;
        if (elementType(field['type']) !== name) continue;
        const own = field['type'] === name ? [''] : ['', '[*]'];
        for (const suffix of own) {
          const path = `${field['path']}${suffix}.${prefix}`;
          const known = found.get(holder) ?? new Set();
          if (known.has(path)) continue;
          found.set(holder, known.add(path));
          follow(holder, path, depth + 1);
        }
      }
    }
  };
  follow(objectName, '', 0);
  return new Map([...found].map(([name, prefixes]) => [name, [...prefixes]]));
}

/** A document with its fields' paths renamed below the given prefixes; the same document when none of them is. */
export function renamePaths(
  document: Document,
  prefixes: readonly string[],
  renames: readonly FieldRename[],
): Document {
  return changeFields(document, (field) => {
    const { path } = field;
    if (typeof path !== 'string') return field;
    for (const prefix of prefixes) {
      for (const { path: to, oldPath } of renames) {
        const from = prefix + oldPath;
        const rest = path.slice(from.length);
        if (path.startsWith(from) && /^($|[.[])/.test(rest)) return { ...field, path: prefix + to + rest };
      }
    }
    return field;
  });
}

/** A document whose fields have an object's new name as their type. */
export function renameType(document: Document, objectName: string, newName: string): Document {
  return changeFields(document, (field) => {
    const { type } = field;
    if (typeof type !== 'string' || elementType(type) !== objectName) return field;
    return { ...field, type: type === objectName ? newName : `array[${newName}]` };
  });
}

/** The type of a list's elements, or the type itself. */
function elementType(type: string): string {
  return /^array\[(.*)\]$/.exec(type)?.[1] ?? type;
}

function fieldsOf(document: Document): Document[] {
  return Array.isArray(document['fields']) ? document['fields'].filter(isObject) : [];
}

function changeFields(document: Document, change: (field: Document) => Document): Document {
  const { fields } = document;
  if (!Array.isArray(fields)) return document;
  const changed = fields.map((field: unknown) => (isObject(field) ? change(field) : field));
  return changed.every((field, index) => field === fields[index]) ? document : { ...document, fields: changed };
}
