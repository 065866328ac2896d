// Jobs: calls that are made at the times of a schedule. What a call carries is sealed; what became of each run is kept by
// day. Every time comes from the caller, in milliseconds since 1970.

import { type Selectable, type SelectQueryBuilder, sql } from 'kysely';
import { Secret } from '../core/secret.ts';
import type { Vault } from '../core/vault.ts';
import { type Database, nextId, type Tables } from './database.ts';
import type { PartitionedTable } from './partitions.ts';
import { ownerIsGone } from './presence.ts';

/** A call as it is kept until it is made. */
export interface StoredCall {
  method: string;
  /** below the API's base, such as `/hubs/crm/accounts` */
  path: string;
  /** with its question mark; empty for none */
  query: string;
  /** names in lower case, without credentials */
  headers: Record<string, string>;
  /** base64; undefined for none */
  body: string | undefined;
}

/** Whose a job or a call is, and the instance that it goes through. */
export interface CallOwner {
  organizationId: number;
  accountId: number;
  userId: number;
  instanceId: number | undefined;
}

/** Whose jobs are meant. */
export interface JobScope {
  organizationId: number;
  /** undefined: every account of the organization */
  accountId: number | undefined;
}

export interface NewJob extends CallOwner {
  elementKey: string | undefined;
  name: string;
  description: string | undefined;
  call: StoredCall;
  cron: string;
  zone: string;
  nextAt: number;
}

/** A job as it is shown: without what its call carries. */
export interface JobRecord extends CallOwner {
  id: number;
  elementKey: string | undefined;
  name: string;
  description: string | undefined;
  method: string;
  path: string;
  cron: string;
  zone: string;
  enabled: boolean;
  nextAt: number | undefined;
  running: boolean;
  createdAt: number;
}

/** A job whose time has come, claimed by this process. */
export interface ClaimedJob extends CallOwner {
  id: number;
  historyId: number;
  startedAt: number;
  /** Opens what the call carries. Throws an Error when the key that sealed it is gone. */
  openCall(): StoredCall;
}

export type RunState = 'RUNNING' | 'COMPLETED' | 'FAILED' | 'INTERRUPTED';

/** One run of a job. */
export interface JobRun extends CallOwner {
  id: number;
  jobId: number;
  jobName: string;
  description: string | undefined;
  elementKey: string | undefined;
  method: string;
  path: string;
  state: RunState;
  startedAt: number;
  endedAt: number | undefined;
  error: string | undefined;
}

/** Which runs are meant; all conditions that are given must hold. */
export interface RunFilter {
  jobId?: number;
  elementKeys?: readonly string[];
  from?: number | undefined;
  /** runs that began at this very moment are meant, too */
  to?: number | undefined;
}

/** The next time of a schedule after a moment; undefined when there is none. */
type NextTime = (job: { cron: string; zone: string }, after: number) => number | undefined;

/** Keeps jobs and what became of their runs. */
export interface JobStore {
  create(job: NewJob, now: number): Promise<JobRecord>;
  byId(scope: JobScope, id: number): Promise<JobRecord | undefined>;
  /** A page in the order of their ids (those after the id `after`, without the first `skip`), and how many there are. */
  list(
    scope: JobScope,
    page: { after: number; skip: number; limit: number },
  ): Promise<{ rows: JobRecord[]; total: number }>;
  /** Deletes a job; what became of its runs stays. Tells whether it was there. */
  remove(scope: JobScope, id: number): Promise<boolean>;
  /** Changes when a job is due, and answers with it; undefined when it is not there. `nextAt` undefined: not again. */
  change(
    scope: JobScope,
    id: number,
    change: { enabled?: boolean; cron?: string; zone?: string; nextAt: number | undefined },
    now: number,
  ): Promise<JobRecord | undefined>;
  /** A page of runs, the latest first (those before the id `before`, without the first `skip`), and how many there are. */
  runs(
    scope: JobScope,
    filter: RunFilter,
    page: { before: number | undefined; skip: number; limit: number },
  ): Promise<{ rows: JobRun[]; total: number }>;
  run(scope: JobScope, jobId: number, id: number): Promise<JobRun | undefined>;
  /** When the next job is due, and whether a run must be ended whose process is gone; one statement. */
  look(now: number): Promise<{ nextAt: number | undefined; interrupted: boolean }>;
  /**
   * Claims jobs that are due, notes that each runs, and sets its next time. A job that runs is never claimed; times that
   * passed while nobody looked are made up for by one run.
   */
  claim(now: number, limit: number, next: NextTime): Promise<ClaimedJob[]>;
  /** Notes how a run ended. Times that passed during the run are left out. */
  finish(run: { id: number; historyId: number; startedAt: number }, end: RunEnd, next: NextTime): Promise<void>;
  /** Notes the end of runs whose processes are gone, so that their jobs go on at their next times. */
  finishInterrupted(now: number, next: NextTime): Promise<number>;
}

