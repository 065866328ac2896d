// Webex's OAuth 2 for integrations: authorize and access_token endpoints.

import { randomBytes } from 'node:crypto';
import { checkTokenRequest, nextRefreshToken, type OAuth2Rules, type TokenFailure } from '../oauth2.ts';
import type { SandboxState } from '../state.ts';
import { tokenAnswer } from '../token-answer.ts';
import type { Answer, VendorRequest } from '../vendor.ts';
import { webexTheme } from './theme.ts';

/** 14 days and 90 days, as the vendor's sample answers state them (developer.webex.com "Integrations & Authorization"). */
const accessSeconds = 1_209_599;
const refreshSeconds = 7_775_999;

/** developer.webex.com "Integrations & Authorization"; the life of a code is not documented: RFC 6749's ten minutes. */
export const webexRules: OAuth2Rules = {
  vendor: 'webex',
  theme: webexTheme,
  codeSeconds: 600,
  defaultScope: undefined,
  isKnownScope: (scope) => /^(spark(-admin|-compliance)?|meeting|identity|audit|analytics):[a-z0-9_]+$/.test(scope),
  defaultChallengeMethod: 'plain',
  acceptsJson: false,
  acceptsBasic: true,
  describe: {
    access_denied: 'The resource owner or authorization server denied the request.',
    invalid_request: 'The request is missing a required parameter or includes an invalid parameter value.',
    invalid_scope: 'The requested scope is invalid.',
    unsupported_response_type: 'The response type is not supported.',
  },
  sameSite: () => true,
  goodExtras: () => true,
};

const failures: Record<TokenFailure, { status: number; error: string }> = {
  missingClient: { status: 400, error: 'invalid_request' },
  unknownClient: { status: 401, error: 'invalid_client' },
  wrongSecret: { status: 401, error: 'invalid_client' },
  badExtras: { status: 400, error: 'invalid_request' },
  missingGrantType: { status: 400, error: 'invalid_request' },
  unsupportedGrantType: { status: 400, error: 'unsupported_grant_type' },
  missingCode: { status: 400, error: 'invalid_request' },
  unknownCode: { status: 400, error: 'invalid_grant' },
  spentCode: { status: 400, error: 'invalid_grant' },
  otherClientsCode: { status: 400, error: 'invalid_grant' },
  expiredCode: { status: 400, error: 'invalid_grant' },
  redirectMismatch: { status: 400, error: 'redirect_uri_mismatch' },
  wrongVerifier: { status: 400, error: 'invalid_grant' },
  missingRefreshToken: { status: 400, error: 'invalid_request' },
  unknownRefreshToken: { status: 400, error: 'invalid_grant' },
  otherClientsRefreshToken: { status: 400, error: 'invalid_grant' },
  rotatedRefreshToken: { status: 400, error: 'invalid_grant' },
  revokedRefreshToken: { status: 400, error: 'invalid_grant' },
  expiredRefreshToken: { status: 400, error: 'invalid_grant' },
};

/**
 * POST /v1/access_token (developer.webex.com "Integrations & Authorization", Getting an Access Token, Using the Refresh Token).
 * A refresh gives a new access token and the same refresh token, whose 90 days begin again.
 */
export function webexToken(state: SandboxState, request: VendorRequest): Answer {
  const settings = state.settings.webex;
  const passed = checkTokenRequest(state, webexRules, request);
  if (typeof passed === 'string') {
    const { status, error } = failures[passed];
    return tokenAnswer(settings, status, webexTokenError(status, error));
  }
  const { grant, refreshToken: used } = passed;
  const seconds = settings.accessTokenSeconds === undefined ? accessSeconds : settings.accessTokenSeconds;
  const life = settings.refreshTokenSeconds === undefined ? refreshSeconds : settings.refreshTokenSeconds;
  const access = state.tokens.issueAccessToken(grant, { value: webexTokenValue(), seconds });
  const next = { value: webexTokenValue(), seconds: life, rotate: settings.rotateRefreshTokens ?? false };
  const refresh =
    used === undefined ? state.tokens.issueRefreshToken(grant, next) : nextRefreshToken(state, used, next);
  return tokenAnswer(settings, 200, {
    access_token: access.value,
    ...(seconds === null ? {} : { expires_in: seconds }),
    refresh_token: refresh.value,
    ...(life === null ? {} : { refresh_token_expires_in: life }),
    token_type: 'Bearer',
    scope: grant.scope,
  });
}

function webexTokenValue(): string {
  return `${randomBytes(48).toString('base64url')}_PF84_${randomBytes(16).toString('hex')}`;
}

/** Webex's API passes on what its identity broker said, inside its own error body. */
function webexTokenError(status: number, error: string): Record<string, unknown> {
  const reason = status === 401 ? '401 Unauthorized' : '400 Bad Request';
  const url = 'https://idbroker.webex.com/idb/oauth2/v1/access_token';
  const trackingId = webexTrackingId();
  return webexError(
    `POST failed: HTTP/1.1 ${reason} (url = ${url}, request/response TrackingId = ${trackingId}, error = '${error}')`,
    trackingId,
  );
}

/** The error body of every Webex API (developer.webex.com "REST API Basics", API Errors). */
export function webexError(message: string, trackingId = webexTrackingId()): Record<string, unknown> {
  return { message, errors: [{ description: message }], trackingId };
}

function webexTrackingId(): string {
  return `ROUTER_${randomBytes(8).toString('hex').toUpperCase()}`;
}
