// Common resources as they are stored: definitions, transformations and snippets. What may be done to them is decided
// elsewhere (src/mapping/edit-resources.ts); here is the only SQL.

import { type Selectable, sql } from 'kysely';
import type { Changes } from './changes.ts';
import type { Database, Tables } from './database.ts';
import { createReadCache, type Found } from './read-cache.ts';

type Document = Record<string, unknown>;

/** Where something is said: without an account by the organization, without an instance by the account. */
export interface ResourcePlace {
  organizationId: number;
  accountId?: number | undefined;
  /** only with the account that it belongs to */
  instanceId?: number | undefined;
}

/** A stored definition. */
export interface StoredDefinition {
  place: ResourcePlace;
  objectName: string;
  /** the number of the common resource in its organization, the same at all levels */
  resourceId: number;
  document: Document;
  createdAt: Date;
  updatedAt: Date;
}

/** A stored transformation. */
export interface StoredTransformation {
  id: number;
  place: ResourcePlace;
  elementKey: string;
  /** the element that the key meant when it was written */
  elementId: number;
  objectName: string;
  document: Document;
  createdAt: Date;
  updatedAt: Date;
}

/** A stored snippet. */
export interface StoredSnippet {
  id: number;
  document: Document;
  createdAt: Date;
  updatedAt: Date;
}

/** What is said at one level. */
export interface LevelResources {
  /** by object name */
  definitions: ReadonlyMap<string, Document>;
  /** by element key, then by object name */
  transformations: ReadonlyMap<string, ReadonlyMap<string, Document>>;
}

/** What is said at each level for one instance, or for an account's calls without one. */
export interface ResourceLevels {
  organization: LevelResources;
  account: LevelResources;
  instance: LevelResources;
}

/** Which rows are meant; every member narrows. */
export interface ResourceSelection {
  organizationId: number;
  /** at this level and owner only */
  at?: ResourcePlace;
  /** at this level and those below it that belong to it */
  within?: ResourcePlace;
  /** at this level and those above it */
  above?: ResourcePlace;
  objectName?: string;
  elementKey?: string;
}

/** Reads rows as they are in the database. */
export interface ResourceReader {
  /** By level, the more general first, then by name. */
  definitions(selection: ResourceSelection): Promise<StoredDefinition[]>;
  /** By level, the more general first, then by element and name. */
  transformations(selection: ResourceSelection): Promise<StoredTransformation[]>;
  /** The names of an organization's objects by their numbers. */
  names(organizationId: number, where: { id: number } | { objectName: string }): Promise<ResourceName | undefined>;
}

/** An object's name and number. */
export interface ResourceName {
  id: number;
  objectName: string;
}

/** Reads and writes within one transaction, alone among the writers of the organization. */
export interface ResourceWriter extends ResourceReader {
  putDefinition(place: ResourcePlace, objectName: string, document: Document): Promise<void>;
  removeDefinition(place: ResourcePlace, objectName: string): Promise<void>;
  putTransformation(
    place: ResourcePlace,
    element: { id: number; key: string },
    objectName: string,
    document: Document,
  ): Promise<void>;
  removeTransformation(place: ResourcePlace, elementKey: string, objectName: string): Promise<void>;
  /**
   * Gives an object another name in everything that is said of it at a place and below; the documents stay. The number
   * goes with the name unless something else has the old or the new one.
   */
  rename(within: ResourcePlace, objectName: string, newName: string): Promise<void>;
  /** Numbers that no common resource and no field has. */
  takeNumbers(count: number): Promise<number[]>;
}

