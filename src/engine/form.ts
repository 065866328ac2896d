// The form in which a resource serves a call: `where` may lead to another path of the vendor, and the setting
// `pagination.type` to another way of paging.

import { conditionsOf, type Expression } from '../ceql/parse.ts';
import { Problem } from '../core/errors.ts';
import type { Definition } from '../element/define.ts';
import type { SettingValues } from '../element/settings.ts';
import { type CompiledResource, compileElement } from './compile.ts';
import type { ElementCall } from './element-call.ts';

/** A resource in the form that serves a call, and the name of the way in which it pages. */
export interface Form {
  resource: CompiledResource;
  pagingType: string | undefined;
}

/** Finds the form. Throws a Problem when `where` joins what the vendor can only be asked for alone. */
export function formOf(
  resource: CompiledResource,
  where: Expression | undefined,
  { query }: ElementCall,
  definition: Definition,
  values: SettingValues,
): Form {
  const form = where === undefined ? resource : filteredForm(resource, where);
  const set = values['pagination.type'] ?? undefined;
  const standard = definition.settings.get('pagination.type')?.defaultValue ?? undefined;
  if (set === undefined || set === standard) return { resource: form, pagingType: set };
  const way = form.ways.get(set);
  if (way !== undefined) return { resource: way, pagingType: set };
  if (set === 'cursor' && keysetOf(form, query) !== undefined) return { resource: form, pagingType: set };
  const isOther = compileElement(definition).otherWays.has(set);
  return { resource: form, pagingType: isOther ? standard : set };
}

/** The field by which a statement's pages follow each other, unless the caller wants another order. */
export function keysetOf({ resource }: CompiledResource, query: ElementCall['query']): string | undefined {
  return query['orderBy'] === undefined ? resource.valence?.statement?.keyset : undefined;
}

function filteredForm(resource: CompiledResource, where: Expression): CompiledResource {
  const names = [...new Set(conditionsOf(where).map(({ attribute }) => attribute))];
  for (const { fields, resource: form } of resource.filtered) {
    if (fields === undefined) return form;
    const alone = names.filter((name) => fields.has(name));
    if (alone.length === names.length) return form;
    if (alone.length === 0) continue;
    const others = names.filter((name) => !fields.has(name));
    throw new Problem(
      'badRequest',
      `where: ${alone.join(', ')} cannot be joined with ${others.join(', ')}, since the vendor is asked in another way; ask for them one after the other.`,
    );
  }
  if (resource.filtered.length === 0 || resource.readsWhere) return resource;
  const known = resource.filtered.flatMap(({ fields }) => [...(fields ?? [])]);
  throw new Problem(
    'badRequest',
    `where: this list can only be asked for ${known.join(', ')}, not ${names.join(', ')}.`,
  );
}
