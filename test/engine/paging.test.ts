// Lists page by page, through calls: every way in which a vendor counts pages and names the next one.

import fc from 'fast-check';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { type Answer, type Platform, startPlatform } from '../support/platform.ts';
import {
  connectTestElement,
  type RecordedRequest,
  type RecordingVendor,
  startRecordingVendor,
  type TestInstance,
  type VendorReply,
} from '../support/recording-vendor.ts';

let vendor: RecordingVendor;
let platform: Platform;

beforeAll(async () => {
  vendor = await startRecordingVendor();
  platform = await startPlatform({ environment: { VALENCE_EGRESS: 'any' } });
});
afterAll(async () => {
  await platform.close();
  await vendor.close();
});
beforeEach(() => {
  vendor.requests.length = 0;
  vendor.reply = () => ({ body: { ok: true } });
});

const query = (name: string, vendorName: string, more = {}) => ({
  type: 'query',
  name,
  vendorType: 'query',
  vendorName,
  ...more,
});
const paged = [query('page', 'p'), query('pageSize', 'n')];
const things = (members: Record<string, unknown> = {}) => ({
  method: 'GET',
  path: '/hubs/general/things',
  vendorPath: '/things',
  ...members,
});

/** An instance of an element with these settings and one list. */
function connect(
  settings: Record<string, string | undefined>,
  members: Record<string, unknown>,
): Promise<TestInstance> {
  const configuration = Object.entries(settings).map(([key, defaultValue]) => ({ key, defaultValue, internal: true }));
  return connectTestElement(platform, vendor, { configuration, resources: [things(members)] });
}
const lastQuery = () => Object.fromEntries(vendor.requests.at(-1)?.query ?? []);
const token = (answer: Answer) => answer.headers.get('elements-next-page-token');
const range = (rows: number, start: number, size: number) =>
  Array.from({ length: Math.max(0, Math.min(rows - start, size)) }, (_, index) => ({ id: start + index }));

describe('what the vendor is asked for', () => {
  test.each<[Record<string, string | undefined>, string, Record<string, string>]>([
    [{ 'pagination.type': 'page' }, '', { p: '1', n: '100' }],
    [{ 'pagination.type': 'page' }, '?page=3&pageSize=10', { p: '3', n: '10' }],
    [{ 'pagination.type': 'page', 'pagination.page.startindex': '0' }, '?page=3&pageSize=10', { p: '2', n: '10' }],
    [{ 'pagination.type': 'page', 'pagination.page.startindex': '1' }, '', { p: '1', n: '100' }],
    [{ 'pagination.type': 'page 0' }, '', { p: '0', n: '100' }],
    [{ 'pagination.type': 'page 0' }, '?page=2', { p: '1', n: '100' }],
    [{ 'pagination.type': 'page starts with 1' }, '?page=2', { p: '2', n: '100' }],
    [{ 'pagination.type': 'offset' }, '', { p: '0', n: '100' }],
    [{ 'pagination.type': 'offset' }, '?page=3&pageSize=10', { p: '20', n: '10' }],
    [{ 'pagination.type': 'offset', 'pagination.max': '40' }, '?page=2', { p: '40', n: '40' }],
    [{ 'pagination.type': 'cursor' }, '?pageSize=10', { n: '10' }],
    [{ 'pagination.type': undefined }, '?page=2', { p: '2', n: '100' }],
    [{ 'pagination.type': 'page' }, '?nextPage=2', { p: '2', n: '100' }],
    [{ 'pagination.type': 'page' }, '?nextPage=&pageSize=5', { p: '1', n: '5' }],
  ])('%j, things%s', async (settings, asked, sent) => {
    const instance = await connect(settings, { parameters: paged });
    vendor.reply = () => ({ body: [] });
    expect((await instance.call('GET', `/things${asked}`)).status).toBe(200);
    expect(lastQuery()).toEqual(sent);
  });

  test('nothing of pages, where a list declares nothing of them', async () => {
    const instance = await connect({}, {});
    vendor.reply = () => ({ body: [] });
    await instance.call('GET', '/things?page=2&pageSize=5');
    expect(lastQuery()).toEqual({});
  });

  test('nothing of pages for a single record, unless the caller asks', async () => {
    const instance = await connect(
      {},
      { path: '/hubs/general/things/{id}', vendorPath: '/things/{id}', parameters: paged },
    );
    await instance.call('GET', '/things/1');
    expect(lastQuery()).toEqual({});
    await instance.call('GET', '/things/1?page=2&pageSize=7');
    expect(lastQuery()).toEqual({ p: '2', n: '7' });
  });
});

