// What Zendesk's event subscriptions say of tickets (developer docs "Webhook event types", "Ticket events").

import { isDeepStrictEqual } from 'node:util';
import type { TicketChange } from './changes.ts';
import type { ZendeskRecord } from './data.ts';

/** One event: its type behind `zen:event-type:`, and its own members. */
export interface ZendeskEvent {
  type: string;
  event: Record<string, unknown>;
}

const identifier = (value: unknown) => (value === null || value === undefined ? null : String(value));
const upperCase = (value: unknown) => identifier(value)?.toUpperCase() ?? null;

/** The events of fields that have one value. */
const fieldChanges: Record<string, { type: string; shown: (value: unknown) => unknown }> = {
  assignee_id: { type: 'ticket.agent_assignment_changed', shown: identifier },
  brand_id: { type: 'ticket.brand_changed', shown: identifier },
  due_at: { type: 'ticket.task_due_at_changed', shown: identifier },
  external_id: { type: 'ticket.external_id_changed', shown: identifier },
  group_id: { type: 'ticket.group_assignment_changed', shown: identifier },
  organization_id: { type: 'ticket.organization_changed', shown: identifier },
  priority: { type: 'ticket.priority_changed', shown: upperCase },
  problem_id: { type: 'ticket.problem_link_changed', shown: identifier },
  requester_id: { type: 'ticket.requester_changed', shown: identifier },
  status: { type: 'ticket.status_changed', shown: upperCase },
  subject: { type: 'ticket.subject_changed', shown: identifier },
  type: { type: 'ticket.type_changed', shown: upperCase },
};

/** The events of fields that are lists: what came, and what went. */
const listChanges: Record<string, { type: string; added: string; removed: string }> = {
  email_cc_ids: { type: 'ticket.email_ccs_changed', added: 'users_added', removed: 'users_removed' },
  follower_ids: { type: 'ticket.followers_changed', added: 'users_added', removed: 'users_removed' },
  tags: { type: 'ticket.tags_changed', added: 'tags_added', removed: 'tags_removed' },
};

/** The events of a change, in order. A new ticket is one event, its first comment is its description (_assumed_). */
export function eventsOf(change: TicketChange): ZendeskEvent[] {
  const { comment } = change;
  const files = comment === undefined ? [] : attachmentEvents(comment);
  if (change.kind === 'Create') return [{ type: 'ticket.created', event: {} }, ...files];
  return [
    ...(comment === undefined
      ? []
      : [{ type: 'ticket.comment_added', event: { comment: shownComment(change, comment) } }]),
    ...files,
    ...change.events.flatMap((event) => fieldEvents(change, event)),
  ];
}

function fieldEvents(change: TicketChange, event: Record<string, unknown>): ZendeskEvent[] {
  const name = String(event['field_name']);
  const { value, previous_value: previous } = event;
  const single = Object.hasOwn(fieldChanges, name) ? fieldChanges[name] : undefined;
  if (single !== undefined) {
    return [{ type: single.type, event: { current: single.shown(value), previous: single.shown(previous) } }];
  }
  const list = Object.hasOwn(listChanges, name) ? listChanges[name] : undefined;
  if (list !== undefined) {
    const [now, before] = [value, previous].map((each) => (Array.isArray(each) ? each.map(String) : []));
    const event = { [list.added]: without(now, before), [list.removed]: without(before, now) };
    return [{ type: list.type, event }];
  }
  return name === 'custom_fields' ? customFieldEvents(change, value, previous) : [];
}

function without(some: readonly string[] = [], others: readonly string[] = []): string[] {
  return some.filter((each) => !others.includes(each));
}

function customFieldEvents({ site }: TicketChange, value: unknown, previous: unknown): ZendeskEvent[] {
  const before = Array.isArray(previous) ? previous : [];
  return (Array.isArray(value) ? value : []).flatMap((field: { id: number; value: unknown }) => {
    const old = before.find((each: { id: number }) => each.id === field.id)?.value ?? null;
    if (isDeepStrictEqual(old, field.value)) return [];
    const known = site.ticketFields.get(Number(field.id));
    const about = { id: String(field.id), title: known?.['title'] ?? null, type: known?.['type'] ?? null };
    return [{ type: 'ticket.custom_field_changed', event: { field: about, current: field.value, previous: old } }];
  });
}

function shownComment({ site }: TicketChange, comment: Record<string, unknown>): Record<string, unknown> {
  const author = site.users.get(Number(comment['author_id']));
  return {
    id: String(comment['id']),
    body: comment['body'],
    is_public: comment['public'],
    author: {
      id: identifier(comment['author_id']),
      is_staff: author !== undefined && author['role'] !== 'end-user',
      name: author?.['name'] ?? null,
    },
  };
}

function attachmentEvents(comment: Record<string, unknown>): ZendeskEvent[] {
  return (comment['attachments'] as ZendeskRecord[]).map((file) => ({
    type: 'ticket.attachment_linked_to_comment',
    event: {
      attachment: {
        id: String(file.id),
        content_type: file['content_type'],
        content_url: file['content_url'],
        filename: file['file_name'],
        is_public: comment['public'],
      },
      comment: { id: String(comment['id']) },
    },
  }));
}

/** The ticket as events have it in `detail`: ids are texts, and choices stand in capital letters. */
export function ticketDetail(ticket: ZendeskRecord, actorId: number): Record<string, unknown> {
  const ids = ['id', 'assignee_id', 'brand_id', 'group_id', 'organization_id', 'requester_id', 'submitter_id'];
  return {
    actor_id: String(actorId),
    ...Object.fromEntries(ids.map((name) => [name, identifier(ticket[name])])),
    created_at: ticket['created_at'],
    custom_status: null,
    description: ticket['description'],
    external_id: identifier(ticket['external_id']),
    form_id: null,
    is_public: ticket['is_public'],
    priority: upperCase(ticket['priority']),
    status: upperCase(ticket['status']),
    subject: ticket['subject'],
    tags: ticket['tags'],
    type: upperCase(ticket['type']),
    updated_at: ticket['updated_at'],
    via: { channel: 'web_service' },
  };
}