interface RunEnd {
  state: Exclude<RunState, 'RUNNING'>;
  error: string | undefined;
  at: number;
}

interface JobDependencies {
  database: Database;
  vault: Vault;
  /** this process's sign of life (see presence.ts) */
  owner: number;
  /** milliseconds after which a run of a process that still seems to be there counts as lost */
  limits: { jobRunMs: number };
}

/** The table that grows, and how it is cut. */
export const jobHistoryPartitions: PartitionedTable = { name: 'job_history', column: 'started_at', days: 1 };

/** Where the sealed call of a job stands, for the vault. */
export const jobCallPlace = (id: number) => `jobs/${id}/call`;

/** Makes the store of jobs. */
export function createJobStore({ database, vault, owner, limits }: JobDependencies): JobStore {
  const lost = (now: number) => sql<boolean>`running_owner is not null and running_owner <> ${owner}
    and (running_until <= ${new Date(now)} or ${ownerIsGone(sql.ref('running_owner'))})`;

  return {
    async create(job, now) {
      const id = await nextId(database, 'jobs');
      const row = await database
        .insertInto('jobs')
        .values({
          id,
          organization_id: job.organizationId,
          account_id: job.accountId,
          user_id: job.userId,
          instance_id: job.instanceId ?? null,
          element_key: job.elementKey ?? null,
          name: job.name,
          description: job.description ?? null,
          method: job.call.method,
          path: job.call.path,
          call_sealed: vault.seal(new Secret(JSON.stringify(job.call)), jobCallPlace(id)),
          cron: job.cron,
          zone: job.zone,
          next_at: new Date(job.nextAt),
          created_at: new Date(now),
          updated_at: new Date(now),
        })
        .returningAll()
        .executeTakeFirstOrThrow();
      return jobRecord(row);
    },

    async byId(scope, id) {
      const row = await within(database.selectFrom('jobs').selectAll(), scope).where('id', '=', id).executeTakeFirst();
      return row === undefined ? undefined : jobRecord(row);
    },

    async list(scope, page) {
      const rows = await within(database.selectFrom('jobs').selectAll(), scope)
        .where('id', '>', page.after)
        .orderBy('id')
        .offset(page.skip)
        .limit(page.limit)
        .execute();
      const { total } = await within(database.selectFrom('jobs').select(count), scope).executeTakeFirstOrThrow();
      return { rows: rows.map(jobRecord), total };
    },

    async remove({ organizationId, accountId }, id) {
      let query = database.deleteFrom('jobs').where('organization_id', '=', organizationId).where('id', '=', id);
      if (accountId !== undefined) query = query.where('account_id', '=', accountId);
      return (await query.executeTakeFirst()).numDeletedRows > 0n;
    },

    async change({ organizationId, accountId }, id, { enabled, cron, zone, nextAt }, now) {
      let query = database
        .updateTable('jobs')
        .set({
          enabled,
          cron,
          zone,
          next_at: sql`case when ${enabled ?? null}::boolean is false or (${enabled ?? null}::boolean is null and not enabled)
            then null else ${momentOf(nextAt)}::timestamptz end`,
          updated_at: new Date(now),
        })
        .where('organization_id', '=', organizationId)
        .where('id', '=', id);
      if (accountId !== undefined) query = query.where('account_id', '=', accountId);
      const row = await query.returningAll().executeTakeFirst();
      return row === undefined ? undefined : jobRecord(row);
    },

    async runs(scope, filter, page) {
      const wanted = matching(withinRuns(database.selectFrom('job_history').selectAll(), scope), filter);
      const before = page.before === undefined ? wanted : wanted.where('id', '<', page.before);
      const rows = await before.orderBy('id', 'desc').offset(page.skip).limit(page.limit).execute();
      const counted = matching(withinRuns(database.selectFrom('job_history').select(count), scope), filter);
      return { rows: rows.map(jobRun), total: (await counted.executeTakeFirstOrThrow()).total };
    },

    async run(scope, jobId, id) {
      const row = await withinRuns(database.selectFrom('job_history').selectAll(), scope)
        .where('job_id', '=', jobId)
        .where('id', '=', id)
        .executeTakeFirst();
      return row === undefined ? undefined : jobRun(row);
    },

    async look(now) {
      const { rows } = await sql<{ next_at: Date | null; interrupted: boolean }>`
        select (select min(next_at) from jobs where running_owner is null and next_at is not null) as next_at,
          exists (select from jobs where ${lost(now)}) as interrupted`.execute(database);
      return { nextAt: rows[0]?.next_at?.getTime(), interrupted: rows[0]?.interrupted ?? false };
    },

    claim: (now, limit, next) =>
      database.transaction().execute(async (transaction) => {
        const due = await transaction
          .selectFrom('jobs')
          .selectAll()
          .where('running_owner', 'is', null)
          .where('next_at', '<=', new Date(now))
          .orderBy('next_at')
          .limit(limit)
          .forUpdate()
          .skipLocked()
          .execute();
        if (due.length === 0) return [];
        const begun = await transaction
          .insertInto('job_history')
          .values(due.map((row) => runRow(row, now)))
          .returning(['id', 'job_id'])
          .execute();
        const historyIds = new Map(begun.map((row) => [row.job_id, row.id]));
        const claims = due.map((row) => ({
          id: row.id,
          history_id: historyIds.get(row.id),
          next_at: momentOf(next(row, now)),
        }));
        await sql`
          update jobs set next_at = claims.next_at, running_history_id = claims.history_id, running_owner = ${owner},
            running_since = ${new Date(now)}, running_until = ${new Date(now + limits.jobRunMs)}
          from json_to_recordset(${JSON.stringify(claims)}::json)
            as claims (id bigint, history_id bigint, next_at timestamptz)
          where jobs.id = claims.id`.execute(transaction);
        return due.map((row) => ({
          ...ownerOf(row),
          id: row.id,
          historyId: historyIds.get(row.id) ?? 0,
          startedAt: now,
          openCall: () => JSON.parse(vault.open(row.call_sealed, jobCallPlace(row.id)).reveal()) as StoredCall,
        }));
      }),

    finish: (run, end, next) =>
      database.transaction().execute(async (transaction) => {
        const job = await transaction
          .selectFrom('jobs')
          .selectAll()
          .where('id', '=', run.id)
          .where('running_history_id', '=', run.historyId)
          .forUpdate()
          .executeTakeFirst();
        if (job !== undefined) await release(transaction, job, end.at, next);
        await noteEnd(transaction, run, end);
      }),

    finishInterrupted: (now, next) =>
      database.transaction().execute(async (transaction) => {
        const jobs = await transaction
          .selectFrom('jobs')
          .selectAll()
          .where(lost(now))
          .forUpdate()
          .skipLocked()
          .execute();
        for (const job of jobs) {
          await release(transaction, job, now, next);
          const run = { historyId: job.running_history_id ?? 0, startedAt: job.running_since?.getTime() ?? 0 };
          await noteEnd(transaction, run, { state: 'INTERRUPTED', error: interrupted, at: now });
        }
        return jobs.length;
      }),
  };

  /** Lets a job be claimed again; what was due during its run is left out. */
  async function release(transaction: Database, job: JobRow, now: number, next: NextTime): Promise<void> {
    const passed = job.next_at !== null && job.next_at.getTime() <= now;
    await transaction
      .updateTable('jobs')
      .set({
        running_owner: null,
        running_until: null,
        running_history_id: null,
        running_since: null,
        ...(passed ? { next_at: momentOf(next(job, now)) } : {}),
      })
      .where('id', '=', job.id)
      .execute();
  }

  async function noteEnd(
    transaction: Database,
    { historyId, startedAt }: { historyId: number; startedAt: number },
    { state, error, at }: RunEnd,
  ): Promise<void> {
    await transaction
      .updateTable('job_history')
      .set({ state, error: error ?? null, ended_at: new Date(at) })
      .where('started_at', '=', new Date(startedAt))
      .where('id', '=', historyId)
      .execute();
  }
}