/** The store of common resources; everything names the organization. */
export interface CommonResourceStore extends ResourceReader {
  /**
   * What is said at each level, as it is applied to calls: the same object, with the same documents in it, as long as
   * nothing of it changes, kept in memory and never older than the last change that was answered. For an instance that
   * has nothing of its own the account's.
   */
  levelsFor(place: {
    organizationId: number;
    accountId: number;
    instanceId?: number | undefined;
  }): Promise<ResourceLevels>;
  /**
   * Runs a change in one transaction; changes of one organization follow each other. When it answers, the next reading
   * of every process finds what was changed. Throws what the change throws, and then nothing is changed.
   */
  change<Result>(organizationId: number, change: (writer: ResourceWriter) => Promise<Result>): Promise<Result>;
  /** Removes everything that an account and its instances say, and its snippets. */
  removeAccount(account: ResourceAccount): Promise<void>;
  snippets: SnippetStore;
}

/** Whose snippets are meant. */
export interface ResourceAccount {
  organizationId: number;
  accountId: number;
}

/** Reads and writes the snippets of accounts; undefined for one that the account does not have. */
export interface SnippetStore {
  create(account: ResourceAccount, document: Document): Promise<StoredSnippet>;
  find(account: ResourceAccount, id: number): Promise<StoredSnippet | undefined>;
  replace(account: ResourceAccount, id: number, document: Document): Promise<StoredSnippet | undefined>;
  /** Whether there was one. */
  remove(account: ResourceAccount, id: number): Promise<boolean>;
}

interface CommonResourceDependencies {
  database: Database;
  changes: Changes;
  limits: { cachedResourceOwners: number; cachedResourceBytes: number };
}

const nothing: LevelResources = { definitions: new Map(), transformations: new Map() };

/** What an account and its instances say, and the levels that were made of it. */
interface AccountResources {
  account: LevelResources;
  instances: ReadonlyMap<number, LevelResources>;
  composed: WeakMap<LevelResources, Map<number | undefined, ResourceLevels>>;
}

/** Makes the store of common resources. */
export function createCommonResourceStore(dependencies: CommonResourceDependencies): CommonResourceStore {
  const { database, changes, limits } = dependencies;
  const bound = { entries: limits.cachedResourceOwners, bytes: limits.cachedResourceBytes };
  const ofOrganizations = createReadCache<LevelResources>(changes, bound);
  const ofAccounts = createReadCache<AccountResources>(changes, bound);

  const readOrganization = async (organizationId: number): Promise<Found<LevelResources>> => {
    const { rows, bytes } = await readRows(database, organizationId, undefined);
    return { value: levelOf(rows), sources: [`organizationResources:${organizationId}`], bytes };
  };
  const readAccount = async (organizationId: number, accountId: number): Promise<Found<AccountResources>> => {
    const { rows, bytes } = await readRows(database, organizationId, accountId);
    const instanceIds = new Set(rows.map(({ instanceId }) => instanceId).filter((id) => id !== null));
    const instances = [...instanceIds].map((id): [number, LevelResources] => [
      id,
      levelOf(rows.filter(({ instanceId }) => instanceId === id)),
    ]);
    const value: AccountResources = {
      account: levelOf(rows.filter(({ instanceId }) => instanceId === null)),
      instances: new Map(instances),
      composed: new WeakMap(),
    };
    return { value, sources: [`accountResources:${accountId}`], bytes };
  };

  const touch = ({ organizationId, accountId }: ResourcePlace) => {
    if (accountId === undefined) changes.changed('organizationResources', [organizationId]);
    else changes.changed('accountResources', [accountId]);
  };

  return {
    ...createReader(database),
    async levelsFor({ organizationId, accountId, instanceId }) {
      const organization =
        (await ofOrganizations.get(String(organizationId), () => readOrganization(organizationId))) ?? nothing;
      const found = await ofAccounts.get(`${organizationId}/${accountId}`, () =>
        readAccount(organizationId, accountId),
      );
      if (found === undefined) return { organization, account: nothing, instance: nothing };
      const instance = instanceId === undefined ? undefined : found.instances.get(instanceId);
      const composed = found.composed.get(organization) ?? new Map<number | undefined, ResourceLevels>();
      found.composed.set(organization, composed);
      const key = instance === undefined ? undefined : instanceId;
      const known = composed.get(key);
      if (known !== undefined) return known;
      const levels = { organization, account: found.account, instance: instance ?? nothing };
      composed.set(key, levels);
      return levels;
    },

    async change(organizationId, change) {
      const touched: ResourcePlace[] = [];
      const result = await database.transaction().execute(async (transaction) => {
        await sql`select pg_advisory_xact_lock(hashtextextended(${`common resources ${organizationId}`}, 0))`.execute(
          transaction,
        );
        return change(createWriter(transaction, organizationId, (place) => touched.push(place)));
      });
      if (touched.length === 0) return result;
      for (const place of touched) touch(place);
      await changes.heardByAll();
      return result;
    },

    async removeAccount({ organizationId, accountId }) {
      await database.transaction().execute(async (transaction) => {
        for (const table of ['object_definitions', 'transformations', 'mapping_snippets'] as const) {
          await transaction
            .deleteFrom(table)
            .where('organization_id', '=', organizationId)
            .where('account_id', '=', accountId)
            .execute();
        }
      });
      touch({ organizationId, accountId });
      await changes.heardByAll();
    },

    snippets: createSnippets(database),
  };
}

