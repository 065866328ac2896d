// A request to a vendor when its turn comes: at once, unless the vendor limits how often it is called. One that is refused
// for that reason was not processed, and is sent once more when the vendor wants calls again.

import type { Account } from '../auth/schemes.ts';
import { Problem } from '../core/errors.ts';
import type { HttpReply, HttpStream } from '../core/http.ts';
import type { Governor, Turn } from '../outbound/governor.ts';
import type { CompiledResource } from './compile.ts';
import type { ElementCall } from './element-call.ts';
import { limitsOf } from './rate-limits.ts';

/** What a turn is waited for with. */
export interface TurnDependencies {
  governor: Governor;
  limits: { rateWaitMs: number; rateWaitBackgroundMs: number };
  /** told that a call has waited, or was refused because it would have waited too long */
  observeWait(
    elementKey: string,
    priority: 'interactive' | 'background',
    outcome: 'waited' | 'refused',
    seconds: number,
  ): void;
}

/** A call to a resource, and how to send its request. */
interface Sending {
  account: Account;
  resource: CompiledResource;
  call: ElementCall;
  /** whether the request can be sent a second time */
  isRepeatable: boolean;
  send(): Promise<HttpReply | HttpStream>;
}

/**
 * Sends a request in its turn. Throws a Problem: what `send` throws; `tooManyRequests` (nothing was sent) when its turn
 * would come later than the call may wait; `vendorUnreachable` when the caller has gone while it waited.
 */
export async function sendInTurn(dependencies: TurnDependencies, sending: Sending): Promise<HttpReply | HttpStream> {
  const { governor, limits, observeWait } = dependencies;
  const { account, resource, call, isRepeatable, send } = sending;
  const { priority = 'interactive' } = call;
  const isBackground = priority === 'background';
  const mostMs = isBackground ? limits.rateWaitBackgroundMs : limits.rateWaitMs;
  const counted = limitsOf(account, resource);
  for (let tries = 1; ; tries++) {
    const boundMs = Math.max(0, mostMs - (call.vendor.waitedMs ?? 0));
    const caller = { tenant: account.owner, isBackground, boundMs, isFirst: tries > 1, signal: call.signal };
    const entered = governor.enter(counted, caller);
    const turn = entered instanceof Promise ? await waited(entered) : entered;
    const reply = await send().catch((error: unknown) => {
      turn.failed();
      throw error;
    });
    const refusal = turn.answered(reply);
    if (refusal === undefined) return reply;
    const leftMs = mostMs - (call.vendor.waitedMs ?? 0);
    if (tries > 1 || !isRepeatable || !refusal.isSaid || refusal.pauseMs > leftMs) return reply;
    call.trace.add('refused by the vendor’s rate limit', () => ({ status: reply.status, pauseMs: refusal.pauseMs }));
  }

  async function waited(entered: Promise<Turn>): Promise<Turn> {
    const began = performance.now();
    try {
      const turn = await entered;
      const milliseconds = Math.round(performance.now() - began);
      call.vendor.waitedMs = (call.vendor.waitedMs ?? 0) + milliseconds;
      call.trace.add('waited for the vendor’s rate limit', () => ({ milliseconds, priority }));
      observeWait(account.definition.key, priority, 'waited', milliseconds / 1000);
      return turn;
    } catch (error) {
      if (error instanceof Problem && error.code === 'tooManyRequests') {
        observeWait(account.definition.key, priority, 'refused', (performance.now() - began) / 1000);
      }
      throw error;
    }
  }
}
