// The records of one organization: made, changed and deleted by the rules of the SOAP API's create(), update(), delete().

import { type Stored, storedBytes } from '../stored.ts';
import { Refusal } from './errors.ts';
import { childRelationships, findField, findObject, objectOfId, salesforceObjects } from './objects/catalog.ts';
import type { Field, SObject, Surroundings, Value } from './objects/field.ts';
import { normalId, recordId } from './record-id.ts';
import type { RecordChange } from './triggers.ts';

/** One record: a value for every field of its object. */
export type SalesforceRecord = Record<string, Value>;

/** The records of one organization. */
export interface Records {
  /** Those of an object, the oldest first, with the deleted ones, which `IsDeleted` marks. */
  all(object: SObject): readonly SalesforceRecord[];
  /** Refuses with NOT_FOUND or ENTITY_IS_DELETED, status 404. */
  get(object: SObject, id: string): SalesforceRecord;
  /** The record that an id of any object names, deleted or not. */
  lookup(id: string): SalesforceRecord | undefined;
  /** Refuses with status 400 and the code of the first rule that the members break. */
  create(object: SObject, members: Members, userId: string): SalesforceRecord;
  update(object: SObject, id: string, members: Members, userId: string): void;
  /** Deletes a record, and those that go with it. */
  delete(object: SObject, id: string, userId: string): void;
  /** The values that `create` would store; refuses as it does. */
  read(object: SObject, members: Members): ReadMembers;
  /** Stores a record as it is given, past all rules, for what the organization itself writes. */
  insert(object: SObject, values: SalesforceRecord): SalesforceRecord;
  /** What a field of type base64 holds; undefined when the record has nothing there. */
  blob(record: SalesforceRecord, field: string): Stored | undefined;
  setBlob(record: SalesforceRecord, field: string, content: Stored): void;
}

/** What a form has for a field of type base64. */
export class BinaryPart {
  readonly content: Stored;
  constructor(content: Stored) {
    this.content = content;
  }
}

/** The members of a request's body; names in any case. A field of type base64 is text in base64, or a part of a form. */
export type Members = Readonly<Record<string, unknown>>;

/** Members read by the rules of their fields. */
export interface ReadMembers {
  values: SalesforceRecord;
  /** What the fields of type base64 hold, by their names. */
  blobs: ReadonlyMap<string, Stored>;
}

/** A date and time as the REST API writes it. */
export function dateTime(time: Date): string {
  return time.toISOString().replace('Z', '+0000');
}

