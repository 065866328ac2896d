// The vendor that a document describes, as operations: where each is called, what it does to which collection, and how its
// answer is shaped. What it does shows in the path and method on our side, which mean the same for every element.

import { constantText, placeholders } from '../../src/core/template.ts';
import { type Definition, declaredObjects, isList } from '../../src/element/define.ts';
import { type CompiledParameter, type CompiledResource, compileElement } from '../../src/engine/compile.ts';
import { type Address, type Filling, readAddress } from './address.ts';
import { localName, messageOf, readTemplate, type TemplateReader } from './body.ts';
import { protocolOf } from './document.ts';
import { type HookHints, hintsOf } from './hook-hints.ts';
import { type Scalar, type Shape, shapesOf } from './schema.ts';

/**
 * What an operation does. `describe` tells the fields of an object, `single` reads the one record that a path stands for, `act` does something that leaves nothing
 * behind, `token` and `authorize` are OAuth's.
 */
export type Verb =
  | 'list'
  | 'create'
  | 'read'
  | 'update'
  | 'delete'
  | 'single'
  | 'act'
  | 'describe'
  | 'token'
  | 'authorize';

/** The records that operations share; each set of parents has its own. */
export interface Collection {
  /** such as `/contacts/{}/notes` */
  skeleton: string;
  /** what its records are called in made-up values */
  title: string;
  record: Extract<Shape, { kind: 'object' }>;
  idMember: string;
  idStyle: 'number' | 'text' | 'uuid';
  isListed: boolean;
  isCreated: boolean;
  /** how many records there are at the start */
  size: number;
  /** values that some of them must have, because lists keep only those */
  kept: readonly { field: string; value: string }[];
}

/** One operation of the vendor. */
export interface Operation {
  /** such as `GET /contacts/{id}` */
  name: string;
  compiled: CompiledResource;
  verb: Verb;
  isLifecycle: boolean;
  /** whether a script may send the request elsewhere than the document says */
  isMoved: boolean;
  method: string;
  address: Address;
  soapAction: string | undefined;
  template: TemplateReader | undefined;
  /** the local name of the element that the message is, for XML */
  message: string | undefined;
  format: 'json' | 'xml';
  collection: Collection;
  /** variables of the path that choose among the sets of records */
  parents: readonly string[];
  /** the variable of the path that names the record */
  idVariable: string | undefined;
  /** the answer below its root key */
  response: Shape | undefined;
  /** where in it the record or the rows stand */
  place: readonly string[];
  hints: HookHints;
}

/** Rows of the lists that are given whole. */
const fewRows = 25;

/** Reads the operations of an element; `largestPage` is the most rows of a page of an object's list. */
export function readOperations(definition: Definition, largestPage: (objectName: string) => number): Operation[] {
  const element = compileElement(definition);
  const drafts = (definition.document.resources ?? []).flatMap((_resource, index) =>
    draftsOf(definition, element.at(index)),
  );
  const operations: Operation[] = [];
  for (const members of groupsOf(drafts)) {
    for (const draft of members) draft.verb = verbOf(draft, members);
    const collection = collectionOf(definition, members, largestPage);
    const positions = parentPositions(definition, members);
    for (const draft of members) {
      const parents = positions.map((position) => variableOf(draft.segments[position] ?? '') ?? '');
      operations.push(operationOf(definition, draft, collection, parents));
    }
  }
  return operations.sort((a, b) => Number(a.isLifecycle) - Number(b.isLifecycle));
}

/** Operations of one path of ours share records, and so do those of one address: the vendor cannot tell them apart. */
function groupsOf(drafts: readonly Draft[]): Draft[][] {
  const groups = [...Map.groupBy(drafts, ({ skeleton }) => skeleton).values()];
  const owners = new Map<string, Draft[]>();
  for (const group of groups) {
    for (const draft of [...group]) {
      const key = addressKey(draft);
      const owner = key === undefined ? undefined : owners.get(key);
      if (key !== undefined && owner === undefined) owners.set(key, group);
      const [into, from] = [owner, group];
      if (into === undefined || into === from || from.length === 0) continue;
      into.push(...from.splice(0));
      for (const [other, holder] of owners) if (holder === from) owners.set(other, into);
      break;
    }
  }
  return groups.filter(({ length }) => length > 0);
}

