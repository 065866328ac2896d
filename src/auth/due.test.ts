// The rule by which tokens are refreshed early: by examples, and as laws over all ages.

import fc from 'fast-check';
import { expect, test } from 'vitest';
import { isDue, type TokenAge, tokenEnd } from './due.ts';

const start = Date.UTC(2026, 0, 1);
const seconds = (count: number) => start + count * 1000;

test.each([
  ['an hour by the vendor: 60 s before its end', 3600, undefined, 3540],
  ['100 s by the vendor: 10 % before its end', 100, undefined, 90],
  ['600 s by the vendor: 60 s are 10 %', 600, undefined, 540],
  ['5 minutes by the interval: 10 % before its end', undefined, 300, 270],
  ['the interval when it ends first', 3600, 300, 270],
  ['the vendor’s word when it ends first', 100, 3600, 90],
])('a token is due at the right moment: %s', (_name, expiresIn, intervalSeconds, dueAfter) => {
  const age: TokenAge = {
    refreshedAt: start,
    expiresAt: expiresIn === undefined ? undefined : seconds(expiresIn),
    intervalSeconds,
  };
  expect(isDue(age, seconds(dueAfter) - 1)).toBe(false);
  expect(isDue(age, seconds(dueAfter))).toBe(true);
});

test('a token without an end is never due', () => {
  const age = { refreshedAt: start, expiresAt: undefined, intervalSeconds: undefined };
  expect(tokenEnd(age)).toBeUndefined();
  expect(isDue(age, Number.MAX_SAFE_INTEGER)).toBe(false);
});

const ages: fc.Arbitrary<TokenAge> = fc
  .record({
    refreshedAt: fc.integer({ min: start, max: start + 1e10 }),
    lifetimeMs: fc.option(fc.integer({ min: 0, max: 1e11 }), { nil: undefined }),
    intervalSeconds: fc.option(fc.integer({ min: 1, max: 1e8 }), { nil: undefined }),
  })
  .map(({ refreshedAt, lifetimeMs, intervalSeconds }) => ({
    refreshedAt,
    expiresAt: lifetimeMs === undefined ? undefined : refreshedAt + lifetimeMs,
    intervalSeconds,
  }));

test('a token that is due stays due', () => {
  const moments = fc.tuple(fc.integer({ min: 0, max: 2e11 }), fc.integer({ min: 0, max: 2e11 }));
  fc.assert(
    fc.property(ages, moments, (age, [first, more]) => {
      const now = age.refreshedAt + first;
      expect(isDue(age, now) && !isDue(age, now + more)).toBe(false);
    }),
  );
});

test('a token is due at its end, and never more than 60 s or a tenth of its lifetime before it', () => {
  fc.assert(
    fc.property(ages, (age) => {
      const end = tokenEnd(age);
      if (end === undefined) return;
      const margin = Math.min(60_000, (end - age.refreshedAt) / 10);
      expect(isDue(age, end)).toBe(true);
      expect(isDue(age, Math.ceil(end - margin) - 1)).toBe(false);
    }),
  );
});
