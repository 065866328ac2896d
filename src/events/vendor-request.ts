// What a vendor sent to an events address, and the places of it that definitions name.

import { LRUCache } from 'lru-cache';
import { isObject, parseJson, valueAt, writeValue } from '../core/http.ts';

/** A vendor's request as it came. */
export interface VendorRequest {
  method: string;
  /** names in lower case */
  headers: Readonly<Record<string, string>>;
  query: Readonly<Record<string, string>>;
  raw: Buffer;
  /** the raw body read as its content type says; for a request without one, its query with JSON values read */
  body: unknown;
}

/** What else a place may name, beside the request. */
export interface Surroundings {
  /** the value of a setting, secret or not; undefined without one */
  setting?: ((key: string) => string | undefined) | undefined;
  /** one row of a list in the body */
  row?: unknown;
}

/** A request with its body read: JSON, a form, or text. */
export function readVendorRequest(request: Omit<VendorRequest, 'body'>): VendorRequest {
  return { ...request, body: readBody(request) };
}

function readBody({ headers, query, raw }: Omit<VendorRequest, 'body'>): unknown {
  if (raw.length === 0) {
    return Object.fromEntries(Object.entries(query).map(([name, value]) => [name, parseJson(value) ?? value]));
  }
  const text = raw.toString();
  const type = headers['content-type'] ?? '';
  if (/^application\/x-www-form-urlencoded/i.test(type)) {
    const fields = [...new URLSearchParams(text)].map(([name, value]) => [name, parseJson(value) ?? value] as const);
    return Object.fromEntries(fields);
  }
  return parseJson(text) ?? text;
}

/**
 * The value of a place: `method`, `header.<name>`, `query.<name>`, `body.<dotted path>`, `row.<dotted path>` or
 * `setting.<key>`; `body` and `row` alone are all of it. Undefined when there is none.
 */
function placeValue(request: VendorRequest, place: string, around: Surroundings = {}): unknown {
  const dot = place.indexOf('.');
  const part = dot < 0 ? place : place.slice(0, dot);
  const rest = dot < 0 ? '' : place.slice(dot + 1);
  switch (part) {
    case 'method':
      return request.method;
    case 'header':
      return own(request.headers, rest.toLowerCase());
    case 'query':
      return own(request.query, rest);
    case 'body':
      return rest === '' ? request.body : valueAt(request.body, rest);
    case 'row':
      return rest === '' ? around.row : valueAt(around.row, rest);
    case 'setting':
      return around.setting?.(rest);
    default:
      return undefined;
  }
}

function own(values: Readonly<Record<string, string>>, name: string): string | undefined {
  return Object.hasOwn(values, name) ? values[name] : undefined;
}

/** The value of a place as text; undefined when there is none, or null. */
export function placeText(request: VendorRequest, place: string, around: Surroundings = {}): string | undefined {
  const value = placeValue(request, place, around);
  return value === undefined || value === null ? undefined : writeValue(value);
}

const placeholder = /\{((?:method|header|query|body|row|setting)(?:\.[^{}]+)?)\}/;

/** texts of definitions, each as what stands between its places, and the places: every other one is a place */
const taken = new LRUCache<string, readonly string[]>({ max: 1000 });

function takeApart(text: string): readonly string[] {
  const known = taken.get(text);
  if (known !== undefined) return known;
  const pieces = text.split(placeholder);
  taken.set(text, pieces);
  return pieces;
}

/** Fills the places in braces of a text; one without a value becomes nothing. `{body}` is the raw body. */
export function fillPlaces(request: VendorRequest, text: string, around: Surroundings = {}): string {
  return text.includes('{') ? filledParts(request, text, around).join('') : text;
}

/** The same in parts, in which the raw body is the bytes that came: what a vendor signed. */
export function filledParts(request: VendorRequest, text: string, around: Surroundings = {}): (string | Buffer)[] {
  return takeApart(text).map((piece, position) => {
    if (position % 2 === 0) return piece;
    return piece === 'body' ? request.raw : (placeText(request, piece, around) ?? '');
  });
}

/** Whether places have the values that a condition says; `*` stands for any, `{setting.key}` for a setting's. */
export function holds(
  request: VendorRequest,
  condition: Readonly<Record<string, string>>,
  around: Surroundings = {},
): boolean {
  return Object.entries(condition).every(([place, wanted]) => {
    const found = placeText(request, place, around);
    if (found === undefined) return false;
    if (wanted === '*') return true;
    const expected = fillPlaces(request, wanted, around);
    return expected !== '' && found === expected;
  });
}

/** The rows of a list at a place; none when there is no list there. */
export function placeRows(request: VendorRequest, place: string): unknown[] {
  const rows = placeValue(request, place);
  return Array.isArray(rows) ? rows : isObject(rows) ? [rows] : [];
}
