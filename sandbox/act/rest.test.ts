// Simulated Act! Essentials' records over real HTTP: OData lists, create, read, update, delete, errors.

import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { sandboxApplications } from '../applications.ts';
import { parameterOf, type Reply, startTestSandbox, type TestSandbox, textOf } from '../test-client.ts';

const base = 'https://mycloud.act.com/act';
const callback = 'https://mycoolapp.com/oauth';
const { clientId, clientSecret } = sandboxApplications.act;

interface Row {
  id: string;
  [member: string]: unknown;
}

let running: TestSandbox;
let token: string;
beforeAll(async () => {
  running = await startTestSandbox();
});
afterAll(() => running.close());
beforeEach(async () => {
  await running.control('POST', 'reset');
  const ask = new URLSearchParams({ response_type: 'code', redirect_uri: callback, client_id: clientId });
  const code = parameterOf(await running.consent(`${base}/oauth/v2/authorize?${ask}`), 'code');
  const client = { client_id: clientId, client_secret: clientSecret };
  const fields = { grant_type: 'authorization_code', code, redirect_uri: callback, ...client };
  token = textOf((await running.postForm(`${base}/oauth/v2/token`, fields)).json, 'access_token');
});

function call(method: string, path: string, body?: unknown): Promise<Reply> {
  return running.call(`${base}/api${path}`, {
    method,
    headers: { authorization: `Bearer ${token}`, ...(body !== undefined && { 'content-type': 'application/json' }) },
    ...(body !== undefined && { body: JSON.stringify(body) }),
  });
}

const list = async (path: string, options: Record<string, string>) => {
  const reply = await call('GET', `${path}?${new URLSearchParams(options)}`);
  expect(reply.status, reply.text).toBe(200);
  return reply.json as Row[];
};

test.each([
  ['/Contacts', 320],
  ['/Opportunities', 170],
  ['/Interactions', 180],
  ['/Tasks', 160],
  ['/GroupsAndLists', 24],
  ['/lists', 24],
  ['/Campaigns', 16],
  ['/Metadata', 24],
])('the pages of %s have every row once', async (path, total) => {
  const ids: string[] = [];
  for (;;) {
    const rows = await list(path, { $top: '50', $skip: String(ids.length) });
    ids.push(...rows.map((row) => row.id));
    if (rows.length < 50) break;
  }
  expect([ids.length, new Set(ids).size]).toEqual([total, total]);
});

test('a list without $top has as many rows as $top may ask for', async () => {
  expect((await list('/Contacts', {})).length).toBe(150);
  const refused = await call('GET', '/Contacts?$top=151');
  expect([refused.status, refused.json]).toEqual([
    400,
    { message: expect.stringMatching(/^The query specified in the URI is not valid\. The limit of '150'/) },
  ]);
});

test('contacts are filtered and ordered', async () => {
  const found = await list('/Contacts', { $filter: "lastName eq 'O''Brien' and isFavorite eq true" });
  expect(found.length).toBeGreaterThan(1);
  for (const row of found) expect(row).toMatchObject({ lastName: "O'Brien", isFavorite: true });
  const ordered = await list('/Contacts', { $orderBy: 'lastName desc,firstName', $top: '40' });
  expect(ordered.map((row) => row['lastName'])).toEqual(
    ordered
      .map((row) => row['lastName'])
      .toSorted()
      .toReversed(),
  );
  expect((await call('GET', '/Contacts?$filter=constructor eq null')).status).toBe(400);
});

test('a contact is made, read, changed in part and deleted', async () => {
  const made = await call('POST', '/Contacts', { firstName: 'Nora', lastName: 'New', unknown: 1 });
  expect([made.status, made.json]).toEqual([
    201,
    {
      id: expect.stringMatching(/^[0-9a-f]{24}$/),
      firstName: 'Nora',
      lastName: 'New',
      created: running.now().toISOString(),
      lastUpdated: running.now().toISOString(),
    },
  ]);
  const id = textOf(made.json, 'id');
  expect((await call('PATCH', '/Contacts', { id, lastName: 'Newer' })).json).toMatchObject({ lastName: 'Newer' });
  expect((await call('GET', `/Contacts/${id}`)).json).toMatchObject({ firstName: 'Nora', lastName: 'Newer' });
  const gone = await call('DELETE', `/Contacts/${id}`);
  expect([gone.status, gone.text]).toEqual([204, '']);
  const missing = await call('GET', `/Contacts/${id}`);
  expect([missing.status, missing.json]).toEqual([404, { message: `Contact ${id} was not found.` }]);
});

test('an interaction is changed by PUT', async () => {
  const [row] = await list('/Interactions', { $top: '1' });
  const changed = await call('PUT', `/Interactions/${row?.id}`, { subject: 'Moved' });
  expect(changed.json).toMatchObject({ id: row?.id, subject: 'Moved', type: row?.['type'] });
});

