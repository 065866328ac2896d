// The models of a document, read as they are found: JSON schemas with references of three kinds, names of other models in
// place of types, lists that are only named, or a sample in place of a schema.

import { isObject, parseJson } from '../../src/core/http.ts';

/** What a value looks like. */
export type Shape =
  | { kind: 'object'; members: ReadonlyMap<string, Shape>; keys: readonly string[] }
  | { kind: 'array'; item: Shape | undefined }
  | Scalar;

/** A value without members. */
export interface Scalar {
  kind: 'scalar';
  type: 'string' | 'integer' | 'number' | 'boolean';
  format: string;
  /** what the document gives as examples; any of them will do */
  samples: readonly unknown[];
  /** whether the value must be one of the samples */
  isChoice: boolean;
  isKey: boolean;
  longest: number;
  least: number | undefined;
  most: number | undefined;
}

type Schemas = Record<string, unknown>;

const deepest = 6;
const scalarTypes = new Set(['string', 'integer', 'number', 'boolean']);

/** The shapes of a resource's answer and request, undefined where its model does not tell. */
export function shapesOf(resource: { model?: unknown; [name: string]: unknown }): {
  response: Shape | undefined;
  request: Shape | undefined;
} {
  const model = isObject(resource.model) ? resource.model : {};
  const answer = isObject(resource['response']) ? resource['response'] : {};
  return {
    response: modelShape(model['swagger'], model['name']) ?? sampleShape(answer['sampleData']),
    request: modelShape(model['requestSwagger'], model['requestName']),
  };
}

/** The schema under the model's own name; one that stands under `<name>Object` only is that of each row of a list. */
function modelShape(swagger: unknown, name: unknown): Shape | undefined {
  if (!isObject(swagger) || typeof name !== 'string') return undefined;
  if (isObject(swagger[name])) return emptyToNothing(readShape(swagger[name], swagger, 0));
  const row = swagger[`${name}Object`];
  return isObject(row) ? { kind: 'array', item: readShape(row, swagger, 0) } : undefined;
}

function emptyToNothing(shape: Shape | undefined): Shape | undefined {
  return shape?.kind === 'object' && shape.members.size === 0 ? undefined : shape;
}

function sampleShape(sample: unknown): Shape | undefined {
  const value = typeof sample === 'string' ? parseJson(sample) : sample;
  return value === undefined || value === null ? undefined : emptyToNothing(shapeOfValue(value, 0));
}

function shapeOfValue(value: unknown, depth: number): Shape | undefined {
  if (depth > deepest || value === null || value === undefined) return undefined;
  if (Array.isArray(value)) return { kind: 'array', item: shapeOfValue(value[0], depth + 1) };
  if (isObject(value)) {
    const members = new Map<string, Shape>();
    for (const [name, member] of Object.entries(value))
      members.set(name, shapeOfValue(member, depth + 1) ?? scalar({}));
    return { kind: 'object', members, keys: [] };
  }
  const type = typeof value === 'boolean' ? 'boolean' : typeof value === 'number' ? 'number' : 'string';
  return scalar({ type: Number.isInteger(value) ? 'integer' : type, example: value });
}

function readShape(schema: unknown, schemas: Schemas, depth: number): Shape | undefined {
  if (!isObject(schema) || depth > deepest) return undefined;
  const reference = referenceOf(schema, schemas);
  if (reference !== undefined) return readShape(reference, schemas, depth + 1);
  for (const choice of ['oneOf', 'anyOf']) {
    const options = schema[choice];
    const [first] = Array.isArray(options) ? options.filter((one) => isObject(one) && one['type'] !== 'null') : [];
    if (first !== undefined && !isObject(schema['properties'])) return readShape(first, schemas, depth + 1);
  }
  const type = typeOf(schema);
  if (type === 'array') return { kind: 'array', item: readShape(schema['items'], schemas, depth + 1) };
  if (type !== 'object') return scalarTypes.has(type) ? scalar(schema) : undefined;
  const members = new Map<string, Shape>();
  const keys: string[] = [];
  for (const part of Array.isArray(schema['allOf']) ? schema['allOf'] : []) {
    const shape = readShape(part, schemas, depth + 1);
    if (shape?.kind !== 'object') continue;
    for (const [name, member] of shape.members) members.set(name, member);
    keys.push(...shape.keys);
  }
  for (const [name, member] of Object.entries(isObject(schema['properties']) ? schema['properties'] : {})) {
    if (isObject(member) && member['x-primary-key'] === true) keys.push(name);
    const shape = readShape(member, schemas, depth + 1);
    if (shape !== undefined) members.set(name, shape);
  }
  return { kind: 'object', members, keys };
}

/** `#/definitions/x`, `#/components/schemas/x`, bare `x`, and a type that is the name of a model. */
function referenceOf(schema: Schemas, schemas: Schemas): unknown {
  const { $ref, type } = schema;
  if (typeof $ref === 'string') return schemas[$ref.slice($ref.lastIndexOf('/') + 1)] ?? {};
  const isName = typeof type === 'string' && !scalarTypes.has(type) && type !== 'array' && type !== 'object';
  return isName && isObject(schemas[type]) ? schemas[type] : undefined;
}

function typeOf(schema: Schemas): string {
  const { type } = schema;
  const named = Array.isArray(type) ? type.find((one) => one !== 'null') : type;
  if (isObject(schema['properties']) || Array.isArray(schema['allOf'])) return 'object';
  if (isObject(schema['items'])) return 'array';
  return typeof named === 'string' ? named : 'string';
}

function scalar(schema: Schemas): Scalar {
  const type = typeOf(schema);
  const choices = Array.isArray(schema['enum']) ? schema['enum'].filter((one) => one !== null) : [];
  const samples = [schema['x-samplevalue'], schema['example'], schema['default'], schema['const']].filter(
    (one) => one !== undefined && one !== null && one !== '' && typeof one !== 'object',
  );
  const number = (name: string) => (typeof schema[name] === 'number' ? schema[name] : undefined);
  return {
    kind: 'scalar',
    type: type === 'integer' || type === 'number' || type === 'boolean' ? type : 'string',
    format: String(schema['format'] ?? schema['x-sub-format'] ?? ''),
    samples: choices.length > 0 ? choices : samples.slice(0, 1),
    isChoice: choices.length > 0,
    isKey: schema['x-primary-key'] === true,
    longest: number('maxLength') ?? 1000,
    least: number('minimum'),
    most: number('maximum'),
  };
}
