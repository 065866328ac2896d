// Private elements: documents that belong to an account, what they were before their last changes, and who they are
// shared with.

import { type Kysely, sql, type Transaction } from 'kysely';
import type { Changes } from './changes.ts';
import type { Database, Tables } from './database.ts';
import { createReadCache } from './read-cache.ts';

export interface StoredElement {
  id: number;
  organizationId: number;
  accountId: number;
  key: string;
  /** 1 for a new element, one more with each change */
  version: number;
  document: Record<string, unknown>;
  createdAt: Date;
  updatedAt: Date;
}

/** Whose elements are read or written. */
export interface ElementAccount {
  organizationId: number;
  accountId: number;
}

/** What an element was at a time. */
export interface ElementVersion {
  version: number;
  createdAt: Date;
}

/** Reads and writes private elements; every read names the organization or the account. */
export interface ElementStore {
  /** The elements of an account, then those that are shared with it. */
  list(viewer: ElementAccount): Promise<StoredElement[]>;
  /** The element with a key or an id that an account has or that is shared with it; its own one wins. */
  find(viewer: ElementAccount, keyOrId: string): Promise<StoredElement | undefined>;
  /** The elements with a key of all accounts, at most 100: for what a vendor asks, which names no organization. */
  withKey(key: string): Promise<StoredElement[]>;
  /** One element of an organization: the same object, kept in memory, as long as it does not change. */
  byId(organizationId: number, id: number): Promise<StoredElement | undefined>;
  /**
   * Stores a document under its key; an element that was deleted under this key comes back with the id that it had.
   * Throws PostgreSQL's error when the account has an element with that key.
   */
  create(owner: ElementAccount, key: string, document: Record<string, unknown>): Promise<StoredElement>;
  /**
   * Puts what `change` makes of an element in its place and keeps what it was; changes of one element follow each
   * other. When it answers, the next reading of every process finds the new one. Undefined when the account has no such element. Throws what `change` throws, and then nothing is changed.
   */
  change(owner: ElementAccount, id: number, change: ElementChange): Promise<StoredElement | undefined>;
  /** Deletes an element that no instance was made with; otherwise says how many were. */
  remove(owner: ElementAccount, id: number): Promise<'removed' | 'absent' | { instances: number }>;
  /** The last versions before the present one, newest first. */
  versions(organizationId: number, id: number): Promise<ElementVersion[]>;
  /** The document of a version before the present one. */
  documentAt(organizationId: number, id: number, version: number): Promise<Record<string, unknown> | undefined>;
  /** The accounts that an element is shared with. */
  sharedWith(owner: ElementAccount, id: number): Promise<number[]>;
  /** Shares an element with an account of its organization; false when there is no such account. */
  share(owner: ElementAccount, id: number, accountId: number): Promise<boolean>;
  /** Ends the sharing; false when it was not shared. */
  unshare(owner: ElementAccount, id: number, accountId: number): Promise<boolean>;
  partNumbers: PartNumbers;
}

/** Gives numbers that no part of any document has. */
export type PartNumbers = (count: number) => Promise<number[]>;

/** Makes the new document of an element, and the key that goes with it; asks the database for nothing but numbers. */
export type ElementChange = (
  stored: StoredElement,
  partNumbers: PartNumbers,
) => Promise<{ key: string; document: Record<string, unknown> }>;

interface ElementDependencies {
  database: Database;
  changes: Changes;
  limits: { cachedElements: number; cachedElementBytes: number; elementVersions: number };
}

const columns = [
  'elements.id',
  'elements.organization_id as organizationId',
  'elements.account_id as accountId',
  'elements.key',
  'elements.version',
  'elements.document',
  'elements.created_at as createdAt',
  'elements.updated_at as updatedAt',
] as const;

