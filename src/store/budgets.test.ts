// The shared states of rate budgets: changes by many at once all count, and what nobody asks for goes.

import { sql } from 'kysely';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createTestDatabase } from '../../test/support/platform.ts';
import { Secret } from '../core/secret.ts';
import { createBudgets, deleteOldBudgets } from './budgets.ts';
import { type Database, openDatabase } from './database.ts';

let database: Database;

beforeAll(async () => {
  database = openDatabase(new Secret(await createTestDatabase()));
});
afterAll(() => database.destroy());

interface Counted {
  count: number;
}

const add = (state: Counted | undefined) => {
  const next = { count: (state?.count ?? 0) + 1 };
  return { state: next, result: next.count };
};

test('changes that are made at the same time are made one after the other', async () => {
  const budgets = createBudgets(database);
  const results = await Promise.all(Array.from({ length: 8 }, () => budgets.change<Counted, number>('one', add)));
  expect(results.toSorted((a, b) => a - b)).toEqual([1, 2, 3, 4, 5, 6, 7, 8]);
  expect(await budgets.change<Counted, number>('one', add)).toBe(9);
});

test('a state that nobody has asked for in two days is deleted, another is not', async () => {
  const budgets = createBudgets(database);
  await budgets.change<Counted, number>('old', add);
  await budgets.change<Counted, number>('new', add);
  await sql`update rate_budgets set changed_at = now() - interval '49 hours' where key = 'old'`.execute(database);
  await deleteOldBudgets(database);
  expect(await budgets.change<Counted, number>('old', add)).toBe(1);
  expect(await budgets.change<Counted, number>('new', add)).toBe(2);
});
