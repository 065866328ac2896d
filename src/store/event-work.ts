// What is to do for events, and what became of it. Only the owner of a lane (lanes.ts) asks for its work, so nothing here
// locks a row: who dies leaves it as it was.

import { setTimeout as wait } from 'node:timers/promises';
import { type Selectable, sql } from 'kysely';
import type { Database, Tables } from './database.ts';
import type { EventItem, EventSource } from './events.ts';
import { runPlanned } from './planned.ts';
import { storableJson } from './storable.ts';

/** An event that is to be delivered, for the first time or again. */
export interface EventWork {
  id: string;
  /** milliseconds since 1970 */
  receivedAt: number;
  organizationId: number;
  accountId: number;
  instanceId: number | undefined;
  lane: number;
  /** attempts made before */
  attempts: number;
}

/** Whose event it is, as a number: the instance, or the account (below zero) where there is none. */
export function ownerOf({ instanceId, accountId }: EventWork): number {
  return instanceId ?? -accountId;
}

/** What came, as it was stored. */
export interface StoredEvent {
  id: string;
  elementKey: string | undefined;
  source: EventSource;
  body: string;
  bodyIsBase64: boolean;
  headers: Record<string, string>;
  /** what a poll or an earlier attempt made of it */
  items: EventItem[] | undefined;
  callbackUrl: string | undefined;
  subscriptionId: number | undefined;
  notificationId: number | undefined;
}

/** What became of an event in one step. */
export interface Outcome {
  work: EventWork;
  /** 0 for what it was made into without an attempt to deliver it */
  number: number;
  /** milliseconds since 1970 */
  at: number;
  status: 'DISPATCHED' | 'CONSUMED' | 'NOTIFIED';
  delivery: 'delivered' | 'retry' | 'queued' | undefined;
  message: string;
  detail?: string | undefined;
  /** when they were found out in this step */
  items?: EventItem[] | undefined;
  /** when `delivery` is `retry`: milliseconds since 1970 */
  dueAt?: number | undefined;
  /** when `delivery` is `queued` */
  url?: string | undefined;
}

/** Reads what is to do and writes what was done. Every write names its events by their ids. */
export interface EventWorkStore {
  /**
   * Events of these lanes that wait for their first attempt, in the order in which they came, and such as are due for
   * another (`now` in milliseconds since 1970), without those that are being worked on and those of busy owners (`ownerOf`).
   */
  next(wanted: {
    lanes: readonly number[];
    without: readonly string[];
    busy: readonly number[];
    now: number;
    limit: number;
  }): Promise<EventWork[]>;
  /** The events themselves. */
  read(work: readonly EventWork[]): Promise<Map<string, StoredEvent>>;
  /** Writes outcomes, many in one statement, and takes from the queue what is done. Answers when they are committed. */
  record(outcome: Outcome): Promise<void>;
  /**
   * Puts off the first attempt of an event until a moment (milliseconds since 1970), and with it those of all events of its
   * instance.
   */
  park(work: EventWork, until: number): Promise<void>;
  /** Lets first attempts that were put off be made. */
  unpark(instanceId: number): Promise<void>;
  /** When the first retry of these lanes is due, in milliseconds since 1970; infinity when there is none. */
  nextDue(lanes: readonly number[]): Promise<number>;
  /** Waits until what was recorded is written. */
  settled(): Promise<void>;
}

interface Waiting {
  outcome: Outcome;
  resolve(): void;
  reject(error: unknown): void;
}

const mostOutcomes = 500;
const gatherMs = 20;

