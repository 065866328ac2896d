// CEQL to the conditions of WIQL, the query language of work items: what stands after WHERE.

import { joinConditions, numeralOf, soleValueOf, valuesOf } from './conditions.ts';
import { type Likeness, likenessOf } from './likeness.ts';
import { CeqlError, type CeqlValue, type Condition, type Expression } from './parse.ts';

/**
 * The text of a WHERE clause of WIQL, without the word. NULL is the empty text there, and LIKE is CONTAINS. Throws a
 * CeqlError for a field with brackets and for LIKE patterns other than `text` and `%text%`.
 */
export function toWiql(expression: Expression): string {
  return joinConditions(expression, { and: ' AND ', or: ' OR ' }, write);
}

function write(condition: Condition): string {
  const name = nameOf(condition.field);
  const { operator } = condition;
  const list = () => valuesOf(condition).map((value) => literal(condition, value));
  if (operator === 'isNull') return `${name} = ''`;
  if (operator === 'isNotNull') return `${name} <> ''`;
  if (operator === 'in') return `${name} IN (${list().join(', ')})`;
  if (operator === 'notIn') return `${name} NOT IN (${list().join(', ')})`;
  if (operator === 'like') return likeness(condition, name, likenessOf(condition), '=', 'CONTAINS');
  if (operator === 'notLike') return likeness(condition, name, likenessOf(condition), '<>', 'NOT CONTAINS');
  return `${name} ${operator === '!=' ? '<>' : operator} ${literal(condition, soleValueOf(condition))}`;
}

function likeness(condition: Condition, name: string, like: Likeness, equals: string, contains: string): string {
  if (like.kind === 'equals') return `${name} ${equals} ${quote(like.text)}`;
  if (like.kind === 'contains') return `${name} ${contains} ${quote(like.text)}`;
  throw new CeqlError(`WIQL cannot say how ${condition.field} begins or ends; use LIKE '%text%'`);
}

function literal(condition: Condition, value: CeqlValue): string {
  if (typeof value === 'number') return numeralOf(condition, value);
  return typeof value === 'boolean' ? String(value) : quote(value ?? '');
}

function quote(text: string): string {
  return `'${text.replaceAll("'", "''")}'`;
}

function nameOf(field: string): string {
  if (/^[^[\]\p{Cc}]+$/u.test(field)) return `[${field}]`;
  throw new CeqlError(`WIQL knows no field named ${field}; a name has no brackets`);
}
