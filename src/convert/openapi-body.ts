// What a call sends and what it answers: which of the media types a caller is given, which members are only a wrapper,
// and where the rows of a list stand.

import { shorten } from './conversion.ts';
import { type ApiOperation, type Schema, text } from './openapi-description.ts';
import { plainName } from './openapi-paging.ts';
import { type Schemas, typeOf } from './openapi-schema.ts';

/** A parameter as elements have it. */
export interface ElementParameter {
  [member: string]: unknown;
  name: string;
  vendorName: string;
  type: string;
  vendorType: string;
  required: boolean;
}

/** What a call sends. */
export interface RequestBody {
  parameters: ElementParameter[];
  /** what the caller gives, without the wrapper */
  schema: unknown;
  /** the member that the vendor wants around it */
  root: string | undefined;
  note: string | undefined;
}

/** What a call answers. */
export interface AnswerBody {
  /** the whole answer, as it is written */
  whole: unknown;
  /** what the caller gets: a record, or of a list one row */
  schema: unknown;
  isList: boolean;
  /** the way to it in the whole answer */
  root: string | undefined;
  isDownload: boolean;
  /** the media type to ask for, where it is not plain JSON */
  accept: string | undefined;
}

const json = /^(application\/json|text\/json)$|[/+]json$|^\*\/\*$|^application\/\*$/;
const xml = /[/+]xml$/;

/** The media type of JSON that a caller gets, plain JSON first. */
function jsonType(types: Iterable<string>): string | undefined {
  const all = [...types];
  return all.includes('application/json') ? 'application/json' : all.find((type) => json.test(type));
}

/** A constant that the vendor gets. */
export function constant(vendorType: string, vendorName: string, value: string): ElementParameter {
  return { name: value, vendorName, type: 'value', vendorType, source: 'request', required: false, dataType: 'string' };
}

/** Reads what a call sends; `collection` is what its records are called. */
export function readRequest(
  operation: ApiOperation,
  schemas: Schemas,
  collection: string | undefined,
): RequestBody | undefined {
  const { body } = operation;
  if (body === undefined || body.contents.size === 0) return undefined;
  const types = [...body.contents.keys()];
  const asJson = jsonType(types);
  const form = types.find((type) => type === 'application/x-www-form-urlencoded');
  const multipart = types.find((type) => type === 'multipart/form-data');
  const whole = (schema: unknown, contentType: string | undefined): RequestBody => {
    const { root, inner } = requestRoot(schema, schemas, collection);
    const description = body.description === undefined ? {} : { description: shorten(body.description, 500) };
    return {
      parameters: [
        ...(contentType === undefined ? [] : [constant('header', 'Content-Type', contentType)]),
        { ...place('body', 'body', 'body', body.required), dataType: 'object', ...description },
      ],
      schema: inner,
      root,
      note: undefined,
    };
  };
  if (asJson !== undefined) {
    const isPlain = asJson === 'application/json' || asJson.includes('*');
    return whole(body.contents.get(asJson), isPlain ? undefined : asJson);
  }
  if (form !== undefined) {
    const schema = body.contents.get(form);
    const nested = Object.entries(schemas.shapeOf(schema).properties).filter(([, property]) => {
      const { kind } = schemas.shapeOf(property);
      return kind === 'object';
    });
    const note =
      nested.length === 0
        ? undefined
        : `the vendor wants a form: the objects ${nested
            .map(([name]) => name)
            .slice(0, 5)
            .join(', ')} in it are sent as JSON text.`;
    return { ...whole(schema, form), root: undefined, schema, note };
  }
  if (multipart !== undefined) return readMultipart(body.contents.get(multipart), schemas);
  const asXml = types.find((type) => xml.test(type));
  if (asXml !== undefined) return { ...whole(body.contents.get(asXml), asXml), root: undefined };
  if (types.every((type) => type.startsWith('text/'))) return { ...whole({}, types[0]), root: undefined };
  // Bytes: the file of a form, or the body as it is.
  return {
    parameters: [
      { ...place('multipart', 'file', 'body', false), vendorName: 'body', dataType: 'file' },
      { ...place('body', 'body', 'body', false), dataType: 'string' },
    ],
    schema: undefined,
    root: undefined,
    note: undefined,
  };
}

