// Zendesk's Tickets and Ticket Comments API (developer docs "Tickets", "Ticket Comments").

import { isDeepStrictEqual } from 'node:util';
import { toSecond } from '../seed.ts';
import { type Answer, empty, json, type VendorRequest } from '../vendor.ts';
import {
  capitalized,
  isBlank,
  isObject,
  notIncluded,
  recordInvalid,
  recordNotFound,
  ticketIsClosed,
  updateCollision,
  type Violation,
  wrappedBody,
} from './answers.ts';
import { fieldEvents, recordAudit } from './audits.ts';
import { addComment, addTicket, addUser, type ZendeskRecord, type ZendeskSite } from './data.ts';
import { tellOfDeletedTicket, tellOfTicket } from './notices.ts';
import { pageOf } from './pages.ts';
import { picked } from './records.ts';
import { besideRows } from './side-loads.ts';
import { waitingUpload } from './uploads.ts';

const choices = {
  status: ['new', 'open', 'pending', 'hold', 'solved', 'closed'],
  priority: ['urgent', 'high', 'normal', 'low'],
  type: ['problem', 'incident', 'question', 'task'],
};

/** What a request may set; everything else is ignored, as Zendesk ignores it. */
const writable = [
  'assignee_id',
  'brand_id',
  'collaborator_ids',
  'custom_fields',
  'due_at',
  'email_cc_ids',
  'external_id',
  'follower_ids',
  'group_id',
  'organization_id',
  'priority',
  'problem_id',
  'requester_id',
  'status',
  'subject',
  'tags',
  'type',
] as const;

/** GET /api/v2/tickets.json, by id; `external_id` filters, `sort_by` and `sort_order` sort. */
export function listTickets(site: ZendeskSite, request: VendorRequest): Answer {
  const query = new URLSearchParams(request.query);
  const externalId = query.get('external_id');
  const all = [...site.tickets.values()];
  const tickets = externalId === null ? all : all.filter((ticket) => ticket['external_id'] === externalId);
  return pageOfTickets(site, request, tickets);
}

/** One page of some tickets, sorted and with what is side-loaded. */
export function pageOfTickets(site: ZendeskSite, request: VendorRequest, tickets: ZendeskRecord[]): Answer {
  const rows = sortedTickets(site, tickets, new URLSearchParams(request.query));
  return pageOf(request, 'tickets', rows, { ways: 'both', beside: besideRows(site, request, 'tickets') });
}

/** What one can sort by: by number "sort_by" and "sort_order", by cursor "sort" with a minus in front for descending. */
const sortFields: Record<string, string> = {
  assignee: 'assignee_id',
  'assignee.name': 'assignee_id',
  created_at: 'created_at',
  group: 'group_id',
  id: 'id',
  requester: 'requester_id',
  'requester.name': 'requester_id',
  status: 'status',
  subject: 'subject',
  updated_at: 'updated_at',
};

function sortedTickets(site: ZendeskSite, tickets: ZendeskRecord[], query: URLSearchParams): ZendeskRecord[] {
  const isByCursor = query.has('page[size]');
  const asked = isByCursor ? (query.get('sort') ?? '') : (query.get('sort_by') ?? '');
  const field = sortFields[asked.replace(/^-/, '')];
  if (field === undefined) return tickets;
  const isDescending = isByCursor ? asked.startsWith('-') : query.get('sort_order') === 'desc';
  const rank = (ticket: ZendeskRecord) => {
    if (asked.endsWith('.name')) return String(site.users.get(Number(ticket[field]))?.['name'] ?? '');
    const value = field === 'status' ? choices.status.indexOf(String(ticket['status'])) : ticket[field];
    return typeof value === 'number' ? String(value).padStart(20, '0') : String(value ?? '');
  };
  return tickets.toSorted((a, b) => {
    const [left, right] = [rank(a), rank(b)];
    return (isDescending ? -1 : 1) * (left < right ? -1 : left > right ? 1 : a.id - b.id);
  });
}

/** GET /api/v2/tickets/{id}.json. */
export function showTicket(site: ZendeskSite, request: VendorRequest, id: number): Answer {
  const ticket = site.tickets.get(id);
  if (ticket === undefined) return recordNotFound();
  return json(200, { ticket, ...besideRows(site, request, 'tickets')([ticket]) });
}

/** POST /api/v2/tickets.json: `comment.body`, `comment.html_body` or `description` is required. */
export function createTicket(site: ZendeskSite, request: VendorRequest, userId: number): Answer {
  const { members: given, refusal } = wrappedBody(request, 'ticket');
  if (refusal !== undefined) return refusal;
  const comment = isObject(given['comment']) ? given['comment'] : { body: given['description'] };
  const body = comment['body'] ?? comment['html_body'];
  const violations = violationsOf(site, given);
  if (typeof body !== 'string' || isBlank(body)) {
    violations.push({ field: 'base', description: 'Description: cannot be blank', error: 'BlankValue' });
  }
  violations.push(...uploadViolations(site, comment));
  if (violations.length > 0) return recordInvalid(violations);

  const now = toSecond(site.now());
  const requester = newRequester(site, given['requester'], now) ?? given['requester_id'] ?? userId;
  const organization = site.users.get(Number(requester))?.['organization_id'] ?? null;
  const submitter = given['submitter_id'] ?? userId;
  const ticket = addTicket(site, {
    id: [...site.tickets.keys()].reduce((most, id) => Math.max(most, id), 0) + 1,
    description: body,
    requester_id: requester,
    submitter_id: submitter,
    organization_id: organization,
    status: given['assignee_id'] === undefined ? 'new' : 'open',
    created_at: now,
    updated_at: now,
    ...picked(writable, given),
  });
  // "The submitter is always the first comment author", unless the comment names one.
  const first = addComment(site, ticket, { author_id: submitter, ...comment }, now);
  const headers = { location: String(ticket['url']) };
  const set = ['subject', 'status', 'priority', 'type'].map((name) => [name, ticket[name]] as const);
  const events = [first, ...fieldEvents(site, 'Create', set)];
  const audit = recordAudit(site, ticket, { authorId: userId, events, createdAt: now });
  tellOfTicket(site, ticket, 'Create', audit);
  return json(201, { ticket, audit }, headers);
}

