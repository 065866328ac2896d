// One budget of calls in this process: calls pass while there is room, and wait their turn when there is not. What room
// there is all processes know together (budget-window.ts); this one asks for some of it in advance, beside its calls.

import { Problem } from '../core/errors.ts';
import {
  type Allowed,
  type Demand,
  emptyWindow,
  type Grant,
  lateMs,
  leaseMs,
  type SharedWindow,
  uncovered,
  type Visit,
  type Visited,
  visitWindow,
} from './budget-window.ts';
import type { ToldRate } from './rate-headers.ts';
import { NotSent } from './retry.ts';
import { type WaitingCall, WaitingCalls } from './waiting-calls.ts';

/** What is limited. */
export interface BudgetLimit {
  /** the same for the same budget in all processes */
  key: string;
  /** undefined: only how many calls run at a time is limited, or nothing is known but that the vendor has refused some */
  allowed: Allowed | undefined;
  /** calls that may run at a time, in all processes together; each has an equal part */
  concurrency?: number | undefined;
}

/** Who calls, and how long that may wait. */
export interface Caller {
  /** between whom turns are shared */
  tenant: string;
  isBackground: boolean;
  /** longest wait, in milliseconds; what would take longer is refused at once */
  boundMs: number;
  /** has had its turn in vain, and is the first of its tenant */
  isFirst: boolean;
  signal: AbortSignal | undefined;
}

/** The right to one call. */
export interface Hold {
  /** gone when the call is over */
  isRunning: boolean;
  grant: Grant | undefined;
  /** where the call counts that was allowed in advance */
  allowanceAt: number | undefined;
  /** when the call was made, if it was made without asking */
  spentAt: number | undefined;
}

/** The shared states of budgets. */
export interface BudgetStore {
  /**
   * Changes the state of a budget: `change` is given the state (undefined when there is none) and the store's time in
   * milliseconds, and is called again when another process was quicker.
   */
  change<State, Result>(
    key: string,
    change: (state: State | undefined, now: number) => { state: State; result: Result },
  ): Promise<Result>;
}

/** What a budget needs. */
export interface BudgetDependencies {
  store: BudgetStore;
  /** this process, among all that share the store */
  process: string;
  /** milliseconds that never go back */
  now(): number;
  /** Calls back after so many milliseconds; what comes back stops it. */
  later(milliseconds: number, work: () => void): () => void;
  /** milliseconds since 1970, for what callers are told */
  clock(): number;
  /** told that the store failed; it is tried again */
  failed(error: unknown): void;
}

/** A grant, with the moments of this process between which it may be used. */
interface InHand {
  grant: Grant;
  from: number;
  until: number;
}

type Returned = Visit['returned'][number];

/** Below so many calls of a window none is made without asking: one too many would be much. */
const leastForCredit = 20;
/** Milliseconds without a visit after which nothing is known any more. */
const knownMs = 30_000;
/** Calls at once, after a pause, from a vendor of whom nothing is known; doubled with each that goes well, up to no bound. */
const firstRamp = 1;
const lastRamp = 64;

/** A budget of calls in this process. */
export class Budget {
  readonly limit: BudgetLimit;
  private readonly dependencies: BudgetDependencies;
  private readonly waiting = new WaitingCalls();
  private hand: InHand[] = [];
  private allowance = noAllowance;
  /** calls that may be made without asking, before the next visit */
  private credit = 1;
  private returned: Returned[] = [];
  private spent: number[] = [];
  private running = 0;
  private ramp = Number.POSITIVE_INFINITY;
  private pausedUntil = 0;
  private refusals = 0;
  private refusedForMs: number | undefined;
  private told: Heard | undefined;
  private toldIsNew = false;
  private visited: { at: number; what: Visited; nextAt: number } | undefined;
  private reported = false;
  private isVisiting = false;
  private isUrgent = false;
  private mustVisitFrom = 0;
  private stopTimer: (() => void) | undefined;
  private timerAt = Number.POSITIVE_INFINITY;

  constructor(limit: BudgetLimit, dependencies: BudgetDependencies) {
    this.limit = limit;
    this.dependencies = dependencies;
  }

