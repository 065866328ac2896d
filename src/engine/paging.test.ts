// Pages as decisions: what the vendor is asked for, and whether another page follows.

import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { defineElement } from '../element/define.ts';
import { type CompiledResource, compileElement } from './compile.ts';
import type { PageMark, PageTokens } from './page-token.ts';
import { askedPage, isSliced, nextMark, pagingStyle, sliceRows, vendorPage } from './paging.ts';

/** Tokens in clear, as a ring of keys is of no matter here. */
const tokens: PageTokens = {
  write: (mark) => `t${JSON.stringify(mark)}`,
  read: (token) => JSON.parse(token.slice(1)) as PageMark,
};
const refused = expect.objectContaining({ code: 'badRequest', status: 400 });
const ask = (query: Record<string, string>, values: Record<string, string> = {}, objectName = '') =>
  askedPage(query, pagingStyle(values, objectName), tokens, 'here');

function resource(members: Record<string, unknown>): CompiledResource {
  const document = {
    key: 'acme',
    name: 'Acme',
    hub: 'general',
    authentication: { type: 'custom' },
    configuration: [],
    resources: [{ method: 'GET', path: '/hubs/general/things', ...members }],
  };
  return compileElement(defineElement(document as never, 1, undefined)).at(0);
}
const query = (name: string) => ({ type: 'query', name, vendorType: 'query', vendorName: name });

describe('the number of the page that the vendor is asked for', () => {
  test.each<[Record<string, string>, string | undefined, string | undefined]>([
    [{ 'pagination.type': 'page' }, '1', '3'],
    [{ 'pagination.type': 'page', 'pagination.page.startindex': '0' }, '0', '2'],
    [{ 'pagination.type': 'page', 'pagination.page.startindex': '1' }, '1', '3'],
    [{ 'pagination.type': 'page', 'pagination.page.startindex': 'x' }, '1', '3'],
    [{ 'pagination.type': 'page 0' }, '0', '2'],
    [{ 'pagination.type': 'page starts with 1' }, '1', '3'],
    [{ 'pagination.type': 'page starts with 1', 'pagination.page.startindex': '0' }, '1', '3'],
    [{ 'pagination.type': 'offset' }, '0', '20'],
    [{ 'pagination.type': 'cursor' }, undefined, undefined],
    [{}, '1', '3'],
  ])('%j: page 1 is %s, page 3 is %s', (values, first, third) => {
    const style = pagingStyle(values, '');
    const pageOf = (page: string) => vendorPage(askedPage({ page, pageSize: '10' }, style, tokens, 'here'), style);
    expect([pageOf('1'), pageOf('3')]).toEqual([first, third]);
  });
});

describe('the size of a page', () => {
  test.each<[string | undefined, string, string | undefined, number, boolean]>([
    ['50', '', undefined, 50, false],
    ['50', '', '20', 20, false],
    ['50', '', '50', 50, false],
    ['50', '', '51', 50, true],
    ['{"things":7,"default":30}', 'things', '100', 7, true],
    ['{"things":7,"default":30}', 'others', '100', 30, true],
    ['{"things":7}', 'others', undefined, 100, false],
    ['nonsense', '', undefined, 100, false],
    ['0', '', undefined, 100, false],
    [undefined, '', undefined, 100, false],
  ])('pagination.max %s of %j, asked for %s: %i', (max, objectName, pageSize, size, isCut) => {
    const values: Record<string, string> = max === undefined ? {} : { 'pagination.max': max };
    const page = ask(pageSize === undefined ? {} : { pageSize }, values, objectName);
    expect(page.size).toBe(size);
    expect(page.warning !== undefined).toBe(isCut);
    if (isCut) expect(page.warning).toContain(String(pageSize));
  });
});

