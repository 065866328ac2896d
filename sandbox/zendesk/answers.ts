// How Zendesk answers: its error bodies and its pages.

import { type Answer, json, type VendorRequest } from '../vendor.ts';

/** Zendesk's most rows in a page, and as many as it gives unasked (developer docs "Pagination", offset pagination). */
const largestPage = 100;

/** A record that breaks a rule: `field` (`base` for none) and what Zendesk says about it. */
export interface Violation {
  field: string;
  description: string;
  error?: string;
}

/** 404 for a record that is not there (developer docs "Introduction", response format). */
export function recordNotFound(): Answer {
  return json(404, { error: 'RecordNotFound', description: 'Not found' });
}

/** 404 for a path that is not there. */
export function invalidEndpoint(): Answer {
  return json(404, { error: 'InvalidEndpoint', description: 'Not found' });
}

/** 422 for a record that breaks rules, with each of them in `details`. */
export function recordInvalid(violations: readonly Violation[]): Answer {
  const details: Record<string, { description: string; error?: string }[]> = {};
  for (const { field, ...violation } of violations) details[field] = [...(details[field] ?? []), violation];
  return json(422, { error: 'RecordInvalid', description: 'Record validation errors', details });
}

/** What a JSON body holds, or why it is refused. */
type ReadBody = { members: Record<string, unknown>; refusal?: undefined } | { members?: undefined; refusal: Answer };

/** The members under `name` in a JSON body, or Zendesk's refusal (_assumed_ wording). */
export function wrappedBody(request: VendorRequest, name: string): ReadBody {
  const body = parse(request.body);
  if (body === undefined) {
    return { refusal: json(422, { error: 'Unprocessable Entity', message: 'Server could not parse JSON' }) };
  }
  const wrapped = isObject(body) ? body[name] : undefined;
  if (isObject(wrapped)) return { members: wrapped };
  return { refusal: json(400, { error: 'ParameterMissing', description: `Required parameter missing: ${name}` }) };
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** Whether a value is an object with members. */
export function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** 400 for an id that is no number. */
export function invalidId(resource: string): Answer {
  const message =
    'You passed an invalid value for the id attribute. Invalid parameter: id must be an integer from ' +
    `api/v2/${resource}/show`;
  return json(400, { error: { title: 'Invalid attribute', message } });
}

/** Where a page begins, and how long it is. */
export interface PageRange {
  page: number;
  size: number;
}

/** `page` and `per_page` of a request; more than 100 rows are cut to 100. */
export function pageRange(query: URLSearchParams): PageRange {
  const page = Number(query.get('page') ?? 1);
  const size = Number(query.get('per_page') ?? largestPage);
  return {
    page: Number.isInteger(page) && page > 0 ? page : 1,
    size: Number.isInteger(size) && size > 0 ? Math.min(size, largestPage) : largestPage,
  };
}

/** One page of rows under `name`, with `count`, `next_page` and `previous_page` (developer docs "Pagination"). */
export function pageOf(request: VendorRequest, name: string, rows: readonly unknown[]): Answer {
  const query = new URLSearchParams(request.query);
  const { page, size } = pageRange(query);
  const address = (number: number) => {
    query.set('page', String(number));
    return `https://${request.host}${request.path}?${query}`;
  };
  return json(200, {
    [name]: rows.slice((page - 1) * size, page * size),
    count: rows.length,
    next_page: page * size < rows.length ? address(page + 1) : null,
    previous_page: page > 1 ? address(page - 1) : null,
  });
}