const interrupted =
  'The server that made this call stopped before it was answered: it is unknown whether it was done. ' +
  'The job goes on at its next time.';

const count = sql<number>`count(*)`.as('total');

type JobRow = Selectable<Tables['jobs']>;
type RunRow = Selectable<Tables['job_history']>;

function within<Output>(query: SelectQueryBuilder<Tables, 'jobs', Output>, { organizationId, accountId }: JobScope) {
  const inOrganization = query.where('organization_id', '=', organizationId);
  return accountId === undefined ? inOrganization : inOrganization.where('account_id', '=', accountId);
}

type RunQuery<Output> = SelectQueryBuilder<Tables, 'job_history', Output>;

function withinRuns<Output>(query: RunQuery<Output>, { organizationId, accountId }: JobScope): RunQuery<Output> {
  const inOrganization = query.where('organization_id', '=', organizationId);
  return accountId === undefined ? inOrganization : inOrganization.where('account_id', '=', accountId);
}

function matching<Output>(query: RunQuery<Output>, filter: RunFilter): RunQuery<Output> {
  const { jobId, elementKeys = [], from, to } = filter;
  let wanted = query;
  if (jobId !== undefined) wanted = wanted.where('job_id', '=', jobId);
  if (elementKeys.length > 0) wanted = wanted.where('element_key', 'in', elementKeys);
  if (from !== undefined) wanted = wanted.where('started_at', '>=', new Date(from));
  if (to !== undefined) wanted = wanted.where('started_at', '<=', new Date(to));
  return wanted;
}

