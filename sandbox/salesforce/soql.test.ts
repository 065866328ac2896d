// Reading SOQL: the documented grammar, and where a statement is refused.

import fc from 'fast-check';
import { expect, test } from 'vitest';
import { Refusal } from './errors.ts';
import { type Condition, parseSoql } from './soql.ts';

function whereOf(text: string): Condition | undefined {
  return parseSoql(`SELECT Id FROM Account WHERE ${text}`).where;
}

function refusalOf(statement: string): Refusal {
  try {
    parseSoql(statement);
  } catch (error) {
    if (error instanceof Refusal) return error;
    throw error;
  }
  throw new Error(`${statement} was read`);
}

test('a whole statement is read, key words in any case', () => {
  expect(
    parseSoql(
      'select Id, Owner.Name from Account where Name != null order by Name desc nulls last, Id limit 5 offset 10',
    ),
  ).toMatchObject({
    count: false,
    fields: [{ text: 'Id' }, { text: 'Owner.Name' }],
    object: { text: 'Account' },
    where: { kind: 'compare', field: { text: 'Name' }, operator: '!=', literals: [{ type: 'null' }] },
    orderBy: [
      { field: { text: 'Name' }, descending: true, nullsLast: true },
      { field: { text: 'Id' }, descending: false, nullsLast: false },
    ],
    limit: 5,
    offset: 10,
  });
  expect(parseSoql('SELECT COUNT() FROM Account')).toMatchObject({
    count: true,
    fields: [],
    limit: undefined,
    offset: 0,
  });
});

test('conditions nest in parentheses', () => {
  expect(whereOf("(A = 1 OR B = true) AND (NOT C IN ('x', 'y')) AND D NOT IN (2)")).toMatchObject({
    kind: 'and',
    conditions: [
      { kind: 'or', conditions: [{ operator: '=' }, { literals: [{ type: 'boolean', value: true }] }] },
      { kind: 'not', condition: { operator: 'IN', literals: [{ value: 'x' }, { value: 'y' }] } },
      { operator: 'NOT IN', literals: [{ type: 'number', value: 2 }] },
    ],
  });
  expect(whereOf('A >= 2024-01-31 AND B < 2024-01-31T10:00:00+01:00')).toMatchObject({
    conditions: [
      { literals: [{ type: 'date', value: '2024-01-31' }] },
      { literals: [{ type: 'datetime', value: Date.parse('2024-01-31T09:00:00Z') }] },
    ],
  });
});

test('any text survives being quoted', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), (text) => {
      const quoted = `'${text.replace(/[\\']/g, '\\$&').replace(/\n/g, '\\n').replace(/\r/g, '\\r')}'`;
      expect(whereOf(`Name = ${quoted}`)).toMatchObject({ literals: [{ type: 'string', value: text }] });
    }),
  );
});

test.each([
  ["'Ter%'", 'Terra', true],
  ["'Ter%'", 'a Terra', false],
  ["'ter_'", 'TERN', true],
  ["'Ter\\%'", 'Ter%', true],
  ["'Ter\\%'", 'Terra', false],
  ["'a.c'", 'abc', false],
  ["'%\\\\%'", 'back\\slash', true],
  ["'%\\\\%'", 'slash', false],
])('LIKE %s and %s: %s', (pattern, text, matches) => {
  const condition = whereOf(`Name LIKE ${pattern}`);
  const [literal] = condition?.kind === 'compare' ? condition.literals : [];
  expect(literal?.type === 'like' && literal.value.test(text)).toBe(matches);
});

test.each([
  ['SELECT Id', "unexpected token: '<EOF>'", 10],
  ['SELECT FROM Account', "unexpected token: 'FROM'", 8],
  ['SELECT Id FROM Account WHERE A = 1 AND B = 2 OR C = 3', "unexpected token: 'OR'", 46],
  ['SELECT Id FROM Account WHERE A = 1 AND NOT B = 2', "unexpected token: 'NOT'", 40],
  ["SELECT Id FROM Account WHERE Name = 'open", 'expecting a single quote', 37],
  ["SELECT Id FROM Account WHERE Name = 'O'Neill'", 'expecting a single quote', 45],
  ["SELECT Id FROM Account WHERE Name = 'a\\z'", "Illegal character sequence '\\z'", 37],
  ["SELECT Id FROM Account WHERE Name = 'a\\%'", "Illegal character sequence '\\%'", 37],
  ['SELECT Id FROM Account WHERE Name = "a"', `unexpected char: '"'`, 37],
  ['SELECT Id FROM Account LIMIT many', "unexpected token: 'many'", 30],
  ['SELECT Id FROM Account LIMIT 1; DELETE', "unexpected char: ';'", 31],
])('%s is malformed', (statement, reason, column) => {
  const { errorCode, status, message } = refusalOf(statement);
  expect([status, errorCode]).toEqual([400, 'MALFORMED_QUERY']);
  expect(message).toContain(reason);
  expect(message).toContain(`Column:${column}\n`);
});

test('an offset above 2000 is out of range', () => {
  expect(parseSoql('SELECT Id FROM Account LIMIT 1 OFFSET 2000').offset).toBe(2000);
  const { errorCode, message } = refusalOf('SELECT Id FROM Account LIMIT 1 OFFSET 2001');
  expect([errorCode, message]).toEqual(['NUMBER_OUTSIDE_VALID_RANGE', 'Maximum SOQL offset allowed is 2000']);
});