function addressKey({ name, compiled, idVariable, isLifecycle }: Draft): string | undefined {
  const { resource, parameters } = compiled;
  const path = resource.vendorPath ?? '';
  const isMessage = parameters.some(({ body }) => body !== undefined);
  const isMoved = compiled.preRequest.length > 0;
  const isOtherForm = name.split(' ').length > 2;
  if (isOtherForm || path === '' || isMessage || isMoved || isLifecycle || resource.valence?.statement !== undefined)
    return undefined;
  return `${idVariable === undefined} ${path.replace(/\$?\{[^{}]*\}/g, '{}')}`;
}

interface Draft {
  name: string;
  compiled: CompiledResource;
  segments: string[];
  skeleton: string;
  idVariable: string | undefined;
  isLifecycle: boolean;
  verb: Verb;
  response: Shape | undefined;
  request: Shape | undefined;
  place: readonly string[];
}

const callable = new Set([undefined, null, '', 'api', 'apiNoDocumentation']);

/** A resource, and each other form that it has. */
function draftsOf(definition: Definition, compiled: CompiledResource): Draft[] {
  if (compiled.resource.valence?.answer !== undefined) return [];
  const forms: [string, CompiledResource][] = [
    ['', compiled],
    ...compiled.filtered.map(({ resource }): [string, CompiledResource] => [' where', resource]),
    ...[...compiled.ways].map(([way, resource]): [string, CompiledResource] => [` ${way}`, resource]),
    ...(compiled.describe === undefined ? [] : [[' described', compiled.describe] as [string, CompiledResource]]),
  ];
  const known = new Set(definition.settings.keys());
  return forms.map(([form, resource]) => draftOf(form, resource, known));
}

function draftOf(form: string, compiled: CompiledResource, settings: ReadonlySet<string>): Draft {
  const { resource, method, path } = compiled;
  const isDescription = form === ' described';
  const segments = (isDescription ? '/described' : path).split('/').slice(1);
  const last = variableOf(segments.at(-1) ?? '');
  const namesRecord = last !== undefined && !isList(resource) && last !== 'objectName' && last !== 'childObjectName';
  const picks = last !== undefined && isList(resource) && resource.valence?.pick !== undefined;
  const collection = namesRecord || picks ? segments.slice(0, -1) : segments;
  const { response, request } = shapesOf(resource);
  const rooted = rootedShape(compiled, response);
  return {
    name: `${method} ${path}${form}`,
    compiled,
    segments: collection,
    skeleton: `/${collection.map((segment) => (variableOf(segment) === undefined ? segment : '{}')).join('/')}`,
    idVariable: namesRecord ? last : undefined,
    isLifecycle: !callable.has(resource.type ?? undefined),
    verb: 'act',
    response: isDescription ? undefined : rooted,
    request,
    place: placeOf(compiled, rooted, namesRecord, settings),
  };
}

/** A path variable's name, undefined for any other segment. */
export function variableOf(segment: string): string | undefined {
  return /^\{:?([^{}]+)\}$/.exec(segment)?.[1];
}

/** Some models are those of the whole answer, others of what stands at its root key. */
function rootedShape({ rootKey }: CompiledResource, shape: Shape | undefined): Shape | undefined {
  let found: Shape | undefined = shape;
  for (const step of rootKey.response) {
    if (found?.kind === 'object' && typeof step === 'string') found = found.members.get(step);
    else if (found?.kind === 'array' && typeof step === 'number') found = found.item;
    else return shape;
  }
  return found ?? shape;
}

const idNames = ['id', 'Id', 'ID', '_id', 'uuid', 'guid', 'gid', 'uid', 'key', 'Key', 'href'];

function hasId(shape: Shape | undefined): boolean {
  return shape?.kind === 'object' && (shape.keys.length > 0 || idNames.some((name) => shape.members.has(name)));
}

