// Answers that are kept for instances that want it: how long, how many, and when they are dropped.

import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { callPlatform, createTestKeyring, credentials, type Platform, startPlatform } from '../support/platform.ts';
import {
  type RecordingVendor,
  startRecordingVendor,
  type TestElement,
  type TestInstance,
  type VendorReply,
} from '../support/recording-vendor.ts';
import { until } from '../support/server-process.ts';
import { instanceOf, makeElement, provision } from '../support/test-element.ts';

let vendor: RecordingVendor;
let platform: Platform;
/** another process over the same database */
let second: Platform;
let now = Date.parse('2030-01-01T00:00:00Z');
const clock = () => now;

beforeAll(async () => {
  vendor = await startRecordingVendor();
  const keyring = createTestKeyring();
  const environment = { VALENCE_EGRESS: 'any' };
  platform = await startPlatform({ environment, keyring, clock });
  second = await startPlatform({ environment, keyring, clock, databaseUrl: platform.databaseUrl });
});
afterAll(async () => {
  await second.close();
  await platform.close();
  await vendor.close();
});
beforeEach(() => {
  vendor.requests.length = 0;
  let answers = 0;
  vendor.reply = () => ({ body: { answer: ++answers } });
});

const body = { type: 'body', name: 'body', vendorType: 'body', vendorName: 'body' };
const element: TestElement = {
  resources: [
    { method: 'GET', path: '/hubs/general/things', vendorPath: '/things' },
    { method: 'GET', path: '/hubs/general/things/{id}', vendorPath: '/things/{id}' },
    { method: 'GET', path: '/hubs/general/ping', vendorPath: '/who' },
    {
      method: 'GET',
      path: '/hubs/general/spoken',
      vendorPath: '/spoken',
      parameters: [{ type: 'header', name: 'Accept-Language', vendorType: 'header', vendorName: 'Accept-Language' }],
    },
    { method: 'GET', path: '/hubs/general/found', vendorPath: '/found', vendorMethod: 'POST', parameters: [body] },
    { method: 'GET', path: '/hubs/general/file', vendorPath: '/file', valence: { download: true } },
    ...['POST', 'PUT', 'PATCH', 'DELETE'].map((method) => ({
      method,
      path: '/hubs/general/things/{id}',
      vendorPath: '/things/{id}',
      parameters: [body],
    })),
  ],
};

async function connect(settings: Record<string, unknown> = {}): Promise<TestInstance> {
  const key = await makeElement(platform, vendor, element);
  return instanceOf(platform, key, await provision(platform, key, { cachingEnabled: true, ...settings }));
}
async function read(instance: TestInstance, path = '/things', at: Platform = platform) {
  const answer = await callPlatform(at.url, 'GET', path, { authorization: credentials(instance.token) });
  return [answer.headers.get('elements-cache'), answer.body.answer];
}

test('the second reading is answered from memory, with the same body and headers', async () => {
  const instance = await connect();
  vendor.reply = () => ({ body: [{ id: 1 }] });
  const first = await instance.call('GET', '/things?a=1&b=2');
  const again = await instance.call('GET', '/hubs/other/things?b=2&a=1');
  expect([first.headers.get('elements-cache'), again.headers.get('elements-cache')]).toEqual(['miss', 'hit']);
  expect(again.body).toEqual(first.body);
  for (const name of ['elements-returned-count', 'content-type', 'elements-element-instance-id']) {
    expect(again.headers.get(name), name).toBe(first.headers.get(name));
  }
  expect(again.headers.get('elements-request-id')).not.toBe(first.headers.get('elements-request-id'));
  expect(vendor.requests).toHaveLength(1);
});

test('without cachingEnabled nothing is kept, and no header says so', async () => {
  const instance = await connect({ cachingEnabled: false });
  expect([await read(instance), await read(instance)]).toEqual([
    [null, 1],
    [null, 2],
  ]);
});

describe('two readings are one only when nothing that the vendor may see differs', () => {
  test.each([
    ['path', '/things/1', '/things/2'],
    ['query', '/things?a=1', '/things?a=2'],
    ['a repeated parameter', '/things?a=1&a=2', '/things?a=2&a=1'],
  ])('%s', async (_, one, other) => {
    const instance = await connect();
    expect([await read(instance, one), await read(instance, other)]).toEqual([
      ['miss', 1],
      ['miss', 2],
    ]);
  });
  test('a header that the resource passes on', async () => {
    const instance = await connect();
    const speak = async (language: string) =>
      (await instance.call('GET', '/spoken', { headers: { 'accept-language': language } })).body.answer;
    expect([await speak('de'), await speak('fr'), await speak('de')]).toEqual([1, 2, 1]);
  });
  test('the instance', async () => {
    const [one, other] = [await connect(), await connect()];
    expect([await read(one), await read(other)]).toEqual([
      ['miss', 1],
      ['miss', 2],
    ]);
  });
});

