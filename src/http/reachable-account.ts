// Which accounts a caller may name: its own; from the default account, all of the organization.

import { Problem } from '../core/errors.ts';
import type { AccountRecord, OrganizationStore } from '../store/organizations.ts';
import { type Caller, requireIdentity } from './caller.ts';

/** The account with an id, if the caller may reach it. Throws a Problem (404) otherwise. */
export async function findAccount(
  organizations: OrganizationStore,
  caller: Caller,
  id: number,
): Promise<AccountRecord> {
  const { organization, account } = requireIdentity(caller);
  const reachable = account.defaultAccount || id === account.id;
  const found = reachable ? await organizations.account(organization.id, id) : undefined;
  if (found === undefined) throw noAccount(id);
  return found;
}

/** The Problem of an account that is not there, or not for this caller. */
export function noAccount(id: number): Problem {
  return new Problem('notFound', `No account found with the id ${id}.`);
}
