import fc from 'fast-check';
import { expect, test } from 'vitest';
import {
  CeqlError,
  type CeqlValue,
  type Condition,
  conditionsOf,
  type Expression,
  parseFields,
  parseOrderBy,
  parseQuery,
  parseWhere,
} from './parse.ts';

const is = (field: string, operator: Condition['operator'], value: Condition['value']): Condition => ({
  kind: 'condition',
  field,
  operator,
  value,
});
const [a, b, c] = [is('a', '=', 1), is('b', '=', 2), is('c', '=', 3)];

test.each<[string, Expression]>([
  ["name = 'x'", is('name', '=', 'x')],
  ["name='it''s'", is('name', '=', "it's")],
  ["name = ''", is('name', '=', '')],
  ["name = ''''", is('name', '=', "'")],
  ['a != -1.5', is('a', '!=', -1.5)],
  ['a <> 1', is('a', '!=', 1)],
  ['a<1', is('a', '<', 1)],
  ['a >= 10', is('a', '>=', 10)],
  ['a <= 0', is('a', '<=', 0)],
  ['a > 0', is('a', '>', 0)],
  ['active = TRUE', is('active', '=', true)],
  ['active = false', is('active', '=', false)],
  ['x = null', is('x', '=', null)],
  ["n LIKE '%x%'", is('n', 'like', '%x%')],
  ["n like 'x'", is('n', 'like', 'x')],
  ["k IN ('a','b', 3)", is('k', 'in', ['a', 'b', 3])],
  ['k in (null)', is('k', 'in', [null])],
  ['x IS NULL', is('x', 'isNull', null)],
  ['x is not Null', is('x', 'isNotNull', null)],
  ["a.b.c = 'x'", is('a.b.c', '=', 'x')],
  ["`a.b c` = 'x'", is('a.b c', '=', 'x')],
  ["`and` = 'x'", is('and', '=', 'x')],
  ["items[0].id = 'x'", is('items[0].id', '=', 'x')],
  ['a = 1 AND b = 2', { kind: 'and', left: a, right: b }],
  ['a = 1 and b = 2 AnD c = 3', { kind: 'and', left: { kind: 'and', left: a, right: b }, right: c }],
  ['a = 1 OR b = 2 AND c = 3', { kind: 'or', left: a, right: { kind: 'and', left: b, right: c } }],
  ['(a = 1 OR b = 2) AND c = 3', { kind: 'and', left: { kind: 'or', left: a, right: b }, right: c }],
  ['((a=1))', a],
  ['  a\t=\n1  ', a],
  ['order = 1', is('order', '=', 1)],
  ['a > 2020-01-01', is('a', '>', '2020-01-01')],
  ['a>=2020-01-01T10:00:00Z', is('a', '>=', '2020-01-01T10:00:00Z')],
  ['a < 2020-01-01T10:00:00.123+0200', is('a', '<', '2020-01-01T10:00:00.123+0200')],
  ['a in (2020-01-01,2020-02-01)', is('a', 'in', ['2020-01-01', '2020-02-01'])],
  ["n NOT LIKE '%x%'", is('n', 'notLike', '%x%')],
  ["k not  in ('a')", is('k', 'notIn', ['a'])],
  ['größe = 1', is('größe', '=', 1)],
  ["`6` = 'x'", is('6', '=', 'x')],
  ['a = 9007199254740991', is('a', '=', 9007199254740991)],
  ['a = 9007199254740993', is('a', '=', '9007199254740993')],
  ['a = 007', is('a', '=', '007')],
  ['a = -0', is('a', '=', 0)],
  ['a = 1.50', is('a', '=', 1.5)],
  ['a = 1e3', is('a', '=', 1000)],
  ['a = 1e999', is('a', '=', '1e999')],
])('%s is read', (text, expression) => {
  expect(parseWhere(text)).toEqual(expression);
});

