// The vendor's request before hooks and signature: every parameter of the element and the resource put in its place.

import type { Readable } from 'node:stream';
import { CeqlError, type Expression, type FieldOrder, parseFields, parseOrderBy, parseWhere } from '../ceql/parse.ts';
import { soqlStatement } from '../ceql/to-soql.ts';
import type { CallBody, FilePart, MultipartPart } from '../core/body.ts';
import { Problem } from '../core/errors.ts';
import { isObject, setAt, valueAt, writeValue } from '../core/http.ts';
import { compileTemplate, constantText, renderTemplate, type Template } from '../core/template.ts';
import type { Statement } from '../element/extension.ts';
import { renderBody } from './body-template.ts';
import { type CompiledParameter, type CompiledResource, queryNamesOf } from './compile.ts';
import type { Configuration, ElementCall } from './element-call.ts';
import { keysetOf } from './form.ts';
import { followedUrl } from './next-page-key.ts';
import { type AskedPage, type PagingStyle, vendorPage } from './paging.ts';
import { wrapInRoot } from './root-key.ts';

/** What the vendor's body is made of. */
export type DraftBody =
  | { kind: 'none' }
  /** written as the content type says */
  | { kind: 'value'; value: unknown }
  | { kind: 'form'; fields: Record<string, unknown> }
  /** `json` is a part of its own type, the first */
  | {
      kind: 'multipart';
      json: { name: string; value: unknown } | undefined;
      fields: Record<string, unknown>;
      file: { name: string; part: FilePart } | undefined;
    }
  /** a value in which a file stands as base64 text at a dotted path */
  | { kind: 'embedding'; value: Record<string, unknown>; path: string; part: FilePart }
  | { kind: 'stream'; stream: Readable; contentType: string; length: number | undefined };

/** The vendor's request, not yet hooked, signed and written out. */
export interface Draft {
  method: string;
  /** `base.url`, filled */
  base: string;
  path: string;
  query: Record<string, string | string[]>;
  /** names as the definition writes them */
  headers: Record<string, string>;
  body: DraftBody;
  /** settings that parameters write */
  settings: Record<string, string>;
}

/** Everything that parameters take their values from. */
export interface DraftSources {
  resource: CompiledResource;
  call: ElementCall;
  pathVariables: Readonly<Record<string, string>>;
  configuration: Configuration;
  style: PagingStyle;
  page: AskedPage;
  /** the parsed `where`, if there is one */
  where: Expression | undefined;
  /** the fields that the vendor describes the statement's object with */
  described: readonly string[] | undefined;
  /** the answer of the resource before this one in a chain */
  previous: { body: unknown; file: FilePart | undefined } | undefined;
}

/** Reads `where`. Throws a Problem that says where it is wrong. */
export function readWhere(query: ElementCall['query']): Expression | undefined {
  const text = query['where'];
  if (text === undefined || text === '') return undefined;
  if (Array.isArray(text)) throw new Problem('badRequest', 'where is there twice: join the conditions with AND.');
  return asProblem('where', () => parseWhere(text));
}

/** Reads `orderBy`. Throws a Problem that says where it is wrong. */
export function readOrderBy(query: ElementCall['query']): FieldOrder[] | undefined {
  const text = query['orderBy'];
  if (text === undefined || text === '') return undefined;
  if (Array.isArray(text)) throw new Problem('badRequest', 'orderBy is there twice: part its fields by commas.');
  return asProblem('orderBy', () => parseOrderBy(text));
}

function asProblem<Result>(name: string, work: () => Result): Result {
  try {
    return work();
  } catch (error) {
    if (error instanceof CeqlError) throw new Problem('badRequest', `${name}: ${error.message}.`);
    throw error;
  }
}

/**
 * Drafts the vendor's request. Throws one Problem that names every required parameter that is missing and every value
 * that cannot stand where it would go.
 */
export function draftRequest(sources: DraftSources): Draft {
  const writer = new DraftWriter(sources);
  for (const parameter of sources.resource.parameters) writer.put(parameter);
  return writer.finish();
}

