// Simulated Webex, also under its old name Cisco Spark: which request goes where, and who may make it.

import { authorize, authorizeAs } from '../oauth2.ts';
import type { SandboxState } from '../state.ts';
import { type Answer, bearerToken, json, type Vendor, type VendorRequest } from '../vendor.ts';
import { createWebexData, type WebexData } from './data.ts';
import { webexError, webexRules, webexToken } from './login.ts';
import { webexApi } from './rest.ts';

/** Of a file in a message (developer.webex.com "Message Attachments"). */
const largestFile = 100 * 1024 * 1024;

/** Of most APIs, as "REST API Basics" has it; people and messages have more. No header tells what is left. */
const rateLimit = { callsPerMinute: 300, headers: () => ({}) };

/** Webex (Cisco Spark); both API hosts are the same service. */
export function createWebex(state: SandboxState): Vendor {
  const data = createWebexData();
  return {
    key: 'webex',
    name: 'Webex',
    hosts: ['api.ciscospark.com', 'webexapis.com'],
    handle: (request) => handle(state, data, request),
    consent: (request, decision, account) => authorizeAs(state, webexRules, request, decision, account),
    rateLimit,
    faultBody: (status) =>
      webexError(
        status === 429
          ? 'Too many requests have been sent in a given amount of time and the request has been rate limited. A Retry-After header should be present that specifies how many seconds you need to wait before a successful request can be made.'
          : 'Something went wrong on the server.',
      ),
  };
}

function handle(state: SandboxState, data: WebexData, request: VendorRequest): Answer {
  if (request.path === '/v1/authorize') return authorize(state, webexRules, request);
  if (request.path === '/v1/access_token' && request.method === 'POST') return webexToken(state, request);
  const token = state.tokens.goodAccessToken('webex', bearerToken(request) ?? '');
  if (token === undefined) {
    const body = webexError('The request requires a valid access token set in the Authorization request header.');
    return json(401, body, { 'www-authenticate': 'Bearer realm="Webex"' });
  }
  const { account, scope, clientId } = token.grant;
  return webexApi(data, request, {
    accountNumber: account.number,
    scope,
    largestFile: state.settings.webex.largestUploadBytes ?? largestFile,
    clientId,
    send: state.webhooks.send,
    clock: state.now,
  });
}
