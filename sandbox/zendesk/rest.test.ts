// Simulated Zendesk's tickets, comments, search, users, organizations and uploads over real HTTP.

import { beforeEach, describe, expect, test } from 'vitest';
import { bodyOf, site, useSite } from './test-site.ts';

interface Row {
  id: number;
  [member: string]: unknown;
}

const zendesk = useSite();
const { call } = zendesk;

async function readAll(path: string, name: string): Promise<{ rows: Row[]; pages: number; count: number }> {
  const rows: Row[] = [];
  let next: string | null = path;
  let pages = 0;
  let count = 0;
  for (; next !== null; pages += 1) {
    const body = bodyOf(await call('GET', next));
    rows.push(...body[name]);
    next = body.next_page;
    count = body.count;
  }
  return { rows, pages, count };
}

const find = async (query: string, rest = ''): Promise<Row[]> =>
  (await readAll(`search.json?query=${encodeURIComponent(query)}${rest}`, 'results')).rows;

describe('pages', () => {
  test.each([
    [30, 9],
    [65, 4],
    [100, 3],
    [500, 3],
  ])('of %d tickets give every ticket once', async (size, pages) => {
    const all = await readAll(`tickets.json?per_page=${size}`, 'tickets');
    expect(all.pages).toBe(pages);
    expect(all.count).toBe(260);
    expect(all.rows.map((row) => row.id)).toEqual(Array.from({ length: 260 }, (_, index) => index + 1));
  });

  test('name the one before, too', async () => {
    const first = bodyOf(await call('GET', 'tickets.json?per_page=10'));
    const second = bodyOf(await call('GET', first.next_page));
    expect(first.previous_page).toBeNull();
    expect(bodyOf(await call('GET', second.previous_page)).tickets).toEqual(first.tickets);
    expect(bodyOf(await call('GET', 'tickets.json?page=99')).tickets).toEqual([]);
  });
});

test('data are the same after a reset, and another account has its own', async () => {
  const before = bodyOf(await call('GET', 'tickets.json'));
  await call('DELETE', 'tickets/1.json');
  await zendesk.running.control('POST', 'reset');
  zendesk.token = await zendesk.logIn(site);
  expect(bodyOf(await call('GET', 'tickets.json'))).toEqual(before);
  const other = 'https://other.zendesk.com';
  const token = await zendesk.logIn(other);
  await call('DELETE', 'tickets/1.json');
  expect((await call('GET', `${other}/api/v2/tickets/1.json`, undefined, token)).status).toBe(200);
});

