// A job as callers see it: its status, how far it has come and when it should be done, and what its callback tells.

import type { BulkJobRecord } from '../store/bulk-jobs.ts';
import type { BulkPlan, BulkState } from './plan.ts';

/** How far a job has come. */
export interface BulkProgress {
  /** what a copy is at; of other jobs always the same */
  phase: 'download' | 'upload';
  records: number;
  bytes: number;
  /** records in all, where it is known */
  total: number | undefined;
  /** from 0 to 1, where it can be told */
  fraction: number | undefined;
  recordsPerSecond: number;
  bytesPerSecond: number;
  startedAt: string | undefined;
  endedAt: string | undefined;
  /** when it should be done, where it can be told */
  expectedEnd: string | undefined;
}

/** How far a job has come at a moment (milliseconds since 1970). */
export function progressOf(job: BulkJobRecord, now: number): BulkProgress {
  const { download, upload }: BulkState = job.state;
  const { startedAt, endedAt, records, bytes, total } = job;
  const phase =
    job.direction === 'UPLOAD' || (job.direction === 'COPY' && download?.done === true) ? 'upload' : 'download';
  const seconds = startedAt === undefined ? 0 : Math.max(0.001, ((endedAt ?? now) - startedAt) / 1000);
  // of a copy both ways count, since it began
  const moved = job.direction === 'COPY' && phase === 'upload' ? records + (download?.records ?? 0) : records;
  const part = endedAt !== undefined ? undefined : fractionOf(phase, job, upload?.fileBytes);
  const fraction = job.status === 'COMPLETED' ? 1 : part;
  const whole = fraction === undefined ? undefined : wholeOf(job, phase, fraction);
  const expected =
    whole === undefined || whole <= 0 || startedAt === undefined || endedAt !== undefined
      ? undefined
      : new Date(startedAt + (seconds * 1000) / whole).toISOString();
  return {
    phase,
    records,
    bytes,
    total,
    fraction,
    recordsPerSecond: seconds === 0 ? 0 : Math.round((moved / seconds) * 10) / 10,
    bytesPerSecond: seconds === 0 ? 0 : Math.round(bytes / seconds),
    startedAt: startedAt === undefined ? undefined : new Date(startedAt).toISOString(),
    endedAt: endedAt === undefined ? undefined : new Date(endedAt).toISOString(),
    expectedEnd: expected,
  };
}

function fractionOf(
  phase: BulkProgress['phase'],
  { records, total, bytes }: BulkJobRecord,
  fileBytes: number | undefined,
): number | undefined {
  if (total !== undefined && total > 0) return Math.min(1, records / total);
  if (phase === 'upload' && fileBytes !== undefined && fileBytes > 0) return Math.min(1, bytes / fileBytes);
  return undefined;
}

/** The part of the whole work; a copy's two ways count as one half each. */
function wholeOf({ direction }: BulkJobRecord, phase: BulkProgress['phase'], fraction: number): number {
  if (direction !== 'COPY') return fraction;
  return phase === 'download' ? fraction / 2 : 0.5 + fraction / 2;
}

/** The body of the callback that tells the end of a job. */
export function endBody(
  eventId: string,
  job: BulkJobRecord,
  { status, message }: { status: string; message: string | undefined },
  plan: BulkPlan,
  now: number,
) {
  const ended = { ...job, endedAt: now, status: status as BulkJobRecord['status'] };
  return {
    eventId,
    eventStatus: 'completed',
    instanceId: job.instanceId,
    elementKey: job.elementKey,
    id: String(job.id),
    job_id: String(job.id),
    status,
    job_status: status,
    message,
    job_direction: job.direction,
    object_name: job.objectName,
    recordsCount: job.records,
    recordsFailedCount: job.failed + job.doubtful,
    progress: progressOf(ended, now),
    'callback-payload': plan.payload,
  };
}
