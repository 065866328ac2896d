// Names of fields in queries, from ours to the vendor's.

import type { Expression, FieldOrder } from '../ceql/parse.ts';
import type { MappedField } from './fields.ts';
import { queryName } from './paths.ts';

/** The vendor's names of fields. Names are dotted, and say nothing of lists: `items.amount` for `items[*].amount`. */
export interface QueryNames {
  /** the vendor's name of a field, or of one below it; a field that is not mapped keeps its name */
  nameOf(field: string): string;
  /** the vendor's names of a field and of all fields below it */
  namesOf(field: string): string[];
}

/** The names that queries use. */
export function queryNames(mapped: readonly MappedField[]): QueryNames {
  const pairs = mapped.map(({ path, vendorPath }) => ({ ours: queryName(path), vendors: queryName(vendorPath) }));
  const byName = new Map(pairs.toReversed().map(({ ours, vendors }) => [ours, vendors]));
  const nameOf = (field: string) => {
    const name = plainName(field);
    for (let end = name.length; end > 0; end = name.lastIndexOf('.', end - 1)) {
      const vendors = byName.get(name.slice(0, end));
      if (vendors !== undefined) return vendors + name.slice(end);
    }
    return field;
  };
  return {
    nameOf,
    namesOf(field) {
      const name = plainName(field);
      const below = pairs.filter(({ ours }) => ours.startsWith(`${name}.`)).map(({ vendors }) => vendors);
      return below.length === 0 || byName.has(name) ? [nameOf(field), ...below] : below;
    },
  };
}

/** Lists have no brackets in queries, but are understood with them. */
function plainName(field: string): string {
  return field.replace(/\[[^\]]*\]/g, '');
}

/** The same conditions in the vendor's names. */
export function vendorWhere(expression: Expression, names: QueryNames): Expression {
  if (expression.kind === 'condition') return { ...expression, field: names.nameOf(expression.field) };
  const { kind, left, right } = expression;
  return { kind, left: vendorWhere(left, names), right: vendorWhere(right, names) };
}

/** The same order in the vendor's names. */
export function vendorOrder(orders: readonly FieldOrder[], names: QueryNames): FieldOrder[] {
  return orders.map((order) => ({ ...order, field: names.nameOf(order.field) }));
}

/** The vendor's fields from which fields of ours are made, each once. */
export function vendorFields(fields: readonly string[], names: QueryNames): string[] {
  return [...new Set(fields.flatMap((field) => names.namesOf(field)))];
}