/** Fills a draft, parameter by parameter. */
class DraftWriter {
  readonly #sources: DraftSources;
  readonly #faults: string[] = [];
  readonly #query: Draft['query'] = Object.create(null);
  readonly #headers: Record<string, string> = {};
  readonly #form: Record<string, unknown> = Object.create(null);
  readonly #settings: Record<string, string> = {};
  /** values for placeholders, by the name in the template */
  readonly #tokens = new Map<string, { value: unknown; from: string }>();
  #file: { name: string; part: FilePart } | undefined;
  #embedded: { path: string; part: FilePart } | undefined;
  #isMultipart = false;
  #body: unknown;
  #stream: DraftBody | undefined;
  #bodyIsSource = false;

  constructor(sources: DraftSources) {
    this.#sources = sources;
  }

  put(parameter: CompiledParameter): void {
    const { to, vendorName, from } = parameter;
    if (parameter.converter !== undefined) {
      this.#putConverted(parameter);
      return;
    }
    if (to === 'body' && parameter.body !== undefined) {
      this.#mergeBody(renderBody(parameter.body, (key, inLiteral) => this.#bodyToken(key, inLiteral)));
      return;
    }
    if (to === 'path' && parameter.template !== undefined) {
      const isConstant = constantText(parameter.template) !== undefined;
      this.#tokens.set(vendorName, {
        value: this.#renderPath(parameter.template),
        from: isConstant ? 'value' : 'template',
      });
      return;
    }
    const value = this.#read(parameter);
    if (value === undefined || value === null) {
      const isGiven = from !== 'value' && from !== 'configuration' && from !== 'prevBody' && from !== 'prevBodyField';
      if (parameter.required && isGiven) this.#faults.push(`${this.#describe(parameter)} is required`);
      return;
    }
    switch (to) {
      case 'path':
      case 'bodyToken':
        if (from === 'body') this.#bodyIsSource = true;
        this.#tokens.set(vendorName, { value, from });
        return;
      case 'query':
        this.#query[vendorName] = Array.isArray(value) ? value.map(writeValue) : writeValue(value);
        return;
      case 'header':
        this.#headers[vendorName] = this.#headerValue(vendorName, writeValue(value));
        return;
      case 'multipart':
        this.#isMultipart = true;
        this.#putField(vendorName, value);
        return;
      case 'form':
        this.#putField(vendorName, value);
        return;
      case 'body':
        // A text that came as JSON is sent as JSON.
        if (typeof value === 'string' && from === 'body' && this.#sources.call.body.kind === 'json')
          this.#mergeBody(JSON.stringify(value));
        else if (isFile(value)) this.#stream = fileStream(value);
        else if (isStream(value)) this.#stream = { ...value };
        else this.#mergeBody(value);
        return;
      case 'bodyField':
        if (!isObject(this.#body)) this.#body = {};
        if (parameter.isBase64 && isFile(value)) this.#embedded = { path: vendorName, part: value };
        else setAt(this.#body as Record<string, unknown>, vendorName, value);
        return;
      case 'configuration':
        this.#settings[vendorName] = writeValue(value);
        return;
      default:
        return;
    }
  }

  finish(): Draft {
    const { resource, configuration } = this.#sources;
    const path = this.#renderPath(resource.vendorPath);
    const base = this.#renderBase(configuration.find('base.url') ?? '');
    const next = followedUrl(this.#sources.page.cursor);
    if (next !== undefined) return this.#follow(next, base);
    if (this.#faults.length > 0) throw new Problem('badRequest', `${this.#faults.join('; ')}.`);
    return {
      method: resource.vendorMethod,
      base,
      path,
      query: this.#query,
      headers: this.#headers,
      body: this.#finishBody(),
      settings: this.#settings,
    };
  }

  /** The vendor's own URL of the next page, at the vendor's own host, with what the definition adds to every call. */
  #follow(next: string, base: string): Draft {
    const url = URL.canParse(next, base) ? new URL(next, base) : undefined;
    if (url === undefined || url.origin !== new URL(base).origin) {
      throw new Problem('vendorFailed', 'The vendor names a next page at another host, which is not called.');
    }
    const query: Draft['query'] = Object.create(null);
    for (const name of this.#sources.resource.fixedNames) {
      const value = this.#query[name];
      if (value !== undefined && !url.searchParams.has(name)) query[name] = value;
    }
    const { vendorMethod: method } = this.#sources.resource;
    return { method, base: '', path: url.href, query, headers: this.#headers, body: this.#finishBody(), settings: {} };
  }

  #finishBody(): DraftBody {
    if (this.#stream !== undefined) return this.#stream;
    const { rootKey } = this.#sources.resource;
    if (this.#isMultipart || this.#file !== undefined) {
      const [json] = isObject(this.#body) ? Object.entries(wrapInRoot(rootKey, this.#body) as object) : [];
      if (json !== undefined && rootKey.request.length > 0) {
        return { kind: 'multipart', json: { name: json[0], value: json[1] }, fields: this.#form, file: this.#file };
      }
      const fields = isObject(this.#body) ? { ...this.#body, ...this.#form } : this.#form;
      return { kind: 'multipart', json: undefined, fields, file: this.#file };
    }
    if (this.#embedded !== undefined && isObject(this.#body)) {
      const value = wrapInRoot(rootKey, this.#body) as Record<string, unknown>;
      return { kind: 'embedding', value, ...this.#embedded, path: [...rootKey.request, this.#embedded.path].join('.') };
    }
    if (Object.keys(this.#form).length > 0) return { kind: 'form', fields: this.#form };
    if (this.#body === undefined) return { kind: 'none' };
    const { body } = this.#sources.call;
    if (body.kind === 'text' && this.#body === body.text && !hasHeader(this.#headers, 'content-type')) {
      this.#headers['Content-Type'] = body.contentType;
    }
    return { kind: 'value', value: wrapInRoot(rootKey, this.#body) };
  }

  #describe({ from, name }: CompiledParameter): string {
    const { body } = this.#sources.call;
    const hasFile = body.kind === 'multipart' && body.file !== undefined;
    // What stands behind a file is not known yet, since the file is sent on while it is read.
    return `${describePlace(from)} ${name}${isFormPlace(from) && hasFile ? ' before the file' : ''}`;
  }

  #mergeBody(value: unknown): void {
    this.#body = isObject(value) && isObject(this.#body) ? { ...this.#body, ...value } : value;
  }

  #putField(name: string, value: unknown): void {
    if (isFile(value)) this.#file = { name, part: value };
    else this.#form[name] = value;
  }

  /** What stands at a parameter's place on the caller's side, or in the configuration; undefined when nothing does. */
  #read({ from, name, template, quoted, isNumber, isFile: wantsFile }: CompiledParameter): unknown {
    const { call, pathVariables, configuration, previous } = this.#sources;
    switch (from) {
      case 'value':
        return template === undefined
          ? name
          : renderTemplate(template, (key, place) => this.#literal(key, quoted.has(place)));
      case 'configuration':
        return configuration.find(name);
      case 'query':
        // A vendor's word for a page may be anything, whatever the document says of numbers.
        return this.#typed(name, this.#queryValue(name), isNumber && name !== 'page' && name !== 'nextPage');
      case 'path':
        return this.#typed(name, pathVariables[name], isNumber);
      case 'header':
        return callerHeader(call.headers, name.toLowerCase());
      case 'body':
        return bodyValue(call.body);
      case 'bodyField':
        return valueAt(memberSource(call.body), name);
      case 'multipart':
      case 'form':
        // A call without a body, such as a GET, has nothing but its path to give a field.
        return fieldValue(call.body, name, wantsFile) ?? aboutFile(call.body, name) ?? pathVariables[name];
      case 'prevBody':
        return wantsFile ? previous?.file : previous?.body;
      case 'prevBodyField':
        return valueAt(previous?.body, name);
      default:
        return undefined;
    }
  }

  #typed(name: string, value: string | string[] | undefined, isNumber: boolean): unknown {
    if (value === undefined || value === '' || !isNumber || Array.isArray(value))
      return value === '' ? undefined : value;
    if (Number.isFinite(Number(value))) return Number(value);
    this.#faults.push(`${name} must be a number`);
    return undefined;
  }

  /** A query parameter of the caller; the names that this platform keeps for itself are put into the vendor's words. */
  #queryValue(name: string): string | string[] | undefined {
    const { call, resource, page, style } = this.#sources;
    const sendsDefault = resource.isList && resource.paging !== 'none';
    if (name === 'pageSize') return page.sized || sendsDefault ? String(page.size) : undefined;
    if (followedUrl(page.cursor) !== undefined) return call.query[name];
    if (name === 'page') return page.named || sendsDefault ? vendorPage(page, style) : undefined;
    if (name === 'nextPage') return page.cursor ?? (page.page > 1 ? vendorPage(page, style) : undefined);
    return call.query[name];
  }

  #putConverted(parameter: CompiledParameter): void {
    const { resource, where, configuration } = this.#sources;
    const statement = resource.resource.valence?.statement;
    if (statement !== undefined && parameter.vendorName !== '' && parameter.to === 'query') {
      this.#query[parameter.vendorName] = this.#statement(statement);
      return;
    }
    if (where === undefined) {
      if (parameter.required) this.#faults.push(`query ${parameter.name} is required`);
      return;
    }
    const { converter } = parameter;
    const conversion = converter === undefined ? undefined : asProblem('where', () => converter(where));
    if (conversion === undefined) return;
    if (conversion.kind === 'pairs') {
      const fixedByBase = queryNamesOf(configuration.find('base.url') ?? '');
      for (const [name, value] of conversion.pairs) {
        if (resource.fixedNames.has(name) || resource.reservedNames.has(name) || fixedByBase.includes(name))
          this.#faults.push(`where must not name ${name}, which the element sets itself`);
        else addPair(this.#query, name, value);
      }
    } else if (conversion.kind === 'body') {
      this.#mergeBody(conversion.body);
    } else if (parameter.to === 'bodyToken' || parameter.to === 'path') {
      this.#tokens.set(parameter.vendorName || parameter.name, { value: conversion.text, from: 'converter' });
    } else {
      this.#query[parameter.vendorName || conversion.defaultName] = conversion.text;
    }
  }

  #statement(statement: Statement): string {
    const { call, where, page, pathVariables, style, described, resource } = this.#sources;
    const fields = oneText(call.query['fields']);
    const orderBy = oneText(call.query['orderBy']);
    const keyset = style.kind === 'cursor' ? keysetOf(resource, call.query) : undefined;
    const conditions = (statement.conditions ?? []).map(({ field, parameter }) => ({
      field,
      value: pathVariables[parameter] ?? '',
    }));
    return asProblem('where, fields or orderBy', () => {
      const selected = fields === undefined ? (described ?? statement.fields ?? []) : parseFields(fields);
      return soqlStatement({
        object: statementObject(statement, pathVariables),
        fields: keyset === undefined ? selected : [...selected, keyset],
        conditions,
        limit: page.size,
        ...(keyset === undefined && page.offset > 0 ? { offset: page.offset } : {}),
        ...(keyset === undefined || page.cursor === undefined ? {} : { after: { field: keyset, value: page.cursor } }),
        ...(where === undefined ? {} : { where }),
        // Without an order the rows of two pages may overlap.
        orderBy:
          orderBy === undefined
            ? [{ field: keyset ?? statement.fields?.[0] ?? statement.keyset ?? selected[0] ?? '', descending: false }]
            : parseOrderBy(orderBy),
      });
    });
  }

  /** The value of a placeholder in a body. */
  #token(key: string): unknown {
    const token = this.#tokens.get(key);
    if (token !== undefined) return token.value;
    const { call, pathVariables, configuration } = this.#sources;
    if (this.#bodyIsSource) {
      const member = valueAt(memberSource(call.body), key);
      if (member !== undefined) return member;
    }
    return this.#reserved(key) ?? pathVariables[key] ?? configuration.find(key);
  }

  #bodyToken(key: string, inLiteral: boolean): unknown {
    const value = this.#token(key);
    if (inLiteral && value !== undefined && value !== null) this.#requireNoQuote(key, writeValue(value));
    return value;
  }

  /** The same in a literal: between single quotes a value must hold nothing that could end them. */
  #literal(key: string, isQuoted: boolean): string | undefined {
    const value = this.#token(key);
    if (value === undefined || value === null) return undefined;
    const text = writeValue(value);
    if (isQuoted) this.#requireNoQuote(key, text);
    return text;
  }

  #requireNoQuote(key: string, text: string): void {
    if (/['\\]/.test(text)) this.#faults.push(`${key} must hold no quote and no backslash`);
  }

  #reserved(key: string): string | undefined {
    const { page, style, call } = this.#sources;
    if (key === 'pageSize') return String(page.size);
    if (key === 'page') return vendorPage(page, style);
    if (key === 'where') return oneText(call.query['where']);
    return undefined;
  }

  /** A base address. What a caller gives may name a part of its host or of its path, never another host. */
  #renderBase(setting: string): string {
    if (!setting.includes('{')) return setting;
    const host = /^(?:[a-z]+:\/\/)?[^/?#]*/i.exec(setting)?.[0] ?? '';
    const filledHost = renderTemplate(compileTemplate(host), (key) => {
      const { value, kind } = this.#pathToken(key);
      if (value === undefined || kind === 'trusted' || kind === 'setting') return value;
      if (/^[a-z\d]([a-z\d-]*[a-z\d])?$/i.test(value)) return value;
      this.#faults.push(`${key} is part of a host name: give letters, digits and hyphens`);
      return '';
    });
    const rest = renderTemplate(compileTemplate(setting.slice(host.length)), (key) => {
      const { value, kind } = this.#pathToken(key);
      return value !== undefined && kind === 'given' ? this.#segment(key, value) : value;
    });
    return filledHost + rest;
  }

  /**
   * A path. What a caller gives is one segment, never a way out of it, nor out of the quotes around it (a quote in them
   * is written twice: OData 4.01 URL Conventions, 5.1.1.14.1); a setting may be several segments or, where it begins
   * the path, an address.
   */
  #renderPath(template: Template): string {
    const { quotedInPath } = this.#sources.resource;
    return renderTemplate(template, (key, place) => {
      const { value, kind } = this.#pathToken(key);
      if (value === undefined || kind === 'trusted' || kind === 'rendered') return value;
      if (kind === 'given') return this.#segment(key, quotedInPath.has(place) ? value.replaceAll("'", "''") : value);
      if (place === template[0] && /^https?:\/\//i.test(value)) return value;
      return value
        .split('/')
        .map((part) => (part === '' ? '' : this.#segment(key, part)))
        .join('/');
    });
  }

  /** What a placeholder in an address stands for, and whose word it is; a rendered value is an address already. */
  #pathToken(key: string): { value: string | undefined; kind: 'given' | 'setting' | 'rendered' | 'trusted' } {
    const { pathVariables, configuration } = this.#sources;
    const token = this.#tokens.get(key);
    if (token !== undefined) return { value: writeValue(token.value), kind: tokenKinds.get(token.from) ?? 'given' };
    const given = pathVariables[key] ?? this.#reserved(key);
    if (given !== undefined) return { value: given, kind: 'given' };
    return { value: configuration.find(key), kind: 'setting' };
  }

  #segment(key: string, value: string): string {
    if (value !== '' && value !== '.' && value !== '..') return encodeURIComponent(value);
    this.#faults.push(value === '' ? `${key} must not be empty` : `${key} must not be ${value}`);
    return '';
  }

  #headerValue(name: string, value: string): string {
    if (/^[\t\x20-\x7e\x80-\xff]*$/.test(value)) return value;
    this.#faults.push(`the header ${name} must not hold line breaks, control characters or characters beyond Latin-1`);
    return '';
  }
}

function hasHeader(headers: Record<string, string>, name: string): boolean {
  return Object.keys(headers).some((present) => present.toLowerCase() === name);
}

/**
 * The parts of a form behind its first file under their vendor's names. Parts that the definition does not declare are
 * left out, as they are before the file: none of them can stand for what the definition sets itself.
 */
export async function* declaredParts(
  resource: CompiledResource,
  rest: AsyncIterable<MultipartPart>,
): AsyncGenerator<MultipartPart> {
  const declared = resource.parameters.filter(({ from, to }) => isFormPlace(from) && isFormPlace(to));
  for await (const part of rest) {
    const parameter =
      declared.find(({ name }) => name === part.name) ??
      (part.kind === 'file' ? declared.find(({ name, isFile: isAny }) => isAny || name === 'file') : undefined);
    if (parameter !== undefined) yield { ...part, name: parameter.vendorName };
    else if (part.kind === 'file') part.stream.resume();
  }
}

function isFormPlace(place: string): boolean {
  return place === 'multipart' || place === 'form';
}

const tokenKinds = new Map<string, 'setting' | 'rendered' | 'trusted'>([
  ['configuration', 'setting'],
  ['template', 'rendered'],
  ['value', 'trusted'],
]);

const credentialHeaders = new Set(['authorization', 'proxy-authorization', 'cookie']);

/** A header of the caller, except those that carry credentials of this platform. */
function callerHeader(headers: ElementCall['headers'], name: string): string | undefined {
  return credentialHeaders.has(name) || !Object.hasOwn(headers, name) ? undefined : headers[name];
}

function describePlace(from: string): string {
  return from === 'bodyField' ? 'body member' : isFormPlace(from) ? 'form field' : from;
}

function oneText(value: string | string[] | undefined): string | undefined {
  const text = Array.isArray(value) ? value.join(',') : value;
  return text === '' ? undefined : text;
}

function addPair(query: Draft['query'], name: string, value: string): void {
  const present = query[name];
  if (present === undefined) query[name] = value;
  else query[name] = Array.isArray(present) ? [...present, value] : [present, value];
}

function isFile(value: unknown): value is FilePart {
  return isObject(value) && 'fileName' in value && isObject(value['stream']);
}

function isStream(value: unknown): value is Extract<CallBody, { kind: 'stream' }> {
  return isObject(value) && value['kind'] === 'stream' && isObject(value['stream']);
}

function fileStream(file: FilePart): DraftBody {
  return { kind: 'stream', stream: file.stream, contentType: file.contentType, length: undefined };
}

/** The whole body of a call, as a value. */
function bodyValue(body: CallBody): unknown {
  switch (body.kind) {
    case 'none':
      return undefined;
    case 'json':
      return body.value;
    case 'text':
      return body.text;
    case 'form':
      return body.fields;
    case 'multipart':
      return Object.keys(body.fields).length === 0 ? undefined : body.fields;
    case 'stream':
      return body;
  }
}

/** The uploaded file's own name and type, which forms have no fields for. */
function aboutFile(body: CallBody, name: string): string | undefined {
  if (body.kind !== 'multipart' || body.file === undefined) return undefined;
  // Forms write three characters of a name in another way (HTML standard, section 4.10.21.8).
  if (name === 'file.fileName') return body.file.fileName.replace(/%(22|0D|0A)/gi, (code) => decodeURIComponent(code));
  return name === 'file.contentType' ? body.file.contentType : undefined;
}

/** The object that a statement selects from; one in the path is the caller's word. */
export function statementObject({ object }: Statement, pathVariables: Readonly<Record<string, string>>): string {
  const variable = /^\{(\w+)\}$/.exec(object)?.[1];
  return variable === undefined ? object : (pathVariables[variable] ?? '');
}

/** What members of a body are read from. */
function memberSource(body: CallBody): unknown {
  if (body.kind === 'json') return body.value;
  return body.kind === 'form' || body.kind === 'multipart' ? body.fields : undefined;
}

function fieldValue(body: CallBody, name: string, wantsFile: boolean): unknown {
  if (body.kind === 'json' && isObject(body.value)) return valueAt(body.value, name);
  if (body.kind !== 'multipart' && body.kind !== 'form') return undefined;
  if (Object.hasOwn(body.fields, name)) return body.fields[name];
  if (body.kind === 'form' || body.file === undefined) return undefined;
  return body.file.name === name || wantsFile || name === 'file' ? body.file : undefined;
}
