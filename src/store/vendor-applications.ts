// The applications that an organization has registered at vendors, one for each element, their keys and secrets sealed.

import type { Selectable } from 'kysely';
import { Secret } from '../core/secret.ts';
import type { Vault } from '../core/vault.ts';
import { type Database, nextId, type Tables } from './database.ts';

/** An application as it is stored. */
export interface VendorApplication {
  elementId: number;
  elementKey: string;
  apiKey: Secret;
  apiSecret: Secret;
  /** the callback URL that is registered at the vendor; undefined: the platform's own */
  callbackUrl: string | undefined;
  scope: string | undefined;
  createdAt: Date;
  updatedAt: Date;
}

/** What is written of an application. */
export interface ApplicationChange {
  apiKey: Secret;
  /** undefined: the stored one stays */
  apiSecret: Secret | undefined;
  callbackUrl: string | undefined;
  scope: string | undefined;
}

/** Reads and writes applications; everything names the organization. */
export interface VendorApplicationStore {
  /** In the order of their elements' keys. */
  list(organizationId: number): Promise<VendorApplication[]>;
  find(organizationId: number, elementId: number): Promise<VendorApplication | undefined>;
  /** Stores an application in the place of any before it; undefined when its secret should stay and there is none. */
  put(
    organizationId: number,
    element: { id: number; key: string },
    change: ApplicationChange,
  ): Promise<VendorApplication | undefined>;
  /** Tells whether there was one. */
  remove(organizationId: number, elementId: number): Promise<boolean>;
}

/** Where the sealed key and secret of an application stand, for the vault. */
export const applicationSecretsPlace = (id: number) => `vendor_applications/${id}/secrets`;

/** Makes the store of applications. */
export function createVendorApplicationStore(database: Database, vault: Vault): VendorApplicationStore {
  const open = (row: Selectable<Tables['vendor_applications']>): VendorApplication => {
    const { apiKey, apiSecret } = JSON.parse(
      vault.open(row.secrets_sealed, applicationSecretsPlace(row.id)).reveal(),
    ) as { apiKey: string; apiSecret: string };
    return {
      elementId: row.element_id,
      elementKey: row.element_key,
      apiKey: new Secret(apiKey),
      apiSecret: new Secret(apiSecret),
      callbackUrl: row.callback_url ?? undefined,
      scope: row.scope ?? undefined,
      createdAt: row.created_at,
      updatedAt: row.updated_at,
    };
  };
  const selected = (source: Database, organizationId: number, elementId: number) =>
    source
      .selectFrom('vendor_applications')
      .selectAll()
      .where('organization_id', '=', organizationId)
      .where('element_id', '=', elementId);

  return {
    async list(organizationId) {
      const rows = await database
        .selectFrom('vendor_applications')
        .selectAll()
        .where('organization_id', '=', organizationId)
        .orderBy('element_key')
        .orderBy('element_id')
        .execute();
      return rows.map(open);
    },

    async find(organizationId, elementId) {
      const row = await selected(database, organizationId, elementId).executeTakeFirst();
      return row === undefined ? undefined : open(row);
    },

    put: (organizationId, element, change) =>
      database.transaction().execute(async (transaction) => {
        const stored = await selected(transaction, organizationId, element.id).forUpdate().executeTakeFirst();
        const apiSecret = change.apiSecret ?? (stored === undefined ? undefined : open(stored).apiSecret);
        if (apiSecret === undefined) return undefined;
        const id = stored?.id ?? (await nextId(transaction, 'vendor_applications'));
        const secrets = { apiKey: change.apiKey.reveal(), apiSecret: apiSecret.reveal() };
        const row = {
          element_key: element.key,
          callback_url: change.callbackUrl ?? null,
          scope: change.scope ?? null,
          secrets_sealed: vault.seal(new Secret(JSON.stringify(secrets)), applicationSecretsPlace(id)),
          updated_at: new Date(),
        };
        const written =
          stored === undefined
            ? transaction
                .insertInto('vendor_applications')
                .values({ ...row, id, organization_id: organizationId, element_id: element.id })
            : transaction.updateTable('vendor_applications').set(row).where('id', '=', id);
        return open(await written.returningAll().executeTakeFirstOrThrow());
      }),

    async remove(organizationId, elementId) {
      const { numDeletedRows } = await database
        .deleteFrom('vendor_applications')
        .where('organization_id', '=', organizationId)
        .where('element_id', '=', elementId)
        .executeTakeFirst();
      return numDeletedRows > 0n;
    },
  };
}