  /** The right to a call at once, or undefined when the call has to wait. */
  take({ isBackground }: Pick<Caller, 'isBackground'>): Hold | undefined {
    if (this.waiting.size > 0) return undefined;
    const now = this.dependencies.now();
    if (now < this.pausedUntil || !this.hasPlace()) return undefined;
    const hold = this.holdAtHand(now, isBackground);
    if (hold !== undefined) return hold;
    if (!this.mayTrust(now)) return undefined;
    this.credit -= 1;
    this.isUrgent = true;
    const trusted = this.spend(now);
    this.wakeUp(now);
    return trusted;
  }

  /**
   * Waits for the right to a call. Throws a Problem: `tooManyRequests`, at once when the wait would be too long, or when
   * it has been; `vendorUnreachable` when the caller has gone. Nothing was sent then.
   */
  wait(caller: Caller): Promise<Hold> {
    const { now, later } = this.dependencies;
    const { tenant, isBackground, boundMs, signal } = caller;
    const expected = this.expectedMs(caller, now());
    if (expected > boundMs) return Promise.reject(this.refusal(expected, boundMs));
    return new Promise((resolve, reject) => {
      const call: WaitingCall & { hold?: Hold } = {
        tenant,
        isBackground,
        go: () => {
          end();
          resolve(call.hold ?? noHold());
        },
      };
      const giveUp = (problem: Problem) => {
        end();
        this.waiting.remove(call);
        reject(problem);
      };
      const onAbort = () =>
        giveUp(new Problem('vendorUnreachable', 'The caller gave up the call.', { cause: new NotSent('it waited') }));
      const stop = later(boundMs, () => giveUp(this.refusal(this.expectedMs(caller, now()), boundMs)));
      const end = () => {
        stop();
        signal?.removeEventListener('abort', onAbort);
      };
      if (signal?.aborted) {
        stop();
        onAbort();
        return;
      }
      signal?.addEventListener('abort', onAbort);
      this.waiting.add(call, caller.isFirst);
      if (!isBackground) this.isUrgent = true;
      this.serve();
    });
  }

  /** Milliseconds until a call of a caller would be made, as far as can be known. */
  expectedMs({ tenant, isBackground }: Pick<Caller, 'tenant' | 'isBackground'>, now: number): number {
    const paused = Math.max(0, this.pausedUntil - now);
    const { allowed } = this.limit;
    if (allowed === undefined || this.visited === undefined || now - this.visited.at > knownMs) return paused;
    const { what, nextAt } = this.visited;
    const before = callsBefore(what.others, this.waiting.demand(), tenant, isBackground ? 1 : 0);
    const covered = Math.min(before, this.hand.length);
    const wait = Math.max(paused, nextAt - now) + ((before - covered) * allowed.seconds * 1000) / what.requests;
    return what.isCalm && before < this.allowance.left ? paused : Math.max(paused, wait);
  }

  /** Takes note that a call is over. */
  done(hold: Hold): void {
    if (!hold.isRunning) return;
    hold.isRunning = false;
    this.running -= 1;
    if (this.waiting.size > 0) this.serve();
  }

  /** Takes back the right to a call that is not made. */
  giveBack(hold: Hold): void {
    const { grant, allowanceAt, spentAt } = hold;
    if (grant !== undefined) this.returned.push({ ...grant, calls: 1 });
    if (allowanceAt !== undefined && allowanceAt === this.allowance.at) {
      this.allowance = { ...this.allowance, left: this.allowance.left + 1 };
    }
    if (spentAt !== undefined) {
      const index = this.spent.lastIndexOf(spentAt);
      if (index >= 0) this.spent.splice(index, 1);
    }
    this.done(hold);
  }

  /** Takes note of what an answer says of the vendor's limit. */
  hear(rate: ToldRate): void {
    const now = this.dependencies.now();
    const seconds = this.limit.allowed?.seconds ?? 1;
    const until = now + Math.min(rate.resetMs ?? seconds * 80, seconds * 1000);
    this.told = { rate, at: now, until, running: this.running, since: 0 };
    this.toldIsNew = true;
  }

  /** Takes note that a call went well. */
  succeeded(): void {
    this.refusals = 0;
    if (this.ramp !== Number.POSITIVE_INFINITY) {
      this.ramp = this.ramp >= lastRamp ? Number.POSITIVE_INFINITY : this.ramp * 2;
      if (this.waiting.size > 0) this.serve();
    }
  }

