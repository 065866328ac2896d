// What is known of events: what came, what it was made into, and what became of its delivery. Reads only.

import { type RawBuilder, sql } from 'kysely';
import type { Database } from './database.ts';
import { type EventItem, type EventSource, receivedAt } from './events.ts';

/** Whose events are meant; every read names the organization. */
export interface EventScope {
  organizationId: number;
  /** undefined: every account of the organization */
  accountIds: readonly number[] | undefined;
  /** undefined: every instance of the accounts, and what belongs to no instance */
  instanceId: number | undefined;
  /** what came before is hidden (milliseconds since 1970) */
  since: number;
}

/** What an event's last outcome says; `RECEIVED` without any. */
export type EventStatus = 'RECEIVED' | 'DISPATCHED' | 'CONSUMED' | 'NOTIFIED';

/** Which events are meant; times are in milliseconds since 1970, both included. */
export interface EventFilter {
  from: number;
  to: number;
  status?: EventStatus | undefined;
}

/** The place of an event in the order of lists: the latest first. */
export interface EventPosition {
  at: number;
  id: string;
}

/** One step of an event's life. */
export interface EventStep {
  /** 0 for what it was made into without an attempt, else the number of the attempt */
  number: number;
  at: Date;
  status: EventStatus;
  delivery: 'delivered' | 'retry' | 'queued' | undefined;
  message: string;
  detail: string | undefined;
}

/** An event as it is shown. */
export interface LoggedEvent {
  id: string;
  at: number;
  organizationId: number;
  accountId: number;
  instanceId: number | undefined;
  elementKey: string | undefined;
  source: EventSource;
  body: string;
  bodyIsBase64: boolean;
  notificationId: number | undefined;
  subscriptionId: number | undefined;
  items: EventItem[];
  /** in order */
  steps: EventStep[];
  /** when the next attempt is due, while there is one to come */
  dueAt: Date | undefined;
}

/** A step with the event that it belongs to. */
export interface Disposition extends EventStep {
  eventId: string;
  eventAt: number;
  accountId: number;
  instanceId: number | undefined;
}

/** How many events came between a boundary and the next one, of an account or an instance if these are told apart. */
export interface EventCount {
  /** the index of the boundary at which the time begins */
  bucket: number;
  /** of the account or the instance; undefined for all together */
  of: number | undefined;
  count: number;
  /** those that were delivered, or need not be, and those whose last attempt failed */
  success: number;
  failed: number;
}

/** Reads events. */
export interface EventLog {
  /** A page of events, but those of notifications, the latest first; of long bodies the first 64 Ki characters. */
  list(
    scope: EventScope,
    filter: EventFilter,
    page: { after: EventPosition | undefined; limit: number },
  ): Promise<LoggedEvent[]>;
  /** One event of whatever kind, whole. */
  byId(scope: EventScope, id: string): Promise<LoggedEvent | undefined>;
  /** The steps of events, but those of notifications, the latest event first, its last step first. */
  dispositions(
    scope: EventScope,
    filter: EventFilter,
    page: { after: (EventPosition & { number: number }) | undefined; limit: number },
  ): Promise<Disposition[]>;
  /** Counts events, but those of notifications, between boundaries (milliseconds since 1970, ascending) and `to`, which is included. */
  count(
    scope: EventScope,
    boundaries: readonly number[],
    to: number,
    by: 'all' | 'account' | 'instance',
  ): Promise<EventCount[]>;
  /** The events that tell a notification's subscribers, the latest first. */
  ofNotification(scope: EventScope, notificationId: number, raisedAt: number): Promise<LoggedEvent[]>;
}

const listedCharacters = 65_536;

