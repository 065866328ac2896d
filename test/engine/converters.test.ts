// `where`, `orderBy` and `fields` on their way to the vendor: each converter in the place that its definition names.

import fc from 'fast-check';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { type Platform, startPlatform } from '../support/platform.ts';
import {
  connectTestElement,
  type RecordedRequest,
  type RecordingVendor,
  startRecordingVendor,
  type TestInstance,
} from '../support/recording-vendor.ts';

let vendor: RecordingVendor;
let platform: Platform;
let instance: TestInstance;

const where = (rest: Record<string, unknown>) => ({ type: 'query', name: 'where', vendorType: 'query', ...rest });
const query = (name: string, vendorName: string) => ({ type: 'query', name, vendorType: 'query', vendorName });

const named = {
  toODataFilter: 'odata',
  toODataV3Filter: 'odata3',
  toWiql: 'wiql',
  toQuickbase: 'quickbase',
  toSoql: 'soql',
  toSearchTerms: 'terms',
};

beforeAll(async () => {
  vendor = await startRecordingVendor();
  platform = await startPlatform({ environment: { VALENCE_EGRESS: 'any' } });
  const list = (path: string, parameters: unknown[], rest: Record<string, unknown> = {}) => ({
    method: 'GET',
    path: `/hubs/general/${path}`,
    vendorPath: `/${path}`,
    parameters,
    ...rest,
  });
  instance = await connectTestElement(
    platform,
    vendor,
    {
      configuration: [{ key: 'api.key', type: 'PASSWORD' }],
      resources: [
        ...Object.entries(named).flatMap(([converter, path]) => [
          list(path, [where({ vendorName: 'q', converter })]),
          list(`${path}-token`, [
            where({ vendorName: 'w', vendorType: 'bodyToken', converter }),
            { type: 'value', name: 'before {w} behind', vendorType: 'query', vendorName: 'q' },
          ]),
        ]),
        list('plain', [where({ vendorName: 'converter:toQueryParameters' })]),
        list(
          'guarded',
          [
            where({ vendorName: 'converter:toQueryParameters' }),
            { type: 'value', name: 'fixed', vendorType: 'query', vendorName: 'kind' },
            { type: 'configuration', name: 'api.key', vendorType: 'query', vendorName: 'key' },
            query('pageSize', 'limit'),
            query('page', 'start'),
          ],
          { vendorPath: '/guarded?type=a' },
        ),
        list('bazaarvoice', [where({ vendorName: '', converter: 'toBazaarvoice' })]),
        {
          ...list('report', [where({ vendorName: 'body', vendorType: 'body', converter: 'toSFDCReportFilter' })]),
          vendorMethod: 'POST',
        },
        list('default-name', [where({ converter: 'toODataFilter' })]),
        list('in-path', [where({ vendorName: 'where', vendorType: 'path', converter: 'toODataFilter' })], {
          vendorPath: '/odata/$filter={where}/rows',
        }),
        list('raw-in-path', [where({ vendorName: 'where', vendorType: 'no-op' })], { vendorPath: '/q?s={where}' }),
        {
          ...list('in-body', [
            where({ vendorName: 'w', vendorType: 'bodyToken', converter: 'toWiql' }),
            { type: 'value', name: '{"query":"SELECT x WHERE {w}"}', vendorType: 'body', vendorName: 'body' },
          ]),
          vendorMethod: 'POST',
        },
        list('no-op', [where({ vendorType: 'no-op', vendorName: 'where' })]),
        list('as-is', [where({ vendorName: 'filter' }), query('orderBy', 'sort'), query('fields', 'select')]),
        list('local', [query('pageSize', 'limit')]),
        list('variant', [query('pageSize', 'limit')], {
          rootKey: '|rows',
          valence: {
            totalKey: 'total',
            whenFiltered: {
              vendorPath: '/search',
              vendorMethod: 'POST',
              rootKey: '|found.items',
              totalKey: 'found.count',
              parameters: [where({ vendorName: 'q', converter: 'toSearchTerms' }), query('pageSize', 'per')],
            },
          },
        }),
        list(
          'contacts/{id}/notes',
          [
            where({ vendorName: 'q', converter: 'toSoql' }),
            { type: 'query', name: 'pageSize', vendorType: 'no-op', vendorName: 'pageSize' },
            { type: 'query', name: 'page', vendorType: 'no-op', vendorName: 'page' },
          ],
          {
            vendorPath: '/query',
            rootKey: '|records',
            valence: {
              statement: {
                object: 'Note',
                fields: ['Id', 'Title'],
                conditions: [{ field: 'ParentId', parameter: 'id' }],
              },
            },
          },
        ),
      ],
    },
    { 'api.key': 'k' },
  );
});

