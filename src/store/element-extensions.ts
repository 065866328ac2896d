// What accounts add to elements that are not their own.

import { sql } from 'kysely';
import type { Changes } from './changes.ts';
import type { Database } from './database.ts';
import { type ElementAccount, type PartNumbers, takePartNumbers } from './elements.ts';
import { createReadCache } from './read-cache.ts';

/** What an account added to its elements: the stored document of each, by the element's id. */
export type AccountExtensions = ReadonlyMap<number, Record<string, unknown>>;

/** Reads and writes extensions; every read names the account. */
export interface ExtensionStore {
  /** All extensions of an account: the same map, kept in memory, as long as none of them changes. */
  of(account: ElementAccount): Promise<AccountExtensions>;
  /**
   * Puts what `change` makes of an extension in its place; changes of one extension follow each other, and undefined
   * takes it away. When it answers, the next reading of every process finds the new one. Throws what `change` throws, and then nothing is changed.
   */
  change(account: ElementAccount, elementId: number, change: ExtensionChange): Promise<void>;
}

/** Makes the new document of an extension of the stored one, if there is one. */
export type ExtensionChange = (
  stored: Record<string, unknown> | undefined,
  partNumbers: PartNumbers,
) => Promise<Record<string, unknown> | undefined>;

interface ExtensionDependencies {
  database: Database;
  changes: Changes;
  limits: { cachedExtensionAccounts: number; cachedElementBytes: number };
}

/** Makes the store of extensions. */
export function createExtensionStore({ database, changes, limits }: ExtensionDependencies): ExtensionStore {
  const kept = createReadCache<AccountExtensions>(changes, {
    entries: limits.cachedExtensionAccounts,
    bytes: limits.cachedElementBytes,
  });
  return {
    async of({ organizationId, accountId }) {
      const found = await kept.get(`${organizationId}/${accountId}`, async () => {
        const rows = await database
          .selectFrom('element_extensions')
          .select(['element_id as elementId', 'document'])
          .select(sql<number>`octet_length(document::text)`.as('bytes'))
          .where('organization_id', '=', organizationId)
          .where('account_id', '=', accountId)
          .execute();
        return {
          value: new Map(rows.map(({ elementId, document }) => [elementId, document])),
          sources: [`extensions:${accountId}`],
          bytes: rows.reduce((sum, { bytes }) => sum + bytes, 100),
        };
      });
      return found ?? new Map();
    },
    async change({ organizationId, accountId }, elementId, change) {
      await database.transaction().execute(async (transaction) => {
        // The first extension of an element has no row yet that could be locked.
        await sql`select pg_advisory_xact_lock(hashtextextended(${`extension ${accountId} ${elementId}`}, 0))`.execute(
          transaction,
        );
        const stored = await transaction
          .selectFrom('element_extensions')
          .select('document')
          .where('organization_id', '=', organizationId)
          .where('account_id', '=', accountId)
          .where('element_id', '=', elementId)
          .executeTakeFirst();
        const document = await change(stored?.document, (count) => takePartNumbers(transaction, count));
        if (document === undefined) {
          await transaction
            .deleteFrom('element_extensions')
            .where('organization_id', '=', organizationId)
            .where('account_id', '=', accountId)
            .where('element_id', '=', elementId)
            .execute();
          return;
        }
        const text = JSON.stringify(document);
        await transaction
          .insertInto('element_extensions')
          .values({ organization_id: organizationId, account_id: accountId, element_id: elementId, document: text })
          .onConflict((conflict) =>
            conflict.columns(['account_id', 'element_id']).doUpdateSet({ document: text, updated_at: sql`now()` }),
          )
          .execute();
      });
      changes.changed('extensions', [accountId]);
      await changes.heardByAll();
    },
  };
}