/** Where rows or a record stand when the root key does not lead to them. */
function placeOf(
  compiled: CompiledResource,
  shape: Shape | undefined,
  namesRecord: boolean,
  settings: ReadonlySet<string>,
): readonly string[] {
  const isRooted = compiled.rootKey.response.length > 0;
  const hints = hintsOf(compiled.postRequest);
  if (shape?.kind === 'object' && !hasId(shape) && !isRooted) {
    const members = [...shape.members];
    const lists = members.filter(([, inner]) => inner.kind === 'array' && inner.item?.kind === 'object');
    if (!namesRecord && lists[0] !== undefined) return [lists[0][0]];
    const records = members.filter(([, inner]) => hasId(inner) || (inner.kind === 'array' && hasId(inner.item)));
    if (records.length === 1 && records[0] !== undefined) return [records[0][0]];
  }
  if (shape === undefined && !isRooted && isList(compiled.resource)) {
    const title = plain(compiled.path.slice(compiled.path.lastIndexOf('/') + 1));
    const named = [...hints.lists, ...hints.members].find((path) => plain(path) === title);
    const list = named ?? hints.lists[0];
    if (list !== undefined && !settings.has(list)) return list.split('.');
  }
  return [];
}

/** A name without what writers of APIs disagree about: case, separators and the plural. */
export function plain(name: string): string {
  const letters = name.toLowerCase().replace(/[^a-z0-9]/g, '');
  return letters.replace(/ies$/, 'y').replace(/(?<!s)s$/, '');
}

function verbOf(draft: Draft, group: readonly Draft[]): Verb {
  const { compiled, idVariable, isLifecycle } = draft;
  const { type } = compiled.resource;
  if (draft.skeleton === '/described') return 'describe';
  if (type === 'oauthOnTokenExchange' || type === 'oauthOnTokenRefresh' || type === 'oauth2Password') return 'token';
  if (type === 'oauthOnAuthorizeUrl' || type === 'oauthOnAuthroizeUrl') return 'authorize';
  const { method } = compiled;
  const others = group.filter((other) => other !== draft);
  const reads = (other: Draft) => other.compiled.method === 'GET' && other.idVariable === undefined;
  if (method === 'GET') {
    if (idVariable !== undefined) return 'read';
    return isListed(draft, group) ? 'list' : 'single';
  }
  if (idVariable !== undefined) return method === 'DELETE' ? 'delete' : 'update';
  const isSingle = others.some((other) => reads(other) && !isListed(other, group));
  if (method === 'POST') {
    const hasRecords = others.some((other) => other.idVariable !== undefined || (reads(other) && !isSingle));
    if (hasRecords || (isLifecycle && type === 'onProvisionWebhook')) return 'create';
    return isSingle ? 'update' : 'act';
  }
  return isSingle && method !== 'DELETE' ? 'update' : 'act';
}

function isListed({ compiled, response, place, segments }: Draft, group: readonly Draft[]): boolean {
  if (!isList(compiled.resource)) return false;
  if (compiled.resource.valence?.statement !== undefined) return true;
  if (group.some(({ idVariable }) => idVariable !== undefined) || response?.kind === 'array' || place.length > 0)
    return true;
  const last = segments.at(-1) ?? '';
  if (variableOf(last) !== undefined) return true;
  const isPlural = /[^su]s$|ses$|\ball$/i.test(last.replace(/\.\w+$/, ''));
  if (response?.kind === 'object' && !isPlural) return false;
  if (response?.kind === 'scalar') return false;
  const { queryNames, nextPageKey } = compiled;
  const isPaged = queryNames.has('page') || queryNames.has('nextPage') || queryNames.has('pageSize');
  return isPaged || nextPageKey !== undefined || compiled.totalKey !== undefined || isPlural;
}

