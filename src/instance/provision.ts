// Provisioning: from what a caller knows about an account to a stored instance with an element token.

import { randomBytes } from 'node:crypto';
import type { Account } from '../auth/schemes.ts';
import { Problem } from '../core/errors.ts';
import { Secret } from '../core/secret.ts';
import type { Definition } from '../element/define.ts';
import {
  fillSettings,
  type GivenSettings,
  mergeSettings,
  missingSettings,
  type SettingValues,
  splitSettings,
  tokenSettings,
} from '../element/settings.ts';
import { ownerOf } from '../engine/account.ts';
import type { Trace } from '../engine/trace.ts';
import { matchesHost } from '../outbound/routes.ts';
import type { AuthorizationStore } from '../store/authorizations.ts';
import type { InstanceRecord, InstanceStore } from '../store/instances.ts';
import type { Connect, ProviderData } from './connect.ts';
import { type Subscriptions, withSignatureKey } from './subscribe.ts';
import type { CompleteFromApplication } from './vendor-application.ts';
import { vendorUrls } from './vendor-urls.ts';

/** Whether answers of an instance's calls are kept, how many, and for how many seconds. */
export interface CachingRequest {
  cachingEnabled?: boolean | undefined;
  maxCacheSize?: number | undefined;
  cacheTimeToLive?: number | undefined;
}

/** What `POST /instances` says. */
export interface ProvisionRequest {
  name: string | undefined;
  tags: string[] | undefined;
  configuration: Record<string, unknown>;
  providerData: ProviderData;
  externalAuthentication: string;
  /** the OAuth proxy whose address the vendor sent the person back to */
  oauthProxy?: string | undefined;
  caching: CachingRequest;
  trace: Trace;
}

/** Who provisions. */
export interface Provisioner {
  organizationId: number;
  accountId: number;
  userId: number;
}

/**
 * Connects an account and stores it as an instance. A failing step stores nothing and revokes what it obtained.
 * Throws a Problem: 400 naming everything that is missing, or the vendor's reason.
 */
export type Provision = (
  definition: Definition,
  provisioner: Provisioner,
  request: ProvisionRequest,
) => Promise<InstanceRecord>;

interface ProvisionDependencies {
  authorizations: AuthorizationStore;
  connect: Connect;
  completeFromApplication: Pick<CompleteFromApplication, 'configuration'>;
  subscriptions: Subscriptions;
  /** throws a Problem that names every fault of the settings about events */
  requireEvents(definition: Definition, values: SettingValues): void;
  instances: InstanceStore;
}

/** Makes the provisioning of instances. */
export function createProvision(dependencies: ProvisionDependencies): Provision {
  const { authorizations, connect, completeFromApplication, subscriptions, requireEvents, instances } = dependencies;
  return async (definition, provisioner, request) => {
    const { configuration, oauthProxy: proxyName } = request;
    const { organizationId } = provisioner;
    const given = splitSettings(
      definition,
      await completeFromApplication.configuration(organizationId, definition, configuration, { proxyName }),
    );
    request.trace.hide(() => Object.values(given.secrets).map((secret) => secret.reveal()));
    const hint = await fillRememberedSite(definition, given, request.providerData);
    const owner = ownerOf(provisioner);
    const account = accountFrom(definition, owner, given);
    const { providerData, externalAuthentication, trace } = request;
    const missing = connect.missing(account, providerData, externalAuthentication);
    requireAll(definition, given, externalAuthentication, missing, hint);
    requireVendorHosts(account);
    requireEvents(definition, account.values);

    const connection = await connect.open(account, providerData, externalAuthentication, trace);
    // The token answer may name another host; what was obtained is given back where it came from.
    return connect.orRevoke(account, connection, async () => {
      const connected = addFilled(definition, given, connection?.values);
      const brought = await connect.settle(accountFrom(definition, owner, connected), connection?.tokens, trace);
      const settled = withSignatureKey(addFilled(definition, connected, brought));
      const id = await instances.reserveId();
      const numbered = { ...accountFrom(definition, owner, settled), organizationId, instanceId: id };
      const opened = await subscriptions.open(numbered, connection?.tokens, trace);
      const subscribed = addFilled(definition, settled, opened);
      const name = plainText(request.name ?? '') || definition.document.name;
      return subscriptions.orClose(numbered, connection?.tokens, opened, () =>
        instances.create({
          ...provisioner,
          id,
          elementId: definition.id,
          elementKey: definition.key,
          name,
          tags: (request.tags ?? [name]).map(plainText).filter((tag) => tag !== ''),
          values: subscribed.values,
          secrets: connection === undefined ? subscribed.secrets : withoutTokens(subscribed.secrets),
          token: createElementToken(),
          externalAuthentication,
          ...request.caching,
          tokens: connection,
        }),
      );
    });
  };

  /**
   * An OAuth 1.0a request token remembers the site it was made for, so that callers need not repeat it. Gives back what
   * to tell a caller whose request token is not known (any more).
   */
  async function fillRememberedSite(
    definition: Definition,
    given: GivenSettings,
    provider: ProviderData,
  ): Promise<string | undefined> {
    const site = definition.document.valence?.siteAddress;
    const requestToken = provider['oauth_token'];
    if (site === undefined || given.values[site.setting] !== undefined) return undefined;
    if (typeof requestToken !== 'string' || requestToken === '') return undefined;
    const memory = await authorizations.recall('requestToken', definition.key, requestToken);
    if (memory?.['siteAddress']) given.values[site.setting] = memory['siteAddress'];
    if (memory !== undefined) return undefined;
    return (
      'The request token is not known, was used before, or is older than an hour: start again with ' +
      `GET /elements/${definition.key}/oauth/token.`
    );
  }
}

