// Writes with an Idempotency-Key, through calls: done once, answered the same, and never sent again blindly.

import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { limits } from '../../src/config.ts';
import { type Answer, type Platform, startPlatform } from '../support/platform.ts';
import {
  connectTestElement,
  type RecordingVendor,
  startRecordingVendor,
  type TestInstance,
  type VendorReply,
} from '../support/recording-vendor.ts';
import { until } from '../support/server-process.ts';
import { instanceOf, makeElement, ownTokens, provision } from '../support/test-element.ts';

let vendor: RecordingVendor;
let platform: Platform;
let instance: TestInstance;

const body = { type: 'body', name: 'body', vendorType: 'body', vendorName: 'body' };
const methods = ['POST', 'PUT', 'PATCH', 'DELETE'];
const resources = [
  ...['GET', ...methods].map((method) => ({
    method,
    path: '/hubs/general/things',
    vendorPath: '/things',
    parameters: method === 'GET' ? [] : [body],
  })),
  { method: 'POST', path: '/hubs/general/others', vendorPath: '/others', parameters: [body] },
  {
    method: 'POST',
    path: '/hubs/general/hooked',
    vendorPath: '/hooked',
    hooks: [{ type: 'postRequest', body: `throw new Error('after the call');` }],
  },
];

beforeAll(async () => {
  vendor = await startRecordingVendor();
  platform = await startPlatform({ environment: { VALENCE_EGRESS: 'any' } });
  instance = await connectTestElement(platform, vendor, { resources });
});
afterAll(async () => {
  await platform.close();
  await vendor.close();
});
beforeEach(() => {
  vendor.requests.length = 0;
  let answers = 0;
  vendor.reply = () => ({ body: { answer: ++answers } });
});

let keys = 0;
const newKey = () => `key ${++keys}`;
const write = (
  key: string,
  path = '/things',
  given: unknown = { a: 1 },
  method = 'POST',
  through = instance,
): Promise<Answer> => through.call(method, path, { body: given, headers: { 'idempotency-key': key } });

describe.each(methods)('%s', (method) => {
  test('repeated with its key is answered the same and sent once', async () => {
    const key = newKey();
    const first = await write(key, '/things', { a: 1 }, method);
    const again = await write(key, '/things', { a: 1 }, method);
    expect(first).toMatchObject({ status: 200, body: { answer: 1 } });
    expect(again).toMatchObject({ status: 200, body: { answer: 1 } });
    expect([first, again].map((answer) => answer.headers.get('idempotency-replayed'))).toEqual([null, 'true']);
    expect(again.headers.get('content-type')).toBe(first.headers.get('content-type'));
    expect(vendor.requests).toHaveLength(1);
  });
});

test.each<[string, string, unknown, string]>([
  ['another body', '/things', { a: 2 }, 'POST'],
  ['another path', '/others', { a: 1 }, 'POST'],
  ['another query', '/things?b=1', { a: 1 }, 'POST'],
  ['another method', '/things', { a: 1 }, 'PUT'],
])('a key that was used for %s is 409', async (_, path, given, method) => {
  const key = newKey();
  await write(key);
  const answer = await write(key, path, given, method);
  expect(answer).toMatchObject({ status: 409, body: { message: expect.stringContaining('another request') } });
  expect(vendor.requests).toHaveLength(1);
});

test('a key belongs to its instance', async () => {
  const other = await connectTestElement(platform, vendor, { resources });
  const key = newKey();
  await write(key);
  expect((await write(key, '/things', { a: 1 }, 'POST', other)).body).toEqual({ answer: 2 });
});

test('of ten at the same time one is sent; the others are told that it runs, and get its answer later', async () => {
  const key = newKey();
  const { promise: mayAnswer, resolve: release } = Promise.withResolvers<void>();
  vendor.reply = async () => {
    await mayAnswer;
    return { body: { answer: 'the one' } };
  };
  const all = Array.from({ length: 10 }, () => write(key));
  let running = 0;
  for (const one of all) void one.then(() => running++);
  await until('nine are refused', () => running === 9);
  release();
  const answers = await Promise.all(all);
  const refused = answers.filter((answer) => answer.status === 409);
  expect(refused).toHaveLength(9);
  expect(refused.every((answer) => answer.headers.get('retry-after') === '1')).toBe(true);
  expect((await write(key)).body).toEqual({ answer: 'the one' });
  expect(vendor.requests).toHaveLength(1);
});

describe('when nobody knows what the vendor did', () => {
  const expectUnknown = async (key: string, path = '/things') => {
    const first = await write(key, path);
    expect(first).toMatchObject({ status: 502, body: { message: expect.stringMatching(/^It is unknown whether/) } });
    vendor.reply = () => ({ body: { late: true } });
    const again = await write(key, path);
    expect(again).toMatchObject({ status: 502, body: { message: expect.stringMatching(/^It is unknown whether/) } });
    expect(vendor.requests).toHaveLength(1);
    return first;
  };

  test('as it cut the connection after it had read the write', async () => {
    vendor.reply = () => 'cut';
    await expectUnknown(newKey());
  });
  test.each([500, 502, 503, 504])('as it answered %i', async (status) => {
    vendor.reply = () => ({ status, body: { message: 'fell over' } });
    expect((await expectUnknown(newKey())).body.providerMessage).toBe('fell over');
  });
  test('as it did not answer in time', async () => {
    // read call by call; a minute is too long for a test
    const changeable: { vendorCallMs: number } = limits;
    const before = changeable.vendorCallMs;
    changeable.vendorCallMs = 200;
    try {
      vendor.reply = () => 'silence';
      await expectUnknown(newKey());
    } finally {
      changeable.vendorCallMs = before;
    }
  });
  test('as a hook failed behind the call', async () => {
    await expectUnknown(newKey(), '/hooked');
  });

  test('the write is not sent again, and another key sends it', async () => {
    vendor.reply = () => 'cut';
    await write(newKey());
    vendor.reply = () => ({ body: { done: true } });
    expect((await write(newKey())).body).toEqual({ done: true });
  });
});

