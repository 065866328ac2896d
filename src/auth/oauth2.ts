// OAuth 2 (RFC 6749, 7009, 7636): the authorize URL, the requests to a token endpoint, and a tolerant reader of answers.

import * as oauth from 'oauth4webapi';
import { Problem } from '../core/errors.ts';
import {
  encodePairs,
  type HttpReply,
  type HttpRequest,
  isObject,
  parseJson,
  percentEncode,
  retryAfterSeconds,
  valueAt,
} from '../core/http.ts';
import { Secret } from '../core/secret.ts';
import type { OAuth2 } from '../element/extension.ts';

/** An application that a customer registered at a vendor. */
export interface Application {
  clientId: string;
  clientSecret: Secret;
  /** whether its credentials go into a Basic header (RFC 6749 section 2.3.1) instead of the body */
  basicHeader: boolean;
}

/** What the authorize URL is made of. */
export interface AuthorizeInput {
  authorizationUrl: string;
  clientId: string;
  callbackUrl: string;
  scope: string | undefined;
  state: string;
  codeChallenge: string | undefined;
}

/**
 * The URL to which a person's browser goes to consent (RFC 6749 section 4.1.1), its parameters in the definition's
 * order and its spaces as the definition writes them. The client secret never stands in it.
 */
export function authorizeUrl(input: AuthorizeInput, quirks: OAuth2): string {
  const values: Record<string, string | undefined> = {
    response_type: 'code',
    client_id: input.clientId,
    redirect_uri: input.callbackUrl,
    scope: input.scope,
    state: input.state,
  };
  const order = quirks.authorizeParameters ?? Object.keys(values);
  const pairs = order.flatMap((name) => (values[name] === undefined ? [] : [[name, values[name]] as const]));
  if (input.codeChallenge !== undefined) {
    pairs.push(['code_challenge', input.codeChallenge], ['code_challenge_method', quirks.pkce ?? 'S256']);
  }
  const separator = input.authorizationUrl.includes('?') ? '&' : '?';
  return input.authorizationUrl + separator + encodePairs(pairs, quirks.spaces ?? '%20');
}

/** A fresh PKCE verifier and its challenge (RFC 7636 sections 4.1 and 4.2). */
export async function createPkce(method: 'S256' | 'plain'): Promise<{ verifier: Secret; challenge: string }> {
  const verifier = oauth.generateRandomCodeVerifier();
  const challenge = method === 'plain' ? verifier : await oauth.calculatePKCECodeChallenge(verifier);
  return { verifier: new Secret(verifier), challenge };
}

/** Sends a request to a token endpoint; given by the caller, who knows time limits and allowed hosts. */
export type Send = (request: HttpRequest) => Promise<HttpReply>;

/**
 * Sends a grant to a token endpoint (RFC 6749 section 3.2) and gives back the vendor's raw answer.
 * `parameters` are those of the grant; client authentication and encoding follow the definition.
 */
export async function requestToken(
  send: Send,
  tokenUrl: string,
  application: Application,
  grant: 'authorization_code' | 'refresh_token' | 'password',
  parameters: Record<string, string>,
  quirks: OAuth2,
): Promise<HttpReply> {
  return captureReply(send, quirks.tokenFormat ?? 'form', (options) =>
    oauth.genericTokenEndpointRequest(
      { issuer: tokenUrl, token_endpoint: tokenUrl },
      { client_id: application.clientId },
      clientAuthentication(application),
      grant,
      parameters,
      options,
    ),
  );
}

/** Asks the vendor to revoke a token (RFC 7009 section 2.1) and gives back its raw answer. */
export async function requestRevocation(
  send: Send,
  revocationUrl: string,
  application: Application,
  token: Secret,
): Promise<HttpReply> {
  return captureReply(send, 'form', (options) =>
    oauth.revocationRequest(
      { issuer: revocationUrl, revocation_endpoint: revocationUrl },
      { client_id: application.clientId },
      clientAuthentication(application),
      token.reveal(),
      options,
    ),
  );
}

