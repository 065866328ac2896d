// What one Desk.com site holds: users, companies, customers, cases and their replies, the same after every reset.

import { fullName, sandboxAccounts } from '../accounts.ts';
import { companies, createSeed, personName, requests, toSecond } from '../seed.ts';
import { type Stored, storedBytes } from '../stored.ts';
import type { FileStore } from './attachments.ts';

/** One record as the API shows it. */
export type DeskRecord = { id: number } & Record<string, unknown>;

/** One Desk.com site. */
export interface DeskSite {
  host: string;
  now: () => Date;
  users: Map<number, DeskRecord>;
  companies: Map<number, DeskRecord>;
  customers: Map<number, DeskRecord>;
  cases: Map<number, DeskRecord>;
  /** The first message of a case, by the id of the case. */
  messages: Map<number, DeskRecord>;
  /** By the id of the case, the oldest first. */
  replies: Map<number, DeskRecord[]>;
  /** By the id of the case, the oldest first. */
  attachments: Map<number, DeskRecord[]>;
  /** What is in an attachment, by its id. */
  contents: Map<number, Stored>;
  /** Those that users have, by their e-mail addresses; people share theirs with all vendors of the sandbox. */
  passwords: Map<string, string>;
  /** What signed addresses lead to; all sites share it. */
  store: FileStore;
  /** An id for a new record other than a case. */
  newId(): number;
}

const seededFrom = Date.parse('2018-01-08T08:00:00Z');
const hour = 3_600_000;
const caseCount = 240;
const customerCount = 84;
const agentNames = ['Sam Rivera', 'Noor Haddad', 'Tess Lindqvist'];
const statuses = ['new', 'open', 'open', 'pending', 'resolved', 'closed'] as const;
const types = ['email', 'email', 'email', 'phone', 'chat', 'twitter'] as const;

/** The site at `host`, with the data that it starts with. */
export function createSite(
  host: string,
  { now, store, passwords }: Pick<DeskSite, 'now' | 'store' | 'passwords'>,
): DeskSite {
  let lastId = 80_000;
  const site: DeskSite = {
    host,
    now,
    users: new Map(),
    companies: new Map(),
    customers: new Map(),
    cases: new Map(),
    messages: new Map(),
    replies: new Map(),
    attachments: new Map(),
    contents: new Map(),
    passwords,
    store,
    newId: () => ++lastId,
  };
  seedSite(site, host);
  return site;
}

function seedSite(site: DeskSite, host: string): void {
  const seed = createSeed(host);
  const at = (hours: number) => toSecond(seededFrom + hours * hour);
  const people = sandboxAccounts.map((account) => ({ name: fullName(account), email: account.email }));
  const agents = agentNames.map((name) => ({ name, email: `${name.split(' ')[0]?.toLowerCase()}@agents.example` }));
  for (const [index, { name, email }] of [...people, ...agents].entries()) {
    addUser(site, { id: index + 1, name, email, level: index < people.length ? 'siteadmin_billing' : 'agent' });
  }
  for (const [index, { name, domain }] of companies.entries()) {
    addCompany(site, { id: index + 1, name, domains: [domain], created_at: at(index), updated_at: at(index) });
  }
  for (let id = 1; id <= customerCount; id += 1) {
    const { first, last } = personName(id - 1);
    const company = (id - 1) % companies.length;
    const email = `customer${id}@${companies[company]?.domain}`;
    addCustomer(site, {
      id,
      first_name: first,
      last_name: last,
      company: companies[company]?.name,
      emails: [{ type: 'work', value: email }],
      phone_numbers: id % 3 === 0 ? [{ type: 'work', value: `+49301234${String(id).padStart(4, '0')}` }] : [],
      created_at: at(id),
      updated_at: at(id + seed.number(300)),
    });
  }
  for (let id = 1; id <= caseCount; id += 1) {
    const request = seed.pick(requests);
    const customerId = 1 + seed.number(customerCount);
    const created = at(id * 25);
    const status = seed.pick(statuses);
    const type = seed.pick(types);
    const text = `${request.subject}. It started yesterday, and it happens every time.`;
    const isTaken = status !== 'new';
    addCase(site, {
      id,
      subject: `${request.subject} (${id})`,
      blurb: text,
      priority: 1 + seed.number(10),
      description: seed.number(4) === 0 ? text : null,
      status,
      type,
      labels: [request.label],
      created_at: created,
      updated_at: at(id * 25 + seed.number(200)),
      received_at: created,
      links: { customer: customerId, assigned_user: isTaken ? 3 + seed.number(agentNames.length) : undefined },
    });
    const from = `customer${customerId}@${companies[(customerId - 1) % companies.length]?.domain}`;
    addMessage(site, id, { direction: 'in', from, to: 'support@agents.example', body: text }, created);
    if (isTaken) {
      addReply(site, id, { direction: 'out', status: 'sent', body: 'Thank you for telling us.' }, at(id * 25 + 1));
    }
    if (id % 4 === 0) {
      const file = { file_name: `case-${id}.txt`, content_type: 'text/plain', uploadedBy: 3 };
      addAttachment(site, id, { ...file, content: storedBytes(Buffer.from(`${text}\n`)) }, created);
    }
  }
}

