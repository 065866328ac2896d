// Deletes what is kept no longer: the files of jobs whose retention is over, whose instance is gone, or whose file never
// came whole; and, later, the jobs themselves.

import type { Clock } from '../core/clock.ts';
import type { BulkJobStore } from '../store/bulk-jobs.ts';
import type { BulkFiles } from './files.ts';

/** The hourly work, until it is stopped. */
export interface BulkSweep {
  /** Deletes what is due now, without waiting for the next hour, and waits until it is done. */
  sweepDue(): Promise<void>;
  /** Waits for work that is being done. */
  stop(): Promise<void>;
}

interface SweepDependencies {
  jobs: Pick<BulkJobStore, 'spent' | 'filesDeleted' | 'deleteOld'>;
  files: Pick<BulkFiles, 'remove'>;
  clock: Clock;
  /** milliseconds for which ended jobs are known */
  keepJobsMs: number;
  failed(error: unknown): void;
}

const hourMs = 3_600_000;
const firstMs = 60_000;
const pageJobs = 200;

/** Starts sweeping. Any number of processes may: whoever is second finds it done. */
export function startSweep({ jobs, files, clock, keepJobsMs, failed }: SweepDependencies): BulkSweep {
  let sweeping = Promise.resolve();
  let stopped = false;
  const sweep = async () => {
    try {
      for (;;) {
        const spent = await jobs.spent(clock(), pageJobs);
        for (const { id, organizationId } of spent) {
          if (stopped) return;
          await files.remove({ organizationId, jobId: String(id) });
          await jobs.filesDeleted(id);
        }
        if (spent.length < pageJobs) break;
      }
      await jobs.deleteOld(clock() - keepJobsMs);
    } catch (error) {
      failed(error);
    }
  };
  const begin = () => {
    sweeping = sweeping.then(sweep);
    return sweeping;
  };
  // the start has enough to do
  const first = setTimeout(begin, firstMs);
  const timer = setInterval(begin, hourMs);
  first.unref();
  timer.unref();
  return {
    sweepDue: begin,
    async stop() {
      stopped = true;
      clearTimeout(first);
      clearInterval(timer);
      await sweeping;
    },
  };
}
