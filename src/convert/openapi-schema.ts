// Schemas of any version put into the form that an element's models have: JSON schemas as Swagger 2.0 knows them, each
// with the schemas that it names and no more.

import { isObject } from '../core/http.ts';
import { shorten } from './conversion.ts';
import { members, type Schema, text } from './openapi-description.ts';

/** Schemas by name; a reference is `#/definitions/<name>`. */
export type Models = Record<string, unknown>;

/** Reads and puts schemas into the form of models. */
export interface Schemas {
  /** Whether a schema is an object, a list or a single value, alternatives put together; `unknown` if it does not say. */
  shapeOf(schema: unknown): Shape;
  /** The schema in the form of models, and the name under which the description has it. */
  modelOf(schema: unknown): { name: string | undefined; model: Schema };
  /** The models that a model names, and those that they name, as `reach` allows. */
  closureOf(model: Schema, reach: Reach): Models;
  /** A model with every reference taken away that is not among the models given. */
  prune(model: Schema, known: Models): Schema;
}

export interface Shape {
  kind: 'object' | 'list' | 'value' | 'unknown';
  /** of an object, as they are written */
  properties: Record<string, unknown>;
  required: string[];
  /** of a list, as it is written */
  items: unknown;
  /** the schema itself, references followed and alternatives put together */
  schema: Schema;
}

/** How many schemas a model may bring with it, and over how many references. */
export interface Reach {
  depth: number;
  models: number;
}

const deepestInline = 12;
const mostProperties = 500;
const mostValues = 5000;
/** names that JSON bodies must not have, since they mean something to the language of the program */
const forbidden = new Set(['__proto__', 'constructor', 'prototype']);

