// Grants and their tokens: who allowed which application what, the access tokens and refresh tokens that came of it,
// and the counts that tests rely on (above all: how often an already rotated refresh token was sent again).

import type { Account } from './accounts.ts';
import type { VendorKey } from './vendor.ts';

/** One person's permission for one application. */
export interface Grant {
  vendor: VendorKey;
  host: string;
  account: Account;
  clientId: string;
  scope: string;
  accessTokensIssued: number;
  refreshes: number;
  /** Every use of a refresh token that had already been rotated away. */
  refreshTokensSpentTwice: number;
  revoked: boolean;
}

export interface AccessToken {
  value: string;
  /** A number, for vendors whose API addresses tokens by id. */
  id: number;
  grant: Grant;
  /** OAuth 1.0a token secret; empty for OAuth 2. */
  secret: string;
  /** Milliseconds since 1970. */
  createdAt: number;
  /** Milliseconds since 1970; null: never. */
  expiresAt: number | null;
  revoked: boolean;
}

export interface RefreshToken {
  value: string;
  grant: Grant;
  /** Milliseconds since 1970; null: never. */
  expiresAt: number | null;
  /** Rotated away: a newer refresh token took its place. */
  rotated: boolean;
}

/** Why a refresh token cannot be used. */
export type RefreshFailure =
  | 'unknownRefreshToken'
  | 'otherClientsRefreshToken'
  | 'rotatedRefreshToken'
  | 'revokedRefreshToken'
  | 'expiredRefreshToken';

/** All grants and tokens. */
export interface TokenStore {
  openGrant(details: Pick<Grant, 'vendor' | 'host' | 'account' | 'clientId' | 'scope'>): Grant;
  issueAccessToken(grant: Grant, token: { value: string; seconds: number | null; secret?: string }): AccessToken;
  issueRefreshToken(grant: Grant, token: { value: string; seconds: number | null }): RefreshToken;
  /** The access token, whatever its state. */
  findAccessToken(vendor: VendorKey, value: string): AccessToken | undefined;
  findAccessTokenById(vendor: VendorKey, id: number): AccessToken | undefined;
  /** The access token when it is good now: known, not expired, neither it nor its grant revoked. */
  goodAccessToken(vendor: VendorKey, value: string): AccessToken | undefined;
  /** The refresh token, whatever its state. */
  findRefreshToken(vendor: VendorKey, value: string): RefreshToken | undefined;
  /** The refresh token when this client may use it now, else why not; counts a second use. */
  useRefreshToken(vendor: VendorKey, value: string, clientId: string): RefreshToken | RefreshFailure;
  /** All access tokens of a grant that are not revoked are revoked. */
  revokeAccessTokens(grant: Grant): void;
  /** Lets access tokens (or one token, of either kind) expire now; answers how many. */
  expire(vendor: VendorKey | undefined, value: string | undefined): number;
  /** Revokes grants (or the one that a token belongs to); answers how many. */
  revoke(vendor: VendorKey | undefined, value: string | undefined): number;
  /** Revokes all grants of a person, as vendors do when the password changes; answers how many. */
  revokePerson(vendor: VendorKey | undefined, email: string): number;
  /** What `GET /_sandbox/tokens` answers. */
  report(vendor: VendorKey | undefined): TokenReport;
}

/** Counts of tokens, and the grants. */
interface TokenReport {
  accessTokens: { good: number; expired: number; revoked: number };
  refreshTokens: { good: number; rotated: number; expired: number; revoked: number };
  grants: {
    vendor: VendorKey;
    host: string;
    user: string;
    clientId: string;
    scope: string;
    accessTokensIssued: number;
    refreshes: number;
    refreshTokensSpentTwice: number;
    revoked: boolean;
  }[];
}