/** Records without any; `now` dates them, and `watch` is told of each that somebody made, changed or deleted. */
export function createRecords(now: () => Date, watch: (change: RecordChange) => void): Records {
  const tables = new Map(salesforceObjects.map((object) => [object.name, [] as SalesforceRecord[]]));
  const byId = new Map<string, SalesforceRecord>();
  const blobs = new Map<string, Stored>();
  const tableOf = (object: SObject): SalesforceRecord[] => tables.get(object.name) ?? [];
  const all = (object: SObject): readonly SalesforceRecord[] =>
    object.views.length === 0 ? tableOf(object) : object.views.flatMap((name) => tables.get(name) ?? []);
  const around: Surroundings = {
    lookup: (id) => byId.get(normalId(String(id ?? '')) ?? ''),
    living: (name) => all(needObject(name)).filter(isLiving),
  };

  function get(object: SObject, id: string): SalesforceRecord {
    const record = byId.get(normalId(id) ?? '');
    const own = objectOfId(record?.['Id']);
    if (record === undefined || (own !== object && !object.views.includes(own?.name ?? ''))) {
      throw new Refusal(404, 'NOT_FOUND', `Provided external ID field does not exist or is not accessible: ${id}`);
    }
    if (record['IsDeleted'] === true) throw new Refusal(404, 'ENTITY_IS_DELETED', 'entity is deleted');
    return record;
  }

  function insert(object: SObject, values: SalesforceRecord): SalesforceRecord {
    const number = tableOf(object).length + 1;
    const numbered = object.fields
      .filter((field) => field.autoNumber)
      .map((field) => [field.name, autoNumber(field, number)]);
    const blank = Object.fromEntries(object.fields.map((field) => [field.name, field.defaultValue]));
    const record: SalesforceRecord = {
      ...blank,
      Id: recordId(object.keyPrefix, number),
      ...Object.fromEntries(numbered),
      ...values,
    };
    Object.assign(record, object.derive(record, around));
    tableOf(object).push(record);
    byId.set(String(record['Id']), record);
    return record;
  }

  function touched(userId: string): SalesforceRecord {
    const time = dateTime(now());
    return { LastModifiedDate: time, LastModifiedById: userId, SystemModstamp: time };
  }

  function setBlob(record: SalesforceRecord, field: string, content: Stored): void {
    record[field] = field;
    blobs.set(`${record['Id']}/${field}`, content);
  }

  function readNew(object: SObject, members: Members): ReadMembers {
    if (!object.createable) {
      throw new Refusal(400, 'CANNOT_INSERT_UPDATE_ACTIVATE_ENTITY', `entity type cannot be inserted: ${object.label}`);
    }
    const read = readMembers(object, members, 'createable', byId);
    const missing = object.fields.filter((field) => isMissing(field, read)).map((field) => field.name);
    if (missing.length > 0) throw fieldsMissing(missing);
    return read;
  }

  /** A record goes with the one that it points to, where the reference says so. */
  function remove(record: SalesforceRecord, userId: string): void {
    Object.assign(record, { IsDeleted: true }, touched(userId));
    const object = objectOfId(record['Id']);
    if (object === undefined) return;
    for (const { child, field } of childRelationships(object)) {
      if (!field.cascadeDelete) continue;
      for (const one of tableOf(child)) if (isLiving(one) && one[field.name] === record['Id']) remove(one, userId);
    }
  }

  return {
    all,
    get,
    insert,
    lookup: (id) => byId.get(normalId(id) ?? ''),
    read: readNew,
    create(object, members, userId) {
      const { values, blobs: given } = readNew(object, members);
      const owner = findField(object, 'OwnerId') === undefined ? {} : { OwnerId: userId };
      const time = dateTime(now());
      const whole = { ...owner, CreatedDate: time, CreatedById: userId, ...touched(userId), ...values };
      const blank = Object.fromEntries(object.fields.map((field) => [field.name, field.defaultValue]));
      const draft = { ...blank, ...whole };
      const refusal = object.check(draft, undefined, around);
      if (refusal !== undefined) throw refusal;
      const record = insert(object, whole);
      for (const [field, content] of given) setBlob(record, field, content);
      watch({ object, operation: 'insert', before: undefined, after: record, userId });
      return record;
    },
    update(object, id, members, userId) {
      const record = get(object, id);
      if (!object.updateable) {
        throw new Refusal(
          400,
          'CANNOT_INSERT_UPDATE_ACTIVATE_ENTITY',
          `entity type cannot be updated: ${object.label}`,
        );
      }
      const { values, blobs: given } = readMembers(object, members, 'updateable', byId);
      const emptied = object.fields.filter((field) => values[field.name] === null && !field.nillable);
      if (emptied.length > 0) throw fieldsMissing(emptied.map((field) => field.name));
      const changed = { ...record, ...object.stale(values), ...values };
      const refusal = object.check(changed, record, around);
      if (refusal !== undefined) throw refusal;
      const before = { ...record };
      Object.assign(record, changed, touched(userId));
      Object.assign(record, object.derive(record, around));
      for (const [field, content] of given) setBlob(record, field, content);
      watch({ object, operation: 'update', before, after: record, userId });
    },
    delete(object, id, userId) {
      const record = get(object, id);
      if (!object.deletable) {
        const message = `entity type cannot be deleted: ${object.label}`;
        throw new Refusal(400, 'INSUFFICIENT_ACCESS_OR_READONLY', message);
      }
      const before = { ...record };
      remove(record, userId);
      // Those that went with it run no triggers ("Operations That Don't Invoke Triggers").
      watch({ object, operation: 'delete', before, after: undefined, userId });
    },
    blob: (record, field) => blobs.get(`${record['Id']}/${field}`),
    setBlob,
  };
}

function isLiving(record: SalesforceRecord): boolean {
  return record['IsDeleted'] !== true;
}

/** Cases count from 1001, articles and what the organization made itself from 1. */
function autoNumber(field: Field, number: number): string {
  switch (field.name) {
    case 'CaseNumber':
      return String(1000 + number).padStart(8, '0');
    case 'ArticleNumber':
      return String(1000 + number).padStart(9, '0');
    default:
      return `SH-${String(number).padStart(5, '0')}`;
  }
}

function fieldsMissing(names: string[]): Refusal {
  return new Refusal(400, 'REQUIRED_FIELD_MISSING', `Required fields are missing: [${names.join(', ')}]`, names);
}

/** Required: must have a value, can be given one, and neither has a default nor is worked out. */
function isMissing(field: Field, { values, blobs }: ReadMembers): boolean {
  const needed = !field.nillable && field.createable && field.defaultValue === null && field.name !== 'OwnerId';
  return needed && !blobs.has(field.name) && (values[field.name] ?? null) === null;
}

function readMembers(
  object: SObject,
  members: Members,
  right: 'createable' | 'updateable',
  byId: ReadonlyMap<string, SalesforceRecord>,
): ReadMembers {
  const values: SalesforceRecord = {};
  const blobs = new Map<string, Stored>();
  const forbidden: string[] = [];
  for (const [name, value] of Object.entries(members)) {
    if (name === 'attributes') continue;
    const field = findField(object, name);
    if (field === undefined) {
      throw new Refusal(400, 'INVALID_FIELD', `No such column '${name}' on sobject of type ${object.name}`);
    }
    if (!field[right]) forbidden.push(field.name);
    else if (field.type === 'base64') blobs.set(field.name, readBlob(field, value));
    else values[field.name] = readValue(field, value, byId);
  }
  if (forbidden.length > 0) {
    const message = `Unable to create/update fields: ${forbidden.join(', ')}. Please check the security settings of this field and verify that it is read/write for your profile or permission set.`;
    throw new Refusal(400, 'INVALID_FIELD_FOR_INSERT_UPDATE', message, forbidden);
  }
  return { values, blobs };
}

