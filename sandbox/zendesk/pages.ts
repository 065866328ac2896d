// Zendesk's pages: by number ("offset pagination") and by cursor (developer docs "Pagination").

import { type Answer, json, type VendorRequest } from '../vendor.ts';
import type { ZendeskRecord } from './data.ts';

/** Zendesk's most rows in a page, and as many as it gives unasked. */
const largestPage = 100;

/** Offset pagination ends here since May 2024 (support.zendesk.com "New limits for offset-based pagination"). */
const lastOffset = 10_000;

/** How a list is divided; left out, only by number, as "Pagination" says of lists that name no way. */
export interface Listing {
  /** `both` ways, or by `cursor` only: then a call that names no size gets every row */
  ways?: 'both' | 'cursor';
  /** rows of a page by number, unless the caller says */
  size?: number;
  /** the help center tells more about its pages, and has a Link header */
  isHelpCenter?: boolean;
  /** lists that stand beside the rows of a page, for `include` */
  beside?: (page: readonly ZendeskRecord[]) => Record<string, unknown>;
}

/** Where a page begins, and how long it is. */
export interface PageRange {
  page: number;
  size: number;
}

/** `page` and `per_page` of a request; more than 100 rows are cut to 100. */
export function pageRange(query: URLSearchParams, usual = largestPage): PageRange {
  const page = Number(query.get('page') ?? 1);
  const size = Number(query.get('per_page') ?? usual);
  return {
    page: Number.isInteger(page) && page > 0 ? page : 1,
    size: Number.isInteger(size) && size > 0 ? Math.min(size, largestPage) : usual,
  };
}

/** One page of rows under `name`, as the request asks for it. */
export function pageOf(
  request: VendorRequest,
  name: string,
  rows: readonly ZendeskRecord[],
  listing: Listing = {},
): Answer {
  const query = new URLSearchParams(request.query);
  if (listing.ways !== undefined && query.has('page[size]')) return cursorPage(request, query, name, rows, listing);
  if (listing.ways === 'cursor') return wholeList(name, rows, listing);
  return numberedPage(request, query, name, rows, listing);
}

function numberedPage(
  request: VendorRequest,
  query: URLSearchParams,
  name: string,
  rows: readonly ZendeskRecord[],
  { size: usual, isHelpCenter, beside }: Listing,
): Answer {
  const { page, size } = pageRange(query, usual);
  if (page * size > lastOffset) return tooDeep();
  const address = (number: number) => addressWith(request, query, { page: String(number) });
  const shown = rows.slice((page - 1) * size, page * size);
  const next = page * size < rows.length ? address(page + 1) : null;
  const pages = { page, page_count: Math.ceil(rows.length / size), per_page: size };
  return json(
    200,
    {
      [name]: shown,
      ...beside?.(shown),
      count: rows.length,
      next_page: next,
      previous_page: page > 1 ? address(page - 1) : null,
      ...(isHelpCenter === true ? pages : {}),
    },
    isHelpCenter === true ? linkTo(next) : {},
  );
}

/** All rows at once, where Zendesk documents "no pagination" beside the cursor. */
function wholeList(name: string, rows: readonly ZendeskRecord[], { beside }: Listing): Answer {
  return json(200, { [name]: rows, ...beside?.(rows), count: rows.length, next_page: null, previous_page: null });
}

/** By cursor there is no `count`; `meta` and `links` lead on. */
function cursorPage(
  request: VendorRequest,
  query: URLSearchParams,
  name: string,
  rows: readonly ZendeskRecord[],
  { isHelpCenter, beside }: Listing,
): Answer {
  const size = Number(query.get('page[size]'));
  if (!Number.isInteger(size) || size < 1) return invalidCursor('page[size] must be a whole number from 1 to 100');
  const [after, before] = ['page[after]', 'page[before]'].map((parameter) => query.get(parameter));
  if (after != null && before != null) return invalidCursor('page[after] and page[before] cannot be used together');
  const most = Math.min(size, largestPage);
  const edge = readCursor(rows, after ?? before ?? undefined);
  if (edge === undefined) return invalidCursor('the cursor is not valid');
  const start = before != null ? Math.max(0, edge - most) : after != null ? edge + 1 : 0;
  const shown = rows.slice(start, before != null ? edge : start + most);
  const hasMore = before != null ? start > 0 : start + most < rows.length;
  const cursors = {
    after: writeCursor(shown.at(-1), start + shown.length - 1),
    before: writeCursor(shown[0], start),
  };
  const address = (way: 'after' | 'before') => {
    query.delete('page[after]');
    query.delete('page[before]');
    return cursors[way] === null ? null : addressWith(request, query, { [`page[${way}]`]: cursors[way] });
  };
  const next = start + shown.length < rows.length ? address('after') : null;
  return json(
    200,
    {
      [name]: shown,
      ...beside?.(shown),
      meta: { has_more: hasMore, after_cursor: cursors.after, before_cursor: cursors.before },
      links: { next, prev: start > 0 ? address('before') : null },
    },
    isHelpCenter === true ? linkTo(next) : {},
  );
}

/** A cursor is opaque to callers; here it is the row and its place, so that a page begins right though rows came or went. */
function writeCursor(row: ZendeskRecord | undefined, place: number): string | null {
  return row === undefined ? null : Buffer.from(`${row.id}:${place}`).toString('base64url');
}

function readCursor(rows: readonly ZendeskRecord[], cursor: string | undefined): number | undefined {
  if (cursor === undefined) return 0;
  const [, id, place] = /^(\d+):(\d+)$/.exec(Buffer.from(cursor, 'base64url').toString('utf8')) ?? [];
  if (place === undefined) return undefined;
  const found = rows.findIndex((row) => row.id === Number(id));
  // The row is gone: what stood behind it has moved up to its place.
  return found >= 0 ? found : Number(place) - 1;
}

function addressWith(request: VendorRequest, query: URLSearchParams, changes: Record<string, string | null>): string {
  const changed = new URLSearchParams(query);
  for (const [name, value] of Object.entries(changes)) changed.set(name, value ?? '');
  return `https://${request.host}${request.path}?${changed}`;
}

/** "In the Help Center API, the next link is also available in the Link HTTP response header." */
function linkTo(next: string | null): Record<string, string> {
  return next === null ? {} : { link: `<${next}>; rel="next"` };
}

/** As clients of Zendesk report it, word for word but for the address at its end. */
function tooDeep(): Answer {
  const title =
    'Pagination requests using Offset Pagination are limited to page 100 or up to 10000 records (page * per_page)';
  const detail =
    'There are limits to the page depth in Offset Pagination. Offset Pagination will be deprecated fully in the near future.\n' +
    'Please switch to Cursor Pagination at the earliest. Cursor Pagination does not have any limits.';
  return json(400, { errors: [{ code: 'InvalidPaginationDepth', title, detail }] });
}

/** The words are _assumed_. */
function invalidCursor(detail: string): Answer {
  return json(400, {
    errors: [{ code: 'InvalidPaginationParameter', title: 'Invalid pagination parameter', detail }],
  });
}