/** Makes a reader of schemas; `resolve` follows references. */
export function createSchemas(resolve: (value: unknown) => unknown): Schemas {
  const byName = new Map<string, Schema>();
  const merged = new WeakMap<Schema, Schema>();
  /** values that may still be put into the model at hand: a reference into the middle of a schema may lead back to it */
  let left = mostValues;
  const sources = new Map<string, unknown>();

  function shapeOf(schema: unknown): Shape {
    const whole = merge(schema, new Set());
    const type = typeOf(whole);
    const properties = members(whole['properties']);
    const required = Array.isArray(whole['required'])
      ? whole['required'].filter((name) => typeof name === 'string')
      : [];
    const kind = type === 'object' ? 'object' : type === 'array' ? 'list' : type === undefined ? 'unknown' : 'value';
    return { kind, properties, required, items: whole['items'], schema: whole };
  }

  /** References followed; allOf, oneOf and anyOf put together; null taken away from the alternatives. */
  function merge(value: unknown, seen: ReadonlySet<unknown>): Schema {
    const schema = resolve(value);
    if (!isObject(schema) || seen.has(schema) || seen.size > 50) return {};
    const known = merged.get(schema);
    if (known !== undefined) return known;
    const parts = ['allOf', 'oneOf', 'anyOf'].flatMap((name) => {
      const list = schema[name];
      return Array.isArray(list) ? list.filter((part) => !saysNull(part)).map((part) => ({ name, part })) : [];
    });
    const whole = parts.length === 0 ? schema : putTogether(schema, parts, new Set(seen).add(schema));
    merged.set(schema, whole);
    return whole;
  }

  function putTogether(
    schema: Schema,
    parts: readonly { name: string; part: unknown }[],
    seen: ReadonlySet<unknown>,
  ): Schema {
    const alternatives = parts.filter(({ name }) => name !== 'allOf').length;
    const whole: Schema = Object.fromEntries(
      Object.entries(schema).filter(([name]) => !['allOf', 'oneOf', 'anyOf'].includes(name)),
    );
    for (const { name, part } of parts) {
      const one = merge(part, seen);
      const isOptional = name !== 'allOf' && alternatives > 1;
      const [present, type] = [typeOf(whole), typeOf(one)];
      // of alternatives that have nothing in common the first is shown
      if (present !== undefined && type !== undefined && present !== type) continue;
      const properties = { ...members(one['properties']), ...members(whole['properties']) };
      const required = [whole['required'], isOptional ? undefined : one['required']].flatMap((list) =>
        Array.isArray(list) ? list : [],
      );
      for (const [member, given] of Object.entries(one)) {
        if (member === 'enum' && isOptional) continue;
        if (!Object.hasOwn(whole, member) && !forbidden.has(member)) whole[member] = given;
      }
      if (Object.keys(properties).length > 0) whole['properties'] = properties;
      if (required.length > 0) whole['required'] = [...new Set(required)];
      else delete whole['required'];
    }
    return whole;
  }

  function saysNull(part: unknown): boolean {
    return members(resolve(part))['type'] === 'null';
  }

  function modelOf(schema: unknown): { name: string | undefined; model: Schema } {
    const name = nameOf(schema);
    if (name !== undefined) return { name, model: named(name, schema) };
    left = mostValues;
    return { name: undefined, model: convert(schema, 0) };
  }

  /** The name of the schema that a reference leads to, if it stands among the description's own. */
  function nameOf(schema: unknown): string | undefined {
    const reference = isObject(schema) ? schema['$ref'] : undefined;
    if (typeof reference !== 'string') return undefined;
    const name = /^#\/(?:components\/schemas|definitions)\/([^/]+)$/.exec(reference)?.[1];
    if (name === undefined || !isObject(resolve(schema))) return undefined;
    const safe = decode(name).replace(/[^\w.-]+/g, '_');
    return safe === '' || forbidden.has(safe) ? undefined : safe;
  }

  function named(name: string, schema: unknown): Schema {
    const known = byName.get(name);
    if (known !== undefined) return known;
    // Before its parts are looked at, since it may be a part of itself.
    const model: Schema = {};
    byName.set(name, model);
    sources.set(name, schema);
    left = mostValues;
    Object.assign(model, convert(resolve(schema), 0));
    return model;
  }

  function convert(value: unknown, depth: number): Schema {
    const meant = withoutNull(value);
    const reference = nameOf(meant);
    if (reference !== undefined) {
      sources.set(reference, meant);
      return { $ref: `#/definitions/${reference}` };
    }
    const { kind, properties, required, items, schema } = shapeOf(value);
    const model: Schema = { ...scalars(schema, saysNullable(value)) };
    if (depth >= deepestInline || left-- <= 0) return { type: model['type'] ?? 'object' };
    if (kind === 'object') {
      model['type'] = 'object';
      const names = Object.keys(properties).filter((name) => !forbidden.has(name));
      const kept = names.slice(0, mostProperties);
      if (kept.length > 0) {
        model['properties'] = Object.fromEntries(kept.map((name) => [name, property(name, properties[name], depth)]));
      }
      const needed = required.filter((name) => kept.includes(name));
      if (needed.length > 0) model['required'] = needed;
      const more = schema['additionalProperties'];
      if (isObject(more)) model['additionalProperties'] = convert(more, depth + 1);
    } else if (kind === 'list') {
      model['type'] = 'array';
      model['items'] = isObject(items) ? convert(items, depth + 1) : { type: 'string' };
    }
    return model;
  }

  function property(name: string, value: unknown, depth: number): Schema {
    const model = convert(value, depth + 1);
    return /^_?(id|uuid)$/i.test(name) && depth === 0 && model['$ref'] === undefined
      ? { ...model, 'x-primary-key': true }
      : model;
  }

  function saysNullable(value: unknown, depth = 0): boolean {
    const schema = members(resolve(value));
    if (schema['nullable'] === true || schema['x-nullable'] === true) return true;
    if (Array.isArray(schema['type']) && schema['type'].includes('null')) return true;
    const alternatives = [schema['oneOf'], schema['anyOf']].flatMap((list) => (Array.isArray(list) ? list : []));
    return depth < 2 && alternatives.some((part) => saysNull(part) || saysNullable(part, depth + 1));
  }

  /** The only alternative to null, or what there is. */
  function withoutNull(value: unknown): unknown {
    const schema = members(value);
    const list = schema['anyOf'] ?? schema['oneOf'];
    if (!Array.isArray(list) || schema['properties'] !== undefined || schema['allOf'] !== undefined) return value;
    const parts = list.filter((part) => !saysNull(part));
    return parts.length === 1 && list.length > 1 ? parts[0] : value;
  }

  function closureOf(model: Schema, { depth, models }: Reach): Models {
    const found = new Map<string, Schema>();
    let level: Schema[] = [model];
    for (let step = 0; step < depth && level.length > 0; step++) {
      const next: Schema[] = [];
      for (const name of level.flatMap(referencesOf)) {
        if (found.has(name) || found.size >= models) continue;
        const one = named(name, sources.get(name));
        found.set(name, one);
        next.push(one);
      }
      level = next;
    }
    const closure: Models = Object.fromEntries(found);
    return Object.fromEntries([...found].map(([name, one]) => [name, prune(one, closure)]));
  }

  return { shapeOf, modelOf, closureOf, prune };
}