/** A moment for a column; null for none. */
function momentOf(at: number | undefined): Date | null {
  return at === undefined ? null : new Date(at);
}

/** The row of a run that begins. */
function runRow(job: JobRow, now: number) {
  return {
    started_at: new Date(now),
    organization_id: job.organization_id,
    account_id: job.account_id,
    user_id: job.user_id,
    instance_id: job.instance_id,
    element_key: job.element_key,
    job_id: job.id,
    job_name: job.name,
    description: job.description,
    method: job.method,
    path: job.path,
    state: 'RUNNING' as const,
  };
}

function ownerOf(row: Pick<JobRow, 'organization_id' | 'account_id' | 'user_id' | 'instance_id'>): CallOwner {
  return {
    organizationId: row.organization_id,
    accountId: row.account_id,
    userId: row.user_id,
    instanceId: row.instance_id ?? undefined,
  };
}

function jobRecord(row: JobRow): JobRecord {
  return {
    ...ownerOf(row),
    id: row.id,
    elementKey: row.element_key ?? undefined,
    name: row.name,
    description: row.description ?? undefined,
    method: row.method,
    path: row.path,
    cron: row.cron,
    zone: row.zone,
    enabled: row.enabled,
    nextAt: row.next_at?.getTime(),
    running: row.running_owner !== null,
    createdAt: row.created_at.getTime(),
  };
}

function jobRun(row: RunRow): JobRun {
  return {
    ...ownerOf(row),
    id: row.id,
    jobId: row.job_id,
    jobName: row.job_name,
    description: row.description ?? undefined,
    elementKey: row.element_key ?? undefined,
    method: row.method,
    path: row.path,
    state: row.state,
    startedAt: row.started_at.getTime(),
    endedAt: row.ended_at?.getTime(),
    error: row.error ?? undefined,
  };
}
