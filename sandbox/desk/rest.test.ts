// Simulated Desk.com's cases, replies, customers, companies and users over real HTTP, behind signed requests.

import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { sandboxApplications } from '../applications.ts';
import { parameterOf, type Reply, startTestSandbox, type TestSandbox } from '../test-client.ts';

const site = 'https://acme.desk.com';
const { clientId, clientSecret } = sandboxApplications.desk;

interface Row {
  id: number;
  [member: string]: unknown;
}

let running: TestSandbox;
let robin: URLSearchParams;
beforeAll(async () => {
  running = await startTestSandbox();
});
afterAll(() => running.close());
beforeEach(async () => {
  await running.control('POST', 'reset');
  robin = await logIn(site);
});

/** PLAINTEXT (RFC 5849 section 3.4.4): what else can be wrong with a signature is tested beside this file. */
function signed(token: URLSearchParams | undefined, more: Record<string, string> = {}): { authorization: string } {
  const fields = {
    oauth_consumer_key: clientId,
    oauth_token: token?.get('oauth_token') ?? '',
    oauth_signature_method: 'PLAINTEXT',
    oauth_signature: `${clientSecret}&${token?.get('oauth_token_secret') ?? ''}`,
    oauth_timestamp: String(Math.floor(running.now().getTime() / 1000)),
    oauth_nonce: randomBytes(8).toString('hex'),
    ...more,
  };
  const pairs = Object.entries(fields).filter(([, value]) => value !== '');
  return {
    authorization: `OAuth ${pairs.map(([name, value]) => `${name}="${encodeURIComponent(value)}"`).join(', ')}`,
  };
}

async function logIn(at: string): Promise<URLSearchParams> {
  const post = async (path: string, token: URLSearchParams | undefined, more: Record<string, string>) =>
    new URLSearchParams((await running.call(at + path, { method: 'POST', headers: signed(token, more) })).text);
  const first = await post('/oauth/request_token', undefined, { oauth_callback: 'https://app.example/cb' });
  const back = await running.consent(`${at}/oauth/authorize?oauth_token=${first.get('oauth_token')}`);
  return post('/oauth/access_token', first, { oauth_verifier: parameterOf(back, 'oauth_verifier') });
}

function call(method: string, path: string, body?: unknown, at = site, token = robin): Promise<Reply> {
  return running.call(path.startsWith('/') ? at + path : `${at}/api/v2/${path}`, {
    method,
    headers: { ...signed(token), ...(body !== undefined && { 'content-type': 'application/json' }) },
    ...(body !== undefined && { body: JSON.stringify(body) }),
  });
}

// biome-ignore lint/suspicious/noExplicitAny: tests look into answers of every shape
const bodyOf = (reply: Reply) => reply.json as any;

async function readAll(path: string): Promise<{ rows: Row[]; pages: number; total: number }> {
  const rows: Row[] = [];
  let next: string | undefined = path;
  let pages = 0;
  let total = 0;
  for (; next !== undefined; pages += 1) {
    const reply: Reply = await call('GET', next);
    expect(reply.status, reply.text).toBe(200);
    const body = bodyOf(reply);
    rows.push(...body._embedded.entries);
    next = body._links.next?.href;
    total = body.total_entries;
  }
  return { rows, pages, total };
}

describe('pages', () => {
  test.each([
    ['', 5],
    ['?per_page=100', 3],
    ['?per_page=5000', 3],
    ['?per_page=33', 8],
    ['?per_page=60', 4],
  ])('of cases%s give every case once', async (query, pages) => {
    const all = await readAll(`cases${query}`);
    expect([all.pages, all.total]).toEqual([pages, 240]);
    expect(all.rows.map((row) => row.id)).toEqual(Array.from({ length: 240 }, (_, index) => index + 1));
  });

  test('link to the first, the last and the one before', async () => {
    const { page, _links } = bodyOf(await call('GET', 'cases?page=2&per_page=100'));
    const hrefOf = (number: number) => ({ href: `/api/v2/cases?page=${number}&per_page=100`, class: 'page' });
    expect(page).toBe(2);
    expect(_links).toEqual({
      self: hrefOf(2),
      first: hrefOf(1),
      last: hrefOf(3),
      previous: hrefOf(1),
      next: hrefOf(3),
    });
  });

  test('have only the fields that are named', async () => {
    const [row] = bodyOf(await call('GET', 'cases?fields=id,subject'))._embedded.entries;
    expect(Object.keys(row).sort()).toEqual(['_links', 'id', 'subject']);
  });
});

