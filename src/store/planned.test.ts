// Statements that are planned once: what they give, and that their plans stay good when tables grow.

import { sql } from 'kysely';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createTestDatabase } from '../../test/support/platform.ts';
import { Secret } from '../core/secret.ts';
import { type Database, openDatabase } from './database.ts';
import { createEventWork, type EventWork, type EventWorkStore } from './event-work.ts';
import { eventId, eventKeyPartitions, eventPartitions, insertEvents, type NewEvent } from './events.ts';
import { tendPartitions } from './partitions.ts';
import { runPlanned } from './planned.ts';

let database: Database;

beforeAll(async () => {
  database = openDatabase(new Secret(await createTestDatabase()));
  for (const table of [...eventPartitions, eventKeyPartitions]) await tendPartitions(database, table, 30);
});
afterAll(() => database.destroy());

const statement = `
  select sum(one)::int as sum, $2::timestamptz as moment, $3::json as record, 9007199254740991::bigint as number
  from unnest($1::int[]) as one`;

test('lists, moments and JSON go in and come out as with any other statement', async () => {
  const moment = new Date('2026-02-03T04:05:06.789Z');
  const expected = [{ sum: 6, moment, record: { a: ['b'] }, number: 9007199254740991 }];
  for (let time = 0; time < 10; time++) {
    expect(await runPlanned(database, statement, [[1, 2, 3], moment, '{"a":["b"]}'])).toEqual(expected);
  }
  await database.transaction().execute(async (transaction) => {
    expect(await runPlanned(transaction, statement, [[1, 2, 3], moment, '{"a":["b"]}'])).toEqual(expected);
  });
});

test('a statement in a transaction sees what the transaction wrote, and goes back with it', async () => {
  const event = newEvent();
  await expect(
    database.transaction().execute(async (transaction) => {
      expect(await insertEvents(transaction, [event], Date.now())).toEqual(new Set([event.id]));
      throw new Error('no');
    }),
  ).rejects.toThrow('no');
  expect(await insertEvents(database, [event], Date.now())).toEqual(new Set([event.id]));
});

test('a fault is thrown, and the connection goes on', async () => {
  const broken = 'select 1 / $1::int as one';
  await expect(runPlanned(database, broken, [0])).rejects.toThrow('division by zero');
  expect(await runPlanned(database, broken, [1])).toEqual([{ one: 1 }]);
});

// A plan by scanning a table of five rows would be kept while it grows to a million.
test('events are stored, found, read and noted by indexes, however small the tables are', async () => {
  const work = createEventWork(database);
  const before = await scans();
  const events = newEvents(5);
  await insertEvents(database, events, Date.now());
  const lanes = Array.from({ length: 64 }, (_, lane) => lane);
  let found: EventWork[] = [];
  for (let time = 0; time < 8; time++) {
    found = await work.next({ lanes, without: [], busy: [], now: Date.now(), limit: 10 });
    expect((await work.read(found)).size).toBe(found.length);
  }
  expect(found.length).toBeGreaterThanOrEqual(5);
  for (const one of found) {
    const at = Date.now();
    await work.record({ work: one, number: 1, at, status: 'NOTIFIED', delivery: 'delivered', message: 'Delivered' });
  }
  // A session tells of its scans when it has been idle for a moment.
  await expect.poll(async () => (await scans()).byIndex).toBeGreaterThan(before.byIndex + 20);
  expect((await scans()).whole).toBe(before.whole);
});

// After a quiet night the queue is short and vacuumed, and statements are planned anew: those plans serve the morning, too.
test('events are looked for one by one among many, also when there were few as that was planned', async () => {
  const work = createEventWork(database);
  await insertEvents(database, newEvents(2000), Date.now());
  await sql`delete from event_queue where event_id < (select max(event_id::text)::uuid from event_queue)`.execute(
    database,
  );
  await sql`delete from events where id not in (select event_id from event_queue)`.execute(database);
  await sql`vacuum event_queue, events`.execute(database);
  await note(work, 1);
  await insertEvents(database, newEvents(2000), Date.now());
  const before = await rowsRead();
  await note(work, 10);
  expect((await rowsRead()) - before).toBeLessThan(200);
});

/** Notes that as many events were delivered, and as many that they are tried again. */
async function note(work: EventWorkStore, count: number): Promise<void> {
  const at = Date.now();
  const lanes = Array.from({ length: 64 }, (_, lane) => lane);
  await insertEvents(database, newEvents(2 * count), at);
  const found = await work.next({ lanes, without: [], busy: [], now: at, limit: 2 * count });
  expect((await work.read(found)).size).toBe(2 * count);
  const outcomes = found.map((one, index) => {
    const outcome = { work: one, number: 1, at, status: 'NOTIFIED' as const, message: 'Sent' };
    return index % 2 === 0
      ? work.record({ ...outcome, delivery: 'delivered' })
      : work.record({ ...outcome, delivery: 'retry', dueAt: at + 3_600_000 });
  });
  await Promise.all(outcomes);
}

/** Rows of events and their queue that were read through indexes until now. */
async function rowsRead(): Promise<number> {
  await runPlanned(database, 'select pg_stat_force_next_flush()::text as flushed', []);
  const [row] = await runPlanned<{ count: number }>(
    database,
    `select sum(idx_tup_read)::int as count from pg_stat_user_indexes where relname ~ '^event(_queue|s_)'`,
    [],
  );
  return row?.count ?? 0;
}

/** Scans of the tables of events, by an index and of the whole. */
async function scans(): Promise<{ byIndex: number; whole: number }> {
  const [row] = await runPlanned<{ byIndex: number; whole: number }>(
    database,
    `select sum(idx_scan)::int as "byIndex", sum(seq_scan)::int as whole
     from pg_stat_user_tables where relname like 'event%'`,
    [],
  );
  if (row === undefined) throw new Error('There are no tables of events');
  return row;
}

let number = 0;

function newEvents(count: number): NewEvent[] {
  return Array.from({ length: count }, () => newEvent());
}

function newEvent(): NewEvent {
  number++;
  const now = Date.now();
  return {
    id: eventId(now),
    organizationId: 1,
    accountId: 2,
    instanceId: number,
    elementKey: 'acme',
    source: 'webhook',
    body: '{}',
    unique: { key: `key ${number}`, until: now + 86_400_000 },
  };
}
