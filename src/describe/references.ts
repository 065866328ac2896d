// Which models a description needs, and models with those that they name put into them.

import { isObject } from '../core/http.ts';
import { referredName } from './schema.ts';
import type { Schema } from './swagger.ts';

/** Calls `found` with every model that a value refers to. */
function eachReference(value: unknown, found: (name: string) => void): void {
  if (Array.isArray(value)) {
    for (const item of value) eachReference(item, found);
  } else if (isObject(value)) {
    if (typeof value['$ref'] === 'string') found(referredName(value['$ref']));
    for (const member of Object.values(value)) eachReference(member, found);
  }
}

/**
 * The models that `value` refers to, directly or through other models, in the order in which they stand. A model that
 * nothing describes is an object of which no more is known, so that no reference leads nowhere.
 */
export function neededDefinitions(value: unknown, definitions: ReadonlyMap<string, Schema>): Map<string, Schema> {
  const needed = new Set<string>();
  const left: unknown[] = [value];
  while (left.length > 0) {
    eachReference(left.pop(), (name) => {
      if (needed.has(name)) return;
      needed.add(name);
      left.push(definitions.get(name));
    });
  }
  const described = [...definitions].filter(([name]) => needed.has(name));
  const unknown = [...needed].filter((name) => !definitions.has(name));
  return new Map([...described, ...unknown.map((name): [string, Schema] => [name, { type: 'object' }])]);
}

/** More parts than this are not put in place: models that name each other twice over would double with every level. */
const mostParts = 50_000;

/** A value in which every reference is replaced by what it leads to; one that leads into itself stays a reference. */
export function resolveReferences(value: unknown, definitions: Readonly<Record<string, Schema>>): unknown {
  let parts = 0;
  const resolve = (part: unknown, within: readonly string[]): unknown => {
    parts += 1;
    if (Array.isArray(part)) return part.map((item) => resolve(item, within));
    if (!isObject(part)) return part;
    const { $ref: reference, ...others } = part;
    if (typeof reference === 'string') {
      const name = referredName(reference);
      const target = Object.hasOwn(definitions, name) ? definitions[name] : undefined;
      if (target === undefined || within.includes(name) || parts > mostParts) return part;
      return resolve({ ...target, ...others }, [...within, name]);
    }
    return Object.fromEntries(Object.entries(part).map(([name, member]) => [name, resolve(member, within)]));
  };
  return resolve(value, []);
}

/** A schema without what Swagger itself does not define. */
export function withoutExtensions(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutExtensions);
  if (!isObject(value)) return value;
  const members = Object.entries(value).filter(
    ([name, member]) => name !== 'properties' && !name.startsWith('x-') && member !== undefined,
  );
  const cleaned = members.map(([name, member]): [string, unknown] => [name, withoutExtensions(member)]);
  const { properties } = value;
  if (isObject(properties)) {
    // Here the names are those of a record's fields, which may begin with x-.
    const fields = Object.entries(properties).map(([name, field]) => [name, withoutExtensions(field)]);
    cleaned.push(['properties', Object.fromEntries(fields)]);
  }
  return Object.fromEntries(cleaned);
}
