// Walks an expression for the converters: joins its conditions into one text, or takes them as a list of ANDs.

import { CeqlError, type CeqlValue, type Condition, type Expression } from './parse.ts';

/** What stands between two conditions in a target syntax. */
export interface Joints {
  and: string;
  or: string;
}

/**
 * Writes an expression with `write` for each condition. A junction inside another kind of junction is put into
 * parentheses, also where AND would bind closer anyway: some targets demand it.
 */
export function joinConditions(
  expression: Expression,
  joints: Joints,
  write: (condition: Condition) => string,
): string {
  if (expression.kind === 'condition') return write(expression);
  const { kind, left, right } = expression;
  const side = (child: Expression) => {
    const text = joinConditions(child, joints, write);
    return child.kind === 'condition' || child.kind === kind ? text : `(${text})`;
  };
  return `${side(left)}${joints[kind]}${side(right)}`;
}

/** The conditions of an expression that has no OR, in its order. Throws a CeqlError that names the syntax if it has one. */
export function conjunctionOf(expression: Expression, syntax: string): Condition[] {
  if (expression.kind === 'condition') return [expression];
  if (expression.kind === 'or') throw new CeqlError(`${syntax} cannot express OR; ask once for each side of it`);
  return [...conjunctionOf(expression.left, syntax), ...conjunctionOf(expression.right, syntax)];
}

/** The values of a condition as a list: those of `in` and `notIn`, or the only one. */
export function valuesOf(condition: Condition): CeqlValue[] {
  return Array.isArray(condition.value) ? condition.value : [condition.value];
}

/** The only value of a condition. Throws a CeqlError for a list, which only `in` and `notIn` may have. */
export function soleValueOf(condition: Condition): CeqlValue {
  if (!Array.isArray(condition.value)) return condition.value;
  throw new CeqlError(`${condition.field} cannot be compared to a list; use IN`);
}

/** The written form of a number, boolean or text. Throws a CeqlError for NULL, which the syntax has no word for. */
export function textOf(condition: Condition, value: CeqlValue, syntax: string): string {
  if (value === null) throw new CeqlError(`${syntax} cannot compare ${condition.field} to NULL`);
  return typeof value === 'number' ? numeralOf(condition, value) : String(value);
}

/** The digits of a number. Throws a CeqlError for one that is not finite. */
export function numeralOf(condition: Condition, value: number): string {
  if (!Number.isFinite(value)) throw new CeqlError(`The value of ${condition.field} is no number`);
  return String(value);
}
