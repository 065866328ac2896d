// The health of customers' endpoints: each gets a few callbacks at a time, and one that fails over and over gets no first
// attempts for a while, so that it takes nothing from the others.

/** Whether a callback may be made now, or until when first attempts are put off (milliseconds since 1970). */
export type Admission = { go: true } | { go: false; until: number };

/** The endpoints that are being called, by a key of the caller's. */
export interface Endpoints {
  /**
   * Waits for a place. A retry that is due is let through whatever the endpoint's health is: its times are far apart. Who
   * is let through calls `left`.
   */
  enter(key: string, isRetry: boolean): Promise<Admission>;
  /** Notes the end of a callback; tells when the endpoint has just been given up for a while, or is well again. */
  left(key: string, succeeded: boolean): 'closed' | 'opened' | 'same';
}

interface Endpoint {
  running: number;
  failures: number;
  /** how often in a row it was given up, and until when it is */
  pauses: number;
  pausedUntil: number;
  /** one callback shows whether it is well again */
  probing: boolean;
  waiting: { isRetry: boolean; resolve(admission: Admission): void }[];
}

interface EndpointLimits {
  callbacksPerEndpoint: number;
  callbackFailures: number;
  callbackPauseMs: number;
  callbackLongestPauseMs: number;
}

/** Makes the book of endpoints. */
export function createEndpoints(limits: EndpointLimits, clock: () => number): Endpoints {
  const known = new Map<string, Endpoint>();

  const find = (key: string): Endpoint => {
    const fresh = { running: 0, failures: 0, pauses: 0, pausedUntil: 0, probing: false, waiting: [] };
    const endpoint = known.get(key) ?? fresh;
    known.set(key, endpoint);
    return endpoint;
  };

  /** Lets in who may go, tells those who are put off, and leaves the others waiting. */
  function admit(endpoint: Endpoint): void {
    const stay: Endpoint['waiting'] = [];
    for (const one of endpoint.waiting) {
      const isPaused = endpoint.pauses > 0;
      if (isPaused && !one.isRetry && clock() < endpoint.pausedUntil) {
        one.resolve({ go: false, until: endpoint.pausedUntil });
      } else if (endpoint.running >= limits.callbacksPerEndpoint || (isPaused && !one.isRetry && endpoint.probing)) {
        stay.push(one);
      } else {
        endpoint.running++;
        if (isPaused && !one.isRetry) endpoint.probing = true;
        one.resolve({ go: true });
      }
    }
    endpoint.waiting = stay;
  }

  return {
    enter: (key, isRetry) =>
      new Promise((resolve) => {
        const endpoint = find(key);
        endpoint.waiting.push({ isRetry, resolve });
        admit(endpoint);
      }),

    left(key, succeeded) {
      const endpoint = find(key);
      const wasPaused = endpoint.pauses > 0;
      endpoint.running--;
      endpoint.failures = succeeded ? 0 : endpoint.failures + 1;
      let change: 'closed' | 'opened' | 'same' = 'same';
      if (succeeded) {
        if (wasPaused) change = 'closed';
        Object.assign(endpoint, { pauses: 0, probing: false });
      } else if (endpoint.probing || (!wasPaused && endpoint.failures >= limits.callbackFailures)) {
        const pause = Math.min(limits.callbackPauseMs * 2 ** endpoint.pauses, limits.callbackLongestPauseMs);
        Object.assign(endpoint, { pauses: endpoint.pauses + 1, pausedUntil: clock() + pause, probing: false });
        change = 'opened';
      }
      admit(endpoint);
      const isForgotten = endpoint.running === 0 && endpoint.waiting.length === 0 && endpoint.failures === 0;
      if (isForgotten) known.delete(key);
      return change;
    },
  };
}
