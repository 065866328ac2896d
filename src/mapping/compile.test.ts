import { describe, expect, test } from 'vitest';
import { parseWhere } from '../ceql/parse.ts';
import { Problem } from '../core/errors.ts';
import { compileMapping } from './compile.ts';
import type { ObjectDefinition, Transformation } from './document.ts';

type Field = NonNullable<Transformation['fields']>[number];
const noPassThrough = { type: 'passThrough', properties: { fromVendor: false, toVendor: false } };

function mapping(
  fields: (Field | [path: string, vendorPath: string, type?: string, vendorType?: string])[],
  rest: Partial<Transformation> = {},
  definition: ObjectDefinition = {},
  others: Record<string, ObjectDefinition> = {},
) {
  return compileMapping({
    objectName: 'thing',
    definition,
    definitionNamed: (name) => others[name],
    transformation: {
      vendorName: 'Thing',
      fields: fields.map((field) => {
        if (!Array.isArray(field)) return field;
        const [path, vendorPath, type, vendorType] = field;
        return { path, vendorPath, type: type ?? null, vendorType: vendorType ?? null };
      }),
      ...rest,
    },
  });
}

const faultOf = (make: () => unknown): Problem => {
  try {
    make();
  } catch (error) {
    if (error instanceof Problem) return error;
    throw error;
  }
  throw new Error('nothing was thrown');
};

describe('both ways', () => {
  test('names, nested objects and what is not mapped', () => {
    const { fromVendor, toVendor } = mapping([
      ['id', 'Id'],
      ['subject', 'fields.summary'],
      ['address.city', 'City'],
    ]);
    const record = { Id: 1, City: 'Oslo', Other: 2, fields: { summary: 's', more: [1] } };
    const mapped = { id: 1, subject: 's', address: { city: 'Oslo' }, Other: 2, fields: { more: [1] } };
    expect(fromVendor(record)).toEqual({ value: mapped, faults: [] });
    expect(toVendor(mapped)).toEqual({ value: record, faults: [] });
    expect(record).toEqual({ Id: 1, City: 'Oslo', Other: 2, fields: { summary: 's', more: [1] } });
  });

  test('nothing passes when it is said so', () => {
    const { fromVendor, toVendor } = mapping([['id', 'Id']], { configuration: [noPassThrough] });
    expect(fromVendor({ Id: 1, Other: 2 }).value).toEqual({ id: 1 });
    expect(toVendor({ id: 1, other: 2 }).value).toEqual({ Id: 1 });
  });

  test('lists to lists, of different depth of names, element by element', () => {
    const { fromVendor, toVendor } = mapping([
      ['items[*].amount', 'itemList.item[*].total.amount'],
      ['items[*].sku', 'itemList.item[*].code'],
    ]);
    const record = { itemList: { item: [{ total: { amount: 1 }, code: 'a', x: 1 }, {}, { code: 'c' }] } };
    const mapped = {
      items: [{ amount: 1, sku: 'a' }, {}, { sku: 'c' }],
      itemList: { item: [{ x: 1 }, {}, {}] },
    };
    expect(fromVendor(record).value).toEqual(mapped);
    expect(toVendor({ items: mapped.items }).value).toEqual({
      itemList: { item: [{ total: { amount: 1 }, code: 'a' }, {}, { code: 'c' }] },
    });
  });

  test('an element of a list by place, by value and by filter, and how many there are', () => {
    const { fromVendor, toVendor } = mapping([
      ['work', 'phones[type=work].number'],
      ['home', "phones[?(@.type=='home')].number"],
      ['first', 'emails[0].address'],
      ['count', 'phones[*].size()'],
    ]);
    const phones = [
      { type: 'home', number: '1' },
      { type: 'work', number: '2' },
    ];
    const { value } = fromVendor({ phones, emails: [{ address: 'a@b.c' }] });
    expect(value).toEqual({ work: '2', home: '1', first: 'a@b.c', count: 2, phones, emails: [{ address: 'a@b.c' }] });
    expect(toVendor({ ...value, work: '3' }).value).toEqual({
      phones: [phones[0], { type: 'work', number: '3' }],
      emails: [{ address: 'a@b.c' }],
    });
    expect(phones[1]).toEqual({ type: 'work', number: '2' });
    expect(toVendor({ work: '3', count: 7 }).value).toEqual({ phones: [{ type: 'work', number: '3' }] });
  });

  test('what passes never looks like a field, and gives way to one', () => {
    const { fromVendor, toVendor } = mapping([['name', 'fullName']]);
    expect(fromVendor({ name: 'nick' }).value).toEqual({});
    expect(toVendor({ fullName: 'a' }).value).toEqual({ fullName: 'a' });
    expect(toVendor({ fullName: 'a', name: 'b' }).value).toEqual({ fullName: 'b' });
  });

  test('a whole with parts that are mapped one by one', () => {
    const fields: [string, string][] = [
      ['address.city', 'Address.City'],
      ['address', 'Address'],
    ];
    const record = { Address: { City: 'Oslo', Zip: '1' } };
    const passing = mapping(fields);
    expect(passing.fromVendor(record).value).toEqual({ address: { Zip: '1', city: 'Oslo' } });
    expect(passing.toVendor({ address: { Zip: '1', city: 'Oslo' } }).value).toEqual(record);
    const strict = mapping(fields, { configuration: [noPassThrough] });
    expect(strict.fromVendor(record).value).toEqual({ address: { city: 'Oslo' } });
    expect(record).toEqual({ Address: { City: 'Oslo', Zip: '1' } });
  });

  test('names that mean something to the language pass and are mapped', () => {
    const { fromVendor } = mapping([['a', '__proto__.x']]);
    const { value } = fromVendor(JSON.parse('{"__proto__":{"x":1,"y":2},"constructor":3}'));
    expect(JSON.stringify(value)).toBe('{"__proto__":{"y":2},"constructor":3,"a":1}');
    expect(({} as Record<string, unknown>)['y']).toBeUndefined();
  });

  test('what is no object cannot be mapped', () => {
    const { fromVendor } = mapping([['a', 'b']]);
    expect(fromVendor(['x'])).toEqual({
      value: {},
      faults: [{ path: 'thing', message: '["x"] is not an object, as thing should be, and cannot be mapped' }],
    });
  });
});

