// CEQL to queries of the form {'6'.EX.'value'}AND{'7'.CT.'part'}.

import { joinConditions, soleValueOf, textOf, valuesOf } from './conditions.ts';
import { likenessOf } from './likeness.ts';
import { momentOf } from './moment.ts';
import { CeqlError, type CeqlValue, type Condition, type Expression } from './parse.ts';

const syntax = "A query of the form {'field'.EX.'value'}";

/**
 * The text of a query. Dates compare by BF, OBF, AF and OAF, other values by LT, LTE, GT and GTE; NULL is the empty text.
 * Throws a CeqlError for values with quotes, braces, backslashes or the word OR, for which the syntax documents no
 * escape, for fields that are no id or name, and for patterns that end only.
 */
export function toQuickbase(expression: Expression): string {
  return joinConditions(expression, { and: 'AND', or: 'OR' }, write);
}

const comparisons = { '<': 'LT', '<=': 'LTE', '>': 'GT', '>=': 'GTE' } as const;
const dateComparisons = { '<': 'BF', '<=': 'OBF', '>': 'AF', '>=': 'OAF' } as const;

function write(condition: Condition): string {
  const { operator } = condition;
  const is = (value: CeqlValue) => triple(condition, 'EX', value);
  const isNot = (value: CeqlValue) => triple(condition, 'XEX', value);
  if (operator === 'in') return group(valuesOf(condition).map(is), 'OR');
  if (operator === 'notIn') return group(valuesOf(condition).map(isNot), 'AND');
  const value = soleValueOf(condition);
  if (operator === '=' || operator === 'isNull') return is(value);
  if (operator === '!=' || operator === 'isNotNull') return isNot(value);
  if (operator === 'like' || operator === 'notLike') return likeness(condition, operator === 'like' ? '' : 'X');
  const isDate = typeof value === 'string' && momentOf(value) !== undefined;
  return triple(condition, (isDate ? dateComparisons : comparisons)[operator], value);
}

function likeness(condition: Condition, negation: string): string {
  const { kind, text } = likenessOf(condition);
  if (kind === 'endsWith') throw new CeqlError(`${syntax} cannot say how ${condition.field} ends; use LIKE '%text%'`);
  const operators = { equals: 'EX', contains: 'CT', startsWith: 'SW' } as const;
  return triple(condition, `${negation}${operators[kind]}`, text);
}

function group(triples: string[], joint: string): string {
  return triples.length === 1 ? triples.join('') : `(${triples.join(joint)})`;
}

function triple(condition: Condition, operator: string, value: CeqlValue): string {
  const { field } = condition;
  if (!/^[\w -]+$/.test(field)) throw new CeqlError(`${syntax} knows no field named ${field}; give its number`);
  const text = value === null ? '' : textOf(condition, value, syntax);
  if (/['"\\{}]|(?<!\w)OR(?!\w)/.test(text)) {
    throw new CeqlError(`${syntax} cannot carry quotes, braces, \\ or the word OR in the value of ${field}`);
  }
  return `{'${field}'.${operator}.'${text}'}`;
}
