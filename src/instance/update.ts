// Changing an instance: its name, tags and settings, and connecting its account again.

import type { Account } from '../auth/schemes.ts';
import { Problem } from '../core/errors.ts';
import type { Secret } from '../core/secret.ts';
import type { Definition } from '../element/define.ts';
import { eventWays } from '../element/event-settings.ts';
import {
  type GivenSettings,
  mask,
  mergeSettings,
  type SettingValues,
  splitSettings,
  tokenSettings,
} from '../element/settings.ts';
import { ownerOf } from '../engine/account.ts';
import type { Trace } from '../engine/trace.ts';
import type { InstanceChange, InstanceRecord, InstanceStore } from '../store/instances.ts';
import type { Connect, Connection, ProviderData } from './connect.ts';
import {
  accountFrom,
  addFilled,
  type CachingRequest,
  plainText,
  requireAll,
  requireVendorHosts,
  withoutTokens,
} from './provision.ts';
import { changesSubscription, type Subscriptions, withSignatureKey } from './subscribe.ts';

/** What `PUT` or `PATCH` of an instance says; absent members stay as they are. */
export interface UpdateRequest {
  mode: 'replace' | 'merge';
  name: string | undefined;
  tags: string[] | undefined;
  configuration: Record<string, unknown> | undefined;
  providerData: ProviderData;
  /** connect again also without provider data, as elements without a consent page do */
  reconnect?: boolean;
  externalAuthentication: string | undefined;
  caching: CachingRequest;
  trace: Trace;
}

/** Changes an instance; with provider data the account is connected again in place: same id, same element token. */
export type Update = (
  definition: Definition,
  record: InstanceRecord,
  request: UpdateRequest,
) => Promise<InstanceRecord>;

interface UpdateDependencies {
  connect: Connect;
  subscriptions: Subscriptions;
  /** throws a Problem that names every fault of the settings about events */
  requireEvents(definition: Definition, values: SettingValues): void;
  instances: InstanceStore;
}

/** Makes the change of instances. Throws a Problem naming what is missing, or the vendor's reason; then nothing changes. */
export function createUpdate({ connect, subscriptions, requireEvents, instances }: UpdateDependencies): Update {
  return async (definition, record, request) => {
    const given = withoutDefaults(definition, record, splitSettings(definition, request.configuration ?? {}));
    const wanted = settle(definition, record, request, given);
    const tokensGiven = [tokenSettings.access, tokenSettings.refresh].some((key) => given.secrets[key] !== undefined);
    const again = request.reconnect === true || Object.keys(request.providerData).length > 0;
    const external = again ? 'none' : authenticationOf(record, request, tokensGiven);

    const owner = ownerOf(record);
    const account = accountFrom(definition, owner, wanted);
    const asked = { ...account, secrets: { ...wanted.secrets, ...given.secrets } };
    const missing = again ? connect.missing(asked, request.providerData, external) : [];
    requireAll(definition, wanted, external, missing);
    requireVendorHosts(account);
    requireEvents(definition, account.values);

    const reconnects = again || tokensGiven;
    const connection = reconnects
      ? await connect.open(asked, request.providerData, external, request.trace)
      : undefined;
    return connect.orRevoke(account, connection, async () => {
      const connected = accountFrom(definition, owner, addFilled(definition, wanted, connection?.values));
      const brought = reconnects ? await connect.settle(connected, connection?.tokens, request.trace) : {};
      const opened = await renewSubscription(definition, record, connected, connection, request.trace);
      const changed = await instances.update(record.organizationId, record.id, (stored) =>
        changeOf(definition, settle(definition, stored, request, given), request, connection, {
          ...brought,
          ...opened,
        }),
      );
      if (changed === undefined) throw new Problem('notFound', `No instance found with the id ${record.id}.`);
      return changed;
    });
  };

  /** The vendor's subscription follows the settings; gives those that a new one brought. */
  async function renewSubscription(
    definition: Definition,
    record: InstanceRecord,
    account: Account,
    connection: Connection | undefined,
    trace: Trace,
  ): Promise<Record<string, string>> {
    const stored = mergeSettings(definition, record.values);
    const before = eventWays(stored).webhooks;
    const after = eventWays(account.values).webhooks;
    const stays = before && after && !changesSubscription(definition, stored, account.values);
    if (stays || !(before || after)) return {};
    if (before) await subscriptions.close(definition, record);
    const { organizationId, id: instanceId } = record;
    const tokens = connection?.tokens ?? (await subscriptions.tokensOf(definition, record));
    return subscriptions.open({ ...account, organizationId, instanceId }, tokens, trace);
  }
}

/** A default that was read and is sent back stays one: an address made of the subdomain goes on following it. */
function withoutDefaults(definition: Definition, record: InstanceRecord, given: GivenSettings): GivenSettings {
  const shown = mergeSettings(definition, record.values);
  const isDefault = (key: string, value: string) => !Object.hasOwn(record.values, key) && shown[key] === value;
  const values = Object.entries(given.values).filter(([key, value]) => !isDefault(key, value));
  return { values: Object.fromEntries(values), secrets: given.secrets };
}

/** How the account came by its tokens, when they do not come from the consent page now. */
function authenticationOf(record: InstanceRecord, request: UpdateRequest, tokensGiven: boolean): string {
  return tokensGiven ? 'initial' : (request.externalAuthentication ?? record.externalAuthentication);
}

/**
 * The settings that an instance has after a change. Merging adds to the stored ones, and a null or empty value takes
 * one away; replacing keeps of the stored ones what the platform wrote and the secrets that were sent back masked.
 */
function settle(
  definition: Definition,
  record: InstanceRecord,
  request: UpdateRequest,
  given: GivenSettings,
): GivenSettings {
  const configuration = request.configuration;
  const stays = (key: string): boolean => {
    if (configuration === undefined) return true;
    const sent = Object.hasOwn(configuration, key) ? configuration[key] : undefined;
    if (sent === mask) return true;
    if (request.mode === 'merge') return !Object.hasOwn(configuration, key);
    return definition.settings.get(key)?.internal === true || key === 'base.url';
  };
  const keep = <Value>(stored: Record<string, Value>) =>
    Object.fromEntries(Object.entries(stored).filter(([key]) => stays(key)));
  return {
    values: { ...keep(record.values), ...given.values },
    secrets: withoutTokens({ ...keep<Secret>(record.secrets), ...given.secrets }),
  };
}

function changeOf(
  definition: Definition,
  settled: GivenSettings,
  request: UpdateRequest,
  connection: Connection | undefined,
  brought: Record<string, string>,
): InstanceChange {
  const filled = addFilled(definition, settled, { ...connection?.values, ...brought });
  const { values, secrets } = withSignatureKey(filled);
  return {
    values,
    secrets: withoutTokens(secrets),
    name: plainText(request.name ?? '') || undefined,
    tags: request.tags?.map(plainText).filter((tag) => tag !== ''),
    externalAuthentication: request.externalAuthentication,
    ...request.caching,
    tokens: connection,
  };
}