describe('the configuration of a field', () => {
  const withConfiguration = (type: string, properties: Record<string, unknown> | null, path = 'id'): Field => ({
    path,
    vendorPath: 'Id',
    configuration: [{ type, properties }],
  });

  test('remove in one direction or both', () => {
    const toVendor = mapping([withConfiguration('remove', { toVendor: true })]);
    expect(toVendor.fromVendor({ Id: 1 }).value).toEqual({ id: 1 });
    expect(toVendor.toVendor({ id: 1, Id: 2, a: 1 }).value).toEqual({ a: 1 });
    const both = mapping([withConfiguration('remove', null)]);
    expect(both.fromVendor({ Id: 1, a: 1 }).value).toEqual({ a: 1 });
    expect(both.toVendor({ id: 1 }).value).toEqual({});
  });

  test('pass-through of a mapped field and of one without a path at the vendor', () => {
    const { fromVendor, toVendor } = mapping(
      [
        withConfiguration('passThrough', { fromVendor: true, toVendor: false }),
        { path: 'note', configuration: [{ type: 'passThrough', properties: { fromVendor: true } }] },
        { path: 'other' },
      ],
      { configuration: [noPassThrough] },
    );
    expect(fromVendor({ Id: 1, note: 2, other: 3 }).value).toEqual({ id: 1, note: 2 });
    expect(toVendor({ id: 1, note: 2, other: 3 }).value).toEqual({});
  });

  test('a default stands in for what is empty', () => {
    const { fromVendor, toVendor } = mapping([
      {
        ...withConfiguration('defaultValue', { toVendor: '178', fromVendor: 5 }),
        type: 'number',
      },
    ]);
    for (const empty of [undefined, null, '']) {
      expect(fromVendor({ Id: empty }).value).toEqual({ id: 5 });
      expect(toVendor({ id: empty }).value).toEqual({ Id: 178 });
    }
    expect(toVendor({ id: 0 }).value).toEqual({ Id: 0 });
  });

  test('dates by the patterns of both sides', () => {
    const { fromVendor, toVendor } = mapping([
      {
        path: 'at',
        vendorPath: 'At',
        type: 'date',
        configuration: [
          {
            type: 'transformDate',
            properties: { pattern: "yyyy-MM-dd'T'HH:mm:ss'Z'", vendorPattern: 'MM/dd/yyyy HH:mm:ss' },
          },
        ],
      },
      {
        path: 'day',
        vendorPath: 'Day',
        configuration: [{ type: 'transformDate', properties: { pattern: 'yyyyMMdd' } }],
      },
      {
        path: 'count',
        vendorPath: 'Count',
        vendorType: 'number',
        configuration: [{ type: 'transformDate', properties: { vendorPattern: 'seconds' } }],
      },
    ]);
    const record = { At: '03/04/2020 05:06:07', Day: '2020-03-04T05:06:07Z', Count: 1583298367 };
    const mapped = { at: '2020-03-04T05:06:07Z', day: '20200304', count: '2020-03-04T05:06:07.000Z' };
    expect(fromVendor(record)).toEqual({ value: mapped, faults: [] });
    expect(toVendor(mapped)).toEqual({ value: { ...record, Day: '2020-03-04T00:00:00.000Z' }, faults: [] });
    expect(toVendor({ at: 'soon' }).faults).toEqual([
      { path: 'at', message: 'The value "soon" of at is not a date that can be read: send a date that can be read' },
    ]);
  });
});

