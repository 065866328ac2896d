// Calls whose caller does not wait: answered at once, made through the server itself, and their results events that are
// sent to the callback. What was accepted survives a kill -9, and no write is repeated blindly.

import { createHmac } from 'node:crypto';
import { join } from 'node:path';
import pg from 'pg';
import { afterAll, beforeAll, beforeEach, describe, expect, onTestFinished, test } from 'vitest';
import {
  createTestDatabase,
  createTestKeyring,
  credentials,
  type Platform,
  platformEnvironment,
  startPlatform,
} from './support/platform.ts';
import {
  connectTestElement,
  type RecordingVendor,
  startRecordingVendor,
  type TestInstance,
} from './support/recording-vendor.ts';
import { makeDataFolder, type ServerProcess, startServerProcess, until } from './support/server-process.ts';

let platform: Platform;
let vendor: RecordingVendor;
let instance: TestInstance;
let receiver: RecordingVendor;
let callback: string;
let asynchronous: Record<string, string>;

const resource = (method: string, path: string) => ({
  ...{ method, path: `/hubs/general${path}`, vendorMethod: method, vendorPath: path, type: 'api' },
  parameters: method === 'POST' ? [{ name: 'thing', type: 'body', vendorName: 'thing', vendorType: 'body' }] : [],
});
const element = { resources: [resource('GET', '/things'), resource('POST', '/things')] };

beforeAll(async () => {
  vendor = await startRecordingVendor();
  receiver = await startRecordingVendor();
  callback = `${receiver.url}/results`;
  asynchronous = { 'Elements-Async-Request': 'True', 'Elements-Async-Callback-Url': callback };
  platform = await startPlatform({ environment: { VALENCE_EGRESS: 'any' } });
  instance = await connectTestElement(platform, vendor, element);
});
afterAll(async () => {
  await platform.close();
  await vendor.close();
  await receiver.close();
});
beforeEach(() => {
  receiver.requests.length = 0;
  vendor.requests.length = 0;
  vendor.reply = () => ({ body: [{ id: 1 }] });
});

interface ResultEvent {
  id: string;
  source: string;
  instance_id: string | null;
  account_id: number;
  callback_url: string;
  body: string;
}

/** The event that the result of a call became, and what the callback is told. */
async function resultOf(eventId: string) {
  const [event] = await until('the result', async () => {
    const rows = await platform.sql<ResultEvent>('select * from events where id = $1', [eventId]);
    return rows.length > 0 && rows;
  });
  return { event: event as ResultEvent, told: JSON.parse((event as ResultEvent).body) };
}

async function queryDatabase(connectionString: string, text: string, values: unknown[]) {
  const client = new pg.Client({ connectionString });
  await client.connect();
  return client.query(text, values).finally(() => client.end());
}

async function leftOver(): Promise<number> {
  return (await platform.sql('select from asynchronous_calls')).length;
}

