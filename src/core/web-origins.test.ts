// Origins and page addresses, and the texts that try to be more.

import { describe, expect, test } from 'vitest';
import { isAllowedAddress, readOrigin, readPageAddress } from './web-origins.ts';

describe('an origin', () => {
  test.each([
    ['https://app.example.com', 'https://app.example.com'],
    ['https://APP.example.com/', 'https://app.example.com'],
    ['https://app.example.com:443', 'https://app.example.com'],
    ['http://localhost:3000', 'http://localhost:3000'],
    ['http://127.0.0.1:3000', 'http://127.0.0.1:3000'],
  ])('%s is read as browsers write it', (text, origin) => {
    expect(readOrigin(text)).toBe(origin);
  });

  test.each([
    '*',
    'https://*.example.com',
    'https://app.example.com;script-src',
    "https://app.example.com 'unsafe-inline'",
    'https://app.example.com/page',
    'https://app.example.com?x',
    'https://app.example.com#x',
    'https://user@app.example.com',
    'javascript:alert(1)',
    'data:text/html,x',
    'file:///etc/passwd',
    'null',
    'app.example.com',
    '//app.example.com',
    '',
  ])('%s is none', (text) => {
    expect(readOrigin(text)).toBeUndefined();
  });
});

describe('a page to return to', () => {
  const allowed = ['https://app.example.com', 'https://other.example/done?from=connect'];

  test.each(['https://app.example.com/settings?tab=1', 'https://other.example/done?from=connect'])(
    '%s is allowed',
    (address) => {
      expect(readPageAddress(address)).toBe(address);
      expect(isAllowedAddress(address, allowed)).toBe(true);
    },
  );

  test.each([
    'http://app.example.com/settings',
    'https://app.example.com.evil.example/',
    'https://app.example.com@evil.example/',
    'https://evil.example/https://app.example.com',
    'https://app.example.com:8443/',
    'https://other.example/done',
    'https://other.example/done?from=connect&more=1',
    'javascript:alert(1)//https://app.example.com',
    '//app.example.com',
    '/settings',
    'https:evil.example',
    'https://app.example.com/#token',
  ])('%s is not', (address) => {
    expect(isAllowedAddress(address, allowed)).toBe(false);
  });
});
