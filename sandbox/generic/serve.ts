// What an operation does: reads what was written, finds or changes the records, and gives what to answer.

import { isObject, setAt, valueAt, writeValue } from '../../src/core/http.ts';
import { placeholders } from '../../src/core/template.ts';
import type { Definition } from '../../src/element/define.ts';
import type { SettingValues } from '../../src/element/settings.ts';
import type { Answer } from '../vendor.ts';
import type { Outcome } from './answers.ts';
import { childNamed, localName, messageOf, withoutPrefixes } from './body.ts';
import { chosenRows } from './filter.ts';
import { type Operation, plain, variableOf } from './operation.ts';
import { givenAt, pageOf, pagingNames } from './pages.ts';
import type { Recognized } from './recognize.ts';
import type { RecordSet, Records, StoredRecord } from './records.ts';
import { asShaped, define, sampleOf } from './samples.ts';
import type { Shape } from './schema.ts';

/** A record that is not there. */
export class NoSuchRecord extends Error {}

/** Serves an operation. Throws `NoSuchRecord`, or an `ODataError` for a filter that cannot be read. */
export function serve(
  recognized: Recognized,
  records: Records,
  definition: Definition,
  values: SettingValues,
): Outcome {
  const { operation } = recognized;
  const variables = variablesOf(recognized);
  const { collection } = operation;
  const parents = operation.parents.map((name) => variables.get(name) ?? '');
  const set = records.of(collection, parents);
  switch (operation.verb) {
    case 'list': {
      const page = pageOf(recognized, chosenRows(set, recognized, pagingNames(recognized)), values);
      const selected = selectedFields(recognized);
      const value = page.rows.map(({ members }) => (selected === undefined ? members : selectFrom(members, selected)));
      return { status: 200, value, page };
    }
    case 'single':
      return { status: 200, value: shaped(operation, onlyRecord(set, recognized, variables)) };
    case 'read':
      return { status: 200, value: shaped(operation, found(set, recognized, variables)) };
    case 'create': {
      const record = set.create(written(recognized, definition), recognized.body.file);
      return { status: operation.format === 'xml' ? 200 : 201, value: shaped(operation, record) };
    }
    case 'update': {
      const content = written(recognized, definition);
      const record = changed(set, recognized, variables, content);
      set.update(record, content, recognized.body.file);
      return { status: 200, value: shaped(operation, record) };
    }
    case 'delete': {
      const record = found(set, recognized, variables);
      set.remove(record);
      return { status: 200, value: operation.response === undefined ? undefined : shaped(operation, record) };
    }
    default:
      return { status: 200, value: effect(recognized, definition) };
  }
}

/** The variables of our path, read back from where the vendor is told them. */
function variablesOf(recognized: Recognized): Map<string, string> {
  const { operation, captures, tokens } = recognized;
  const variables = new Map(captures);
  for (const name of placeholders(operation.compiled.path)) {
    const token = tokens.get(name);
    if (token !== undefined) variables.set(name, writeValue(token));
  }
  for (const parameter of operation.compiled.parameters) {
    if (!['path', 'multipart', 'form', 'query'].includes(parameter.from)) continue;
    if (parameter.from === 'query' && variables.has(parameter.name)) continue;
    const value = givenAt(recognized, parameter);
    if (value !== undefined) variables.set(parameter.name, value);
  }
  return variables;
}

/** The fields that a statement selects; undefined for any other list. */
function selectedFields({ operation, query }: Recognized): string[] | undefined {
  if (operation.compiled.resource.valence?.statement === undefined) return undefined;
  const parameter = operation.compiled.parameters.find(
    ({ converter, to }) => converter !== undefined && to === 'query',
  );
  const [, fields] = /^\s*SELECT\s+([\w.,\s]+?)\s+FROM\b/i.exec(query.get(parameter?.vendorName ?? '') ?? '') ?? [];
  return fields?.split(',').map((field) => field.trim());
}

function selectFrom(members: Record<string, unknown>, fields: readonly string[]): Record<string, unknown> {
  const selected: Record<string, unknown> = {};
  for (const field of fields) {
    const value = Object.hasOwn(members, field) ? members[field] : (valueAt(members, field) ?? null);
    setAt(selected, field, value);
  }
  return selected;
}

