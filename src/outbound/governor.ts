// Keeps calls inside the rates that vendors allow: each call passes the budgets that it counts in, at once where there is
// room, and else when its turn comes. A vendor of whom nothing is known costs a look into a map; what its answers say of
// a limit makes a budget once more than half of it is used, or a call was refused.

import { LRUCache } from 'lru-cache';
import type { HttpReply, HttpStream } from '../core/http.ts';
import { Budget, type BudgetDependencies, type BudgetLimit, type Caller, type Hold } from './budget.ts';
import { type RateHeaders, readRateHeaders, refusedMs, type ToldRate } from './rate-headers.ts';

/** A limit that a call counts in. */
export interface CallLimit extends BudgetLimit {
  /** the headers in which the vendor tells this limit; `usual`: those that are in use; undefined: it does not tell it */
  headers: RateHeaders | 'usual' | undefined;
}

/** What a call counts in. */
export interface CallLimits {
  /** the narrowest first */
  declared: readonly CallLimit[];
  /** under which key its vendor's limits are learned when none is declared; undefined: they are not */
  learnKey: string | undefined;
}

/** A call that may be made now. */
export interface Turn {
  /** milliseconds that it has waited */
  readonly waitedMs: number;
  /**
   * Takes note of the vendor's answer. When the vendor refused the call because there were too many, gives for how many
   * milliseconds nothing is sent, and whether the vendor said so.
   */
  answered(answer: HttpReply | HttpStream): { pauseMs: number; isSaid: boolean } | undefined;
  /** Takes note that there was no answer; without effect after one. */
  failed(): void;
}

/** Lets calls to vendors go at the rate that these allow. */
export interface Governor {
  /**
   * Gives a call its turn: at once, or as a promise when it has to wait. The promise is rejected with a Problem when the
   * wait would be longer than the caller's bound (`tooManyRequests`) or the caller has gone (`vendorUnreachable`);
   * nothing was sent then.
   */
  enter(limits: CallLimits, caller: Caller): Turn | Promise<Turn>;
  /** Stops all timers. */
  stop(): void;
}

const mostBudgets = 20_000;

/** Usual lengths of windows, in seconds; of one that a vendor does not tell only the rest is known. */
const usualWindows = [1, 2, 5, 10, 15, 20, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 14_400, 43_200, 86_400];

/** A budget that a call has passed. */
interface Passed {
  budget: Budget;
  hold: Hold;
  /** undefined for a learned one */
  limit: CallLimit | undefined;
}

