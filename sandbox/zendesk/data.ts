// What one Zendesk account holds: users, organizations, groups, tickets and their comments, the same after every reset.

import { fullName, sandboxAccounts } from '../accounts.ts';
import { companies, createSeed, personName, requests, toSecond } from '../seed.ts';
import { zendeskUserId } from './login.ts';

/** One record as the API shows it. */
export type ZendeskRecord = { id: number } & Record<string, unknown>;

/** An upload that waits for its comment. */
export interface Upload {
  token: string;
  attachments: ZendeskRecord[];
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
  uploads: Map<string, Upload>;
  attachments: Map<number, ZendeskRecord>;
  /** The bytes of an attachment, by its id. */
  contents: Map<number, Buffer>;
  /** An id for a new record other than a ticket. */
  newId(): number;
}

const seededFrom = Date.parse('2025-01-06T08:00:00Z');
const hour = 3_600_000;
const ticketCount = 260;
const customerCount = 72;

const agentNames = ['Sam Rivera', 'Noor Haddad', 'Tess Lindqvist', 'Owen Park'];
const groupNames = ['Support', 'Billing', 'Hardware'];
const statuses = ['new', 'open', 'open', 'pending', 'hold', 'solved', 'closed'] as const;
const priorities = ['low', 'normal', 'normal', 'high', 'urgent'] as const;
const types = ['question', 'incident', 'problem', 'task'] as const;

/** The account at `host`, with the data that it starts with. */
export function createSite(host: string, now: () => Date): ZendeskSite {
  let lastId = 360_000_000_000;
  const site: ZendeskSite = {
    host,
    now,
    users: new Map(),
    organizations: new Map(),
    groups: new Map(),
    tickets: new Map(),
    comments: new Map(),
    uploads: new Map(),
    attachments: new Map(),
    contents: new Map(),
    newId: () => ++lastId,
  };
  seedSite(site);
  return site;
}

function seedSite(site: ZendeskSite): void {
  const seed = createSeed(site.host);
  const at = (hours: number) => toSecond(seededFrom + hours * hour);
  for (const [index, name] of groupNames.entries()) {
    addGroup(site, { id: 21_000_001 + index, name, created_at: at(0), updated_at: at(0) });
  }
  for (const [index, company] of companies.entries()) {
    addOrganization(site, {
      id: 22_000_001 + index,
      name: company.name,
      domain_names: [company.domain],
      created_at: at(index),
      updated_at: at(index),
    });
  }
  for (const account of sandboxAccounts) {
    addUser(site, {
      id: zendeskUserId(account.number),
      name: fullName(account),
      email: account.email,
      role: 'admin',
      created_at: '2024-01-15T09:30:00Z',
      updated_at: '2024-01-15T09:30:00Z',
    });
  }
  for (const [index, name] of agentNames.entries()) {
    const email = `${name.split(' ')[0]?.toLowerCase()}@agents.example`;
    addUser(site, { id: 35_437_001 + index, name, email, role: 'agent', created_at: at(index), updated_at: at(index) });
  }
  for (let index = 0; index < customerCount; index += 1) {
    const { first, last } = personName(index);
    const company = companies[index % companies.length] ?? companies[0];
    addUser(site, {
      id: 35_438_001 + index,
      name: `${first} ${last}`,
      email: `customer${index + 1}@${company.domain}`,
      role: 'end-user',
      phone: index % 3 === 0 ? `+49301234${String(index).padStart(4, '0')}` : null,
      organization_id: 22_000_001 + (index % companies.length),
      created_at: at(index),
      updated_at: at(index + seed.number(400)),
    });
  }
  for (let id = 1; id <= ticketCount; id += 1) {
    const request = seed.pick(requests);
    const status = seed.pick(statuses);
    const requester = seed.number(customerCount);
    const created = id * 26;
    const isTaken = status !== 'new';
    const ticket = addTicket(site, {
      id,
      subject: `${request.subject} (${id})`,
      description: `${request.subject}. It started yesterday, and it happens every time.`,
      status,
      priority: seed.number(6) === 0 ? null : seed.pick(priorities),
      type: seed.number(5) === 0 ? null : seed.pick(types),
      tags: [request.label],
      requester_id: 35_438_001 + requester,
      submitter_id: 35_438_001 + requester,
      assignee_id: isTaken ? 35_437_001 + seed.number(agentNames.length) : null,
      group_id: 21_000_001 + seed.number(groupNames.length),
      organization_id: 22_000_001 + (requester % companies.length),
      created_at: at(created),
      updated_at: at(created + seed.number(200)),
    });
    addComment(site, ticket, { author_id: 35_438_001 + requester, body: ticket['description'] }, at(created));
    if (isTaken) {
      const body = 'Thank you for telling us. We are looking into it.';
      addComment(site, ticket, { author_id: ticket['assignee_id'], body }, at(created + 1));
    }
  }
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
