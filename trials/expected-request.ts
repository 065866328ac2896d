// What a definition says must be sent: an interpretation of element-format.md section 2, steps 4 to 10, written apart from
// src/engine on purpose. It may be slow and knows made-up calls only.

import type { DocumentHook, DocumentParameter, DocumentResource, ElementDocument } from './element-document.ts';
import { givesRows, pathBelowHub, variantsOf } from './element-document.ts';
import { describedFields, type MadeCall, type MadeCondition, type MadeFile, nextCursor } from './made-up.ts';
import { NotForetellable, runHook } from './run-hook.ts';

/** The body that must arrive. */
export type ExpectedBody =
  | { kind: 'none' }
  | { kind: 'json'; value: unknown }
  | { kind: 'text'; text: string }
  | { kind: 'form'; fields: Record<string, unknown> }
  | { kind: 'multipart'; fields: Record<string, unknown>; file: MadeFile | undefined };

/** A part of a request that a hook decides alone. */
export type RequestPart = 'method' | 'url' | 'query' | 'headers' | 'body';

/** The request that must arrive. */
export interface ExpectedRequest {
  method: string;
  /** with the vendor's own host; its path as it must be sent */
  url: URL;
  /** decoded */
  query: [string, string][];
  /** names in lower case */
  headers: Record<string, string>;
  body: ExpectedBody;
  /** what nobody can foretell, because a hook needs a running platform */
  unforeseen: Set<RequestPart>;
}

/** One resource's call. */
export interface ResourceCall {
  document: ElementDocument;
  resource: DocumentResource;
  /** every setting of the instance that has a value */
  settings: Readonly<Record<string, string>>;
  call: MadeCall;
  /** the body that the resource before this one in a chain answered */
  previous: unknown;
  /** the whole answer of that one, which may be a file */
  previousAnswer?: unknown;
  /** whether the call asks for the page behind the first one by its token */
  follows: boolean;
}

/** What is expected: a request, or an answer without one, for a reason that a hook gives. */
export type Expectation = { request: ExpectedRequest } | { answer: { status: number; body: unknown }; because: string };

/** The resource as it is for a call: another one may serve calls with `where`. */
export function servingResource(resource: DocumentResource, call: MadeCall): DocumentResource {
  if (call.query['where'] === undefined) return resource;
  const variants = variantsOf(resource);
  const alone = variants.find(({ fields }) => call.conditions.every(({ attribute }) => fields?.includes(attribute)));
  return { ...resource, ...(alone ?? variants.find(({ fields }) => fields === undefined)) };
}

/** Foretells the request of one resource's call. */
export function expectRequest(given: ResourceCall): Expectation {
  const resource = servingResource(given.resource, given.call);
  const { answer } = resource.valence ?? {};
  if (answer !== undefined) {
    return { answer: { status: answer.status, body: undefined }, because: answer.message ?? 'the document answers' };
  }
  const places = new Places({ ...given, resource });
  for (const parameter of requestParameters(given.document, resource)) places.put(parameter);
  return applyHooks({ ...given, resource }, places.finish());
}

/** Step 5: element-level first; the resource overrides what has the same place and name at the vendor. */
function requestParameters(document: ElementDocument, resource: DocumentResource): DocumentParameter[] {
  const own = (resource.parameters ?? []).filter(({ source }) => source !== 'response').map(turned);
  const place = ({ vendorType, vendorName }: DocumentParameter) => `${vendorType} ${vendorName}`.toLowerCase();
  const overridden = new Set(own.map(place));
  const shared = (document.parameters ?? []).filter(({ source }) => source !== 'response').map(turned);
  const all = [...shared.filter((parameter) => !overridden.has(place(parameter))), ...own];
  const fillsTemplates = ({ vendorType }: DocumentParameter) => vendorType === 'path' || vendorType === 'bodyToken';
  return [...all.filter(fillsTemplates), ...all.filter((parameter) => !fillsTemplates(parameter))];
}

