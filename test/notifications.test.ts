// Who should know is told: notifications, subscriptions with signed callbacks, and the trouble that the platform finds.

import { createHmac } from 'node:crypto';
import { Webhook } from 'standardwebhooks';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { Secret } from '../src/core/secret.ts';
import { createVault } from '../src/core/vault.ts';
import { createRaise } from '../src/notifications/raise.ts';
import { openDatabase } from '../src/store/database.ts';
import { createNotificationStore } from '../src/store/notifications.ts';
import { createTestKeyring, credentials, type Platform, startPlatform } from './support/platform.ts';
import { type RecordingVendor, startRecordingVendor } from './support/recording-vendor.ts';
import { until } from './support/server-process.ts';
import { makeElement, ownTokens, provision } from './support/test-element.ts';

let platform: Platform;
let vendor: RecordingVendor;
let receiver: RecordingVendor;
let now = Date.UTC(2026, 4, 4, 12);
let count = 0;

beforeAll(async () => {
  vendor = await startRecordingVendor();
  receiver = await startRecordingVendor();
  platform = await startPlatform({ environment: { VALENCE_EGRESS: 'any' }, clock: () => now });
});
beforeEach(() => {
  receiver.requests.length = 0;
  receiver.reply = () => ({});
  vendor.reply = () => ({ body: {} });
});
afterAll(async () => {
  await platform.close();
  await vendor.close();
  await receiver.close();
});

const call = (method: string, path: string, body?: unknown) =>
  platform.call(method, `/notifications${path}`, body === undefined ? {} : { body });
const list = async (topic: string) => (await call('GET', `?topics[]=${topic}`)).body;

async function subscribe(topic: string, config: Record<string, unknown> = {}) {
  const url = `${receiver.url}/alerts/${++count}`;
  const answer = await call('POST', '/subscriptions', {
    channel: 'webhook',
    topics: [topic],
    config: { url, ...config },
  });
  expect(answer.status, answer.body.message).toBe(200);
  return answer.body;
}
const alerts = (subscription: { config: { url: string } }) =>
  receiver.requests.filter(({ path }) => subscription.config.url.endsWith(path));
const firstAlert = (subscription: { config: { url: string } }) =>
  until('the callback comes', () => alerts(subscription)[0]);

describe('notifications', () => {
  test('are raised, listed by topic, seen and deleted', async () => {
    const missing = await call('GET', '');
    expect([missing.status, missing.body.message]).toEqual([400, expect.stringContaining('topics[] is missing')]);
    expect(await list('nothing')).toEqual([]);
    const given = { topic: 'a', severity: 'medium', message: 'The disk is full', from: 'ops', about: { disk: 1 } };
    const { body } = await call('POST', '', given);
    expect(body).toMatchObject({ ...given, id: expect.any(Number), active: true, acknowledged: false });
    expect(await list('a')).toEqual([body]);
    expect((await call('GET', `/${body.id}`)).body).toEqual(body);
    const seen = (await call('PUT', `/${body.id}/acknowledge`)).body;
    expect(seen).toEqual({ ...body, acknowledged: true, acknowledgedDate: new Date(now).toISOString() });
    expect((await call('DELETE', `/${body.id}`)).status).toBe(200);
    for (const method of ['GET', 'DELETE']) expect((await call(method, `/${body.id}`)).status).toBe(404);
    expect((await call('PUT', `/${body.id}/acknowledge`)).status).toBe(404);
  });

  test('come in pages, the latest first', async () => {
    for (const message of ['1', '2', '3']) await call('POST', '', { topic: 'pages', message });
    const first = await call('GET', '?topics[]=pages&topics[]=other&pageSize=2');
    expect(first.body.map(({ message }: { message: string }) => message)).toEqual(['3', '2']);
    const token = first.headers.get('elements-next-page-token');
    const second = await call('GET', `?topics[]=pages&pageSize=2&nextPage=${token}`);
    expect(second.body.map(({ message }: { message: string }) => message)).toEqual(['1']);
    expect(second.headers.get('elements-next-page-token')).toBeNull();
  });

  test('of every topic are listed by *, all of them or those that nobody has seen', async () => {
    const raise = async (topic: string) => (await call('POST', '', { topic, message: topic })).body.id as number;
    const [seen, unseen] = [await raise('every'), await raise('other')];
    await call('PUT', `/${seen}/acknowledge`);
    const idsOf = async (query: string) =>
      (await call('GET', `?topics[]=*&pageSize=2${query}`)).body.map(({ id }: { id: number }) => id);
    expect(await idsOf('')).toEqual([unseen, seen]);
    expect(await idsOf('&acknowledged=false')).not.toContain(seen);
    expect((await idsOf('&acknowledged=true'))[0]).toBe(seen);
  });

  test('every fault of a body is named', async () => {
    const { status, body } = await call('POST', '', { severity: 'fatal' });
    expect(status).toBe(400);
    expect(body.message).toMatch(/topic.*message.*severity|severity.*topic.*message/);
    const email = await call('POST', '/emails', { to: 'someone@example.test' });
    expect([email.status, email.body.message]).toEqual([400, expect.stringContaining('No mail server')]);
  });
});

