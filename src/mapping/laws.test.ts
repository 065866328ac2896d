// The laws of mappings, over generated mappings and records: what is read of lawful fields is written back unchanged, what
// is written is read again, and a write touches only what was set.

import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { compileMapping } from './compile.ts';
import type { Transformation } from './document.ts';
import type { Mapping } from './mapping.ts';
import { parsePath, readPath, writePath } from './paths.ts';

type Field = NonNullable<Transformation['fields']>[number];

/** A field with values as a vendor may have them, of the type that is declared for it. */
interface MadeField {
  field: Field;
  values: fc.Arbitrary<unknown>;
}

const text = fc.string({ maxLength: 6 });
const number = fc.oneof(
  fc.integer(),
  fc.double({ noNaN: true, noDefaultInfinity: true }).map((value) => value + 0),
);
const second = fc.integer({ min: 0, max: 4_000_000_000 }).map((at) => new Date(at * 1000).toISOString());
const anything = fc.jsonValue({ maxDepth: 2 });

const date = (pattern: string | undefined, vendorPattern: string) => [
  { type: 'transformDate', properties: { ...(pattern === undefined ? {} : { pattern }), vendorPattern } },
];

/** What a field can be besides its paths. */
const kinds: { rest: Partial<Field>; values: fc.Arbitrary<unknown> }[] = [
  { rest: {}, values: anything },
  { rest: { type: 'string', vendorType: 'string' }, values: text },
  { rest: { type: 'string', vendorType: 'number' }, values: number },
  { rest: { type: 'string', vendorType: 'boolean' }, values: fc.boolean() },
  { rest: { type: 'number' }, values: number },
  { rest: { type: 'number', vendorType: 'string' }, values: fc.oneof(text, number.map(String)) },
  { rest: { type: 'number', vendorType: 'boolean' }, values: fc.boolean() },
  { rest: { type: 'boolean', vendorType: 'number' }, values: fc.integer({ min: 0, max: 3 }) },
  { rest: { type: 'boolean', vendorType: 'string' }, values: fc.constantFrom('true', 'TRUE', 'no', '') },
  { rest: { type: 'date' }, values: second },
  { rest: { type: 'date', vendorType: 'string' }, values: fc.constantFrom('2020-01-02', '03 Jan 2020', '') },
  { rest: { type: 'array[string]' }, values: fc.array(text, { maxLength: 3 }) },
  { rest: { type: 'object' }, values: fc.dictionary(fc.constantFrom('p', 'q'), number, { maxKeys: 2 }) },
  {
    rest: { configuration: date(undefined, 'yyyy-MM-dd HH:mm:ss') },
    values: second.map((at) => `${at.slice(0, 10)} ${at.slice(11, 19)}`),
  },
  { rest: { configuration: date('dd.MM.yyyy', 'yyyy-MM-dd') }, values: second.map((at) => at.slice(0, 10)) },
  {
    rest: { configuration: date('dd.MM.yyyy', 'yyyy-MM-dd HH:mm:ss') },
    values: second.map((at) => `${at.slice(0, 10)} ${at.slice(11, 19)}`),
  },
  {
    rest: { vendorType: 'number', configuration: date(undefined, 'seconds') },
    values: second.map((at) => Date.parse(at) / 1000),
  },
  { rest: { configuration: [{ type: 'defaultValue', properties: { toVendor: 'd', fromVendor: 'e' } }] }, values: text },
  { rest: { configuration: [{ type: 'remove', properties: { toVendor: true } }] }, values: anything },
  { rest: { configuration: [{ type: 'remove', properties: { fromVendor: true } }] }, values: anything },
];

/** Beginnings of paths; few, so that fields stand beside each other, below each other and in the same lists. */
const beginnings: [ours: string, vendors: string][] = [
  ['', ''],
  ['', 'w.'],
  ['v.', ''],
  ['v.u.', 'w.x.'],
  ['l[*].', 'k[*].'],
  ['v.l[*].', 'k.j[*].'],
  ['l[*].', 'l[*].'],
  ['m[*].l[*].', 'k[*].i[*].'],
  ['l[*].v.', 'k[*].'],
  ['', 'k[*].'],
  ['', 'k[1].'],
  ['', 'k[f=1].'],
  ['n[f=1].', 'w.'],
];
const names = ['a', 'b', 'c', 'd', 'e', '__proto__', 'constructor'];

