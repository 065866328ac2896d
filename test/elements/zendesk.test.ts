// Zendesk's records through the platform: lists with all pages, search, read, create, update, delete, and the vendor's
// own words when it refuses.

import { beforeAll, describe, expect, test } from 'vitest';
import { callElement, configurationOf, connect, seenRequests, useTrip } from '../support/guide.ts';
import { everyRow, idsOf, type Row } from './every-row.ts';

const trip = useTrip();
let token: string;
beforeAll(async () => {
  token = (await connect(trip, 'zendesk')).token;
});

const call = (method: string, path: string, body?: unknown) =>
  callElement(trip, token, method, `/hubs/helpdesk${path}`, body);
const every = (path: string, query?: Record<string, string>) => everyRow(call, path, query);
const sorted = (numbers: number[]) => numbers.toSorted((a, b) => a - b);

describe('lists', () => {
  test.each([
    ['/incidents', '100', 260, 3],
    ['/incidents', '33', 260, 8],
    ['/incidents', '65', 260, 4],
    ['/users', '10', 78, 8],
    ['/agents', '2', 6, 3],
    ['/contacts', '30', 72, 3],
    ['/organizations', '3', 10, 4],
    ['/groups', '1', 3, 3],
  ])('%s in pages of %s has every row once', async (path, pageSize, total, pages) => {
    const all = await every(path, { pageSize });
    expect([all.rows.length, all.pages]).toEqual([total, pages]);
  });

  test('has 100 rows a page unless the caller says', async () => {
    expect((await call('GET', '/incidents')).body).toHaveLength(100);
    expect((await call('GET', '/incidents?pageSize=500')).body).toHaveLength(100);
  });

  test('can be asked for a page by its number', async () => {
    const third = await call('GET', '/incidents?page=3&pageSize=50');
    expect(idsOf(third.body)).toEqual(Array.from({ length: 50 }, (_, index) => index + 101));
  });

  test('agents are all but end users, contacts are end users only', async () => {
    const rolesOf = async (path: string) => new Set((await every(path)).rows.map((row) => row['role']));
    expect(await rolesOf('/agents')).toEqual(new Set(['admin', 'agent']));
    expect(await rolesOf('/contacts')).toEqual(new Set(['end-user']));
  });
});

describe('search', () => {
  let incidents: Row[];
  beforeAll(async () => {
    incidents = (await every('/incidents')).rows;
  });

  test.each<[string, (row: Row) => boolean]>([
    ["status = 'open'", (row) => row['status'] === 'open'],
    ["status = 'open' AND priority = 'high'", (row) => row['status'] === 'open' && row['priority'] === 'high'],
    ["status in ('new', 'hold')", (row) => ['new', 'hold'].includes(String(row['status']))],
    ["status != 'closed'", (row) => row['status'] !== 'closed'],
    ["subject = 'wrong VAT number'", (row) => String(row['subject']).includes('wrong VAT number')],
    ["subject like 'Expor%'", (row) => String(row['subject']).includes('Export')],
    ["created < '2025-03-01'", (row) => String(row['created_at']) < '2025-03-01'],
    ["created >= '2025-03-01' and created < '2025-04-01'", (row) => /^2025-03/.test(String(row['created_at']))],
    ["organization = 'Wayne & Söhne'", (row) => row['organization_id'] === 22_000_006],
    ['priority is null', (row) => row['priority'] === undefined],
  ])('incidents where %s', async (where, fits) => {
    const expected = incidents.filter(fits);
    expect(expected.length).toBeGreaterThan(0);
    const found = await every('/incidents', { where, pageSize: '20' });
    expect(sorted(idsOf(found.rows))).toEqual(sorted(idsOf(expected)));
  });

  test('of people stays with the kind that is asked for', async () => {
    const emailOf = (found: { rows: Row[] }) => found.rows.map((row) => row['email']);
    const where = "email = 'robin@example.com'";
    expect(emailOf(await every('/users', { where }))).toEqual(['robin@example.com']);
    expect(emailOf(await every('/agents', { where }))).toEqual(['robin@example.com']);
    expect(emailOf(await every('/contacts', { where }))).toEqual([]);
    expect(emailOf(await every('/contacts', { where: "role = 'agent'" }))).toEqual([]);
    expect((await every('/organizations', { where: "name = 'Initech'" })).rows).toMatchObject([{ name: 'Initech' }]);
  });

  test('a value adds no conditions of its own', async () => {
    for (const value of ['Safari status:open', 'Safari type:user', '-Safari']) {
      expect((await every('/incidents', { where: `subject = '${value}'` })).rows, value).toEqual([]);
    }
  });

  test('says what the vendor cannot express', async () => {
    for (const where of ["status = 'open' or status = 'new'", `subject = 'a"b'`, 'status =']) {
      const refused = await call('GET', `/incidents?${new URLSearchParams({ where })}`);
      expect([refused.status, refused.body.message], where).toEqual([400, expect.stringMatching(/where/)]);
    }
  });
});

