// Lets programs in browsers call from any origin: the headers that every answer has, and the answer to a preflight
// (Fetch Standard, section 3.3). Written out here because it is part of every call's cost.

import type { FastifyReply, FastifyRequest } from 'fastify';
import { exposedHeaders } from './answer-error.ts';

const exposed = exposedHeaders.join(', ');
const methods = 'GET, HEAD, POST, PUT, PATCH, DELETE';
const daySeconds = '86400';

/** Sets the headers by which a browser lets a program read the answer. */
export function allowBrowsers(reply: FastifyReply): void {
  reply.header('Access-Control-Allow-Origin', '*');
  reply.header('Access-Control-Expose-Headers', exposed);
}

/** Answers `OPTIONS` on any path without credentials: every method and every header that is asked for is allowed. */
export function answerPreflight(request: FastifyRequest, reply: FastifyReply): FastifyReply {
  const asked = request.headers['access-control-request-headers'];
  reply.header('Access-Control-Allow-Methods', methods);
  if (asked !== undefined) reply.header('Access-Control-Allow-Headers', asked);
  reply.header('Vary', 'Access-Control-Request-Headers');
  return reply.header('Access-Control-Max-Age', daySeconds).header('Content-Length', '0').status(204).send();
}
