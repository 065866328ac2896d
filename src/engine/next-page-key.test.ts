// Where vendors name their next page: in headers, in bodies, as a token or as a URL.

import { describe, expect, test } from 'vitest';
import { findNextPage, parseNextPageKey } from './next-page-key.ts';

test.each([
  ['header.X-Next', { place: 'header', name: 'x-next', parameter: undefined }],
  ['header.link?cursor', { place: 'header', name: 'link', parameter: 'cursor' }],
  ['body.a.b', { place: 'body', name: 'a.b', parameter: undefined }],
  ['body.a?page', { place: 'body', name: 'a', parameter: 'page' }],
  ['data.nextId', { place: 'body', name: 'data.nextId', parameter: undefined }],
  [' elements-next-page-token ', { place: 'body', name: 'elements-next-page-token', parameter: undefined }],
  ['', undefined],
  [' ', undefined],
  [null, undefined],
  [undefined, undefined],
])('%j is read', (text, key) => {
  expect(parseNextPageKey(text)).toEqual(key);
});

const find = (text: string, headers: Record<string, string>, body: unknown) => {
  const key = parseNextPageKey(text);
  if (key === undefined) throw new Error('This is no key');
  return findNextPage(key, headers, body);
};

describe('in a body', () => {
  test.each([
    ['body.next', { next: 'abc' }, 'abc'],
    ['body.next', { next: 12 }, '12'],
    ['body.next', { next: 0 }, '0'],
    ['body.next', { next: '' }, undefined],
    ['body.next', { next: null }, undefined],
    ['body.next', { next: false }, undefined],
    ['body.next', { next: { a: 1 } }, undefined],
    ['body.next', {}, undefined],
    ['body.next', undefined, undefined],
    ['body.a.b', { a: { b: 'x' } }, 'x'],
    ['data.nextId', { nextId: 'beside the root' }, 'beside the root'],
    ['body.next?page', { next: 'https://v.test/x?page=3&a=b#page=4' }, '3'],
    ['body.next?page', { next: '/x?a=1&page=a%2Bb%20c' }, 'a+b c'],
    ['body.next?page', { next: 'https://v.test/x?after=1' }, 'follow https://v.test/x?after=1'],
    ['body.next?page', { next: 'no address' }, undefined],
    ['body.constructor', {}, undefined],
  ])('%s of %j is %j', (key, body, value) => {
    expect(find(key, {}, body)).toBe(value);
  });
});

describe('in a header', () => {
  test.each([
    ['header.X-Next', { 'x-next': 'abc' }, 'abc'],
    ['header.X-Next', {}, undefined],
    ['header.X-Next?page', { 'x-next': 'https://v.test/?page=2' }, '2'],
    ['header.link?page', { link: '<https://v.test/?page=2>; rel="next"' }, '2'],
    ['header.link?page', { link: '</?page=1>; rel="prev", </?page=3>; rel="next"' }, '3'],
    ['header.link?page', { link: '</?page=3>; title="a, b"; rel=next' }, '3'],
    ['header.link?page', { link: '</?page=3>; rel="last next"' }, '3'],
    ['header.link?page', { link: '</?page=3,4>;rel="next"' }, '3,4'],
    ['header.link?page', { link: '</?page=1>; rel="prev"' }, undefined],
    ['header.link?page', { link: '</?page=1>; rel="nextish"' }, undefined],
    ['header.link', { link: '</?page=3>; rel="next"' }, '/?page=3'],
    ['header.link?page', { link: 'nonsense' }, undefined],
  ])('%s of %j is %j', (key, headers, value) => {
    expect(find(key, headers as Record<string, string>, {})).toBe(value);
  });
});