const madeField: fc.Arbitrary<MadeField> = fc
  .record({
    kind: fc.constantFrom(...kinds),
    beginning: fc.constantFrom(...beginnings),
    ours: fc.constantFrom(...names, ''),
    vendors: fc.constantFrom(...names, ''),
  })
  .map(({ kind, beginning, ours, vendors }) => {
    const path = (begin: string, name: string) =>
      name === '' && begin !== '' ? begin.slice(0, -1) : begin + (name || 'z');
    return {
      field: { path: path(beginning[0], ours), vendorPath: path(beginning[1], vendors), ...kind.rest },
      values: kind.values,
    };
  });

interface Case {
  mapping: Mapping;
  fields: MadeField[];
  values: unknown[];
  record: Record<string, unknown>;
}

const cases: fc.Arbitrary<Case> = fc
  .record({
    fields: fc.uniqueArray(madeField, { minLength: 1, maxLength: 8, selector: ({ field }) => field.path }),
    passThrough: fc.record({ fromVendor: fc.boolean(), toVendor: fc.boolean() }),
  })
  .chain(({ fields, passThrough }) =>
    fc
      .record({
        // What else the vendor has, also under names that are ours.
        others: fc.dictionary(
          fc.constantFrom('a', 'v', 'l', 'n', 'k', 'w', 'y', '__proto__'),
          fc.oneof(anything, fc.array(fc.dictionary(fc.constantFrom('a', 'y'), number), { maxLength: 3 })),
          { maxKeys: 4 },
        ),
        values: fc.tuple(
          ...fields.map(({ field, values }) =>
            fc.option(valueTree(field.vendorPath ?? '', values), { nil: undefined, freq: 4 }),
          ),
        ),
      })
      .map(({ others, values }) => {
        const record = structuredClone(others);
        for (const [index, { field }] of fields.entries()) {
          writePath(record, parsePath(field.vendorPath ?? '').steps, values[index]);
        }
        const mapping = compileMapping({
          objectName: 'thing',
          definition: {},
          definitionNamed: () => undefined,
          transformation: {
            fields: fields.map(({ field }) => field),
            configuration: [{ type: 'passThrough', properties: passThrough }],
          },
        });
        const shown = { fields: fields.map(({ field }) => field), passThrough, record };
        return { mapping, fields, values, record, [fc.toStringMethod]: () => JSON.stringify(shown) };
      }),
  );

/** Values in lists for each `[*]`; in some elements there is none. */
function valueTree(path: string, values: fc.Arbitrary<unknown>): fc.Arbitrary<unknown> {
  const depth = path.split('[*]').length - 1;
  let tree = depth === 0 ? values : fc.option(values, { nil: undefined, freq: 4 });
  for (let level = 0; level < depth; level++) tree = fc.array(tree, { maxLength: 3 });
  return tree;
}

const read = (record: unknown, path: string) => readPath(record, parsePath(path).steps);

const lawful = ({ mapping }: Case) =>
  mapping.laws.flatMap(({ path, vendorPath, lawful }) =>
    lawful && vendorPath !== undefined ? [{ path, vendorPath }] : [],
  );

/** Fields have values of other types where something else has been written over them. */
const fits = ({ fields, values, record }: Case) =>
  fields.every(({ field }, index) => {
    const made = ends(values[index], field.vendorPath ?? '');
    return ends(read(record, field.vendorPath ?? ''), field.vendorPath ?? '').every((end) => made.includes(end));
  });

function ends(tree: unknown, path: string): string[] {
  const depth = path.split('[*]').length - 1;
  const all = depth === 0 ? [tree] : Array.isArray(tree) ? tree.flat(depth - 1) : [];
  return all.filter((end) => end !== undefined && !(depth > 0 && end === null)).map((end) => JSON.stringify(end));
}

