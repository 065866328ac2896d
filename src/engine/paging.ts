// Pages: which page a caller asks for, how the vendor is told, and whether another one follows. Pure decisions.

import { Problem } from '../core/errors.ts';
import { isObject, parseJson } from '../core/http.ts';
import type { SettingValues } from '../element/settings.ts';
import type { CompiledResource } from './compile.ts';
import type { ElementCall } from './element-call.ts';
import { fingerprint, type PageMark, type PageTokens } from './page-token.ts';

/** How an element counts pages, from its settings. */
export interface PagingStyle {
  kind: 'page' | 'offset' | 'cursor' | 'unsaid';
  /** the number of the vendor's first page */
  firstPage: number;
  /** most rows of a page, and as many as it has when the caller does not say */
  largest: number;
}

/** The page that a caller asks for. */
export interface AskedPage extends PageMark {
  /** whether the caller named a page, a size or a token */
  named: boolean;
  /** whether the caller named a size or a token, which goes on with the size that the list began with */
  sized: boolean;
  /** why the size is not the one that was asked for, or undefined */
  warning: string | undefined;
}

const defaultLargest = 100;

const styles = new WeakMap<SettingValues, Map<string, PagingStyle>>();

/**
 * Reads `pagination.type` (or the type given), `pagination.page.startindex` and `pagination.max` (a number, or JSON by
 * object name); once for the same settings.
 */
export function pagingStyle(
  values: SettingValues,
  objectName: string,
  type = values['pagination.type'] ?? '',
): PagingStyle {
  const known = styles.get(values) ?? new Map<string, PagingStyle>();
  const key = `${type} ${objectName}`;
  const style = known.get(key) ?? readStyle(values, objectName, type.trim());
  known.set(key, style);
  styles.set(values, known);
  return style;
}

function readStyle(values: SettingValues, objectName: string, type: string): PagingStyle {
  const start = Number(values['pagination.page.startindex'] ?? Number.NaN);
  const firstPage = type === 'page 0' ? 0 : Number.isInteger(start) && type === 'page' ? start : 1;
  const kind = type.startsWith('page') ? 'page' : type === 'offset' || type === 'cursor' ? type : 'unsaid';
  return { kind, firstPage, largest: largestPage(values['pagination.max'] ?? undefined, objectName) };
}

function largestPage(text: string | undefined, objectName: string): number {
  const parsed = parseJson(text ?? '');
  const value = isObject(parsed) ? (parsed[objectName] ?? parsed['default']) : parsed;
  const number = Number(value);
  return Number.isInteger(number) && number > 0 ? number : defaultLargest;
}

/**
 * Reads `page`, `pageSize` and `nextPage` of a caller. A token in `page` and a number in `nextPage` are taken for what
 * they are. Throws a Problem naming every one that is wrong.
 */
export function askedPage(
  query: ElementCall['query'],
  style: PagingStyle,
  tokens: PageTokens,
  place: string,
): AskedPage {
  const size = wholeNumber(query['pageSize'], 'pageSize');
  const token = [query['nextPage'], query['page']].find((text) => isToken(text));
  const number = [query['page'], query['nextPage']].find((text) => text !== undefined && !isToken(text));
  const page = wholeNumber(number, 'page') ?? 1;
  const mark = token === undefined ? undefined : tokens.read(String(token), place);
  // Numbered pages begin elsewhere when their size changes, so that a list keeps the size that it began with.
  const begun = style.kind === 'offset' || style.kind === 'cursor' ? undefined : mark?.size;
  const wanted = begun ?? size ?? mark?.size ?? style.largest;
  const used = Math.min(wanted, style.largest);
  return {
    ...(mark ?? { page, offset: (page - 1) * used }),
    size: used,
    named: number !== undefined || mark !== undefined || size !== undefined,
    sized: size !== undefined || mark !== undefined,
    warning: sizeWarning(size ?? used, used, style.largest),
  };
}

