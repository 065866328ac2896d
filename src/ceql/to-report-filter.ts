// CEQL to the filters of a report run: a JSON body of columns, operators and values, and their logic by number.

import { joinConditions, textOf, valuesOf } from './conditions.ts';
import { likenessOf } from './likeness.ts';
import { CeqlError, type CeqlValue, type Condition, type Expression } from './parse.ts';

export interface ReportFilter {
  column: string;
  operator: string;
  value: string;
}

const syntax = 'A report filter';
const comparisons = {
  '=': 'equals',
  '!=': 'notEqual',
  '<': 'lessThan',
  '>': 'greaterThan',
  '<=': 'lessOrEqual',
  '>=': 'greaterOrEqual',
  in: 'equals',
  notIn: 'notEqual',
  isNull: 'equals',
  isNotNull: 'notEqual',
} as const;

/**
 * The `reportMetadata` of a report: its filters in the order of the conditions, and `reportBooleanFilter` if there is an
 * OR. NULL is the empty value, a list has commas. Throws a CeqlError for values with double quotes, which group text
 * there and have no escape, for an empty text in a list, and for patterns that end only.
 */
export function toSFDCReportFilter(expression: Expression): {
  reportMetadata: { reportFilters: ReportFilter[]; reportBooleanFilter?: string };
} {
  const reportFilters: ReportFilter[] = [];
  const logic = joinConditions(expression, { and: ' AND ', or: ' OR ' }, (condition) =>
    String(reportFilters.push(filterOf(condition))),
  );
  const reportMetadata = logic.includes('OR') ? { reportFilters, reportBooleanFilter: logic } : { reportFilters };
  return { reportMetadata };
}

function filterOf(condition: Condition): ReportFilter {
  const { field: column, operator } = condition;
  if (operator === 'like' || operator === 'notLike') return likenessFilter(condition, operator === 'like');
  const values = valuesOf(condition);
  if (values.length > 1 && values.some((value) => value === null || value === '')) {
    throw new CeqlError(`${syntax} cannot carry an empty value in the list of ${column}`);
  }
  return {
    column,
    operator: comparisons[operator],
    value: values.map((value) => cell(condition, value)).join(','),
  };
}

function likenessFilter(condition: Condition, wanted: boolean): ReportFilter {
  const { kind, text } = likenessOf(condition);
  const operators = wanted
    ? { equals: 'equals', contains: 'contains', startsWith: 'startsWith', endsWith: undefined }
    : { equals: 'notEqual', contains: 'notContain', startsWith: undefined, endsWith: undefined };
  const operator = operators[kind];
  if (operator === undefined) throw new CeqlError(`${syntax} cannot express this pattern of ${condition.field}`);
  return { column: condition.field, operator, value: cell(condition, text) };
}

/** A comma would begin another value, and outer spaces would be lost. */
function cell(condition: Condition, value: CeqlValue): string {
  const text = value === null ? '' : textOf(condition, value, syntax);
  if (text.includes('"')) throw new CeqlError(`${syntax} cannot carry " in the value of ${condition.field}`);
  return /,|^\s|\s$/.test(text) ? `"${text}"` : text;
}
