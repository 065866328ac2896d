// Act! Essentials' records through the platform: lists with all pages, search, read, create, update, delete, and the
// vendor's own words when it refuses.

import { beforeAll, describe, expect, test } from 'vitest';
import { consent } from '../support/consent.ts';
import {
  callbackUrl,
  callElement,
  configurationOf,
  connect,
  get,
  post,
  seenRequests,
  useTrip,
} from '../support/guide.ts';
import type { Answer } from '../support/platform.ts';

const trip = useTrip();
let token: string;
beforeAll(async () => {
  token = (await connect(trip, 'actessentialsoauth')).token;
});

interface Row {
  id: string;
  [member: string]: unknown;
}

const call = (method: string, path: string, body?: unknown): Promise<Answer> =>
  callElement(trip, token, method, `/hubs/crm${path}`, body);

async function rows(path: string, query: Record<string, string> = {}): Promise<Row[]> {
  const answer = await call('GET', `${path}?${new URLSearchParams(query)}`);
  expect(answer.status, answer.body?.message).toBe(200);
  return answer.body;
}

/** Every row of a list, page by page. */
async function allRows(path: string, query: Record<string, string>): Promise<Row[]> {
  const found: Row[] = [];
  let nextPage: string | null = null;
  do {
    const asked = new URLSearchParams({ ...query, ...(nextPage !== null && { nextPage }) });
    const answer: Answer = await call('GET', `${path}?${asked}`);
    expect(answer.status, answer.body?.message).toBe(200);
    expect(answer.headers.get('elements-returned-count')).toBe(String(answer.body.length));
    found.push(...answer.body);
    nextPage = answer.headers.get('elements-next-page-token');
  } while (nextPage !== null);
  return found;
}

const idsOf = (found: Row[]) => found.map((row) => row.id);

test.each([
  ['/contacts', '50', 320],
  ['/contacts', '64', 320],
  ['/contacts', '150', 320],
  ['/activities', '45', 180],
  ['/opportunities', '150', 170],
  ['/todos', '40', 160],
  ['/lists', '10', 24],
  ['/campaigns', '7', 16],
])('%s in pages of %s has every row once', async (path, pageSize, total) => {
  const found = await allRows(path, { pageSize });
  expect([found.length, new Set(idsOf(found)).size]).toEqual([total, total]);
});

test('a list without a page size has 150 rows a page, and a greater size says so', async () => {
  expect((await rows('/contacts')).length).toBe(150);
  const capped = await call('GET', '/contacts?pageSize=500');
  expect([capped.body.length, capped.headers.get('elements-error')]).toEqual([150, expect.stringContaining('150')]);
});

test('pages can be asked for by number', async () => {
  const all = await allRows('/contacts', { pageSize: '100' });
  expect(idsOf(await rows('/contacts', { page: '3', pageSize: '100' }))).toEqual(idsOf(all.slice(200, 300)));
});

describe('search', () => {
  test.each<[string, (row: Row) => boolean]>([
    ["lastName = 'Frost'", (row) => row['lastName'] === 'Frost'],
    ["lastName='O''Brien' AND isFavorite=true", (row) => row['lastName'] === "O'Brien" && row['isFavorite'] === true],
    ["lastName in ('Frost', 'Ito')", (row) => ['Frost', 'Ito'].includes(String(row['lastName']))],
    ["emailAddress like '%contact31%'", (row) => String(row['emailAddress']).includes('contact31')],
    ["created > '2025-01-13T00:00:00Z'", (row) => Date.parse(String(row['created'])) > Date.UTC(2025, 0, 13)],
    [
      "company = 'Contoso' and (firstName = 'Hugo' or firstName = 'Gita')",
      (row) => row['company'] === 'Contoso' && ['Hugo', 'Gita'].includes(String(row['firstName'])),
    ],
  ])('contacts where %s', async (where, fits) => {
    const expected = (await allRows('/contacts', {})).filter(fits);
    expect(expected.length).toBeGreaterThan(0);
    expect(idsOf(await allRows('/contacts', { where, pageSize: '20' }))).toEqual(idsOf(expected));
  });

  test('a value cannot end its quotes', async () => {
    expect(await rows('/contacts', { where: "lastName = 'x'' or lastName ne ''y'" })).toEqual([]);
  });

  test('the other lists are searched, too', async () => {
    expect(await rows('/activities', { where: "subject='Interaction 7'" })).toMatchObject([
      { subject: 'Interaction 7' },
    ]);
    expect(await rows('/opportunities', { where: 'total>=16900' })).toMatchObject([{ total: 16900 }, { total: 17000 }]);
    expect(await rows('/todos', { where: "subject='Task 9'" })).toMatchObject([{ subject: 'Task 9' }]);
    expect(await rows('/lists', { where: "name='List 24'" })).toMatchObject([{ name: 'List 24' }]);
    expect(await rows('/campaigns', { where: "sendDate>'2025-01-16'" })).toMatchObject([
      { emailSubject: 'Campaign 16' },
    ]);
  });

  test('rows are ordered by the vendor', async () => {
    const names = (await allRows('/contacts', { orderBy: 'emailAddress desc', pageSize: '60' })).map((row) =>
      String(row['emailAddress']),
    );
    expect(names).toEqual(names.toSorted().toReversed());
    expect(names.length).toBe(320);
  });

  test('only the fields that are asked for are answered', async () => {
    expect(await rows('/contacts', { fields: 'id,lastName', pageSize: '1' })).toEqual([
      { id: expect.any(String), lastName: expect.any(String) },
    ]);
  });
});

