// CEQL to SOQL: a condition for a WHERE clause, or a whole SELECT statement.
// SOQL and SOSL Reference: "Quoted String Escape Sequences", "Date Formats and Date Literals", "Comparison Operators".

import { joinConditions, numeralOf, soleValueOf, valuesOf } from './conditions.ts';
import { momentOf } from './moment.ts';
import { CeqlError, type CeqlValue, type Condition, type Expression, type FieldOrder } from './parse.ts';

/** The parts of a SELECT statement. `conditions` are equalities that hold besides `where`; `limit` and `offset` count rows. */
export interface SoqlParts {
  object: string;
  fields: readonly string[];
  where?: Expression | undefined;
  conditions?: readonly { field: string; value: CeqlValue }[] | undefined;
  /** rows behind this value of a field */
  after?: { field: string; value: CeqlValue } | undefined;
  orderBy: readonly FieldOrder[];
  limit?: number | undefined;
  offset?: number | undefined;
}

/**
 * A whole statement. A field named twice is selected once. Throws a CeqlError for names that are no identifiers (with
 * relationships by dots), for no fields, and for limits that are no whole numbers.
 */
export function soqlStatement(parts: SoqlParts): string {
  const { object, where, conditions = [], after, orderBy, limit, offset } = parts;
  const fields = new Map(parts.fields.map((field) => [field.toLowerCase(), nameOf(field)]));
  if (fields.size === 0) throw new CeqlError(`Name at least one field of ${object}`);
  const clauses = conditions.map(({ field, value }) => write({ kind: 'condition', field, operator: '=', value }));
  if (after !== undefined) clauses.push(write({ kind: 'condition', operator: '>', ...after }));
  if (where !== undefined)
    clauses.push(where.kind === 'or' && clauses.length > 0 ? `(${toSoql(where)})` : toSoql(where));
  let statement = `SELECT ${[...fields.values()].join(', ')} FROM ${nameOf(object)}`;
  if (clauses.length > 0) statement += ` WHERE ${clauses.join(' AND ')}`;
  if (orderBy.length > 0) statement += ` ORDER BY ${orderBy.map(orderOf).join(', ')}`;
  if (limit !== undefined) statement += ` LIMIT ${countOf(limit)}`;
  if (offset !== undefined) statement += ` OFFSET ${countOf(offset)}`;
  return statement;
}

/**
 * The text of a WHERE clause, without the word. Text that is a date or a date-time (without a zone: UTC) is written
 * bare, as SOQL compares dates; LIKE takes `%` only. Throws a CeqlError for a field that is no identifier.
 */
export function toSoql(expression: Expression): string {
  return joinConditions(expression, { and: ' AND ', or: ' OR ' }, write);
}

function write(condition: Condition): string {
  const name = nameOf(condition.field);
  const { operator } = condition;
  const list = () => valuesOf(condition).map((value) => literal(condition, value));
  if (operator === 'isNull') return `${name} = null`;
  if (operator === 'isNotNull') return `${name} != null`;
  if (operator === 'in') return `${name} IN (${list().join(', ')})`;
  if (operator === 'notIn') return `${name} NOT IN (${list().join(', ')})`;
  if (operator === 'like') return `${name} LIKE ${pattern(soleValueOf(condition))}`;
  if (operator === 'notLike') return `(NOT ${name} LIKE ${pattern(soleValueOf(condition))})`;
  return `${name} ${operator} ${literal(condition, soleValueOf(condition))}`;
}

function literal(condition: Condition, value: CeqlValue): string {
  if (typeof value === 'number') return numeralOf(condition, value);
  if (typeof value !== 'string') return String(value);
  const moment = momentOf(value);
  if (moment === undefined) return `'${escaped(value)}'`;
  return moment.time === undefined ? value : `${moment.date}T${moment.time}${moment.zone ?? 'Z'}`;
}

/** `_` stands for any one character in SOQL, for itself in CEQL. */
function pattern(value: CeqlValue): string {
  return `'${escaped(String(value ?? '')).replaceAll('_', '\\_')}'`;
}

const special = /[\\'\p{Cc}\u2028\u2029]/gu;
const escapes: Record<string, string> = {
  '\\': '\\\\',
  "'": "\\'",
  '\n': '\\n',
  '\r': '\\r',
  '\t': '\\t',
  '\b': '\\b',
  '\f': '\\f',
};

function escaped(text: string): string {
  return text.replace(
    special,
    (character) => escapes[character] ?? `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}

function nameOf(name: string): string {
  if (/^[A-Za-z]\w*(?:\.[A-Za-z]\w*)*$/.test(name)) return name;
  throw new CeqlError(`SOQL knows no object or field named ${name}; its names are letters, digits and _`);
}

function orderOf({ field, descending }: FieldOrder): string {
  return descending ? `${nameOf(field)} DESC` : nameOf(field);
}

function countOf(count: number): string {
  if (Number.isSafeInteger(count) && count >= 0) return String(count);
  throw new CeqlError(`SOQL counts rows in whole numbers, not ${count}`);
}
