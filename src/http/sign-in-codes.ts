// Codes that sign somebody in once: whoever started the server on this machine is given one in a link, instead of having to
// type the administrator's password.

import { createHash, randomBytes } from 'node:crypto';
import type { Clock } from '../core/clock.ts';

/** Codes of this process. */
export interface SignInCodes {
  /** A code for a user, good once and for ten minutes. */
  make(user: CodeOwner): string;
  /** The user of a code, which is spent by this; undefined for any other text. */
  take(code: string): CodeOwner | undefined;
}

interface CodeOwner {
  organizationId: number;
  userId: number;
}

const lifetimeMs = 10 * 60_000;

/** Makes an empty memory of codes; it keeps digests only. */
export function createSignInCodes(clock: Clock): SignInCodes {
  const codes = new Map<string, { user: CodeOwner; endsAt: number }>();
  const digest = (code: string) => createHash('sha256').update(code).digest('hex');
  return {
    make(user) {
      const code = randomBytes(32).toString('base64url');
      codes.set(digest(code), { user, endsAt: clock() + lifetimeMs });
      return code;
    },
    take(code) {
      const name = digest(code);
      const found = codes.get(name);
      codes.delete(name);
      return found !== undefined && clock() < found.endsAt ? found.user : undefined;
    },
  };
}
