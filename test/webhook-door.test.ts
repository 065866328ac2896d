// Webhooks come in by a door beside the framework: what comes in there is answered, noted and stored as anywhere else.

import { once } from 'node:events';
import { connect as connectTo } from 'node:net';
import pg from 'pg';
import { afterAll, beforeAll, beforeEach, expect, onTestFinished, test } from 'vitest';
import { type Platform, startPlatform } from './support/platform.ts';
import { requestBytes, sendBytes } from './support/raw-http.ts';
import { type RecordingVendor, startRecordingVendor } from './support/recording-vendor.ts';
import { until } from './support/server-process.ts';
import { makeElement, provision } from './support/test-element.ts';

let platform: Platform;
let vendor: RecordingVendor;
let path: string;
let elementKey: string;

beforeAll(async () => {
  vendor = await startRecordingVendor();
  platform = await startPlatform({ environment: { VALENCE_EGRESS: 'any' } });
  ({ path, elementKey } = await connect(platform));
});
beforeEach(() => {
  platform.logs.length = 0;
});
afterAll(async () => {
  await platform.close();
  await vendor.close();
});

/** An instance whose vendor brings a secret with its webhooks, and their path. */
async function connect(to: Platform): Promise<{ elementKey: string; path: string }> {
  const key = await makeElement(to, vendor, {
    resources: [],
    configuration: [{ key: 'hook.secret', type: 'PASSWORD' }],
    valence: {
      webhooks: {
        verify: [{ way: 'secret', from: 'header.x-token', setting: 'hook.secret' }],
        eventId: 'body.id',
        events: [{ objectType: 'things', objectId: '{body.id}', eventType: 'UPDATED' }],
      },
    },
  });
  const { body } = await provision(to, key, {
    configuration: { 'event.notification.enabled': true, 'event.vendor.type': 'webhook', 'hook.secret': 'open sesame' },
  });
  const instance = Buffer.from(String(body.id)).toString('base64');
  return { elementKey: key, path: `/elements/api-v2/events/${key}/${instance}` };
}

const json: [string, string] = ['Content-Type', 'application/json'];
const proven: [string, string][] = [json, ['X-Token', 'open sesame']];

let sent = 0;
const webhook = () => JSON.stringify({ id: `w${++sent}` });

const stored = async (body: string) => (await platform.sql('select from events where body = $1', [body])).length;

/** What was logged of requests to the instance's path. */
const logged = () => platform.logs.map((line) => JSON.parse(line)).filter((line) => line.path === path);

test('what is stored and what is refused is answered as by the framework, which takes what has a query', async () => {
  const elsewhere = `/elements/api-v2/events/no-such-element/${path.slice(path.lastIndexOf('/') + 1)}`;
  const requests: [string, string, [string, string][]][] = [
    ['stored', path, proven],
    ['not proven', path, [json, ['X-Token', 'wrong']]],
    ['for an instance that is none', `/elements/api-v2/events/${elementKey}/${btoa('999999')}`, proven],
    ['for what is no id', `/elements/api-v2/events/${elementKey}/nobody`, proven],
    ['for an element that is none', elsewhere, proven],
    ['for nobody', `/elements/api-v2/events/${elementKey}`, proven],
  ];
  const statuses: number[] = [];
  for (const [what, target, headers] of requests) {
    const [byDoor, byFramework] = await Promise.all(
      [target, `${target}?by=framework`].map(async (url) => {
        const answer = await sendBytes(platform.url, requestBytes('POST', url, headers, webhook()));
        const { requestId, ...body } = JSON.parse(answer.body);
        expect(answer.headers.get('elements-request-id'), what).toMatch(/^[0-9a-f-]{36}$/);
        if (answer.status !== 200) expect(requestId, what).toBe(answer.headers.get('elements-request-id'));
        const {
          'elements-request-id': _,
          date: __,
          'content-length': ___,
          ...rest
        } = Object.fromEntries(answer.headers);
        return { status: answer.status, body, headers: rest };
      }),
    );
    expect(byDoor, what).toEqual(byFramework);
    statuses.push(byDoor?.status ?? 0);
  }
  expect(statuses).toEqual([200, 401, 404, 404, 404, 404]);
});

