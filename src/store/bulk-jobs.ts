// Jobs that move many records: what they are asked (sealed), how far they have come, and who works on them. Every write of
// who works on a job names the claim by which he has it, so that a process that was thought dead cannot write any more.

import { type Selectable, type SelectQueryBuilder, sql } from 'kysely';
import { Secret } from '../core/secret.ts';
import type { Vault } from '../core/vault.ts';
import { type Database, nextId, type Tables } from './database.ts';
import { eventId, insertEvents } from './events.ts';
import { ownerIsGone } from './presence.ts';
import { storableJson } from './storable.ts';

/** RECEIVING: its file is being stored. CANCELLATION_PENDING: who works on it has not let go of it yet. */
export type BulkStatus =
  | 'RECEIVING'
  | 'CREATED'
  | 'RUNNING'
  | 'CANCELLATION_PENDING'
  | 'COMPLETED'
  | 'CANCELLED'
  | 'ERROR';

/** Which way the records go: from the vendor, to it, or from one account to another. */
export type BulkDirection = 'DOWNLOAD' | 'UPLOAD' | 'COPY';

/** How many records a job has moved. */
export interface BulkCounts {
  /** records that are done, those that failed or are doubtful among them */
  records: number;
  failed: number;
  doubtful: number;
  /** records in all, where it is known */
  total: number | undefined;
  bytes: number;
}

export interface NewBulkJob {
  organizationId: number;
  accountId: number;
  userId: number;
  instanceId: number;
  /** of a copy: where the records go */
  targetInstanceId: number | undefined;
  elementKey: string;
  direction: BulkDirection;
  objectName: string;
  /** the first job of those that were asked for together; undefined for a job of its own */
  groupId: number | undefined;
  /** the job of a schedule that asked for it */
  scheduledBy: number | undefined;
  /** plain JSON */
  plan: unknown;
  /** whether its file has still to come */
  receiving: boolean;
}

/** A job as it stands. */
export interface BulkJobRecord extends BulkCounts {
  id: number;
  organizationId: number;
  accountId: number;
  userId: number;
  instanceId: number;
  targetInstanceId: number | undefined;
  elementKey: string;
  direction: BulkDirection;
  objectName: string;
  groupId: number;
  scheduledBy: number | undefined;
  status: BulkStatus;
  message: string | undefined;
  /** plain JSON: how far it has come */
  state: Record<string, unknown>;
  createdAt: number;
  startedAt: number | undefined;
  endedAt: number | undefined;
  filesDeleted: boolean;
  /** Opens what it is asked. Throws an Error when the key that sealed it is gone. */
  openPlan(): unknown;
}

/** A job that this process works on. */
export interface ClaimedBulkJob extends BulkJobRecord {
  claim: number;
  /** claims since it last came further, this one among them */
  attempts: number;
}

/** A row that was not written, or of which it is not known. */
export interface BulkRowError {
  row: number;
  state: 'failed' | 'doubtful';
  status: number | undefined;
  message: string;
  providerMessage: string | undefined;
}

/** Whose jobs are meant. */
export interface BulkScope {
  organizationId: number;
  /** undefined: every account of the organization */
  accountId: number | undefined;
  instanceId: number | undefined;
}

/** Conditions of a list; all that are given must hold. */
export interface BulkFilter {
  scheduledBy?: number | undefined;
  groupId?: number | undefined;
  direction?: BulkDirection | undefined;
  status?: BulkStatus | undefined;
}

/** Thrown to who works on a job that another process has taken up, or that is gone. */
export class BulkClaimLost extends Error {
  constructor(id: number) {
    super(`The bulk job ${id} is no longer worked on here`);
    this.name = 'BulkClaimLost';
  }
}

/** An event that tells the end of a job. */
export interface BulkEndEvent {
  id: string;
  body: string;
  callbackUrl: string;
}

