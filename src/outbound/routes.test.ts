import fc from 'fast-check';
import { expect, test } from 'vitest';
import { createRoutes, matchesHost } from './routes.ts';

test.each([
  ['acme.vendor.com', '*.vendor.com', true],
  ['a.b.vendor.com', '*.vendor.com', true],
  ['vendor.com', '*.vendor.com', false],
  ['evilvendor.com', '*.vendor.com', false],
  ['vendor.com.evil.test', '*.vendor.com', false],
  ['vendor.com', 'vendor.com', true],
  ['VENDOR.com', 'vendor.COM', true],
  ['a.vendor.com', 'vendor.com', false],
  ['vendorxcom', 'vendor.com', false],
  ['anything', '*', true],
])('the host %s and the pattern %s: %s', (host, pattern, result) => {
  expect(matchesHost(host, pattern)).toBe(result);
});

const routes = createRoutes({
  '*.vendor.com': 'http://127.0.0.1:4010/{host}',
  'login.vendor.com': 'http://127.0.0.1:4011/{host}/',
  'plain.test': 'http://127.0.0.1:4012',
});

test.each([
  ['https://acme.vendor.com/api/x.json?a=%20b&c', 'http://127.0.0.1:4010/acme.vendor.com/api/x.json?a=%20b&c'],
  ['https://acme.vendor.com', 'http://127.0.0.1:4010/acme.vendor.com/'],
  ['https://acme.vendor.com:8443/x', 'http://127.0.0.1:4010/acme.vendor.com:8443/x'],
  ['https://login.vendor.com/x', 'http://127.0.0.1:4011/login.vendor.com/x'],
  ['https://plain.test/x?y', 'http://127.0.0.1:4012/x?y'],
  ['https://other.test/x', undefined],
])('%s is sent to %s', (url, target) => {
  expect(routes.target(new URL(url))?.href).toBe(target);
});

test('the longest pattern wins, in whatever order the routes are given', () => {
  const entries = Object.entries({
    '*': 'http://a.test',
    '*.vendor.com': 'http://b.test',
    'x.vendor.com': 'http://c.test',
  });
  fc.assert(
    fc.property(fc.shuffledSubarray(entries, { minLength: 3 }), (shuffled) => {
      const made = createRoutes(Object.fromEntries(shuffled));
      const hosts = ['other.test', 'y.vendor.com', 'x.vendor.com'].map(
        (host) => made.target(new URL(`https://${host}/`))?.host,
      );
      expect(hosts).toEqual(['a.test', 'b.test', 'c.test']);
    }),
  );
});
