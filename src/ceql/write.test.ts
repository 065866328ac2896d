import fc from 'fast-check';
import { expect, test } from 'vitest';
import { type Condition, type Expression, parseOrderBy, parseWhere } from './parse.ts';
import { writeOrderBy, writeWhere } from './write.ts';

const field = fc.oneof(
  fc.constantFrom('name', 'a.b', 'and', 'a b', 'Größe', 'null', 'x[0].y', 'a-b'),
  fc.string({ minLength: 1 }).filter((text) => !text.includes('`')),
);
const scalar = fc
  .oneof(
    fc.string(),
    fc.boolean(),
    fc.constant(null),
    fc.integer(),
    fc.double({ noNaN: true, noDefaultInfinity: true }).map((value) => (value === 0 ? 0 : value)),
  )
  .filter((value) => typeof value !== 'number' || !Number.isInteger(value) || Number.isSafeInteger(value));
const condition: fc.Arbitrary<Condition> = fc.oneof(
  fc.record({
    kind: fc.constant('condition' as const),
    field,
    operator: fc.constantFrom<Condition['operator'][]>('=', '!=', '<', '>', '<=', '>=', 'like', 'notLike'),
    value: scalar,
  }),
  fc.record({
    kind: fc.constant('condition' as const),
    field,
    operator: fc.constantFrom<Condition['operator'][]>('in', 'notIn'),
    value: fc.array(scalar, { minLength: 1, maxLength: 4 }),
  }),
  fc.record({
    kind: fc.constant('condition' as const),
    field,
    operator: fc.constantFrom<Condition['operator'][]>('isNull', 'isNotNull'),
    value: fc.constant(null),
  }),
);
const { expression } = fc.letrec<{ expression: Expression }>((tie) => ({
  expression: fc.oneof(
    { maxDepth: 5 },
    condition,
    fc.record({
      kind: fc.constantFrom('and' as const, 'or' as const),
      left: tie('expression'),
      right: tie('expression'),
    }),
  ),
}));

test('what is written is read as the same expression', () => {
  fc.assert(
    fc.property(expression, (given) => {
      expect(parseWhere(writeWhere(given))).toEqual(given);
    }),
  );
});

test('orders are read as they were written', () => {
  fc.assert(
    fc.property(fc.array(fc.record({ field, descending: fc.boolean() }), { minLength: 1 }), (orders) => {
      expect(parseOrderBy(writeOrderBy(orders))).toEqual(orders);
    }),
  );
});

test('only the parentheses that are needed are written', () => {
  expect(writeWhere(parseWhere("a = 1 AND (b = 'x' OR c IN (1, 2)) AND d IS NOT NULL"))).toBe(
    "a = 1 AND (b = 'x' OR c IN (1, 2)) AND d IS NOT NULL",
  );
  expect(writeWhere(parseWhere('a = 1 and b = 2 or c = 3'))).toBe('a = 1 AND b = 2 OR c = 3');
});