  /**
   * Takes note that the vendor refused a call, and for how many milliseconds it asks to be left alone, if it says so.
   * Gives for how many nothing is sent.
   */
  refused(saidMs: number | undefined): number {
    const now = this.dependencies.now();
    this.refusals += 1;
    const forMs = saidMs ?? Math.min(30_000, 1000 * 2 ** (this.refusals - 1));
    this.pausedUntil = Math.max(this.pausedUntil, now + forMs);
    this.returned.push(...this.hand.map(({ grant }) => ({ ...grant, calls: 1 })));
    this.hand = [];
    if (this.limit.allowed === undefined) this.ramp = firstRamp;
    else this.refusedForMs = Math.max(this.refusedForMs ?? 0, forMs);
    this.isUrgent = true;
    this.serve();
    return forMs;
  }

  /** Whether calls of this budget have to wait, or soon may have to. */
  isPressed(): boolean {
    const now = this.dependencies.now();
    if (this.waiting.size > 0 || now < this.pausedUntil) return true;
    return this.visited !== undefined && now - this.visited.at < knownMs && !this.visited.what.isCalm;
  }

  /** Whether nothing is lost when it is forgotten. */
  isIdle(): boolean {
    const now = this.dependencies.now();
    return this.waiting.size === 0 && this.running === 0 && now >= this.pausedUntil && this.ramp > lastRamp;
  }

  /** Stops its timer. */
  stop(): void {
    this.stopTimer?.();
    this.stopTimer = undefined;
  }

  /** A right that is at hand. Half of what is allowed in advance is kept for interactive calls. */
  private holdAtHand(now: number, isBackground: boolean): Hold | undefined {
    if (this.limit.allowed === undefined) return this.run({});
    const { left, kept, until } = this.allowance;
    if (left > (isBackground ? kept : 0) && now < until) {
      this.allowance = { ...this.allowance, left: left - 1 };
      return this.run({ allowanceAt: this.allowance.at });
    }
    const index = this.hand.findIndex(({ from, until: end }) => from <= now && now <= end);
    const [found] = index < 0 ? [] : this.hand.splice(index, 1);
    if (found !== undefined) return this.run({ grant: found.grant });
    return this.vendorSaysCalm(now) ? this.spend(now) : undefined;
  }

  private run(hold: Partial<Hold>): Hold {
    this.running += 1;
    if (this.told !== undefined) this.told.since += 1;
    return { ...noHold(), ...hold, isRunning: true };
  }

  private spend(now: number): Hold {
    this.spent.push(now);
    if (this.spent.length % 256 === 0) {
      const since = now - (this.limit.allowed?.seconds ?? 0) * 1000;
      this.spent = this.spent.filter((at) => at > since);
    }
    return this.run({ spentAt: now });
  }

  private hasPlace(): boolean {
    const { concurrency } = this.limit;
    if (this.running >= this.ramp) return false;
    if (concurrency === undefined) return true;
    const sharing = this.visited !== undefined && this.dependencies.now() - this.visited.at < knownMs;
    const processes = sharing ? Math.max(1, this.visited?.what.processes ?? 1) : 2;
    return this.running < Math.max(1, Math.floor(concurrency / processes));
  }

  /** Whether the vendor itself has just said that more than half of what it allows is left. */
  private vendorSaysCalm(now: number): boolean {
    if (this.told === undefined || now >= this.told.until) return false;
    const { rate, running, since } = this.told;
    const limit = rate.limit ?? this.limit.allowed?.requests;
    if (rate.remaining === undefined || limit === undefined) return false;
    return rate.remaining - running - since > limit / 2;
  }

  /** Whether a call may be made before it is asked: when little was used lately, or nothing is known. */
  private mayTrust(now: number): boolean {
    const { allowed } = this.limit;
    if (allowed === undefined) return true;
    if (allowed.requests < leastForCredit || (this.told !== undefined && now < this.told.until)) return false;
    if (this.visited !== undefined && now - this.visited.at > Math.max(knownMs, allowed.seconds * 1000)) {
      this.visited = undefined;
      this.credit = 1;
    }
    return this.credit > 0;
  }

  /** Lets those go whose turn it is, and sees to it that this is done again when it must be. */
  private serve(): void {
    const now = this.dependencies.now();
    this.dropLate(now);
    while (this.waiting.size > 0) {
      const next = this.nextHold(now);
      if (next === undefined) break;
      next.call.hold = next.hold;
      next.call.go();
    }
    this.wakeUp(now);
  }

