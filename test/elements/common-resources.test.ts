// The common resources that come with the server, each through vendors of the sandbox: lists with where, fields and pages
// in one shape, and records created, read, changed and deleted. What is read and written back changes nothing.

import { readFileSync } from 'node:fs';
import { beforeAll, describe, expect, test } from 'vitest';
import { connectDesk } from '../support/connect-desk.ts';
import { callElement, connect, useTrip } from '../support/guide.ts';
import { type Answer, credentials } from '../support/platform.ts';
import type { ElementKey } from './conformance.ts';

const trip = useTrip();

type Row = Record<string, unknown>;

const hubs = {
  zendesk: 'helpdesk',
  desk: 'helpdesk',
  sfdcservicecloud: 'helpdesk',
  sfdc: 'crm',
  actessentialsoauth: 'crm',
  sfdcmarketingcloud: 'marketing',
  sfdcdocuments: 'documents',
  ciscospark: 'collaboration',
} as const satisfies Record<ElementKey, string>;

const tokens = new Map<ElementKey, Promise<string>>();
function tokenOf(key: ElementKey): Promise<string> {
  const known = tokens.get(key);
  if (known !== undefined) return known;
  const made = (key === 'desk' ? connectDesk(trip) : connect(trip, key)).then(({ token }) => token as string);
  tokens.set(key, made);
  return made;
}

async function call(key: ElementKey, method: string, path: string, body?: unknown): Promise<Answer> {
  const answer = await callElement(trip, await tokenOf(key), method, `/hubs/${hubs[key]}${path}`, body);
  expect(answer.headers.get('elements-error'), `${method} ${path}`).toBeNull();
  return answer;
}

async function good(key: ElementKey, method: string, path: string, body?: unknown): Promise<Answer['body']> {
  const answer = await call(key, method, path, body);
  expect(answer.status, `${method} ${path}: ${JSON.stringify(answer.body)}`).toBe(200);
  return answer.body;
}

async function upload(key: ElementKey, path: string, content: string, fileName: string): Promise<Row> {
  const form = new FormData();
  form.append('file', new Blob([content], { type: 'text/plain' }), fileName);
  const url = `${trip.platform.url}/elements/api-v2/hubs/${hubs[key]}${path}`;
  const headers = { authorization: credentials(await tokenOf(key)) };
  const response = await fetch(url, { method: 'POST', headers, body: form });
  const body = await response.text();
  expect(response.status, body).toBe(200);
  return JSON.parse(body);
}

/** Rows of the first two pages, which have one row each. */
async function twoRows(key: ElementKey, path: string): Promise<Row[]> {
  const first = await call(key, 'GET', `${path}?pageSize=1`);
  expect(first.status, JSON.stringify(first.body)).toBe(200);
  const nextPage = first.headers.get('elements-next-page-token');
  expect(nextPage, `the next page of ${path}`).not.toBeNull();
  return [...first.body, ...(await good(key, 'GET', `${path}?pageSize=1&nextPage=${nextPage}`))];
}

const definitions = new Map<string, Map<string, string>>();
/** The fields of a definition with their types. */
function fieldsOf(object: string): Map<string, string> {
  const known = definitions.get(object);
  if (known !== undefined) return known;
  const file = new URL(`../../elements/common-resources/${object}/definition.json`, import.meta.url);
  const { fields } = JSON.parse(readFileSync(file, 'utf8')) as { fields: { path: string; type: string }[] };
  const made = new Map(fields.map(({ path, type }) => [path, type]));
  definitions.set(object, made);
  return made;
}

/** A record's values by their paths; lists are values. */
function leaves(record: Row, prefix = ''): [string, unknown][] {
  return Object.entries(record).flatMap(([name, value]): [string, unknown][] =>
    typeof value === 'object' && value !== null && !Array.isArray(value)
      ? leaves(value as Row, `${prefix}${name}.`)
      : [[`${prefix}${name}`, value]],
  );
}

const isoMoment = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/;
const shapes: Record<string, (value: unknown) => boolean> = {
  string: (value) => typeof value === 'string',
  number: (value) => typeof value === 'number',
  boolean: (value) => typeof value === 'boolean',
  date: (value) => typeof value === 'string' && isoMoment.test(value),
  'array[string]': (value) => Array.isArray(value) && value.every((one) => typeof one === 'string'),
};

