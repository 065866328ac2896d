// Events of the catalog's elements, from a change at the vendor to the customer's callback: what is asked of the vendor when
// an account is connected with events, what its webhooks become, and that nothing is left at the vendor afterwards.

import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import {
  type Connectable,
  callElement,
  configurationOf,
  connect,
  type Listener,
  seenRequests,
  startListener,
  useTrip,
} from '../support/guide.ts';

const customer = 'customer.example.test';
let listener: Listener;
beforeAll(async () => {
  listener = await startListener();
  listener.answer = { status: 200, body: '' };
});
afterAll(() => listener.close());
const trip = useTrip({ routes: () => ({ [customer]: listener.url }) });

interface Item {
  elementKey: string;
  eventType: string;
  objectType: string;
  objectId: string;
  date: string;
}

/** Everything that the customer was told so far, in the order in which it came. */
function told(): Item[] {
  return listener.requests.flatMap(({ body }) => JSON.parse(body).message.events as Item[]);
}

/** Waits until the customer was told of an object in a way that fits. */
async function hear(expected: Partial<Item>): Promise<Item> {
  const fits = (item: Item) => Object.entries(expected).every(([name, value]) => item[name as keyof Item] === value);
  await expect.poll(() => told().filter(fits).length, { timeout: 15_000, message: JSON.stringify(expected) }).toBe(1);
  return told().find(fits) as Item;
}

async function connectWithEvents(key: Connectable, type: string, more: Record<string, string> = {}) {
  const instance = await connect(trip, key, {
    configuration: {
      ...configurationOf(key),
      'event.notification.enabled': 'true',
      'event.vendor.type': type,
      'event.notification.callback.url': `https://${customer}/events`,
      ...more,
    },
  });
  const call = (method: string, path: string, body?: unknown) => callElement(trip, instance.token, method, path, body);
  const made = async (path: string, body: unknown) => {
    const answer = await call('POST', path, body);
    expect(answer.status, JSON.stringify(answer.body)).toBe(200);
    return answer.body;
  };
  return { instance, call, made };
}

const settingsOf = async (id: number) => (await trip.platform.call('GET', `/instances/${id}`)).body.configuration;

async function remove(id: number): Promise<void> {
  const gone = await trip.platform.call('DELETE', `/instances/${id}`);
  expect(gone.status, JSON.stringify(gone.body)).toBe(200);
}

const seconds = (date: unknown) => Math.floor(Date.parse(String(date)) / 1000);

describe('ciscospark', () => {
  test('tells of channels, messages and memberships by one webhook, which goes with the instance', async () => {
    const { instance, call, made } = await connectWithEvents('ciscospark', 'webhooks');
    const settings = await settingsOf(instance.id);
    const id = settings['ciscospark.hooks.id'];
    expect(id).toMatch(/./);
    expect(settings['event.notification.subscription.id']).toBe(id);
    expect(settings['ciscospark.hooks.secret']).toBe('********');
    const [subscribed] = await seenRequests(trip, '/v1/webhooks');
    expect(JSON.parse(subscribed?.body ?? '')).toMatchObject({
      targetUrl: `${trip.platform.url}/elements/api-v2/events/ciscospark/${Buffer.from(String(instance.id)).toString('base64url')}`,
      resource: 'all',
      event: 'all',
      secret: expect.stringMatching(/.{16}/),
    });

    const channel = await made('/channels', { title: 'Events' });
    await hear({ elementKey: 'ciscospark', objectType: 'channels', objectId: channel.id, eventType: 'CREATED' });
    const message = await made(`/channels/${channel.id}/messages`, { text: 'Hello' });
    const heard = await hear({ objectType: 'messages', objectId: message.id, eventType: 'CREATED' });
    expect(seconds(heard.date)).toBe(seconds(message.created));
    expect((await call('DELETE', `/messages/${message.id}`)).status).toBe(200);
    await hear({ objectType: 'messages', objectId: message.id, eventType: 'DELETED' });
    expect((await call('PUT', `/channels/${channel.id}`, { title: 'Renamed' })).status).toBe(200);
    await hear({ objectType: 'channels', objectId: channel.id, eventType: 'UPDATED' });

    await remove(instance.id);
    const removed = (await seenRequests(trip, `/v1/webhooks/${id}`)).at(-1);
    expect([removed?.method, removed?.status]).toEqual(['DELETE', 204]);
  });

  test('a webhook with another signature, or none, is refused', async () => {
    const { instance } = await connectWithEvents('ciscospark', 'webhooks');
    const before = told().length;
    const path = `/events/ciscospark/${Buffer.from(String(instance.id)).toString('base64url')}`;
    const body = { resource: 'messages', event: 'created', data: { id: 'forged' } };
    for (const headers of [{}, { 'x-spark-signature': 'f'.repeat(40) }]) {
      const refused = await trip.platform.call('POST', path, { body, headers, authorization: undefined });
      expect(refused.status).toBe(401);
    }
    expect(told()).toHaveLength(before);
    await remove(instance.id);
  });
});

