// The converters by the names that definitions use for them, each with the vendor parameter it usually fills.

import type { Expression } from './parse.ts';
import { toBazaarvoice } from './to-bazaarvoice.ts';
import { toODataFilter, toODataV3Filter } from './to-odata.ts';
import { toQueryParameters } from './to-query-parameters.ts';
import { toQuickbase } from './to-quickbase.ts';
import { toSFDCReportFilter } from './to-report-filter.ts';
import { toSearchTerms } from './to-search-terms.ts';
import { toSoql } from './to-soql.ts';
import { toValueList } from './to-value-list.ts';
import { toWiql } from './to-wiql.ts';

/**
 * What a `where` becomes: parameters of their own names (which may repeat), one text for a parameter or a template
 * (`defaultName` is the vendor's usual parameter), or a part of the body. Nothing is URL-encoded yet.
 */
export type Conversion =
  | { kind: 'pairs'; pairs: [string, string][] }
  | { kind: 'text'; text: string; defaultName: string }
  | { kind: 'body'; body: Record<string, unknown> };

/** Throws a CeqlError for what the target cannot express or carry. */
export type Converter = (expression: Expression) => Conversion;

const pairs =
  (convert: (expression: Expression) => [string, string][]): Converter =>
  (expression) => ({ kind: 'pairs', pairs: convert(expression) });
const text =
  (convert: (expression: Expression) => string, defaultName: string): Converter =>
  (expression) => ({ kind: 'text', text: convert(expression), defaultName });

/** Every converter, by name. */
export const converters: ReadonlyMap<string, Converter> = new Map([
  ['toQueryParameters', pairs(toQueryParameters)],
  ['toODataFilter', text(toODataFilter, '$filter')],
  ['toODataV3Filter', text(toODataV3Filter, '$filter')],
  ['toWiql', text(toWiql, 'query')],
  ['toQuickbase', text(toQuickbase, 'query')],
  ['toBazaarvoice', pairs(toBazaarvoice)],
  ['toSFDCReportFilter', (expression): Conversion => ({ kind: 'body', body: toSFDCReportFilter(expression) })],
  ['toSoql', text(toSoql, 'q')],
  ['toSearchTerms', text(toSearchTerms, 'query')],
  ['toValueList', text(toValueList, 'ids')],
]);

/** Finds a converter by its name, also written `converter:<name>` as in a vendorName; undefined when there is none. */
export function findConverter(name: string): Converter | undefined {
  return converters.get(name.startsWith('converter:') ? name.slice('converter:'.length) : name);
}