/** Section 1.3, the reversed shape: with the vendorType `value` the literal is the vendorName. */
function turned(parameter: DocumentParameter): DocumentParameter {
  const vendorType = parameter.vendorType ?? parameter.type;
  const vendorName = parameter.vendorName ?? parameter.name;
  if (vendorType !== 'value' || parameter.type === 'value') return { ...parameter, vendorType, vendorName };
  return { ...parameter, type: 'value', name: vendorName, vendorType: parameter.type, vendorName: parameter.name };
}

/** A request that grows parameter by parameter. */
interface Grown {
  method: string;
  base: string;
  path: string;
  query: [string, string][];
  headers: Record<string, string>;
  body: ExpectedBody;
}

/** Puts parameters in their places at the vendor. */
class Places {
  readonly #given: ResourceCall;
  readonly #tokens = new Map<string, unknown>();
  readonly #encoded = new Set<string>();
  readonly #query: [string, string][] = [];
  readonly #headers: Record<string, string> = {};
  readonly #fields: Record<string, unknown> = {};
  #hasFields = false;
  #isMultipart = false;
  #file: MadeFile | undefined;
  /** a file that is the whole body */
  #raw: string | undefined;
  #body: unknown;
  #lookIntoBody = false;

  constructor(given: ResourceCall) {
    this.#given = given;
  }

  put(parameter: DocumentParameter): void {
    const { type, name, vendorType, vendorName } = parameter as DocumentParameter & { vendorName: string };
    const converter = parameter.converter || (/^converter:(\w+)/.exec(vendorName)?.[1] ?? '');
    if (converter !== '') {
      this.#putConverted(converter, parameter);
      return;
    }
    if (type === 'value' && vendorType === 'body') {
      this.#mergeBody(this.#fillBody(name));
      return;
    }
    const { call, previousAnswer } = this.#given;
    if (type === 'prevBody' && parameter.dataType === 'file') {
      this.#isMultipart = true;
      this.#file = { field: vendorName, fileName: 'file', text: JSON.stringify(previousAnswer) };
      return;
    }
    if (parameter.vendorDataType === 'base64' && call.body.kind === 'multipart' && call.body.file?.field === name) {
      this.#putMember(vendorName, Buffer.from(call.body.file.text).toString('base64'));
      return;
    }
    if (vendorType === 'no-op') return;
    if (type === 'multipart' && call.body.kind === 'multipart' && call.body.file?.field === name) {
      if (vendorType === 'body') {
        this.#raw = call.body.file.text;
        return;
      }
      this.#isMultipart = true;
      this.#file = { ...call.body.file, field: vendorName };
      return;
    }
    const value = this.#read(parameter);
    if (value === undefined || value === null || value === '') return;
    switch (vendorType) {
      case 'path':
      case 'bodyToken':
        this.#tokens.set(vendorName.replace(/^:/, ''), value);
        if (type !== 'configuration' && type !== 'value') this.#encoded.add(vendorName.replace(/^:/, ''));
        if (type === 'body') this.#lookIntoBody = true;
        return;
      case 'query':
        this.#setQuery(vendorName, plain(value));
        return;
      case 'header':
        this.#headers[vendorName.toLowerCase()] = plain(value);
        return;
      case 'multipart':
        this.#isMultipart = true;
        this.#fields[vendorName] = value;
        return;
      case 'form':
        this.#hasFields = true;
        this.#fields[vendorName] = value;
        return;
      case 'body':
        this.#mergeBody(value);
        return;
      case 'bodyField':
        this.#putMember(vendorName, value);
    }
  }

