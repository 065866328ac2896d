// The data that a Zendesk account of the sandbox starts with, the same after every reset.

import { fullName, sandboxAccounts } from '../accounts.ts';
import { companies, createSeed, personName, requests, toSecond } from '../seed.ts';
import type { Webhooks } from '../webhooks.ts';
import { fieldEvents, recordAudit } from './audits.ts';
import { addBrand } from './brands.ts';
import { addMacro, addSlaPolicy } from './business-rules.ts';
import {
  addComment,
  addGroup,
  addOrganization,
  addTicket,
  addUser,
  type ZendeskRecord,
  type ZendeskSite,
} from './data.ts';
import { addTicketField, addUserField } from './fields.ts';
import { addHelpCenterRecord } from './help-center.ts';
import { zendeskUserId } from './login.ts';

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
export function createSite(host: string, now: () => Date, send: Webhooks['send']): ZendeskSite {
  let lastId = 360_000_000_000;
  const site: ZendeskSite = {
    host,
    now,
    users: new Map(),
    organizations: new Map(),
    groups: new Map(),
    tickets: new Map(),
    comments: new Map(),
    audits: new Map(),
    identities: new Map(),
    uploads: new Map(),
    attachments: new Map(),
    contents: new Map(),
    brands: new Map(),
    ticketFields: new Map(),
    userFields: new Map(),
    slaPolicies: new Map(),
    macros: new Map(),
    triggers: new Map(),
    targets: new Map(),
    targetFailures: new Map(),
    webhooks: new Map(),
    categories: new Map(),
    sections: new Map(),
    articles: new Map(),
    newId: () => ++lastId,
    send,
  };
  seedPeopleAndTickets(site);
  seedSettings(site);
  seedHelpCenter(site);
  return site;
}

const at = (hours: number) => toSecond(seededFrom + hours * hour);

function seedPeopleAndTickets(site: ZendeskSite): void {
  const seed = createSeed(site.host);
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
    const group = { default_group_id: 21_000_001 + (index % groupNames.length) };
    const times = { created_at: at(index), updated_at: at(index) };
    addUser(site, { id: 35_437_001 + index, name, email, role: 'agent', ...group, ...times });
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
      follower_ids: id % 10 === 0 ? [zendeskUserId(1)] : [],
      created_at: at(created),
      updated_at: at(created + seed.number(200)),
    });
    seedHistory(site, ticket, created);
  }
}

/** What the customer wrote, and what the agent answered who took the ticket. */
function seedHistory(site: ZendeskSite, ticket: ZendeskRecord, created: number): void {
  const { requester_id: requester, assignee_id: assignee, status } = ticket;
  const request = addComment(site, ticket, { author_id: requester, body: ticket['description'] }, at(created));
  const set = ['subject', 'priority', 'type'].map((name) => [name, ticket[name]] as const);
  const made = fieldEvents(site, 'Create', [...set, ['status', 'new']]);
  recordAudit(site, ticket, { authorId: requester, events: [request, ...made], createdAt: at(created) });
  if (assignee === null) return;
  const body = 'Thank you for telling us. We are looking into it.';
  const answer = addComment(site, ticket, { author_id: assignee, body }, at(created + 1));
  const changed = fieldEvents(site, 'Change', [
    ['assignee_id', assignee],
    ['status', status, 'new'],
  ]);
  recordAudit(site, ticket, { authorId: assignee, events: [answer, ...changed], createdAt: at(created + 1) });
}

const brandNames = ['Sandbox', 'Aurora Outdoor', 'Borealis Home', 'Cobalt Audio', 'Delta Garden', 'Echo Travel'];

/** Ticket fields that every account has, by type: "system" fields. */
const systemFields = [
  { type: 'subject', title: 'Subject', required: false, visible_in_portal: true, editable_in_portal: true },
  { type: 'description', title: 'Description', required: false, visible_in_portal: true, editable_in_portal: true },
  { type: 'status', title: 'Status', system_field_options: options(['Open', 'Pending', 'Solved']), sub_type_id: 0 },
  { type: 'tickettype', title: 'Type', system_field_options: options(['Question', 'Incident', 'Problem', 'Task']) },
  {
    ...{ type: 'priority', title: 'Priority', sub_type_id: 0 },
    system_field_options: options(['Low', 'Normal', 'High', 'Urgent']),
  },
  { type: 'group', title: 'Group' },
  { type: 'assignee', title: 'Assignee', required: true },
] as const;

const ownTicketFields = [
  { type: 'text', title: 'Order number', tag: null },
  { type: 'integer', title: 'Seats' },
  { type: 'date', title: 'Delivery date' },
  { type: 'checkbox', title: 'Needs a call', tag: 'needs_call' },
  { type: 'tagger', title: 'Product', custom_field_options: options(['Alpha', 'Beta', 'Gamma']) },
  { type: 'textarea', title: 'Steps to reproduce' },
  { type: 'decimal', title: 'Refund' },
  { type: 'regexp', title: 'Serial number', regexp_for_validation: '^[A-Z]{2}-\\d{6}$' },
] as const;