test.each<[string, Record<string, unknown>, Record<string, unknown> | undefined]>([
  ['/contacts', { firstName: 'Nora', lastName: 'Newton', emailAddress: 'nora@example.com' }, { lastName: 'Newer' }],
  ['/opportunities', { title: 'Big one', stage: 'Leads', total: 5 }, { total: 7 }],
  ['/todos', { subject: 'Call back', isPriority: true }, { isPriority: false }],
  ['/activities', { type: 'Meeting', subject: 'Lunch', isCompleted: false }, undefined],
  ['/lists', { name: 'Friends', description: 'All of them' }, undefined],
])('%s: a record is created, read, updated and deleted', async (path, record, change) => {
  const created = await call('POST', path, record);
  expect(created.status, created.body?.message).toBe(200);
  expect(created.body).toMatchObject({ ...record, id: expect.any(String) });
  const one = `${path}/${created.body.id}`;
  expect((await call('GET', one)).body).toEqual(created.body);
  if (change !== undefined) {
    const updated = await call('PATCH', one, change);
    expect(updated.status, updated.body?.message).toBe(200);
    expect((await call('GET', one)).body).toMatchObject({ ...record, ...change, id: created.body.id });
  }
  expect((await call('DELETE', one)).status).toBe(200);
  expect((await call('GET', one)).status).toBe(404);
});

test('an update goes to the collection, with the id of the path in the body', async () => {
  const [contact] = await rows('/contacts', { pageSize: '1' });
  await call('PATCH', `/contacts/${contact?.id}`, { jobTitle: 'Director', id: 'another' });
  const seen = (await seenRequests(trip, '/act/api/Contacts')).filter((request) => request.method === 'PATCH').at(-1);
  expect(JSON.parse(seen?.body ?? '')).toEqual({ jobTitle: 'Director', id: contact?.id });
});

test('contacts of a list are asked for by its id, on all pages', async () => {
  const [list] = await rows('/lists', { pageSize: '1' });
  const found = await allRows('/contacts', { groupId: list?.id ?? '', pageSize: '2' });
  expect(idsOf(found)).toEqual(list?.['contacts']);
});

test('a list cannot be changed, which the vendor is not asked for', async () => {
  const [list] = await rows('/lists', { pageSize: '1' });
  const before = (await seenRequests(trip)).length;
  const refused = await call('PATCH', `/lists/${list?.id}`, { name: 'x' });
  expect([refused.status, refused.body.message]).toEqual([405, expect.stringContaining('DELETE')]);
  expect((await seenRequests(trip)).length).toBe(before);
});

test('one setting moves consent, tokens and calls to the host of Act! 365', async () => {
  const { 'oauth.api.key': apiKey = '', 'oauth.api.secret': apiSecret = '' } = configurationOf('actessentialsoauth');
  const query = new URLSearchParams({ apiKey, apiSecret, callbackUrl, siteAddress: 'app.act365.com' });
  const { oauthUrl } = (await get(trip, `/elements/actessentialsoauth/oauth/url?${query}`)).body;
  expect(new URL(oauthUrl).host).toBe('app.act365.com');
  const { code } = await consent(trip.sandbox.url, oauthUrl);
  const configuration = {
    ...configurationOf('actessentialsoauth'),
    'actessentials.host': 'app.act365.com',
  };
  const body = { element: { key: 'actessentialsoauth' }, providerData: { code }, configuration, name: 'Act! 365' };
  const created = await post(trip, body);
  expect(created.status, created.body.message).toBe(200);
  expect(created.body.configuration['base.url']).toBe('https://app.act365.com/act/api/');
  expect((await callElement(trip, created.body.token, 'GET', '/hubs/crm/contacts?pageSize=5')).body.length).toBe(5);
  const seen = await seenRequests(trip);
  expect(seen.filter(({ path }) => path === '/act/oauth/v2/token').at(-1)?.host).toBe('app.act365.com');
  expect(seen.at(-1)?.host).toBe('app.act365.com');
});

test('opportunities have totals by stage', async () => {
  expect((await call('GET', '/opportunities/totals')).body).toContainEqual({
    stage: 'Closed Won',
    count: expect.any(Number),
    total: expect.any(Number),
  });
});

test('the vendor’s refusals come with its status and its words', async () => {
  const missing = await call('GET', '/contacts/none');
  expect([missing.status, missing.body.providerMessage]).toEqual([404, 'Contact none was not found.']);
  const refused = await call('POST', '/contacts', { lastName: 'x' });
  expect([refused.status, refused.body.providerMessage]).toEqual([400, 'The firstName field is required.']);
  const unknown = await call('GET', `/contacts?where=${encodeURIComponent("shoeSize='44'")}`);
  expect([unknown.status, unknown.body.providerMessage]).toEqual([
    400,
    "The query specified in the URI is not valid. Could not find a property named 'shoeSize' on type 'Contact'.",
  ]);
});

test('a wrong where is refused before anything is sent', async () => {
  const before = (await seenRequests(trip)).length;
  const refused = await call('GET', `/contacts?where=${encodeURIComponent('lastName =')}`);
  expect([refused.status, refused.body.message]).toEqual([400, expect.stringContaining('at position 10')]);
  expect((await seenRequests(trip)).length).toBe(before);
});