function clientAuthentication(application: Application): oauth.ClientAuth {
  const secret = application.clientSecret.reveal();
  return application.basicHeader ? oauth.ClientSecretBasic(secret) : oauth.ClientSecretPost(secret);
}

interface RequestOptions {
  [oauth.customFetch]: (
    url: string,
    init: { method: string; headers: Record<string, string>; body: unknown },
  ) => Promise<Response>;
  [oauth.allowInsecureRequests]: boolean;
}

/** Lets the library make the request and our own door send it; reading the answer is left to `readTokenAnswer`. */
async function captureReply(
  send: Send,
  format: 'form' | 'json',
  make: (options: RequestOptions) => Promise<Response>,
): Promise<HttpReply> {
  let reply: HttpReply | undefined;
  await make({
    // The egress guard decides which addresses may be called; a private vendor may well speak plain http.
    [oauth.allowInsecureRequests]: true,
    async [oauth.customFetch](url, init) {
      const form = String(init.body);
      const json = format === 'json';
      reply = await send({
        method: init.method,
        url,
        headers: {
          ...init.headers,
          accept: 'application/json',
          'content-type': json ? 'application/json' : 'application/x-www-form-urlencoded',
          'user-agent': 'Valence',
        },
        body: json ? JSON.stringify(Object.fromEntries(new URLSearchParams(form))) : form,
      });
      return new Response(null);
    },
  });
  if (reply === undefined) throw new Error('The token request was made but not sent');
  return reply;
}

/** What a token endpoint gave. */
export interface TokenGrant {
  access: Secret;
  refresh: Secret | undefined;
  /** seconds */
  expiresIn: number | undefined;
  /** settings that the definition fills from the answer */
  settings: Record<string, string>;
}

/** What a token endpoint refused, in its own words. */
export interface TokenRefusal {
  error: string;
  description: string | undefined;
  status: number;
  /** what the vendor's Retry-After header says, in seconds */
  retryAfterSeconds?: number;
}

/**
 * Reads a token answer as vendors really write it (RFC 6749 sections 5.1 and 5.2 at best): JSON or form-encoded, with
 * or without a token type, an error inside a 200, values at nested paths, numbers as strings.
 */
export function readTokenAnswer(reply: HttpReply, quirks: OAuth2): TokenGrant | TokenRefusal {
  const text = reply.body.toString('utf8');
  const answer = decodeAnswer(text);
  const paths = quirks.answer ?? {};
  const find = (path: string) => scalar(valueAt(answer, path));

  const said = find(paths.error ?? 'error') ?? find('error.code') ?? find('error.type');
  // Some vendors write `"error": false` beside a token.
  const error = said === 'false' || said === '0' ? undefined : said;
  const access = find(paths.accessToken ?? 'access_token');
  if (reply.status >= 400 || error !== undefined || access === undefined) {
    const description =
      find(paths.errorDescription ?? 'error_description') ??
      find('error.message') ??
      find('message') ??
      find('errors[0].description');
    const seconds = retryAfterSeconds(reply);
    return {
      error: error ?? quotedError(description) ?? (reply.status >= 400 ? `http_${reply.status}` : 'no_token'),
      description: description ?? (isObject(answer) ? undefined : text.slice(0, 200) || undefined),
      status: reply.status,
      ...(seconds === undefined ? {} : { retryAfterSeconds: seconds }),
    };
  }
  const refresh = find(paths.refreshToken ?? 'refresh_token');
  const expiresIn = Number(find(paths.expiresIn ?? 'expires_in'));
  const settings: Record<string, string> = {};
  for (const [key, path] of Object.entries(paths.settings ?? {})) {
    const value = find(path);
    if (value !== undefined) settings[key] = value;
  }
  return {
    access: new Secret(access),
    refresh: refresh === undefined ? undefined : new Secret(refresh),
    expiresIn: Number.isFinite(expiresIn) && expiresIn > 0 ? expiresIn : undefined,
    settings,
  };
}