function readBlob(field: Field, value: unknown): Stored {
  if (value instanceof BinaryPart) return value.content;
  const isBase64 = typeof value === 'string' && /^[A-Za-z0-9+/\s]*={0,2}\s*$/.test(value);
  if (isBase64) return storedBytes(Buffer.from(value, 'base64'));
  const form = typeof value === 'string' ? 'VALUE_STRING' : 'START_OBJECT';
  const message = `Cannot deserialize instance of base64 from ${form} value ${JSON.stringify(value)?.slice(0, 100)} or request may be missing a required field at [line:1, column:2] (${field.name})`;
  throw new Refusal(400, 'JSON_PARSER_ERROR', message);
}

/** Types are read as strictly as Salesforce does: text for text, true or false, numbers also as text, dates as ISO 8601. */
function readValue(field: Field, value: unknown, byId: ReadonlyMap<string, SalesforceRecord>): Value {
  if (value === null || value === undefined || value === '') return null;
  switch (field.type) {
    case 'boolean':
      if (typeof value === 'boolean') return value;
      throw notOfType(field, value);
    case 'int':
    case 'double':
    case 'currency':
    case 'percent': {
      const number = typeof value === 'string' ? Number(value) : value;
      if (typeof number !== 'number' || Number.isNaN(number)) throw notOfType(field, value);
      if (field.type === 'int' && !Number.isInteger(number)) throw notOfType(field, value);
      return number;
    }
    case 'date':
      if (
        typeof value === 'string' &&
        /^\d{4}-\d\d-\d\d/.test(value) &&
        !Number.isNaN(Date.parse(value.slice(0, 10)))
      ) {
        return value.slice(0, 10);
      }
      throw notOfType(field, value);
    case 'datetime':
      if (typeof value === 'string' && !Number.isNaN(Date.parse(value))) return dateTime(new Date(value));
      throw notOfType(field, value);
  }
  if (typeof value === 'object') throw notOfType(field, value);
  const text = String(value);
  if (field.type === 'reference' && field.referenceTo.length > 0) {
    const id = normalId(text);
    if (id === undefined)
      throw new Refusal(400, 'MALFORMED_ID', `${field.label}: id value of incorrect type: ${text}`, [field.name]);
    const target = objectOfId(id);
    if (target !== undefined && !field.referenceTo.includes(target.name)) {
      const message = `${field.label}: id value of incorrect type: ${text}`;
      throw new Refusal(400, 'FIELD_INTEGRITY_EXCEPTION', message, [field.name]);
    }
    const record = byId.get(id);
    if (record === undefined) {
      throw new Refusal(400, 'INVALID_CROSS_REFERENCE_KEY', 'invalid cross reference id', [field.name]);
    }
    if (!isLiving(record)) throw new Refusal(400, 'ENTITY_IS_DELETED', 'entity is deleted', [field.name]);
    return id;
  }
  if (field.restrictedPicklist && !field.picklistValues.includes(text)) {
    const message = `${field.label}: bad value for restricted picklist field: ${text}`;
    throw new Refusal(400, 'INVALID_OR_NULL_FOR_RESTRICTED_PICKLIST', message, [field.name]);
  }
  if (field.type === 'email' && !/^[^@\s]+@[^@\s]+\.[^@\s]+$/.test(text)) {
    throw new Refusal(400, 'INVALID_EMAIL_ADDRESS', `${field.label}: invalid email address: ${text}`, [field.name]);
  }
  if (field.length > 0 && text.length > field.length) {
    const message = `${field.label}: data value too large: ${text} (max length=${field.length})`;
    throw new Refusal(400, 'STRING_TOO_LONG', message, [field.name]);
  }
  return text;
}

function notOfType(field: Field, value: unknown): Refusal {
  const form = typeof value === 'string' ? 'VALUE_STRING' : typeof value === 'number' ? 'VALUE_NUMBER' : 'START_OBJECT';
  const message = `Cannot deserialize instance of ${field.type} from ${form} value ${JSON.stringify(value)} or request may be missing a required field at [line:1, column:2]`;
  return new Refusal(400, 'JSON_PARSER_ERROR', message);
}

/** The object of this name; refuses with NOT_FOUND when the organization has none. */
export function needObject(name: string): SObject {
  const object = findObject(name);
  if (object === undefined) throw new Refusal(404, 'NOT_FOUND', 'The requested resource does not exist');
  return object;
}
