// What one Zendesk account holds, and how its users, organizations, groups, tickets and comments are stored.

import type { Stored } from '../stored.ts';
import type { Webhooks } from '../webhooks.ts';
import type { ZendeskWebhook } from './webhooks.ts';

/** One record as the API shows it. */
export type ZendeskRecord = { id: number } & Record<string, unknown>;

/** An upload that waits for its comment. */
export interface Upload {
  token: string;
  attachments: ZendeskRecord[];
  /** milliseconds since 1970 until which its token is good */
  until: number;
}

/** One Zendesk account. */
export interface ZendeskSite {
  host: string;
  now: () => Date;
  /** Also those that were deleted: they stay, with `active` false. */
  users: Map<number, ZendeskRecord>;
  organizations: Map<number, ZendeskRecord>;
  groups: Map<number, ZendeskRecord>;
  tickets: Map<number, ZendeskRecord>;
  /** By the id of the ticket, the oldest first. */
  comments: Map<number, ZendeskRecord[]>;
  /** By the id of the ticket, the oldest first. */
  audits: Map<number, ZendeskRecord[]>;
  /** By the id of the user. */
  identities: Map<number, ZendeskRecord[]>;
  uploads: Map<string, Upload>;
  attachments: Map<number, ZendeskRecord>;
  /** The bytes of an attachment, by its id. */
  contents: Map<number, Stored>;
  brands: Map<number, ZendeskRecord>;
  ticketFields: Map<number, ZendeskRecord>;
  userFields: Map<number, ZendeskRecord>;
  slaPolicies: Map<number, ZendeskRecord>;
  macros: Map<number, ZendeskRecord>;
  triggers: Map<number, ZendeskRecord>;
  targets: Map<number, ZendeskRecord>;
  /** How often a target has failed without a success in between. */
  targetFailures: Map<number, number>;
  webhooks: Map<string, ZendeskWebhook>;
  categories: Map<number, ZendeskRecord>;
  sections: Map<number, ZendeskRecord>;
  articles: Map<number, ZendeskRecord>;
  /** An id for a new record other than a ticket. */
  newId(): number;
  send: Webhooks['send'];
}

/** Stores a group; the members not given are as Zendesk sets them. */
export function addGroup(site: ZendeskSite, group: ZendeskRecord): ZendeskRecord {
  const url = `https://${site.host}/api/v2/groups/${group.id}.json`;
  const record = { url, description: '', default: false, deleted: false, is_public: true, ...group };
  site.groups.set(record.id, record);
  return record;
}

/** Stores an organization. */
export function addOrganization(site: ZendeskSite, organization: ZendeskRecord): ZendeskRecord {
  const record = {
    url: `https://${site.host}/api/v2/organizations/${organization.id}.json`,
    external_id: null,
    domain_names: [],
    details: null,
    notes: null,
    group_id: null,
    shared_tickets: false,
    shared_comments: false,
    tags: [],
    organization_fields: {},
    ...organization,
  };
  site.organizations.set(record.id, record);
  return record;
}

/** Stores a user (developer docs "Users", JSON format). */
export function addUser(site: ZendeskSite, user: ZendeskRecord): ZendeskRecord {
  const record: ZendeskRecord = {
    url: `https://${site.host}/api/v2/users/${user.id}.json`,
    email: null,
    time_zone: 'UTC',
    iana_time_zone: 'Etc/UTC',
    phone: null,
    shared_phone_number: null,
    photo: null,
    locale_id: 1,
    locale: 'en-US',
    organization_id: null,
    role: 'end-user',
    verified: true,
    external_id: null,
    tags: [],
    alias: '',
    active: true,
    shared: false,
    shared_agent: false,
    last_login_at: null,
    two_factor_auth_enabled: null,
    signature: null,
    details: '',
    notes: '',
    role_type: null,
    custom_role_id: null,
    moderator: user['role'] === 'admin' || user['role'] === 'agent',
    ticket_restriction: user['role'] === 'end-user' || user['role'] === undefined ? 'requested' : null,
    only_private_comments: false,
    restricted_agent: false,
    suspended: false,
    default_group_id: null,
    report_csv: false,
    user_fields: {},
    ...user,
  };
  site.users.set(record.id, record);
  return record;
}

/** Stores a ticket (developer docs "Tickets", JSON format). */
export function addTicket(site: ZendeskSite, ticket: ZendeskRecord): ZendeskRecord {
  const record: ZendeskRecord = {
    url: `https://${site.host}/api/v2/tickets/${ticket.id}.json`,
    external_id: null,
    via: { channel: 'api', source: { from: {}, to: {}, rel: null } },
    type: null,
    subject: null,
    description: '',
    priority: null,
    status: 'open',
    recipient: null,
    requester_id: null,
    submitter_id: null,
    assignee_id: null,
    organization_id: null,
    group_id: null,
    collaborator_ids: [],
    follower_ids: [],
    email_cc_ids: [],
    forum_topic_id: null,
    problem_id: null,
    has_incidents: false,
    is_public: true,
    due_at: null,
    tags: [],
    custom_fields: [],
    satisfaction_rating: { score: 'unoffered' },
    sharing_agreement_ids: [],
    followup_ids: [],
    brand_id: 23_000_001,
    allow_channelback: false,
    allow_attachments: true,
    ...ticket,
    raw_subject: ticket['subject'] ?? null,
  };
  site.tickets.set(record.id, record);
  site.comments.set(record.id, []);
  return record;
}

/** Appends a comment to a ticket; `uploads` are the tokens of files that waited for it. */
export function addComment(
  site: ZendeskSite,
  ticket: ZendeskRecord,
  comment: Record<string, unknown>,
  createdAt: string,
): ZendeskRecord {
  const body = String(comment['body'] ?? comment['html_body'] ?? '');
  const tokens = Array.isArray(comment['uploads']) ? comment['uploads'] : [];
  const attachments = tokens.flatMap((token) => site.uploads.get(String(token))?.attachments ?? []);
  for (const token of tokens) site.uploads.delete(String(token));
  const record = {
    id: site.newId(),
    type: 'Comment',
    author_id: comment['author_id'],
    body,
    html_body: String(comment['html_body'] ?? `<div class="zd-comment"><p>${escapeHtml(body)}</p></div>`),
    plain_body: body,
    public: comment['public'] !== false,
    attachments,
    audit_id: site.newId(),
    via: ticket['via'],
    created_at: createdAt,
    metadata: { system: {}, custom: {} },
  };
  site.comments.get(ticket.id)?.push(record);
  return record;
}

function escapeHtml(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}
