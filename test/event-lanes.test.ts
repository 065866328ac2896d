// Every lane has one owner; who comes gets its share, and what a process leaves is taken by the others.

import { sql } from 'kysely';
import { afterEach, expect, test } from 'vitest';
import { Secret } from '../src/core/secret.ts';
import { type Database, openDatabase } from '../src/store/database.ts';
import { laneCount } from '../src/store/lane.ts';
import { type Lanes, startLanes } from '../src/store/lanes.ts';
import { createTestDatabase } from './support/platform.ts';
import { until } from './support/server-process.ts';

const open: { lanes: Lanes; database: Database }[] = [];
afterEach(async () => {
  for (const { lanes, database } of open.splice(0)) {
    await lanes.stop();
    await database.destroy();
  }
});

async function start(url: string) {
  const database = openDatabase(new Secret(url));
  const seen = { works: 0, drained: [] as number[] };
  const lanes = await startLanes({
    connectionString: new Secret(url),
    database,
    everyMs: 50,
    onWork: () => {
      seen.works++;
    },
    drain: async (left) => {
      seen.drained.push(...left);
    },
    // a connection that this test cuts
    failed: () => undefined,
  });
  open.push({ lanes, database });
  return { lanes, database, seen };
}

const all = (...members: { lanes: Lanes }[]) =>
  members.flatMap(({ lanes }) => [...lanes.owned()]).toSorted((a, b) => a - b);
const every = Array.from({ length: laneCount }, (_, lane) => lane);

test('one process has all lanes at once, two have half each, and who stays has all again', async () => {
  const url = await createTestDatabase();
  const first = await start(url);
  expect(all(first)).toEqual(every);
  const second = await start(url);
  await until('the lanes are shared', () => first.lanes.owned().length === 32 && second.lanes.owned().length === 32);
  expect(all(first, second)).toEqual(every);
  expect(first.seen.drained.toSorted((a, b) => a - b)).toEqual(all(second));
  await second.lanes.stop();
  expect(second.lanes.owned()).toEqual([]);
  await until('the rest is taken', () => first.lanes.owned().length === laneCount);
});

test('a session that is cut owns nothing, and what it had goes to others or back', async () => {
  const url = await createTestDatabase();
  const first = await start(url);
  const second = await start(url);
  await until('the lanes are shared', () => second.lanes.owned().length === 32);
  await sql`select pg_terminate_backend(pid) from pg_stat_activity
    where application_name = 'valence lanes' and datname = current_database()`.execute(first.database);
  await until('every lane has an owner again', () => all(first, second).length === laneCount);
  await until('they are shared again', () => first.lanes.owned().length === 32 && second.lanes.owned().length === 32);
  expect(all(first, second)).toEqual(every);
});

test('whoever owns a lane hears of work for it', async () => {
  const url = await createTestDatabase();
  const [first, second] = [await start(url), await start(url)];
  await until('the lanes are shared', () => second.lanes.owned().length === 32);
  const before = { first: first.seen.works, second: second.seen.works };
  first.lanes.announce(first.lanes.owned());
  first.lanes.announce([second.lanes.owned()[0] ?? 0]);
  await until('the other hears', () => second.seen.works === before.second + 1);
  expect(first.seen.works).toBe(before.first);
});