function link(path: string, name: string): { href: string; class: string } {
  return { href: `/api/v2/${path}`, class: name };
}

/** Stores a user (Desk.com API v2 "Users"). */
function addUser(site: DeskSite, user: DeskRecord): DeskRecord {
  const path = `users/${user.id}`;
  const record = {
    public_name: user['name'],
    email_verified: true,
    avatar: null,
    created_at: '2014-01-15T09:30:00Z',
    updated_at: '2014-01-15T09:30:00Z',
    current_login_at: '2014-01-15T09:30:00Z',
    last_login_at: '2014-01-15T09:30:00Z',
    available: true,
    ...user,
    _links: {
      self: link(path, 'user'),
      preferences: link(`${path}/preferences`, 'user_preference'),
      macros: link(`${path}/macros`, 'macro'),
    },
  };
  site.users.set(record.id, record);
  return record;
}

/** Stores a company (Desk.com API v2 "Companies"). */
export function addCompany(site: DeskSite, company: DeskRecord): DeskRecord {
  const path = `companies/${company.id}`;
  const record = {
    name: null,
    domains: [],
    custom_fields: {},
    ...company,
    _links: {
      self: link(path, 'company'),
      customers: link(`${path}/customers`, 'customer'),
      cases: link(`${path}/cases`, 'case'),
    },
  };
  site.companies.set(record.id, record);
  return record;
}

/** Stores a customer (Desk.com API v2 "Customers"). */
export function addCustomer(site: DeskSite, customer: DeskRecord): DeskRecord {
  const path = `customers/${customer.id}`;
  const record = {
    first_name: null,
    last_name: null,
    company: null,
    title: null,
    avatar: null,
    uid: null,
    external_id: null,
    background: null,
    language: null,
    locked_until: null,
    custom_fields: {},
    emails: [],
    phone_numbers: [],
    addresses: [],
    access_private_portal: false,
    access_company_cases: false,
    ...customer,
    _links: { self: link(path, 'customer'), locked_by: null, cases: link(`${path}/cases`, 'case') },
  };
  site.customers.set(record.id, record);
  return record;
}

/** Whom a case belongs to, by id. */
export interface CaseLinks {
  customer: number;
  assigned_user?: number | undefined;
  assigned_group?: number | undefined;
}

