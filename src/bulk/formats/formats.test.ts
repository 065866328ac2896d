import { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import fc from 'fast-check';
import { parquetReadObjects } from 'hyparquet';
import { expect, test } from 'vitest';
import { limits as serverLimits } from '../../config.ts';
import { nameOfColumn, pathOfColumn } from './columns.ts';
import { columnsOf } from './columns-of-records.ts';
import { type Format, type ReadableFormat, readRecords, writeRecords } from './formats.ts';
import { isFault, type Row, type RowFault } from './row.ts';

type Record_ = Record<string, unknown>;
const limits = { rowBytes: 1000, columns: 20, depth: 8 };
const readable: ReadableFormat[] = ['csv', 'jsonLines', 'jsonArray'];

/** The bytes, cut at places that the numbers choose. */
async function* inPieces(content: string | Uint8Array, cuts: readonly number[] = [7]): AsyncGenerator<Uint8Array> {
  const bytes = Buffer.from(content as string);
  for (let start = 0, turn = 0; start < bytes.length; turn++) {
    const length = cuts[turn % cuts.length] ?? 7;
    yield bytes.subarray(start, start + length);
    start += length;
  }
}

async function* inGroups(records: readonly Record_[], size = 3): AsyncGenerator<Record_[]> {
  for (let start = 0; start < records.length; start += size) yield records.slice(start, start + size);
}

async function read(
  format: ReadableFormat,
  content: string | Uint8Array,
  cuts?: readonly number[],
  within = limits,
): Promise<(Row | RowFault)[]> {
  return (await Readable.from(readRecords(format, inPieces(content, cuts), within)).toArray()).flat();
}

async function write(format: Format, records: readonly Record_[], columns?: readonly string[]): Promise<Buffer> {
  const known =
    columns ??
    (format === 'csv' || format === 'parquet' ? await columnsOf(format, inGroups(records), 1000) : undefined);
  return buffer(writeRecords(format, inGroups(records), known));
}

const json = fc.jsonValue({ maxDepth: 3, stringUnit: 'grapheme' });
const names = fc.oneof(
  fc.constantFrom(
    'id',
    'name',
    'address',
    'constructor',
    'toString',
    'a.b',
    'a[0]',
    '["x"]',
    ' spaced ',
    '',
    'Price [EUR]',
  ),
  fc.string({ unit: 'grapheme', maxLength: 6 }),
);
const records = fc.array(
  fc.dictionary(
    names.filter((name) => name !== '__proto__'),
    json.map(withoutPrototypeNames),
    { maxKeys: 5, noNullPrototype: true },
  ),
  { maxLength: 12 },
);
const cuts = fc.array(fc.integer({ min: 1, max: 40 }), { minLength: 1, maxLength: 6 });
const generous = { rowBytes: 100_000, columns: 1000, depth: 20 };

/** `__proto__` can be written as JSON and not as a column. */
function withoutPrototypeNames(value: unknown): unknown {
  return JSON.parse(JSON.stringify(value).replaceAll('__proto__', 'proto'));
}

test.each(['jsonLines', 'jsonArray'] as const)(
  'what is written as %s is read again, however it is cut',
  async (format) => {
    await fc.assert(
      fc.asyncProperty(records, cuts, async (given, places) => {
        const expected = JSON.parse(JSON.stringify(given)).map((record: Record_, at: number) => ({
          row: at + 1,
          record,
        }));
        expect(await read(format, await write(format, given), places, generous)).toEqual(expected);
      }),
    );
  },
);

test('what is written as CSV is read again as text, but for what is empty, however it is cut', async () => {
  await fc.assert(
    fc.asyncProperty(records, cuts, async (given, places) => {
      // A line without a cell is no row, and a table without a column no table.
      fc.pre(given.length > 0 && given.every((record) => asText(record) !== null));
      const expected = given.map((record, at) => ({ row: at + 1, record: asText(record) }));
      expect(await read('csv', await write('csv', given), places, generous)).toEqual(expected);
    }),
  );
});

/** What CSV keeps of a value: text of what is not empty, in its place. */
function asText(value: unknown): unknown {
  if (value === null || value === undefined || value === '') return null;
  if (typeof value !== 'object') return String(value);
  if (Array.isArray(value)) {
    const items = value.map(asText);
    const length = items.findLastIndex((item) => item !== null) + 1;
    return length === 0 ? null : items.slice(0, length);
  }
  const members = Object.entries(value).flatMap(([name, member]) => {
    const text = asText(member);
    return text === null ? [] : [[name, text]];
  });
  return members.length === 0 ? null : Object.fromEntries(members);
}

test('what is written as Parquet is read again by another reader', async () => {
  await fc.assert(
    fc.asyncProperty(records, async (given) => {
      const known = await columnsOf('parquet', inGroups(given), 1000);
      const bytes = await write('parquet', given);
      const file = {
        byteLength: bytes.length,
        slice: async (start: number, end?: number) => arrayOf(bytes.subarray(start, end)),
      };
      // Without a column there are no rows to tell of.
      const rows = known.length === 0 ? [] : await parquetReadObjects({ file });
      const expected = known.length === 0 ? [] : JSON.parse(JSON.stringify(given));
      expect(rows.map(withoutNothing)).toEqual(expected.map(withoutNothing));
    }),
  );
});

function arrayOf(bytes: Buffer): ArrayBuffer {
  return Uint8Array.from(bytes).buffer;
}

function withoutNothing(record: Record_): Record_ {
  return Object.fromEntries(Object.entries(record).filter(([, value]) => value !== null && value !== undefined));
}

test('the name of every column leads to its path', () => {
  const path = fc
    .tuple(names, fc.array(fc.oneof(names, fc.nat({ max: 999_999_999 })), { maxLength: 4 }))
    .map(([first, rest]) => [first, ...rest]);
  fc.assert(
    fc.property(path, (keys) => {
      expect(pathOfColumn(nameOfColumn(keys))).toEqual(keys);
    }),
  );
});

test.each([
  ['address.city', ['address', 'city']],
  ['items[0].name', ['items', 0, 'name']],
  ['labels["post.code"][2]', ['labels', 'post.code', 2]],
  ['Price [EUR]', ['Price [EUR]']],
  ['a..b', ['a..b']],
  ['[0]', ['[0]']],
  ['a.', ['a.']],
  ['a["', ['a["']],
])('the column %s means %j', (name, path) => {
  expect(pathOfColumn(name)).toEqual(path);
});

test('columns of nested members become nested members', async () => {
  const csv = 'name,address.city,items[0].sku,items[1].sku\r\nAda,London,a,b\r\nBob,,,c\r\n';
  expect(await read('csv', csv)).toEqual([
    { row: 1, record: { name: 'Ada', address: { city: 'London' }, items: [{ sku: 'a' }, { sku: 'b' }] } },
    { row: 2, record: { name: 'Bob', items: [null, { sku: 'c' }] } },
  ]);
});

test.each([
  ['a byte order mark', '\uFEFFa,b\n1,2\n'],
  ['LF', 'a,b\n1,2\n'],
  ['CR LF', 'a,b\r\n1,2\r\n'],
  ['CR', 'a,b\r1,2\r'],
  ['no end of the last line', 'a,b\n1,2'],
  ['a header that ends with LF and lines that end with CR LF', 'a,b\n1,2\r\n'],
  ['blank lines', 'a,b\n\n1,2\n\n'],
  ['spaces around names', ' a , b \n1,2\n'],
  ['quotes everywhere', '"a","b"\n"1","2"\n'],
])('CSV with %s is read', async (_, csv) => {
  expect(await read('csv', csv, [1])).toEqual([{ row: 1, record: { a: '1', b: '2' } }]);
});

test('a long CSV is read the same wherever it is cut: inside quotes, between two of them, between CR and LF', async () => {
  const row = '"a ""b""","c\r\nd, e",,"f g"\r\n';
  const csv = `w,x,y,z\r\n${row.repeat(6000)}`;
  const record = { w: 'a "b"', x: 'c\r\nd, e', z: 'f g' };
  // The parser is given 64 K characters at a time: each first piece moves the places where it is cut by one.
  for (let first = 1; first <= row.length; first++) {
    const rows = await read('csv', csv, [first, ...Array.from({ length: 100 }, () => 4096)]);
    expect(rows.length, `first piece of ${first}`).toBe(6000);
    expect(rows.every((one, at) => !isFault(one) && one.row === at + 1)).toBe(true);
    expect([rows[0], rows[3000], rows[5999]].map((one) => one && !isFault(one) && one.record)).toEqual([
      record,
      record,
      record,
    ]);
    const distinct = new Set(rows.map((one) => (isFault(one) ? one.message : JSON.stringify(one.record))));
    expect(distinct).toEqual(new Set([JSON.stringify(record)]));
  }
});

test('a fault far inside a long CSV is told with its row, and what stands before it is read', async () => {
  const good = 'a,"b"\r\n'.repeat(20_000);
  const rows = await read('csv', `x,y\r\n${good}"c"d,e\r\n${good}`, [4096]);
  expect(rows.length).toBe(20_001);
  expect(rows.findIndex(isFault)).toBe(20_000);
  expect(rows.at(-1)).toMatchObject({ row: 20_001, ends: true });
});

test('cells of CSV stay the text that they are', async () => {
  const csv = 'a,b,c,d\n007,true,=1+1,"he said ""no"",\r\nand left"\n';
  expect(await read('csv', csv)).toEqual([
    { row: 1, record: { a: '007', b: 'true', c: '=1+1', d: 'he said "no",\r\nand left' } },
  ]);
  expect((await write('csv', [{ a: '=HYPERLINK("x")', b: '+1', c: '@x', d: '-2' }])).toString()).toBe(
    'a,b,c,d\r\n"=HYPERLINK(""x"")",+1,@x,-2\r\n',
  );
});

test('an object in a chosen column is written as JSON, and what was not chosen is left out', async () => {
  const csv = await write('csv', [{ id: 1, address: { city: 'Bonn' }, other: 2 }], ['id', 'address', 'address.city']);
  expect(csv.toString()).toBe('id,address,address.city\r\n1,"{""city"":""Bonn""}",Bonn\r\n');
});

test.each([
  [
    'a quote that is not closed',
    'a,b\n1,2\n3,"4\n5,6\n',
    [{ a: '1', b: '2' }, /^Row 2 has a quoted cell that does not end/],
  ],
  ['text after a quoted cell', 'a,b\n1,2\n"3"x,4\n5,6\n', [{ a: '1', b: '2' }, /^Row 2 has a quoted cell/]],
  ['a quote in a header that is not closed', 'a,"b\n1,2\n', [/^The header is wrong: a quoted name|there is none/]],
  ['a row with a cell too many', 'a,b\n1,2,3\n4,5\n', [/^Row 1 has 3 cells, and the header 2/, { a: '4', b: '5' }]],
  ['a row with a cell missing', 'a,b\n1\n4,5\n', [/^Row 1 has 1 cells/, { a: '4', b: '5' }]],
  ['no content', '', [/the file is empty/]],
  [
    'all faults of a header',
    'a,,a,__proto__.x\n',
    [/column 2 has no name; column `a` is there twice; column `__proto__.x`/],
  ],
  ['semicolons', 'a;b\n1;2\n', [/separate columns by commas/]],
  [
    'places far in lists',
    `${'abcdefghijklmnop'.replace(/.(?!$)/g, '$&[19],')}[19]\n`,
    [/320 of them: number them from 0 on/],
  ],
  ['too many columns', `${'a,'.repeat(20)}b\n`, [/it has 21 columns, and at most 20 are read/]],
  ['a place too far', 'a[20]\n', [/has place 20, and at most 20/]],
  ['a path too deep', 'a.a.a.a.a.a.a.a.a\n', [/nested deeper than 8 levels/]],
  ['two columns for one place', 'a,a.b\n1,2\n3,\n', [/^Row 1, column `a.b`: another column/, { a: '3' }]],
  ['UTF-16 without a mark', Buffer.from('a,b\n1,2\n', 'utf16le'), [/save the file in UTF-8/]],
  ['UTF-16', Buffer.from('\uFEFFa,b\n1,2\n', 'utf16le'), [/^The header has bytes that are not UTF-8/]],
  ['Latin-1', Buffer.from('a,b\n1,2\n"x\ny",M\xfcller\n3,4\n', 'latin1'), [{ a: '1', b: '2' }, /^Row 2 has bytes/]],
  ['a cut character', Buffer.from('a,b\n1,2\n3,ü').subarray(0, -1), [{ a: '1', b: '2' }, /^Row 2 has bytes/]],
  ['a row too long', `a\n${'x'.repeat(2000)}\n2\n`, [/^Row 1 is longer than 1000 bytes/, { a: '2' }]],
])('CSV with %s is told with its row', async (_, csv, expected) => {
  for (const places of [[1], [5, 3], [100_000]]) {
    const rows = await read('csv', csv, places);
    expect(rows.map((row) => (isFault(row) ? row.message : row.record))).toEqual(
      expected.map((one) => (one instanceof RegExp ? expect.stringMatching(one) : one)),
    );
  }
});

test.each([
  [
    'jsonLines',
    'lines that are no objects',
    '{"a":1}\n\n5\n{"a":\n[]\n{"b":2}',
    [{ a: 1 }, /^Row 2 is a number/, /^Row 3 is not JSON: Unexpected end/, /^Row 4 is an array/, { b: 2 }],
  ],
  ['jsonLines', 'a byte order mark and CR LF', '\uFEFF{"a":1}\r\n', [{ a: 1 }]],
  [
    'jsonLines',
    'Latin-1',
    Buffer.from('{"a":"\xfc"}\n{"a":"x"}\n', 'latin1'),
    [/^Row 1 has bytes that are not UTF-8/, { a: 'x' }],
  ],
  [
    'jsonLines',
    'a row too long',
    `{"a":1}\n{"a":"${'x'.repeat(2000)}"}\n{"a":2}\n`,
    [{ a: 1 }, /^Row 2 is longer/, { a: 2 }],
  ],
  ['jsonLines', 'a row too deep', `${'{"a":'.repeat(9)}1${'}'.repeat(9)}`, [/^Row 1 is nested deeper than 8 levels/]],
  ['jsonLines', 'no content', '', []],
  ['jsonArray', 'nothing inside', ' [ ] ', []],
  ['jsonArray', 'brackets and quotes inside strings', '\uFEFF[{"a":"],\\"[{"}]', [{ a: '],"[{' }]],
  [
    'jsonArray',
    'elements that are no objects',
    '[1,{"a":1},{"a":],{"b":2}, ,{}]',
    [/^Row 1 is a number/, { a: 1 }, /^Row 3 is not JSON/, { b: 2 }, /^Row 5 is missing/, {}],
  ],
  ['jsonArray', 'a comma too many', '[{"a":1},]', [{ a: 1 }, /^Row 2 is missing/]],
  ['jsonArray', 'a row too long', `[{"a":"${'x'.repeat(2000)}"},{"a":2}]`, [/^Row 1 is longer/, { a: 2 }]],
  [
    'jsonArray',
    'Latin-1',
    Buffer.from('[{"a":"\xfc"},{"a":"x"}]', 'latin1'),
    [/^Row 1 has bytes that are not UTF-8/, { a: 'x' }],
  ],
  ['jsonArray', 'an object instead', '{"a":1}', [/must begin with \[/]],
  ['jsonArray', 'no content', '', [/empty/]],
  ['jsonArray', 'an end that is missing', '[{"a":1},{"b":2', [{ a: 1 }, /^Row 2 does not end/]],
  [
    'jsonArray',
    'something behind it',
    '[{"a":1}] {}',
    [{ a: 1 }, /^Something stands after the end of the array, behind row 1/],
  ],
] as const)(
  '%s with %s: a fault is told with its row, and the reading goes on where it can',
  async (format, _, content, expected) => {
    for (const places of [[1], [5, 3], [100_000]]) {
      const rows = await read(format, content, places);
      expect(rows.map((row) => (isFault(row) ? row.message : row.record))).toEqual(
        expected.map((one) => (one instanceof RegExp ? expect.stringMatching(one) : one)),
      );
    }
  },
);

test.each(readable)(
  'a row of a gigabyte of %s is one fault, in bounded memory',
  { timeout: 60_000 },
  async (format) => {
    const piece = Buffer.alloc(1024 * 1024, 'x');
    let given = 0;
    async function* endless() {
      yield Buffer.from(format === 'csv' ? 'a,b\n1,"' : format === 'jsonLines' ? '{"a":"' : '[{"a":"');
      for (; given < 1024; given++) yield piece;
    }
    const before = process.memoryUsage().rss;
    const rows = (await Readable.from(readRecords(format, endless(), serverLimits.bulkRow)).toArray()).flat();
    expect(rows[0]).toMatchObject({ row: 1, message: expect.stringContaining('longer than 4194304 bytes') });
    expect(process.memoryUsage().rss - before).toBeLessThan(100e6);
    // Of CSV nothing is read any more, once nobody knows where the row ends.
    if (format === 'csv') expect([rows.length, given < 10]).toEqual([1, true]);
  },
);

test('columns are those of all records, siblings together; without them a later field is an error', async () => {
  const given = [{ a: 1, b: { c: 2 } }, { x: 'y' }, { b: { d: [3] } }, { a: 'z' }];
  expect(await columnsOf('csv', inGroups(given), 10)).toEqual([
    { name: 'a', type: 'json' },
    { name: 'b.c', type: 'number' },
    { name: 'b.d[0]', type: 'number' },
    { name: 'x', type: 'string' },
  ]);
  expect(await columnsOf('parquet', inGroups(given), 10)).toEqual([
    { name: 'a', type: 'json' },
    { name: 'b', type: 'json' },
    { name: 'x', type: 'string' },
  ]);
  for (const format of ['csv', 'parquet'] as const) {
    await expect(
      Readable.from(writeRecords(format, inGroups([...given.slice(0, 2), { n: 1 }], 2), undefined)).toArray(),
    ).rejects.toThrow('The column n was not seen in the first records');
    await expect(columnsOf(format, inGroups(given), 2)).rejects.toMatchObject({
      code: 'badRequest',
      message: expect.stringContaining('more than 2 columns'),
    });
  }
});

test('a Parquet value that its column cannot hold is an error with its row', async () => {
  const given = inGroups([{ a: 1 }, { a: 'x' }], 1);
  await expect(Readable.from(writeRecords('parquet', given, ['a'])).toArray()).rejects.toThrow(
    'Row 2: a is a string, and its column is of type number',
  );
});
