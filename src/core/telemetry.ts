// What the operator measures: counters and histograms in Prometheus form.

import { Counter, collectDefaultMetrics, Histogram, Registry } from 'prom-client';

/** The process's measurements. */
export interface Telemetry {
  /** A request was answered; `route` is the route's pattern, never the path with its ids. */
  requestDone(method: string, route: string, status: number, seconds: number): void;
  /** A vendor answered, or did not (`status` 0). */
  vendorCalled(element: string, status: number, seconds: number): void;
  /** A call has waited because its vendor limits how often it is called, or was refused because it would have waited too long. */
  rateWaited(element: string, priority: string, outcome: string, seconds: number): void;
  /** A token refresh ended. */
  refreshDone(outcome: string): void;
  /** A usage record was dropped before it was written. */
  usageDropped(): void;
  /** A webhook came for an element: stored, known before, refused, a challenge, or for nobody. */
  webhookReceived(element: string, outcome: string): void;
  /** A callback to a customer ended: delivered or failed. */
  callbackDone(outcome: string, seconds: number): void;
  /** Everything measured, in Prometheus' text format. */
  text(): Promise<string>;
  readonly contentType: string;
}

/** Makes the measurements of one process. */
export function createTelemetry(): Telemetry {
  const registry = new Registry();
  collectDefaultMetrics({ register: registry });
  const requests = new Histogram({
    name: 'valence_http_request_seconds',
    help: 'Requests to this server by route and status',
    labelNames: ['method', 'route', 'status'],
    buckets: [0.005, 0.02, 0.1, 0.5, 2, 10, 60],
    registers: [registry],
  });
  const vendorCalls = new Histogram({
    name: 'valence_vendor_call_seconds',
    help: 'Calls to vendors by element and status (0: no answer)',
    labelNames: ['element', 'status'],
    buckets: [0.02, 0.1, 0.5, 2, 10, 60],
    registers: [registry],
  });
  const rateWaits = new Histogram({
    name: 'valence_rate_wait_seconds',
    help: 'Calls that waited for their turn inside a vendor’s rate limit, by element, priority and outcome: waited, refused',
    labelNames: ['element', 'priority', 'outcome'],
    buckets: [0.1, 0.5, 1, 2, 5, 10, 30, 120],
    registers: [registry],
  });
  const refreshes = new Counter({
    name: 'valence_token_refreshes_total',
    help: 'Token refreshes by outcome: refreshed here, shared with the process that did, refused, failed',
    labelNames: ['outcome'],
    registers: [registry],
  });
  const usageDrops = new Counter({
    name: 'valence_usage_dropped_total',
    help: 'Usage records dropped before they were written: too many waited, or the database refused one',
    registers: [registry],
  });
  const webhooks = new Counter({
    name: 'valence_webhooks_total',
    help: 'Webhooks of vendors by element and outcome: stored, duplicate, refused, challenge, unknown',
    labelNames: ['element', 'outcome'],
    registers: [registry],
  });
  const callbacks = new Histogram({
    name: 'valence_callback_seconds',
    help: 'Callbacks to customers by outcome: delivered, failed',
    labelNames: ['outcome'],
    buckets: [0.02, 0.1, 0.5, 2, 10],
    registers: [registry],
  });
  return {
    requestDone: (method, route, status, seconds) => series(requests, { method, route, status }).observe(seconds),
    vendorCalled: (element, status, seconds) => series(vendorCalls, { element, status }).observe(seconds),
    rateWaited: (element, priority, outcome, seconds) =>
      series(rateWaits, { element, priority, outcome }).observe(seconds),
    refreshDone: (outcome) => refreshes.inc({ outcome }),
    usageDropped: () => usageDrops.inc(),
    webhookReceived: (element, outcome) => series(webhooks, { element, outcome }).inc(),
    callbackDone: (outcome, seconds) => series(callbacks, { outcome }).observe(seconds),
    text: () => registry.metrics(),
    contentType: registry.contentType,
  };
}

type Labels = Record<string, string | number>;

/** A metric with labels. */
interface Labelled<Series> {
  labels(labels: Labels): Series;
}

/** Where a metric's series is kept: under the value of its first label, then of its second, and so on. */
interface Place {
  series: unknown;
  below: Map<string | number | undefined, Place>;
}

const places = new WeakMap<object, Place>();

/** The series of a metric; to look it up by one label after the other is far cheaper than to have it looked up. */
function series<Series>(metric: Labelled<Series>, labels: Labels): Series {
  let place = entered(places, metric);
  for (const name in labels) place = entered(place.below, labels[name]);
  place.series ??= metric.labels(labels);
  return place.series as Series;
}

function entered<Key>(
  known: { get(key: Key): Place | undefined; set(key: Key, place: Place): unknown },
  key: Key,
): Place {
  const place = known.get(key);
  if (place !== undefined) return place;
  const made: Place = { series: undefined, below: new Map() };
  known.set(key, made);
  return made;
}
