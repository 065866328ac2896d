// Simulated Webex, also under its old name Cisco Spark: which request goes where, and who may make it.

import { authorize, authorizeAs, scopesOf } from '../oauth2.ts';
import type { SandboxState } from '../state.ts';
import { type Answer, bearerToken, json, type Vendor, type VendorRequest } from '../vendor.ts';
import { webexError, webexRules, webexToken } from './login.ts';
import { webexSelf } from './people.ts';

/** Webex (Cisco Spark); both API hosts are the same service. */
export function createWebex(state: SandboxState): Vendor {
  return {
    key: 'webex',
    name: 'Webex',
    hosts: ['api.ciscospark.com', 'webexapis.com'],
    handle: (request) => handle(state, request),
    consent: (request, decision, account) => authorizeAs(state, webexRules, request, decision, account),
    faultBody: (status) =>
      webexError(
        status === 429
          ? 'Too many requests have been sent in a given amount of time and the request has been rate limited. A Retry-After header should be present that specifies how many seconds you need to wait before a successful request can be made.'
          : 'Something went wrong on the server.',
      ),
  };
}

function handle(state: SandboxState, request: VendorRequest): Answer {
  if (request.path === '/v1/authorize') return authorize(state, webexRules, request);
  if (request.path === '/v1/access_token' && request.method === 'POST') return webexToken(state, request);
  const token = state.tokens.goodAccessToken('webex', bearerToken(request) ?? '');
  if (token === undefined) {
    const body = webexError('The request requires a valid access token set in the Authorization request header.');
    return json(401, body, { 'www-authenticate': 'Bearer realm="Webex"' });
  }
  if (request.path === '/v1/people/me' && request.method === 'GET') {
    const scopes = scopesOf(token.grant.scope);
    const mayRead = ['spark:all', 'spark:people_read', 'spark-admin:people_read'].some((scope) =>
      scopes.includes(scope),
    );
    if (!mayRead)
      return json(
        403,
        webexError(
          'The server understood the request, but refused to fulfill it because the access token is missing required scopes or the user is missing required roles or licenses.',
        ),
      );
    return webexSelf(token.grant.account);
  }
  return json(404, webexError('The requested resource could not be found.'));
}
