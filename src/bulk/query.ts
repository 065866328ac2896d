// The query of a download: the CEQL of `q`, and the dates of `from`, `to` and `lastRunDate` as conditions on the field that
// the element or the object names for them.

import { CeqlError, type Condition, type Expression, parseQuery, type Query } from '../ceql/parse.ts';
import { writeOrderBy, writeWhere } from '../ceql/write.ts';
import { Problem } from '../core/errors.ts';
import { formatJavaDate, javaPatternFault } from '../core/java-dates.ts';
import { type Definition, declaredObjects } from '../element/define.ts';
import type { SettingValues } from '../element/settings.ts';
import type { DownloadPlan } from './plan.ts';

/** The dates of a download, in milliseconds since 1970. */
export interface QueryDates {
  from: number | undefined;
  to: number | undefined;
  lastRunDate: number | undefined;
  /** the field that they are compared with, where it is another one than the element or the object names */
  dateField: string | undefined;
}

/** Reads `q`. Throws a Problem that says what is wrong and where, and when it names no object. */
export function readQuery(q: string): Query & { object: string } {
  let query: Query;
  try {
    query = parseQuery(q);
  } catch (error) {
    if (!(error instanceof CeqlError)) throw error;
    throw new Problem('badRequest', `Error parsing query: ${error.message}. Write it as select * from contacts.`);
  }
  const { object } = query;
  if (object === undefined) {
    throw new Problem('badRequest', 'Error parsing query: it names no object. Write it as select * from contacts.');
  }
  return { ...query, object };
}

/** A query with its dates as what a download asks for. Throws a Problem for dates that nothing says how to ask for. */
export function planQuery(
  query: Omit<Query, 'object'>,
  dates: QueryDates,
  objectName: string,
  definition: Definition,
  values: SettingValues,
): Pick<DownloadPlan, 'fields' | 'where' | 'orderBy' | 'limit'> {
  const conditions = dateConditions(dates, objectName, definition, values);
  const parts = [...(query.where === undefined ? [] : [query.where]), ...conditions];
  const where = parts.reduce<Expression | undefined>(
    (left, right) => (left === undefined ? right : { kind: 'and', left, right }),
    undefined,
  );
  return {
    fields: query.fields,
    where: where === undefined ? undefined : writeWhere(where),
    orderBy: query.orderBy.length === 0 ? undefined : writeOrderBy(query.orderBy),
    limit: query.limit,
  };
}

function dateConditions(
  { from, to, lastRunDate, dateField }: QueryDates,
  objectName: string,
  definition: Definition,
  values: SettingValues,
): Condition[] {
  if (from === undefined && to === undefined && lastRunDate === undefined) return [];
  const { field, operator, mask } = dateRule(dateField, objectName, definition, values);
  const condition = (sign: Condition['operator'], at: number): Condition => ({
    kind: 'condition',
    field,
    operator: sign,
    value: formatJavaDate(at, mask),
  });
  return [
    ...(lastRunDate === undefined ? [] : [condition(operator, lastRunDate)]),
    ...(from === undefined ? [] : [condition('>=', from)]),
    ...(to === undefined ? [] : [condition('<=', to)]),
  ];
}

const operators: readonly string[] = ['>', '>=', '=', '<', '<='];

/** Which field tells when a record changed, how it is compared, and how its dates are written. */
function dateRule(dateField: string | undefined, objectName: string, definition: Definition, values: SettingValues) {
  const object = declaredObjects(definition.document).find(
    ({ name, vendorName }) => name === objectName || vendorName === objectName,
  );
  const said = (...candidates: unknown[]) =>
    candidates.find((one): one is string => typeof one === 'string' && one.trim() !== '')?.trim();
  const field = said(
    dateField,
    object?.['queryDateName'],
    values['bulk.query.field_name'],
    object?.['updatedDateName'],
  );
  if (field === undefined) {
    throw new Problem(
      'badRequest',
      `from, to and lastRunDate cannot be asked for: ${definition.key} does not say which field of ${objectName} tells ` +
        'when a record changed. Set bulk.query.field_name, or put the condition into q.',
    );
  }
  const ofObject = field === said(object?.['updatedDateName']) ? object?.['updatedDateFormat'] : undefined;
  const mask =
    said(object?.['queryDateFormat'], ofObject, values['bulk.query.date_mask']) ?? "yyyy-MM-dd'T'HH:mm:ss.SSS'Z'";
  const fault = javaPatternFault(mask);
  if (fault !== undefined) throw new Problem('badRequest', `bulk.query.date_mask ${mask} ${fault}.`);
  const operator = said(object?.['queryDateOperator'], values['bulk.query.operator']) ?? '>=';
  if (!operators.includes(operator)) {
    throw new Problem('badRequest', `bulk.query.operator must be one of ${operators.join(' ')}, not ${operator}.`);
  }
  return { field, operator: operator as Condition['operator'], mask };
}
