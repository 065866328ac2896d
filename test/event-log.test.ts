// What came and what became of it: read by account and instance, counted, hidden when it is too old, and sent again.

import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { bucketStarts } from '../src/http/routes/event-analytics.ts';
import { administrator, type Platform, startPlatform } from './support/platform.ts';
import { type RecordingVendor, startRecordingVendor } from './support/recording-vendor.ts';
import { until } from './support/server-process.ts';
import { makeElement, provision } from './support/test-element.ts';

const dayMs = 86_400_000;

let platform: Platform;
let vendor: RecordingVendor;
let receiver: RecordingVendor;
let now = Date.UTC(2026, 4, 4, 12);
let elementKey: string;
let count = 0;

interface Connected {
  id: number;
  token: string;
  url: string;
}

beforeAll(async () => {
  vendor = await startRecordingVendor();
  receiver = await startRecordingVendor();
  platform = await startPlatform({ environment: { VALENCE_EGRESS: 'any' }, clock: () => now });
  elementKey = await makeElement(platform, vendor, {
    resources: [],
    valence: {
      webhooks: {
        events: [
          {
            objectType: 'tickets',
            objectId: '{body.ticket}',
            eventType: { from: 'body.what', map: { new: 'CREATED' }, otherwise: 'UPDATED' },
          },
        ],
      },
    },
  });
});
beforeEach(() => {
  receiver.requests.length = 0;
  receiver.reply = () => ({});
});
afterAll(async () => {
  await platform.close();
  await vendor.close();
  await receiver.close();
});

/** An instance whose callbacks go to an endpoint of its own, in the account of the caller. */
async function connect(authorization?: string): Promise<Connected> {
  const url = `${receiver.url}/log/${++count}`;
  const configuration = {
    'event.notification.enabled': true,
    'event.vendor.type': 'webhook',
    'event.notification.callback.url': url,
  };
  const answer = await provision(
    platform,
    elementKey,
    { configuration },
    authorization === undefined ? {} : { authorization },
  );
  expect(answer.status, answer.body.message).toBe(200);
  return { id: answer.body.id, token: answer.body.token, url };
}

const webhook = (to: Connected, body: unknown) =>
  platform.call('POST', `/events/${elementKey}/${Buffer.from(String(to.id)).toString('base64')}`, {
    authorization: undefined,
    body,
  });
const eventsOf = async (to: Connected, query = '') =>
  (await platform.call('GET', `/instances/${to.id}/events?${query}`)).body;
const callbacksOf = (to: Connected) => receiver.requests.filter(({ path }) => to.url.endsWith(path));
const settled = (to: Connected, events: number) =>
  until('what was sent shows', async () => {
    const all = await eventsOf(to);
    return all.length === events && all.every((event: { dispositions: unknown[] }) => event.dispositions.length > 0);
  });

