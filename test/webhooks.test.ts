// Webhooks come in, are proven and stored once, and leave signed, in order, and again until they arrive.

import { createHmac } from 'node:crypto';
import { Webhook } from 'standardwebhooks';
import { afterAll, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest';
import { type Answer, type Platform, startPlatform } from './support/platform.ts';
import {
  type RecordedRequest,
  type RecordingVendor,
  startRecordingVendor,
  type TestElement,
} from './support/recording-vendor.ts';
import { until } from './support/server-process.ts';
import { makeElement, provision } from './support/test-element.ts';

let platform: Platform;
let vendor: RecordingVendor;
let receiver: RecordingVendor;
let now = Date.UTC(2026, 4, 4, 12);
vi.setConfig({ testTimeout: 120_000 });

beforeAll(async () => {
  vendor = await startRecordingVendor();
  receiver = await startRecordingVendor();
  platform = await startPlatform({ environment: { VALENCE_EGRESS: 'any' }, clock: () => now });
});
beforeEach(() => {
  receiver.requests.length = 0;
  receiver.reply = () => ({});
  vendor.requests.length = 0;
  vendor.reply = () => ({ body: { id: 'hook-1' } });
});
afterAll(async () => {
  await platform.close();
  await vendor.close();
  await receiver.close();
});

/** An element whose vendor signs by HMAC, and tells what happened in `what` and `objects`. */
const signing = {
  configuration: [{ key: 'hook.secret', type: 'PASSWORD' }],
  valence: {
    webhooks: {
      secret: 'hook.secret',
      verify: [
        {
          way: 'hmac',
          from: 'header.x-signature',
          setting: 'hook.secret',
          signs: '{header.x-time}.{body}',
          timestamp: { from: 'header.x-time', form: 'seconds' },
        },
      ],
      eventId: 'body.id',
      challenges: [{ when: { method: 'GET', 'query.challenge': '*' }, answer: { body: '{query.challenge}' } }],
      events: [
        {
          rows: 'body.objects',
          objectType: 'tickets',
          objectId: '{row.id}',
          eventType: { from: 'body.what', map: { new: 'CREATED', gone: 'DELETED' }, otherwise: 'UPDATED' },
          date: '{row.changed}',
        },
      ],
    },
  },
  resources: [
    {
      type: 'onProvisionWebhook',
      method: 'POST',
      path: '/hubs/general/webhooks',
      vendorPath: '/hooks',
      vendorMethod: 'POST',
      parameters: [
        {
          name: '{"target":"{webhookCallbackUrl}","secret":"{hook.secret}"}',
          type: 'value',
          vendorName: 'body',
          vendorType: 'body',
          source: 'request',
        },
        {
          name: 'event.notification.subscription.id',
          type: 'configuration',
          vendorName: 'id',
          vendorType: 'bodyField',
          source: 'response',
        },
      ],
    },
    {
      type: 'onDeleteWebhook',
      method: 'DELETE',
      path: '/hubs/general/webhooks',
      vendorPath: '/hooks/{event.notification.subscription.id}',
      vendorMethod: 'DELETE',
      parameters: [],
    },
  ],
};

interface Connected {
  id: number;
  elementKey: string;
  key: string;
  secret: string;
  path: string;
}

let endpoints = 0;

async function connect(
  element: TestElement = signing,
  configuration: Record<string, unknown> = {},
): Promise<Connected> {
  const elementKey = await makeElement(platform, vendor, element);
  const answer = await provision(platform, elementKey, {
    configuration: {
      'event.notification.enabled': true,
      'event.vendor.type': 'webhook',
      'event.notification.callback.url': `${receiver.url}/callbacks/${++endpoints}`,
      ...configuration,
    },
  });
  expect(answer.body).toMatchObject({ eventsEnabled: true });
  const told = vendor.requests.findLast(({ method }) => method === 'POST');
  const { id } = answer.body;
  const path = `/events/${elementKey}/${Buffer.from(String(id)).toString('base64')}`;
  const secret = told === undefined ? '' : String(JSON.parse(told.text).secret);
  return { id, elementKey, key: answer.body.configuration['event.notification.signature.key'], secret, path };
}

const seconds = () => String(Math.floor(now / 1000));

async function send(
  to: Connected,
  body: unknown,
  changes: { headers?: Record<string, string>; path?: string; at?: string } = {},
): Promise<Answer> {
  const text = JSON.stringify(body);
  const at = changes.at ?? seconds();
  const signature = createHmac('sha256', to.secret).update(`${at}.${text}`).digest('hex');
  return platform.call('POST', changes.path ?? to.path, {
    authorization: undefined,
    body,
    headers: { 'x-time': at, 'x-signature': signature, ...changes.headers },
  });
}

const ticket = (id: string, number = 1, what = 'changed') => ({
  id,
  what,
  objects: [{ id: `T${number}`, changed: '2026-05-04T11:59:00Z' }],
});

async function callbacks(count: number): Promise<RecordedRequest[]> {
  await until(`${count} callbacks have come`, async () => receiver.requests.length >= count);
  return receiver.requests;
}

describe('a webhook', () => {
  test('is delivered in the contract’s envelope, signed in both schemes', async () => {
    const instance = await connect();
    expect(instance.key).toMatch(/^whsec_/);
    expect((await send(instance, ticket('a', 7, 'new'))).status).toBe(200);
    const [callback] = await callbacks(1);
    const { message } = JSON.parse(callback?.text ?? '');
    const id = String(callback?.headers['elements-webhook-id']);
    expect(message).toMatchObject({
      eventId: id,
      instance_id: instance.id,
      events: [
        {
          elementKey: instance.elementKey,
          eventType: 'CREATED',
          objectType: 'tickets',
          objectId: 'T7',
          date: '2026-05-04T11:59:00.000Z',
        },
      ],
      raw: ticket('a', 7, 'new'),
    });
    // the sample code of the contract's scheme
    const expected = `sha256=${createHmac('sha256', instance.key)
      .update(callback?.text ?? '')
      .digest('base64')}`;
    expect(callback?.headers['elements-webhook-signature']).toBe(expected);

    const timestamp = Number(callback?.headers['webhook-timestamp']);
    expect(timestamp).toBe(Math.floor(now / 1000));
    const headers = callback?.headers as Record<string, string>;
    expect(new Webhook(instance.key).sign(id, new Date(timestamp * 1000), callback?.text ?? '')).toBe(
      headers['webhook-signature'],
    );
  });

  test('that comes three times is one event; one without an id is known by its body for a day, unless that is off', async () => {
    const instance = await connect();
    for (let copy = 0; copy < 3; copy++) expect((await send(instance, ticket('a'))).status).toBe(200);
    expect((await send(instance, ticket('b'))).status).toBe(200);
    await callbacks(2);
    const { eventId: _, ...webhooks } = signing.valence.webhooks;
    const digested = await connect({ ...signing, valence: { webhooks } });
    const undigested = await connect(
      { ...signing, valence: { webhooks } },
      { 'event.notification.deduplicate': 'false' },
    );
    for (const one of [digested, digested, undigested, undigested])
      expect((await send(one, ticket('c'))).status).toBe(200);
    await callbacks(5);
    now += 86_400_000;
    expect((await send(digested, ticket('c'))).status).toBe(200);
    expect(await callbacks(6)).toHaveLength(6);
  });

  test('is refused with the reason when its signature is wrong, when it is old, and when nobody is meant', async () => {
    const instance = await connect();
    const other = await connect();
    const wrong = await send({ ...instance, secret: 'other' }, ticket('a'));
    expect([wrong.status, wrong.body.message]).toEqual([
      401,
      expect.stringContaining('header.x-signature is not the signature'),
    ]);
    const old = await send(instance, ticket('a'), { at: String(Math.floor(now / 1000) - 301) });
    expect([old.status, old.body.message]).toEqual([401, expect.stringContaining('301 s away from now')]);
    const missing = await platform.call('POST', instance.path, { authorization: undefined, body: {} });
    expect([missing.status, missing.body.message]).toEqual([
      401,
      expect.stringContaining('header.x-signature is missing'),
    ]);
    for (const path of [
      `/events/${instance.elementKey}`,
      `/events/${instance.elementKey}/OTk5OTk5`,
      `/events/nothing/${instance.path.split('/')[3]}`,
      `/events/${other.elementKey}/${instance.path.split('/')[3]}`,
      `/events/${instance.elementKey}/%00`,
    ]) {
      const nobody = await send(instance, ticket('a'), { path });
      expect(nobody.status).toBe(404);
    }
    expect(
      (
        await platform.call('PATCH', `/instances/${other.id}`, {
          body: { configuration: { 'event.notification.enabled': 'false' } },
        })
      ).status,
    ).toBe(200);
    expect((await send(other, ticket('a'))).status).toBe(404);
    expect((await send(instance, { ...ticket('a'), more: 'x'.repeat(10 * 1024 * 1024) })).status).toBe(413);
    expect((await send(instance, ticket('a'))).status).toBe(200);
    expect(await callbacks(1)).toHaveLength(1);
  });

  test('finds its instances by the header and by the finder', async () => {
    const { verify: _, secret: __, ...webhooks } = signing.valence.webhooks;
    const open = {
      resources: [],
      valence: { webhooks },
      configuration: [
        { key: 'company' },
        { key: 'event.notification.instance.finder', defaultValue: 'company|of.name' },
      ],
    };
    const instance = await connect(open, { company: 'acme' });
    const post = (body: unknown, headers: Record<string, string> = {}) =>
      platform.call('POST', `/events/${instance.elementKey}`, { authorization: undefined, body, headers });
    expect((await post({ ...ticket('a'), of: { name: 'acme' } })).status).toBe(200);
    expect((await post({ ...ticket('b'), of: { name: 'other' } })).status).toBe(404);
    expect((await post(ticket('c'), { 'element-instances': `${instance.id}, 999999` })).status).toBe(200);
    await platform.call('PATCH', `/instances/${instance.id}`, { body: { configuration: { company: 'moved' } } });
    expect((await post({ ...ticket('d'), of: { name: 'acme' } })).status).toBe(404);
    expect((await post({ ...ticket('e'), of: { name: 'moved' } })).status).toBe(200);
    expect(await callbacks(3)).toHaveLength(3);
  });

  test('may be a challenge, also before its instance is stored', async () => {
    const instance = await connect();
    const ask = async (path: string) => {
      const answer = await fetch(`${platform.url}/elements/api-v2${path}?challenge=abc`);
      return [answer.status, answer.headers.get('content-type'), await answer.text()];
    };
    expect(await ask(instance.path)).toEqual([200, 'text/plain; charset=utf-8', 'abc']);
    expect(await ask(`/events/${instance.elementKey}/OTk5OTk5`)).toEqual([200, 'text/plain; charset=utf-8', 'abc']);
  });

  test('brings the customer’s own headers and basic authentication along', async () => {
    const instance = await connect(signing, {
      'event.notification.callback.headers': 'X-Tenant: acme\nX-Region: eu',
      'event.notification.basic.username': 'me',
      'event.notification.basic.password': 'secret',
    });
    await send(instance, ticket('a'));
    const [callback] = await callbacks(1);
    expect(callback?.headers).toMatchObject({
      'x-tenant': 'acme',
      'x-region': 'eu',
      authorization: `Basic ${Buffer.from('me:secret').toString('base64')}`,
    });
  });
});

describe('the vendor’s subscription', () => {
  test('is made with an address and a secret, and removed when events end', async () => {
    const instance = await connect();
    const [made] = vendor.requests;
    expect(JSON.parse(made?.text ?? '')).toEqual({
      target: `${platform.url}/elements/api-v2/events/${instance.elementKey}/${Buffer.from(String(instance.id)).toString('base64url')}`,
      secret: expect.stringMatching(/^[0-9a-f]{64}$/),
    });
    const change = (configuration: object) =>
      platform.call('PATCH', `/instances/${instance.id}`, { body: { configuration } });
    await change({ 'event.notification.callback.url': `${receiver.url}/other` });
    expect(vendor.requests).toHaveLength(1);
    await change({ 'event.notification.enabled': 'false' });
    expect(vendor.requests.map(({ method, path }) => `${method} ${path}`)).toEqual([
      'POST /hooks',
      'DELETE /hooks/hook-1',
    ]);
    await change({ 'event.notification.enabled': 'true' });
    await platform.call('DELETE', `/instances/${instance.id}`);
    expect(vendor.requests.map(({ method }) => method)).toEqual(['POST', 'DELETE', 'POST', 'DELETE']);
  });

  test('that the vendor refuses keeps the instance from being made', async () => {
    vendor.reply = () => ({ status: 422, body: { error: 'no hooks for you' } });
    const elementKey = await makeElement(platform, vendor, signing);
    const refused = await provision(platform, elementKey, {
      configuration: { 'event.notification.enabled': true, 'event.vendor.type': 'webhook' },
    });
    expect(refused.status).toBe(422);
    expect((await platform.call('GET', `/elements/${elementKey}/instances`)).status).toBe(404);
  });

  test('bad settings are named at once', async () => {
    const elementKey = await makeElement(platform, vendor, signing);
    const refused = await provision(platform, elementKey, {
      configuration: {
        'event.notification.enabled': true,
        'event.vendor.type': 'carrier pigeon',
        'event.notification.callback.url': 'ftp://x',
      },
    });
    expect(refused.status).toBe(400);
    expect(refused.body.message).toMatch(/callback\.url must be.*event\.vendor\.type must be/);
  });
});

describe('a delivery', () => {
  test('that fails eight times arrives with the ninth, with the same id each time', async () => {
    const instance = await connect();
    receiver.reply = () => ({ status: receiver.requests.length < 9 ? 502 : 200 });
    await send(instance, ticket('a'));
    for (let attempt = 1; attempt < 9; attempt++) {
      await until(`attempt ${attempt} is noted`, async () => (await due(instance)) > now);
      const [wait, expected] = [(await due(instance)) - now, 4 ** attempt * 1000];
      expect(wait).toBeGreaterThanOrEqual(expected);
      expect(wait).toBeLessThanOrEqual(expected * 1.1 + 1);
      expect(receiver.requests).toHaveLength(attempt);
      now += wait;
      platform.app.deliverDue();
      await callbacks(attempt + 1);
    }
    await until('it is delivered', async () => (await due(instance)) === 0);
    expect(new Set(receiver.requests.map(({ headers }) => headers['elements-webhook-id'])).size).toBe(1);
    expect(new Set(receiver.requests.map(({ text }) => text)).size).toBe(1);
  });

  test('that fails ten times waits in the queue, and so do later ones', async () => {
    const instance = await connect();
    receiver.reply = () => ({ status: 500 });
    await send(instance, ticket('a'));
    for (let attempt = 1; attempt <= 10; attempt++) {
      await callbacks(attempt);
      await until(
        `attempt ${attempt} is noted`,
        async () => (await due(instance)) > now || (await queued(instance)) === 1,
      );
      now = Math.max(now, await due(instance));
      platform.app.deliverDue();
    }
    await send(instance, ticket('b'));
    await until('both wait', async () => (await queued(instance)) === 2);
    const { body: endpointsInTrouble } = await platform.call('GET', '/instances/events/endpoints');
    expect(endpointsInTrouble).toContainEqual(
      expect.objectContaining({
        url: `${receiver.url}/callbacks/${endpoints}`,
        state: 'stopped',
        message: 'The endpoint answered 500.',
      }),
    );
    expect(receiver.requests).toHaveLength(10);
  });

  test('to an endpoint that never answers delays nobody else', async () => {
    const instances: Connected[] = [];
    for (let number = 0; number < 10; number++) instances.push(await connect());
    const [silent, ...others] = instances as [Connected, ...Connected[]];
    const silentPath = `/callbacks/${endpoints - 9}`;
    receiver.reply = ({ path }) => (path === silentPath ? 'silence' : {});
    for (let number = 0; number < 30; number++) await send(silent, ticket(`s${number}`, number));
    const started = performance.now();
    for (const other of others)
      for (let number = 0; number < 11; number++) await send(other, ticket(`o${number}`, number));
    await until(
      'the other 99 have come',
      async () => receiver.requests.filter(({ path }) => path !== silentPath).length === 99,
    );
    expect(performance.now() - started).toBeLessThan(14_000);
  }, 60_000);

  test('first attempts for one object are made in the order of their events; a retry holds nothing up', async () => {
    const instance = await connect();
    receiver.reply = ({ text }) => ({
      status: text.includes('"id":"o0"') && receiver.requests.length === 1 ? 500 : 200,
    });
    for (let number = 0; number < 20; number++) await send(instance, ticket(`o${number}`, 1));
    await callbacks(20);
    const order = receiver.requests.map(({ text }) => JSON.parse(text).message.raw.id);
    expect(order).toEqual(Array.from({ length: 20 }, (_, number) => `o${number}`));
    now += 5000;
    platform.app.deliverDue();
    await callbacks(21);
  });

  test('of a later event waits for the first attempt of the one before about the same object, and for no other', async () => {
    const instance = await connect();
    let release: () => void = () => undefined;
    const held = new Promise<void>((resolve) => {
      release = resolve;
    });
    const came = () => receiver.requests.map(({ text }) => JSON.parse(text).message.raw.id);
    receiver.reply = ({ text }) => (text.includes('"id":"o0"') ? held.then(() => ({ status: 500 })) : {});
    await send(instance, ticket('o0', 1));
    await until('the first attempt is under way', () => came().includes('o0'));
    await send(instance, ticket('o1', 1));
    await send(instance, ticket('p0', 2));
    await until('that of another object has come', () => came().includes('p0'));
    expect(came()).toEqual(['o0', 'p0']);
    release();
    await until('the next one comes, though the first has failed', () => came().includes('o1'));
  });

  test('to a private address is refused, and the reason stands in the log', async () => {
    const guarded = await startPlatform({ clock: () => now, routes: { 'vendor.test': vendor.url } });
    try {
      const elementKey = await makeElement(
        guarded,
        { url: 'http://vendor.test' },
        { ...signing, valence: { webhooks: { events: signing.valence.webhooks.events } } },
      );
      const { body } = await provision(guarded, elementKey, {
        configuration: {
          'event.notification.enabled': true,
          'event.vendor.type': 'webhook',
          'event.notification.callback.url': `${receiver.url}/guarded`,
        },
      });
      await guarded.call('POST', `/events/${elementKey}/${Buffer.from(String(body.id)).toString('base64')}`, {
        authorization: undefined,
        body: ticket('a'),
      });
      const detail = async () =>
        (await guarded.sql<{ detail: string }>('select detail from event_outcomes'))[0]?.detail;
      await until('it is noted', async () => (await detail()) !== undefined);
      expect(await detail()).toMatch(/private|not allowed|public/i);
      expect(receiver.requests.filter(({ path }) => path === '/guarded')).toHaveLength(0);
    } finally {
      await guarded.close();
    }
  });
});

/** When the one event of an instance is tried again; 0 when nothing is to do. */
async function due({ id }: Connected): Promise<number> {
  const rows = await platform.sql<{ due_at: Date | null }>('select due_at from event_queue where instance_id = $1', [
    id,
  ]);
  return rows[0]?.due_at?.getTime() ?? 0;
}

async function queued({ id }: Connected): Promise<number> {
  return (await platform.sql('select event_id from queued_deliveries where instance_id = $1', [id])).length;
}

describe('a subscription that its vendor has ended', () => {
  const checked = {
    ...signing,
    valence: {
      webhooks: { ...signing.valence.webhooks, check: { path: '/webhooks/own', alive: { status: 'active' } } },
    },
    resources: [
      ...signing.resources,
      {
        type: 'api',
        method: 'GET',
        path: '/hubs/general/webhooks/own',
        vendorPath: '/hooks/{event.notification.subscription.id}',
        vendorMethod: 'GET',
        parameters: [],
      },
    ],
  };
  const asked = () => vendor.requests.map(({ method, path }) => `${method} ${path}`);
  const later = async () => {
    now += 7 * 3_600_000;
    vendor.requests.length = 0;
    await platform.app.checkSubscriptions();
    // one at a time, also with the server's own minute
    await platform.app.checkSubscriptions();
  };
  const told = async (id: number) => {
    const { body } = await platform.call('GET', '/notifications?topics[]=instance.subscription.lost');
    return (body as { message: string }[])
      .map(({ message }) => message)
      .filter((message) => message.includes(`instance ${id} `));
  };

  test('is made anew, and somebody is told', async () => {
    const instance = await connect(checked);
    vendor.reply = ({ method }) => ({ body: { id: method === 'POST' ? 'hook-2' : 'hook-1', status: 'active' } });
    await later();
    expect(asked()).toEqual(['GET /hooks/hook-1']);
    expect(await told(instance.id)).toEqual([]);
    vendor.reply = ({ method }) => (method === 'GET' ? { status: 404 } : { body: { id: 'hook-2' } });
    await later();
    expect(asked()).toEqual(['GET /hooks/hook-1', 'DELETE /hooks/hook-1', 'POST /hooks']);
    expect(await told(instance.id)).toEqual([expect.stringContaining('it is not there. It was made anew')]);
    vendor.reply = ({ method }) => (method === 'POST' ? { status: 500 } : { body: { status: 'inactive' } });
    now += 86_400_000;
    await later();
    expect(asked()).toEqual(expect.arrayContaining(['GET /hooks/hook-2', 'POST /hooks']));
    expect(await told(instance.id)).toContainEqual(
      expect.stringMatching(/its status is inactive. It could not be made anew/),
    );
  });

  test('is not taken for lost when the vendor does not answer', async () => {
    const instance = await connect(checked);
    vendor.reply = () => ({ status: 503 });
    await later();
    expect(asked().every((one) => one === 'GET /hooks/hook-1' || one === 'GET /hooks/hook-2')).toBe(true);
    expect(await told(instance.id)).toEqual([]);
  });
});

test('what was made of a subscription that fails half-way is taken back', async () => {
  const [first, second] = signing.resources;
  const elementKey = await makeElement(platform, vendor, {
    ...signing,
    resources: [
      ...(first === undefined || second === undefined
        ? []
        : [first, { ...first, path: '/hubs/general/rules', vendorPath: '/rules' }]),
      { ...signing.resources[1], path: '/hubs/general/rules', vendorPath: '/rules/{rule.id}' },
      ...(second === undefined ? [] : [second]),
    ] as TestElement['resources'],
  });
  vendor.reply = ({ path }) => (path.startsWith('/rules') ? { status: 422 } : { body: { id: 'hook-9' } });
  const refused = await provision(platform, elementKey, {
    configuration: { 'event.notification.enabled': true, 'event.vendor.type': 'webhook' },
  });
  expect(refused.status).toBe(422);
  expect(vendor.requests.map(({ method, path }) => `${method} ${path}`).at(-1)).toBe('DELETE /hooks/hook-9');
});

test('notifications to an endpoint that fails wait for their time, too, and come when it is well again', async () => {
  const { body: subscription } = await platform.call('POST', '/notifications/subscriptions', {
    body: { channel: 'webhook', topics: ['mine'], config: { url: `${receiver.url}/notified` } },
  });
  receiver.reply = ({ path }) => (path === '/notified' ? { status: 503 } : {});
  const raise = () =>
    platform.call('POST', '/notifications', { body: { topic: 'mine', severity: 'low', message: 'Look' } });
  for (let number = 0; number < 8; number++) expect((await raise()).status).toBe(200);
  const states = async () =>
    (
      await platform.sql<{ attempts: number }>(
        `select attempts from event_queue join events on id = event_id where subscription_id = $1 and state = 'retry'`,
        [subscription.id],
      )
    ).map(({ attempts }) => attempts);
  await until('all have failed', async () => (await states()).length === 8);
  for (let number = 0; number < 4; number++) expect((await raise()).status).toBe(200);
  await until(
    'later ones wait without an attempt',
    async () => (await states()).filter((made) => made === 0).length >= 4,
  );
  receiver.reply = () => ({});
  await until('all have come', async () => {
    now += 60_000;
    platform.app.deliverDue();
    return (await states()).length === 0;
  });
  expect(
    new Set(receiver.requests.filter(({ path }) => path === '/notified').map(({ headers }) => headers['webhook-id']))
      .size,
  ).toBe(12);
});
