// Act! Essentials' OAuth 2: authorize and token endpoints. The vendor's OAuth pages are no longer public: what they do not
// tell (lifetimes, error words) follows RFC 6749.

import { randomBytes } from 'node:crypto';
import { checkTokenRequest, nextRefreshToken, type OAuth2Rules, type TokenFailure } from '../oauth2.ts';
import type { SandboxState } from '../state.ts';
import { tokenAnswer } from '../token-answer.ts';
import type { Answer, VendorRequest } from '../vendor.ts';
import { actTheme } from './theme.ts';

/** Assumed: one hour and thirty days. */
const accessSeconds = 3600;
const refreshSeconds = 30 * 24 * 3600;

/** RFC 6749; the authorize request carries no scope. */
export const actRules: OAuth2Rules = {
  vendor: 'act',
  theme: actTheme,
  codeSeconds: 600,
  defaultScope: 'api',
  isKnownScope: (scope) => scope === 'api' || scope === 'offline_access',
  defaultChallengeMethod: 'plain',
  acceptsJson: false,
  acceptsBasic: true,
  describe: {
    access_denied: 'The resource owner denied the request.',
    invalid_request: 'The request is missing a required parameter or includes an invalid parameter value.',
    invalid_scope: 'The requested scope is invalid or unknown.',
    unsupported_response_type: 'The response type is not supported.',
  },
  sameSite: () => true,
  goodExtras: () => true,
};

const invalidClient = { error: 'invalid_client', error_description: 'Client authentication failed.' };
const invalidRequest = { error: 'invalid_request', error_description: actRules.describe.invalid_request };
const invalidGrant = {
  error: 'invalid_grant',
  error_description: 'The authorization code or refresh token is invalid, expired or revoked, or is not this client’s.',
};

const failures: Record<TokenFailure, { error: string; error_description: string }> = {
  missingClient: invalidClient,
  unknownClient: invalidClient,
  wrongSecret: invalidClient,
  badExtras: invalidRequest,
  missingGrantType: invalidRequest,
  unsupportedGrantType: { error: 'unsupported_grant_type', error_description: 'The grant type is not supported.' },
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

/** POST /act/oauth/v2/token (RFC 6749 sections 5.1, 5.2 and 6); refresh tokens rotate. */
export function actToken(state: SandboxState, request: VendorRequest): Answer {
  const settings = state.settings.act;
  const passed = checkTokenRequest(state, actRules, request);
  if (typeof passed === 'string') return refuse(state, request, failures[passed]);
  const { grant, refreshToken: used } = passed;
  const seconds = settings.accessTokenSeconds === undefined ? accessSeconds : settings.accessTokenSeconds;
  const life = settings.refreshTokenSeconds === undefined ? refreshSeconds : settings.refreshTokenSeconds;
  const access = state.tokens.issueAccessToken(grant, { value: randomBytes(32).toString('base64url'), seconds });
  const value = randomBytes(32).toString('base64url');
  const next = { value, seconds: life, rotate: settings.rotateRefreshTokens ?? true };
  const refresh =
    used === undefined ? state.tokens.issueRefreshToken(grant, next) : nextRefreshToken(state, used, next);
  return tokenAnswer(settings, 200, {
    access_token: access.value,
    token_type: 'bearer',
    ...(seconds === null ? {} : { expires_in: seconds }),
    refresh_token: refresh.value,
  });
}

/** RFC 6749 section 5.2: a client that failed to authenticate by header gets 401 with a challenge, all else 400. */
function refuse(state: SandboxState, request: VendorRequest, fields: { error: string }): Answer {
  const byHeader = request.headers['authorization'] !== undefined;
  if (fields.error !== 'invalid_client' || !byHeader) return tokenAnswer(state.settings.act, 400, fields);
  return tokenAnswer(state.settings.act, 401, fields, { 'www-authenticate': 'Basic realm="Act! Essentials"' });
}
