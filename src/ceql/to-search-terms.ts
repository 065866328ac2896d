// CEQL to search terms as people type them: status:open subject:"printer on fire" created>2020-01-01 -priority:low.

import { conjunctionOf, soleValueOf, textOf, valuesOf } from './conditions.ts';
import { likenessOf } from './likeness.ts';
import { momentOf } from './moment.ts';
import { CeqlError, type CeqlValue, type Condition, type Expression, symbolOf } from './parse.ts';

const syntax = 'A search by terms';

/**
 * Terms that must all hold. The terms of one key are alternatives there, so IN is a term for each value, and two `=` on
 * one field are refused. `none` is no value: IS NULL, and also the text `none`. Throws a CeqlError for OR, for patterns
 * other than `text` and `text%`, for fields that are no keys, and for double quotes and backslashes in values: the
 * syntax has no escape for them.
 */
export function toSearchTerms(expression: Expression): string {
  const asked = new Set<string>();
  return conjunctionOf(expression, syntax)
    .flatMap((condition) => {
      const terms = termsOf(condition);
      if (!terms.some((term) => term.startsWith(`${condition.field}:`))) return terms;
      if (asked.has(condition.field)) {
        throw new CeqlError(`${syntax} takes two conditions on ${condition.field} as alternatives; give one`);
      }
      asked.add(condition.field);
      return terms;
    })
    .join(' ');
}

function termsOf(condition: Condition): string[] {
  const { field, operator } = condition;
  if (!/^[A-Za-z_][\w.]*$/.test(field)) throw new CeqlError(`${syntax} knows no key named ${field}`);
  const is = (value: CeqlValue) => `${field}:${literal(condition, value)}`;
  const isNot = (value: CeqlValue) => `-${is(value)}`;
  if (operator === 'in') return valuesOf(condition).map(is);
  if (operator === 'notIn') return valuesOf(condition).map(isNot);
  const value = soleValueOf(condition);
  if (operator === '=' || operator === 'isNull') return [is(value)];
  if (operator === '!=' || operator === 'isNotNull') return [isNot(value)];
  if (operator === 'like') return [`${field}:${likeness(condition)}`];
  if (operator === 'notLike') return [`-${field}:${likeness(condition)}`];
  if (value === null) throw new CeqlError(`${syntax} cannot express ${field} ${symbolOf(operator)} NULL`);
  return [`${field}${operator}${literal(condition, value)}`];
}

/** Words that cannot be taken for a sign or an operator of the search. */
const word = /^(?!(?:AND|OR|NOT)$)[\p{L}\p{N}_][\p{L}\p{N}_.@]*$/u;

function literal(condition: Condition, value: CeqlValue): string {
  if (value === null) return 'none';
  const text = textOf(condition, value, syntax);
  if (typeof value === 'number' || word.test(text) || momentOf(text) !== undefined) return text;
  if (/["\\]/.test(text)) throw new CeqlError(`${syntax} cannot carry " or \\ in the value of ${condition.field}`);
  return `"${text}"`;
}

function likeness(condition: Condition): string {
  const { kind, text } = likenessOf(condition);
  if (kind === 'equals') return literal(condition, text);
  if (kind === 'startsWith' && word.test(text)) return `${text}*`;
  throw new CeqlError(`${syntax} cannot express this pattern of ${condition.field}; use = or LIKE 'word%'`);
}
