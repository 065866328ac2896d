// How Zendesk answers: its error bodies, and how it reads a body.

import { type Answer, json, type VendorRequest } from '../vendor.ts';

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

/** What Zendesk says of a change to a closed ticket. */
export function ticketIsClosed(): Violation {
  return { field: 'status', description: 'Status: closed prevents ticket update' };
}

/**
 * 409 for a change that is to be safe when the ticket was changed since its `updated_stamp`; `safe_update` counts whatever
 * its value (developer docs "Protecting against ticket update collisions"; the words are _assumed_).
 */
export function updateCollision(record: Record<string, unknown>, given: Record<string, unknown>): Answer | undefined {
  if (given['safe_update'] === undefined || given['updated_stamp'] === undefined) return undefined;
  if (Date.parse(String(given['updated_stamp'])) === Date.parse(String(record['updated_at']))) return undefined;
  const description = 'Safe Update prevented the update due to outdated ticket data.';
  return json(409, { error: 'UpdateConflict', description });
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

/** 400 for an attribute that has a wrong value, or none where one is needed (as public issues of its clients quote it). */
export function invalidAttribute(message: string): Answer {
  return json(400, { error: { title: 'Invalid attribute', message } });
}

/** A blank text is no text. */
export function isBlank(value: unknown): boolean {
  return String(value ?? '').trim() === '';
}

/** External ids, and names of organizations, are the same in small and in capital letters. */
export function isSameText(value: unknown, text: string): boolean {
  return value !== null && value !== undefined && String(value).toLowerCase() === text.toLowerCase();
}

/** What Zendesk says of a member that is blank; `label` is its name as people read it. */
export function blank(field: string, label = capitalized(field)): Violation {
  return { field, description: `${label}: cannot be blank`, error: 'BlankValue' };
}

/** What Zendesk says of a value that is none of those that it knows. */
export function notIncluded(field: string, value: unknown): Violation {
  return { field, description: `${capitalized(field)}: ${value} is not included in the list`, error: 'InvalidValue' };
}

/** What Zendesk says of a value that another record has. */
export function taken(field: string): Violation {
  return { field, description: `${capitalized(field)}: has already been taken`, error: 'DuplicateValue' };
}

/** With a capital letter in front. */
export function capitalized(text: string): string {
  return `${text.charAt(0).toUpperCase()}${text.slice(1)}`;
}
