// How fast events are taken up for delivery: as fast as can be, unless webhooks come in and the process has no time left.
// Vendors wait for their answers; what is committed can be delivered a moment later.

import { performance } from 'node:perf_hooks';

/** The pace of this process. */
export interface Pace {
  /** Notes webhooks that came. */
  arrived(count: number): void;
  /** How many of the wanted events may be taken up now; when fewer, ask again after `pauseMs`. */
  take(wanted: number): number;
}

/** milliseconds after which to ask again when not all could be taken up */
export const pauseMs = 100;

const adjustEveryMs = 100;
const lowestPerSecond = 320;
const highestPerSecond = 20_000;
/** webhooks in a second that are a burst, and events taken up in a second during one */
const burstPerSecond = 500;
const highestInBurst = 1000;

/** Makes a pace that keeps the event loop below the share of its time that `busyShare` says, while webhooks come in. */
export function createPace(busyShare = 0.7): Pace {
  let perSecond = highestPerSecond;
  let tokens = 0;
  let arrivals = 0;
  let filledAt = performance.now();
  let adjustedAt = filledAt;
  let utilization = performance.eventLoopUtilization();

  function adjust(now: number): void {
    if (now - adjustedAt < adjustEveryMs) return;
    const present = performance.eventLoopUtilization();
    const share = performance.eventLoopUtilization(present, utilization).utilization;
    const isCrowded = arrivals > 0 && share > busyShare;
    // Many that come at once are a burst, of which nobody knows yet how much time it leaves.
    const highest = arrivals * (1000 / adjustEveryMs) > burstPerSecond ? highestInBurst : highestPerSecond;
    perSecond = isCrowded
      ? Math.max(lowestPerSecond, Math.min(perSecond, highest) * 0.3)
      : Math.min(highest, perSecond * 1.2);
    arrivals = 0;
    adjustedAt = now;
    utilization = present;
  }

  return {
    arrived(count) {
      arrivals += count;
    },
    take(wanted) {
      const now = performance.now();
      adjust(now);
      tokens = Math.min(perSecond / 5, tokens + ((now - filledAt) / 1000) * perSecond);
      filledAt = now;
      const taken = Math.min(wanted, Math.floor(tokens));
      tokens -= taken;
      return taken;
    },
  };
}
