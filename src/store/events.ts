// Events as they come: written once, with what must be unique and what is still to do, in one statement for many.

import { hash, randomUUID } from 'node:crypto';
import { sql } from 'kysely';
import type { Database } from './database.ts';
import { laneOf } from './lane.ts';
import type { PartitionedTable } from './partitions.ts';
import { runPlanned } from './planned.ts';
import { storableJson } from './storable.ts';

/** What happened to which object, as customers are told. */
export interface EventItem {
  elementKey: string;
  eventType: 'CREATED' | 'UPDATED' | 'DELETED';
  objectType: string;
  objectId: string;
  /** ISO 8601: when the vendor changed the object */
  date: string;
  /** ISO 8601: when the poll began that found the change */
  pollDate?: string;
  hubKey?: string;
}

/** Where an event comes from. */
export type EventSource = 'webhook' | 'poll' | 'result' | 'notification';

/** What is stored of an event when it comes. */
export interface NewEvent {
  /** a UUID of version 7 (`eventId`): its milliseconds are the time at which the event came */
  id: string;
  organizationId: number;
  accountId: number;
  /** undefined for notifications of an account */
  instanceId: number | undefined;
  elementKey: string | undefined;
  source: EventSource;
  /** the body as it came; bytes that are no text of PostgreSQL's are kept as base64 */
  body: string | Buffer;
  /** of a webhook, names in lower case */
  headers?: Readonly<Record<string, string>> | undefined;
  /** known at once for polls */
  items?: EventItem[] | undefined;
  /** where it is sent, when the instance's settings do not say so */
  callbackUrl?: string | undefined;
  subscriptionId?: number | undefined;
  notificationId?: number | undefined;
  /** what no other event of the instance may have, and until when (milliseconds since 1970) */
  unique?: { key: string; until: number } | undefined;
}

let lastMoment = 0;
let lastMomentText = '';
let countInMoment = 0;

/**
 * Makes the id of an event that came at a moment (RFC 9562 section 5.7). Ids of one process are in the order in which they
 * were made, also within a millisecond: a counter follows the time (section 6.2, method 1).
 */
export function eventId(at: number): string {
  if (at !== lastMoment) {
    lastMoment = at;
    lastMomentText = at.toString(16).padStart(12, '0');
    countInMoment = -1;
  }
  countInMoment++;
  const time = lastMomentText;
  const first = (0x7000 | ((countInMoment >>> 14) & 0x0fff)).toString(16);
  const second = (0x8000 | (countInMoment & 0x3fff)).toString(16);
  return `${time.slice(0, 8)}-${time.slice(8)}-${first}-${second}-${randomUUID().slice(24)}`;
}

/** When an event came, from its id, in milliseconds since 1970; undefined for what is no such id. */
export function receivedAt(id: string): number | undefined {
  if (!/^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/.test(id)) return undefined;
  return Number.parseInt(id.slice(0, 8) + id.slice(9, 13), 16);
}

/** The tables of events, and how their partitions are cut. */
export const eventPartitions: readonly PartitionedTable[] = [
  { name: 'events', column: 'received_at', days: 1 },
  { name: 'event_outcomes', column: 'received_at', days: 1 },
  { name: 'queued_deliveries', column: 'received_at', days: 1 },
];
/** What must be unique is looked for in this week and the last. */
export const eventKeyPartitions: PartitionedTable = { name: 'event_keys', column: 'week', days: 7 };

/**
 * Stores events, each with its place in the queue, in one statement; those whose `unique` key was taken before are left
 * out. `now` is in milliseconds since 1970. Answers with the ids that were stored. A database, or a transaction: then they
 * are there when it is committed.
 */
export async function insertEvents(
  database: Database,
  events: readonly NewEvent[],
  now: number,
): Promise<ReadonlySet<string>> {
  const given = withoutTwins(events);
  if (given.length === 0) return new Set();
  const values = [storableJson(JSON.stringify(given.map(rowOf))), weekOf(now), new Date(now)];
  const stored = new Set(given.map(({ id }) => id));
  for (const { id } of await runPlanned<{ id: string }>(database, insertRows, values)) stored.delete(id);
  return stored;
}

/** Gives those that were left out, which are few. */
const insertRows = `
  with given as materialized (
    select * from json_to_recordset($1::json) as given (
      id uuid, received_at timestamptz, organization_id bigint, account_id bigint, instance_id bigint,
      element_key text, source text, body text, body_is_base64 boolean, headers json, items json, callback_url text,
      subscription_id bigint, notification_id bigint, lane smallint, key uuid, counts_until timestamptz)
  ), taken as (
    insert into event_keys as known (week, instance_id, key, source, counts_until)
    select $2::date, instance_id, key, source, counts_until from given
    where key is not null and (
      -- a look into the index for each, however many keys the last week has
      select true from event_keys as earlier
      where earlier.week = $2::date - 7 and earlier.instance_id = given.instance_id and earlier.key = given.key
        and earlier.counts_until > $3::timestamptz limit 1) is null
    on conflict (week, instance_id, key) do update set counts_until = excluded.counts_until
      where known.counts_until <= $3::timestamptz
    returning instance_id, key
  ), fresh as materialized (
    select given.* from given left join taken using (instance_id, key)
    where given.key is null or taken.key is not null
  ), stored as (
    insert into events (received_at, id, organization_id, account_id, instance_id, element_key, source, body,
      body_is_base64, headers, items, callback_url, subscription_id, notification_id)
    select received_at, id, organization_id, account_id, instance_id, element_key, source, body,
      body_is_base64, headers, items, callback_url, subscription_id, notification_id from fresh
  ), queued as (
    insert into event_queue (event_id, received_at, organization_id, account_id, instance_id, lane, state)
    select id, received_at, organization_id, account_id, instance_id, lane, 'new' from fresh
  )
  select id from given left join taken using (instance_id, key) where given.key is not null and taken.key is null`;