/** Keeps bulk jobs. Every time comes from the caller, in milliseconds since 1970. */
export interface BulkJobStore {
  create(job: NewBulkJob, now: number): Promise<BulkJobRecord>;
  /** The file is there, and all is known: the job may begin. Throws an Error when it was deleted meanwhile. */
  received(id: number, plan: unknown, state: Record<string, unknown>, now: number): Promise<BulkJobRecord>;
  /** Forgets a job whose file did not come. */
  forget(id: number): Promise<void>;
  byId(scope: BulkScope, id: number): Promise<BulkJobRecord | undefined>;
  /** The jobs of a scope that pass the filter, the latest first: those before the id `before`, without the first `skip`. */
  list(
    scope: BulkScope,
    filter: BulkFilter,
    page: { before: number | undefined; skip: number; limit: number },
  ): Promise<{ rows: BulkJobRecord[]; total: number }>;
  /** Asks for the end of a job; who works on it sees it, and else the next who claims. Ended jobs stay as they are. */
  cancel(scope: BulkScope, id: number): Promise<BulkJobRecord | undefined>;
  /** Whether any job waits for somebody to work on it; one statement. */
  waits(now: number): Promise<boolean>;
  /**
   * Takes up jobs that nobody works on, those to be cancelled first, then those of accounts with the fewest at work.
   * `limit` 0 takes up only what is to be cancelled.
   */
  claim(now: number, limit: number, perAccount: number, leaseMs: number): Promise<ClaimedBulkJob[]>;
  /** Renews the claims on jobs; gives those that this process still has, and whether they are to be cancelled. */
  renew(ids: readonly number[], until: number): Promise<{ id: number; claim: number; cancelled: boolean }[]>;
  /** Notes how far a job has come and what went wrong with rows, in one statement. Throws BulkClaimLost. */
  note(
    job: ClaimedBulkJob,
    progress: { state: Record<string, unknown> } & Partial<BulkCounts>,
    errors: readonly BulkRowError[],
  ): Promise<void>;
  /** Lets another process take a job up. */
  release(job: ClaimedBulkJob): Promise<void>;
  /** Ends a job, and stores the event that tells so in the same transaction. Throws BulkClaimLost. */
  end(
    job: ClaimedBulkJob,
    end: { status: 'COMPLETED' | 'CANCELLED' | 'ERROR'; message: string | undefined; filesUntil: number },
    event: BulkEndEvent | undefined,
    now: number,
  ): Promise<void>;
  /** Rows that failed or are doubtful after a row, in their order, without the first `skip`. */
  errors(jobId: number, after: number, limit: number, skip?: number): Promise<BulkRowError[]>;
  /** Jobs whose files are to be deleted now: kept long enough, without their instance, or never received whole. */
  spent(now: number, limit: number): Promise<{ id: number; organizationId: number }[]>;
  filesDeleted(id: number): Promise<void>;
  /** Deletes jobs that ended before a moment and have no files any more; gives how many. */
  deleteOld(before: number): Promise<number>;
}

/** Where the sealed plan of a job stands, for the vault. */
export const bulkPlanPlace = (id: number) => `bulk_jobs/${id}/plan`;

interface BulkJobDependencies {
  database: Database;
  vault: Vault;
  /** this process's sign of life (see presence.ts) */
  owner: number;
}

