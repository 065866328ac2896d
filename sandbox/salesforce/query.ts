// Answers a SOQL statement from an organization's records.

import { Refusal } from './errors.ts';
import { findField, findObject, objectOfId } from './objects/catalog.ts';
import type { Field, SObject, Value } from './objects/field.ts';
import { normalId } from './record-id.ts';
import type { Records, SalesforceRecord } from './records.ts';
import {
  type Condition,
  type FieldGroup,
  type Literal,
  type Name,
  type Operator,
  parseSoql,
  pointAt,
  type Statement,
} from './soql.ts';

/** What a statement finds: rows ready to be written, or for COUNT() only how many there are. */
export interface Found {
  totalSize: number;
  rows: Row[];
  object: SObject;
}

/** A record as an answer has it. */
export type Row = { attributes: { type: string; url: string } } & { [field: string]: Value | Row | object };

/** Where a relationship leads. */
type Related = Pick<Records, 'lookup'>;

/** A path such as `Account.Owner.Name`, resolved: the relationships to follow, then the field. */
interface Column {
  steps: { field: Field; object: SObject }[];
  field: Field;
  object: SObject;
}

/**
 * Runs a statement; `base` is the path of the API version, `deletedToo` what queryAll differs in, `find` knows the objects
 * that FROM may name.
 */
export function runQuery(
  records: Pick<Records, 'all' | 'lookup'>,
  text: string,
  base: string,
  deletedToo = false,
  find = findObject,
): Found {
  const statement = parseSoql(text);
  const object = find(statement.object.text);
  if (object === undefined) {
    const reason = `sObject type '${statement.object.text}' is not supported. If you are attempting to use a custom object, be sure to append the '__c' after the entity name. Please reference your WSDL or the describe call for the appropriate names.`;
    throw new Refusal(400, 'INVALID_TYPE', pointAt(text, statement.object.at, reason));
  }
  const column = (name: Name) => resolve(statement, object, name);
  const columns = [...statement.groups.flatMap((group) => fieldsOf(object, group)), ...statement.fields.map(column)];
  if (statement.where === undefined || !narrows(statement.where, object.requiredFilters)) needFilter(object);
  const matches = statement.where === undefined ? () => true : compile(records, statement, column, statement.where);
  const order = statement.orderBy.map((part) => ({ ...part, column: column(part.field) }));

  const found = records.all(object).filter((record) => (deletedToo || record['IsDeleted'] !== true) && matches(record));
  if (order.length > 0) {
    found.sort((left, right) => {
      for (const { column: by, descending, nullsLast } of order) {
        const values = [read(records, left, by), read(records, right, by)] as const;
        const sign = compareForOrder(by.field, ...values, descending, nullsLast);
        if (sign !== 0) return sign;
      }
      return 0;
    });
  }
  const end = statement.limit === undefined ? undefined : statement.offset + statement.limit;
  const page = found.slice(statement.offset, end);
  const rows = statement.count ? [] : page.map((record) => row(records, object, record, columns, base));
  return { totalSize: page.length, rows, object };
}

/** The `attributes` member of a record. */
export function attributesOf(object: SObject, id: Value, base: string): Row['attributes'] {
  return { type: object.name, url: `${base}/sobjects/${object.name}/${id}` };
}

/** A field's value as answers write it: that of a field of type base64 is the path that it is read at. */
export function writtenValue(object: SObject, record: SalesforceRecord, field: Field, base: string): Value {
  const value = record[field.name] ?? null;
  if (field.type !== 'base64' || value === null) return value;
  return `${base}/sobjects/${object.name}/${record['Id']}/${field.name}`;
}

function fieldsOf(object: SObject, group: FieldGroup): Column[] {
  return object.fields
    .filter((field) => group === 'ALL' || field.custom === (group === 'CUSTOM'))
    .map((field) => ({ steps: [], field, object }));
}

/** Whether every row that the condition finds has one of these fields compared with given values. */
function narrows(condition: Condition, fields: readonly string[]): boolean {
  switch (condition.kind) {
    case 'and':
      return condition.conditions.some((part) => narrows(part, fields));
    case 'or':
      return condition.conditions.every((part) => narrows(part, fields));
    case 'not':
      return false;
    case 'compare':
      return (
        (condition.operator === '=' || condition.operator === 'IN') &&
        fields.some((field) => field.toLowerCase() === condition.field.text.toLowerCase())
      );
  }
}

