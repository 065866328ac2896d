// Tokens of pages: nobody but the platform writes one, and each is good at one place.

import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { Secret } from '../core/secret.ts';
import { createVault } from '../core/vault.ts';
import { createPageTokens, fingerprint, type PageMark } from './page-token.ts';

const key = (letter: string) => `${letter}:${Buffer.alloc(32, letter).toString('base64')}`;
const vault = createVault(new Secret(key('a')));
const tokens = createPageTokens(vault);
const refused = expect.objectContaining({ code: 'badRequest', status: 400 });

const marks = fc.record({
  offset: fc.nat(),
  page: fc.integer({ min: 1 }),
  size: fc.integer({ min: 1, max: 5000 }),
  cursor: fc.option(fc.string({ unit: 'grapheme' }), { nil: undefined }),
  before: fc.option(fc.string({ minLength: 1 }), { nil: undefined }),
});

test('a token gives its mark back at the place that it was written for, and may stand in a URL as it is', () => {
  fc.assert(
    fc.property(marks, fc.string(), (mark: PageMark, place) => {
      const token = tokens.write(mark, place);
      expect(token).toMatch(/^[\w.-]+$/);
      expect(token).not.toMatch(/^-?\d*$/);
      expect(tokens.read(token, place)).toEqual(mark);
    }),
  );
});

test('a token is refused at every other place', () => {
  fc.assert(
    fc.property(marks, fc.string(), fc.string(), (mark, place, other) => {
      fc.pre(place !== other);
      expect(() => tokens.read(tokens.write(mark, place), other)).toThrow(refused);
    }),
  );
});

test('a token with one character changed, left out or added is refused', () => {
  const token = tokens.write({ offset: 20, page: 3, size: 10, cursor: 'abc' }, 'here');
  fc.assert(
    fc.property(fc.nat(token.length - 1), fc.constantFrom('', 'A', 'b', '.', '0', 'zz'), (at, put) => {
      const changed = token.slice(0, at) + put + token.slice(at + 1);
      fc.pre(changed !== token);
      expect(() => tokens.read(changed, 'here')).toThrow(refused);
    }),
  );
});

test('what is no token at all is refused', () => {
  fc.assert(fc.property(fc.string(), (text) => void expect(() => tokens.read(text, 'here')).toThrow(refused)));
  expect(() => tokens.read('..', 'here')).toThrow(refused);
});

describe('keys', () => {
  const mark = { offset: 0, page: 2, size: 5, cursor: undefined, before: undefined };

  test('a token of an older key stays good while the key is in the ring', () => {
    const token = tokens.write(mark, 'here');
    const later = createPageTokens(createVault(new Secret(`${key('b')},${key('a')}`)));
    expect(later.read(token, 'here')).toEqual(mark);
  });
  test('a token of another platform’s key is refused', () => {
    const foreign = createPageTokens(createVault(new Secret(key('c'))));
    expect(() => tokens.read(foreign.write(mark, 'here'), 'here')).toThrow(refused);
  });
});

test('fingerprints tell pages with other first or last rows, or another number of rows, from each other', () => {
  const rows = fc.array(fc.record({ id: fc.nat(), name: fc.string() }), { minLength: 1, maxLength: 5 });
  fc.assert(
    fc.property(rows, rows, (one, other) => {
      const ends = (list: unknown[]) => JSON.stringify([list[0], list.at(-1), list.length]);
      expect(fingerprint(one) === fingerprint(other)).toBe(ends(one) === ends(other));
    }),
  );
  expect(fingerprint([])).toBeUndefined();
});