  private nextHold(now: number): { call: WaitingCall & { hold?: Hold }; hold: Hold } | undefined {
    if (now < this.pausedUntil || !this.hasPlace()) return undefined;
    const hold = this.holdAtHand(now, !this.waiting.hasInteractive());
    if (hold === undefined) return undefined;
    const { grant } = hold;
    const call = (grant && this.waiting.takeOf(grant.tenant, grant.isBackground)) ?? this.waiting.take();
    if (call !== undefined) return { call, hold };
    this.giveBack(hold);
    return undefined;
  }

  private dropLate(now: number): void {
    if (!this.hand.some(({ until }) => until < now)) return;
    for (const { grant, until } of this.hand) if (until < now) this.returned.push({ ...grant, calls: 1 });
    this.hand = this.hand.filter(({ until }) => until >= now);
  }

  /** Visits now if it is time, and sets the timer for what comes next. */
  private wakeUp(now: number): void {
    const visitAt = this.visitAt(now);
    if (visitAt !== undefined && visitAt <= now) void this.visit();
    const moments = this.waiting.size === 0 ? [] : this.hand.map(({ from }) => from);
    if (this.waiting.size > 0 && this.pausedUntil > now) moments.push(this.pausedUntil);
    if (visitAt !== undefined && visitAt > now) moments.push(visitAt);
    const at = Math.min(...moments);
    if (at === this.timerAt && this.stopTimer !== undefined) return;
    this.stopTimer?.();
    this.stopTimer = undefined;
    this.timerAt = at;
    if (at === Number.POSITIVE_INFINITY) return;
    this.stopTimer = this.dependencies.later(Math.max(0, Math.ceil(at - now)), () => {
      this.stopTimer = undefined;
      this.serve();
    });
  }

  /** When the shared state is visited next; undefined when there is nothing to ask and nothing to tell. */
  private visitAt(now: number): number | undefined {
    const { allowed, concurrency } = this.limit;
    if (this.isVisiting) return undefined;
    if (allowed === undefined) {
      const isBusy = concurrency !== undefined && this.running + this.waiting.size > concurrency / 4;
      return isBusy ? Math.max(now, (this.visited?.at ?? -1e9) + 1000) : undefined;
    }
    const hasNews = this.refusedForMs !== undefined || this.returned.length > 0 || this.reported;
    if (this.waiting.size === 0 && !hasNews && !this.isUrgent) return undefined;
    const last = this.visited?.at ?? Number.NEGATIVE_INFINITY;
    if (this.refusedForMs !== undefined) return Math.max(now, this.mustVisitFrom);
    const lease = leaseMs(allowed);
    // Nothing is to be had before that moment; but who does not come is forgotten.
    const free = Math.min((this.visited?.nextAt ?? 0) - lease, last + 2 * lease);
    const pace = this.isUrgent ? last + lease / 4 : Math.max(last + lease / 2, free);
    return Math.max(pace, this.pausedUntil - lease, this.mustVisitFrom);
  }

  /** Tells the other processes what was done, and asks for what is needed; never throws. */
  private async visit(): Promise<void> {
    const { store, process, now, failed } = this.dependencies;
    const allowed = this.limit.allowed ?? { requests: Number.MAX_SAFE_INTEGER, seconds: 1 };
    this.isVisiting = true;
    this.isUrgent = false;
    const ended = this.allowance.until <= now() || this.waiting.size > 0;
    if (ended && this.allowance.left > 0) {
      this.returned.push({ at: this.allowance.at, calls: this.allowance.left });
      this.allowance = noAllowance;
    }
    if (this.waiting.size === 0) {
      this.returned.push(...this.hand.map(({ grant }) => ({ ...grant, calls: 1 })));
      this.hand = [];
    }
    const told = this.toldIsNew && now() - (this.told?.at ?? 0) < 1000 ? this.told : undefined;
    const news: News = { returned: this.returned, spent: this.spent, refusedForMs: this.refusedForMs, told };
    this.returned = [];
    this.spent = [];
    this.refusedForMs = undefined;
    this.toldIsNew = false;
    try {
      const { visited, storeNow, ownNow, isAsking } = await store.change<SharedWindow, Outcome>(
        this.limit.key,
        (state, storeNow) => {
          const ownNow = now();
          const demand = this.limit.allowed === undefined ? {} : this.uncoveredDemand();
          const next = visitWindow(
            state ?? emptyWindow(),
            allowed,
            this.visitOf(process, demand, ownNow, news),
            storeNow,
          );
          const isAsking = Object.keys(demand).length > 0;
          return { state: next.window, result: { visited: next.visited, storeNow, ownNow, isAsking } };
        },
      );
      this.reported = isAsking;
      this.accept(visited, storeNow, ownNow, allowed);
    } catch (error) {
      failed(error);
      this.returned.push(...news.returned);
      this.spent.push(...news.spent);
      this.refusedForMs ??= news.refusedForMs;
      this.mustVisitFrom = now() + 1000;
    }
    this.isVisiting = false;
    this.serve();
  }