describe('an asynchronous call', () => {
  test('of an element is answered at once, and its result is sent to the address that it names', async () => {
    let answer = () => undefined as undefined;
    vendor.reply = () =>
      new Promise((resolve) => {
        answer = () => void resolve({ body: { id: 7, name: 'new' } }) as undefined;
      });
    const dispatched = await instance.call('POST', '/hubs/general/things', {
      body: { name: 'new' },
      headers: asynchronous,
    });
    expect([dispatched.status, dispatched.body]).toEqual([
      200,
      { eventId: expect.stringMatching(/^[0-9a-f-]{36}$/), eventStatus: 'dispatched' },
    ]);
    await until('the vendor is asked', () => vendor.requests.length === 1);
    answer();
    const { event, told } = await resultOf(dispatched.body.eventId);
    expect(event).toMatchObject({ source: 'result', callback_url: callback, instance_id: String(instance.id) });
    expect(told).toEqual({
      eventId: dispatched.body.eventId,
      eventStatus: 'completed',
      instanceId: instance.id,
      request: { method: 'POST', uri: '/hubs/general/things' },
      response: {
        code: 200,
        headers: expect.objectContaining({ 'elements-element-instance-id': String(instance.id) }),
        body: { id: 7, name: 'new' },
      },
    });
    expect(vendor.requests).toHaveLength(1);
    expect(await leftOver()).toBe(0);
    const [sent] = await until('the callback', () => receiver.requests.length > 0 && receiver.requests);
    expect([sent?.path, sent?.headers['elements-webhook-id']]).toEqual(['/results', dispatched.body.eventId]);
    expect(JSON.parse(sent?.text ?? '')).toEqual(told);
  });

  test('goes to the callback of its instance when it names none', async () => {
    const own = await connectTestElement(platform, vendor, element, {
      'event.notification.signature.key': 'signing-key',
      'event.notification.callback.url': `${receiver.url}/events`,
    });
    const { body } = await own.call('GET', '/things', { headers: { 'elements-async-request': 'true' } });
    const { event, told } = await resultOf(body.eventId);
    const [sent] = await until('the callback', () => receiver.requests.length > 0 && receiver.requests);
    const signature = createHmac('sha256', 'signing-key')
      .update(sent?.body ?? '')
      .digest('base64');
    expect(sent?.headers['elements-webhook-signature']).toBe(`sha256=${signature}`);
    expect(event.callback_url).toBe(`${receiver.url}/events`);
    expect(told.response).toMatchObject({ code: 200, body: [{ id: 1 }] });
  });

  test('to the platform works, too', async () => {
    const { status, body } = await platform.call('GET', `/instances/${instance.id}`, { headers: asynchronous });
    expect([status, body.eventStatus]).toEqual([200, 'dispatched']);
    const { event, told } = await resultOf(body.eventId);
    expect(event.instance_id).toBeNull();
    expect(told.response.body).toMatchObject({ id: instance.id, configuration: expect.anything() });
    const [sent] = await until('the callback', () => receiver.requests.length > 0 && receiver.requests);
    expect(sent?.path).toBe('/results');
  });

  test('that is refused tells so in its result', async () => {
    vendor.reply = () => ({ status: 422, body: { error: 'no such thing' } });
    const refused = await instance.call('GET', '/things', { headers: asynchronous });
    expect((await resultOf(refused.body.eventId)).told.response).toMatchObject({
      code: 422,
      body: { message: expect.any(String), requestId: expect.any(String) },
    });
    const unknown = await instance.call('GET', '/nothing', { headers: asynchronous });
    expect((await resultOf(unknown.body.eventId)).told.response.code).toBe(404);
  });

  test('bytes that are no text come as base64, and an answer that is too large is left out', async () => {
    const bytes = Buffer.from([0xff, 0xfe, 0, 1]);
    vendor.reply = () => ({ headers: { 'content-type': 'application/octet-stream' }, body: bytes });
    const small = await instance.call('GET', '/things', { headers: asynchronous });
    expect((await resultOf(small.body.eventId)).told.response.body).toBe(bytes.toString('base64'));
    const large = Buffer.alloc(5 * 1024 * 1024, 'x');
    vendor.reply = () => ({ headers: { 'content-type': 'application/octet-stream' }, body: large });
    const left = await instance.call('GET', '/things', { headers: asynchronous });
    const { told } = await resultOf(left.body.eventId);
    expect(told.response).toMatchObject({ code: 200, body: null, bodyLeftOut: true });
  });

  test('is refused at once without an address, with one that is none, and without credentials', async () => {
    const call = (headers: Record<string, string>, options = {}) =>
      platform.call('GET', '/hubs/general/things', {
        authorization: credentials(instance.token),
        headers: { 'elements-async-request': 'true', ...headers },
        ...options,
      });
    const without = await call({});
    expect([without.status, without.body.message]).toEqual([400, expect.stringMatching(/Elements-Async-Callback-Url/)]);
    for (const address of ['results', 'ftp://customer.example/', 'http://']) {
      expect((await call({ 'elements-async-callback-url': address })).status).toBe(400);
    }
    const nobody = await platform.call('GET', '/instances', { authorization: undefined, headers: asynchronous });
    expect(nobody.status).toBe(401);
    expect(vendor.requests).toHaveLength(0);
    expect(await leftOver()).toBe(0);
  });

  test('is none when the header says false', async () => {
    const { body } = await instance.call('GET', '/things', { headers: { 'elements-async-request': 'false' } });
    expect(body).toEqual([{ id: 1 }]);
  });

  test('what it carries is sealed while it is under way', async () => {
    vendor.reply = () => 'silence';
    const { body } = await instance.call('POST', '/things', {
      body: { password: 'very-secret-body' },
      headers: { ...asynchronous, 'elements-async-callback-url': `${receiver.url}/very-secret-path` },
    });
    const rows = await platform.sql<{ row: string }>('select c::text as row from asynchronous_calls as c');
    expect(rows).toHaveLength(1);
    expect(rows[0]?.row).not.toMatch(/very-secret/);
    await vendor.close();
    vendor = await startRecordingVendor();
    await resultOf(body.eventId);
    instance = await connectTestElement(platform, vendor, element);
  });
});