describe('a ticket', () => {
  const fresh = { subject: 'A new ticket', comment: { body: 'It does not work.' }, priority: 'high', tags: ['x'] };

  test('is made, read, changed and deleted', async () => {
    const created = await call('POST', 'tickets.json', { ticket: fresh });
    expect(created.status).toBe(201);
    const { ticket, audit } = bodyOf(created);
    expect(created.headers.get('location')).toBe(`${site}/api/v2/tickets/${ticket.id}.json`);
    expect(ticket).toMatchObject({
      subject: 'A new ticket',
      raw_subject: 'A new ticket',
      description: 'It does not work.',
      status: 'new',
      priority: 'high',
      requester_id: 35_436_001,
      created_at: '2026-03-01T12:00:00Z',
    });
    expect(audit.events[0]).toMatchObject({ type: 'Comment', body: 'It does not work.' });
    expect(audit.events[1]).toMatchObject({ type: 'Create', field_name: 'subject', value: 'A new ticket' });
    expect(bodyOf(await call('GET', `tickets/${ticket.id}.json`))).toEqual({ ticket });

    zendesk.running.advance(60);
    const changes = { subject: 'Changed', status: 'open', id: 5, description: 'never', nonsense: 1 };
    const changed = await call('PUT', `tickets/${ticket.id}.json`, { ticket: changes });
    expect(changed.status).toBe(200);
    expect(bodyOf(changed).ticket).toEqual({
      ...ticket,
      subject: 'Changed',
      raw_subject: 'Changed',
      status: 'open',
      updated_at: '2026-03-01T12:01:00Z',
    });

    expect([(await call('DELETE', `tickets/${ticket.id}`)).status, ticket.id]).toEqual([204, 261]);
    for (const method of ['GET', 'DELETE', 'PUT']) {
      const gone = await call(method, `tickets/${ticket.id}.json`, method === 'PUT' ? { ticket: {} } : undefined);
      expect([gone.status, gone.json]).toEqual([404, { error: 'RecordNotFound', description: 'Not found' }]);
    }
  });

  test('makes its requester', async () => {
    const requester = { name: 'New Person', email: 'New@Person.example' };
    const { ticket } = bodyOf(await call('POST', 'tickets.json', { ticket: { ...fresh, requester } }));
    const { user } = bodyOf(await call('GET', `users/${ticket.requester_id}.json`));
    expect(user).toMatchObject({ name: 'New Person', email: 'new@person.example', role: 'end-user' });
    const again = bodyOf(await call('POST', 'tickets.json', { ticket: { ...fresh, requester } }));
    expect(again.ticket.requester_id).toBe(user.id);
  });

  test.each([
    [{ subject: 'No text' }, { base: [{ description: 'Description: cannot be blank', error: 'BlankValue' }] }],
    [
      { comment: { body: 'x' }, status: 'broken' },
      { status: [{ description: 'Status: broken is not included in the list', error: 'InvalidValue' }] },
    ],
    [
      { description: 'x', requester_id: 1 },
      { requester: [{ description: 'Requester: is invalid', error: 'InvalidValue' }] },
    ],
  ])('is refused as %j', async (ticket, details) => {
    const refused = await call('POST', 'tickets.json', { ticket });
    expect(refused.status).toBe(422);
    expect(refused.json).toEqual({ error: 'RecordInvalid', description: 'Record validation errors', details });
    expect(bodyOf(await call('GET', 'tickets.json')).count).toBe(260);
  });

  test('is refused without its wrapping, or as no JSON', async () => {
    expect((await call('POST', 'tickets.json', fresh)).json).toEqual({
      error: 'ParameterMissing',
      description: 'Required parameter missing: ticket',
    });
    const headers = { authorization: `Bearer ${zendesk.token}`, 'content-type': 'application/json' };
    const broken = await zendesk.running.call(`${site}/api/v2/tickets.json`, { method: 'POST', headers, body: '{' });
    expect([broken.status, bodyOf(broken).message]).toEqual([422, 'Server could not parse JSON']);
  });

  test('that is closed stays as it is', async () => {
    const [closed] = await find('type:ticket status:closed');
    const refused = await call('PUT', `tickets/${closed?.id}.json`, { ticket: { subject: 'x' } });
    expect(bodyOf(refused).details).toEqual({ status: [{ description: 'Status: closed prevents ticket update' }] });
  });

  test('has comments, the newest last', async () => {
    const [open] = await find('type:ticket status:open');
    const path = `tickets/${open?.id}`;
    const before = bodyOf(await call('GET', `${path}/comments.json`)).comments;
    expect(before[0]).toMatchObject({ type: 'Comment', body: open?.['description'], public: true });
    const comment = { body: 'a <b> note', public: false };
    const { audit } = bodyOf(await call('PUT', `${path}.json`, { ticket: { comment } }));
    const after = bodyOf(await call('GET', `${path}/comments.json`)).comments;
    expect(after).toEqual([...before, audit.events[0]]);
    expect(after.at(-1)).toMatchObject({ ...comment, author_id: 35_436_001, html_body: /&lt;b&gt;/ });
    expect(bodyOf(await call('GET', `${path}/comments.json?sort_order=desc`)).comments).toEqual(after.toReversed());
    expect((await call('PUT', `${path}.json`, { ticket: { comment: { body: ' ' } } })).status).toBe(422);
    expect((await call('GET', 'tickets/9999/comments.json')).status).toBe(404);
  });

  test('with an id that is no number is a bad request', async () => {
    const bad = await call('GET', 'tickets/abc.json');
    expect([bad.status, bodyOf(bad).error.title]).toEqual([400, 'Invalid attribute']);
  });
});

