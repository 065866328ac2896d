// OAuth 2 as the vendors have it in common: the checks of an authorize request and of a token request, in the order of RFC 6749.
// What differs (lifetimes, scopes, words and statuses of errors) each vendor states in its rules or says itself.

import type { Account } from './accounts.ts';
import { type Application, mayRedirectTo } from './applications.ts';
import { type ChallengeMethod, provesChallenge } from './authorization-codes.ts';
import { askPerson } from './login.ts';
import { errorPage } from './pages.ts';
import type { SandboxState } from './state.ts';
import type { Theme } from './theme.ts';
import type { Grant, RefreshFailure, RefreshToken } from './tokens.ts';
import {
  type Answer,
  type Decision,
  formParameters,
  mediaType,
  redirectTo,
  type VendorKey,
  type VendorRequest,
} from './vendor.ts';

/** An error that goes back to the application by redirect (RFC 6749 section 4.1.2.1). */
type AuthorizeError = 'access_denied' | 'invalid_request' | 'invalid_scope' | 'unsupported_response_type';

/** What a vendor documents about its own OAuth 2. */
export interface OAuth2Rules {
  vendor: VendorKey;
  theme: Theme;
  codeSeconds: number;
  /** Used when the authorize request names no scope; undefined: the vendor requires one. */
  defaultScope: string | undefined;
  isKnownScope(scope: string): boolean;
  /** The method when `code_challenge` comes without one; RFC 7636 section 4.3 says plain. */
  defaultChallengeMethod: ChallengeMethod;
  /** Whether the token endpoint reads JSON too; every one reads forms (RFC 6749 section 4.1.3). */
  acceptsJson: boolean;
  acceptsBasic: boolean;
  /** The vendor's words in `error_description`. */
  describe: Record<AuthorizeError, string>;
  /** Whether a code or refresh token given out at one host is good at another. */
  sameSite(givenOutAt: string, usedAt: string): boolean;
  /** Whether the vendor's own extra token parameters are as it documents; looked at before anything is spent. */
  goodExtras(parameters: ReadonlyMap<string, string>): boolean;
}

interface AuthorizeRequest {
  application: Application;
  redirectUri: string;
  state: string | undefined;
  scope: string;
  challenge: { value: string; method: ChallengeMethod } | undefined;
}

type CheckedAuthorize = { ask: AuthorizeRequest } | { refuse: Answer };

/** The authorize endpoint with its pages (RFC 6749 section 3.1). */
export function authorize(state: SandboxState, rules: OAuth2Rules, request: VendorRequest): Answer {
  const checked = checkAuthorize(state, rules, request);
  if ('refuse' in checked) return checked.refuse;
  const { ask } = checked;
  return askPerson(state, request, {
    theme: rules.theme,
    applicationName: ask.application.name,
    scopes: scopesOf(ask.scope),
    callback: ask.redirectUri,
    decide: (decision, account) => sendBack(state, rules, request.host, ask, decision, account),
  });
}

/** What the authorize endpoint does once this person decides; for scripts. */
export function authorizeAs(
  state: SandboxState,
  rules: OAuth2Rules,
  request: VendorRequest,
  decision: Decision,
  account: Account,
): Answer {
  const checked = checkAuthorize(state, rules, request);
  if ('refuse' in checked) return checked.refuse;
  return sendBack(state, rules, request.host, checked.ask, decision, account);
}