/** The error code of RFC 6749 section 5.2 that a vendor without an error member quotes in its text. */
function quotedError(text: string | undefined): string | undefined {
  const codes = /\b(invalid_(request|client|grant|scope)|unauthorized_client|unsupported_grant_type)\b/;
  return codes.exec(text ?? '')?.[1];
}

/** Whether a token answer is a refusal. */
export function isRefusal(answer: TokenGrant | TokenRefusal): answer is TokenRefusal {
  return 'error' in answer;
}

function decodeAnswer(text: string): unknown {
  const json = parseJson(text);
  if (isObject(json)) return json;
  const form = new URLSearchParams(text.trim());
  return /^[\w.%-]+=/.test(text.trim()) ? Object.fromEntries(form) : undefined;
}

function scalar(value: unknown): string | undefined {
  if (typeof value === 'string' && value !== '') return value;
  return typeof value === 'number' || typeof value === 'boolean' ? String(value) : undefined;
}

/** Advice for each error code of RFC 6749 (sections 4.1.2.1 and 5.2) and RFC 7009. */
const advice = new Map(
  Object.entries({
    invalid_request: 'The vendor found the request incomplete: check oauth.callback.url and the other OAuth settings.',
    invalid_client: 'The vendor does not accept the application: check oauth.api.key and oauth.api.secret.',
    invalid_grant:
      'The vendor does not accept the code: it was used before, has expired, or belongs to another application or ' +
      'callback URL. Send the user through the OAuth URL again and use the new code.',
    unauthorized_client:
      'The vendor does not allow this application this kind of grant: check how it is registered there.',
    unsupported_grant_type: 'The vendor does not offer this kind of grant.',
    invalid_scope: 'The vendor does not know or allow the scope asked for: check oauth.scope.',
    access_denied: 'The user or the vendor denied access: send the user through the OAuth URL again.',
    unsupported_response_type: 'The vendor does not offer the authorization code flow to this application.',
    server_error: 'The vendor failed: try again later.',
    temporarily_unavailable: 'The vendor is overloaded: try again later.',
  }),
);

/** An error code and its description as one text, the vendor's own words. */
export function vendorWords({ error, description }: { error: string; description: string | undefined }): string {
  return description === undefined ? error : `${error}: ${description}`;
}

/** The Problem that callers see for a refused token request while provisioning. */
export function refusalProblem(refusal: TokenRefusal): Problem {
  const providerMessage = vendorWords(refusal);
  if (refusal.status === 429) {
    return new Problem('tooManyRequests', 'The vendor limits how often tokens are given: wait and try again.', {
      providerMessage,
      retryAfterSeconds: refusal.retryAfterSeconds ?? 30,
    });
  }
  const failed = refusal.status >= 500;
  const text = advice.get(refusal.error) ?? 'The vendor refused to give a token.';
  return new Problem(
    failed ? 'vendorFailed' : 'vendorRefused',
    failed ? `${text} It answered ${refusal.status}.` : text,
    {
      ...(failed || refusal.status < 400 ? {} : { status: refusal.status }),
      providerMessage,
    },
  );
}

/** The Problem for an error that came back to the callback URL instead of a code (RFC 6749 section 4.1.2.1). */
export function callbackProblem(error: string, description: string | undefined): Problem {
  return new Problem('badRequest', advice.get(error) ?? 'The vendor did not authorize the connection.', {
    providerMessage: vendorWords({ error, description }),
  });
}

/** Appends a state to a callback URL, for protocols without a state of their own. */
export function callbackWithState(callbackUrl: string, state: string): string {
  return `${callbackUrl}${callbackUrl.includes('?') ? '&' : '?'}state=${percentEncode(state)}`;
}
