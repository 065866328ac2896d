// Events are stored as they came, once, with their place in the queue; what is too old is dropped with its partition.

import fc from 'fast-check';
import { sql } from 'kysely';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { Secret } from '../src/core/secret.ts';
import { type Database, openDatabase } from '../src/store/database.ts';
import { createDeliveries } from '../src/store/deliveries.ts';
import { createEventWork } from '../src/store/event-work.ts';
import {
  eventId,
  eventKeyPartitions,
  eventPartitions,
  insertEvents,
  keysOfPolls,
  type NewEvent,
  receivedAt,
  takeEventKeys,
} from '../src/store/events.ts';
import { laneCount } from '../src/store/lane.ts';
import { tendPartitions } from '../src/store/partitions.ts';
import { createTestDatabase } from './support/platform.ts';

const hourMs = 3_600_000;
const dayMs = 24 * hourMs;

describe('storing events', () => {
  let database: Database;
  const now = Date.now();

  const event = (changes: Partial<NewEvent> = {}): NewEvent => ({
    id: eventId(now),
    organizationId: 1,
    accountId: 2,
    instanceId: 3,
    elementKey: 'acme',
    source: 'webhook',
    body: '{"a":1}',
    headers: { 'content-type': 'application/json' },
    ...changes,
  });
  const unique = (key: string, until = now + dayMs) => ({ unique: { key, until } });

  beforeAll(async () => {
    database = openDatabase(new Secret(await createTestDatabase()));
    for (const table of [...eventPartitions, eventKeyPartitions]) await tendPartitions(database, table, 30);
  });
  beforeEach(async () => {
    for (const table of ['events', 'event_queue', 'event_keys', 'event_outcomes'] as const)
      await database.deleteFrom(table).execute();
  });
  afterAll(() => database.destroy());

  test('an id tells when its event came, and ids of later moments come later', () => {
    fc.assert(
      fc.property(fc.nat({ max: 2 ** 47 }), fc.integer({ min: 1, max: 10_000 }), (at, later) => {
        expect(receivedAt(eventId(at))).toBe(at);
        expect(eventId(at) < eventId(at + later)).toBe(true);
      }),
    );
    expect(receivedAt('d9428888-122b-11e1-b85c-61cd3cbb3210')).toBeUndefined();
  });

  test('any body is there again, byte for byte', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.oneof(
          fc.uint8Array(),
          fc.string({ unit: 'binary' }).map((text) => Buffer.from(text)),
        ),
        async (bytes) => {
          const stored = event({ body: Buffer.from(bytes) });
          await insertEvents(database, [stored], now);
          const row = await database
            .selectFrom('events')
            .selectAll()
            .where('id', '=', stored.id)
            .executeTakeFirstOrThrow();
          expect(Buffer.from(row.body, row.body_is_base64 ? 'base64' : 'utf8')).toEqual(Buffer.from(bytes));
        },
      ),
      { numRuns: 60 },
    );
  });

  test('of events with the same key the first is stored, in one statement and in several', async () => {
    const [first, twin, other] = [event(unique('a')), event(unique('a')), event(unique('b'))];
    expect(await insertEvents(database, [first, twin, other], now)).toEqual(new Set([first.id, other.id]));
    expect(
      await insertEvents(database, [event(unique('a')), event({ ...unique('a'), instanceId: 4 })], now),
    ).toHaveProperty('size', 1);
    expect(await insertEvents(database, [event(), event()], now)).toHaveProperty('size', 2);
    expect(await database.selectFrom('event_queue').select('event_id').execute()).toHaveLength(5);
  });

  test('a key counts until its time is over, also across the end of a week', async () => {
    const monday = Date.UTC(2026, 0, 5);
    const at = (moment: number) => ({ id: eventId(moment), ...unique('a', moment + dayMs) });
    expect(await insertEvents(database, [event(at(monday - hourMs))], monday - hourMs)).toHaveProperty('size', 1);
    expect(await insertEvents(database, [event(at(monday + hourMs))], monday + hourMs)).toHaveProperty('size', 0);
    expect(await insertEvents(database, [event(at(monday + dayMs))], monday + dayMs)).toHaveProperty('size', 1);
    expect(await insertEvents(database, [event(at(monday + 2 * dayMs - 1))], monday + 2 * dayMs - 1)).toHaveProperty(
      'size',
      0,
    );
    expect(await insertEvents(database, [event(at(monday + 2 * dayMs))], monday + 2 * dayMs)).toHaveProperty('size', 1);
  });

  test('an event that is asked for once more stands in the queue once, whether it is new, waits for a retry or is done', async () => {
    const work = createEventWork(database);
    const scope = { organizationId: 1, accountIds: [2], instanceId: 3, since: 0 };
    const stored = event();
    const askAgain = () => createDeliveries(database).resend(scope, { id: stored.id, at: now }, now);
    const queue = () => database.selectFrom('event_queue').select(['state', 'attempts']).execute();
    await insertEvents(database, [stored], now);
    expect(await askAgain()).toHaveProperty('eventId', stored.id);
    expect(await queue()).toEqual([{ state: 'new', attempts: 0 }]);

    const lanes = Array.from({ length: laneCount }, (_, lane) => lane);
    const [found] = await work.next({ lanes, without: [], busy: [], now, limit: 10 });
    const step = { at: now, status: 'DISPATCHED', message: 'Sent' } as const;
    if (found === undefined) throw new Error('The event is not in the queue');
    await work.record({ ...step, work: found, number: 1, delivery: 'retry', dueAt: now + hourMs });
    expect(await work.next({ lanes, without: [], busy: [], now, limit: 10 })).toEqual([]);
    await askAgain();
    expect(await queue()).toEqual([{ state: 'retry', attempts: 1 }]);
    const [due] = await work.next({ lanes, without: [], busy: [], now, limit: 10 });
    expect(due).toHaveProperty('id', stored.id);

    await work.record({ ...step, work: found, number: 2, delivery: 'delivered' });
    expect(await queue()).toEqual([]);
    await askAgain();
    expect(await queue()).toEqual([{ state: 'retry', attempts: 2 }]);
  });

  test('a change of an object is taken once, by whoever is first', async () => {
    const take = (keys: string[], source: 'poll' | 'webhook', at = now) =>
      takeEventKeys(database, { instanceId: 3, keys, source }, at);
    expect(await take(['a', 'b', 'a'], 'webhook')).toEqual(new Set(['a', 'b']));
    expect(await take(['b', 'c'], 'poll')).toEqual(new Set(['c']));
    expect(await take(['b'], 'poll', now + 7 * dayMs)).toEqual(new Set());
  });

  test('a webhook that comes after the poll which brought its change is known', async () => {
    await takeEventKeys(database, { instanceId: 3, keys: ['a'], source: 'poll' }, now);
    expect(await keysOfPolls(database, 3, ['a', 'b'], now)).toEqual(new Set(['a']));
    // its own second try is no other's
    expect(await keysOfPolls(database, 3, ['a', 'b'], now)).toEqual(new Set(['a']));
    expect(await keysOfPolls(database, 4, ['a'], now)).toEqual(new Set());
  });

  test('rows that were only added are vacuumed when the time of their partition is over, and few are read for statistics', async () => {
    const day = (ahead: number) => new Date(Date.now() + ahead * dayMs).toISOString().slice(0, 10).replaceAll('-', '');
    const waiting = async () => {
      const { rows } = await sql<{ relname: string }>`
        select relname from pg_class where reloptions @> array['autovacuum_vacuum_insert_threshold=-1']
          and relname like 'events\\_%' order by relname`.execute(database);
      return rows.map(({ relname }) => relname);
    };
    const [yesterday, tomorrow] = [`events_${day(-1)}`, `events_${day(1)}`];
    await sql`
      create table ${sql.table(yesterday)} partition of events
        for values from (${sql.lit(`${day(-1)} 00:00:00+00`)}) to (${sql.lit(`${day(0)} 00:00:00+00`)})
        with (autovacuum_vacuum_insert_threshold = -1)`.execute(database);
    // as one that an earlier version made
    await sql`alter table ${sql.table(tomorrow)} reset (autovacuum_vacuum_insert_threshold)`.execute(database);
    expect(await waiting()).toEqual([yesterday, `events_${day(0)}`, `events_${day(2)}`]);
    for (const table of eventPartitions) await tendPartitions(database, table, 30);
    expect(await waiting()).toEqual([`events_${day(0)}`, tomorrow, `events_${day(2)}`]);
    const { rows: samples } = await sql<{ attstattarget: number }>`
      select distinct attstattarget from pg_attribute where attrelid = ${tomorrow}::regclass and attnum > 0`.execute(
      database,
    );
    expect(samples).toEqual([{ attstattarget: 10 }]);
    await sql`drop table ${sql.table(yesterday)}`.execute(database);
  });

  test('partitions of days that are over are dropped', async () => {
    const old = new Date(now - 40 * dayMs).toISOString().slice(0, 10);
    const name = `events_${old.replaceAll('-', '')}`;
    await sql
      .raw(`create table ${name} partition of events for values from ('${old} 00:00:00+00') to ('${old} 23:59:59+00')`)
      .execute(database);
    await insertEvents(database, [event(), event({ id: eventId(Date.parse(`${old}T12:00:00Z`)) })], now);
    for (const table of eventPartitions) await tendPartitions(database, table, 30);
    expect(await database.selectFrom('events').select('id').execute()).toHaveLength(1);
    const { rows } = await sql<{ there: boolean }>`select to_regclass(${name}) is not null as there`.execute(database);
    expect(rows).toEqual([{ there: false }]);
  });
});