/** Makes the store of work. */
export function createEventWork(database: Database): EventWorkStore {
  let waiting: Waiting[] = [];
  let running: Promise<void> | undefined;

  async function write(): Promise<void> {
    // Nobody waits for an outcome but the next event of its object, so that a moment's outcomes may share a statement.
    await wait(gatherMs);
    while (waiting.length > 0) {
      const batch = waiting.slice(0, mostOutcomes);
      waiting = waiting.slice(mostOutcomes);
      await commit(batch);
    }
    running = undefined;
  }

  async function commit(batch: Waiting[]): Promise<void> {
    try {
      const rows = JSON.stringify(batch.map(({ outcome }) => rowOf(outcome)));
      await runPlanned(database, recordRows, [storableJson(rows)]);
      for (const one of batch) one.resolve();
    } catch (error) {
      if (batch.length > 1) for (const one of batch) await commit([one]);
      else batch[0]?.reject(error);
    }
  }

  return {
    async next({ lanes, without, busy, now, limit }) {
      if (lanes.length === 0 || limit <= 0) return [];
      const values = [[...lanes], [...without], [...busy], new Date(now), limit];
      const rows = await runPlanned<QueueRow>(database, nextRows, values);
      return rows.map(readWork).sort((one, other) => (one.id < other.id ? -1 : 1));
    },

    async read(work) {
      const found = new Map<string, StoredEvent>();
      if (work.length === 0) return found;
      const places = [work.map(({ receivedAt }) => new Date(receivedAt)), work.map(({ id }) => id)];
      const rows = await runPlanned<EventRow>(database, readRows, places);
      const items = await itemsOf(work.filter(({ attempts }) => attempts > 0));
      for (const row of rows) {
        found.set(row.id, {
          id: row.id,
          elementKey: row.element_key ?? undefined,
          source: row.source,
          body: row.body,
          bodyIsBase64: row.body_is_base64,
          headers: row.headers ?? {},
          items: row.items ?? items.get(row.id),
          callbackUrl: row.callback_url ?? undefined,
          subscriptionId: row.subscription_id ?? undefined,
          notificationId: row.notification_id ?? undefined,
        });
      }
      return found;
    },

    record: (outcome) =>
      new Promise((resolve, reject) => {
        waiting.push({ outcome, resolve, reject });
        running ??= write();
      }),

    async park({ id, instanceId }, until) {
      const update = database
        .updateTable('event_queue')
        .set({ state: 'retry', due_at: new Date(until) })
        .where('attempts', '=', 0);
      if (instanceId === undefined)
        await update.where('state', 'in', ['new', 'retry']).where('event_id', '=', id).execute();
      else await update.where('instance_id', '=', instanceId).execute();
    },

    async unpark(instanceId) {
      await database
        .updateTable('event_queue')
        .set({ state: 'new', due_at: null })
        .where('instance_id', '=', instanceId)
        .where('attempts', '=', 0)
        .where('state', '=', 'retry')
        .execute();
    },

    async nextDue(lanes) {
      const row = await database
        .selectFrom('event_queue')
        .select('due_at')
        .where('state', '=', 'retry')
        .where(sql<boolean>`lane = any(${[...lanes]}::smallint[])`)
        .orderBy('due_at')
        .limit(1)
        .executeTakeFirst();
      return row?.due_at?.getTime() ?? Number.POSITIVE_INFINITY;
    },

    async settled() {
      await running;
    },
  };

  /** What events were made into in an earlier step. */
  async function itemsOf(work: readonly EventWork[]): Promise<Map<string, EventItem[]>> {
    if (work.length === 0) return new Map();
    const { rows } = await sql<{ id: string; items: EventItem[] }>`
      select outcome.event_id as id, outcome.items from ${named(work)}
      join event_outcomes as outcome on outcome.received_at = named.received_at and outcome.event_id = named.id
      where outcome.items is not null`.execute(database);
    return new Map(rows.map(({ id, items }) => [id, items]));
  }
}

/** Events by both parts of their key, so that each is one look into the index of its day. */
function named(work: readonly EventWork[]) {
  const times = work.map(({ receivedAt }) => new Date(receivedAt));
  const ids = work.map(({ id }) => id);
  return sql`unnest(${times}::timestamptz[], ${ids}::uuid[]) as named (received_at, id)`;
}

const eventColumns = [
  ...(['id', 'element_key', 'source', 'body', 'body_is_base64', 'headers', 'items', 'callback_url'] as const),
  ...(['subscription_id', 'notification_id'] as const),
] as const;

