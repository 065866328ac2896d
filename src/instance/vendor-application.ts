// The organization's own applications at vendors take the place of what a caller leaves out: key, secret, callback URL and
// scope. They are copied into the instance, so that a later change of the application leaves it as it is.

import { Problem } from '../core/errors.ts';
import type { Definition } from '../element/define.ts';
import { fillSettings, mask, mergeSettings, splitSettings } from '../element/settings.ts';
import type { OAuthProxyStore } from '../store/oauth-proxies.ts';
import type { VendorApplicationStore } from '../store/vendor-applications.ts';
import type { AuthorizeRequest } from './authorize.ts';
import { vendorUrls } from './vendor-urls.ts';

/** What an application is made of; also what callers give of it. */
interface Parts {
  apiKey?: string | undefined;
  apiSecret?: string | undefined;
  callbackUrl?: string | undefined;
  scope?: string | undefined;
}

/** Completes what callers give. An explicit value wins; with another API key nothing of an application is used. */
export interface CompleteFromApplication {
  /** A request for an OAuth URL or a request token. */
  request(
    organizationId: number,
    definition: Definition,
    request: AuthorizeRequest,
    proxyName?: string,
  ): Promise<AuthorizeRequest>;
  /**
   * The configuration of an instance; `stored` are settings that it has already. Throws a Problem when settings would send
   * an application's secret, which the caller need not know, to other hosts than those of the definition.
   */
  configuration(
    organizationId: number,
    definition: Definition,
    configuration: Record<string, unknown>,
    options?: { proxyName?: string | undefined; stored?: Record<string, string> | undefined },
  ): Promise<Record<string, unknown>>;
}

interface CompleteDependencies {
  applications: Pick<VendorApplicationStore, 'find'>;
  proxies: Pick<OAuthProxyStore, 'byName'>;
  /** the platform's own callback URL */
  callbackUrl(): string;
}

/** Makes the completion from applications and proxies. */
export function createCompleteFromApplication(dependencies: CompleteDependencies): CompleteFromApplication {
  const { applications, proxies } = dependencies;
  return {
    async request(organizationId, definition, request, proxyName) {
      const sources = await sourcesFor(organizationId, definition, proxyName);
      return { ...request, ...complete(request, sources) };
    },

    async configuration(organizationId, definition, configuration, { proxyName, stored } = {}) {
      const sources = await sourcesFor(organizationId, definition, proxyName);
      const given = partsOf(configuration);
      const parts = complete(given, sources);
      const completed = { ...configuration };
      for (const [key, part] of Object.entries(partSettings)) {
        if (parts[part] !== undefined) completed[key] = parts[part];
      }
      if (parts.apiSecret !== given.apiSecret) requireDeclaredHosts(definition, { ...stored, ...completed });
      return completed;
    },
  };

  /** A proxy that the caller names comes before the application. */
  async function sourcesFor(
    organizationId: number,
    definition: Definition,
    proxyName: string | undefined,
  ): Promise<Parts[]> {
    const sources: Parts[] = [];
    if (proxyName !== undefined) {
      const proxy = await findProxy(proxies, organizationId, proxyName);
      const { apiKey, apiSecret } = proxy;
      sources.push({
        apiKey: apiKey?.reveal(),
        apiSecret: apiSecret?.reveal(),
        callbackUrl: dependencies.callbackUrl(),
      });
    }
    if (!usesApplication(definition)) return sources;
    const application = await applications.find(organizationId, definition.id);
    if (application !== undefined) {
      const { apiKey, apiSecret, callbackUrl, scope } = application;
      sources.push({ apiKey: apiKey.reveal(), apiSecret: apiSecret.reveal(), callbackUrl, scope });
    }
    return sources;
  }
}

/** Whether connections of an element are made through an application that is registered at its vendor. */
export function usesApplication({ document }: Definition): boolean {
  return ['oauth1', 'oauth2', 'oauth2Password'].includes(document.authentication.type);
}

/** The proxy of a name. Throws a Problem when there is none. */
export async function findProxy(proxies: Pick<OAuthProxyStore, 'byName'>, organizationId: number, name: string) {
  const proxy = await proxies.byName(organizationId, name);
  if (proxy !== undefined) return proxy;
  throw new Problem('badRequest', `There is no OAuth proxy named ${name}: GET /elements/oauthProxies lists them.`);
}

const partSettings: Readonly<Record<string, keyof Parts>> = {
  'oauth.api.key': 'apiKey',
  'oauth.api.secret': 'apiSecret',
  'oauth.callback.url': 'callbackUrl',
  'oauth.scope': 'scope',
};

/** What a configuration says of the application; an empty or masked value says nothing. */
function partsOf(configuration: Record<string, unknown>): Parts {
  const parts: Parts = {};
  for (const [key, part] of Object.entries(partSettings)) {
    const value = configuration[key];
    if (value !== undefined && value !== null && value !== '' && value !== mask) parts[part] = String(value);
  }
  return parts;
}

function complete(given: Parts, sources: readonly Parts[]): Parts {
  let parts: Parts = { ...given };
  for (const source of sources) {
    const isAnother = [parts.apiKey, source.apiKey].every((key) => key !== undefined) && parts.apiKey !== source.apiKey;
    if (isAnother) continue;
    parts = {
      apiKey: parts.apiKey ?? source.apiKey,
      apiSecret: parts.apiSecret ?? source.apiSecret,
      callbackUrl: parts.callbackUrl ?? source.callbackUrl,
      scope: parts.scope ?? source.scope,
    };
  }
  return parts;
}

/**
 * Who does not know the organization's secret must not learn it by naming the place that it is sent to. A definition that
 * names its hosts is held to them anyway; for any other an address must be at the host that the definition gives it.
 */
function requireDeclaredHosts(definition: Definition, configuration: Record<string, unknown>): void {
  if (definition.document.valence?.hosts !== undefined) return;
  const values = mergeSettings(definition, splitSettings(definition, configuration).values);
  const defaults = mergeSettings(definition, {});
  const foreign = vendorUrls.filter((key) => {
    const address = fillSettings(values[key] ?? '', values);
    if (address === '' || address === fillSettings(defaults[key] ?? '', defaults)) return false;
    return !atDeclaredHost(definition, key, address);
  });
  if (foreign.length === 0) return;
  throw new Problem(
    'badRequest',
    `${foreign.join(', ')} would send the organization’s application elsewhere: leave them as the element has them, give ` +
      'oauth.api.key and oauth.api.secret of your own, or let the element name its hosts (valence.hosts).',
  );
}

function atDeclaredHost(definition: Definition, key: string, address: string): boolean {
  const site = definition.document.valence?.siteAddress?.setting;
  let template = definition.settings.get(key)?.defaultValue ?? '';
  for (let depth = 0; depth < 5; depth++) {
    const [whole = '', setting = ''] = /^\{([^{}]+)\}/.exec(template) ?? [];
    // Site addresses are held to their suffixes wherever they come from.
    if (setting !== '' && setting === site) return true;
    template = (definition.settings.get(setting)?.defaultValue ?? whole) + template.slice(whole.length);
  }
  const [origin] = /^https?:\/\/[^/?#]+/i.exec(template) ?? [];
  if (origin === undefined || !URL.canParse(address)) return false;
  const pattern = origin
    .split(/(\{[^{}]*\})/)
    .map((part) => {
      if (!part.startsWith('{')) return part.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
      return part === `{${site}}` ? '[a-z0-9.-]+' : '[a-z0-9-]+';
    })
    .join('');
  const { protocol, host } = new URL(address);
  return new RegExp(`^${pattern}$`, 'i').test(`${protocol}//${host}`);
}
