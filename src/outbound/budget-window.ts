// What all processes know together of one budget: the calls of the vendor's last window, who waits, and who may call when.
// Pure: a visit of a process turns one such state into the next, with the time passed in. The store keeps it.

/** How much a vendor allows: so many calls in any span of so many seconds. */
export interface Allowed {
  requests: number;
  seconds: number;
}

/** Waiting calls by tenant: interactive ones, and those in the background. */
export type Demand = Record<string, readonly [interactive: number, background: number]>;

/** A call that may be made at a moment, in milliseconds of the store's clock. */
export interface Grant {
  at: number;
  tenant: string;
  isBackground: boolean;
}

interface ProcessShare {
  seenAt: number;
  demand: Demand;
  /** granted while others visited, not yet fetched */
  grants: Grant[];
}

/** The state that is shared. Times are milliseconds of the store's clock. */
export interface SharedWindow {
  /** calls by slot of time, the oldest first; granted ones count from when they are granted */
  log: [slot: number, calls: number][];
  /** when the last call was placed */
  lastAt: number;
  pausedUntil: number;
  /** what the vendor says that it allows, where that is not what the definition says; 0: nothing */
  toldRequests: number;
  /** calls of others than this platform, which the vendor tells of, and when they no longer count */
  foreign: { calls: number; until: number };
  /** the part of what is allowed that is left alone, because calls were refused that should not have been */
  caution: { part: number; since: number };
  /** interactive calls granted since one in the background was, while such were waiting */
  passedOver: number;
  /** virtual times of start-time fair queueing, for interactive calls and for others: of the queue, and by tenant */
  virtual: [number, number];
  tags: [Record<string, number>, Record<string, number>];
  processes: Record<string, ProcessShare>;
}

/** What a process brings. */
export interface Visit {
  process: string;
  /** calls that wait and have no grant in hand */
  demand: Demand;
  /** grants that were not used, and what is left of allowances */
  returned: (Omit<Grant, 'tenant' | 'isBackground'> & Partial<Grant> & { calls: number })[];
  /** calls that were made without a grant, by how many milliseconds ago */
  spent: (readonly [agoMs: number, calls: number])[];
  /** whether it wants to be allowed some calls in advance, where there is room for it */
  wantsAllowance: boolean;
  /** what the vendor said last */
  told?: { limit: number | undefined; remaining: number | undefined; resetMs: number | undefined } | undefined;
  /** the vendor refused a call: nothing is sent for so many milliseconds */
  refusedForMs?: number | undefined;
}

/** What a process takes away. */
export interface Visited {
  grants: Grant[];
  /** calls that it may make until a moment without asking; `at` is where they count */
  allowance: { calls: number; until: number; at: number } | undefined;
  /** whether so little is used that calls need no grant */
  isCalm: boolean;
  pausedUntil: number;
  /** calls that the vendor allows in its window */
  requests: number;
  /** what waits at the other processes without a grant */
  others: Demand;
  /** when the first call could be made that nobody has a grant for */
  nextAt: number;
  /** processes that were here lately */
  processes: number;
}

/** Slots of the log in one window. */
const slotsPerWindow = 200;
/** The part of what is allowed up to which calls may follow each other at once; the rest is spread. */
const freePart = 0.5;
const freeBackgroundPart = 0.25;
/** Milliseconds that an interactive call waits behind another at most, where the vendor would take it now. */
const longestApartMs = 500;
/** The part of what is allowed that is left when all is as good as used. */
const usedUpPart = 0.03;
/** The part of its window's free half that one process is allowed in advance. */
const allowancePart = 0.25;
/** While interactive calls wait, one of so many is left to the background. */
const backgroundEvery = 10;

/** A state in which nothing has happened. */
export function emptyWindow(): SharedWindow {
  return {
    log: [],
    lastAt: 0,
    pausedUntil: 0,
    toldRequests: 0,
    foreign: { calls: 0, until: 0 },
    caution: { part: 0, since: 0 },
    passedOver: 0,
    virtual: [0, 0],
    tags: [{}, {}],
    processes: {},
  };
}