/** Makes the store of bulk jobs. */
export function createBulkJobStore({ database, vault, owner }: BulkJobDependencies): BulkJobStore {
  /** Nobody works on it, or its process is gone or has not renewed its claim. */
  const free = (now: number) => sql<boolean>`(owner is null or lease_until <= ${new Date(now)}
    or (owner <> ${owner} and ${ownerIsGone(sql.ref('owner'))}))`;
  const recordOf = (row: JobRow): BulkJobRecord => readRow(row, vault);
  const own = (job: ClaimedBulkJob) => sql<boolean>`id = ${job.id} and owner = ${owner} and claim = ${job.claim}`;

  return {
    async create(job, now) {
      const id = await nextId(database, 'bulk_jobs');
      const row = await database
        .insertInto('bulk_jobs')
        .values({
          id,
          organization_id: job.organizationId,
          account_id: job.accountId,
          user_id: job.userId,
          instance_id: job.instanceId,
          target_instance_id: job.targetInstanceId ?? null,
          element_key: job.elementKey,
          direction: job.direction,
          object_name: job.objectName,
          group_id: job.groupId ?? id,
          scheduled_by: job.scheduledBy ?? null,
          plan_sealed: vault.seal(new Secret(JSON.stringify(job.plan)), bulkPlanPlace(id)),
          status: job.receiving ? 'RECEIVING' : 'CREATED',
          state: '{}',
          owner: job.receiving ? owner : null,
          created_at: new Date(now),
        })
        .returningAll()
        .executeTakeFirstOrThrow();
      return recordOf(row);
    },

    async received(id, plan, state, now) {
      const row = await database
        .updateTable('bulk_jobs')
        .set({
          status: 'CREATED',
          owner: null,
          plan_sealed: vault.seal(new Secret(JSON.stringify(plan)), bulkPlanPlace(id)),
          state: storableJson(JSON.stringify(state)),
          created_at: new Date(now),
        })
        .where('id', '=', id)
        .where('status', '=', 'RECEIVING')
        .returningAll()
        .executeTakeFirstOrThrow();
      return recordOf(row);
    },

    async forget(id) {
      await database.deleteFrom('bulk_jobs').where('id', '=', id).where('status', '=', 'RECEIVING').execute();
    },

    async byId(scope, id) {
      const query = within(database.selectFrom('bulk_jobs').selectAll(), scope);
      const row = await query.where('id', '=', id).executeTakeFirst();
      return row === undefined ? undefined : recordOf(row);
    },

    async list(scope, filter, page) {
      const wanted = matching(within(database.selectFrom('bulk_jobs').selectAll(), scope), filter);
      const before = page.before === undefined ? wanted : wanted.where('id', '<', page.before);
      const rows = await before.orderBy('id', 'desc').offset(page.skip).limit(page.limit).execute();
      const counted = matching(within(database.selectFrom('bulk_jobs').select(count), scope), filter);
      return { rows: rows.map(recordOf), total: (await counted.executeTakeFirstOrThrow()).total };
    },

    async cancel(scope, id) {
      await database
        .updateTable('bulk_jobs')
        .set({ status: 'CANCELLATION_PENDING', message: 'The job was cancelled.' })
        .where('id', '=', id)
        .where('organization_id', '=', scope.organizationId)
        .where('status', 'in', ['CREATED', 'RUNNING'])
        .$if(scope.accountId !== undefined, (query) => query.where('account_id', '=', scope.accountId ?? 0))
        .$if(scope.instanceId !== undefined, (query) => query.where('instance_id', '=', scope.instanceId ?? 0))
        .execute();
      return this.byId(scope, id);
    },

    async waits(now) {
      const { rows } = await sql<{ waits: boolean }>`select exists (
        select from bulk_jobs where ended_at is null and status <> 'RECEIVING' and ${free(now)}) as waits`.execute(
        database,
      );
      return rows[0]?.waits ?? false;
    },

    async claim(now, limit, perAccount, leaseMs) {
      const { rows } = await sql<JobRow>`
        with candidates as (
          select id, status, (status = 'CANCELLATION_PENDING') as ending,
            (select count(*) from bulk_jobs as at_work where at_work.ended_at is null and at_work.status = 'RUNNING'
              and at_work.organization_id = bulk_jobs.organization_id and at_work.account_id = bulk_jobs.account_id
              and at_work.lease_until > ${new Date(now)}) as beside,
            row_number() over (partition by organization_id, account_id order by id) as place
          from bulk_jobs where ended_at is null and status <> 'RECEIVING' and ${free(now)}
        ), chosen as (
          select id from candidates
          where ending or (beside + place <= ${perAccount} and ${limit} > 0)
          order by ending desc, beside + place, id limit ${Math.max(limit, 50)}
        ), taken as (
          select bulk_jobs.id from bulk_jobs join chosen using (id)
          order by (status = 'CANCELLATION_PENDING') desc, id limit ${limit === 0 ? 50 : limit}
          for update of bulk_jobs skip locked
        )
        update bulk_jobs set owner = ${owner}, claim = claim + 1, attempts = attempts + 1,
          lease_until = ${new Date(now + leaseMs)}, started_at = coalesce(started_at, ${new Date(now)}),
          status = case when status = 'CREATED' then 'RUNNING' else status end
        where id in (select id from taken) and ended_at is null and ${free(now)}
        returning *`.execute(database);
      return rows.map((row) => ({ ...recordOf(row), claim: row.claim, attempts: row.attempts }));
    },

    async renew(ids, until) {
      if (ids.length === 0) return [];
      const rows = await database
        .updateTable('bulk_jobs')
        .set({ lease_until: new Date(until) })
        .where('id', 'in', [...ids])
        .where('owner', '=', owner)
        .where('ended_at', 'is', null)
        .returning(['id', 'claim', 'status'])
        .execute();
      return rows.map(({ id, claim, status }) => ({ id, claim, cancelled: status === 'CANCELLATION_PENDING' }));
    },

    async note(job, { state, ...counts }, errors) {
      const rows = errors.map(({ providerMessage, ...error }) => ({ ...error, provider_message: providerMessage }));
      const { rows: noted } = await sql<{ id: number }>`
        with noted as (
          update bulk_jobs set state = ${storableJson(JSON.stringify(state))}, attempts = 0,
            records = ${counts.records ?? sql.ref('records')}, failed = ${counts.failed ?? sql.ref('failed')},
            doubtful = ${counts.doubtful ?? sql.ref('doubtful')}, bytes = ${counts.bytes ?? sql.ref('bytes')},
            total = ${counts.total ?? sql.ref('total')}
          where ${own(job)} returning id
        ), wrong as (
          insert into bulk_errors (job_id, row, state, status, message, provider_message)
          select noted.id, given.row, given.state, given.status, given.message, given.provider_message
          from noted, json_to_recordset(${storableJson(JSON.stringify(rows))}::json)
            as given (row bigint, state text, status integer, message text, provider_message text)
          on conflict (job_id, row) do nothing
        )
        select id from noted`.execute(database);
      if (noted.length === 0) throw new BulkClaimLost(job.id);
    },

    async release(job) {
      await sql`update bulk_jobs set owner = null, lease_until = null, attempts = 0 where ${own(job)}`.execute(
        database,
      );
    },

    end: (job, { status, message, filesUntil }, event, now) =>
      database.transaction().execute(async (transaction) => {
        const { rows } = await sql<{ id: number }>`
          update bulk_jobs set status = ${status}, message = ${message ?? null}, ended_at = ${new Date(now)},
            files_until = ${new Date(filesUntil)}, owner = null, lease_until = null
          where ${own(job)} returning id`.execute(transaction);
        if (rows.length === 0) throw new BulkClaimLost(job.id);
        if (event === undefined) return;
        const { organizationId, accountId, instanceId, elementKey } = job;
        const told = { organizationId, accountId, instanceId, elementKey, source: 'result' as const };
        await insertEvents(transaction, [{ ...told, ...event }], now);
      }),

    async errors(jobId, after, limit, skip = 0) {
      const rows = await database
        .selectFrom('bulk_errors')
        .selectAll()
        .where('job_id', '=', jobId)
        .where('row', '>', after)
        .orderBy('row')
        .offset(skip)
        .limit(limit)
        .execute();
      return rows.map((row) => ({
        row: row.row,
        state: row.state,
        status: row.status ?? undefined,
        message: row.message,
        providerMessage: row.provider_message ?? undefined,
      }));
    },

    async spent(now, limit) {
      const { rows } = await sql<{ id: number; organization_id: number }>`
        select id, organization_id from bulk_jobs
        where not files_deleted and (
          (ended_at is not null and (files_until <= ${new Date(now)}
            or not exists (select from instances where instances.id = instance_id)))
          or (status = 'RECEIVING' and ${free(now)} and ${ownerIsGone(sql.ref('owner'))}))
        order by id limit ${limit}`.execute(database);
      return rows.map((row) => ({ id: row.id, organizationId: row.organization_id }));
    },

    async filesDeleted(id) {
      await sql`update bulk_jobs set files_deleted = true where id = ${id} and ended_at is not null`.execute(database);
      await sql`delete from bulk_jobs where id = ${id} and status = 'RECEIVING'`.execute(database);
    },

    async deleteOld(before) {
      const deleted = await database
        .deleteFrom('bulk_jobs')
        .where('files_deleted', '=', true)
        .where('ended_at', '<', new Date(before))
        .executeTakeFirst();
      return Number(deleted.numDeletedRows);
    },
  };
}

