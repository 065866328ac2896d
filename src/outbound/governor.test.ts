// The governor of several processes before a vendor that counts, in simulated time: whatever the load, the vendor is not
// called more often than it allows, hardly less, and every tenant has its share.

import fc from 'fast-check';
import { expect, test } from 'vitest';
import { Problem } from '../core/errors.ts';
import type { HttpReply } from '../core/http.ts';
import { type CallLimits, createGovernor, type Governor } from './governor.ts';
import { NotSent } from './retry.ts';

/** Time that passes only when it is told to, for everybody alike. */
function createTime() {
  const events: { at: number; order: number; work: () => void }[] = [];
  let order = 0;
  const time = {
    now: 0,
    later(milliseconds: number, work: () => void) {
      const event = { at: time.now + Math.max(0, milliseconds), order: order++, work };
      const index = events.findIndex(({ at }) => at > event.at);
      events.splice(index < 0 ? events.length : index, 0, event);
      return () => {
        const place = events.indexOf(event);
        if (place >= 0) events.splice(place, 1);
      };
    },
    async runUntil(end: number) {
      for (;;) {
        await settle();
        const [next] = events;
        if (next === undefined || next.at > end) break;
        events.shift();
        time.now = Math.max(time.now, next.at);
        next.work();
      }
      time.now = end;
    },
  };
  return time;
}
type Time = ReturnType<typeof createTime>;

/** Lets promises that are settled go on, as far as they come without time passing. */
async function settle(): Promise<void> {
  for (let turns = 0; turns < 12; turns++) await Promise.resolve();
}

/** A store that all processes share; `visits` counts how often it was asked. */
function createStore(time: Time) {
  const states = new Map<string, string>();
  const store = {
    visits: 0,
    async change<State, Result>(
      key: string,
      change: (state: State | undefined, now: number) => { state: State; result: Result },
    ): Promise<Result> {
      store.visits += 1;
      await Promise.resolve();
      const known = states.get(key);
      const { state, result } = change(known === undefined ? undefined : JSON.parse(known), time.now + 1e9);
      states.set(key, JSON.stringify(state));
      return result;
    },
  };
  return store;
}

/** A vendor that counts, in sliding windows, which are the strictest. */
function createVendor(time: Time, allowed: { requests: number; seconds: number }) {
  const taken: number[] = [];
  const vendor = {
    taken,
    refused: 0,
    calls: 0,
    /** whether it takes a call that arrives now */
    arrive(): boolean {
      vendor.calls += 1;
      const since = time.now - allowed.seconds * 1000;
      const inWindow = taken.length - taken.findLastIndex((at) => at <= since) - 1;
      if (inWindow >= allowed.requests) {
        vendor.refused += 1;
        return false;
      }
      taken.push(time.now);
      return true;
    },
  };
  return vendor;
}

function reply(status: number, headers: Record<string, string> = {}): HttpReply {
  return { status, headers, body: Buffer.alloc(0) };
}

const declared = (allowed: { requests: number; seconds: number }): CallLimits => ({
  declared: [{ key: 'app', allowed, headers: undefined }],
  learnKey: undefined,
});

function startGovernor(time: Time, store: ReturnType<typeof createStore>, name: string, drift = 0): Governor {
  return createGovernor({
    store,
    process: name,
    now: () => time.now + drift,
    later: time.later,
    clock: () => Date.parse('2026-01-01T00:00:00Z') + time.now,
    failed: (error) => {
      throw error;
    },
  });
}

const jain = (values: number[]) => {
  const sum = values.reduce((a, b) => a + b, 0);
  return (sum * sum) / (values.length * values.reduce((a, b) => a + b * b, 0));
};

/** Numbers between 0 and 1 that are the same for the same seed. */
function chanceOf(seed: number) {
  let state = seed >>> 0;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
}

interface Load {
  allowed: { requests: number; seconds: number };
  processes: number;
  tenants: number;
  /** how many times as many calls come as the vendor allows */
  overload: number;
  interactivePart: number;
  seconds: number;
  seed: number;
}