/** Every value stands in a field of the definition, in its type. */
function expectShape(object: string, record: Row): void {
  const fields = fieldsOf(object);
  for (const [path, value] of leaves(record)) {
    const type = fields.get(path);
    expect(type, `${object} has no field ${path}`).toBeDefined();
    expect(shapes[type ?? '']?.(value), `${path} is ${JSON.stringify(value)}, not ${type}`).toBe(true);
  }
  expect(record['id']).toEqual(expect.any(String));
}

/** One object at one element. */
interface Tried {
  object: string;
  key: ElementKey;
  /** where the object stands and where the element's own resource does, of which the records are */
  place: { ours: string; own: string } | (() => Promise<{ ours: string; own: string }>);
  /** conditions of which each has several rows */
  search: [where: string, fits: (row: Row) => boolean][];
  /** undefined for what is not made so; `$` in a text becomes another one each time */
  create?: Row;
  /** more than is told by the record itself: how the vendor has it */
  madeAs?: Row;
  change?: Row;
  changedAs?: Row;
  update?: 'PATCH' | 'PUT';
  /** where single records are, when not below the list */
  records?: { ours: string; own: string };
  /** `stays`: the vendor keeps the record */
  delete?: boolean | 'stays';
  /** members of the vendor that any write changes */
  touched: string[];
}

const sf = ['LastModifiedDate', 'SystemModstamp', 'LastModifiedById'];

const salesforceContact = (key: ElementKey): Tried => ({
  object: 'contact',
  key,
  place: { ours: '/contact', own: '/contacts' },
  search: [
    ["lastName = 'Ahmed'", (row) => row['lastName'] === 'Ahmed'],
    ["address.city = 'Paris' AND title = 'Buyer'", (row) => row['title'] === 'Buyer'],
    ["createdDate > '2023-01-20T00:00:00Z'", (row) => String(row['createdDate']) > '2023-01-20'],
  ],
  create: {
    firstName: 'Grace',
    lastName: 'Hopper',
    email: 'grace$@example.com',
    phone: '+1 555 0100',
    address: { city: 'Arlington', country: 'United States' },
    birthday: '1906-12-09',
  },
  madeAs: { FirstName: 'Grace', LastName: 'Hopper', MailingCity: 'Arlington', Birthdate: '1906-12-09' },
  change: { title: 'Rear Admiral', address: { city: 'New York' } },
  changedAs: { Title: 'Rear Admiral', MailingCity: 'New York', MailingCountry: 'United States' },
  delete: true,
  touched: sf,
});

const salesforceAccount = (key: ElementKey): Tried => ({
  object: 'account',
  key,
  place: { ours: '/account', own: '/accounts' },
  search: [
    ["industry = 'Banking'", (row) => row['industry'] === 'Banking'],
    ['employees > 15', (row) => Number(row['employees']) > 15],
  ],
  create: { name: 'Hooli$', website: 'https://hooli.example', employees: 12, shippingAddress: { country: 'Kenya' } },
  madeAs: { Name: 'Hooli$', NumberOfEmployees: 12, ShippingCountry: 'Kenya' },
  change: { phone: '+1 555 0111', employees: 13 },
  changedAs: { Phone: '+1 555 0111', NumberOfEmployees: 13, Name: 'Hooli$' },
  delete: true,
  touched: sf,
});

/** The comments of an incident, of which it has several; both are common resources. */
const comments = (key: ElementKey) => async () => {
  await good(key, 'POST', '/incidents/1/comments', { body: 'One more' });
  return { ours: '/ticket/1/message', own: '/incidents/1/comments' };
};