/** Makes the governor of one process. */
export function createGovernor(dependencies: BudgetDependencies): Governor {
  const budgets = new LRUCache<string, Budget>({ max: mostBudgets });
  const learned = new LRUCache<string, Budget>({ max: mostBudgets });

  return {
    enter(limits, caller) {
      const all = budgetsOf(limits);
      if (all.length === 0) return turnOf(limits, [], 0);
      const passed: Passed[] = [];
      for (const { budget, limit } of all) {
        const hold = caller.isFirst ? undefined : budget.take(caller);
        if (hold === undefined) {
          giveBack(passed);
          return waitForAll(limits, all, caller);
        }
        passed.push({ budget, hold, limit });
      }
      return turnOf(limits, passed, 0);
    },
    stop() {
      for (const budget of [...budgets.values(), ...learned.values()]) budget.stop();
    },
  };

  function budgetsOf({ declared, learnKey }: CallLimits): Omit<Passed, 'hold'>[] {
    if (declared.length > 0) return declared.map((limit) => ({ budget: budgetOf(limit), limit }));
    const budget = learnKey === undefined ? undefined : learned.get(learnKey);
    return budget === undefined ? [] : [{ budget, limit: undefined }];
  }

  function budgetOf(limit: CallLimit): Budget {
    const known = budgets.get(limit.key);
    if (known !== undefined && isSameLimit(known.limit, limit)) return known;
    const made = new Budget(limit, dependencies);
    budgets.set(limit.key, made);
    return made;
  }

  /** One budget after the other: the last is the one that most callers share, so that no turn there is kept waiting. */
  async function waitForAll(limits: CallLimits, all: Omit<Passed, 'hold'>[], caller: Caller): Promise<Turn> {
    const began = dependencies.now();
    const passed: Passed[] = [];
    try {
      for (const { budget, limit } of all) {
        const boundMs = Math.max(0, caller.boundMs - (dependencies.now() - began));
        const hold = (caller.isFirst ? undefined : budget.take(caller)) ?? (await budget.wait({ ...caller, boundMs }));
        passed.push({ budget, hold, limit });
      }
    } catch (error) {
      giveBack(passed);
      throw error;
    }
    return turnOf(limits, passed, dependencies.now() - began);
  }

  function turnOf(limits: CallLimits, passed: readonly Passed[], waitedMs: number): Turn {
    let isOver = false;
    const end = () => {
      if (isOver) return;
      isOver = true;
      for (const { budget, hold } of passed) budget.done(hold);
    };
    return {
      waitedMs,
      failed: end,
      answered({ status, headers }) {
        const isRefused = status === 429;
        if (passed.length === 0 && !isRefused && !tellsRate(headers)) return undefined;
        const now = dependencies.clock();
        const told =
          limits.declared.length === 0 ? readRateHeaders(headers, undefined, now) : hearAll(passed, headers, now);
        end();
        if (!isRefused) for (const { budget } of passed) budget.succeeded();
        const budget =
          limits.declared.length === 0 ? learn(limits, passed[0]?.budget, told, isRefused) : pressedOf(passed);
        if (!isRefused) return undefined;
        const saidMs = refusedMs(headers, told, now);
        return { pauseMs: budget?.refused(saidMs) ?? saidMs ?? 1000, isSaid: saidMs !== undefined };
      },
    };
  }

  function hearAll(passed: readonly Passed[], headers: HttpReply['headers'], now: number): ToldRate | undefined {
    let told: ToldRate | undefined;
    for (const { budget, limit } of passed) {
      if (limit?.headers === undefined) continue;
      const said = readRateHeaders(headers, limit.headers === 'usual' ? undefined : limit.headers, now);
      if (said !== undefined) budget.hear(said);
      told ??= said;
    }
    return told;
  }

  /** What no definition says: a budget is kept while the vendor tells that little is left, or has refused a call. */
  function learn(
    { learnKey }: CallLimits,
    known: Budget | undefined,
    told: ToldRate | undefined,
    isRefused: boolean,
  ): Budget | undefined {
    if (learnKey === undefined) return undefined;
    const allowed = allowedBy(told);
    const isPressing = allowed !== undefined && (told?.remaining ?? 0) * 2 < allowed.requests;
    if (known !== undefined && !isRefused && !isPressing && known.isIdle() && !known.isPressed()) {
      learned.delete(learnKey);
      return undefined;
    }
    const isNews = known === undefined ? isRefused || isPressing : known.limit.allowed === undefined && isPressing;
    if (!isNews || (known !== undefined && !known.isIdle())) {
      if (told !== undefined) known?.hear(told);
      return known;
    }
    const made = new Budget({ key: `learned ${learnKey}`, allowed }, dependencies);
    if (told !== undefined) made.hear(told);
    learned.set(learnKey, made);
    return made;
  }
}

function giveBack(passed: readonly Passed[]): void {
  for (const { budget, hold } of passed) budget.giveBack(hold);
}

/** The budget that a refusal is about: one in which calls wait, or the narrowest. */
function pressedOf(passed: readonly Passed[]): Budget | undefined {
  return (passed.find(({ budget }) => budget.isPressed()) ?? passed[0])?.budget;
}

function isSameLimit(one: BudgetLimit, other: BudgetLimit): boolean {
  return (
    one.allowed?.requests === other.allowed?.requests &&
    one.allowed?.seconds === other.allowed?.seconds &&
    one.concurrency === other.concurrency
  );
}

/** Whether an answer has any of the usual headers: a look that every call of an unknown vendor pays. */
function tellsRate(headers: Readonly<Record<string, string>>): boolean {
  return (
    headers['x-ratelimit-remaining'] !== undefined ||
    headers['ratelimit-remaining'] !== undefined ||
    headers['x-rate-limit-remaining'] !== undefined ||
    headers['rate-limit-remaining'] !== undefined ||
    headers['ratelimit'] !== undefined
  );
}

/** The limit that an answer tells, if it tells how much and for how long. */
function allowedBy(told: ToldRate | undefined): { requests: number; seconds: number } | undefined {
  if (told?.limit === undefined) return undefined;
  const rest = told.resetMs === undefined ? undefined : told.resetMs / 1000;
  const seconds =
    told.windowMs === undefined
      ? usualWindows.find((usual) => rest !== undefined && rest <= usual)
      : told.windowMs / 1000;
  return seconds === undefined ? undefined : { requests: told.limit, seconds };
}
