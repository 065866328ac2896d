// An element's event hook says what a webhook tells; elements without hook or rules pass it on as it is.

import { Webhook } from 'standardwebhooks';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { type Platform, startPlatform } from './support/platform.ts';
import { type RecordingVendor, startRecordingVendor, type TestElement } from './support/recording-vendor.ts';
import { until } from './support/server-process.ts';
import { makeElement, provision } from './support/test-element.ts';

let platform: Platform;
let receiver: RecordingVendor;

beforeAll(async () => {
  receiver = await startRecordingVendor();
  platform = await startPlatform({ environment: { VALENCE_EGRESS: 'any' } });
});
beforeEach(() => {
  receiver.requests.length = 0;
});
afterAll(async () => {
  await platform.close();
  await receiver.close();
});

async function connect(element: Partial<TestElement>, configuration: Record<string, unknown> = {}) {
  const elementKey = await makeElement(platform, receiver, { resources: [], ...element });
  const { body } = await provision(platform, elementKey, {
    configuration: {
      'event.notification.enabled': true,
      'event.vendor.type': 'webhooks',
      'event.notification.callback.url': `${receiver.url}/callback`,
      ...configuration,
    },
  });
  const key = String(body.configuration?.['event.notification.signature.key']);
  return { id: Number(body.id), key, path: `/events/${elementKey}/${Buffer.from(String(body.id)).toString('base64')}` };
}

const post = (path: string, body: unknown, headers: Record<string, string> = {}) =>
  platform.call('POST', path, { authorization: undefined, body, headers });

async function message(number = 1) {
  await until(`callback ${number} has come`, () => receiver.requests.length >= number);
  return JSON.parse(receiver.requests[number - 1]?.text ?? '').message;
}

const hook = `
  const rows = Array.isArray(events.changes) ? events.changes : [];
  done({ events: rows.map((row) => ({
    event_type: row.kind, event_object_type: configuration.kind + ':' + events.eventHeaders['x-topic'],
    event_object_id: row.id, event_date: row.at })) });`;

test('a hook makes one item of each change', async () => {
  const { path } = await connect({
    hooks: [{ type: 'event', mimeType: 'application/javascript', body: hook }],
    configuration: [{ key: 'kind', defaultValue: 'crm' }],
  });
  const changes = [
    { kind: 'CREATED', id: 1, at: 1_777_000_000 },
    { kind: 'DELETED', id: '2', at: '2026-05-04T10:00:00+02:00' },
    { kind: 'UNKNOWN', id: 3 },
  ];
  expect((await post(path, { changes }, { 'x-topic': 'people' })).status).toBe(200);
  expect((await message()).events).toMatchObject([
    { eventType: 'CREATED', objectType: 'crm:people', objectId: '1', date: '2026-04-24T03:06:40.000Z' },
    { eventType: 'DELETED', objectId: '2', date: '2026-05-04T08:00:00.000Z' },
    { eventType: 'UPDATED', objectId: '3' },
  ]);
});

test('a hook that fails leaves the reason with the event, and the next event is delivered', async () => {
  const { id, path } = await connect({
    hooks: [
      {
        type: 'event',
        mimeType: 'application/javascript',
        body: `if (events.bad) throw new Error('no such luck'); ${hook}`,
      },
    ],
  });
  await post(path, { bad: true });
  await post(path, { changes: [{ kind: 'CREATED', id: 1 }] });
  expect((await message()).events).toMatchObject([{ objectId: '1' }]);
  const outcomes = () =>
    platform.sql<{ message: string }>(
      'select message from event_outcomes join events on id = event_id where instance_id = $1 order by event_id',
      [id],
    );
  await until('both outcomes are noted', async () => (await outcomes()).length === 2);
  expect((await outcomes()).map((row) => row.message)).toEqual([
    expect.stringContaining('no such luck'),
    'Event delivered',
  ]);
});

test('without hook and rules the payload is passed on as it was written', async () => {
  const { path } = await connect({});
  const raw = '{"big": 12345678901234567890, "text": "ä\\u0000"}';
  const sent = await fetch(`${platform.url}/elements/api-v2${path}`, {
    method: 'POST',
    body: raw,
    headers: { 'content-type': 'application/json' },
  });
  expect(sent.status).toBe(200);
  expect((await message()).events).toEqual([]);
  expect(receiver.requests[0]?.text).toContain(`"raw":${raw}`);
  await fetch(`${platform.url}/elements/api-v2${path}`, {
    method: 'POST',
    body: 'a=1&b=two',
    headers: { 'content-type': 'application/x-www-form-urlencoded' },
  });
  expect((await message(2)).raw).toBe('a=1&b=two');
  await fetch(`${platform.url}/elements/api-v2${path}?ticket=${encodeURIComponent('{"id":7}')}`);
  expect((await message(3)).raw).toEqual({ ticket: { id: 7 } });
});

test('a library of Standard Webhooks takes the signature, and no other', async () => {
  const { key, path } = await connect({});
  await post(path, { a: 1 });
  await message();
  const text = receiver.requests[0]?.text ?? '';
  const headers = receiver.requests[0]?.headers as Record<string, string>;
  expect(new Webhook(key).verify(text, headers)).toMatchObject({ message: { raw: { a: 1 } } });
  expect(() => new Webhook(key).verify(`${text} `, headers)).toThrow();
  expect(() => new Webhook(`whsec_${Buffer.from('another').toString('base64')}`).verify(text, headers)).toThrow();
});

test('settings of the poller that cannot be read are refused with every fault', async () => {
  const elementKey = await makeElement(platform, receiver, { resources: [] });
  const refused = await provision(platform, elementKey, {
    configuration: {
      'event.notification.enabled': true,
      'event.vendor.type': 'polling',
      'event.notification.callback.url': 'nowhere',
      'event.poller.configuration': '{"things": {',
      'event.poller.refresh_interval': 'often',
    },
  });
  expect(refused.status).toBe(400);
  expect(refused.body.message).toMatch(/callback\.url must be.*refresh_interval must be.*no valid JSON/);
});

test('an event without a callback URL stays in the log', async () => {
  const { id, path } = await connect({}, { 'event.notification.callback.url': '' });
  await post(path, { a: 1 });
  const outcome = async () =>
    (
      await platform.sql<{ status: string; message: string }>(
        'select o.status, o.message from event_outcomes o join events e on e.id = o.event_id where e.instance_id = $1',
        [id],
      )
    )[0];
  await until('it is noted', async () => (await outcome()) !== undefined);
  expect(await outcome()).toEqual({ status: 'CONSUMED', message: expect.stringContaining('No callback URL is set') });
  expect(receiver.requests).toHaveLength(0);
});
