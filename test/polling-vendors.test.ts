// Polling of the vendors that the sandbox plays, each asked in its own way.

import { describe, expect, test } from 'vitest';
import { connectDesk } from './support/connect-desk.ts';
import { callElement, connect, useTrip } from './support/guide.ts';
import { enablePolling, polledItems } from './support/polling.ts';

const minute = 60_000;
const iso = "yyyy-MM-dd'T'HH:mm:ss";
const token = (text: string) => `$\{${text}}`;
const datesConfiguration = {
  updatedDateField: 'updated_at',
  updatedDateFormat: `${iso}'Z'`,
  createdDateField: 'created_at',
  createdDateFormat: `${iso}'Z'`,
};

let now = Date.parse('2026-03-08T00:00:00Z');
const trip = useTrip({ clock: () => now });

async function configure(instance: { id: number; token: string }, configuration: unknown): Promise<void> {
  const changed = await trip.platform.call('PATCH', `/instances/${instance.id}`, {
    body: { configuration: { 'event.poller.configuration': configuration } },
  });
  expect(changed.status).toBe(200);
  await enablePolling(trip.platform, instance.id, now);
}

describe('zendesk', () => {
  test.each([
    ['the newest change first', '/hubs/helpdesk/incidents?sort_by=updated_at&sort_order=desc'],
    ['its search', `/hubs/helpdesk/incidents?where=updated>='${token(`gmtDate:${iso}'Z'`)}'`],
  ])('incidents by %s', async (_, url) => {
    const instance = await connect(trip, 'zendesk');
    const call = (method: string, path: string, body?: unknown) =>
      callElement(trip, instance.token, method, `/hubs/helpdesk${path}`, body);
    await configure(instance, { incidents: { url, idField: 'id', pageSize: 100, datesConfiguration } });
    const [old] = (await call('GET', '/incidents?pageSize=1')).body;
    now += minute;
    const created = (await call('POST', '/incidents', { subject: 'New', description: 'text' })).body;
    await call('PATCH', `/incidents/${old.id}`, { priority: old.priority === 'high' ? 'low' : 'high' });
    now += 15 * minute;
    await trip.platform.app.pollDue();
    const said = async () =>
      (await polledItems(trip.platform, instance.id)).map(({ objectId, eventType }) => `${eventType} ${objectId}`);
    expect((await said()).sort()).toEqual([`CREATED ${created.id}`, `UPDATED ${old.id}`]);
    now += 15 * minute;
    await trip.platform.app.pollDue();
    expect(await said()).toHaveLength(2);
    const records = await trip.platform.call('GET', `/instances/${instance.id}/event-poller-records`);
    expect(records.body).toMatchObject([
      { objectName: 'incidents', instanceId: instance.id, status: 'ok', message: null },
    ]);
  });
});

test('desk: incidents and contacts that changed since, with its whole seconds', async () => {
  const instance = await connectDesk(trip);
  const call = (method: string, path: string, body?: unknown) =>
    callElement(trip, instance.token, method, `/hubs/helpdesk${path}`, body);
  const polled = (name: string) => ({
    url: `/hubs/helpdesk/${name}?where=updated_at>'${token(`date:${iso}XXX`)}'`,
    idField: 'id',
    datesConfiguration,
  });
  await configure(instance, { incidents: polled('incidents'), contacts: polled('contacts') });
  now += minute;
  const contact = (await call('POST', '/contacts', { first_name: 'Kim', last_name: 'New' })).body;
  await call('PATCH', '/incidents/17', { subject: 'Changed' });
  now += 15 * minute;
  await trip.platform.app.pollDue();
  const items = await polledItems(trip.platform, instance.id);
  const said = items.map(({ objectType, objectId, eventType }) => `${objectType} ${objectId} ${eventType}`);
  expect(said.sort()).toEqual([`contacts ${contact.id} CREATED`, 'incidents 17 UPDATED']);
  const mine = await callElement(trip, instance.token, 'GET', '/instances/event-poller-records');
  expect(mine.body.map((record: { objectName: string }) => record.objectName)).toEqual(['incidents', 'contacts']);
});
