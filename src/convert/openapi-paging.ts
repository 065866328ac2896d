// How a list gives its pages, read from what its parameters and the members of its answer are called: descriptions say
// it in no other way.

import type { PagingType } from './conversion.ts';
import { type ApiOperation, type ApiParameter, type Schema, text } from './openapi-description.ts';
import { type Schemas, typeOf } from './openapi-schema.ts';

/** How one list gives its pages. */
export interface ListPaging {
  /** what the vendor's parameter for the page counts; undefined when the vendor names the next page by its URL alone */
  kind: 'page' | 'page 0' | 'offset' | 'cursor';
  page: ApiParameter | undefined;
  size: ApiParameter | undefined;
  /** the most rows that a page may have, as far as the description says */
  largest: number | undefined;
  nextPageKey: string | undefined;
  /** why this list cannot be paged as it is described, or undefined */
  obstacle: string | undefined;
}

const pageNames = new Set(['page', 'pagenumber', 'pageno', 'pagenum', 'pageindex', 'currentpage']);
const offsetNames = new Set(['offset', 'start', 'startindex', 'startat', 'skip', 'pageoffset', 'startoffset']);
const cursorNames = new Set([
  ...['cursor', 'after', 'startingafter', 'pagetoken', 'nexttoken', 'nextpagetoken', 'continuationtoken'],
  ...['continuation', 'continue', 'pagecursor', 'pageafter', 'nextcursor', 'bookmark', 'marker', 'iterator'],
  ...['startcursor', 'aftercursor', 'afterid', 'exclusivestartkey', 'scrollid', 'nextpage', 'next', 'startafter'],
]);
const sizeNames = new Set([
  ...['limit', 'perpage', 'pagesize', 'size', 'count', 'maxresults', 'pagelimit', 'top', 'rows', 'max', 'first'],
  ...['take', 'resultsperpage', 'itemsperpage', 'recordsperpage', 'maxitems', 'pagecount', 'maxpagesize', 'num'],
  ...['results', 'limitperpage', 'numresults', 'maxrecords'],
]);

/** The letters and digits of a name in lower case: `page[size]` and `page_size` are called alike. */
export function plainName(name: string): string {
  return name.toLowerCase().replace(/[^a-z0-9]/g, '');
}

/** Reads how a list gives its pages; undefined when nothing shows that it has any. */
export function readPaging(operation: ApiOperation, schemas: Schemas, answer: unknown): ListPaging | undefined {
  const find = (names: ReadonlySet<string>, fits: (parameter: ApiParameter) => boolean) =>
    operation.parameters.find(
      (parameter) => parameter.place === 'query' && names.has(plainName(parameter.name)) && fits(parameter),
    );
  const size = find(sizeNames, isWhole);
  const leaves = leavesOf(answer, schemas);
  const largest = size === undefined ? undefined : largestOf(size);
  const byNumber = find(pageNames, isWhole) ?? find(offsetNames, isWhole);
  const byWord = find(cursorNames, () => true) ?? find(pageNames, isText) ?? find(offsetNames, isText);
  const hasLink = operation.answer.headers.has('link');

  const wordLink = hasLink || /\blink\W{0,3}header/i.test(byWord?.description ?? '');
  const cursorKey = nextKey(leaves, byWord?.name, true) ?? (wordLink ? linkKey(byWord?.name) : undefined);
  if (byNumber !== undefined && (byWord === undefined || cursorKey === undefined)) {
    const kind = pageNames.has(plainName(byNumber.name)) ? (startsAtZero(byNumber) ? 'page 0' : 'page') : 'offset';
    const nextPageKey = nextKey(leaves, byNumber.name, false) ?? (hasLink ? linkKey(byNumber.name) : undefined);
    const isFromOne = kind === 'offset' && startsAtOne(byNumber);
    return {
      kind,
      page: byNumber,
      size,
      largest,
      nextPageKey,
      obstacle:
        isFromOne && nextPageKey === undefined
          ? `${byNumber.name} counts rows from 1, and this platform from 0`
          : undefined,
    };
  }
  // `after` alone may be a date: a word pages only where the answer says the next one, or beside a size
  if (byWord !== undefined && (cursorKey !== undefined || size !== undefined)) {
    const obstacle =
      cursorKey === undefined ? `no member of the answer says which ${byWord.name} comes next` : undefined;
    return { kind: 'cursor', page: byWord, size, largest, nextPageKey: cursorKey, obstacle };
  }
  const url = nextKey(leaves, undefined, true) ?? (hasLink ? linkKey(undefined) : undefined);
  if (url?.includes('?') === true) {
    return { kind: 'cursor', page: undefined, size, largest, nextPageKey: url, obstacle: undefined };
  }
  if (size === undefined || plainName(size.name) === 'max') return undefined;
  const obstacle = `${size.name} limits the rows, but no parameter leads to the next ones`;
  return { kind: 'page', page: undefined, size, largest, nextPageKey: undefined, obstacle };
}

