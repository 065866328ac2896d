// Whose elements a request sees, and whose it changes.

import type { ElementViewer } from '../engine/elements.ts';
import type { ElementAccount } from '../store/elements.ts';
import { type Caller, requireIdentity } from './caller.ts';

/** Whose private elements a request sees; without credentials it sees the catalog only. */
export function viewerOf({ identity }: Caller): ElementViewer {
  return identity === undefined
    ? undefined
    : { organizationId: identity.organization.id, accountId: identity.account.id };
}

/** The account whose elements a request changes. Throws a Problem when credentials are missing. */
export function accountOf(caller: Caller): ElementAccount {
  const { organization, account } = requireIdentity(caller);
  return { organizationId: organization.id, accountId: account.id };
}
