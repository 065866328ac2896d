import { expect, test } from 'vitest';
import { Problem } from '../core/errors.ts';
import { createFilter } from './where.ts';

test('without a query everything passes', () => {
  expect(createFilter(undefined, [])('anything')).toBe(true);
});

test('a query is answered for the fields that may be asked for', () => {
  const passes = createFilter("name = 'x' or id > 5", ['id', 'name']);
  expect([{ name: 'x' }, { id: 6 }, { id: 5, name: 'y' }].map(passes)).toEqual([true, true, false]);
});

test.each([
  ['name =', "The where parameter cannot be read: Expected a value such as 'text', 12 or true at position 6."],
  ['secret = 1 and id = 2 or hash = 3', 'The where parameter knows id, name, but not secret, hash.'],
])('%s is refused as a problem of the caller', (where, message) => {
  expect(() => createFilter(where, ['id', 'name'])).toThrow(new Problem('badRequest', message));
});