const requiredFilterMessages: Readonly<Record<string, string>> = {
  ContentDocumentLink:
    "Implementation restriction: ContentDocumentLink requires a filter by a single Id on ContentDocumentId or LinkedEntityId using the equals operator or multiple Id's using the IN operator.",
  ContentFolderItem:
    "Implementation restriction: ContentFolderItem requires a filter by Id or ParentContentFolderId using the equals or 'IN' operator",
};

/** Some objects are found only by certain fields (Object Reference "ContentDocumentLink", "KnowledgeArticleVersion"). */
function needFilter(object: SObject): void {
  if (object.requiredFilters.length === 0) return;
  const message =
    requiredFilterMessages[object.name] ??
    `Implementation restriction: When querying or searching the ${object.name} object, you must filter using the following syntax: WHERE PublishStatus = 'Draft' | 'Online' | 'Archived', or on an Id.`;
  throw new Refusal(400, 'MALFORMED_QUERY', message);
}

function resolve(statement: Statement, object: SObject, name: Name): Column {
  const parts = name.text.split('.');
  // The object's own name may stand first, as an alias.
  if (parts.length > 1 && parts[0]?.toLowerCase() === object.name.toLowerCase()) parts.shift();
  const steps: Column['steps'] = [];
  let current = object;
  for (const part of parts.slice(0, -1)) {
    const field = current.fields.find((one) => one.relationshipName?.toLowerCase() === part.toLowerCase());
    const target = targetOf(field);
    if (field === undefined || target === undefined) {
      const reason = `Didn't understand relationship '${part}' in field path. If you are attempting to use a custom relationship, be sure to append the '__r' after the custom relationship name. Please reference your WSDL or the describe call for the appropriate names.`;
      throw new Refusal(400, 'INVALID_FIELD', pointAt(statement.text, name.at, reason));
    }
    steps.push({ field, object: target });
    current = target;
  }
  const last = parts.at(-1) ?? '';
  const field = findField(current, last);
  if (field === undefined) {
    const reason = `No such column '${last}' on entity '${current.name}'. If you are attempting to use a custom field, be sure to append the '__c' after the custom field name. Please reference your WSDL or the describe call for the appropriate names.`;
    throw new Refusal(400, 'INVALID_FIELD', pointAt(statement.text, name.at, reason));
  }
  return { steps, field, object: current };
}

/** The object that a reference leads to; for one to several objects the one with what they share ("Polymorphic Keys"). */
function targetOf(field: Field | undefined): SObject | undefined {
  const [first, ...others] = (field?.referenceTo ?? []).map(findObject);
  if (first === undefined || others.length === 0) return first;
  const shared = ['Id', 'Name', 'FirstName', 'LastName', 'Email', 'Phone', 'Title'];
  return { ...first, name: 'Name', fields: first.fields.filter(({ name }) => shared.includes(name)) };
}

function read(records: Related, record: SalesforceRecord, column: Column): Value {
  let current: SalesforceRecord | undefined = record;
  for (const { field } of column.steps) current = records.lookup(String(current?.[field.name] ?? ''));
  return current?.[column.field.name] ?? null;
}

function row(records: Related, object: SObject, record: SalesforceRecord, columns: Column[], base: string): Row {
  const answer: Row = { attributes: attributesOf(objectOfId(record['Id']) ?? object, record['Id'] ?? null, base) };
  for (const column of columns) {
    let into: Row = answer;
    let current: SalesforceRecord | undefined = record;
    for (const { field, object: target } of column.steps) {
      current = records.lookup(String(current[field.name] ?? ''));
      const name = field.relationshipName ?? '';
      if (current === undefined) {
        into[name] = null;
        break;
      }
      const actual = objectOfId(current['Id']) ?? target;
      into[name] ??= { attributes: attributesOf(actual, current['Id'] ?? null, base) };
      into = into[name] as Row;
    }
    if (current !== undefined) into[column.field.name] = writtenValue(column.object, current, column.field, base);
  }
  return answer;
}

type Test = (record: SalesforceRecord) => boolean;

function compile(records: Related, statement: Statement, column: (name: Name) => Column, condition: Condition): Test {
  switch (condition.kind) {
    case 'and': {
      const tests = condition.conditions.map((part) => compile(records, statement, column, part));
      return (record) => tests.every((one) => one(record));
    }
    case 'or': {
      const tests = condition.conditions.map((part) => compile(records, statement, column, part));
      return (record) => tests.some((one) => one(record));
    }
    case 'not': {
      const inner = compile(records, statement, column, condition.condition);
      return (record) => !inner(record);
    }
    case 'compare': {
      const by = column(condition.field);
      checkFilter(statement, by.field, condition.field, condition.operator, condition.literals);
      return (record) => holds(by.field, read(records, record, by), condition.operator, condition.literals);
    }
  }
}

