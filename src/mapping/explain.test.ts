import { describe, expect, test } from 'vitest';
import { compileMapping } from './compile.ts';
import type { Transformation } from './document.ts';

const compile = (transformation: Transformation) =>
  compileMapping({ objectName: 'ticket', definition: {}, definitionNamed: () => undefined, transformation });

const transformation: Transformation = {
  fields: [
    { path: 'id', vendorPath: 'Id', type: 'string', vendorType: 'number' },
    { path: 'amount', vendorPath: 'Amount', type: 'number' },
    { path: 'lines[*].sku', vendorPath: 'rows[*].code' },
    { path: 'lines[*].n', vendorPath: 'rows[*].n', type: 'number' },
    {
      path: 'status',
      vendorPath: 'Status',
      configuration: [{ type: 'defaultValue', properties: { fromVendor: 'new' } }],
    },
    {
      path: 'day',
      vendorPath: 'At',
      configuration: [
        { type: 'transformDate', properties: { pattern: 'yyyy-MM-dd', vendorPattern: 'yyyy-MM-dd HH:mm' } },
      ],
    },
    { path: 'count', vendorPath: 'rows[*].size()' },
    { path: 'secret', vendorPath: 'Secret', configuration: [{ type: 'remove', properties: { fromVendor: true } }] },
  ],
};
const record = {
  Id: 7,
  Amount: 'much',
  rows: [{ code: 'a', n: '1', x: 1 }, { code: 'b' }],
  At: '2020-01-02 03:04',
  Secret: 's',
  Other: { deep: true, list: [] },
};

describe('from the vendor', () => {
  test('every value with where it came from and what was lost', () => {
    const { fields, faults, dropped } = compile(transformation).explain(record, 'fromVendor');
    expect(fields).toEqual([
      { path: 'id', from: 'Id', by: 'field', before: 7, after: '7' },
      {
        path: 'amount',
        from: 'Amount',
        by: 'field',
        before: 'much',
        after: 'much',
        lost: faults[0]?.message,
      },
      { path: 'lines[*].sku', from: 'rows[*].code', by: 'field', before: ['a', 'b'], after: ['a', 'b'] },
      { path: 'lines[*].n', from: 'rows[*].n', by: 'field', before: ['1', undefined], after: [1, undefined] },
      { path: 'status', from: undefined, by: 'default', before: undefined, after: 'new' },
      {
        path: 'day',
        from: 'At',
        by: 'field',
        before: '2020-01-02 03:04',
        after: '2020-01-02',
        lost: '"2020-01-02" becomes "2020-01-02 00:00" on the way back, not "2020-01-02 03:04"',
      },
      { path: 'count', from: 'rows[*].size()', by: 'field', before: 2, after: 2 },
      { path: 'rows[*].x', from: 'rows[*].x', by: 'passThrough', before: 1, after: 1 },
      { path: 'Other.deep', from: 'Other.deep', by: 'passThrough', before: true, after: true },
      { path: 'Other.list', from: 'Other.list', by: 'passThrough', before: [], after: [] },
    ]);
    expect(faults).toHaveLength(1);
    expect(dropped).toEqual(['Secret']);
  });

  test('what nothing took up, when nothing passes', () => {
    const { dropped, fields } = compile({
      ...transformation,
      configuration: [{ type: 'passThrough', properties: { fromVendor: false } }],
    }).explain(record, 'fromVendor');
    expect(dropped).toEqual(['rows[*].x', 'Secret', 'Other.deep', 'Other.list']);
    expect(fields.some(({ by }) => by === 'passThrough')).toBe(false);
  });

  test('elements that were not taken out of a list', () => {
    const { dropped } = compile({
      fields: [{ path: 'work', vendorPath: 'phones[type=work].number' }],
      configuration: [{ type: 'passThrough', properties: { fromVendor: false } }],
    }).explain(
      {
        phones: [
          { type: 'work', number: 1 },
          { type: 'home', number: 2 },
        ],
      },
      'fromVendor',
    );
    expect(dropped).toEqual(['phones[*].type', 'phones[*].number']);
  });
});

test('to the vendor: what cannot be written is dropped', () => {
  const { value, fields, dropped } = compile(transformation).explain({ id: '7', count: 3, y: 1 }, 'toVendor');
  expect(value).toEqual({ Id: 7, y: 1 });
  expect(fields).toEqual([
    { path: 'Id', from: 'id', by: 'field', before: '7', after: 7 },
    { path: 'y', from: 'y', by: 'passThrough', before: 1, after: 1 },
  ]);
  expect(dropped).toEqual(['count']);
});

test('what is no object is told as such', () => {
  expect(compile(transformation).explain('text', 'fromVendor')).toMatchObject({ value: {}, fields: [], dropped: [] });
});
