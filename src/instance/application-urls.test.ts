// The addresses that an OAuth proxy may send people on to, and every way that we know to slip past them.

import { describe, expect, test } from 'vitest';
import { applicationUrlFault, mayBeSentTo } from './application-urls.ts';

describe('an address as it stands', () => {
  const registered = ['https://app.test/auth', 'https://app.test/auth?tenant=7', 'http://127.0.0.1:9/a*b'];

  test('is fitted by itself alone', () => {
    for (const url of registered) expect(mayBeSentTo(registered, url), url).toBe(true);
    for (const url of [
      'https://app.test/auth/',
      'https://app.test/auth?tenant=8',
      'https://app.test/auth?x=1',
      'https://app.test:444/auth',
      'http://app.test/auth',
      'https://app.test/auth/../x',
      'https://app.test.evil.test/auth',
      'https://app.test@evil.test/auth',
      'https://evil.test/https://app.test/auth',
      'https://app.test/auth#fragment',
      'https://appxtest/auth',
      '',
      '/auth',
    ]) {
      expect(mayBeSentTo(registered, url), url).toBe(false);
    }
  });

  test('is no address of another kind, also when it was registered', () => {
    const urls = ['javascript:alert(1)', '//app.test/auth', 'https://user:password@app.test/', 'https://app.test/a b'];
    for (const url of urls) {
      expect(applicationUrlFault(url), url).toBeDefined();
      expect(mayBeSentTo([url], url), url).toBe(false);
    }
  });
});

describe('a pattern', () => {
  const fits = (pattern: string, url: string) => mayBeSentTo([pattern], url);

  test('fits host and path, each whole', () => {
    for (const [pattern, url] of [
      ['https://.*\\.app\\.test/auth', 'https://acme.app.test/auth'],
      ['^https:\\/\\/[a-z0-9-]+\\.app\\.test\\/auth(\\?.*)?$', 'https://acme.app.test/auth?x=1'],
      ['https?://localhost:\\d+/auth', 'http://localhost:3000/auth'],
      ['https://app.test/tenants/[0-9]+/auth', 'https://app.test/tenants/12/auth'],
      ['https://127.0.0.1:3000/.*', 'https://127.0.0.1:3000/auth'],
      ['https://acme\\.app\\.test(:\\d+)?/.*', 'https://acme.app.test:8443/auth'],
      ['https://(one|two)\\.app\\.test/.*', 'https://two.app.test/anything?at=all'],
      ['https://[^/]+\\.app\\.test/.+', 'https://acme.app.test/auth'],
    ] as const) {
      expect(applicationUrlFault(pattern), pattern).toBeUndefined();
      expect(fits(pattern, url), `${pattern} ${url}`).toBe(true);
    }
  });

  test('is not slipped past', () => {
    expect(fits('https://app.test/[a-z]+', 'https://appxtest/auth')).toBe(false);
    const wide = 'https://.*\\.app\\.test/auth.*';
    for (const url of [
      'https://evil.test/x.app.test/auth',
      'https://evil.test?x.app.test/auth',
      'https://evil.test#x.app.test/auth',
      'https://evil.test\\x.app.test/auth',
      'https://evil.test\\@x.app.test/auth',
      'https://evil.test:443@x.app.test/auth',
      'https://x@evil.test/.app.test/auth',
      'https://acme.app.test.evil.test/auth',
      'https://acme.app.test:8443/auth',
      'http://acme.app.test/auth',
      'https://acme.app.test/other/../x/auth',
      'https://acme.app.test/auth/../other',
      'https://acme.app.test/%61uth',
      'https://acme.app.test/auth\n',
      ' https://acme.app.test/auth',
      'https:/acme.app.test/auth',
      'https:acme.app.test/auth',
      'javascript://acme.app.test/auth',
    ]) {
      expect(fits(wide, url), url).toBe(false);
    }
  });

  test('that would let any host through, or is none, cannot be registered', () => {
    for (const [pattern, fault] of [
      ['.*', 'does not begin with https://'],
      ['https://.*', 'does not begin with https://, a host and a slash'],
      ['^.*app\\.test/auth$', 'does not begin with https://'],
      ['https://.*/auth', 'does not end in a name without wildcards'],
      ['https://app\\.test.*/auth', 'does not end in a name without wildcards'],
      ['https://app\\.[a-z]+/auth', 'does not end in a name without wildcards'],
      ['https://app\\.test|evil\\.test/auth', 'does not end in a name without wildcards'],
      ['https://.*\\.test/auth', 'does not end in a name without wildcards'],
      ['https://.*.app.test/auth', 'does not end in a name without wildcards'],
      ['https://.*app\\.test/auth', 'does not end in a name without wildcards'],
      ['https://[a-z.]app\\.test/auth', 'does not end in a name without wildcards'],
      ['https://(app\\.test|.*)/auth', 'does not end in a name without wildcards'],
      ['https://app\\.test/(auth', 'is no regular expression'],
      [`https://app\\.test/${'x'.repeat(2000)}`, 'is longer than 2000 characters'],
    ] as const) {
      expect(applicationUrlFault(pattern), pattern).toContain(fault);
    }
  });

  test('that would compare for ever elsewhere does not here', () => {
    const endless = 'https://app\\.test/(a+)+b';
    expect(applicationUrlFault(endless)).toBeUndefined();
    expect(fits(endless, 'https://app.test/aaab')).toBe(true);
    expect(fits(endless, `https://app.test/${'a'.repeat(200)}`)).toBe(false);
  });
});
