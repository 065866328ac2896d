// CEQL as text again: what was read by parse.ts and changed, as vendors' calls take it.

import type { CeqlValue, Condition, Expression, FieldOrder } from './parse.ts';
import { symbolOf } from './parse.ts';

const bareField = /^[\p{L}_@$][\p{L}\p{N}_.@$[\]-]*$/u;
const keywords = new Set([
  'and',
  'or',
  'not',
  'in',
  'like',
  'is',
  'null',
  'true',
  'false',
  'asc',
  'desc',
  'order',
  'limit',
]);

/** A `where` that `parseWhere` reads as the same expression. */
export function writeWhere(expression: Expression): string {
  if (expression.kind === 'condition') return writeCondition(expression);
  const { kind, left, right } = expression;
  // AND binds closer, and both are read from the left: only what differs from that needs parentheses.
  const first = kind === 'and' && left.kind === 'or' ? `(${writeWhere(left)})` : writeWhere(left);
  const second = right.kind === 'condition' ? writeWhere(right) : `(${writeWhere(right)})`;
  return `${first} ${kind === 'and' ? 'AND' : 'OR'} ${second}`;
}

/** An `orderBy` that `parseOrderBy` reads as the same orders. */
export function writeOrderBy(orders: readonly FieldOrder[]): string {
  return orders.map(({ field, descending }) => `${writeField(field)}${descending ? ' desc' : ''}`).join(',');
}

function writeCondition({ field, operator, value }: Condition): string {
  const start = `${writeField(field)} ${symbolOf(operator)}`;
  if (operator === 'isNull' || operator === 'isNotNull') return start;
  if (Array.isArray(value)) return `${start} (${value.map(writeValue).join(', ')})`;
  return `${start} ${writeValue(value)}`;
}

function writeField(field: string): string {
  return bareField.test(field) && !keywords.has(field.toLowerCase()) ? field : `\`${field}\``;
}

function writeValue(value: CeqlValue): string {
  return typeof value === 'string' ? `'${value.replaceAll("'", "''")}'` : String(value);
}