test('data are the same after a reset, and another site has its own', async () => {
  const before = await readAll('cases');
  await call('DELETE', 'cases/1');
  await running.control('POST', 'reset');
  robin = await logIn(site);
  expect(await readAll('cases')).toEqual(before);
  const other = 'https://other.desk.com';
  const token = await logIn(other);
  await call('DELETE', 'cases/1');
  expect((await call('GET', 'cases/1', undefined, other, token)).status).toBe(200);
  expect((await running.call(`${site}/api/v2/cases`)).status).toBe(401);
});

describe('a case', () => {
  const message = { direction: 'in', from: 'customer1@northwind.example', to: 'us@x.example', body: 'It is broken.' };
  const fresh = { type: 'email', subject: 'A new case', priority: 4, status: 'open', labels: ['x'], message };

  test('is made, read, changed and deleted', async () => {
    const created = await call('POST', 'cases', fresh);
    expect(created.status).toBe(201);
    expect(created.headers.get('location')).toBe(`${site}/api/v2/cases/241`);
    const made = bodyOf(created);
    expect(made).toMatchObject({
      id: 241,
      subject: 'A new case',
      priority: 4,
      status: 'open',
      type: 'email',
      labels: ['x'],
      created_at: '2026-03-01T12:00:00Z',
      _links: { self: { href: '/api/v2/cases/241', class: 'case' }, customer: { href: '/api/v2/customers/1' } },
    });
    expect(bodyOf(await call('GET', 'cases/241'))).toEqual(made);
    expect(bodyOf(await call('GET', 'cases/241/message'))).toMatchObject(message);

    running.advance(60);
    const changed = await call('PATCH', 'cases/241', { subject: 'Changed', labels: ['y'], id: 1, type: 'chat' });
    const now = '2026-03-01T12:01:00Z';
    expect(bodyOf(changed)).toEqual({
      ...made,
      subject: 'Changed',
      labels: ['x', 'y'],
      updated_at: now,
      changed_at: now,
    });
    const replaced = await call('PATCH', 'cases/241', { labels: ['z'], label_action: 'replace' });
    expect(bodyOf(replaced).labels).toEqual(['z']);

    expect((await call('DELETE', 'cases/241')).status).toBe(204);
    for (const method of ['GET', 'DELETE']) {
      const gone = await call(method, 'cases/241');
      expect([gone.status, gone.json]).toEqual([404, { message: 'Resource Not Found' }]);
    }
  });

  test('belongs to the customer that is linked, or to a new one', async () => {
    const customer = { href: '/api/v2/customers/7', class: 'customer' };
    expect(bodyOf(await call('POST', 'cases', { ...fresh, _links: { customer } }))._links.customer).toEqual(customer);
    const from = 'Somebody New <new@somewhere.example>';
    const made = bodyOf(await call('POST', 'cases', { ...fresh, message: { ...message, from } }));
    const found = bodyOf(await call('GET', made._links.customer.href));
    expect(found.emails).toEqual([{ type: 'work', value: 'new@somewhere.example' }]);
  });

  test('is found by its external id', async () => {
    const [open] = (await readAll('cases/search?status=open')).rows;
    await call('PATCH', `cases/${open?.id}`, { external_id: 'ext/5' });
    expect(bodyOf(await call('GET', 'cases/e-ext%2F5')).id).toBe(open?.id);
  });

  test.each([
    [{ message }, { type: ['blank'] }],
    [{ type: 'email' }, { message: ['blank'], _links: { customer: ['blank'] } }],
    [{ type: 'fax', message }, { type: ['invalid'] }],
    [
      { ...fresh, status: 'broken', priority: 11 },
      { status: ['invalid'], priority: ['invalid'] },
    ],
    [{ ...fresh, _links: { customer: { href: '/api/v2/customers/999' } } }, { _links: { customer: ['invalid'] } }],
  ])('is refused as %j', async (body, errors) => {
    const refused = await call('POST', 'cases', body);
    expect([refused.status, refused.json]).toEqual([422, { message: 'Validation Failed', errors }]);
    expect(bodyOf(await call('GET', 'cases')).total_entries).toBe(240);
  });

  test('that is closed stays as it is', async () => {
    const [closed] = (await readAll('cases/search?status=closed')).rows;
    expect((await call('PATCH', `cases/${closed?.id}`, { subject: 'x' })).status).toBe(422);
    expect(bodyOf(await call('GET', `cases/${closed?.id}`)).subject).toBe(closed?.['subject']);
  });

  test('has replies; only drafts can be changed and deleted', async () => {
    const [open] = (await readAll('cases/search?status=open')).rows;
    const path = `cases/${open?.id}/replies`;
    const [sent] = (await readAll(path)).rows;
    expect(sent).toMatchObject({ direction: 'out', status: 'sent' });
    expect((await call('PATCH', `${path}/${sent?.id}`, { body: 'x' })).status).toBe(405);
    const created = await call('POST', path, { body: 'a draft' });
    expect([created.status, bodyOf(created).status]).toEqual([201, 'draft']);
    const { id } = bodyOf(created);
    expect(bodyOf(await call('PATCH', `${path}/${id}`, { body: 'better' })).body).toBe('better');
    expect((await readAll(path)).rows.map((row) => row['body'])).toEqual(['Thank you for telling us.', 'better']);
    expect((await call('DELETE', `${path}/${id}`)).status).toBe(204);
    expect((await call('GET', `${path}/${id}`)).status).toBe(404);
    expect(bodyOf(await call('POST', path, {})).errors).toEqual({ body: ['blank'] });
  });
});

