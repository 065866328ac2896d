// A kept reading is never older than what was told before it was asked for.

import fc from 'fast-check';
import { expect, test } from 'vitest';
import { createChangeLedger } from './change-ledger.ts';
import { createReadCache } from './read-cache.ts';

const bound = { entries: 100, bytes: 1_000_000 };

function createTable() {
  const ledger = createChangeLedger();
  const rows = new Map<number, number>();
  const table = {
    known: true,
    reads: 0,
    rows,
    /** Changes a row; it is told of it unless changes are not known just now. */
    write(id: number, version: number | undefined) {
      if (version === undefined) rows.delete(id);
      else rows.set(id, version);
      if (table.known) ledger.note(`instance:${id}`);
    },
    listenAgain() {
      ledger.note();
      table.known = true;
    },
    changes: { now: ledger.now, isCurrent: ledger.isCurrent, areKnown: () => table.known },
  };
  return table;
}

test('a call is never answered with what was true before the last change that was told of before the call', async () => {
  const id = fc.integer({ min: 1, max: 3 });
  const step = fc.oneof(
    fc.record({ get: id }),
    fc.record({ get: id }),
    fc.record({ write: id, gone: fc.boolean() }),
    fc.record({ land: fc.nat(3) }),
    fc.record({ known: fc.boolean() }),
  );
  let shared = 0;
  await fc.assert(
    fc.asyncProperty(fc.scheduler(), fc.array(step, { maxLength: 40, size: 'max' }), async (scheduler, steps) => {
      const table = createTable();
      const cache = createReadCache<{ version: number }>(table.changes, bound);
      const answers: Promise<void>[] = [];
      // every version that a row had, the present one last; undefined is "not there"
      const histories = new Map<number, (number | undefined)[]>([1, 2, 3].map((key) => [key, [undefined]]));
      let versions = 0;
      for (const one of steps) {
        if ('write' in one) {
          const version = one.gone ? undefined : ++versions;
          table.write(one.write, version);
          histories.get(one.write)?.push(version);
        } else if ('land' in one) {
          for (let i = 0; i < one.land && scheduler.count() > 0; i++) await scheduler.waitOne();
        } else if ('known' in one) {
          if (one.known) table.listenAgain();
          else table.known = false;
        } else {
          const history = histories.get(one.get) ?? [];
          const from = history.length - 1;
          const read = async () => {
            table.reads++;
            await scheduler.schedule(Promise.resolve(), 'the query is sent');
            const version = table.rows.get(one.get);
            await scheduler.schedule(Promise.resolve(), 'the answer comes');
            if (version === undefined) return undefined;
            return { value: { version }, sources: [`instance:${one.get}`] as const, bytes: 1 };
          };
          answers.push(
            cache.get(String(one.get), read).then((value) => {
              expect(history.slice(from)).toContain(value?.version);
            }),
          );
        }
      }
      await scheduler.waitIdle();
      await Promise.all(answers);
      if (table.reads < answers.length) shared++;
    }),
    { numRuns: 1000 },
  );
  expect(shared).toBeGreaterThan(100);
});

test('calls at the same time share one reading, and later ones need none until the row changes', async () => {
  const table = createTable();
  const cache = createReadCache<string>(table.changes, bound);
  const read = async () => {
    table.reads++;
    return { value: `reading ${table.reads}`, sources: ['instance:1'] as const, bytes: 1 };
  };
  const get = () => cache.get('key', read);
  expect(await Promise.all([get(), get(), get()])).toEqual(['reading 1', 'reading 1', 'reading 1']);
  table.write(2, 1);
  expect(await get()).toBe('reading 1');
  table.write(1, 1);
  expect(await Promise.all([get(), get()])).toEqual(['reading 2', 'reading 2']);
});

test('what is not there, and what could not be read, is looked for again', async () => {
  const table = createTable();
  const cache = createReadCache<string>(table.changes, bound);
  expect(await cache.get('key', async () => undefined)).toBeUndefined();
  await expect(cache.get('key', () => Promise.reject(new Error('no database')))).rejects.toThrow('no database');
  expect(await cache.get('key', async () => ({ value: 'there', sources: [], bytes: 1 }))).toBe('there');
});

test('while changes are not known every call reads; what was kept is used again if nothing changed', async () => {
  const table = createTable();
  const cache = createReadCache<number>(table.changes, bound);
  const get = () => cache.get('key', async () => ({ value: ++table.reads, sources: ['instance:1'], bytes: 1 }));
  expect(await get()).toBe(1);
  table.known = false;
  expect([await get(), await get()]).toEqual([2, 3]);
  table.known = true;
  expect(await get()).toBe(1);
});

test('the bounds hold, and what is larger than all of it is not kept', async () => {
  const table = createTable();
  const cache = createReadCache<number>(table.changes, { entries: 3, bytes: 100 });
  const get = (key: string, bytes: number) =>
    cache.get(key, async () => ({ value: ++table.reads, sources: [], bytes }));
  for (const key of ['a', 'b', 'c', 'd']) await get(key, 1);
  expect(await get('b', 1)).toBe(2);
  expect(await get('a', 1)).toBe(5);
  await get('heavy', 99);
  expect(await get('a', 1)).toBe(5);
  expect(await get('b', 1)).toBe(7);
  await get('too heavy', 101);
  expect(await get('too heavy', 101)).toBe(9);
});
