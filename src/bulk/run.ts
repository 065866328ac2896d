// Works on jobs: takes up what nobody works on, moves its records, and ends it. A process that stops lets go of its jobs at
// the next point from which another one can go on; one that dies is found out by its sign of life.

import type { Clock } from '../core/clock.ts';
import { Problem } from '../core/errors.ts';
import { accountOf } from '../engine/account.ts';
import type { CallElement } from '../engine/call-element.ts';
import type { Elements } from '../engine/elements.ts';
import {
  BulkClaimLost,
  type BulkJobStore,
  type BulkRowError,
  bulkEventId,
  type ClaimedBulkJob,
} from '../store/bulk-jobs.ts';
import type { InstanceRecord, InstanceStore } from '../store/instances.ts';
import { endBody } from './describe.ts';
import { documentPath, putDocument } from './document.ts';
import { noDownload, runDownload } from './download.ts';
import type { BulkFiles } from './files.ts';
import { type Format, readRecords } from './formats/formats.ts';
import type { FormatLimits } from './formats/row.ts';
import { accountWith } from './objects.ts';
import { isPlace } from './paging-strategy.ts';
import {
  type BulkPlan,
  type BulkState,
  type DocumentPlan,
  type DownloadPlan,
  inputPart,
  outputPart,
  type UploadPlan,
  type UploadState,
  writtenBy,
} from './plan.ts';
import type { BulkResults } from './results.ts';
import { type BulkStrategy, cancelled, type Stop } from './strategy.ts';
import { runUpload } from './upload.ts';

/** The work on jobs in this process. */
export interface BulkRunner {
  /** Looks at once, because a job waits. */
  wake(): void;
  /** Lets a job that is worked on here know at once that it is to be cancelled. */
  cancel(id: number): void;
  /** Takes up no more, and lets go of what is worked on. */
  stop(): Promise<void>;
}

/** What bounds the work on jobs. */
export interface BulkRunLimits {
  /** jobs that one process works on at the same time, and how many of one account all of them do */
  bulkJobsAtOnce: number;
  bulkJobsPerAccount: number;
  /** milliseconds for which a claim counts without being renewed */
  bulkLeaseMs: number;
  /** milliseconds between two looks for jobs of others, and between two renewals of claims */
  bulkLookMs: number;
  bulkTickMs: number;
  /** milliseconds that calls under way may take to end when a job is cancelled, and writes when the process stops */
  bulkCancelMs: number;
  bulkStopMs: number;
  /** bytes, and milliseconds, after which a part of a download is closed and noted */
  bulkPartBytes: number;
  bulkPartMs: number;
}

interface BulkRunDependencies {
  jobs: BulkJobStore;
  instances: Pick<InstanceStore, 'byId'>;
  elements: Pick<Elements, 'byId'>;
  /** tried in their order; the last one can do everything */
  strategies: readonly BulkStrategy[];
  files: BulkFiles;
  results: Pick<BulkResults, 'records'>;
  callElement: CallElement;
  clock: Clock;
  limits: BulkRunLimits;
  formatLimits: FormatLimits;
  /** milliseconds for which files are kept after the end of their job */
  keepFilesMs: number;
  /** told that the end of a job became an event */
  stored(job: ClaimedBulkJob): void;
  failed(error: unknown): void;
}

/** Claims without progress after which a job is given up: it may be what ends the process. */
const mostAttempts = 5;
const retryMs = 1000;

type Ended = { status: 'COMPLETED' | 'CANCELLED' | 'ERROR'; message: string | undefined };

/** A job that is worked on here, and the ways to end that. */
interface Working {
  job: ClaimedBulkJob;
  winding: AbortController;
  hard: AbortController;
  cancelled: boolean;
  /** whether it has come to what is sent to the vendor */
  writes: boolean;
  done: Promise<void>;
}

