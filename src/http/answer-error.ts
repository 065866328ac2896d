// Every error in the one form that callers know: {requestId, message, providerMessage?}.

import type { FastifyBaseLogger, FastifyError, FastifyReply, FastifyRequest } from 'fastify';
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

/** What an error is answered with. */
export interface ErrorAnswer {
  status: number;
  headers: Record<string, string>;
  body: { requestId: string; message: string; providerMessage?: string };
}

/** The answer to an error: to a Problem what it says, to the framework's our words, to anything else 500, logged. */
export function errorAnswer(error: unknown, requestId: string, log: FastifyBaseLogger): ErrorAnswer {
  const headers = {
    'Content-Type': 'application/json; charset=utf-8',
    'Access-Control-Allow-Origin': '*',
    'Access-Control-Expose-Headers': exposedHeaders.join(', '),
  };
  if (error instanceof Problem) {
    const { status, message, retryAfterSeconds: seconds, providerMessage } = error;
    if (status >= 500) log.warn({ requestId, err: error }, 'a vendor or this server could not answer');
    return {
      status,
      headers: { ...headers, ...(seconds === undefined ? {} : { 'Retry-After': String(seconds) }) },
      body: { requestId, message, ...(providerMessage === undefined ? {} : { providerMessage }) },
    };
  }
  const { statusCode: status = 500 } = error as FastifyError;
  if (status < 500) return { status, headers, body: { requestId, message: frameworkMessage(error as FastifyError) } };
  log.error({ requestId, err: error }, 'unexpected error');
  const message = 'Something went wrong on this server; its log has the details under this requestId.';
  return { status: 500, headers, body: { requestId, message } };
}

/** Answers an error as `errorAnswer` says. */
export function answerError(error: FastifyError | Problem, request: FastifyRequest, reply: FastifyReply): FastifyReply {
  const { status, headers, body } = errorAnswer(error, request.id, request.log);
  // Errors of the framework come before any hook has run.
  return reply
    .headers({ 'Elements-Request-Id': request.id, ...headers })
    .status(status)
    .send(body);
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