function collectionOf(
  definition: Definition,
  group: readonly Draft[],
  largestPage: (objectName: string) => number,
): Collection {
  const [first] = group;
  const segments = first?.segments ?? [];
  const title = [...segments].reverse().find((segment) => variableOf(segment) === undefined) ?? 'record';
  const record = recordShape(group);
  const objectName = group.map(({ compiled }) => compiled.resource.objectName ?? '').find((name) => name !== '') ?? '';
  const idMember = idMemberOf(definition, group, record, title, objectName);
  const lists = group.filter(({ verb }) => verb === 'list');
  const largest = Math.max(1, ...lists.map(({ compiled }) => largestPage(compiled.resource.objectName ?? '')));
  const hasPages = lists.some(
    ({ compiled: { queryNames, nextPageKey, paging, resource } }) =>
      paging !== 'none' &&
      (queryNames.has('page') ||
        queryNames.has('nextPage') ||
        nextPageKey !== undefined ||
        paging === 'platform' ||
        resource.valence?.statement !== undefined),
  );
  return {
    skeleton: first?.skeleton ?? '',
    title: title.replace(/\.\w+$/, ''),
    record,
    idMember,
    idStyle: idStyleOf(group, record.members.get(idMember)),
    isListed: lists.length > 0,
    isCreated: group.some(({ verb }) => verb === 'create'),
    size: hasPages ? Math.min(5000, Math.floor(largest * 2.5)) : fewRows,
    kept: group.flatMap(({ compiled }) => compiled.resource.valence?.keep ?? []),
  };
}

/** Where the paths of a group have variables that the vendor is told by each of its operations. */
function parentPositions(definition: Definition, group: readonly Draft[]): number[] {
  const [first] = group;
  if (first === undefined || group.some(({ skeleton }) => skeleton !== first.skeleton)) return [];
  return first.segments.flatMap((segment, position) => {
    if (variableOf(segment) === undefined) return [];
    const isTold = group.every(({ compiled, segments }) => {
      return tells(definition, compiled, variableOf(segments[position] ?? ''));
    });
    return isTold ? [position] : [];
  });
}

/** Whether the vendor is told a variable of our path. */
function tells(definition: Definition, compiled: CompiledResource, variable: string | undefined): boolean {
  if (variable === undefined) return true;
  const own = compiled.parameters.find(
    ({ from, name }) => name === variable && from !== 'value' && from !== 'configuration',
  );
  if (own !== undefined && own.to !== 'no-op') return true;
  const base = definition.settings.get('base.url')?.defaultValue ?? '';
  if (placeholders(`${base}${compiled.resource.vendorPath ?? ''}`).includes(variable)) return true;
  return compiled.parameters.some(({ from, name }) => from === 'value' && placeholders(name).includes(variable));
}

/** The members of all models of a collection's records; those of lists and reads count first. */
function recordShape(group: readonly Draft[]): Collection['record'] {
  const order: Verb[] = ['read', 'list', 'single', 'update', 'create'];
  const members = new Map<string, Shape>();
  const keys: string[] = [];
  const add = (shape: Shape | undefined): void => {
    if (shape?.kind === 'array') add(shape.item);
    if (shape?.kind !== 'object') return;
    for (const [name, member] of shape.members) if (!members.has(name)) members.set(name, member);
    keys.push(...shape.keys);
  };
  const sorted = group
    .filter(({ verb }) => order.includes(verb))
    .toSorted((a, b) => order.indexOf(a.verb) - order.indexOf(b.verb));
  for (const { response, place } of sorted) {
    let shape = response;
    for (const step of place) shape = shape?.kind === 'object' ? shape.members.get(step) : shape;
    add(shape);
  }
  if (members.size === 0) for (const { request } of sorted) add(request);
  return { kind: 'object', members, keys };
}

function idMemberOf(
  definition: Definition,
  group: readonly Draft[],
  record: Collection['record'],
  title: string,
  objectName: string,
): string {
  const declared = declaredObjects(definition.document).find(({ name }) => name === objectName || name === title);
  const primary = declared?.['primaryKeyName'];
  const variables = group.flatMap(({ idVariable, compiled }) =>
    idVariable === undefined ? [] : [idVariable, ...vendorNamesOf(compiled, idVariable)],
  );
  const keyed = [...record.members].find(([, member]) => member.kind === 'scalar' && member.isKey)?.[0];
  const picked = group
    .map(({ compiled }) => compiled.resource.valence?.pick?.field)
    .find((field) => field !== undefined);
  const names = [...record.members.keys()];
  const singular = plain(title);
  return (
    picked ??
    record.keys[0] ??
    keyed ??
    (typeof primary === 'string' && primary !== '' ? primary : undefined) ??
    variables.find((name) => name !== 'id' && record.members.has(name)) ??
    idNames.find((name) => record.members.has(name)) ??
    names.find((name) => plain(name) === `${singular}id` || plain(name) === `${singular}key`) ??
    names.find((name) => variables.some((variable) => plain(variable) === plain(name))) ??
    'id'
  );
}

