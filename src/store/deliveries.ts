// Deliveries that are asked for: those that wait in the queue, and events that are to be sent once more. An event keeps
// its id however often it is sent.

import { type RawBuilder, sql } from 'kysely';
import type { Database } from './database.ts';
import { type EventFilter, type EventScope, hasStatus, notOfNotifications, within } from './event-log.ts';
import { laneCount } from './lane.ts';

/** A delivery that waits in the queue until it is asked for. */
export interface QueuedDelivery {
  eventId: string;
  /** when the event came, in milliseconds since 1970 */
  eventAt: number;
  organizationId: number;
  accountId: number;
  instanceId: number | undefined;
  notificationId: number | undefined;
  subscriptionId: number | undefined;
  url: string;
  attempts: number;
  queuedAt: Date;
}

/** The place of a queued delivery in the order of lists: the oldest event first. */
export interface DeliveryPosition {
  at: number;
  id: string;
}

/** An event that is sent once more. */
export interface Redelivered {
  eventId: string;
  accountId: number;
  instanceId: number | undefined;
}

/** Which queued deliveries are meant. */
type QueuedFilter = (delivery: QueuedDelivery) => boolean;

/** Finds what waits and has it sent. */
export interface Deliveries {
  /** Queued deliveries that pass a filter, the oldest event first, after a position, at most `limit`. */
  queued(
    scope: EventScope,
    filter: QueuedFilter,
    page: { after: DeliveryPosition | undefined; limit: number },
  ): Promise<QueuedDelivery[]>;
  /**
   * Has queued deliveries that pass a filter sent again, at most `limit`: they leave the queue and are due at `now`
   * (milliseconds since 1970). An endpoint that was given up is tried again.
   */
  requeue(scope: EventScope, filter: QueuedFilter, limit: number, now: number): Promise<Redelivered[]>;
  /** Has one event sent again, whatever became of it; undefined when there is none. */
  resend(scope: EventScope, event: { id: string; at: number }, now: number): Promise<Redelivered | undefined>;
  /** Has the events of a time sent again, but those of notifications, the oldest first after a position, at most `limit`. */
  resendAll(
    scope: EventScope,
    filter: EventFilter,
    page: { after: DeliveryPosition | undefined; limit: number },
    now: number,
  ): Promise<(Redelivered & DeliveryPosition)[]>;
}

const batchRows = 500;
/** Milliseconds after which deliveries to an endpoint that was given up are due: others remember that for two seconds. */
export const revivedMs = 2500;

