// Calls are counted by account and minute, and refused above the vendor's rate only where that is asked for.

import { expect, test } from 'vitest';
import { createRates } from './rates.ts';
import { documentedSettings } from './settings.ts';
import { json, type Vendor, type VendorRequest } from './vendor.ts';

const vendor = {
  key: 'zendesk',
  faultBody: (status: number) => ({ error: status }),
  rateLimit: {
    callsPerMinute: 2,
    headers: (limit: number, remaining: number) => ({ left: `${remaining} of ${limit}` }),
  },
} as unknown as Vendor;
const request = (authorization?: string) =>
  ({ host: 'acme.zendesk.com', headers: authorization === undefined ? {} : { authorization } }) as VendorRequest;
const unknown = { findAccessToken: () => undefined };
const at = (seconds: number) => new Date(Date.parse('2026-03-01T12:00:00Z') + seconds * 1000);

test('calls above the rate are refused until the minute is over, each account for itself', () => {
  const settings = documentedSettings();
  settings.zendesk.enforceRateLimit = true;
  const rates = createRates(settings, unknown);
  const count = (seconds: number, who = 'Bearer a') => rates.count(vendor, request(who), at(seconds));
  expect(count(1)).toEqual({ headers: { left: '1 of 2' } });
  expect(count(2)).toEqual({ headers: { left: '0 of 2' } });
  expect(count(15)).toEqual({
    headers: { left: '0 of 2' },
    refusal: json(429, { error: 429 }, { 'retry-after': '45' }),
  });
  expect(count(16, 'Bearer b').refusal).toBeUndefined();
  expect(count(60).refusal).toBeUndefined();
});

test('without the setting calls are counted and never refused', () => {
  const rates = createRates(documentedSettings(), unknown);
  const left = [1, 2, 3].map(() => rates.count(vendor, request('Bearer a'), at(0)));
  expect(left.map(({ headers, refusal }) => [headers['left'], refusal])).toEqual([
    ['1 of 2', undefined],
    ['0 of 2', undefined],
    ['0 of 2', undefined],
  ]);
  expect(rates.count(vendor, request(), at(0))).toEqual({ headers: {} });
});

test.each([
  ['a sliding window opens for each call when it is over', 'sliding', [1, 2, 11, 11.5, 12.1], [0, 0, 0, 1, 0]],
  ['a fixed window opens for all at its end', 'fixed', [8, 9, 9.5, 10, 10.1, 10.2], [0, 0, 1, 0, 0, 1]],
] as const)('%s', (_, window, seconds, refused) => {
  const settings = documentedSettings();
  settings.zendesk.rateLimit = { requests: 2, seconds: 10, per: 'account', window };
  const rates = createRates(settings, unknown);
  const given = seconds.map((second, index) => rates.count(vendor, request(`Bearer ${index}`), at(second)).refusal);
  expect(given.map((refusal) => (refusal === undefined ? 0 : 1))).toEqual(refused);
});

test('calls of one application are counted together, whichever accounts they are for', () => {
  const settings = documentedSettings();
  settings.zendesk.rateLimit = { requests: 1, seconds: 10, per: 'application' };
  const grants: Record<string, string> = { a: 'one', b: 'one', c: 'other' };
  const findAccessToken = (_: string, value: string) => ({ grant: { clientId: grants[value] } }) as never;
  const rates = createRates(settings, { findAccessToken });
  const refused = ['a', 'b', 'c'].map(
    (token) => rates.count(vendor, request(`Bearer ${token}`), at(0)).refusal?.status,
  );
  expect(refused).toEqual([undefined, 429, undefined]);
});