describe('a subscription', () => {
  test('gets a signed callback, whose signature its key verifies in both schemes', async () => {
    const subscription = await subscribe('signed');
    const raised = (await call('POST', '', { topic: 'signed', severity: 'high', message: 'Look' })).body;
    const { headers, text } = await firstAlert(subscription);
    const key = subscription.config.signatureKey;
    const expected = `sha256=${createHmac('sha256', key).update(text).digest('base64')}`;
    expect(headers['elements-webhook-signature']).toBe(expected);
    const standard = Object.fromEntries(
      ['webhook-id', 'webhook-signature'].map((name) => [name, String(headers[name])]),
    );
    const at = Number(headers['webhook-timestamp']);
    expect(at).toBe(Math.floor(now / 1000));
    expect(new Webhook(key).sign(String(standard['webhook-id']), new Date(at * 1000), text)).toBe(
      standard['webhook-signature'],
    );
    expect(JSON.parse(text)).toMatchObject({
      id: raised.id,
      eventId: headers['elements-webhook-id'],
      subscriptionId: subscription.id,
      topic: 'signed',
      severity: 'high',
      message: 'Look',
    });
    const deliveries = await until('it is noted', async () => {
      const { body } = await call('GET', `/${raised.id}/subscriptions/${subscription.id}/deliveries?hydrate=true`);
      return body[0]?.status === 'delivered' && body;
    });
    expect(deliveries).toMatchObject([{ id: headers['elements-webhook-id'], payload: JSON.parse(text) }]);
    const other = await call('GET', `/${raised.id}/subscriptions/${subscription.id + 1000}/deliveries`);
    expect(other.body).toEqual([]);
  });

  test('shows its key once, when it was made for it', async () => {
    const made = await subscribe('key');
    expect(made.config.signatureKey).toMatch(/^whsec_/);
    const given = await subscribe('key', { signatureKey: 'a key of my own, long' });
    expect(given.config).not.toHaveProperty('signatureKey');
    const { text } = await call('GET', '/subscriptions').then(({ body }) => ({ text: JSON.stringify(body) }));
    expect(text).not.toContain(made.config.signatureKey);
    const [row] = await platform.sql('select string_agg(key_sealed, $1) as keys from notification_subscriptions', [
      ' ',
    ]);
    expect(row?.['keys']).not.toContain('whsec_');
    expect(row?.['keys']).not.toContain('a key of my own, long');
  });

  test('is ended once', async () => {
    const { id } = await subscribe('ended');
    expect((await call('DELETE', `/subscriptions/${id}`)).status).toBe(200);
    expect((await call('DELETE', `/subscriptions/${id}`)).status).toBe(404);
    await call('POST', '', { topic: 'ended', message: 'Nobody hears' });
    const raised = (await list('ended'))[0];
    expect((await call('GET', `/${raised.id}/subscriptions/deliveries`)).body).toEqual([]);
  });

  test('to * hears of every topic, once each', async () => {
    const subscription = await subscribe('*');
    const both = await call('POST', '/subscriptions', {
      channel: 'webhook',
      topics: ['deployments', '*'],
      config: { url: `${receiver.url}/both` },
    });
    for (const topic of ['deployments', 'outages']) await call('POST', '', { topic, message: 'Seen' });
    for (const { id } of [subscription, both.body]) {
      for (const topic of ['deployments', 'outages']) {
        const [raised] = await list(topic);
        const { body } = await call('GET', `/${raised.id}/subscriptions/${id}/deliveries`);
        expect(body).toHaveLength(1);
      }
      expect((await call('DELETE', `/subscriptions/${id}`)).status).toBe(200);
    }
  });

  test('can only be made for webhooks that have an address', async () => {
    for (const channel of ['email', 'sms', 'push']) {
      const { status, body } = await call('POST', '/subscriptions', { channel, topics: ['x'], config: {} });
      expect([status, body.message]).toEqual([400, expect.stringContaining('by webhook only')]);
    }
    for (const url of [undefined, 'nowhere', 'ftp://x.test']) {
      const answer = await call('POST', '/subscriptions', { channel: 'webhook', topics: ['x'], config: { url } });
      expect(answer.status).toBe(400);
    }
  });

  test('whose endpoint fails is tried again, and with the policy queue waits until it is asked for', async () => {
    const subscription = await subscribe('failing');
    receiver.reply = () => ({ status: 500 });
    const first = (await call('POST', '', { topic: 'failing', message: '1' })).body;
    const status = async (id: number) => (await call('GET', `/${id}/subscriptions/deliveries`)).body[0]?.status;
    await until('it is to be tried again', async () => (await status(first.id)) === 'retry');
    receiver.reply = () => ({});
    now += 5000;
    await until('it is delivered', async () => (await status(first.id)) === 'delivered');

    const setting = 'notification.webhook.failure.policy';
    await platform.call('PATCH', '/accounts/settings', { body: { [setting]: 'queue' } });
    receiver.reply = () => ({ status: 500 });
    const second = (await call('POST', '', { topic: 'failing', message: '2' })).body;
    await until('it waits', async () => (await status(second.id)) === 'queued');
    receiver.reply = () => ({});
    const where = `channel='webhook' and status='queued' and config.url='${subscription.config.url}'`;
    const sent = await call('PUT', `/subscriptions/deliveries?where=${encodeURIComponent(where)}`);
    expect(sent.body).toEqual({ redelivered: 1, more: false });
    await until('it is delivered', async () => (await status(second.id)) === 'delivered');
    const ids = alerts(subscription).map(({ headers }) => headers['elements-webhook-id']);
    expect([ids.length, new Set(ids).size]).toEqual([4, 2]);
    await platform.call('PATCH', '/accounts/settings', { body: { [setting]: 'retry' } });
  });

  test('of another account hears nothing, one of the default account hears all', async () => {
    const own = await subscribe('accounts');
    const account = (await platform.call('POST', '/accounts', { body: { externalId: 'customer' } })).body;
    const user = await platform.call('POST', `/accounts/${account.id}/users`, {
      body: { email: 'customer@example.test', firstName: 'C', lastName: 'U' },
    });
    const authorization = credentials().replace(/User [^,]+/, `User ${user.body.secret}`);
    const theirs = await platform.call('POST', '/notifications/subscriptions', {
      authorization,
      body: { channel: 'webhook', topics: ['accounts'], config: { url: `${receiver.url}/theirs` } },
    });
    await call('POST', '', { topic: 'accounts', message: 'of the default account' });
    await firstAlert(own);
    const raised = await platform.call('POST', '/notifications', {
      authorization,
      body: { topic: 'accounts', message: 'of the customer' },
    });
    await until('both are told', () => alerts(own).length === 2 && alerts(theirs.body).length === 1);
    expect(alerts(theirs.body).map(({ text }) => JSON.parse(text).message)).toEqual(['of the customer']);
    const seen = await platform.call('GET', '/notifications?topics[]=accounts', { authorization });
    expect(seen.body.map(({ id }: { id: number }) => id)).toEqual([raised.body.id]);
    const delivered = `/notifications/${raised.body.id}/subscriptions/deliveries`;
    expect((await platform.call('GET', delivered, { authorization })).body).toMatchObject([
      { subscriptionId: theirs.body.id },
    ]);
    expect((await platform.call('GET', delivered)).body).toHaveLength(2);
    expect(await list('accounts')).toHaveLength(2);
    const foreign = await platform.call('DELETE', `/notifications/subscriptions/${own.id}`, { authorization });
    expect(foreign.status).toBe(404);
  });
});