interface CachedRow {
  instanceId: number | null;
  /** null for a definition */
  elementKey: string | null;
  objectName: string;
  document: Document;
  bytes: number;
}

/** Everything of an account, or of an organization's own level, definitions and transformations in one statement. */
async function readRows(database: Database, organizationId: number, accountId: number | undefined) {
  const account = accountId ?? null;
  const { rows } = await sql<CachedRow>`
    select instance_id as "instanceId", null as "elementKey", object_name as "objectName", document,
           octet_length(document::text) as bytes
    from object_definitions
    where organization_id = ${organizationId} and account_id is not distinct from ${account}::bigint
    union all
    select instance_id, element_key, object_name, document, octet_length(document::text)
    from transformations
    where organization_id = ${organizationId} and account_id is not distinct from ${account}::bigint`.execute(database);
  return { rows, bytes: rows.reduce((sum, { bytes }) => sum + bytes, 300) };
}

function levelOf(rows: readonly CachedRow[]): LevelResources {
  if (rows.length === 0) return nothing;
  const definitions = new Map<string, Document>();
  const transformations = new Map<string, Map<string, Document>>();
  for (const { elementKey, objectName, document } of rows) {
    if (elementKey === null) {
      definitions.set(objectName, document);
      continue;
    }
    const ofElement = transformations.get(elementKey) ?? new Map<string, Document>();
    transformations.set(elementKey, ofElement.set(objectName, document));
  }
  return { definitions, transformations };
}

function createReader(database: Database): ResourceReader {
  return {
    async definitions(selection) {
      let query = database
        .selectFrom('object_definitions')
        .innerJoin('common_resource_names', (join) =>
          join
            .onRef('common_resource_names.organization_id', '=', 'object_definitions.organization_id')
            .onRef('common_resource_names.object_name', '=', 'object_definitions.object_name'),
        )
        .selectAll('object_definitions')
        .select('common_resource_names.id as resource_id')
        .where('object_definitions.organization_id', '=', selection.organizationId)
        .where(placeCondition('object_definitions', selection));
      if (selection.objectName !== undefined) {
        query = query.where('object_definitions.object_name', '=', selection.objectName);
      }
      const rows = await query
        .orderBy(sql`object_definitions.account_id nulls first, object_definitions.instance_id nulls first`)
        .orderBy('object_definitions.object_name')
        .execute();
      return rows.map((row) => ({
        place: placeOf(row),
        objectName: row.object_name,
        resourceId: row.resource_id,
        document: row.document,
        createdAt: row.created_at,
        updatedAt: row.updated_at,
      }));
    },
    async transformations(selection) {
      let query = database
        .selectFrom('transformations')
        .selectAll()
        .where('organization_id', '=', selection.organizationId)
        .where(placeCondition('transformations', selection));
      if (selection.objectName !== undefined) query = query.where('object_name', '=', selection.objectName);
      if (selection.elementKey !== undefined) query = query.where('element_key', '=', selection.elementKey);
      const rows = await query
        .orderBy(sql`account_id nulls first, instance_id nulls first`)
        .orderBy('element_key')
        .orderBy('object_name')
        .execute();
      return rows.map((row) => ({
        id: row.id,
        place: placeOf(row),
        elementKey: row.element_key,
        elementId: row.element_id,
        objectName: row.object_name,
        document: row.document,
        createdAt: row.created_at,
        updatedAt: row.updated_at,
      }));
    },
    async names(organizationId, where) {
      const row = await database
        .selectFrom('common_resource_names')
        .select(['id', 'object_name as objectName'])
        .where('organization_id', '=', organizationId)
        .where((where_) => ('id' in where ? where_('id', '=', where.id) : where_('object_name', '=', where.objectName)))
        .executeTakeFirst();
      return row;
    },
  };
}

