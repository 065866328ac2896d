// Root keys: their four forms, and answers that do not have them.

import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { parseRootKey, takeRoot, wrapInRoot } from './root-key.ts';

test.each([
  ['a|b', ['a'], ['b']],
  ['|b', [], ['b']],
  ['a|', ['a'], []],
  ['b', [], ['b']],
  ['', [], []],
  ['|', [], []],
  [undefined, [], []],
  [null, [], []],
  ['|a.b', [], ['a', 'b']],
  ['a.b|', ['a', 'b'], []],
  ['|.a', [], ['a']],
  ['|[0]', [], [0]],
  ['|a[2].b', [], ['a', 2, 'b']],
  ['|rows[*].row', [], ['rows', '[*]', 'row']],
  ['|soap:Envelope.soap:Body', [], ['soap:Envelope', 'soap:Body']],
  ['|@odata-value', [], ['@odata-value']],
])('%j is read', (text, request, response) => {
  expect(parseRootKey(text)).toEqual({ request, response });
});

describe('an answer', () => {
  const answer = { data: { rows: [{ row: { id: 1 } }, { row: { id: 2 } }, {}], none: null, zero: 0, empty: '' } };
  test.each([
    ['|data.none', null],
    ['|data.zero', 0],
    ['|data.empty', ''],
    ['|data.rows[1]', { row: { id: 2 } }],
    ['|data.rows[*].row', [{ id: 1 }, { id: 2 }]],
    ['|data.rows[*].row.id', [1, 2]],
    ['data.rows[0].row.id', 1],
  ])('is taken out of %s', (key, value) => {
    expect(takeRoot(parseRootKey(key), answer)).toEqual(value);
  });

  test.each(['|missing', '|data.missing', '|data[0]', '|data.rows[9]', '|data[*].x', '|data.rows.length', 'data|', ''])(
    'passes as it is where %j finds nothing',
    (key) => {
      expect(takeRoot(parseRootKey(key), answer)).toBe(answer);
    },
  );

  test.each(['__proto__', 'constructor', 'toString', 'constructor.name'])('has own members only: %s', (key) => {
    expect(takeRoot(parseRootKey(`|${key}`), answer)).toBe(answer);
  });

  test.each([[[{ id: 1 }]], ['text'], [null], [undefined], [12]])('of another shape passes as it is: %j', (value) => {
    expect(takeRoot(parseRootKey('|data'), value)).toBe(value);
  });
});

test('law: what is wrapped by a path is found by it again', () => {
  const name = fc.string({ minLength: 1 }).filter((text) => !/[.[\]|]/.test(text));
  fc.assert(
    fc.property(fc.array(name, { minLength: 1, maxLength: 4 }), fc.jsonValue(), (path, body) => {
      const key = `${path.join('.')}|${path.join('.')}`;
      const wrapped = wrapInRoot(parseRootKey(key), body);
      expect(takeRoot(parseRootKey(key), wrapped)).toEqual(body);
      expect(Object.keys(wrapped as object)).toEqual([path[0]]);
    }),
  );
});