/** What an object has, for those who select all of its fields. */
export function describedFields(recognized: Recognized, operations: readonly Operation[]): Outcome {
  const object = recognized.captures.get('object') ?? '';
  const described = operations.map(({ compiled }) => compiled.resource.valence?.statement?.described);
  const { name = 'name' } = described.find((one) => one !== undefined) ?? {};
  const own = operations.find(({ compiled }) => compiled.resource.valence?.statement?.object === object);
  const members = [...(own?.collection.record.members ?? [])].filter(([, shape]) => shape.kind === 'scalar');
  const names = new Set([
    own?.collection.idMember ?? 'Id',
    ...members.map(([member]) => member),
    ...(members.length === 0 ? ['Name'] : []),
  ]);
  return { status: 200, value: [...names].map((member) => ({ [name]: member })) };
}

/** The record that a path names. Throws `NoSuchRecord`. */
function found(set: RecordSet, { operation, query }: Recognized, variables: ReadonlyMap<string, string>): StoredRecord {
  const { idVariable, collection } = operation;
  // Some documents forget to say where the variable goes; then its name is that of the vendor's parameter.
  const id = idVariable === undefined ? '' : (variables.get(idVariable) ?? query.get(idVariable) ?? undefined);
  if (idVariable !== undefined && id === undefined) {
    const [first] = set.all();
    if (first !== undefined) return first;
  }
  const record = set.find(id ?? onlyId);
  if (record === undefined)
    throw new NoSuchRecord(`There is no ${collection.title} with the ${collection.idMember} ${id}.`);
  return record;
}

const onlyId = '1001';

/** A path without a variable at its end stands for one record. */
function onlyRecord(set: RecordSet, recognized: Recognized, variables: ReadonlyMap<string, string>): StoredRecord {
  if (recognized.operation.idVariable !== undefined) return found(set, recognized, variables);
  const record = set.all()[0] ?? set.find(onlyId);
  return record ?? set.create({}, undefined, onlyId);
}

/** The record that is changed; where nothing else creates records, a PUT does (RFC 9110 section 9.3.4). */
function changed(
  set: RecordSet,
  recognized: Recognized,
  variables: ReadonlyMap<string, string>,
  content: Record<string, unknown>,
): StoredRecord {
  const { operation } = recognized;
  const { collection, idVariable } = operation;
  if (idVariable === undefined) return onlyRecord(set, recognized, variables);
  const id = variables.get(idVariable);
  const creates = operation.compiled.method === 'PUT' && !collection.isCreated && id !== undefined;
  if (creates && set.find(id) === undefined) return set.create(content, undefined, id);
  return found(set, recognized, variables);
}

/** A record as the operation's model shows it: members of the model that are no record's are made up. */
function shaped(operation: Operation, { id, members }: StoredRecord): unknown {
  const { response, place, collection } = operation;
  let shape: Shape | undefined = response;
  for (const step of place) shape = shape?.kind === 'object' ? shape.members.get(step) : shape;
  if (shape?.kind === 'array') return [members];
  if (shape?.kind === 'scalar')
    return operation.verb === 'delete' ? sampleOf(shape, 'result', { collection: '', index: 0 }) : asShaped(id, shape);
  const made = { ...members };
  if (shape?.kind !== 'object') return made;
  const sample = sampleOf(shape, collection.title, { collection: collection.title, index: 0 }) as Record<
    string,
    unknown
  >;
  for (const [name, value] of Object.entries(sample)) {
    if (Object.hasOwn(made, name)) continue;
    // The only member of an answer that is no record is what the vendor calls the new one.
    const isId = shape.members.size === 1 && shape.members.get(name)?.kind === 'scalar' && operation.verb === 'create';
    define(made, name, isId ? asShaped(id, shape.members.get(name)) : value);
  }
  return made;
}

/** What an operation answers that changes no record: its model, with what was sent where the names are the same. */
function effect(recognized: Recognized, definition: Definition): unknown {
  const { operation } = recognized;
  const { response, collection } = operation;
  const content = written(recognized, definition);
  const occasion = { collection: collection.title, index: 0 };
  if (response === undefined) {
    if (recognized.operation.compiled.method === 'DELETE') return undefined;
    return { [collection.idMember]: onlyId, ...content };
  }
  const sample = sampleOf(response, collection.title, occasion);
  if (!isObject(sample)) return sample;
  for (const [name, value] of Object.entries(content)) if (Object.hasOwn(sample, name)) define(sample, name, value);
  return sample;
}

