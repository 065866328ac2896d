// Decides whether a record fulfils a `where` expression; used for the lists that the platform keeps itself.

import type { CeqlValue, Condition, Expression } from './parse.ts';

/**
 * Whether a record fulfils an expression; `read` gives the record's value of a field. Text and other values are compared
 * by their written form.
 */
export function fulfils(read: (field: string) => unknown, expression: Expression): boolean {
  if (expression.kind !== 'condition') {
    const { kind, left, right } = expression;
    return kind === 'and' ? fulfils(read, left) && fulfils(read, right) : fulfils(read, left) || fulfils(read, right);
  }
  return meets(read(expression.field) ?? null, expression);
}

function meets(actual: unknown, condition: Condition): boolean {
  const { operator, value } = condition;
  if (operator === 'isNull') return actual === null;
  if (operator === 'isNotNull') return actual !== null;
  if (Array.isArray(value)) return value.some((one) => equal(actual, one)) === (operator === 'in');
  if (operator === '=') return equal(actual, value);
  if (operator === '!=') return !equal(actual, value);
  if (actual === null || value === null) return false;
  if (operator === 'like') return isLike(String(actual), String(value));
  if (operator === 'notLike') return !isLike(String(actual), String(value));
  const order = compare(actual, value);
  if (operator === '<') return order < 0;
  if (operator === '>') return order > 0;
  return operator === '<=' ? order <= 0 : order >= 0;
}

function equal(actual: unknown, wanted: CeqlValue): boolean {
  if (actual === null || wanted === null) return actual === wanted;
  return String(actual) === String(wanted);
}

function compare(actual: unknown, wanted: CeqlValue): number {
  const numbers = [Number(actual), Number(wanted)] as const;
  if (numbers.every(Number.isFinite)) return numbers[0] - numbers[1];
  const [a, b] = [String(actual), String(wanted)];
  if (a === b) return 0;
  return a < b ? -1 : 1;
}

/** Whether a text has the form of a pattern in which `%` stands for anything; in linear time, in any case. */
function isLike(text: string, pattern: string): boolean {
  const rest = text.toLowerCase();
  const [first = '', ...others] = pattern.toLowerCase().split('%');
  const last = others.pop();
  if (last === undefined) return rest === first;
  if (!rest.startsWith(first)) return false;
  let position = first.length;
  for (const part of others) {
    const found = rest.indexOf(part, position);
    if (found < 0) return false;
    position = found + part.length;
  }
  return rest.length - last.length >= position && rest.endsWith(last);
}

/** The fields that an expression asks for, in its order. */
export function fieldsOf(expression: Expression): string[] {
  return expression.kind === 'condition'
    ? [expression.field]
    : [...fieldsOf(expression.left), ...fieldsOf(expression.right)];
}
