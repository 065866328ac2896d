// The door to the vendor of an element: only hosts that its definition allows, bounded answers, every call measured.

import { Problem } from '../core/errors.ts';
import type { HttpReply, HttpRequest } from '../core/http.ts';
import type { Definition } from '../element/define.ts';
import type { Outbound } from '../outbound/send.ts';

/** Sends a request to an element's vendor within a time limit, in milliseconds. Throws the Problems of `Outbound.send`. */
export type VendorDoor = (definition: Definition, request: HttpRequest, timeoutMs: number) => Promise<HttpReply>;

interface VendorDoorDependencies {
  outbound: Outbound;
  limits: { vendorAnswerBytes: number };
  /** told of every call; status 0 stands for no answer */
  observe(elementKey: string, status: number, seconds: number): void;
}

/** Makes the door to vendors. */
export function createVendorDoor({ outbound, limits, observe }: VendorDoorDependencies): VendorDoor {
  return async (definition, request, timeoutMs) => {
    const started = performance.now();
    const done = (status: number) => observe(definition.key, status, (performance.now() - started) / 1000);
    const hosts = definition.document.valence?.hosts;
    try {
      const reply = await outbound.send(request, { timeoutMs, answerBytes: limits.vendorAnswerBytes, hosts });
      done(reply.status);
      return reply;
    } catch (error) {
      if (error instanceof Problem) done(0);
      throw error;
    }
  };
}
