// A second account with a user of its own, for tests of what accounts see of each other's elements.

import { administrator, type Platform } from './platform.ts';

/** An account, and the Authorization header of its user. */
export interface OtherAccount {
  id: number;
  authorization: string;
}

/** Adds an account to the platform's organization. */
export async function addAccount(platform: Platform, externalId: string): Promise<OtherAccount> {
  const account = await platform.call('POST', '/accounts', { body: { externalId } });
  const user = await platform.call('POST', `/accounts/${account.body.id}/users`, {
    body: { email: `user@${externalId}.test` },
  });
  return {
    id: account.body.id,
    authorization: `User ${user.body.secret}, Organization ${administrator.organizationSecret}`,
  };
}