describe('reading', () => {
  test('an event shows what came, what it was made into and that it arrived', async () => {
    const instance = await connect();
    await webhook(instance, { ticket: 7, what: 'new' });
    await settled(instance, 1);
    const [listed] = await eventsOf(instance);
    const one = (await platform.call('GET', `/instances/${instance.id}/events/${listed.id}`)).body;
    expect(one).toEqual(listed);
    expect(one).toMatchObject({
      eventDate: new Date(now).toISOString(),
      status: 'NOTIFIED',
      source: 'webhook',
      elementKey,
      instanceId: instance.id,
      providerData: '{"ticket":7,"what":"new"}',
      events: [{ eventType: 'CREATED', objectType: 'tickets', objectId: '7' }],
      delivery: 'delivered',
      attempts: 1,
      dispositions: [{ number: 1, status: 'NOTIFIED', message: 'Event delivered' }],
    });
    expect(one.eventElementInstances).toMatchObject([{ eventId: one.id, elementInstanceId: instance.id }]);
    expect(callbacksOf(instance)[0]?.headers['elements-webhook-id']).toBe(one.id);
  });

  test('the element token reads the same events under /instances/events', async () => {
    const instance = await connect();
    const other = await connect();
    await webhook(instance, { ticket: 1 });
    await webhook(other, { ticket: 2 });
    await settled(instance, 1);
    const { userSecret, organizationSecret } = administrator;
    const authorization = `User ${userSecret}, Organization ${organizationSecret}, Element ${instance.token}`;
    const listed = await platform.call('GET', '/instances/events', { authorization });
    expect(listed.body.map((event: { instanceId: number }) => event.instanceId)).toEqual([instance.id]);
    const one = await platform.call('GET', `/instances/events/${listed.body[0].id}`, { authorization });
    expect(one.body.id).toBe(listed.body[0].id);
    const [foreign] = await eventsOf(other);
    expect((await platform.call('GET', `/instances/events/${foreign.id}`, { authorization })).status).toBe(404);
  });

  test('pages are ordered, the latest first, hold each event once, and can be cut by time and status', async () => {
    const instance = await connect();
    const start = now;
    for (let number = 0; number < 7; number++) {
      now += 1000;
      await webhook(instance, { ticket: number });
    }
    await settled(instance, 7);
    const found: string[] = [];
    let token: string | null = '';
    while (token !== null) {
      const page: Awaited<ReturnType<Platform['call']>> = await platform.call(
        'GET',
        `/instances/${instance.id}/events?pageSize=3${token === '' ? '' : `&nextPage=${token}`}`,
      );
      found.push(...page.body.map((event: { events: { objectId: string }[] }) => event.events[0]?.objectId));
      token = page.headers.get('elements-next-page-token');
    }
    expect(found).toEqual(['6', '5', '4', '3', '2', '1', '0']);
    expect(await eventsOf(instance, `from=${start + 2000}&to=${start + 4000}`)).toHaveLength(3);
    expect(await eventsOf(instance, 'status=NOTIFIED')).toHaveLength(7);
    expect(await eventsOf(instance, 'status=CONSUMED')).toHaveLength(0);
    for (const query of ['nextPage=x', 'status=LOST', 'from=yesterday', `from=${now}&to=${start}`]) {
      expect((await platform.call('GET', `/instances/${instance.id}/events?${query}`)).status, query).toBe(400);
    }
  });

  test('dispositions tell what went wrong', async () => {
    const instance = await connect();
    receiver.reply = () => ({ status: 502 });
    await webhook(instance, { ticket: 1 });
    await settled(instance, 1);
    const { body } = await platform.call('GET', '/instances/events/dispositions?pageSize=1');
    expect(body).toMatchObject([
      {
        elementInstanceId: instance.id,
        message: 'Error delivering event',
        detail: 'The endpoint answered 502.',
        delivery: 'retry',
      },
    ]);
  });

  test('another account sees nothing of it', async () => {
    const instance = await connect();
    await webhook(instance, { ticket: 1 });
    await settled(instance, 1);
    const [event] = await eventsOf(instance);
    const { authorization } = await otherAccount();
    for (const path of [
      `/instances/${instance.id}/events`,
      `/instances/${instance.id}/events/${event.id}`,
      `/instances/events/${event.id}`,
    ]) {
      expect((await platform.call('GET', path, { authorization })).status, path).toBe(404);
    }
    for (const path of ['/instances/events', '/instances/events/dispositions']) {
      expect((await platform.call('GET', path, { authorization })).body, path).toEqual([]);
    }
    const again = await platform.call('POST', `/instances/events/${event.id}/redeliver`, { authorization });
    expect(again.status).toBe(404);
  });

  test('what is older than the organization keeps events is hidden in every read', async () => {
    const instance = await connect();
    await webhook(instance, { ticket: 1 });
    await settled(instance, 1);
    const [event] = await eventsOf(instance);
    now += 3 * dayMs;
    const paths = [
      `/instances/${instance.id}/events?from=-6d`,
      '/instances/events?from=-6d',
      '/instances/events/dispositions?from=-6d',
    ];
    const sum = async () =>
      (await platform.call('GET', '/instances/events/analytics?from=-6d')).body.reduce(
        (total: number, entry: { count: number }) => total + entry.count,
        0,
      );
    for (const path of paths) expect((await platform.call('GET', path)).body.length, path).toBeGreaterThan(0);
    expect(await sum()).toBeGreaterThan(0);
    const changed = await platform.call('PATCH', '/organizations/me', { body: { eventRetentionDays: 2 } });
    expect(changed.body.eventRetentionDays).toBe(2);
    for (const path of paths) expect((await platform.call('GET', path)).body, path).toEqual([]);
    expect(await sum()).toBe(0);
    expect((await platform.call('GET', `/instances/events/${event.id}`)).status).toBe(404);
    expect((await platform.call('POST', `/instances/events/${event.id}/redeliver`)).status).toBe(404);
    const wrong = await platform.call('PATCH', '/organizations/me', { body: { eventRetentionDays: 0 } });
    expect(wrong.status).toBe(400);
    await platform.call('PATCH', '/organizations/me', { body: { eventRetentionDays: null } });
    expect((await platform.call('GET', `/instances/events/${event.id}`)).status).toBe(200);
  });
});