/** Where the answer of a list says how many rows there are in all. */
export function totalKeyOf(answer: unknown, schemas: Schemas): string | undefined {
  const names = new Set(['total', 'totalcount', 'totalresults', 'totalitems', 'totalrecords', 'totalelements']);
  const counts = leavesOf(answer, schemas).filter(({ schema }) => typeOf(schema) !== 'boolean');
  return counts.find(({ names: path }) => names.has(plainName(path.at(-1) ?? '')))?.names.join('.');
}

/** The types of numbers that pages are counted by, the most frequent first. */
export function pagingTypeOf(lists: readonly ListPaging[]): PagingType | undefined {
  const usable = lists.filter(({ obstacle }) => obstacle === undefined);
  const counts = new Map<ListPaging['kind'], number>();
  for (const { kind } of usable) counts.set(kind, (counts.get(kind) ?? 0) + 1);
  const [numbered] = [...counts].filter(([kind]) => kind !== 'cursor').sort(([, a], [, b]) => b - a);
  return numbered?.[0] ?? (counts.has('cursor') ? 'cursor' : undefined);
}

function isWhole({ schema }: ApiParameter): boolean {
  const type = typeOf(schema);
  return type === 'integer' || type === 'number' || (type === undefined && schema['enum'] === undefined);
}

function isText({ schema }: ApiParameter): boolean {
  return typeOf(schema) === 'string';
}

function startsAtZero({ schema, description = '' }: ApiParameter): boolean {
  if (schema['default'] === 0 || schema['minimum'] === 0) return schema['default'] !== 1;
  const told = `${description} ${text(schema['description']) ?? ''}`;
  return /\b(0|zero)[- ]?(based|indexed)\b|\b(starts?|starting|begins?|beginning) (at|from|with) (0|zero)\b|first page is 0/i.test(
    told,
  );
}

function startsAtOne({ schema, description = '' }: ApiParameter): boolean {
  return schema['default'] === 1 || schema['minimum'] === 1 || /\b(1|one)[- ]?based\b/i.test(description);
}

/** The most rows of a page: the maximum, or what the text says of it, or else what the vendor gives unasked. */
function largestOf({ schema, description = '' }: ApiParameter): number | undefined {
  const maximum = schema['maximum'];
  if (isCount(maximum)) return maximum;
  const exclusive = schema['exclusiveMaximum'];
  if (isCount(exclusive) && exclusive > 1) return exclusive - 1;
  const told = `${description} ${text(schema['description']) ?? ''}`;
  const said =
    /\b(?:max(?:imum)?|up to|at most|no more than|not exceed|cannot exceed|limited to)\b[^.\d]{0,40}?(\d{1,5})\b/i.exec(
      told,
    )?.[1];
  if (said !== undefined && Number(said) > 0) return Number(said);
  return isCount(schema['default']) ? schema['default'] : undefined;
}

function isCount(value: unknown): value is number {
  return typeof value === 'number' && Number.isInteger(value) && value > 0 && value <= 100_000;
}

/** A single value of an answer beside the rows: the names that lead to it. */
interface Leaf {
  names: string[];
  schema: Schema;
}

