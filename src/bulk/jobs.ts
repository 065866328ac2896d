// What callers may do with bulk jobs: begin them, end them, look at them, fetch what they brought, and run again what failed.

import type { Clock } from '../core/clock.ts';
import { Problem } from '../core/errors.ts';
import type { Definition } from '../element/define.ts';
import { mergeSettings } from '../element/settings.ts';
import type { BulkJobRecord, BulkJobStore, NewBulkJob } from '../store/bulk-jobs.ts';
import type { InstanceRecord } from '../store/instances.ts';
import { type BulkFiles, filesMissing } from './files.ts';
import { type Format, writeRecords } from './formats/formats.ts';
import { findObject } from './objects.ts';
import { isPlace } from './paging-strategy.ts';
import {
  type BulkPlan,
  type BulkState,
  type DocumentPlan,
  type DownloadPlan,
  inputPart,
  type UploadPlan,
  type UploadState,
} from './plan.ts';
import { planQuery, type QueryDates, readQuery } from './query.ts';
import type { BulkResults, RowChoice } from './results.ts';
import type { BulkRunner } from './run.ts';

/** An account that records come from or go to, and who asks for it. */
export interface BulkParty {
  instance: InstanceRecord;
  definition: Definition;
  userId: number;
}

/** What every job may be told. */
export interface BulkAsk {
  callbackUrl: string | undefined;
  payload: unknown;
  scheduledBy: number | undefined;
}

/** A download as it is asked for. */
export interface DownloadAsk extends BulkAsk, QueryDates, Pick<DownloadPlan, DownloadWish> {
  /** CEQL: select … from …; undefined only where it goes on from another job */
  q: string | undefined;
  pageSize: number | undefined;
  format: Format | undefined;
  /** the job that ended early, and whose records behind those that it has are wanted */
  continueFrom: BulkJobRecord | undefined;
  document?: DocumentPlan | undefined;
}
type DownloadWish = 'parameters' | 'mostCalls' | 'withoutNulls';

/** An upload as it is asked for, but for its file. */
export interface UploadAsk extends BulkAsk {
  objectName: string;
  /** the path below the hub, where it is another one than the object's own */
  path: string | undefined;
  identifierField: string | undefined;
  serial: boolean;
}

/** Begins and ends jobs. */
export interface BulkJobs {
  /** Throws a Problem for a query that cannot be asked, and for an object without bulk downloads. */
  download(party: BulkParty, ask: DownloadAsk): Promise<BulkJobRecord>;
  /**
   * Stores a file and begins to upload it. Throws a Problem for an object without bulk uploads, before the file is read
   * where that can be told.
   */
  upload<MetaData>(
    party: BulkParty,
    given: IncomingUpload<MetaData>,
    read: (metaData: MetaData) => UploadAsk & { format: Format | 'json' | undefined },
  ): Promise<BulkJobRecord>;
  /** Copies records from one account to others. Nothing is begun when one of them cannot be. */
  copy(source: BulkParty, asks: readonly CopyAsk[]): Promise<BulkJobRecord[]>;
  /** The rows of an upload that failed as a job of their own. Throws a Problem when there are none. */
  retry(party: BulkParty, job: BulkJobRecord, which: RowChoice): Promise<BulkJobRecord>;
  /** Ends a job, or begins to; undefined when it is not there. */
  cancel(instance: InstanceRecord, id: number): Promise<BulkJobRecord | undefined>;
}

/** A file that comes, and what is said of it. */
export interface IncomingUpload<MetaData> {
  /** as it stands before the file */
  metaData: MetaData | undefined;
  content: AsyncIterable<Uint8Array>;
  /** What is said of it behind the file, once that was read; undefined for nothing. */
  late(): Promise<MetaData | undefined>;
  /** The format that it is in, once it was read: the one that is wished, or what it looks like. */
  format(wanted: Format | 'json' | undefined): Exclude<Format, 'parquet'>;
}

/** One way that records are to be copied. */
export interface CopyAsk {
  from: DownloadAsk;
  to: Omit<UploadAsk, keyof BulkAsk>;
  target: BulkParty;
}

interface BulkJobsDependencies {
  jobs: BulkJobStore;
  files: Pick<BulkFiles, 'write' | 'remove'>;
  /** whether there is a place for files; without one no job is begun */
  works: boolean;
  results: BulkResults;
  /** what a common resource of an account stands for at its element; undefined when there is none of this name */
  vendorNameOf(party: BulkParty, objectName: string): Promise<string | undefined>;
  runner: Pick<BulkRunner, 'wake' | 'cancel'>;
  clock: Clock;
  limits: { bulkFileBytes: number };
}

