// How long a request may take to arrive: headers by the server's own limit, a body that is read whole by this one, and
// a file, which may take hours, by its longest silence only.

import type { IncomingMessage } from 'node:http';
import { Problem } from '../core/errors.ts';

const streamed =
  /^(multipart\/|application\/octet-stream|image\/|video\/|audio\/|text\/csv|application\/(zip|pdf|gzip|jsonl|x-ndjson))/i;

/** Calls `late` with what is to be answered (408) when a body takes too long, unless it is a file. */
export function limitArrival(request: IncomingMessage, limitMs: number, late: (problem: Problem) => void): void {
  const { headers, method } = request;
  if (method === 'GET') return;
  const hasBody = headers['transfer-encoding'] !== undefined || Number(headers['content-length'] ?? 0) > 0;
  if (!hasBody || streamed.test(headers['content-type'] ?? '')) return;
  // Most have come whole with what was read of their headers: no timer for them.
  process.nextTick(() => {
    if (request.complete || request.destroyed) return;
    const timer = setTimeout(() => {
      late(new Problem('requestTimeout', 'The request did not arrive in time: send it again.'));
    }, limitMs);
    request.once('close', () => clearTimeout(timer));
    request.once('end', () => clearTimeout(timer));
  });
}

/** Ends the reading of a body with a Problem, which whoever reads it answers; when nobody does the connection is closed. */
export function endArrival(request: IncomingMessage, problem: Problem): void {
  if (request.listenerCount('error') > 0) request.emit('error', problem);
  else request.destroy();
}