/** RFC 6749 section 4.1.1 and 4.1.2.1: what concerns client and redirect URI is shown, all else goes back by redirect. */
function checkAuthorize(state: SandboxState, rules: OAuth2Rules, request: VendorRequest): CheckedAuthorize {
  const query = new URLSearchParams(request.query);
  const application = state.applications.find(rules.vendor, query.get('client_id') ?? '');
  if (application === undefined) {
    return { refuse: errorPage(rules.theme, 'No such client: client_id is missing or not registered.') };
  }
  const redirectUri = query.get('redirect_uri') ?? onlyRedirectUri(application);
  if (redirectUri === undefined || !mayRedirectTo(application, redirectUri)) {
    return { refuse: errorPage(rules.theme, 'redirect_uri is missing or not registered for this client.') };
  }
  const returned = query.get('state') ?? undefined;
  const refuse = (error: AuthorizeError) => ({
    refuse: redirectTo(redirectUri, { error, error_description: rules.describe[error], state: returned }),
  });
  if (query.get('response_type') === null) return refuse('invalid_request');
  if (query.get('response_type') !== 'code') return refuse('unsupported_response_type');
  const scope = query.get('scope')?.trim() || rules.defaultScope;
  if (scope === undefined || !scopesOf(scope).every(rules.isKnownScope)) return refuse('invalid_scope');
  const value = query.get('code_challenge');
  const method = query.get('code_challenge_method') ?? rules.defaultChallengeMethod;
  if (!isChallengeMethod(method)) return refuse('invalid_request');
  const challenge = value === null ? undefined : { value, method };
  return { ask: { application, redirectUri, state: returned, scope: scopesOf(scope).join(' '), challenge } };
}

function isChallengeMethod(method: string): method is ChallengeMethod {
  return method === 'S256' || method === 'plain';
}

function onlyRedirectUri(application: Application): string | undefined {
  return application.redirectUris.length === 1 ? application.redirectUris[0] : undefined;
}

/** The scopes of a space-separated list (RFC 6749 section 3.3); more than one space between two is forgiven. */
export function scopesOf(scope: string): string[] {
  return scope.split(/\s+/).filter((part) => part !== '');
}

function sendBack(
  state: SandboxState,
  rules: OAuth2Rules,
  host: string,
  ask: AuthorizeRequest,
  decision: Decision,
  account: Account,
): Answer {
  if (decision === 'deny') {
    const error_description = rules.describe.access_denied;
    return redirectTo(ask.redirectUri, { error: 'access_denied', error_description, state: ask.state });
  }
  const code = state.codes.issue({
    vendor: rules.vendor,
    host,
    clientId: ask.application.clientId,
    redirectUri: ask.redirectUri,
    scope: ask.scope,
    account,
    challenge: ask.challenge,
    expiresAt: state.now().getTime() + rules.codeSeconds * 1000,
  });
  return redirectTo(ask.redirectUri, { code, state: ask.state });
}

/** Why a token request is refused; each vendor says it in its own words. */
export type TokenFailure =
  | 'missingClient'
  | 'unknownClient'
  | 'wrongSecret'
  | 'badExtras'
  | 'missingGrantType'
  | 'unsupportedGrantType'
  | 'missingCode'
  | 'unknownCode'
  | 'spentCode'
  | 'otherClientsCode'
  | 'expiredCode'
  | 'redirectMismatch'
  | 'wrongVerifier'
  | 'missingRefreshToken'
  | RefreshFailure;

/** A token request that passed all checks; `refreshToken` is there when it is a refresh. */
export interface PassedTokenRequest {
  application: Application;
  grant: Grant;
  refreshToken: RefreshToken | undefined;
  parameters: ReadonlyMap<string, string>;
}

/** The parameters of a token request, read from the body types that the vendor takes. */
function tokenParameters(rules: OAuth2Rules, request: VendorRequest): Map<string, string> {
  const type = mediaType(request);
  if (type === 'application/json' && rules.acceptsJson) return jsonParameters(request.body);
  return new Map(formParameters(request));
}

function jsonParameters(body: string): Map<string, string> {
  try {
    const value: unknown = JSON.parse(body);
    if (typeof value !== 'object' || value === null) return new Map();
    const simple = Object.entries(value).filter(([, part]) => ['string', 'number'].includes(typeof part));
    return new Map(simple.map(([name, part]) => [name, String(part)]));
  } catch {
    return new Map();
  }
}

/** Client credentials from the Basic header when there is one, else from the body (RFC 6749 section 2.3.1). */
function clientCredentials(
  rules: OAuth2Rules,
  request: VendorRequest,
  parameters: Map<string, string>,
): { id: string | undefined; secret: string | undefined } {
  const encoded = /^Basic +(\S+)$/i.exec(request.headers['authorization'] ?? '')?.[1];
  if (encoded === undefined || !rules.acceptsBasic) {
    return { id: parameters.get('client_id'), secret: parameters.get('client_secret') };
  }
  const [id = '', ...rest] = Buffer.from(encoded, 'base64').toString('utf8').split(':');
  return { id: formDecode(id), secret: formDecode(rest.join(':')) };
}