describe('search', () => {
  let tickets: Row[];
  beforeEach(async () => {
    tickets = (await readAll('tickets.json', 'tickets')).rows;
  });
  const ids = (rows: Row[]) => rows.map((row) => row.id).sort((a, b) => a - b);

  test.each<[string, (ticket: Row) => boolean]>([
    ['status:open', (ticket) => ticket['status'] === 'open'],
    ['status:open status:new', (ticket) => ['open', 'new'].includes(String(ticket['status']))],
    ['-status:closed', (ticket) => ticket['status'] !== 'closed'],
    ['status<pending', (ticket) => ['open', 'new'].includes(String(ticket['status']))],
    ['priority>=high', (ticket) => ['high', 'urgent'].includes(String(ticket['priority']))],
    ['priority:none', (ticket) => ticket['priority'] === null],
    ['subject:"wrong VAT number"', (ticket) => /wrong VAT number/.test(String(ticket['subject']))],
    ['subject:vat', (ticket) => /VAT/.test(String(ticket['subject']))],
    ['subject:expo', (ticket) => /Export/.test(String(ticket['subject']))],
    ['subject:"expo"', () => false],
    ['subject:exp*', (ticket) => /Export/.test(String(ticket['subject']))],
    ['subject:"VAT wrong"', () => false],
    ['tags:bill', () => false],
    ['tags:billing', (ticket) => (ticket['tags'] as string[]).includes('billing')],
    ['created<2025-03-01', (ticket) => String(ticket['created_at']) < '2025-03-01'],
    ['created>=2025-03-01 created<=2025-03-31', (ticket) => /^2025-03/.test(String(ticket['created_at']))],
    ['assignee:35437001', (ticket) => ticket['assignee_id'] === 35_437_001],
    ['assignee:sam@agents.example', (ticket) => ticket['assignee_id'] === 35_437_001],
    ['organization:"Wayne & Söhne"', (ticket) => ticket['organization_id'] === 22_000_006],
    ['group:Billing', (ticket) => ticket['group_id'] === 21_000_002],
    ['nonsense:1', () => false],
  ])('finds %s', async (query, fits) => {
    const expected = ids(tickets.filter(fits));
    expect(ids(await find(`type:ticket ${query}`))).toEqual(expected);
    expect(expected.length).toBeLessThan(260);
  });

  test('goes over all kinds of records unless a type is named', async () => {
    expect(await find('35', '')).toMatchObject([{ id: 35, result_type: 'ticket' }]);
    const types = (await find('billing')).map((row) => row['result_type']);
    expect(types).toContain('group');
    expect(await find('type:user "Ada Abbott"')).toMatchObject([{ name: 'Ada Abbott', result_type: 'user' }]);
    expect(await find('type:organization initech')).toMatchObject([{ name: 'Initech' }]);
  });

  test('sorts and divides into pages', async () => {
    const found = await readAll(
      'search.json?query=type%3Aticket&sort_by=created_at&sort_order=asc&per_page=50',
      'results',
    );
    expect([found.pages, found.count]).toEqual([6, 260]);
    expect(found.rows.map((row) => row.id)).toEqual(tickets.map((row) => row.id));
    expect((await find('type:ticket')).map((row) => row.id)).toEqual(tickets.map((row) => row.id).toReversed());
  });

  test('gives no page beyond 1,000 results', async () => {
    const beyond = await call('GET', 'search.json?query=type%3Aticket&page=11');
    expect([beyond.status, bodyOf(beyond).error]).toEqual([422, 'Insufficient Resource Error']);
    expect((await call('GET', 'search.json')).status).toBe(400);
  });
});

describe('a user', () => {
  test('is listed by role', async () => {
    expect((await readAll('users.json?per_page=25', 'users')).rows).toHaveLength(78);
    expect(bodyOf(await call('GET', 'users.json?role=end-user')).count).toBe(72);
    expect(bodyOf(await call('GET', 'users.json?role[]=agent&role[]=admin')).count).toBe(6);
    const found = bodyOf(await call('GET', 'users/search.json?query=customer1@northwind.example'));
    expect(found.users).toMatchObject([{ name: 'Ada Abbott' }]);
  });

  test('is made, changed and deleted', async () => {
    const person = { name: 'Pat Doe', email: 'Pat@doe.example', role: 'agent' };
    const created = await call('POST', 'users.json', { user: person });
    expect(created.status).toBe(201);
    const { user } = bodyOf(created);
    expect(user).toMatchObject({ name: 'Pat Doe', email: 'pat@doe.example', role: 'agent', active: true });
    const changed = bodyOf(await call('PUT', `users/${user.id}.json`, { user: { phone: '+49 1', email: 'a@b.c' } }));
    expect(changed.user).toMatchObject({ phone: '+49 1', email: 'pat@doe.example' });
    const deleted = await call('DELETE', `users/${user.id}.json`);
    expect([deleted.status, bodyOf(deleted).user.active]).toEqual([200, false]);
    expect(bodyOf(await call('GET', `users/${user.id}.json`)).user.active).toBe(false);
    expect((await call('DELETE', `users/${user.id}.json`)).status).toBe(404);
    expect((await readAll('users.json', 'users')).rows.map((row) => row.id)).not.toContain(user.id);
  });

  test.each([
    [{ name: '' }, 'name', 'Name: is too short (minimum is 1 characters)'],
    [
      { name: 'x', email: 'robin@example.com' },
      'email',
      'Email: robin@example.com is already being used by another user',
    ],
    [{ name: 'x', email: 'robin' }, 'email', 'Email:  robin is not properly formatted'],
    [{ name: 'x', role: 'king' }, 'role', 'Role: king is not included in the list'],
  ])('is refused as %j', async (user, field, description) => {
    const refused = await call('POST', 'users.json', { user });
    expect(refused.status).toBe(422);
    expect(bodyOf(refused).details[field]).toMatchObject([{ description }]);
  });
});

