// Private elements: documents that belong to an account.

import type { Database } from './database.ts';

export interface StoredElement {
  id: number;
  organizationId: number;
  accountId: number;
  document: Record<string, unknown>;
}

/** Reads and writes private elements; every read names the account. */
export interface ElementStore {
  list(organizationId: number, accountId: number): Promise<StoredElement[]>;
  /** Stores a document under its key; throws PostgreSQL's error when the account has an element with that key. */
  create(
    organizationId: number,
    accountId: number,
    key: string,
    document: Record<string, unknown>,
  ): Promise<StoredElement>;
}

/** Makes the store of private elements. */
export function createElementStore(database: Database): ElementStore {
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
    async create(organizationId, accountId, key, document) {
      return database
        .insertInto('elements')
        .values({ organization_id: organizationId, account_id: accountId, key, document: JSON.stringify(document) })
        .returning(['id', 'organization_id as organizationId', 'account_id as accountId', 'document'])
        .executeTakeFirstOrThrow();
    },
  };
}
