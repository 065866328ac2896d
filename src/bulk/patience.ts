// What passes by itself is waited for: a vendor that limits its callers, one that fails for a while, a server that is full.

import { setTimeout as sleep } from 'node:timers/promises';
import { Problem } from '../core/errors.ts';
import { NotSent } from '../outbound/retry.ts';

const mostTries = 12;
const firstPauseMs = 1000;
const longestPauseMs = 60_000;

/** Whether it is certain that what was asked was not done, and may be asked again. */
export function wasNotDone(error: Problem): boolean {
  return (
    error.status === 429 ||
    error.code === 'tooManyRequests' ||
    error.code === 'overloaded' ||
    error.cause instanceof NotSent
  );
}

/** Whether a read may succeed when it is asked again. */
export function mayPass(error: Problem): boolean {
  return wasNotDone(error) || ['vendorFailed', 'vendorUnreachable', 'vendorTimeout'].includes(error.code);
}

/** Whether a write may have been done though there is an error. */
export function mayBeDone(error: Problem): boolean {
  if (error.cause instanceof NotSent) return false;
  return ['vendorFailed', 'vendorUnreachable', 'vendorTimeout', 'scriptFailed', 'outcomeUnknown'].includes(error.code);
}

/**
 * Asks until there is an answer, a Problem that `again` does not hold for, or as many tries as there are patience: about ten
 * minutes. Waits as long as a Problem says. `signal` ends the waiting at once, with its reason.
 */
export async function withPatience<Answer>(
  ask: () => Promise<Answer>,
  again: (error: Problem) => boolean,
  signal: AbortSignal,
): Promise<Answer> {
  for (let tries = 1; ; tries++) {
    signal.throwIfAborted();
    try {
      return await ask();
    } catch (error) {
      signal.throwIfAborted();
      if (!(error instanceof Problem) || !again(error) || tries === mostTries) throw error;
      await pause(pauseAfter(error, tries), signal);
    }
  }
}

/** Milliseconds to wait after a Problem; `tries` counts those that failed. */
function pauseAfter({ retryAfterSeconds }: Problem, tries: number): number {
  const backoff = Math.min(longestPauseMs, firstPauseMs * 2 ** (tries - 1)) * (0.5 + Math.random() / 2);
  return Math.max((retryAfterSeconds ?? 0) * 1000, backoff);
}

/** Waits, or throws the reason of the signal. */
export async function pause(milliseconds: number, signal: AbortSignal): Promise<void> {
  try {
    await sleep(milliseconds, undefined, { signal });
  } catch (error) {
    signal.throwIfAborted();
    throw error;
  }
}
