// The fields of a definition with those of the definitions that it names: a field whose type is another definition has
// the fields of that one below it.

import type { ObjectDefinition } from './document.ts';
import { PathError, parsePath, pathText } from './paths.ts';
import { definitionOf, type FieldType, parseType } from './values.ts';

/** Finds a definition by its name. */
export type DefinitionNamed = (name: string) => ObjectDefinition | undefined;

/** A field of a definition, or of one that it names; its path is the whole one (`items[*].sku`). */
export interface ExpandedField {
  path: string;
  type: FieldType | undefined;
}

/** What a definition is made of, and what is wrong with it, each fault in a sentence. */
export interface Expanded {
  fields: ExpandedField[];
  faults: string[];
}

/** What a definition may come to with all that it names. */
const maximumFields = 10_000;

/**
 * All fields of a definition in its order, each followed by those of the definition that its type names. Definitions that
 * contain themselves, types that are not known, malformed paths and paths given twice are faults.
 */
export function expandDefinition(
  objectName: string,
  definition: ObjectDefinition,
  definitionNamed: DefinitionNamed,
): Expanded {
  const fields: ExpandedField[] = [];
  const faults = new Set<string>();
  const expand = (owner: ObjectDefinition, prefix: string, trail: readonly string[]) => {
    const seen = new Set<string>();
    for (const field of owner.fields ?? []) {
      if (fields.length >= maximumFields) {
        faults.add(
          `The definition ${objectName} has more than ${maximumFields} fields with those that it names: use fewer`,
        );
        return;
      }
      const name = trail.at(-1);
      const path = normalized(field.path, `The definition ${name}`, faults);
      if (path === undefined) continue;
      if (seen.has(path)) faults.add(`The definition ${name} has the field ${path} twice: remove one`);
      seen.add(path);
      const type = parseType(field.type);
      // The path as a whole is bounded, too, and with it how deep definitions may stand in one another.
      if (prefix !== '' && normalized(prefix + path, `The definition ${objectName}`, faults) === undefined) return;
      fields.push({ path: prefix + path, type });
      const named = definitionOf(type);
      if (named === undefined) continue;
      const begin = trail.indexOf(named);
      if (begin >= 0) {
        const cycle = [...trail.slice(begin), named].join(' → ');
        faults.add(`The definition ${objectName} contains itself (${cycle}): give the field ${path} another type`);
        continue;
      }
      const inner = definitionNamed(named);
      if (inner === undefined) {
        faults.add(
          `The field ${path} of the definition ${name} has the type ${field.type}, which is not known: use string, number, boolean, date, object, array[…] or the name of a definition`,
        );
        continue;
      }
      expand(inner, `${prefix}${path}${elements(type)}.`, [...trail, named]);
    }
  };
  expand(definition, '', [objectName]);
  return { fields, faults: [...faults] };
}

/** A list's fields are those of each of its elements. */
function elements(type: FieldType | undefined): string {
  return type?.kind === 'array' ? `[*]${elements(type.of)}` : '';
}

function normalized(path: string, whose: string, faults: Set<string>): string | undefined {
  try {
    return pathText(parsePath(path).steps);
  } catch (error) {
    if (!(error instanceof PathError)) throw error;
    faults.add(`${whose} has a field that cannot be read. ${error.message}`);
    return undefined;
  }
}
