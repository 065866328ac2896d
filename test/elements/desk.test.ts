// Desk.com's records through the platform: lists with all pages, search, read, create, update, delete, every call signed,
// and the vendor's own words when it refuses.

import { beforeAll, describe, expect, test } from 'vitest';
import { connectDesk } from '../support/connect-desk.ts';
import { callElement, seenRequests, useTrip } from '../support/guide.ts';
import { credentials } from '../support/platform.ts';
import { everyRow, idsOf, type Row } from './every-row.ts';

const trip = useTrip();
let token: string;
beforeAll(async () => {
  token = (await connectDesk(trip)).token;
});

const call = (method: string, path: string, body?: unknown) =>
  callElement(trip, token, method, `/hubs/helpdesk${path}`, body);
const every = (path: string, query?: Record<string, string>) => everyRow(call, path, query);

describe('lists', () => {
  test.each([
    ['/incidents', '100', 240, 3],
    ['/incidents', '37', 240, 7],
    ['/incidents', '60', 240, 4],
    ['/contacts', '25', 84, 4],
    ['/organizations', '4', 10, 3],
    ['/users', '2', 5, 3],
  ])('%s in pages of %s has every row once', async (path, pageSize, total, pages) => {
    const all = await every(path, { pageSize });
    expect([all.rows.length, all.pages]).toEqual([total, pages]);
  });

  test('has 100 rows a page unless the caller says, and pages by number', async () => {
    expect((await call('GET', '/incidents')).body).toHaveLength(100);
    const third = await call('GET', '/incidents?page=3&pageSize=50');
    expect(idsOf(third.body)).toEqual(Array.from({ length: 50 }, (_, index) => index + 101));
  });
});

const before = (row: Row, day: string) => String(row['updated_at']) < day;

describe('search', () => {
  let incidents: Row[];
  beforeAll(async () => {
    incidents = (await every('/incidents')).rows;
  });

  test.each<[string, (row: Row) => boolean]>([
    ["status = 'open'", (row) => row['status'] === 'open'],
    ["status in ('new', 'pending')", (row) => ['new', 'pending'].includes(String(row['status']))],
    [
      "status = 'open' AND labels = 'billing'",
      (row) => row['status'] === 'open' && (row['labels'] as string[]).includes('billing'),
    ],
    ['subject = \'Printer "Etage 2"\'', (row) => String(row['subject']).includes('Printer "Etage 2"')],
    ["since_created_at = '1527811200'", (row) => String(row['created_at']) >= '2018-06-01'],
    ["updated_at > '2018-06-01T00:00:00'", (row) => String(row['updated_at']) > '2018-06-01T00:00:00Z'],
    ["status = 'open' AND updated_at < 2018-06-01", (row) => row['status'] === 'open' && before(row, '2018-06-01')],
    ['id >= 17 AND id < 20 AND id > 17', (row) => row.id === 18 || row.id === 19],
  ])('incidents where %s', async (where, fits) => {
    const expected = incidents.filter(fits);
    expect(expected.length).toBeGreaterThan(0);
    const found = await every('/incidents', { where, pageSize: '7' });
    expect(idsOf(found.rows)).toEqual(idsOf(expected));
  });

  test('contacts by e-mail address, organizations by a word', async () => {
    const where = "email = 'customer3@initech.example'";
    expect((await every('/contacts', { where })).rows).toMatchObject([{ id: 3, company: 'Initech' }]);
    const asInRecords = "emails = 'customer3@initech.example'";
    expect((await every('/contacts', { where: asInRecords })).rows).toMatchObject([{ id: 3, company: 'Initech' }]);
    expect((await every('/incidents', { where })).rows.length).toBeGreaterThan(0);
    expect((await every('/organizations/search', { query: 'wayne' })).rows).toMatchObject([{ name: 'Wayne & Söhne' }]);
    expect((await every('/organizations/2/contacts')).rows.map((row) => row['company'])).toContain(
      'Globex Corporation',
    );
    expect((await every('/organizations/2/incidents')).rows.length).toBeGreaterThan(0);
    expect((await call('GET', '/organizations/search')).status).toBe(400);
  });

  test('a value adds no parameters of its own', async () => {
    expect((await every('/incidents', { where: "subject = 'Safari&status=open'" })).rows).toEqual([]);
  });

  test.each([
    ["updated_at = '2018-01-01'", 'compares updated_at with >, >=, < and <= only'],
    ["updated_at > 'yesterday'", 'updated_at is compared to yesterday'],
    ["status = 'open' or status = 'new'", 'cannot express OR'],
    ["(status='open')OR(status='new')", 'cannot express OR'],
    ["status != 'open'", 'compares status with = and IN only'],
    ["status > 'open'", 'compares status with = and IN only'],
    ['status is null', 'compares status with = and IN only'],
    ["subject in ('a,b', 'c')", 'a comma in subject'],
    ["status = 'open' AND status = 'new'", 'status is there twice'],
    ["per_page = '1'", 'does not know per_page; it knows name,'],
  ])('says why where=%s cannot be', async (where, words) => {
    const refused = await call('GET', `/incidents?${new URLSearchParams({ where })}`);
    expect([refused.status, refused.body.message]).toEqual([400, expect.stringContaining(words)]);
    expect((await call('GET', `/contacts?${new URLSearchParams({ where })}`)).status).toBe(400);
  });

  test('takes no text for an OR', async () => {
    const where = "subject = 'this or that' AND name = 'O''Neill or'";
    expect((await every('/incidents', { where })).rows).toEqual([]);
    const sent = (await seenRequests(trip, '*/cases/search')).at(-1);
    expect(sent).toMatchObject({ query: expect.stringContaining('subject=this%20or%20that&name=O%27Neill%20or') });
  });

  test('can have related records embedded', async () => {
    const [row] = (await call('GET', '/incidents?pageSize=1&embed=customer')).body;
    const { customer } = row._embedded;
    expect((await call('GET', `/contacts/${customer.id}`)).body).toEqual(customer);
    const where = `case_id = ${row.id}`;
    expect((await every('/incidents', { where, embed: 'customer' })).rows).toEqual([row]);
    expect((await call('GET', `/incidents/${row.id}?embed=customer`)).body).toEqual(row);
  });
});