/** Milliseconds ahead for which calls are granted; a process that has calls waiting comes twice in that time. */
export function leaseMs({ seconds }: Allowed): number {
  return Math.min(1000, Math.max(250, seconds * 50));
}

/** Milliseconds by which a call may be late: half of what is added to the vendor's window, the other half is the network's. */
export function lateMs(allowed: Allowed): number {
  return marginMs(allowed) / 2;
}

/** Added to the vendor's window, because calls take unequal times to get there: 2 %, and 100 ms at least. */
function marginMs({ seconds }: Allowed): number {
  return Math.min(1000, Math.max(100, seconds * 20));
}

function slotMs({ seconds }: Allowed): number {
  return Math.max(1, (seconds * 1000) / slotsPerWindow);
}

/**
 * Takes what a process brings, at a moment of the store's clock, and grants calls for the next `leaseMs`: to every
 * process that is known to have calls waiting, in the order in which tenants have their turn, so that what one process
 * fetches leaves the others theirs. No span of the vendor's seconds gets more calls than it allows, however its windows
 * lie; a state of an older moment is not harmed by a clock that stands still.
 */
export function visitWindow(
  before: SharedWindow,
  allowed: Allowed,
  visit: Visit,
  now: number,
): { window: SharedWindow; visited: Visited } {
  const window = structuredClone(before);
  forget(window, allowed, now);
  const share = settle(window, allowed, visit, now);
  if (visit.told !== undefined) listen(window, allowed, visit.told, now);
  if (visit.refusedForMs !== undefined) pause(window, allowed, visit.refusedForMs, now);
  share.demand = uncovered(visit.demand, share.grants);
  grantAhead(window, allowed, now);
  const grants = share.grants;
  share.grants = [];
  const effective = effectiveRequests(window, allowed);
  const nextAt = nextMoment(window, allowed, now);
  const used = countAt(window, allowed, now);
  const isCalm = window.pausedUntil <= now && used < effective * freePart && !anyDemand(window);
  const visited: Visited = {
    grants,
    allowance: isCalm && visit.wantsAllowance ? allow(window, allowed, effective * freePart - used, now) : undefined,
    isCalm,
    pausedUntil: window.pausedUntil,
    requests: window.toldRequests || allowed.requests,
    others: demandOfOthers(window, visit.process),
    nextAt,
    processes: Object.keys(window.processes).length,
  };
  return { window, visited };
}

/** Forgets what no longer counts: calls of windows that are over, processes that have not come for a while, idle tenants. */
function forget(window: SharedWindow, allowed: Allowed, now: number): void {
  window.log = window.log.filter(([slot]) => freeAt(slot, allowed) > now);
  if (window.foreign.until <= now) window.foreign = { calls: 0, until: 0 };
  const { caution } = window;
  const cleanMs = allowed.seconds * 5000;
  if (caution.part > 0 && now - caution.since >= cleanMs) {
    const halved = caution.part / 2;
    window.caution = { part: halved < 0.005 ? 0 : halved, since: now };
  }
  for (const [name, process] of Object.entries(window.processes)) {
    if (now - process.seenAt > 4 * leaseMs(allowed)) {
      for (const grant of process.grants) takeBack(window, allowed, grant.at, 1, grant);
      delete window.processes[name];
      continue;
    }
    const late = process.grants.filter(({ at }) => at + lateMs(allowed) < now);
    for (const grant of late) takeBack(window, allowed, grant.at, 1, grant);
    process.grants = process.grants.filter((grant) => !late.includes(grant));
  }
  for (const which of [0, 1] as const) {
    for (const [tenant, tag] of Object.entries(window.tags[which])) {
      if (tag <= window.virtual[which]) delete window.tags[which][tenant];
    }
  }
}