/** Makes what callers may do with bulk jobs. */
export function createBulkJobs(dependencies: BulkJobsDependencies): BulkJobs {
  const { jobs, files, works, results, vendorNameOf, runner, clock, limits } = dependencies;
  const requireFiles = () => {
    if (!works) throw filesMissing();
  };

  return {
    async download(party, ask) {
      requireFiles();
      const download = await planDownload(party, ask);
      const query = ask.q ?? (ask.continueFrom?.openPlan() as BulkPlan | undefined)?.query;
      return begin(party, 'DOWNLOAD', download.objectName, ask, {
        download,
        query,
        resultFormat: ask.format,
        document: ask.document,
      });
    },

    async upload(party, given, read) {
      requireFiles();
      const early = read(given.metaData as Parameters<typeof read>[0]);
      await planUpload(party, early);
      return receive(party, early.objectName, given.content, async () => {
        const late = await given.late();
        const ask = late === undefined ? early : read(late);
        const upload: UploadPlan = { ...(await planUpload(party, ask)), format: given.format(ask.format) };
        return { upload, callbackUrl: ask.callbackUrl, payload: ask.payload };
      });
    },

    async copy(source, asks) {
      requireFiles();
      const plans = await Promise.all(
        asks.map(async ({ from, to, target }) => ({
          download: await planDownload(source, from),
          upload: { ...(await planUpload(target, to)), format: 'jsonLines' as const },
        })),
      );
      const begun: BulkJobRecord[] = [];
      for (const [index, plan] of plans.entries()) {
        const ask = asks[index];
        if (ask === undefined) continue;
        const more = { targetInstanceId: ask.target.instance.id, groupId: begun[0]?.id };
        const { objectName } = plan.download;
        begun.push(await begin(source, 'COPY', objectName, ask.from, { ...plan, query: ask.from.q }, more));
      }
      return begun;
    },

    async retry(party, job, which) {
      requireFiles();
      const plan = job.openPlan() as BulkPlan;
      const { upload } = plan;
      if (upload === undefined) {
        throw new Problem('badRequest', 'Only uploads and copies have rows to run again: begin the download anew.');
      }
      if (job.endedAt === undefined) {
        throw new Problem('conflict', `The job ${job.id} has not ended yet: run its failed rows again when it has.`);
      }
      const records = async function* () {
        for await (const group of results.rows(job, which)) {
          yield group.flatMap(({ record }) => record ?? []);
        }
      };
      const content = writeRecords('jsonLines', records(), undefined);
      const { callbackUrl, payload } = plan;
      const again: BulkPlan = { upload: { ...upload, format: 'jsonLines' }, callbackUrl, payload, retryOf: job.id };
      return receive(party, upload.objectName, content, async () => again, job.targetInstanceId);
    },

    async cancel(instance, id) {
      const { organizationId, id: instanceId } = instance;
      const job = await jobs.cancel({ organizationId, accountId: undefined, instanceId }, id);
      if (job?.status === 'CANCELLATION_PENDING') runner.cancel(id);
      return job;
    },
  };

  async function planDownload(party: BulkParty, ask: DownloadAsk): Promise<DownloadPlan> {
    const { continueFrom, pageSize, parameters, mostCalls, withoutNulls } = ask;
    const own = ask.q === undefined ? undefined : await planOwn(party, ask, ask.q);
    const plan = continueFrom === undefined ? own : planRest(continueFrom, own);
    if (plan === undefined) throw new Error('A download needs a query, or a job to go on from');
    return {
      ...plan,
      pageSize: pageSize ?? plan.pageSize,
      parameters: parameters ?? plan.parameters,
      mostCalls,
      withoutNulls: withoutNulls ?? plan.withoutNulls,
    };
  }

  async function planOwn(party: BulkParty, dates: QueryDates, q: string): Promise<DownloadPlan> {
    const query = readQuery(q);
    const { definition, instance } = party;
    const vendorName = await vendorNameOf(party, query.object);
    const place = findObject(definition, query.object, vendorName, 'download');
    const values = mergeSettings(definition, instance.values);
    const asked = planQuery(query, dates, vendorName ?? query.object, definition, values);
    return { objectName: query.object, ...place, ...asked, pageSize: undefined };
  }

  async function planUpload(
    party: BulkParty,
    { objectName, path, identifierField, serial }: Omit<UploadAsk, keyof BulkAsk>,
  ): Promise<Omit<UploadPlan, 'format'>> {
    const { definition } = party;
    const vendorName = await vendorNameOf(party, objectName);
    const place = findObject(definition, objectName, vendorName, 'upload', path);
    return { objectName, ...place, identifierField, serial };
  }

  async function begin(
    party: BulkParty,
    direction: NewBulkJob['direction'],
    objectName: string,
    ask: BulkAsk,
    plan: BulkPlan,
    more: { targetInstanceId?: number; groupId?: number | undefined } = {},
  ): Promise<BulkJobRecord> {
    const { callbackUrl, payload, scheduledBy } = ask;
    const whole = { ...plan, callbackUrl, payload };
    const created = newJob(party, direction, objectName, whole, { ...more, scheduledBy });
    const job = await jobs.create({ ...created, receiving: false }, clock());
    runner.wake();
    return job;
  }

  /** Stores a file whole, then lets its job begin; what does not arrive whole leaves nothing behind. */
  async function receive(
    party: BulkParty,
    objectName: string,
    content: AsyncIterable<Uint8Array>,
    planOf: () => Promise<BulkPlan>,
    targetInstanceId?: number,
  ): Promise<BulkJobRecord> {
    const created = newJob(party, 'UPLOAD', objectName, {}, { targetInstanceId });
    const job = await jobs.create({ ...created, receiving: true }, clock());
    const name = { organizationId: job.organizationId, jobId: String(job.id) };
    try {
      const { bytes } = await files.write({ ...name, part: inputPart }, bounded(content, limits.bulkFileBytes));
      const plan = await planOf();
      if (bytes === 0) throw new Problem('badRequest', nothingToSend(plan));
      const upload: UploadState = { row: 0, failed: 0, doubtful: 0, bytes: 0, fileBytes: bytes, done: false };
      const received = await jobs.received(job.id, plan, { upload }, clock());
      runner.wake();
      return received;
    } catch (error) {
      await jobs.forget(job.id);
      await files.remove(name);
      throw error;
    }
  }
}