describe('an incident', () => {
  const message = {
    direction: 'in',
    status: 'received',
    to: 'support@agents.example',
    from: 'customer1@northwind.example',
    subject: 'Help',
    body: 'It is broken.',
  };
  const fresh = { type: 'email', subject: 'Through the platform', priority: 4, status: 'open', message };

  test('is created, read, updated and deleted', async () => {
    const created = await call('POST', '/incidents', fresh);
    expect(created.status, JSON.stringify(created.body)).toBe(200);
    const { message: _, ...members } = fresh;
    expect(created.body).toMatchObject({ ...members, id: expect.any(Number) });
    const path = `/incidents/${created.body.id}`;
    expect((await call('GET', path)).body).toEqual(created.body);
    const updated = await call('PATCH', path, { subject: 'Changed', status: 'pending' });
    expect(updated.body).toMatchObject({ id: created.body.id, subject: 'Changed', status: 'pending' });
    expect((await call('DELETE', path)).status).toBe(200);
    const gone = await call('GET', path);
    expect([gone.status, gone.body.providerMessage]).toEqual([404, 'Resource Not Found']);
  });

  test('has comments', async () => {
    const { id } = (await call('POST', '/incidents', fresh)).body;
    const path = `/incidents/${id}/comments`;
    const added = await call('POST', path, { body: 'A draft', status: 'draft' });
    const { id: commentId } = added.body;
    expect(added.body).toMatchObject({
      id: expect.any(Number),
      body: 'A draft',
      _embedded: [{ comment_id: commentId }],
    });
    await call('POST', path, { body: 'Another' });
    expect((await every(path, { pageSize: '1' })).rows.map((row) => row['body'])).toEqual(['A draft', 'Another']);
    const one = `${path}/${added.body.id}`;
    expect((await call('PATCH', one, { body: 'Better' })).body.body).toBe('Better');
    expect((await call('GET', one)).body.body).toBe('Better');
    expect((await call('DELETE', one)).status).toBe(200);
    expect((await every(path)).rows.map((row) => row['body'])).toEqual(['Another']);
  });

  test('that the vendor refuses brings the vendor’s words', async () => {
    const refused = await call('POST', '/incidents', { subject: 'No message', priority: 11 });
    expect(refused.status).toBe(422);
    expect(refused.body.providerMessage).toContain('Validation Failed');
    const missing = await call('PATCH', '/incidents/999999', { subject: 'x' });
    expect([missing.status, missing.body.providerMessage]).toEqual([404, 'Resource Not Found']);
    const undeletable = await call('DELETE', '/contacts/1');
    expect(undeletable.status).toBe(405);
  });
});

test.each([
  ['/contacts', { first_name: 'Pat', emails: [{ type: 'work', value: 'pat@doe.example' }] }, { title: 'CEO' }],
  ['/organizations', { name: 'Fresh & Co', domains: ['fresh.example'] }, { name: 'Stale & Co' }],
])('%s are created, read and updated', async (collection, record, changes) => {
  const created = await call('POST', collection, record);
  expect([created.status, created.body]).toMatchObject([200, record]);
  const path = `${collection}/${created.body.id}`;
  expect((await call('PATCH', path, changes)).body).toMatchObject({ ...record, ...changes });
  expect((await call('GET', path)).body).toMatchObject({ ...record, ...changes });
});

