// Reports over the organization's records (Reports and Dashboards REST API Developer Guide "Report List", "Describe",
// "Execute Sync").

import { type Answer, json } from '../vendor.ts';
import { readJsonBody } from './body.ts';
import type { RestCall } from './call.ts';
import { methodNotAllowed, Refusal, unknownResource } from './errors.ts';
import type { Field, SObject, Value } from './objects/field.ts';
import { needObject, type SalesforceRecord } from './records.ts';

/** A column of a report: its API name there, and the field behind it. */
interface Column {
  name: string;
  field: string;
}

interface Report {
  id: string;
  name: string;
  developerName: string;
  type: { type: string; label: string };
  object: string;
  columns: readonly Column[];
  /** The column by which rows are grouped; undefined for a tabular report. */
  grouping?: string;
  /** The column that is summed up. */
  sum?: string;
}

/** The filters of the report's metadata that a caller may change. */
interface Filter {
  column: string;
  operator: string;
  value: string;
}

const reports: readonly Report[] = [
  {
    id: '00O5g000008AcCtEAK',
    name: 'All Accounts',
    developerName: 'All_Accounts',
    type: { type: 'AccountList', label: 'Accounts' },
    object: 'Account',
    columns: [
      { name: 'ACCOUNT.NAME', field: 'Name' },
      { name: 'TYPE', field: 'Type' },
      { name: 'INDUSTRY', field: 'Industry' },
      { name: 'RATING', field: 'Rating' },
      { name: 'ADDRESS1_CITY', field: 'BillingCity' },
      { name: 'EMPLOYEES', field: 'NumberOfEmployees' },
    ],
  },
  {
    id: '00O5g000008OpPsEAK',
    name: 'Opportunities by Stage',
    developerName: 'Opportunities_by_Stage',
    type: { type: 'Opportunity', label: 'Opportunities' },
    object: 'Opportunity',
    columns: [
      { name: 'OPPORTUNITY_NAME', field: 'Name' },
      { name: 'STAGE_NAME', field: 'StageName' },
      { name: 'AMOUNT', field: 'Amount' },
      { name: 'CLOSE_DATE', field: 'CloseDate' },
    ],
    grouping: 'STAGE_NAME',
    sum: 'AMOUNT',
  },
  {
    id: '00O5g000008CaSeEAK',
    name: 'Open Cases by Priority',
    developerName: 'Open_Cases_by_Priority',
    type: { type: 'CaseList', label: 'Cases' },
    object: 'Case',
    columns: [
      { name: 'CASE_NUMBER', field: 'CaseNumber' },
      { name: 'SUBJECT', field: 'Subject' },
      { name: 'STATUS', field: 'Status' },
      { name: 'PRIORITY', field: 'Priority' },
      { name: 'ORIGIN', field: 'Origin' },
    ],
    grouping: 'PRIORITY',
  },
];

const mostDetailRows = 2000;

/** Answers what stands below `/analytics/reports`. */
export function reportsApi(call: RestCall, path: string): Answer {
  const { method, query } = call.request;
  if (path === '') {
    if (method !== 'GET') throw methodNotAllowed(method, ['GET', 'HEAD', 'POST']);
    return json(
      200,
      reports.map((report) => ({ ...urlsOf(call, report), id: report.id, name: report.name })),
    );
  }
  const [id = '', part, ...more] = path.split('/');
  const report = reports.find((one) => one.id === id || one.id.slice(0, 15) === id);
  if (report === undefined) {
    const message = `The data you’re trying to access is unavailable: ${id}`;
    throw new Refusal(404, 'NOT_FOUND', message);
  }
  if (more.length > 0 || (part !== undefined && part !== 'describe')) throw unknownResource();
  if (part === 'describe') {
    if (method !== 'GET') throw methodNotAllowed(method, ['GET', 'HEAD']);
    return json(200, describe(report));
  }
  if (method !== 'GET' && method !== 'POST') throw methodNotAllowed(method, ['DELETE', 'GET', 'HEAD', 'PATCH', 'POST']);
  const filters = method === 'POST' && call.request.body.trim() !== '' ? filtersOf(readJsonBody(call)) : [];
  const includeDetails = new URLSearchParams(query).get('includeDetails') !== 'false';
  return json(200, run(call, report, filters, includeDetails));
}

