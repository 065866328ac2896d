// How bulk jobs stand in answers: when they begin, how far they have come, in lists, and the rows that failed.

import { type Static, Type } from 'typebox';
import { progressOf } from '../bulk/describe.ts';
import type { BulkPlan, BulkState } from '../bulk/plan.ts';
import type { BulkJobRecord } from '../store/bulk-jobs.ts';

/** A job that was begun. */
export const Started = Type.Object({
  id: Type.String(),
  instanceId: Type.Integer(),
  status: Type.String({ description: 'CREATED' }),
});
/** How far a job has come, in answers. */
export const Progress = Type.Object({
  phase: Type.String({ description: 'download or upload; a copy does one after the other' }),
  records: Type.Integer(),
  bytes: Type.Integer(),
  total: Type.Optional(Type.Integer({ description: 'records in all, where it is known' })),
  fraction: Type.Optional(Type.Number({ description: 'from 0 to 1, where it can be told' })),
  recordsPerSecond: Type.Number(),
  bytesPerSecond: Type.Number(),
  startedAt: Type.Optional(Type.String()),
  endedAt: Type.Optional(Type.String()),
  expectedEnd: Type.Optional(Type.String({ description: 'where it can be told' })),
});
/** A job, and how far it has come. */
export const Status = Type.Object({
  id: Type.String(),
  batchId: Type.Integer(),
  instanceId: Type.Integer(),
  status: Type.String({ description: 'CREATED, RUNNING, CANCELLATION_PENDING, COMPLETED, CANCELLED or ERROR' }),
  objectName: Type.String(),
  direction: Type.String({ description: 'DOWNLOAD, UPLOAD or COPY' }),
  message: Type.Optional(Type.String({ description: 'why it ended early' })),
  recordsCount: Type.Integer({ description: 'records that were moved or tried' }),
  recordsFailedCount: Type.Integer({ description: 'rows that were not written, or of which it is not known' }),
  recordsDoubtfulCount: Type.Integer({ description: 'those of them of which it is not known' }),
  numOfLeadsProcessed: Type.Integer(),
  numOfRowsFailed: Type.Integer(),
  numOfRowsWithWarning: Type.Integer(),
  progress: Progress,
});
/** A job in lists. */
export const ListedJob = Type.Object({
  id: Type.Integer(),
  job_id: Type.Integer(),
  instanceId: Type.Integer(),
  object_name: Type.String(),
  status: Type.String(),
  job_status: Type.String(),
  job_state: Type.String(),
  job_direction: Type.String(),
  job_query: Type.Optional(Type.String()),
  job_reset_attempt: Type.Integer(),
  record_count: Type.Integer(),
  error_count: Type.Integer(),
  createdDate: Type.Integer({ description: 'milliseconds since 1970' }),
  completion_time: Type.Optional(Type.Integer({ description: 'milliseconds since 1970' })),
  fileFormat: Type.Optional(Type.String()),
  notification_url: Type.Optional(Type.String()),
});
/** A row that was not written, or of which it is not known. */
export const RowError = Type.Object({
  row: Type.Integer({ description: 'from 1 on; 0 for the file as a whole' }),
  state: Type.String({ description: 'failed: not written; doubtful: nobody knows' }),
  status: Type.Optional(Type.Integer()),
  message: Type.String(),
  providerMessage: Type.Optional(Type.String({ description: 'what the vendor said' })),
});
/** A copy in the list of copies. */
export const Load = Type.Object({
  id: Type.Integer(),
  groupName: Type.String({ description: 'the id that POST /bulk/workflows answered with' }),
  parentBulkLoaderId: Type.Integer(),
  status: Type.String(),
  jobId: Type.Optional(Type.String({ description: 'the job of a schedule that began it' })),
  instanceId: Type.Integer(),
  targetInstanceId: Type.Optional(Type.Integer()),
  objectName: Type.String(),
  recordsCount: Type.Integer(),
  recordsFailedCount: Type.Integer(),
  createdDate: Type.Integer(),
});

/** A job that was begun, in its answer. */
export function started({ id, instanceId }: BulkJobRecord): Static<typeof Started> {
  return { id: String(id), instanceId, status: 'CREATED' };
}

/** A job and how far it has come at a moment (milliseconds since 1970). */
export function describeStatus(job: BulkJobRecord, now: number): Static<typeof Status> {
  return {
    id: String(job.id),
    batchId: job.id,
    instanceId: job.instanceId,
    status: job.status,
    objectName: job.objectName,
    direction: job.direction,
    ...(job.message === undefined ? {} : { message: job.message }),
    recordsCount: job.records,
    recordsFailedCount: job.failed + job.doubtful,
    recordsDoubtfulCount: job.doubtful,
    numOfLeadsProcessed: job.records,
    numOfRowsFailed: job.failed + job.doubtful,
    numOfRowsWithWarning: job.doubtful,
    progress: showProgress(job, now),
  };
}

/** How far a job has come at a moment, without the members that are not known. */
export function showProgress(job: BulkJobRecord, now: number): Static<typeof Progress> {
  return JSON.parse(JSON.stringify(progressOf(job, now)));
}

/** A job in a list, but for what is sealed of it. */
export function listJob(job: BulkJobRecord) {
  return {
    id: job.id,
    job_id: job.id,
    instanceId: job.instanceId,
    object_name: job.objectName,
    status: job.status,
    job_status: job.status,
    job_state: job.status,
    job_direction: job.direction,
    job_reset_attempt: 0,
    record_count: job.records,
    error_count: job.failed + job.doubtful,
    createdDate: job.createdAt,
    ...(job.endedAt === undefined ? {} : { completion_time: job.endedAt }),
  };
}

/** What is sealed of a listed job. */
export function planned(job: BulkJobRecord) {
  const { query, upload, resultFormat, callbackUrl } = job.openPlan() as BulkPlan;
  const format = upload?.format ?? resultFormat;
  return {
    ...(query === undefined ? {} : { job_query: query }),
    ...(format === undefined ? {} : { fileFormat: format }),
    ...(callbackUrl === undefined ? {} : { notification_url: callbackUrl }),
  };
}

/** A copy in the list of copies. */
export function showLoad(job: BulkJobRecord): Static<typeof Load> {
  return {
    id: job.id,
    groupName: String(job.groupId),
    parentBulkLoaderId: job.groupId,
    status: job.status,
    ...(job.scheduledBy === undefined ? {} : { jobId: String(job.scheduledBy) }),
    instanceId: job.instanceId,
    ...(job.targetInstanceId === undefined ? {} : { targetInstanceId: job.targetInstanceId }),
    objectName: job.objectName,
    recordsCount: job.records,
    recordsFailedCount: job.failed + job.doubtful,
    createdDate: job.createdAt,
  };
}

/** How many records the results of a job have. */
export function recordsIn({ state, records }: BulkJobRecord): number {
  const { download }: BulkState = state;
  return download?.records ?? records;
}