/** What the process did since it was here last. */
function settle(window: SharedWindow, allowed: Allowed, visit: Visit, now: number): ProcessShare {
  for (const { at, calls, tenant, isBackground } of visit.returned) {
    const grant = tenant === undefined ? undefined : { at, tenant, isBackground: isBackground ?? false };
    takeBack(window, allowed, at, calls, grant);
  }
  for (const [agoMs, calls] of visit.spent) {
    place(window, allowed, now - agoMs, calls);
    // What the vendor was heard to count may have been these.
    window.foreign.calls = Math.max(0, window.foreign.calls - calls);
  }
  const share = window.processes[visit.process] ?? { seenAt: now, demand: {}, grants: [] };
  share.seenAt = now;
  window.processes[visit.process] = share;
  return share;
}

/** What the vendor says of its own count is true of all who call it; what this platform did not send, others did. */
function listen(window: SharedWindow, allowed: Allowed, told: NonNullable<Visit['told']>, now: number): void {
  const { limit, remaining, resetMs } = told;
  if (limit !== undefined) window.toldRequests = limit === allowed.requests ? 0 : limit;
  if (remaining === undefined) return;
  const calls = (window.toldRequests || allowed.requests) - remaining - ownCalls(window, allowed, now);
  const until = now + Math.min(resetMs ?? Number.POSITIVE_INFINITY, allowed.seconds * 1000);
  window.foreign = calls > 0 ? { calls, until } : { calls: 0, until: 0 };
}

/** Nothing is sent for a while; and less for longer, because what was sent should not have been too much. */
function pause(window: SharedWindow, allowed: Allowed, forMs: number, now: number): void {
  const isNew = window.pausedUntil <= now;
  window.pausedUntil = Math.max(window.pausedUntil, now + forMs);
  for (const process of Object.values(window.processes)) {
    for (const grant of process.grants) takeBack(window, allowed, grant.at, 1, grant);
    process.grants = [];
  }
  if (isNew) window.caution = { part: Math.min(0.5, Math.max(0.01, window.caution.part * 2)), since: now };
}

/** Places calls in the next `leaseMs`, one after the other, each for the tenant whose turn it is. */
function grantAhead(window: SharedWindow, allowed: Allowed, now: number): void {
  const end = now + leaseMs(allowed);
  const left = remainingDemand(window);
  while (left.total[0] + left.total[1] > 0) {
    const at = nextMoment(window, allowed, now, left.total[0] === 0);
    if (at > end) return;
    const which = whoseTurn(window, left.total);
    const tenant = nextTenant(window, which, left.byTenant);
    const process = left.takeFor(tenant, which);
    window.tags[which][tenant] = window.virtual[which] + 1;
    if (which === 0) chargeBackground(window, allowed, tenant);
    place(window, allowed, at, 1);
    window.lastAt = Math.max(window.lastAt, at);
    window.processes[process]?.grants.push({ at, tenant, isBackground: which === 1 });
  }
}

interface Remaining {
  total: [number, number];
  byTenant: Map<string, [number, number]>;
  /** Takes a call of a tenant from the process that has most of them, and gives that process. */
  takeFor(tenant: string, which: 0 | 1): string;
}

function remainingDemand(window: SharedWindow): Remaining {
  const total: [number, number] = [0, 0];
  const byTenant = new Map<string, [number, number]>();
  const processes = Object.entries(window.processes).map(([name, share]) => {
    const demand = new Map(Object.entries(share.demand).map(([tenant, calls]) => [tenant, [...calls]]));
    for (const [tenant, calls] of Object.entries(share.demand)) {
      const sum = byTenant.get(tenant) ?? [0, 0];
      byTenant.set(tenant, [sum[0] + calls[0], sum[1] + calls[1]]);
      total[0] += calls[0];
      total[1] += calls[1];
    }
    return { name, share, demand };
  });
  return {
    total,
    byTenant,
    takeFor(tenant, which) {
      let best = processes[0];
      let most = -1;
      for (const process of processes) {
        const calls = process.demand.get(tenant)?.[which] ?? 0;
        if (calls > most) [best, most] = [process, calls];
      }
      const calls = best?.demand.get(tenant);
      const sum = byTenant.get(tenant);
      if (best === undefined || calls === undefined || sum === undefined)
        throw new Error(`${tenant} has no call waiting`);
      calls[which] = (calls[which] ?? 0) - 1;
      sum[which] -= 1;
      total[which] -= 1;
      best.share.demand = { ...best.share.demand, [tenant]: [calls[0] ?? 0, calls[1] ?? 0] };
      return best.name;
    },
  };
}

