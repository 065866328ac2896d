// Instances: accounts connected at elements. Their secrets are sealed, their tokens found by digest.

import { type Selectable, type SelectQueryBuilder, sql } from 'kysely';
import { Secret } from '../core/secret.ts';
import type { Vault } from '../core/vault.ts';
import type { Source } from './change-ledger.ts';
import type { Changes } from './changes.ts';
import { type Database, jsonOf, nextId, type Tables } from './database.ts';
import { createReadCache, createSecretNames } from './read-cache.ts';
import { openTokens, type StoredTokens, type TokenTimes, type VendorTokens, vendorTokensRow } from './tokens.ts';

/** An instance as it is stored. What is secret of it is opened when it is first asked for. */
export class InstanceRecord {
  readonly id: number;
  readonly organizationId: number;
  readonly accountId: number;
  readonly elementId: number;
  readonly elementKey: string;
  readonly name: string;
  readonly tags: string[];
  /** the settings in clear that were given or that the platform wrote */
  readonly values: Record<string, string>;
  readonly externalAuthentication: string;
  readonly disabled: boolean;
  /** whether answers of its calls are kept, how many, and for how many seconds */
  readonly cachingEnabled: boolean;
  readonly maxCacheSize: number;
  readonly cacheTimeToLive: number;
  /** until when every step of its calls is noted */
  readonly traceLoggingUntil: Date | undefined;
  readonly createdAt: Date;
  readonly updatedAt: Date;
  readonly user: { id: number; email: string; firstName: string | null; lastName: string | null };
  readonly #vault: Vault;
  readonly #row: JoinedRow;
  #secrets: Record<string, Secret> | undefined;
  #token: Secret | undefined;
  #tokens: StoredTokens | undefined;

  constructor(vault: Vault, row: JoinedRow) {
    this.id = row.id;
    this.organizationId = row.organization_id;
    this.accountId = row.account_id;
    this.elementId = row.element_id;
    this.elementKey = row.element_key;
    this.name = row.name;
    this.tags = row.tags;
    this.values = row.configuration;
    this.externalAuthentication = row.external_authentication;
    this.disabled = row.disabled;
    this.cachingEnabled = row.caching_enabled;
    this.maxCacheSize = row.max_cache_size;
    this.cacheTimeToLive = row.cache_time_to_live;
    this.traceLoggingUntil = row.trace_logging_until ?? undefined;
    this.createdAt = row.created_at;
    this.updatedAt = row.updated_at;
    this.user = { id: row.user_id, email: row.email, firstName: row.first_name, lastName: row.last_name };
    this.#vault = vault;
    this.#row = row;
    Object.freeze(this);
    Object.freeze(this.user);
  }

  get secrets(): Record<string, Secret> {
    this.#secrets ??= openSecrets(this.#vault, this.#row);
    return this.#secrets;
  }

  /** The element token. */
  get token(): Secret {
    this.#token ??= this.#vault.open(this.#row.token_sealed, instancePlaces.token(this.id));
    return this.#token;
  }

  /** Undefined for elements without OAuth. */
  get tokens(): StoredTokens | undefined {
    const row = this.#row;
    if (row.tokens_sealed === null || row.generation === null || row.refreshed_at === null) return undefined;
    this.#tokens ??= openTokens(this.#vault, {
      instance_id: row.id,
      tokens_sealed: row.tokens_sealed,
      generation: row.generation,
      refreshed_at: row.refreshed_at,
      expires_at: row.expires_at,
      uncertain_since: row.uncertain_since,
      refused_reason: row.refused_reason,
    });
    return this.#tokens;
  }
}

export interface NewInstance {
  /** taken before with `reserveId`, where a vendor was told of it already */
  id?: number | undefined;
  organizationId: number;
  accountId: number;
  userId: number;
  elementId: number;
  elementKey: string;
  name: string;
  tags: string[];
  values: Record<string, string>;
  secrets: Record<string, Secret>;
  token: Secret;
  externalAuthentication: string;
  cachingEnabled?: boolean | undefined;
  maxCacheSize?: number | undefined;
  cacheTimeToLive?: number | undefined;
  tokens: { tokens: VendorTokens; times: TokenTimes } | undefined;
}

export interface InstanceChange {
  name?: string | undefined;
  tags?: string[] | undefined;
  values?: Record<string, string> | undefined;
  secrets?: Record<string, Secret> | undefined;
  externalAuthentication?: string | undefined;
  disabled?: boolean | undefined;
  cachingEnabled?: boolean | undefined;
  maxCacheSize?: number | undefined;
  cacheTimeToLive?: number | undefined;
  /** null: no longer */
  traceLoggingUntil?: Date | null | undefined;
  /** new tokens, from connecting the account again */
  tokens?: { tokens: VendorTokens; times: TokenTimes } | undefined;
}

