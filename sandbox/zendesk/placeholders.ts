// Zendesk's placeholders in the messages of triggers (support.zendesk.com "Zendesk Support placeholders reference").

import type { TicketChange } from './changes.ts';
import type { ZendeskRecord, ZendeskSite } from './data.ts';

type Values = { [name: string]: Values | string | (() => Values | string) };

/** The text of something that has members, too, such as `ticket.latest_comment` beside `ticket.latest_comment.author.name`. */
const own = '';

/**
 * A message with its placeholders filled in; one that is unknown, or without a value, is nothing. Liquid's filters are passed
 * over, its tags stay. `escaped` makes a value fit what stands around it.
 */
export function fillIn(
  template: string,
  change: TicketChange,
  escaped: (value: string) => string = (value) => value,
): string {
  const values: Values = {
    ticket: () => ticketValues(change),
    current_user: () => personValues(change.site, change.authorId),
  };
  return template.replace(/\{\{\s*([\w.]+)\s*(?:\|[^}]*)?\}\}/g, (_whole, path: string) =>
    escaped(lookUp(values, path)),
  );
}

/** A value that stands inside a text of a JSON document. */
export function insideJson(value: string): string {
  return JSON.stringify(value).slice(1, -1);
}

function lookUp(values: Values, path: string): string {
  let found: Values[string] | undefined = values;
  for (const name of path.split('.')) {
    const inside: Values[string] | undefined = typeof found === 'function' ? found() : found;
    if (inside === undefined || typeof inside === 'string' || !Object.hasOwn(inside, name)) return '';
    found = inside[name];
  }
  const last = typeof found === 'function' ? found() : found;
  if (typeof last === 'string') return last;
  const text = last?.[own];
  return typeof text === 'string' ? text : '';
}

function ticketValues({ site, ticket }: TicketChange): Values {
  const text = (name: string) => String(ticket[name] ?? '');
  const address = `${site.host}/agent/tickets/${ticket.id}`;
  const named = (records: ReadonlyMap<number, ZendeskRecord>, id: unknown) => () => {
    const record = records.get(Number(id));
    return record === undefined ? '' : recordValues(record);
  };
  const comments = site.comments.get(ticket.id) ?? [];
  const fields = (ticket['custom_fields'] as { id: number; value: unknown }[]).map(({ id, value }) => [
    `ticket_field_${id}`,
    String(value ?? ''),
  ]);
  return {
    account: site.host.split('.')[0] ?? '',
    id: text('id'),
    external_id: text('external_id'),
    title: text('subject'),
    description: text('description'),
    status: capitalized(text('status') === 'hold' ? 'on-hold' : text('status')),
    priority: capitalized(text('priority')),
    ticket_type: capitalized(text('type')),
    tags: (ticket['tags'] as string[]).join(' '),
    via: 'Web service',
    url: address,
    url_with_protocol: `https://${address}`,
    link: `https://${address}`,
    ...times('created_at', text('created_at')),
    ...times('updated_at', text('updated_at')),
    due_date: day(text('due_at')),
    due_date_with_timestamp: text('due_at'),
    requester: () => personValues(site, ticket['requester_id']),
    assignee: () => personValues(site, ticket['assignee_id']),
    submitter: () => personValues(site, ticket['submitter_id']),
    group: named(site.groups, ticket['group_id']),
    brand: named(site.brands, ticket['brand_id']),
    organization: named(site.organizations, ticket['organization_id']),
    latest_comment: () => commentValues(site, comments.at(-1)),
    latest_public_comment: () =>
      commentValues(
        site,
        comments.findLast((comment) => comment['public'] === true),
      ),
    ...Object.fromEntries(fields),
  };
}

function recordValues(record: ZendeskRecord): Values {
  return {
    id: String(record.id),
    name: String(record['name'] ?? ''),
    external_id: String(record['external_id'] ?? ''),
  };
}

function personValues(site: ZendeskSite, id: unknown): Values | string {
  const user = site.users.get(Number(id));
  if (user === undefined) return '';
  const text = (name: string) => String(user[name] ?? '');
  const [first = '', ...rest] = text('name').split(' ');
  const organization = site.organizations.get(Number(user['organization_id']));
  return {
    [own]: text('name'),
    id: text('id'),
    name: text('name'),
    first_name: first,
    last_name: rest.join(' '),
    email: text('email'),
    phone: text('phone'),
    external_id: text('external_id'),
    role: text('role'),
    language: text('locale'),
    signature: text('signature'),
    details: text('details'),
    notes: text('notes'),
    tags: (user['tags'] as string[]).join(' '),
    organization: organization === undefined ? '' : recordValues(organization),
  };
}

function commentValues(site: ZendeskSite, comment: Record<string, unknown> | undefined): Values | string {
  if (comment === undefined) return '';
  return {
    [own]: String(comment['body']),
    value: String(comment['body']),
    id: String(comment['id']),
    is_public: String(comment['public']),
    created_at: day(String(comment['created_at'])),
    created_at_with_time: withTime(String(comment['created_at'])),
    author: () => personValues(site, comment['author_id']),
  };
}

function times(name: string, time: string): Values {
  return { [name]: day(time), [`${name}_with_time`]: withTime(time), [`${name}_with_timestamp`]: time };
}

/** `May 18, 2014`, in UTC. */
function day(time: string): string {
  if (time === '') return '';
  return new Date(time).toLocaleDateString('en-US', { dateStyle: 'long', timeZone: 'UTC' });
}

function withTime(time: string): string {
  return time === '' ? '' : `${day(time)} at ${time.slice(11, 16)}`;
}

function capitalized(text: string): string {
  return `${text.charAt(0).toUpperCase()}${text.slice(1)}`;
}
