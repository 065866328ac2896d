// The platform's own addresses, as definitions name them in what they send to vendors.

import type { Account } from '../auth/schemes.ts';

/** The platform's own addresses: where a vendor sends its events, and where this server is reached. */
export interface PlatformAddresses {
  webhookCallbackUrl: string;
  baseUrl: string;
}

/** The addresses for an account; `publicUrl` gives the address under which vendors reach this server. */
export function platformAddresses(publicUrl: () => string): (account: Account) => PlatformAddresses {
  return (account) => {
    const baseUrl = publicUrl();
    const events = `${baseUrl}/elements/api-v2/events/${encodeURIComponent(account.definition.key)}`;
    const instance = 'instanceId' in account ? `/${Buffer.from(String(account.instanceId)).toString('base64url')}` : '';
    return { baseUrl, webhookCallbackUrl: events + instance };
  };
}
