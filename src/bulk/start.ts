// Every part of bulk jobs, made by hand. A server without a place for files begins no jobs and works on none.

import type { BulkJobStore, ClaimedBulkJob } from '../store/bulk-jobs.ts';
import { type BulkFiles, filesMissing } from './files.ts';
import { type BulkJobs, createBulkJobs } from './jobs.ts';
import { type BulkResults, createResults } from './results.ts';
import { type BulkRunner, startRunner } from './run.ts';
import { type BulkSweep, startSweep } from './sweep.ts';

/** Bulk jobs in this process. */
export interface Bulk {
  jobs: BulkJobs;
  results: BulkResults;
  /** Deletes files that are kept no longer, without waiting for the next hour, and waits until it is done. */
  sweepDue(): Promise<void>;
  /** Lets go of what is worked on, and of the place for files. */
  stop(): Promise<void>;
}

type RunnerParts = Parameters<typeof startRunner>[0];
type JobParts = Parameters<typeof createBulkJobs>[0];

interface BulkDependencies
  extends Pick<RunnerParts, 'instances' | 'elements' | 'strategies' | 'callElement' | 'clock' | 'failed'>,
    Pick<JobParts, 'vendorNameOf'> {
  store: BulkJobStore;
  /** undefined: none is configured */
  files: BulkFiles | undefined;
  limits: RunnerParts['limits'] & JobParts['limits'] & { bulkRow: RunnerParts['formatLimits'] };
  /** days for which files, and ended jobs, are kept */
  keep: { files: number; jobs: number };
  /** told that the end of a job became an event */
  stored(job: ClaimedBulkJob): void;
}

const dayMs = 86_400_000;

/** Makes the parts, and starts those that work by themselves. */
export function startBulk(dependencies: BulkDependencies): Bulk {
  const { store, limits, keep, clock, failed } = dependencies;
  const files = dependencies.files ?? noFiles;
  const common = { jobs: store, files, clock, failed };
  const results = createResults({ files, jobs: store, formatLimits: limits.bulkRow });
  const works = dependencies.files !== undefined;
  const runner: BulkRunner = works
    ? startRunner({
        ...dependencies,
        ...common,
        results,
        formatLimits: limits.bulkRow,
        keepFilesMs: keep.files * dayMs,
      })
    : { wake: () => undefined, cancel: () => undefined, stop: async () => undefined };
  const sweep: BulkSweep | undefined = works ? startSweep({ ...common, keepJobsMs: keep.jobs * dayMs }) : undefined;
  return {
    jobs: createBulkJobs({ ...dependencies, ...common, works, results, runner }),
    results,
    sweepDue: async () => sweep?.sweepDue(),
    async stop() {
      await Promise.all([runner.stop(), sweep?.stop()]);
      await dependencies.files?.close();
    },
  };
}

const missing = () => {
  throw filesMissing();
};
/** The place of a server that has none. */
const noFiles: BulkFiles = { write: missing, read: missing, remove: missing, close: async () => undefined };
