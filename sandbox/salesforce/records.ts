// The records of one organization: made, changed and deleted by the rules of the SOAP API's create(), update(), delete().

import { Refusal } from './errors.ts';
import { type Field, findField, findObject, type SObject, salesforceObjects, type Value } from './objects.ts';
import { normalId, recordId } from './record-id.ts';

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
  delete(object: SObject, id: string, userId: string): void;
  /** Stores a record as it is given, past all rules, for what the organization itself writes. */
  insert(object: SObject, values: SalesforceRecord): SalesforceRecord;
}

/** The members of a request's body; names in any case. */
export type Members = Readonly<Record<string, unknown>>;

/** A date and time as the REST API writes it. */
export function dateTime(time: Date): string {
  return time.toISOString().replace('Z', '+0000');
}

/** Records without any; `now` dates them. */
export function createRecords(now: () => Date): Records {
  const tables = new Map(salesforceObjects.map((object) => [object.name, [] as SalesforceRecord[]]));
  const byId = new Map<string, SalesforceRecord>();
  const all = (object: SObject): SalesforceRecord[] => tables.get(object.name) ?? [];

  function get(object: SObject, id: string): SalesforceRecord {
    const record = byId.get(normalId(id) ?? '');
    if (record === undefined || objectOf(record) !== object) {
      throw new Refusal(404, 'NOT_FOUND', `Provided external ID field does not exist or is not accessible: ${id}`);
    }
    if (record['IsDeleted'] === true) throw new Refusal(404, 'ENTITY_IS_DELETED', 'entity is deleted');
    return record;
  }

  function insert(object: SObject, values: SalesforceRecord): SalesforceRecord {
    const number = all(object).length + 1;
    const numbered = object.nameField === 'CaseNumber' ? { CaseNumber: String(1000 + number).padStart(8, '0') } : {};
    const blank = Object.fromEntries(object.fields.map((field) => [field.name, field.defaultValue]));
    const record: SalesforceRecord = { ...blank, Id: recordId(object.keyPrefix, number), ...numbered, ...values };
    Object.assign(record, object.derive(record));
    all(object).push(record);
    byId.set(String(record['Id']), record);
    return record;
  }

  function touched(userId: string): SalesforceRecord {
    const time = dateTime(now());
    return { LastModifiedDate: time, LastModifiedById: userId, SystemModstamp: time };
  }

  return {
    all,
    get,
    insert,
    lookup: (id) => byId.get(normalId(id) ?? ''),
    create(object, members, userId) {
      if (!object.createable) {
        throw new Refusal(
          400,
          'CANNOT_INSERT_UPDATE_ACTIVATE_ENTITY',
          `entity type cannot be inserted: ${object.label}`,
        );
      }
      const values = readMembers(object, members, 'createable', byId);
      const missing = object.fields.filter((field) => isMissing(field, values)).map((field) => field.name);
      if (missing.length > 0) {
        const message = `Required fields are missing: [${missing.join(', ')}]`;
        throw new Refusal(400, 'REQUIRED_FIELD_MISSING', message, missing);
      }
      const time = dateTime(now());
      const owner = findField(object, 'OwnerId') === undefined ? {} : { OwnerId: userId };
      return insert(object, { ...owner, CreatedDate: time, CreatedById: userId, ...touched(userId), ...values });
    },
    update(object, id, members, userId) {
      const record = get(object, id);
      const values = readMembers(object, members, 'updateable', byId);
      const emptied = object.fields.filter((field) => values[field.name] === null && !field.nillable);
      if (emptied.length > 0) {
        const names = emptied.map((field) => field.name);
        throw new Refusal(400, 'REQUIRED_FIELD_MISSING', `Required fields are missing: [${names.join(', ')}]`, names);
      }
      // A probability that was not given with a new stage is the stage's.
      const stage = 'StageName' in values && !('Probability' in values) ? { Probability: null } : {};
      Object.assign(record, stage, values, touched(userId));
      Object.assign(record, object.derive(record));
    },
    delete(object, id, userId) {
      const record = get(object, id);
      if (!object.deletable) {
        throw new Refusal(400, 'CANNOT_DELETE_MANAGED_OBJECT', `entity type cannot be deleted: ${object.label}`);
      }
      Object.assign(record, { IsDeleted: true }, touched(userId));
    },
  };
}

/** Required: must have a value, can be given one, and neither has a default nor is worked out. */
function isMissing(field: Field, values: SalesforceRecord): boolean {
  const needed = !field.nillable && field.createable && field.defaultValue === null && field.name !== 'OwnerId';
  return needed && (values[field.name] ?? null) === null;
}

function readMembers(
  object: SObject,
  members: Members,
  right: 'createable' | 'updateable',
  byId: ReadonlyMap<string, SalesforceRecord>,
): SalesforceRecord {
  const values: SalesforceRecord = {};
  const forbidden: string[] = [];
  for (const [name, value] of Object.entries(members)) {
    if (name === 'attributes') continue;
    const field = findField(object, name);
    if (field === undefined) {
      throw new Refusal(400, 'INVALID_FIELD', `No such column '${name}' on sobject of type ${object.name}`);
    }
    if (!field[right]) forbidden.push(field.name);
    else values[field.name] = readValue(field, value, byId);
  }
  if (forbidden.length > 0) {
    const message = `Unable to create/update fields: ${forbidden.join(', ')}. Please check the security settings of this field and verify that it is read/write for your profile or permission set.`;
    throw new Refusal(400, 'INVALID_FIELD_FOR_INSERT_UPDATE', message, forbidden);
  }
  return values;
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
    if (!byId.has(id)) {
      throw new Refusal(400, 'INVALID_CROSS_REFERENCE_KEY', 'invalid cross reference id', [field.name]);
    }
    return id;
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

/** The object that a record belongs to, by the first three characters of its id. */
function objectOf(record: SalesforceRecord): SObject | undefined {
  const prefix = String(record['Id']).slice(0, 3);
  return salesforceObjects.find((object) => object.keyPrefix === prefix);
}

/** The object of this name; refuses with NOT_FOUND when the organization has none. */
export function needObject(name: string): SObject {
  const object = findObject(name);
  if (object === undefined) throw new Refusal(404, 'NOT_FOUND', 'The requested resource does not exist');
  return object;
}
