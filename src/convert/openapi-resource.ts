// One operation as a resource: its parameters in their places, what it sends and answers, and how its list is paged.

import type { Resource } from '../element/definition.ts';
import { type ConversionOptions, type Notes, type PagingType, shorten, variableName } from './conversion.ts';
import { ownAddress } from './openapi-address.ts';
import type { Authentication } from './openapi-authentication.ts';
import {
  type AnswerBody,
  constant,
  type ElementParameter,
  type RequestBody,
  readAnswer,
  readRequest,
} from './openapi-body.ts';
import { type ApiOperation, type ApiParameter, text } from './openapi-description.ts';
import { type ListPaging, readPaging, totalKeyOf } from './openapi-paging.ts';
import { collectionOf, type Paths } from './openapi-path.ts';
import { type Schemas, typeOf } from './openapi-schema.ts';

/** An operation with everything that was read of it. */
export interface ReadOperation {
  operation: ApiOperation;
  paths: Paths;
  /** our path, below `/hubs/<hub>` */
  path: string;
  collection: string | undefined;
  answer: AnswerBody;
  request: RequestBody | undefined;
  paging: ListPaging | undefined;
  totalKey: string | undefined;
}

/** Reads an operation that has been given its path. */
export function readOperation(operation: ApiOperation, paths: Paths, path: string, schemas: Schemas): ReadOperation {
  const collection = collectionOf(path);
  const mayBeList = operation.method === 'GET' && !path.endsWith('}');
  const answer = readAnswer(operation, schemas, collection, mayBeList);
  return {
    operation,
    paths,
    path,
    collection,
    answer,
    request: operation.method === 'GET' ? undefined : readRequest(operation, schemas, collection),
    paging: answer.isList ? readPaging(operation, schemas, answer.whole) : undefined,
    totalKey: answer.isList ? totalKeyOf(answer.whole, schemas) : undefined,
  };
}

/** What all resources of an element have in common. */
export interface ResourceSurroundings {
  options: ConversionOptions;
  authentication: Authentication;
  pagingType: PagingType | undefined;
  /** the names of the collections that have a list */
  collections: ReadonlySet<string>;
  notes: Notes;
}

/** Makes the resource of an operation; its model comes later, when the size of all of them is known. */
export function makeResource(read: ReadOperation, surroundings: ResourceSurroundings): Resource {
  const { operation, path, collection, answer, request } = read;
  const { authentication, notes, options, collections } = surroundings;
  if (!authentication.satisfies(operation.security)) {
    notes.add(`${operation.path}/security`, 'wants another way to sign in than the element has, and may be refused.');
  }
  if (operation.method === 'GET' && operation.body !== undefined) {
    notes.add(operation.body.path, 'the body of a GET is left out.');
  }
  if (request?.note !== undefined) notes.add(operation.body?.path ?? operation.path, request.note);
  const pages = pagesOf(read, surroundings);
  const parameters = [
    ...pathParameters(read, notes),
    ...plainParameters(read, pages.taken, surroundings),
    ...pages.parameters,
    ...(request?.parameters ?? []),
    ...(answer.accept === undefined ? [] : [constant('header', 'Accept', answer.accept)]),
  ];
  const rootKey = rootKeyOf(request?.root, answer.root);
  const address = ownAddress(operation, options, notes);
  const totalKey = answer.isList ? read.totalKey : undefined;
  const extension = {
    ...(answer.isDownload ? { download: true } : {}),
    ...(totalKey === undefined ? {} : { totalKey }),
  };
  const resource = {
    method: operation.method,
    path,
    vendorMethod: operation.method,
    vendorPath: (address ?? '') + read.paths.vendorPath,
    type: operation.deprecated ? 'apiNoDocumentation' : 'api',
    description: shorten(operation.summary ?? `${operation.method} ${operation.address}`, 500),
    ...(operation.id === undefined ? {} : { operationId: operation.id }),
    ...(collection !== undefined && collections.has(collection) ? { objectName: collection } : {}),
    ...(rootKey === undefined ? {} : { rootKey }),
    ...pages.members,
    kind: 'eb',
    response: { contentType: 'application/json' },
    parameters,
    hooks: [],
    ...(Object.keys(extension).length === 0 ? {} : { valence: extension }),
  };
  return resource;
}

function rootKeyOf(request: string | undefined, answer: string | undefined): string | undefined {
  if (request === undefined) return answer === undefined ? undefined : `|${answer}`;
  return `${request}|${answer ?? ''}`;
}

/** Every variable of the path, whether it is declared or not. */
function pathParameters({ operation, paths }: ReadOperation, notes: Notes): ElementParameter[] {
  const declared = operation.parameters.filter(({ place }) => place === 'path');
  for (const { name, path } of declared) {
    if (!paths.variables.has(name)) notes.add(path, `{${name}} is not in the path ${operation.address}; left out.`);
  }
  return [...paths.variables].map(([original, name]) => {
    const parameter = declared.find((one) => one.name === original);
    return { ...described(parameter, true), name, vendorName: name, type: 'path', vendorType: 'path', required: true };
  });
}

/** Names that mean something to this platform in a query. */
const reservedNames = new Set(['page', 'pageSize', 'nextPage', 'where']);
const withheldHeaders = /^(authorization|proxy-authorization|cookie|accept|content-type|content-length|host)$/i;

