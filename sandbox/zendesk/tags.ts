// Zendesk's tags of tickets, users and organizations (developer docs "Tags").

import { isDeepStrictEqual } from 'node:util';
import { toSecond } from '../seed.ts';
import { type Answer, json, type VendorRequest } from '../vendor.ts';
import { isObject, recordInvalid, recordNotFound, ticketIsClosed, updateCollision } from './answers.ts';
import { fieldEvents, recordAudit } from './audits.ts';
import type { ZendeskRecord, ZendeskSite } from './data.ts';
import { tellOfTicket } from './notices.ts';

/** /api/v2/tickets/{id}/tags.json: a change is in the history of the ticket, and closed ones stay as they are. */
export function ticketTags(
  site: ZendeskSite,
  request: VendorRequest,
  ticket: ZendeskRecord | undefined,
  userId: number,
): Answer | undefined {
  if (ticket !== undefined && request.method !== 'GET') {
    if (ticket['status'] === 'closed') return recordInvalid([ticketIsClosed()]);
    const collision = updateCollision(ticket, bodyOf(request));
    if (collision !== undefined) return collision;
  }
  const before = ticket?.['tags'];
  const answer = tagsOf(site, request, ticket);
  if (ticket !== undefined && !isDeepStrictEqual(before, ticket['tags'])) {
    const events = fieldEvents(site, 'Change', [['tags', ticket['tags'], before]]);
    const audit = recordAudit(site, ticket, { authorId: userId, events, createdAt: toSecond(site.now()) });
    tellOfTicket(site, ticket, 'Change', audit);
  }
  return answer;
}

/** GET shows the tags of a record, POST sets them, PUT adds to them, DELETE takes some away. */
export function tagsOf(
  site: ZendeskSite,
  request: VendorRequest,
  record: ZendeskRecord | undefined,
): Answer | undefined {
  if (record === undefined) return recordNotFound();
  const present = Array.isArray(record['tags']) ? record['tags'].map(String) : [];
  if (request.method === 'GET') return json(200, { tags: present });
  const given = givenTags(request);
  if (given === undefined) {
    return json(400, { error: 'ParameterMissing', description: 'Required parameter missing: tags' });
  }
  const changed = {
    POST: given,
    PUT: [...new Set([...present, ...given])],
    DELETE: present.filter((tag) => !given.includes(tag)),
  }[request.method];
  if (changed === undefined) return undefined;
  if (!isDeepStrictEqual(changed, present)) Object.assign(record, { updated_at: toSecond(site.now()) });
  record['tags'] = changed;
  return json(request.method === 'POST' ? 201 : 200, { tags: changed });
}

/** Tags to take away may stand in the query, too. */
function givenTags(request: VendorRequest): string[] | undefined {
  const { tags } = bodyOf(request);
  if (Array.isArray(tags)) return tags.map(String);
  const asked = new URLSearchParams(request.query).get('tags');
  return request.method === 'DELETE' && asked !== null ? asked.split(',') : undefined;
}

function bodyOf({ body }: VendorRequest): Record<string, unknown> {
  try {
    const read: unknown = JSON.parse(body);
    return isObject(read) ? read : {};
  } catch {
    return {};
  }
}
