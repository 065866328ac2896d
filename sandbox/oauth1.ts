// OAuth 1.0a as vendors serve it: temporary credentials, authorization, token credentials (RFC 5849 section 2).

import { randomBytes } from 'node:crypto';
import type { Account } from './accounts.ts';
import { type Application, mayRedirectTo } from './applications.ts';
import { askPerson } from './login.ts';
import { type NonceStore, type Refusal, verify } from './oauth1-verify.ts';
import { errorPage, verifierPage } from './pages.ts';
import type { SandboxState } from './state.ts';
import type { Theme } from './theme.ts';
import {
  type Answer,
  type Decision,
  formEncoded,
  redirectTo,
  text,
  type VendorKey,
  type VendorRequest,
} from './vendor.ts';

/** How long a request token lives; RFC 5849 leaves it open. */
const requestTokenSeconds = 3600;

/** Temporary credentials. */
interface RequestToken {
  value: string;
  secret: string;
  host: string;
  application: Application;
  callback: string;
  /** Milliseconds since 1970. */
  expiresAt: number;
  /** Set when a person allowed it. */
  allowed: { verifier: string; account: Account } | undefined;
  /** Allowed, denied or exchanged: the person is not asked again. */
  decided: boolean;
}

/** One vendor's server, and what it remembers besides what the vendors share. */
export interface OAuth1Server {
  vendor: VendorKey;
  theme: Theme;
  requestTokens: Map<string, RequestToken>;
  nonces: NonceStore;
}

/** A server that has given out nothing yet. */
export function createOAuth1Server(vendor: VendorKey, theme: Theme): OAuth1Server {
  return { vendor, theme, requestTokens: new Map(), nonces: new Map() };
}

/** POST or GET of the request token (RFC 5849 section 2.1). */
export function requestToken(state: SandboxState, server: OAuth1Server, request: VendorRequest): Answer {
  const verified = verify(state, server, request, (token) => (token === '' ? '' : undefined));
  if ('reason' in verified) return refuse(request, verified);
  const callback = verified.protocol.get('oauth_callback');
  if (callback === undefined) return refuse(request, { status: 400, reason: 'parameter_absent' });
  if (!isCallback(verified.application, callback)) return refuse(request, { status: 401, reason: 'callback_rejected' });
  const token: RequestToken = {
    value: randomBytes(18).toString('base64url').replace(/[-_]/g, 'x'),
    secret: randomBytes(30).toString('base64url').replace(/[-_]/g, 'x'),
    host: request.host,
    application: verified.application,
    callback,
    expiresAt: state.now().getTime() + requestTokenSeconds * 1000,
    allowed: undefined,
    decided: false,
  };
  server.requestTokens.set(token.value, token);
  return formEncoded(200, {
    oauth_token: token.value,
    oauth_token_secret: token.secret,
    oauth_callback_confirmed: 'true',
  });
}

function isCallback(application: Application, callback: string): boolean {
  return callback === 'oob' || mayRedirectTo(application, callback);
}

/** GET of the authorize page (RFC 5849 section 2.2). */
export function authorizeOAuth1(state: SandboxState, server: OAuth1Server, request: VendorRequest): Answer {
  const asked = askedFor(state, server, request);
  if ('refuse' in asked) return asked.refuse;
  const { token, callback } = asked;
  return askPerson(state, request, {
    theme: server.theme,
    applicationName: token.application.name,
    scopes: [],
    callback,
    decide: (decision, account) => sendBack(server, token, callback, decision, account),
  });
}

/** What the authorize page does once this person decides; for scripts. */
export function authorizeOAuth1As(
  state: SandboxState,
  server: OAuth1Server,
  request: VendorRequest,
  decision: Decision,
  account: Account,
): Answer {
  const asked = askedFor(state, server, request);
  return 'refuse' in asked ? asked.refuse : sendBack(server, asked.token, asked.callback, decision, account);
}

/** A callback in the authorize URL goes before the one of the request token, as in OAuth 1.0 before revision A. */
function askedFor(
  state: SandboxState,
  server: OAuth1Server,
  request: VendorRequest,
): { token: RequestToken; callback: string } | { refuse: Answer } {
  const query = new URLSearchParams(request.query);
  const token = server.requestTokens.get(query.get('oauth_token') ?? '');
  if (token?.host !== request.host) return { refuse: errorPage(server.theme, 'oauth_token is missing or unknown.') };
  if (token.decided || token.expiresAt <= state.now().getTime()) {
    return { refuse: errorPage(server.theme, 'This request token has been used already or has expired.') };
  }
  const callback = query.get('oauth_callback') ?? token.callback;
  if (!isCallback(token.application, callback)) {
    return { refuse: errorPage(server.theme, 'oauth_callback is not registered for this application.') };
  }
  return { token, callback };
}

/** RFC 5849 leaves open what a denial sends back: `denied` with the request token, as is usual. */
function sendBack(
  { theme }: OAuth1Server,
  token: RequestToken,
  callback: string,
  decision: Decision,
  account: Account,
): Answer {
  token.decided = true;
  if (decision === 'deny') {
    if (callback === 'oob') return errorPage(theme, 'You denied the request.');
    return redirectTo(callback, { denied: token.value, error: 'access_denied' });
  }
  const verifier = randomBytes(10).toString('hex');
  token.allowed = { verifier, account };
  if (callback === 'oob') return verifierPage(theme, verifier);
  return redirectTo(callback, { oauth_token: token.value, oauth_verifier: verifier });
}

/** POST or GET of the access token (RFC 5849 section 2.3): a request token is good for one exchange. */
export function accessToken(state: SandboxState, server: OAuth1Server, request: VendorRequest): Answer {
  const verified = verify(state, server, request, (value, clientId) => {
    const token = server.requestTokens.get(value);
    const good = token?.host === request.host && token.application.clientId === clientId;
    return good && token.expiresAt > state.now().getTime() ? token.secret : undefined;
  });
  if ('reason' in verified) return refuse(request, verified);
  const token = server.requestTokens.get(verified.token);
  const verifier = verified.protocol.get('oauth_verifier');
  if (verifier === undefined) return refuse(request, { status: 400, reason: 'parameter_absent' });
  if (token?.allowed === undefined) return refuse(request, { status: 401, reason: 'permission_unknown' });
  if (token.allowed.verifier !== verifier) return refuse(request, { status: 401, reason: 'verifier_invalid' });
  server.requestTokens.delete(token.value);
  const { account } = token.allowed;
  const { clientId } = token.application;
  const grant = state.tokens.openGrant({ vendor: server.vendor, host: request.host, account, clientId, scope: '' });
  const value = randomBytes(15).toString('base64url').replace(/[-_]/g, 'x');
  const secret = randomBytes(30).toString('base64url').replace(/[-_]/g, 'x');
  const seconds = state.settings[server.vendor]?.accessTokenSeconds ?? null;
  state.tokens.issueAccessToken(grant, { value, seconds, secret });
  return formEncoded(200, { oauth_token: value, oauth_token_secret: secret });
}

/** The OAuth endpoints refuse in plain text; the reason stands in a header, for people who debug. */
function refuse(request: VendorRequest, refusal: Refusal): Answer {
  return text(refusal.status, 'Invalid OAuth Request', challenge(request, refusal));
}

/** The challenge of RFC 5849 section 3.5.1 with the problem's name. */
export function challenge(request: VendorRequest, refusal: Refusal): Record<string, string> {
  return { 'www-authenticate': `OAuth realm="https://${request.host}", oauth_problem="${refusal.reason}"` };
}