async function otherAccount(): Promise<{ id: number; authorization: string }> {
  const account = await platform.call('POST', '/accounts', { body: { externalId: `other-${++count}` } });
  const user = await platform.call('POST', `/accounts/${account.body.id}/users`, {
    body: { email: `user-${count}@example.test`, firstName: 'O', lastName: 'U' },
  });
  const { organizationSecret } = administrator;
  const secrets = await platform.call('GET', `/users/${user.body.id}/secret`);
  const secret = user.body.secret ?? secrets.body.secret;
  expect(secret).toBeTruthy();
  return { id: account.body.id, authorization: `User ${secret}, Organization ${organizationSecret}` };
}

describe('counting', () => {
  test('an hour by the minute has 61 times, without an interval there are about eight', async () => {
    const from = Date.UTC(2026, 0, 1, 10);
    const query = `from=${from}&to=${from + 3_600_000}`;
    const answer = await platform.call('GET', `/instances/events/analytics?${query}&interval=minute`);
    expect(answer.body).toHaveLength(61);
    expect(answer.body[60]).toEqual({ timestamp: '2026-01-01T11:00:00.000Z', count: 0 });
    const plain = await platform.call('GET', `/instances/events/analytics?${query}`);
    expect(plain.body).toHaveLength(8);
  });

  test('seconds, a range that ends before it begins and one with too many times are refused', async () => {
    for (const query of ['interval=second', 'from=-1h&to=-2h', 'from=-300d&interval=minute', 'interval=toString']) {
      for (const path of ['', '/accounts', '/instances']) {
        const { status, body } = await platform.call('GET', `/instances/events/analytics${path}?${query}`);
        expect([status, Object.keys(body)], query).toEqual([400, ['requestId', 'message']]);
      }
    }
    expect((await platform.call('GET', '/instances/events/analytics?accountIds[]=0')).status).toBe(403);
  });

  test('weeks begin on Mondays and months with their first day', () => {
    const at = (text: string) => Date.parse(text);
    expect(bucketStarts(at('2026-05-06T12:00Z'), at('2026-05-12T00:00Z'), 'week')).toEqual([
      at('2026-05-04T00:00Z'),
      at('2026-05-11T00:00Z'),
    ]);
    expect(bucketStarts(at('2025-12-31T12:00Z'), at('2026-02-01T00:00Z'), 'month')).toEqual([
      at('2025-12-01T00:00Z'),
      at('2026-01-01T00:00Z'),
      at('2026-02-01T00:00Z'),
    ]);
  });

  test('events are counted over time, for each account and each instance', async () => {
    now += 100 * dayMs;
    const [one, two] = [await connect(), await connect()];
    await webhook(one, { ticket: 1 });
    now += 60_000;
    receiver.reply = ({ path }) => ({ status: two.url.endsWith(path) ? 500 : 200 });
    await webhook(one, { ticket: 2 });
    await webhook(two, { ticket: 3 });
    await settled(one, 2);
    await settled(two, 1);
    const ask = async (path: string) =>
      (await platform.call('GET', `${path}?from=-1m&interval=minute`)).body as Record<string, unknown>[];
    const [before, last] = [now - 60_000, now].map((at) => new Date(Math.floor(at / 60_000) * 60_000).toISOString());
    expect(await ask('/instances/events/analytics')).toEqual([
      { timestamp: before, count: 1 },
      { timestamp: last, count: 2 },
    ]);
    expect(await ask('/instances/events/analytics/instances')).toEqual([
      { timestamp: before, total: 1, records: [{ instanceId: one.id, count: 1 }] },
      {
        timestamp: last,
        total: 2,
        records: [
          { instanceId: one.id, count: 1 },
          { instanceId: two.id, count: 1 },
        ],
      },
    ]);
    expect(await ask('/instances/events/analytics/accounts')).toMatchObject([
      { total: 1, records: [{ count: 1, success: 1, failed: 0 }] },
      { total: 2, records: [{ count: 2, success: 1, failed: 1 }] },
    ]);
    expect(await ask('/metrics/events')).toMatchObject([
      { count: 3, interval: 'minute', metrics: [{ count: 1 }, { count: 2 }] },
    ]);
  });
});