describe('types', () => {
  test('are converted, and what cannot be is left as it was and named', () => {
    const { fromVendor } = mapping([
      ['name', 'Name', 'string'],
      ['amount', 'Amount', 'number'],
      ['open', 'Open', 'boolean'],
      ['at', 'At', 'date'],
      ['lines[*].n', 'Lines[*].N', 'number'],
      ['tags', 'Tags', 'array[string]'],
    ]);
    expect(
      fromVendor({ Name: 5, Amount: ' 5.50 ', Open: 'No', At: 'Wed, 04 Mar 2020 05:06:07 GMT', Tags: [1, 'x'] }).value,
    ).toEqual({ name: '5', amount: 5.5, open: false, at: '2020-03-04T05:06:07.000Z', tags: ['1', 'x'] });
    const { value, faults } = fromVendor({ Name: {}, Amount: 'much', Lines: [{ N: '1' }, { N: 'x' }], Tags: 'one' });
    expect(value).toEqual({ name: {}, amount: 'much', lines: [{ n: 1 }, { n: 'x' }], tags: 'one' });
    expect(faults.map(({ path }) => path)).toEqual(['name', 'amount', 'lines[1].n', 'tags']);
    expect(faults[1]?.message).toBe(
      'The vendor\'s value "much" of Amount is not a number, as amount should be, and was left as it is: change the type of the field or the record',
    );
  });

  test('become those of the vendor again', () => {
    const { toVendor } = mapping([
      ['id', 'Id', 'string', 'number'],
      ['open', 'Open', 'boolean', 'string'],
      ['kind', 'Kind', 'string', 'picklist'],
    ]);
    expect(toVendor({ id: '5', open: true, kind: 'a' })).toEqual({
      value: { Id: 5, Open: 'true', Kind: 'a' },
      faults: [],
    });
    expect(toVendor({ id: 'five' }).faults).toEqual([
      { path: 'id', message: 'The value "five" of id is not a number: send a number' },
    ]);
  });

  test('digits are not lost', () => {
    expect(mapping([['n', 'N', 'number']]).fromVendor({ N: '12345678901234567890' }).faults).toHaveLength(1);
  });

  test('those of the definition decide, also of definitions that it names', () => {
    const { fromVendor } = mapping(
      [
        ['person.age', 'Age', 'string'],
        ['lines[*].amount', 'rows[*].amt'],
      ],
      {},
      {
        fields: [
          { path: 'person', type: 'person' },
          { path: 'lines', type: 'array[line]' },
        ],
      },
      {
        person: { fields: [{ path: 'age', type: 'number' }] },
        line: { fields: [{ path: 'amount', type: 'number' }] },
      },
    );
    expect(fromVendor({ Age: '7', rows: [{ amt: '8' }] }).value).toEqual({
      person: { age: 7 },
      lines: [{ amount: 8 }],
    });
  });
});

