// What PostgreSQL appended to its files is synced soon: which files, how often, and what happens when the disk fails.

import { appendFile, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { DiskFault, keepWritten, type Writeback } from './embedded-writeback.ts';

let folder: string;
let writeback: Writeback | undefined;
const synced: string[] = [];
const faults: unknown[] = [];

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'valence-writeback-'));
  for (const database of ['5', '16384']) await mkdir(join(folder, 'base', database), { recursive: true });
  synced.length = 0;
  faults.length = 0;
});
afterEach(async () => {
  await writeback?.stop();
  await rm(folder, { recursive: true });
});

const fileOf = (name: string) => join(folder, 'base', name);
const megabyte = Buffer.alloc(1_000_000);

function keep(sync = async (path: string) => void synced.push(path)): void {
  writeback = keepWritten(folder, (error) => faults.push(error), { sync, milliseconds: 5 });
}

test('large files of ours that change are synced, each time they do', async () => {
  await writeFile(fileOf('16384/1'), megabyte);
  await writeFile(fileOf('16384/2'), 'small');
  await writeFile(fileOf('5/3'), megabyte);
  keep();
  await appendFile(fileOf('16384/2'), 'x');
  await appendFile(fileOf('5/3'), 'x');
  for (let time = 0; time < 3; time++) {
    synced.length = 0;
    await appendFile(fileOf('16384/1'), 'x');
    await expect.poll(() => synced, { interval: 5 }).toContain(fileOf('16384/1'));
  }
  expect(new Set(synced)).toEqual(new Set([fileOf('16384/1')]));
});

test('a file that grew large is found, one that is gone is passed over', async () => {
  await writeFile(fileOf('16384/1'), megabyte);
  keep();
  await appendFile(fileOf('16384/1'), 'x');
  await expect.poll(() => synced, { interval: 5 }).toContain(fileOf('16384/1'));
  await rm(fileOf('16384/1'));
  await writeFile(fileOf('16384/2'), megabyte);
  await expect
    .poll(
      async () => {
        await appendFile(fileOf('16384/2'), 'x');
        return synced;
      },
      { interval: 5 },
    )
    .toContain(fileOf('16384/2'));
  expect(faults).toEqual([]);
});

test('what has not changed is left alone', async () => {
  await writeFile(fileOf('16384/1'), megabyte);
  await writeFile(fileOf('16384/2'), megabyte);
  keep();
  await expect
    .poll(
      async () => {
        await appendFile(fileOf('16384/2'), 'x');
        return synced.length;
      },
      { interval: 5 },
    )
    .toBeGreaterThan(50);
  expect(synced.filter((path) => path === fileOf('16384/1')).length).toBeLessThan(10);
});

test('when the disk fails it is told once, and nothing is synced any more', async () => {
  await writeFile(fileOf('16384/1'), megabyte);
  let tries = 0;
  keep(async () => {
    tries++;
    throw new DiskFault('EIO');
  });
  await appendFile(fileOf('16384/1'), 'x');
  await expect.poll(() => faults.length, { interval: 5 }).toBe(1);
  expect(faults[0]).toBeInstanceOf(DiskFault);
  await appendFile(fileOf('16384/1'), 'x');
  await writeback?.stop();
  expect(tries).toBe(1);
});
