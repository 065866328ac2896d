// What an account adds to an element that is not its own: resources, objects and fields that only this account sees.

import { type Static, Type } from 'typebox';
import { Compile } from 'typebox/compile';
import { Problem } from '../core/errors.ts';
import { isObject } from '../core/http.ts';
import { withoutHub } from './define.ts';
import { type ElementDocument, type Resource, Resource as ResourceSchema } from './definition.ts';
import { shapeFault } from './finding.ts';
import { openObject } from './parameter.ts';

/** Schema of what is stored for an account and an element. */
const Extension = Type.Object({
  resources: Type.Array(ResourceSchema),
  objects: Type.Array(openObject({ name: Type.String({ minLength: 1 }), fields: Type.Optional(Type.Unknown()) })),
});
export type Extension = Static<typeof Extension>;

const extensionCheck = Compile(Extension);

/** An extension that may be stored. Throws a Problem that names every fault with its JSON pointer. */
export function checkExtension(extension: unknown): Extension {
  if (extensionCheck.Check(extension)) return extension;
  const faults = extensionCheck.Errors(extension).map(shapeFault);
  throw new Problem('badRequest', `The element cannot be extended so: ${faults.slice(0, 50).join('; ')}.`);
}

/** An extension with nothing in it. */
export const emptyExtension: Extension = { resources: [], objects: [] };

/** Whether two resources stand for the same: type, method and path, the hub aside. */
export function isSameResource(one: ResourceName, other: ResourceName): boolean {
  return resourceName(one) === resourceName(other);
}

type ResourceName = Pick<Resource, 'type' | 'method' | 'path'>;

function resourceName({ type, method, path }: ResourceName): string {
  const below = withoutHub(String(path).trim());
  return `${type || 'api'} ${String(method).toUpperCase()} ${below.replace(/\{[^{}]*\}/g, '{}')}`;
}

/**
 * The element as the account has it: its own resources first, which take the place of those of the same type, method and
 * path; objects of the same name become one, where a field of the account's takes the place of one with its name.
 */
export function extendDocument(document: ElementDocument, extension: Extension): ElementDocument {
  const own = new Set(extension.resources.map(resourceName));
  const stay = (document.resources ?? []).filter((resource) => !own.has(resourceName(resource)));
  return {
    ...document,
    resources: [...extension.resources, ...stay],
    ...(extension.objects.length === 0 ? {} : { objects: extendObjects(document.objects, extension.objects) }),
  };
}

function extendObjects(objects: unknown, added: Extension['objects']): unknown[] {
  const declared: unknown[] = Array.isArray(objects) ? objects : [];
  const byName = new Map(added.map((object) => [object.name, object]));
  const merged = declared.map((object) => {
    if (!isObject(object)) return object;
    const extra = byName.get(String(object['name']));
    if (extra === undefined) return object;
    byName.delete(extra.name);
    return { ...object, ...extra, fields: extendFields(object['fields'], extra.fields) };
  });
  return [...merged, ...byName.values()];
}

function extendFields(fields: unknown, added: unknown): unknown[] {
  const own = Array.isArray(added) ? added : [];
  const names = new Set(own.filter(isObject).map(({ name }) => name));
  const stay = (Array.isArray(fields) ? fields : []).filter((field) => !isObject(field) || !names.has(field['name']));
  return [...stay, ...own];
}
