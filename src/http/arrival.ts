// How long a request may take to arrive: headers by the server's own limit, a body that is read whole by this one, and
// a file, which may take hours, by its longest silence only.

import type { FastifyRequest } from 'fastify';
import { Problem } from '../core/errors.ts';

const streamed =
  /^(multipart\/|application\/octet-stream|image\/|video\/|audio\/|text\/csv|application\/(zip|pdf|gzip|jsonl|x-ndjson))/i;

/** Ends a body that takes too long, unless it is a file; the request is then answered 408. */
export function limitArrival({ headers, raw: payload, method }: FastifyRequest, limitMs: number): void {
  if (method === 'GET') return;
  const hasBody = headers['transfer-encoding'] !== undefined || Number(headers['content-length'] ?? 0) > 0;
  if (!hasBody || streamed.test(headers['content-type'] ?? '')) return;
  const timer = setTimeout(() => {
    payload.destroy(new Problem('requestTimeout', 'The request did not arrive in time: send it again.'));
  }, limitMs);
  payload.once('close', () => clearTimeout(timer));
  payload.once('end', () => clearTimeout(timer));
}
