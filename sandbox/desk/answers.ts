// How Desk.com answers: its error bodies, its pages, and the part of a record that `fields` names.

import { type Answer, json, type VendorRequest } from '../vendor.ts';

const usualPage = 50;
const largestPage = 100;

/** What is wrong with the members of a record: by its name, words such as `blank` and `invalid`. */
export type Violations = Record<string, unknown>;

/** 404 for a record or a path that is not there. */
export function notFound(): Answer {
  return json(404, { message: 'Resource Not Found' });
}

/** 405 for a record that cannot be treated so (the answer that Desk.com's own client calls MethodNotAllowed). */
export function methodNotAllowed(): Answer {
  return json(405, { message: 'Method Not Allowed' });
}

/** 422 with what is wrong, member by member (dev.desk.com "Using the API", validation errors). */
export function validationFailed(errors: Violations): Answer {
  return json(422, { message: 'Validation Failed', errors });
}

/** What a JSON body holds, or why it is refused. */
type ReadBody = { members: Record<string, unknown>; refusal?: undefined } | { members?: undefined; refusal: Answer };

/** The members of a JSON body, or a refusal with status 400 (_assumed_). */
export function readBody(request: VendorRequest): ReadBody {
  try {
    const body: unknown = JSON.parse(request.body);
    if (isObject(body)) return { members: body };
  } catch {
    // Answered below, as a body that is no object is.
  }
  return { refusal: json(400, { message: 'Bad Request' }) };
}

/** Whether a value is an object with members. */
export function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** The related records that `embed` may name, by that name; null where there is none. */
export type Embeds = Readonly<Record<string, (record: Row) => Row | undefined>>;

type Row = Record<string, unknown>;

/**
 * 200 with one record: the members of it that `fields` names (dev.desk.com "Using the API", field selection), and in
 * `_embedded` the related records that `embed` names. Other names are passed over (_assumed_).
 */
export function showRecord(request: VendorRequest, record: Row, embeds: Embeds = {}): Answer {
  return json(200, shown(new URLSearchParams(request.query), record, embeds));
}

/**
 * One page of rows with `total_entries` and the links to the others, sorted by `sort_field` and `sort_direction`; 50 rows
 * unless `per_page` says, `largest` at most.
 */
export function pageOf(
  request: VendorRequest,
  rows: readonly Row[],
  { largest = largestPage, embeds = {} }: { largest?: number; embeds?: Embeds } = {},
): Answer {
  const query = new URLSearchParams(request.query);
  const page = positive(query.get('page')) ?? 1;
  const size = Math.min(positive(query.get('per_page')) ?? usualPage, largest);
  const last = Math.max(1, Math.ceil(rows.length / size));
  const sorted = sortedBy(query, rows);
  const path = request.path.replace(/^\/api\/[^/]+/, '/api/v2');
  const linkTo = (number: number) => {
    const target = new URLSearchParams(query);
    target.set('page', String(number));
    target.set('per_page', String(size));
    return { href: `${path}?${target}`, class: 'page' };
  };
  return json(200, {
    total_entries: rows.length,
    page,
    _links: {
      self: linkTo(page),
      first: linkTo(1),
      last: linkTo(last),
      previous: page > 1 ? linkTo(page - 1) : null,
      next: page < last ? linkTo(page + 1) : null,
    },
    _embedded: { entries: sorted.slice((page - 1) * size, page * size).map((row) => shown(query, row, embeds)) },
  });
}

function sortedBy(query: URLSearchParams, rows: readonly Row[]): readonly Row[] {
  const field = query.get('sort_field');
  if (field === null) return rows;
  const sign = query.get('sort_direction') === 'desc' ? -1 : 1;
  return rows.toSorted((left, right) => sign * compare(left[field], right[field]));
}

function compare(left: unknown, right: unknown): number {
  if (typeof left === 'number' && typeof right === 'number') return left - right;
  return String(left ?? '') < String(right ?? '') ? -1 : String(left ?? '') > String(right ?? '') ? 1 : 0;
}

function shown(query: URLSearchParams, record: Row, embeds: Embeds): Row {
  const names = query.get('fields')?.split(',');
  const members = Object.entries(record).filter(([name]) => (names?.includes(name) ?? true) || name === '_links');
  const embedded = (query.get('embed')?.split(',') ?? [])
    .filter((name) => Object.hasOwn(embeds, name))
    .map((name) => [name, embeds[name]?.(record) ?? null]);
  return {
    ...Object.fromEntries(members),
    ...(embedded.length > 0 && { _embedded: Object.fromEntries(embedded) }),
  };
}

function positive(text: string | null): number | undefined {
  const number = Number(text ?? Number.NaN);
  return Number.isInteger(number) && number > 0 ? number : undefined;
}
