// Where a person's browser goes on after a connection: a path of this server and nothing else, however it is written.

import { Problem } from '../core/errors.ts';

const longest = 2000;
/** stands for whatever host the browser is at */
const anywhere = 'http://valence.invalid';

/**
 * Throws a Problem unless a text is a path of this server for every browser: printable, with one slash at its beginning
 * and no backslash and no empty segment, which browsers take for the beginning of a host.
 */
export function requireReturnPath(text: string): string {
  const [path = ''] = text.split(/[?#]/, 1);
  const isPath = text.length <= longest && /^\/[!-~]*$/.test(text) && !text.includes('\\') && !path.includes('//');
  if (isPath && URL.canParse(text, anywhere)) {
    const { origin, pathname } = new URL(text, anywhere);
    if (origin === anywhere && !pathname.startsWith('//')) return text;
  }
  throw new Problem(
    'badRequest',
    'returnPath must be a path of this server, such as /connected: one slash first, no host and no backslash.',
  );
}

/** A return path with the connection named in its query. */
export function withConnection(returnPath: string, connectionId: string): string {
  const { pathname, searchParams, hash } = new URL(requireReturnPath(returnPath), anywhere);
  searchParams.set('connection', connectionId);
  return `${pathname}?${searchParams}${hash}`;
}
