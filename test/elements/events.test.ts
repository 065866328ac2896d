// Events of the catalog's elements, from a change at the vendor to the customer's callback: what is asked of the vendor when
// an account is connected with events, what its webhooks become, and that nothing is left at the vendor afterwards.

import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { control } from '../support/consent.ts';
import {
  bodyFor,
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

const withEvents = (key: Connectable, type: string) => ({
  ...configurationOf(key),
  'event.notification.enabled': 'true',
  'event.vendor.type': type,
  'event.notification.callback.url': `https://${customer}/events`,
});

async function connectWithEvents(key: Connectable, type: string, more: Record<string, string> = {}) {
  const instance = await connect(trip, key, { configuration: { ...withEvents(key, type), ...more } });
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

/** What Salesforce was given in the last deployment: the texts of its zip file, which is not compressed, and its options. */
async function lastDeployment(): Promise<{ files: string; options: string }> {
  const sent = (await seenRequests(trip, '/services/Soap/m/36.0')).findLast(({ body }) => body.includes('<deploy '));
  const [, zip = '', options = ''] =
    /<ZipFile>(.*)<\/ZipFile><DeployOptions>(.*)<\/DeployOptions>/s.exec(sent?.body ?? '') ?? [];
  return { files: Buffer.from(zip, 'base64').toString(), options };
}

const sentBySalesforce = async () =>
  ((await control(trip.sandbox.url, 'GET', '/webhooks?vendor=salesforce')) as unknown[]).length;

type Call = Awaited<ReturnType<typeof connectWithEvents>>['call'];
const ofPeople = {
  insert: async (call: Call) => (await call('POST', '/contacts', { LastName: 'Lovelace' })).body.id,
  update: (call: Call, id: string) => call('PATCH', `/contacts/${id}`, { FirstName: 'Ada' }),
  remove: (call: Call, id: string) => call('DELETE', `/contacts/${id}`),
};

describe.each(['sfdc', 'sfdcservicecloud', 'sfdcmarketingcloud'] as const)('%s', (key) => {
  test('tells of changes by triggers that are deployed for it, and taken away with it', async () => {
    const { instance, call } = await connectWithEvents(key, 'webhook');
    const settings = await settingsOf(instance.id);
    const name = settings['event.notification.subscription.id'];
    expect(name).toMatch(/^Valence_[0-9a-f]{8}$/);
    expect(settings['sfdc.webhook.secret']).toBe('********');
    expect(settings['sfdc.webhook.objects']).toMatch(/^Account,Contact/);
    const { files, options } = await lastDeployment();
    expect(options).toContain(`<runTests>${name}_Test</runTests>`);
    expect(options).toContain('<testLevel>RunSpecifiedTests</testLevel>');
    expect(files).toContain(`setHeader('Element-Instances', '${instance.id}')`);
    expect(files).toContain(`<url>${trip.platform.url}</url>`);

    const id = await ofPeople.insert(call);
    const about = { elementKey: key, objectType: 'Contact', objectId: id };
    const created = await hear({ ...about, eventType: 'CREATED' });
    expect(seconds(created.date)).toBe(seconds((await call('GET', `/contacts/${id}`)).body.LastModifiedDate));
    expect((await ofPeople.update(call, id)).status).toBe(200);
    await hear({ ...about, eventType: 'UPDATED' });
    expect((await ofPeople.remove(call, id)).status).toBe(200);
    await hear({ ...about, eventType: 'DELETED' });

    await remove(instance.id);
    const before = await sentBySalesforce();
    const { call: other, instance: later } = await connectWithEvents(key, 'polling');
    await ofPeople.insert(other);
    expect(await sentBySalesforce()).toBe(before);
    await remove(later.id);
  });
});

describe('sfdcdocuments', () => {
  test('tells of files', async () => {
    const { instance, call } = await connectWithEvents('sfdcdocuments', 'webhook');
    const [file] = (await call('GET', '/search?pageSize=1')).body;
    expect((await call('PATCH', `/files/${file.id}/metadata`, { name: 'Renamed.csv' })).status).toBe(200);
    await hear({ elementKey: 'sfdcdocuments', objectType: 'ContentDocument', objectId: file.id, eventType: 'UPDATED' });
    await remove(instance.id);
  });
});

describe('triggers', () => {
  const salesforceIs = (settings: Record<string, unknown>) =>
    control(trip.sandbox.url, 'POST', '/settings', { vendor: 'salesforce', ...settings });

  test('are deployed for the objects that are named, also in a production organization, and waited for', async () => {
    await salesforceIs({ edition: 'enterprise', deploymentChecks: 2 });
    const { instance, call } = await connectWithEvents('sfdc', 'webhook', { 'event.objects': 'Account, Shipment__c' });
    await salesforceIs({ deploymentChecks: 0 });
    expect((await settingsOf(instance.id))['sfdc.webhook.objects']).toBe('Account,Shipment__c');
    const [shipment] = (await call('GET', '/Shipment__c?pageSize=1')).body;
    expect((await call('PATCH', `/Shipment__c/${shipment.Id}`, { Carrier__c: 'Ox' })).status).toBe(200);
    await hear({ elementKey: 'sfdc', objectType: 'Shipment__c', objectId: shipment.Id, eventType: 'UPDATED' });
    await remove(instance.id);
    await salesforceIs({ edition: 'developer' });
  });

  test('that Salesforce refuses are told of in its words, and nothing is connected', async () => {
    const before = (await trip.platform.call('GET', '/instances/count')).body.totalInstances;
    const refused = async (objects: string) => {
      const configuration = { ...withEvents('sfdc', 'webhook'), 'event.objects': objects };
      const { status, body } = await trip.platform.call('POST', '/instances', {
        body: await bodyFor(trip, 'sfdc', { configuration }),
      });
      return [status, body.message];
    };
    const unknown = [400, expect.stringContaining('Invalid SObject type name: Nothing__c')];
    expect(await refused('Account,Nothing__c')).toEqual(unknown);
    await salesforceIs({ deploymentChecks: 1 });
    expect(await refused('Account,Nothing__c')).toEqual(unknown);
    await salesforceIs({ deploymentChecks: 0 });
    expect(await refused("Account, x'y")).toEqual([400, expect.stringContaining("event.objects: x'y")]);
    expect((await trip.platform.call('GET', '/instances/count')).body.totalInstances).toBe(before);
  });

  test('whose secret is another one are not believed', async () => {
    const { instance } = await connectWithEvents('sfdc', 'webhook');
    const sent = { action: 'created', objects: [{ attributes: { type: 'Account' }, Id: 'forged' }] };
    for (const headers of [{}, { 'elements-event-secret': 'another' }]) {
      const refused = await trip.platform.call('POST', '/events/sfdc', {
        body: sent,
        headers: { ...headers, 'element-instances': String(instance.id) },
        authorization: undefined,
      });
      expect(refused.status).toBe(401);
    }
    await remove(instance.id);
  });
});

test.each([
  ['ciscospark', 'webhooks', '/v1/webhooks/'],
  ['zendesk', 'webhook', '/api/v2/webhooks/'],
] as const)('%s: a subscription that is gone at the vendor is made anew', async (key, type, path) => {
  const { instance } = await connectWithEvents(key, type);
  const id = (await settingsOf(instance.id))['event.notification.subscription.id'];
  const check = async () => {
    await trip.platform.sql('update subscription_checks set next_at = $1 where instance_id = $2', [
      new Date(),
      instance.id,
    ]);
    await trip.platform.app.checkSubscriptions();
    return (await settingsOf(instance.id))['event.notification.subscription.id'];
  };
  expect(await check()).toBe(id);
  const [asked] = (await seenRequests(trip, path + id)).slice(-1);
  expect([asked?.method, asked?.status]).toEqual(['GET', 200]);
  const gone = await fetch(`${trip.sandbox.url}/${asked?.host}${path}${id}`, {
    method: 'DELETE',
    headers: { authorization: asked?.headers['authorization'] ?? '' },
  });
  expect(gone.status).toBe(204);
  expect(await check()).not.toBe(id);
  const { body } = await trip.platform.call('GET', '/notifications?topics[]=instance.subscription.lost');
  expect(JSON.stringify(body)).toContain(`instance ${instance.id} `);
  await remove(instance.id);
});