afterAll(async () => {
  await platform.close();
  await vendor.close();
});

beforeEach(() => {
  vendor.requests.length = 0;
  vendor.reply = () => ({ body: [] });
});

function last(): RecordedRequest {
  const request = vendor.requests.at(-1);
  if (request === undefined) throw new Error('The vendor was sent nothing');
  return request;
}

const ask = (path: string, parameters: Record<string, string>) =>
  instance.call('GET', `/${path}?${new URLSearchParams(parameters)}`);

const condition = "name = 'O''Brien' AND size > 5";
const written: Record<keyof typeof named, string> = {
  toODataFilter: "name eq 'O''Brien' and size gt 5",
  toODataV3Filter: "name eq 'O''Brien' and size gt 5",
  toWiql: "[name] = 'O''Brien' AND [size] > 5",
  toQuickbase: "{'name'.EX.'OBrien'}AND{'size'.GT.'5'}",
  toSoql: "name = 'O\\'Brien' AND size > 5",
  toSearchTerms: 'name:"O\'Brien" size>5',
};

describe.each(Object.entries(named))('%s', (converter, path) => {
  const text = converter === 'toQuickbase' ? "name = 'OBrien' AND size > 5" : condition;
  const expected = written[converter as keyof typeof named];

  test('fills the query parameter that is named', async () => {
    expect((await ask(path, { where: text })).status).toBe(200);
    expect([...last().query]).toEqual([['q', expected]]);
  });

  test('fills a placeholder of a value', async () => {
    expect((await ask(`${path}-token`, { where: text })).status).toBe(200);
    expect([...last().query]).toEqual([['q', `before ${expected} behind`]]);
  });

  test('sends nothing without a where', async () => {
    expect((await ask(path, {})).status).toBe(200);
    expect(last().url).toBe(`/${path}`);
  });
});

describe('toQueryParameters', () => {
  test('as vendorName makes each condition a parameter', async () => {
    await ask('plain', { where: "status = 'a&b' AND owner = 7 AND tag in ('x', 'y')" });
    expect([...last().query]).toEqual([
      ['status', 'a&b'],
      ['owner', '7'],
      ['tag', 'x,y'],
    ]);
  });

  test('sends a name twice that is asked for twice', async () => {
    await ask('plain', { where: "tag = 'a' AND tag = 'b'" });
    expect(last().url).toBe('/plain?tag=a&tag=b');
  });

  test.each(['kind', 'key', 'type', 'limit', 'start'])('cannot set %s, which the definition sets', async (name) => {
    const answer = await ask('guarded', { where: `${name} = 'evil'` });
    expect([answer.status, answer.body.message]).toEqual([
      400,
      `where must not name ${name}, which the element sets itself.`,
    ]);
    expect(vendor.requests).toEqual([]);
  });

  test('cannot set what the base address sets', async () => {
    const asked = await connectTestElement(platform, vendor, {
      configuration: [{ key: 'base.url', defaultValue: `${vendor.url}/api?apikey={api.key}` }, { key: 'api.key' }],
      resources: [
        {
          method: 'GET',
          path: '/hubs/general/rows',
          vendorPath: '&f=rows',
          parameters: [where({ vendorName: 'converter:toQueryParameters' })],
        },
      ],
    });
    const answer = await asked.call('GET', `/rows?${new URLSearchParams({ where: "apikey = 'evil'" })}`);
    expect([answer.status, vendor.requests]).toEqual([400, []]);
  });

  test.each(['__proto__', 'constructor', 'toString'])('takes %s as any other name', async (name) => {
    await ask('plain', { where: `${name} = 'x'` });
    expect(last().url).toBe(`/plain?${name}=x`);
  });

  test.each(["a = 'x' OR b = 'y'", 'a > 5', 'a is null'])('refuses what parameters cannot say: %s', async (text) => {
    const answer = await ask('plain', { where: text });
    expect([answer.status, answer.body.message]).toEqual([400, expect.stringMatching(/^where: .*cannot express/)]);
    expect(vendor.requests).toEqual([]);
  });
});

