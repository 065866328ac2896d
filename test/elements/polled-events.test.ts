// What polls by the catalog's own settings bring: everything that is new or was changed, once, in the element's words.

import { beforeEach, describe, expect, test } from 'vitest';
import { connectDesk } from '../support/connect-desk.ts';
import { type Connectable, callElement, configurationOf, connect, seenRequests, useTrip } from '../support/guide.ts';
import { polledItems } from '../support/polling.ts';

const minute = 60_000;
let now = Date.parse('2026-03-08T00:00:00Z');
const trip = useTrip({ clock: () => now });
beforeEach(() => {
  now += 60 * minute;
});

const enabled = { 'event.notification.enabled': 'true', 'event.vendor.type': 'polling' };

async function polled(key: Connectable | 'desk', more: Record<string, string> = {}) {
  const settings = { ...enabled, ...more };
  const instance =
    key === 'desk'
      ? await connectDesk(trip, settings)
      : await connect(trip, key, { configuration: { ...configurationOf(key), ...settings } });
  const call = async (method: string, path: string, body?: unknown) => {
    const answer = await callElement(trip, instance.token, method, path, body);
    expect(answer.status, JSON.stringify(answer.body)).toBe(200);
    return answer.body;
  };
  let known = 0;
  /** Polls a quarter of an hour later; gives what that brought, by kind, id and what happened. */
  const poll = async () => {
    now += 16 * minute;
    await trip.platform.app.pollDue();
    const [row] = await trip.platform.sql<{ error: string | null }>(
      'select last_error as error from polls where instance_id = $1',
      [instance.id],
    );
    expect(row?.error ?? null).toBeNull();
    const items = await polledItems(trip.platform, instance.id);
    const fresh = items.slice(known);
    known = items.length;
    return fresh.map(({ objectType, objectId, eventType }) => `${eventType} ${objectType} ${objectId}`).toSorted();
  };
  expect(await poll()).toEqual([]);
  return { call, poll };
}

describe('zendesk', () => {
  test('incidents, people, organizations and what help centers hold', async () => {
    const { call, poll } = await polled('zendesk');
    now += minute;
    const incident = await call('POST', '/incidents', { subject: 'New', description: 'It is on fire.' });
    const contact = await call('POST', '/contacts', { name: 'Ada', email: 'ada@example.test' });
    const agent = await call('POST', '/agents', { name: 'Grace', email: 'grace@example.test' });
    const organization = await call('POST', '/organizations', { name: 'Engines' });
    const category = await call('POST', '/resources/categories', { name: 'Engines', locale: 'en-us' });
    const field = await call('POST', '/fields/user-field', { type: 'text', title: 'Shoe', key: 'shoe' });
    await call('PATCH', '/incidents/7', { status: 'pending' });
    const brought = await poll();
    expect(brought).toEqual(
      [
        `CREATED incidents ${incident.id}`,
        'UPDATED incidents 7',
        `CREATED contacts ${contact.id}`,
        `CREATED users ${contact.id}`,
        `CREATED agents ${agent.id}`,
        `CREATED users ${agent.id}`,
        `CREATED organizations ${organization.id}`,
        `CREATED categories ${category.id}`,
        `CREATED userFields ${field.id}`,
      ].toSorted(),
    );
    expect(await poll()).toEqual([]);
  });

  test('more changes than a page has', async () => {
    const { call, poll } = await polled('zendesk', {
      'event.poller.configuration': JSON.stringify({
        incidents: {
          ...JSON.parse(
            (await trip.platform.call('GET', '/elements/zendesk/configuration')).body.configuration.find(
              ({ key }: { key: string }) => key === 'event.poller.configuration',
            ).defaultValue,
          ).incidents,
          pageSize: 10,
        },
      }),
    });
    now += minute;
    for (let number = 1; number <= 25; number++) {
      await call('POST', '/incidents', { subject: `New ${number}`, description: 'It is on fire.' });
    }
    expect((await poll()).length).toBe(25);
    expect(await poll()).toEqual([]);
  });
});

