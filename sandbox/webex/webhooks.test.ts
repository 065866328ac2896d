// Simulated Webex's webhooks over real HTTP: who hears of what, signatures, the firehose, and receivers that fail.

import { createHmac } from 'node:crypto';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
import { sandboxApplications } from '../applications.ts';
import { parameterOf, type Reply, startTestSandbox, type TestSandbox, textOf } from '../test-client.ts';
import { answerWith, startTestReceiver, type TestReceiver } from '../test-receiver.ts';

const base = 'https://webexapis.com/v1';
const callback = 'https://app.example/callback';
const { clientId, clientSecret } = sandboxApplications.webex;

let running: TestSandbox;
let receiver: TestReceiver;
let robin: string;
beforeAll(async () => {
  running = await startTestSandbox();
});
afterAll(() => running.close());
beforeEach(async () => {
  await running.control('POST', 'reset');
  receiver = await startTestReceiver();
  robin = await logIn('spark:all');
});
afterEach(() => receiver.close());

async function logIn(scope: string, user = 'robin@example.com'): Promise<string> {
  const ask = new URLSearchParams({ response_type: 'code', client_id: clientId, redirect_uri: callback, scope });
  const code = parameterOf(await running.consent(`${base}/authorize?${ask}`, 'allow', user), 'code');
  const fields = { grant_type: 'authorization_code', code, redirect_uri: callback };
  const basic = { authorization: `Basic ${btoa(`${clientId}:${clientSecret}`)}` };
  return textOf((await running.postForm(`${base}/access_token`, fields, basic)).json, 'access_token');
}

function call(method: string, path: string, body?: unknown, token = robin): Promise<Reply> {
  return running.call(base + path, {
    method,
    headers: { authorization: `Bearer ${token}`, ...(body !== undefined && { 'content-type': 'application/json' }) },
    ...(body !== undefined && { body: JSON.stringify(body) }),
  });
}

async function hook(more: Record<string, unknown> = {}, token = robin): Promise<string> {
  const targetUrl = `${receiver.url}/in`;
  const reply = await call(
    'POST',
    '/webhooks',
    { name: 'W', targetUrl, resource: 'messages', event: 'all', ...more },
    token,
  );
  expect(reply.status, reply.text).toBe(200);
  return textOf(reply.json, 'id');
}

async function roomId(title: string): Promise<string> {
  const { items } = (await call('GET', '/rooms?max=1000')).json as { items: { id: string; title: string }[] };
  return items.find((room) => room.title === title)?.id ?? '';
}

const settle = () => running.control('POST', 'webhooks/settle', { vendor: 'webex' });

/** What was received, in the order of what happened. */
async function heard(): Promise<{ resource: string; event: string; data: Record<string, unknown> }[]> {
  await settle();
  return receiver.received.map(({ text }) => JSON.parse(text));
}

async function kinds(): Promise<string[]> {
  return (await heard()).map(({ resource, event }) => `${resource} ${event}`).sort();
}

test('a webhook is made, listed, read, changed and deleted by its application and person only', async () => {
  const made = await call('POST', '/webhooks', {
    name: 'New messages',
    targetUrl: 'https://app.example/in',
    resource: 'messages',
    event: 'created',
    secret: 'S',
  });
  const shown = {
    name: 'New messages',
    targetUrl: 'https://app.example/in',
    resource: 'messages',
    event: 'created',
    secret: 'S',
    ownedBy: 'creator',
    status: 'active',
    created: running.now().toISOString(),
  };
  expect([made.status, made.json]).toEqual([200, expect.objectContaining(shown)]);
  const id = textOf(made.json, 'id');
  expect((await call('GET', '/webhooks')).json).toEqual({ items: [made.json] });
  expect((await call('GET', `/webhooks/${id}`)).json).toEqual(made.json);
  const kim = await logIn('spark:all', 'kim@example.com');
  expect((await call('GET', '/webhooks', undefined, kim)).json).toEqual({ items: [] });
  expect((await call('GET', `/webhooks/${id}`, undefined, kim)).status).toBe(404);
  const changed = { name: 'N', targetUrl: 'https://app.example/2', status: 'inactive' };
  expect((await call('PUT', `/webhooks/${id}`, changed)).json).toMatchObject({ ...changed, event: 'created' });
  expect((await call('PUT', `/webhooks/${id}`, { name: 'N' })).status).toBe(400);
  expect((await call('DELETE', `/webhooks/${id}`)).status).toBe(204);
  expect((await call('GET', `/webhooks/${id}`)).status).toBe(404);
});