function urlsOf(call: RestCall, report: Report): Record<string, string> {
  const url = `${call.base}/analytics/reports/${report.id}`;
  return { describeUrl: `${url}/describe`, instancesUrl: `${url}/instances`, url };
}

function filtersOf(body: Readonly<Record<string, unknown>>): Filter[] {
  const metadata = (body['reportMetadata'] ?? {}) as { reportFilters?: unknown };
  const filters = metadata.reportFilters ?? [];
  if (!Array.isArray(filters)) throw badRequest('reportFilters must be a list');
  return filters.map((filter: Partial<Filter>) => {
    const { column, operator, value } = filter;
    if (typeof column !== 'string' || typeof operator !== 'string' || value === undefined) {
      throw badRequest('A filter must have a column, an operator and a value.');
    }
    return { column, operator, value: String(value ?? '') };
  });
}

function badRequest(message: string): Refusal {
  return new Refusal(400, 'BAD_REQUEST', message);
}

function fieldOf(object: SObject, report: Report, column: string): Field {
  const name = report.columns.find((one) => one.name === column)?.field;
  const field = object.fields.find((one) => one.name === name);
  if (field === undefined) {
    const message = `The filter column ${column} is invalid: it isn’t part of the report type ${report.type.type}.`;
    throw badRequest(message);
  }
  return field;
}

const operators: Readonly<Record<string, (found: string, wanted: string, sign: number) => boolean>> = {
  equals: (_found, _wanted, sign) => sign === 0,
  notEqual: (_found, _wanted, sign) => sign !== 0,
  lessThan: (_found, _wanted, sign) => sign < 0,
  greaterThan: (_found, _wanted, sign) => sign > 0,
  lessOrEqual: (_found, _wanted, sign) => sign <= 0,
  greaterOrEqual: (_found, _wanted, sign) => sign >= 0,
  contains: (found, wanted) => found.includes(wanted),
  notContain: (found, wanted) => !found.includes(wanted),
  startsWith: (found, wanted) => found.startsWith(wanted),
};

const numbers: readonly Field['type'][] = ['int', 'double', 'currency', 'percent'];

/** Values separated by commas are alternatives, as in the report builder. */
function testOf(object: SObject, report: Report, filter: Filter): (record: SalesforceRecord) => boolean {
  const field = fieldOf(object, report, filter.column);
  const holds = operators[filter.operator];
  if (holds === undefined) throw badRequest(`The filter operator ${filter.operator} is invalid.`);
  const isNumber = numbers.includes(field.type);
  const wanted = filter.value.split(',').map((value) => value.trim().toLowerCase());
  const isNegative = filter.operator === 'notEqual' || filter.operator === 'notContain';
  const one = (found: string, value: string) => {
    const sign = isNumber ? Number(found) - Number(value) : found < value ? -1 : found > value ? 1 : 0;
    return holds(found, value, sign);
  };
  return (record) => {
    const found = String(record[field.name] ?? '').toLowerCase();
    return isNegative ? wanted.every((value) => one(found, value)) : wanted.some((value) => one(found, value));
  };
}

