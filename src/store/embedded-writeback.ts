// Linux keeps what PostgreSQL appends to its tables in memory for half a minute and then writes all of it at once, and every
// commit waits for that: here the files that changed are synced every other second, a little at a time.

import type { Stats } from 'node:fs';
import { open, readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';

/** milliseconds between two looks at the files that are large */
const lookMilliseconds = 2000;
/** after how many looks it is looked anew which are large */
const looksAtLarge = 10;
/** Files are written at the time of the clock's last tick, of which Linux has a hundred a second at least. */
const tickMilliseconds = 10;
/** What changes in smaller files is soon written. */
const largeBytes = 1_000_000;
/** PostgreSQL's own databases have lower numbers (its `FirstNormalObjectId`). */
const firstDatabase = 16384;

/** The disk did not take what was written. */
export class DiskFault extends Error {}

/** The looks at the files. */
export interface Writeback {
  /** Ends them, and waits for a file that is being synced. */
  stop(): Promise<void>;
}

/**
 * Syncs the files of a cluster's tables that changed, until it is stopped. `failed` is told why it could not go on. After a
 * DiskFault PostgreSQL must be ended at once, and recovers from its log: the operating system tells of such a fault only once,
 * so that its next checkpoint would take everything for written (PostgreSQL's documentation, `data_sync_retry`).
 * `sync` and `milliseconds` are for tests.
 */
export function keepWritten(
  folder: string,
  failed: (error: unknown) => void,
  { sync = syncFile, milliseconds = lookMilliseconds } = {},
): Writeback {
  let since = Date.now() - tickMilliseconds;
  let looks = 0;
  let large: string[] = [];
  let running: Promise<void> | undefined;

  async function syncChanged(): Promise<void> {
    const from = since;
    since = Date.now() - tickMilliseconds;
    if (looks % looksAtLarge === 0) large = await largeFiles(folder);
    looks++;
    // One after the other: together they would be what is to be avoided.
    for (const path of large) {
      const file = await statIfThere(path);
      if (file !== undefined && file.mtimeMs >= from) await sync(path);
    }
  }

  function look(): void {
    running ??= syncChanged()
      .catch((error: unknown) => {
        clearInterval(timer);
        failed(error);
      })
      .finally(() => {
        running = undefined;
      });
  }

  const timer = setInterval(look, milliseconds).unref();

  return {
    async stop() {
      clearInterval(timer);
      await running;
    },
  };
}

/** The large files of tables and indexes. */
async function largeFiles(folder: string): Promise<string[]> {
  const base = join(folder, 'base');
  const large: string[] = [];
  for (const database of await readdir(base)) {
    if (!(Number(database) >= firstDatabase)) continue;
    for (const name of await readdir(join(base, database))) {
      const path = join(base, database, name);
      const file = await statIfThere(path);
      if (file !== undefined && file.size >= largeBytes) large.push(path);
    }
  }
  return large;
}

/** PostgreSQL may have dropped a file since it was found. */
async function statIfThere(path: string): Promise<Stats | undefined> {
  return stat(path).catch(unlessGone);
}

function unlessGone(error: NodeJS.ErrnoException): undefined {
  if (error.code !== 'ENOENT') throw error;
}

/** @throws DiskFault when the disk did not take it; a file that is gone has nothing to sync */
async function syncFile(path: string): Promise<void> {
  const file = await open(path).catch(unlessGone);
  try {
    await file?.datasync();
  } catch (error) {
    throw new DiskFault(String(error), { cause: error });
  } finally {
    await file?.close();
  }
}
