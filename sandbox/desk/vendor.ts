// Simulated Desk.com: which request goes where; every API call is signed.

import {
  accessToken,
  authorizeOAuth1,
  authorizeOAuth1As,
  challenge,
  createOAuth1Server,
  type OAuth1Server,
  requestToken,
} from '../oauth1.ts';
import { verify } from '../oauth1-verify.ts';
import type { SandboxState } from '../state.ts';
import { type Answer, json, type Vendor, type VendorRequest } from '../vendor.ts';
import { notFound } from './answers.ts';
import { type FileStore, fetchFromStore, storeHost } from './attachments.ts';
import { cases } from './cases.ts';
import { customersAndCompanies, users } from './customers.ts';
import { createSite, type DeskSite } from './data.ts';
import { deskTheme } from './theme.ts';

/** The vendor's own paths, and those that the guide's sample shows. */
const requestTokenPaths = ['/oauth/request_token', '/oauth/oauth_request.php'];
const authorizePaths = ['/oauth/authorize', '/oauth/oauth_authorize.php'];
const accessTokenPaths = ['/oauth/access_token', '/oauth/oauth_access.php'];

type SiteOf = (host: string) => DeskSite;

/** Desk.com, any site. */
export function createDesk(state: SandboxState): Vendor {
  const server = createOAuth1Server('desk', deskTheme);
  const store: FileStore = new Map();
  const sites = new Map<string, DeskSite>();
  const siteOf: SiteOf = (host) => {
    const site = sites.get(host) ?? createSite(host, { now: state.now, store, passwords: state.passwords });
    sites.set(host, site);
    return site;
  };
  return {
    key: 'desk',
    name: 'Desk.com',
    hosts: ['*.desk.com', storeHost],
    handle: (request) =>
      request.host === storeHost ? fetchFromStore(store, request, state.now()) : handle(state, server, siteOf, request),
    consent: (request, decision, account) => authorizeOAuth1As(state, server, request, decision, account),
    // Recorded for a site with one user (support.desk.com "Using API v2": 60 for each, 300 at most).
    rateLimit: {
      callsPerMinute: 60,
      headers: (limit, remaining, resetSeconds) => ({
        'x-rate-limit-limit': String(limit),
        'x-rate-limit-remaining': String(remaining),
        'x-rate-limit-reset': String(resetSeconds),
      }),
    },
    faultBody: (status) => ({ message: status === 429 ? 'Too Many Requests' : 'Internal Server Error' }),
  };
}

function handle(state: SandboxState, server: OAuth1Server, siteOf: SiteOf, request: VendorRequest): Answer {
  if (requestTokenPaths.includes(request.path)) return requestToken(state, server, request);
  if (authorizePaths.includes(request.path)) return authorizeOAuth1(state, server, request);
  if (accessTokenPaths.includes(request.path)) return accessToken(state, server, request);
  const path = /^\/api\/(?:v2|2\.1)\/(.+)$/.exec(request.path)?.[1];
  return path === undefined ? notFound() : api(state, server, siteOf, request, path);
}

function api(state: SandboxState, server: OAuth1Server, siteOf: SiteOf, request: VendorRequest, path: string): Answer {
  const verified = verify(state, server, request, (value, clientId) => {
    const token = state.tokens.goodAccessToken('desk', value);
    const good = token?.grant.host === request.host && token.grant.clientId === clientId;
    return good ? token.secret : undefined;
  });
  const token = 'reason' in verified ? undefined : state.tokens.goodAccessToken('desk', verified.token);
  if (token === undefined) {
    const refusal = 'reason' in verified ? verified : { status: 401 as const, reason: 'token_rejected' };
    return json(401, { message: 'Unauthorized' }, challenge(request, refusal));
  }
  const site = siteOf(request.host);
  const parts = path.split('/');
  const [collection, ...rest] = parts;
  const userId = token.grant.account.number;
  if (collection === 'cases') {
    const largest = state.settings.desk.largestUploadBytes ?? Number.POSITIVE_INFINITY;
    return cases(site, request, rest, { userId, largest });
  }
  if (collection === 'users' && rest.length < 2) return users(site, request, rest[0], userId);
  return customersAndCompanies(site, request, parts) ?? notFound();
}
