// How the instances of an element are found in its vendor's webhooks: `<setting>|<path in the payload>` and the setting's
// value, for each instance that has them.

import type { Database } from './database.ts';
import { isStorable } from './storable.ts';

/** Finds instances by what vendors send; the vendor names no organization, so no read here does. */
export interface WebhookFinders {
  /** Stores how an instance is found, or that it is not found this way, in the transaction that stores its settings. */
  store(
    transaction: Database,
    finder: { instanceId: number; elementKey: string; finder: string; value: string },
  ): Promise<void>;
  forget(transaction: Database, instanceId: number): Promise<void>;
  /** The finders that instances of an element have. */
  of(elementKey: string): Promise<string[]>;
  /** The ids of the instances that a finder finds by a value, at most 1000. */
  find(elementKey: string, finder: string, value: string): Promise<number[]>;
}

/** Makes the store of finders. */
export function createWebhookFinders(database: Database): WebhookFinders {
  return {
    async store(transaction, { instanceId, elementKey, finder, value }) {
      await transaction
        .insertInto('webhook_finders')
        .values({ instance_id: instanceId, element_key: elementKey, finder, value })
        .onConflict((conflict) =>
          conflict.column('instance_id').doUpdateSet({ element_key: elementKey, finder, value }),
        )
        .execute();
    },
    async forget(transaction, instanceId) {
      await transaction.deleteFrom('webhook_finders').where('instance_id', '=', instanceId).execute();
    },
    async of(elementKey) {
      const rows = await database
        .selectFrom('webhook_finders')
        .select('finder')
        .distinct()
        .where('element_key', '=', elementKey)
        .execute();
      return rows.map(({ finder }) => finder);
    },
    async find(elementKey, finder, value) {
      if (!isStorable(value)) return [];
      const rows = await database
        .selectFrom('webhook_finders')
        .select('instance_id')
        .where('element_key', '=', elementKey)
        .where('finder', '=', finder)
        .where('value', '=', value)
        .orderBy('instance_id')
        .limit(1000)
        .execute();
      return rows.map((row) => row.instance_id);
    },
  };
}
