// What a resource makes of a vendor's rows: keeps those it is about, picks one, joins the records that came beside them.

import { Problem } from '../core/errors.ts';
import { isObject, valueAt, writeValue } from '../core/http.ts';
import type { CompiledResource } from './compile.ts';

/** The rows that the resource is about, each with the records beside the rows that its members name. */
export function shapeRows({ resource }: CompiledResource, raw: unknown, body: unknown): unknown {
  const { keep, sideLoads } = resource.valence ?? {};
  if (!Array.isArray(body) || (keep === undefined && sideLoads === undefined)) return body;
  const kept =
    keep === undefined ? body : body.filter((row) => keep.every(({ field, value }) => textAt(row, field) === value));
  return sideLoads === undefined ? kept : withSideLoads(kept, raw, sideLoads);
}

function withSideLoads(rows: unknown[], raw: unknown, sideLoads: Record<string, string[]>): unknown[] {
  const lists = Object.entries(sideLoads).flatMap(([name, members]) => {
    const records = isObject(raw) && Array.isArray(raw[name]) ? raw[name] : undefined;
    if (records === undefined) return [];
    return [{ name, members, byId: new Map(records.map((record) => [textAt(record, 'id'), record])) }];
  });
  if (lists.length === 0) return rows;
  return rows.map((row) => {
    if (!isObject(row)) return row;
    const joined: Record<string, unknown> = { ...row };
    for (const { name, members, byId } of lists) {
      const ids = new Set(members.flatMap((member) => valueAt(row, member) ?? []).map(writeValue));
      joined[name] = [...ids].flatMap((id) => byId.get(id) ?? []);
    }
    return joined;
  });
}

/** The row that a path parameter names, or undefined when it is not among these. */
export function pickedRow(
  { resource }: CompiledResource,
  pathVariables: Readonly<Record<string, string>>,
  body: unknown,
): unknown {
  const pick = resource.valence?.pick;
  if (pick === undefined || !Array.isArray(body)) return undefined;
  return body.find((row) => textAt(row, pick.field) === pathVariables[pick.parameter]);
}

/** That no row of the vendor's list was the one asked for. */
export function noSuchRow({ resource }: CompiledResource, pathVariables: Readonly<Record<string, string>>): Problem {
  const { parameter = '' } = resource.valence?.pick ?? {};
  return new Problem('notFound', `There is no ${resource.objectName ?? 'record'} ${pathVariables[parameter]} here.`);
}

function textAt(row: unknown, field: string): string | undefined {
  const value = valueAt(row, field);
  return value === undefined || value === null ? undefined : writeValue(value);
}
