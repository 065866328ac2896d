// The negations of LIKE and IN over records; the other operators are tested with the paths of records (test/where).

import { expect, test } from 'vitest';
import { fulfils } from './match.ts';
import { parseWhere } from './parse.ts';

const record: Record<string, unknown> = { name: 'Acme', size: 12, none: null };

test.each([
  ["name not like 'ac%'", false],
  ["name not like '%x%'", true],
  ["none not like '%x%'", false],
  ["name not in ('Acme', 'Bolt')", false],
  ["name not in ('Bolt')", true],
  ['size not in (11, 13)', true],
  ['none not in (1, null)', false],
  ['none not in (1)', true],
])('%s is %s', (where, result) => {
  expect(fulfils((field) => record[field], parseWhere(where))).toBe(result);
});
