// How scripts reach the network: through the same guarded door as everything else, and never to a private address.

import type { Outbound } from '../outbound/send.ts';

/** A script's request, and what it is answered. */
interface ScriptRequest {
  method: string;
  url: string;
  headers: Record<string, string>;
  body?: string;
}

/** Sends the requests of scripts. Throws the Problems of `Outbound.send`. */
export function scriptSender(outbound: Outbound, limits: { vendorCallMs: number; vendorAnswerBytes: number }) {
  return async (request: ScriptRequest, signal: AbortSignal) => {
    const headers = Object.fromEntries(
      Object.entries(request.headers).map(([name, value]) => [name.toLowerCase(), value]),
    );
    const reply = await outbound.send(
      { ...request, headers },
      { timeoutMs: limits.vendorCallMs, answerBytes: limits.vendorAnswerBytes, signal },
    );
    return { status: reply.status, headers: reply.headers, body: reply.body.toString('utf8') };
  };
}