/** Which instances are meant; every read names the organization, and the account unless all of it may be seen. */
export interface InstanceScope {
  organizationId: number;
  /** undefined: every account of the organization */
  accountId: number | undefined;
}

export interface InstanceFilter {
  tags?: string[];
  searchText?: string | undefined;
  elementId?: number | undefined;
  /** `invalid`: the vendor no longer accepts the grant; `valid`: neither that nor disabled */
  state?: 'valid' | 'invalid' | 'disabled' | undefined;
}

/** Reads and writes instances. */
export interface InstanceStore {
  /** Stores an instance, its element token and its vendor tokens in one transaction, and answers with its record. */
  create(instance: NewInstance): Promise<InstanceRecord>;
  /** Takes the id of an instance that is stored later. */
  reserveId(): Promise<number>;
  /**
   * The instance that an element token belongs to; its organization is then checked against the caller's. Makes no
   * statement for one that is kept in memory and has not changed.
   */
  byToken(token: string): Promise<InstanceRecord | undefined>;
  byId(scope: InstanceScope, id: number): Promise<InstanceRecord | undefined>;
  /** Several at once, each named with its organization; for what the platform does by itself. */
  byIds(ids: readonly { organizationId: number; instanceId: number }[]): Promise<InstanceRecord[]>;
  /**
   * The instance with an id, whoever's it is: for what a vendor sends, which names no organization. Makes no statement for
   * one that is kept in memory and has not changed.
   */
  forVendor(id: number): Promise<InstanceRecord | undefined>;
  /**
   * A page of instances in the order of their ids (those after the id `after`, without the first `skip`), and how many
   * there are in all.
   */
  list(
    scope: InstanceScope,
    filter: InstanceFilter,
    page: { after: number; skip: number; limit: number },
  ): Promise<{ rows: InstanceRecord[]; total: number }>;
  count(scope: InstanceScope): Promise<{ elementKey: string; instances: number }[]>;
  /**
   * Changes an instance in one transaction that locks it; `change` sees the stored record and gives what becomes of it.
   * Answers with the changed record, or undefined when there is no such instance (any more).
   */
  update(
    organizationId: number,
    id: number,
    change: (record: InstanceRecord) => InstanceChange,
  ): Promise<InstanceRecord | undefined>;
  /** Deletes an instance and its tokens; tells whether it was there. */
  remove(organizationId: number, id: number): Promise<boolean>;
  /** Deletes all instances of an account or a user and gives back how many they were. */
  removeAll(scope: InstanceScope, userId?: number): Promise<number>;
}

/** Where the sealed values of an instance stand, for the vault. */
export const instancePlaces = {
  secrets: (id: number) => `instances/${id}/secrets`,
  token: (id: number) => `instances/${id}/token`,
};

interface InstanceDependencies {
  database: Database;
  vault: Vault;
  changes: Changes;
  limits: { cachedInstances: number; cachedInstanceBytes: number };
  /** stores what follows from an instance's settings, in the transaction that stores them */
  settingsStored(transaction: Database, record: InstanceRecord): Promise<void>;
}