/** An empty store that reads the time from `now`. */
export function createTokenStore(now: () => Date): TokenStore {
  const grants: Grant[] = [];
  const accessTokens = new Map<string, AccessToken>();
  const refreshTokens = new Map<string, RefreshToken>();

  const expired = (token: { expiresAt: number | null }) =>
    token.expiresAt !== null && token.expiresAt <= now().getTime();
  const inSeconds = (seconds: number | null) => (seconds === null ? null : now().getTime() + seconds * 1000);
  const belongs = (vendor: VendorKey | undefined) => (token: { grant: Grant }) =>
    vendor === undefined || token.grant.vendor === vendor;

  function findAccessToken(vendor: VendorKey, value: string): AccessToken | undefined {
    const token = accessTokens.get(value);
    return token?.grant.vendor === vendor ? token : undefined;
  }

  function findRefreshToken(vendor: VendorKey, value: string): RefreshToken | undefined {
    const token = refreshTokens.get(value);
    return token?.grant.vendor === vendor ? token : undefined;
  }

  return {
    findAccessToken,
    findRefreshToken,

    openGrant(details) {
      const grant = { ...details, accessTokensIssued: 0, refreshes: 0, refreshTokensSpentTwice: 0, revoked: false };
      grants.push(grant);
      return grant;
    },

    issueAccessToken(grant, { value, seconds, secret = '' }) {
      const createdAt = now().getTime();
      const id = accessTokens.size + 1;
      const token = { value, id, grant, secret, createdAt, expiresAt: inSeconds(seconds), revoked: false };
      accessTokens.set(value, token);
      grant.accessTokensIssued += 1;
      return token;
    },

    issueRefreshToken(grant, { value, seconds }) {
      const token = { value, grant, expiresAt: inSeconds(seconds), rotated: false };
      refreshTokens.set(value, token);
      return token;
    },

    findAccessTokenById(vendor, id) {
      return [...accessTokens.values()].find((token) => token.id === id && token.grant.vendor === vendor);
    },

    goodAccessToken(vendor, value) {
      const token = findAccessToken(vendor, value);
      if (token === undefined || token.revoked || token.grant.revoked || expired(token)) return undefined;
      return token;
    },

    useRefreshToken(vendor, value, clientId) {
      const token = findRefreshToken(vendor, value);
      if (token === undefined) return 'unknownRefreshToken';
      if (token.rotated) token.grant.refreshTokensSpentTwice += 1;
      if (token.grant.clientId !== clientId) return 'otherClientsRefreshToken';
      if (token.rotated) return 'rotatedRefreshToken';
      if (token.grant.revoked) return 'revokedRefreshToken';
      if (expired(token)) return 'expiredRefreshToken';
      return token;
    },

    revokeAccessTokens(grant) {
      for (const token of accessTokens.values()) if (token.grant === grant) token.revoked = true;
    },

    expire(vendor, value) {
      const all = value === undefined ? accessTokens.values() : [accessTokens.get(value), refreshTokens.get(value)];
      const chosen = [...all].filter((token) => token !== undefined).filter(belongs(vendor));
      for (const token of chosen) token.expiresAt = now().getTime();
      return chosen.length;
    },

    revoke(vendor, value) {
      const all = value === undefined ? grants : [(accessTokens.get(value) ?? refreshTokens.get(value))?.grant];
      const chosen = all.filter((grant) => grant !== undefined).filter((grant) => belongs(vendor)({ grant }));
      for (const grant of chosen) grant.revoked = true;
      return chosen.length;
    },

    revokePerson(vendor, email) {
      const chosen = grants.filter((grant) => belongs(vendor)({ grant }) && grant.account.email === email);
      for (const grant of chosen) grant.revoked = true;
      return chosen.length;
    },

    report(vendor) {
      const report: TokenReport = {
        accessTokens: { good: 0, expired: 0, revoked: 0 },
        refreshTokens: { good: 0, rotated: 0, expired: 0, revoked: 0 },
        grants: [],
      };
      for (const token of [...accessTokens.values()].filter(belongs(vendor))) {
        const state = token.revoked || token.grant.revoked ? 'revoked' : expired(token) ? 'expired' : 'good';
        report.accessTokens[state] += 1;
      }
      for (const token of [...refreshTokens.values()].filter(belongs(vendor))) {
        const dead = token.grant.revoked ? 'revoked' : expired(token) ? 'expired' : 'good';
        report.refreshTokens[token.rotated ? 'rotated' : dead] += 1;
      }
      for (const { account, ...grant } of grants.filter((grant) => belongs(vendor)({ grant }))) {
        report.grants.push({ ...grant, user: account.email });
      }
      return report;
    },
  };
}
