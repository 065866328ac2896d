// What the database needs done at the start and every hour: tomorrow's tables made, what is too old deleted.

import type { Database } from './database.ts';
import { deleteOldWrites } from './idempotency.ts';
import { tendUsagePartitions } from './usage.ts';

const hourMs = 3_600_000;

/** The hourly work, until it is stopped. */
export interface Housekeeping {
  /** Waits for work that is being done. */
  stop(): Promise<void>;
}

/**
 * Does the work once before it answers, then every hour; `failed` is told what went wrong, and the next hour tries
 * again. Any number of processes may do it: whoever is second finds it done.
 */
export async function startHousekeeping(
  database: Database,
  usageDays: number,
  failed: (error: unknown) => void,
): Promise<Housekeeping> {
  const work = async () => {
    try {
      await tendUsagePartitions(database, usageDays);
      await deleteOldWrites(database);
    } catch (error) {
      failed(error);
    }
  };
  await work();
  let working = Promise.resolve();
  const timer = setInterval(() => {
    working = work();
  }, hourMs);
  timer.unref();
  return {
    async stop() {
      clearInterval(timer);
      await working;
    },
  };
}