function placeOf(row: Pick<Selectable<Tables['transformations']>, 'organization_id' | 'account_id' | 'instance_id'>) {
  const { organization_id: organizationId, account_id: accountId, instance_id: instanceId } = row;
  return {
    organizationId,
    ...(accountId === null ? {} : { accountId }),
    ...(instanceId === null ? {} : { instanceId }),
  };
}

function placeCondition(table: 'object_definitions' | 'transformations', { at, within, above }: ResourceSelection) {
  const account = sql.ref(`${table}.account_id`);
  const instance = sql.ref(`${table}.instance_id`);
  const conditions = [sql<boolean>`true`];
  if (at !== undefined) {
    conditions.push(sql`${account} is not distinct from ${at.accountId ?? null}::bigint`);
    conditions.push(sql`${instance} is not distinct from ${at.instanceId ?? null}::bigint`);
  }
  if (within?.accountId !== undefined) conditions.push(sql`${account} = ${within.accountId}`);
  if (within?.instanceId !== undefined) conditions.push(sql`${instance} = ${within.instanceId}`);
  if (above !== undefined) {
    conditions.push(sql`(${account} is null or ${account} = ${above.accountId ?? null}::bigint)`);
    conditions.push(sql`(${instance} is null or ${instance} = ${above.instanceId ?? null}::bigint)`);
  }
  return sql<boolean>`(${sql.join(conditions, sql` and `)})`;
}