  #putMember(path: string, value: unknown): void {
    this.#body = structuredClone(this.#body ?? {});
    let place = this.#body as Record<string, unknown>;
    const names = path.split('.');
    for (const step of names.slice(0, -1)) {
      place[step] ??= {};
      place = place[step] as Record<string, unknown>;
    }
    place[names.at(-1) ?? ''] = value;
  }

  finish(): Grown {
    const { resource, settings } = this.#given;
    return {
      method: resource.vendorMethod || resource.method,
      base: this.#fillPath(settings['base.url'] ?? ''),
      path: this.#fillPath(resource.vendorPath ?? ''),
      query: this.#query,
      headers: this.#headers,
      body: this.#finishBody(),
    };
  }

  #finishBody(): ExpectedBody {
    if (this.#raw !== undefined) return { kind: 'text', text: this.#raw };
    const members = isRecord(this.#body) ? this.#body : {};
    const [request = '', ...rest] = (this.#given.resource.rootKey ?? '').split('|');
    const wrap = rest.length === 0 ? [] : request.split('.').filter((name) => name !== '');
    const wrapped = (body: unknown) => wrap.toReversed().reduce<unknown>((inner, name) => ({ [name]: inner }), body);
    if (this.#isMultipart) {
      const parts = isRecord(this.#body) ? (wrapped(members) as Record<string, unknown>) : {};
      return { kind: 'multipart', fields: { ...parts, ...this.#fields }, file: this.#file };
    }
    if (this.#hasFields) return { kind: 'form', fields: this.#fields };
    if (this.#body === undefined) return { kind: 'none' };
    const value = wrapped(this.#body);
    return typeof value === 'string' ? { kind: 'text', text: value } : { kind: 'json', value };
  }

  /** A parameter behind another of the same name at the vendor takes its place. */
  #setQuery(name: string, value: string): void {
    const present = this.#query.find(([other]) => other === name);
    if (present === undefined) this.#query.push([name, value]);
    else present[1] = value;
  }

  #mergeBody(value: unknown): void {
    this.#body = isRecord(value) && isRecord(this.#body) ? { ...this.#body, ...value } : value;
  }

  #read({ type, name, dataType }: DocumentParameter): unknown {
    const { call, settings, previous } = this.#given;
    const { body } = call;
    const typed = (text: string | undefined) =>
      text !== undefined && (dataType === 'integer' || dataType === 'number') ? Number(text) : text;
    switch (type) {
      case 'value':
        return fillTemplate(name, (key) => this.#find(key));
      case 'configuration':
        return settings[name];
      case 'query':
        return typed(this.#queryValue(name));
      case 'path':
        return typed(call.pathVariables[name]);
      case 'header':
        return call.headers[name.toLowerCase()];
      case 'body':
        if (body.kind === 'json') return body.value;
        return body.kind === 'multipart' ? undeclared(body.fields, this.#given.resource) : undefined;
      case 'bodyField':
        return body.kind === 'json' ? memberAt(body.value, name) : undefined;
      case 'multipart':
      case 'form':
        if (body.kind === 'multipart' && name === 'file.fileName') return body.file?.fileName;
        if (body.kind === 'multipart' && name === 'file.contentType') return body.file && 'text/plain';
        // A call without a body, such as a GET, has nothing but its path to give such a field.
        return (body.kind === 'multipart' ? body.fields[name] : undefined) ?? call.pathVariables[name];
      case 'prevBody':
        return previous;
      case 'prevBodyField':
        return memberAt(previous, name);
      default:
        return undefined;
    }
  }

  /** Step 4. The first page and the largest size are asked for where a list declares them. */
  #queryValue(name: string): string | undefined {
    const { call, resource, follows, settings } = this.#given;
    const isList = givesRows(resource) && resource.paginationType !== 'NO_PAGINATION';
    const { type, first, size } = this.#paging();
    const number = Number(call.query['page'] ?? 1) + (follows ? 1 : 0);
    const page = type === 'offset' ? (number - 1) * size : number - 1 + first;
    const namesCursor = (resource.nextPageKey ?? '') !== '' || settings['pagination.type'] === 'cursor';
    const asked = call.query['page'] !== undefined || call.query['pageSize'] !== undefined;
    if (name === 'pageSize')
      return isList || call.query['pageSize'] !== undefined || follows ? String(size) : undefined;
    if (name === 'nextPage')
      return follows ? (namesCursor ? nextCursor : String(page)) : number > 1 ? String(page) : undefined;
    if (name !== 'page') return call.query[name];
    if (follows && namesCursor) return nextCursor;
    if (type === 'cursor') return undefined;
    return isList || asked || follows ? String(page) : undefined;
  }

  #paging(): { type: string; first: number; size: number } {
    const { call, settings } = this.#given;
    const type = settings['pagination.type'] ?? '';
    const start = Number(settings['pagination.page.startindex'] ?? 1);
    const first = type === 'page 0' ? 0 : type === 'page' ? start : 1;
    const max = Number(settings['pagination.max'] ?? 100);
    return { type, first, size: Math.min(Number(call.query['pageSize'] ?? max), max) };
  }

  /** Step 5, converters of `where`. */
  #putConverted(converter: string, parameter: DocumentParameter): void {
    const { call, resource } = this.#given;
    const statement = resource.valence?.statement;
    if (statement !== undefined) {
      this.#query.push([parameter.vendorName ?? '', this.#statement(statement)]);
      return;
    }
    if (call.query['where'] === undefined) return;
    if (converter === 'toQueryParameters') {
      for (const { attribute, value } of call.conditions) this.#query.push([attribute, value]);
      return;
    }
    if (converter === 'toSFDCReportFilter') {
      const reportFilters = call.conditions.map(({ attribute: column, value }) => ({
        column,
        operator: 'equals',
        value,
      }));
      this.#mergeBody({ reportMetadata: { reportFilters } });
      return;
    }
    const text = convertedWhere[converter]?.(call.conditions);
    if (text === undefined) throw new NotForetellable(`the converter ${converter} is not known here`);
    const name = (parameter.vendorName ?? '').startsWith('converter:') ? '$filter' : (parameter.vendorName ?? '');
    if (parameter.vendorType === 'bodyToken') this.#tokens.set(name, text);
    else this.#query.push([name, text]);
  }

  #statement({ object, fields: own, conditions = [] }: Statement) {
    const fields = own ?? describedFields;
    const { call, follows } = this.#given;
    const { size } = this.#paging();
    const selected = call.query['fields']?.split(',') ?? fields;
    const clauses = conditions.map(({ field, parameter }) => `${field} = '${call.pathVariables[parameter]}'`);
    if (call.query['where'] !== undefined) clauses.push(convertedWhere['toSoql']?.(call.conditions) ?? '');
    const where = clauses.length === 0 ? '' : ` WHERE ${clauses.join(' AND ')}`;
    const offset = (Number(call.query['page'] ?? 1) - 1 + (follows ? 1 : 0)) * size;
    const end = offset === 0 ? '' : ` OFFSET ${offset}`;
    const order = call.query['orderBy'] ?? fields[0];
    return `SELECT ${selected.join(', ')} FROM ${objectOf(object, call)}${where} ORDER BY ${order} LIMIT ${size}${end}`;
  }

  /** A placeholder that no parameter binds: the path variable of its name, then the setting (step 7). */
  #find(key: string): unknown {
    const { call, settings } = this.#given;
    if (this.#tokens.has(key)) return this.#tokens.get(key);
    if (this.#lookIntoBody && call.body.kind === 'json') {
      const member = memberAt(call.body.value, key);
      if (member !== undefined) return member;
    }
    // The platform's own words for pages are placeholders, too.
    if (key === 'pageSize') return String(this.#paging().size);
    return call.pathVariables[key] ?? settings[key];
  }

  /** What a caller gives is one segment; what the element or a setting says may be more. */
  #fillPath(template: string): string {
    return fillTemplate(template, (key) => {
      const value = this.#find(key);
      const isCallers =
        this.#encoded.has(key) || (!this.#tokens.has(key) && this.#given.call.pathVariables[key] !== undefined);
      return value === undefined || !isCallers ? value : encodeURIComponent(plain(value));
    });
  }

  #fillBody(template: string): unknown {
    const isXml = template.trimStart().startsWith('<');
    const isJson = /^\s*[{[]/.test(template);
    const text = fillTemplate(template, (key) => {
      const value = this.#find(key);
      if (value === undefined) return undefined;
      if (isXml) return escapeXml(plain(value));
      return isJson ? JSON.stringify(plain(value)).slice(1, -1) : plain(value);
    });
    if (!isJson) return text;
    try {
      return JSON.parse(text);
    } catch {
      return text;
    }
  }
}

type Statement = NonNullable<NonNullable<DocumentResource['valence']>['statement']>;

/** An object that stands in the path is the caller's word. */
function objectOf(object: string, { pathVariables }: MadeCall): string {
  return object.replace(/^\{(\w+)\}$/, (_, name: string) => pathVariables[name] ?? '');
}

/** The path of the description that a statement needs before it can select everything; undefined when it needs none. */
export function describingPath({ valence }: DocumentResource, call: MadeCall): string | undefined {
  const { statement } = valence ?? {};
  if (statement?.described === undefined || call.query['fields'] !== undefined) return undefined;
  return statement.described.vendorPath.replace('{object}', objectOf(statement.object, call));
}

const each =
  (write: (condition: MadeCondition) => string, joint: string) =>
  (conditions: readonly MadeCondition[]): string =>
    conditions.map(write).join(joint);

/** A made-up `where` in each target language. */
const convertedWhere: Record<string, (conditions: readonly MadeCondition[]) => string> = {
  toODataFilter: each(({ attribute, value }) => `${attribute} eq '${value}'`, ' and '),
  toODataV3Filter: each(({ attribute, value }) => `${attribute} eq '${value}'`, ' and '),
  toSoql: each(({ attribute, value }) => `${attribute} = '${value}'`, ' AND '),
  toSearchTerms: each(({ attribute, value }) => `${attribute}:${/\s/.test(value) ? `"${value}"` : value}`, ' '),
  toWiql: each(({ attribute, value }) => `[${attribute}] = '${value}'`, ' AND '),
  toValueList: each(({ value }) => value, ','),
};

/** A form's fields that no parameter names are the body's. */
function undeclared(
  fields: Record<string, string>,
  { parameters }: DocumentResource,
): Record<string, string> | undefined {
  const named = new Set((parameters ?? []).map(({ name }) => name));
  const rest = Object.entries(fields).filter(([name]) => !named.has(name));
  return rest.length === 0 ? undefined : Object.fromEntries(rest);
}

/** `{key}`, `${key}`, `${configuration.key}`, `{:key}` and `CE.b64(…)`; what `find` does not know stays as written. */
function fillTemplate(template: string, find: (key: string) => unknown): string {
  const fill = (text: string) =>
    text.replace(/\$?\{:?(?:configuration\.)?([\w.@-]+)\}/g, (whole: string, key: string) => {
      const value = find(key);
      return value === undefined || value === null ? whole : plain(value);
    });
  return fill(template.replace(/CE\.b64\((.*)\)/s, (_, inner: string) => Buffer.from(fill(inner)).toString('base64')));
}

/** Steps 7 to 9: the URL, and what hooks make of the request. */
function applyHooks(given: ResourceCall, grown: Grown): Expectation {
  const { document, resource } = given;
  const unforeseen = new Set<RequestPart>();
  let current = grown;
  for (const hook of [...(document.hooks ?? []), ...(resource.hooks ?? [])]) {
    if (hook.type !== 'preRequest' || (hook.body ?? '').trim() === '') continue;
    const source = hook.body ?? '';
    try {
      const result = runHook(source, hookVariables(given, current)) ?? {};
      if (result['continue'] === false) {
        const status = Number(result['response_status_code'] ?? 200);
        const because = String(result['response_error_message'] ?? 'it answers itself');
        return { answer: { status, body: result['response_body'] }, because };
      }
      current = hooked(current, result);
    } catch (error) {
      // Hooks that throw must fail at call time (section 1.5).
      if (!(error instanceof NotForetellable)) return { answer: { status: 500, body: null }, because: String(error) };
      for (const part of partsNamed(source)) unforeseen.add(part);
    }
  }
  // Requests have no fragments.
  const url = new URL(joined(current.base, current.path).replaceAll('#', '%23'));
  const query: [string, string][] = [...url.searchParams, ...current.query];
  const { method, headers, body } = current;
  return { request: { method: method.toUpperCase(), url, query, headers, body, unforeseen } };
}

function partsNamed(source: string): RequestPart[] {
  const parts: [RegExp, RequestPart][] = [
    [/request_vendor_method/, 'method'],
    [/request_vendor_(path|url)/, 'url'],
    [/request_vendor_parameters/, 'query'],
    [/request_vendor_headers/, 'headers'],
    [/request_vendor_body/, 'body'],
  ];
  // Who can load modules may send a request of its own instead.
  if (/require\s*\(\s*["'](https?|axios)["']/.test(source)) return parts.map(([, part]) => part);
  return parts.filter(([pattern]) => pattern.test(source)).map(([, part]) => part);
}

/** Step 7. */
function joined(base: string, path: string): string {
  if (/^https?:/i.test(path)) return path;
  if (base.includes('?') || path === '') return base + path;
  return `${base.replace(/\/+$/, '')}/${path.replace(/^\/+/, '')}`;
}

/** Section 1.5: the variables that hooks read, null for what is missing. */
function hookVariables({ document, resource, call, settings, previous }: ResourceCall, grown: Grown) {
  const named = (resource.parameters ?? []).filter(({ type }) => type === 'query').map(({ name }) => [name, null]);
  const body = call.body.kind === 'json' ? call.body.value : call.body.kind === 'multipart' ? call.body.fields : null;
  const vendorBody = grown.body.kind === 'json' ? grown.body.value : null;
  return {
    request_method: call.method,
    request_path: `/hubs/${document.hub}${pathBelowHub(resource.path)}`,
    request_path_variables: call.pathVariables,
    request_parameters: { ...reservedNames, ...Object.fromEntries(named), ...call.query, ...call.pathVariables },
    request_headers: call.headers,
    request_body: body === null ? null : JSON.stringify(body),
    request_body_map: body,
    request_expression: call.query['where'] === undefined ? null : call.conditions,
    request_previous_response: previous ?? null,
    request_vendor_method: grown.method,
    request_vendor_path: grown.path,
    request_vendor_url: grown.base,
    request_vendor_headers: grown.headers,
    request_vendor_parameters: Object.fromEntries(grown.query),
    request_vendor_body: vendorBody === null ? null : JSON.stringify(vendorBody),
    request_vendor_body_map: vendorBody,
    configuration: settings,
    object_name: resource.objectName ?? null,
    response_body: null,
    response_iserror: null,
    response_headers: null,
    response_status_code: null,
  };
}

const reservedNames = { page: null, pageSize: null, nextPage: null, where: null, orderBy: null, fields: null };

/** What a resource's answer is after its hooks: a body for the next link, an end, or nothing that can be foretold. */
export type Answered =
  | { kind: 'body'; body: unknown }
  | { kind: 'ended'; because: string }
  | { kind: 'unforeseen'; because: string };

/** Step 12: the root is taken, then the resource's hook, then the element's. `raw` is the vendor's whole answer. */
export function answeredBody(given: ResourceCall, raw: unknown): Answered {
  const resource = servingResource(given.resource, given.call);
  const { document, call } = given;
  const nothing: Grown = { method: '', base: '', path: '', query: [], headers: {}, body: { kind: 'none' } };
  const hooks = [...(resource.hooks ?? []), ...(document.hooks ?? [])].filter(({ type }) => type === 'postRequest');
  let body = belowRoot(resource.rootKey, raw);
  if (resource.valence?.pick !== undefined && Array.isArray(body)) [body] = body;
  for (const hook of hooks) {
    const seen = readsWhole(hook, resource) ? raw : body;
    const variables = {
      ...hookVariables({ ...given, resource }, nothing),
      response_body: seen ?? null,
      response_body_map: seen ?? null,
      response_body_raw: JSON.stringify(raw ?? null),
      response_body_raw_map: raw ?? null,
      response_iserror: false,
      response_headers: {},
      response_status_code: 200,
    };
    try {
      const result = runHook(hook.body ?? '', variables) ?? {};
      const status = Number(result['response_status_code'] ?? 200);
      if (result['response_error_message'] !== undefined || status > 207) {
        return { kind: 'ended', because: String(result['response_error_message'] ?? status) };
      }
      if ('response_body' in result) body = belowRoot(resource.rootKey, result['response_body']);
    } catch (error) {
      const because = String(error);
      return error instanceof NotForetellable ? { kind: 'unforeseen', because } : { kind: 'ended', because };
    }
  }
  return { kind: 'body', body: call.method === 'HEAD' ? undefined : body };
}

/** A hook that names the first member of the root key itself was written for the whole answer. */
function readsWhole({ body }: DocumentHook, { rootKey }: DocumentResource): boolean {
  const [request = '', response = request] = (rootKey ?? '').split('|');
  const [first = ''] = response.split(/[.[]/).filter((step) => step !== '');
  if (first === '' || /^\d+\]$/.test(first)) return false;
  return (body ?? '').includes(`response_body.${first}`) || /response_body\s*\[\s*["']/.test(body ?? '');
}

/** Step 9: headers and parameters are merged, null takes one away; the others are replaced. */
function hooked(grown: Grown, result: Record<string, unknown>): Grown {
  const changed = { ...grown, headers: { ...grown.headers } };
  for (const [name, value] of Object.entries((result['request_vendor_headers'] ?? {}) as Record<string, unknown>)) {
    if (value === null) delete changed.headers[name.toLowerCase()];
    else changed.headers[name.toLowerCase()] = String(value);
  }
  for (const [name, value] of Object.entries((result['request_vendor_parameters'] ?? {}) as Record<string, unknown>)) {
    changed.query = changed.query.filter(([present]) => present !== name);
    const values = value === null ? [] : Array.isArray(value) ? value : [value];
    for (const one of values) changed.query.push([name, plain(one)]);
  }
  const { request_vendor_body: body, request_vendor_path: path, request_vendor_url: url } = result;
  if (typeof path === 'string') changed.path = path;
  if (typeof url === 'string') changed.base = url;
  if (typeof result['request_vendor_method'] === 'string') changed.method = result['request_vendor_method'];
  if (typeof body === 'string') changed.body = { kind: 'text', text: body };
  else if (body !== undefined && body !== null) changed.body = { kind: 'json', value: body };
  return changed;
}

/** What is below a root key's response part; an answer without it as it is (section 2.6). */
function belowRoot(rootKey: string | null | undefined, answer: unknown): unknown {
  const [request = '', response = request] = (rootKey ?? '').split('|');
  let found = answer;
  for (const step of response.match(/\[\d+\]|[^.[\]]+/g) ?? []) {
    const name = step.replace(/^\[|\]$/g, '');
    found = typeof found === 'object' && found !== null ? (found as Record<string, unknown>)[name] : undefined;
  }
  return found === undefined ? answer : found;
}

function memberAt(value: unknown, path: string): unknown {
  let found = value;
  for (const name of path.split('.')) found = isRecord(found) ? found[name] : undefined;
  return found;
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function plain(value: unknown): string {
  return typeof value === 'object' ? JSON.stringify(value) : String(value);
}

function escapeXml(text: string): string {
  const names: Record<string, string> = { '<': '&lt;', '>': '&gt;', '&': '&amp;', '"': '&quot;', "'": '&apos;' };
  return text.replace(/[<>&"']/g, (character) => names[character] ?? character);
}
