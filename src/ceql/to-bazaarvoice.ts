// CEQL to filters of the form Filter=attribute:operator:value,value, one parameter for each condition.

import { conjunctionOf, textOf, valuesOf } from './conditions.ts';
import { CeqlError, type Condition, type Expression, symbolOf } from './parse.ts';

const syntax = 'A filter of the form attribute:operator:value';
const operators: Partial<Record<Condition['operator'], string>> = {
  '=': 'eq',
  '!=': 'neq',
  '<': 'lt',
  '>': 'gt',
  '<=': 'lte',
  '>=': 'gte',
  in: 'eq',
};

/**
 * A `Filter` for each condition, all of which must hold; NOT IN becomes one for each value. Throws a CeqlError for OR,
 * LIKE and NULL, and for values that are empty or have commas, colons or backslashes, which end a value there.
 */
export function toBazaarvoice(expression: Expression): [string, string][] {
  return conjunctionOf(expression, syntax).flatMap((condition): [string, string][] => {
    const { field, operator } = condition;
    if (!/^[\w-]+$/.test(field)) throw new CeqlError(`${syntax} knows no attribute named ${field}`);
    const values = valuesOf(condition).map((value) => plain(field, textOf(condition, value, syntax)));
    if (operator === 'notIn') return values.map((value) => ['Filter', `${field}:neq:${value}`]);
    const sign = operators[operator];
    if (sign === undefined) throw new CeqlError(`${syntax} cannot express ${field} ${symbolOf(operator)}`);
    return [['Filter', `${field}:${sign}:${values.join(',')}`]];
  });
}

function plain(field: string, text: string): string {
  if (text !== '' && !/[,:\\]/.test(text)) return text;
  throw new CeqlError(`${syntax} cannot carry an empty value, commas, colons or \\ in the value of ${field}`);
}
