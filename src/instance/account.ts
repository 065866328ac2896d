// A stored instance as the account that calls are made for.

import type { ConnectedAccount } from '../auth/refresh.ts';
import type { Account } from '../auth/schemes.ts';
import type { Definition } from '../element/define.ts';
import { mergeSettings } from '../element/settings.ts';
import type { InstanceRecord } from '../store/instances.ts';

/** The account behind an instance, with its tokens where its element uses any. */
export function accountOf(record: InstanceRecord, definition: Definition): ConnectedAccount | Account {
  const account = { definition, values: mergeSettings(definition, record.values), secrets: record.secrets };
  if (record.tokens === undefined) return account;
  return { ...account, organizationId: record.organizationId, instanceId: record.id, tokens: record.tokens };
}
