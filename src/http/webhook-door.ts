// The way in for webhooks, of which vendors send thousands a second: Node.js's own server, without the framework's routing,
// hooks and reply, which cost as much as all else that is done for a webhook. What is out of the ordinary in the request
// itself goes the way of all others, to the same handler (`routes/events.ts`).

import { randomUUID } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { Problem } from '../core/errors.ts';
import { errorAnswer } from './answer-error.ts';
import { limitArrival } from './arrival.ts';
import type { RouteContext } from './context.ts';
import { noteAnswer } from './note-answer.ts';
import { eventRoutePaths, eventRoutePrefix, takeWebhook, type WebhookPlace } from './routes/events.ts';
import type { Running } from './running.ts';

/** Takes a request and answers it; false when it is left to somebody else, untouched. */
export type WebhookDoor = (request: IncomingMessage, response: ServerResponse) => boolean;

/** Makes the door. */
export function createWebhookDoor(context: RouteContext, running: Running): WebhookDoor {
  return (request, response) => {
    const place = placeOf(request, context.limits.webhookBytes);
    if (place === undefined) return false;
    running.watch(answer(place, request, response));
    return true;
  };

  async function answer(place: Place, request: IncomingMessage, response: ServerResponse): Promise<void> {
    const startedAt = performance.now();
    const requestId = randomUUID();
    const { method = '', url = '', headers } = request;
    let status: number;
    try {
      const raw = await readAll(request, context.limits.requestArrivalMs);
      const answered = await takeWebhook(context, place, { method, headers, query: {}, raw });
      status = answered.status;
      send(requestId, response, answered);
    } catch (error) {
      const { body, ...rest } = errorAnswer(error, requestId, context.logger);
      status = rest.status;
      send(requestId, response, { ...rest, body: JSON.stringify(body) });
    }
    noteAnswer(context, { requestId, method, url, route: place.route, status, startedAt });
  }

  function send(
    requestId: string,
    response: ServerResponse,
    { status, headers, body }: { status: number; headers: Readonly<Record<string, string>>; body: string },
  ): void {
    const lines = ['Elements-Request-Id', requestId, 'content-length', String(Buffer.byteLength(body))];
    for (const name in headers) lines.push(name, headers[name] ?? '');
    // After a request that has not come whole no other can come.
    if (running.isStopping() || !response.req.complete) lines.push('Connection', 'close');
    response.writeHead(status, lines).end(body);
  }
}

interface Place extends WebhookPlace {
  /** the pattern of the route that would have answered */
  route: string;
}

const ordinaryPath = /^([\w.~-]{1,200})(?:\/([\w=-]{1,200}))?$/;

/** The place of an ordinary webhook: a POST of a known length, to a path in which nothing is encoded and no query follows. */
function placeOf({ method, url = '', headers, httpVersion }: IncomingMessage, mostBytes: number): Place | undefined {
  if (method !== 'POST' || !url.startsWith(eventRoutePrefix)) return undefined;
  const bytes = Number(headers['content-length'] ?? 0);
  if (!(bytes > 0 && bytes <= mostBytes) || headers.host === undefined || httpVersion !== '1.1') return undefined;
  const [, elementKey, instance] = ordinaryPath.exec(url.slice(eventRoutePrefix.length)) ?? [];
  if (elementKey === undefined) return undefined;
  return {
    elementKey,
    instance,
    route: instance === undefined ? eventRoutePaths.byElement : eventRoutePaths.byInstance,
  };
}

/** The body, whole. Throws the Problem that ended it before. */
function readAll(request: IncomingMessage, limitMs: number): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    limitArrival(request, limitMs, reject);
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.once('end', () => resolve(chunks.length === 1 ? (chunks[0] ?? Buffer.of()) : Buffer.concat(chunks)));
    request.once('error', () => reject(new Problem('badRequest', 'The request ended before all of its body came.')));
  });
}
