// A server as a process delivers events in a thread of their own: with elements of the catalog and private ones, by rules
// and by hooks, with the settings that are there when a webhook comes; what it measures is told, and it ends with the server.

import { createHmac } from 'node:crypto';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { limits } from '../src/config.ts';
import { createTestDatabase, createTestKeyring, platformEnvironment } from './support/platform.ts';
import { type RecordingVendor, startRecordingVendor } from './support/recording-vendor.ts';
import { makeDataFolder, type ServerProcess, startServerProcess, until } from './support/server-process.ts';

vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 });

let server: ServerProcess;
let receiver: RecordingVendor;
beforeAll(async () => {
  receiver = await startRecordingVendor();
  const databaseUrl = await createTestDatabase();
  server = await startServerProcess({
    ...platformEnvironment({ databaseUrl, keyring: createTestKeyring(), dataFolder: await makeDataFolder() }),
    VALENCE_EGRESS: 'any',
    VALENCE_ELEMENTS: fileURLToPath(new URL('../bench/elements', import.meta.url)),
  });
});
afterAll(async () => {
  await receiver.close();
});

async function connect(elementKey: string, configuration: Record<string, unknown>) {
  const { status, body } = await server.call('POST', '/instances', {
    body: {
      element: { key: elementKey },
      name: elementKey,
      configuration: {
        'base.url': receiver.url,
        'event.notification.enabled': true,
        'event.vendor.type': 'webhook',
        'event.notification.callback.url': `${receiver.url}/first`,
        ...configuration,
      },
    },
  });
  expect(status, JSON.stringify(body)).toBe(200);
  const path = `/events/${elementKey}/${Buffer.from(String(body.id)).toString('base64')}`;
  const send = (webhook: unknown, headers: Record<string, string> = {}) =>
    server.call('POST', path, { authorization: undefined, body: webhook, headers });
  return { id: Number(body.id), send };
}

async function delivered(what: string) {
  const found = await until(`${what} has come`, () => receiver.requests.find(({ text }) => text.includes(what)));
  return { path: found.path, message: JSON.parse(found.text).message };
}

const hook = `done({ events: [{ event_type: 'CREATED', event_object_type: configuration['event.webhook.url'] ?? 'things',
  event_object_id: events.thing, event_date: '2026-05-04T10:00:00Z' }] });`;

async function makePrivateElement() {
  const { status, body } = await server.call('POST', '/elements', {
    body: {
      key: 'own',
      name: 'Own',
      hub: 'general',
      authentication: { type: 'custom' },
      configuration: [{ key: 'base.url' }],
      resources: [],
      hooks: [{ type: 'event', mimeType: 'application/javascript', body: hook }],
    },
  });
  expect(status, JSON.stringify(body)).toBe(200);
}

test('events are delivered there, with what an update has just changed', async () => {
  await makePrivateElement();
  const instance = await connect('own', {});
  expect((await instance.send({ thing: 'one' })).status).toBe(200);
  expect(await delivered('"one"')).toMatchObject({ path: '/first', message: { events: [{ objectId: 'one' }] } });
  for (let number = 0; number < 10; number++) {
    const changed = await server.call('PATCH', `/instances/${instance.id}`, {
      body: { configuration: { 'event.notification.callback.url': `${receiver.url}/${number}` } },
    });
    expect(changed.status, JSON.stringify(changed.body)).toBe(200);
    await instance.send({ thing: `after ${number}` });
    expect((await delivered(`"after ${number}"`)).path).toBe(`/${number}`);
  }
});

test('one that comes right after another, of which the thread was just told, does not wait for the next look', async () => {
  const instance = await connect('own', {});
  for (let pair = 0; pair < 10; pair++) {
    await instance.send({ thing: `first ${pair}` });
    await instance.send({ thing: `second ${pair}` });
    const has = () => receiver.requests.some(({ text }) => text.includes(`"second ${pair}"`));
    await until('it has come, long before the queue is looked up', has, limits.eventLookMs / 3);
  }
});

test('elements of the catalog are asked of the other thread', async () => {
  const instance = await connect('hooked', { 'hook.secret': 'key' });
  const time = String(Math.floor(Date.now() / 1000));
  const webhook = { id: 'c1', type: 'tickets', what: 'created', ticket: { id: 7, updated_at: '2026-05-04T10:00:00Z' } };
  const signature = createHmac('sha256', 'key')
    .update(`${time}.${JSON.stringify(webhook)}`)
    .digest('hex');
  const sent = await instance.send(webhook, { 'x-time': time, 'x-signature': signature });
  expect(sent.status, JSON.stringify(sent.body)).toBe(200);
  expect(await delivered('"c1"')).toMatchObject({
    message: { elementKey: 'hooked', events: [{ objectType: 'tickets', objectId: '7', eventType: 'CREATED' }] },
  });
});

test('its callbacks are measured, and it ends with the server', async () => {
  const count = async () => {
    const text = await (await fetch(`${server.url}/metrics`)).text();
    return Number(/valence_callback_seconds_count\{outcome="delivered"\} (\d+)/.exec(text)?.[1] ?? 0);
  };
  await until('every callback is counted', async () => (await count()) === receiver.requests.length);
  await server.stop();
});