describe('search', () => {
  test.each<[string, (row: Row) => boolean]>([
    ['status=open', (row) => row['status'] === 'open'],
    ['status=open,pending', (row) => ['open', 'pending'].includes(String(row['status']))],
    ['status=open&labels=billing', (row) => row['status'] === 'open' && String(row['labels']) === 'billing'],
    ['subject=vat+number', (row) => /VAT number/.test(String(row['subject']))],
    ['case_id=17', (row) => row.id === 17],
    ['channels=phone', (row) => row['type'] === 'phone'],
    ['email=customer1@northwind.example', (row) => hrefOf(row) === '/api/v2/customers/1'],
    ['since_created_at=1527811200', (row) => String(row['created_at']) >= '2018-06-01'],
    ['max_updated_at=1527811200', (row) => String(row['updated_at']) < '2018-06-01T00:00:01Z'],
    ['q=Safari', (row) => /Safari/.test(String(row['subject']))],
    ['status=none', () => false],
  ])('finds the cases with %s', async (query, fits) => {
    const { rows } = await readAll('cases');
    const expected = rows.filter(fits).map((row) => row.id);
    const found = await readAll(`cases/search?${query}&per_page=10`);
    expect(found.rows.map((row) => row.id)).toEqual(expected);
    expect(found.total).toBe(expected.length);
    expect(expected.length).toBeLessThan(240);
  });
  const hrefOf = (row: Row) => (row['_links'] as { customer: { href: string } }).customer.href;

  test('is refused without a parameter that the vendor knows', async () => {
    for (const query of ['', '?updated_at=2018-01-01', '?page=1']) {
      expect((await call('GET', `cases/search${query}`)).status).toBe(400);
    }
  });
});

describe('customers', () => {
  test('are listed, searched, made and changed, but never deleted', async () => {
    expect(await readAll('customers')).toMatchObject({ total: 84, pages: 2 });
    expect((await readAll('customers/search?email=customer3@initech.example')).rows).toMatchObject([{ id: 3 }]);
    expect((await readAll('customers/search?q=customer3@initech')).rows).toMatchObject([{ id: 3 }]);
    const person = { first_name: 'Pat', last_name: 'Doe', emails: [{ type: 'home', value: 'pat@doe.example' }] };
    const created = await call('POST', 'customers', person);
    expect([created.status, bodyOf(created)]).toMatchObject([201, { id: 85, ...person, company: null }]);
    const changed = await call('PATCH', 'customers/85', { title: 'CEO' });
    expect(bodyOf(changed)).toEqual({ ...bodyOf(created), title: 'CEO' });
    const refused = await call('DELETE', 'customers/85');
    expect([refused.status, refused.json]).toEqual([405, { message: 'Method Not Allowed' }]);
    expect((await call('GET', 'customers/85')).status).toBe(200);
    expect((await call('GET', 'customers/86')).status).toBe(404);
  });

  test.each([
    [[{ type: 'work', value: 'nothing' }], 'invalid'],
    [[{ type: 'work', value: 'customer1@northwind.example' }], 'taken'],
  ])('with the addresses %j are refused', async (emails, word) => {
    const refused = await call('POST', 'customers', { first_name: 'x', emails });
    expect([refused.status, bodyOf(refused).errors]).toEqual([422, { emails: [word] }]);
  });

  test('have their cases', async () => {
    const { rows } = await readAll('customers/9/cases');
    const email = 'customer9@vandelay.example';
    expect(rows.length).toBeGreaterThan(0);
    expect(rows).toEqual((await readAll(`cases/search?email=${email}`)).rows);
  });
});