/** Stores a case (Desk.com API v2 "Cases"); its links are given as ids. */
export function addCase(site: DeskSite, { links, ...given }: DeskRecord & { links: CaseLinks }): DeskRecord {
  const { id } = given;
  const record: DeskRecord = {
    ...given,
    external_id: given['external_id'] ?? null,
    blurb: given['blurb'] ?? null,
    priority: given['priority'] ?? 5,
    locked_until: null,
    label_ids: [],
    active_at: null,
    active_attachments_count: 0,
    changed_at: given['updated_at'],
    first_opened_at: null,
    opened_at: null,
    first_resolved_at: null,
    resolved_at: null,
    status: given['status'] ?? 'new',
    description: given['description'] ?? null,
    language: given['language'] ?? null,
    labels: given['labels'] ?? [],
    custom_fields: given['custom_fields'] ?? {},
    _links: {
      self: link(`cases/${id}`, 'case'),
      message: link(`cases/${id}/message`, String(given['type'])),
      customer: link(`customers/${links.customer}`, 'customer'),
      assigned_user: links.assigned_user === undefined ? null : link(`users/${links.assigned_user}`, 'user'),
      assigned_group: links.assigned_group === undefined ? null : link(`groups/${links.assigned_group}`, 'group'),
      locked_by: null,
      replies: link(`cases/${id}/replies`, 'reply'),
      notes: link(`cases/${id}/notes`, 'note'),
      attachments: link(`cases/${id}/attachments`, 'attachment'),
    },
  };
  site.cases.set(id, record);
  site.replies.set(id, []);
  site.attachments.set(id, []);
  return record;
}

/** A file for a case. */
export interface DeskFile {
  file_name: unknown;
  content_type: unknown;
  content: Stored;
  /** the id of a user */
  uploadedBy: number;
}

/** Stores an attachment of a case (recorded calls of the vendor's own client show its members). */
export function addAttachment(site: DeskSite, caseId: number, file: DeskFile, at: string): DeskRecord {
  const id = site.newId();
  const path = `cases/${caseId}/attachments/${id}`;
  const record: DeskRecord = {
    id,
    file_name: file.file_name,
    content_type: file.content_type,
    size: file.content.size,
    url: `https://${site.host}/api/v2/${path}/url`,
    erased_at: null,
    created_at: at,
    updated_at: at,
    _links: {
      self: link(path, 'attachment'),
      case: link(`cases/${caseId}`, 'case'),
      uploaded_by: link(`users/${file.uploadedBy}`, 'user'),
    },
  };
  site.attachments.get(caseId)?.push(record);
  site.contents.set(id, file.content);
  countAttachments(site, caseId);
  return record;
}

/** Writes into a case how many attachments it has. */
export function countAttachments(site: DeskSite, caseId: number): void {
  const record = site.cases.get(caseId);
  if (record !== undefined) record['active_attachments_count'] = site.attachments.get(caseId)?.length ?? 0;
}

/** Stores the first message of a case (Desk.com API v2 "Cases", message). */
export function addMessage(site: DeskSite, caseId: number, message: Record<string, unknown>, at: string): DeskRecord {
  const record: DeskRecord = {
    ...interaction(message, at),
    id: site.newId(),
    _links: { self: link(`cases/${caseId}/message`, 'email') },
  };
  site.messages.set(caseId, record);
  return record;
}

/** Appends a reply to a case (Desk.com API v2 "Cases", replies). */
export function addReply(site: DeskSite, caseId: number, reply: Record<string, unknown>, at: string): DeskRecord {
  const id = site.newId();
  const record: DeskRecord = {
    ...interaction({ direction: 'out', status: 'draft', ...reply }, at),
    id,
    _links: { self: link(`cases/${caseId}/replies/${id}`, 'reply'), case: link(`cases/${caseId}`, 'case') },
  };
  site.replies.get(caseId)?.push(record);
  return record;
}

function interaction(given: Record<string, unknown>, at: string): Record<string, unknown> {
  const { direction, status, subject, body, from, to, cc, bcc } = given;
  return {
    direction: direction ?? 'in',
    status: status ?? 'received',
    subject: subject ?? null,
    body: body ?? null,
    from: from ?? null,
    to: to ?? null,
    cc: cc ?? null,
    bcc: bcc ?? null,
    client_type: null,
    created_at: at,
    updated_at: at,
    sent_at: status === 'sent' ? at : null,
    hidden: false,
  };
}
