// Seals every stored secret again with the current key, row by row, while servers go on working.

import { sql } from 'kysely';
import type { Vault } from '../core/vault.ts';
import type { Database } from './database.ts';
import { instancePlaces } from './instances.ts';
import { secretPlaces } from './organizations.ts';
import { tokensPlace } from './tokens.ts';

/**
 * Reseals the secrets of organizations, users, instances and vendor tokens, and makes the digests anew by which the
 * first three are found. Each row is locked for its own short transaction. Values that must be gone within the day
 * (sessions, remembered authorizations) are left to end under the old key. Gives back how many rows were changed.
 */
export async function resealAll(database: Database, vault: Vault): Promise<Record<string, number>> {
  const reseal = (sealed: string, place: string) =>
    vault.isCurrent(sealed) ? sealed : vault.seal(vault.open(sealed, place), place);
  const digestOf = (sealed: string, place: string) => vault.digest(vault.open(sealed, place).reveal());

  const organizations = await eachRow(database, 'organizations', 'id', async (transaction, id) => {
    const row = await transaction
      .selectFrom('organizations')
      .select('secret_sealed')
      .where('id', '=', id)
      .forUpdate()
      .executeTakeFirst();
    if (row === undefined || vault.isCurrent(row.secret_sealed)) return false;
    const place = secretPlaces.organization(id);
    const change = {
      secret_sealed: reseal(row.secret_sealed, place),
      secret_digest: digestOf(row.secret_sealed, place),
    };
    await transaction.updateTable('organizations').set(change).where('id', '=', id).execute();
    return true;
  });

  const users = await eachRow(database, 'users', 'id', async (transaction, id) => {
    const row = await transaction
      .selectFrom('users')
      .select('secret_sealed')
      .where('id', '=', id)
      .forUpdate()
      .executeTakeFirst();
    if (row === undefined || vault.isCurrent(row.secret_sealed)) return false;
    const place = secretPlaces.user(id);
    const change = {
      secret_sealed: reseal(row.secret_sealed, place),
      secret_digest: digestOf(row.secret_sealed, place),
    };
    await transaction.updateTable('users').set(change).where('id', '=', id).execute();
    return true;
  });

  const instances = await eachRow(database, 'instances', 'id', async (transaction, id) => {
    const row = await transaction
      .selectFrom('instances')
      .select(['secrets_sealed', 'token_sealed'])
      .where('id', '=', id)
      .forUpdate()
      .executeTakeFirst();
    if (row === undefined || (vault.isCurrent(row.secrets_sealed) && vault.isCurrent(row.token_sealed))) return false;
    const change = {
      secrets_sealed: reseal(row.secrets_sealed, instancePlaces.secrets(id)),
      token_sealed: reseal(row.token_sealed, instancePlaces.token(id)),
      token_digest: digestOf(row.token_sealed, instancePlaces.token(id)),
    };
    await transaction.updateTable('instances').set(change).where('id', '=', id).execute();
    return true;
  });

  const vendorTokens = await eachRow(database, 'vendor_tokens', 'instance_id', async (transaction, id) => {
    const row = await transaction
      .selectFrom('vendor_tokens')
      .select('tokens_sealed')
      .where('instance_id', '=', id)
      .forUpdate()
      .executeTakeFirst();
    if (row === undefined || vault.isCurrent(row.tokens_sealed)) return false;
    const change = { tokens_sealed: reseal(row.tokens_sealed, tokensPlace(id)) };
    await transaction.updateTable('vendor_tokens').set(change).where('instance_id', '=', id).execute();
    return true;
  });

  return { organizations, users, instances, vendorTokens };
}

/** Visits every row of a table in a transaction of its own, in pages of ids, and counts those that were changed. */
async function eachRow(
  database: Database,
  table: string,
  idColumn: string,
  visit: (transaction: Database, id: number) => Promise<boolean>,
): Promise<number> {
  let changed = 0;
  for (let after = 0; ; ) {
    const { rows } = await sql<{ id: number }>`
      select ${sql.ref(idColumn)} as id from ${sql.table(table)}
      where ${sql.ref(idColumn)} > ${after} order by 1 limit 500`.execute(database);
    for (const { id } of rows) {
      if (await database.transaction().execute((transaction) => visit(transaction, id))) changed++;
      after = id;
    }
    if (rows.length === 0) return changed;
  }
}