/** Interactive calls go first, but for a small part. */
function whoseTurn(window: SharedWindow, [interactive, background]: readonly [number, number]): 0 | 1 {
  if (interactive === 0 || background === 0) {
    window.passedOver = 0;
    return interactive > 0 ? 0 : 1;
  }
  window.passedOver += 1;
  if (window.passedOver < backgroundEvery) return 0;
  window.passedOver = 0;
  return 1;
}

/** Start-time fair queueing (Goyal, Vin, Cheng 1996) with equal weights: who has had least, and no credit for having been away. */
function nextTenant(window: SharedWindow, which: 0 | 1, byTenant: Remaining['byTenant']): string {
  const tags = window.tags[which];
  const virtual = window.virtual[which];
  let chosen: string | undefined;
  let lowest = Number.POSITIVE_INFINITY;
  for (const [tenant, calls] of byTenant) {
    if (calls[which] <= 0) continue;
    const tag = Math.max(virtual, tags[tenant] ?? 0);
    if (tag < lowest) [chosen, lowest] = [tenant, tag];
  }
  if (chosen === undefined) throw new Error('Nobody has a call waiting');
  window.virtual[which] = lowest;
  return chosen;
}

/** Interactive calls count where the background has its turns, too, though not for ever: shares are of all that is called. */
function chargeBackground(window: SharedWindow, { requests }: Allowed, tenant: string): void {
  const [, virtual] = window.virtual;
  const tag = Math.max(virtual, window.tags[1][tenant] ?? 0) + 1;
  window.tags[1][tenant] = Math.min(tag, virtual + Math.max(1, requests / 10));
}

/** Lets a process make some calls without asking. They count where the last of them could be made. */
function allow(window: SharedWindow, allowed: Allowed, free: number, now: number): Visited['allowance'] {
  const calls = Math.max(1, Math.floor(free * allowancePart));
  const until = now + Math.min(2000, allowed.seconds * 200);
  place(window, allowed, until, calls);
  return { calls, until, at: until };
}

/**
 * The first moment from now on at which one more call may be made. Up to a part of what is allowed calls may follow each
 * other at once; beyond, they are spread over the time until calls are free again, so that nobody waits a whole window.
 */
function nextMoment(window: SharedWindow, allowed: Allowed, now: number, isBackground = false): number {
  const effective = effectiveRequests(window, allowed);
  let at = Math.max(now, window.pausedUntil);
  let calls = countAt(window, allowed, at);
  while (calls >= effective) {
    const next = nextFree(window, allowed, at);
    if (next === undefined) break;
    at = next;
    calls = countAt(window, allowed, at);
  }
  if (calls < effective * (isBackground ? freeBackgroundPart : freePart)) return at;
  // A little faster than the vendor's rate: what a late call has cost is caught up with.
  const even = (0.96 * allowed.seconds * 1000) / effective;
  const free = effective - calls;
  // All is in use, and what comes free does so as evenly as it was taken: to put it off would lose it.
  const isUsedUp = free <= Math.max(1, effective * usedUpPart);
  const stretched = isUsedUp ? 0 : ((nextFree(window, allowed, at) ?? at) - at) / free;
  const apart = Math.max(even, Math.min(stretched, 2 * even));
  return Math.max(at, window.lastAt + Math.min(apart, isBackground ? apart : longestApartMs));
}