test.each([
  [{ targetUrl: 'nowhere' }, 400],
  [{ name: '' }, 400],
  [{ resource: 'teams' }, 400],
  [{ event: 'read' }, 400],
  [{ filter: 'title=x' }, 400],
  [{ filter: 'roomId=nothing' }, 400],
  [{ resource: 'all', filter: 'roomType=group' }, 400],
])('%j is refused', async (more, status) => {
  const body = { name: 'W', targetUrl: receiver.url, resource: 'messages', event: 'all', ...more };
  expect((await call('POST', '/webhooks', body)).status).toBe(status);
});

test('a webhook needs the read scope of its resource', async () => {
  const some = await logIn('spark:messages_read');
  await hook({}, some);
  for (const resource of ['rooms', 'memberships', 'all']) {
    const body = { name: 'W', targetUrl: receiver.url, resource, event: 'created' };
    expect((await call('POST', '/webhooks', body, some)).status, resource).toBe(403);
  }
});

test('a message is told without its words, and signed when there is a secret', async () => {
  const room = await roomId('Room 2');
  const id = await hook({ event: 'created', filter: `roomId=${room}`, secret: 'geheim' });
  const plain = await hook({ event: 'created' });
  const said = (await call('POST', '/messages', { roomId: room, text: 'Über uns' })).json as Record<string, unknown>;
  await call('POST', '/messages', { roomId: await roomId('Room 4'), text: 'elsewhere' });
  await settle();
  const [signed] = receiver.received.filter(({ text }) => JSON.parse(text).id === id);
  expect(signed).toMatchObject({ method: 'POST', path: '/in', headers: { 'content-type': 'application/json' } });
  expect(signed?.headers['x-spark-signature']).toBe(
    createHmac('sha1', 'geheim')
      .update(signed?.text ?? '')
      .digest('hex'),
  );
  const { text: _text, ...data } = said;
  expect(JSON.parse(signed?.text ?? '')).toEqual({
    id,
    name: 'W',
    targetUrl: `${receiver.url}/in`,
    resource: 'messages',
    event: 'created',
    filter: `roomId=${room}`,
    orgId: expect.any(String),
    createdBy: said['personId'],
    appId: expect.any(String),
    ownedBy: 'creator',
    status: 'active',
    created: running.now().toISOString(),
    actorId: said['personId'],
    data,
  });
  const others = receiver.received.filter(({ text }) => JSON.parse(text).id === plain);
  expect(others.map(({ headers }) => headers['x-spark-signature'])).toEqual([undefined, undefined]);
});

test('the firehose hears of rooms, messages and memberships, and only of what its person may see', async () => {
  await hook({ resource: 'all', event: 'all' });
  const kim = await logIn('spark:all', 'kim@example.com');
  const room = textOf((await call('POST', '/rooms', { title: 'Plans' })).json, 'id');
  await call('PUT', `/rooms/${room}`, { title: 'Better' });
  const message = textOf((await call('POST', '/messages', { roomId: room, text: 'a' })).json, 'id');
  await call('PUT', `/messages/${message}`, { roomId: room, text: 'b' });
  await call('DELETE', `/messages/${message}`);
  const member = await call('POST', '/memberships', { roomId: room, personEmail: 'kim@example.com' });
  const membership = textOf(member.json, 'id');
  await call('PUT', `/memberships/${membership}`, { isModerator: true });
  await call('DELETE', `/memberships/${membership}`);
  await call('POST', '/rooms', { title: 'Of kim' }, kim);
  expect(await kinds()).toEqual([
    'memberships created',
    'memberships created',
    'memberships deleted',
    'memberships updated',
    'messages created',
    'messages deleted',
    'messages updated',
    'rooms created',
    'rooms updated',
  ]);
  const rooms = (await heard()).filter(({ resource }) => resource === 'rooms');
  expect(rooms.every(({ data }) => data['id'] === room && !('title' in data))).toBe(true);
  const added = (await heard()).find(({ data }) => data['id'] === membership);
  expect(added?.data).toMatchObject({ roomId: room, personEmail: 'kim@example.com', roomType: 'group' });
});

test('who is added and removed hears of it, and a first direct message opens a room', async () => {
  const kim = await logIn('spark:all', 'kim@example.com');
  await hook({ resource: 'memberships' }, kim);
  const room = textOf((await call('POST', '/rooms', { title: 'Plans' })).json, 'id');
  const member = await call('POST', '/memberships', { roomId: room, personEmail: 'kim@example.com' });
  await call('DELETE', `/memberships/${textOf(member.json, 'id')}`);
  expect(await kinds()).toEqual(['memberships created', 'memberships deleted']);
  await hook({ resource: 'rooms', event: 'created', filter: 'type=direct' }, kim);
  await call('POST', '/messages', { toPersonEmail: 'kim@example.com', text: 'hi' });
  expect((await kinds()).filter((kind) => kind === 'rooms created')).toEqual(['rooms created']);
});