test.each([
  ['', 'Expected a field name', 0],
  ['   ', 'Expected a field name', 3],
  ['a', 'Expected one of = != < > <= >= LIKE IN IS', 1],
  ['a 1', 'Expected one of', 2],
  ['a =', 'Expected a value', 3],
  ['a = b', 'Expected a value', 4],
  ['a = 1 b = 2', 'Expected AND, OR or the end', 6],
  ['a = 1 AND', 'Expected a field name', 9],
  ['(a = 1', 'Expected )', 6],
  ['a = 1)', 'Expected AND, OR or the end', 5],
  ["a = 'x", 'The text that begins here has no end', 4],
  ['a = 1;', 'Unexpected character', 5],
  ['a = "x"', 'Unexpected character', 4],
  ['a = 12ab', 'Unexpected character', 4],
  ['a = 2020-01-01x', 'Unexpected character', 4],
  ['a = 2020-01-01T10', 'Unexpected character', 4],
  ['2020-01-01 = 1', 'Expected a field name', 0],
  ['a not 1', 'Expected LIKE or IN', 6],
  ['a not in 1', 'Expected (', 9],
  ['a = *', 'Expected a value', 4],
  ['a in 1', 'Expected (', 5],
  ['a in ()', 'Expected a value', 6],
  ["a in ('x' 'y')", 'Expected )', 10],
  ['a is 1', 'Expected NULL', 5],
  ['= 1', 'Expected a field name', 0],
  ["'a' = 1", 'Expected a field name', 0],
  ['`a = 1', 'Unexpected character', 0],
])('%j is refused, and where', (text, message, position) => {
  expect(() => parseWhere(text)).toThrow(CeqlError);
  expect(() => parseWhere(text)).toThrow(expect.objectContaining({ position }));
  expect(() => parseWhere(text)).toThrow(`${message}`);
});

const keyword = /^(and|or|not|like|in|is|null|true|false)$/i;

/** Writes an expression down, with no more parentheses than needed, or with all. */
function print(expression: Expression, all: boolean): string {
  if (expression.kind === 'condition') return printCondition(expression);
  const { kind, left, right } = expression;
  const wrap = (child: Expression, needed: boolean) => (all || needed ? `(${print(child, all)})` : print(child, all));
  const leftNeeds = kind === 'and' && left.kind === 'or';
  const rightNeeds = right.kind === kind || (kind === 'and' && right.kind === 'or');
  return `${wrap(left, leftNeeds)} ${kind.toUpperCase()} ${wrap(right, rightNeeds)}`;
}
function printCondition({ field, operator, value }: Condition): string {
  const name = /^[A-Za-z_@][\w.@]*$/.test(field) && !keyword.test(field) ? field : `\`${field}\``;
  if (operator === 'isNull') return `${name} IS NULL`;
  if (operator === 'isNotNull') return `${name} is not null`;
  const sign = operator === 'notLike' ? 'not like' : operator === 'notIn' ? 'NOT IN' : operator;
  const printed = Array.isArray(value) ? `(${value.map(printValue).join(',')})` : printValue(value);
  return `${name} ${sign} ${printed}`;
}
function printValue(value: CeqlValue): string {
  return typeof value === 'string' ? `'${value.replaceAll("'", "''")}'` : String(value);
}