describe('laws', () => {
  test('what is read of lawful fields is written back unchanged', () => {
    fc.assert(
      fc.property(cases, (made) => {
        fc.pre(fits(made));
        const { mapping, record } = made;
        const written = mapping.toVendor(mapping.fromVendor(record).value);
        for (const { vendorPath } of lawful(made)) {
          expect(read(written.value, vendorPath), vendorPath).toEqual(read(record, vendorPath));
        }
      }),
      { numRuns: 500 },
    );
  });

  test('what is written of lawful fields is read again', () => {
    fc.assert(
      fc.property(cases, fc.func(fc.boolean()), (made, isSet) => {
        fc.pre(fits(made));
        const { mapping, record } = made;
        const whole = mapping.fromVendor(record).value;
        const set = Object.fromEntries(Object.entries(whole).filter(([name]) => isSet(name)));
        const again = mapping.fromVendor(mapping.toVendor(set).value).value;
        for (const { path } of lawful(made)) {
          if (read(set, path) !== undefined) expect(read(again, path), path).toEqual(read(set, path));
        }
      }),
      { numRuns: 500 },
    );
  });

  test('a write touches only what was set, and declared defaults', () => {
    fc.assert(
      fc.property(cases, fc.func(fc.boolean()), ({ mapping, fields, record }, isSet) => {
        const whole = mapping.fromVendor(record).value;
        const set = Object.fromEntries(Object.entries(whole).filter(([name]) => isSet(name)));
        const touched = fields.flatMap(({ field: { path = '', vendorPath = '', configuration } }) => {
          const isDefault = configuration?.some(({ type }) => type === 'defaultValue');
          return isDefault || read(set, path ?? '') !== undefined ? [plain(vendorPath ?? '')] : [];
        });
        const passed = leaves(set);
        for (const leaf of leaves(mapping.toVendor(set).value)) {
          const isMapped = touched.some(
            (path) => `${leaf}.`.startsWith(`${path}.`) || `${path}.`.startsWith(`${leaf}.`),
          );
          expect(isMapped || passed.includes(leaf), leaf).toBe(true);
        }
      }),
      { numRuns: 500 },
    );
  });

  test('no record is changed by being mapped', () => {
    fc.assert(
      fc.property(cases, ({ mapping, record }) => {
        const before = structuredClone(record);
        const { value } = mapping.fromVendor(record);
        expect(record).toEqual(before);
        const ours = structuredClone(value);
        mapping.toVendor(value);
        expect(value).toEqual(ours);
        expect(({} as Record<string, unknown>)['a']).toBeUndefined();
      }),
      { numRuns: 500 },
    );
  });

  test('what is explained is what is done', () => {
    fc.assert(
      fc.property(cases, ({ mapping, record }) => {
        const { value, faults } = mapping.explain(record, 'fromVendor');
        expect({ value, faults }).toEqual(mapping.fromVendor(record));
        const back = mapping.explain(value, 'toVendor');
        expect({ value: back.value, faults: back.faults }).toEqual(mapping.toVendor(value));
      }),
      { numRuns: 500 },
    );
  });
});

