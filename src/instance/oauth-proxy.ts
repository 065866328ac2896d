// OAuth proxies at work: the vendor knows the platform's callback URL only, and the platform sends the person on to the
// program that asked, if that address is registered with the proxy.

import { randomBytes } from 'node:crypto';
import { Problem } from '../core/errors.ts';
import type { AuthorizationStore } from '../store/authorizations.ts';
import type { OAuthProxyStore } from '../store/oauth-proxies.ts';
import { mayBeSentTo } from './application-urls.ts';
import { findProxy } from './vendor-application.ts';

/** Sends people through a proxy. */
export interface ProxiedAuthorizations {
  /**
   * What the vendor gets in the place of a program's own callback URL, which callers give as the state. Throws a Problem
   * when the proxy is not there or does not know that address.
   */
  begin(organizationId: number, proxyName: string, applicationUrl: string | undefined): Promise<Proxied>;
  /**
   * Where a person goes on who came back with the state of `begin`, with everything that the vendor added; undefined when
   * the state is not known, was used before, is older than an hour, or the address is no longer registered.
   */
  sendOn(query: Readonly<Record<string, string>>): Promise<string | undefined>;
}

/** What stands in an OAuth URL for a program behind a proxy. */
export interface Proxied {
  callbackUrl: string;
  state: string;
}

interface ProxyDependencies {
  proxies: Pick<OAuthProxyStore, 'byName' | 'byId'>;
  authorizations: AuthorizationStore;
  callbackUrl(): string;
  limits: { authorizationSeconds: number };
}

/** Makes the proxy. */
export function createProxiedAuthorizations(dependencies: ProxyDependencies): ProxiedAuthorizations {
  const { proxies, authorizations, callbackUrl, limits } = dependencies;
  return {
    async begin(organizationId, proxyName, applicationUrl) {
      const { id, applicationUrls } = await findProxy(proxies, organizationId, proxyName);
      if (applicationUrl === undefined || !mayBeSentTo(applicationUrls, applicationUrl)) {
        throw new Problem(
          'badRequest',
          `state must be the address in your program that the person is sent on to, registered with the OAuth proxy ` +
            `${proxyName}: POST /elements/oauthProxies/${id}/applicationUrl registers one.`,
        );
      }
      const state = randomBytes(32).toString('base64url');
      const memory = { organizationId: String(organizationId), proxyId: String(id), applicationUrl };
      await authorizations.remember('proxyState', '', state, memory, limits.authorizationSeconds);
      return { callbackUrl: callbackUrl(), state };
    },

    async sendOn(query) {
      const memory = await authorizations.take('proxyState', '', query['state'] ?? '');
      if (memory === undefined) return undefined;
      const { organizationId, proxyId, applicationUrl = '' } = memory;
      const proxy = await proxies.byId(Number(organizationId), Number(proxyId));
      if (proxy === undefined || !mayBeSentTo(proxy.applicationUrls, applicationUrl)) return undefined;
      const address = new URL(applicationUrl);
      for (const [name, value] of Object.entries(query)) address.searchParams.set(name, value);
      return address.href;
    },
  };
}