/** Makes the reader of events. */
export function createEventLog(database: Database): EventLog {
  const select = async (condition: RawBuilder<unknown>, wanted: { limit: number; body: RawBuilder<unknown> }) => {
    const { rows } = await sql<EventRow>`
      select e.id, e.received_at, e.organization_id, e.account_id, e.instance_id, e.element_key, e.source,
        ${wanted.body} as body, e.body_is_base64, e.notification_id, e.subscription_id, e.items,
        (select json_agg(json_build_object('number', o.number, 'at', o.at, 'status', o.status, 'delivery', o.delivery,
            'message', o.message, 'detail', o.detail, 'items', o.items) order by o.number)
          from event_outcomes o where o.received_at = e.received_at and o.event_id = e.id) as steps,
        (select coalesce(q.due_at, e.received_at) from event_queue q
          where q.state in ('new', 'retry') and q.event_id = e.id) as due_at
      from events e where ${condition}
      order by e.received_at desc, e.id desc limit ${wanted.limit}`.execute(database);
    return rows.map(readEvent);
  };

  return {
    list: (scope, filter, { after, limit }) =>
      select(
        sql`${within(scope, filter)} and ${notOfNotifications} and ${before(after)} and ${hasStatus(filter.status)}`,
        {
          limit,
          body: sql`left(e.body, ${listedCharacters})`,
        },
      ),

    async byId(scope, id) {
      const at = receivedAt(id);
      if (at === undefined) return undefined;
      const [event] = await select(sql`${within(scope, { from: at, to: at })} and e.id = ${id}::uuid`, {
        limit: 1,
        body: sql`e.body`,
      });
      return event;
    },

    async dispositions(scope, filter, { after, limit }) {
      const follows =
        after === undefined
          ? sql`true`
          : sql`(o.received_at, o.event_id, o.number) < (${new Date(after.at)}, ${after.id}::uuid, ${after.number}::int)`;
      const { rows } = await sql<DispositionRow>`
        select o.*, e.account_id, e.instance_id
        from event_outcomes o join events e on e.received_at = o.received_at and e.id = o.event_id
        where ${within(scope, filter)} and ${notOfNotifications} and o.organization_id = ${scope.organizationId} and ${follows}
          and (${filter.status ?? null}::text is null or o.status = ${filter.status ?? null})
        order by o.received_at desc, o.event_id desc, o.number desc limit ${limit}`.execute(database);
      return rows.map((row) => ({
        ...readStep(row),
        eventId: row.event_id,
        eventAt: row.received_at.getTime(),
        accountId: row.account_id,
        instanceId: row.instance_id ?? undefined,
      }));
    },

    async count(scope, boundaries, to, by) {
      const [from = to] = boundaries;
      const of = { all: sql`null::bigint`, account: sql`e.account_id`, instance: sql`e.instance_id` }[by];
      const last =
        by === 'account'
          ? sql`left join lateral (select status, delivery from event_outcomes o
              where o.received_at = e.received_at and o.event_id = e.id order by o.number desc limit 1) last on true`
          : sql`cross join (select null::text as status, null::text as delivery) last`;
      const { rows } = await sql<{
        bucket: number;
        of: number | null;
        count: number;
        success: number;
        failed: number;
      }>`
        select width_bucket(e.received_at, ${boundaries.map((at) => new Date(at))}::timestamptz[]) - 1 as bucket,
          ${of} as of, count(*) as count,
          count(*) filter (where last.status in ('NOTIFIED', 'CONSUMED')) as success,
          count(*) filter (where last.delivery in ('retry', 'queued')) as failed
        from events e ${last}
        where ${within(scope, { from, to })} and ${notOfNotifications}
          and ${by === 'instance' ? sql`e.instance_id is not null` : sql`true`}
        group by 1, 2 order by 1, 2`.execute(database);
      return rows.map((row) => ({ ...row, of: row.of ?? undefined }));
    },

    ofNotification: (scope, notificationId, raisedAt) =>
      select(sql`${within(scope, { from: raisedAt, to: raisedAt })} and e.notification_id = ${notificationId}`, {
        limit: 1000,
        body: sql`e.body`,
      }),
  };
}

/** The condition on `events e` that no read may leave out: whose they are, and when they came. */
export function within({ organizationId, accountIds, instanceId, since }: EventScope, { from, to }: EventFilter) {
  const ofAccounts = accountIds === undefined ? sql`true` : sql`e.account_id = any(${[...accountIds]}::bigint[])`;
  const ofInstance = instanceId === undefined ? sql`true` : sql`e.instance_id = ${instanceId}`;
  return sql`e.organization_id = ${organizationId} and ${ofAccounts} and ${ofInstance}
    and e.received_at >= ${new Date(Math.max(from, since))} and e.received_at <= ${new Date(to)}`;
}

/** The condition on `events e` that leaves out what tells of notifications. */
export const notOfNotifications: RawBuilder<unknown> = sql`e.source <> 'notification'`;

function before(after: EventPosition | undefined) {
  return after === undefined ? sql`true` : sql`(e.received_at, e.id) < (${new Date(after.at)}, ${after.id}::uuid)`;
}

/** The condition on `events e` that their last outcome has a status. */
export function hasStatus(status: EventStatus | undefined) {
  if (status === undefined) return sql`true`;
  return sql`coalesce((select o.status from event_outcomes o where o.received_at = e.received_at and o.event_id = e.id
    order by o.number desc limit 1), 'RECEIVED') = ${status}`;
}

interface StepRow {
  number: number;
  at: string | Date;
  status: EventStatus;
  delivery: EventStep['delivery'] | null;
  message: string;
  detail: string | null;
  items: EventItem[] | null;
}

interface DispositionRow extends StepRow {
  received_at: Date;
  event_id: string;
  account_id: number;
  instance_id: number | null;
}

interface EventRow {
  id: string;
  received_at: Date;
  organization_id: number;
  account_id: number;
  instance_id: number | null;
  element_key: string | null;
  source: EventSource;
  body: string;
  body_is_base64: boolean;
  notification_id: number | null;
  subscription_id: number | null;
  items: EventItem[] | null;
  steps: StepRow[] | null;
  due_at: Date | null;
}

function readEvent(row: EventRow): LoggedEvent {
  const steps = row.steps ?? [];
  return {
    id: row.id,
    at: row.received_at.getTime(),
    organizationId: row.organization_id,
    accountId: row.account_id,
    instanceId: row.instance_id ?? undefined,
    elementKey: row.element_key ?? undefined,
    source: row.source,
    body: row.body,
    bodyIsBase64: row.body_is_base64,
    notificationId: row.notification_id ?? undefined,
    subscriptionId: row.subscription_id ?? undefined,
    items: row.items ?? steps.findLast(({ items }) => items !== null)?.items ?? [],
    steps: steps.map(readStep),
    dueAt: row.due_at ?? undefined,
  };
}

function readStep({ number, at, status, delivery, message, detail }: StepRow): EventStep {
  return {
    number,
    at: new Date(at),
    status,
    delivery: delivery ?? undefined,
    message,
    detail: detail ?? undefined,
  };
}