const ownUserFields = [
  ...['Customer number', 'Job title', 'Team', 'Cost center', 'Preferred name', 'Building'].map(text('text')),
  ...['Birthday', 'Customer since'].map(text('date')),
  ...['Newsletter', 'Partner'].map(text('checkbox')),
  ...['Seats', 'Open invoices'].map(text('integer')),
];

function text(type: string) {
  return (title: string) => ({ type, title, key: title.toLowerCase().replaceAll(' ', '_') });
}

function options(names: readonly string[]): { name: string; value: string }[] {
  return names.map((name) => ({ name, value: name.toLowerCase() }));
}

const replies = [
  'Ask for details',
  'Close as duplicate',
  'Escalate',
  'Offer a refund',
  'Say thank you',
  'Send the guide',
];

function seedSettings(site: ZendeskSite): void {
  const times = { created_at: at(0), updated_at: at(0) };
  for (const [index, name] of brandNames.entries()) {
    const label = site.host.split('.')[0] ?? '';
    const subdomain = index === 0 ? label : `${label}-${name.split(' ')[0]?.toLowerCase()}`;
    addBrand(site, { id: 23_000_001 + index, name, subdomain, default: index === 0, ...times });
  }
  for (const [index, field] of systemFields.entries()) {
    addTicketField(site, { id: 24_000_001 + index, removable: false, ...field, ...times });
  }
  for (const [index, field] of ownTicketFields.entries()) {
    addTicketField(site, { id: 24_000_101 + index, ...field, ...times });
  }
  for (const [index, field] of ownUserFields.entries()) {
    addUserField(site, { id: 25_000_001 + index, ...field, ...times });
  }
  for (const [index, priority] of priorities.toSpliced(1, 1).entries()) {
    for (const type of ['incident', 'problem']) {
      addSlaPolicy(site, {
        id: 26_000_001 + site.slaPolicies.size,
        title: `${priority} ${type}s`,
        description: `How soon ${type}s of this priority are answered`,
        filter: { all: [{ field: 'type', operator: 'is', value: type }], any: [] },
        policy_metrics: [
          { priority, metric: 'first_reply_time', target: 480 / (index + 1), business_hours: false },
          { priority, metric: 'requester_wait_time', target: 960 / (index + 1), business_hours: false },
        ],
        ...times,
      });
    }
  }
  for (let index = 0; index < 24; index += 1) {
    const status = statuses[index % statuses.length] ?? 'open';
    addMacro(site, {
      id: 27_000_001 + index,
      title: `${replies[index % replies.length]} ${Math.floor(index / replies.length) + 1}`,
      actions: [{ field: 'status', value: status }],
      active: index % 5 !== 4,
      ...times,
    });
  }
}

const topics = ['Getting started', 'Billing', 'Devices', 'Integrations', 'Security', 'Troubleshooting'];
const chapters = ['First steps', 'Everyday use', 'For administrators', 'Questions and answers'];

/** Six categories of four sections with ten articles each; one category is in German. */
function seedHelpCenter(site: ZendeskSite): void {
  for (const [index, topic] of topics.entries()) {
    const locale = index === topics.length - 1 ? 'de' : 'en-us';
    const times = { created_at: at(index * 100), updated_at: at(index * 100 + 10) };
    const category = addHelpCenterRecord(site, 'categories', {
      ...{
        id: 28_000_001 + index,
        name: topic,
        description: `All about ${topic.toLowerCase()}`,
        locale,
        position: index,
      },
      ...times,
    });
    for (const [place, chapter] of chapters.entries()) {
      const section = addHelpCenterRecord(site, 'sections', {
        ...{ id: 28_001_001 + index * chapters.length + place, name: `${topic}: ${chapter}`, description: '', locale },
        ...{ category_id: category.id, position: place },
        ...times,
      });
      for (let number = 1; number <= 10; number += 1) seedArticle(site, section, number);
    }
  }
}

function seedArticle(site: ZendeskSite, section: ZendeskRecord, number: number): void {
  const request = requests[(section.id + number) % requests.length] ?? requests[0];
  const index = site.articles.size;
  const times = { created_at: at(1000 + index * 5), updated_at: at(1000 + index * 5 + (index % 7) * 24) };
  addHelpCenterRecord(site, 'articles', {
    ...{ id: 28_100_001 + index, title: `${request.subject} (${index + 1})`, position: number },
    body: `<p>${request.subject}: what to do, step ${number} of ${section['name']}.</p>`,
    ...{ locale: section['locale'], section_id: section.id, author_id: zendeskUserId(1 + (index % 2)) },
    ...{ label_names: [request.label], permission_group_id: 29_000_001, user_segment_id: null },
    ...{ promoted: number === 1, draft: false, edited_at: times.updated_at },
    ...times,
  });
}
