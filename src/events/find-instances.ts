// By what an instance is found in its vendor's webhooks, kept beside its settings.

import { eventWays, finderOf } from '../element/event-settings.ts';
import type { SettingValues } from '../element/settings.ts';
import type { Database } from '../store/database.ts';
import type { InstanceRecord } from '../store/instances.ts';
import type { WebhookFinders } from '../store/webhook-finders.ts';

/** Stores how an instance is found, in the transaction that stores its settings. */
export async function storeFinder(
  finders: WebhookFinders,
  transaction: Database,
  record: InstanceRecord,
  values: SettingValues,
): Promise<void> {
  const found = finderOf(values);
  const value = found === undefined ? '' : (values[found.setting] ?? '');
  if (found === undefined || value === '' || !eventWays(values).webhooks) {
    await finders.forget(transaction, record.id);
    return;
  }
  await finders.store(transaction, {
    instanceId: record.id,
    elementKey: record.elementKey,
    finder: found.finder,
    value,
  });
}