/** What a download that ended early left. Throws a Problem for one that left nothing, and when something else is asked now. */
function planRest(job: BulkJobRecord, own: DownloadPlan | undefined): DownloadPlan {
  const { download: plan } = job.openPlan() as BulkPlan;
  const { download: state }: BulkState = job.state;
  if (plan === undefined || job.direction !== 'DOWNLOAD') {
    throw new Problem('badRequest', `The job ${job.id} is no download: there is nothing to continue from.`);
  }
  if (job.endedAt === undefined) {
    throw new Problem('conflict', `The job ${job.id} has not ended yet: continue from it when it has.`);
  }
  const { after, skip = 0 } = state ?? plan.start ?? {};
  if (!isPlace(after) && !(after === undefined && skip > 0)) {
    const why =
      state?.done === true ? 'it has everything' : 'it has no records, or has them from the vendor’s own bulk API';
    throw new Problem('conflict', `The job ${job.id} cannot be continued from, since ${why}: begin anew.`);
  }
  const others = (['objectName', 'fields', 'where', 'orderBy'] as const).filter(
    (name) => own?.[name] !== undefined && JSON.stringify(own[name]) !== JSON.stringify(plan[name]),
  );
  if (others.length > 0) {
    const told = others.join(', ');
    throw new Problem('badRequest', `The job ${job.id} had another ${told}: leave it out, or begin without that job.`);
  }
  return { ...plan, limit: own?.limit, start: { after: isPlace(after) ? { nextPage: after.nextPage } : after, skip } };
}

function newJob(
  { instance, definition, userId }: BulkParty,
  direction: NewBulkJob['direction'],
  objectName: string,
  plan: BulkPlan,
  more: { targetInstanceId?: number | undefined; groupId?: number | undefined; scheduledBy?: number | undefined },
): Omit<NewBulkJob, 'receiving'> {
  return {
    organizationId: instance.organizationId,
    accountId: instance.accountId,
    userId,
    instanceId: instance.id,
    targetInstanceId: more.targetInstanceId,
    elementKey: definition.key,
    direction,
    objectName,
    groupId: more.groupId,
    scheduledBy: more.scheduledBy,
    plan,
  };
}

function nothingToSend({ retryOf }: BulkPlan): string {
  return retryOf === undefined
    ? 'The file is empty: send CSV with a header, JSON lines, or a JSON array.'
    : `The job ${retryOf} has no rows that failed and can be sent again; ?doubtful=true takes those that are doubtful, too.`;
}

async function* bounded(content: AsyncIterable<Uint8Array>, most: number): AsyncGenerator<Uint8Array> {
  let size = 0;
  for await (const chunk of content) {
    size += chunk.length;
    if (size > most) throw new Problem('tooLarge', `The file is larger than ${most} bytes: send it in several.`);
    yield chunk;
  }
}
