// Requests and replies as plain data, so that deciding what to send is separate from sending it.

import type { Readable } from 'node:stream';

/**
 * A request to a vendor, complete but not yet sent. Header names are in lower case. A stream as body is sent in chunks
 * as it comes, or under the `content-length` header if there is one; it can be sent once only.
 */
export interface HttpRequest {
  method: string;
  url: string;
  headers: Record<string, string>;
  body?: string | Uint8Array | Readable;
}

/** A vendor's answer, read whole. Header names are in lower case; several of one name are joined by `, `. */
export interface HttpReply {
  status: number;
  headers: Record<string, string>;
  body: Buffer;
}

/**
 * A vendor's answer whose body is still coming. Whoever gets one reads the body to its end or destroys it: until then
 * it holds a connection. When the vendor fails in the middle, the body ends with a Problem as its error.
 */
export interface HttpStream {
  status: number;
  headers: Record<string, string>;
  body: Readable;
}

/** Whether the body of an answer is still coming. */
export function isStream(answer: HttpReply | HttpStream): answer is HttpStream {
  return !Buffer.isBuffer(answer.body);
}

/** Percent-encodes as RFC 3986 section 2.3 says: everything but letters, digits and `-._~`. */
export function percentEncode(text: string): string {
  return encodeURIComponent(text).replace(
    /[!'()*]/g,
    (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`,
  );
}

/** What a reply's Retry-After header says, in seconds; undefined without one and for a date. */
export function retryAfterSeconds(reply: HttpReply | HttpStream): number | undefined {
  const seconds = Number(reply.headers['retry-after'] ?? Number.NaN);
  return Number.isFinite(seconds) ? seconds : undefined;
}

/** Reads a body as JSON; undefined when it is none. */
export function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** Whether a value is a JSON object (neither null nor an array). */
export function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/**
 * The value at a dotted path of own members (`data.token`, `items[0].id`), or undefined. A member whose own name is the
 * whole path counts first: annotations of OData are named so (`@odata.count`).
 */
export function valueAt(value: unknown, path: string): unknown {
  if (path.startsWith('@') && isObject(value) && Object.hasOwn(value, path)) return value[path];
  const parts = /^[^.[\]]+$/.test(path) ? [path] : path.split(/[.[\]]+/).filter((name) => name !== '');
  let found = value;
  for (const part of parts) {
    if (typeof found !== 'object' || found === null || !Object.hasOwn(found, part)) return undefined;
    found = (found as Record<string, unknown>)[part];
  }
  return found;
}

/** Sets a member by its dotted path; what is missing on the way is made, and every step is an own member. */
export function setAt(target: Record<string, unknown>, path: string, value: unknown): void {
  const names = path.split('.').filter((name) => name !== '');
  let place = target;
  for (const [position, name] of names.entries()) {
    const isLast = position === names.length - 1;
    const present = Object.hasOwn(place, name) ? place[name] : undefined;
    const next = isLast ? value : isObject(present) ? present : {};
    Object.defineProperty(place, name, { value: next, enumerable: true, configurable: true, writable: true });
    if (!isLast) place = next as Record<string, unknown>;
  }
}

/** A JSON value as text: text as it is, objects and lists as JSON. */
export function writeValue(value: unknown): string {
  return typeof value === 'object' ? JSON.stringify(value) : String(value);
}

/** Percent-encodes key and value pairs for a query or a form; spaces become `%20` or, if asked for, `+`. */
export function encodePairs(pairs: Iterable<readonly [string, string]>, spaces: '+' | '%20' = '%20'): string {
  const encode = (text: string) => (spaces === '+' ? percentEncode(text).replaceAll('%20', '+') : percentEncode(text));
  return [...pairs].map(([name, value]) => `${encode(name)}=${encode(value)}`).join('&');
}
