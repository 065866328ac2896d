// Webhooks that come together are looked at and committed together, and none waits for a batch that is not made.

import { sql } from 'kysely';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { createTestDatabase } from '../../test/support/platform.ts';
import { Secret } from '../core/secret.ts';
import { type Database, openDatabase } from './database.ts';
import { eventId, eventKeyPartitions, eventPartitions, type NewEvent } from './events.ts';
import { createInbox, type Inbox } from './inbox.ts';
import { tendPartitions } from './partitions.ts';

let database: Database;
let inbox: Inbox;
const inboxBatchEvents = 20;

beforeAll(async () => {
  database = openDatabase(new Secret(await createTestDatabase()));
  for (const table of [...eventPartitions, eventKeyPartitions]) await tendPartitions(database, table, 30);
});
beforeEach(async () => {
  const limits = { inboxBatchEvents, inboxBatchBytes: 8 * 1024 * 1024 };
  inbox = createInbox({ database, clock: Date.now, limits, stored: () => undefined });
  await database.deleteFrom('events').execute();
});
afterAll(() => database.destroy());

function newEvent(): NewEvent {
  return {
    id: eventId(Date.now()),
    organizationId: 1,
    accountId: 2,
    instanceId: 3,
    elementKey: 'acme',
    source: 'webhook',
    body: '{}',
  };
}

/** How many events each transaction stored, in the order of the transactions. */
async function transactions(): Promise<number[]> {
  const rows = await database.selectFrom('events').select(sql<string>`xmin::text`.as('transaction')).execute();
  const counts = new Map<string, number>();
  for (const row of rows) counts.set(row.transaction, (counts.get(row.transaction) ?? 0) + 1);
  return [...counts].sort(([one], [other]) => Number(one) - Number(other)).map(([, count]) => count);
}

/** those who have had their turn and wait to hear that they are stored, and the most of them at a time */
let turned = 0;
let mostTurned = 0;

async function waitThenTake(): Promise<boolean> {
  await inbox.turn();
  mostTurned = Math.max(mostTurned, ++turned);
  // what is done for a webhook waits for what is known already, now and then
  for (let time = 0; time < 30; time++) await undefined;
  const isNew = await inbox.take(newEvent());
  turned--;
  return isNew;
}

test('what is taken in its turn is stored with what else had its turn then, and no more than one statement takes', async () => {
  const first = waitThenTake();
  const others = Array.from({ length: 4 * inboxBatchEvents + 5 }, waitThenTake);
  // the first had nobody to wait for
  expect(inbox.waiting()).toBe(others.length);
  expect(await Promise.all([first, ...others])).toEqual(Array(others.length + 1).fill(true));
  expect(inbox.waiting()).toBe(0);
  // those of one statement, and those who hear of the last
  expect(mostTurned).toBeLessThanOrEqual(2 * inboxBatchEvents);
  expect(await transactions()).toEqual([1, ...Array(4).fill(inboxBatchEvents), 5]);
});

test('a turn in which nothing is taken holds nobody up', async () => {
  await inbox.turn();
  await Promise.all([inbox.turn(), inbox.turn()]);
  await inbox.settled();
  expect(await waitThenTake()).toBe(true);
  expect(await inbox.take(newEvent())).toBe(true);
  await inbox.settled();
  expect(await transactions()).toEqual([1, 1]);
});

test('what is taken after its turn is over is stored all the same', async () => {
  const late = async () => {
    await inbox.turn();
    await database.selectFrom('events').select('id').execute();
    return inbox.take(newEvent());
  };
  expect(await Promise.all([late(), waitThenTake(), late()])).toEqual([true, true, true]);
  expect((await transactions()).reduce((sum, count) => sum + count)).toBe(3);
});

test('one event that PostgreSQL does not take keeps no other out', async () => {
  const wrong = { ...newEvent(), source: 'nowhere' as 'webhook' };
  const results = await Promise.allSettled([waitThenTake(), inbox.take(wrong), waitThenTake()]);
  expect(results.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled']);
});