function sizeWarning(wanted: number, used: number, largest: number): string | undefined {
  if (wanted === used) return undefined;
  return wanted > largest
    ? `pageSize ${wanted} is above the ${largest} rows that a page of this list may have; ${used} were asked for.`
    : `pageSize ${wanted} does not go with this nextPage: the list goes on with ${used} rows a page, as it began.`;
}

function isToken(text: string | string[] | undefined): boolean {
  return text !== undefined && !/^-?\d*$/.test(String(text));
}

function wholeNumber(text: string | string[] | undefined, name: string): number | undefined {
  if (text === undefined || text === '') return undefined;
  const number = Number(text);
  if (Number.isInteger(number) && number >= 1 && number <= 1_000_000_000) return number;
  throw new Problem('badRequest', `${name} must be a whole number from 1 on, not ${String(text).slice(0, 50)}.`);
}

/** The vendor's word for the page that is asked for; undefined when it needs none. */
export function vendorPage(asked: AskedPage, style: PagingStyle): string | undefined {
  if (asked.cursor !== undefined) return asked.cursor;
  if (style.kind === 'cursor') return undefined;
  return String(style.kind === 'offset' ? asked.offset : asked.page - 1 + style.firstPage);
}

/** What is known when an answer is there. */
export interface AnsweredPage {
  rows: readonly unknown[];
  /** the vendor's word for the next page */
  cursor: string | undefined;
  /** whether the vendor says where its next page is, so that none said means none there */
  saysNext: boolean;
  total: number | undefined;
}

/**
 * The mark of the page that follows, or undefined after the last. Throws a Problem when the vendor gave the same rows
 * as for the page before, since that would never end.
 */
export function nextMark(
  resource: CompiledResource,
  style: PagingStyle,
  asked: AskedPage,
  answer: AnsweredPage,
): PageMark | undefined {
  const { rows, cursor, total } = answer;
  if (asked.before !== undefined && fingerprint(rows) === asked.before) {
    throw new Problem(
      'vendorFailed',
      'The vendor gave the same page again instead of the next one, so the list cannot be read to its end.',
    );
  }
  // Where the caller's size does not reach the vendor, a page has as many rows as the vendor likes.
  const takesSize = resource.queryNames.has('pageSize') || resource.resource.valence?.statement !== undefined;
  const given = takesSize ? asked.size : Math.max(asked.size, rows.length);
  const offset = asked.offset + given;
  const next = () => ({ offset, page: asked.page + 1, size: asked.size, before: fingerprint(rows) });
  if (cursor !== undefined) return cursor === asked.cursor && rows.length === 0 ? undefined : { ...next(), cursor };
  if (answer.saysNext || style.kind === 'cursor' || resource.paging === 'none') return undefined;
  const { queryNames, resource: document } = resource;
  const pagesByNumber =
    queryNames.has('page') || queryNames.has('nextPage') || document.valence?.statement !== undefined;
  if (!pagesByNumber) return undefined;
  if (rows.length >= asked.size) return total === undefined || offset < total ? next() : undefined;
  // A vendor that counts rows and says that there are more gives fewer at once than were asked for.
  const reached = asked.offset + rows.length;
  if (style.kind !== 'offset' || total === undefined || rows.length === 0 || reached >= total) return undefined;
  return { ...next(), offset: reached };
}

/** One page of rows that the vendor gave all at once. */
export function sliceRows(rows: readonly unknown[], asked: AskedPage): { rows: unknown[]; next: PageMark | undefined } {
  const end = asked.offset + asked.size;
  const page = rows.slice(asked.offset, end);
  return {
    rows: page,
    next: end < rows.length ? { offset: end, page: asked.page + 1, size: asked.size } : undefined,
  };
}

/** Whether this platform divides the rows into pages, because the vendor does not. */
export function isSliced(resource: CompiledResource, asked: AskedPage): boolean {
  if (resource.paging === 'platform') return true;
  if (resource.paging !== 'unsaid' || !asked.named) return false;
  const { queryNames, nextPageKey } = resource;
  return (
    nextPageKey === undefined && !queryNames.has('page') && !queryNames.has('nextPage') && !queryNames.has('pageSize')
  );
}