test.each([
  ['organizations', 'organization', 10],
  ['groups', 'group', 3],
])('%s are listed, made, changed and deleted', async (collection, name, count) => {
  expect(bodyOf(await call('GET', `${collection}.json`)).count).toBe(count);
  const created = await call('POST', `${collection}.json`, { [name]: { name: 'Fresh' } });
  expect(created.status).toBe(201);
  const { id } = bodyOf(created)[name];
  expect((await call('POST', `${collection}.json`, { [name]: { name: 'Fresh' } })).status).toBe(422);
  const changed = await call('PUT', `${collection}/${id}.json`, { [name]: { name: 'Stale' } });
  expect(bodyOf(changed)[name].name).toBe('Stale');
  expect(bodyOf(await call('GET', `${collection}/${id}.json`))).toEqual(changed.json);
  expect((await call('DELETE', `${collection}/${id}.json`)).status).toBe(204);
  expect((await call('GET', `${collection}/${id}.json`)).status).toBe(404);
});

test('a file is uploaded byte for byte and goes with a comment', async () => {
  const bytes = Buffer.from([0, 255, 13, 10, 200, 128, 0]);
  const uploaded = await zendesk.running.call(`${site}/api/v2/uploads.json?filename=logo%20%C3%A4.png`, {
    method: 'POST',
    headers: { authorization: `Bearer ${zendesk.token}`, 'content-type': 'image/png' },
    body: bytes,
  });
  expect(uploaded.status).toBe(201);
  const { token, attachment } = bodyOf(uploaded).upload;
  expect(attachment).toMatchObject({ file_name: 'logo ä.png', content_type: 'image/png', size: 7 });
  const comment = { body: 'see file', uploads: [token] };
  const [open] = await find('type:ticket status:open');
  const { audit } = bodyOf(await call('PUT', `tickets/${open?.id}.json`, { ticket: { comment } }));
  expect(audit.events[0].attachments).toEqual([attachment]);
  const lead = await zendesk.running.call(attachment.content_url);
  expect(lead.status).toBe(302);
  const location = lead.headers.get('location') ?? '';
  const shown = await fetch(location.replace('https:/', zendesk.running.sandbox.url));
  expect(Buffer.from(await shown.arrayBuffer())).toEqual(bytes);
  expect(shown.headers.get('content-type')).toBe('image/png');
  // The host of the files knows no credentials.
  expect((await zendesk.running.getAs(location, zendesk.token)).status).toBe(400);
  expect(bodyOf(await call('GET', `attachments/${attachment.id}.json`)).attachment).toEqual(attachment);
  expect((await call('DELETE', `uploads/${token}.json`)).status).toBe(404);
  expect((await zendesk.running.call(`${site}/api/v2/uploads.json`, { method: 'POST' })).status).toBe(401);
});

test('a token that only reads writes nothing', async () => {
  const reader = await zendesk.logIn(site, 'read');
  expect((await call('GET', 'tickets/1.json', undefined, reader)).status).toBe(200);
  expect((await call('DELETE', 'tickets/1.json', undefined, reader)).status).toBe(403);
  expect((await call('GET', 'tickets/1.json')).status).toBe(200);
  expect((await call('GET', 'tickets/1/nothing.json')).json).toEqual({
    error: 'InvalidEndpoint',
    description: 'Not found',
  });
});
