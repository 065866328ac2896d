// CPU of the server per call, Valence beside the bare proxy: the two take turns in one run, so that both meet the same machine.

import { load } from './child.ts';
import { usageOf } from './measure.ts';

/** One side of a comparison. */
export interface Side {
  pid: number;
  url: string;
  headers: Record<string, string>;
  /** see `LoadOrder` */
  authorizations?: string;
}

/** Two sides that do the same work, and how much more the second may cost. */
export interface Pair {
  name: string;
  baseline: Side;
  /** left out: the baseline is measured alone */
  measured: Side | undefined;
  /** most that measured may cost, as a multiple of the baseline */
  bound: number;
}

/** Medians over the rounds. */
export interface Cost {
  cpuMicroseconds: number;
  p50Ms: number;
  p99Ms: number;
  callsPerSecond: number;
}

/** What a pair came to. */
export interface Comparison {
  pair: Pair;
  baseline: Cost;
  measured: Cost | undefined;
}

const warmCalls = 10_000;
const calls = 20_000;
const connections = 16;

/** Measures each pair as often as said, each side in turn; the load runs outside of the measured processes. */
export async function compareCpu(pairs: Pair[], rounds: number, report: (line: string) => void): Promise<Comparison[]> {
  const sides = pairs.map(({ baseline, measured }) => (measured === undefined ? [baseline] : [baseline, measured]));
  for (const side of sides.flat()) await load({ ...side, connections, calls: warmCalls });
  const costs = new Map<Side, Cost[]>(sides.flat().map((side) => [side, []]));
  for (let round = 1; round <= rounds; round++) {
    report(`round ${round} of ${rounds}`);
    for (const side of sides.flat()) costs.get(side)?.push(await costOf(side));
  }
  return pairs.map((pair) => ({
    pair,
    baseline: medianCost(costs.get(pair.baseline) ?? []),
    measured: pair.measured && medianCost(costs.get(pair.measured) ?? []),
  }));
}

async function costOf(side: Side): Promise<Cost> {
  const before = usageOf(side.pid);
  const { wallMs, p50Ms, p99Ms } = await load({ ...side, connections, calls });
  const used = usageOf(side.pid).cpuMs - before.cpuMs;
  return { cpuMicroseconds: (used * 1000) / calls, p50Ms, p99Ms, callsPerSecond: calls / (wallMs / 1000) };
}

function medianCost(costs: Cost[]): Cost {
  return {
    cpuMicroseconds: median(costs.map((cost) => cost.cpuMicroseconds)),
    p50Ms: median(costs.map((cost) => cost.p50Ms)),
    p99Ms: median(costs.map((cost) => cost.p99Ms)),
    callsPerSecond: median(costs.map((cost) => cost.callsPerSecond)),
  };
}

function median(values: number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = Math.floor(sorted.length / 2);
  const upper = sorted[middle] ?? Number.NaN;
  return sorted.length % 2 === 1 ? upper : ((sorted[middle - 1] ?? Number.NaN) + upper) / 2;
}
