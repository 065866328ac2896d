// Deleting an instance: its tokens are revoked at the vendor where it can, then nothing of it is left.

import type { Definition } from '../element/define.ts';
import type { InstanceRecord, InstanceStore } from '../store/instances.ts';
import { accountOf } from './account.ts';
import type { Connect } from './connect.ts';

/** Deletes an instance; gives back why the vendor's token could not be revoked, or undefined. */
export type Remove = (definition: Definition, record: InstanceRecord) => Promise<string | undefined>;

/** Makes the deletion of instances. */
export function createRemove({ connect, instances }: { connect: Connect; instances: InstanceStore }): Remove {
  return async (definition, record) => {
    const failure =
      record.tokens === undefined ? undefined : await connect.revoke(accountOf(record, definition), record.tokens);
    await instances.remove(record.organizationId, record.id);
    return failure;
  };
}
