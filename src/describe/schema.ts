// Models of element documents made valid schemas of Swagger 2.0: they are written by hand, by several generations of tools.

import { isObject } from '../core/http.ts';
import type { Schema } from './swagger.ts';

/** Deeper parts of a model are described as anything. */
const deepest = 50;

const types = new Map<string, Schema>([
  ...['string', 'boolean', 'integer', 'number', 'object', 'array'].map((type): [string, Schema] => [type, { type }]),
  ...['int', 'int32', 'int64', 'long', 'short'].map((name): [string, Schema] => [name, { type: 'integer' }]),
  ...['float', 'double', 'decimal', 'bigdecimal'].map((name): [string, Schema] => [name, { type: 'number' }]),
  ...['datetime', 'date-time', 'timestamp'].map((name): [string, Schema] => [
    name,
    { type: 'string', format: 'date-time' },
  ]),
  ['date', { type: 'string', format: 'date' }],
  ['bool', { type: 'boolean' }],
  ['text', { type: 'string' }],
  ['char', { type: 'string' }],
  ['uuid', { type: 'string', format: 'uuid' }],
  ['file', { type: 'string', format: 'binary' }],
  ['null', {}],
  ['any', {}],
]);

/** The schema of a type's name, in any case; undefined for a name that is no type, such as that of a model. */
export function typeNamed(name: string): Schema | undefined {
  return types.get(name.toLowerCase());
}

/** Points to a model. */
export function referenceTo(name: string): Schema {
  const pointer = name.toWellFormed().replaceAll('~', '~0').replaceAll('/', '~1');
  return { $ref: `#/definitions/${encodeURI(pointer).replaceAll('#', '%23').replaceAll('?', '%3F')}` };
}

/** The model that a reference points to: its last segment, however the reference begins. */
export function referredName(reference: string): string {
  const pointer = reference.slice(reference.lastIndexOf('/') + 1);
  return decoded(pointer).replaceAll('~1', '/').replaceAll('~0', '~');
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

/** A model as a definition: what it lacks to be one is added, what no schema may have is left out. */
export function modelSchema(model: Record<string, unknown>): Schema {
  const schema = cleanSchema(model);
  const says = ['type', '$ref', 'allOf', 'enum'].some((member) => Object.hasOwn(schema, member));
  return says ? schema : { ...schema, type: 'object' };
}

const isText = (value: unknown) => typeof value === 'string';
const isNumber = (value: unknown) => typeof value === 'number';
const isCount = (value: unknown) => Number.isInteger(value) && Number(value) >= 0;
const isTruth = (value: unknown) => typeof value === 'boolean';

/** Members that are taken as they are when they have the form that Swagger 2.0 asks for. */
const plainMembers = new Map<string, (value: unknown) => boolean>([
  ['title', isText],
  ['description', isText],
  ['format', isText],
  ['pattern', isText],
  ['discriminator', isText],
  ['default', (value) => value !== null],
  ['example', (value) => value !== null],
  ['multipleOf', (value) => isNumber(value) && Number(value) > 0],
  ['maximum', isNumber],
  ['minimum', isNumber],
  ['exclusiveMaximum', isTruth],
  ['exclusiveMinimum', isTruth],
  ['uniqueItems', isTruth],
  ['readOnly', isTruth],
  ...['maxLength', 'minLength', 'maxItems', 'minItems', 'maxProperties', 'minProperties'].map(
    (name): [string, typeof isCount] => [name, isCount],
  ),
]);

/** A part of a model as a schema; anything that is no object may be anything, and a name is that of a type or a model. */
export function cleanSchema(value: unknown, depth = 0): Schema {
  if (typeof value === 'string' && value !== '') return typeNamed(value) ?? referenceTo(value);
  if (!isObject(value) || depth > deepest) return {};
  // Beside a reference nothing counts (JSON Reference, section 3), and readers stumble over it.
  const named = modelNamedBy(value);
  if (named !== undefined) return referenceTo(named);
  const members = new Map<string, unknown>();
  for (const [name, member] of Object.entries(value)) {
    if (name.startsWith('x-') ? isFree(member, 0) : plainMembers.get(name)?.(member) === true)
      members.set(name, member);
  }
  const { type, items, properties, additionalProperties, allOf } = value;
  if (Array.isArray(value['enum'])) setEnum(members, value['enum']);
  setType(members, type);
  if (isObject(properties)) {
    members.set(
      'properties',
      Object.fromEntries(Object.entries(properties).map(([name, one]) => [name, cleanSchema(one, depth + 1)])),
    );
  }
  if (members.get('type') === 'array') {
    members.set('items', cleanSchema(Array.isArray(items) ? items[0] : items, depth + 1));
  }
  if (isTruth(additionalProperties)) members.set('additionalProperties', additionalProperties);
  if (isObject(additionalProperties)) {
    members.set('additionalProperties', cleanSchema(additionalProperties, depth + 1));
  }
  const parts = Array.isArray(allOf) ? allOf.filter(isObject).map((part) => cleanSchema(part, depth + 1)) : [];
  if (parts.length > 0) members.set('allOf', parts);
  setRequired(members, value['required']);
  return Object.fromEntries(members);
}

/** The model that a part of a model is: by reference, or by a type that is none of Swagger's. */
function modelNamedBy({ $ref: reference, type }: Record<string, unknown>): string | undefined {
  const target = typeof reference === 'string' ? referredName(reference) : '';
  if (target !== '') return target;
  const name = typeName(type);
  return name === undefined || typeNamed(name) !== undefined ? undefined : name;
}

/** The name of a type; of several the first that is not null, which Swagger 2.0 does not know. */
function typeName(type: unknown): string | undefined {
  const name = Array.isArray(type) ? type.find((one) => typeof one === 'string' && one !== 'null') : type;
  return typeof name === 'string' && name !== '' ? name : undefined;
}

function setType(members: Map<string, unknown>, type: unknown): void {
  const known = typeNamed(typeName(type) ?? 'any') ?? {};
  for (const [member, value] of Object.entries(known)) {
    if (member === 'type' || !members.has(member)) members.set(member, value);
  }
}

function setEnum(members: Map<string, unknown>, values: unknown[]): void {
  const unique = new Map(values.map((value) => [JSON.stringify(value), value]));
  if (unique.size > 0) members.set('enum', [...unique.values()]);
}

/** Names that must be there have to be described beside: nothing else can be required. */
function setRequired(members: Map<string, unknown>, required: unknown): void {
  if (!Array.isArray(required)) return;
  const properties = members.get('properties');
  const names = [...new Set(required)].filter(
    (name) => typeof name === 'string' && isObject(properties) && Object.hasOwn(properties, name),
  );
  if (names.length > 0) members.set('required', names);
}

/** Whether an extension holds nothing that readers would follow as a reference. */
function isFree(value: unknown, depth: number): boolean {
  if (typeof value !== 'object' || value === null) return value !== null;
  if (depth > deepest || typeof (value as Record<string, unknown>)['$ref'] === 'string') return false;
  return Object.values(value).every((member) => member === null || isFree(member, depth + 1));
}
