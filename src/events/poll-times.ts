// When polls are due: spread evenly over their interval, whatever happened before.

import { hashOfName } from '../element/settings.ts';

/**
 * The next moment after `now` at which an instance is polled. Each instance has its place in the interval, so that neither
 * a start nor an outage makes all of them due at once. Milliseconds since 1970.
 */
export function gridPoint(instanceId: number, intervalMs: number, now: number): number {
  const place = (hashOfName(`poll ${instanceId}`) / 2 ** 32) * intervalMs;
  return Math.floor(now - positiveRest(now - place, intervalMs) + intervalMs) + 1;
}

function positiveRest(value: number, divisor: number): number {
  return ((value % divisor) + divisor) % divisor;
}
