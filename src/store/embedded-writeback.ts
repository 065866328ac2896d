// Linux keeps what PostgreSQL appends to its tables in memory for half a minute and then writes all of it at once, and every
// commit waits for that: here the files of tables that grow fast are synced every other second, a little at a time.

import type { Stats } from 'node:fs';
import { open, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { Client } from 'pg';

/** milliseconds between two looks at the files */
const lookMilliseconds = 2000;
/** after how many looks it is asked anew which files there are: partitions begin a day before they are written */
const looksPerList = 30;
/** Files are written at the time of the clock's last tick, of which Linux has a hundred a second at least. */
const tickMilliseconds = 10;
/** PostgreSQL cuts tables into files of a gigabyte. */
const segmentBytes = 2 ** 30;

/** The disk did not take what was written. */
export class DiskFault extends Error {}

/** The looks at the files. */
export interface Writeback {
  /** Ends them, and waits for a file that is being synced. */
  stop(): Promise<void>;
}

/**
 * Syncs those of a cluster's files that changed, until it is stopped. `files` gives their paths in the cluster's folder.
 * `failed` is told why it could not go on. After a DiskFault PostgreSQL must be ended at once, and recovers from its log: the
 * operating system tells of such a fault only once, so that PostgreSQL's next checkpoint would take everything for written
 * (its documentation, `data_sync_retry`). `sync` and `milliseconds` are for tests.
 */
export function keepWritten(
  folder: string,
  files: () => Promise<readonly string[]>,
  failed: (error: unknown) => void,
  { sync = syncFile, milliseconds = lookMilliseconds } = {},
): Writeback {
  let since = Date.now() - tickMilliseconds;
  let looks = 0;
  let listed: readonly string[] = [];
  let running: Promise<void> | undefined;

  async function syncChanged(): Promise<void> {
    const from = since;
    since = Date.now() - tickMilliseconds;
    if (looks % looksPerList === 0 || listed.length === 0) listed = await files();
    looks++;
    // One after the other: together they would be what is to be avoided.
    for (const path of listed) {
      for await (const [segment, { mtimeMs }] of segmentsOf(join(folder, path))) {
        if (mtimeMs >= from) await sync(segment);
      }
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

/**
 * The paths, in the cluster's folder, of the tables that grow fast and of their indexes: of those whose vacuum is not left to
 * PostgreSQL's own rules (the partitions of today and the time ahead, and the queue).
 */
export async function filesThatGrow(client: Client): Promise<string[]> {
  const { rows } = await client.query<{ path: string }>(`
    with fast as (select oid from pg_class where relkind = 'r' and reloptions is not null)
    select pg_relation_filepath(oid) as path from fast
    union all
    select pg_relation_filepath(indexrelid) from pg_index join fast on fast.oid = indrelid`);
  return rows.map(({ path }) => path);
}

/** The files of a table, each with what is known of it; none when it was dropped meanwhile. */
async function* segmentsOf(path: string): AsyncGenerator<[string, Stats]> {
  for (let number = 0; ; number++) {
    const segment = number === 0 ? path : `${path}.${number}`;
    const found = await stat(segment).catch(unlessGone);
    if (found === undefined) return;
    yield [segment, found];
    if (found.size < segmentBytes) return;
  }
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