function place(type: string, name: string, vendorType: string, required: boolean): ElementParameter {
  return { name, vendorName: name, type, vendorType, source: 'request', required };
}

/** A form with parts: each member of its schema is one. */
function readMultipart(schema: unknown, schemas: Schemas): RequestBody {
  const { properties, required } = schemas.shapeOf(schema);
  const parameters = Object.entries(properties).map(([name, property]): ElementParameter => {
    const shape = schemas.shapeOf(property);
    const single = shape.kind === 'list' ? schemas.shapeOf(shape.items).schema : shape.schema;
    const told = text(shape.schema['description']);
    return {
      ...place('multipart', name, 'multipart', required.includes(name)),
      dataType: isFile(single) ? 'file' : (typeOf(shape.schema) ?? 'string'),
      ...(told === undefined ? {} : { description: shorten(told, 500) }),
    };
  });
  const files = parameters.filter(({ dataType }) => dataType === 'file').length;
  if (parameters.length === 0) {
    parameters.push({ ...place('multipart', 'file', 'multipart', false), dataType: 'file' });
  }
  return {
    // what stands behind a file comes later, so files are declared last
    parameters: parameters.sort((a, b) => Number(a['dataType'] === 'file') - Number(b['dataType'] === 'file')),
    schema: undefined,
    root: undefined,
    note: files > 1 ? 'the form has several files; callers send the fields before them.' : undefined,
  };
}

function isFile(schema: Schema): boolean {
  return schema['format'] === 'binary' || schema['type'] === 'file' || typeof schema['contentMediaType'] === 'string';
}

/** The only member of a body that is an object: the vendor's wrapper. */
function requestRoot(
  schema: unknown,
  schemas: Schemas,
  collection: string | undefined,
): { root: string | undefined; inner: unknown } {
  const { kind, properties } = schemas.shapeOf(schema);
  const [only, ...others] = Object.entries(properties);
  if (kind !== 'object' || only === undefined || others.length > 0) return { root: undefined, inner: schema };
  const [name, inner] = only;
  const shape = schemas.shapeOf(inner);
  const isWrapper = isPlainMember(name) && shape.kind === 'object' && isNamedLike(name, collection);
  return isWrapper ? { root: name, inner } : { root: undefined, inner: schema };
}

const wrapperNames = new Set(['data', 'result', 'response', 'item', 'record', 'payload', 'attributes', 'object']);
const listNames = [
  ...['data', 'items', 'results', 'records', 'value', 'values', 'entries', 'content', 'rows', 'list', 'objects'],
  ...['result', 'elements', 'resources', 'members', 'entities', 'response', 'collection', 'hits'],
];
/** members that say something of an answer beside what it is about */
const aside =
  /^(meta|metadata|links?|status|statuscode|success|ok|errors?|message|messages|warnings?|included|info|code|object|type|kind|jsonapi|requestid|timestamp|responsemetadata|i18n)$/;
/** objects in which vendors put the list and what they say of it */
const envelopes = new Set([
  'data',
  'meta',
  'result',
  'results',
  'response',
  '_embedded',
  'embedded',
  'body',
  'payload',
]);

function isNamedLike(name: string, collection: string | undefined): boolean {
  const plain = plainName(name);
  if (wrapperNames.has(plain)) return true;
  if (collection === undefined) return false;
  const group = plainName(collection);
  return plain === group || plain === singular(group);
}

function singular(plain: string): string {
  return plain.endsWith('ies') ? `${plain.slice(0, -3)}y` : plain.replace(/s$/, '');
}

/** Whether a way through an answer can name this member. */
function isPlainMember(name: string): boolean {
  return name !== '' && !/[.[\]|]/.test(name);
}