const tried: Tried[] = [
  salesforceContact('sfdc'),
  salesforceContact('sfdcservicecloud'),
  salesforceContact('sfdcmarketingcloud'),
  {
    object: 'contact',
    key: 'actessentialsoauth',
    place: { ours: '/contact', own: '/contacts' },
    search: [
      ["lastName = 'Costa'", (row) => row['lastName'] === 'Costa'],
      ["title = 'Engineer' AND company = 'Contoso'", (row) => row['company'] === 'Contoso'],
    ],
    create: {
      firstName: 'Grace',
      lastName: 'Hopper',
      email: 'grace$@example.com',
      phone: '+1 555 0100',
      title: 'Admiral',
    },
    madeAs: {
      firstName: 'Grace',
      emailAddress: 'grace$@example.com',
      businessPhone: '+1 555 0100',
      jobTitle: 'Admiral',
    },
    change: { title: 'Rear Admiral' },
    changedAs: { jobTitle: 'Rear Admiral', firstName: 'Grace' },
    delete: true,
    touched: ['lastUpdated'],
  },
  {
    object: 'contact',
    key: 'desk',
    place: { ours: '/contact', own: '/contacts' },
    search: [
      ["lastName = 'Abbott'", (row) => row['lastName'] === 'Abbott'],
      ["email = 'customer3@initech.example'", (row) => row['email'] === 'customer3@initech.example'],
      ["updatedDate > '2018-01-10T00:00:00Z'", (row) => String(row['updatedDate']) > '2018-01-10'],
    ],
    create: {
      firstName: 'Grace',
      lastName: 'Hopper',
      email: 'grace$@example.com',
      phone: '1',
      mobilePhone: '2',
      notes: 'x',
    },
    madeAs: {
      first_name: 'Grace',
      emails: [{ type: 'work', value: 'grace$@example.com' }],
      phone_numbers: [
        { type: 'work', value: '1' },
        { type: 'mobile', value: '2' },
      ],
      background: 'x',
    },
    change: { title: 'Rear Admiral' },
    changedAs: { title: 'Rear Admiral', first_name: 'Grace', emails: [{ type: 'work', value: 'grace$@example.com' }] },
    touched: ['updated_at'],
  },
  {
    object: 'contact',
    key: 'zendesk',
    place: { ours: '/contact', own: '/contacts' },
    search: [
      ["lastName = 'Abbott'", (row) => row['lastName'] === 'Abbott'],
      ["accountId = '22000001'", (row) => row['accountId'] === '22000001'],
    ],
    create: { firstName: 'Grace Brewster', lastName: 'Hopper', email: 'grace$@example.com', accountId: '22000001' },
    madeAs: { name: 'Grace Brewster Hopper', organization_id: 22000001, role: 'end-user' },
    change: { firstName: 'Grace', lastName: 'Murray', notes: 'moved' },
    changedAs: { name: 'Grace Murray', notes: 'moved', email: 'grace$@example.com' },
    delete: 'stays',
    touched: ['updated_at'],
  },
  salesforceAccount('sfdc'),
  salesforceAccount('sfdcmarketingcloud'),
  {
    object: 'account',
    key: 'zendesk',
    place: { ours: '/account', own: '/organizations' },
    search: [["name = 'Traders'", (row) => String(row['name']).includes('Traders')]],
    create: { name: 'Hooli$', domains: ['hooli.example'], tags: ['big'], description: 'Search' },
    madeAs: { name: 'Hooli$', domain_names: ['hooli.example'], tags: ['big'], details: 'Search' },
    change: { domains: ['hooli.example', 'hooli.test'] },
    changedAs: { domain_names: ['hooli.example', 'hooli.test'], name: 'Hooli$' },
    delete: true,
    touched: ['updated_at'],
  },
  {
    object: 'account',
    key: 'desk',
    place: { ours: '/account', own: '/organizations' },
    search: [],
    create: { name: 'Hooli$', domains: ['hooli.example'] },
    madeAs: { name: 'Hooli$', domains: ['hooli.example'] },
    change: { domains: ['hooli.test'] },
    changedAs: { domains: ['hooli.test'], name: 'Hooli$' },
    touched: ['updated_at'],
  },
  {
    object: 'ticket',
    key: 'zendesk',
    place: { ours: '/ticket', own: '/incidents' },
    search: [
      ["status = 'solved' AND priority = 'high'", (row) => row['status'] === 'solved' && row['priority'] === 'high'],
      ["requesterId = '35438053'", (row) => row['requesterId'] === '35438053'],
      ["createdDate > '2025-01-10T00:00:00Z'", (row) => String(row['createdDate']) > '2025-01-10'],
    ],
    create: { subject: 'Printer', description: 'On fire', status: 'open', priority: 'urgent', tags: ['fire'] },
    madeAs: { subject: 'Printer', status: 'open', priority: 'urgent', tags: ['fire'] },
    change: { status: 'solved', assigneeId: '35437002' },
    changedAs: { status: 'solved', assignee_id: 35437002, priority: 'urgent' },
    delete: true,
    touched: ['updated_at'],
  },
  {
    object: 'ticket',
    key: 'desk',
    place: { ours: '/ticket', own: '/incidents' },
    search: [
      ["status = 'solved'", (row) => row['status'] === 'solved'],
      ["priority = 'normal' AND status in ('solved', 'open')", (row) => row['priority'] === 'normal'],
      ["channel = 'email' AND tags = 'export'", (row) => row['channel'] === 'email'],
    ],
    create: {
      subject: 'Printer',
      description: 'On fire',
      status: 'open',
      priority: 'urgent',
      tags: ['fire'],
      requesterId: '1',
    },
    madeAs: { subject: 'Printer', status: 'open', priority: 10, labels: ['fire'], type: 'email' },
    change: { status: 'solved', priority: 'low', tags: ['water'] },
    changedAs: { status: 'resolved', priority: 2, labels: ['water'], subject: 'Printer' },
    delete: true,
    touched: ['updated_at', 'changed_at'],
  },
  {
    object: 'ticket',
    key: 'sfdcservicecloud',
    place: { ours: '/ticket', own: '/incidents' },
    search: [
      ["status = 'new' AND priority = 'high'", (row) => row['status'] === 'new' && row['priority'] === 'high'],
      ["status in ('open', 'closed')", (row) => ['open', 'closed'].includes(String(row['status']))],
      ["channel = 'phone'", (row) => row['channel'] === 'phone'],
    ],
    create: { subject: 'Printer', description: 'On fire', status: 'open', priority: 'low', channel: 'web' },
    madeAs: { Subject: 'Printer', Status: 'Working', Priority: 'Low', Origin: 'Web' },
    change: { status: 'closed', priority: 'normal' },
    changedAs: { Status: 'Closed', Priority: 'Medium', Subject: 'Printer' },
    delete: true,
    touched: sf,
  },
  {
    object: 'user',
    key: 'zendesk',
    place: { ours: '/user', own: '/users' },
    search: [["role = 'admin'", (row) => row['role'] === 'admin']],
    create: {
      firstName: 'Grace',
      lastName: 'Hopper',
      email: 'grace.user$@example.com',
      role: 'agent',
      timezone: 'UTC',
    },
    madeAs: { name: 'Grace Hopper', role: 'agent', time_zone: 'UTC' },
    change: { displayName: 'Amazing Grace', phone: '+15550100' },
    changedAs: { alias: 'Amazing Grace', phone: '+15550100', name: 'Grace Hopper' },
    delete: 'stays',
    touched: ['updated_at'],
  },
  {
    object: 'user',
    key: 'ciscospark',
    place: { ours: '/user', own: '/users' },
    search: [
      ["displayName = 'Robin'", (row) => String(row['displayName']).startsWith('Robin')],
      ["email = 'robin@example.com'", (row) => row['email'] === 'robin@example.com'],
    ],
    create: {
      firstName: 'Grace',
      lastName: 'Hopper',
      displayName: 'Amazing Grace',
      email: 'grace$@example.com',
      phone: '1',
    },
    madeAs: { emails: ['grace$@example.com'], phoneNumbers: [{ type: 'work', value: '1' }], firstName: 'Grace' },
    update: 'PUT',
    change: { displayName: 'Grace', title: 'Admiral' },
    changedAs: { displayName: 'Grace', title: 'Admiral', emails: ['grace$@example.com'] },
    delete: true,
    touched: ['lastModified'],
  },
  {
    object: 'user',
    key: 'sfdc',
    place: { ours: '/user', own: '/users' },
    search: [['active = true', (row) => row['active'] === true]],
    change: { title: 'Admiral', department: 'Navy' },
    changedAs: { Title: 'Admiral', Department: 'Navy' },
    touched: sf,
  },
  {
    object: 'user',
    key: 'desk',
    place: { ours: '/user', own: '/users' },
    search: [],
    change: { displayName: 'Grace', firstName: 'Grace', lastName: 'Hopper' },
    changedAs: { public_name: 'Grace', name: 'Grace Hopper' },
    touched: ['updated_at'],
  },
  {
    object: 'message',
    key: 'desk',
    place: comments('desk'),
    search: [],
    create: { text: 'A draft', status: 'draft' },
    madeAs: { body: 'A draft', status: 'draft' },
    change: { text: 'Better' },
    changedAs: { body: 'Better', status: 'draft' },
    delete: true,
    touched: ['updated_at'],
  },
  {
    object: 'message',
    key: 'zendesk',
    place: comments('zendesk'),
    search: [["authorId = '35437002'", (row) => row['authorId'] === '35437002']],
    create: { text: 'Not for the customer', public: false },
    madeAs: { body: 'Not for the customer', public: false },
    touched: [],
  },
  {
    object: 'message',
    key: 'ciscospark',
    place: async () => {
      const [channel] = await good('ciscospark', 'GET', '/channels?pageSize=1');
      return { ours: `/channels/${channel.id}/message`, own: `/channels/${channel.id}/messages` };
    },
    records: { ours: '/message', own: '/messages' },
    search: [],
    create: { text: 'Hello' },
    madeAs: { text: 'Hello' },
    update: 'PUT',
    change: { text: 'Hello again' },
    changedAs: { text: 'Hello again' },
    delete: true,
    touched: ['updated'],
  },
];

