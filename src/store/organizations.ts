// Organizations, their accounts and users, and how a caller's credentials are found.

import { type Selectable, sql } from 'kysely';
import type { Secret } from '../core/secret.ts';
import type { Vault } from '../core/vault.ts';
import type { Changes } from './changes.ts';
import { type Database, jsonOf, nextId, type Tables } from './database.ts';
import { createReadCache, createSecretNames, type Found } from './read-cache.ts';

export interface Organization {
  id: number;
  name: string;
  profile: Record<string, unknown>;
  createdAt: Date;
}

export interface AccountRecord {
  id: number;
  organizationId: number;
  name: string;
  externalId: string | null;
  description: string | null;
  active: boolean;
  defaultAccount: boolean;
  settings: Record<string, unknown>;
  createdAt: Date;
  updatedAt: Date;
}

export interface UserRecord {
  id: number;
  organizationId: number;
  accountId: number;
  email: string;
  firstName: string | null;
  lastName: string | null;
  externalId: string | null;
  profile: Record<string, unknown>;
  active: boolean;
  lastLoginAt: Date | null;
  createdAt: Date;
  updatedAt: Date;
}

/** Who a pair of secrets belongs to. */
export interface Identity {
  user: UserRecord;
  account: AccountRecord;
  organization: Organization;
}

/** Where the sealed secrets of these tables stand, for the vault. */
export const secretPlaces = {
  organization: (id: number) => `organizations/${id}/secret`,
  user: (id: number) => `users/${id}/secret`,
};

export interface NewAccount {
  name: string;
  externalId: string | null;
  description: string | null;
  defaultAccount: boolean;
}

export interface NewUser {
  accountId: number;
  email: string;
  firstName: string | null;
  lastName: string | null;
  externalId: string | null;
  profile: Record<string, unknown>;
  passwordHash: string | null;
  secret: Secret;
}

export interface AccountChange {
  name?: string | undefined;
  externalId?: string | null | undefined;
  description?: string | null | undefined;
  active?: boolean | undefined;
  settings?: Record<string, unknown> | undefined;
}

export interface UserChange {
  email?: string | undefined;
  firstName?: string | null | undefined;
  lastName?: string | null | undefined;
  externalId?: string | null | undefined;
  profile?: Record<string, unknown> | undefined;
  active?: boolean | undefined;
  passwordHash?: string | undefined;
}

/** Reads and writes organizations, accounts and users. Every read names its organization. */
export interface OrganizationStore {
  /** Whether there is no organization yet. */
  isEmpty(): Promise<boolean>;
  /** Makes an organization with its default account and its first user, in one transaction. */
  createOrganization(organization: { name: string; secret: Secret }, user: Omit<NewUser, 'accountId'>): Promise<void>;
  /**
   * Who holds both secrets; the name of the one that is wrong, when it is unknown, not active, or not of the other's
   * organization. Makes no statement for a user that is kept in memory and has not changed; what is kept cannot be
   * changed, and does not say when the user last signed in.
   */
  identify(userSecret: string, organizationSecret: string | undefined): Promise<Identity | 'user' | 'organization'>;
  /** Who a user of an organization is, read from the database; undefined when the user or its account is not active. */
  identityOf(organizationId: number, userId: number): Promise<Identity | undefined>;
  nameOfOrganization(organizationId: number): Promise<string>;
  secretOfOrganization(organizationId: number): Promise<Secret>;
  secretOfUser(organizationId: number, userId: number): Promise<Secret>;
  /** Replaces the secret of an organization or of one of its users; the one before is good no longer. */
  replaceSecret(owner: { organizationId: number; userId?: number }, secret: Secret): Promise<void>;
  updateOrganization(
    organizationId: number,
    change: { name?: string | undefined; profile?: Record<string, unknown> | undefined },
  ): Promise<Organization>;
  createAccount(organizationId: number, account: NewAccount): Promise<AccountRecord>;
  accounts(organizationId: number): Promise<AccountRecord[]>;
  account(organizationId: number, accountId: number): Promise<AccountRecord | undefined>;
  updateAccount(organizationId: number, accountId: number, change: AccountChange): Promise<AccountRecord>;
  createUser(organizationId: number, user: NewUser): Promise<UserRecord>;
  /** The users of an organization, or of one of its accounts. */
  users(organizationId: number, accountId?: number): Promise<UserRecord[]>;
  user(organizationId: number, idOrEmail: number | string): Promise<UserRecord | undefined>;
  updateUser(organizationId: number, userId: number, change: UserChange): Promise<UserRecord>;
}

interface OrganizationDependencies {
  database: Database;
  vault: Vault;
  changes: Changes;
  limits: { cachedIdentities: number; cachedIdentityBytes: number };
}

interface KnownIdentity {
  identity: Identity;
  organizationDigest: string;
}