const field = fc.oneof(
  fc.stringMatching(/^[A-Za-z_@][\w.@]{0,6}$/),
  fc.string({ minLength: 1 }).map((text) => text.replaceAll('`', '_')),
);
const value: fc.Arbitrary<CeqlValue> = fc.oneof(
  fc.string({ unit: 'grapheme' }),
  fc.integer(),
  fc.double({ noNaN: true, noDefaultInfinity: true, min: -1e15, max: 1e15 }).map((number) => number + 0),
  fc
    .tuple(fc.integer({ min: -999, max: 999 }), fc.integer({ min: 1, max: 999 }))
    .map(([whole, part]) => Number(`${whole}.${part}`)),
  fc.boolean(),
  fc.constant(null),
);
const condition: fc.Arbitrary<Expression> = fc.oneof(
  fc
    .tuple(field, fc.constantFrom<Condition['operator']>('=', '!=', '<', '>', '<=', '>=', 'like', 'notLike'), value)
    .map(([f, o, v]) => is(f, o, v)),
  fc
    .tuple(
      field,
      fc.constantFrom<Condition['operator']>('in', 'notIn'),
      fc.array(value, { minLength: 1, maxLength: 4 }),
    )
    .map(([f, o, v]) => is(f, o, v)),
  fc.tuple(field, fc.constantFrom<Condition['operator']>('isNull', 'isNotNull')).map(([f, o]) => is(f, o, null)),
);
const { expression } = fc.letrec<{ expression: Expression }>((tie) => ({
  expression: fc.oneof(
    { maxDepth: 6, depthIdentifier: 'expression' },
    condition,
    fc.record({ kind: fc.constantFrom<'and' | 'or'>('and', 'or'), left: tie('expression'), right: tie('expression') }),
  ),
}));

test('an expression that is written down and read back is the same', () => {
  fc.assert(
    fc.property(expression, fc.boolean(), (tree, all) => {
      expect(parseWhere(print(tree, all))).toEqual(tree);
    }),
    { numRuns: 300 },
  );
});

test('any text is read, or refused with a position inside it', () => {
  const piece = fc.constantFrom(
    'a',
    ' ',
    '=',
    "'",
    "''",
    '`',
    '(',
    ')',
    ',',
    'and',
    ' or ',
    'in',
    'is',
    'null',
    '1',
    '.',
    '-',
    '<',
    '\u0000',
  );
  fc.assert(
    fc.property(
      fc.oneof(
        fc.string({ unit: 'binary' }),
        fc.array(piece).map((pieces) => pieces.join('')),
      ),
      (text) => {
        try {
          parseWhere(text);
        } catch (error) {
          expect(error).toBeInstanceOf(CeqlError);
          const { position } = error as CeqlError;
          expect(position).toBeGreaterThanOrEqual(0);
          expect(position).toBeLessThanOrEqual(text.length);
        }
      },
    ),
    { numRuns: 1000 },
  );
});

test.each([
  ['spaces', (size: number) => ' '.repeat(size)],
  ['quotes', (size: number) => `a = ${"'".repeat(size)}`],
  ['a text without end', (size: number) => `a = '${'x'.repeat(size)}`],
  ['a long text', (size: number) => `a = '${'x'.repeat(size)}'`],
  ['digits', (size: number) => `a = ${'1'.repeat(size)}x`],
  ['parentheses', (size: number) => '('.repeat(size)],
  ['a long word', (size: number) => 'a.'.repeat(size)],
  ['backticks', (size: number) => `\`${'x'.repeat(size)}`],
  ['commas', (size: number) => `a in (${'1,'.repeat(size)}`],
  ['many conditions', (size: number) => 'a = 1 and '.repeat(size / 10)],
])('hostile input is done with in linear time: %s', (_what, make) => {
  const seconds = (size: number) => {
    const text = make(size);
    // The time that this process computes, which others on the machine do not lengthen.
    const started = process.cpuUsage();
    try {
      parseWhere(text);
    } catch (error) {
      expect(error).toBeInstanceOf(CeqlError);
    }
    const { user, system } = process.cpuUsage(started);
    return (user + system) / 1e6;
  };
  seconds(20_000);
  expect(seconds(200_000)).toBeLessThan(1);
});

test('parentheses are allowed a hundred deep', () => {
  const nested = (depth: number) => `${'('.repeat(depth)}a = 1${')'.repeat(depth)}`;
  expect(parseWhere(nested(100))).toEqual(a);
  expect(() => parseWhere(nested(101))).toThrow('Too many parentheses at position 100');
});

