// The trip of a person through a vendor's pages: log in, then allow or deny. The same for every vendor and both OAuth versions.

import { randomBytes } from 'node:crypto';
import { type Account, checkLogin, fullName, sandboxAccounts } from './accounts.ts';
import { consentPage, loginPage } from './pages.ts';
import type { SandboxState } from './state.ts';
import { type Answer, type Decision, formParameters, type VendorRequest } from './vendor.ts';

/** What the pages say, and what happens when the person decided. */
export interface Asked {
  vendorName: string;
  applicationName: string;
  scopes: readonly string[];
  decide(decision: Decision, account: Account): Answer;
}

/** Shows the login page; after a login that fits, the consent page; after that, acts on the decision. */
export function askPerson(state: SandboxState, request: VendorRequest, asked: Asked): Answer {
  const form = formParameters(request);
  if (request.method === 'POST' && form.get('step') === 'consent') return decideOnce(state, form, asked);
  if (request.method === 'POST') return logIn(state, form, asked);
  return loginPage(asked.vendorName, sandboxAccounts[0], false);
}

function logIn(state: SandboxState, form: URLSearchParams, asked: Asked): Answer {
  const account = checkLogin(form.get('username') ?? '', form.get('password') ?? '', state.passwords);
  if (account === undefined) return loginPage(asked.vendorName, sandboxAccounts[0], true);
  const ticket = randomBytes(16).toString('hex');
  state.logins.set(ticket, account);
  return consentPage({ ...asked, person: fullName(account), ticket });
}

function decideOnce(state: SandboxState, form: URLSearchParams, asked: Asked): Answer {
  const ticket = form.get('ticket') ?? '';
  const account = state.logins.get(ticket);
  if (account === undefined) return loginPage(asked.vendorName, sandboxAccounts[0], false);
  state.logins.delete(ticket);
  return asked.decide(form.get('decision') === 'allow' ? 'allow' : 'deny', account);
}
