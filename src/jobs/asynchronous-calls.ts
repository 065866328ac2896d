// Calls whose caller does not wait: accepted when they are stored, made at once, and answered by an event that is sent to
// the callback like any other, signed and again until it arrives.

import type { Clock } from '../core/clock.ts';
import { Problem } from '../core/errors.ts';
import type { AcceptedCall, AsynchronousCall, AsynchronousCallStore } from '../store/asynchronous-calls.ts';
import { eventId } from '../store/events.ts';
import type { CallOwner } from '../store/jobs.ts';
import type { CallAnswer, MakeCall } from './make-call.ts';

/** The asynchronous calls of this process. */
export interface AsynchronousCalls {
  /**
   * Takes a call over, and answers with the id of the event that its result will be. Throws a Problem `overloaded` when
   * too many wait.
   */
  accept(owner: CallOwner & { elementKey: string | undefined }, accepted: AcceptedCall): Promise<string>;
  /** Begins no more calls, and waits for those that are under way; what waits is begun by another process or later. */
  stop(): Promise<void>;
}

interface AsynchronousDependencies {
  calls: AsynchronousCallStore;
  makeCall: MakeCall;
  clock: Clock;
  limits: { asynchronousCallsAtOnce: number; asynchronousCallsWaiting: number };
  /** told that the result of a call became an event */
  stored(call: AsynchronousCall): void;
  failed(error: unknown): void;
}

const lookEveryMs = 5000;
const retryMs = 1000;
const mostAttempts = 3;

/** Starts making asynchronous calls: those that were left behind, and those that are accepted. */
export function startAsynchronousCalls(dependencies: AsynchronousDependencies): AsynchronousCalls {
  const { calls, makeCall, clock, limits, stored, failed } = dependencies;
  const running = new Set<Promise<void>>();
  const waiting: AsynchronousCall[] = [];
  let looking: Promise<void> | undefined;
  let stopped = false;

  const look = (): void => {
    const free = limits.asynchronousCallsAtOnce - running.size - waiting.length;
    if (stopped || looking !== undefined || free <= 0) return;
    looking = calls
      .takeOver(free)
      .then((taken) => {
        for (const call of taken) begin(call);
      })
      .catch(failed)
      .finally(() => {
        looking = undefined;
      });
  };
  const timer = setInterval(look, lookEveryMs);
  timer.unref();
  look();

  return {
    async accept(owner, accepted) {
      if (waiting.length >= limits.asynchronousCallsWaiting) {
        throw new Problem('overloaded', 'Too many asynchronous calls wait for their turn: try again in a moment.', {
          retryAfterSeconds: 5,
        });
      }
      const now = clock();
      const call = { ...owner, eventId: eventId(now) };
      await calls.accept({ ...call, accepted }, !stopped, now);
      if (!stopped) begin({ ...call, attempts: 0, open: () => accepted });
      return call.eventId;
    },
    async stop() {
      stopped = true;
      clearInterval(timer);
      await looking;
      // what waits was stored as begun: the next process finds that this one is gone
      waiting.length = 0;
      await Promise.all(running);
    },
  };

  function begin(call: AsynchronousCall): void {
    if (running.size >= limits.asynchronousCallsAtOnce) {
      waiting.push(call);
      return;
    }
    const work = run(call);
    running.add(work);
    work.finally(() => {
      running.delete(work);
      const next = waiting.shift();
      if (next !== undefined) begin(next);
    });
  }

  async function run(call: AsynchronousCall): Promise<void> {
    let accepted: AcceptedCall;
    try {
      accepted = call.open();
    } catch (error) {
      // It stays, and is made when the key that sealed it is in the ring again.
      failed(error);
      return;
    }
    const response = await answerOf(call, accepted);
    const { method, path } = accepted.call;
    const { eventId: id, instanceId } = call;
    const result = {
      callbackUrl: accepted.callbackUrl,
      body: JSON.stringify({
        eventId: id,
        eventStatus: 'completed',
        instanceId,
        request: { method, uri: path },
        response,
      }),
    };
    for (;;) {
      try {
        await calls.complete(call, result, clock());
        return stored(call);
      } catch (error) {
        failed(error);
        if (stopped) return;
        await new Promise((resolve) => setTimeout(resolve, retryMs).unref());
      }
    }
  }

  /** Makes the call, unless it may have been made before and cannot be made once only; then that is the answer. */
  async function answerOf(call: AsynchronousCall, accepted: AcceptedCall) {
    const isRead = accepted.call.method === 'GET' || accepted.call.method === 'HEAD';
    if (call.attempts >= mostAttempts || (call.attempts > 0 && !isRead && !accepted.ofElement)) {
      return problemAnswer(502, unknownOutcome);
    }
    // Under its key a write is sent once, and one that was interrupted is told to be unknown, not repeated.
    const headers =
      isRead || !accepted.ofElement
        ? accepted.call.headers
        : { 'idempotency-key': `asynchronous ${call.eventId}`, ...accepted.call.headers };
    try {
      return answerView(await makeCall(call, { ...accepted.call, headers }));
    } catch (error) {
      if (error instanceof Problem) return problemAnswer(error.status, error.message);
      failed(error);
      return problemAnswer(500, 'Something went wrong on this server while the call was made.');
    }
  }
}

const unknownOutcome =
  'The server stopped while it made this call: it is unknown whether it was done, so it is not repeated. Look whether it ' +
  'was, and make it again if not.';

/** The response of a call as its callback tells it. */
function answerView({ status, headers, body, bodyLeftOut }: CallAnswer) {
  const view = { code: status, headers: told(headers), body: body ?? null };
  return bodyLeftOut ? { ...view, bodyLeftOut: true } : view;
}

function problemAnswer(code: number, message: string) {
  return { code, headers: {}, body: { message } };
}

const untold = /^(access-control-.*|connection|content-length|date|keep-alive|transfer-encoding|vary)$/;

function told(headers: Record<string, string>): Record<string, string> {
  return Object.fromEntries(Object.entries(headers).filter(([name]) => !untold.test(name)));
}