describe('what a caller may write', () => {
  test.each(['0', '-1', '1.5', '1000000001'])('pageSize=%s is refused', (pageSize) => {
    expect(() => ask({ pageSize })).toThrow(refused);
  });
  test.each(['0', '-1'])('page=%s is refused', (page) => {
    expect(() => ask({ page })).toThrow(refused);
    expect(() => ask({ nextPage: page })).toThrow(refused);
  });
  test('an empty nextPage, page or pageSize is as good as none', () => {
    expect(ask({ nextPage: '', page: '', pageSize: '' })).toMatchObject({ page: 1, offset: 0, size: 100 });
  });
  test('a token may stand in page, and a number in nextPage', () => {
    const token = tokens.write({ offset: 20, page: 3, size: 10 }, 'here');
    expect(ask({ page: token })).toMatchObject({ page: 3, offset: 20, size: 10 });
    expect(ask({ nextPage: token })).toMatchObject({ page: 3, offset: 20, size: 10 });
    expect(ask({ nextPage: '3', pageSize: '10' })).toMatchObject({ page: 3, offset: 20, size: 10 });
  });
});

/** A vendor as there are many: rows, and a way to ask for some of them. */
interface Vendor {
  rows: number;
  settings: Record<string, string>;
  resource: CompiledResource;
  /** what it answers when it is asked for a page (undefined: not said) of a size */
  answer(page: string | undefined, size: number): { rows: number[]; cursor?: string; total?: number };
}

const styles = {
  page: (rows: number, startIndex: 0 | 1): Vendor => ({
    rows,
    settings: { 'pagination.type': 'page', 'pagination.page.startindex': String(startIndex) },
    resource: resource({ parameters: [query('page'), query('pageSize')] }),
    answer: (page, size) => ({ rows: range(rows, (Number(page) - startIndex) * size, size) }),
  }),
  offset: (rows: number): Vendor => ({
    rows,
    settings: { 'pagination.type': 'offset' },
    resource: resource({ parameters: [query('page'), query('pageSize')] }),
    answer: (page, size) => ({ rows: range(rows, Number(page), size) }),
  }),
  'offset with a total': (rows: number): Vendor => ({
    ...styles.offset(rows),
    answer: (page, size) => ({ rows: range(rows, Number(page), size), total: rows }),
  }),
  'offset, of pages whose size is the vendor’s own': (rows: number): Vendor => ({
    ...styles.offset(rows),
    resource: resource({ parameters: [query('page')] }),
    answer: (page) => ({ rows: range(rows, Number(page), 25) }),
  }),
  'page, named by the vendor': (rows: number): Vendor => ({
    ...styles.page(rows, 1),
    resource: resource({ nextPageKey: 'body.next?page', parameters: [query('page'), query('pageSize')] }),
    answer: (page, size) => {
      const number = Number(page);
      const more = number * size < rows ? { cursor: String(number + 1) } : {};
      return { rows: range(rows, (number - 1) * size, size), ...more };
    },
  }),
  cursor: (rows: number): Vendor => ({
    rows,
    settings: { 'pagination.type': 'cursor' },
    resource: resource({ nextPageKey: 'body.next', parameters: [query('nextPage'), query('pageSize')] }),
    answer: (page, size) => {
      const start = page === undefined ? 0 : Number(page.slice(1));
      const more = start + size < rows ? { cursor: `c${start + size}` } : {};
      return { rows: range(rows, start, size), ...more };
    },
  }),
} as const;

const range = (rows: number, start: number, size: number) =>
  Array.from({ length: Math.max(0, Math.min(rows - start, size)) }, (_, index) => start + index);

