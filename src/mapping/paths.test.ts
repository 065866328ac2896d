import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { PathError, parsePath, pathText, queryName, readPath, reshape, writePath } from './paths.ts';

const read = (record: unknown, path: string) => readPath(record, parsePath(path).steps);
const write = (record: Record<string, unknown>, path: string, value: unknown) => {
  writePath(record, parsePath(path).steps, value);
  return record;
};

const account = {
  Name: 'Acme',
  details: { Products: [{ id: 2, name: 'Desk' }] },
  Products: [
    { id: 4, name: 'Chair', features: { touch: false } },
    { id: 2, name: 'Lamp', features: { touch: true }, tags: ['a', 'b'] },
  ],
};

describe('reading', () => {
  test.each([
    ['Name', 'Acme'],
    ['Products[0].id', 4],
    ['Products[id=4].name', 'Chair'],
    ["Products[name='Lamp'].id", 2],
    ['Products[?(@.id==2)].name', 'Lamp'],
    ['details.Products[?(@.id==2)].name', 'Desk'],
    ['Products[?(@.features.touch==true)].id', 2],
    ['Products[features.touch=true].id', 2],
    ['Products[*].size()', 2],
    ['Products.size()', 2],
    ['Products[*].name', ['Chair', 'Lamp']],
    ['Products[*].tags[*]', [undefined, ['a', 'b']]],
    ['Products[*].tags.size()', [undefined, 2]],
    ['Products[9].id', undefined],
    ['Name.first', undefined],
    ['Name.length', undefined],
    ['Products.length', undefined],
    ['Missing[*].x', undefined],
    ['constructor', undefined],
    ['__proto__.polluted', undefined],
  ])('%s', (path, value) => {
    expect(read(account, path)).toEqual(value);
  });

  test('own members of any name are read', () => {
    const record: unknown = JSON.parse('{"__proto__":{"a":1},"constructor":2,"odata.type":3}');
    expect(read(record, '__proto__.a')).toBe(1);
    expect(read(record, 'constructor')).toBe(2);
    expect(read(record, "['odata.type']")).toBe(3);
  });
});

describe('writing', () => {
  test.each([
    ['a.b.c', 1, { a: { b: { c: 1 } } }],
    ['a[2].x', 1, { a: [null, null, { x: 1 }] }],
    ['a[id=4].x', 1, { a: [{ id: 4, x: 1 }] }],
    ["a[?(@.f.t=='yes')].x", 1, { a: [{ f: { t: 'yes' }, x: 1 }] }],
    ['a[*].x', [1, undefined, 3], { a: [{ x: 1 }, {}, { x: 3 }] }],
    ['a[*].b[*].x', [[1], undefined], { a: [{ b: [{ x: 1 }] }, {}] }],
    ['a[*]', [1, 2], { a: [1, 2] }],
    ['a[*].x', [], { a: [] }],
    ['a', undefined, {}],
  ])('%s', (path, value, record) => {
    expect(write({}, path, value)).toEqual(record);
  });

  test('keeps what stands beside it', () => {
    const record = { a: [{ id: 4, y: 2 }], b: { c: 1 } };
    write(record, 'a[id=4].x', 1);
    write(record, 'b.d', 2);
    expect(record).toEqual({ a: [{ id: 4, y: 2, x: 1 }], b: { c: 1, d: 2 } });
  });

  test('names that mean something to the language are names', () => {
    const record = write({}, '__proto__.polluted', true);
    write(record, 'constructor.prototype.polluted', true);
    expect(Object.keys(record)).toEqual(['__proto__', 'constructor']);
    expect(({} as Record<string, unknown>)['polluted']).toBeUndefined();
  });
});

describe('malformed paths', () => {
  test.each([
    ['', 0],
    ['a..b', 2],
    ['a.', 2],
    ['.a', 0],
    ['a[', 1],
    ['a[x]', 1],
    ['a[-1]', 1],
    ['a[?(@.id>2)]', 1],
    ['a]b', 1],
    ['a.size().b', 9],
    ['[0].a', 0],
    ['a[*]b', 4],
    ['a[1000]', 0],
  ])('%s', (path, position) => {
    const fault = (() => {
      try {
        return parsePath(path);
      } catch (error) {
        return error;
      }
    })();
    expect(fault).toBeInstanceOf(PathError);
    expect((fault as PathError).message).toContain(path);
    expect((fault as PathError).position).toBe(position);
  });
});

test('the text of steps is read as the same steps', () => {
  const name = fc.stringMatching(/^[^'"[\]]{1,8}$/);
  const plain = fc.stringMatching(/^[A-Za-z_]{1,8}$/);
  const step = fc.oneof(
    name.map((name) => ({ kind: 'key' as const, name })),
    fc.nat(999).map((index) => ({ kind: 'index' as const, index })),
    fc.constant({ kind: 'each' as const }),
    fc
      .tuple(fc.array(plain, { minLength: 1, maxLength: 3 }), fc.oneof(fc.integer(), fc.boolean(), plain))
      .map(([member, value]) => ({ kind: 'where' as const, member, value })),
  );
  const steps = fc
    .tuple(name, fc.array(step, { maxLength: 8 }))
    .map(([first, others]) => [{ kind: 'key' as const, name: first }, ...others]);
  fc.assert(
    fc.property(steps, (steps) => {
      expect(parsePath(pathText(steps)).steps).toEqual(steps);
    }),
  );
});

test.each([
  [['a', 'b'], 1, 1, ['a', 'b']],
  [[['a'], undefined, ['b', 'c']], 2, 1, ['a', undefined, 'b', 'c']],
  [[['a'], ['b', 'c']], 2, 0, ['a', 'b', 'c']],
  [['a', undefined], 1, 0, ['a']],
  ['a', 0, 1, ['a']],
  [['a', 'b'], 0, 1, ['a', 'b']],
  [['a', 'b'], 1, 2, [['a'], ['b']]],
  [undefined, 0, 1, undefined],
])('%j through %i lists into %i', (value, from, to, shaped) => {
  expect(reshape(value, from, to)).toEqual(shaped);
});

test('queries name lists without brackets', () => {
  expect(['items[*].a', 'a[id=4].b', 'a[*].size()', 'a.b'].map((path) => queryName(parsePath(path)))).toEqual([
    'items.a',
    'a',
    'a',
    'a.b',
  ]);
});

test.each([`a[?(@.b==${' '.repeat(900)}x`, `a[?(@.${' '.repeat(900)}x`, `a[b=${' '.repeat(900)}"`])(
  'a path that is malformed is refused at once, however it is written',
  (text) => {
    const began = performance.now();
    expect(() => parsePath(text)).toThrow(PathError);
    expect(performance.now() - began).toBeLessThan(300);
  },
);

test('spaces around what a filter compares do not count', () => {
  const steps = [
    { kind: 'key', name: 'a' },
    { kind: 'where', member: ['b'], value: 2 },
  ];
  for (const text of ['a[?( @.b == 2 )]', 'a[ b = 2 ]', 'a[b=2]']) expect(parsePath(text).steps).toEqual(steps);
});