test('a stop waits for the calls that are under way', async () => {
  const databaseUrl = await createTestDatabase();
  const own = await startPlatform({ databaseUrl, environment: { VALENCE_EGRESS: 'any' } });
  let closed: Promise<void> | undefined;
  onTestFinished(() => closed ?? own.close());
  const connected = await connectTestElement(own, vendor, element);
  let answer = () => undefined as undefined;
  vendor.reply = () =>
    new Promise((resolve) => {
      answer = () => void resolve({ body: [{ id: 2 }] }) as undefined;
    });
  const { body } = await connected.call('GET', '/things', { headers: asynchronous });
  await until('the vendor is asked', () => vendor.requests.length === 1);
  closed = own.close();
  answer();
  await closed;
  const { rows } = await queryDatabase(databaseUrl, 'select body from events where id = $1', [body.eventId]);
  expect(JSON.parse(rows[0].body).response.body).toEqual([{ id: 2 }]);
});

describe('after kill -9', () => {
  let url: string;
  let environment: Record<string, string>;
  async function begin(): Promise<ServerProcess> {
    const server = await startServerProcess(environment);
    onTestFinished(() => server.kill());
    return server;
  }
  beforeAll(async () => {
    url = await createTestDatabase();
    environment = {
      ...platformEnvironment({
        databaseUrl: url,
        keyring: createTestKeyring(),
        dataFolder: join(await makeDataFolder(), 'data'),
      }),
      VALENCE_EGRESS: 'any',
    };
  });

  test('a read is made again; a write that was sent is told to be unknown, and not repeated', async () => {
    const first = await begin();
    const own = await connectTestElement({ ...platform, call: first.call } as Platform, vendor, element);
    vendor.reply = () => 'silence';
    const call = (method: string) =>
      first.call(method, '/hubs/general/things', {
        authorization: credentials(own.token),
        headers: asynchronous,
        ...(method === 'POST' ? { body: { name: 'once' } } : {}),
      });
    const [read, write] = [await call('GET'), await call('POST')];
    await until('both are at the vendor', () => vendor.requests.length === 2);
    await first.kill();
    vendor.reply = () => ({ body: [{ id: 1 }] });

    const second = await begin();
    const response = (eventId: string) =>
      until('the result', async () => {
        const { rows } = await queryDatabase(url, 'select body from events where id = $1', [eventId]);
        return rows.length > 0 && JSON.parse(rows[0].body).response;
      });
    expect(await response(read.body.eventId)).toMatchObject({ code: 200, body: [{ id: 1 }] });
    expect(await response(write.body.eventId)).toMatchObject({
      code: 502,
      body: { message: expect.stringMatching(/unknown whether/) },
    });
    expect(vendor.requests.filter((request) => request.method === 'POST')).toHaveLength(1);
    expect(vendor.requests.filter((request) => request.method === 'GET')).toHaveLength(2);
    await second.stop();
  });
});
