// A job as it is made and shown, by the routes of jobs and by a header on any call.

import { type Static, Type } from 'typebox';
import { Problem } from '../core/errors.ts';
import { type QuartzSchedule, readQuartz } from '../core/quartz.ts';
import type { JobRecord, NewJob } from '../store/jobs.ts';
import type { RouteContext } from './context.ts';

/** What is answered when a job was made or given another schedule. */
export const CreatedJob = Type.Object({
  id: Type.String(),
  name: Type.String(),
  schedule: Type.String({ description: 'the Quartz expression' }),
});

/** A made job as it is answered. */
export function describeJob({ id, name, cron }: JobRecord): Static<typeof CreatedJob> {
  return { id: String(id), name, schedule: cron };
}

/**
 * Stores a job and lets it run when it is due. Throws a Problem for a schedule that cannot be used, and when the account
 * has too many jobs.
 */
export async function createJob(
  { jobs, wakeJobs, limits, clock }: RouteContext,
  job: Omit<NewJob, 'nextAt'>,
): Promise<JobRecord> {
  const now = clock();
  const nextAt = firstTime(readSchedule(job.cron, job.zone, limits.jobGapSeconds), job.cron, now);
  const { total } = await jobs.list(job, { after: 0, skip: 0, limit: 0 });
  if (total >= limits.jobsPerAccount) {
    throw new Problem(
      'tooManyRequests',
      `The account has ${total} jobs, which is the most: DELETE /jobs/{id} makes room for another.`,
    );
  }
  const made = await jobs.create({ ...job, nextAt }, now);
  wakeJobs();
  return made;
}

/** Reads the schedule of a job. Throws a Problem that names what is wrong, also when its times are too close. */
export function readSchedule(cron: string, zone: string, gapSeconds: number): QuartzSchedule {
  const schedule = readQuartz(cron, zone);
  if (schedule.shortestGapSeconds >= gapSeconds) return schedule;
  throw new Problem(
    'badRequest',
    `The schedule "${cron}" cannot be used: between two times of a job there must be ${gapSeconds} seconds at least.`,
  );
}

/** The first time of a schedule. Throws a Problem when there is none. */
export function firstTime(schedule: QuartzSchedule, cron: string, now: number): number {
  const first = schedule.nextAfter(now);
  if (first !== undefined) return first;
  throw new Problem('badRequest', `The schedule "${cron}" cannot be used: it has no time that is still to come.`);
}
