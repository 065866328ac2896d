// Writes a draft out as the request that is signed and sent: address, headers, and the body as its content type says.

import type { MultipartPart } from '../core/body.ts';
import { embedFile } from '../core/embedded-file.ts';
import { encodePairs, type HttpRequest, isObject, writeValue } from '../core/http.ts';
import { encodeMultipart } from '../core/multipart.ts';
import { buildXml } from '../core/xml.ts';
import type { Draft } from './draft.ts';
import type { PlatformAddresses } from './platform-addresses.ts';

/**
 * The request of a draft. `addresses` fill the placeholders that hooks have put in; undefined when no hook names them,
 * so that a caller's text which looks like one stays as it is. `more` are the parts of the caller's form behind the
 * file, sent on as they come.
 */
export function encodeRequest(
  draft: Draft,
  addresses: PlatformAddresses | undefined,
  more: AsyncIterable<MultipartPart> | undefined,
): HttpRequest {
  const headers: Record<string, string> = {};
  for (const name in draft.headers) headers[name.toLowerCase()] = draft.headers[name] ?? '';
  headers['accept'] ??= 'application/json';
  const request: HttpRequest = { method: draft.method, url: requestUrl(draft, addresses), headers };
  const body = encodeBody(draft, headers, more);
  if (body !== undefined) request.body = typeof body === 'string' ? fillAddresses(body, addresses) : body;
  return request;
}

function requestUrl({ base, path, query }: Draft, addresses: PlatformAddresses | undefined): string {
  const joined = fillAddresses(joinUrl(base, path), addresses);
  // What a hook put into a path as it came must not turn the query into a fragment, which is never sent.
  const url = joined.includes('#') ? joined.replaceAll('#', '%23') : joined;
  const pairs: [string, string][] = [];
  for (const name in query) {
    const value = query[name] ?? '';
    if (Array.isArray(value)) for (const one of value) pairs.push([name, one]);
    else pairs.push([name, value]);
  }
  if (pairs.length === 0) return url;
  return `${url}${url.includes('?') ? '&' : '?'}${encodePairs(pairs)}`;
}

/** A path below a base; a path that is a URL of its own stands alone, and behind a `?` nothing is put in between. */
export function joinUrl(base: string, path: string): string {
  if (/^https?:\/\//i.test(path)) return path;
  if (base.includes('?') || path === '') return base + path;
  if (base.endsWith('/')) return base.replace(/\/+$/, '/') + path.replace(/^\/+/, '');
  return path.startsWith('/') ? base + path : `${base}/${path}`;
}

function fillAddresses(text: string, addresses: PlatformAddresses | undefined): string {
  if (addresses === undefined || !text.includes('{')) return text;
  const { webhookCallbackUrl, baseUrl } = addresses;
  return text
    .replace(/\{\{webhookCallbackUrl\}\}|\$?\{webhookCallbackUrl\}/g, () => webhookCallbackUrl)
    .replace(/\{\{insert_base_url\}\}|\$?\{insert_base_url\}/g, () => baseUrl);
}

function encodeBody(
  { body }: Draft,
  headers: Record<string, string>,
  more: AsyncIterable<MultipartPart> | undefined,
): HttpRequest['body'] | undefined {
  const type = (headers['content-type'] ?? '').toLowerCase();
  switch (body.kind) {
    case 'none':
      return undefined;
    case 'stream':
      headers['content-type'] = isGenericType(type) ? body.contentType : (headers['content-type'] ?? body.contentType);
      if (body.length !== undefined) headers['content-length'] = String(body.length);
      return body.stream;
    case 'multipart':
      return encodeForm(partsOf(body, more), headers);
    case 'embedding':
      headers['content-type'] ??= 'application/json';
      return embedFile(body.value, body.path, body.part.stream);
    case 'form':
      if (type.startsWith('multipart/')) return encodeForm(fieldParts(body.fields), headers);
      if (!type.includes('x-www-form-urlencoded')) headers['content-type'] = 'application/x-www-form-urlencoded';
      return encodePairs(formPairs(body.fields), '+');
    case 'value':
      return encodeValue(body.value, type, headers);
  }
}

/** A form with parts; its boundary stands in the content type. */
function encodeForm(
  parts: AsyncIterable<MultipartPart> | Iterable<MultipartPart>,
  headers: Record<string, string>,
): HttpRequest['body'] {
  const { contentType, stream } = encodeMultipart(parts);
  headers['content-type'] = contentType;
  return stream;
}

/** A definition's content type for JSON is meant for its JSON, not for a file. */
function isGenericType(type: string): boolean {
  return type === '' || type.includes('json');
}

function encodeValue(value: unknown, type: string, headers: Record<string, string>): HttpRequest['body'] {
  if (typeof value === 'string') {
    if (type === '') headers['content-type'] = typeOfText(value);
    return value;
  }
  if (type.includes('x-www-form-urlencoded') && isObject(value)) return encodePairs(formPairs(value), '+');
  if (type.startsWith('multipart/form-data') && isObject(value)) {
    return encodeForm(fieldParts(value), headers);
  }
  if (/\bxml\b/.test(type) && isObject(value)) return buildXml(value);
  headers['content-type'] ??= 'application/json';
  return JSON.stringify(value);
}

/** Templates and hooks often write their JSON as text. */
function typeOfText(text: string): string {
  const first = text.trimStart()[0];
  if (first === '<') return 'text/xml';
  return first === '{' || first === '[' || first === '"' ? 'application/json' : 'text/plain';
}

function formPairs(fields: Record<string, unknown>): [string, string][] {
  return Object.entries(fields).flatMap(([name, value]): [string, string][] => {
    if (value === undefined || value === null) return [];
    return Array.isArray(value) ? value.map((one) => [name, writeValue(one)]) : [[name, writeValue(value)]];
  });
}

function fieldParts(fields: Record<string, unknown>): MultipartPart[] {
  return formPairs(fields).map(([name, value]) => ({ kind: 'field', name, value }));
}

async function* partsOf(
  { json, fields, file }: Extract<Draft['body'], { kind: 'multipart' }>,
  more: AsyncIterable<MultipartPart> | undefined,
): AsyncGenerator<MultipartPart> {
  if (json !== undefined) {
    const value = JSON.stringify(json.value);
    yield { kind: 'field', name: json.name, value, contentType: 'application/json' };
  }
  yield* fieldParts(fields);
  if (file === undefined) return;
  yield { kind: 'file', ...file.part, name: file.name };
  if (more !== undefined) yield* more;
}