describe('an incident', () => {
  const fresh = { subject: 'Through the platform', description: 'It does not work.', priority: 'high', status: 'open' };

  test('is created, read, updated and deleted', async () => {
    const created = await call('POST', '/incidents', fresh);
    expect(created.status, JSON.stringify(created.body)).toBe(200);
    expect(created.body).toMatchObject({ ...fresh, id: expect.any(Number), via: { channel: 'api' } });
    const path = `/incidents/${created.body.id}`;
    expect((await call('GET', path)).body).toEqual(created.body);

    const updated = await call('PATCH', path, { subject: 'Changed', status: 'pending' });
    expect(updated.body).toMatchObject({
      ...created.body,
      subject: 'Changed',
      raw_subject: 'Changed',
      status: 'pending',
    });
    const sent = (await seenRequests(trip, `/api/v2/tickets/${created.body.id}.json`)).at(-1);
    expect([sent?.method, JSON.parse(sent?.body ?? '')]).toEqual([
      'PUT',
      { ticket: { subject: 'Changed', status: 'pending' } },
    ]);

    expect((await call('DELETE', path)).status).toBe(200);
    const gone = await call('GET', path);
    expect([gone.status, gone.body.providerMessage]).toEqual([404, 'Not found']);
  });

  test('has comments', async () => {
    const { id } = (await call('POST', '/incidents', fresh)).body;
    const path = `/incidents/${id}/comments`;
    const added = await call('POST', path, { body: 'An internal note', public: false });
    expect(added.body).toMatchObject({ id: expect.any(Number), body: 'An internal note', public: false });
    for (let number = 1; number <= 5; number += 1) await call('POST', path, { body: `Comment ${number}` });
    const { rows, pages } = await every(path, { pageSize: '3' });
    expect([rows.map((row) => row['body']), pages]).toEqual([
      ['It does not work.', 'An internal note', ...[1, 2, 3, 4, 5].map((number) => `Comment ${number}`)],
      3,
    ]);
    expect(rows[1]?.id).toBe(added.body.id);
  });

  test('that the vendor refuses brings the vendor’s words', async () => {
    const refused = await call('POST', '/incidents', { subject: 'No description' });
    expect(refused.status).toBe(422);
    expect(refused.body.providerMessage).toContain('Record validation errors');
    const missing = await call('PATCH', '/incidents/999999', { subject: 'x' });
    expect([missing.status, missing.body.providerMessage]).toEqual([404, 'Not found']);
    const noNumber = await call('GET', '/incidents/abc');
    expect(noNumber.status).toBe(400);
    const noBody = await call('POST', '/incidents');
    expect([noBody.status, noBody.body.message]).toEqual([400, expect.stringContaining('body')]);
  });

  test('has an id that is one segment of the path', async () => {
    const strange = await call('GET', `/incidents/${encodeURIComponent('1.json?x=/../2')}`);
    expect(strange.status).toBe(400);
    expect((await seenRequests(trip)).at(-1)?.path).toBe('/api/v2/tickets/1.json%3Fx%3D%2F..%2F2.json');
  });
});