describe('the size of a page', () => {
  test.each<[string, string | undefined, string, string, boolean]>([
    ['50', 'things', '?pageSize=20', '20', false],
    ['50', 'things', '?pageSize=51', '50', true],
    ['50', 'things', '', '50', false],
    ['{"things":7,"default":30}', 'things', '?pageSize=8', '7', true],
    ['{"things":7,"default":30}', 'others', '?pageSize=31', '30', true],
    ['{"things":7}', undefined, '', '100', false],
  ])('pagination.max %s, objectName %s, things%s: %s rows', async (max, objectName, asked, sent, warns) => {
    const members = { parameters: paged, ...(objectName === undefined ? {} : { objectName }) };
    const instance = await connect({ 'pagination.max': max }, members);
    vendor.reply = () => ({ body: [] });
    const answer = await instance.call('GET', `/things${asked}`);
    expect(lastQuery()['n']).toBe(sent);
    const warning = answer.headers.get('elements-error');
    if (warns) expect(warning).toMatch(new RegExp(`above the ${sent} rows`));
    else expect(warning).toBeNull();
  });

  test.each(['0', '-1', 'x', '1.5'])('pageSize=%s is refused before the vendor is asked', async (size) => {
    const instance = await connect({}, { parameters: paged });
    expect((await instance.call('GET', `/things?pageSize=${size}`)).status).toBe(400);
    expect(vendor.requests).toEqual([]);
  });

  test('a numbered list goes on with the size that it began with, and says so', async () => {
    const instance = await connect({}, { parameters: paged });
    vendor.reply = ({ query: asked }) => ({
      body: range(10, (Number(asked.get('p')) - 1) * Number(asked.get('n')), Number(asked.get('n'))),
    });
    const first = await instance.call('GET', '/things?pageSize=4');
    const second = await instance.call('GET', `/things?pageSize=3&nextPage=${token(first)}`);
    expect(second.body).toEqual(range(10, 4, 4));
    expect(second.headers.get('elements-error')).toMatch(/goes on with 4 rows/);
  });
});

/** A vendor with so many rows, 3 on a page, that names its next page somewhere; the last page names none. */
function namingVendor(name: (start: number) => VendorReply, rows = 7): (request: RecordedRequest) => VendorReply {
  return ({ query: asked }) => {
    const start = Number((asked.get('after') ?? 'c0').slice(1));
    const { headers = {}, body = {} } = start + 3 < rows ? name(start + 3) : {};
    return { headers, body: { ...(body as object), rows: range(rows, start, 3) } };
  };
}

