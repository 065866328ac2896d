// Faults on demand: slow, refusing, failing and vanishing vendors. A fault is taken in one step when a request arrives,
// so `times` holds however many requests come at once.

import { type Static, Type } from 'typebox';
import { fitsPattern } from './hosts.ts';
import type { VendorRequest } from './vendor.ts';

/** A fault as the control API takes it. */
export const FaultOrder = Type.Object(
  {
    /** Host pattern with `*`; left out: every host. */
    host: Type.Optional(Type.String({ minLength: 1 })),
    /** Path pattern with `*`, without query; left out: every path. */
    path: Type.Optional(Type.String({ minLength: 1 })),
    method: Type.Optional(Type.String({ minLength: 1 })),
    kind: Type.Enum(['slow', 'rateLimit', 'serverError', 'drop', 'lostAnswer', 'slowAnswer']),
    delayMs: Type.Optional(Type.Integer({ minimum: 0, maximum: 600_000 })),
    retryAfterSeconds: Type.Optional(Type.Integer({ minimum: 0 })),
    /** Another status than 429 or 500. */
    status: Type.Optional(Type.Integer({ minimum: 400, maximum: 599 })),
    /** How many requests it meets; 0: until cleared. */
    times: Type.Optional(Type.Integer({ minimum: 0 })),
  },
  { additionalProperties: false },
);

export type FaultOrder = Static<typeof FaultOrder>;

/** A fault that waits for requests. */
export type Fault = FaultOrder & { times: number; met: number };

/** The faults in the order in which they were asked for. */
export interface FaultStore {
  add(order: FaultOrder): Fault;
  /** The first fault that fits the request, counted as met; undefined when none fits. */
  take(request: VendorRequest): Fault | undefined;
  /** Those that still wait. */
  list(): readonly Fault[];
  clear(): void;
}

/** An empty store. */
export function createFaultStore(): FaultStore {
  let faults: Fault[] = [];
  return {
    add(order) {
      const fault = { ...order, times: order.times ?? 1, met: 0 };
      faults.push(fault);
      return fault;
    },
    take(request) {
      const fault = faults.find((candidate) => meets(candidate, request));
      if (fault === undefined) return undefined;
      fault.met += 1;
      if (fault.met === fault.times) faults = faults.filter((other) => other !== fault);
      return fault;
    },
    list: () => faults,
    clear() {
      faults = [];
    },
  };
}

function meets(fault: Fault, request: VendorRequest): boolean {
  return (
    fitsPattern(fault.host ?? '*', request.host) &&
    fitsPattern(fault.path ?? '*', request.path) &&
    fitsPattern(fault.method ?? '*', request.method)
  );
}