describe('what the vendor refused', () => {
  test.each([400, 403, 404, 409, 422])('with %i is kept', async (status) => {
    const key = newKey();
    vendor.reply = () => ({ status, body: { message: 'no' } });
    const first = await write(key);
    vendor.reply = () => ({ body: {} });
    const again = await write(key);
    expect(first).toMatchObject({ status, body: { providerMessage: 'no' } });
    expect(again).toMatchObject({ status, body: { message: first.body.message, providerMessage: 'no' } });
    expect(vendor.requests).toHaveLength(1);
  });
  test.each<[number, VendorReply]>([
    [429, { status: 429 }],
    [401, { status: 401 }],
  ])('with %i may be tried again', async (status, reply) => {
    const key = newKey();
    vendor.reply = () => reply;
    expect((await write(key)).status).toBe(status);
    vendor.reply = () => ({ body: { done: true } });
    expect(await write(key)).toMatchObject({ status: 200, body: { done: true } });
  });
});

describe('what was certainly not sent may be tried again', () => {
  test('as nobody listened there', async () => {
    const server = createServer((_, outgoing) =>
      outgoing.writeHead(200, { 'content-type': 'application/json' }).end('{"done":true}'),
    );
    const listen = (port: number) => new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve));
    await listen(0);
    const { port } = server.address() as AddressInfo;
    const close = async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    };
    await close();
    const away = await connectTestElement(platform, { ...vendor, url: `http://127.0.0.1:${port}` }, { resources });
    const key = newKey();
    expect((await write(key, '/things', {}, 'POST', away)).status).toBe(502);
    await listen(port);
    expect(await write(key, '/things', {}, 'POST', away)).toMatchObject({ status: 200, body: { done: true } });
    await close();
  });
  test('as the instance was disabled', async () => {
    const key = newKey();
    await platform.call('DELETE', `/instances/${instance.id}/enabled`);
    expect((await write(key)).status).toBe(403);
    await platform.call('PUT', `/instances/${instance.id}/enabled`);
    expect((await write(key)).status).toBe(200);
  });
});

test('a token that had to be refreshed on the way does not make it two writes', async () => {
  const elementKey = await makeElement(platform, vendor, { authentication: { type: 'oauth2' }, resources });
  const account = instanceOf(
    platform,
    elementKey,
    await provision(platform, elementKey, ownTokens('stale', 'refresh')),
  );
  vendor.reply = ({ path, headers }) => {
    if (path === '/token') return { body: { access_token: 'fresh' } };
    return headers.authorization === 'Bearer fresh' ? { body: { done: true } } : { status: 401 };
  };
  const key = newKey();
  expect(await write(key, '/things', {}, 'POST', account)).toMatchObject({ status: 200, body: { done: true } });
  expect((await write(key, '/things', {}, 'POST', account)).headers.get('idempotency-replayed')).toBe('true');
  expect(vendor.requests.map((request) => request.path)).toEqual(['/things', '/token', '/things']);
});

test('an answer that is too large to be kept is not sent again either; its end is', async () => {
  const key = newKey();
  vendor.reply = () => ({ body: { text: 'x'.repeat(limits.keptAnswerBytes) } });
  expect((await write(key)).body.text).toHaveLength(limits.keptAnswerBytes);
  const again = await write(key);
  expect([again.status, again.body ?? null]).toEqual([200, null]);
  expect(again.headers.get('elements-error')).toMatch(/too large/);
  expect(vendor.requests).toHaveLength(1);
});

describe('without a key', () => {
  const stored = async () =>
    (await platform.sql<{ writes: number }>('select count(*)::int as writes from idempotent_writes'))[0]?.writes;

  test('nothing is stored, and every write is sent', async () => {
    const before = await stored();
    for (let writes = 0; writes < 2; writes++) await instance.call('POST', '/things', { body: { a: 1 } });
    expect(vendor.requests).toHaveLength(2);
    expect(await stored()).toBe(before);
  });
  test('nor is anything stored for a reading that has one', async () => {
    const before = await stored();
    for (let reads = 0; reads < 2; reads++) {
      await instance.call('GET', '/things', { headers: { 'idempotency-key': 'read' } });
    }
    expect(vendor.requests).toHaveLength(2);
    expect(await stored()).toBe(before);
  });
});

test.each([' '.repeat(3), 'x'.repeat(256)])('the key %j is refused', async (key) => {
  expect((await write(key)).status).toBe(400);
  expect(vendor.requests).toEqual([]);
});

test('neither the key nor the answer stands in the database in clear', async () => {
  const key = 'order-4711-of-jane';
  vendor.reply = () => ({ body: { person: 'Jane Doe' } });
  await write(key);
  const rows = await platform.sql<{ text: string }>('select w::text as text from idempotent_writes w');
  const text = rows.map((row) => row.text).join('\n');
  expect(rows.length).toBeGreaterThan(0);
  expect(text).not.toMatch(/order-4711|Jane/);
});