describe('where the vendor names its next page', () => {
  const url = (start: number) => `https://vendor.example/things?x=1&after=c${start}&y=2`;
  test.each<[string, (start: number) => VendorReply]>([
    ['body.paging.next', (start) => ({ body: { paging: { next: `c${start}` } } })],
    ['body.next?after', (start) => ({ body: { next: url(start) } })],
    ['body.paging.next?after', (start) => ({ body: { paging: { next: `/things?after=c${start}#end` } } })],
    ['paging.next', (start) => ({ body: { paging: { next: `c${start}` } } })],
    ['header.X-Next', (start) => ({ headers: { 'x-next': `c${start}` } })],
    ['header.X-Next?after', (start) => ({ headers: { 'x-next': url(start) } })],
    [
      'header.link?after',
      (start) => ({
        headers: { link: `<https://vendor.example/?after=c0>; rel="first", <${url(start)}>; rel="next"` },
      }),
    ],
  ])('%s: every row comes once, and the last page has no token', async (nextPageKey, name) => {
    const parameters = [query('nextPage', 'after'), query('pageSize', 'n')];
    const instance = await connect({ 'pagination.type': 'cursor' }, { rootKey: '|rows', nextPageKey, parameters });
    vendor.reply = namingVendor(name);
    const rows: unknown[] = [];
    let next: string | null = '';
    for (let page = 0; next !== null && page < 10; page++) {
      const answer: Answer = await instance.call('GET', `/things?nextPage=${next}`);
      rows.push(...answer.body);
      expect(answer.headers.get('elements-returned-count')).toBe(String(answer.body.length));
      next = token(answer);
    }
    expect(rows).toEqual(range(7, 0, 7));
    expect(vendor.requests.map((request) => request.query.get('after'))).toEqual([null, 'c3', 'c6']);
  });

  test('its word is what hooks read in request_parameters.nextPage', async () => {
    const body =
      'done({request_vendor_parameters: {after: request_parameters.nextPage, size: request_parameters.pageSize}})';
    const instance = await connect(
      { 'pagination.type': 'cursor' },
      { rootKey: '|rows', nextPageKey: 'body.next', hooks: [{ type: 'preRequest', body }] },
    );
    vendor.reply = namingVendor((start) => ({ body: { next: `c${start}` } }));
    const first = await instance.call('GET', '/things?pageSize=3');
    expect(lastQuery()).toEqual({ size: '3' });
    await instance.call('GET', `/things?nextPage=${token(first)}`);
    expect(lastQuery()).toEqual({ after: 'c3' });
  });

  test('a header elements-next-page-token that a hook sets wins', async () => {
    const body = `done({response_headers: {'Elements-Next-Page-Token': 'mine'}})`;
    const parameters = [query('nextPage', 'after')];
    const hooked = { rootKey: '|rows', nextPageKey: 'body.next', parameters, hooks: [{ type: 'postRequest', body }] };
    const instance = await connect({ 'pagination.type': 'cursor' }, hooked);
    vendor.reply = namingVendor((start) => ({ body: { next: `c${start}` } }));
    const first = await instance.call('GET', '/things');
    vendor.reply = () => ({ body: { rows: [] } });
    await instance.call('GET', `/things?nextPage=${token(first)}`);
    expect(lastQuery()).toEqual({ after: 'mine' });
  });

  test('an empty page that names a next one is not the end', async () => {
    const parameters = [query('nextPage', 'after')];
    const instance = await connect(
      { 'pagination.type': 'cursor' },
      { rootKey: '|rows', nextPageKey: 'body.next', parameters },
    );
    vendor.reply = ({ query: asked }) => ({
      body: asked.has('after') ? { rows: [{ id: 1 }] } : { rows: [], next: 'c1' },
    });
    const first = await instance.call('GET', '/things');
    expect(first.body).toEqual([]);
    expect((await instance.call('GET', `/things?nextPage=${token(first)}`)).body).toEqual([{ id: 1 }]);
  });
});

