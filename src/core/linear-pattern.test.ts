// Patterns in linear time say the same as JavaScript's regular expressions wherever both know a pattern.

import fc from 'fast-check';
import { expect, test } from 'vitest';
import { readLinearPattern } from './linear-pattern.ts';

const pieces = fc.oneof(
  fc.constantFrom('a', 'b', '.', '\\d', '\\.', '[ab]', '[^a]', '[a-c1]', '(a|b)', '(?:ab|b|)', '(a(b|1)*)', '|', '-'),
  fc.constantFrom('a*', 'b+', '.?', 'a{2}', '[ab]{1,3}', '(ab){0,2}', '(a|ab){1,}', 'a+?', '(a*)*', '(a*)+', '((a)?)*'),
);

test('whatever the pattern and the text', () => {
  const patterns = fc.array(pieces, { maxLength: 6 }).map((parts) => parts.join(''));
  const texts = fc.string({ unit: fc.constantFrom('a', 'b', 'B', 'c', '1', '.', '-'), maxLength: 8 });
  fc.assert(
    fc.property(patterns, texts, (pattern, text) => {
      expect(readLinearPattern(pattern)?.fits(text), `${pattern} ${text}`).toBe(
        new RegExp(`^(?:${pattern})$`, 'isu').test(text),
      );
    }),
    { numRuns: 2000 },
  );
});

test('what is no pattern, or not known here, is not read', () => {
  for (const pattern of ['(', ')', 'a)', '(a', '[', '[]', '*', 'a**', '+a', '{2}', 'a{3,2}', 'a{101}', '\\', 'a\\1']) {
    expect(readLinearPattern(pattern), pattern).toBeUndefined();
  }
  for (const pattern of ['^a', 'a$', '(?=a)', '(?!a)', '(?<=a)', '(?<name>a)', '\\b', '\\1', '\\x61', '[b-a]']) {
    expect(readLinearPattern(pattern), pattern).toBeUndefined();
  }
  expect(readLinearPattern('((a{100}){100}){100}'), 'too large').toBeUndefined();
});

test('patterns that go back for ever elsewhere do not here', () => {
  for (const pattern of ['(a+)+b', '(a|a)*b', '(a|aa)+b', '(.*)*(.*)*(.*)*b', '((a*)*)*b']) {
    const read = readLinearPattern(pattern);
    expect(read?.fits('a'.repeat(2000)), pattern).toBe(false);
    expect(read?.fits(`${'a'.repeat(2000)}b`), pattern).toBe(true);
  }
});
