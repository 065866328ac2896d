// Shares a bounded number of isolates between accounts: which one a run goes to, how long it may stay, what breaks it.
// Works inside the process for scripts (process.ts); scripts.ts is its other side.

import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { Isolate, type Program, type Question } from './isolate.ts';

export interface ScriptLimits {
  /** milliseconds that a script may compute at a stretch */
  scriptMs: number;
  /** milliseconds from the call to its end, waiting included */
  scriptWallMs: number;
  /** megabytes of one isolate */
  scriptMemoryMb: number;
  /** isolates at one time, over all accounts */
  scriptIsolates: number;
  /** bytes given to `done`, and bytes of one request and one answer */
  scriptOutputBytes: number;
  /** requests that one run may send */
  scriptRequests: number;
}

export type Failure = 'scriptFailed' | 'overloaded';

/** What a pool tells about the runs given to it. */
export interface PoolReports {
  /** what the script printed, as a JSON array or empty; what it gave to `done`, as JSON or empty */
  done(id: number, console: string, result: string): void;
  failed(id: number, code: Failure, message: string): void;
  /** a script wants to send a request, given as JSON */
  asked(id: number, step: number, request: string): void;
  /** the process must be replaced: a thread cannot be had back from a script of this account, or memory from none */
  lost(owner: string | undefined): void;
}

/** calls handed to an isolate ahead of their turn: a thread that wakes for many costs far less for each */
const aheadOfTurn = 8;
/** milliseconds after which a computing script makes its account take a further isolate */
const slowMs = 20;
/** compiled programs after which an isolate is replaced */
const mostPrograms = 500;
/** isolates that may break under a waiting call, through scripts of its own account, before the call is given up */
const mostAttempts = 5;
/** milliseconds that a thread has to leave an isolate that was thrown away */
const graceMs = 1000;
/** megabytes that the process may grow beyond what its isolates may hold; V8 lets one outgrow its limit by a gigabyte */
const spareMb = 192;
const megabyte = 1024 * 1024;
/** characters of results after which their memory is had back */
const collectEvery = 32 * megabyte;

interface Run {
  readonly id: number;
  readonly owner: Owner;
  readonly program: Program;
  readonly values: string;
  readonly calledAt: number;
  ordinal: number;
  attempts: number;
  over: boolean;
  readonly timers: NodeJS.Timeout[];
  requests: number;
  /** answers on their way into the isolate */
  delivering: number;
  /** message of a promise whose rejection nothing handled */
  rejection: string | undefined;
}

interface Owner {
  readonly key: string;
  readonly queue: Run[];
  readonly slots: Slot[];
}

/** An isolate of an account and what was handed to it, first to be done first. */
interface Slot {
  readonly owner: Owner;
  isolate: Isolate | undefined;
  readonly handed: { run: Run; answered: Promise<unknown> }[];
  /** since when the first of `handed` can be computing */
  since: number;
  /** the first of `handed` when last looked at; the processor time that it had by then; what the process held before */
  watched: Run | undefined;
  computedMs: number;
  bytesBefore: number;
  /** the run that waits for an answer or a timer; nothing else runs here meanwhile */
  waiting: Run | undefined;
  retired: boolean;
  gone: boolean;
  usedAt: number;
}

export interface Pool {
  run(id: number, owner: string, program: Program, values: string): void;
  /** Ends a run that nobody waits for any more; nothing is told about it. */
  cancel(id: number): void;
  /** Gives a script the reply to a request, as JSON, or why there is none. */
  answer(id: number, step: number, fault: string | undefined, reply: string | undefined): void;
}

