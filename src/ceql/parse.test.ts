import fc from 'fast-check';
import { expect, test } from 'vitest';
import { CeqlError, type CeqlValue, type Condition, type Expression, parseWhere } from './parse.ts';

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
  ['a = 2020-01-01', 'Unexpected character', 4],
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
  const printed = Array.isArray(value) ? `(${value.map(printValue).join(',')})` : printValue(value);
  return `${name} ${operator} ${printed}`;
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
  fc
    .tuple(fc.integer({ min: -999, max: 999 }), fc.integer({ min: 1, max: 999 }))
    .map(([whole, part]) => Number(`${whole}.${part}`)),
  fc.boolean(),
  fc.constant(null),
);
const condition: fc.Arbitrary<Expression> = fc.oneof(
  fc
    .tuple(field, fc.constantFrom<Condition['operator']>('=', '!=', '<', '>', '<=', '>=', 'like'), value)
    .map(([f, o, v]) => is(f, o, v)),
  fc.tuple(field, fc.array(value, { minLength: 1, maxLength: 4 })).map(([f, v]) => is(f, 'in', v)),
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
    const started = performance.now();
    try {
      parseWhere(text);
    } catch (error) {
      expect(error).toBeInstanceOf(CeqlError);
    }
    return (performance.now() - started) / 1000;
  };
  seconds(20_000);
  expect(seconds(200_000)).toBeLessThan(1);
});

test('parentheses are allowed a hundred deep', () => {
  const nested = (depth: number) => `${'('.repeat(depth)}a = 1${')'.repeat(depth)}`;
  expect(parseWhere(nested(100))).toEqual(a);
  expect(() => parseWhere(nested(101))).toThrow('Too many parentheses at position 100');
});
