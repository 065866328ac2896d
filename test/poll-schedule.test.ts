// Claims of what is due: each by one process at a time, free at once when its process is gone, and fair between elements.

import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { Secret } from '../src/core/secret.ts';
import { defineElement } from '../src/element/define.ts';
import { syncPolling } from '../src/events/poll-schedule.ts';
import { gridPoint } from '../src/events/poll-times.ts';
import { type Database, openDatabase } from '../src/store/database.ts';
import { ClaimLost, createPollStore, type FinishedPoll, type PollStore } from '../src/store/polls.ts';
import { type Presence, startPresence } from '../src/store/presence.ts';
import { type Platform, startPlatform } from './support/platform.ts';
import { enablePolling } from './support/polling.ts';
import {
  connectTestElement,
  type RecordingVendor,
  startRecordingVendor,
  type TestInstance,
} from './support/recording-vendor.ts';

const minute = 60_000;
const later = Date.now() + 1000 * minute;
// what is due later is not touched by the platform's own schedule, whose clock stands still
const stands = Date.now();
let platform: Platform;
let vendor: RecordingVendor;
let database: Database;
let processes: { presence: Presence; store: PollStore }[];
let instances: TestInstance[];

beforeAll(async () => {
  vendor = await startRecordingVendor();
  platform = await startPlatform({ clock: () => stands, environment: { VALENCE_EGRESS: 'any' } });
  database = openDatabase(new Secret(platform.databaseUrl), 'test', 4);
  processes = await Promise.all([startProcess(), startProcess()]);
  const resources = [{ method: 'GET', path: '/hubs/general/things', vendorPath: '/things', type: 'api' }];
  instances = await Promise.all([1, 2, 3].map(() => connectTestElement(platform, vendor, { resources })));
});
afterAll(async () => {
  await Promise.all(processes.map(({ presence }) => presence.stop()));
  await database.destroy();
  await platform.close();
  await vendor.close();
});
beforeEach(async () => {
  await platform.sql('delete from polls');
  for (const { id } of instances) await enablePolling(platform, id, later);
});

async function startProcess() {
  const presence = await startPresence(new Secret(platform.databaseUrl));
  return { presence, store: createPollStore({ database, owner: presence.owner }) };
}

function present<Value>(value: Value | undefined): Value {
  if (value === undefined) throw new Error('It is not there');
  return value;
}

const processOf = (index: number) => present(processes[index]);
const [first, second] = [() => processOf(0).store, () => processOf(1).store];
const claim = (store: PollStore, wanted: Partial<Parameters<PollStore['claim']>[0]> = {}) =>
  store.claim({ now: later, endsAt: later + 10 * minute, most: 50, held: [], busyElements: [], ...wanted });
const finishedOf = (poll: FinishedPoll['poll'], nextAt: number): FinishedPoll => ({
  poll,
  state: {},
  nextAt,
  failures: 0,
  error: undefined,
  polledAt: later,
  stoppedReason: undefined,
});

test('of two processes one polls an instance', async () => {
  const claimed = (await Promise.all([claim(first(), { most: 2 }), claim(second()), claim(first())])).flat();
  expect(claimed.map(({ instanceId }) => instanceId).sort()).toEqual(instances.map(({ id }) => id).sort());
  await first().finish(claimed.map((poll) => finishedOf(poll, later + minute)));
  expect(await claim(second())).toEqual([]);
  expect(await claim(second(), { now: later + minute })).toHaveLength(3);
});

test('a claim ends with its time, and at once with its process; what it brings then is not stored', async () => {
  const [lost] = await claim(first());
  expect(await claim(second(), { now: later + 9 * minute })).toEqual([]);
  expect(await claim(second(), { now: later + 10 * minute })).toHaveLength(3);
  const page = { keys: ['k'], eventsOf: () => [], state: {} };
  await expect(first().storePage(present(lost), page, later)).rejects.toThrow(ClaimLost);
  await first().finish([finishedOf(present(lost), later)]);

  await processOf(1).presence.stop();
  expect(await claim(first())).toHaveLength(3);
  processes[1] = await startProcess();
});

