// Salesforce's OAuth 2: authorize, token and revoke endpoints on login, test and My Domain hosts.

import { createHmac, randomBytes } from 'node:crypto';
import { checkTokenRequest, nextRefreshToken, type OAuth2Rules, scopesOf, type TokenFailure } from '../oauth2.ts';
import type { SandboxState } from '../state.ts';
import { tokenAnswer } from '../token-answer.ts';
import { type Answer, empty, formParameters, json, type VendorRequest } from '../vendor.ts';
import { type Organization, organizationOf, salesforceUserId } from './organization.ts';
import { salesforceTheme } from './theme.ts';

/** Default session time-out: two hours (Salesforce help "Modify Session Security Settings"). */
const sessionSeconds = 2 * 3600;

const knownScopes = [
  'api',
  'full',
  'refresh_token',
  'offline_access',
  'id',
  'profile',
  'email',
  'address',
  'phone',
  'openid',
  'web',
  'visualforce',
  'chatter_api',
  'custom_permissions',
  'wave_api',
  'eclair_api',
  'content',
  'lightning',
  'pardot_api',
  'interaction_api',
  'cdp_api',
  'cdp_ingest_api',
  'cdp_profile_api',
  'cdp_query_api',
  'sfap_api',
  'einstein_gpt_api',
];

/** Salesforce help "OAuth 2.0 Web Server Flow for Web App Integration", "OAuth Tokens and Scopes". */
export const salesforceRules: OAuth2Rules = {
  vendor: 'salesforce',
  theme: salesforceTheme,
  codeSeconds: 15 * 60,
  defaultScope: 'full refresh_token',
  isKnownScope: (scope) => knownScopes.includes(scope),
  defaultChallengeMethod: 'S256',
  acceptsJson: false,
  acceptsBasic: true,
  describe: {
    access_denied: 'end-user denied authorization',
    invalid_request: 'missing required parameter',
    invalid_scope: 'the requested scope is not allowed',
    unsupported_response_type: 'response type not supported',
  },
  sameSite: (givenOutAt, usedAt) => organizationOf(givenOutAt) === organizationOf(usedAt),
  goodExtras: () => true,
};

const invalidCode = { error: 'invalid_grant', error_description: 'invalid authorization code' };
const invalidRefresh = { error: 'invalid_grant', error_description: 'expired access/refresh token' };

/** Salesforce help "OAuth 2.0 Error Codes"; all with status 400. */
const failures: Record<TokenFailure, { error: string; error_description: string }> = {
  missingClient: { error: 'invalid_client_id', error_description: 'client identifier invalid' },
  unknownClient: { error: 'invalid_client_id', error_description: 'client identifier invalid' },
  wrongSecret: { error: 'invalid_client', error_description: 'invalid client credentials' },
  badExtras: { error: 'invalid_request', error_description: 'invalid parameter' },
  missingGrantType: { error: 'unsupported_grant_type', error_description: 'grant type not supported' },
  unsupportedGrantType: { error: 'unsupported_grant_type', error_description: 'grant type not supported' },
  missingCode: { error: 'invalid_request', error_description: 'missing required code parameter' },
  unknownCode: invalidCode,
  spentCode: { error: 'invalid_grant', error_description: 'expired authorization code' },
  otherClientsCode: invalidCode,
  expiredCode: { error: 'invalid_grant', error_description: 'expired authorization code' },
  redirectMismatch: { error: 'redirect_uri_mismatch', error_description: 'redirect_uri must match configuration' },
  wrongVerifier: { error: 'invalid_grant', error_description: 'invalid code verifier' },
  missingRefreshToken: { error: 'invalid_request', error_description: 'missing required refresh_token parameter' },
  unknownRefreshToken: invalidRefresh,
  otherClientsRefreshToken: invalidRefresh,
  rotatedRefreshToken: invalidRefresh,
  revokedRefreshToken: invalidRefresh,
  expiredRefreshToken: invalidRefresh,
};

/**
 * POST /services/oauth2/token (Salesforce help "OAuth 2.0 Web Server Flow", "OAuth 2.0 Refresh Token Flow"). There is no
 * `expires_in`; a refresh does not rotate and does not return the refresh token.
 */
export function salesforceToken(state: SandboxState, request: VendorRequest): Answer {
  const settings = state.settings.salesforce;
  if (request.method !== 'POST') {
    return tokenAnswer(settings, 400, { error: 'invalid_request', error_description: 'must use HTTP POST' });
  }
  const passed = checkTokenRequest(state, salesforceRules, request);
  if (typeof passed === 'string') return tokenAnswer(settings, 400, failures[passed]);

  const { application, grant, refreshToken: used } = passed;
  const organization = organizationOf(grant.host);
  const seconds = settings.accessTokenSeconds === undefined ? sessionSeconds : settings.accessTokenSeconds;
  const value = `${organization.id.slice(0, 15)}!AQ${randomBytes(48).toString('base64url')}`;
  const access = state.tokens.issueAccessToken(grant, { value, seconds });
  const id = identityUrl(request, organization, grant.account.number);
  const issuedAt = String(access.createdAt);
  const fields: Record<string, unknown> = {
    access_token: access.value,
    signature: createHmac('sha256', application.clientSecret).update(`${id}${issuedAt}`).digest('base64'),
    scope: grant.scope,
    instance_url: `https://${organization.host}`,
    id,
    token_type: 'Bearer',
    issued_at: issuedAt,
  };
  const next = { value: newRefreshToken(), seconds: settings.refreshTokenSeconds ?? null };
  if (used === undefined && givesRefreshToken(grant.scope)) {
    fields['refresh_token'] = state.tokens.issueRefreshToken(grant, next).value;
  }
  if (used !== undefined && settings.rotateRefreshTokens === true) {
    fields['refresh_token'] = nextRefreshToken(state, used, { ...next, rotate: true }).value;
  }
  return tokenAnswer(settings, 200, fields);
}

function givesRefreshToken(scope: string): boolean {
  return scopesOf(scope).some((part) => part === 'refresh_token' || part === 'offline_access');
}

function newRefreshToken(): string {
  return `5Aep861${randomBytes(48).toString('base64url')}`;
}

/** The identity URL is on the host that logs people in, not on the instance (Salesforce help "Identity URLs"). */
function identityUrl(request: VendorRequest, organization: Organization, number: number): string {
  const host = /^(login|test)\.salesforce\.com$/.test(request.host) ? request.host : organization.loginHost;
  return `https://${host}/id/${organization.id}/${salesforceUserId(number)}`;
}

/**
 * GET or POST /services/oauth2/revoke (Salesforce help "Revoke OAuth Tokens"): an access token ends one session, a refresh
 * token ends all that came from it.
 */
export function salesforceRevoke(state: SandboxState, request: VendorRequest): Answer {
  const parameters = request.method === 'POST' ? formParameters(request) : new URLSearchParams(request.query);
  const value = parameters.get('token') ?? '';
  const access = state.tokens.findAccessToken('salesforce', value);
  const refresh = state.tokens.findRefreshToken('salesforce', value);
  if (access === undefined && refresh === undefined) {
    return json(400, { error: 'unsupported_token_type', error_description: 'this token type is not supported' });
  }
  const good = access === undefined || state.tokens.goodAccessToken('salesforce', value) !== undefined;
  if (!good || refresh?.grant.revoked === true || refresh?.rotated === true) {
    return json(400, { error: 'invalid_token', error_description: 'the token was invalid' });
  }
  if (access !== undefined) access.revoked = true;
  if (refresh !== undefined) refresh.grant.revoked = true;
  return empty(200);
}
