// Zendesk's Tickets and Ticket Comments API (developer docs "Tickets", "Ticket Comments").

import { toSecond } from '../seed.ts';
import { type Answer, empty, json, type VendorRequest } from '../vendor.ts';
import { isObject, pageOf, recordInvalid, recordNotFound, type Violation, wrappedBody } from './answers.ts';
import { addComment, addTicket, addUser, type ZendeskRecord, type ZendeskSite } from './data.ts';

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

/** GET /api/v2/tickets.json, by id; `external_id` filters. */
export function listTickets(site: ZendeskSite, request: VendorRequest): Answer {
  const externalId = new URLSearchParams(request.query).get('external_id');
  const all = [...site.tickets.values()];
  const tickets = externalId === null ? all : all.filter((ticket) => ticket['external_id'] === externalId);
  return pageOf(request, 'tickets', tickets);
}

/** GET /api/v2/tickets/{id}.json. */
export function showTicket(site: ZendeskSite, id: number): Answer {
  const ticket = site.tickets.get(id);
  return ticket === undefined ? recordNotFound() : json(200, { ticket });
}

/** POST /api/v2/tickets.json: `comment.body`, `comment.html_body` or `description` is required. */
export function createTicket(site: ZendeskSite, request: VendorRequest, userId: number): Answer {
  const { members: given, refusal } = wrappedBody(request, 'ticket');
  if (refusal !== undefined) return refusal;
  const comment = isObject(given['comment']) ? given['comment'] : { body: given['description'] };
  const body = comment['body'] ?? comment['html_body'];
  const violations = violationsOf(site, given);
  if (typeof body !== 'string' || body.trim() === '') {
    violations.push({ field: 'base', description: 'Description: cannot be blank', error: 'BlankValue' });
  }
  if (violations.length > 0) return recordInvalid(violations);

  const now = toSecond(site.now());
  const requester = newRequester(site, given['requester'], now) ?? given['requester_id'] ?? userId;
  const organization = site.users.get(Number(requester))?.['organization_id'] ?? null;
  const ticket = addTicket(site, {
    id: Math.max(0, ...site.tickets.keys()) + 1,
    description: body,
    requester_id: requester,
    submitter_id: given['submitter_id'] ?? userId,
    organization_id: organization,
    status: given['assignee_id'] === undefined ? 'new' : 'open',
    created_at: now,
    updated_at: now,
    ...picked(given),
  });
  const first = addComment(site, ticket, { author_id: requester, ...comment }, now);
  const headers = { location: String(ticket['url']) };
  return json(201, { ticket, audit: audit(site, ticket, userId, [first]) }, headers);
}

/** PUT /api/v2/tickets/{id}.json: changes, and a comment when one is given. */
export function updateTicket(site: ZendeskSite, request: VendorRequest, id: number, userId: number): Answer {
  const ticket = site.tickets.get(id);
  if (ticket === undefined) return recordNotFound();
  const { members: given, refusal } = wrappedBody(request, 'ticket');
  if (refusal !== undefined) return refusal;
  const violations = violationsOf(site, given);
  if (ticket['status'] === 'closed') {
    violations.push({ field: 'status', description: 'Status: closed prevents ticket update' });
  }
  const comment = isObject(given['comment']) ? given['comment'] : undefined;
  if (comment !== undefined && String(comment['body'] ?? comment['html_body'] ?? '').trim() === '') {
    violations.push({ field: 'comment', description: 'Comment: cannot be blank', error: 'BlankValue' });
  }
  if (violations.length > 0) return recordInvalid(violations);

  const now = toSecond(site.now());
  const changes = picked(given);
  const changed = Object.entries(changes).filter(([name, value]) => ticket[name] !== value);
  Object.assign(ticket, changes, 'subject' in changes ? { raw_subject: changes['subject'] } : {}, { updated_at: now });
  const added = comment && addComment(site, ticket, { author_id: userId, ...comment }, now);
  const events = changed.map(([field_name, value]) => ({ id: site.newId(), type: 'Change', field_name, value }));
  const all = added === undefined ? events : [added, ...events];
  return json(200, { ticket, audit: audit(site, ticket, userId, all) });
}

/** DELETE /api/v2/tickets/{id}.json. */
export function deleteTicket(site: ZendeskSite, id: number): Answer {
  site.comments.delete(id);
  return site.tickets.delete(id) ? empty(204) : recordNotFound();
}

/** GET /api/v2/tickets/{id}/comments.json, the oldest first; `sort_order=desc` turns it round. */
export function listComments(site: ZendeskSite, request: VendorRequest, id: number): Answer {
  const comments = site.comments.get(id);
  if (comments === undefined) return recordNotFound();
  const isDescending = new URLSearchParams(request.query).get('sort_order') === 'desc';
  return pageOf(request, 'comments', isDescending ? comments.toReversed() : comments);
}

function picked(given: Record<string, unknown>): Record<string, unknown> {
  return Object.fromEntries(writable.filter((name) => name in given).map((name) => [name, given[name]]));
}

function violationsOf(site: ZendeskSite, given: Record<string, unknown>): Violation[] {
  const violations: Violation[] = [];
  for (const [field, allowed] of Object.entries(choices)) {
    const value = given[field];
    if (value === undefined || value === null || allowed.includes(String(value))) continue;
    const name = field.charAt(0).toUpperCase() + field.slice(1);
    violations.push({ field, description: `${name}: ${value} is not included in the list`, error: 'InvalidValue' });
  }
  const references = { requester_id: site.users, assignee_id: site.users, group_id: site.groups };
  for (const [field, records] of Object.entries(references)) {
    const value = given[field];
    if (value === undefined || value === null || records.has(Number(value))) continue;
    const name = field.replace('_id', '');
    const description = `${name.charAt(0).toUpperCase()}${name.slice(1)}: is invalid`;
    violations.push({ field: name, description, error: 'InvalidValue' });
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

function audit(
  site: ZendeskSite,
  ticket: ZendeskRecord,
  authorId: number,
  events: readonly Record<string, unknown>[],
): Record<string, unknown> {
  return {
    id: events[0]?.['audit_id'] ?? site.newId(),
    ticket_id: ticket.id,
    created_at: ticket['updated_at'],
    author_id: authorId,
    metadata: { system: {}, custom: {} },
    events,
    via: ticket['via'],
  };
}