test('claims that are extended or let go', async () => {
  const claimed = await claim(first());
  const ids = claimed.map(({ claimId }) => claimId);
  await first().extend(ids, later + 30 * minute);
  expect(await claim(second(), { now: later + 20 * minute })).toEqual([]);
  await first().release(ids);
  expect(await claim(second())).toHaveLength(3);
});

test('what is held, and elements that are busy, wait', async () => {
  const [a, b, c] = await claim(first());
  await first().release([present(a), present(b), present(c)].map(({ claimId }) => claimId));
  const left = await claim(first(), { held: [present(a).instanceId], busyElements: [present(b).elementId] });
  expect(left.map(({ instanceId }) => instanceId)).toEqual([present(c).instanceId]);
});

test('settings changed during a poll say when the next one is due', async () => {
  const [poll, other] = await claim(first());
  await enablePolling(platform, present(poll).instanceId, later + 1);
  await first().finish([
    finishedOf(present(poll), later + 60 * minute),
    finishedOf(present(other), later + 60 * minute),
  ]);
  const due = await claim(second(), { now: later + minute });
  expect(due.map(({ instanceId }) => instanceId)).toEqual([present(poll).instanceId]);
});

test('instances are spread over their interval', () => {
  const interval = 15 * minute;
  const counts = new Array<number>(15).fill(0);
  for (let id = 1; id <= 10_000; id++) {
    const at = gridPoint(id, interval, later);
    expect(at).toBeGreaterThan(later);
    expect(at).toBeLessThanOrEqual(later + interval + 1);
    expect(Math.abs(gridPoint(id, interval, at) - at - interval)).toBeLessThanOrEqual(1);
    const slot = Math.min(14, Math.floor((at - later) / minute));
    counts[slot] = (counts[slot] ?? 0) + 1;
  }
  for (const count of counts) expect(Math.abs(count - 667)).toBeLessThan(200);
});

test('settings say whether an instance is polled, and changed ones have it polled again', async () => {
  const [row] = await platform.sql<{ organization_id: string; account_id: string; element_id: string }>(
    'select organization_id, account_id, element_id from instances where id = $1',
    [present(instances[0]).id],
  );
  const { organization_id, account_id, element_id } = present(row);
  const document = { key: 'x', name: 'x', hub: 'x', authentication: { type: 'custom' }, configuration: [] };
  const definition = defineElement(document, Number(element_id), undefined);
  const sync = (values: Record<string, string>, now: number) => {
    const owner = { organizationId: Number(organization_id), accountId: Number(account_id) };
    const record = { id: present(instances[0]).id, ...owner, values };
    return database.transaction().execute((transaction) => syncPolling(transaction, record, definition, now));
  };
  const stored = () =>
    platform.sql<{ next_at: Date; stopped_reason: string | null; enabled_at: Date }>(
      'select next_at, stopped_reason, enabled_at from polls where instance_id = $1',
      [present(instances[0]).id],
    );
  const on = { 'event.notification.enabled': 'true', 'event.vendor.type': 'webhook,polling' };
  await sync({ ...on, 'event.notification.enabled': 'false' }, later);
  expect(await stored()).toEqual([]);
  await sync({ ...on, 'event.poller.refresh_interval': '600' }, later);
  const [slow] = await stored();
  await platform.sql("update polls set stopped_reason = 'refused', state = '{}'");
  await sync({ ...on, 'event.poller.refresh_interval': '1' }, later + minute);
  const [fast] = await stored();
  expect(fast).toMatchObject({ stopped_reason: null, enabled_at: present(slow).enabled_at });
  expect(present(fast).next_at.getTime()).toBeLessThanOrEqual(later + 2 * minute + 1);
  await sync({ ...on, 'event.vendor.type': 'webhooks' }, later);
  expect(await stored()).toEqual([]);
});