/** Throws a Problem for an element that was switched off: it connects no more accounts. */
export function requireActive({ key, document }: Definition): void {
  if (document.active !== false) return;
  throw new Problem('badRequest', `${key} is not active: PUT /elements/${key}/active lets instances be made again.`);
}

/** The account of settings that are not stored yet. */
export function accountFrom(definition: Definition, owner: string, given: GivenSettings): Account {
  return { owner, definition, values: mergeSettings(definition, given.values), secrets: given.secrets };
}

/**
 * Throws a Problem naming every required setting and every piece of provider data that is missing, and then the hint.
 * Tokens that the caller brings (`initial`) come from no consent page, so no callback URL is asked for.
 */
export function requireAll(
  definition: Definition,
  given: GivenSettings,
  externalAuthentication: string,
  missingProvider: string[],
  hint?: string | undefined,
): void {
  const known = new Set([...Object.keys(given.values), ...Object.keys(given.secrets)]);
  if (externalAuthentication === 'initial') known.add('oauth.callback.url');
  const missing = [...missingSettings(definition, known).map((key) => `configuration ${key}`), ...missingProvider];
  if (missing.length === 0) return;
  const list = [...new Set(missing)].join(', ');
  const text = `Missing required entries for ${definition.key}: ${list}.`;
  throw new Problem('badRequest', hint === undefined ? text : `${text} ${hint}`);
}

/**
 * Throws a Problem naming every address that is not https at a host of the element, before anything is sent. (The door
 * to vendors would refuse it, too, but only once a code is spent.) One with a placeholder left is judged there.
 */
export function requireVendorHosts({ definition, values }: Account): void {
  const hosts = definition.document.valence?.hosts;
  if (hosts === undefined) return;
  const foreign = vendorUrls.filter((key) => {
    const url = fillSettings(values[key] ?? '', values);
    if (url === '' || url.includes('{')) return false;
    const address = URL.canParse(url) ? new URL(url) : undefined;
    return address?.protocol !== 'https:' || !hosts.some((pattern) => matchesHost(address.hostname, pattern));
  });
  if (foreign.length === 0) return;
  throw new Problem(
    'badRequest',
    `${foreign.join(', ')} must be an https address at a host of this element: ${hosts.join(', ')}.`,
  );
}

/** Settings with those that an answer of the vendor brought; they are held to the same rules as what callers give. */
export function addFilled(
  definition: Definition,
  given: GivenSettings,
  brought: Record<string, string> | undefined,
): GivenSettings {
  const filled = splitSettings(definition, brought ?? {});
  return { values: { ...given.values, ...filled.values }, secrets: { ...given.secrets, ...filled.secrets } };
}

/** Vendor tokens are stored apart from the other secrets. */
export function withoutTokens(secrets: Record<string, Secret>): Record<string, Secret> {
  const tokens = new Set<string>([tokenSettings.access, tokenSettings.refresh, tokenSettings.secret]);
  return Object.fromEntries(Object.entries(secrets).filter(([key]) => !tokens.has(key)));
}

/** Text without HTML tags. */
export function plainText(text: string): string {
  let plain = text;
  for (let before = ''; before !== plain; ) {
    before = plain;
    plain = plain.replace(/<[^<>]*>/g, '');
  }
  return plain.trim();
}

function createElementToken(): Secret {
  return new Secret(randomBytes(32).toString('base64'));
}