describe('tokens', () => {
  const list = { parameters: paged };
  const pages = ({ query: asked }: RecordedRequest) => {
    const size = Number(asked.get('n'));
    return { body: range(100, (Number(asked.get('p')) - 1) * size, size) };
  };

  test('a token may stand in nextPage and in page', async () => {
    const instance = await connect({}, list);
    vendor.reply = pages;
    const next = token(await instance.call('GET', '/things?pageSize=4'));
    const second = await instance.call('GET', `/things?nextPage=${next}`);
    expect(second.body).toEqual(range(100, 4, 4));
    expect((await instance.call('GET', `/things?page=${next}`)).body).toEqual(second.body);
  });

  test('it tells nothing of the vendor that is not signed, and is good below any hub', async () => {
    const instance = await connect({}, list);
    vendor.reply = pages;
    const next = token(await instance.call('GET', '/hubs/general/things?pageSize=4'));
    expect((await instance.call('GET', `/hubs/crm/things?nextPage=${next}`)).body).toEqual(range(100, 4, 4));
  });

  test('one that was changed, or is of another instance or list, is refused and not sent on', async () => {
    const resources = [things(list), things({ ...list, path: '/hubs/general/others' })];
    const mine = await connectTestElement(platform, vendor, { resources });
    const other = await connectTestElement(platform, vendor, { resources });
    vendor.reply = pages;
    const next = String(token(await mine.call('GET', '/things?pageSize=4')));
    vendor.requests.length = 0;
    const changed = next.replace(/^./, (letter) => (letter === 'W' ? 'X' : 'W'));
    const refusals = [
      await mine.call('GET', `/things?nextPage=${changed}`),
      await mine.call('GET', `/things?nextPage=${next}x`),
      await mine.call('GET', '/things?nextPage=made-up'),
      await mine.call('GET', `/others?nextPage=${next}`),
      await other.call('GET', `/things?nextPage=${next}`),
    ];
    for (const refusal of refusals) {
      expect(refusal).toMatchObject({
        status: 400,
        body: { message: expect.stringContaining('Elements-Next-Page-Token') },
      });
    }
    expect(vendor.requests).toEqual([]);
  });
});

describe('a vendor that gives all rows at once', () => {
  test('VENDOR_NOT_SUPPORTED: the platform divides them, and knows how many there are', async () => {
    const instance = await connect({ 'pagination.max': '5' }, { paginationType: 'VENDOR_NOT_SUPPORTED' });
    vendor.reply = () => ({ body: range(12, 0, 12) });
    const first = await instance.call('GET', '/things');
    expect(first.body).toEqual(range(12, 0, 5));
    expect(first.headers.get('elements-returned-count')).toBe('5');
    expect(first.headers.get('elements-total-count')).toBe('12');
    const second = await instance.call('GET', `/things?nextPage=${token(first)}`);
    const third = await instance.call('GET', `/things?nextPage=${token(second)}`);
    expect([second.body, third.body]).toEqual([range(12, 5, 5), range(12, 10, 5)]);
    expect(token(third)).toBeNull();
    expect((await instance.call('GET', '/things?page=2&pageSize=3')).body).toEqual(range(12, 3, 3));
    expect((await instance.call('GET', '/things?page=9')).body).toEqual([]);
  });

  test('undeclared: the platform divides them when the caller asks for a page, else gives all', async () => {
    const instance = await connect({ 'pagination.max': '5' }, {});
    vendor.reply = () => ({ body: range(12, 0, 12) });
    const all = await instance.call('GET', '/things');
    expect([all.body, token(all)]).toEqual([range(12, 0, 12), null]);
    expect((await instance.call('GET', '/things?page=2&pageSize=4')).body).toEqual(range(12, 4, 4));
  });

  test('NO_PAGINATION: all rows come, whatever the caller asks', async () => {
    const instance = await connect({ 'pagination.max': '5' }, { paginationType: 'NO_PAGINATION', parameters: paged });
    vendor.reply = () => ({ body: range(12, 0, 12) });
    const answer = await instance.call('GET', '/things');
    expect([answer.body, token(answer)]).toEqual([range(12, 0, 12), null]);
    expect(lastQuery()).toEqual({});
  });
});

describe('how many rows there are', () => {
  const counted = { rootKey: '|rows', parameters: paged, valence: { totalKey: 'meta.count' } };

  test.each<[unknown, string | null]>([
    [12, '12'],
    ['12', '12'],
    [0, '0'],
    [null, null],
    ['many', null],
    [-1, null],
  ])('a vendor that says %j', async (count, shown) => {
    const instance = await connect({}, counted);
    vendor.reply = () => ({ body: { rows: [], meta: { count } } });
    const answer = await instance.call('GET', '/things');
    expect(answer.headers.get('elements-total-count')).toBe(shown);
    expect(answer.headers.get('elements-returned-count')).toBe('0');
  });

  test('a full page that is the last of the total has no token', async () => {
    const instance = await connect({}, counted);
    vendor.reply = () => ({ body: { rows: range(4, 0, 4), meta: { count: 4 } } });
    expect(token(await instance.call('GET', '/things?pageSize=4'))).toBeNull();
  });

  test('what is no list has no count', async () => {
    const instance = await connect({}, {});
    vendor.reply = () => ({ body: { id: 1 } });
    expect((await instance.call('GET', '/things')).headers.has('elements-returned-count')).toBe(false);
  });
});