/** Makes the store of instances. */
export function createInstanceStore(dependencies: InstanceDependencies): InstanceStore {
  const { database, vault, changes, limits, settingsStored } = dependencies;
  // Rows are kept sealed.
  const nameOf = createSecretNames();
  const kept = createReadCache<JoinedRow>(changes, {
    entries: limits.cachedInstances,
    bytes: limits.cachedInstanceBytes,
  });
  const select = (source: Database) =>
    source
      .selectFrom('instances')
      .innerJoin('users', 'users.id', 'instances.user_id')
      .leftJoin('vendor_tokens', 'vendor_tokens.instance_id', 'instances.id')
      .selectAll('instances')
      .select([
        'users.email',
        'users.first_name',
        'users.last_name',
        'vendor_tokens.tokens_sealed',
        'vendor_tokens.generation',
        'vendor_tokens.expires_at',
        'vendor_tokens.refreshed_at',
        'vendor_tokens.uncertain_since',
        'vendor_tokens.refused_reason',
      ]);
  const opened = new WeakMap<JoinedRow, InstanceRecord>();
  /** The same row, as it is kept for the next call, gives the same instance. */
  const open = (row: JoinedRow): InstanceRecord => {
    const known = opened.get(row);
    if (known !== undefined) return known;
    const record = new InstanceRecord(vault, row);
    opened.set(row, record);
    return record;
  };

  return {
    create: (instance) =>
      database.transaction().execute(async (transaction) => {
        const id = instance.id ?? (await nextId(transaction, 'instances'));
        await transaction
          .insertInto('instances')
          .values({
            id,
            organization_id: instance.organizationId,
            account_id: instance.accountId,
            user_id: instance.userId,
            element_id: instance.elementId,
            element_key: instance.elementKey,
            name: instance.name,
            tags: instance.tags,
            configuration: JSON.stringify(instance.values),
            secrets_sealed: sealSecrets(vault, id, instance.secrets),
            token_sealed: vault.seal(instance.token, instancePlaces.token(id)),
            token_digest: vault.digest(instance.token.reveal()),
            external_authentication: instance.externalAuthentication,
            caching_enabled: instance.cachingEnabled,
            max_cache_size: instance.maxCacheSize,
            cache_time_to_live: instance.cacheTimeToLive,
          })
          .execute();
        if (instance.tokens !== undefined) {
          const { tokens, times } = instance.tokens;
          await transaction
            .insertInto('vendor_tokens')
            .values(vendorTokensRow(vault, id, tokens, times))
            .execute();
        }
        const record = open(await select(transaction).where('instances.id', '=', id).executeTakeFirstOrThrow());
        await settingsStored(transaction, record);
        return record;
      }),

    reserveId: () => nextId(database, 'instances'),

    async byToken(token) {
      const row = await kept.get(nameOf(token), () =>
        keepable(select(database).where('instances.token_digest', 'in', vault.digests(token))),
      );
      return row === undefined ? undefined : open(row);
    },

    async forVendor(id) {
      const row = await kept.get(`id ${id}`, () => keepable(select(database).where('instances.id', '=', id)));
      return row === undefined ? undefined : open(row);
    },

    async byId(scope, id) {
      const row = await within(select(database), scope).where('instances.id', '=', id).executeTakeFirst();
      return row === undefined ? undefined : open(row);
    },

    async byIds(ids) {
      if (ids.length === 0) return [];
      const organizations = new Map(ids.map(({ instanceId, organizationId }) => [instanceId, organizationId]));
      const rows = await select(database)
        .where('instances.id', 'in', [...organizations.keys()])
        .execute();
      return rows.filter((row) => row.organization_id === organizations.get(row.id)).map(open);
    },

    async list(scope, filter, page) {
      const filtered = matching(within(select(database), scope), filter);
      const rows = await filtered
        .where('instances.id', '>', page.after)
        .orderBy('instances.id')
        .offset(page.skip)
        .limit(page.limit)
        .execute();
      const counted = await matching(within(database.selectFrom('instances'), scope), filter)
        .select(sql<number>`count(*)`.as('total'))
        .executeTakeFirstOrThrow();
      return { rows: rows.map(open), total: counted.total };
    },

    count: (scope) =>
      within(database.selectFrom('instances'), scope)
        .select(['instances.element_key as elementKey', sql<number>`count(*)`.as('instances')])
        .groupBy('instances.element_key')
        .orderBy('instances.element_key')
        .execute(),

    async update(organizationId, id, change) {
      const changed = database.transaction().execute(async (transaction) => {
        const row = await select(transaction)
          .where('instances.organization_id', '=', organizationId)
          .where('instances.id', '=', id)
          .forUpdate('instances')
          .executeTakeFirst();
        if (row === undefined) return undefined;
        const wanted = change(open(row));
        await transaction
          .updateTable('instances')
          .set({
            updated_at: sql<Date>`now()`,
            name: wanted.name,
            tags: wanted.tags,
            configuration: jsonOf(wanted.values),
            secrets_sealed: wanted.secrets && sealSecrets(vault, id, wanted.secrets),
            disabled: wanted.disabled,
            caching_enabled: wanted.cachingEnabled,
            max_cache_size: wanted.maxCacheSize,
            cache_time_to_live: wanted.cacheTimeToLive,
            trace_logging_until: wanted.traceLoggingUntil,
            external_authentication: wanted.externalAuthentication,
          })
          .where('id', '=', id)
          .execute();
        if (wanted.tokens !== undefined) {
          const stored = vendorTokensRow(vault, id, wanted.tokens.tokens, wanted.tokens.times);
          const replaced = {
            ...stored,
            generation: sql<number>`vendor_tokens.generation + 1`,
            attempt_id: null,
            attempt_owner: null,
            attempt_ends_at: null,
            uncertain_since: null,
            refused_reason: null,
          };
          await transaction
            .insertInto('vendor_tokens')
            .values(stored)
            .onConflict((conflict) => conflict.column('instance_id').doUpdateSet(replaced))
            .execute();
        }
        const record = open(await select(transaction).where('instances.id', '=', id).executeTakeFirstOrThrow());
        if (wanted.values !== undefined) await settingsStored(transaction, record);
        return record;
      });
      return changed.finally(() => changes.changed('instance', [id]));
    },

    async remove(organizationId, id) {
      const removed = database
        .deleteFrom('instances')
        .where('organization_id', '=', organizationId)
        .where('id', '=', id)
        .executeTakeFirst();
      const result = await removed.finally(() => changes.changed('instance', [id]));
      return result.numDeletedRows > 0n;
    },

    async removeAll(scope, userId) {
      let query = database.deleteFrom('instances').where('organization_id', '=', scope.organizationId);
      if (scope.accountId !== undefined) query = query.where('account_id', '=', scope.accountId);
      if (userId !== undefined) query = query.where('user_id', '=', userId);
      const removed = await query.returning('id').execute();
      changes.changed(
        'instance',
        removed.map((row) => row.id),
      );
      return removed.length;
    },
  };
}