/** PUT /api/v2/tickets/{id}.json: changes, and a comment when one is given. */
export function updateTicket(site: ZendeskSite, request: VendorRequest, id: number, userId: number): Answer {
  const ticket = site.tickets.get(id);
  if (ticket === undefined) return recordNotFound();
  const { members: given, refusal } = wrappedBody(request, 'ticket');
  if (refusal !== undefined) return refusal;
  const collision = updateCollision(ticket, given);
  if (collision !== undefined) return collision;
  const violations = violationsOf(site, given);
  if (ticket['status'] === 'closed') violations.push(ticketIsClosed());
  const comment = isObject(given['comment']) ? given['comment'] : undefined;
  if (comment !== undefined && isBlank(comment['body'] ?? comment['html_body'])) {
    violations.push({ field: 'comment', description: 'Comment: cannot be blank', error: 'BlankValue' });
  }
  violations.push(...uploadViolations(site, comment ?? {}));
  if (violations.length > 0) return recordInvalid(violations);

  const now = toSecond(site.now());
  const changes = picked(writable, given);
  const changed = Object.entries(changes)
    .filter(([name, value]) => !isDeepStrictEqual(ticket[name], value))
    .map(([name, value]) => [name, value, ticket[name]] as const);
  Object.assign(ticket, changes, 'subject' in changes ? { raw_subject: changes['subject'] } : {});
  const added = comment && addComment(site, ticket, { author_id: userId, ...comment }, now);
  const events = [...(added === undefined ? [] : [added]), ...fieldEvents(site, 'Change', changed)];
  if (events.length === 0) return json(200, { ticket });
  // "It is updated only if the update generates a ticket event."
  ticket['updated_at'] = now;
  const audit = recordAudit(site, ticket, { authorId: userId, events, createdAt: now });
  tellOfTicket(site, ticket, 'Change', audit);
  return json(200, { ticket, audit });
}

/** DELETE /api/v2/tickets/{id}.json. */
export function deleteTicket(site: ZendeskSite, id: number, userId: number): Answer {
  const ticket = site.tickets.get(id);
  if (ticket === undefined) return recordNotFound();
  site.comments.delete(id);
  site.tickets.delete(id);
  tellOfDeletedTicket(site, ticket, userId);
  return empty(204);
}

/** GET /api/v2/tickets/{id}/comments.json, the oldest first; `sort_order=desc` turns it round. */
export function listComments(site: ZendeskSite, request: VendorRequest, id: number): Answer {
  const comments = site.comments.get(id);
  if (comments === undefined) return recordNotFound();
  const query = new URLSearchParams(request.query);
  const isDescending = query.get('sort_order') === 'desc' || query.get('sort')?.startsWith('-') === true;
  const rows = isDescending ? comments.toReversed() : comments;
  return pageOf(request, 'comments', rows, { ways: 'both', beside: besideRows(site, request, 'comments') });
}

/** Tokens must be good; what Zendesk says of others is _assumed_. */
function uploadViolations(site: ZendeskSite, comment: Record<string, unknown>): Violation[] {
  const tokens = Array.isArray(comment['uploads']) ? comment['uploads'] : [];
  const bad = tokens.filter((token) => waitingUpload(site, String(token)) === undefined);
  return bad.map((token) => ({ field: 'base', description: `Uploads: ${token} is not valid`, error: 'InvalidValue' }));
}

function violationsOf(site: ZendeskSite, given: Record<string, unknown>): Violation[] {
  const violations: Violation[] = [];
  for (const [field, allowed] of Object.entries(choices)) {
    const value = given[field];
    if (value === undefined || value === null || allowed.includes(String(value))) continue;
    violations.push(notIncluded(field, value));
  }
  const references = {
    ...{ requester_id: site.users, assignee_id: site.users, group_id: site.groups },
    ...{ organization_id: site.organizations, brand_id: site.brands, problem_id: site.tickets },
  };
  for (const [field, records] of Object.entries(references)) {
    const value = given[field];
    if (value === undefined || value === null || records.has(Number(value))) continue;
    const name = field.replace('_id', '');
    violations.push({ field: name, description: `${capitalized(name)}: is invalid`, error: 'InvalidValue' });
  }
  return violations;
}

/** A `requester` by e-mail address is found or made (developer docs "Tickets", creating a ticket with a new requester). */
function newRequester(site: ZendeskSite, given: unknown, now: string): number | undefined {
  if (!isObject(given) || typeof given['email'] !== 'string') return undefined;
  const { email } = { email: given['email'].toLowerCase() };
  const known = [...site.users.values()].find((user) => user['email'] === email);
  if (known !== undefined) return known.id;
  const name = given['name'] ?? email.split('@')[0];
  return addUser(site, { id: site.newId(), name, email, role: 'end-user', created_at: now, updated_at: now }).id;
}
