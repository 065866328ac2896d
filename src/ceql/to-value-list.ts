// CEQL to a list of values, for vendors that give records by their ids in one parameter.

import { textOf, valuesOf } from './conditions.ts';
import { CeqlError, type Expression, symbolOf } from './parse.ts';

const syntax = 'A list of values';

/**
 * The values that one field may have, with commas between. Throws a CeqlError for more than one condition, for
 * operators other than `=` and IN, for NULL and for a comma in a value.
 */
export function toValueList(expression: Expression): string {
  if (expression.kind !== 'condition') throw new CeqlError(`${syntax} takes one condition; use IN for several values`);
  const { field, operator } = expression;
  if (operator !== '=' && operator !== 'in') {
    throw new CeqlError(`${syntax} cannot express ${field} ${symbolOf(operator)}; use = or IN`);
  }
  const values = valuesOf(expression).map((value) => textOf(expression, value, syntax));
  if (values.some((value) => value.includes(','))) throw new CeqlError(`${syntax} cannot carry a comma in ${field}`);
  return values.join(',');
}