test('companies are listed, searched, made and changed', async () => {
  expect((await readAll('companies')).rows.map((row) => row['name'])).toContain('Wayne & Söhne');
  expect((await readAll('companies/search?q=globex')).rows).toMatchObject([{ id: 2, domains: ['globex.example'] }]);
  expect(bodyOf(await call('POST', 'companies', {})).errors).toEqual({ name: ['blank'] });
  const { id } = bodyOf(await call('POST', 'companies', { name: 'Acme' }));
  expect(bodyOf(await call('PATCH', `companies/${id}`, { domains: ['acme.example'] }))).toMatchObject({
    name: 'Acme',
    domains: ['acme.example'],
  });
  expect((await readAll('companies/2/customers')).rows.map((row) => row['company'])).toContain('Globex Corporation');
  expect((await readAll('companies/2/cases')).total).toBeGreaterThan(0);
});

test('users are listed and read', async () => {
  const { rows } = await readAll('users');
  expect(rows.map((row) => row['email'])).toContain('kim@example.com');
  expect(bodyOf(await call('GET', 'users/1'))).toEqual(bodyOf(await call('GET', 'users/me')));
  expect((await call('GET', 'users/99')).status).toBe(404);
  expect((await call('POST', 'cases', undefined)).status).toBe(400);
  const refused = await call('POST', 'users', { name: 'x' });
  expect([refused.status, refused.json]).toEqual([405, { message: 'Method Not Allowed' }]);
  const sorted = bodyOf(await call('GET', 'users?sort_field=name&sort_direction=desc&per_page=1000'));
  expect(sorted._links.self.href).toContain('per_page=1000');
  expect(sorted._embedded.entries.map((row: Row) => row['name'])).toEqual(
    rows
      .map((row) => String(row['name']))
      .sort()
      .reverse(),
  );
});

test('a user gets a new password for the present one', async () => {
  const change = (body: unknown) => call('PATCH', 'users/1', body);
  expect(bodyOf(await change({ password: 'New-1' })).errors).toEqual({ current_password: ['blank'] });
  expect(bodyOf(await change({ current_password: 'wrong', password: '' })).errors).toEqual({
    current_password: ['invalid'],
    password: ['blank'],
  });
  const changed = await change({ current_password: 'sandbox-robin', password: 'New-1', public_name: 'Robin' });
  expect([changed.status, bodyOf(changed)]).toMatchObject([200, { id: 1, public_name: 'Robin' }]);
  expect(changed.text).not.toContain('New-1');
  expect((await change({ current_password: 'sandbox-robin', password: 'New-2' })).status).toBe(422);
  expect((await change({ current_password: 'New-1', password: 'New-2' })).status).toBe(200);
});

test('related records are embedded by their names', async () => {
  const [row] = bodyOf(await call('GET', 'cases?embed=customer,message,nothing&per_page=1'))._embedded.entries;
  expect(Object.keys(row._embedded)).toEqual(['customer', 'message']);
  expect(row._embedded.customer).toEqual(bodyOf(await call('GET', row._links.customer.href)));
  expect(bodyOf(await call('GET', 'cases/1'))._embedded).toBeUndefined();
  const found = bodyOf(await call('GET', 'cases/search?case_id=1&embed=assigned_user'))._embedded.entries;
  expect(found[0]._embedded).toHaveProperty('assigned_user');
});

test('answers tell how many calls remain in the minute, and more are refused where the setting says so', async () => {
  running.advance(60 - running.now().getUTCSeconds());
  const told = (reply: Reply) =>
    ['limit', 'remaining', 'reset'].map((name) => reply.headers.get(`x-rate-limit-${name}`));
  expect(told(await call('GET', 'users/1'))).toEqual(['60', '59', '60']);
  running.advance(20);
  expect(told(await call('GET', 'users/1'))).toEqual(['60', '58', '40']);
  await running.control('POST', 'settings', { vendor: 'desk', enforceRateLimit: true });
  for (let calls = 2; calls < 60; calls += 1) expect((await call('GET', 'users/1')).status).toBe(200);
  const refused = await call('GET', 'users/1');
  expect([refused.status, refused.json, ...told(refused)]).toEqual([
    429,
    { message: 'Too Many Requests' },
    '60',
    '0',
    '40',
  ]);
});

