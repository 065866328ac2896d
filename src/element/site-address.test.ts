import fc from 'fast-check';
import { expect, test } from 'vitest';
import { Problem } from '../core/errors.ts';
import type { SiteAddress } from './extension.ts';
import { normalizeSiteAddress } from './site-address.ts';

const site = (form: SiteAddress['form']): SiteAddress => ({
  setting: 'site',
  form,
  suffixes: ['.vendor.com', '.my.vendor-sandbox.com'],
});
const [label, host, origin] = [site('label'), site('host'), site('origin')];
const forms = (text: string) => [label, host, origin].map((form) => normalizeSiteAddress(form, text, 'siteAddress'));

test.each(['acme', 'ACME', ' acme ', 'acme/', 'acme.vendor.com', 'https://acme.vendor.com', 'http://Acme.Vendor.com/'])(
  '%j is understood in every form',
  (text) => {
    expect(forms(text)).toEqual(['acme', 'acme.vendor.com', 'https://acme.vendor.com']);
  },
);

test('a host under another suffix keeps it', () => {
  expect(normalizeSiteAddress(host, 'acme.my.vendor-sandbox.com', 's')).toBe('acme.my.vendor-sandbox.com');
});

test('a host with more labels is a host, but no label', () => {
  expect(normalizeSiteAddress(host, 'eu.acme.vendor.com', 's')).toBe('eu.acme.vendor.com');
  expect(() => normalizeSiteAddress(label, 'eu.acme.vendor.com', 's')).toThrow(Problem);
});

test.each([
  '',
  ' ',
  '/',
  '.',
  '.vendor.com',
  'vendor.com',
  'evil.com',
  'evil.com/x?',
  'evil.com/.vendor.com',
  'evil.com#.vendor.com',
  'evil.com?.vendor.com',
  'evil.com\\.vendor.com',
  'acme.vendor.com.evil.com',
  'acmevendor.com',
  'user@acme.vendor.com',
  'evil.com@acme.vendor.com',
  'acme.vendor.com:8080',
  'acme.vendor.com/path',
  'https://https://acme.vendor.com',
  'ftp://acme.vendor.com',
  '//acme.vendor.com',
  '-acme',
  'acme-',
  'ac me',
  'ac_me',
  'acme..vendor.com',
  'acme.vendor.com.',
  '127.0.0.1',
  '[::1]',
  'a'.repeat(64),
  'acmé',
  'acme\u0000',
  'acme\n.vendor.com',
  '%61cme',
  '{other}',
])('%j is refused, with the accepted forms', (text) => {
  for (const form of [label, host, origin]) {
    expect(() => normalizeSiteAddress(form, text, 'siteAddress')).toThrow(
      /^siteAddress is not an address that this element connects to: .*\.vendor\.com.* such as acme\.vendor\.com\.$/,
    );
  }
});

test('whatever text comes in, the result is one DNS label or a host under the suffixes, or a Problem', () => {
  const piece = fc.constantFrom(
    'acme',
    '.',
    'vendor.com',
    '.vendor.com',
    'https://',
    '/',
    '@',
    ':',
    '?',
    '#',
    '\\',
    '-',
    'evil.com',
    '%2e',
    ' ',
    '\n',
    'K',
    '。',
  );
  const text = fc.oneof(
    fc.string({ unit: 'binary' }),
    fc.string(),
    fc.array(piece, { maxLength: 6 }).map((pieces) => pieces.join('')),
    fc.domain(),
  );
  fc.assert(
    fc.property(text, (given) => {
      for (const form of [label, host, origin]) {
        let result: string;
        try {
          result = normalizeSiteAddress(form, given, 'site');
        } catch (error) {
          expect(error).toBeInstanceOf(Problem);
          continue;
        }
        if (form === label) {
          expect(result).toMatch(/^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/);
          expect(new URL(`https://${result}.vendor.com/x`).hostname).toBe(`${result}.vendor.com`);
        } else {
          const url = new URL(form === host ? `https://${result}/` : result);
          expect(url.href).toBe(`https://${url.hostname}/`);
          expect(form === host ? result : result.slice('https://'.length)).toBe(url.hostname);
          expect(form.suffixes.some((suffix) => url.hostname.endsWith(suffix))).toBe(true);
        }
      }
    }),
    { numRuns: 2000 },
  );
});

test('a result comes back unchanged when it is given again', () => {
  fc.assert(
    fc.property(fc.stringMatching(/^[a-z0-9]{1,20}$/), (name) => {
      for (const form of [label, host, origin]) {
        const once = normalizeSiteAddress(form, name, 'site');
        expect(normalizeSiteAddress(form, once, 'site')).toBe(once);
      }
    }),
  );
});