test('toBazaarvoice makes each condition a filter', async () => {
  await ask('bazaarvoice', { where: "a = 'x' AND b >= 3" });
  expect([...last().query]).toEqual([
    ['Filter', 'a:eq:x'],
    ['Filter', 'b:gte:3'],
  ]);
});

test('toSFDCReportFilter makes a body', async () => {
  await ask('report', { where: "a = 'x'" });
  expect([last().method, JSON.parse(last().text)]).toEqual([
    'POST',
    { reportMetadata: { reportFilters: [{ column: 'a', operator: 'equals', value: 'x' }] } },
  ]);
});

test('a converter without a vendorName fills the parameter that is usual for its syntax', async () => {
  await ask('default-name', { where: 'a = 1' });
  expect([...last().query]).toEqual([['$filter', 'a eq 1']]);
});

test('{where} in a path is filled with the converted text, encoded', async () => {
  await ask('in-path', { where: "a = 'x/y?z#'" });
  expect(last().url).not.toMatch(/[?#]/);
  expect(last().url.split('/').map(decodeURIComponent)).toEqual(['', 'odata', "$filter=a eq 'x/y?z#'", 'rows']);
});

test('{where} in a path is filled with the caller’s text where nothing converts it', async () => {
  await ask('raw-in-path', { where: "a = 'x&y=z'" });
  expect([...last().query]).toEqual([['s', "a = 'x&y=z'"]]);
});

test('{where} in a body is escaped for it', async () => {
  await ask('in-body', { where: "a = '\"}'" });
  expect(JSON.parse(last().text)).toEqual({ query: "SELECT x WHERE [a] = '\"}'" });
});

test('a where that is declared as no-op is not sent, yet must be one', async () => {
  expect((await ask('no-op', { where: 'a = 1' })).status).toBe(200);
  expect(last().url).toBe('/no-op');
  expect((await ask('no-op', { where: 'a = ' })).status).toBe(400);
});

describe('an error', () => {
  test.each([
    ["a = 'x", 'where: The text that begins here has no end at position 4.'],
    ['a = 1 or', 'where: Expected a field name at position 8.'],
    ['a ~ 1', 'where: Unexpected character at position 2.'],
    ['(a = 1', 'where: Expected ) at position 6.'],
  ])('of %s says the position', async (text, message) => {
    for (const path of ['plain', 'odata', 'local', 'contacts/7/notes']) {
      const answer = await ask(path, { where: text });
      expect([answer.status, answer.body.message]).toEqual([400, message]);
    }
    expect(vendor.requests).toEqual([]);
  });

  test('of a where that comes twice says what to do', async () => {
    const answer = await instance.call('GET', '/plain?where=a%3D1&where=b%3D2');
    expect([answer.status, answer.body.message]).toEqual([
      400,
      expect.stringContaining('join the conditions with AND'),
    ]);
  });
});

describe('whenFiltered', () => {
  test('is the resource as it is with a where', async () => {
    vendor.reply = () => ({ body: { found: { items: [{ id: 1 }], count: 41 } } });
    const answer = await ask('variant', { where: "name = 'x'", pageSize: '5' });
    expect([last().method, last().path, [...last().query]]).toEqual([
      'POST',
      '/search',
      [
        ['q', 'name:x'],
        ['per', '5'],
      ],
    ]);
    expect([answer.body, answer.headers.get('elements-total-count')]).toEqual([[{ id: 1 }], '41']);
  });

  test('is not used without one', async () => {
    vendor.reply = () => ({ body: { rows: [{ id: 2 }], total: 3 } });
    const answer = await ask('variant', { pageSize: '5' });
    expect(last().url).toBe('/variant?limit=5');
    expect([answer.body, answer.headers.get('elements-total-count')]).toEqual([[{ id: 2 }], '3']);
  });
});

describe('a statement', () => {
  const statement = async (parameters: Record<string, string>, id = '7') => {
    vendor.reply = () => ({ body: { records: [] } });
    expect((await ask(`contacts/${encodeURIComponent(id)}/notes`, parameters)).status).toBe(200);
    return last().query.get('q');
  };

  test.each([
    [{}, "SELECT Id, Title FROM Note WHERE ParentId = '7' ORDER BY Id LIMIT 100"],
    [{ pageSize: '10' }, "SELECT Id, Title FROM Note WHERE ParentId = '7' ORDER BY Id LIMIT 10"],
    [{ pageSize: '10', page: '3' }, "SELECT Id, Title FROM Note WHERE ParentId = '7' ORDER BY Id LIMIT 10 OFFSET 20"],
    [{ fields: 'Id, Owner.Name' }, "SELECT Id, Owner.Name FROM Note WHERE ParentId = '7' ORDER BY Id LIMIT 100"],
    [
      { orderBy: 'Title desc, Id' },
      "SELECT Id, Title FROM Note WHERE ParentId = '7' ORDER BY Title DESC, Id LIMIT 100",
    ],
    [
      { where: "Title = 'a' OR Title = 'b'" },
      "SELECT Id, Title FROM Note WHERE ParentId = '7' AND (Title = 'a' OR Title = 'b') ORDER BY Id LIMIT 100",
    ],
  ])('of %j is %s', async (parameters, text) => {
    expect(await statement(parameters)).toBe(text);
  });

  test('escapes the value of its own condition', async () => {
    expect(await statement({}, "x' OR Id != '")).toBe(
      "SELECT Id, Title FROM Note WHERE ParentId = 'x\\' OR Id != \\'' ORDER BY Id LIMIT 100",
    );
  });

  test.each([
    [{ fields: 'Id, (SELECT x FROM y)' }, /position 4/],
    [{ fields: 'Id; x' }, /position 2/],
    [{ orderBy: 'Id desc nulls' }, /position/],
    [{ orderBy: '`Id, x`' }, /Id, x/],
    [{ fields: '`Id FROM User`' }, /no object or field named/],
    [{ where: '`Id FROM User` = 1' }, /no object or field named/],
  ])('refuses what is no name: %j', async (parameters, message) => {
    const answer = await ask('contacts/7/notes', parameters);
    expect([answer.status, answer.body.message]).toEqual([400, expect.stringMatching(message)]);
    expect(vendor.requests).toEqual([]);
  });

  test('selects the fields at the vendor, so that they are not selected again here', async () => {
    vendor.reply = () => ({ body: { records: [{ ID: 1, title: 'x' }] } });
    expect((await ask('contacts/7/notes', { fields: 'Id,Title' })).body).toEqual([{ ID: 1, title: 'x' }]);
  });
});

describe('orderBy and fields', () => {
  test('go to the vendor that has parameters for them', async () => {
    vendor.reply = () => ({ body: [{ id: 1, other: 2 }] });
    const answer = await ask('as-is', { where: 'a = 1', orderBy: 'name desc', fields: 'id,name' });
    expect([...last().query]).toEqual([
      ['filter', 'a = 1'],
      ['sort', 'name desc'],
      ['select', 'id,name'],
    ]);
    expect(answer.body).toEqual([{ id: 1, other: 2 }]);
  });

  test.each([
    ['id', [{ id: 1 }, { id: 2 }]],
    ['id,deep.a', [{ id: 1, deep: { a: 'x' } }, { id: 2 }]],
    [' id , deep.b ', [{ id: 1, deep: { b: 'y' } }, { id: 2 }]],
    ['deep', [{ deep: { a: 'x', b: 'y' } }, {}]],
    ['missing', [{}, {}]],
    ['constructor,__proto__,toString', [{}, {}]],
    ['list[1]', undefined],
  ])('fields=%s are selected here for a vendor that has none', async (fields, rows) => {
    vendor.reply = () => ({ body: [{ id: 1, deep: { a: 'x', b: 'y' }, list: [1, 2] }, { id: 2 }] });
    const answer = await ask('local', { fields });
    expect(last().query.get('fields')).toBeNull();
    if (rows !== undefined) expect(answer.body).toEqual(rows);
    expect(answer.status).toBe(200);
  });
});

describe('law: a literal carries exactly its text, whatever stands in it', () => {
  const quoted = (value: string) => `name = '${value.replaceAll("'", "''")}' AND fixed = 1`;
  const texts = fc
    .oneof(
      fc.string({ unit: 'binary', maxLength: 20 }),
      fc.constantFrom("'", "\\'", "''", '"', '\\', "' or 1=1 --", '{api.key}'),
    )
    .filter((value) => value !== '' && !value.includes('\0') && value.isWellFormed() && !/^[\d-]+(T.*)?$/.test(value));
  const read: Record<string, (text: string) => string> = {
    odata: (text) => /^name eq '((?:[^']|'')*)' and fixed eq 1$/s.exec(text)?.[1]?.replaceAll("''", "'") ?? 'broken',
    odata3: (text) => /^name eq '((?:[^']|'')*)' and fixed eq 1$/s.exec(text)?.[1]?.replaceAll("''", "'") ?? 'broken',
    wiql: (text) =>
      /^\[name\] = '((?:[^']|'')*)' AND \[fixed\] = 1$/s.exec(text)?.[1]?.replaceAll("''", "'") ?? 'broken',
    soql: (text) => unescaped(/^name = '((?:[^'\\]|\\.)*)' AND fixed = 1$/s.exec(text)?.[1] ?? 'broken'),
    quickbase: (text) => /^\{'name'\.EX\.'([^'{}]*)'\}AND\{'fixed'\.EX\.'1'\}$/s.exec(text)?.[1] ?? 'broken',
    terms: (text) => {
      const [, plain, between] = /^name:(?:([^"\s]+)|"([^"]*)") fixed:1$/s.exec(text) ?? [];
      return plain ?? between ?? 'broken';
    },
  };
  const mayRefuse = new Set(['quickbase', 'terms']);

  test.each(Object.keys(read))('%s', async (path) => {
    await fc.assert(
      fc.asyncProperty(texts, async (value) => {
        vendor.requests.length = 0;
        const answer = await ask(path, { where: quoted(value) });
        if (mayRefuse.has(path) && answer.status === 400) expect(vendor.requests).toEqual([]);
        else expect([answer.status, read[path]?.(last().query.get('q') ?? '')]).toEqual([200, value]);
      }),
      { numRuns: 60 },
    );
  });

  test('plain parameters', async () => {
    await fc.assert(
      fc.asyncProperty(texts, async (value) => {
        expect((await ask('plain', { where: quoted(value) })).status).toBe(200);
        expect([...last().query]).toEqual([
          ['name', value],
          ['fixed', '1'],
        ]);
      }),
      { numRuns: 60 },
    );
  });
});

function unescaped(text: string): string {
  const escapes: Record<string, string> = { n: '\n', r: '\r', t: '\t', b: '\b', f: '\f' };
  return text.replace(/\\(?:u([\da-f]{4})|(.))/gs, (_, code, character) =>
    code === undefined ? (escapes[character] ?? character) : String.fromCharCode(Number.parseInt(code, 16)),
  );
}
