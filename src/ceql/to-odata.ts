// CEQL to the $filter of OData, whose version 4 writes dates and identifiers bare and version 3 in typed literals.
// OData 4.01 URL conventions, section 5.1.1; OData 3 URL conventions, section 4.5 and OData 2 ABNF of literals.

import { joinConditions, numeralOf, soleValueOf, valuesOf } from './conditions.ts';
import { type Likeness, likenessOf } from './likeness.ts';
import { momentOf } from './moment.ts';
import { CeqlError, type CeqlValue, type Condition, type Expression } from './parse.ts';

/** What the versions write differently: literals that are no plain text, and the test of a part. */
interface Dialect {
  special(text: string): string | undefined;
  contains(path: string, literal: string): string;
}

const guid = /^[\da-f]{8}(?:-[\da-f]{4}){3}-[\da-f]{12}$/i;

const version4: Dialect = {
  special: (text) => {
    if (guid.test(text)) return text;
    const moment = momentOf(text);
    if (moment === undefined) return undefined;
    // Without a zone it would be no literal of version 4.
    return moment.time === undefined ? text : `${moment.date}T${moment.time}${moment.zone ?? 'Z'}`;
  },
  contains: (path, literal) => `contains(${path},${literal})`,
};

const version3: Dialect = {
  special: (text) => {
    if (guid.test(text)) return `guid'${text}'`;
    const moment = momentOf(text);
    if (moment === undefined) return undefined;
    const { date, time = '00:00:00', zone = 'Z' } = moment;
    // Edm.DateTime has no zone and is UTC by custom.
    return zone === 'Z' ? `datetime'${date}T${time}'` : `datetimeoffset'${date}T${time}${zone}'`;
  },
  contains: (path, literal) => `substringof(${literal},${path})`,
};

/**
 * A $filter of OData 4. Text that is a date, a date-time (without a zone: UTC) or a GUID becomes a bare literal. Throws a
 * CeqlError for a field that is no property path and for a LIKE pattern with `%` inside.
 */
export function toODataFilter(expression: Expression): string {
  return joinConditions(expression, joints, (condition) => write(condition, version4));
}

/** A $filter of OData 3 (and 2): as toODataFilter, with `datetime'…'`, `datetimeoffset'…'` and `guid'…'`. */
export function toODataV3Filter(expression: Expression): string {
  return joinConditions(expression, joints, (condition) => write(condition, version3));
}

const joints = { and: ' and ', or: ' or ' };
const comparisons = { '=': 'eq', '!=': 'ne', '<': 'lt', '>': 'gt', '<=': 'le', '>=': 'ge' } as const;

function write(condition: Condition, dialect: Dialect): string {
  const path = pathOf(condition.field);
  const compare = (sign: string, value: CeqlValue) => `${path} ${sign} ${literal(condition, value, dialect)}`;
  const { operator } = condition;
  if (operator === 'isNull') return `${path} eq null`;
  if (operator === 'isNotNull') return `${path} ne null`;
  if (operator === 'in') return anyOf(valuesOf(condition), 'or', (value) => compare('eq', value));
  if (operator === 'notIn') return anyOf(valuesOf(condition), 'and', (value) => compare('ne', value));
  if (operator === 'like') return likeness(path, likenessOf(condition), dialect);
  if (operator === 'notLike') return `not (${likeness(path, likenessOf(condition), dialect)})`;
  return compare(comparisons[operator], soleValueOf(condition));
}

/** The operator `in` came with 4.01 only. */
function anyOf(values: CeqlValue[], joint: string, compare: (value: CeqlValue) => string): string {
  const texts = values.map(compare);
  return texts.length === 1 ? texts.join('') : `(${texts.join(` ${joint} `)})`;
}

function likeness(path: string, { kind, text }: Likeness, dialect: Dialect): string {
  if (kind === 'equals') return `${path} eq ${quote(text)}`;
  if (kind === 'contains') return dialect.contains(path, quote(text));
  return `${kind.toLowerCase()}(${path},${quote(text)})`;
}

function literal(condition: Condition, value: CeqlValue, dialect: Dialect): string {
  if (typeof value === 'string') return dialect.special(value) ?? quote(value);
  return typeof value === 'number' ? numeralOf(condition, value) : String(value);
}

function quote(text: string): string {
  return `'${text.replaceAll("'", "''")}'`;
}

const path = /^[\p{L}_][\p{L}\p{N}_]*(?:[./][\p{L}_][\p{L}\p{N}_]*)*$/u;
const reserved = /^(?:not|null|true|false|inf|nan)$/i;

function pathOf(field: string): string {
  if (path.test(field) && !reserved.test(field)) return field.replaceAll('.', '/');
  throw new CeqlError(`OData knows no field named ${field}; its names are letters, digits and _`);
}
