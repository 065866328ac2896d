// What jobs of Bulk API 2.0 have in common (Developer Guide "How Requests Are Processed"): ids, states that take time, the
// answers about a job, its list, its end.

import { type Answer, empty, json } from '../vendor.ts';
import { readJsonBody } from './body.ts';
import type { CsvForm } from './bulk-csv.ts';
import type { RestCall } from './call.ts';
import { methodNotAllowed, Refusal, unknownResource } from './errors.ts';
import { recordId } from './record-id.ts';
import { dateTime } from './records.ts';

export type JobState = 'Open' | 'UploadComplete' | 'InProgress' | 'JobComplete' | 'Failed' | 'Aborted';

/** One job of either kind. */
export interface Job {
  id: string;
  operation: string;
  object: string;
  createdById: string;
  createdDate: Date;
  systemModstamp: Date;
  state: JobState;
  apiVersion: number;
  columnDelimiter: string;
  lineEnding: string;
  form: CsvForm;
  errorMessage: string | undefined;
  /** When its data was complete; its states take their time from then. */
  queuedAt: Date | undefined;
  processed: number;
}

/** How long jobs take; settings of the sandbox. */
export interface JobPace {
  /** Seconds in the queue. */
  queueSeconds: number;
  recordsPerSecond: number;
  /** A job with more records fails after so many. */
  failAfterRecords: number | undefined;
  /** Objects that have no bulk. */
  unsupported: readonly string[];
}

/** Refuses an object that has no bulk. */
export function refuseUnsupported(object: string, { unsupported }: JobPace): void {
  if (!unsupported.includes(object)) return;
  throw new Refusal(400, 'INVALIDENTITY', `InvalidEntity : Entity '${object}' is not supported by the Bulk API.`);
}

/** Jobs that have ended are deleted after so long ("Limits": job lifespan). */
const lifespanMs = 7 * 24 * 3600 * 1000;

/** The jobs of one kind that a list gives at a time ("Get Information About All Jobs"). */
const jobsInList = 1000;

/** The members that a request for a new job may have in common. */
export function newJob(
  call: RestCall,
  count: number,
  members: Readonly<Record<string, unknown>>,
  job: Pick<Job, 'operation' | 'object' | 'state' | 'form'>,
): Job {
  return {
    ...job,
    id: recordId('750', count + 1),
    createdById: call.userId,
    createdDate: call.now,
    systemModstamp: call.now,
    apiVersion: versionOf(call),
    columnDelimiter: String(members['columnDelimiter'] ?? 'COMMA'),
    lineEnding: String(members['lineEnding'] ?? 'LF'),
    errorMessage: undefined,
    queuedAt: undefined,
    processed: 0,
  };
}

/** The version that a call names, such as 59. */
export function versionOf({ base }: RestCall): number {
  return Number(/v(\d+)\.0$/.exec(base)?.[1]);
}

export function hasEnded({ state }: Job): boolean {
  return state === 'JobComplete' || state === 'Failed' || state === 'Aborted';
}

/** How many records a queued job has got through by now; undefined while it waits in the queue. */
export function recordsDue(job: Job, now: Date, { queueSeconds, recordsPerSecond }: JobPace): number | undefined {
  if (job.queuedAt === undefined) return undefined;
  const milliseconds = now.getTime() - job.queuedAt.getTime() - queueSeconds * 1000;
  return milliseconds < 0 ? undefined : Math.floor((milliseconds * recordsPerSecond) / 1000);
}

/** What every answer about a job has. */
export function jobBasics(job: Job): Record<string, unknown> {
  return {
    id: job.id,
    operation: job.operation,
    object: job.object,
    createdById: job.createdById,
    createdDate: dateTime(job.createdDate),
    systemModstamp: dateTime(job.systemModstamp),
    state: job.state,
    concurrencyMode: 'Parallel',
    contentType: 'CSV',
    apiVersion: job.apiVersion,
  };
}

/** The job of an id; refuses an unknown one, and one that ended long ago. */
export function findJob<Kind extends Job>(jobs: ReadonlyMap<string, Kind>, id: string, now: Date): Kind {
  const job = jobs.get(id) ?? [...jobs.values()].find((one) => one.id.slice(0, 15) === id);
  if (job === undefined || isGone(job, now)) throw unknownResource();
  return job;
}

function isGone(job: Job, now: Date): boolean {
  return hasEnded(job) && now.getTime() - job.systemModstamp.getTime() > lifespanMs;
}

/** The jobs of one kind, in no order that a client could rely on (here: as their ids' last letters sort). */
export function listJobs(
  call: RestCall,
  jobs: Iterable<Job>,
  path: string,
  describe: (job: Job) => Record<string, unknown>,
): Answer {
  const query = new URLSearchParams(call.request.query);
  const from = Number(query.get('queryLocator') ?? 0);
  const reversed = (id: string) => [...id.slice(0, 15)].reverse().join('');
  const known = [...jobs]
    .filter((job) => !isGone(job, call.now))
    .sort((left, right) => (reversed(left.id) < reversed(right.id) ? -1 : 1));
  const end = from + jobsInList;
  const done = end >= known.length;
  return json(200, {
    done,
    nextRecordsUrl: done ? null : `${call.base}/jobs/${path}?queryLocator=${end}`,
    records: known.slice(from, end).map(describe),
  });
}

/** The state that a PATCH asks for. */
export function askedState(call: RestCall, allowed: readonly JobState[]): JobState {
  const state = readJsonBody(call)['state'];
  const known = allowed.find((one) => one === state);
  if (known !== undefined) return known;
  throw new Refusal(400, 'INVALIDJOB', `InvalidJob : The state must be one of ${allowed.join(', ')}`);
}

/** Stops a job that has not ended. */
export function abort(job: Job, now: Date): void {
  if (hasEnded(job)) {
    throw new Refusal(400, 'INVALIDJOBSTATE', `InvalidJobState : Aborting already ${job.state} Job not allowed`);
  }
  job.state = 'Aborted';
  job.systemModstamp = now;
}

/** Forgets a job that has ended. */
export function deleteJob(jobs: Map<string, Job>, job: Job, deletable: readonly JobState[]): Answer {
  if (!deletable.includes(job.state)) {
    const message = `InvalidJobState : Job ${job.id} in state ${job.state} cannot be deleted`;
    throw new Refusal(400, 'INVALIDJOBSTATE', message);
  }
  jobs.delete(job.id);
  return empty(204);
}

/** Refuses a method that a resource does not have. */
export function needMethod(call: RestCall, ...allowed: string[]): void {
  if (!allowed.includes(call.request.method)) throw methodNotAllowed(call.request.method, allowed);
}

/** A CSV answer. */
export function csvAnswer(body: string, headers: Record<string, string> = {}): Answer {
  return { status: 200, headers: { 'content-type': 'text/csv', ...headers }, body };
}
