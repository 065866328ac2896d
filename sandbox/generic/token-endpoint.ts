// The OAuth endpoints of a simulated vendor: the addresses that the document names, served by the sandbox's own servers of
// OAuth 1.0a and OAuth 2, and RFC 6749's grants without a person.

import { randomBytes } from 'node:crypto';
import { setAt } from '../../src/core/http.ts';
import type { ElementDocument } from '../../src/element/definition.ts';
import { type Account, checkLogin, sandboxAccounts } from '../accounts.ts';
import { accessToken, authorizeOAuth1, authorizeOAuth1As, type OAuth1Server, requestToken } from '../oauth1.ts';
import {
  authorize,
  authorizeAs,
  checkTokenRequest,
  nextRefreshToken,
  type OAuth2Rules,
  type TokenFailure,
} from '../oauth2.ts';
import type { SandboxState } from '../state.ts';
import { tokenAnswer } from '../token-answer.ts';
import type { Grant, RefreshToken } from '../tokens.ts';
import { type Answer, type Decision, empty, json, type VendorKey, type VendorRequest } from '../vendor.ts';
import { type Address, matchAddress, readAddress } from './address.ts';
import { readBody } from './body.ts';
import { type Provisioning, readyTokens } from './provisioning.ts';
import { genericTheme } from './theme.ts';

/** One hour and thirty days, as is usual. */
const accessSeconds = 3600;
const refreshSeconds = 30 * 24 * 3600;

/** What the document's OAuth addresses are served with. */
export interface OAuthEndpoints {
  /** The answer to a request of an OAuth endpoint; undefined for any other request. */
  answer(request: VendorRequest): Answer | undefined;
  consent(request: VendorRequest, decision: Decision, account: Account): Answer;
  /** Whether a request is for the page where a person consents. */
  asksConsent(request: VendorRequest): boolean;
  /** Gives out tokens, for elements with resources of their own for it. */
  grantTokens(host: string): { access: string; refresh: string; seconds: number | null };
}

