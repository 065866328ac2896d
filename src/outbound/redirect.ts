// Where a vendor's redirect leads, and what of the request may go along.

import { Problem } from '../core/errors.ts';
import type { HttpReply, HttpRequest, HttpStream } from '../core/http.ts';

const redirectStatuses = new Set([301, 302, 303, 307, 308]);

/** Headers that say what is wanted and nothing about who asks; no other goes to another origin. */
const impersonalHeaders = new Set([
  'accept',
  'accept-encoding',
  'accept-language',
  'if-modified-since',
  'if-none-match',
  'if-range',
  'range',
  'user-agent',
]);

/**
 * The request that follows a redirect (RFC 9110 section 15.4) of a GET or HEAD sent to `url`, or undefined when the
 * answer is none. To another origin, credentials of any form stay behind: elements use headers of many names for them.
 * Throws a Problem `egressRefused` for a redirect from https to http. The address is not checked any further.
 */
export function redirectedRequest(
  request: HttpRequest,
  url: URL,
  answer: HttpReply | HttpStream,
): HttpRequest | undefined {
  const location = answer.headers['location'];
  const follows = redirectStatuses.has(answer.status) && (request.method === 'GET' || request.method === 'HEAD');
  if (!follows || location === undefined || !URL.canParse(location, url.href)) return undefined;
  const target = new URL(location, url);
  target.hash = '';
  if (url.protocol === 'https:' && target.protocol === 'http:') {
    throw new Problem('egressRefused', `${url.host} redirected the request from https to http.`);
  }
  const headers =
    target.origin === url.origin
      ? request.headers
      : Object.fromEntries(Object.entries(request.headers).filter(([name]) => impersonalHeaders.has(name)));
  return { method: request.method, url: target.href, headers };
}