  private visitOf(
    process: string,
    demand: Demand,
    ownNow: number,
    { returned, spent, refusedForMs, told }: News,
  ): Visit {
    const ago = new Map<number, number>();
    for (const at of spent) ago.set(ownNow - at, (ago.get(ownNow - at) ?? 0) + 1);
    const heard = told && {
      limit: told.rate.limit,
      remaining: told.rate.remaining,
      resetMs: told.rate.resetMs === undefined ? undefined : Math.max(0, told.rate.resetMs - (ownNow - told.at)),
    };
    const wantsAllowance = this.allowance.left === 0 && spent.length > 0 && !this.vendorSaysCalm(ownNow);
    return { process, demand, returned, spent: [...ago], wantsAllowance, told: heard, refusedForMs };
  }

  private uncoveredDemand(): Demand {
    return uncovered(
      this.waiting.demand(),
      this.hand.map(({ grant }) => grant),
    );
  }

  private accept(what: Visited, storeNow: number, ownNow: number, allowed: Allowed): void {
    const here = (at: number) => ownNow + (at - storeNow);
    const late = lateMs(allowed);
    for (const grant of what.grants) {
      this.hand.push({ grant, from: here(grant.at), until: Math.max(here(grant.at) + late, ownNow + 5) });
    }
    this.hand.sort((a, b) => a.from - b.from);
    const { allowance } = what;
    if (allowance !== undefined) {
      const { calls, until, at } = allowance;
      this.allowance = { left: calls, kept: Math.ceil(calls / 2), until: here(until), at };
    }
    this.pausedUntil = Math.max(this.pausedUntil, what.pausedUntil > storeNow ? here(what.pausedUntil) : 0);
    this.credit = what.isCalm ? Math.max(1, Math.floor(what.requests / 50)) : 0;
    this.visited = { at: ownNow, what, nextAt: here(what.nextAt) };
  }

  private refusal(expectedMs: number, boundMs: number): Problem {
    const seconds = Math.max(1, Math.ceil(expectedMs / 1000));
    const { allowed } = this.limit;
    const requests = this.visited?.what.requests ?? allowed?.requests;
    const why =
      allowed === undefined
        ? 'The vendor has refused calls, and asks to be left alone for a while'
        : `The vendor allows ${requests} calls in ${allowed.seconds} s, and more than that wait`;
    const at = new Date(this.dependencies.clock() + seconds * 1000).toISOString();
    return new Problem(
      'tooManyRequests',
      `${why}: this call would run in about ${seconds} s, and may wait ${boundMs / 1000} s. It was not sent: make it again at ${at}.`,
      { retryAfterSeconds: seconds, cause: new NotSent('its turn would come too late') },
    );
  }
}

/** What the vendor said, and the calls that were under way then or began since, which it may not have counted. */
interface Heard {
  rate: ToldRate;
  at: number;
  until: number;
  running: number;
  since: number;
}

/** What is told at a visit. */
interface News {
  returned: Returned[];
  spent: number[];
  refusedForMs: number | undefined;
  told: Heard | undefined;
}

interface Outcome {
  visited: Visited;
  storeNow: number;
  ownNow: number;
  isAsking: boolean;
}

const noAllowance = { left: 0, kept: 0, until: 0, at: 0 };

function noHold(): Hold {
  return { isRunning: false, grant: undefined, allowanceAt: undefined, spentAt: undefined };
}

/** Calls that are made before the next one of a tenant: each tenant has as many turns as this one, and this one its own. */
function callsBefore(others: Demand, own: Demand, tenant: string, which: 0 | 1): number {
  const sum = (name: string, index: 0 | 1) => (others[name]?.[index] ?? 0) + (own[name]?.[index] ?? 0);
  const turns = sum(tenant, which) + 1;
  const tenants = new Set([...Object.keys(others), ...Object.keys(own)]);
  let calls = sum(tenant, which);
  for (const name of tenants) {
    if (name !== tenant) calls += Math.min(sum(name, which), turns);
    if (which === 1) calls += sum(name, 0);
  }
  return calls;
}
