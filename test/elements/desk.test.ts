// Desk.com's records through the platform: lists with all pages, search, read, create, update, delete, every call signed,
// and the vendor's own words when it refuses.

import { beforeAll, describe, expect, test } from 'vitest';
import { sandboxApplications } from '../../sandbox/applications.ts';
import { consent } from '../support/consent.ts';
import { callbackUrl, callElement, get, post, seenRequests, useTrip } from '../support/guide.ts';
import { everyRow, idsOf, type Row } from './every-row.ts';

const trip = useTrip();
let token: string;
beforeAll(async () => {
  const { clientId, clientSecret } = sandboxApplications.desk;
  const query = { apiKey: clientId, apiSecret: clientSecret, callbackUrl, siteAddress: 'acme' };
  const first = (await get(trip, `/elements/desk/oauth/token?${new URLSearchParams(query)}`)).body;
  const asked = new URLSearchParams({ ...query, requestToken: first.token });
  const { oauthUrl } = (await get(trip, `/elements/desk/oauth/url?${asked}`)).body;
  const { oauth_token, oauth_verifier } = await consent(trip.sandbox.url, oauthUrl);
  const created = await post(trip, {
    element: { key: 'desk' },
    providerData: { oauth_token, oauth_verifier, secret: first.secret },
    configuration: {
      'oauth.api.key': clientId,
      'oauth.api.secret': clientSecret,
      'oauth.callback.url': callbackUrl,
      'site.address': 'acme.desk.com',
    },
    name: 'Test',
  });
  expect(created.status, created.body.message).toBe(200);
  token = created.body.token;
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
  ])('incidents where %s', async (where, fits) => {
    const expected = incidents.filter(fits);
    expect(expected.length).toBeGreaterThan(0);
    const found = await every('/incidents', { where, pageSize: '7' });
    expect(idsOf(found.rows)).toEqual(idsOf(expected));
  });

  test('contacts by e-mail address, organizations by a word', async () => {
    const where = "email = 'customer3@initech.example'";
    expect((await every('/contacts', { where })).rows).toMatchObject([{ id: 3, company: 'Initech' }]);
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

  test('says what the vendor cannot express', async () => {
    for (const where of ["updated_at = '2018-01-01'", "status = 'open' or status = 'new'", "status != 'open'"]) {
      expect((await call('GET', `/incidents?${new URLSearchParams({ where })}`)).status, where).toBe(400);
    }
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
    expect(added.body).toMatchObject({ id: expect.any(Number), body: 'A draft' });
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

test('users are read', async () => {
  expect((await call('GET', '/users/1')).body).toMatchObject({ name: 'Robin Sandbox', email: 'robin@example.com' });
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