describe('attachments', () => {
  const content = Buffer.from([0, 255, 10, 13, 1]);
  const file = { file_name: 'ä b.bin', content_type: 'application/x-test', content: content.toString('base64') };
  const fetchFile = async (url: string, headers: Record<string, string> = {}) => {
    const response = await fetch(url.replace('https:/', running.sandbox.url), { headers });
    return { status: response.status, headers: response.headers, bytes: Buffer.from(await response.arrayBuffer()) };
  };

  test('are made, listed, read, fetched and deleted', async () => {
    const created = await call('POST', 'cases/1/attachments', file);
    const made = bodyOf(created);
    const path = `/api/v2/cases/1/attachments/${made.id}`;
    expect([created.status, created.headers.get('location')]).toEqual([201, site + path]);
    expect(made).toEqual({
      id: expect.any(Number),
      file_name: 'ä b.bin',
      content_type: 'application/x-test',
      size: 5,
      url: `${site}${path}/url`,
      erased_at: null,
      created_at: expect.stringContaining('2026-03-01'),
      updated_at: made.created_at,
      _links: {
        self: { href: path, class: 'attachment' },
        case: { href: '/api/v2/cases/1', class: 'case' },
        uploaded_by: { href: '/api/v2/users/1', class: 'user' },
      },
    });
    expect((await readAll('cases/1/attachments')).rows).toEqual([made]);
    expect(bodyOf(await call('GET', path))).toEqual(made);
    expect(bodyOf(await call('GET', 'cases/1')).active_attachments_count).toBe(1);

    const led = await call('GET', `${path}/url`);
    const address = led.headers.get('location') ?? '';
    expect([led.status, new URL(address).host]).toEqual([302, 'assistly-production.s3.amazonaws.com']);
    const fetched = await fetchFile(address);
    expect(fetched.bytes).toEqual(content);
    expect(fetched.headers.get('content-type')).toBe('application/x-test');
    expect(fetched.headers.get('content-disposition')).toBe('filename="%C3%A4 b.bin"');
    expect((await fetchFile(address, { authorization: 'OAuth x' })).status).toBe(400);
    expect((await fetchFile(address.replace(/Signature=./, 'Signature=-'))).status).toBe(403);
    running.advance(121);
    expect((await fetchFile(address)).status).toBe(403);

    expect((await call('DELETE', path)).status).toBe(204);
    for (const gone of [path, `${path}/url`]) expect((await call('GET', gone)).status).toBe(404);
    expect(bodyOf(await call('GET', 'cases/1')).active_attachments_count).toBe(0);
  });

  test.each([
    [{ content: 'AA==' }, { file_name: ['blank'], content_type: ['blank'] }],
    [{ ...file, content: undefined }, { content: ['blank'] }],
    [{ ...file, content: 'not base64' }, { content: ['invalid'] }],
  ])('are refused as %j', async (body, errors) => {
    const refused = await call('POST', 'cases/1/attachments', body);
    expect([refused.status, refused.json]).toEqual([422, { message: 'Validation Failed', errors }]);
  });

  test('larger than memory are kept as they are', async () => {
    const large = Buffer.alloc(26 * 1024 * 1024 + 1, 'as large as "content" can be');
    const created = await call('POST', 'cases/1/attachments', { ...file, content: large.toString('base64') });
    expect([created.status, created.text.length < 2000, bodyOf(created).size]).toEqual([201, true, large.length]);
    const address = (await call('GET', `cases/1/attachments/${bodyOf(created).id}/url`)).headers.get('location') ?? '';
    expect((await fetchFile(address)).bytes.equals(large)).toBe(true);
    const content = `${large.toString('base64').slice(0, -1)}*`;
    const refused = await call('POST', 'cases/1/attachments', { file_name: 'content', content_type: 'x/y', content });
    expect(bodyOf(refused).errors).toEqual({ content: ['invalid'] });
  }, 60_000);

  test('are bounded by the setting', async () => {
    await running.control('POST', 'settings', { vendor: 'desk', largestUploadBytes: 4 });
    const refused = await call('POST', 'cases/1/attachments', file);
    expect([refused.status, bodyOf(refused).errors]).toEqual([422, { content: ['too_large'] }]);
  });

  test('are there from the start, and found by their names', async () => {
    const [attachment] = (await readAll('cases/4/attachments')).rows;
    expect(attachment).toMatchObject({ file_name: 'case-4.txt', content_type: 'text/plain' });
    expect((await readAll('cases/search?attachments=case-4.txt')).rows.map((row) => row.id)).toEqual([4]);
    expect((await call('GET', 'cases/999/attachments')).status).toBe(404);
    expect((await call('PATCH', `cases/4/attachments/${attachment?.id}`, {})).status).toBe(405);
  });
});