describe('sending again', () => {
  test('an event that was delivered is sent again with the same id', async () => {
    const instance = await connect();
    await webhook(instance, { ticket: 1 });
    await settled(instance, 1);
    const [event] = await eventsOf(instance);
    const answer = await platform.call('POST', `/instances/${instance.id}/events/${event.id}/redeliver`);
    expect(answer.status).toBe(200);
    await until('what was sent shows', async () => callbacksOf(instance).length === 2);
    const [first, second] = callbacksOf(instance);
    expect(second?.headers['elements-webhook-id']).toBe(event.id);
    expect(second?.text).toBe(first?.text);
    await until('what was sent shows', async () => (await eventsOf(instance))[0].attempts === 2);
    const unknown = event.id.replace(/.$/, (digit: string) => (digit === '0' ? '1' : '0'));
    for (const id of [unknown, 'nonsense']) {
      expect((await platform.call('POST', `/instances/${instance.id}/events/${id}/redeliver`)).status).toBe(404);
    }
  });

  test('the events of a time are sent again, all of them once, in more than one batch', async () => {
    const instance = await connect();
    now += 1000;
    const from = now;
    const rows = 620;
    for (let number = 0; number < rows; number += 100) {
      const some = Array.from({ length: Math.min(100, rows - number) }, (_, index) => number + index);
      await Promise.all(some.map((ticket) => webhook(instance, { ticket })));
    }
    await until('what was sent shows', async () => callbacksOf(instance).length === rows, 30_000);
    const ids = () => callbacksOf(instance).map(({ headers }) => headers['elements-webhook-id']);
    const first = new Set(ids());
    await until(
      'what was sent shows',
      async () => (await eventsOf(instance, 'status=NOTIFIED&pageSize=1000')).length === rows,
      30_000,
    );
    receiver.requests.length = 0;
    const answer = await platform.call('POST', `/instances/${instance.id}/events/redeliver`, {
      body: { from: new Date(from).toISOString() },
    });
    expect(answer.body).toEqual({ redelivered: rows });
    await until('what was sent shows', async () => callbacksOf(instance).length === rows, 30_000);
    expect(new Set(ids())).toEqual(first);
  }, 90_000);
});