/** When the next call stops counting, after a moment. */
function nextFree(window: SharedWindow, allowed: Allowed, at: number): number | undefined {
  const own = window.log.find(([slot]) => freeAt(slot, allowed) > at);
  const { calls, until } = window.foreign;
  const moments = [
    ...(own === undefined ? [] : [freeAt(own[0], allowed)]),
    ...(calls > 0 && until > at ? [until] : []),
  ];
  return moments.length === 0 ? undefined : Math.min(...moments);
}

/** Calls that the vendor may count at a moment, among them those that are granted for later. */
function countAt(window: SharedWindow, allowed: Allowed, at: number): number {
  const { calls, until } = window.foreign;
  return ownCalls(window, allowed, at) + (until > at ? calls : 0);
}

function ownCalls(window: SharedWindow, allowed: Allowed, at: number): number {
  let calls = 0;
  for (const [slot, count] of window.log) if (freeAt(slot, allowed) > at) calls += count;
  return calls;
}

/** When the calls of a slot no longer count: a window after its last moment, and what calls may be late. */
function freeAt(slot: number, allowed: Allowed): number {
  return (slot + 1) * slotMs(allowed) + allowed.seconds * 1000 + marginMs(allowed);
}

function effectiveRequests({ toldRequests, caution }: SharedWindow, { requests }: Allowed): number {
  return Math.max(1, Math.floor((toldRequests || requests) * (1 - caution.part)));
}

function place(window: SharedWindow, allowed: Allowed, at: number, calls: number): void {
  const slot = Math.floor(at / slotMs(allowed));
  const index = window.log.findLastIndex(([other]) => other <= slot);
  const found = window.log[index];
  if (found !== undefined && found[0] === slot) found[1] += calls;
  else window.log.splice(index + 1, 0, [slot, calls]);
}

/** Undoes a grant that is not used: the call does not count, and the tenant has not had its turn. */
function takeBack(window: SharedWindow, allowed: Allowed, at: number, calls: number, grant: Grant | undefined): void {
  const slot = Math.floor(at / slotMs(allowed));
  const index = window.log.findIndex(([other]) => other === slot);
  const found = window.log[index];
  if (found !== undefined) {
    found[1] -= calls;
    if (found[1] <= 0) window.log.splice(index, 1);
  }
  if (grant === undefined) return;
  const tags = window.tags[grant.isBackground ? 1 : 0];
  const tag = tags[grant.tenant];
  if (tag !== undefined) tags[grant.tenant] = tag - 1;
}

/** What waits of a demand, after these grants. */
export function uncovered(demand: Demand, grants: readonly Grant[]): Demand {
  const left = new Map(
    Object.entries(demand).map(([tenant, [interactive, background]]) => [tenant, [interactive, background]]),
  );
  for (const { tenant, isBackground } of grants) {
    const calls = left.get(tenant);
    const which = isBackground ? 1 : 0;
    if (calls !== undefined) calls[which] = Math.max(0, (calls[which] ?? 0) - 1);
  }
  return Object.fromEntries([...left].map(([tenant, calls]) => [tenant, [calls[0] ?? 0, calls[1] ?? 0] as const]));
}

function anyDemand({ processes }: SharedWindow): boolean {
  return Object.values(processes).some(({ demand }) => Object.values(demand).some(([a, b]) => a + b > 0));
}

function demandOfOthers({ processes }: SharedWindow, own: string): Demand {
  const sums: Record<string, [number, number]> = {};
  for (const [name, { demand }] of Object.entries(processes)) {
    if (name === own) continue;
    for (const [tenant, [interactive, background]] of Object.entries(demand)) {
      const sum = sums[tenant] ?? [0, 0];
      sums[tenant] = [sum[0] + interactive, sum[1] + background];
    }
  }
  return sums;
}