/** Starts working on jobs. What goes wrong with the database or the files is told to `failed`, and tried again. */
export function startRunner(dependencies: BulkRunDependencies): BulkRunner {
  const { jobs, instances, elements, strategies, files, clock, limits, formatLimits, stored, failed } = dependencies;
  const working = new Map<number, Working>();
  let lookAt = Number.NEGATIVE_INFINITY;
  let looking: Promise<void> | undefined;
  let renewing: Promise<void> | undefined;
  let stopped = false;

  const timer = setInterval(() => {
    if (working.size > 0) renew();
    if (clock() >= lookAt) look();
  }, limits.bulkTickMs);
  timer.unref();
  look();

  return {
    wake() {
      lookAt = Number.NEGATIVE_INFINITY;
      look();
    },
    cancel(id) {
      const one = working.get(id);
      if (one !== undefined) cancelWork(one);
      else look();
    },
    async stop() {
      stopped = true;
      clearInterval(timer);
      await Promise.all([looking, renewing]);
      for (const one of working.values()) {
        one.winding.abort();
        // What is read is read again; what is written may end.
        const patience = one.writes ? limits.bulkStopMs : limits.bulkCancelMs;
        setTimeout(() => one.hard.abort(), patience).unref();
      }
      await Promise.all([...working.values()].map(({ done }) => done));
    },
  };

  function look(): void {
    if (stopped || looking !== undefined) return;
    lookAt = clock() + limits.bulkLookMs;
    looking = takeUp()
      .catch(failed)
      .finally(() => {
        looking = undefined;
      });
  }

  async function takeUp(): Promise<void> {
    const now = clock();
    if (!(await jobs.waits(now))) return;
    const places = Math.max(0, limits.bulkJobsAtOnce - working.size);
    const claimed = await jobs.claim(now, places, limits.bulkJobsPerAccount, limits.bulkLeaseMs);
    for (const job of claimed) begin(job);
    if (claimed.length > 0) lookAt = Number.NEGATIVE_INFINITY;
  }

  function begin(job: ClaimedBulkJob): void {
    // A claim of this process that it lost for a while and took up again: the older work ends by itself.
    working.get(job.id)?.hard.abort();
    const one: Working = {
      job,
      winding: new AbortController(),
      hard: new AbortController(),
      cancelled: job.status === 'CANCELLATION_PENDING',
      writes: false,
      done: Promise.resolve(),
    };
    working.set(job.id, one);
    one.done = work(one)
      .catch((error: unknown) => {
        if (!(error instanceof BulkClaimLost)) failed(error);
      })
      .finally(() => {
        if (working.get(job.id) === one) working.delete(job.id);
        lookAt = Number.NEGATIVE_INFINITY;
      });
  }

  function renew(): void {
    if (renewing !== undefined) return;
    renewing = jobs
      .renew([...working.keys()], clock() + limits.bulkLeaseMs)
      .then((renewed) => {
        const known = new Map(renewed.map((one) => [one.id, one]));
        for (const one of working.values()) {
          const still = known.get(one.job.id);
          if (still === undefined || still.claim !== one.job.claim) one.hard.abort();
          else if (still.cancelled) cancelWork(one);
        }
      })
      .catch(failed)
      .finally(() => {
        renewing = undefined;
      });
  }

  /** What is under way may end; what has not after a while is ended. */
  function cancelWork(one: Working): void {
    if (one.cancelled) return;
    one.cancelled = true;
    one.winding.abort(cancelled);
    setTimeout(() => one.hard.abort(cancelled), limits.bulkCancelMs).unref();
  }

  /** Works on a job until it has ended, or this process stops. */
  async function work(one: Working): Promise<void> {
    const { job } = one;
    let ended: Ended | undefined;
    try {
      ended = await outcomeOf(one);
    } catch (error) {
      if (error instanceof BulkClaimLost) throw error;
      if (one.cancelled) ended = cancelledJob(job);
      else if (stopped) ended = undefined;
      else if (error instanceof Problem) ended = { status: 'ERROR', message: messageOf(error) };
      else {
        // The database or the place for files may be away for a moment; the job is taken up again, but not for ever.
        failed(error);
        if (job.attempts < mostAttempts) return;
        ended = { status: 'ERROR', message: 'An unexpected error ended the job; the log of the server says more.' };
      }
    }
    if (ended === undefined) return jobs.release(job);
    await end(job, ended);
  }

  async function outcomeOf(one: Working): Promise<Ended | undefined> {
    const { job } = one;
    if (one.cancelled) return cancelledJob(job);
    if (job.attempts > mostAttempts) {
      return {
        status: 'ERROR',
        message: `The server stopped ${mostAttempts} times while it worked on this job, which came no further meanwhile.`,
      };
    }
    const plan = job.openPlan() as BulkPlan;
    const state: BulkState = job.state;
    const stop: Stop = { winding: one.winding.signal, signal: one.hard.signal };
    if (plan.download !== undefined && state.download?.done !== true) {
      state.download = await download(job, plan.download, state, stop);
      if (!state.download.done) return stopReason(one);
    }
    if (plan.upload !== undefined) {
      one.writes = true;
      const { state: uploaded, fault } = await upload(job, plan.upload, state, stop);
      if (fault !== undefined) return { status: 'ERROR', message: fault };
      if (!uploaded.done) return stopReason(one);
    }
    const told = [restOf(plan, state)];
    if (plan.document !== undefined) {
      one.writes = true;
      const format = plan.resultFormat ?? 'jsonLines';
      await put(job, plan.document, format, state, stop);
      told.push(`The file is at ${documentPath(plan.document, job, format)}.`);
    }
    return { status: 'COMPLETED', message: told.filter((one) => one !== undefined).join(' ') || undefined };
  }

  /** Puts the file of a download into its place, once. */
  async function put(job: ClaimedBulkJob, document: DocumentPlan, format: Format, state: BulkState, stop: Stop) {
    if (state.document === 'done') return;
    if (state.document === 'begun' && !document.overwrite) {
      throw new Problem(
        'outcomeUnknown',
        `The records are here, but the server stopped while it put them at ${document.path}: look there for the file.`,
      );
    }
    const account = await accountBehind(job, document.instanceId);
    if (state.document === undefined) await jobs.note(job, { state: { ...state, document: 'begun' } }, []);
    await putDocument(dependencies, { account, job, plan: document, format }, stop.signal);
    await jobs.note(job, { state: { ...state, document: 'done' } }, []);
  }

  async function download(job: ClaimedBulkJob, plan: DownloadPlan, state: BulkState, stop: Stop) {
    const own = await accountBehind(job, job.instanceId);
    const { withoutNulls } = plan;
    const account =
      withoutNulls === undefined ? own : accountWith(own, { 'filter.response.nulls': String(withoutNulls) });
    const request = { account, ...plan };
    const strategy = firstOf(strategies.map((one) => one.download(request)));
    return runDownload(
      { files, limits },
      {
        organizationId: job.organizationId,
        jobId: job.id,
        request,
        strategy,
        state: writtenBy(state.download ?? { ...noDownload, ...plan.start }, job.claim),
        note: (next, total) =>
          jobs.note(job, { state: { ...state, download: next }, records: next.records, bytes: next.bytes, total }, []),
        stop,
      },
    );
  }

  async function upload(job: ClaimedBulkJob, plan: UploadPlan, state: BulkState, stop: Stop) {
    const account = await accountBehind(job, job.targetInstanceId ?? job.instanceId);
    const request = { account, ...plan };
    const strategy = firstOf(strategies.map((one) => one.upload(request)));
    const read = { bytes: 0 };
    const begun = state.upload ?? emptyUpload(state);
    const note = (next: UploadState, errors: readonly BulkRowError[]) => {
      const counts = { records: next.row, failed: next.failed, doubtful: next.doubtful, bytes: next.bytes };
      return jobs.note(job, { state: { ...state, upload: next }, ...counts, total: state.download?.records }, errors);
    };
    if (plan.format === 'parquet') throw new Problem('badRequest', 'Parquet files cannot be uploaded.');
    const rows = readRecords(plan.format, counting(contentOf(job, state), read), formatLimits);
    return runUpload({ request, strategy, rows, bytesRead: () => read.bytes, state: begun, note, stop });
  }

  /** The rows of an upload: its file, or what the download of a copy has brought. */
  async function* contentOf(job: ClaimedBulkJob, { download: brought }: BulkState): AsyncGenerator<Uint8Array> {
    const { organizationId } = job;
    const jobId = String(job.id);
    if (brought === undefined) return yield* files.read({ organizationId, jobId, part: inputPart });
    for (let part = 0; part < brought.parts; part++) {
      yield* files.read({ organizationId, jobId, part: outputPart(brought, part) });
    }
  }

  async function accountBehind(job: ClaimedBulkJob, instanceId: number) {
    const record = await instances.byId({ organizationId: job.organizationId, accountId: undefined }, instanceId);
    if (record === undefined) throw new Problem('notFound', `The instance ${instanceId} is no longer there.`);
    if (record.disabled) throw disabledInstance(record);
    return accountOf(record, await elements.byId(record.elementId, record));
  }

  async function end(job: ClaimedBulkJob, ended: Ended): Promise<void> {
    for (;;) {
      try {
        const now = clock();
        const scope = { organizationId: job.organizationId, accountId: undefined, instanceId: undefined };
        const record = await jobs.byId(scope, job.id);
        if (record === undefined) return;
        const plan = job.openPlan() as BulkPlan;
        const id = bulkEventId(now);
        const event =
          plan.callbackUrl === undefined
            ? undefined
            : { id, callbackUrl: plan.callbackUrl, body: JSON.stringify(endBody(id, record, ended, plan, now)) };
        await jobs.end(job, { ...ended, filesUntil: now + dependencies.keepFilesMs }, event, now);
        if (event !== undefined) stored(job);
        return;
      } catch (error) {
        if (error instanceof BulkClaimLost) return;
        failed(error);
        // After the stop the next process takes the job up, finds nothing left to do, and ends it.
        if (stopped) return;
        await new Promise((resolve) => setTimeout(resolve, retryMs).unref());
      }
    }
  }

  function stopReason(one: Working): Ended | undefined {
    if (one.cancelled) return cancelledJob(one.job);
    if (stopped) return undefined;
    throw new Error(`The bulk job ${one.job.id} came to no end`);
  }
}