/** Registers the application and serves the endpoints of an element. */
export function createOAuthEndpoints(
  state: SandboxState,
  { vendor, name, document }: { vendor: VendorKey; name: string; document: ElementDocument },
  { settings, values }: Provisioning,
  oauth1: OAuth1Server,
): OAuthEndpoints {
  const rules = rulesOf(vendor, document);
  const { type } = document.authentication;
  const clientId = settings['oauth.api.key'] ?? values['oauth.api.key'] ?? `${name}-sandbox-client`;
  const clientSecret = settings['oauth.api.secret'] ?? values['oauth.api.secret'] ?? `${name}-sandbox-secret`;
  const application = { vendor, clientId, clientSecret, name: `Valence at ${name}` };
  state.applications.register({ ...application, redirectUris: [], anyRedirectUri: true, expiringTokens: true });
  const owner = sandboxAccounts[0];
  const tokens = readyTokens(document.key);
  const ready = state.tokens.openGrant({ vendor, host: '', account: owner, clientId, scope: '' });
  state.tokens.issueAccessToken(ready, { value: tokens.access, seconds: null, secret: tokens.secret });
  state.tokens.issueRefreshToken(ready, { value: tokens.refresh, seconds: null });

  const at = (key: string): Address | undefined => {
    const url = values[key] ?? '';
    return url === '' ? undefined : readAddress('', url, () => ({ kind: 'setting' }));
  };
  const addresses = {
    authorize: at('oauth.authorization.url'),
    token: at('oauth.token.url'),
    refresh: at('oauth.token.refresh_url'),
    revoke: at('oauth.token.revoke_url'),
    request: at('oauth.request.url'),
  };
  const isFor = (address: Address | undefined, request: VendorRequest) =>
    address !== undefined &&
    matchAddress({ ...address, query: [] }, request, new URLSearchParams(), true) !== undefined;

  return {
    answer(request) {
      if (!type.startsWith('oauth')) return undefined;
      if (type === 'oauth1') {
        if (isFor(addresses.request, request)) return requestToken(state, oauth1, request);
        if (isFor(addresses.authorize, request)) return authorizeOAuth1(state, oauth1, request);
        return isFor(addresses.token, request) ? accessToken(state, oauth1, request) : undefined;
      }
      if (isFor(addresses.token, request) || isFor(addresses.refresh, request)) {
        return request.method === 'POST' ? tokenEndpoint(request) : undefined;
      }
      if (isFor(addresses.revoke, request)) return revoke(request);
      return isFor(addresses.authorize, request) ? authorize(state, rules, request) : undefined;
    },
    consent(request, decision, account) {
      if (type === 'oauth1') return authorizeOAuth1As(state, oauth1, request, decision, account);
      return authorizeAs(state, rules, request, decision, account);
    },
    asksConsent: (request) => isFor(addresses.authorize, request),
    grantTokens(host) {
      const grant = state.tokens.openGrant({ vendor, host, account: owner, clientId, scope: '' });
      return issue(grant, undefined);
    },
  };

  /** RFC 6749 sections 4.1.3, 4.3.2, 4.4.2 and 6. */
  function tokenEndpoint(request: VendorRequest): Answer {
    const { value } = readBody(request);
    const given: Record<string, unknown> = typeof value === 'object' && value !== null ? { ...value } : {};
    const grantType = given['grant_type'];
    if (grantType !== 'password' && grantType !== 'client_credentials') {
      const passed = checkTokenRequest(state, rules, request);
      if (typeof passed === 'string') return refuse(passed);
      return answerTokens(passed.grant, passed.refreshToken);
    }
    const client = clientOf(request, given);
    const known = state.applications.find(vendor, client.id);
    if (known === undefined || known.clientSecret !== client.secret) return refuse('wrongSecret');
    let account: Account | undefined = owner;
    if (grantType === 'password') {
      const [username, password] = [String(given['username'] ?? ''), String(given['password'] ?? '')];
      const isConnected = username === values['username'] && password === values['password'];
      account = isConnected ? owner : checkLogin(username, password, state.passwords);
    }
    if (account === undefined) return refuse('unknownCode');
    const scope = String(given['scope'] ?? '');
    return answerTokens(
      state.tokens.openGrant({ vendor, host: request.host, account, clientId: known.clientId, scope }),
      undefined,
    );
  }

  function issue(
    grant: Grant,
    used: RefreshToken | undefined,
  ): { access: string; refresh: string; seconds: number | null } {
    const bent = state.settings[vendor] ?? {};
    const seconds = bent.accessTokenSeconds === undefined ? accessSeconds : bent.accessTokenSeconds;
    const life = bent.refreshTokenSeconds === undefined ? refreshSeconds : bent.refreshTokenSeconds;
    const access = state.tokens.issueAccessToken(grant, { value: randomBytes(24).toString('hex'), seconds });
    const next = { value: randomBytes(24).toString('hex'), seconds: life, rotate: bent.rotateRefreshTokens ?? true };
    const refresh =
      used === undefined ? state.tokens.issueRefreshToken(grant, next) : nextRefreshToken(state, used, next);
    return { access: access.value, refresh: refresh.value, seconds };
  }

  function answerTokens(grant: Grant, used: RefreshToken | undefined): Answer {
    const { access, refresh, seconds } = issue(grant, used);
    // Where the document says that this vendor's words are others, they are.
    const paths = document.valence?.oauth2?.answer ?? {};
    const fields: Record<string, unknown> = { token_type: 'bearer' };
    setAt(fields, paths.accessToken ?? 'access_token', access);
    setAt(fields, paths.refreshToken ?? 'refresh_token', refresh);
    if (seconds !== null) setAt(fields, paths.expiresIn ?? 'expires_in', seconds);
    if (grant.scope !== '') fields['scope'] = grant.scope;
    for (const [key, path] of Object.entries(paths.settings ?? {})) setAt(fields, path, filledByToken(key, path));
    return tokenAnswer(state.settings[vendor] ?? {}, 200, fields);
  }

  /** A setting that comes with the token: what it has already, else an address or a text of this vendor's. */
  function filledByToken(key: string, path: string): string {
    const known = values[key] ?? '';
    if (known !== '') return known;
    const token = values['oauth.token.url'] ?? '';
    const origin = URL.canParse(token) ? new URL(token).origin : '';
    if (/instance|site|base|host|domain/i.test(path)) return origin;
    return /url|uri|href/i.test(`${key} ${path}`) ? `${origin}/${path}/sandbox` : `sandbox-${path}`;
  }

  function refuse(failure: TokenFailure): Answer {
    const error = errorOf(failure);
    const fields = { error, error_description: `The token request is refused: ${failure}.` };
    return tokenAnswer(state.settings[vendor] ?? {}, error === 'invalid_client' ? 401 : 400, fields);
  }

  /** RFC 7009: a token that is not known counts as revoked. */
  function revoke(request: VendorRequest): Answer {
    const { value } = readBody(request);
    const token = typeof value === 'object' && value !== null && 'token' in value ? String(value.token) : '';
    if (token === '') return json(400, { error: 'invalid_request' });
    state.tokens.revoke(vendor, token);
    return empty(200);
  }
}

function rulesOf(vendor: VendorKey, document: ElementDocument): OAuth2Rules {
  return {
    vendor,
    theme: genericTheme(document),
    codeSeconds: 600,
    defaultScope: '',
    isKnownScope: () => true,
    defaultChallengeMethod: 'plain',
    acceptsJson: true,
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
}

function clientOf(request: VendorRequest, given: Record<string, unknown>): { id: string; secret: string } {
  const [, encoded] = /^Basic +(\S+)$/i.exec(request.headers['authorization'] ?? '') ?? [];
  if (encoded === undefined)
    return { id: String(given['client_id'] ?? ''), secret: String(given['client_secret'] ?? '') };
  const [id = '', ...rest] = Buffer.from(encoded, 'base64').toString('utf8').split(':');
  const decode = (text: string) => new URLSearchParams(`value=${text.replaceAll('&', '%26')}`).get('value') ?? '';
  return { id: decode(id), secret: decode(rest.join(':')) };
}

function errorOf(failure: TokenFailure): string {
  if (['missingClient', 'unknownClient', 'wrongSecret'].includes(failure)) return 'invalid_client';
  if (failure === 'unsupportedGrantType') return 'unsupported_grant_type';
  return failure.startsWith('missing') || failure === 'badExtras' ? 'invalid_request' : 'invalid_grant';
}
