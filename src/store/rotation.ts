// Seals every stored secret again with the current key, row by row, while servers go on working.

import { sql } from 'kysely';
import type { Vault } from '../core/vault.ts';
import { bulkPlanPlace } from './bulk-jobs.ts';
import type { Database } from './database.ts';
import { instancePlaces } from './instances.ts';
import { jobCallPlace } from './jobs.ts';
import { subscriptionKeyPlace } from './notifications.ts';
import { proxySecretsPlace } from './oauth-proxies.ts';
import { secretPlaces } from './organizations.ts';
import { tokensPlace } from './tokens.ts';
import { applicationSecretsPlace } from './vendor-applications.ts';

/** A sealed column, where its values are bound to, and the column of the digest by which it is found. */
interface SealedColumn {
  table: string;
  id: string;
  sealed: string;
  digest: string | undefined;
  place(id: number): string;
}

const sealedColumns: readonly SealedColumn[] = [
  {
    table: 'organizations',
    id: 'id',
    sealed: 'secret_sealed',
    digest: 'secret_digest',
    place: secretPlaces.organization,
  },
  { table: 'users', id: 'id', sealed: 'secret_sealed', digest: 'secret_digest', place: secretPlaces.user },
  { table: 'instances', id: 'id', sealed: 'token_sealed', digest: 'token_digest', place: instancePlaces.token },
  { table: 'instances', id: 'id', sealed: 'secrets_sealed', digest: undefined, place: instancePlaces.secrets },
  { table: 'vendor_tokens', id: 'instance_id', sealed: 'tokens_sealed', digest: undefined, place: tokensPlace },
  { table: 'jobs', id: 'id', sealed: 'call_sealed', digest: undefined, place: jobCallPlace },
  { table: 'bulk_jobs', id: 'id', sealed: 'plan_sealed', digest: undefined, place: bulkPlanPlace },
  {
    table: 'notification_subscriptions',
    id: 'id',
    sealed: 'key_sealed',
    digest: undefined,
    place: subscriptionKeyPlace,
  },
  {
    table: 'vendor_applications',
    id: 'id',
    sealed: 'secrets_sealed',
    digest: undefined,
    place: applicationSecretsPlace,
  },
  { table: 'oauth_proxies', id: 'id', sealed: 'secrets_sealed', digest: undefined, place: proxySecretsPlace },
];

/**
 * Seals every secret of the database again with the vault's current key, and makes their digests anew. Each row is
 * locked for its own short transaction. What must be gone within a day (sessions, remembered authorizations, connections
 * that wait for the vendor, calls that are being made) is left to end under the old key. Gives back how many values of each column were changed.
 */
export async function resealAll(database: Database, vault: Vault): Promise<Record<string, number>> {
  const changed: Record<string, number> = {};
  for (const column of sealedColumns) {
    changed[`${column.table}.${column.sealed}`] = await resealColumn(database, vault, column);
  }
  return changed;
}

async function resealColumn(database: Database, vault: Vault, column: SealedColumn): Promise<number> {
  const [table, id] = [sql.table(column.table), sql.ref(column.id)];
  let changed = 0;
  for (let after = 0; ; ) {
    const page = await sql<{ id: number }>`
      select ${id} as id from ${table} where ${id} > ${after} order by 1 limit 500`.execute(database);
    for (const row of page.rows) {
      if (await resealValue(database, vault, column, row.id)) changed++;
      after = row.id;
    }
    if (page.rows.length === 0) return changed;
  }
}

async function resealValue(database: Database, vault: Vault, column: SealedColumn, rowId: number): Promise<boolean> {
  const [table, id, sealed] = [sql.table(column.table), sql.ref(column.id), sql.ref(column.sealed)];
  return database.transaction().execute(async (transaction) => {
    const found = await sql<{ value: string }>`
      select ${sealed} as value from ${table} where ${id} = ${rowId} for update`.execute(transaction);
    const value = found.rows[0]?.value;
    if (value === undefined || vault.isCurrent(value)) return false;

    const secret = vault.open(value, column.place(rowId));
    const digest =
      column.digest === undefined ? sql`` : sql`, ${sql.ref(column.digest)} = ${vault.digest(secret.reveal())}`;
    await sql`
      update ${table} set ${sealed} = ${vault.seal(secret, column.place(rowId))}${digest}
      where ${id} = ${rowId}`.execute(transaction);
    return true;
  });
}
