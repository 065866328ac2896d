// A stored instance as the account that calls are made for.

import type { ConnectedAccount } from '../auth/refresh.ts';
import type { Account } from '../auth/schemes.ts';
import type { Definition } from '../element/define.ts';
import { mergeSettings, type SettingValues } from '../element/settings.ts';
import type { InstanceRecord } from '../store/instances.ts';

/** The account of a stored instance, with its tokens where its element uses any. */
export type InstanceAccount = (ConnectedAccount | (Account & { organizationId: number; instanceId: number })) & {
  accountId: number;
};

/** The account behind an instance, with its tokens where its element uses any. */
export function accountOf(record: InstanceRecord, definition: Definition): InstanceAccount {
  const { organizationId, accountId, id: instanceId, tokens } = record;
  const owner = ownerOf(record);
  const values = mergedValues(definition, record.values);
  const account = {
    owner,
    definition,
    values,
    // opened when a request needs one
    get secrets() {
      return record.secrets;
    },
    organizationId,
    accountId,
    instanceId,
  };
  return tokens === undefined ? account : Object.assign(account, { tokens });
}

/** Whose account it is, in one word. */
export function ownerOf({ organizationId, accountId }: { organizationId: number; accountId: number }): string {
  return `${organizationId}/${accountId}`;
}

const merged = new WeakMap<Record<string, string>, { definition: Definition; values: SettingValues }>();

/** The settings of an instance with the defaults; the same cached row gives the same settings call after call. */
function mergedValues(definition: Definition, given: Record<string, string>): SettingValues {
  const known = merged.get(given);
  if (known?.definition === definition) return known.values;
  const values = Object.freeze(mergeSettings(definition, given));
  merged.set(given, { definition, values });
  return values;
}