/** Starts no isolate before the first run; runs are told about by `reports`. */
export function createPool(limits: ScriptLimits, reports: PoolReports): Pool {
  const runs = new Map<number, Run>();
  const owners = new Map<string, Owner>();
  const slots = new Set<Slot>();
  /** accounts that want an isolate while all are taken: served in turn */
  const line: Owner[] = [];
  const slotsPerOwner = Math.max(1, Math.floor(limits.scriptIsolates / 4));
  const startBytes = process.memoryUsage.rss();
  const tickMs = Math.max(1, Math.min(slowMs, limits.scriptMs / 5));
  let ticking: NodeJS.Timeout | undefined;
  let ordinals = 0;
  /** since when the process holds more than it may, and how much it held when something was last done about it */
  let excess: { at: number; bytes: number } | undefined;
  /** threads that have not left the isolate that was thrown away under them */
  let straying = 0;
  let lastTick = { at: 0, cpuMs: 0 };

  const isIdle = (slot: Slot) => slot.isolate !== undefined && slot.handed.length === 0 && slot.waiting === undefined;
  const hasRoom = (slot: Slot) =>
    slot.isolate !== undefined && slot.waiting === undefined && !slot.retired && slot.handed.length < aheadOfTurn;
  const isSlow = (slot: Slot) => slot.waiting !== undefined || performance.now() - slot.since > slowMs;

  function run(id: number, key: string, program: Program, values: string): void {
    let owner = owners.get(key);
    if (owner === undefined) {
      owner = { key, queue: [], slots: [] };
      owners.set(key, owner);
    }
    const calledAt = performance.now();
    const called: Run = {
      id,
      owner,
      program,
      values,
      calledAt,
      ordinal: 0,
      attempts: 0,
      over: false,
      timers: [],
      requests: 0,
      delivering: 0,
      rejection: undefined,
    };
    runs.set(id, called);
    owner.queue.push(called);
    dispatch(owner);
    ticking ??= setInterval(tick, tickMs);
  }

  function cancel(id: number): void {
    const cancelled = runs.get(id);
    if (cancelled !== undefined) end(cancelled);
  }

  /** Hands an account's queued runs to its isolates; takes a further isolate when those it has are held up. */
  function dispatch(owner: Owner): void {
    if (owner.queue.length > 0) {
      // while others stand in line for an isolate, nobody refills theirs out of turn
      if (line.length > 0 && line[0] !== owner) {
        joinLine(owner);
        return;
      }
      for (const slot of owner.slots) if (hasRoom(slot)) fill(slot);
      const opening = owner.slots.some((slot) => slot.isolate === undefined);
      const wantsMore = owner.queue.length > 0 && !opening && owner.slots.every(isSlow);
      if (wantsMore && owner.slots.length < slotsPerOwner && !takeSlot(owner)) {
        joinLine(owner);
        return;
      }
    }
    leaveLine(owner);
  }

  function joinLine(owner: Owner): void {
    const mayTake = owner.slots.length < slotsPerOwner || owner.slots.some((slot) => slot.waiting === undefined);
    if (mayTake && !line.includes(owner)) line.push(owner);
  }

  function leaveLine(owner: Owner): void {
    const place = line.indexOf(owner);
    if (place >= 0) line.splice(place, 1);
    if (owner.slots.length === 0 && owner.queue.length === 0) owners.delete(owner.key);
  }

  /** Gives isolates that became free to those who stand in line. */
  function serveLine(): void {
    for (let first = line[0]; first !== undefined; first = line[0]) {
      dispatch(first);
      if (line[0] === first) return;
    }
  }

  /** Opens an isolate for an account, in the place of the one longest idle when all are taken. False: none is idle. */
  function takeSlot(owner: Owner): boolean {
    if (slots.size >= limits.scriptIsolates) {
      let oldest: Slot | undefined;
      for (const slot of slots) {
        if (isIdle(slot) && (oldest === undefined || slot.usedAt < oldest.usedAt)) oldest = slot;
      }
      if (oldest === undefined) return false;
      remove(oldest);
      if (oldest.owner !== owner) leaveLine(oldest.owner);
    }
    const slot: Slot = {
      owner,
      isolate: undefined,
      handed: [],
      since: performance.now(),
      watched: undefined,
      computedMs: 0,
      bytesBefore: 0,
      waiting: undefined,
      retired: false,
      gone: false,
      usedAt: performance.now(),
    };
    slots.add(slot);
    owner.slots.push(slot);
    open(slot);
    return true;
  }

  async function open(slot: Slot): Promise<void> {
    try {
      const isolate = await Isolate.open(
        { memoryMb: limits.scriptMemoryMb, outputBytes: limits.scriptOutputBytes, requests: limits.scriptRequests },
        (question) => asked(slot, question),
        () => {
          lose(slot, outOfMemory);
          reports.lost(slot.owner.key);
        },
      );
      slot.isolate = isolate;
      fill(slot);
      settled(slot);
    } catch (error) {
      remove(slot);
      for (const queued of slot.owner.queue.splice(0)) fail(queued, 'scriptFailed', messageOf(error));
      leaveLine(slot.owner);
      serveLine();
    }
  }

  function remove(slot: Slot): void {
    slot.gone = true;
    slots.delete(slot);
    const place = slot.owner.slots.indexOf(slot);
    if (place >= 0) slot.owner.slots.splice(place, 1);
    slot.isolate?.dispose();
  }

  function fill(slot: Slot): void {
    const { queue } = slot.owner;
    while (queue.length > 0 && hasRoom(slot)) {
      const next = queue.shift() as Run;
      if (next.over) continue;
      next.ordinal = ++ordinals;
      const isolate = slot.isolate as Isolate;
      hand(slot, next, isolate.run(next.program, next.values, next.ordinal));
      if (isolate.programCount >= mostPrograms) slot.retired = true;
    }
  }

  /** Waits for what an isolate answers about a run. */
  function hand(slot: Slot, handed: Run, answered: Promise<string>, unheard: 'r' | 'a' = 'r'): void {
    if (slot.handed.length === 0) slot.since = performance.now();
    slot.handed.push({ run: handed, answered });
    answered.then(
      (text) => received(slot, handed, text),
      (error) => {
        if (slot.gone) return;
        if (slot.isolate?.broken) {
          lose(slot, outOfMemory);
          return;
        }
        // a promise that nothing handled was rejected: the run may have called done before
        handed.rejection ??= messageOf(error);
        received(slot, handed, unheard);
      },
    );
  }

  /** The first thing handed to an isolate is done. */
  function taken(slot: Slot): void {
    slot.handed.shift();
    slot.since = performance.now();
    slot.usedAt = slot.since;
  }

  /** Asks how a run stands, unless an answer is on its way to it: that could still reject a promise. */
  function check(slot: Slot, checked: Run): void {
    if (checked.delivering > 0) return;
    hand(slot, checked, (slot.isolate as Isolate).check(checked.ordinal, checked.rejection));
  }

  /** What an isolate answers, by its first letter: see `run` of sandbox/entry.js; `a` took an answer, `r` rejected. */
  function received(slot: Slot, about: Run, text: string): void {
    collect(text.length);
    if (slot.gone) return;
    taken(slot);
    switch (text.charAt(0)) {
      case 'd':
        if (slot.waiting === about) slot.waiting = undefined;
        succeed(about, text);
        break;
      case 'e':
        if (slot.waiting === about) slot.waiting = undefined;
        explain(slot, about, JSON.parse(text.slice(1)));
        break;
      case 'p':
        if (about.over) slot.isolate?.abandon(about.ordinal);
        else if (slot.waiting === undefined) {
          // by the time that this is asked, what the script left to its promises has run
          slot.waiting = about;
          check(slot, about);
        }
        break;
      case 'a':
        about.delivering--;
        check(slot, about);
        break;
      case 'r':
        check(slot, about);
        break;
      case 't':
        slot.retired = true;
        again(about);
        break;
      default:
        again(about);
    }
    settled(slot);
  }

  function succeed(about: Run, text: string): void {
    if (about.over) return;
    end(about);
    const cut = text.indexOf('\n');
    reports.done(about.id, text.slice(1, cut), text.slice(cut + 1));
  }

  async function explain(slot: Slot, about: Run, failure: { message: string; line?: number }): Promise<void> {
    let { message, line } = failure;
    if (line === undefined && message.startsWith('SyntaxError: ')) {
      line = await slot.isolate?.syntaxFault(about.program.source);
    }
    fail(about, 'scriptFailed', line === undefined ? message : `${message} (line ${line})`);
  }

  function fail(about: Run, code: Failure, message: string): void {
    if (about.over) return;
    end(about);
    reports.failed(about.id, code, message);
  }

  /** Something that an isolate was busy with is over: what comes next? */
  function settled(slot: Slot): void {
    if (slot.gone) return;
    if (isIdle(slot) && slot.retired) remove(slot);
    if (slot.gone || isIdle(slot)) serveLine();
    dispatch(slot.owner);
  }

  /** Puts a run back that an isolate never began. */
  function again(unbegun: Run): void {
    if (!unbegun.over) unbegun.owner.queue.unshift(unbegun);
  }

  /** Throws an isolate away because of the script that it is busy with. Those handed to it behind begin anew elsewhere. */
  function lose(slot: Slot, message: string): void {
    if (slot.gone) return;
    const culprits = [slot.handed[0]?.run ?? slot.waiting, slot.waiting];
    const behind = slot.handed.map(({ run }) => run).filter((handed) => !culprits.includes(handed));
    const answered = Promise.allSettled(slot.handed.map((handed) => handed.answered));
    remove(slot);
    for (const culprit of culprits) if (culprit !== undefined) fail(culprit, 'scriptFailed', message);
    for (const unbegun of [...new Set(behind)].reverse()) {
      if (++unbegun.attempts < mostAttempts) again(unbegun);
      else
        fail(unbegun, 'scriptFailed', 'other scripts of the same account keep breaking the sandbox: mend those first');
    }
    owners.set(slot.owner.key, slot.owner);
    serveLine();
    dispatch(slot.owner);
    // some built-in loops of V8 hear no call to stop, and a thread that ran out of memory may never come back
    const stuck = setTimeout(() => reports.lost(slot.owner.key), graceMs);
    straying++;
    answered.then(() => {
      straying--;
      clearTimeout(stuck);
    });
  }

  function end(ended: Run): void {
    if (ended.over) return;
    ended.over = true;
    runs.delete(ended.id);
    for (const timer of ended.timers) clearTimeout(timer);
    const slot = ended.owner.slots.find((candidate) => candidate.waiting === ended);
    if (slot === undefined) return;
    slot.isolate?.abandon(ended.ordinal);
    slot.waiting = undefined;
    queueMicrotask(() => settled(slot));
  }

  /** A script asks for something from outside. */
  function asked(slot: Slot, { ordinal, step, kind, text }: Question): void {
    const asking = [slot.waiting, ...slot.handed.map(({ run }) => run)].find((one) => one?.ordinal === ordinal);
    if (asking === undefined || asking.over || slot.gone) return;
    if (kind === 'wait') {
      // One that is longer than the run may last never fires; at the limit itself it could come before the limit does.
      const delay = Math.min(Math.max(Number(text), 0), limits.scriptWallMs * 2);
      asking.timers.push(setTimeout(() => deliver(asking, step, undefined, undefined), delay));
      return;
    }
    if (++asking.requests <= limits.scriptRequests) reports.asked(asking.id, step, text);
  }

  function answer(id: number, step: number, fault: string | undefined, reply: string | undefined): void {
    const asking = runs.get(id);
    if (asking !== undefined) deliver(asking, step, fault, reply);
  }

  function deliver(asking: Run, step: number, fault: string | undefined, reply: string | undefined): void {
    const slot = asking.owner.slots.find(
      (candidate) => candidate.waiting === asking || candidate.handed.some(({ run }) => run === asking),
    );
    if (asking.over || slot?.isolate === undefined) return;
    asking.delivering++;
    const delivered = slot.isolate.deliver(asking.ordinal, step, fault, reply);
    hand(slot, asking, delivered, 'a');
  }

  /** Looks after the limits of time and memory. */
  function tick(): void {
    const now = performance.now();
    const share = computingShare(now);
    const bytes = process.memoryUsage.rss();
    let busy = false;
    for (const slot of [...slots]) {
      if (!isIdle(slot)) busy = true;
      const first = slot.handed[0]?.run;
      if (first === undefined || slot.watched !== first) {
        slot.watched = first;
        slot.computedMs = 0;
        slot.bytesBefore = bytes;
      } else {
        slot.computedMs += share;
        const tooLong = slot.computedMs > limits.scriptMs || now - slot.since > limits.scriptWallMs;
        if (tooLong) lose(slot, `Script execution timed out after ${limits.scriptMs} ms of computing`);
      }
      const { waiting } = slot;
      if (waiting !== undefined && now - waiting.calledAt > limits.scriptWallMs) {
        fail(waiting, 'scriptFailed', `Script execution timed out: done() was not called in ${limits.scriptWallMs} ms`);
      }
    }
    if (busy) watchMemory(now, bytes);
    for (const owner of [...owners.values()]) {
      for (const queued of owner.queue) {
        if (now - queued.calledAt > limits.scriptWallMs) {
          fail(queued, 'overloaded', 'Too many scripts are running: try again later');
        }
      }
      const left = owner.queue.filter((queued) => !queued.over);
      if (left.length < owner.queue.length) owner.queue.splice(0, owner.queue.length, ...left);
      if (left.length > 0) busy = true;
      dispatch(owner);
    }
    if (busy) return;
    clearInterval(ticking);
    ticking = undefined;
  }

  /**
   * Processor time, in milliseconds, that a computing script had since the last tick: time on the clock would condemn
   * the scripts of a busy machine. It is taken to be even between threads, and counted for a few ticks' length at most,
   * since results may have been waiting while this thread was kept from them.
   */
  function computingShare(now: number): number {
    const { user, system } = process.cpuUsage();
    const cpuMs = (user + system) / 1000;
    let threads = straying;
    for (const slot of slots) if (slot.handed.length > 0) threads++;
    const share = Math.min((cpuMs - lastTick.cpuMs) / Math.max(1, threads), now - lastTick.at, tickMs * 3);
    lastTick = { at: now, cpuMs };
    return share;
  }

  /** When the process holds more than its isolates may: the one that computes for longest, and under which it grew. */
  function watchMemory(now: number, bytes: number): void {
    const spare = spareMb * megabyte;
    if (bytes < startBytes + limits.scriptMemoryMb * slots.size * megabyte + spare) {
      excess = undefined;
      return;
    }
    // what a stopped script had taken goes back to the system slowly; when it does not at all, the process is worn out
    if (excess !== undefined && bytes < excess.bytes + spare) {
      if (now - excess.at > graceMs * 3) reports.lost(undefined);
      return;
    }
    excess = { at: now, bytes };
    // a thread that has not yet left may be what takes it; reports.lost follows if it stays
    if (straying > 0) return;
    let longest: Slot | undefined;
    for (const slot of slots) {
      const grew = slot.handed.length > 0 && slot.watched !== undefined && bytes - slot.bytesBefore > spare / 2;
      if (grew && (longest === undefined || slot.computedMs > longest.computedMs)) longest = slot;
    }
    if (longest !== undefined) lose(longest, outOfMemory);
  }

  const outOfMemory = `the script used more than ${limits.scriptMemoryMb} MB of memory`;
  return { run, cancel, answer };
}

let uncollected = 0;
let collectGarbage: ((options: { type: 'minor' | 'major' }) => void) | undefined;

/**
 * Texts from isolates stand outside of the heap, where the garbage collector does not see them grow: unasked, it lets
 * hundreds of megabytes of them stand.
 */
function collect(length: number): void {
  uncollected += length;
  if (uncollected < collectEvery) return;
  uncollected = 0;
  if (collectGarbage === undefined) {
    setFlagsFromString('--expose-gc');
    collectGarbage = runInNewContext('gc');
    // isolates made from now on must not have it
    setFlagsFromString('--no-expose-gc');
  }
  collectGarbage?.({ type: 'major' });
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