/** Reads what a call answers; `mayBeList` for a path that does not end in the name of one record. */
export function readAnswer(
  operation: ApiOperation,
  schemas: Schemas,
  collection: string | undefined,
  mayBeList: boolean,
): AnswerBody {
  const { contents } = operation.answer;
  const none = { whole: undefined, schema: undefined, isList: false, root: undefined, accept: undefined };
  if (contents.size === 0) return { ...none, isDownload: false };
  const asJson = jsonType(contents.keys());
  const readable = asJson ?? [...contents.keys()].find((type) => xml.test(type));
  if (readable === undefined) {
    const isText = [...contents.keys()].every((type) => type.startsWith('text/'));
    return { ...none, isDownload: !isText && operation.method === 'GET', accept: '*/*' };
  }
  const isPlain = readable === 'application/json' || readable.includes('*');
  const schema = contents.get(readable);
  const shape = schemas.shapeOf(schema);
  const base = { whole: schema, isDownload: isFile(shape.schema), accept: isPlain ? undefined : readable };
  if (shape.kind === 'list') return { ...base, schema: shape.items, isList: mayBeList, root: undefined };
  const rows = mayBeList ? rowsOf(schema, schemas, operation, collection) : undefined;
  if (rows !== undefined) return { ...base, schema: rows.items, isList: true, root: rows.way.join('.') };
  const record = recordOf(schema, schemas, collection);
  return { ...base, schema: record?.inner ?? schema, isList: false, root: record?.name };
}

/** The list in the answer of a call that gives one, and the way to it. */
function rowsOf(
  schema: unknown,
  schemas: Schemas,
  operation: ApiOperation,
  collection: string | undefined,
): { way: string[]; items: unknown } | undefined {
  const found: { way: string[]; items: unknown; rank: number }[] = [];
  const look = (value: unknown, way: string[]) => {
    const { properties } = schemas.shapeOf(value);
    const entries = Object.entries(properties).filter(([name]) => isPlainMember(name));
    const lists = entries.filter(([, property]) => schemas.shapeOf(property).kind === 'list');
    for (const [name, property] of lists) {
      const plain = plainName(name);
      const { items } = schemas.shapeOf(property);
      const isObject = schemas.shapeOf(items).kind === 'object';
      const group = plainName(collection ?? '');
      let rank = 0;
      if (group !== '' && (plain === group || plain === `${group}s` || singular(plain) === singular(group))) rank = 8;
      else if (listNames.includes(plain)) rank = 6;
      else if (aside.test(plain)) rank = -9;
      else if (lists.length === 1 && (pages(operation) || entries.length <= 2)) rank = 4;
      if (rank > 0) found.push({ way: [...way, name], items, rank: rank + (isObject ? 1 : 0) - way.length });
    }
    if (way.length >= 2) return;
    for (const [name, property] of entries) {
      const plain = plainName(name);
      const isEnvelope = envelopes.has(name.toLowerCase()) || envelopes.has(plain);
      if (isEnvelope && schemas.shapeOf(property).kind === 'object') look(property, [...way, name]);
    }
  };
  look(schema, []);
  return found.sort((a, b) => b.rank - a.rank)[0];
}

function pages({ parameters }: ApiOperation): boolean {
  return parameters.some(({ place: where, name }) =>
    where === 'query'
      ? /^(page|offset|cursor|limit|perpage|pagesize|after|start|skip|top)$/.test(plainName(name))
      : false,
  );
}

/** The member of an answer that holds the record, where all others only say something of the answer. */
function recordOf(
  schema: unknown,
  schemas: Schemas,
  collection: string | undefined,
): { name: string; inner: unknown } | undefined {
  const { properties } = schemas.shapeOf(schema);
  const entries = Object.entries(properties);
  const wrappers = entries.filter(
    ([name, property]) =>
      isPlainMember(name) && isNamedLike(name, collection) && schemas.shapeOf(property).kind === 'object',
  );
  const [wrapper] = wrappers;
  if (wrapper === undefined || wrappers.length > 1) return undefined;
  const isAlone = entries.every(([name]) => name === wrapper[0] || aside.test(plainName(name)));
  return isAlone ? { name: wrapper[0], inner: wrapper[1] } : undefined;
}
