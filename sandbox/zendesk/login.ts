// Zendesk's OAuth 2: authorize and token endpoints, and the tokens' own API (show, revoke).

import { randomBytes } from 'node:crypto';
import {
  checkTokenRequest,
  nextRefreshToken,
  type OAuth2Rules,
  type PassedTokenRequest,
  type TokenFailure,
} from '../oauth2.ts';
import type { SandboxState } from '../state.ts';
import { tokenAnswer } from '../token-answer.ts';
import type { AccessToken } from '../tokens.ts';
import { type Answer, empty, json, type VendorRequest } from '../vendor.ts';
import { zendeskTheme } from './theme.ts';

/** Defaults of expiring clients: 30 minutes and 30 days (Zendesk announcement 9182123625370). */
const accessSeconds = 30 * 60;
const refreshSeconds = 30 * 24 * 3600;

/** Ranges of `expires_in` and `refresh_token_expires_in` in token requests (Zendesk, OAuth Tokens for Grant Types). */
const accessRange = { least: 300, most: 172_800 };
const refreshRange = { least: 604_800, most: 7_776_000 };

/** Zendesk help "Using OAuth authentication with your application"; developer docs "OAuth Tokens for Grant Types". */
export const zendeskRules: OAuth2Rules = {
  vendor: 'zendesk',
  theme: zendeskTheme,
  codeSeconds: 120,
  defaultScope: 'read write',
  isKnownScope: (scope) => /^(read|write|impersonate|[a-z_]+:(read|write))$/.test(scope),
  defaultChallengeMethod: 'plain',
  acceptsJson: true,
  acceptsBasic: false,
  describe: {
    access_denied: 'The end-user or authorization server denied the request.',
    invalid_request:
      'The request is missing a required parameter, includes an unsupported parameter value, or is otherwise malformed.',
    invalid_scope: 'The requested scope is invalid, unknown, or malformed.',
    unsupported_response_type: 'The authorization server does not support this response type.',
  },
  sameSite: (givenOutAt, usedAt) => givenOutAt === usedAt,
  goodExtras: (parameters) =>
    inRange(parameters.get('expires_in'), accessRange) &&
    inRange(parameters.get('refresh_token_expires_in'), refreshRange),
};

function inRange(value: string | undefined, range: { least: number; most: number }): boolean {
  if (value === undefined) return true;
  return /^\d+$/.test(value) && Number(value) >= range.least && Number(value) <= range.most;
}

const invalidClient = {
  status: 401,
  error: 'invalid_client',
  error_description:
    'Client authentication failed due to unknown client, no client authentication included, or unsupported authentication method.',
};
const invalidGrant = {
  status: 400,
  error: 'invalid_grant',
  error_description:
    'The provided access grant is invalid, expired, or revoked (e.g. invalid assertion, expired authorization token, bad end-user password credentials, or mismatching authorization code and redirection URI).',
};
const invalidRequest = {
  status: 400,
  error: 'invalid_request',
  error_description: zendeskRules.describe.invalid_request,
};

const failures: Record<TokenFailure, typeof invalidClient> = {
  missingClient: invalidClient,
  unknownClient: invalidClient,
  wrongSecret: invalidClient,
  badExtras: invalidRequest,
  missingGrantType: invalidRequest,
  unsupportedGrantType: {
    status: 400,
    error: 'unsupported_grant_type',
    error_description: 'The access grant type is not supported by the authorization server.',
  },
  missingCode: invalidRequest,
  unknownCode: invalidGrant,
  spentCode: invalidGrant,
  otherClientsCode: invalidGrant,
  expiredCode: invalidGrant,
  redirectMismatch: invalidGrant,
  wrongVerifier: invalidGrant,
  missingRefreshToken: invalidRequest,
  unknownRefreshToken: invalidGrant,
  otherClientsRefreshToken: invalidGrant,
  rotatedRefreshToken: invalidGrant,
  revokedRefreshToken: invalidGrant,
  expiredRefreshToken: invalidGrant,
};

/** POST /oauth/tokens (Zendesk developer docs "OAuth Tokens for Grant Types"). */
export function zendeskToken(state: SandboxState, request: VendorRequest): Answer {
  const settings = state.settings.zendesk;
  const passed = checkTokenRequest(state, zendeskRules, request);
  if (typeof passed === 'string') {
    const { status, ...fields } = failures[passed];
    return tokenAnswer(settings, status, fields);
  }
  return tokenAnswer(settings, 200, issue(state, passed));
}

/** A refresh deletes the previous access and refresh tokens; classic clients get a lasting token and no refresh token. */
function issue(state: SandboxState, passed: PassedTokenRequest): Record<string, unknown> {
  const { application, grant, parameters, refreshToken: used } = passed;
  const settings = state.settings.zendesk;
  if (used !== undefined) state.tokens.revokeAccessTokens(grant);
  const documented = application.expiringTokens ? accessSeconds : null;
  const seconds = requested(parameters, 'expires_in') ?? chosen(settings.accessTokenSeconds, documented);
  const access = state.tokens.issueAccessToken(grant, { value: randomBytes(32).toString('hex'), seconds });
  const fields: Record<string, unknown> = { access_token: access.value, token_type: 'bearer', scope: grant.scope };
  if (seconds !== null) fields['expires_in'] = seconds;
  if (!application.expiringTokens) return fields;

  const life =
    requested(parameters, 'refresh_token_expires_in') ?? chosen(settings.refreshTokenSeconds, refreshSeconds);
  const next = { value: randomBytes(32).toString('hex'), seconds: life, rotate: settings.rotateRefreshTokens ?? true };
  const refresh =
    used === undefined ? state.tokens.issueRefreshToken(grant, next) : nextRefreshToken(state, used, next);
  fields['refresh_token'] = refresh.value;
  if (life !== null) fields['refresh_token_expires_in'] = life;
  return fields;
}

function requested(parameters: ReadonlyMap<string, string>, name: string): number | undefined {
  const value = parameters.get(name);
  return value === undefined ? undefined : Number(value);
}

function chosen(setting: number | null | undefined, documented: number | null): number | null {
  return setting === undefined ? documented : setting;
}

/** GET and DELETE /api/v2/oauth/tokens/{id or "current"} (Zendesk developer docs "OAuth Tokens"). */
export function zendeskTokenResource(
  state: SandboxState,
  request: VendorRequest,
  current: AccessToken,
  id: string,
): Answer {
  const token = id === 'current' ? current : state.tokens.findAccessTokenById('zendesk', Number(id));
  const own = token?.grant.host === current.grant.host && token.grant.account === current.grant.account;
  if (token === undefined || !own || token.revoked || token.grant.revoked) {
    return json(404, { error: 'RecordNotFound', description: 'Not found' });
  }
  if (request.method === 'GET') return json(200, { token: describeToken(token) });
  token.grant.revoked = true;
  return empty(204);
}

function describeToken(token: AccessToken): Record<string, unknown> {
  const base = `https://${token.grant.host}/api/v2`;
  return {
    url: `${base}/oauth/tokens/${token.id}.json`,
    id: token.id,
    user_id: zendeskUserId(token.grant.account.number),
    client_id: 223_443,
    token: token.value.slice(0, 10),
    refresh_token: null,
    created_at: new Date(token.createdAt).toISOString(),
    expires_at: token.expiresAt === null ? null : new Date(token.expiresAt).toISOString(),
    used_at: null,
    scopes: token.grant.scope.split(' '),
  };
}

/** The numeric id of a preset person at Zendesk. */
export function zendeskUserId(number: number): number {
  return 35_436_000 + number;
}