const references = new WeakMap<Schema, readonly string[]>();

/** The names of the models that a model names. */
function referencesOf(model: Schema): readonly string[] {
  const known = references.get(model);
  if (known !== undefined) return known;
  const found = new Set<string>();
  const left: unknown[] = [model];
  for (let next = left.pop(); next !== undefined; next = left.pop()) {
    if (typeof next !== 'object' || next === null) continue;
    const reference = (next as Schema)['$ref'];
    if (typeof reference === 'string') found.add(reference.slice('#/definitions/'.length));
    else left.push(...Object.values(next).reverse());
  }
  const names = [...found];
  references.set(model, names);
  return names;
}

function prune(model: Schema, known: Models): Schema {
  if (referencesOf(model).every((name) => Object.hasOwn(known, name))) return model;
  const copy = (value: unknown): unknown => {
    if (Array.isArray(value)) return value.map(copy);
    if (!isObject(value)) return value;
    const reference = value['$ref'];
    if (typeof reference === 'string') {
      return Object.hasOwn(known, reference.slice('#/definitions/'.length)) ? value : { type: 'object' };
    }
    return Object.fromEntries(Object.entries(value).map(([name, member]) => [name, copy(member)]));
  };
  return copy(model) as Schema;
}

/** What a schema says of a value, apart from its parts. */
function scalars(schema: Schema, isNullable: boolean): Schema {
  const { format, description, enum: values, const: only, default: fallback, readOnly } = schema;
  const type = typeOf(schema);
  const model: Schema = {};
  if (type !== undefined && type !== 'file') model['type'] = type;
  else if (type === 'file') Object.assign(model, { type: 'string', format: 'binary' });
  if (typeof format === 'string') model['format'] = format.slice(0, 60);
  const told = text(description);
  if (told !== undefined) model['description'] = shorten(told, 200);
  const options = Array.isArray(values) ? values.filter(isScalar).slice(0, 50) : isScalar(only) ? [only] : [];
  if (options.length > 0) model['enum'] = options;
  if (isScalar(fallback)) model['default'] = fallback;
  if (readOnly === true) model['readOnly'] = true;
  if (isNullable) model['x-nullable'] = true;
  return model;
}

function isScalar(value: unknown): value is string | number | boolean {
  return typeof value === 'boolean' || typeof value === 'number' || (typeof value === 'string' && value.length <= 200);
}

/** The type of a schema, of several the first that is not null; without one what its other members show. */
export function typeOf(schema: Schema): string | undefined {
  const { type } = schema;
  const named = Array.isArray(type) ? type.find((one) => one !== 'null') : type;
  if (typeof named === 'string') return named === 'null' ? undefined : named;
  if (isObject(schema['properties']) || isObject(schema['additionalProperties'])) return 'object';
  if (schema['items'] !== undefined) return 'array';
  const values = Array.isArray(schema['enum']) ? schema['enum'] : [schema['const']];
  const kind = typeof values[0];
  return kind === 'string' || kind === 'boolean' || kind === 'number' ? kind : undefined;
}

function decode(name: string): string {
  try {
    return decodeURIComponent(name).replaceAll('~1', '/').replaceAll('~0', '~');
  } catch {
    return name;
  }
}