describe.each([
  ['sfdc', 'Account', '/accounts', { Name: 'Engines' }],
  ['sfdcservicecloud', 'Contact', '/contacts', { LastName: 'Ada' }],
  ['sfdcmarketingcloud', 'Lead', '/leads', { LastName: 'Ada', Company: 'Engines' }],
] as [Connectable, string, string, Record<string, string>][])('%s', (key, object, path, body) => {
  test('the objects of its own list', async () => {
    const { call, poll } = await polled(key);
    now += minute;
    const made = await call('POST', path, body);
    const [first] = await call('GET', `${path}?pageSize=1`);
    await call('PATCH', `${path}/${first.Id}`, { Phone: '5550100' });
    const brought = await poll();
    expect(brought).toEqual([`CREATED ${object} ${made.Id ?? made.id}`, `UPDATED ${object} ${first.Id}`].toSorted());
    expect(await poll()).toEqual([]);
  });

  test('only the objects that are named, custom ones, too', async () => {
    const { call, poll } = await polled(key, { 'event.objects': 'Shipment__c' });
    now += minute;
    await call('POST', path, body);
    const [first] = await call('GET', '/Shipment__c?pageSize=1');
    await call('PATCH', `/Shipment__c/${first.Id}`, { Carrier__c: 'Ox' });
    expect(await poll()).toEqual([`UPDATED Shipment__c ${first.Id}`]);
  });
});

test('more changed records of Salesforce than a page has are asked for behind the last id, so that there is no end', async () => {
  const { call, poll } = await polled('sfdc', { 'event.objects': 'Lead' });
  now += minute;
  for (let number = 1; number <= 105; number++)
    await call('POST', '/leads', { LastName: `L${number}`, Company: 'Engines' });
  expect(await poll()).toHaveLength(105);
  const asked = (await seenRequests(trip, '/services/data/v36.0/query')) as unknown as { query: string }[];
  const pages = asked
    .map(({ query }) => new URLSearchParams(query).get('q') ?? '')
    .filter((q) => q.includes('FROM Lead'));
  expect(pages.at(-1)).toMatch(/WHERE Id > '\w+' AND LastModifiedDate >= /);
  for (const page of pages) expect(page).not.toContain('OFFSET');
});

describe('sfdcdocuments', () => {
  test('files', async () => {
    const { call, poll } = await polled('sfdcdocuments');
    now += minute;
    const [first] = await call('GET', '/search?pageSize=1');
    await call('PATCH', `/files/${first.id}/metadata`, { name: 'Renamed.csv' });
    expect(await poll()).toEqual([`UPDATED ContentDocument ${first.id}`]);
    expect(await poll()).toEqual([]);
  });
});

describe('actessentialsoauth', () => {
  test('everything that it lists; activities under both of their names', async () => {
    const { call, poll } = await polled('actessentialsoauth');
    now += minute;
    const contact = await call('POST', '/contacts', { firstName: 'Ada' });
    const list = await call('POST', '/lists', { name: 'Engines' });
    const opportunity = await call('POST', '/opportunities', { title: 'Engine', stage: 'Lead' });
    const todo = await call('POST', '/todos', { subject: 'Oil it' });
    const activity = await call('POST', '/activities', { type: 'Meeting', subject: 'Demonstration' });
    expect(await poll()).toEqual(
      [
        `CREATED contacts ${contact.id}`,
        `CREATED lists ${list.id}`,
        `CREATED opportunities ${opportunity.id}`,
        `CREATED todos ${todo.id}`,
        `CREATED activities ${activity.id}`,
        `CREATED interactions ${activity.id}`,
      ].toSorted(),
    );
    expect(await poll()).toEqual([]);
  });
});

describe('desk', () => {
  test('incidents and contacts', async () => {
    const { call, poll } = await polled('desk');
    now += minute;
    const contact = await call('POST', '/contacts', { first_name: 'Ada', last_name: 'Lovelace' });
    const [first] = await call('GET', '/incidents?pageSize=1');
    await call('PATCH', `/incidents/${first.id}`, { priority: 9 });
    expect(await poll()).toEqual([`CREATED contacts ${contact.id}`, `UPDATED incidents ${first.id}`].toSorted());
    expect(await poll()).toEqual([]);
  });
});