function run(call: RestCall, report: Report, filters: readonly Filter[], includeDetails: boolean): object {
  const object = needObject(report.object);
  const tests = filters.map((filter) => testOf(object, report, filter));
  const found = call.data.records
    .all(object)
    .filter((record) => record['IsDeleted'] !== true && tests.every((test) => test(record)));
  const fieldName = report.columns.find((column) => column.name === report.grouping)?.field;
  const groups = fieldName === undefined ? [] : [...new Set(found.map((record) => record[fieldName] ?? null))];
  const facts = (records: readonly SalesforceRecord[]) => ({
    aggregates: aggregatesOf(report, records),
    ...(includeDetails ? { rows: records.slice(0, mostDetailRows).map((record) => rowOf(report, record)) } : {}),
  });
  const factMap =
    fieldName === undefined
      ? { 'T!T': facts(found) }
      : {
          ...Object.fromEntries(
            groups.map((value, index) => [`${index}!T`, facts(found.filter((record) => record[fieldName] === value))]),
          ),
          'T!T': { ...facts(found), ...(includeDetails ? { rows: [] } : {}) },
        };
  const groupings = groups.map((value, index) => ({ groupings: [], key: String(index), label: labelOf(value), value }));
  const { describeUrl, instancesUrl } = urlsOf(call, report);
  return {
    attributes: { describeUrl, instancesUrl, reportId: report.id, reportName: report.name, type: 'Report' },
    allData: found.length <= mostDetailRows,
    factMap,
    groupingsAcross: { groupings: [] },
    groupingsDown: { groupings },
    hasDetailRows: includeDetails,
    reportExtendedMetadata: extendedMetadata(report),
    reportMetadata: metadataOf(report, filters),
  };
}

function labelOf(value: Value | undefined): string {
  return value === null || value === undefined ? '-' : String(value);
}

function rowOf(report: Report, record: SalesforceRecord): object {
  return {
    dataCells: report.columns.map(({ field }) => ({ label: labelOf(record[field]), value: record[field] ?? null })),
  };
}

function aggregatesOf(report: Report, records: readonly SalesforceRecord[]): object[] {
  const field = report.columns.find((column) => column.name === report.sum)?.field;
  const count = { label: String(records.length), value: records.length };
  if (field === undefined) return [count];
  const sum = records.reduce((total, record) => total + Number(record[field] ?? 0), 0);
  return [{ label: String(sum), value: sum }, count];
}

function metadataOf(report: Report, filters: readonly Filter[]): object {
  return {
    aggregates: [...(report.sum === undefined ? [] : [`s!${report.sum}`]), 'RowCount'],
    currency: null,
    detailColumns: report.columns.map((column) => column.name),
    developerName: report.developerName,
    groupingsAcross: [],
    groupingsDown:
      report.grouping === undefined
        ? []
        : [{ dateGranularity: 'None', name: report.grouping, sortAggregate: null, sortOrder: 'Asc' }],
    hasDetailRows: true,
    id: report.id,
    name: report.name,
    reportBooleanFilter: null,
    reportFilters: filters,
    reportFormat: report.grouping === undefined ? 'TABULAR' : 'SUMMARY',
    reportType: report.type,
  };
}

function dataTypeOf(report: Report, column: Column): string {
  const type = needObject(report.object).fields.find((field) => field.name === column.field)?.type ?? 'string';
  return type === 'textarea' ? 'string' : type;
}

function extendedMetadata(report: Report): object {
  const infoOf = (column: Column) => ({ dataType: dataTypeOf(report, column), label: column.field });
  const infos = report.columns.map((column) => [column.name, infoOf(column)] as const);
  return {
    aggregateColumnInfo: {
      ...(report.sum === undefined
        ? {}
        : { [`s!${report.sum}`]: { dataType: 'currency', label: `Sum of ${report.sum}` } }),
      RowCount: { dataType: 'int', label: 'Record Count' },
    },
    detailColumnInfo: Object.fromEntries(infos),
    groupingColumnInfo: Object.fromEntries(
      infos.filter(([name]) => name === report.grouping).map(([name, info]) => [name, { ...info, groupingLevel: 0 }]),
    ),
  };
}

function describe(report: Report): object {
  const columns = report.columns.map((column) => [
    column.name,
    { dataType: dataTypeOf(report, column), filterValues: [], filterable: true, label: column.field },
  ]);
  const names = Object.keys(operators).map((name) => ({ label: name, name }));
  return {
    reportExtendedMetadata: extendedMetadata(report),
    reportMetadata: metadataOf(report, []),
    reportTypeMetadata: {
      categories: [{ columns: Object.fromEntries(columns), label: `${report.type.label}: Info` }],
      dataTypeFilterOperatorMap: Object.fromEntries(
        ['string', 'picklist', 'int', 'currency', 'date'].map((type) => [type, names]),
      ),
    },
  };
}
