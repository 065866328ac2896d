// Runs jobs when they are due. The database is asked when the next one is, and else only every few seconds, to find what
// other processes left behind.

import type { Clock } from '../core/clock.ts';
import { Problem } from '../core/errors.ts';
import { readQuartz } from '../core/quartz.ts';
import type { ClaimedJob, JobStore } from '../store/jobs.ts';
import type { MakeCall } from './make-call.ts';

/** The running of jobs in this process. */
export interface JobRunner {
  /** Looks at once, because a job may be due sooner than was known. */
  wake(): void;
  /** Begins no more runs, and waits for those that are under way. */
  stop(): Promise<void>;
}

interface JobRunnerDependencies {
  jobs: Pick<JobStore, 'look' | 'claim' | 'finish' | 'finishInterrupted'>;
  makeCall: MakeCall;
  clock: Clock;
  limits: { jobsAtOnce: number };
  failed(error: unknown): void;
}

const tickMs = 200;
const lookEveryMs = 5000;
const retryFinishMs = 1000;

/** Starts running jobs. What goes wrong with the database is told to `failed`, and tried again. */
export function startJobs({ jobs, makeCall, clock, limits, failed }: JobRunnerDependencies): JobRunner {
  const running = new Set<Promise<void>>();
  let lookAt = Number.NEGATIVE_INFINITY;
  let looking: Promise<void> | undefined;
  let stopped = false;

  const timer = setInterval(() => {
    if (clock() >= lookAt) look();
  }, tickMs);
  timer.unref();
  look();

  return {
    wake() {
      lookAt = Number.NEGATIVE_INFINITY;
      look();
    },
    async stop() {
      stopped = true;
      clearInterval(timer);
      await looking;
      await Promise.all(running);
    },
  };

  function look(): void {
    if (stopped || looking !== undefined || running.size >= limits.jobsAtOnce) return;
    lookAt = clock() + lookEveryMs;
    looking = begin()
      .catch(failed)
      .finally(() => {
        looking = undefined;
      });
  }

  async function begin(): Promise<void> {
    const now = clock();
    const seen = await jobs.look(now);
    if (seen.interrupted) await jobs.finishInterrupted(now, nextTime);
    if (seen.nextAt !== undefined && seen.nextAt <= now) {
      const claimed = await jobs.claim(now, limits.jobsAtOnce - running.size, nextTime);
      for (const job of claimed) track(run(job));
      // More may be due, of this moment or of the time that it took.
      if (claimed.length > 0) lookAt = Math.min(lookAt, now);
    } else if (seen.nextAt !== undefined) {
      lookAt = Math.min(lookAt, seen.nextAt);
    }
  }

  function track(work: Promise<void>): void {
    running.add(work);
    work.finally(() => {
      running.delete(work);
      lookAt = Number.NEGATIVE_INFINITY;
    });
  }

  async function run(job: ClaimedJob): Promise<void> {
    const error = await outcomeOf(job);
    const end = { state: error === undefined ? ('COMPLETED' as const) : ('FAILED' as const), error, at: clock() };
    for (;;) {
      try {
        return await jobs.finish(job, end, nextTime);
      } catch (problem) {
        failed(problem);
        // After the stop the next process finds out that nobody makes this run any more.
        if (stopped) return;
        await new Promise((resolve) => setTimeout(resolve, retryFinishMs).unref());
      }
    }
  }

  /** Makes the call of a job; what went wrong, if anything did. */
  async function outcomeOf(job: ClaimedJob): Promise<string | undefined> {
    try {
      const call = job.openCall();
      // a bulk job that it begins is found by it
      const headers = { ...call.headers, 'elements-job-id': String(job.id) };
      const { status, body } = await makeCall(job, { ...call, headers });
      return status < 400 ? undefined : `${status}: ${messageOf(body)}`;
    } catch (error) {
      if (error instanceof Problem) return `${error.status}: ${error.message}`;
      failed(error);
      return 'The call could not be made because of an error of this server; its log has the details.';
    }
  }
}

function nextTime({ cron, zone }: { cron: string; zone: string }, after: number): number | undefined {
  return readQuartz(cron, zone).nextAfter(after);
}

function messageOf(body: unknown): string {
  const { message, providerMessage } = (body ?? {}) as { message?: unknown; providerMessage?: unknown };
  return [message, providerMessage].filter((part) => typeof part === 'string').join(' ') || 'no message';
}
