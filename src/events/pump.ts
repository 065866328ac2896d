// The work on events, from what came to what was delivered: fetch, normalize, deliver, note the outcome. Events of one
// instance are normalized in the order in which they came, and the first attempts of those about one object are made in
// that order; nothing waits for a retry.

import type { Clock } from '../core/clock.ts';
import { Problem } from '../core/errors.ts';
import { type EventWork, type EventWorkStore, type Outcome, ownerOf, type StoredEvent } from '../store/event-work.ts';
import type { EventItem } from '../store/events.ts';
import type { CallbackTarget, SendCallback } from './callback.ts';
import type { Endpoints } from './endpoints.ts';
import { type Pace, pauseMs } from './pace.ts';
import { retryDelayMs } from './retry-times.ts';

/** What is to be sent for an event. */
export type Prepared =
  /** nothing is sent: the event stays in the log */
  | { send: false; message: string; items: EventItem[] | undefined }
  | { send: true; body: string; target: CallbackTarget; items: EventItem[] | undefined };

/** The pump of the lanes that this process owns. */
export interface Pump {
  /** There is work to do. */
  wake(): void;
  /** There will be work at a moment, in milliseconds since 1970. */
  wakeAt(moment: number): void;
  /** Waits until nothing of these lanes is being worked on. */
  drain(lanes: readonly number[]): Promise<void>;
  /** Ends the work that runs, and begins no more. */
  stop(): Promise<void>;
}

interface PumpDependencies {
  work: EventWorkStore;
  lanes(): readonly number[];
  /** turns an event into what is sent; throws the Problem of what cannot be made of it */
  prepare(work: EventWork, event: StoredEvent): Promise<Prepared>;
  sendCallback: SendCallback;
  endpoints: Endpoints;
  /** whether deliveries to an address are queued without an attempt */
  isStopped(accountId: number, url: string): Promise<boolean>;
  /** what an account wants done with a callback that failed */
  failurePolicy(work: EventWork): Promise<'retry' | 'queue'>;
  health: EndpointHealth;
  pace: Pace;
  clock: Clock;
  random(): number;
  limits: { eventsInFlight: number; eventsInFlightPerInstance: number; eventTickMs: number; eventLookMs: number };
  observe(outcome: string, seconds: number): void;
  failed(error: unknown, what: string): void;
}

/** Told how the endpoints of customers fare. */
export interface EndpointHealth {
  failing(work: EventWork, url: string, reason: string): Promise<void>;
  stopped(work: EventWork, url: string, reason: string): Promise<void>;
  recovered(work: EventWork, url: string): Promise<void>;
}

