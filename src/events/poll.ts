// One poll of one instance: its objects one after the other, each page by page, each page's changes stored before the next
// page is asked for. How far it has come is stored with them, so that nothing is lost and nothing is brought twice.

import { randomUUID } from 'node:crypto';
import type { Clock } from '../core/clock.ts';
import { Problem } from '../core/errors.ts';
import { isObject } from '../core/http.ts';
import type { Definition } from '../element/define.ts';
import type { SettingValues } from '../element/settings.ts';
import type { Engine } from '../engine/call.ts';
import type { ElementAnswer, ElementCall } from '../engine/element-call.ts';
import { type Match, matchResource } from '../engine/match.ts';
import { noTrace } from '../engine/trace.ts';
import { type EventItem, eventId, type NewEvent } from '../store/events.ts';
import type { PolledObjectState } from '../store/polls.ts';
import { type ClaimedPoll, ClaimLost, type FinishedPoll, type PollRun, type PollStore } from '../store/polls.ts';
import { type PolledObject, type PollFault, pollInterval, readPollPlan, storableText } from './poll-settings.ts';
import { gridPoint } from './poll-times.ts';
import { asksSince, fillPollUrl, type PollRequest } from './poll-url.ts';
import { type Change, fieldAt, readPage } from './poll-window.ts';

/** Whose changes are looked for. */
export interface PollTarget {
  poll: ClaimedPoll;
  definition: Definition;
  /** the account as calls are made for it */
  account: Parameters<Engine['call']>[0] & { values: SettingValues };
}

/** What bounds a poll; what it has not done then is done when others had their turn. */
export interface PollLimits {
  /** milliseconds before the last poll from which changes are asked for once more: clocks differ, and indexes lag */
  pollOverlapMs: number;
  /** pages, and milliseconds, of one object before the next poll's turn */
  pollPages: number;
  pollTurnMs: number;
  /** records without a time that are compared with the last poll's */
  pollComparedRecords: number;
  /** records that one event holds */
  pollEventRecords: number;
}

interface PollDependencies {
  engine: Pick<Engine, 'call'>;
  polls: PollStore;
  clock: Clock;
  limits: PollLimits;
  /** told of what is no fault of settings or vendor */
  failed(error: unknown): void;
}

/** Polls what is due of an instance. Never throws for what a vendor or settings do; throws ClaimLost. */
export type PollInstance = (target: PollTarget, signal: AbortSignal) => Promise<FinishedPoll>;

/** Polls in a row that a 401 ends before an instance is left alone; a grant that is lost for certain ends it at once. */
const patience401 = 3;