function formDecode(value: string): string {
  return new URLSearchParams(`value=${value.replaceAll('&', '%26')}`).get('value') ?? '';
}

/** The checks of the token endpoint (RFC 6749 sections 3.2, 4.1.3 and 6); a code is spent by passing them. */
export function checkTokenRequest(
  state: SandboxState,
  rules: OAuth2Rules,
  request: VendorRequest,
): PassedTokenRequest | TokenFailure {
  const parameters = tokenParameters(rules, request);
  const grantType = parameters.get('grant_type');
  if (grantType === undefined) return 'missingGrantType';
  if (grantType !== 'authorization_code' && grantType !== 'refresh_token') return 'unsupportedGrantType';
  const credentials = clientCredentials(rules, request, parameters);
  if (credentials.id === undefined) return 'missingClient';
  const application = state.applications.find(rules.vendor, credentials.id);
  if (application === undefined) return 'unknownClient';
  if (credentials.secret !== application.clientSecret) return 'wrongSecret';
  if (!rules.goodExtras(parameters)) return 'badExtras';
  if (grantType === 'refresh_token') return checkRefresh(state, rules, request, application, parameters);
  return checkCode(state, rules, request, application, parameters);
}

function checkCode(
  state: SandboxState,
  rules: OAuth2Rules,
  request: VendorRequest,
  application: Application,
  parameters: Map<string, string>,
): PassedTokenRequest | TokenFailure {
  const value = parameters.get('code');
  if (value === undefined) return 'missingCode';
  const code = state.codes.find(rules.vendor, value);
  if (code === undefined || !rules.sameSite(code.host, request.host)) return 'unknownCode';
  if (code.clientId !== application.clientId) return 'otherClientsCode';
  if (code.grant !== undefined) {
    code.grant.revoked = true; // RFC 6749 section 4.1.2: what came from a code that is used twice should be revoked
    return 'spentCode';
  }
  if (code.expiresAt <= state.now().getTime()) return 'expiredCode';
  if (parameters.get('redirect_uri') !== code.redirectUri) return 'redirectMismatch';
  if (!provesChallenge(code.challenge, parameters.get('code_verifier'))) return 'wrongVerifier';
  const { vendor, host, account, clientId, scope } = code;
  const grant = state.tokens.openGrant({ vendor, host, account, clientId, scope });
  code.grant = grant;
  return { application, grant, refreshToken: undefined, parameters };
}

function checkRefresh(
  state: SandboxState,
  rules: OAuth2Rules,
  request: VendorRequest,
  application: Application,
  parameters: Map<string, string>,
): PassedTokenRequest | TokenFailure {
  const value = parameters.get('refresh_token');
  if (value === undefined) return 'missingRefreshToken';
  const used = state.tokens.useRefreshToken(rules.vendor, value, application.clientId);
  if (used === 'rotatedRefreshToken' && state.settings[rules.vendor]?.revokeOnRefreshReuse === true) {
    state.tokens.revoke(rules.vendor, value);
  }
  if (typeof used === 'string') return used;
  if (!rules.sameSite(used.grant.host, request.host)) return 'unknownRefreshToken';
  used.grant.refreshes += 1;
  return { application, grant: used.grant, refreshToken: used, parameters };
}

/** Gives a rotating vendor's new refresh token and kills the old one, or keeps the old one with its lifetime renewed. */
export function nextRefreshToken(
  state: SandboxState,
  used: RefreshToken,
  next: { value: string; seconds: number | null; rotate: boolean },
): RefreshToken {
  if (next.rotate) {
    used.rotated = true;
    return state.tokens.issueRefreshToken(used.grant, next);
  }
  used.expiresAt = next.seconds === null ? null : state.now().getTime() + next.seconds * 1000;
  return used;
}
