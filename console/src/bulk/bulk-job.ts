// Bulk jobs as the server shows them, and what their states mean to a person.

import type { Mood } from '../components/status-badge.tsx';

/** How far a job has come. */
export interface BulkProgress {
  phase: 'download' | 'upload';
  records: number;
  bytes: number;
  total?: number;
  /** from 0 to 1 */
  fraction?: number;
  recordsPerSecond: number;
  bytesPerSecond: number;
  startedAt?: string;
  endedAt?: string;
  expectedEnd?: string;
}

/** A job that moves many records. */
export interface BulkJob {
  id: number;
  instanceId: number;
  targetInstanceId?: number;
  elementKey: string;
  object_name: string;
  status: BulkStatus;
  job_direction: 'DOWNLOAD' | 'UPLOAD' | 'COPY';
  job_query?: string;
  record_count: number;
  error_count: number;
  doubtful_count: number;
  createdDate: number;
  message?: string;
  filesDeleted: boolean;
  progress: BulkProgress;
}

type BulkStatus = 'CREATED' | 'RUNNING' | 'CANCELLATION_PENDING' | 'COMPLETED' | 'CANCELLED' | 'ERROR';

/** A row that was not written, or of which it is not known. */
export interface RowError {
  row: number;
  state: 'failed' | 'doubtful';
  status?: number;
  message: string;
  providerMessage?: string;
}

/** Every way that records go. */
export const directions = [
  { value: 'DOWNLOAD', label: 'Download' },
  { value: 'UPLOAD', label: 'Upload' },
  { value: 'COPY', label: 'Copy' },
];

const states: Record<BulkStatus, { word: string; mood: Mood }> = {
  CREATED: { word: 'Waiting', mood: 'neutral' },
  RUNNING: { word: 'Running', mood: 'going' },
  CANCELLATION_PENDING: { word: 'Ending', mood: 'going' },
  COMPLETED: { word: 'Completed', mood: 'good' },
  CANCELLED: { word: 'Cancelled', mood: 'neutral' },
  ERROR: { word: 'Failed', mood: 'bad' },
};

/** Every state that a list can be filtered by. */
export const bulkStatuses = Object.entries(states).map(([value, { word }]) => ({ value, label: word }));

/** How a job fares. Rows that failed do not end a job, but somebody should look. */
export function stateOfBulkJob({ status, error_count }: BulkJob): { word: string; mood: Mood } {
  if (status === 'COMPLETED' && error_count > 0) return { word: 'Rows failed', mood: 'warning' };
  return states[status];
}

/** Which way the records of a job go, in a word. */
export function directionOf({ job_direction }: BulkJob): string {
  return directions.find(({ value }) => value === job_direction)?.label ?? job_direction;
}

/** Whether a job is not over yet. */
export function isOpen({ status }: BulkJob): boolean {
  return status === 'CREATED' || status === 'RUNNING' || status === 'CANCELLATION_PENDING';
}

/** What can be fetched of a job: the records that it brought, while its files are kept. */
export function hasResults({ status, job_direction, filesDeleted }: BulkJob): boolean {
  return status === 'COMPLETED' && job_direction !== 'UPLOAD' && !filesDeleted;
}

/** Whether rows of a job can be sent once more. */
export function canRunAgain(job: BulkJob): boolean {
  const hasRows = job.error_count > 0 || job.status === 'CANCELLED' || job.status === 'ERROR';
  return !isOpen(job) && job.job_direction !== 'DOWNLOAD' && hasRows && !job.filesDeleted;
}