/** Plays calls that come at random, each tenant's at its own rate, and tells what became of them. */
async function play({ allowed, processes, tenants, overload, interactivePart, seconds, seed }: Load) {
  const time = createTime();
  const store = createStore(time);
  const vendor = createVendor(time, allowed);
  const chance = chanceOf(seed);
  const governors = Array.from({ length: processes }, (_, index) =>
    startGovernor(time, store, `p${index}`, index * 7919),
  );
  const served = new Map<string, number>();
  const waits: number[] = [];
  let told = 0;
  const limits = declared(allowed);
  const rate = (allowed.requests / allowed.seconds) * overload;
  // The busiest tenant makes three times as many calls as the least busy one.
  const weights = Array.from({ length: tenants }, (_, index) => 1 + (2 * index) / tenants);
  const total = weights.reduce((a, b) => a + b, 0);

  const call = (tenant: string, isBackground: boolean) => {
    const governor = governors[Math.floor(chance() * processes)] as Governor;
    const began = time.now;
    const controller = new AbortController();
    const boundMs = isBackground ? 60_000 : 10_000;
    const send = (turn: Awaited<ReturnType<Governor['enter']>>) => {
      if (!isBackground) waits.push(time.now - began);
      time.later(2 + chance() * 15, () => {
        const isTaken = vendor.arrive();
        if (isTaken && began > allowed.seconds * 1000) served.set(tenant, (served.get(tenant) ?? 0) + 1);
        time.later(5, () => turn.answered(reply(isTaken ? 200 : 429, isTaken ? {} : { 'retry-after': '1' })));
      });
    };
    const entered = governor.enter(limits, {
      tenant,
      isBackground,
      boundMs,
      isFirst: false,
      signal: controller.signal,
    });
    if (!(entered instanceof Promise)) return send(entered);
    entered.then(send, (error: unknown) => {
      expect(error).toMatchObject({ code: 'tooManyRequests', cause: expect.any(NotSent) });
      expect(error instanceof Problem && (error.retryAfterSeconds ?? 0) >= 1).toBe(true);
      if (!isBackground) waits.push(time.now - began);
      told += 1;
    });
  };
  for (const [index, weight] of weights.entries()) {
    const gap = (1000 * total) / (rate * weight);
    const next = () => {
      call(`t${index}`, chance() >= interactivePart);
      time.later(gap * (0.5 + chance()), next);
    };
    time.later(gap * chance(), next);
  }
  await time.runUntil(seconds * 1000);
  const measuredFrom = allowed.seconds * 1000;
  const taken = vendor.taken.filter((at) => at >= measuredFrom).length;
  const use = taken / ((allowed.requests * (seconds * 1000 - measuredFrom)) / (allowed.seconds * 1000));
  for (const governor of governors) governor.stop();
  return {
    vendor,
    use,
    fairness: jain(Array.from({ length: tenants }, (_, index) => served.get(`t${index}`) ?? 0)),
    longestWaitMs: Math.max(0, ...waits),
    told,
    visitsPerSecond: store.visits / seconds,
  };
}

test('100 calls in 10 s for 20 tenants, asked for five times as often through 4 processes', async () => {
  const result = await play({
    allowed: { requests: 100, seconds: 10 },
    processes: 4,
    tenants: 20,
    overload: 5,
    interactivePart: 0.1,
    seconds: 80,
    seed: 1,
  });
  expect(result.vendor.refused).toBe(0);
  expect(result.use).toBeGreaterThanOrEqual(0.95);
  expect(result.fairness).toBeGreaterThanOrEqual(0.95);
  expect(result.longestWaitMs).toBeLessThanOrEqual(5000);
  expect(result.visitsPerSecond / 4).toBeLessThan(8);
});

test('whatever a vendor allows and however many call, it is not called more often, and no less than it can be', async () => {
  const loads = fc.record({
    allowed: fc.record({ requests: fc.integer({ min: 10, max: 400 }), seconds: fc.constantFrom(1, 2, 5, 10, 60) }),
    processes: fc.integer({ min: 1, max: 5 }),
    tenants: fc.integer({ min: 1, max: 30 }),
    overload: fc.constantFrom(1.5, 3, 6),
    interactivePart: fc.constantFrom(0, 0.1, 0.5, 1),
    seed: fc.nat(),
  });
  await fc.assert(
    fc.asyncProperty(loads, async (load) => {
      // the vendor's windows, and not so many calls that a run takes long
      const seconds = Math.min(
        Math.max(8 * load.allowed.seconds, 20),
        (1500 * load.allowed.seconds) / load.allowed.requests,
      );
      const { vendor, use, longestWaitMs } = await play({ ...load, seconds });
      expect(vendor.refused).toBe(0);
      // 100 ms are added to every window, which is much of a short one
      const least = load.allowed.seconds >= 5 ? 0.93 : 0.85;
      if (load.allowed.requests >= 20) expect(use).toBeGreaterThanOrEqual(least);
      expect(longestWaitMs).toBeLessThanOrEqual(10_001);
    }),
    { numRuns: 10, endOnFailure: true },
  );
}, 120_000);
