import fc from 'fast-check';
import { expect, test } from 'vitest';
import { encodePairs, isObject, parseJson, percentEncode, valueAt } from './http.ts';

const anyText = fc.string({ unit: 'grapheme' });

/** RFC 3986 section 2.1 and 2.3, written a second time: byte by byte. */
function encodeByBytes(text: string): string {
  return [...Buffer.from(text, 'utf8')]
    .map((byte) => {
      const character = String.fromCharCode(byte);
      return /[A-Za-z0-9\-._~]/.test(character) ? character : `%${byte.toString(16).toUpperCase().padStart(2, '0')}`;
    })
    .join('');
}

test('percent-encoding leaves the unreserved characters of RFC 3986 and nothing else', () => {
  const ascii = Array.from({ length: 128 }, (_, code) => String.fromCharCode(code)).join('');
  expect(percentEncode(ascii)).toBe(encodeByBytes(ascii));
  expect(percentEncode("!*'()")).toBe('%21%2A%27%28%29');
});

test('percent-encoding goes byte by byte over UTF-8 and is undone by decoding', () => {
  fc.assert(
    fc.property(anyText, (text) => {
      expect(percentEncode(text)).toBe(encodeByBytes(text));
      expect(decodeURIComponent(percentEncode(text))).toBe(text);
    }),
  );
});

test('encoded pairs are read back by any reader of forms, with either way to write a space', () => {
  fc.assert(
    fc.property(fc.array(fc.tuple(anyText, anyText)), fc.constantFrom<'+' | '%20'>('+', '%20'), (pairs, spaces) => {
      expect([...new URLSearchParams(encodePairs(pairs, spaces))]).toEqual(pairs);
    }),
  );
  expect(encodePairs([['a b', 'c+d e']])).toBe('a%20b=c%2Bd%20e');
  expect(encodePairs([['a b', 'c+d e']], '+')).toBe('a+b=c%2Bd+e');
});

test('JSON is parsed, and anything else is undefined', () => {
  fc.assert(
    fc.property(fc.json(), (text) => {
      expect(parseJson(text)).toEqual(JSON.parse(text));
    }),
  );
  for (const text of ['', '{', 'undefined', '{a:1}']) expect(parseJson(text)).toBeUndefined();
});

test('an object is neither null nor an array', () => {
  expect([{}, Object.create(null)].map(isObject)).toEqual([true, true]);
  expect([null, [], 'text', 1, undefined].map(isObject)).toEqual([false, false, false, false, false]);
});

test.each([
  ['data.token', 'abc'],
  ['items[0].id', 7],
  ['items[1]', undefined],
  ['data.none.deeper', undefined],
  ['data.token.length', undefined],
])('the value at %s is %s', (path, value) => {
  expect(valueAt({ data: { token: 'abc' }, items: [{ id: 7 }] }, path)).toBe(value);
});

test.each([
  '__proto__',
  'constructor',
  'constructor.name',
  'toString',
  'data.__proto__.polluted',
  'data.hasOwnProperty',
])('the inherited member %s is not found', (path) => {
  expect(valueAt({ data: {} }, path)).toBeUndefined();
  expect(valueAt([], path)).toBeUndefined();
});

test('own members are found under any name', () => {
  const parsed: unknown = JSON.parse('{"__proto__": {"a": 1}, "constructor": 2}');
  expect(valueAt(parsed, '__proto__.a')).toBe(1);
  expect(valueAt(parsed, 'constructor')).toBe(2);
});

test('an empty path means the value itself', () => {
  expect(valueAt(5, '')).toBe(5);
});

test('a member whose own name is the whole path is found, as annotations of OData are named', () => {
  expect(valueAt({ '@odata.count': 3, '@odata': { count: 4 } }, '@odata.count')).toBe(3);
  expect(valueAt({ '@odata': { count: 4 } }, '@odata.count')).toBe(4);
});
