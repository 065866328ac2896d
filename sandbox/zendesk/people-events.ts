// What Zendesk's event subscriptions say of users and organizations (developer docs "User events", "Organization events").

import { isDeepStrictEqual } from 'node:util';
import type { ZendeskRecord, ZendeskSite } from './data.ts';
import { publish } from './notices.ts';
import type { ZendeskEvent } from './ticket-events.ts';

/** What became of a record: `before` is a copy of it as it was. */
export type Fate = { kind: 'created' | 'deleted' } | { kind: 'changed'; before: ZendeskRecord };

/** The members whose change is an event, with what stands in its type. */
const told = {
  organization: { external_id: 'external_id', name: 'name' },
  user: {
    ...{ active: 'active', alias: 'alias', default_group_id: 'default_group', details: 'details' },
    ...{ external_id: 'external_id', name: 'name', notes: 'notes', only_private_comments: 'only_private_comments' },
    ...{ role: 'role', suspended: 'suspended', time_zone: 'time_zone' },
  },
} satisfies Record<string, Record<string, string>>;

/** Tells of an organization that was made, changed or deleted. */
export function tellOfOrganization(site: ZendeskSite, organization: ZendeskRecord, fate: Fate): void {
  const { id, name, shared_comments, shared_tickets } = organization;
  const detail = {
    ...{ id: String(id), name, shared_comments, shared_tickets },
    external_id: text(organization['external_id']),
    group_id: number(organization['group_id']),
    created_at: organization['created_at'],
    updated_at: organization['updated_at'],
  };
  tell(site, 'organization', organization, { fate, detail });
}

/** Tells of a user who was made, changed or deleted. */
export function tellOfUser(site: ZendeskSite, user: ZendeskRecord, fate: Fate): void {
  const detail = {
    ...{ id: String(user.id), email: text(user['email']), external_id: text(user['external_id']), role: user['role'] },
    default_group_id: number(user['default_group_id']),
    organization_id: number(user['organization_id']),
    created_at: user['created_at'],
    updated_at: user['updated_at'],
  };
  tell(site, 'user', user, { fate, detail });
}

function tell(
  site: ZendeskSite,
  type: keyof typeof told,
  record: ZendeskRecord,
  { fate, detail }: { fate: Fate; detail: Record<string, unknown> },
): void {
  const events =
    fate.kind === 'changed' ? changes(type, record, fate.before) : [{ type: `${type}.${fate.kind}`, event: {} }];
  const occasion = `https://${site.host}/api/v2/${type}s/${record.id}.json ${fate.kind} ${site.newId()}`;
  publish(site, occasion, events, [type, record.id], detail);
}

function changes(type: keyof typeof told, record: ZendeskRecord, before: ZendeskRecord): ZendeskEvent[] {
  const members: Record<string, string> = told[type];
  const events = Object.entries(members)
    .filter(([member]) => !isDeepStrictEqual(record[member], before[member]))
    .map(([member, name]) => ({
      type: `${type}.${name}_changed`,
      event: { current: record[member] ?? null, previous: before[member] ?? null },
    }));
  return [...events, ...tagChange(type, record, before)];
}

function tagChange(type: string, record: ZendeskRecord, before: ZendeskRecord): ZendeskEvent[] {
  const [now, old] = [record['tags'], before['tags']].map((tags) => (Array.isArray(tags) ? tags.map(String) : []));
  if (now === undefined || old === undefined || isDeepStrictEqual(now, old)) return [];
  const added = { tags: now.filter((tag) => !old.includes(tag)) };
  const removed = { tags: old.filter((tag) => !now.includes(tag)) };
  return [{ type: `${type}.tags_changed`, event: { added, removed } }];
}

/** What is not there is an empty text in these events, and `0` where it is an id. */
function text(value: unknown): string {
  return String(value ?? '');
}

function number(value: unknown): string {
  return String(value ?? 0);
}