/** The list of an element, where a path names one. */
const plain = (path: string) => path.replace(/\[(?!\*).*$/, '').replaceAll('[*]', '');

/** The paths of all ends of a record; lists say nothing. */
function leaves(value: unknown, path = ''): string[] {
  if (Array.isArray(value)) return value.length === 0 ? [path] : value.flatMap((element) => leaves(element, path));
  if (typeof value !== 'object' || value === null) return [path];
  const entries = Object.entries(value);
  if (entries.length === 0) return path === '' ? [] : [path];
  return entries.flatMap(([name, inner]) => leaves(inner, path === '' ? name : `${path}.${name}`));
}

test.each<[Field, string | undefined]>([
  [{ path: 'a', vendorPath: 'b.c' }, undefined],
  [{ path: 'l[*].a', vendorPath: 'k.i[*].b' }, undefined],
  [{ path: 'a', vendorPath: 'b', type: 'string', vendorType: 'number' }, undefined],
  [{ path: 'a', vendorPath: 'b', configuration: date('dd.MM.yyyy', 'yyyy-MM-dd') }, undefined],
  [{ path: 'a', vendorPath: 'b', configuration: date(undefined, 'milliseconds') }, undefined],
  [{ path: 'a', vendorPath: 'b', type: 'number', vendorType: 'string' }, 'string that became number'],
  [{ path: 'a', vendorPath: 'b[*].size()' }, 'size()'],
  [{ path: 'a', vendorPath: 'b[0].c' }, 'one element of a list'],
  [{ path: 'a', vendorPath: 'b[?(@.id==2)].c' }, 'one element of a list'],
  [{ path: 'a', vendorPath: 'b[*].c' }, 'different depth'],
  [{ path: 'a[*]', vendorPath: 'b[*].c' }, 'becomes null'],
  [
    { path: 'a', vendorPath: 'b', configuration: [{ type: 'remove', properties: { toVendor: true } }] },
    'not carried to',
  ],
  [
    { path: 'a', vendorPath: 'b', configuration: [{ type: 'remove', properties: { fromVendor: true } }] },
    'not carried from',
  ],
  [{ path: 'a', vendorPath: 'b', configuration: [{ type: 'defaultValue', properties: { toVendor: 1 } }] }, 'default'],
  [{ path: 'a', vendorPath: 'b', configuration: date('yyyy-MM-dd', 'yyyy-MM-dd HH:mm') }, 'leaves out parts'],
  [{ path: 'a', vendorPath: 'b', configuration: date('yy-MM-dd', 'yyyy-MM-dd') }, 'century'],
  [{ path: 'a', vendorPath: 'b', configuration: date(undefined, 'yyyy-MM-dd hh:mm') }, 'morning'],
  [{ path: 'a', vendorPath: 'b', configuration: date(undefined, 'yyyy-MM-dd HH:mm Z') }, 'offset'],
  [{ path: 'a', vendorPath: 'b', configuration: date(undefined, 'HH:mm:ss.S') }, 'fraction'],
  [{ path: 'a', vendorPath: 'b', configuration: date(undefined, 'epoch') }, 'seconds or milliseconds'],
  [
    { path: 'a', vendorPath: 'b', configuration: [{ type: 'transformDate', properties: { pattern: 'yyyy' } }] },
    'not given',
  ],
])('the law of %j', (field, reason) => {
  const { laws } = compileMapping({
    objectName: 'thing',
    definition: { fields: [{ path: 'other', type: 'string' }] },
    definitionNamed: () => undefined,
    transformation: { fields: [field] },
  });
  expect(laws).toHaveLength(2);
  expect(laws[0]).toMatchObject({ path: field.path, vendorPath: field.vendorPath, lawful: reason === undefined });
  if (reason !== undefined) expect(laws[0]?.reason).toContain(reason);
  expect(laws[1]).toEqual({ path: 'other', vendorPath: undefined, type: 'string', lawful: true, reason: undefined });
});

test('a script, and fields that share a place, are against the law', () => {
  const lawsOf = (transformation: Transformation) =>
    compileMapping({ objectName: 'thing', definition: {}, definitionNamed: () => undefined, transformation }).laws.map(
      ({ reason }) => reason,
    );
  expect(lawsOf({ fields: [{ path: 'a', vendorPath: 'b' }], script: { body: 'done()' } })).toEqual([
    'a script runs after the mapping and may change it',
  ]);
  expect(
    lawsOf({
      fields: [
        { path: 'a', vendorPath: 'x' },
        { path: 'b', vendorPath: 'x' },
        { path: 'c', vendorPath: 'y.z' },
        { path: 'c.d', vendorPath: 'w' },
      ],
    }),
  ).toEqual([
    'b shares x with it',
    'a shares x with it',
    'it is not separate from the field c.d',
    'it is not separate from the field c',
  ]);
});
