// Waiting for a vendor's bulk job: asked again and again, at pauses that grow, until it has ended.

import type { Polling } from '../element/bulk-extension.ts';
import type { JobState, Steps } from './native-steps.ts';
import { mayPass, withPatience } from './patience.ts';
import { cancelled, type Stop } from './strategy.ts';

/** Waits so many milliseconds, or throws the signal's reason. */
export type Pause = (milliseconds: number, signal: AbortSignal) => Promise<void>;

const usualSeconds = 1;
const usualMostSeconds = 30;

/** The work is left to another process; what is kept tells how it goes on. */
export class Left extends Error {}

/**
 * Asks until a job is done or has failed. When the work is cancelled meanwhile, the job is ended with `end`, once, and its
 * end is awaited. Throws `Left` when the work is only to wind up, the Problem of a vendor that says nothing for long, and
 * the reason of `stop.signal` when it is aborted.
 */
export async function awaitJob(
  steps: Steps,
  polling: Polling,
  job: string,
  pause: Pause,
  stop: Stop,
  end: () => Promise<void>,
): Promise<JobState> {
  const { winding, signal } = stop;
  const mostSeconds = polling.mostSeconds ?? usualMostSeconds;
  let seconds = Math.min(polling.seconds ?? usualSeconds, mostSeconds);
  let hasEnded = false;
  for (;;) {
    if (!hasEnded) await pauseUnlessWinding(pause, seconds * 1000, stop);
    else await pause(seconds * 1000, signal);
    if (winding.aborted && !isCancelled(winding)) throw new Left();
    if (winding.aborted && !hasEnded) {
      hasEnded = true;
      await end();
    }
    const state = await withPatience(() => steps.poll(polling, job, signal), mayPass, signal);
    if (state.phase === 'done' || state.phase === 'failed') return state;
    seconds = Math.min(Math.max(seconds * 2, state.retryAfterSeconds ?? 0), mostSeconds);
  }
}

async function pauseUnlessWinding(pause: Pause, milliseconds: number, { winding, signal }: Stop): Promise<void> {
  try {
    await pause(milliseconds, AbortSignal.any([winding, signal]));
  } catch (error) {
    signal.throwIfAborted();
    if (!winding.aborted) throw error;
  }
}

/** Whether work ends because its job was cancelled, and not because the server stops. */
export function isCancelled(signal: AbortSignal): boolean {
  return signal.aborted && signal.reason === cancelled;
}