/** Makes the store of deliveries. */
export function createDeliveries(database: Database): Deliveries {
  async function readQueued(scope: EventScope, after: DeliveryPosition | undefined): Promise<QueuedDelivery[]> {
    const { organizationId, accountIds, instanceId, since } = scope;
    const { rows } = await sql<QueuedRow>`
      select d.*, e.notification_id, e.subscription_id
      from queued_deliveries d left join events e on e.received_at = d.received_at and e.id = d.event_id
      where d.organization_id = ${organizationId}
        and ${accountIds === undefined ? sql`true` : sql`d.account_id = any(${[...accountIds]}::bigint[])`}
        and ${instanceId === undefined ? sql`true` : sql`d.instance_id = ${instanceId}`}
        and d.received_at >= ${new Date(since)}
        and ${after === undefined ? sql`true` : sql`(d.received_at, d.event_id) > (${new Date(after.at)}, ${after.id}::uuid)`}
      order by d.received_at, d.event_id limit ${batchRows}`.execute(database);
    return rows.map(readQueuedRow);
  }

  /** Those that pass, batch by batch, until `limit` is reached. */
  async function* passing(scope: EventScope, filter: QueuedFilter, start: DeliveryPosition | undefined) {
    for (let after = start; ; ) {
      const batch = await readQueued(scope, after);
      yield batch.filter(filter);
      const last = batch.at(-1);
      if (last === undefined || batch.length < batchRows) return;
      after = { at: last.eventAt, id: last.eventId };
    }
  }

  /** Puts events that a condition names into the live queue; those that are there already are due now or under way. */
  async function put(condition: RawBuilder<unknown>, now: number, limit: number): Promise<SentRow[]> {
    return database.transaction().execute(async (transaction) => {
      const { rows } = await sql<SentRow>`
        with wanted as materialized (
          select e.received_at, e.id, e.organization_id, e.account_id, e.instance_id from events e
          where ${condition} order by e.received_at, e.id limit ${limit}
        ), freed as (
          delete from queued_deliveries d using wanted w
          where d.received_at = w.received_at and d.event_id = w.id returning d.account_id, d.event_id, d.url
        ), revived as (
          update callback_endpoints c set state = 'failing' from (select distinct account_id, url from freed) f
          where c.account_id = f.account_id and c.url = f.url and c.state = 'stopped' returning c.account_id, c.url
        ), late as (
          select freed.event_id from freed join revived using (account_id, url)
        ), put as (
          insert into event_queue
          (event_id, received_at, organization_id, account_id, instance_id, lane, state, due_at, attempts)
        select w.id, w.received_at, w.organization_id, w.account_id, w.instance_id,
          mod(coalesce(w.instance_id, w.account_id), ${laneCount}), 'retry',
          ${new Date(now)}::timestamptz
            + case when late.event_id is null then interval '0' else ${revivedMs} * interval '1 millisecond' end,
          coalesce((select max(o.number) from event_outcomes o
            where o.received_at = w.received_at and o.event_id = w.id), 0)
          from wanted w left join late on late.event_id = w.id
          -- its first attempt is still to come, or under way
          where not exists (select from event_queue q where q.state = 'new' and q.event_id = w.id)
          on conflict (state, event_id) do update set due_at = excluded.due_at
        )
        select id as event_id, received_at, account_id, instance_id from wanted order by received_at, id`.execute(
        transaction,
      );
      return rows;
    });
  }

  return {
    async queued(scope, filter, { after, limit }) {
      const found: QueuedDelivery[] = [];
      for await (const batch of passing(scope, filter, after)) {
        found.push(...batch);
        if (found.length >= limit) return found.slice(0, limit);
      }
      return found;
    },

    async requeue(scope, filter, limit, now) {
      const sent: Redelivered[] = [];
      for await (const batch of passing(scope, filter, undefined)) {
        const wanted = batch.slice(0, limit - sent.length);
        if (wanted.length > 0) {
          const times = wanted.map(({ eventAt }) => eventAt);
          const rows = await put(
            sql`${within(scope, { from: Math.min(...times), to: Math.max(...times) })}
              and e.id = any(${wanted.map(({ eventId }) => eventId)}::uuid[])
              and exists (select from queued_deliveries d where d.received_at = e.received_at and d.event_id = e.id)`,
            now,
            wanted.length,
          );
          sent.push(...rows.map(readSent));
        }
        if (sent.length >= limit) break;
      }
      return sent;
    },

    async resend(scope, { id, at }, now) {
      const [row] = await put(sql`${within(scope, { from: at, to: at })} and e.id = ${id}::uuid`, now, 1);
      return row && readSent(row);
    },

    async resendAll(scope, filter, { after, limit }, now) {
      const position =
        after === undefined ? sql`true` : sql`(e.received_at, e.id) > (${new Date(after.at)}, ${after.id}::uuid)`;
      const rows = await put(
        sql`${within(scope, filter)} and ${notOfNotifications} and ${position} and ${hasStatus(filter.status)}`,
        now,
        limit,
      );
      return rows.map((row) => ({ ...readSent(row), at: row.received_at.getTime(), id: row.event_id }));
    },
  };
}

interface SentRow {
  event_id: string;
  received_at: Date;
  account_id: number;
  instance_id: number | null;
}

function readSent({ event_id, account_id, instance_id }: SentRow): Redelivered {
  return { eventId: event_id, accountId: account_id, instanceId: instance_id ?? undefined };
}

interface QueuedRow {
  received_at: Date;
  event_id: string;
  organization_id: number;
  account_id: number;
  instance_id: number | null;
  url: string;
  attempts: number;
  queued_at: Date;
  notification_id: number | null;
  subscription_id: number | null;
}

function readQueuedRow(row: QueuedRow): QueuedDelivery {
  return {
    eventId: row.event_id,
    eventAt: row.received_at.getTime(),
    organizationId: row.organization_id,
    accountId: row.account_id,
    instanceId: row.instance_id ?? undefined,
    notificationId: row.notification_id ?? undefined,
    subscriptionId: row.subscription_id ?? undefined,
    url: row.url,
    attempts: row.attempts,
    queuedAt: row.queued_at,
  };
}