describe('two fields at one path of the vendor', () => {
  const both = mapping([
    ['a', 'X'],
    ['b', 'X', 'string'],
  ]);

  test('are both read, and written when they agree', () => {
    expect(both.fromVendor({ X: 5 }).value).toEqual({ a: 5, b: '5' });
    expect(both.toVendor({ a: 5, b: '5' }).faults).toEqual([]);
    expect(both.toVendor({ b: '6' })).toEqual({ value: { X: '6' }, faults: [] });
  });

  test('are named when they do not', () => {
    expect(both.toVendor({ a: 5, b: '6' }).faults).toEqual([
      { path: 'b', message: 'a and b are both written to X and have different values: send one of them' },
    ]);
  });
});

describe('faults of documents', () => {
  test('are named all at once', () => {
    const { code, message } = faultOf(() =>
      mapping(
        [
          { path: 'a..b', vendorPath: 'A' },
          { path: 'c', vendorPath: 'C[' },
          { path: 'd', vendorPath: 'D', type: 'colour' },
          {
            path: 'e',
            vendorPath: 'E',
            configuration: [{ type: 'transformDate', properties: { pattern: 'yyyy-QQ' } }],
          },
          { path: 'e', vendorPath: 'F', configuration: [{ type: 'upperCase' }] },
          { vendorPath: 'G' },
          { path: 'h', vendorPath: 'H', configuration: [{ type: 'defaultValue', properties: {} }] },
          {
            path: 'i',
            vendorPath: 'I',
            type: 'number',
            configuration: [{ type: 'defaultValue', properties: { toVendor: 'x' } }],
          },
        ],
        { configuration: [{ type: 'passthrough' }, { type: 'passThrough', properties: { toVendor: 'maybe' } }] },
        { fields: [{ path: 'x', type: 'nothing' }, { path: 'y[' }, { path: 'z' }, { path: 'z' }] },
      ),
    );
    expect(code).toBe('badRequest');
    for (const part of [
      "The path a..b is malformed: expected a field's name at position 2",
      'The vendorPath of the field c cannot be read',
      'The field d has the type colour, which is not known',
      'The field e has a wrong transformDate. The date pattern "yyyy-QQ" has the letter Q',
      'has the field e twice',
      'has the type upperCase, which is not known',
      '(vendorPath G) has no path',
      'The field h has a defaultValue without a value',
      'The field i has the defaultValue "x", which is of another type',
      'has the type passthrough, which is not known',
      'passThrough with toVendor "maybe"',
      'The field x of the definition thing has the type nothing',
      'The path y[ is malformed',
      'has the field z twice',
    ]) {
      expect(message).toContain(part);
    }
  });

  test('a definition that contains itself is named with its cycle', () => {
    const { message } = faultOf(() =>
      mapping(
        [],
        {},
        { fields: [{ path: 'b', type: 'b' }] },
        { b: { fields: [{ path: 'c', type: 'array[c]' }] }, c: { fields: [{ path: 'back', type: 'b' }] } },
      ),
    );
    expect(message).toContain('The definition thing contains itself (b → c → b): give the field back another type');
  });

  test('definitions that grow without end are refused', () => {
    const others = Object.fromEntries(
      Array.from({ length: 20 }, (_, level) => [
        `d${level}`,
        { fields: ['a', 'b', 'c'].map((path) => ({ path, type: level < 19 ? `d${level + 1}` : 'string' })) },
      ]),
    );
    expect(faultOf(() => mapping([], {}, { fields: [{ path: 'd', type: 'd0' }] }, others)).message).toContain(
      'more than 10000 fields',
    );
  });
});