describe('trouble', () => {
  test('of a grant that the vendor no longer accepts is told once, with a callback', async () => {
    const subscription = await subscribe('instance.grant.lost');
    const elementKey = await makeElement(platform, vendor, {
      authentication: { type: 'oauth2' },
      configuration: [
        ...['oauth.api.key', 'oauth.api.secret', 'oauth.user.token', 'oauth.user.refresh_token'].map((key) => ({
          key,
          type: 'PASSWORD',
        })),
        { key: 'oauth.callback.url', defaultValue: 'https://app.example/callback' },
      ],
      resources: [{ method: 'GET', path: '/hubs/general/things', vendorPath: '/things', vendorMethod: 'GET' }],
    });
    const connected = await provision(platform, elementKey, ownTokens('spent', 'withdrawn'));
    expect(connected.status, connected.body.message).toBe(200);
    vendor.reply = ({ path }) =>
      path === '/token' ? { status: 400, body: { error: 'invalid_grant' } } : { status: 401, body: { error: 'no' } };
    const ask = () =>
      platform.call('GET', '/hubs/general/things', { authorization: credentials(connected.body.token) });
    const answers = await Promise.all([ask(), ask(), ask()]);
    expect(answers.map(({ status }) => status)).toEqual([401, 401, 401]);
    await ask();
    const told = JSON.parse((await firstAlert(subscription)).text);
    expect(told).toMatchObject({
      topic: 'instance.grant.lost',
      severity: 'high',
      from: 'valence',
      about: { instanceId: connected.body.id, elementKey },
      message: expect.stringContaining('has to be connected again'),
    });
    expect(await list('instance.grant.lost')).toHaveLength(1);
    expect(alerts(subscription)).toHaveLength(1);
  });

  test('of an endpoint that takes no callbacks is told to somebody whose endpoint does', async () => {
    const watching = await subscribe('callback.failing');
    const dead = await subscribe('dead', {});
    receiver.reply = ({ path }) => ({ status: dead.config.url.endsWith(path) ? 500 : 200 });
    for (let number = 0; number < 5; number++) {
      await call('POST', '', { topic: 'dead', message: String(number) });
    }
    const told = JSON.parse((await firstAlert(watching)).text);
    expect(told).toMatchObject({ topic: 'callback.failing', severity: 'medium', about: { url: dead.config.url } });
    expect(await list('callback.failing')).toHaveLength(1);
  });

  test('is told once until it was quiet for a while, whichever process finds it, and its callback is there with it', async () => {
    const subscription = await subscribe('polling.failing');
    const database = openDatabase(new Secret(platform.databaseUrl));
    const store = createNotificationStore(database, createVault(new Secret(createTestKeyring())));
    const failures: string[] = [];
    const make = () =>
      createRaise({ store, clock: () => now, stored: () => undefined, failed: (_, what) => void failures.push(what) });
    const [one, two] = [make(), make()];
    const [account] = await platform.sql<{ id: string; organization_id: string }>(
      'select * from accounts where default_account',
    );
    const organizationId = Number(account?.organization_id);
    const accountId = Number(account?.id);
    const trouble = {
      organizationId,
      accountId,
      topic: 'polling.failing' as const,
      subject: '7',
      message: 'No answer',
      about: { instanceId: 7 },
    };
    await Promise.all([one.trouble(trouble), two.trouble(trouble), one.trouble(trouble), two.trouble(trouble)]);
    expect(await list('polling.failing')).toHaveLength(1);
    await one.trouble({ ...trouble, subject: '8' });
    expect(await list('polling.failing')).toHaveLength(2);
    now += 3_600_000;
    await two.trouble(trouble);
    expect(await list('polling.failing')).toHaveLength(3);
    await until('each is told', () => alerts(subscription).length === 3);
    await one.trouble({ ...trouble, accountId: -1, subject: '9' });
    expect(failures).toEqual([expect.stringContaining('polling.failing could not be stored: No answer')]);
    expect(await list('polling.failing')).toHaveLength(3);
    await database.destroy();
  });
});