describe('the queue', () => {
  const queuedOf = async (url: string) => {
    const where = encodeURIComponent(`channel='webhook' and status='queued' and config.url='${url}'`);
    return (await platform.call('GET', `/notifications/subscriptions/deliveries?where=${where}`)).body;
  };

  test('with the policy queue a failed delivery waits until it is asked for', async () => {
    const setting = 'notification.webhook.failure.policy';
    const wrong = await platform.call('PATCH', '/accounts/settings', { body: { [setting]: 'never' } });
    expect([wrong.status, wrong.body.message]).toEqual([400, `${setting} is "never": give "retry" or "queue".`]);
    await platform.call('PATCH', '/accounts/settings', { body: { [setting]: 'queue' } });
    try {
      const [one, two] = [await connect(), await connect()];
      receiver.reply = () => ({ status: 503 });
      await webhook(one, { ticket: 1 });
      await webhook(two, { ticket: 2 });
      await until(
        'what was sent shows',
        async () => (await queuedOf(one.url)).length === 1 && (await queuedOf(two.url)).length === 1,
      );
      const [event] = await eventsOf(one);
      expect(event).toMatchObject({ status: 'DISPATCHED', delivery: 'queued', attempts: 1 });
      expect(await queuedOf(one.url)).toMatchObject([{ id: event.id, status: 'queued', instanceId: one.id }]);

      receiver.reply = () => ({});
      const where = encodeURIComponent(`channel='webhook' and status='queued' and config.url='${one.url}'`);
      const sent = await platform.call('PUT', `/notifications/subscriptions/deliveries?where=${where}`);
      expect(sent.body).toEqual({ redelivered: 1, more: false });
      await until('what was sent shows', async () => (await eventsOf(one))[0].status === 'NOTIFIED');
      expect(callbacksOf(one).map(({ headers }) => headers['elements-webhook-id'])).toEqual([event.id, event.id]);
      expect(await queuedOf(one.url)).toEqual([]);
      expect(await queuedOf(two.url)).toHaveLength(1);
      const { authorization } = await otherAccount();
      const foreign = await platform.call('PUT', '/notifications/subscriptions/deliveries', { authorization });
      expect(foreign.body).toEqual({ redelivered: 0, more: false });
      const seen = await platform.call('GET', '/notifications/subscriptions/deliveries', { authorization });
      expect(seen.body).toEqual([]);
      for (const bad of ["color='red'", 'status=']) {
        const path = `/notifications/subscriptions/deliveries?where=${encodeURIComponent(bad)}`;
        expect((await platform.call('PUT', path)).status).toBe(400);
      }
    } finally {
      await platform.call('PATCH', '/accounts/settings', { body: { [setting]: 'retry' } });
    }
  });

  test('an endpoint that was given up is tried again when a delivery is asked for', async () => {
    const instance = await connect();
    receiver.reply = () => ({ status: 500 });
    await webhook(instance, { ticket: 1 });
    await settled(instance, 1);
    for (let attempt = 1; attempt <= 9; attempt++) {
      await until('what was sent shows', async () => (await eventsOf(instance, 'from=-30d'))[0].attempts === attempt);
      now += 2 ** (2 * attempt) * 1100 + 1000;
    }
    await until('what was sent shows', async () => (await queuedOf(instance.url)).length === 1);
    await webhook(instance, { ticket: 2 });
    await until('what was sent shows', async () => (await queuedOf(instance.url)).length === 2);
    receiver.reply = () => ({});
    const [event] = await queuedOf(instance.url);
    const where = encodeURIComponent(`id='${event.id}'`);
    expect((await platform.call('PUT', `/notifications/subscriptions/deliveries?where=${where}`)).body).toEqual({
      redelivered: 1,
      more: false,
    });
    now += 3000;
    await until('what was sent shows', async () => {
      const { body } = await platform.call('GET', `/instances/${instance.id}/events/${event.id}`);
      return body.status === 'NOTIFIED';
    });
    expect(await queuedOf(instance.url)).toHaveLength(1);
  }, 60_000);
});