function createWriter(
  transaction: Database,
  organizationId: number,
  touch: (place: ResourcePlace) => void,
): ResourceWriter {
  const columnsOf = (place: ResourcePlace) => {
    if (place.organizationId !== organizationId) throw new Error('A change stays in its organization');
    return {
      organization_id: organizationId,
      account_id: place.accountId ?? null,
      instance_id: place.instanceId ?? null,
    };
  };
  const nameObject = async (objectName: string) => {
    await transaction
      .insertInto('common_resource_names')
      .values({ organization_id: organizationId, object_name: objectName })
      .onConflict((conflict) => conflict.columns(['organization_id', 'object_name']).doNothing())
      .execute();
  };
  return {
    ...createReader(transaction),
    async putDefinition(place, objectName, document) {
      await nameObject(objectName);
      const text = JSON.stringify(document);
      await transaction
        .insertInto('object_definitions')
        .values({ ...columnsOf(place), object_name: objectName, document: text })
        .onConflict((conflict) =>
          conflict
            .columns(['organization_id', 'account_id', 'instance_id', 'object_name'])
            .doUpdateSet({ document: text, updated_at: sql`now()` }),
        )
        .execute();
      touch(place);
    },
    async removeDefinition(place, objectName) {
      await transaction
        .deleteFrom('object_definitions')
        .where('object_name', '=', objectName)
        .where('organization_id', '=', organizationId)
        .where(placeCondition('object_definitions', { organizationId, at: place }))
        .execute();
      touch(place);
    },
    async putTransformation(place, element, objectName, document) {
      const text = JSON.stringify(document);
      await transaction
        .insertInto('transformations')
        .values({
          ...columnsOf(place),
          element_key: element.key,
          element_id: element.id,
          object_name: objectName,
          document: text,
        })
        .onConflict((conflict) =>
          conflict
            .columns(['organization_id', 'account_id', 'instance_id', 'element_key', 'object_name'])
            .doUpdateSet({ document: text, element_id: element.id, updated_at: sql`now()` }),
        )
        .execute();
      touch(place);
    },
    async removeTransformation(place, elementKey, objectName) {
      await transaction
        .deleteFrom('transformations')
        .where('object_name', '=', objectName)
        .where('element_key', '=', elementKey)
        .where('organization_id', '=', organizationId)
        .where(placeCondition('transformations', { organizationId, at: place }))
        .execute();
      touch(place);
    },
    async rename(within, objectName, newName) {
      const moved = placeCondition('object_definitions', { organizationId, within });
      const others = await transaction
        .selectFrom('object_definitions')
        .select('id')
        .where('organization_id', '=', organizationId)
        .where(({ eb, or, and }) =>
          or([
            eb('object_name', '=', newName),
            and([eb('object_name', '=', objectName), sql<boolean>`${moved} is not true`]),
          ]),
        )
        .limit(1)
        .executeTakeFirst();
      if (others === undefined) {
        await transaction
          .deleteFrom('common_resource_names')
          .where('organization_id', '=', organizationId)
          .where('object_name', '=', newName)
          .execute();
        await transaction
          .updateTable('common_resource_names')
          .set({ object_name: newName })
          .where('organization_id', '=', organizationId)
          .where('object_name', '=', objectName)
          .execute();
      } else await nameObject(newName);
      for (const table of ['object_definitions', 'transformations'] as const) {
        const rows = await transaction
          .updateTable(table)
          .set({ object_name: newName, updated_at: sql`now()` })
          .where('organization_id', '=', organizationId)
          .where('object_name', '=', objectName)
          .where(placeCondition(table, { organizationId, within }))
          .returning(['organization_id', 'account_id', 'instance_id'])
          .execute();
        for (const row of rows) touch(placeOf(row));
      }
    },
    async takeNumbers(count) {
      if (count === 0) return [];
      const { rows } = await sql<{
        number: number;
      }>`select nextval('common_resource_numbers') as number from generate_series(1, ${count}::int)`.execute(
        transaction,
      );
      return rows.map(({ number }) => number);
    },
  };
}

function createSnippets(database: Database): SnippetStore {
  const columns = ['id', 'document', 'created_at as createdAt', 'updated_at as updatedAt'] as const;
  return {
    create: ({ organizationId, accountId }, document) =>
      database
        .insertInto('mapping_snippets')
        .values({ organization_id: organizationId, account_id: accountId, document: JSON.stringify(document) })
        .returning(columns)
        .executeTakeFirstOrThrow(),
    find: ({ organizationId, accountId }, id) =>
      database
        .selectFrom('mapping_snippets')
        .select(columns)
        .where('organization_id', '=', organizationId)
        .where('account_id', '=', accountId)
        .where('id', '=', id)
        .executeTakeFirst(),
    replace: ({ organizationId, accountId }, id, document) =>
      database
        .updateTable('mapping_snippets')
        .set({ document: JSON.stringify(document), updated_at: sql`now()` })
        .where('organization_id', '=', organizationId)
        .where('account_id', '=', accountId)
        .where('id', '=', id)
        .returning(columns)
        .executeTakeFirst(),
    async remove({ organizationId, accountId }, id) {
      const { numDeletedRows } = await database
        .deleteFrom('mapping_snippets')
        .where('organization_id', '=', organizationId)
        .where('account_id', '=', accountId)
        .where('id', '=', id)
        .executeTakeFirst();
      return numDeletedRows > 0n;
    },
  };
}
