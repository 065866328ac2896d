// What needs a person: accounts whose vendors no longer accept them, jobs that fail, deliveries that wait. The first few of
// each and how many there are. Reads only.

import { sql } from 'kysely';
import type { Database } from './database.ts';

/** Whose trouble is meant; every read names the organization. */
export interface AttentionScope {
  organizationId: number;
  /** undefined: every account of the organization */
  accountId: number | undefined;
}

/** The first of a list, and how many there are in all. */
export interface FirstOf<Row> {
  total: number;
  first: Row[];
}

/** An instance whose vendor no longer accepts its tokens. */
export interface RefusedGrant {
  id: number;
  name: string;
  elementKey: string;
  reason: string;
}

/** A bulk job that ended with an error. */
export interface FailedBulkJob {
  id: number;
  instanceId: number;
  elementKey: string;
  objectName: string;
  direction: string;
  message: string | null;
  endedAt: Date;
}

/** A job whose last run failed, or was interrupted. */
export interface FailingJob {
  id: number;
  name: string;
  elementKey: string | null;
  error: string | null;
  startedAt: Date;
}

/** A notification that nobody has acknowledged. */
export interface OpenNotification {
  id: number;
  topic: string;
  severity: string;
  message: string;
  createdAt: Date;
}

/** Finds what needs a person. */
export interface AttentionStore {
  /** Instances that are to be connected again. */
  refusedGrants(scope: AttentionScope): Promise<FirstOf<RefusedGrant>>;
  /** Bulk jobs that ended with an error since a moment (milliseconds since 1970), the latest first. */
  failedBulkJobs(scope: AttentionScope, since: number): Promise<FirstOf<FailedBulkJob>>;
  /** Jobs that are still to run, and whose last run did not succeed. */
  failingJobs(scope: AttentionScope): Promise<FirstOf<FailingJob>>;
  /** Active notifications that nobody has acknowledged, but those of the topics that are left out; the latest first. */
  openNotifications(scope: AttentionScope, without: readonly string[]): Promise<FirstOf<OpenNotification>>;
  /** How many deliveries wait until they are asked for, of events since a moment; counted up to `most`. */
  queuedDeliveries(scope: AttentionScope, since: number, most: number): Promise<number>;
  /** Whether a call to an element is known. */
  hasCalls(scope: AttentionScope): Promise<boolean>;
}

const shownRows = 20;

/** Makes the store. */
export function createAttentionStore(database: Database): AttentionStore {
  return {
    async refusedGrants(scope) {
      const { rows } = await sql<RefusedGrant & Counted>`
        select i.id, i.name, i.element_key as "elementKey", t.refused_reason as reason, count(*) over () as total
        from instances i join vendor_tokens t on t.instance_id = i.id
        where ${within(scope, 'i')} and t.refused_reason is not null and not i.disabled
        order by i.id desc limit ${shownRows}`.execute(database);
      return firstOf(rows);
    },

    async failedBulkJobs(scope, since) {
      const { rows } = await sql<FailedBulkJob & Counted>`
        select b.id, b.instance_id as "instanceId", b.element_key as "elementKey", b.object_name as "objectName",
          b.direction, b.message, b.ended_at as "endedAt", count(*) over () as total
        from bulk_jobs b
        where ${within(scope, 'b')} and b.status = 'ERROR' and b.ended_at >= ${new Date(since)}
        order by b.id desc limit ${shownRows}`.execute(database);
      return firstOf(rows);
    },

    async failingJobs(scope) {
      const { rows } = await sql<FailingJob & Counted>`
        select j.id, j.name, j.element_key as "elementKey", run.error, run.started_at as "startedAt",
          count(*) over () as total
        from jobs j cross join lateral (
          select h.state, h.error, h.started_at from job_history h
          where h.job_id = j.id and h.state <> 'RUNNING' order by h.id desc limit 1
        ) run
        where ${within(scope, 'j')} and j.enabled and run.state in ('FAILED', 'INTERRUPTED')
        order by run.started_at desc, j.id limit ${shownRows}`.execute(database);
      return firstOf(rows);
    },

    async openNotifications(scope, without) {
      const { rows } = await sql<OpenNotification & Counted>`
        select n.id, n.topic, n.severity, n.message, n.created_at as "createdAt", count(*) over () as total
        from notifications n
        where ${within(scope, 'n')} and n.active and n.acknowledged_at is null
          and n.topic <> all(${[...without]}::text[])
        order by n.id desc limit ${shownRows}`.execute(database);
      return firstOf(rows);
    },

    async queuedDeliveries(scope, since, most) {
      const { rows } = await sql<{ total: number }>`
        select count(*) as total from (
          select from queued_deliveries d
          where ${within(scope, 'd')} and d.received_at >= ${new Date(since)} limit ${most}
        ) waiting`.execute(database);
      return rows[0]?.total ?? 0;
    },

    async hasCalls(scope) {
      const { rows } = await sql`
        select from usage_records u where ${within(scope, 'u')} and u.kind = 'call' limit 1`.execute(database);
      return rows.length > 0;
    },
  };
}

interface Counted {
  total: number;
}

function within({ organizationId, accountId }: AttentionScope, alias: string) {
  const of = (column: string) => sql.ref(`${alias}.${column}`);
  const ofAccount = accountId === undefined ? sql`true` : sql`${of('account_id')} = ${accountId}`;
  return sql`${of('organization_id')} = ${organizationId} and ${ofAccount}`;
}

function firstOf<Row extends Counted>(rows: readonly Row[]): FirstOf<Omit<Row, 'total'>> {
  return { total: rows[0]?.total ?? 0, first: rows.map(({ total: _, ...row }) => row) };
}