/** The id of the event that tells the end of a job. */
export const bulkEventId = eventId;

const count = sql<number>`count(*)`.as('total');

type JobRow = Selectable<Tables['bulk_jobs']>;
type JobQuery<Output> = SelectQueryBuilder<Tables, 'bulk_jobs', Output>;

/** Jobs that are still being received are nobody's yet. */
function within<Output>(query: JobQuery<Output>, { organizationId, accountId, instanceId }: BulkScope) {
  let wanted = query.where('organization_id', '=', organizationId).where('status', '<>', 'RECEIVING');
  if (accountId !== undefined) wanted = wanted.where('account_id', '=', accountId);
  if (instanceId !== undefined) wanted = wanted.where('instance_id', '=', instanceId);
  return wanted;
}

function matching<Output>(
  query: JobQuery<Output>,
  { scheduledBy, groupId, direction, status }: BulkFilter,
): JobQuery<Output> {
  let wanted = query;
  if (scheduledBy !== undefined) wanted = wanted.where('scheduled_by', '=', scheduledBy);
  if (groupId !== undefined) wanted = wanted.where('group_id', '=', groupId);
  if (direction !== undefined) wanted = wanted.where('direction', '=', direction);
  if (status !== undefined) wanted = wanted.where('status', '=', status);
  return wanted;
}

function readRow(row: JobRow, vault: Vault): BulkJobRecord {
  return {
    id: row.id,
    organizationId: row.organization_id,
    accountId: row.account_id,
    userId: row.user_id,
    instanceId: row.instance_id,
    targetInstanceId: row.target_instance_id ?? undefined,
    elementKey: row.element_key,
    direction: row.direction,
    objectName: row.object_name,
    groupId: row.group_id,
    scheduledBy: row.scheduled_by ?? undefined,
    status: row.status,
    message: row.message ?? undefined,
    state: row.state,
    records: row.records,
    failed: row.failed,
    doubtful: row.doubtful,
    total: row.total ?? undefined,
    bytes: row.bytes,
    createdAt: row.created_at.getTime(),
    startedAt: row.started_at?.getTime(),
    endedAt: row.ended_at?.getTime(),
    filesDeleted: row.files_deleted,
    openPlan: () => JSON.parse(vault.open(row.plan_sealed, bulkPlanPlace(row.id)).reveal()) as unknown,
  };
}
