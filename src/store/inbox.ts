// The inbox of webhooks: those that come while a statement is being committed, or soon after it was begun, wait and are
// committed together by the next, so that the more there are the less each one costs.

import { setTimeout as wait } from 'node:timers/promises';
import type { Database } from './database.ts';
import { insertEvents, type NewEvent } from './events.ts';

/** Takes events. */
export interface Inbox {
  /**
   * Waits until the next statement is about to be made: what is done then for many webhooks, one after the other, costs
   * less than for each when it comes, since the processor has code and data at hand. What is taken after it, before
   * anything else is waited for, is in that statement.
   */
  turn(): Promise<void>;
  /**
   * Stores an event and answers when it is committed: true, or false when an event with its unique key was there before.
   * Throws PostgreSQL's error when it could not be stored; then it is not there.
   */
  take(event: NewEvent): Promise<boolean>;
  /** How many turns and events are waited for. */
  waiting(): number;
  /** Waits until everything taken is committed or has failed. */
  settled(): Promise<void>;
}

interface InboxDependencies {
  database: Database;
  clock: () => number;
  /** events, and bytes of their bodies, that one statement stores at most */
  limits: { inboxBatchEvents: number; inboxBatchBytes: number };
  /** told when events were committed: there is work to do */
  stored(events: readonly NewEvent[]): void;
}

interface Waiting {
  event: NewEvent;
  resolve(isNew: boolean): void;
  reject(error: unknown): void;
}

/** milliseconds between the beginnings of two statements at least: what a statement costs by itself is that of many events */
const gatherMs = 5;

const nothing = () => undefined;

/** Makes an inbox. One statement runs at a time, so that events are committed in the order in which they came. */
export function createInbox({ database, clock, limits, stored }: InboxDependencies): Inbox {
  let turns: (() => void)[] = [];
  let waiting: Waiting[] = [];
  let running: Promise<void> | undefined;
  let begunAt = Number.NEGATIVE_INFINITY;

  async function takeTurns(): Promise<void> {
    const ready = turns.slice(0, limits.inboxBatchEvents);
    turns = turns.slice(ready.length);
    for (const goOn of ready) goOn();
    // after all that they do without waiting for anything else
    if (ready.length > 0) await new Promise<void>((resolve) => process.nextTick(resolve));
  }

  function nextBatch(): Waiting[] {
    let bytes = 0;
    let size = 0;
    for (const { event } of waiting) {
      if (size === limits.inboxBatchEvents || (size > 0 && bytes >= limits.inboxBatchBytes)) break;
      bytes += event.body.length;
      size++;
    }
    const batch = waiting.slice(0, size);
    waiting = waiting.slice(size);
    return batch;
  }

  async function write(): Promise<void> {
    let answer: () => void = nothing;
    while (waiting.length + turns.length > 0) {
      const early = begunAt + gatherMs - performance.now();
      if (early > 0) {
        answer();
        answer = nothing;
        await wait(early);
      }
      await takeTurns();
      begunAt = performance.now();
      const committed = commit(nextBatch());
      // The pool sends the statement in the next tick, and answers take their time: PostgreSQL works meanwhile.
      process.nextTick(answer);
      answer = await committed;
    }
    answer();
    running = undefined;
  }

  /** Commits a batch; gives what tells everybody of it. */
  async function commit(batch: Waiting[]): Promise<() => void> {
    let ids: ReadonlySet<string>;
    try {
      ids = await insertEvents(
        database,
        batch.map(({ event }) => event),
        clock(),
      );
    } catch (error) {
      // One event that PostgreSQL does not take must not keep the others out.
      if (batch.length === 1) return () => batch[0]?.reject(error);
      for (const one of batch) {
        const answer = await commit([one]);
        answer();
      }
      return nothing;
    }
    return () => {
      for (const { event, resolve } of batch) resolve(ids.has(event.id));
      const fresh = batch.map(({ event }) => event).filter(({ id }) => ids.has(id));
      if (fresh.length > 0) stored(fresh);
    };
  }

  return {
    turn: () =>
      new Promise((resolve) => {
        turns.push(resolve);
        running ??= write();
      }),
    take: (event) =>
      new Promise((resolve, reject) => {
        waiting.push({ event, resolve, reject });
        running ??= write();
      }),
    waiting: () => turns.length + waiting.length,
    async settled() {
      await running;
    },
  };
}