/** The single values of an answer, through the objects in it and not through lists; dots in names cannot be followed. */
function leavesOf(answer: unknown, schemas: Schemas, names: string[] = [], found: Leaf[] = []): Leaf[] {
  const { kind, properties, schema } = schemas.shapeOf(answer);
  if (kind === 'value' || (kind === 'unknown' && names.length > 0)) found.push({ names, schema });
  if (kind !== 'object' || names.length >= 3) return found;
  for (const [name, value] of Object.entries(properties).slice(0, 100)) {
    if (found.length < 500 && !/[.[\]?]/.test(name)) leavesOf(value, schemas, [...names, name], found);
  }
  return found;
}

const nextWords = new Set([
  ...['next', 'nextpage', 'nextcursor', 'nexttoken', 'nextpagetoken', 'nextpagecursor', 'nextoffset', 'nextafter'],
  ...['nextid', 'nextmarker', 'nextkey', 'nextiterator', 'nextstart', 'nextpagenumber', 'nextcontinuationtoken'],
]);
const nextAddresses = new Set([
  'nexturl',
  'nexturi',
  'nextlink',
  'nextpageurl',
  'nextpagelink',
  'nextpageuri',
  'nexthref',
]);
const belowNext = new Set([
  'after',
  'cursor',
  'offset',
  'token',
  'href',
  'url',
  'uri',
  'link',
  'page',
  'start',
  'value',
]);
const otherWords = new Set([
  ...['endcursor', 'continuationtoken', 'continuation', 'iterator', 'scrollid', 'bookmark', 'marker', 'lastid'],
]);
const addressWords = new Set(['href', 'url', 'uri', 'link']);

/**
 * The member that names the next page, as `nextPageKey` is written: `body.meta.next`, with `?<parameter>` when it is a
 * URL. A number of pages goes on by counting unless the member is certain (`isWord` false).
 */
function nextKey(leaves: readonly Leaf[], parameter: string | undefined, isWord: boolean): string | undefined {
  const ranked = leaves
    .map((leaf) => ({ leaf, rank: nextRank(leaf) }))
    .filter(({ rank }) => rank > 0)
    .sort((a, b) => b.rank - a.rank);
  for (const { leaf } of ranked) {
    const path = `body.${leaf.names.join('.')}`;
    if (isAddress(leaf)) return `${path}?${parameter ?? 'page'}`;
    const type = typeOf(leaf.schema);
    if (isWord ? parameter !== undefined : type === 'integer' || type === 'number') return path;
  }
  return undefined;
}

function nextRank({ names, schema }: Leaf): number {
  if (typeOf(schema) === 'boolean') return 0;
  const plain = names.map(plainName);
  const last = plain.at(-1) ?? '';
  const above = plain.at(-2) ?? '';
  if (nextWords.has(last)) return last === 'next' || last === 'nextpage' ? 8 : 9;
  if (nextAddresses.has(last)) return 7;
  if (/^next(page)?$/.test(above) && belowNext.has(last)) return 8;
  if (otherWords.has(last)) return 5;
  if (last === 'after' && /^(cursors?|paging|pagination|meta|page|pageinfo)$/.test(above)) return 6;
  if (last === 'cursor') return /^(paging|pagination|meta|metadata|page|pageinfo)$/.test(above) ? 4 : 3;
  return 0;
}

function isAddress({ names, schema }: Leaf): boolean {
  const type = typeOf(schema);
  if (type !== 'string' && type !== undefined) return false;
  const plain = names.map(plainName);
  const last = plain.at(-1) ?? '';
  if (schema['format'] === 'uri' || schema['format'] === 'url' || schema['format'] === 'uri-reference') return true;
  if (nextAddresses.has(last) || addressWords.has(last)) return true;
  const example = schema['example'];
  if (typeof example === 'string' && example !== '') return /^https?:\/\/|^\//.test(example);
  if (plain.some((name) => name === 'links')) return true;
  return /\b(url|uri|link|href)\b/i.test(text(schema['description']) ?? '');
}

/** A Link header (RFC 8288) is a list of URLs. */
function linkKey(parameter: string | undefined): string {
  return `header.link?${parameter ?? 'page'}`;
}
