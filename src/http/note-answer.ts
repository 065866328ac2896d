// What is noted of a request that was answered: figures, and a line of the log.

import type { RouteContext } from './context.ts';
import { elementCallRoute } from './routes/element-calls.ts';
import { eventRoutePrefix } from './routes/events.ts';

/** A request that was answered. */
export interface Answered {
  requestId: string;
  method: string;
  /** as it was asked for, with its query */
  url: string;
  /** the pattern of the route that answered; undefined when there was none */
  route: string | undefined;
  status: number;
  /** when it came, as `performance.now()` tells */
  startedAt: number;
}

/** Counts an answer, and logs it unless something else is kept of it. */
export function noteAnswer(
  { telemetry, logger }: Pick<RouteContext, 'telemetry' | 'logger'>,
  { requestId, method, url, route, status, startedAt }: Answered,
): void {
  const milliseconds = performance.now() - startedAt;
  telemetry.requestDone(method, route ?? 'none', status, milliseconds / 1000);
  // Calls to elements leave usage records, and webhooks events: a line only when one failed.
  const isRecorded = route === elementCallRoute || route?.startsWith(eventRoutePrefix);
  if (status < 400 && isRecorded === true) return;
  logger.info({ requestId, method, path: pathOf(url), status, ms: Math.round(milliseconds) }, 'answered');
}

/** A path without its query, because secrets travel there. */
export function pathOf(url: string): string {
  return url.split('?', 1)[0] ?? '/';
}
