// Simulated Salesforce: login hosts and My Domain hosts, and which request goes where.

import { authorize, authorizeAs } from '../oauth2.ts';
import type { SandboxState } from '../state.ts';
import type { Answer, Vendor, VendorRequest } from '../vendor.ts';
import { salesforceIdentity, salesforceUserInfo } from './identity.ts';
import { salesforceRevoke, salesforceRules, salesforceToken } from './login.ts';
import { createSalesforceData, notFound, type SalesforceData, salesforceRest } from './rest.ts';
import { metadataSoap } from './soap.ts';

/** Salesforce, with one production organization and one Salesforce sandbox. */
export function createSalesforce(state: SandboxState): Vendor {
  const data = createSalesforceData(state);
  return {
    key: 'salesforce',
    name: 'Salesforce',
    hosts: ['login.salesforce.com', 'test.salesforce.com', '*.salesforce.com'],
    handle: (request) => handle(state, data, request),
    consent: (request, decision, account) => authorizeAs(state, salesforceRules, request, decision, account),
    faultBody: (status) =>
      status === 429
        ? [{ message: 'TotalRequests Limit exceeded.', errorCode: 'REQUEST_LIMIT_EXCEEDED' }]
        : [{ message: 'An unexpected error occurred.', errorCode: 'UNKNOWN_EXCEPTION' }],
  };
}

function handle(state: SandboxState, data: SalesforceData, request: VendorRequest): Answer {
  switch (request.path) {
    case '/services/oauth2/authorize':
      return authorize(state, salesforceRules, request);
    case '/services/oauth2/token':
      return salesforceToken(state, request);
    case '/services/oauth2/revoke':
      return salesforceRevoke(state, request);
    case '/services/oauth2/userinfo':
      return salesforceUserInfo(state, request);
  }
  if (/^\/id\/[^/]+\/[^/]+$/.test(request.path)) return salesforceIdentity(state, request);
  if (/^\/services\/data(\/|$)/.test(request.path)) return salesforceRest(state, data, request);
  if (/^\/services\/Soap\/m\/\d+\.0$/.test(request.path) && request.method === 'POST') {
    return metadataSoap(state, data, request);
  }
  return notFound();
}