test('a body that comes in pieces is taken whole', async () => {
  const body = webhook();
  const bytes = requestBytes('POST', path, proven, body);
  const socket = connectTo({ host: '127.0.0.1', port: Number(new URL(platform.url).port) });
  onTestFinished(() => void socket.destroy());
  for (const piece of [bytes.subarray(0, -5), bytes.subarray(-5, -2), bytes.subarray(-2)]) {
    await new Promise((resolve) => socket.write(piece, resolve));
    // until the server has had a turn
    await fetch(`${platform.url}/health`);
  }
  const [answer] = await once(socket, 'data');
  expect(String(answer)).toMatch(/^HTTP\/1\.1 200 /);
  expect(await stored(body)).toBe(1);
});

test('a webhook whose vendor hangs up in the middle is not stored, and is no fault of the server', async () => {
  const body = webhook();
  const socket = connectTo({ host: '127.0.0.1', port: Number(new URL(platform.url).port) });
  await new Promise((resolve) => socket.write(requestBytes('POST', path, proven, body).subarray(0, -5), resolve));
  await fetch(`${platform.url}/health`);
  socket.destroy();
  await until('the end is noted', async () => logged().length > 0);
  expect(logged()).toMatchObject([{ msg: 'answered', status: 400 }]);
  expect(await stored(body)).toBe(0);
});

test('one that fails is logged, one that is stored is not; both are measured by their route', async () => {
  await sendBytes(platform.url, requestBytes('POST', path, proven, webhook()));
  await sendBytes(platform.url, requestBytes('POST', path, [json], webhook()));
  expect(logged()).toMatchObject([{ msg: 'answered', method: 'POST', status: 401, requestId: expect.any(String) }]);
  const measured = await (await fetch(`${platform.url}/metrics`)).text();
  for (const status of [200, 401]) {
    const labels = `method="POST",route="/elements/api-v2/events/:elementKey/:instance",status="${status}"`;
    expect(measured).toContain(`valence_http_request_seconds_count{${labels}}`);
  }
});

test('a stop waits for a webhook that is being stored, and closes its connection with the answer', async () => {
  const stopping = await startPlatform({ environment: { VALENCE_EGRESS: 'any' } });
  const to = await connect(stopping);
  const lock = new pg.Client({ connectionString: stopping.databaseUrl });
  await lock.connect();
  onTestFinished(() => lock.end());
  await lock.query('begin; lock table events in access exclusive mode');
  const body = webhook();
  const bytes = requestBytes('POST', to.path, [...proven, ['Connection', 'keep-alive']], body);
  const answered = sendBytes(stopping.url, bytes.toString().replace('Connection: close\r\n', ''), 30_000);
  await until('it waits', async () => {
    const { rows } = await lock.query("select from pg_locks where relation = 'events'::regclass and not granted");
    return rows.length === 1;
  });
  const closed = stopping.close();
  // by then all is closed that waits for nothing
  for (let question = 0; question < 500; question++) await lock.query('select');
  await lock.query('commit');
  const { status, headers } = await answered;
  expect([status, headers.get('connection')]).toEqual([200, 'close']);
  await closed;
  expect((await lock.query('select from events where body = $1', [body])).rows).toHaveLength(1);
});

test('a stop waits for a webhook that is looked at, also when its vendor has hung up', async () => {
  const stopping = await startPlatform({ environment: { VALENCE_EGRESS: 'any' } });
  const to = await connect(stopping);
  const lock = new pg.Client({ connectionString: stopping.databaseUrl });
  await lock.connect();
  onTestFinished(() => lock.end());
  // it is not known yet whom the webhook is for
  await lock.query('begin; lock table instances in access exclusive mode');
  const body = webhook();
  const socket = connectTo({ host: '127.0.0.1', port: Number(new URL(stopping.url).port) });
  await new Promise((resolve) => socket.write(requestBytes('POST', to.path, proven, body), resolve));
  await until('it waits', async () => {
    const { rows } = await lock.query("select from pg_locks where relation = 'instances'::regclass and not granted");
    return rows.length === 1;
  });
  socket.destroy();
  const closed = stopping.close();
  // by then all is closed that waits for nothing
  for (let question = 0; question < 500; question++) await lock.query('select');
  await lock.query('commit');
  await closed;
  expect((await lock.query('select from events where body = $1', [body])).rows).toHaveLength(1);
});
