// The session of a person in a browser: a cookie that no script can read, sent by pages of this server only. It stands for
// both secrets of its user, so that the console needs neither, and for an instance where a header names one.

import { parseCookie, stringifySetCookie } from 'cookie';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { Problem } from '../core/errors.ts';
import { type Caller, reachableScope } from './caller.ts';
import type { RouteContext } from './context.ts';

/** Names the instance whose account a browser's call is made at, as an element token does elsewhere. */
export const instanceHeader = 'valence-instance';
/** A page of another origin cannot send it without being asked first, and is refused then. */
const pageHeader = 'valence-page';

/** The name of the cookie: over TLS one that browsers bind to this host alone (RFC 6265bis section 4.1.3.2). */
function cookieName(isSecure: boolean): string {
  return isSecure ? '__Host-valence-session' : 'valence-session';
}

/**
 * The token of a request's session cookie, if one of our pages sent it and it brings no credentials of another kind: the
 * cookie alone, which a browser adds to whatever it is made to send, counts for nothing.
 */
export function sessionTokenOf(request: FastifyRequest): string | undefined {
  const { cookie, authorization, [pageHeader]: page } = request.headers;
  if (cookie === undefined || page === undefined || authorization !== undefined) return undefined;
  return parseCookie(cookie)[cookieName(request.protocol === 'https')];
}

/** Gives a browser its session. The lifetime is the session's own: it ends here when it ends at the server. */
export function setSessionCookie(reply: FastifyReply, token: string, maxAge: number): void {
  const secure = reply.request.protocol === 'https';
  reply.header(
    'Set-Cookie',
    stringifySetCookie({
      name: cookieName(secure),
      value: token,
      path: '/',
      httpOnly: true,
      sameSite: 'strict',
      secure,
      maxAge,
    }),
  );
}

/** Takes a browser's session away. */
export function clearSessionCookie(reply: FastifyReply): void {
  setSessionCookie(reply, '', 0);
}

/**
 * Refuses what a page of another origin makes a browser send (cross-site request forgery): beside the cookie's own
 * `SameSite=Strict` a request must have a header that only our pages add, and must not say that it comes from elsewhere
 * (Fetch Metadata, section 2.3).
 */
export function requireOwnPage({ headers }: FastifyRequest): void {
  const site = headers['sec-fetch-site'];
  if (headers[pageHeader] !== undefined && (site === undefined || site === 'same-origin')) return;
  throw new Problem('forbidden', 'A browser session is for pages of this server: programs send their secrets.');
}

/**
 * Who a browser's request is from; undefined when its session has ended. Throws a Problem when a page of another origin
 * sent it, and for an instance that this user cannot reach.
 */
export async function identifyBrowser(
  { signIn, organizations, instances }: Pick<RouteContext, 'signIn' | 'organizations' | 'instances'>,
  request: FastifyRequest,
  token: string,
): Promise<Caller | undefined> {
  const session = await signIn.sessionUser(token);
  if (session === undefined) return undefined;
  requireOwnPage(request);
  const identity = await organizations.identityOf(session.organizationId, session.userId);
  if (identity === undefined) return undefined;
  const named = request.headers[instanceHeader];
  if (named === undefined) return { identity, withOrganization: true, instance: undefined, session, fromPage: true };
  const id = Number(named);
  const instance = Number.isSafeInteger(id) ? await instances.byId(reachableScope(identity), id) : undefined;
  if (instance === undefined) throw new Problem('notFound', `There is no instance ${named}.`);
  return { identity, withOrganization: true, instance, session, fromPage: true };
}