type EventRow = Pick<Selectable<Tables['events']>, (typeof eventColumns)[number]>;

/** Events by both parts of their key, so that each is one look into the index of its day; the limit keeps it from being a join. */
const readRows = `
  select event.* from unnest($1::timestamptz[], $2::uuid[]) as named (received_at, id)
  cross join lateral (
    select ${eventColumns.join(', ')} from events
    where events.received_at = named.received_at and events.id = named.id limit 1) as event`;

const queueColumns = 'event_id, received_at, organization_id, account_id, instance_id, lane, attempts';
// Written so that PostgreSQL reads the first rows from an index in order, also without statistics: it takes `= any` of lanes
// for a rare thing, and would read and sort all others.
const nextRows = `
  (select ${queueColumns} from event_queue
    where state = 'new' and array_position($1::smallint[], lane) is not null and event_id <> all($2::uuid[])
      and coalesce(instance_id, -account_id) <> all($3::bigint[])
    order by event_id limit $5)
  union all
  (select ${queueColumns} from event_queue
    where state = 'retry' and due_at <= $4 and lane = any($1::smallint[]) and event_id <> all($2::uuid[])
      and coalesce(instance_id, -account_id) <> all($3::bigint[])
    order by due_at, event_id limit $5)`;

interface QueueRow {
  event_id: string;
  received_at: Date;
  organization_id: number;
  account_id: number;
  instance_id: number | null;
  lane: number;
  attempts: number;
}

function readWork(row: QueueRow): EventWork {
  return {
    id: row.event_id,
    receivedAt: row.received_at.getTime(),
    organizationId: row.organization_id,
    accountId: row.account_id,
    instanceId: row.instance_id ?? undefined,
    lane: row.lane,
    attempts: row.attempts,
  };
}

/** The condition that lets an event of the queue be found by its id: the state is the first part of the key. */
const inEitherState = "event_queue.state = any(array['new', 'retry'])";

// The queue is looked into for each event, by a list of ids: a join, planned while the queue was short, would read all of it.
const recordRows = `
  with given as materialized (
    select * from json_to_recordset($1::json) as given (
      received_at timestamptz, event_id uuid, number integer, at timestamptz, organization_id bigint,
      account_id bigint, instance_id bigint, status text, delivery text, message text, detail text, items json,
      due_at timestamptz, url text)
  ), logged as (
    insert into event_outcomes (received_at, event_id, number, at, organization_id, status, delivery, message, detail, items)
    select received_at, event_id, number, at, organization_id, status, delivery, message, detail, items from given
    on conflict (received_at, event_id, number) do update set
      at = excluded.at, status = excluded.status, delivery = excluded.delivery, message = excluded.message,
      detail = excluded.detail, items = coalesce(excluded.items, event_outcomes.items)
  ), put_off as (
    update event_queue set state = 'retry', due_at = given.due_at, attempts = given.number
    from given where event_queue.event_id = given.event_id and given.due_at is not null
      and ${inEitherState} and event_queue.event_id = any(array(select event_id from given where due_at is not null))
  ), queued as (
    insert into queued_deliveries
      (received_at, event_id, organization_id, account_id, instance_id, url, attempts, queued_at)
    select received_at, event_id, organization_id, account_id, instance_id, url, number, at from given
    where delivery = 'queued'
    on conflict (received_at, event_id) do update set attempts = excluded.attempts, queued_at = excluded.queued_at
  )
  delete from event_queue where ${inEitherState} and event_id = any(array(select event_id from given where due_at is null))`;

function rowOf({ work, number, at, status, delivery, message, detail, items, dueAt, url }: Outcome) {
  return {
    received_at: new Date(work.receivedAt),
    event_id: work.id,
    number,
    at: new Date(at),
    organization_id: work.organizationId,
    account_id: work.accountId,
    instance_id: work.instanceId,
    status,
    delivery,
    message,
    detail,
    items,
    due_at: dueAt === undefined ? undefined : new Date(dueAt),
    url,
  };
}
