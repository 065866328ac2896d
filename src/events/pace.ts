// How fast events are taken up for delivery: as fast as can be, unless webhooks come in and the thread that takes them has no
// time left. Vendors wait for their answers; what is committed can be delivered a moment later.

import { availableParallelism } from 'node:os';
import { performance } from 'node:perf_hooks';

/** The pace of this process. */
export interface Pace {
  /** Notes webhooks that came, and the share of its time (0 to 1) that the thread which takes them was busy. */
  arrived(count: number, busyShare: number): void;
  /** How many of the wanted events may be taken up now; when fewer, ask again after `pauseMs`. */
  take(wanted: number): number;
}

/** milliseconds after which to ask again when not all could be taken up: few steps with many events cost less than many */
export const pauseMs = 100;

const adjustEveryMs = 100;
const lowestPerSecond = 320;
const highestPerSecond = 20_000;
/** events taken up in a second during a burst, for each core: whatever delivers them takes it from what takes webhooks */
const highestInBurstPerCore = 500;
/** webhooks between two adjustments with which a burst begins, and so few that it is over */
const burstArrivals = 50;
const calmArrivals = 10;
/** what the newest share counts for in the smoothed one: in a tenth of a second it is often far from that of a second */
const newestWeight = 0.3;
/** events that may be taken up at once, after a while in which there was nothing to do: more than those of a pause */
const mostAtOnce = (perSecond: number) => perSecond / 8;

/**
 * Makes a pace that keeps the thread which takes webhooks below a share of its time, while they come in. `cores` are those
 * that this machine's processes share; `now` gives milliseconds from any moment on.
 */
export function createPace(
  highestShare = 0.5,
  cores = availableParallelism(),
  now: () => number = () => performance.now(),
): Pace {
  let perSecond = highestPerSecond;
  let tokens = 0;
  let arrivals = 0;
  let isBurst = false;
  let newest = 0;
  let share = 0;
  let filledAt = now();
  let adjustedAt = filledAt;

  function adjust(at: number): void {
    if (at - adjustedAt < adjustEveryMs) return;
    share += (newest - share) * newestWeight;
    const isCrowded = arrivals > 0 && share > highestShare;
    if (arrivals <= calmArrivals) isBurst = false;
    const highest = isBurst ? highestInBurstPerCore * cores : highestPerSecond;
    perSecond = isCrowded ? Math.max(lowestPerSecond, perSecond * 0.3) : Math.min(highest, perSecond * 1.2);
    arrivals = 0;
    adjustedAt = at;
  }

  return {
    arrived(count, busyShare) {
      adjust(now());
      arrivals += count;
      newest = busyShare;
      if (isBurst || arrivals <= burstArrivals) return;
      // Nobody knows yet how much time it leaves.
      isBurst = true;
      share = highestShare;
      perSecond = lowestPerSecond;
      tokens = 0;
    },
    take(wanted) {
      const at = now();
      adjust(at);
      tokens = Math.min(mostAtOnce(perSecond), tokens + ((at - filledAt) / 1000) * perSecond);
      filledAt = at;
      const taken = Math.min(wanted, Math.floor(tokens));
      tokens -= taken;
      return taken;
    },
  };
}

/** Makes a measure of the share of its time (0 to 1) that this thread's event loop was busy, lately. */
export function measureBusyShare(): () => number {
  let from = performance.eventLoopUtilization();
  let measuredAt = performance.now();
  let share = 0;
  return () => {
    const now = performance.now();
    if (now - measuredAt < adjustEveryMs) return share;
    const present = performance.eventLoopUtilization();
    share = performance.eventLoopUtilization(present, from).utilization;
    from = present;
    measuredAt = now;
    return share;
  };
}