test('users are read, and get a new password', async () => {
  expect((await call('GET', '/users/1')).body).toMatchObject({ name: 'Robin Sandbox', email: 'robin@example.com' });
  const change = { current_password: 'sandbox-robin', password: 'New-password-1' };
  const changed = await call('PATCH', '/users/1', change);
  expect([changed.status, changed.body.id]).toEqual([200, 1]);
  const again = await call('PATCH', '/users/1', change);
  expect([again.status, again.body.providerMessage]).toEqual([422, expect.stringContaining('Validation Failed')]);
});

test('what Desk.com does not have is answered 405, with what there is', async () => {
  for (const [method, path] of [
    ['DELETE', '/contacts/1'],
    ['DELETE', '/organizations/1'],
    ['POST', '/users'],
    ['DELETE', '/users/1'],
  ] as const) {
    const refused = await call(method, path, method === 'POST' ? {} : undefined);
    expect([refused.status, refused.body.message], path).toEqual([405, expect.stringContaining('GET')]);
  }
});

describe('an attachment', () => {
  const url = (path: string) => `${trip.platform.url}/elements/api-v2/hubs/helpdesk${path}`;
  const headers = () => ({ authorization: credentials(token) });
  const upload = (form: FormData) =>
    fetch(url('/incidents/2/attachments'), { method: 'POST', headers: headers(), body: form });

  test('of many megabytes goes there as base64 in signed JSON, and comes back as it was', async () => {
    const file = Buffer.alloc(40 * 1024 * 1024 + 1, 'Robin’s log\n');
    const form = new FormData();
    form.append('file', new Blob([file], { type: 'text/plain' }), 'log.txt');
    const created = await upload(form);
    const made = (await created.json()) as Row;
    expect([created.status, made]).toMatchObject([200, { file_name: 'log.txt', content_type: 'text/plain' }]);
    expect(made['size']).toBe(file.length);
    const sent = (await seenRequests(trip, '*/cases/2/attachments')).at(-1);
    expect(sent?.headers).toMatchObject({
      authorization: expect.stringContaining('oauth_signature='),
      'content-type': 'application/json',
    });

    const fetched = await fetch(url(`/incidents/2/attachments/${made.id}/data`), { headers: headers() });
    expect(fetched.status).toBe(200);
    expect(Buffer.from(await fetched.arrayBuffer()).equals(file)).toBe(true);
    const led = (await seenRequests(trip, '*/ticket_attachments/*')).at(-1);
    expect(led).toMatchObject({ host: 'assistly-production.s3.amazonaws.com', status: 200 });
    expect(led?.path).toContain(`/${made.id}/`);
    expect(led?.headers).not.toHaveProperty('authorization');
  }, 60_000);

  test('without a file is refused', async () => {
    const form = new FormData();
    form.append('note', 'no file');
    const refused = await upload(form);
    const { message } = (await refused.json()) as { message: string };
    expect([refused.status, message]).toEqual([400, expect.stringContaining('file')]);
  });
});

test('the base URL chooses the version of the API', async () => {
  const other = await connectDesk(trip);
  const patched = await fetch(`${trip.platform.url}/elements/api-v2/instances/${other.id}`, {
    method: 'PATCH',
    headers: { authorization: credentials(other.token), 'content-type': 'application/json' },
    body: JSON.stringify({ configuration: { 'base.url': 'https://{site.address}/api/v2' } }),
  });
  expect(patched.status, await patched.text()).toBe(200);
  expect((await callElement(trip, other.token, 'GET', '/hubs/helpdesk/users/2')).status).toBe(200);
  expect((await seenRequests(trip, '*/users/2')).at(-1)?.path).toBe('/api/v2/users/2');
});

test('every call is signed, with the parameters that it has', async () => {
  const where = "subject = 'ä b+c&d=e%'";
  expect((await call('GET', `/incidents?${new URLSearchParams({ where, pageSize: '5' })}`)).status).toBe(200);
  const sent = (await seenRequests(trip, '*/cases/search')).at(-1);
  expect(sent).toMatchObject({ host: 'acme.desk.com', path: '/api/2.1/cases/search', status: 200 });
  expect(sent?.headers['authorization']).toMatch(/^OAuth .*oauth_signature_method="HMAC-SHA1"/);
});

test('the objects and their fields are known', async () => {
  expect((await call('GET', '/objects')).body).toEqual(
    expect.arrayContaining(['contacts', 'incidents', 'organizations', 'users']),
  );
  const { fields } = (await call('GET', '/objects/contacts/metadata')).body;
  expect(fields).toContainEqual(expect.objectContaining({ vendorPath: 'id', primaryKey: true }));
  expect(fields).toContainEqual(expect.objectContaining({ vendorPath: 'emails[*].value', type: 'string' }));
});