function vendorNamesOf({ parameters }: CompiledResource, variable: string): string[] {
  return parameters
    .filter(({ from, name }) => from === 'path' && name === variable)
    .map(({ vendorName }) => vendorName);
}

/** OData says in the path which type a key has; else the schema does, and a parameter that is a number. */
function idStyleOf(group: readonly Draft[], shape: Shape | undefined): Collection['idStyle'] {
  const scalar: Scalar | undefined = shape?.kind === 'scalar' ? shape : undefined;
  const paths = group.map(({ compiled }) => compiled.resource.vendorPath ?? '');
  if (paths.some((path) => /guid'\{/.test(path)) || /^(uuid|guid)$/.test(scalar?.format ?? '')) return 'uuid';
  return scalar?.type === 'integer' || scalar?.type === 'number' ? 'number' : 'text';
}

function operationOf(
  definition: Definition,
  draft: Draft,
  collection: Collection,
  parents: readonly string[],
): Operation {
  const { compiled } = draft;
  const base = definition.settings.get('base.url')?.defaultValue || '{base.url}';
  const written = compiled.parameters.find(({ body }) => body !== undefined);
  const template = written?.body === undefined ? undefined : readTemplate(written.name, written.body);
  const message = template?.language === 'xml' ? messageOf(template.value)?.[0] : undefined;
  return {
    name: draft.name,
    compiled,
    verb: draft.verb,
    isLifecycle: draft.isLifecycle,
    isMoved: compiled.preRequest.some(({ source }) => /request_vendor_(path|url|method)['"]?\s*[:=](?!=)/.test(source)),
    method: compiled.vendorMethod,
    address: withFixedQuery(
      readAddress(base, compiled.resource.vendorPath ?? '', fillingOf(definition, compiled)),
      compiled,
    ),
    soapAction: headerText(compiled, 'soapaction'),
    template,
    message: message === undefined ? undefined : localName(message),
    format: isXml(definition, compiled, template) ? 'xml' : 'json',
    collection,
    parents,
    idVariable: draft.idVariable,
    response: draft.response,
    place: draft.place,
    hints: hintsOf(compiled.postRequest),
  };
}

function fillingOf({ settings }: Definition, { parameters, path }: CompiledResource): Filling {
  const variables = new Set(placeholders(path));
  return (key) => {
    const parameter = parameters.find(({ to, vendorName }) => to === 'path' && vendorName === key);
    const constant = parameter?.template === undefined ? undefined : constantText(parameter.template);
    if (constant !== undefined) return { kind: 'constant', text: constant };
    if (parameter !== undefined) return { kind: parameter.from === 'configuration' ? 'setting' : 'given' };
    return { kind: !variables.has(key) && settings.has(key) ? 'setting' : 'given' };
  };
}

/** Parameters that are always the same tell operations of one address apart. */
function withFixedQuery(address: Address, { parameters }: CompiledResource): Address {
  const fixed = parameters.flatMap((parameter) => {
    const text =
      parameter.to !== 'query' || parameter.template === undefined ? undefined : constantText(parameter.template);
    if (text === undefined) return [];
    const source = text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
    return [
      {
        name: parameter.vendorName,
        value: { pattern: new RegExp(`^${source}$`, 's'), names: [], literal: text.length },
      },
    ];
  });
  return { ...address, query: [...address.query, ...fixed] };
}

/** A header that is always the same. */
function headerText({ parameters }: CompiledResource, header: string): string | undefined {
  const found = parameters.find(({ to, vendorName, template }: CompiledParameter) => {
    return to === 'header' && vendorName.toLowerCase() === header && template !== undefined;
  });
  return found?.template === undefined ? undefined : constantText(found.template);
}

function isXml({ document }: Definition, compiled: CompiledResource, template: TemplateReader | undefined): boolean {
  if (template?.language === 'xml' || protocolOf(document) === 'soap') return true;
  const types = [headerText(compiled, 'content-type'), headerText(compiled, 'accept')];
  return types.some((type) => /\bxml\b/i.test(type ?? '')) && !types.some((type) => /json/i.test(type ?? ''));
}