describe('queries', () => {
  const names = mapping([
    ['id', 'Id'],
    ['subject', 'fields.summary'],
    ['address', 'Address'],
    ['items[*].amount', 'itemList.item[*].total'],
    ['work', 'phones[type=work].number'],
  ]);

  test('conditions', () => {
    expect(names.where(parseWhere("id = 5 and (subject like 'a%' or address.city = 'Oslo' or Other is null)"))).toEqual(
      parseWhere("Id = 5 and (fields.summary like 'a%' or Address.city = 'Oslo' or Other is null)"),
    );
  });

  test('fields, also wholes and those below a whole, each once', () => {
    expect(names.vendorFields(['items', 'id', 'work', 'Other', 'items[*].amount', 'address.zip'])).toEqual([
      'itemList.item.total',
      'Id',
      'phones',
      'Other',
      'Address.zip',
    ]);
  });

  test('orders', () => {
    expect(names.orderBy([{ field: 'subject', descending: true }])).toEqual([
      { field: 'fields.summary', descending: true },
    ]);
  });
});

test('what a mapping says of itself', () => {
  const body = 'done(transformedObject);';
  const { vendorName, scripts, scriptsSeeWhere, documented } = mapping([], {
    isLegacy: true,
    script: { body },
    scripts: [{ body, filterEmptyResponse: true }, { body: ' ' }],
    configuration: [
      { type: 'addToDocumentation' },
      { type: 'applyJSOnQueryFieldValue', properties: { toVendor: null } },
    ],
  });
  expect({ vendorName, scripts, scriptsSeeWhere, documented }).toEqual({
    vendorName: 'Thing',
    scripts: [{ body, legacy: true, filterEmptyResponse: true }],
    scriptsSeeWhere: true,
    documented: true,
  });
});

describe('what a mapping may cost', () => {
  test('definitions that stand too deep in one another, or are too many by that, are faults', () => {
    const chain = Object.fromEntries(
      Array.from({ length: 5000 }, (_, at) => [`d${at}`, { fields: [{ path: 'f', type: `d${at + 1}` }] }]),
    );
    const deep = faultOf(() => mapping([], {}, { fields: [{ path: 'f', type: 'd0' }] }, chain));
    expect(deep.message).toContain('it has more than 50 steps');
    const twice = Object.fromEntries(
      Array.from({ length: 40 }, (_, at) => [
        `d${at}`,
        { fields: ['a', 'b'].map((path) => ({ path, type: `d${at + 1}` })) },
      ]),
    );
    const wide = faultOf(() => mapping([], {}, { fields: [{ path: 'f', type: 'd0' }] }, twice));
    expect(wide.message).toContain('more than 10000 fields');
  });

  test('a type that is nested without end is none', () => {
    const type = `${'array['.repeat(50_000)}${']'.repeat(50_000)}`;
    expect(faultOf(() => mapping([['a', 'b', type]])).message).toContain('is not known');
  });

  test('fields are held against each other, so there may not be any number of them', () => {
    const fields = (count: number) =>
      Array.from({ length: count }, (_, at) => [`a.f${at}`, `b.f${at}`] as [string, string]);
    expect(mapping(fields(2000)).toVendor({ a: { f7: 1 } }).value).toEqual({ b: { f7: 1 } });
    expect(faultOf(() => mapping(fields(2001))).message).toContain('at most 2000 can be mapped');
  });

  test('places far in many lists are refused, on either side and within lists', () => {
    const far = (path: (at: number) => string) =>
      Array.from({ length: 11 }, (_, at) => [`f${at}`, path(at)] as [string, string]);
    const faults = [
      faultOf(() => mapping(far((at) => `a${at}[999]`))),
      faultOf(() => mapping(far((at) => `a${at}[999]`).map(([one, other]) => [other, one] as [string, string]))),
      faultOf(() => mapping([['f[*]', 'a[*].b[100]']])),
    ];
    for (const { message } of faults) expect(message).toContain('more than 10000');
    expect(mapping([['f', 'a[999]']]).toVendor({ f: 1 }).value['a']).toHaveLength(1000);
  });
});
