// The history of Zendesk's tickets: one audit for each change, with its events (developer docs "Ticket Audits").

import { type Answer, json, type VendorRequest } from '../vendor.ts';
import { recordNotFound } from './answers.ts';
import type { ZendeskRecord, ZendeskSite } from './data.ts';
import { pageOf } from './pages.ts';
import { besideRows } from './side-loads.ts';

/** Writes down what happened to a ticket; the audit is what the API shows. */
export function recordAudit(
  site: ZendeskSite,
  ticket: ZendeskRecord,
  { authorId, events, createdAt }: { authorId: unknown; events: readonly Record<string, unknown>[]; createdAt: string },
): ZendeskRecord {
  const comment = events.find((event) => event['type'] === 'Comment');
  const audit = {
    id: Number(comment?.['audit_id'] ?? site.newId()),
    ticket_id: ticket.id,
    created_at: createdAt,
    author_id: authorId,
    metadata: { system: {}, custom: {} },
    events,
    via: ticket['via'],
  };
  const known = site.audits.get(ticket.id);
  if (known === undefined) site.audits.set(ticket.id, [audit]);
  else known.push(audit);
  return audit;
}

/** The events of members that were set: `Create` with a new ticket, `Change` later. */
export function fieldEvents(
  site: ZendeskSite,
  type: 'Create' | 'Change',
  changes: readonly (readonly [name: string, value: unknown, previous?: unknown])[],
): Record<string, unknown>[] {
  return changes.map(([name, value, previous]) => ({
    id: site.newId(),
    type,
    field_name: name,
    value,
    ...(type === 'Change' ? { previous_value: previous ?? null } : {}),
  }));
}

/** GET /api/v2/tickets/{id}/audits.json, the oldest first. */
export function listAudits(site: ZendeskSite, request: VendorRequest, ticketId: number): Answer {
  if (!site.tickets.has(ticketId)) return recordNotFound();
  const rows = site.audits.get(ticketId) ?? [];
  return pageOf(request, 'audits', rows, { ways: 'both', beside: besideRows(site, request, 'audits') });
}

/** GET /api/v2/tickets/{id}/audits/{audit}.json. */
export function showAudit(site: ZendeskSite, ticketId: number, id: number): Answer {
  const audit = site.audits.get(ticketId)?.find((each) => each.id === id);
  return audit === undefined || !site.tickets.has(ticketId) ? recordNotFound() : json(200, { audit });
}