/** Makes the store of organizations, accounts and users. */
export function createOrganizationStore(dependencies: OrganizationDependencies): OrganizationStore {
  const { database, vault, changes, limits } = dependencies;
  const nameOf = createSecretNames();
  const kept = createReadCache<KnownIdentity>(changes, {
    entries: limits.cachedIdentities,
    bytes: limits.cachedIdentityBytes,
  });
  const insertUser = async (transaction: Database, organizationId: number, user: NewUser) => {
    const id = await nextId(transaction, 'users');
    const row = await transaction
      .insertInto('users')
      .values({
        id,
        organization_id: organizationId,
        account_id: user.accountId,
        email: user.email,
        first_name: user.firstName,
        last_name: user.lastName,
        external_id: user.externalId,
        profile: JSON.stringify(user.profile),
        password_hash: user.passwordHash,
        secret_sealed: vault.seal(user.secret, secretPlaces.user(id)),
        secret_digest: vault.digest(user.secret.reveal()),
      })
      .returningAll()
      .executeTakeFirstOrThrow();
    return userRecord(row);
  };

  const activeUsers = () =>
    database
      .selectFrom('users')
      .innerJoin('accounts', 'accounts.id', 'users.account_id')
      .innerJoin('organizations', 'organizations.id', 'users.organization_id')
      .selectAll('users')
      .select([
        'accounts.name as account_name',
        'accounts.external_id as account_external_id',
        'accounts.description as account_description',
        'accounts.default_account',
        'accounts.settings',
        'accounts.created_at as account_created_at',
        'accounts.updated_at as account_updated_at',
        'organizations.name as organization_name',
        'organizations.profile as organization_profile',
        'organizations.created_at as organization_created_at',
        'organizations.secret_digest as organization_digest',
      ])
      .where('users.active', '=', true)
      .where('accounts.active', '=', true);
  type ActiveUser = Awaited<ReturnType<ReturnType<typeof activeUsers>['executeTakeFirstOrThrow']>>;

  const describeIdentity = (row: ActiveUser): Identity => {
    const identity = {
      user: userRecord(row),
      account: {
        id: row.account_id,
        organizationId: row.organization_id,
        name: row.account_name,
        externalId: row.account_external_id,
        description: row.account_description,
        active: true,
        defaultAccount: row.default_account,
        settings: row.settings,
        createdAt: row.account_created_at,
        updatedAt: row.account_updated_at,
      },
      organization: {
        id: row.organization_id,
        name: row.organization_name,
        profile: row.organization_profile,
        createdAt: row.organization_created_at,
      },
    };
    for (const part of Object.values(identity)) Object.freeze(part);
    return Object.freeze(identity);
  };

  const readIdentity = async (userSecret: string): Promise<Found<KnownIdentity> | undefined> => {
    const row = await activeUsers().where('users.secret_digest', 'in', vault.digests(userSecret)).executeTakeFirst();
    if (row === undefined) return undefined;
    const identity = describeIdentity(row);
    return {
      value: { identity, organizationDigest: row.organization_digest },
      sources: [`user:${row.id}`, `account:${row.account_id}`, `organization:${row.organization_id}`],
      bytes: 2000 + JSON.stringify(identity).length,
    };
  };

  return {
    async isEmpty() {
      return (await database.selectFrom('organizations').select('id').limit(1).executeTakeFirst()) === undefined;
    },

    createOrganization: ({ name, secret }, user) =>
      database.transaction().execute(async (transaction) => {
        const id = await nextId(transaction, 'organizations');
        await transaction
          .insertInto('organizations')
          .values({
            id,
            name,
            secret_sealed: vault.seal(secret, secretPlaces.organization(id)),
            secret_digest: vault.digest(secret.reveal()),
            profile: '{}',
          })
          .execute();
        const account = await transaction
          .insertInto('accounts')
          .values({ organization_id: id, name, external_id: null, description: null, default_account: true })
          .returning('id')
          .executeTakeFirstOrThrow();
        await insertUser(transaction, id, { ...user, accountId: account.id });
      }),

    async identify(userSecret, organizationSecret) {
      const known = await kept.get(nameOf(userSecret), () => readIdentity(userSecret));
      if (known === undefined) return 'user';
      if (organizationSecret === undefined) return known.identity;
      return vault.digests(organizationSecret).includes(known.organizationDigest) ? known.identity : 'organization';
    },

    async identityOf(organizationId, userId) {
      const row = await activeUsers()
        .where('users.organization_id', '=', organizationId)
        .where('users.id', '=', userId)
        .executeTakeFirst();
      return row && describeIdentity(row);
    },

    async nameOfOrganization(organizationId) {
      const { name } = await database
        .selectFrom('organizations')
        .select('name')
        .where('id', '=', organizationId)
        .executeTakeFirstOrThrow();
      return name;
    },

    async secretOfOrganization(organizationId) {
      const row = await database
        .selectFrom('organizations')
        .select('secret_sealed')
        .where('id', '=', organizationId)
        .executeTakeFirstOrThrow();
      return vault.open(row.secret_sealed, secretPlaces.organization(organizationId));
    },

    async replaceSecret({ organizationId, userId }, secret) {
      const digest = vault.digest(secret.reveal());
      if (userId === undefined) {
        const sealed = vault.seal(secret, secretPlaces.organization(organizationId));
        await database
          .updateTable('organizations')
          .set({ secret_sealed: sealed, secret_digest: digest, updated_at: sql<Date>`now()` })
          .where('id', '=', organizationId)
          .execute();
        return;
      }
      await database
        .updateTable('users')
        .set({ secret_sealed: vault.seal(secret, secretPlaces.user(userId)), secret_digest: digest })
        .where('organization_id', '=', organizationId)
        .where('id', '=', userId)
        .execute();
    },

    async secretOfUser(organizationId, userId) {
      const row = await database
        .selectFrom('users')
        .select('secret_sealed')
        .where('organization_id', '=', organizationId)
        .where('id', '=', userId)
        .executeTakeFirstOrThrow();
      return vault.open(row.secret_sealed, secretPlaces.user(userId));
    },

    async updateOrganization(organizationId, change) {
      const changed = database
        .updateTable('organizations')
        .set({
          updated_at: sql<Date>`now()`,
          name: change.name,
          profile: jsonOf(change.profile),
        })
        .where('id', '=', organizationId)
        .returningAll()
        .executeTakeFirstOrThrow();
      const row = await changed.finally(() => changes.changed('organization', [organizationId]));
      return { id: row.id, name: row.name, profile: row.profile, createdAt: row.created_at };
    },

    async createAccount(organizationId, account) {
      const row = await database
        .insertInto('accounts')
        .values({
          organization_id: organizationId,
          name: account.name,
          external_id: account.externalId,
          description: account.description,
          default_account: account.defaultAccount,
        })
        .returningAll()
        .executeTakeFirstOrThrow();
      return accountRecord(row);
    },

    async accounts(organizationId) {
      const rows = await database
        .selectFrom('accounts')
        .selectAll()
        .where('organization_id', '=', organizationId)
        .orderBy('id')
        .execute();
      return rows.map(accountRecord);
    },

    async account(organizationId, accountId) {
      const row = await database
        .selectFrom('accounts')
        .selectAll()
        .where('organization_id', '=', organizationId)
        .where('id', '=', accountId)
        .executeTakeFirst();
      return row === undefined ? undefined : accountRecord(row);
    },

    async updateAccount(organizationId, accountId, change) {
      const changed = database
        .updateTable('accounts')
        .set({
          updated_at: sql<Date>`now()`,
          name: change.name,
          external_id: change.externalId,
          description: change.description,
          active: change.active,
          settings: jsonOf(change.settings),
        })
        .where('organization_id', '=', organizationId)
        .where('id', '=', accountId)
        .returningAll()
        .executeTakeFirstOrThrow();
      const row = await changed.finally(() => changes.changed('account', [accountId]));
      return accountRecord(row);
    },

    createUser: (organizationId, user) =>
      database.transaction().execute((transaction) => insertUser(transaction, organizationId, user)),

    async users(organizationId, accountId) {
      let query = database.selectFrom('users').selectAll().where('organization_id', '=', organizationId).orderBy('id');
      if (accountId !== undefined) query = query.where('account_id', '=', accountId);
      return (await query.execute()).map(userRecord);
    },

    async user(organizationId, idOrEmail) {
      const query = database.selectFrom('users').selectAll().where('organization_id', '=', organizationId);
      const row =
        typeof idOrEmail === 'number'
          ? await query.where('id', '=', idOrEmail).executeTakeFirst()
          : await query.where(sql`lower(email)`, '=', idOrEmail.toLowerCase()).executeTakeFirst();
      return row === undefined ? undefined : userRecord(row);
    },

    async updateUser(organizationId, userId, change) {
      const changed = database
        .updateTable('users')
        .set({
          updated_at: sql<Date>`now()`,
          email: change.email,
          first_name: change.firstName,
          last_name: change.lastName,
          external_id: change.externalId,
          profile: jsonOf(change.profile),
          active: change.active,
          password_hash: change.passwordHash,
        })
        .where('organization_id', '=', organizationId)
        .where('id', '=', userId)
        .returningAll()
        .executeTakeFirstOrThrow();
      const row = await changed.finally(() => changes.changed('user', [userId]));
      return userRecord(row);
    },
  };
}

function accountRecord(row: Selectable<Tables['accounts']>): AccountRecord {
  return {
    id: row.id,
    organizationId: row.organization_id,
    name: row.name,
    externalId: row.external_id,
    description: row.description,
    active: row.active,
    defaultAccount: row.default_account,
    settings: row.settings,
    createdAt: row.created_at,
    updatedAt: row.updated_at,
  };
}

function userRecord(row: Selectable<Tables['users']>): UserRecord {
  return {
    id: row.id,
    organizationId: row.organization_id,
    accountId: row.account_id,
    email: row.email,
    firstName: row.first_name,
    lastName: row.last_name,
    externalId: row.external_id,
    profile: row.profile,
    active: row.active,
    lastLoginAt: row.last_login_at,
    createdAt: row.created_at,
    updatedAt: row.updated_at,
  };
}