describe('people and groups', () => {
  test.each([
    ['/users', { name: 'Pat One', email: 'pat1@doe.example', role: 'agent' }, { role: 'agent' }],
    ['/agents', { name: 'Pat Two', email: 'pat2@doe.example' }, { role: 'agent' }],
    ['/contacts', { name: 'Pat Three', email: 'pat3@doe.example', role: 'admin' }, { role: 'end-user' }],
  ])('%s are created, read, updated and deleted', async (collection, person, expected) => {
    const created = await call('POST', collection, person);
    expect(created.status, JSON.stringify(created.body)).toBe(200);
    expect(created.body).toMatchObject({ ...person, ...expected });
    const path = `${collection}/${created.body.id}`;
    expect((await call('GET', path)).body).toEqual(created.body);
    expect((await call('PATCH', path, { phone: '+49 30 1' })).body).toMatchObject({ phone: '+49 30 1', ...expected });
    expect(idsOf((await every(collection)).rows)).toContain(created.body.id);
    expect((await call('DELETE', path)).body).toMatchObject({ id: created.body.id, active: false });
    expect(idsOf((await every(collection)).rows)).not.toContain(created.body.id);
  });

  test.each(['/organizations', '/groups'])('%s are created, read, updated and deleted', async (collection) => {
    const created = await call('POST', collection, { name: 'Fresh' });
    expect([created.status, created.body.name]).toEqual([200, 'Fresh']);
    const path = `${collection}/${created.body.id}`;
    expect((await call('PATCH', path, { name: 'Stale' })).body.name).toBe('Stale');
    expect((await call('GET', path)).body.name).toBe('Stale');
    expect((await call('DELETE', path)).status).toBe(200);
    expect((await call('GET', path)).status).toBe(404);
  });

  test('the user of the connection is known', async () => {
    expect((await call('GET', '/users/me')).body).toMatchObject({ id: 35_436_001, email: 'robin@example.com' });
  });
});

test('the objects and their fields are known', async () => {
  const objects = (await call('GET', '/objects')).body;
  expect(objects).toEqual(
    expect.arrayContaining(['agents', 'contacts', 'groups', 'incidents', 'organizations', 'users']),
  );
  const { fields } = (await call('GET', '/objects/incidents/metadata')).body;
  expect(fields).toContainEqual(expect.objectContaining({ vendorPath: 'id', type: 'number', primaryKey: true }));
  expect(fields).toContainEqual(expect.objectContaining({ vendorPath: 'subject', type: 'string' }));
});

test('a list of records of any kind keeps the size that its first page had', async () => {
  const every = (await call('GET', '/macros')).body as Row[];
  const first = await call('GET', '/macros?pageSize=2');
  const second = await call('GET', `/macros?nextPage=${first.headers.get('elements-next-page-token')}`);
  expect(idsOf([...first.body, ...second.body])).toEqual(idsOf(every.slice(0, 4)));
  expect(first.headers.get('elements-total-count')).toBe(String(every.length));
});

describe('records beside the rows', () => {
  const included = async (path: string, names: string): Promise<Row[]> => {
    const answer = await call('GET', `${path}?${new URLSearchParams({ where: `include='${names}'`, pageSize: '20' })}`);
    expect(answer.status, JSON.stringify(answer.body)).toBe(200);
    return answer.body;
  };
  const records = (row: Row, name: string) => row[name] as Row[];

  test('are those that an incident names', async () => {
    const rows = await included('/incidents', 'users,groups');
    expect(rows).toHaveLength(20);
    for (const row of rows) {
      const named = ['requester_id', 'submitter_id', 'assignee_id', 'collaborator_ids', 'follower_ids', 'email_cc_ids'];
      const people = new Set(named.flatMap((name) => row[name] ?? []));
      expect(new Set(idsOf(records(row, 'users')))).toEqual(people);
      expect(records(row, 'groups')).toMatchObject([{ id: row['group_id'], name: expect.any(String) }]);
    }
  });

  test('go with pages, comments, people and groups, too', async () => {
    const where = "include='users'";
    expect(idsOf((await every('/incidents', { where, pageSize: '90' })).rows)).toEqual(
      idsOf((await every('/incidents')).rows),
    );
    for (const comment of await included('/incidents/2/comments', 'users')) {
      expect(records(comment, 'users')).toMatchObject([{ id: comment['author_id'] }]);
    }
    for (const event of await included('/incidents/2/history', 'users,tickets')) {
      expect(records(event, 'users')).toMatchObject([{ id: event['author_id'] }]);
      expect(records(event, 'tickets')).toMatchObject([{ id: 2 }]);
    }
    for (const person of await included('/contacts', 'organizations')) {
      expect(records(person, 'organizations')).toMatchObject([{ id: person['organization_id'] }]);
    }
    expect((await included('/agents', 'organizations,groups')).length).toBeGreaterThan(0);
    expect((await included('/groups', 'users')).length).toBe(3);
  });

  test('are asked for alone', async () => {
    const where = new URLSearchParams({ where: "include='users' AND status='open'" });
    const refused = await call('GET', `/incidents?${where}`);
    expect([refused.status, refused.body.message]).toEqual([400, expect.stringContaining('include cannot be joined')]);
  });
});

