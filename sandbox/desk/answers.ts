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

/** 200 with one record, or the members of it that `fields` names (dev.desk.com "Using the API", field selection). */
export function showRecord(request: VendorRequest, record: Record<string, unknown>): Answer {
  return json(200, selected(new URLSearchParams(request.query), record));
}

/** One page of rows with `total_entries` and the links to the others; 50 rows unless `per_page` says, 100 at most. */
export function pageOf(request: VendorRequest, rows: readonly Record<string, unknown>[]): Answer {
  const query = new URLSearchParams(request.query);
  const page = positive(query.get('page')) ?? 1;
  const size = Math.min(positive(query.get('per_page')) ?? usualPage, largestPage);
  const last = Math.max(1, Math.ceil(rows.length / size));
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
    _embedded: { entries: rows.slice((page - 1) * size, page * size).map((row) => selected(query, row)) },
  });
}

function selected(query: URLSearchParams, record: Record<string, unknown>): Record<string, unknown> {
  const names = query.get('fields')?.split(',');
  if (names === undefined) return record;
  return Object.fromEntries(Object.entries(record).filter(([name]) => names.includes(name) || name === '_links'));
}

function positive(text: string | null): number | undefined {
  const number = Number(text ?? Number.NaN);
  return Number.isInteger(number) && number > 0 ? number : undefined;
}
