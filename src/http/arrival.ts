// How long a request may take to arrive: headers by the server's own limit, a body that is read whole by this one, and
// a file, which may take hours, by its longest silence only.

import type { IncomingMessage } from 'node:http';
import { Problem } from '../core/errors.ts';

const streamed =
  /^(multipart\/|application\/octet-stream|image\/|video\/|audio\/|text\/csv|application\/(zip|pdf|gzip|jsonl|x-ndjson))/i;

/** Ends a body that takes too long, unless it is a file; the request is then answered 408. */
export function limitArrival(request: IncomingMessage, limitMs: number): void {
  const { headers, method } = request;
  if (method === 'GET') return;
  const hasBody = headers['transfer-encoding'] !== undefined || Number(headers['content-length'] ?? 0) > 0;
  if (!hasBody || streamed.test(headers['content-type'] ?? '')) return;
  // Most have come whole with what was read of their headers: no timer for them.
  process.nextTick(() => {
    if (request.complete || request.destroyed) return;
    const timer = setTimeout(() => {
      request.destroy(new Problem('requestTimeout', 'The request did not arrive in time: send it again.'));
    }, limitMs);
    request.once('close', () => clearTimeout(timer));
    request.once('end', () => clearTimeout(timer));
  });
}
