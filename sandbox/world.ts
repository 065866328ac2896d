// Everything between two resets, wired by hand: the state, the vendors that share it, the faults and the log.

import { createAct } from './act/vendor.ts';
import { createDesk } from './desk/vendor.ts';
import { createFaultStore, type FaultStore } from './faults.ts';
import type { ServedDocument } from './generic/document.ts';
import { createGenericVendors, type GenericVendor } from './generic/vendor.ts';
import { createRates, type Rates } from './rates.ts';
import { createRequestLog, type RequestLog } from './request-log.ts';
import { createSalesforce } from './salesforce/vendor.ts';
import { createState, type SandboxState } from './state.ts';
import type { Vendor } from './vendor.ts';
import { createWebex } from './webex/vendor.ts';
import { createZendesk } from './zendesk/vendor.ts';

/** What a reset replaces. */
export interface World {
  state: SandboxState;
  vendors: readonly Vendor[];
  /** those among them that play an element document */
  generic: readonly GenericVendor[];
  faults: FaultStore;
  log: RequestLog;
  rates: Rates;
}

/** The sandbox as the control API and the vendor routes reach it. */
export interface ControlledSandbox {
  world(): World;
  reset(): void;
}

/** A fresh world that reads the time from `now`; the vendors that play `documents` go before others at their hosts. */
export function createWorld(now: () => Date, documents: readonly ServedDocument[] = []): World {
  const state = createState(now);
  const generic = createGenericVendors(state, documents);
  const vendors = [
    ...generic,
    createZendesk(state),
    createDesk(state),
    createSalesforce(state),
    createAct(state),
    createWebex(state),
  ];
  return {
    state,
    vendors,
    generic,
    faults: createFaultStore(),
    log: createRequestLog(),
    rates: createRates(state.settings, state.tokens),
  };
}
