// The poller as auditor: what webhooks missed one poll adds, and what they brought it does not double; a vendor that sends
// each webhook three times causes one event each.

import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { control } from '../support/consent.ts';
import { callElement, configurationOf, connect, type Listener, startListener, useTrip } from '../support/guide.ts';
import { until } from '../support/server-process.ts';

const customer = 'customer.example.test';
let listener: Listener;
// Ahead of the vendor's clock, since signed times are real ones.
let ahead = 0;
beforeAll(async () => {
  listener = await startListener();
  listener.answer = { status: 200, body: '' };
});
afterAll(() => listener.close());
beforeEach(() => {
  listener.requests.length = 0;
});
const trip = useTrip({ clock: () => Date.now() + ahead, routes: () => ({ [customer]: listener.url }) });

interface Told {
  topic: string;
  message: { events: { objectType: string; objectId: string; eventType: string }[] };
}

const told = (): Told[] => listener.requests.map(({ body }) => JSON.parse(body) as Told);
const ids = (from: readonly Told[]) => from.flatMap(({ message }) => message.events.map(({ objectId }) => objectId));

async function connected() {
  const instance = await connect(trip, 'zendesk', {
    configuration: {
      ...configurationOf('zendesk'),
      'event.notification.enabled': 'true',
      'event.vendor.type': 'webhook,polling',
      'event.notification.callback.url': `https://${customer}/events`,
      'event.poller.refresh_interval': '5',
    },
  });
  // From here on changes count.
  await trip.platform.app.pollDue();
  return instance;
}

async function makeTickets(token: string, count: number): Promise<string[]> {
  const made: string[] = [];
  for (let done = 0; done < count; done += 20) {
    const answers = await Promise.all(
      Array.from({ length: Math.min(20, count - done) }, (_, number) =>
        callElement(trip, token, 'POST', '/incidents', { subject: `Ticket ${done + number}`, description: 'On fire.' }),
      ),
    );
    for (const { status, body } of answers) {
      expect(status, JSON.stringify(body)).toBe(200);
      made.push(String(body.id));
    }
  }
  return made;
}

async function poll(id: number): Promise<void> {
  ahead += 6 * 60_000;
  await trip.platform.app.pollDue();
  const [row] = await trip.platform.sql<{ error: string | null }>(
    'select last_error as error from polls where instance_id = $1',
    [id],
  );
  expect(row?.error ?? null).toBeNull();
}

test('5 % of the webhooks are dropped, all come three times: one poll recovers every change, and each is told once', async () => {
  const webhooks = { copies: 3, dropRate: 0.05, seed: '7', retryDelayMs: 0 };
  await control(trip.sandbox.url, 'POST', '/settings', { vendor: 'zendesk', webhooks });
  const instance = await connected();
  const made = await makeTickets(instance.token, 300);
  await control(trip.sandbox.url, 'POST', '/webhooks/settle', { vendor: 'zendesk' });
  const log = (await control(trip.sandbox.url, 'GET', '/webhooks?vendor=zendesk')) as {
    dropped: boolean;
    state: string;
    occasion: string;
  }[];
  const sent = new Set(log.filter(({ dropped }) => !dropped).map(({ occasion }) => occasion)).size;
  const dropped = new Set(log.map(({ occasion }) => occasion)).size - sent;
  expect(log.every(({ state }) => state === 'delivered' || state === 'dropped')).toBe(true);
  await until('what was sent is told', () => told().length >= sent);
  expect(ids(told()).toSorted()).toEqual([...new Set(ids(told()))].toSorted());

  await poll(instance.id);
  await until('every change is told', () => new Set(ids(told())).size >= made.length);
  const incidents = told().flatMap(({ message }) =>
    message.events.filter(({ objectType }) => objectType === 'incidents'),
  );
  expect(incidents.map(({ objectId }) => objectId).toSorted()).toEqual(made.toSorted());
  const byPoll = told().filter(({ topic }) => topic === 'poll');
  expect(ids(byPoll).length).toBe(dropped);
  expect(dropped).toBeGreaterThan(0);

  // and the next poll brings nothing
  await poll(instance.id);
  await trip.platform.app.pollDue();
  expect(ids(told()).length).toBe(made.length);
}, 120_000);