/** Vendors that page in ways of their own, over so many rows. */
const styles: Record<string, { settings: Record<string, string>; list: Record<string, unknown>; answer: Pager }> = {
  'page from 1': {
    settings: { 'pagination.type': 'page' },
    list: { parameters: paged },
    answer: (rows, asked) => ({
      rows: range(rows, (Number(asked.get('p')) - 1) * Number(asked.get('n')), Number(asked.get('n'))),
    }),
  },
  'page from 0, with a total': {
    settings: { 'pagination.type': 'page 0' },
    list: { parameters: paged, valence: { totalKey: 'total' } },
    answer: (rows, asked) => ({
      rows: range(rows, Number(asked.get('p')) * Number(asked.get('n')), Number(asked.get('n'))),
      total: rows,
    }),
  },
  offset: {
    settings: { 'pagination.type': 'offset' },
    list: { parameters: paged },
    answer: (rows, asked) => ({ rows: range(rows, Number(asked.get('p')), Number(asked.get('n'))) }),
  },
  cursor: {
    settings: { 'pagination.type': 'cursor' },
    list: { nextPageKey: 'body.next', parameters: [query('nextPage', 'after'), query('pageSize', 'n')] },
    answer: (rows, asked) => {
      const start = Number(asked.get('after') ?? 0);
      const end = start + Number(asked.get('n'));
      return { rows: range(rows, start, end - start), ...(end < rows ? { next: end } : {}) };
    },
  },
  'no pages at all': {
    settings: {},
    list: { paginationType: 'VENDOR_NOT_SUPPORTED' },
    answer: (rows) => ({ rows: range(rows, 0, rows) }),
  },
};
type Pager = (rows: number, asked: URLSearchParams) => Record<string, unknown>;

describe('all pages put together give every row once, and what one large page gives', () => {
  test.each(Object.entries(styles))('%s', async (_, { settings, list, answer }) => {
    const instance = await connect(settings, { rootKey: '|rows', ...list });
    await fc.assert(
      fc.asyncProperty(fc.nat(40), fc.integer({ min: 1, max: 20 }), async (rows, pageSize) => {
        vendor.reply = (request) => ({ body: answer(rows, request.query) });
        const whole = (await instance.call('GET', '/things?pageSize=100')).body;
        expect(whole).toEqual(range(rows, 0, rows));
        const pages: unknown[] = [];
        let next: string | null = '';
        for (let turn = 0; next !== null; turn++) {
          if (turn > rows + 1) throw new Error('The list has no end');
          const page: Answer = await instance.call('GET', `/things?pageSize=${pageSize}&nextPage=${next}`);
          if (page.status !== 200) throw new Error(`Page ${turn}: ${JSON.stringify(page.body)}`);
          pages.push(...page.body);
          next = token(page);
        }
        expect(pages).toEqual(whole);
      }),
      { numRuns: 8 },
    );
  });
});

describe('a vendor that gives the same page again ends the loop with 502', () => {
  test.each(Object.entries(styles).filter(([name]) => name !== 'no pages at all'))(
    '%s',
    async (_, { settings, list }) => {
      const instance = await connect(settings, { rootKey: '|rows', ...list });
      vendor.reply = () => ({ body: { rows: range(3, 0, 3), next: 'again', total: 100 } });
      const first = await instance.call('GET', '/things?pageSize=3');
      const second = await instance.call('GET', `/things?pageSize=3&nextPage=${token(first)}`);
      expect(second).toMatchObject({ status: 502, body: { message: expect.stringContaining('same page again') } });
    },
  );
});