test('an answer is kept for cacheTimeToLive seconds, a minute when none are set', async () => {
  const long = await connect({ cacheTimeToLive: 600 });
  const usual = await connect();
  await read(long);
  await read(usual);
  now += 59_000;
  expect([await read(long), await read(usual)]).toEqual([
    ['hit', 1],
    ['hit', 2],
  ]);
  now += 1000;
  expect([await read(long), await read(usual)]).toEqual([
    ['hit', 1],
    ['miss', 3],
  ]);
  now += 540_000;
  expect(await read(long)).toEqual(['miss', 4]);
});

test('of more than maxCacheSize answers those are kept that were read last', async () => {
  const instance = await connect({ maxCacheSize: 2 });
  for (const id of [1, 2, 1, 3]) await read(instance, `/things/${id}`);
  expect((await read(instance, '/things/1'))[0]).toBe('hit');
  expect((await read(instance, '/things/3'))[0]).toBe('hit');
  expect((await read(instance, '/things/2'))[0]).toBe('miss');
});

test.each<[string, VendorReply]>([
  ['an error', { status: 404, body: { message: 'none' } }],
  ['an answer without content', { status: 204 }],
])('%s is not kept', async (_, reply) => {
  const instance = await connect();
  vendor.reply = () => reply;
  await instance.call('GET', '/things');
  await instance.call('GET', '/things');
  expect(vendor.requests).toHaveLength(2);
});

test('a download is not kept', async () => {
  const instance = await connect();
  vendor.reply = () => ({ body: '{"a":1}', headers: { 'content-type': 'application/octet-stream' } });
  await instance.call('GET', '/file');
  await instance.call('GET', '/file');
  expect(vendor.requests).toHaveLength(2);
});

test('a ping always asks the vendor, and always looks the same', async () => {
  const instance = await connect();
  for (let pings = 0; pings < 2; pings++) {
    const { body: pong } = await instance.call('GET', '/ping');
    expect(pong).toEqual({ dateTime: new Date(now).toISOString(), endpoint: instance.elementKey });
  }
  expect(vendor.requests).toHaveLength(2);
});

describe.each(['POST', 'PUT', 'PATCH', 'DELETE'])('%s through the same instance', (method) => {
  test('drops everything at once, also when it fails', async () => {
    const instance = await connect();
    const other = await connect();
    for (const one of [instance, other]) await read(one);
    await instance.call(method, '/things/1', { body: {} });
    expect((await read(instance))[0]).toBe('miss');
    expect((await read(other))[0]).toBe('hit');

    const reply = vendor.reply;
    vendor.reply = (request) => (request.method === 'GET' ? reply(request) : { status: 500 });
    await instance.call(method, '/things/1', { body: {} });
    expect((await read(instance))[0]).toBe('miss');
  });
});

test('a reading that was under way during a write is not kept: it may tell of the time before', async () => {
  const instance = await connect();
  const { promise: mayAnswer, resolve: release } = Promise.withResolvers<void>();
  vendor.reply = async ({ method }) => {
    if (method === 'GET') await mayAnswer;
    return { body: { answer: 'old' } };
  };
  const reading = read(instance);
  await until('the vendor is asked', () => vendor.requests.length === 1);
  await instance.call('PATCH', '/things/1', { body: {} });
  release();
  expect(await reading).toEqual(['miss', 'old']);
  vendor.reply = () => ({ body: { answer: 'new' } });
  expect(await read(instance)).toEqual(['miss', 'new']);
});

test('a change of the instance drops everything', async () => {
  const instance = await connect();
  await read(instance);
  await platform.call('PATCH', `/instances/${instance.id}`, { body: { configuration: { anything: 'new' } } });
  expect((await read(instance))[0]).toBe('miss');
});

test('a disabled instance answers nothing from memory', async () => {
  const instance = await connect();
  await read(instance);
  await platform.call('DELETE', `/instances/${instance.id}/enabled`);
  expect((await instance.call('GET', '/things')).status).toBe(403);
});

test('a write in one process drops what another keeps', async () => {
  const instance = await connect();
  await read(instance, '/things', second);
  expect((await read(instance, '/things', second))[0]).toBe('hit');
  await instance.call('POST', '/things/1', { body: {} });
  const dropped = await until('the other process heard of it', async () => {
    const [how, answer] = await read(instance, '/things', second);
    return how === 'miss' ? answer : undefined;
  });
  expect(dropped).toBeGreaterThan(1);
});