test.each<[string, string, unknown, number, string]>([
  ['POST', '/Contacts', { lastName: 'x' }, 400, 'The firstName field is required.'],
  ['POST', '/Opportunities', { title: 'x' }, 400, 'The stage field is required.'],
  ['PATCH', '/Contacts', { lastName: 'x' }, 400, 'The id field is required.'],
  ['PATCH', '/Contacts', { id: 'none', lastName: 'x' }, 404, 'Contact none was not found.'],
  ['POST', '/Contacts', [], 400, 'The request is invalid.'],
  ['DELETE', '/Contacts/__proto__', undefined, 404, 'Contact __proto__ was not found.'],
  [
    'GET',
    '/constructor',
    undefined,
    404,
    "No HTTP resource was found that matches the request URI 'https://mycloud.act.com/act/api/constructor'.",
  ],
  ['DELETE', '/Campaigns', undefined, 405, "The requested resource does not support http method 'DELETE'."],
  ['PATCH', '/Lists', { id: 'x', name: 'y' }, 405, "The requested resource does not support http method 'PATCH'."],
  ['POST', '/Campaigns', { emailSubject: 'x' }, 400, 'The senderEmailAddress field is required.'],
  ['POST', '/Opportunities', { title: 'x', stage: 'y', total: '5' }, 400, "The value '5' is not valid for total."],
  ['POST', '/Contacts', { firstName: 'x', emailAddress: 'y' }, 400, "The value 'y' is not valid for emailAddress."],
  ['POST', '/Tasks', { subject: 'x', isPriority: 'no' }, 400, "The value 'no' is not valid for isPriority."],
  ['POST', '/Export', { type: 'Fields' }, 400, "The value 'Fields' is not valid for type."],
  ['GET', '/Export/none', undefined, 404, 'Export none was not found.'],
  ['PUT', '/Metadata', {}, 400, 'The request is invalid.'],
  ['PUT', '/Metadata', [{ id: 'none', show: true }], 404, 'Metadata none was not found.'],
])('%s %s with %j is refused with %i', async (method, path, body, status, message) => {
  const refused = await call(method, path, body);
  expect([refused.status, refused.json]).toEqual([status, { message }]);
});

test('a refused change leaves the row as it was', async () => {
  const [row] = await list('/Interactions', { $top: '1' });
  expect((await call('PATCH', '/Interactions', { id: row?.id, type: 'x', subject: '' })).status).toBe(400);
  expect((await call('GET', `/Interactions/${row?.id}`)).json).toEqual(row);
});

test('opportunities have totals by stage', async () => {
  const totals = (await call('GET', '/Opportunities/Totals')).json as { count: number; total: number }[];
  expect(totals.length).toBe(4);
  expect(totals.reduce((sum, { total }) => sum + total, 0)).toBe((100 * 170 * 171) / 2);
});

test('metadata is filtered as contacts are, and what is shown of it is changed', async () => {
  const fields = await list('/Metadata', { $filter: "type eq 'OpportunityField' and show eq true" });
  expect(fields.map((field) => field['name'])).toEqual(['customField1', 'customField2', 'customField3']);
  const [first, second] = fields;
  const changes = [
    { id: first?.id, displayName: 'Budget', name: 'other' },
    { id: second?.id, show: false },
  ];
  const changed = await call('PUT', '/Metadata', changes);
  expect(changed.json).toMatchObject([{ name: 'customField1', displayName: 'Budget' }, { show: false }]);
  expect(await list('/Metadata', { $filter: "displayName eq 'Budget'" })).toMatchObject([{ id: first?.id }]);
});

test('an export is made and read', async () => {
  const made = await call('POST', '/Export', { type: 'Contacts' });
  expect([made.status, made.json]).toEqual([201, expect.objectContaining({ status: 'Completed', count: 320 })]);
  expect((await call('GET', `/Export/${textOf(made.json, 'id')}`)).json).toEqual(made.json);
});

test('a campaign is made for a list that is there', async () => {
  const [group] = await list('/Lists', { $top: '1' });
  const campaign = {
    senderEmailAddress: 'robin@example.com',
    templateId: 'any',
    emailSubject: 'News',
    sendDate: '2026-01-01T00:00:00Z',
  };
  const made = await call('POST', '/Campaigns', { ...campaign, groupId: group?.id });
  expect([made.status, made.json]).toEqual([201, expect.objectContaining({ ...campaign, status: 'Scheduled' })]);
  expect((await call('POST', '/Campaigns', { ...campaign, groupId: 'none' })).status).toBe(404);
});

test('contacts of a list are asked for by its id', async () => {
  const [group] = await list('/Lists', { $top: '1' });
  const found = await list('/Contacts', { groupid: group?.id ?? '' });
  expect(found.map(({ id }) => id)).toEqual(group?.['contacts']);
  expect(await list('/Contacts', { groupid: 'none' })).toEqual([]);
});

test('an interaction does not end before it begins', async () => {
  const [row] = await list('/Interactions', { $top: '1' });
  const refused = await call('PUT', `/Interactions/${row?.id}`, { endTime: '2020-01-01T00:00:00Z' });
  expect([refused.status, refused.json]).toEqual([400, { message: 'The endTime field must not be before startTime.' }]);
});

test('without a token there are no records', async () => {
  expect((await running.call(`${base}/api/Contacts`)).status).toBe(401);
});