/** Makes a pump and starts it. */
export function startPump(dependencies: PumpDependencies): Pump {
  const { work: store, lanes, limits, clock, endpoints, health, pace, failed } = dependencies;
  const inFlight = new Map<string, EventWork>();
  const perOwner = new Map<number, number>();
  const done = new Map<string, Promise<void>>();
  /** the normalizing of an instance's events, one group after the other */
  const instanceTails = new Map<number, Promise<void>>();
  /** the first attempts for an object, one after the other */
  const objectTails = new Map<string, Promise<void>>();
  let stopped = false;
  let wanted = false;
  let fetching: Promise<void> | undefined;
  let pausing: NodeJS.Timeout | undefined;

  /** when the next retry is due, as far as this process knows; looked up now and then, since others leave theirs behind */
  let nextDue = Number.POSITIVE_INFINITY;
  let lookedAt = performance.now();

  const timer = setInterval(tick, limits.eventTickMs);
  timer.unref();

  function tick(): void {
    if (performance.now() - lookedAt > limits.eventLookMs) void lookUpDue();
    else if (clock() >= nextDue) wake();
  }

  async function lookUpDue(): Promise<void> {
    lookedAt = performance.now();
    try {
      dueAt(await store.nextDue(lanes()));
    } catch (error) {
      failed(error, 'the next retry could not be looked up; it is tried again');
    }
    wake();
  }

  function dueAt(moment: number): void {
    nextDue = Math.min(nextDue, moment);
  }

  function wake(): void {
    wanted = true;
    fetching ??= fetchAll()
      .catch((error: unknown) => failed(error, 'events could not be fetched; the next second tries again'))
      .finally(() => {
        fetching = undefined;
        if (wanted && !stopped) setImmediate(wake);
      });
  }

  async function fetchAll(): Promise<void> {
    while (wanted && !stopped) {
      wanted = false;
      if (clock() >= nextDue) nextDue = Number.POSITIVE_INFINITY;
      const room = limits.eventsInFlight - inFlight.size;
      if (room <= 0 || pausing !== undefined) return;
      const wish = Math.min(room, mostAtOnce);
      const limit = pace.take(wish);
      if (limit < wish) {
        pausing = setTimeout(() => {
          pausing = undefined;
          wake();
        }, pauseMs);
      }
      if (limit === 0) return;
      const batch = await store.next({
        lanes: lanes(),
        without: [...inFlight.keys()],
        busy: busyOwners(),
        now: clock(),
        limit,
      });
      const mine = new Set(lanes());
      const begun = batch.filter((work) => mine.has(work.lane) && begin(work));
      if (begun.length === 0) continue;
      wanted = true;
      const events = await store.read(begun);
      for (const [owner, group] of Map.groupBy(begun, ownerOf)) {
        workOn(owner, group, events);
        // Whoever waits for an answer has a turn in between.
        await new Promise((resolve) => setImmediate(resolve));
      }
    }
  }

  function busyOwners(): number[] {
    return [...perOwner].filter(([, count]) => count >= limits.eventsInFlightPerInstance).map(([id]) => id);
  }

  function begin(work: EventWork): boolean {
    const key = ownerOf(work);
    const count = perOwner.get(key) ?? 0;
    if (inFlight.has(work.id) || count >= limits.eventsInFlightPerInstance) return false;
    inFlight.set(work.id, work);
    perOwner.set(key, count + 1);
    return true;
  }

  function end(work: EventWork): void {
    inFlight.delete(work.id);
    done.delete(work.id);
    const key = ownerOf(work);
    const count = (perOwner.get(key) ?? 1) - 1;
    if (count === 0) perOwner.delete(key);
    else perOwner.set(key, count);
    if (count === limits.eventsInFlightPerInstance - 1 || inFlight.size === limits.eventsInFlight - 1) wake();
  }

  /** Prepares the events of one instance, after those before them, and then sends them. */
  function workOn(key: number, group: EventWork[], events: Map<string, StoredEvent>): void {
    const before = instanceTails.get(key) ?? Promise.resolve();
    const prepared = before.then(async () => {
      const all = await Promise.all(group.map((work) => prepareOne(work, events.get(work.id))));
      for (const [position, work] of group.entries()) sendInOrder(work, all[position]);
    });
    instanceTails.set(key, prepared);
    const settled = prepared.then(() => {
      if (instanceTails.get(key) === prepared) instanceTails.delete(key);
    });
    for (const work of group) done.set(work.id, settled);
  }

  async function prepareOne(work: EventWork, event: StoredEvent | undefined): Promise<Prepared | undefined> {
    try {
      if (event === undefined)
        return { send: false, message: 'The event is older than events are kept.', items: undefined };
      return await dependencies.prepare(work, event);
    } catch (error) {
      if (error instanceof Problem) return { send: false, message: error.message, items: undefined };
      failed(error, `event ${work.id} could not be prepared; it stays in the queue`);
      return undefined;
    }
  }

  function sendInOrder(work: EventWork, prepared: Prepared | undefined): void {
    if (prepared === undefined) return void leaveFor(work, retryLaterMs);
    const keys = work.attempts > 0 ? [] : objectKeys(work, prepared.items);
    const before = keys.map((key) => objectTails.get(key)).filter((tail) => tail !== undefined);
    const sent = (before.length === 0 ? Promise.resolve() : Promise.all(before)).then(() => sendOne(work, prepared));
    for (const key of keys) objectTails.set(key, sent);
    const finished = sent.finally(() => {
      for (const key of keys) if (objectTails.get(key) === sent) objectTails.delete(key);
    });
    done.set(work.id, finished);
  }

  /** Never rejects: what goes wrong here is noted, and the event is still in the queue. */
  async function sendOne(work: EventWork, prepared: Prepared): Promise<void> {
    try {
      await attempt(work, prepared);
      end(work);
    } catch (error) {
      failed(error, `the outcome of event ${work.id} could not be noted; it stays in the queue`);
      leaveFor(work, retryLaterMs);
    }
  }

  /** Takes an event up again only after a while. */
  function leaveFor(work: EventWork, milliseconds: number): void {
    const over = () => {
      end(work);
      wake();
    };
    setTimeout(over, stopped ? 0 : milliseconds).unref();
  }

  async function attempt(work: EventWork, prepared: Prepared): Promise<void> {
    const { items } = prepared;
    const isFirst = work.attempts === 0;
    // A step of its own in the log, so that it takes the place of no attempt.
    const number = isFirst ? 0 : work.attempts + 1;
    if (!prepared.send) {
      return note({
        work,
        number,
        at: clock(),
        status: 'CONSUMED',
        delivery: undefined,
        message: prepared.message,
        items,
      });
    }
    const { target, body } = prepared;
    if (await dependencies.isStopped(work.accountId, target.url)) {
      const message = 'The endpoint failed for too long: the delivery waits until it is asked for';
      return note(queuedOutcome(work, number, message, undefined, target.url, items));
    }
    const key = `${work.accountId} ${target.url}`;
    const admission = await endpoints.enter(key, !isFirst);
    if (!admission.go) {
      dueAt(admission.until);
      return store.park(work, admission.until);
    }
    let result: Awaited<ReturnType<SendCallback>>;
    const started = performance.now();
    try {
      result = await dependencies.sendCallback(target, work.id, body, clock());
    } catch (error) {
      endpoints.left(key, false);
      throw error;
    }
    const change = endpoints.left(key, result.arrived);
    dependencies.observe(result.arrived ? 'delivered' : 'failed', (performance.now() - started) / 1000);
    if (result.arrived) {
      if (change === 'closed') await recover(work, target.url);
      return note({
        work,
        number: work.attempts + 1,
        at: clock(),
        status: 'NOTIFIED',
        delivery: 'delivered',
        message: 'Event delivered',
        detail: `The endpoint answered ${result.status}.`,
        items,
      });
    }
    if (change === 'opened') await health.failing(work, target.url, result.reason);
    return noteFailure(work, target.url, result.reason, items);
  }

  async function recover(work: EventWork, url: string): Promise<void> {
    await health.recovered(work, url);
    if (work.instanceId !== undefined) await store.unpark(work.instanceId);
    wake();
  }

  async function noteFailure(
    work: EventWork,
    url: string,
    reason: string,
    items: EventItem[] | undefined,
  ): Promise<void> {
    const made = work.attempts + 1;
    const message = 'Error delivering event';
    const delay = retryDelayMs(made, dependencies.random());
    const policy = await dependencies.failurePolicy(work);
    if (policy === 'queue') return note(queuedOutcome(work, made, message, reason, url, items));
    if (delay === undefined) {
      await health.stopped(work, url, reason);
      return note(queuedOutcome(work, made, message, reason, url, items));
    }
    const at = clock();
    dueAt(at + delay);
    return note({
      work,
      number: made,
      at,
      status: 'DISPATCHED',
      delivery: 'retry',
      message,
      detail: reason,
      items,
      dueAt: at + delay,
    });
  }

  function queuedOutcome(
    work: EventWork,
    number: number,
    message: string,
    detail: string | undefined,
    url: string,
    items: EventItem[] | undefined,
  ): Outcome {
    return { work, number, at: clock(), status: 'DISPATCHED', delivery: 'queued', message, detail, url, items };
  }

  async function note(outcome: Outcome): Promise<void> {
    await store.record(outcome);
  }

  return {
    wake,
    wakeAt: dueAt,
    async drain(left) {
      const leaving = new Set(left);
      await fetching;
      for (;;) {
        const running = [...inFlight.values()].filter(({ lane }) => leaving.has(lane)).map(({ id }) => done.get(id));
        const unsettled = running.filter((promise) => promise !== undefined);
        if (unsettled.length === 0) break;
        await Promise.allSettled(unsettled);
        await new Promise((resolve) => setImmediate(resolve));
      }
    },
    async stop() {
      stopped = true;
      clearInterval(timer);
      clearTimeout(pausing);
      await fetching;
    },
  };
}

const mostAtOnce = 200;
/** milliseconds after which an event is taken up again that could not be worked on for a reason of our own */
const retryLaterMs = 5000;

function objectKeys({ instanceId }: EventWork, items: readonly EventItem[] | undefined): string[] {
  return [...new Set((items ?? []).map(({ objectType, objectId }) => `${instanceId} ${objectType} ${objectId}`))];
}
