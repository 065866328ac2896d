// The cookie by which a browser shows, when a vendor sends it back, that the connection was begun in it. It goes to the
// callback and nowhere else.

import { parseCookie, stringifySetCookie } from 'cookie';
import type { Secret } from '../core/secret.ts';

/** The path that vendors send people back to, at the root of the server. */
export const callbackPath = '/oauth/callback';

const prefix = 'valence-connection-';

/**
 * The Set-Cookie header for a connection that was begun with `bindToBrowser`; `secure` where the server is reached by
 * https. A page in a frame of another site cannot set it: begin the connection in the popup that goes to the vendor.
 */
export function connectionCookie(
  connectionId: string,
  browserKey: Secret,
  { secure, seconds }: { secure: boolean; seconds: number },
): string {
  return stringifySetCookie({
    name: prefix + connectionId,
    value: browserKey.reveal(),
    path: callbackPath,
    httpOnly: true,
    sameSite: 'lax',
    secure,
    maxAge: seconds,
  });
}

/** The keys of the connections that were begun in the browser of a request. */
export function browserKeysOf(cookieHeader: string | undefined): string[] {
  return Object.entries(parseCookie(cookieHeader ?? '')).flatMap(([name, value]) =>
    name.startsWith(prefix) && value !== undefined ? [value] : [],
  );
}
