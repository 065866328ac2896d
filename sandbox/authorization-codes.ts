// Authorization codes: short-lived, for one client and one redirect URI, and good for one use; with PKCE when it was asked for.

import { createHash, randomBytes } from 'node:crypto';
import type { Account } from './accounts.ts';
import type { Grant } from './tokens.ts';
import type { VendorKey } from './vendor.ts';

export type ChallengeMethod = 'plain' | 'S256';

/** What an authorize request settled and the token request must fit. */
export interface AuthorizationCode {
  code: string;
  vendor: VendorKey;
  host: string;
  clientId: string;
  redirectUri: string;
  scope: string;
  account: Account;
  challenge: { value: string; method: ChallengeMethod } | undefined;
  /** Milliseconds since 1970. */
  expiresAt: number;
  /** The grant that came from the code; set once the code is spent. */
  grant: Grant | undefined;
}

/** The codes that were given out. */
export interface CodeStore {
  issue(code: Omit<AuthorizationCode, 'code' | 'grant'>): string;
  find(vendor: VendorKey, code: string): AuthorizationCode | undefined;
}

/** An empty store. */
export function createCodeStore(): CodeStore {
  const codes = new Map<string, AuthorizationCode>();
  return {
    issue(details) {
      const code = randomBytes(32).toString('hex');
      codes.set(code, { ...details, code, grant: undefined });
      return code;
    },
    find(vendor, code) {
      const found = codes.get(code);
      return found?.vendor === vendor ? found : undefined;
    },
  };
}

/** Whether the verifier proves the challenge; a code without a challenge needs none (RFC 7636 section 4.6). */
export function provesChallenge(challenge: AuthorizationCode['challenge'], verifier: string | undefined): boolean {
  if (challenge === undefined) return true;
  if (verifier === undefined) return false;
  if (challenge.method === 'plain') return verifier === challenge.value;
  return createHash('sha256').update(verifier).digest('base64url') === challenge.value;
}