/** Makes the store of private elements. */
export function createElementStore({ database, changes, limits }: ElementDependencies): ElementStore {
  const kept = createReadCache<StoredElement>(changes, {
    entries: limits.cachedElements,
    bytes: limits.cachedElementBytes,
  });

  const seenBy = ({ organizationId, accountId }: ElementAccount) =>
    database
      .selectFrom('elements')
      .select(columns)
      .where('elements.organization_id', '=', organizationId)
      .where(({ or, eb, exists, selectFrom }) =>
        or([
          eb('elements.account_id', '=', accountId),
          exists(
            selectFrom('element_shares')
              .select('element_shares.element_id')
              .whereRef('element_shares.element_id', '=', 'elements.id')
              .where('element_shares.account_id', '=', accountId),
          ),
        ]),
      )
      .orderBy(sql`(elements.account_id = ${accountId})`, 'desc')
      .orderBy('elements.id');

  const ownRow = (transaction: Transaction<Tables>, { organizationId, accountId }: ElementAccount, id: number) =>
    transaction
      .selectFrom('elements')
      .select(columns)
      .where('elements.organization_id', '=', organizationId)
      .where('elements.account_id', '=', accountId)
      .where('elements.id', '=', id)
      .forUpdate()
      .executeTakeFirst();

  return {
    list: (viewer) => seenBy(viewer).execute(),
    find: (viewer, keyOrId) =>
      seenBy(viewer)
        .where(({ or, eb }) =>
          or([eb('elements.key', '=', keyOrId), ...(isId(keyOrId) ? [eb('elements.id', '=', Number(keyOrId))] : [])]),
        )
        .limit(1)
        .executeTakeFirst(),
    withKey: (key) =>
      database
        .selectFrom('elements')
        .select(columns)
        .where('elements.key', '=', key)
        .orderBy('elements.id')
        .limit(100)
        .execute(),
    byId: (organizationId, id) =>
      kept.get(`${organizationId}/${id}`, async () => {
        const row = await database
          .selectFrom('elements')
          .select(columns)
          .select(sql<number>`octet_length(document::text)`.as('bytes'))
          .where('organization_id', '=', organizationId)
          .where('id', '=', id)
          .executeTakeFirst();
        if (row === undefined) return undefined;
        const { bytes, ...value } = row;
        return { value, sources: [`element:${id}`], bytes };
      }),
    create: ({ organizationId, accountId }, key, document) =>
      database.transaction().execute(async (transaction) => {
        const before = await transaction
          .deleteFrom('element_ids')
          .where('account_id', '=', accountId)
          .where('key', '=', key)
          .returning('id')
          .executeTakeFirst();
        return transaction
          .insertInto('elements')
          .values({
            ...before,
            organization_id: organizationId,
            account_id: accountId,
            key,
            document: JSON.stringify(document),
          })
          .returning(columns)
          .executeTakeFirstOrThrow();
      }),

    async change(owner, id, change) {
      const changed = await database.transaction().execute(async (transaction) => {
        const stored = await ownRow(transaction, owner, id);
        if (stored === undefined) return undefined;
        const { key, document } = await change(stored, (count) => takePartNumbers(transaction, count));
        await transaction
          .insertInto('element_versions')
          .values({
            element_id: id,
            version: stored.version,
            document: JSON.stringify(stored.document),
            created_at: stored.updatedAt,
          })
          .execute();
        await transaction
          .deleteFrom('element_versions')
          .where('element_id', '=', id)
          .where('version', '<=', stored.version - limits.elementVersions)
          .execute();
        return transaction
          .updateTable('elements')
          .set({ key, document: JSON.stringify(document), version: stored.version + 1, updated_at: sql`now()` })
          .where('id', '=', id)
          .returning(columns)
          .executeTakeFirstOrThrow();
      });
      if (changed === undefined) return undefined;
      changes.changed('element', [id]);
      await changes.heardByAll();
      return changed;
    },

    async remove(owner, id) {
      const outcome = await database.transaction().execute(async (transaction) => {
        const stored = await ownRow(transaction, owner, id);
        if (stored === undefined) return 'absent';
        const { instances } = await transaction
          .selectFrom('instances')
          .select(({ fn }) => fn.countAll<number>().as('instances'))
          .where('organization_id', '=', owner.organizationId)
          .where('element_id', '=', id)
          .executeTakeFirstOrThrow();
        if (instances > 0) return { instances };
        await transaction.deleteFrom('element_extensions').where('element_id', '=', id).execute();
        await transaction.deleteFrom('vendor_applications').where('element_id', '=', id).execute();
        await transaction.deleteFrom('elements').where('id', '=', id).execute();
        await transaction
          .insertInto('element_ids')
          .values({ account_id: owner.accountId, key: stored.key, id })
          .onConflict((conflict) => conflict.columns(['account_id', 'key']).doUpdateSet({ id }))
          .execute();
        return 'removed';
      });
      if (outcome !== 'removed') return outcome;
      changes.changed('element', [id]);
      await changes.heardByAll();
      return outcome;
    },

    versions: (organizationId, id) =>
      database
        .selectFrom('element_versions')
        .innerJoin('elements', 'elements.id', 'element_versions.element_id')
        .select(['element_versions.version', 'element_versions.created_at as createdAt'])
        .where('elements.organization_id', '=', organizationId)
        .where('element_versions.element_id', '=', id)
        .orderBy('element_versions.version', 'desc')
        .execute(),
    async documentAt(organizationId, id, version) {
      const row = await database
        .selectFrom('element_versions')
        .innerJoin('elements', 'elements.id', 'element_versions.element_id')
        .select('element_versions.document')
        .where('elements.organization_id', '=', organizationId)
        .where('element_versions.element_id', '=', id)
        .where('element_versions.version', '=', version)
        .executeTakeFirst();
      return row?.document;
    },

    async sharedWith({ organizationId, accountId }, id) {
      const rows = await database
        .selectFrom('element_shares')
        .innerJoin('elements', 'elements.id', 'element_shares.element_id')
        .select('element_shares.account_id as accountId')
        .where('elements.organization_id', '=', organizationId)
        .where('elements.account_id', '=', accountId)
        .where('element_shares.element_id', '=', id)
        .orderBy('element_shares.account_id')
        .execute();
      return rows.map((row) => row.accountId);
    },
    async share({ organizationId, accountId: owner }, id, accountId) {
      return database.transaction().execute(async (transaction) => {
        if ((await ownRow(transaction, { organizationId, accountId: owner }, id)) === undefined) return false;
        const account = await transaction
          .selectFrom('accounts')
          .select('id')
          .where('organization_id', '=', organizationId)
          .where('id', '=', accountId)
          .where('active', '=', true)
          .executeTakeFirst();
        if (account === undefined) return false;
        await transaction
          .insertInto('element_shares')
          .values({ element_id: id, organization_id: organizationId, account_id: accountId })
          .onConflict((conflict) => conflict.doNothing())
          .execute();
        return true;
      });
    },
    async unshare(owner, id, accountId) {
      return database.transaction().execute(async (transaction) => {
        if ((await ownRow(transaction, owner, id)) === undefined) return false;
        const { numDeletedRows } = await transaction
          .deleteFrom('element_shares')
          .where('element_id', '=', id)
          .where('account_id', '=', accountId)
          .executeTakeFirst();
        return numDeletedRows > 0n;
      });
    },

    partNumbers: (count) => takePartNumbers(database, count),
  };
}

/** Whether a text may be the id of a row. */
function isId(text: string): boolean {
  return /^\d{1,15}$/.test(text);
}

/** Numbers that no part of any document has; in the transaction that a change runs in, since it has a connection already. */
export async function takePartNumbers(database: Kysely<Tables>, count: number): Promise<number[]> {
  if (count === 0) return [];
  const { rows } = await sql<{
    number: number;
  }>`select nextval('element_part_numbers') as number from generate_series(1, ${count}::int)`.execute(database);
  return rows.map(({ number }) => number);
}
