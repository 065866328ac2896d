// Decides whether a record fulfils a `where` expression; used for the lists that the platform keeps itself.

import { Problem } from '../core/errors.ts';
import { valueAt } from '../core/http.ts';
import { CeqlError, type CeqlValue, type Condition, type Expression, parseWhere } from './parse.ts';

/**
 * Makes a filter from a `where` parameter (none: everything passes). Only `fields` may be asked for.
 * Throws a Problem for a query that cannot be read or names another field.
 */
export function createFilter(where: string | undefined, fields: readonly string[]): (record: unknown) => boolean {
  if (where === undefined) return () => true;
  let expression: Expression;
  try {
    expression = parseWhere(where);
  } catch (error) {
    if (!(error instanceof CeqlError)) throw error;
    throw new Problem('badRequest', `The where parameter cannot be read: ${error.message}.`);
  }
  const unknown = fieldsOf(expression).filter((field) => !fields.includes(field));
  if (unknown.length > 0) {
    throw new Problem('badRequest', `The where parameter knows ${fields.join(', ')}, but not ${unknown.join(', ')}.`);
  }
  return (record) => fulfils(record, expression);
}

/** Whether a record fulfils an expression. Text and other values are compared by their written form. */
export function fulfils(record: unknown, expression: Expression): boolean {
  if (expression.kind !== 'condition') {
    const { kind, left, right } = expression;
    return kind === 'and'
      ? fulfils(record, left) && fulfils(record, right)
      : fulfils(record, left) || fulfils(record, right);
  }
  return meets(valueAt(record, expression.field) ?? null, expression);
}

function meets(actual: unknown, condition: Condition): boolean {
  const { operator, value } = condition;
  if (operator === 'isNull') return actual === null;
  if (operator === 'isNotNull') return actual !== null;
  if (Array.isArray(value)) return value.some((one) => equal(actual, one));
  if (operator === '=') return equal(actual, value);
  if (operator === '!=') return !equal(actual, value);
  if (actual === null || value === null) return false;
  if (operator === 'like') return isLike(String(actual), String(value));
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

function fieldsOf(expression: Expression): string[] {
  return expression.kind === 'condition'
    ? [expression.field]
    : [...fieldsOf(expression.left), ...fieldsOf(expression.right)];
}