function emptyUpload({ download }: BulkState): UploadState {
  return { row: 0, failed: 0, doubtful: 0, bytes: 0, fileBytes: download?.bytes ?? 0, done: false };
}

function cancelledJob({ message }: ClaimedBulkJob): Ended {
  return { status: 'CANCELLED', message: message ?? 'The job was cancelled.' };
}

/** That a download ended at what its caller allowed, with records left. */
function restOf({ download: plan }: BulkPlan, { download: state }: BulkState): string | undefined {
  if (plan?.mostCalls === undefined || !isPlace(state?.after)) return undefined;
  if ((state.after.calls ?? 0) < plan.mostCalls) return undefined;
  return `There is more: the job ended after ${plan.mostCalls} calls to the vendor, as asked. continueFromJobId goes on from it.`;
}

function disabledInstance({ id }: InstanceRecord): Problem {
  return new Problem('instanceDisabled', `Instance ${id} is disabled: PUT /instances/${id}/enabled enables it.`);
}

function firstOf<Way>(ways: readonly (Way | undefined)[]): Way {
  const way = ways.find((one) => one !== undefined);
  if (way === undefined) throw new Error('No strategy takes the request');
  return way;
}

function messageOf({ message, providerMessage }: Problem): string {
  return providerMessage === undefined ? message : `${message} (${providerMessage})`;
}

async function* counting(content: AsyncIterable<Uint8Array>, read: { bytes: number }): AsyncGenerator<Uint8Array> {
  for await (const chunk of content) {
    read.bytes += chunk.length;
    yield chunk;
  }
}
