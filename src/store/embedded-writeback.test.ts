// What PostgreSQL appended to its files is synced soon: which files, how often, and what happens when the disk fails.

import { appendFile, mkdtemp, rm, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { createTestDatabase } from '../../test/support/platform.ts';
import { Secret } from '../core/secret.ts';
import { openDatabase } from './database.ts';
import { DiskFault, filesThatGrow, keepWritten, type Writeback } from './embedded-writeback.ts';
import { eventPartitions } from './events.ts';
import { tendPartitions } from './partitions.ts';

let folder: string;
let writeback: Writeback | undefined;
const synced: string[] = [];
const faults: unknown[] = [];

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'valence-writeback-'));
  for (const name of ['1', '2', 'other']) await writeFile(fileOf(name), 'old');
  synced.length = 0;
  faults.length = 0;
});
afterEach(async () => {
  await writeback?.stop();
  await rm(folder, { recursive: true });
});

const fileOf = (name: string) => join(folder, name);
const append = (name: string) => appendFile(fileOf(name), 'x');

function keep(sync = async (path: string) => void synced.push(path)): void {
  const files = async () => ['1', '2', 'dropped'];
  writeback = keepWritten(folder, files, (error) => faults.push(error), { sync, milliseconds: 5 });
}

test('a file that changes is synced, each time it does, and no other', async () => {
  await writeFile(fileOf('1'), 'new');
  keep();
  for (let time = 0; time < 3; time++) {
    synced.length = 0;
    await append('1');
    await append('other');
    await expect.poll(() => synced, { interval: 5 }).toContain(fileOf('1'));
  }
  expect(synced).not.toContain(fileOf('other'));
  expect(faults).toEqual([]);
});

test('what has not changed is left alone', async () => {
  keep();
  const appended = async () => {
    await append('2');
    return synced.length;
  };
  await expect.poll(appended, { interval: 5 }).toBeGreaterThan(50);
  expect(synced.filter((path) => path === fileOf('1')).length).toBeLessThan(10);
});

test('a table of more than a gigabyte has further files', async () => {
  await truncate(fileOf('1'), 2 ** 30);
  await writeFile(fileOf('1.1'), 'old');
  keep();
  await append('1.1');
  await expect.poll(() => synced, { interval: 5 }).toContain(fileOf('1.1'));
});

test('when the disk fails it is told once, and nothing is synced any more', async () => {
  let tries = 0;
  keep(async () => {
    tries++;
    throw new DiskFault('EIO');
  });
  await append('1');
  await expect.poll(() => faults.length, { interval: 5 }).toBe(1);
  expect(faults[0]).toBeInstanceOf(DiskFault);
  const before = tries;
  await append('1');
  await writeback?.stop();
  expect(tries).toBe(before);
});

test('the files are those of the partitions that are written, and of the queue, with their indexes', async () => {
  const connectionString = await createTestDatabase();
  const database = openDatabase(new Secret(connectionString));
  for (const table of eventPartitions) await tendPartitions(database, table, 30);
  await database.destroy();
  const client = new pg.Client({ connectionString });
  await client.connect();
  const paths = await filesThatGrow(client);
  const names = await client.query<{ name: string }>(
    `select relname as name from pg_class where pg_relation_filepath(oid) = any($1)`,
    [paths],
  );
  await client.end();
  const found = names.rows.map(({ name }) => name.replace(/_\d{8}/, ''));
  expect(found).toEqual(expect.arrayContaining(['event_queue', 'event_queue_pkey', 'events', 'events_pkey']));
  expect(found).not.toContain('instances');
  expect(paths.length).toBe(found.length);
});