describe.each(tried)('$object of $key', (one) => {
  const { object, key, records, update = 'PATCH' } = one;
  let ours: string;
  let own: string;
  beforeAll(async () => {
    ({ ours, own } = typeof one.place === 'function' ? await one.place() : one.place);
  });
  const at = (id: unknown) => `${records?.ours ?? ours}/${encodeURIComponent(String(id))}`;
  const ownAt = (id: unknown) => `${records?.own ?? own}/${encodeURIComponent(String(id))}`;

  test('is listed in pages, each record in the shape of the definition', async () => {
    const rows = await twoRows(key, ours);
    expect(rows).toHaveLength(2);
    for (const row of rows) expectShape(object, row);
    const vendors = (await good(key, 'GET', `${own}?pageSize=${rows.length}`)) as Row[];
    expect(rows.map(({ id }) => id)).toEqual(vendors.map((row) => String(row['id'] ?? row['Id'])));
  });

  if (one.search.length > 0) {
    test.each(one.search)('is found where %s', async (where, fits) => {
      const found = (await good(key, 'GET', `${ours}?${new URLSearchParams({ where })}`)) as Row[];
      expect(found.length).toBeGreaterThan(0);
      for (const row of found) {
        expectShape(object, row);
        expect(fits(row), JSON.stringify(row)).toBe(true);
      }
    });

    test('is found with some fields and in pages, too', async () => {
      const [where = ''] = one.search[0] ?? [];
      const asked = new URLSearchParams({ where, fields: 'id,createdDate', pageSize: '2' });
      const answer = (await good(key, 'GET', `${ours}?${asked}`)) as Row[];
      expect(answer.length).toBeGreaterThan(0);
      for (const row of answer) expect(Object.keys(row).toSorted()).toEqual(['createdDate', 'id']);
    });
  }

  let last = 0;
  const current = (record: Row | undefined): Row => JSON.parse(JSON.stringify(record ?? {}).replaceAll('$', `${last}`));

  async function made(): Promise<string> {
    if (one.create === undefined) return String(((await good(key, 'GET', ours)) as Row[])[0]?.['id']);
    last += 1;
    const created = await good(key, 'POST', ours, current(one.create));
    expect(created.id).toEqual(expect.any(String));
    return created.id;
  }

  if (one.create !== undefined)
    test('is created and read', async () => {
      const id = await made();
      const read = await good(key, 'GET', at(id));
      expectShape(object, read);
      expect(read).toMatchObject({ id, ...current(one.create) });
      expect(await good(key, 'GET', ownAt(id))).toMatchObject(current(one.madeAs));
      await discard(id);
    });

  if (one.change !== undefined)
    test('is changed, and only where it is said', async () => {
      const id = await made();
      const before = await good(key, 'GET', at(id));
      // Vendors that only replace are given the whole record.
      await good(key, update, at(id), update === 'PUT' ? { ...before, ...one.change } : one.change);
      const after = await good(key, 'GET', at(id));
      expectShape(object, after);
      expect(after).toMatchObject({ id, ...one.change });
      const untouched = (row: Row) =>
        leaves(row).filter(
          ([path]) =>
            path !== 'updatedDate' && path !== 'closedDate' && !leaves(one.change ?? {}).some(([p]) => p === path),
        );
      expect(untouched(after)).toEqual(untouched(before));
      expect(await good(key, 'GET', ownAt(id))).toMatchObject(current(one.changedAs));
      await discard(id);
    });

  if (one.change !== undefined)
    test('read and written back changes nothing', async () => {
      const rows = ((await good(key, 'GET', ours)) as Row[]).slice(0, 12);
      for (const { id } of one.create === undefined ? rows : [...writable(rows), { id: await made() }]) {
        const before = await good(key, 'GET', ownAt(id));
        await good(key, update, at(id), await good(key, 'GET', at(id)));
        const after = await good(key, 'GET', ownAt(id));
        const kept = (row: Row) =>
          Object.fromEntries(Object.entries(row).filter(([name]) => !one.touched.includes(name)));
        expect(kept(after)).toEqual(kept(before));
      }
    });

  /** Some vendors let no one change what is closed or sent. */
  function writable(rows: Row[]): Row[] {
    return object === 'message' ? [] : rows.filter((row) => row['status'] !== 'closed');
  }

  async function discard(id: string): Promise<void> {
    if (one.delete === undefined) return;
    expect((await call(key, 'DELETE', at(id))).status).toBe(200);
    const gone = await call(key, 'GET', at(id));
    if (one.delete === 'stays') expect(gone.status).toBe(200);
    else expect(gone.status, JSON.stringify(gone.body)).toBe(404);
  }
});

