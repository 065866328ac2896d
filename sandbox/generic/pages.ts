// Which rows of a list a request asks for, and how the answer tells where the next ones are.

import { isObject, valueAt, writeValue } from '../../src/core/http.ts';
import { constantText } from '../../src/core/template.ts';
import type { SettingValues } from '../../src/element/settings.ts';
import type { CompiledParameter } from '../../src/engine/compile.ts';
import { type PagingStyle, pagingStyle } from '../../src/engine/paging.ts';
import type { Recognized } from './recognize.ts';
import { positionOf, type StoredRecord } from './records.ts';

/** One page of rows. */
export interface Page {
  rows: StoredRecord[];
  total: number;
  /** the vendor's word for the next page; undefined on the last */
  next: string | undefined;
  /** the parameter that takes that word, where a URL of the next page needs one */
  parameter: string;
  /** of URLs that name a next page */
  scheme: 'http' | 'https';
}

const pageNames = new Set(['page', 'nextPage']);

/** The vendor's names of the parameters that page: no conditions on rows. */
export function pagingNames({ operation: { compiled, address } }: Recognized): Set<string> {
  const names = new Set([
    '$top',
    '$skip',
    '$count',
    '$inlinecount',
    '$skiptoken',
    '$select',
    '$expand',
    '$format',
    '$search',
    'q',
  ]);
  for (const { name, to, vendorName, from } of compiled.parameters) {
    if (to === 'query' && from === 'query' && (pageNames.has(name) || name === 'pageSize')) names.add(vendorName);
    if (to === 'query' && (from === 'value' || from === 'configuration')) names.add(vendorName);
  }
  for (const { name } of address.query) names.add(name);
  if (compiled.nextPageKey?.parameter !== undefined) names.add(compiled.nextPageKey.parameter);
  return names;
}

/** Cuts the page out of the rows that a request asks for. */
export function pageOf(recognized: Recognized, rows: readonly StoredRecord[], values: SettingValues): Page {
  const { operation } = recognized;
  const { compiled } = operation;
  const whole = { rows: [...rows], total: rows.length, next: undefined, parameter: '', scheme: schemeOf(values) };
  const statement = statementOf(recognized);
  if (statement !== undefined)
    return { ...whole, rows: rows.slice(statement.offset, statement.offset + statement.limit) };

  const style = pagingStyle(values, compiled.resource.objectName ?? '');
  const pageParameter = compiled.parameters.find(({ from, name }) => from === 'query' && pageNames.has(name));
  const sizeParameter = compiled.parameters.find(({ from, name }) => from === 'query' && name === 'pageSize');
  const key = compiled.nextPageKey;
  // A word that no parameter takes to the vendor stands in a URL under another name, so that the URL is followed.
  const isTaken = pageParameter !== undefined && pageParameter.to !== 'no-op';
  const followed = isTaken ? (key?.parameter ?? pageParameter.vendorName) : '$skiptoken';
  const isPaged = pageParameter !== undefined || key !== undefined || wordOf(recognized, 'page') !== undefined;
  if (compiled.paging === 'platform' || compiled.paging === 'none' || !isPaged) return whole;

  const size = wholeNumber(givenAt(recognized, sizeParameter) ?? wordOf(recognized, 'pageSize')) ?? style.largest;
  const word =
    givenAt(recognized, pageParameter) ?? wordOf(recognized, 'page') ?? recognized.query.get(followed) ?? undefined;
  const start = startOf(word, size, style, rows, operation.compiled.nextPageKey !== undefined);
  const page = rows.slice(start, start + size);
  const end = start + page.length;
  const next = end < rows.length && page.length > 0 ? cursorAt(end) : undefined;
  return { ...whole, rows: page, next, parameter: followed };
}

/** The scheme of the vendor's own addresses. */
export function schemeOf(values: SettingValues): 'http' | 'https' {
  return /^http:/i.test(values['base.url'] ?? '') ? 'http' : 'https';
}

const cursorAt = (position: number) => `after-${position}`;

/** A cursor of this vendor's, a number of a page or a row, or something that stands in a row. */
function startOf(
  word: string | undefined,
  size: number,
  style: PagingStyle,
  rows: readonly StoredRecord[],
  hasCursor: boolean,
): number {
  if (word === undefined || word === '') return 0;
  const [, position] = /^after-(\d{1,9})$/.exec(word) ?? [];
  if (position !== undefined) return Number(position);
  const number = wholeNumber(word);
  if (number !== undefined && style.kind === 'offset') return number;
  if (
    number !== undefined &&
    (style.kind === 'page' || style.kind === 'unsaid') &&
    !(hasCursor && number > rows.length)
  ) {
    return Math.max(0, number - style.firstPage) * size;
  }
  const found = positionOf(rows, word);
  return found < 0 ? rows.length : found + 1;
}

/** What stands at a parameter's place on the vendor's side. */
export function givenAt(
  { query, body, captures, tokens, request }: Recognized,
  parameter: CompiledParameter | undefined,
): string | undefined {
  if (parameter === undefined) return undefined;
  const { to, vendorName, template } = parameter;
  const found = (): unknown => {
    switch (to) {
      case 'query':
        return query.get(vendorName) ?? undefined;
      case 'path':
        return captures.get(vendorName);
      case 'header':
        return request.headers[vendorName.toLowerCase()];
      case 'bodyToken':
        return tokens.get(vendorName);
      case 'form':
      case 'multipart':
        return isObject(body.value) ? body.value[vendorName] : undefined;
      case 'bodyField':
        return valueAt(body.value, vendorName);
      default:
        return undefined;
    }
  };
  const value = found();
  if (value === undefined || value === null) return undefined;
  return template === undefined || constantText(template) === undefined ? writeValue(value) : undefined;
}

/** The platform's own words of paging stand in templates of bodies and addresses, too. */
function wordOf({ tokens, captures }: Recognized, name: string): string | undefined {
  const value = tokens.get(name) ?? captures.get(name);
  return value === undefined || value === null ? undefined : writeValue(value);
}

function wholeNumber(text: string | undefined): number | undefined {
  return text !== undefined && /^\d{1,9}$/.test(text) ? Number(text) : undefined;
}

/** How many rows a statement asks for, and from where. */
function statementOf({ operation, query }: Recognized): { limit: number; offset: number } | undefined {
  const { compiled } = operation;
  if (compiled.resource.valence?.statement === undefined) return undefined;
  const parameter = compiled.parameters.find(({ converter, to }) => converter !== undefined && to === 'query');
  const text = query.get(parameter?.vendorName ?? '') ?? '';
  return {
    limit: Number(/\bLIMIT\s+(\d+)/i.exec(text)?.[1] ?? 2000),
    offset: Number(/\bOFFSET\s+(\d+)/i.exec(text)?.[1] ?? 0),
  };
}
