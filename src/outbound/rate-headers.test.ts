// What vendors write of their limits, in every form that is in use.

import { expect, test } from 'vitest';
import { type RateHeaders, readRateHeaders, refusedMs } from './rate-headers.ts';

const now = Date.parse('2026-03-01T12:00:00Z');
const epoch = now / 1000;

test.each<[string, Record<string, string>, RateHeaders | undefined, unknown]>([
  [
    'the usual names, a reset in seconds',
    { 'x-ratelimit-limit': '100', 'x-ratelimit-remaining': '7', 'x-ratelimit-reset': '30' },
    undefined,
    { limit: 100, remaining: 7, resetMs: 30_000 },
  ],
  [
    'a reset as a moment in seconds',
    { 'x-ratelimit-limit': '60', 'x-ratelimit-remaining': '0', 'x-ratelimit-reset': String(epoch + 12) },
    undefined,
    { limit: 60, remaining: 0, resetMs: 12_000 },
  ],
  [
    'a reset as a moment in milliseconds, by the vendor’s own clock',
    {
      'x-rate-limit-limit': '60',
      'x-rate-limit-remaining': '3',
      'x-rate-limit-reset': String(now + 5000),
      date: 'Sun, 01 Mar 2026 11:59:58 GMT',
    },
    undefined,
    { limit: 60, remaining: 3, resetMs: 7000 },
  ],
  [
    'a reset that is written out',
    { 'x-rate-limit': '60', 'x-rate-limit-remaining': '3', 'x-rate-limit-reset': '2026-03-01T12:00:09.500Z' },
    undefined,
    { limit: 60, remaining: 3, resetMs: 9500 },
  ],
  [
    'the draft of three headers, with the window in the policy',
    {
      'ratelimit-limit': '100, 100;w=60, 1000;w=3600',
      'ratelimit-remaining': '50',
      'ratelimit-reset': '20',
    },
    undefined,
    { limit: 100, remaining: 50, resetMs: 20_000, windowMs: 60_000 },
  ],
  [
    'the later draft of one header',
    { ratelimit: '"burst";r=50;t=30', 'ratelimit-policy': '"daily";q=1000;w=86400, "burst";q=100;w=60' },
    undefined,
    { limit: 100, remaining: 50, resetMs: 30_000, windowMs: 60_000 },
  ],
  [
    'the draft in between',
    { ratelimit: 'limit=100, remaining=50, reset=5', 'ratelimit-policy': '100;w=10' },
    undefined,
    { limit: 100, remaining: 50, resetMs: 5000, windowMs: 10_000 },
  ],
  [
    'used and allowed in one header',
    { 'sforce-limit-info': 'api-usage=14997/15000' },
    { usage: 'Sforce-Limit-Info' },
    { limit: 15_000, remaining: 3, resetMs: undefined },
  ],
  [
    'names and form of the definition',
    { 'x-left': '4', 'x-wait': '1500' },
    { remaining: 'X-Left', reset: 'X-Wait', form: 'milliseconds' },
    { limit: undefined, remaining: 4, resetMs: 1500 },
  ],
  [
    'a limit that is a length of time, and nothing to reckon with',
    { 'x-rate-limit-remaining': '499' },
    undefined,
    undefined,
  ],
  ['words', { 'x-ratelimit-limit': 'many', 'x-ratelimit-remaining': 'some' }, undefined, undefined],
  ['nothing', { 'content-type': 'text/plain' }, undefined, undefined],
])('%s', (_, headers, names, told) => {
  const read = readRateHeaders(headers, names, now);
  if (told === undefined) expect(read).toBeUndefined();
  else expect(read).toMatchObject(told as object);
});

test.each<[Record<string, string>, number | undefined]>([
  [{ 'retry-after': '7' }, 7000],
  [{ 'retry-after': '0.5' }, 500],
  [{ 'retry-after': '1e300' }, 86_400_000],
  [{ 'ratelimit-remaining': '0', 'ratelimit-limit': '5', 'ratelimit-reset': '99999999' }, 86_400_000],
  [{ 'retry-after': 'Sun, 01 Mar 2026 12:00:30 GMT' }, 30_000],
  [{ 'retry-after': 'Sun, 01 Mar 2026 12:00:30 GMT', date: 'Sun, 01 Mar 2026 12:00:20 GMT' }, 10_000],
  [{ 'x-ratelimit-limit': '5', 'x-ratelimit-remaining': '0', 'x-ratelimit-reset': '3' }, 3000],
  [{ 'x-ratelimit-limit': '5', 'x-ratelimit-remaining': '2', 'x-ratelimit-reset': '3' }, undefined],
  [{}, undefined],
])('a refusal with %j', (headers, milliseconds) => {
  expect(refusedMs(headers, readRateHeaders(headers, undefined, now), now)).toBe(milliseconds);
});
