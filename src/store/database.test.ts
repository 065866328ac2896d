// What happens to work that holds a connection when the connection breaks.

import { setImmediate as turn } from 'node:timers/promises';
import { sql } from 'kysely';
import pg from 'pg';
import { expect, test } from 'vitest';
import { createTestDatabase } from '../../test/support/platform.ts';
import { Secret } from '../core/secret.ts';
import { openDatabase, withLock } from './database.ts';

test('a connection that breaks while it is lent out fails its next statement, not the process', async () => {
  const url = await createTestDatabase();
  const database = openDatabase(new Secret(url), 'valence test', 2);
  const other = new pg.Client({ connectionString: url });
  await other.connect();
  const unheard: unknown[] = [];
  const note = (error: unknown) => void unheard.push(error);
  process.on('uncaughtExceptionMonitor', note);

  const locked = withLock(database, 'a test', async () => {
    const { rowCount } = await other.query(
      "select pg_terminate_backend(pid) from pg_stat_activity where application_name = 'valence test' and datname = current_database()",
    );
    expect(rowCount).toBe(1);
    const left =
      "select from pg_stat_activity where application_name = 'valence test' and datname = current_database()";
    while ((await other.query(left)).rowCount !== 0) await turn();
    for (let turns = 0; turns < 50; turns++) await turn();
  });
  await expect(locked).rejects.toThrow();
  expect(unheard).toEqual([]);
  expect((await sql<{ one: number }>`select 1 as one`.execute(database)).rows).toEqual([{ one: 1 }]);

  process.off('uncaughtExceptionMonitor', note);
  await other.end();
  await database.destroy();
});