test('filters for mentions, files and moderators', async () => {
  const room = await roomId('Room 2');
  await hook({ event: 'created', filter: 'mentionedPeople=me' });
  await hook({ event: 'created', filter: 'hasFiles=true&roomType=group' });
  await hook({ resource: 'memberships', filter: 'isModerator=true' });
  await call('POST', '/messages', { roomId: room, text: 'nothing' });
  expect(await kinds()).toEqual([]);
  await call('POST', '/messages', { roomId: room, markdown: '<@personEmail:robin@example.com|Robin>' });
  await call('POST', '/messages', { roomId: room, files: ['https://files.example/a.txt'] });
  await call('POST', '/memberships', { roomId: room, personEmail: 'person120@example.com', isModerator: true });
  expect(await kinds()).toEqual(['memberships created', 'messages created', 'messages created']);
});

test('a hundred failures in five minutes switch a webhook off, until it is made active again', async () => {
  const id = await hook();
  const room = await roomId('Room 2');
  const headers = { authorization: `Bearer ${robin}` };
  const post = (times: number) =>
    running.control('POST', 'calls', {
      method: 'POST',
      url: `${base}/messages`,
      headers,
      body: { roomId: room, text: 'Message {n}' },
      times,
    });
  receiver.answer = answerWith(500);
  expect((await post(99)).json).toMatchObject({ statuses: { 200: 99 } });
  await settle();
  expect((await call('GET', `/webhooks/${id}`)).json).toMatchObject({ status: 'active' });
  running.advance(301);
  await post(99);
  await settle();
  expect((await call('GET', `/webhooks/${id}`)).json).toMatchObject({ status: 'active' });
  await post(1);
  await settle();
  expect((await call('GET', `/webhooks/${id}`)).json).toMatchObject({ status: 'inactive' });
  expect(receiver.received.length).toBe(199);
  await post(1);
  receiver.answer = answerWith(200);
  await call('PUT', `/webhooks/${id}`, { name: 'W', targetUrl: receiver.url, status: 'active' });
  await post(1);
  await settle();
  expect(receiver.received.length).toBe(200);
});

test('the control API shows what was sent, bends it, and sends it again', async () => {
  const webhooks = { copies: 2, dropRate: 0.5, seed: 'x' };
  expect((await running.control('POST', 'settings', { vendor: 'webex', webhooks })).json).toEqual({ webhooks });
  await hook({ event: 'created', secret: 'S' });
  const room = await roomId('Room 2');
  for (let number = 0; number < 12; number++) await call('POST', '/messages', { roomId: room, text: `${number}` });
  const counts = (await settle()).json as Record<string, number>;
  expect(counts['dropped']).toBeGreaterThan(0);
  expect(counts['delivered']).toBe(2 * (12 - (counts['dropped'] ?? 0)));
  expect(receiver.received.length).toBe(counts['delivered']);
  const log = (await running.control('GET', 'webhooks?vendor=webex')).json as Record<string, unknown>[];
  expect(new Set(log.map((entry) => entry['occasion'])).size).toBe(12);
  expect((await running.control('GET', 'webhooks?vendor=zendesk')).json).toEqual([]);
  const sent = log.find((entry) => entry['dropped'] === false);
  expect(sent).not.toHaveProperty('body');
  const whole = (await running.control('GET', `webhooks/${sent?.['id']}`)).json as Record<string, unknown>;
  const original = receiver.received.find(({ text }) => text === whole['body']);
  receiver.received = [];
  const replay = await running.control('POST', 'webhooks/replay', { id: sent?.['id'] });
  expect(replay.json).toMatchObject({ replayOf: sent?.['id'], state: 'delivered', attempts: [{ status: 200 }] });
  expect(receiver.received).toMatchObject([
    { text: original?.text, headers: { 'x-spark-signature': original?.headers['x-spark-signature'] } },
  ]);
  expect((await running.control('POST', 'webhooks/replay', { id: 'none' })).status).toBe(404);
  expect((await running.control('GET', 'webhooks/none')).status).toBe(404);
  expect((await running.control('POST', 'calls', { method: 'GET', url: 'https://x.example/', times: 1 })).status).toBe(
    400,
  );
  await running.control('POST', 'reset');
  expect((await running.control('GET', 'webhooks')).json).toEqual([]);
});