/** One statement can take a key only once: of events with the same key the first is the one. */
function withoutTwins(events: readonly NewEvent[]): NewEvent[] {
  const seen = new Set<string>();
  return events.filter(({ instanceId, unique }) => {
    if (unique === undefined) return true;
    const name = `${instanceId} ${unique.key}`;
    if (seen.has(name)) return false;
    seen.add(name);
    return true;
  });
}

/** An event as a JSON object whose members are the columns. */
function rowOf(event: NewEvent): object {
  const at = receivedAt(event.id);
  if (at === undefined) throw new Error(`${event.id} is no id of an event`);
  const text = storableText(event.body);
  return {
    id: event.id,
    received_at: new Date(at),
    organization_id: event.organizationId,
    account_id: event.accountId,
    instance_id: event.instanceId,
    element_key: event.elementKey,
    source: event.source,
    body: text ?? Buffer.from(event.body).toString('base64'),
    body_is_base64: text === undefined,
    headers: event.headers,
    items: event.items,
    callback_url: event.callbackUrl,
    subscription_id: event.subscriptionId,
    notification_id: event.notificationId,
    lane: laneOf(event.instanceId ?? event.accountId),
    key: event.unique && keyOf(event.unique.key),
    counts_until: event.unique && new Date(event.unique.until),
  };
}

const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/** The body as text that PostgreSQL stores as it is: well-formed UTF-8 without NUL; undefined when it is none. */
function storableText(body: string | Buffer): string | undefined {
  try {
    const text = typeof body === 'string' ? body : decoder.decode(body);
    return text.includes('\0') || !text.isWellFormed() ? undefined : text;
  } catch {
    return undefined;
  }
}

/**
 * Takes keys of changes of an instance's objects and gives those that were not taken before, within a transaction that
 * also stores what they stand for. A key counts for a week at least. `source` tells who was first.
 */
export async function takeEventKeys(
  transaction: Database,
  wanted: { instanceId: number; keys: readonly string[]; source: 'poll' | 'webhook' },
  now: number,
): Promise<ReadonlySet<string>> {
  const names = new Map([...new Set(wanted.keys)].sort().map((key) => [keyOf(key), key]));
  if (names.size === 0) return new Set();
  const week = weekOf(now);
  const until = new Date(now + 8 * dayMs);
  const { rows } = await sql<{ key: string }>`
    insert into event_keys (week, instance_id, key, source, counts_until)
    select ${week}::date, ${wanted.instanceId}, given.key, ${wanted.source}, ${until} from unnest(${[...names.keys()]}::uuid[]) as given (key)
    where (
      select true from event_keys as earlier
      where earlier.week = ${week}::date - 7 and earlier.instance_id = ${wanted.instanceId} and earlier.key = given.key
      limit 1) is null
    on conflict do nothing
    returning key`.execute(transaction);
  return new Set(rows.map((row) => names.get(row.key) ?? ''));
}

/**
 * Notes that a webhook brought changes of an instance's objects, and gives the keys of those that a poll brought before.
 */
export async function keysOfPolls(
  database: Database,
  instanceId: number,
  keys: readonly string[],
  now: number,
): Promise<ReadonlySet<string>> {
  const fresh = await takeEventKeys(database, { instanceId, keys, source: 'webhook' }, now);
  const names = new Map(keys.filter((key) => !fresh.has(key)).map((key) => [keyOf(key), key]));
  if (names.size === 0) return new Set();
  const { rows } = await sql<{ key: string }>`
    select key from event_keys
    where week in (${weekOf(now)}::date, ${weekOf(now)}::date - 7) and instance_id = ${instanceId}
      and key = any(${[...names.keys()]}::uuid[]) and source = 'poll'`.execute(database);
  return new Set(rows.map((row) => names.get(row.key) ?? ''));
}

const dayMs = 86_400_000;

/** The Monday of a moment's week (UTC). */
function weekOf(at: number): string {
  const monday = 4 * dayMs;
  const start = Math.floor((at - monday) / (7 * dayMs)) * 7 * dayMs + monday;
  return new Date(start).toISOString().slice(0, 10);
}

/** A key of any length in 128 bits. */
function keyOf(key: string): string {
  const hex = hash('sha256', key);
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20, 32)}`;
}