const literalTypes: Partial<Record<Field['type'], Literal['type']>> = {
  boolean: 'boolean',
  int: 'number',
  double: 'number',
  currency: 'number',
  percent: 'number',
  date: 'date',
  datetime: 'datetime',
};
const typeNames: Partial<Record<Field['type'], string>> = { datetime: 'dateTime' };

/** Whether the field may be filtered so, and the literals are of its type. */
function checkFilter(statement: Statement, field: Field, name: Name, operator: Operator, literals: Literal[]): void {
  const refuse = (code: string, at: number, reason: string) => {
    throw new Refusal(400, code, pointAt(statement.text, at, reason));
  };
  if (!field.filterable) refuse('INVALID_FIELD', name.at, `field '${field.name}' can not be filtered in a query call`);
  const isId = field.type === 'id' || field.type === 'reference';
  const wanted = literalTypes[field.type] ?? 'string';
  if (operator === 'LIKE' && (isId || wanted !== 'string')) {
    refuse('INVALID_QUERY_FILTER_OPERATOR', name.at, `invalid operator on ${isId ? 'id' : field.type} field`);
  }
  for (const literal of literals) {
    if (literal.type === 'null' || literal.type === 'like') continue;
    if (literal.type !== wanted) {
      const quotes = wanted === 'string' ? 'should be enclosed in quotes' : 'should not be enclosed in quotes';
      const type = typeNames[field.type] ?? (wanted === 'string' ? 'string' : field.type);
      const reason = `value of filter criterion for field '${field.name}' must be of type ${type} and ${quotes}`;
      refuse('INVALID_FIELD', literal.at, reason);
    }
    if (isId && literal.type === 'string' && literal.value !== '' && normalId(literal.value) === undefined) {
      refuse('INVALID_QUERY_FILTER_OPERATOR', literal.at, `invalid ID field: ${literal.value}`);
    }
  }
}

function holds(field: Field, value: Value, operator: Operator, literals: Literal[]): boolean {
  const [first] = literals;
  switch (operator) {
    case 'IN':
      return literals.some((literal) => compare(field, value, literal) === 0);
    case 'NOT IN':
      return literals.every((literal) => compare(field, value, literal) !== 0);
    case 'LIKE':
      return first?.type === 'like' && typeof value === 'string' && first.value.test(value);
  }
  if (first === undefined) return false;
  const sign = compare(field, value, first);
  if (operator === '=') return sign === 0;
  if (operator === '!=') return sign !== 0;
  if (sign === undefined) return false;
  return { '<': sign < 0, '>': sign > 0, '<=': sign <= 0, '>=': sign >= 0 }[operator];
}

/** Negative, zero or positive; undefined when one of the two is null and the other is not. Empty text counts as null. */
function compare(field: Field, value: Value, literal: Literal): number | undefined {
  const isNull = literal.type === 'null' || (literal.type === 'string' && literal.value === '');
  if (value === null || isNull) return value === null && isNull ? 0 : undefined;
  switch (literal.type) {
    case 'datetime':
      return Date.parse(String(value)) - literal.value;
    case 'number':
      return Number(value) - literal.value;
    case 'boolean':
      return Number(value) - Number(literal.value);
    case 'string':
      if (field.type === 'id' || field.type === 'reference') return order(String(value), normalId(literal.value) ?? '');
      return order(String(value).toLowerCase(), literal.value.toLowerCase());
    case 'date':
      return order(String(value), literal.value);
  }
  return undefined;
}

/** Ids distinguish case, so that `Id > last` goes on where ORDER BY Id has stopped; text does not. */
function compareForOrder(field: Field, left: Value, right: Value, descending: boolean, nullsLast: boolean): number {
  if (left === null || right === null) {
    if (left === right) return 0;
    return (left === null) === nullsLast ? 1 : -1;
  }
  const isId = field.type === 'id' || field.type === 'reference';
  const sign =
    typeof left === 'string' && typeof right === 'string'
      ? isId
        ? order(left, right)
        : order(left.toLowerCase(), right.toLowerCase())
      : Number(left) - Number(right);
  return descending ? -sign : sign;
}

function order(left: string, right: string): number {
  return left < right ? -1 : left > right ? 1 : 0;
}