describe('file', () => {
  const incident = '/ticket/3';

  test.each(['zendesk', 'desk'] as const)('of an incident of %s is attached, listed, read and deleted', async (key) => {
    const made = await upload(key, `${incident}/file`, 'Hello', 'hello.txt');
    expect(made).toMatchObject({ id: expect.any(String), name: 'hello.txt', size: 5 });
    expectShape('file', made);
    const rows = (await good(key, 'GET', `${incident}/file`)) as Row[];
    for (const row of rows) expectShape('file', row);
    expect(rows.map(({ name }) => name)).toContain('hello.txt');
    const some = (await good(key, 'GET', `${incident}/file?fields=name,size`)) as Row[];
    expect(some).toContainEqual({ name: 'hello.txt', size: 5 });
    const place = key === 'desk' ? `${incident}/file` : '/file';
    expect(await good(key, 'GET', `${place}/${made['id']}`)).toMatchObject({ name: 'hello.txt', size: 5 });
  });

  test('of an incident of desk is deleted', async () => {
    const { id } = await upload('desk', `${incident}/file`, 'Bye', 'bye.txt');
    await good('desk', 'DELETE', `${incident}/file/${id}`);
    expect((await call('desk', 'GET', `${incident}/file/${id}`)).status).toBe(404);
  });

  test.each([
    ['sfdc', '/file', 'notes'],
    ['sfdcdocuments', '/file?path=%2Four%20notes.txt', 'our notes.txt'],
  ] as const)('of %s is uploaded, read, renamed and deleted', async (key, path, name) => {
    const made = await upload(key, path, 'Hello', 'notes.txt');
    expect(made).toMatchObject({ id: expect.any(String), name, size: 5 });
    expectShape('file', made);
    const metadata = `/file/${made['id']}/metadata`;
    const read = await good(key, 'GET', metadata);
    expectShape('file', read);
    expect(read).toMatchObject({ id: made['id'], name, size: 5 });
    const own = `/files/${made['id']}/metadata`;
    const before = await good(key, 'GET', own);
    await good(key, 'PATCH', metadata, read);
    const touched = [...sf, 'modifiedDate'];
    const kept = (row: Row) => Object.fromEntries(Object.entries(row).filter(([member]) => !touched.includes(member)));
    expect(kept(await good(key, 'GET', own))).toEqual(kept(before));
    await good(key, 'PATCH', metadata, { name: `new ${name}` });
    expect(await good(key, 'GET', metadata)).toMatchObject({ id: made['id'], name: `new ${name}`, size: 5 });
    await good(key, 'DELETE', `/file/${made['id']}`);
    expect((await call(key, 'GET', metadata)).status).toBe(404);
  });

  test('of sfdc is listed in pages and found', async () => {
    const rows = await twoRows('sfdc', '/file');
    expect(rows).toHaveLength(2);
    for (const row of rows) expectShape('file', row);
    const where = "name = 'Report 1' AND size > 10";
    const found = await good('sfdc', 'GET', `/file?${new URLSearchParams({ where, fields: 'name,extension' })}`);
    expect(found).toEqual([{ name: 'Report 1', extension: 'txt' }]);
  });
});

test('what only has one name is told when it gets half of one', async () => {
  const token = await tokenOf('zendesk');
  const [person] = await good('zendesk', 'GET', '/contact?pageSize=1');
  const path = `/hubs/helpdesk/contact/${person.id}`;
  const answer = await callElement(trip, token, 'PATCH', path, { firstName: 'Zoe', notes: 'kept' });
  expect(answer.headers.get('elements-error')).toContain('give firstName and lastName together');
  expect(answer.body).toMatchObject({ firstName: person.firstName, lastName: person.lastName, notes: 'kept' });
});

test('the element’s own resources answer as before', async () => {
  const [row] = await good('sfdc', 'GET', '/contacts?pageSize=1');
  expect(row).toMatchObject({ LastName: 'Ahmed', MailingCity: 'Paris' });
});