/** Makes the poll of one instance. */
export function createPollInstance({ engine, polls, clock, limits, failed }: PollDependencies): PollInstance {
  return async (target, signal) => {
    const { poll, definition, account } = target;
    const plan = readPollPlan(definition, account.values);
    const interval = pollInterval(account.values);
    const next = () => gridPoint(poll.instanceId, interval, clock());
    const faulty = faultsByObject(plan.faults);
    const state = statesOf(poll, new Set([...plan.objects.map(({ name }) => name), ...faulty.keys()]));
    const messages = new Set<string>();
    let stoppedReason: string | undefined;
    let polledAt: number | undefined;

    for (const [name, text] of faulty) {
      messages.add(text);
      if (name === undefined) continue;
      const known = state[name] ?? newState(poll, clock());
      state[name] = { ...known, failures: known.failures + 1, message: text, lastAt: clock(), nextAt: next() };
    }
    for (const object of plan.objects) {
      const known = state[object.name] ?? newState(poll, clock());
      if (!isDue(known, poll)) {
        if (known.failures > 0 && known.message !== undefined) messages.add(known.message);
        continue;
      }
      if (signal.aborted) break;
      polledAt = clock();
      try {
        state[object.name] = await pollObject(target, object, known, state, signal);
        const after = state[object.name];
        if (after !== undefined && after.run === undefined) after.nextAt = next();
      } catch (error) {
        if (error instanceof ClaimLost) throw error;
        if (signal.aborted) break;
        if (!(error instanceof Problem)) failed(error);
        const message = messageOf(error);
        const stored = state[object.name] ?? known;
        const failures = stored.failures + 1;
        // What failed twice in the middle begins anew: its page may be gone.
        const { run, ...rest } = stored;
        const kept = failures < 2 && run?.page !== undefined ? { ...rest, run } : rest;
        const wait = Math.max(
          gridPoint(poll.instanceId, interval, clock() + (backoff(failures) - 1) * interval),
          clock() + (error instanceof Problem ? (error.retryAfterSeconds ?? 0) * 1000 : 0),
        );
        state[object.name] = { ...kept, failures, message, lastAt: clock(), nextAt: wait };
        messages.add(message);
        if (isLostGrant(error, failures)) {
          stoppedReason = message;
          break;
        }
      }
    }
    if (plan.objects.length === 0 && plan.faults.length === 0) messages.add(nothingToPoll);
    const dues = plan.objects.map(({ name }) => state[name]?.nextAt ?? clock());
    return {
      poll,
      state,
      nextAt: dues.length === 0 ? next() : Math.min(...dues),
      failures: Math.max(0, ...Object.values(state).map((object) => object.failures)),
      error: messages.size === 0 ? undefined : [...messages].join(' '),
      polledAt,
      stoppedReason,
    };
  };

  /** Asks for page after page; gives the state after the last one, or the one of a run that goes on later. */
  async function pollObject(
    target: PollTarget,
    object: PolledObject,
    known: PolledObjectState,
    states: Record<string, PolledObjectState>,
    signal: AbortSignal,
  ): Promise<PolledObjectState> {
    const startedAt = performance.now();
    const { run: stopped, ...before } = known;
    let run = stopped?.url === object.url ? stopped : beginRun(object, known, clock(), limits.pollOverlapMs);
    let nameless = 0;
    for (let pages = 1; ; pages++) {
      const { records, next } = await askPage(target, object, run, signal);
      const reading = readPage(object, records, run, before.seen);
      nameless += reading.nameless;
      if (records.length > 0 && nameless === records.length && pages === 1) {
        throw new Problem('badRequest', `${object.name}: no record has an id at ${object.idField}: check idField.`);
      }
      const seen = { ...run.seen, ...reading.seen };
      if (Object.keys(seen).length > limits.pollComparedRecords) throw tooManyToCompare(object, limits);
      const isLast = next === undefined || reading.isPast;
      run = {
        ...withoutPage(run),
        seen,
        order: reading.order,
        pages: run.pages + 1,
        isMoving: run.isMoving || reading.isMoving,
        ...(next === undefined ? {} : { page: next }),
      };
      const after = isLast ? endRun(object, before, run, nameless) : { ...before, run };
      // What the state says is true only once the changes are stored.
      if (reading.changes.length > 0) {
        await storeChanges(target, object, run, reading.changes, { ...states, [object.name]: after });
      }
      states[object.name] = after;
      if (isLast) return after;
      if (pages >= limits.pollPages || performance.now() - startedAt > limits.pollTurnMs) {
        return { ...after, lastAt: run.began, nextAt: clock() };
      }
    }
  }

  async function askPage(
    { account, definition }: PollTarget,
    object: PolledObject,
    run: PollRun,
    signal: AbortSignal,
  ): Promise<{ records: unknown[]; next: string | undefined }> {
    const request = fillPollUrl(object.url, { since: run.from, now: run.began });
    const match = matchResource(definition, 'GET', request.path);
    if (match === undefined) {
      throw new Problem('notFound', `${object.name}: ${definition.key} has no GET ${request.path}: check its url.`);
    }
    const answer = await engine.call(throughAll(account, match), match, callOf(object, request, run.page, signal));
    return { records: recordsOf(answer, object), next: answer.headers['elements-next-page-token'] };
  }

  async function storeChanges(
    { poll, definition }: PollTarget,
    object: PolledObject,
    run: PollRun,
    changes: readonly Change[],
    state: Record<string, PolledObjectState>,
  ): Promise<void> {
    const keys = changes.flatMap(({ key }) => key ?? []);
    const now = clock();
    const pollDate = new Date(run.began).toISOString();
    const eventsOf = (fresh: ReadonlySet<string>): NewEvent[] => {
      const left = new Set(fresh);
      const brought = changes.filter(({ key }) => key === undefined || left.delete(key));
      return inPieces(brought, limits.pollEventRecords).map((piece) => ({
        id: eventId(now),
        organizationId: poll.organizationId,
        accountId: poll.accountId,
        instanceId: poll.instanceId,
        elementKey: definition.key,
        source: 'poll',
        body: JSON.stringify({ objectType: object.name, pollDate, [object.name]: piece.map(({ record }) => record) }),
        items: piece.map((change) => itemOf(definition, object, change, pollDate)),
      }));
    };
    await polls.storePage(poll, { keys, eventsOf, state }, now);
  }
}

/** Pages of a statement go on behind the last id, not by numbers, which vendors end before many changes do. */
function throughAll(account: PollTarget['account'], { resource }: Match): PollTarget['account'] {
  if (resource.resource.valence?.statement?.keyset === undefined) return account;
  return { ...account, values: { ...account.values, 'pagination.type': 'cursor' } };
}

const nothingToPoll =
  'There is nothing to poll: name objects in event.poller.configuration, event.objects or event.poller.urls.';

function faultsByObject(faults: readonly PollFault[]): Map<string | undefined, string> {
  const texts = new Map<string | undefined, string[]>();
  for (const { object, text } of faults) texts.set(object, [...(texts.get(object) ?? []), text]);
  return new Map([...texts].map(([object, of]) => [object, of.join(' ')]));
}

/** The states of the objects that are polled still. */
function statesOf({ state }: ClaimedPoll, names: ReadonlySet<string | undefined>): Record<string, PolledObjectState> {
  const kept: Record<string, PolledObjectState> = Object.create(null);
  for (const [name, known] of Object.entries(state)) if (names.has(name)) kept[name] = known;
  return kept;
}