function plainParameters(
  { operation, paths }: ReadOperation,
  taken: ReadonlySet<ApiParameter>,
  { authentication, notes }: ResourceSurroundings,
): ElementParameter[] {
  const names = new Set(paths.variables.values());
  return operation.parameters.flatMap((parameter): ElementParameter[] => {
    const { place, name, path } = parameter;
    if (place === 'path' || taken.has(parameter)) return [];
    if (place === 'cookie') {
      notes.add(path, `the cookie ${name} is left out: callers have none at the vendor.`);
      return [];
    }
    if (authentication.sets.has(`${place} ${name.toLowerCase()}`)) return [];
    if (place === 'header') return withheldHeaders.test(name) ? [] : headerParameters(parameter);
    if (parameter.isDeep) return deepParameters(parameter, notes);
    const ours = reservedNames.has(name) || names.has(name) ? `vendor_${name}` : name;
    if (ours !== name) notes.add(path, `${name} is called ${ours}, since ${name} means something else here.`);
    const required = parameter.required;
    return [
      { ...described(parameter, false), name: ours, vendorName: name, type: 'query', vendorType: 'query', required },
    ];
  });
}

/** A header that always has one value is sent by itself. */
function headerParameters(parameter: ApiParameter): ElementParameter[] {
  const { name, schema } = parameter;
  const values = Array.isArray(schema['enum']) ? schema['enum'] : [];
  const [only] = values.length === 1 ? values : [schema['const'] ?? schema['default']];
  const isConstant =
    parameter.required && typeof only === 'string' && /^[\x20-\x7e]*$/.test(only) && !/[{}]/.test(only);
  const asked = { ...described(parameter, false), name, vendorName: name, type: 'header', vendorType: 'header' };
  if (isConstant) return [constant('header', name, String(only)), { ...asked, required: false }];
  return [{ ...asked, required: parameter.required }];
}

/** The members of an object in the query, each a parameter: `filter[status]`. */
function deepParameters(parameter: ApiParameter, notes: Notes): ElementParameter[] {
  const { schema, name, path, required } = parameter;
  const properties = schema['properties'];
  if (typeof properties !== 'object' || properties === null || Object.keys(properties).length === 0) {
    notes.add(path, `${name} is an object whose members are not described; left out.`);
    return [];
  }
  const needed = Array.isArray(schema['required']) ? schema['required'] : [];
  return Object.keys(properties).map((member) => {
    const deep = `${name}[${member}]`;
    return {
      ...described(parameter, false),
      name: deep,
      vendorName: deep,
      type: 'query',
      vendorType: 'query',
      dataType: 'string',
      required: required && needed.includes(member),
    };
  });
}

/** What is said of a parameter, in the document's words. */
function described(parameter: ApiParameter | undefined, isPath: boolean): Record<string, unknown> {
  const schema = parameter?.schema ?? {};
  const type = typeOf(schema);
  // Integers of 64 bits do not fit into the numbers of JSON, so as part of an address they stay text.
  const isText =
    type === undefined || type === 'object' || schema['format'] === 'int64' || (isPath && type !== 'integer');
  const told = parameter?.description ?? text(schema['description']);
  return {
    source: 'request',
    dataType: isText ? 'string' : type,
    ...(told === undefined ? {} : { description: shorten(told, 500) }),
  };
}

/** The page and the size of a list, as callers name them, and what else tells how it is paged. */
function pagesOf(
  { operation, paging, collection }: ReadOperation,
  { pagingType, notes }: ResourceSurroundings,
): { parameters: ElementParameter[]; members: Partial<Resource>; taken: ReadonlySet<ApiParameter> } {
  if (paging === undefined) return { parameters: [], members: {}, taken: new Set() };
  const { page, size, kind, nextPageKey } = paging;
  const obstacle =
    paging.obstacle ??
    (kind !== 'cursor' && kind !== pagingType && nextPageKey === undefined
      ? `its pages are counted as ${kind}, and those of most other lists as ${pagingType}`
      : undefined);
  if (obstacle !== undefined) {
    notes.add(operation.path, `${collection ?? 'the list'} is not paged by this platform: ${obstacle}.`);
    return { parameters: [], members: { paginationType: 'NO_PAGINATION' }, taken: new Set() };
  }
  // By number a page is asked for from the first one on; a word of the vendor is only given back.
  const isNumbered = kind === pagingType;
  const pageName = isNumbered ? 'page' : 'nextPage';
  const parameters: ElementParameter[] = [];
  if (page !== undefined) {
    const shared = { vendorName: page.name, type: 'query', vendorType: 'query', required: false };
    parameters.push({
      ...described(page, false),
      name: pageName,
      ...shared,
      dataType: isNumbered && kind !== 'cursor' ? 'integer' : 'string',
    });
  } else {
    // the vendor's URL of the next page is called as it is
    parameters.push({
      name: 'nextPage',
      vendorName: 'nextPage',
      type: 'query',
      vendorType: 'no-op',
      source: 'request',
      required: false,
      dataType: 'string',
    });
  }
  if (size !== undefined) {
    const shared = { vendorName: size.name, type: 'query', vendorType: 'query', required: false };
    parameters.push({ ...described(size, false), name: 'pageSize', ...shared, dataType: 'integer' });
  } else if (nextPageKey === undefined) {
    notes.add(
      operation.path,
      'the size of a page is not described: a page with fewer rows than pagination.max counts as the last.',
    );
  }
  return {
    parameters,
    members: { paginationType: 'VENDOR_SUPPORTED', ...(nextPageKey === undefined ? {} : { nextPageKey }) },
    taken: new Set([page, size].filter((parameter) => parameter !== undefined)),
  };
}

/** A name for a model: letters and digits of the words given, each begun with a capital. */
export function modelName(...words: string[]): string {
  const name = words
    .flatMap((word) => word.split(/[^A-Za-z0-9]+/))
    .filter((word) => word !== '')
    .map((word) => word.charAt(0).toUpperCase() + word.slice(1))
    .join('');
  return variableName(name === '' ? 'Model' : name);
}
