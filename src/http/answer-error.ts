// Every error in the one form that callers know: {requestId, message, providerMessage?}.

import type { FastifyError, FastifyReply, FastifyRequest } from 'fastify';
import { Problem } from '../core/errors.ts';

/** The response headers that a browser may read. */
export const exposedHeaders = [
  'Elements-Returned-Count',
  'Elements-Total-Count',
  'Elements-Request-Id',
  'Elements-Next-Page-Token',
  'Elements-Trace-Id',
  'Elements-Error',
  'Content-Disposition',
];

/** Answers an error: a Problem with what it says, the framework's in our words, anything else as 500, logged. */
export function answerError(error: FastifyError | Problem, request: FastifyRequest, reply: FastifyReply): FastifyReply {
  // Errors of the framework come before any hook has run.
  reply.header('Elements-Request-Id', request.id);
  reply.header('Access-Control-Allow-Origin', '*');
  reply.header('Access-Control-Expose-Headers', exposedHeaders.join(', '));
  if (error instanceof Problem) {
    if (error.retryAfterSeconds !== undefined) reply.header('Retry-After', error.retryAfterSeconds);
    if (error.status >= 500)
      request.log.warn({ requestId: request.id, err: error }, 'a vendor or this server could not answer');
    const said = error.providerMessage === undefined ? {} : { providerMessage: error.providerMessage };
    return reply.status(error.status).send({ requestId: request.id, message: error.message, ...said });
  }
  const status = error.statusCode ?? 500;
  if (status < 500) return reply.status(status).send({ requestId: request.id, message: frameworkMessage(error) });
  request.log.error({ requestId: request.id, err: error }, 'unexpected error');
  return reply.status(500).send({
    requestId: request.id,
    message: 'Something went wrong on this server; its log has the details under this requestId.',
  });
}

/** The framework's own errors in our words; secrets stand in URLs, so none is repeated. */
function frameworkMessage(error: FastifyError): string {
  switch (error.code) {
    case 'FST_ERR_BAD_URL':
      return 'The URL cannot be decoded: percent-encode its path.';
    case 'FST_ERR_CTP_INVALID_MEDIA_TYPE':
      return 'The content type is not understood here: send application/json.';
    case 'FST_ERR_CTP_BODY_TOO_LARGE':
      return 'The request body is larger than this server takes.';
    case 'FST_ERR_CTP_INVALID_JSON_BODY':
      return 'The request body is not valid JSON.';
    default:
      return error.message;
  }
}