test('people by their ids stay of the kind that is asked for', async () => {
  const where = "id in ('35437001', '35438001')";
  expect(idsOf((await every('/users', { where })).rows)).toEqual([35_437_001, 35_438_001]);
  expect(idsOf((await every('/agents', { where })).rows)).toEqual([35_437_001]);
  expect(idsOf((await every('/contacts', { where })).rows)).toEqual([35_438_001]);
});

describe('with pagination.type cursor', () => {
  let cursorToken: string;
  beforeAll(async () => {
    const configuration = { ...configurationOf('zendesk'), 'pagination.type': 'cursor' };
    cursorToken = (await connect(trip, 'zendesk', { configuration })).token;
  });

  const everyBehind = async (path: string, query: Record<string, string>): Promise<Row[]> => {
    const rows: Row[] = [];
    for (let nextPage: string | null | undefined; nextPage !== null; ) {
      const asked = new URLSearchParams({ ...query, ...(nextPage === undefined ? {} : { nextPage }) });
      const answer = await callElement(trip, cursorToken, 'GET', `/hubs/helpdesk${path}?${asked}`);
      expect(answer.status, JSON.stringify(answer.body)).toBe(200);
      rows.push(...answer.body);
      nextPage = answer.headers.get('elements-next-page-token');
    }
    return rows;
  };

  test.each([
    ['/incidents', '60', 'tickets'],
    ['/incidents/2/comments', '1', 'tickets/2/comments'],
    ['/incidents/2/history', '1', 'tickets/2/audits'],
    ['/users', '20', 'users'],
    ['/agents', '2', 'users'],
    ['/contacts', '20', 'users'],
    ['/organizations', '3', 'organizations'],
    ['/groups', '1', 'groups'],
    ['/brands', '1', 'brands'],
    ['/fields/user-field', '1', 'user_fields'],
    ['/resources/categories', '1', 'help_center/categories'],
    ['/resources/sections', '2', 'help_center/sections'],
    ['/resources/articles', '2', 'help_center/articles'],
  ])('%s goes on behind the last row', async (path, pageSize, vendorPath) => {
    const before = (await seenRequests(trip, `/api/v2/${vendorPath}.json`)).length;
    const rows = await everyBehind(path, { pageSize });
    const sent = (await seenRequests(trip, `/api/v2/${vendorPath}.json`)).slice(before);
    const numbered = (await call('GET', `${path}?pageSize=100`)).body as Row[];
    expect(sent.length).toBeGreaterThan(1);
    for (const { query } of sent as unknown as { query: string }[]) {
      expect(decodeURIComponent(query)).toContain('page[size]=');
      expect(query).not.toContain('per_page');
    }
    expect(new Set(idsOf(rows)).size).toBe(rows.length);
    expect(rows.length).toBeGreaterThanOrEqual(numbered.length);
    expect(idsOf(rows)).toEqual(expect.arrayContaining(idsOf(numbered)));
  });

  test('side-loads and comments that are picked go on so, too; a search goes by numbers', async () => {
    const rows = await everyBehind('/incidents', { where: "include='users'", pageSize: '90' });
    expect(rows).toHaveLength((await every('/incidents')).rows.length);
    const [first] = await everyBehind('/incidents/2/comments', {});
    const picked = await callElement(trip, cursorToken, 'GET', `/hubs/helpdesk/incidents/2/comments/${first?.id}`);
    expect(picked.body).toEqual(first);
    const open = await everyBehind('/incidents', { where: "status = 'open'", pageSize: '20' });
    expect(open).toHaveLength((await every('/incidents', { where: "status = 'open'" })).rows.length);
  });
});