/** A row for keeping in memory, with what it is made of. */
async function keepable(query: { executeTakeFirst(): Promise<JoinedRow | undefined> }) {
  const value = await query.executeTakeFirst();
  if (value === undefined) return undefined;
  Object.freeze(value.configuration);
  Object.freeze(value.tags);
  const sources: Source[] = [`instance:${value.id}`, `user:${value.user_id}`];
  return { value, sources, bytes: bytesOf(value) };
}

type InstanceQuery<Output> = SelectQueryBuilder<Tables, 'instances', Output>;

function within<Query>(query: Query, scope: InstanceScope): Query {
  const typed = query as InstanceQuery<unknown>;
  const inOrganization = typed.where('instances.organization_id', '=', scope.organizationId);
  return (
    scope.accountId === undefined ? inOrganization : inOrganization.where('instances.account_id', '=', scope.accountId)
  ) as Query;
}

/** Whether the vendor no longer accepts the grant of an instance. */
const refused = sql<boolean>`exists (
  select from vendor_tokens where vendor_tokens.instance_id = instances.id and vendor_tokens.refused_reason is not null
)`;

function matching<Query>(query: Query, filter: InstanceFilter): Query {
  let typed = query as InstanceQuery<unknown>;
  if (filter.tags !== undefined && filter.tags.length > 0) {
    typed = typed.where(sql<boolean>`instances.tags @> ${filter.tags}::text[]`);
  }
  if (filter.elementId !== undefined) typed = typed.where('instances.element_id', '=', filter.elementId);
  if (filter.state === 'disabled') typed = typed.where('instances.disabled', '=', true);
  if (filter.state === 'invalid') typed = typed.where(refused);
  if (filter.state === 'valid')
    typed = typed.where('instances.disabled', '=', false).where(sql<boolean>`not ${refused}`);
  if (filter.searchText !== undefined) {
    const pattern = `%${filter.searchText.replace(/[\\%_]/g, '\\$&')}%`;
    typed = typed.where((where) =>
      where.or([
        where('instances.name', 'ilike', pattern),
        where('instances.element_key', 'ilike', pattern),
        sql<boolean>`exists (select from unnest(instances.tags) as tag where tag ilike ${pattern})`,
      ]),
    );
  }
  return typed as Query;
}

function sealSecrets(vault: Vault, id: number, secrets: Record<string, Secret>): string {
  const revealed = Object.fromEntries(Object.entries(secrets).map(([key, secret]) => [key, secret.reveal()]));
  return vault.seal(new Secret(JSON.stringify(revealed)), instancePlaces.secrets(id));
}

/** An instance with its user, and its tokens if it has any. */
type JoinedRow = Selectable<Tables['instances']> &
  Pick<Selectable<Tables['users']>, 'email' | 'first_name' | 'last_name'> &
  Nullable<Omit<Selectable<Tables['vendor_tokens']>, 'instance_id' | `attempt_${string}`>>;
type Nullable<Row> = { [Column in keyof Row]: Row[Column] | null };

function openSecrets(vault: Vault, row: JoinedRow): Record<string, Secret> {
  const opened = JSON.parse(vault.open(row.secrets_sealed, instancePlaces.secrets(row.id)).reveal()) as Record<
    string,
    string
  >;
  return Object.freeze(Object.fromEntries(Object.entries(opened).map(([key, value]) => [key, new Secret(value)])));
}

/** About what a row takes up in memory. */
function bytesOf(row: JoinedRow): number {
  let bytes = 1500 + 2 * row.secrets_sealed.length + row.token_sealed.length + 2 * (row.tokens_sealed?.length ?? 0);
  for (const [key, value] of Object.entries(row.configuration)) bytes += key.length + String(value).length + 32;
  for (const tag of row.tags) bytes += tag.length + 16;
  return bytes;
}
