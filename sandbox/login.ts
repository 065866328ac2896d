// The trip of a person through a vendor's pages: log in, then allow or deny. The same for every vendor and both OAuth versions.

import { randomBytes } from 'node:crypto';
import { type Account, checkLogin, sandboxAccounts } from './accounts.ts';
import { type AccessRequest, consentPage, loginPage } from './pages.ts';
import type { SandboxState } from './state.ts';
import { type Answer, type Decision, formParameters, type VendorRequest } from './vendor.ts';

/** What the pages say, and what happens when the person decided. */
export interface Asked extends Omit<AccessRequest, 'host' | 'returnsTo'> {
  /** where the person is sent back to; `oob` when nobody is (RFC 5849 section 2.1) */
  callback: string;
  decide(decision: Decision, account: Account): Answer;
}

/** Shows the login page; after a login that fits, the consent page; after that, acts on the decision. */
export function askPerson(state: SandboxState, request: VendorRequest, asked: Asked): Answer {
  const form = formParameters(request);
  const access = { ...asked, host: request.host, returnsTo: hostOf(asked.callback) };
  if (request.method === 'POST' && form.get('step') === 'consent') return decideOnce(state, form, access, asked.decide);
  if (request.method === 'POST') return logIn(state, form, access);
  return loginPage(access, sandboxAccounts[0], false);
}

function hostOf(callback: string): string | undefined {
  return URL.canParse(callback) ? new URL(callback).host : undefined;
}

function logIn(state: SandboxState, form: URLSearchParams, access: AccessRequest): Answer {
  const account = checkLogin(form.get('username') ?? '', form.get('password') ?? '', state.passwords);
  if (account === undefined) return loginPage(access, sandboxAccounts[0], true);
  const ticket = randomBytes(16).toString('hex');
  state.logins.set(ticket, account);
  return consentPage(access, account, ticket);
}

function decideOnce(
  state: SandboxState,
  form: URLSearchParams,
  access: AccessRequest,
  decide: Asked['decide'],
): Answer {
  const ticket = form.get('ticket') ?? '';
  const account = state.logins.get(ticket);
  if (account === undefined) return loginPage(access, sandboxAccounts[0], false);
  state.logins.delete(ticket);
  return decide(form.get('decision') === 'allow' ? 'allow' : 'deny', account);
}
