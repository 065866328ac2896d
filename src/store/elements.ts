// Private elements: documents that belong to an account.

import { sql } from 'kysely';
import type { Changes } from './changes.ts';
import type { Database } from './database.ts';
import { createReadCache } from './read-cache.ts';

export interface StoredElement {
  id: number;
  organizationId: number;
  accountId: number;
  document: Record<string, unknown>;
}

/** Reads and writes private elements; every read names the account. */
export interface ElementStore {
  list(organizationId: number, accountId: number): Promise<StoredElement[]>;
  /** One element of an account: the same object, kept in memory, as long as it does not change. */
  byId(organizationId: number, accountId: number, id: number): Promise<StoredElement | undefined>;
  /** Stores a document under its key; throws PostgreSQL's error when the account has an element with that key. */
  create(
    organizationId: number,
    accountId: number,
    key: string,
    document: Record<string, unknown>,
  ): Promise<StoredElement>;
}

interface ElementDependencies {
  database: Database;
  changes: Changes;
  limits: { cachedElements: number; cachedElementBytes: number };
}

/** Makes the store of private elements. */
export function createElementStore({ database, changes, limits }: ElementDependencies): ElementStore {
  const kept = createReadCache<StoredElement>(changes, {
    entries: limits.cachedElements,
    bytes: limits.cachedElementBytes,
  });
  return {
    async list(organizationId, accountId) {
      return database
        .selectFrom('elements')
        .select(['id', 'organization_id as organizationId', 'account_id as accountId', 'document'])
        .where('organization_id', '=', organizationId)
        .where('account_id', '=', accountId)
        .orderBy('id')
        .execute();
    },
    byId: (organizationId, accountId, id) =>
      kept.get(`${organizationId}/${accountId}/${id}`, async () => {
        const row = await database
          .selectFrom('elements')
          .select(['id', 'organization_id as organizationId', 'account_id as accountId', 'document'])
          .select(sql<number>`octet_length(document::text)`.as('bytes'))
          .where('organization_id', '=', organizationId)
          .where('account_id', '=', accountId)
          .where('id', '=', id)
          .executeTakeFirst();
        if (row === undefined) return undefined;
        const { bytes, ...value } = row;
        return { value, sources: [`element:${id}`], bytes };
      }),
    async create(organizationId, accountId, key, document) {
      return database
        .insertInto('elements')
        .values({ organization_id: organizationId, account_id: accountId, key, document: JSON.stringify(document) })
        .returning(['id', 'organization_id as organizationId', 'account_id as accountId', 'document'])
        .executeTakeFirstOrThrow();
    },
  };
}
