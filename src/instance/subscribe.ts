// The vendor's subscription of an instance: made when its webhooks are enabled, removed when they no longer are.

import { randomBytes } from 'node:crypto';
import type { Account } from '../auth/schemes.ts';
import { Problem } from '../core/errors.ts';
import { createSignatureKey } from '../core/webhook-signature.ts';
import type { Definition } from '../element/define.ts';
import { eventWays } from '../element/event-settings.ts';
import { type GivenSettings, isSecretSetting, type SettingValues, splitSettings } from '../element/settings.ts';
import { accountOf, type InstanceAccount } from '../engine/account.ts';
import type { RunLifecycle } from '../engine/lifecycle.ts';
import type { Trace } from '../engine/trace.ts';
import type { InstanceRecord } from '../store/instances.ts';
import type { VendorTokens } from '../store/tokens.ts';

/** An account with the id that its instance has, or will have. */
export type NumberedAccount = Account & { organizationId: number; instanceId: number };

/** Makes and removes subscriptions. */
export interface Subscriptions {
  /**
   * Runs the `onProvisionWebhook` resources of an account whose webhooks are enabled, and gives the settings that they
   * brought, with the secret by which the vendor will show itself. Throws the vendor's Problem; then what was made of the
   * subscription is removed again.
   */
  open(account: NumberedAccount, tokens: VendorTokens | undefined, trace: Trace): Promise<Record<string, string>>;
  /** Does what follows on a subscription; when that fails, the subscription is removed. */
  orClose<Result>(
    account: NumberedAccount,
    tokens: VendorTokens | undefined,
    opened: Record<string, string>,
    work: () => Promise<Result>,
  ): Promise<Result>;
  /** Removes the subscription of an instance at the vendor; gives back what could not be done, or undefined. */
  close(definition: Definition, record: InstanceRecord): Promise<string | undefined>;
  /** The tokens of an instance, refreshed if they are due. */
  tokensOf(definition: Definition, record: InstanceRecord): Promise<VendorTokens | undefined>;
}

interface SubscriptionsDependencies {
  runLifecycle: RunLifecycle;
  /** the account with tokens that are not about to end */
  freshen(account: InstanceAccount): Promise<InstanceAccount>;
}

/** Makes the maker of subscriptions. */
export function createSubscriptions({ runLifecycle, freshen }: SubscriptionsDependencies): Subscriptions {
  return {
    async open(account, tokens, trace) {
      if (!eventWays(account.values).webhooks) return {};
      const secret = newSecret(account);
      const known = withSettings(account, secret);
      const brought: Record<string, string> = {};
      try {
        await runLifecycle(known, tokens, 'onProvisionWebhook', { trace, brought });
        return { ...secret, ...brought };
      } catch (error) {
        // Some of it may have been made: what is known of that is taken back.
        await undo(withSettings(known, brought), tokens);
        throw error;
      }
    },
    async orClose(account, tokens, opened, work) {
      try {
        return await work();
      } catch (error) {
        if (eventWays(account.values).webhooks) await undo(withSettings(account, opened), tokens);
        throw error;
      }
    },
    async close(definition, record) {
      const account = accountOf(record, definition);
      if (!eventWays(account.values).webhooks) return undefined;
      return undo(account, await tokensOf(definition, record));
    },
    tokensOf,
  };

  async function tokensOf(definition: Definition, record: InstanceRecord): Promise<VendorTokens | undefined> {
    try {
      const fresh = await freshen(accountOf(record, definition));
      return 'tokens' in fresh ? fresh.tokens : undefined;
    } catch (error) {
      if (error instanceof Problem) return record.tokens;
      throw error;
    }
  }

  async function undo(account: NumberedAccount, tokens: VendorTokens | undefined): Promise<string | undefined> {
    try {
      await runLifecycle(account, tokens, 'onDeleteWebhook', { all: true });
      return undefined;
    } catch (error) {
      if (error instanceof Problem) return `its subscription at the vendor was not removed: ${error.message}`;
      throw error;
    }
  }
}

/** The secret that the vendor is given, or sends, unless one is known: a setting that the definition names. */
function newSecret({ definition, values, secrets }: NumberedAccount): Record<string, string> {
  const setting = definition.document.valence?.webhooks?.secret;
  if (setting === undefined || secrets[setting] !== undefined || (values[setting] ?? '') !== '') return {};
  return { [setting]: randomBytes(32).toString('hex') };
}

/** The account as it is once settings are stored. */
function withSettings(account: NumberedAccount, settings: Record<string, string>): NumberedAccount {
  const given = splitSettings(account.definition, settings);
  return {
    ...account,
    values: { ...account.values, ...given.values },
    secrets: { ...account.secrets, ...given.secrets },
  };
}

/** The setting of the key that signs callbacks. */
const signatureKey = 'event.notification.signature.key';

/** Settings with a key that signs callbacks; one is made when callbacks are asked for and no key is given. */
export function withSignatureKey(given: GivenSettings): GivenSettings {
  const { values, secrets } = given;
  const asked = values['event.notification.enabled'] === 'true' || values['event.notification.callback.url'];
  if (!asked || secrets[signatureKey] !== undefined) return given;
  return { ...given, secrets: { ...given.secrets, [signatureKey]: createSignatureKey() } };
}

const aboutCallbacks = /^event\.(notification\.(callback\.|basic\.|signature\.|deduplicate)|poller\.)/;

/** Whether settings differ in something that a subscription at the vendor is made of. */
export function changesSubscription(definition: Definition, before: SettingValues, after: SettingValues): boolean {
  return Object.keys({ ...before, ...after }).some(
    (key) =>
      key.startsWith('event.') &&
      !aboutCallbacks.test(key) &&
      !isSecretSetting(definition, key) &&
      definition.settings.get(key)?.internal !== true &&
      (before[key] ?? '') !== (after[key] ?? ''),
  );
}

/**
 * Shows in an answer the signature key that was made because none was given. Only this once: from now on it is masked like
 * every secret. `before` is the instance as it was, if there was one.
 */
export function showMadeKey(
  configuration: Record<string, string | null> | undefined,
  given: Record<string, unknown> = {},
  record: InstanceRecord,
  before?: InstanceRecord,
): void {
  const made = record.secrets[signatureKey];
  const isNew = (given[signatureKey] ?? '') === '' && before?.secrets[signatureKey] === undefined;
  if (isNew && made !== undefined && configuration !== undefined) configuration[signatureKey] = made.reveal();
}