describe('zendesk', () => {
  test('tells of incidents by a webhook that triggers call, and by no more when the instance is gone', async () => {
    const { instance, call, made } = await connectWithEvents('zendesk', 'webhook');
    const settings = await settingsOf(instance.id);
    const webhook = settings['event.notification.subscription.id'];
    expect(webhook).toMatch(/./);
    expect(settings['helpdesk.zendesk.webhook.signing_secret']).toBe('********');
    const triggers = ['helpdesk.zendesk.webhook.create_trigger_id', 'helpdesk.zendesk.webhook.trigger_id'].map(
      (key) => settings[key],
    );
    expect(triggers).toEqual([expect.stringMatching(/^\d+$/), expect.stringMatching(/^\d+$/)]);

    const incident = await made('/incidents', { subject: 'With "quotes"', description: 'It is on fire.' });
    const created = await hear({ objectType: 'incidents', objectId: String(incident.id), eventType: 'CREATED' });
    expect(seconds(created.date)).toBe(seconds(incident.updated_at));
    const changed = await call('PATCH', `/incidents/${incident.id}`, { status: 'pending' });
    const updated = await hear({ objectType: 'incidents', objectId: String(incident.id), eventType: 'UPDATED' });
    expect(seconds(updated.date)).toBe(seconds(changed.body.updated_at));

    await remove(instance.id);
    for (const path of [...triggers.map((id) => `/api/v2/triggers/${id}.json`), `/api/v2/webhooks/${webhook}`]) {
      const removed = (await seenRequests(trip, path)).at(-1);
      expect([removed?.method, removed?.status], path).toEqual(['DELETE', 204]);
    }
  });

  test('what an old target sends is taken with the token in its URL, and not without', async () => {
    const { instance } = await connectWithEvents('zendesk', 'webhook', {
      'helpdesk.zendesk.webhook.target_id': '4711',
      'helpdesk.zendesk.webhook.token': 'a token of the target',
    });
    const ticket = {
      ...{ id: '1711', title: 'new', status: 'Pending', action: 'updated', target: '4711' },
      updated: '2016-05-31T10:32:15-05:00',
    };
    const send = (query: Record<string, string>) =>
      trip.platform.call(
        'GET',
        `/events/zendesk?${new URLSearchParams({ ticket: JSON.stringify(ticket), ...query })}`,
        {
          authorization: undefined,
        },
      );
    expect((await send({})).status).toBe(401);
    expect((await send({ token: 'another' })).status).toBe(401);
    expect((await send({ token: 'a token of the target' })).status).toBe(200);
    const heard = await hear({ objectType: 'incidents', objectId: '1711', eventType: 'UPDATED' });
    expect(heard.date).toBe('2016-05-31T15:32:15.000Z');
    await remove(instance.id);
  });
});
