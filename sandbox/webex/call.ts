// A call of Webex's REST API as its resources see it: who calls, what they sent, how they are refused, and pages.

import { type Answer, json, mediaType, type VendorRequest } from '../vendor.ts';
import type { Webhooks } from '../webhooks.ts';
import type { Person, Room, WebexData } from './data.ts';
import { webexError } from './login.ts';

/** One authenticated call. */
export interface WebexCall {
  data: WebexData;
  self: Person;
  /** ISO 8601. */
  now: string;
  request: VendorRequest;
  query: URLSearchParams;
  /** The id in the path; empty when there is none. */
  id: string;
  /** Bytes that a file may have. */
  largestFile: number;
  /** The application that calls. */
  clientId: string;
  send: Webhooks['send'];
  /** The time when something comes of the call later. */
  clock: () => Date;
}

/** Ends a call with an error answer. */
export class WebexRefusal extends Error {
  readonly answer: Answer;

  constructor(status: number, message: string) {
    super(message);
    this.answer = json(status, webexError(message));
  }
}

/** The JSON object of the body; refuses what is none. */
export function bodyOf(call: WebexCall): Record<string, unknown> {
  if (mediaType(call.request) !== 'application/json') {
    throw new WebexRefusal(415, 'The request body has a media type that is not supported.');
  }
  try {
    const value: unknown = JSON.parse(call.request.body);
    if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as Record<string, unknown>;
  } catch {
    // refused below, like JSON that is no object
  }
  throw new WebexRefusal(400, 'The request could not be understood by the server due to malformed syntax.');
}

/** A member of the body that must be a text; undefined when it is left out. */
export function textOf(body: Record<string, unknown>, name: string): string | undefined {
  const value = body[name] ?? undefined;
  if (value === undefined || typeof value === 'string') return value;
  throw new WebexRefusal(400, `The parameter ${name} must be a string.`);
}

/** A member of the body that must be true or false; undefined when it is left out. */
export function flagOf(body: Record<string, unknown>, name: string): boolean | undefined {
  const value = body[name] ?? undefined;
  if (value === undefined || typeof value === 'boolean') return value;
  throw new WebexRefusal(400, `The parameter ${name} must be a boolean.`);
}

/** The value, refused when it is missing or empty. */
export function required(value: string | null | undefined, name: string): string {
  if (value === null || value === undefined || value.trim() === '') {
    throw new WebexRefusal(400, `The request is missing a required parameter: ${name}.`);
  }
  return value;
}

/** A room that the caller is in. */
export function roomOf(call: WebexCall, id: string): Room {
  const room = call.data.rooms.get(id);
  if (room === undefined || !isMember(call.data.memberships, id, call.self.id)) {
    throw new WebexRefusal(404, 'Could not find a room with provided ID.');
  }
  return room;
}

/** Whether a person is a member of a room or a team. */
export function isMember(
  memberships: ReadonlyMap<string, { placeId: string; personId: string }>,
  placeId: string,
  personId: string,
): boolean {
  for (const one of memberships.values()) if (one.placeId === placeId && one.personId === personId) return true;
  return false;
}

/** The person whom the body names by `personId` or `personEmail`; undefined when it names none. */
export function personNamed(call: WebexCall, id: string | undefined, email: string | undefined): Person | undefined {
  if (id === undefined && email === undefined) return undefined;
  const person =
    id === undefined
      ? [...call.data.people.values()].find((one) => one.emails.includes(email?.toLowerCase() ?? ''))
      : call.data.people.get(id);
  if (person === undefined) throw new WebexRefusal(404, 'Could not find a person with provided ID or email.');
  return person;
}

/** How a list is sorted: by a text of each row. */
interface Order<Row> {
  by: (row: Row) => string;
  descending?: boolean;
}

/** How a list is shown. */
interface Shown<Row> {
  show?: (row: Row) => unknown;
  /** The parameter of the next page's link: an opaque `cursor`, or the id of the last row. */
  next?: 'cursor' | 'after' | 'beforeMessage';
  /** As many rows as a page has when the caller gives no `max`. */
  usual?: number;
}

/**
 * One page of rows, and the next as a Link header (developer.webex.com "REST API Basics", Pagination; RFC 8288). `max`
 * above 1000 is 1000, as documented there.
 */
export function page<Row extends { id: string }>(
  call: WebexCall,
  rows: Iterable<Row>,
  order: Order<Row>,
  { show = (row) => row, next = 'cursor', usual = 100 }: Shown<Row> = {},
): Answer {
  const max = pageSize(call.query.get('max'), usual);
  const sorted = inOrder(rows, order);
  const token = call.query.get(next) ?? '';
  const start = token === '' ? 0 : afterRow(sorted, order, next, token);
  const shown = sorted.slice(start, start + max);
  const items = shown.map(show);
  const last = shown.at(-1);
  if (last === undefined || start + max >= sorted.length) return json(200, { items });
  const following = new URLSearchParams(call.query);
  following.set('max', String(max));
  following.set(next, next === 'cursor' ? cursorOf(order.by(last), last.id) : last.id);
  const { host, path } = call.request;
  return json(200, { items }, { link: `<https://${host}${path}?${following}>; rel="next"` });
}

function pageSize(max: string | null, usual: number): number {
  if (max === null) return usual;
  if (!/^\d{1,9}$/.test(max) || Number(max) < 1) {
    throw new WebexRefusal(400, 'The parameter max must be an integer from 1 to 1000.');
  }
  return Math.min(Number(max), 1000);
}

function inOrder<Row>(rows: Iterable<Row>, { by, descending = false }: Order<Row>): Row[] {
  const all = descending ? [...rows].reverse() : [...rows];
  const sign = descending ? -1 : 1;
  return all.toSorted((a, b) => (by(a) === by(b) ? 0 : by(a) < by(b) ? -sign : sign));
}

function cursorOf(position: string, id: string): string {
  return Buffer.from(`${id}\n${position}`, 'utf8').toString('base64url');
}

/** Where the page after a token begins. A cursor survives that its row is deleted, an id does not. */
function afterRow<Row extends { id: string }>(
  sorted: Row[],
  { by, descending = false }: Order<Row>,
  next: string,
  token: string,
): number {
  const [id = '', position] =
    next === 'cursor' ? Buffer.from(token, 'base64url').toString('utf8').split('\n') : [token];
  const found = sorted.findIndex((row) => row.id === id);
  if (found >= 0) return found + 1;
  if (next === 'beforeMessage') throw new WebexRefusal(404, 'Unable to get message.');
  if (position === undefined) throw new WebexRefusal(400, `The parameter ${next} is invalid.`);
  const beyond = sorted.findIndex((row) => (descending ? by(row) < position : by(row) > position));
  return beyond < 0 ? sorted.length : beyond;
}

/** 204, as every delete answers. */
export const deleted: Answer = { status: 204, headers: {}, body: '' };
