// The `where` parameter of the platform's own lists.

import { fieldsOf, fulfils } from '../ceql/match.ts';
import { CeqlError, type Expression, parseWhere } from '../ceql/parse.ts';
import { Problem } from '../core/errors.ts';
import { valueAt } from '../core/http.ts';

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
  return (record) => fulfils((field) => valueAt(record, field), expression);
}
