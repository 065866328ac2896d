// A row of an ingest job as members of a record (Bulk API 2.0 Developer Guide "Prepare CSV Files", "Valid Date Format in
// Records", "Relationship Fields in a Header Row"): everything is text, an empty field says nothing, #N/A empties one.

import { Refusal } from './errors.ts';
import { findField, findObject } from './objects/catalog.ts';
import type { Field, SObject } from './objects/field.ts';
import type { Members, Records } from './records.ts';

/** What a column of the header stands for: a field, or a field of the record that a reference names. */
interface Column {
  field: Field;
  target: { object: SObject; field: Field } | undefined;
}

/** The columns of a header; undefined for one that the object does not have. */
export function rowColumns(object: SObject, header: readonly string[]): { name: string; column: Column | undefined }[] {
  return header.map((name) => ({ name, column: columnOf(object, name) }));
}

function columnOf(object: SObject, name: string): Column | undefined {
  const [first = '', second, ...more] = name.split('.');
  if (second === undefined) {
    const field = findField(object, first);
    return field === undefined || field.type === 'base64' ? undefined : { field, target: undefined };
  }
  const field = object.fields.find((one) => one.relationshipName?.toLowerCase() === first.toLowerCase());
  const targetObject = findObject(field?.referenceTo[0] ?? '');
  const targetField = targetObject === undefined ? undefined : findField(targetObject, second);
  if (field === undefined || targetObject === undefined || targetField === undefined || more.length > 0)
    return undefined;
  if (!targetField.externalId && targetField.type !== 'id') return undefined;
  return { field, target: { object: targetObject, field: targetField } };
}

/** The record's id, if the row has one, and its members. Refuses a value that its field cannot have. */
export function readBulkRow(
  records: Records,
  object: SObject,
  header: readonly string[],
  row: readonly string[],
): { id: string | undefined; members: Members } {
  let id: string | undefined;
  const members: Record<string, unknown> = {};
  for (const [index, { column }] of rowColumns(object, header).entries()) {
    const text = row[index] ?? '';
    if (column === undefined || text === '') continue;
    const { field, target } = column;
    if (field.type === 'id') id = text;
    else if (text === '#N/A') members[field.name] = null;
    else if (target === undefined) members[field.name] = typedValue(object, field, text);
    else members[field.name] = referenced(records, field, target, text);
  }
  return { id, members };
}

const yes = new Set(['true', 'yes', 'y', 'on', '1']);
const no = new Set(['false', 'no', 'n', 'off', '0']);

function typedValue(object: SObject, field: Field, text: string): unknown {
  const wrong = () =>
    new Refusal(400, 'INVALID_TYPE_ON_FIELD_IN_RECORD', `${object.name}: value not of required type: ${text}`, [
      field.name,
    ]);
  switch (field.type) {
    case 'boolean':
      if (yes.has(text.toLowerCase())) return true;
      if (no.has(text.toLowerCase())) return false;
      throw wrong();
    case 'int':
    case 'double':
    case 'currency':
    case 'percent':
      if (Number.isNaN(Number(text))) throw wrong();
      return Number(text);
    case 'date':
    case 'datetime':
      if (Number.isNaN(Date.parse(text))) throw wrong();
      return text;
  }
  return text;
}

function referenced(records: Records, field: Field, target: { object: SObject; field: Field }, text: string): string {
  const id =
    target.field.type === 'id' ? text : externalIds(records, target.object, target.field.name).get(text.toLowerCase());
  if (id !== undefined) return id;
  const message = `Foreign key external ID: ${text} not found for field ${target.field.name} in entity ${target.object.name}`;
  throw new Refusal(400, 'INVALID_FIELD', message, [field.name]);
}

/** Ids of the living records of an object by the values of a field, in lower case. */
export function externalIds(records: Records, object: SObject, name: string): Map<string, string> {
  const ids = new Map<string, string>();
  for (const record of records.all(object)) {
    const value = record[name] ?? null;
    if (record['IsDeleted'] !== true && value !== null) ids.set(String(value).toLowerCase(), String(record['Id']));
  }
  return ids;
}
