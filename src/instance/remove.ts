// Deleting an instance: its tokens are revoked at the vendor where it can, then nothing of it is left.

import { Problem } from '../core/errors.ts';
import type { Definition } from '../element/define.ts';
import { accountOf } from '../engine/account.ts';
import type { RunLifecycle } from '../engine/lifecycle.ts';
import type { InstanceRecord, InstanceStore } from '../store/instances.ts';
import type { Connect } from './connect.ts';
import type { Subscriptions } from './subscribe.ts';

/** Deletes an instance; gives back what could not be done at the vendor, or undefined. */
export type Remove = (definition: Definition, record: InstanceRecord) => Promise<string | undefined>;

interface RemoveDependencies {
  connect: Connect;
  subscriptions: Subscriptions;
  runLifecycle: RunLifecycle;
  instances: InstanceStore;
}

/** Makes the deletion of instances. */
export function createRemove({ connect, subscriptions, runLifecycle, instances }: RemoveDependencies): Remove {
  return async (definition, record) => {
    const unsubscribed = await subscriptions.close(definition, record);
    const undone = await undo(definition, record);
    const failure =
      record.tokens === undefined ? undefined : await connect.revoke(accountOf(record, definition), record.tokens);
    await instances.remove(record.organizationId, record.id);
    return unsubscribed ?? undone ?? (failure === undefined ? undefined : `its token was not revoked: ${failure}`);
  };

  /** The element's own farewell; that it fails does not keep an instance from being deleted. */
  async function undo(definition: Definition, record: InstanceRecord): Promise<string | undefined> {
    try {
      await runLifecycle(accountOf(record, definition), record.tokens, 'onDelete');
      return undefined;
    } catch (error) {
      if (error instanceof Problem) return `its onDelete resource failed: ${error.message}`;
      throw error;
    }
  }
}
