// OAuth proxies: one callback URL at a vendor for several programs of an organization, and the addresses that each may
// have its people sent on to.

import type { Selectable } from 'kysely';
import { Secret } from '../core/secret.ts';
import type { Vault } from '../core/vault.ts';
import { type Database, nextId, type Tables } from './database.ts';

/** A proxy as it is stored. */
export interface OAuthProxy {
  id: number;
  name: string;
  apiKey: Secret | undefined;
  apiSecret: Secret | undefined;
  /** addresses, and patterns of addresses */
  applicationUrls: string[];
}

/** Reads and writes proxies; everything names the organization. */
export interface OAuthProxyStore {
  /** In the order of their names. */
  list(organizationId: number): Promise<OAuthProxy[]>;
  byName(organizationId: number, name: string): Promise<OAuthProxy | undefined>;
  byId(organizationId: number, id: number): Promise<OAuthProxy | undefined>;
  /** Throws PostgreSQL's error when the organization has a proxy of that name. */
  create(organizationId: number, proxy: Omit<OAuthProxy, 'id'>): Promise<OAuthProxy>;
  /** Puts what `change` makes of the addresses in their place; undefined when there is no such proxy. */
  changeUrls(organizationId: number, id: number, change: (urls: string[]) => string[]): Promise<OAuthProxy | undefined>;
  /** Tells whether there was one. */
  remove(organizationId: number, id: number): Promise<boolean>;
}

/** Where the sealed key and secret of a proxy stand, for the vault. */
export const proxySecretsPlace = (id: number) => `oauth_proxies/${id}/secrets`;

/** Makes the store of proxies. */
export function createOAuthProxyStore(database: Database, vault: Vault): OAuthProxyStore {
  const open = (row: Selectable<Tables['oauth_proxies']>): OAuthProxy => {
    const { apiKey, apiSecret } = JSON.parse(vault.open(row.secrets_sealed, proxySecretsPlace(row.id)).reveal()) as {
      apiKey?: string;
      apiSecret?: string;
    };
    return {
      id: row.id,
      name: row.name,
      apiKey: apiKey === undefined ? undefined : new Secret(apiKey),
      apiSecret: apiSecret === undefined ? undefined : new Secret(apiSecret),
      applicationUrls: row.application_urls,
    };
  };
  const selected = (source: Database, organizationId: number) =>
    source.selectFrom('oauth_proxies').selectAll().where('organization_id', '=', organizationId);
  const first = async (query: ReturnType<typeof selected>) => {
    const row = await query.executeTakeFirst();
    return row === undefined ? undefined : open(row);
  };

  return {
    async list(organizationId) {
      return (await selected(database, organizationId).orderBy('name').execute()).map(open);
    },
    byName: (organizationId, name) => first(selected(database, organizationId).where('name', '=', name)),
    byId: (organizationId, id) => first(selected(database, organizationId).where('id', '=', id)),

    async create(organizationId, { name, apiKey, apiSecret, applicationUrls }) {
      const id = await nextId(database, 'oauth_proxies');
      const secrets = JSON.stringify({ apiKey: apiKey?.reveal(), apiSecret: apiSecret?.reveal() });
      const row = await database
        .insertInto('oauth_proxies')
        .values({
          id,
          organization_id: organizationId,
          name,
          application_urls: applicationUrls,
          secrets_sealed: vault.seal(new Secret(secrets), proxySecretsPlace(id)),
        })
        .returningAll()
        .executeTakeFirstOrThrow();
      return open(row);
    },

    changeUrls: (organizationId, id, change) =>
      database.transaction().execute(async (transaction) => {
        const stored = await selected(transaction, organizationId).where('id', '=', id).forUpdate().executeTakeFirst();
        if (stored === undefined) return undefined;
        const row = await transaction
          .updateTable('oauth_proxies')
          .set({ application_urls: change(stored.application_urls) })
          .where('id', '=', id)
          .returningAll()
          .executeTakeFirstOrThrow();
        return open(row);
      }),

    async remove(organizationId, id) {
      const { numDeletedRows } = await database
        .deleteFrom('oauth_proxies')
        .where('organization_id', '=', organizationId)
        .where('id', '=', id)
        .executeTakeFirst();
      return numDeletedRows > 0n;
    },
  };
}
