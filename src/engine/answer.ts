// What the caller gets of a vendor's answer: one page of rows, without nulls, the fields that were asked for, and the
// headers that go with it.

import type { ConnectedAccount } from '../auth/refresh.ts';
import type { Account } from '../auth/schemes.ts';
import { isObject, setAt, valueAt, writeValue } from '../core/http.ts';
import { bodyHeaders } from './decode.ts';
import type { ElementAnswer, ElementCall } from './element-call.ts';
import { keysetOf } from './form.ts';
import { type LinkAnswer, pagePlace } from './link.ts';
import { findNextPage, followUrl } from './next-page-key.ts';
import type { PageMark, PageTokens } from './page-token.ts';
import { isSliced, nextMark, sliceRows } from './paging.ts';

/** The header in which a hook may name the next page itself. */
const nextPageHeader = 'elements-next-page-token';
/** The header in which a hook may say how many rows there are in all. */
const totalHeader = 'elements-total-count';

/** The answer of an element call. Throws a Problem when the vendor repeats a page. */
export function answerCall(
  answer: LinkAnswer,
  account: Account | ConnectedAccount,
  call: ElementCall,
  tokens: PageTokens,
): ElementAnswer {
  if (answer.download !== undefined) {
    return { headers: bodyHeaders(answer.headers), value: undefined, stream: answer.download.body };
  }
  const headers: Record<string, string> = {};
  if (answer.textType !== undefined) headers['content-type'] = answer.textType;
  if (answer.page.warning !== undefined && answer.page.sized) headers['elements-error'] = answer.page.warning;
  const { resource, body } = answer;
  let value = body;
  if (Array.isArray(body) && resource.method === 'GET') {
    const page = pageOf(answer, body, call.query);
    value = page.rows;
    headers['elements-returned-count'] = String(page.rows.length);
    if (page.total !== undefined) headers['elements-total-count'] = String(page.total);
    if (page.next !== undefined) headers[nextPageHeader] = tokens.write(page.next, pagePlace(account, call));
  }
  if (answer.mayHoldNull && account.values['filter.response.nulls'] === 'true') value = withoutNulls(value);
  const { fields } = call.query;
  if (fields !== undefined && resource.method === 'GET' && selectsFields(answer)) {
    value = selectFields(
      value,
      String(fields)
        .split(',')
        .map((field) => field.trim())
        .filter((field) => field !== ''),
    );
  }
  return { headers, value, stream: undefined };
}

/** One page of an answer's rows, where the next one begins, and how many there are in all, if the vendor says so. */
export function pageOf(
  answer: LinkAnswer,
  rows: unknown[],
  query: ElementCall['query'],
): { rows: unknown[]; next: PageMark | undefined; total: number | undefined } {
  const { resource, page, style, headers, raw } = answer;
  if (isSliced(resource, page)) return { ...sliceRows(rows, page), total: rows.length };
  const said = headers[totalHeader] ?? (resource.totalKey === undefined ? undefined : valueAt(raw, resource.totalKey));
  const counted = Number(said ?? Number.NaN);
  const total = Number.isInteger(counted) && counted >= 0 ? counted : undefined;
  const key = resource.nextPageKey;
  const keyset = style.kind === 'cursor' ? keysetOf(resource, query) : undefined;
  if (keyset !== undefined) {
    const last = rows.length < page.size ? undefined : valueAt(rows.at(-1), keyset);
    const cursor = last === undefined || last === null ? undefined : writeValue(last);
    return { rows, next: nextMark(resource, style, page, { rows, cursor, saysNext: true, total }), total };
  }
  const named = headers[nextPageHeader] ?? (key === undefined ? undefined : findNextPage(key, headers, raw));
  const cursor = named === undefined || named === '' ? undefined : wordOf(answer, named);
  return { rows, next: nextMark(resource, style, page, { rows, cursor, saysNext: key !== undefined, total }), total };
}

/** A next page that is a URL is called as it is, where no parameter of the resource takes it. */
function wordOf({ resource: { queryNames } }: LinkAnswer, named: string): string {
  if (queryNames.has('nextPage') || queryNames.has('page')) return named;
  return /^https?:\/\//i.test(named) ? (followUrl(named) ?? named) : named;
}

/** A vendor that selects fields itself has done so. */
function selectsFields({ resource }: LinkAnswer): boolean {
  return resource.resource.valence?.statement === undefined && !resource.queryNames.has('fields');
}

/** Only the fields of a row that are named, or of each row of a list. */
export function selectFields(value: unknown, fields: string[]): unknown {
  if (Array.isArray(value)) return value.map((row) => selectFields(row, fields));
  if (!isObject(value) || fields.length === 0) return value;
  const selected: Record<string, unknown> = {};
  for (const field of fields) {
    const found = valueAt(value, field);
    if (found !== undefined) setAt(selected, field, found);
  }
  return selected;
}

/** A value without the members that are null, at any depth; what holds none comes back as it is. */
function withoutNulls(value: unknown): unknown {
  if (Array.isArray(value)) {
    let changed: unknown[] | undefined;
    for (let index = 0; index < value.length; index++) {
      const kept = withoutNulls(value[index]);
      if (kept !== value[index] && changed === undefined) changed = value.slice(0, index);
      changed?.push(kept);
    }
    return changed ?? value;
  }
  if (!isObject(value)) return value;
  let changed: Record<string, unknown> | undefined;
  for (const name in value) {
    const member = value[name];
    const kept = member === null ? undefined : withoutNulls(member);
    if (kept === member && changed === undefined) continue;
    changed ??= membersBefore(value, name);
    if (member !== null)
      Object.defineProperty(changed, name, { value: kept, enumerable: true, configurable: true, writable: true });
  }
  return changed ?? value;
}

function membersBefore(value: Record<string, unknown>, end: string): Record<string, unknown> {
  const members: Record<string, unknown> = {};
  for (const name in value) {
    if (name === end) break;
    Object.defineProperty(members, name, { value: value[name], enumerable: true, configurable: true, writable: true });
  }
  return members;
}
