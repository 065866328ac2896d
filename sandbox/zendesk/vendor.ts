// Simulated Zendesk: which request goes where, and who may make it.

import { authorize, authorizeAs } from '../oauth2.ts';
import type { SandboxState } from '../state.ts';
import type { AccessToken } from '../tokens.ts';
import { type Answer, bearerToken, json, type Vendor, type VendorRequest } from '../vendor.ts';
import { invalidEndpoint } from './answers.ts';
import type { ZendeskSite } from './data.ts';
import { zendeskRules, zendeskToken, zendeskTokenResource, zendeskUserId } from './login.ts';
import { zendeskRest } from './rest.ts';
import { createSite } from './seed-site.ts';
import { attachmentContent, fileContent, filesHost } from './uploads.ts';
import { anonymousSelf } from './users.ts';

type SiteOf = (host: string) => ZendeskSite;

/** Zendesk Support, any subdomain. */
export function createZendesk(state: SandboxState): Vendor {
  const sites = new Map<string, ZendeskSite>();
  const siteOf: SiteOf = (host) => {
    const site = sites.get(host) ?? createSite(host, state.now, state.webhooks.send);
    sites.set(host, site);
    return site;
  };
  return {
    key: 'zendesk',
    name: 'Zendesk',
    hosts: ['*.zendesk.com', filesHost],
    handle: (request) => handle(state, siteOf, request),
    consent: (request, decision, account) => authorizeAs(state, zendeskRules, request, decision, account),
    // Of the plan Enterprise (developer docs "Rate limits").
    rateLimit: {
      callsPerMinute: 700,
      headers: (limit, remaining, resetSeconds) => ({
        'x-rate-limit': String(limit),
        'x-rate-limit-remaining': String(remaining),
        'ratelimit-limit': String(limit),
        'ratelimit-remaining': String(remaining),
        'ratelimit-reset': String(resetSeconds),
      }),
    },
    faultBody: (status) =>
      status === 429
        ? { error: 'APIRateLimitExceeded', description: 'Number of allowed API requests per minute exceeded' }
        : { error: 'InternalError', description: 'Something went wrong on our end.' },
  };
}

function handle(state: SandboxState, siteOf: SiteOf, request: VendorRequest): Answer {
  if (request.path === '/oauth/authorizations/new') return authorize(state, zendeskRules, request);
  if (request.path === '/oauth/tokens' && request.method === 'POST') return zendeskToken(state, request);
  if (request.host === filesHost) return fileContent(siteOf, request);
  if (/^\/attachments\/token\/\w+\/$/.test(request.path)) return attachmentContent(siteOf(request.host), request);
  if (!request.path.startsWith('/api/v2/')) return invalidEndpoint();
  return api(state, siteOf, request, request.path.slice('/api/v2/'.length).replace(/\.json$/, ''));
}

/** The REST API: paths with and without `.json` are alike. */
function api(state: SandboxState, siteOf: SiteOf, request: VendorRequest, path: string): Answer {
  const token = authenticate(state, request);
  if (token === 'invalid') return invalidToken();
  if (token === 'otherScheme') return json(401, { error: "Couldn't authenticate you" });
  if (token === 'anonymous') {
    return path === 'users/me' ? anonymousSelf(request) : json(401, { error: "Couldn't authenticate you" });
  }
  if (!allows(token.grant.scope, request.method, path.split('/')[0] ?? '')) return missingScope(request.method);
  const tokenId = /^oauth\/tokens\/(current|\d+)$/.exec(path)?.[1];
  if (tokenId !== undefined && ['GET', 'DELETE'].includes(request.method)) {
    return zendeskTokenResource(state, request, token, tokenId);
  }
  return zendeskRest(state, siteOf(request.host), request, path, zendeskUserId(token.grant.account.number));
}

function authenticate(
  state: SandboxState,
  request: VendorRequest,
): AccessToken | 'anonymous' | 'otherScheme' | 'invalid' {
  if (request.headers['authorization'] === undefined) return 'anonymous';
  const value = bearerToken(request);
  if (value === undefined) return 'otherScheme';
  const token = state.tokens.goodAccessToken('zendesk', value);
  return token?.grant.host === request.host ? token : 'invalid';
}

/** Zendesk scopes: `read` is for GET, `write` for the rest, `resource:read` for one resource. */
function allows(scope: string, method: string, resource: string): boolean {
  const access = method === 'GET' || method === 'HEAD' ? 'read' : 'write';
  const scopes = scope.split(' ');
  return scopes.includes(access) || scopes.includes(`${resource}:${access}`);
}

function invalidToken(): Answer {
  const error_description = 'The access token provided is expired, revoked, malformed or invalid for other reasons.';
  const headers = { 'www-authenticate': `OAuth realm="Zendesk", error="invalid_token"` };
  return json(401, { error: 'invalid_token', error_description }, headers);
}

function missingScope(method: string): Answer {
  const access = method === 'GET' || method === 'HEAD' ? 'read' : 'write';
  return json(403, { error: 'Forbidden', description: `Missing the following required scopes: ${access}` });
}
