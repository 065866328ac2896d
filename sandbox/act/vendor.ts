// Simulated Act! Essentials (later Act! 365): which request goes where, and who may make it.

import { authorize, authorizeAs } from '../oauth2.ts';
import type { SandboxState } from '../state.ts';
import { type Answer, bearerToken, json, type Vendor, type VendorRequest } from '../vendor.ts';
import { actUser } from './account.ts';
import { type ActData, createActData } from './data.ts';
import { actRules, actToken } from './login.ts';
import { actCollectionApi } from './rest.ts';

/** Act! Essentials at its old and its new host; paths are read without regard to case, as its server does. */
export function createAct(state: SandboxState): Vendor {
  const data = createActData();
  return {
    key: 'act',
    name: 'Act! Essentials',
    hosts: ['mycloud.act.com', 'app.act365.com'],
    handle: (request) => handle(state, data, request),
    consent: (request, decision, account) => authorizeAs(state, actRules, request, decision, account),
    faultBody: (status) => ({ message: status === 429 ? 'Too many requests.' : 'An error has occurred.' }),
  };
}

function handle(state: SandboxState, data: ActData, request: VendorRequest): Answer {
  const path = request.path.toLowerCase();
  if (path === '/act/oauth/v2/authorize') return authorize(state, actRules, request);
  if (path === '/act/oauth/v2/token' && request.method === 'POST') return actToken(state, request);
  if (path.startsWith('/act/api/')) return api(state, data, request);
  return notFound(request);
}

function api(state: SandboxState, data: ActData, request: VendorRequest): Answer {
  const path = request.path.slice('/act/api/'.length);
  const name = path.toLowerCase();
  const token = state.tokens.goodAccessToken('act', bearerToken(request) ?? '');
  if (token === undefined) {
    const body = { message: 'Authorization has been denied for this request.' };
    return json(401, body, { 'www-authenticate': 'Bearer' });
  }
  if (name === 'userinfos' && request.method === 'GET') return actUser(token.grant.account);
  return actCollectionApi(data, state.now(), request, path) ?? notFound(request);
}

function notFound(request: VendorRequest): Answer {
  const message = `No HTTP resource was found that matches the request URI 'https://${request.host}${request.path}'.`;
  return json(404, { message });
}