/** An object that was not polled before: its changes count since the last poll, the first time since polling was enabled. */
function newState({ lastPollAt, enabledAt }: ClaimedPoll, now: number): PolledObjectState {
  const start = Math.min(lastPollAt ?? enabledAt, now);
  return { start, since: start, nextAt: 0, failures: 0 };
}

/** Changed settings make every object due. */
function isDue({ nextAt, lastAt }: PolledObjectState, { claimedAt, settingsAt }: ClaimedPoll): boolean {
  return nextAt <= claimedAt || settingsAt >= (lastAt ?? 0);
}

/** Milliseconds back to which a window is read again while its records move. */
const longestAgainMs = 3_600_000;

function beginRun(object: PolledObject, state: PolledObjectState, now: number, overlap: number): PollRun {
  const { since, start, again = since } = state;
  const window = Math.max(start, since - overlap - object.pollDelay * 1000);
  return {
    url: object.url,
    began: now,
    from: Math.max(start, Math.min(again, window)),
    window,
    order: { older: 0, isMixed: false },
    pages: 0,
    isMoving: false,
  };
}

/**
 * The state after the last page. Records that change while pages are read may push others from one page to another that was
 * read already: such a window is read again until nothing moves, and an hour of it at least.
 */
function endRun(object: PolledObject, before: PolledObjectState, run: PollRun, nameless: number): PolledObjectState {
  const { seen: _, message: __, again: ___, ...rest } = before;
  const mayHaveMoved = run.pages > 1 && run.isMoving && run.order.isMixed;
  const { seen = {} } = run;
  return {
    ...rest,
    since: run.began,
    failures: 0,
    lastAt: run.began,
    nextAt: 0,
    ...(mayHaveMoved ? { again: Math.min(run.window, Math.max(run.from, run.began - longestAgainMs)) } : {}),
    ...(Object.keys(seen).length > 0 || !asksSince(object.url) ? { seen } : {}),
    ...(nameless === 0 ? {} : { message: `${nameless} records have no id and were left out.` }),
  };
}

function withoutPage({ page: _, ...run }: PollRun): PollRun {
  return run;
}

function callOf(object: PolledObject, { path, query }: PollRequest, page: string | undefined, signal: AbortSignal) {
  const scans = !asksSince(object.url) && query['where'] === undefined;
  const pageSize = object.pageSize ?? (scans ? scannedRows : undefined);
  const call: ElementCall = {
    requestId: randomUUID(),
    method: 'GET',
    path,
    query: {
      ...(pageSize === undefined ? {} : { pageSize: String(pageSize) }),
      ...query,
      ...(page === undefined ? {} : { nextPage: page }),
    },
    headers: {},
    body: { kind: 'none' },
    signal,
    trace: noTrace,
    priority: 'background',
    vendor: { milliseconds: 0, calls: 0 },
  };
  return call;
}

/** Rows of a page of a list that is not asked for changes: most of them are old. */
const scannedRows = 20;

function recordsOf({ value, stream }: ElementAnswer, object: PolledObject): unknown[] {
  stream?.destroy();
  if (Array.isArray(value)) return value;
  if (stream === undefined && (value === undefined || value === null || value === '')) return [];
  if (isObject(value) && fieldAt(value, object.idField) !== undefined) return [value];
  throw new Problem('vendorFailed', `${object.name}: the answer of ${object.url} is no list: check its url.`);
}

function itemOf({ key, document }: Definition, object: PolledObject, change: Change, pollDate: string): EventItem {
  return {
    elementKey: key,
    eventType: change.eventType,
    objectType: object.name,
    objectId: change.objectId,
    date: change.updated === undefined ? pollDate : new Date(change.updated).toISOString(),
    pollDate,
    hubKey: document.hub,
  };
}

function inPieces<Item>(items: readonly Item[], size: number): Item[][] {
  return Array.from({ length: Math.ceil(items.length / size) }, (_, index) =>
    items.slice(index * size, (index + 1) * size),
  );
}

function tooManyToCompare({ name }: PolledObject, { pollComparedRecords }: PollLimits): Problem {
  return new Problem(
    'badRequest',
    `${name}: more than ${pollComparedRecords} records tell no time of their change: give updatedDateField, or a url ` +
      'that asks for what changed.',
  );
}

function messageOf(error: unknown): string {
  if (!(error instanceof Problem)) return 'An unexpected error; the log of the server says more.';
  const said = error.providerMessage === undefined ? '' : ` (${error.providerMessage})`;
  return storableText(`${error.message}${said}`.slice(0, 1000));
}

function isLostGrant(error: unknown, failures: number): boolean {
  if (!(error instanceof Problem)) return false;
  return error.code === 'grantLost' || (error.status === 401 && failures >= patience401);
}

/** Intervals until an object that failed is polled again: 1, 2, then 4. */
function backoff(failures: number): number {
  return Math.min(4, 2 ** (failures - 1));
}
