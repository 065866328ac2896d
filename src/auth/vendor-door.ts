// The door to the vendor of an element: only hosts that its definition allows, bounded answers, every call measured.

import { Problem } from '../core/errors.ts';
import type { HttpReply, HttpRequest, HttpStream } from '../core/http.ts';
import type { Definition } from '../element/define.ts';
import type { ExchangeOptions } from '../outbound/exchange.ts';
import type { OpenOptions, Outbound } from '../outbound/send.ts';

/** Sends requests to an element's vendor. All throw the Problems of `Outbound.send`. */
export interface VendorDoor {
  /** Reads the answer whole, within a time limit in milliseconds. */
  send(definition: Definition, request: HttpRequest, timeoutMs: number, signal?: AbortSignal): Promise<HttpReply>;
  /**
   * Reads the answer whole or, where `streams` decides so by its headers, gives it as `open` does; `isStream` tells
   * which it is. Cheaper than to open an answer and to read it whole then.
   */
  exchange(
    definition: Definition,
    request: HttpRequest,
    options: Omit<OpenOptions, 'hosts'> & Pick<ExchangeOptions, 'streams'>,
  ): Promise<HttpReply | HttpStream>;
  /** Gives the answer as soon as its headers are there; the body is read to its end or destroyed by the caller. */
  open(definition: Definition, request: HttpRequest, options: Omit<OpenOptions, 'hosts'>): Promise<HttpStream>;
}

interface VendorDoorDependencies {
  outbound: Outbound;
  limits: { vendorAnswerBytes: number };
  /** told of every call; status 0 stands for no answer */
  observe(elementKey: string, status: number, seconds: number): void;
}

/** Makes the door to vendors. */
export function createVendorDoor({ outbound, limits, observe }: VendorDoorDependencies): VendorDoor {
  const measured = async <Answer extends { status: number }>(definition: Definition, call: () => Promise<Answer>) => {
    const started = performance.now();
    const done = (status: number) => observe(definition.key, status, (performance.now() - started) / 1000);
    try {
      const answer = await call();
      done(answer.status);
      return answer;
    } catch (error) {
      if (error instanceof Problem) done(0);
      throw error;
    }
  };

  return {
    send(definition, request, timeoutMs, signal) {
      const hosts = definition.document.valence?.hosts;
      const options = { timeoutMs, answerBytes: limits.vendorAnswerBytes, hosts, signal };
      return measured(definition, () => outbound.send(request, options));
    },
    exchange(definition, request, options) {
      const hosts = definition.document.valence?.hosts;
      const bounds = { ...options, answerBytes: limits.vendorAnswerBytes, hosts };
      return measured(definition, () => outbound.exchange(request, bounds));
    },
    open(definition, request, options) {
      const hosts = definition.document.valence?.hosts;
      return measured(definition, () => outbound.open(request, { ...options, hosts }));
    },
  };
}
