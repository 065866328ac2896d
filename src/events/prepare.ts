// What is sent for an event: normalized, unless a poll has done so, and put in its envelope for the customer's endpoint.

import type { Account } from '../auth/schemes.ts';
import type { Secret } from '../core/secret.ts';
import { eventWays } from '../element/event-settings.ts';
import { accountOf } from '../engine/account.ts';
import { configurationOf } from '../engine/configuration.ts';
import type { Elements } from '../engine/elements.ts';
import type { PlatformAddresses } from '../engine/platform-addresses.ts';
import type { EventWork, StoredEvent } from '../store/event-work.ts';
import type { EventItem } from '../store/events.ts';
import type { InstanceStore } from '../store/instances.ts';
import { callbackTarget } from './callback.ts';
import { changeKey } from './change-key.ts';
import { envelope } from './envelope.ts';
import type { Normalize } from './normalize.ts';
import type { Prepared } from './pump.ts';
import { readVendorRequest, type VendorRequest } from './vendor-request.ts';

interface PrepareDependencies {
  elements: Pick<Elements, 'byId'>;
  instances: Pick<InstanceStore, 'forVendor'>;
  normalize: Normalize;
  addresses(account: Account): PlatformAddresses;
  /** the signing key of a subscription; undefined when it is gone */
  subscriptionKey(organizationId: number, subscriptionId: number): Promise<Secret | undefined>;
  /** notes that a webhook brought changes, and gives the keys of those that a poll brought before it */
  knownFromPolls(instanceId: number, keys: readonly string[]): Promise<ReadonlySet<string>>;
}

const nothing = (message: string, items?: EventItem[]): Prepared => ({ send: false, message, items });

/** Makes the preparation of events for the pump. Throws the Problem of a hook that fails. */
export function createPrepare(dependencies: PrepareDependencies) {
  const { elements, instances, normalize, addresses, subscriptionKey, knownFromPolls } = dependencies;

  return async (work: EventWork, event: StoredEvent): Promise<Prepared> => {
    if (event.source === 'notification') return prepareNotification(work, event);
    const record = work.instanceId === undefined ? undefined : await instances.forVendor(work.instanceId);
    if (record === undefined && event.source === 'result' && event.callbackUrl !== undefined) {
      // There is no key to sign with: the call was one to the platform, or deleted its instance.
      const target = { url: event.callbackUrl, headers: {}, key: undefined };
      return { send: true, target, body: event.body, items: undefined };
    }
    if (record === undefined) return nothing('The instance was deleted.');
    const definition = await elements.byId(record.elementId, record);
    const account = accountOf(record, definition);
    if (event.source === 'result') {
      const target = callbackTarget(account, event.callbackUrl);
      if (target === undefined) return nothing('No callback URL is set.');
      return { send: true, target, body: event.body, items: undefined };
    }
    const request = event.items === undefined ? requestOf(event) : undefined;
    const items = event.items ?? (await itemsOf(request ?? requestOf(event)));
    const fresh = event.source === 'webhook' && eventWays(account.values).polling ? await withoutKnown(items) : items;
    if (items.length > 0 && fresh.length === 0) return nothing('A poll has brought this change before.', items);
    const target = callbackTarget(account);
    if (target === undefined) {
      return nothing('No callback URL is set: give event.notification.callback.url to get events.', fresh);
    }
    return { send: true, target, body: envelope(work, event, record, fresh, knownJson(request)), items: fresh };

    function itemsOf(asked: VendorRequest): Promise<EventItem[]> {
      const tokens = 'tokens' in account ? account.tokens : undefined;
      return normalize({
        definition,
        owner: account.owner,
        configuration: () => configurationOf({ account, tokens }, addresses).all(),
        request: asked,
        receivedAt: work.receivedAt,
      });
    }

    async function withoutKnown(all: EventItem[]): Promise<EventItem[]> {
      const keyed = all.map((item) => ({
        item,
        key: changeKey(item.objectType, item.objectId, Date.parse(item.date)),
      }));
      const known = await knownFromPolls(
        work.instanceId ?? 0,
        keyed.map(({ key }) => key),
      );
      return keyed.filter(({ key }) => !known.has(key)).map(({ item }) => item);
    }
  };

  async function prepareNotification(work: EventWork, event: StoredEvent): Promise<Prepared> {
    if (event.callbackUrl === undefined || event.subscriptionId === undefined) return nothing('Nobody is subscribed.');
    const key = await subscriptionKey(work.organizationId, event.subscriptionId);
    if (key === undefined) return nothing('The subscription was deleted.');
    return { send: true, body: event.body, target: { url: event.callbackUrl, headers: {}, key }, items: undefined };
  }
}

/** The request that brought an event. */
function requestOf({ body, bodyIsBase64, headers }: StoredEvent): VendorRequest {
  const raw = Buffer.from(body, bodyIsBase64 ? 'base64' : 'utf8');
  return readVendorRequest({ method: 'POST', headers, query: {}, raw });
}

/** True when a body was read as JSON; undefined when that is not known. */
function knownJson(request: VendorRequest | undefined): true | undefined {
  const isForm = /form/i.test(request?.headers['content-type'] ?? 'form');
  return !isForm && typeof request?.body === 'object' ? true : undefined;
}
