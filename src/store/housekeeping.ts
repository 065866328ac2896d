// What the database needs done at the start and every hour: tomorrow's tables made, what is too old deleted.

import { deleteOldBudgets } from './budgets.ts';
import type { Database } from './database.ts';
import { deleteOldWrites } from './idempotency.ts';
import { type PartitionedTable, tendPartitions } from './partitions.ts';

const hourMs = 3_600_000;

/** The hourly work, until it is stopped. */
export interface Housekeeping {
  /** Waits for work that is being done. */
  stop(): Promise<void>;
}

/**
 * Does the work once before it answers, then every hour; `failed` is told what went wrong, and the next hour tries
 * again. `kept` says for how many days what grows is kept. Any number of processes may do it: whoever is second finds it done.
 */
export async function startHousekeeping(
  database: Database,
  kept: readonly { table: PartitionedTable; days: number }[],
  failed: (error: unknown) => void,
): Promise<Housekeeping> {
  const work = async () => {
    try {
      for (const { table, days } of kept) await tendPartitions(database, table, days);
      await deleteOldWrites(database);
      await deleteOldBudgets(database);
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