/** Reads a list as callers do, to its end; `sizes` are asked for in turn. */
function readAll(vendor: Vendor, sizes: readonly number[]): number[] {
  const all: number[] = [];
  const style = pagingStyle({ 'pagination.max': '25', ...vendor.settings }, '');
  let token: string | undefined;
  for (let turn = 0; turn < 1000; turn++) {
    const pageSize = String(sizes[turn % sizes.length]);
    const asked = askedPage(token === undefined ? { pageSize } : { pageSize, nextPage: token }, style, tokens, 'here');
    const { rows, cursor, total } = vendor.answer(vendorPage(asked, style), asked.size);
    all.push(...rows);
    const saysNext = vendor.resource.nextPageKey !== undefined;
    const next = nextMark(vendor.resource, style, asked, { rows, cursor, saysNext, total });
    if (next === undefined) return all;
    token = tokens.write(next, 'here');
  }
  throw new Error('The list has no end');
}

describe('all pages put together give every row once, in order', () => {
  const rowCounts = fc.nat(120);
  const sizes = fc.array(fc.integer({ min: 1, max: 30 }), { minLength: 1, maxLength: 3 });

  test.each<[string, (rows: number) => Vendor]>([
    ['pages from 1', (rows) => styles.page(rows, 1)],
    ['pages from 0', (rows) => styles.page(rows, 0)],
    ['offsets', styles.offset],
    ['offsets and a total', styles['offset with a total']],
    ['offsets, pages of the vendor’s own size', styles['offset, of pages whose size is the vendor’s own']],
    ['pages from 1 that the vendor names', styles['page, named by the vendor']],
    ['cursors', styles.cursor],
  ])('%s, also when the caller changes the size on the way', (_, make) => {
    fc.assert(
      fc.property(rowCounts, sizes, (rows, asked) => {
        expect(readAll(make(rows), asked)).toEqual(range(rows, 0, rows));
      }),
    );
  });

  test('rows that the platform divides itself', () => {
    const sliced = resource({ paginationType: 'VENDOR_NOT_SUPPORTED' });
    fc.assert(
      fc.property(rowCounts, sizes, (count, asked) => {
        const style = pagingStyle({ 'pagination.max': '25' }, '');
        const all: unknown[] = [];
        for (let turn = 0, token = ''; ; turn++) {
          const page = askedPage({ pageSize: String(asked[turn % asked.length]), nextPage: token }, style, tokens, '');
          expect(isSliced(sliced, page)).toBe(true);
          const { rows, next } = sliceRows(range(count, 0, count), page);
          all.push(...rows);
          if (next === undefined) break;
          token = tokens.write(next, 'here');
        }
        expect(all).toEqual(range(count, 0, count));
      }),
    );
  });
});

describe('a vendor that gives the same page again ends the loop', () => {
  test.each(Object.keys(styles) as (keyof typeof styles)[])('%s', (name) => {
    const vendor = name === 'page' ? styles.page(100, 1) : styles[name](100);
    const stuck: Vendor = {
      ...vendor,
      answer: () => ({ ...vendor.answer(undefined, 5), rows: [1, 2, 3, 4, 5], cursor: 'c' }),
    };
    expect(() => readAll(stuck, [5])).toThrow(expect.objectContaining({ code: 'vendorFailed', status: 502 }));
  });
});

describe('who divides rows into pages', () => {
  const page = ask({ pageSize: '2' });
  test.each<[string, Record<string, unknown>, boolean]>([
    ['the platform, where the vendor cannot', { paginationType: 'VENDOR_NOT_SUPPORTED' }, true],
    ['the platform, where nothing is said and nothing declared', {}, true],
    ['the vendor, where a page is declared', { parameters: [query('page')] }, false],
    ['the vendor, where a page size is declared', { parameters: [query('pageSize')] }, false],
    ['the vendor, where it names its next page', { nextPageKey: 'body.next' }, false],
    ['the vendor, where it is said', { paginationType: 'VENDOR_SUPPORTED' }, false],
    ['nobody, where there are no pages', { paginationType: 'NO_PAGINATION' }, false],
  ])('%s', (_, members, sliced) => {
    expect(isSliced(resource(members), page)).toBe(sliced);
  });
  test('nobody, where nothing is declared and the caller asks for no page', () => {
    expect(isSliced(resource({}), ask({}))).toBe(false);
  });
});