/** What was written: the members of the body, of forms, and of the query where scripts put them there. */
function written(recognized: Recognized, definition: Definition): Record<string, unknown> {
  const { operation, body, query } = recognized;
  const { compiled, collection, template } = operation;
  const content: Record<string, unknown> = {};
  const ignored = pagingNames(recognized);
  const isOurs = new Set([...placeholders(compiled.path), 'page', 'pageSize', 'where']);
  for (const { to, vendorName, from, name } of compiled.parameters) {
    if (from === 'path' || isOurs.has(name) || (from === 'configuration' && to !== 'query')) isOurs.add(vendorName);
  }
  for (const [name, value] of query) {
    if (!ignored.has(name) && !isOurs.has(name) && !name.startsWith('oauth_')) define(content, name, value);
  }
  if (template !== undefined && recognized.tokens.size > 0) {
    for (const [name, value] of recognized.tokens) {
      const isSetting = definition.settings.has(name);
      if (!isSetting && !isOurs.has(name)) setAt(content, name, isObject(value) ? withoutPrefixes(value) : value);
    }
    return asShaped(unwrapped(content, operation), collection.record) as Record<string, unknown>;
  }
  const value = body.kind === 'xml' ? withoutPrefixes(contentOf(body.value)) : body.value;
  const members = unwrapped(value, operation);
  for (const [name, member] of Object.entries(members)) {
    if (!(body.kind === 'form' && isOurs.has(name))) define(content, name, member);
  }
  return body.kind === 'json' ? content : (asShaped(content, collection.record) as Record<string, unknown>);
}

function contentOf(value: unknown): unknown {
  const [root] = isObject(value) ? Object.keys(value) : [];
  if (localName(root ?? '') === 'Envelope') return messageOf(value)?.[1];
  return value;
}

/** The members of a record below the root key of requests, or below the one member that is named after the record. */
function unwrapped(value: unknown, { compiled, collection }: Operation): Record<string, unknown> {
  let inner: unknown = value;
  for (const step of compiled.rootKey.request) {
    const next: unknown = isObject(inner) ? (inner[step] ?? childNamed(inner, step)?.[1]) : undefined;
    if (next !== undefined) inner = next;
  }
  if (Array.isArray(inner)) inner = inner[0];
  if (!isObject(inner)) return inner === undefined || inner === null ? {} : { value: inner };
  const entries = Object.entries(inner).filter(([name]) => !name.startsWith('@'));
  const [only] = entries;
  if (entries.length !== 1 || only === undefined || !isObject(only[1])) return inner;
  const root = String(compiled.rootKey.response.at(-1) ?? '');
  const isNamed = [collection.title, root, compiled.resource.objectName ?? ''].some(
    (name) => plain(name) === plain(only[0]),
  );
  const isMember = collection.record.members.has(only[0]);
  return isNamed || (!isMember && collection.record.members.size > 0) ? only[1] : inner;
}

/** The bytes of a download: what was uploaded with the record, else a text that names it. */
export function download(recognized: Recognized, records: Records, operations: readonly Operation[]): Answer {
  const { operation } = recognized;
  const variables = variablesOf(recognized);
  const owner =
    operation.idVariable !== undefined
      ? operation
      : operations.find(({ idVariable, collection }) => {
          return idVariable !== undefined && operation.collection.skeleton.startsWith(`${collection.skeleton}/{}`);
        });
  const { collection } = owner ?? operation;
  const position = collection.skeleton.split('/').length;
  const variable = variableOf(operation.compiled.path.split('/')[position] ?? '') ?? operation.idVariable;
  const id = variables.get(variable ?? '') ?? onlyId;
  const parents = (owner ?? operation).parents.map((name) => variables.get(name) ?? '');
  const record = records.of(collection, parents).find(id);
  if (record === undefined) throw new NoSuchRecord(`There is no ${collection.title} ${id}.`);
  const { file } = record;
  const name = (file?.name ?? `${plain(collection.title)}-${id}.txt`).replace(/[^\w. -]/g, '_');
  const headers = {
    'content-type': file?.contentType || 'application/octet-stream',
    'content-disposition': `attachment; filename="${name}"`,
  };
  return { status: 200, headers, body: file?.stored ?? Buffer.from(`The content of ${collection.title} ${id}.\n`) };
}
