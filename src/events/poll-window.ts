// Which records of a page are changes that this poll brings: those of its window, each second once it is over, and each
// kind of change told apart. Pure: a page in, changes out.

import { createHash } from 'node:crypto';
import { isObject } from '../core/http.ts';
import { readMoments } from '../core/java-dates.ts';
import type { PollRun } from '../store/polls.ts';
import { changeKey } from './change-key.ts';
import type { DateField, PolledObject } from './poll-settings.ts';
import { asksSince } from './poll-url.ts';

/** A changed record. */
export interface Change {
  objectId: string;
  eventType: 'CREATED' | 'UPDATED';
  /** milliseconds since 1970; undefined when the record does not tell */
  updated: number | undefined;
  /** what no other event of this change may have; undefined where records tell no time */
  key: string | undefined;
  record: Record<string, unknown>;
}

/** What a page of records means. */
export interface PageReading {
  changes: Change[];
  /** digests of records that tell no time, by digests of their ids */
  seen: Record<string, string>;
  order: PollRun['order'];
  /** whether all that follow are older than the window */
  isPast: boolean;
  /** whether a record was changed after the run began */
  isMoving: boolean;
  /** records without an id */
  nameless: number;
}

/** Milliseconds that changes must be old, so that nothing more can happen in their second. */
const settleMs = 2000;

/** From how many steps from newer to older on a list counts as ordered so, when its URL does not say it. */
const convincing = 5;

/**
 * Reads a page of an object's records in the window of a run: changes from `run.from` on, in seconds that were over
 * `settleMs` before it began. A record that tells no time is changed when it is not as it was seen last (`known`); with
 * `isFirst`, records of a list that was not asked for changes are only noted.
 */
export function readPage(
  object: PolledObject,
  records: readonly unknown[],
  run: PollRun,
  known: Record<string, string> | undefined,
): PageReading {
  const first = secondOf(run.from);
  const end = secondOf(run.began - settleMs);
  const isSilent = known === undefined && !asksSince(object.url);
  const reading: PageReading = {
    changes: [],
    seen: {},
    order: { ...run.order },
    isPast: false,
    isMoving: false,
    nameless: 0,
  };
  for (const record of records) {
    const id = isObject(record) ? idOf(record, object.idField) : undefined;
    if (!isObject(record) || id === undefined) {
      reading.nameless++;
      continue;
    }
    const times = object.updated === undefined ? [] : timesOf(record, object.updated);
    // A time that clocks showed twice is the later one that is over, else the earlier.
    const updated = times.findLast((moment) => secondOf(moment) < end) ?? times[0];
    noteOrder(reading.order, updated);
    if (updated === undefined) {
      const [name, digest] = [digestOf(id), digestOf(JSON.stringify(record))];
      reading.seen[name] = digest;
      const isSame = known?.[name] === digest || run.seen?.[name] === digest;
      if (isSame || isSilent) continue;
      reading.changes.push({ objectId: id, eventType: 'UPDATED', updated: undefined, key: undefined, record });
      continue;
    }
    const second = secondOf(updated);
    if (second >= secondOf(run.began)) reading.isMoving = true;
    if (second >= end || (second < first && object.filterByUpdatedDate)) continue;
    if (second < first && !asksSince(object.url)) continue;
    const eventType = isCreation(object, record, updated) ? 'CREATED' : 'UPDATED';
    reading.changes.push({
      objectId: id,
      eventType,
      updated,
      key: changeKey(object.name, id, times[0] ?? updated),
      record,
    });
  }
  const { last, older, isMixed } = reading.order;
  const isOrdered = !isMixed && (older >= convincing || saysNewestFirst(object));
  reading.isPast = isOrdered && last !== undefined && secondOf(last) < first;
  return reading;
}

/** The value at a path of a record: `id`, `data.id`, `items[0].id`, or a JSONPath such as `$.id` and `@.@id`. */
export function fieldAt(record: unknown, path: string): unknown {
  if (isObject(record) && Object.hasOwn(record, path)) return record[path];
  const plain = path.replace(/^[$@](?=\.|\[)\.?/, '');
  let found = record;
  for (const [, quoted, index, name] of plain.matchAll(/\[\s*["'](.*?)["']\s*\]|\[(\d+)\]|([^.[\]]+)/g)) {
    const step = quoted ?? index ?? name ?? '';
    if (typeof found !== 'object' || found === null || !Object.hasOwn(found, step)) return undefined;
    found = (found as Record<string, unknown>)[step];
  }
  return found;
}

function idOf(record: Record<string, unknown>, path: string): string | undefined {
  const value = fieldAt(record, path);
  if (typeof value === 'number' || typeof value === 'bigint') return String(value);
  return typeof value === 'string' && value !== '' ? value : undefined;
}

function timesOf(record: unknown, { field, format, zone }: DateField): number[] {
  return readMoments(fieldAt(record, field), format, zone);
}

function isCreation(object: PolledObject, record: unknown, updated: number): boolean {
  if (object.created === undefined) return false;
  const created = timesOf(record, object.created);
  const tolerance = object.createdCheckTolerance * 1000;
  return created.some((moment) => Math.abs(secondOf(moment) - secondOf(updated)) <= tolerance);
}

function noteOrder(order: PollRun['order'], updated: number | undefined): void {
  if (updated === undefined) order.isMixed = true;
  else if (order.last !== undefined && updated > order.last) order.isMixed = true;
  else if (order.last !== undefined && updated < order.last) order.older++;
  if (updated !== undefined) order.last = updated;
}

/** Whether a URL sorts by the field of the change, descending: `orderBy=updated_at desc`, `sort_by=updated_at&sort_order=desc`. */
function saysNewestFirst({ url, updated }: PolledObject): boolean {
  const query = url.split('?').slice(1).join('?');
  const name = updated?.field.split('.').at(-1) ?? '';
  const sorting = query
    .split('&')
    .filter((pair) => /^(?:\w*sort\w*|\w*order\w*)=/i.test(pair))
    .join('&');
  return name !== '' && sorting.includes(name) && /\bdesc/i.test(sorting);
}

/** The beginning of a moment's second. */
function secondOf(moment: number): number {
  return Math.floor(moment / 1000) * 1000;
}

function digestOf(text: string): string {
  return createHash('sha256').update(text).digest('base64url').slice(0, 12);
}
