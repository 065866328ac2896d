// The shared states of vendors' rate budgets: read, changed by a pure function, stored unless another process was quicker.

import { sql } from 'kysely';
import type { Database } from './database.ts';

/** Keeps the states; `BudgetStore` of src/outbound/budget.ts. */
export interface Budgets {
  /**
   * Changes the state of a budget. `change` is given the state (undefined when there is none) and the database's time in
   * milliseconds since 1970, which is one for all processes; it is called again when another process was quicker.
   * Throws an Error when others are quicker again and again.
   */
  change<State, Result>(
    key: string,
    change: (state: State | undefined, now: number) => { state: State; result: Result },
  ): Promise<Result>;
}

const mostTries = 20;

/** Makes the store of budgets. */
export function createBudgets(database: Database): Budgets {
  return {
    async change<State, Result>(
      key: string,
      change: (state: State | undefined, now: number) => { state: State; result: Result },
    ) {
      for (let tries = 1; tries <= mostTries; tries++) {
        const read = await sql<{ now: number; version: number | null; state: string | null }>`
          select (extract(epoch from clock_timestamp()) * 1000)::float8 as now, version, state
          from (select) as one left join rate_budgets on key = ${key}`.execute(database);
        const [row] = read.rows;
        if (row === undefined) throw new Error('The database gave no row');
        const known = row.state === null ? undefined : (JSON.parse(row.state) as State);
        const { state, result } = change(known, row.now);
        const text = JSON.stringify(state);
        const stored = await sql`
          insert into rate_budgets as budget (key, version, state, changed_at)
          values (${key}, 1, ${text}, clock_timestamp())
          on conflict (key) do update set version = budget.version + 1, state = excluded.state, changed_at = excluded.changed_at
          where budget.version = ${row.version ?? 0}`.execute(database);
        if (stored.numAffectedRows === 1n) return result;
      }
      throw new Error(`The rate budget ${key} was changed by others ${mostTries} times in a row`);
    },
  };
}

/** Deletes the states of budgets that no process has asked for since two days ago, which no window of a vendor outlasts. */
export async function deleteOldBudgets(database: Database): Promise<void> {
  await sql`delete from rate_budgets where changed_at < now() - interval '2 days'`.execute(database);
}
