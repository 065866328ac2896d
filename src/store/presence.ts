// Shows the other processes that this one is alive: a session advisory lock that PostgreSQL lets go when it dies.

import { randomInt } from 'node:crypto';
import { type Expression, type RawBuilder, sql } from 'kysely';
import pg from 'pg';
import type { Secret } from '../core/secret.ts';
import type { Database } from './database.ts';

const presenceSpace = 0x76616c02;

/** This process's sign of life. */
export interface Presence {
  /** The number whose lock this process holds. */
  readonly owner: number;
  stop(): Promise<void>;
}

/**
 * Takes the sign of life on a connection of its own and takes it again whenever that connection breaks.
 * While it is broken others may see this process as dead; leases therefore also carry an end time.
 */
export async function startPresence(connectionString: Secret): Promise<Presence> {
  const owner = randomInt(1, 2 ** 31 - 1);
  let stopped = false;
  let client: pg.Client | undefined;

  const connect = async () => {
    const next = new pg.Client({ connectionString: connectionString.reveal(), application_name: 'valence presence' });
    // a broken connection shows as 'end'; without a listener it would end the process
    next.on('error', () => undefined);
    try {
      await next.connect();
      await next.query('select pg_advisory_lock($1::int, $2::int)', [presenceSpace, owner]);
    } catch (error) {
      await next.end().catch(() => undefined);
      throw error;
    }
    client = next;
    if (stopped) await next.end();
    // only a connection that held the lock is followed by another, so that there is never more than one
    else next.once('end', () => retryAfter(250));
  };
  const retryAfter = (milliseconds: number) => {
    setTimeout(() => {
      if (!stopped) connect().catch(() => retryAfter(1000));
    }, milliseconds).unref();
  };

  await connect();
  return {
    owner,
    async stop() {
      stopped = true;
      await client?.end();
    },
  };
}

/** The numbers (`owner`) of the processes that show their sign of life, as a query. */
export const livingOwners = sql<{ owner: number }>`
  select objid::bigint as owner from pg_locks
  where locktype = 'advisory' and classid = ${presenceSpace} and objsubid = 2 and granted
    and database = (select oid from pg_database where datname = current_database())`;

/** Whether the process with this number no longer shows its sign of life. */
export async function isGone(database: Database, owner: number): Promise<boolean> {
  const { rows } = await sql<{ gone: boolean }>`select ${ownerIsGone(sql`${owner}::bigint`)} as gone`.execute(database);
  return rows[0]?.gone ?? true;
}

/** The condition that the process with a number no longer shows its sign of life. */
export function ownerIsGone(owner: Expression<unknown>): RawBuilder<boolean> {
  return sql<boolean>`not exists (
    select from pg_locks
    where locktype = 'advisory' and classid = ${presenceSpace} and objid::bigint = ${owner} and objsubid = 2 and granted
      and database = (select oid from pg_database where datname = current_database()))`;
}
