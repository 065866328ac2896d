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
const at = (seconds: number) => new Date(Date.parse('2026-03-01T12:00:00Z') + seconds * 1000);

test('calls above the rate are refused until the minute is over, each account for itself', () => {
  const settings = documentedSettings();
  settings.zendesk.enforceRateLimit = true;
  const rates = createRates(settings);
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
  const rates = createRates(documentedSettings());
  const left = [1, 2, 3].map(() => rates.count(vendor, request('Bearer a'), at(0)));
  expect(left.map(({ headers, refusal }) => [headers['left'], refusal])).toEqual([
    ['1 of 2', undefined],
    ['0 of 2', undefined],
    ['0 of 2', undefined],
  ]);
  expect(rates.count(vendor, request(), at(0))).toEqual({ headers: {} });
});
