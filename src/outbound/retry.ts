// Decides whether a request to a vendor is sent again: only where that cannot do anything twice.

import { Problem } from '../core/errors.ts';
import { type HttpReply, type HttpRequest, type HttpStream, retryAfterSeconds } from '../core/http.ts';

/** Marks a failure after which it is certain that the vendor did not get the request. */
export class NotSent extends Error {}

const mostTries = 3;
const firstPauseMs = 100;
/** a vendor that asks for a longer pause than this is left to the caller */
const longestPauseMs = 2000;
const passingStatuses = new Set([502, 503, 504]);

/**
 * How many milliseconds to wait before the same request is sent again, or undefined when it must not be. `tries` counts
 * those made; `remainingMs` is left of the caller's time; `random` is between 0 and 1 and spreads the tries of many.
 *
 * A failure of the connection is followed by another try when the vendor certainly did not get the request, or when
 * the method is GET or HEAD; an answer 502, 503 or 504 when the method is GET. A 429 never is: more requests are what
 * that vendor does not want. At most half of the remaining time is waited, so that another try has a chance.
 */
export function pauseBeforeRetry(
  request: HttpRequest,
  outcome: HttpReply | HttpStream | Problem,
  tries: number,
  remainingMs: number,
  random: number,
): number | undefined {
  if (tries >= mostTries || !isWorthRetrying(request, outcome)) return undefined;
  const wished = outcome instanceof Problem ? undefined : retryAfterSeconds(outcome);
  const backoff = firstPauseMs * 2 ** (tries - 1) * (0.5 + random);
  const pause = Math.max(backoff, (wished ?? 0) * 1000);
  return pause > longestPauseMs || pause > remainingMs / 2 ? undefined : pause;
}

function isWorthRetrying({ method, body }: HttpRequest, outcome: HttpReply | HttpStream | Problem): boolean {
  const canBeSentAgain = body === undefined || typeof body === 'string' || body instanceof Uint8Array;
  if (!canBeSentAgain) return false;
  if (!(outcome instanceof Problem)) return method === 'GET' && passingStatuses.has(outcome.status);
  if (outcome.code !== 'vendorUnreachable') return false;
  return outcome.cause instanceof NotSent || method === 'GET' || method === 'HEAD';
}
