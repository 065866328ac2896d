// CEQL to plain query parameters, for vendors that filter by `?status=open&owner=7`.

import { conjunctionOf, textOf, valuesOf } from './conditions.ts';
import { CeqlError, type Expression, symbolOf } from './parse.ts';

const syntax = 'A query of plain parameters';

/**
 * The name and value of each condition, in order, as yet unencoded; the values of IN become a list with commas.
 * Throws a CeqlError for what parameters cannot say: operators other than `=` and IN, OR, NULL, a comma in a list.
 */
export function toQueryParameters(expression: Expression): [string, string][] {
  return conjunctionOf(expression, syntax).map((condition) => {
    const { field, operator } = condition;
    if (operator !== '=' && operator !== 'in') {
      throw new CeqlError(`${syntax} cannot express ${field} ${symbolOf(operator)}; use = and AND`);
    }
    const values = valuesOf(condition).map((value) => textOf(condition, value, syntax));
    if (values.length > 1 && values.some((value) => value.includes(','))) {
      throw new CeqlError(`${syntax} cannot carry a comma in the list of ${field}; ask for each value with =`);
    }
    return [field, values.join(',')];
  });
}
