// Which rows a list's query means: equality by parameters named after members, and OData's `$filter` and `$orderby`.

import { isObject } from '../../src/core/http.ts';
import { compileFilter, type ODataType, orderRows } from '../act/odata.ts';
import type { Operation } from './operation.ts';
import type { Recognized } from './recognize.ts';
import { memberOf, namesOther, type RecordSet, type StoredRecord, sameText } from './records.ts';

/** The rows that a request means, in their order. Throws an `ODataError` for a filter that cannot be read. */
export function chosenRows(
  set: RecordSet,
  { operation, query }: Recognized,
  ignored: ReadonlySet<string>,
): StoredRecord[] {
  const conditions = equalities(operation, query, ignored);
  for (const { name, values } of conditions) {
    const [value] = values;
    if (values.length === 1 && namesOther(operation.collection, name))
      set.adopt(name, typedLike(set, name, value ?? ''));
  }
  const rows = set
    .all()
    .filter((row) =>
      conditions.every(({ name, values }) => values.some((value) => sameText(memberOf(row, name), value))),
    );
  return inOrder(filtered(rows, operation, query, ignored), operation, query);
}

interface Equality {
  name: string;
  values: string[];
}

/** Only what a caller may filter by counts: any member where the document takes conditions, else declared parameters. */
function equalities(operation: Operation, query: URLSearchParams, ignored: ReadonlySet<string>): Equality[] {
  const { compiled, collection } = operation;
  const takesAny = compiled.parameters.some(
    ({ converter, vendorName }) => converter !== undefined && vendorName === '',
  );
  // What must be given says which list is meant, more than which of its rows.
  const isRequired = new Set(
    compiled.parameters.filter(({ required }) => required).map(({ vendorName }) => vendorName),
  );
  const declared = new Set(compiled.parameters.filter(({ to }) => to === 'query').map(({ vendorName }) => vendorName));
  const isMember = (name: string) =>
    collection.record.members.has(name) || name === collection.idMember || name === 'name';
  return [...new Set(query.keys())]
    .filter((name) => !ignored.has(name) && !isRequired.has(name) && (takesAny || declared.has(name)) && isMember(name))
    .map((name) => ({ name, values: query.getAll(name).flatMap((value) => [value, ...value.split(',')]) }))
    .map(({ name, values }) => ({ name, values: [...new Set(values)].filter((value) => value !== '') }))
    .filter(({ values }) => values.length > 0);
}

function typedLike(set: RecordSet, name: string, value: string): unknown {
  const [first] = set.all();
  return typeof (first === undefined ? '' : memberOf(first, name)) === 'number' && Number.isFinite(Number(value))
    ? Number(value)
    : value;
}

function filtered(
  rows: StoredRecord[],
  operation: Operation,
  query: URLSearchParams,
  ignored: ReadonlySet<string>,
): StoredRecord[] {
  const filter = query.get('$filter');
  if (filter === null || filter.trim() === '' || ignored.has('$filter')) return rows;
  const holds = compileFilter(plainLiterals(filter), typeOf(rows, operation));
  return rows.filter(({ members }) => holds(asText(members)));
}

function inOrder(rows: StoredRecord[], operation: Operation, query: URLSearchParams): StoredRecord[] {
  const order = query.get('$orderby');
  if (order === null || order.trim() === '') return rows;
  const byMembers = new Map(rows.map((row) => [row.members, row]));
  return orderRows(
    rows.map(({ members }) => members),
    order,
    typeOf(rows, operation),
  ).flatMap((members) => byMembers.get(members) ?? []);
}

function typeOf(rows: readonly StoredRecord[], { collection }: Operation): ODataType {
  const members = new Set([
    ...collection.record.members.keys(),
    ...rows.flatMap(({ members }) => Object.keys(members)),
  ]);
  return { name: collection.title, members };
}

/** `guid'…'`, `datetime'…'` and bare GUIDs become plain text, as the records hold them. */
function plainLiterals(filter: string): string {
  return filter
    .split(/('(?:[^']|'')*')/)
    .map((part, position) => {
      if (position % 2 === 1) return part;
      return part
        .replace(/\b(guid|datetime|datetimeoffset|time|binary)$/i, '')
        .replace(/\b[\da-f]{8}(?:-[\da-f]{4}){3}-[\da-f]{12}\b/gi, "'$&'");
    })
    .join('');
}

function asText(members: Record<string, unknown>): Record<string, unknown> {
  return isObject(members) ? members : {};
}
