// Statements that come often and are the same each time. PostgreSQL takes longer to plan them than to carry them out, so that
// each is planned once for a connection.

import { createHash } from 'node:crypto';
import { CompiledQuery } from 'kysely';
import type pg from 'pg';
import type { Database } from './database.ts';

/** Connections of a pool for planned statements: few, so that each of them soon knows them all. */
export const plannedConnections = 3;

/**
 * What a connection for planned statements is told. A plan outlives the size that a table had when it was made: by an index
 * it stays good when a table of ten rows has become one of a million, so that indexes are all that it may use. That is not
 * enough for a join, which may read a whole index: a planned statement looks a table's rows up by a list, or one by one in a
 * lateral part with a limit.
 */
export const planByIndexes =
  'set plan_cache_mode = force_generic_plan; set enable_seqscan = off; set enable_bitmapscan = off';

const pools = new WeakMap<Database, pg.Pool>();

/** Lets the planned statements of a database go through a pool of their own. */
export function usePlannedPool(database: Database, pool: pg.Pool): void {
  pools.set(database, pool);
}

const names = new Map<string, string>();

function nameOf(statement: string): string {
  let name = names.get(statement);
  if (name === undefined) {
    name = createHash('sha256').update(statement).digest('base64url');
    names.set(statement, name);
  }
  return name;
}

/**
 * Runs a statement, one of a fixed few, and gives its rows; it reads tables by indexes and gives columns by name, since a
 * plan cannot follow when a table gets another. In a transaction it is planned like any other.
 */
export async function runPlanned<Row extends object>(
  database: Database,
  statement: string,
  values: readonly unknown[],
): Promise<Row[]> {
  const pool = pools.get(database);
  if (pool === undefined) return (await database.executeQuery<Row>(CompiledQuery.raw(statement, [...values]))).rows;
  return (await pool.query<Row>({ name: nameOf(statement), text: statement, values: [...values] })).rows;
}