test.each<[string, ReturnType<typeof parseOrderBy>]>([
  ['a', [{ field: 'a', descending: false }]],
  ['a asc', [{ field: 'a', descending: false }]],
  [
    'a DESC, `b c` Asc,d.e',
    [
      { field: 'a', descending: true },
      { field: 'b c', descending: false },
      { field: 'd.e', descending: false },
    ],
  ],
  ['desc desc', [{ field: 'desc', descending: true }]],
])('the order %j is read', (text, orders) => {
  expect(parseOrderBy(text)).toEqual(orders);
});

test.each([
  ['', 'Expected a field name', 0],
  ['a up', 'Expected asc, desc, a comma or the end', 2],
  ['a,', 'Expected a field name', 2],
  ['a desc asc', 'Expected asc, desc', 7],
  ['a desc, (select 1)', 'Expected a field name', 8],
])('the order %j is refused, and where', (text, message, position) => {
  expect(() => parseOrderBy(text)).toThrow(message);
  expect(() => parseOrderBy(text)).toThrow(expect.objectContaining({ position }));
});

test('a list of fields is read, with backticks where names need them', () => {
  expect(parseFields('id, name,`a,b`,address.city')).toEqual(['id', 'name', 'a,b', 'address.city']);
  expect(() => parseFields('id name')).toThrow('Expected a comma or the end at position 3');
  expect(() => parseFields('id,')).toThrow('Expected a field name at position 3');
});

const nothing = { fields: undefined, object: undefined, where: undefined, orderBy: [], limit: undefined };

test.each([
  ['', nothing],
  ['select * from Account', { ...nothing, object: 'Account' }],
  ['SELECT id, name FROM a WHERE a = 1', { ...nothing, fields: ['id', 'name'], object: 'a', where: a }],
  ['where a = 1 limit 5', { ...nothing, where: a, limit: 5 }],
  [
    'select id from x where a = 1 and b = 2 order by c desc limit 10',
    {
      fields: ['id'],
      object: 'x',
      where: { kind: 'and', left: a, right: b },
      orderBy: [{ field: 'c', descending: true }],
      limit: 10,
    },
  ],
])('the query %j is read', (text, query) => {
  expect(parseQuery(text)).toEqual(query);
});

test.each([
  ['select from x', 'Expected FROM', 12],
  ['select * x', 'Expected FROM', 9],
  ['select * from', 'Expected a field name', 13],
  ['order a', 'Expected BY', 6],
  ['limit x', 'Expected a whole number', 6],
  ['limit -1', 'Expected a whole number', 6],
  ['limit 1.5', 'Expected a whole number', 6],
  ['limit 1 where a = 1', 'Expected WHERE, ORDER BY, LIMIT or the end', 8],
])('the query %j is refused, and where', (text, message, position) => {
  expect(() => parseQuery(text)).toThrow(message);
  expect(() => parseQuery(text)).toThrow(expect.objectContaining({ position }));
});

test('hooks see the conditions as a flat list', () => {
  expect(
    conditionsOf(
      parseWhere("(a = 'x' or b != 2) and c in (1,'2') and d not like 'e%' and f is not null and g <= null"),
    ),
  ).toEqual([
    { attribute: 'a', operator: '=', value: 'x' },
    { attribute: 'b', operator: '!=', value: 2 },
    { attribute: 'c', operator: 'IN', value: [1, '2'] },
    { attribute: 'd', operator: 'NOT LIKE', value: 'e%' },
    { attribute: 'f', operator: 'IS NOT NULL', value: null },
    { attribute: 'g', operator: '<=', value: null },
  ]);
});

test('a thousand conditions are allowed', () => {
  const many = (count: number) => Array(count).fill('a = 1').join(' and ');
  expect(conditionsOf(parseWhere(many(1000)))).toHaveLength(1000);
  expect(() => parseWhere(many(1001))).toThrow('More than 1000 conditions at position 10000');
});
