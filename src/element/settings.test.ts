import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { defineElement } from './define.ts';
import type { ElementDocument } from './definition.ts';
import {
  fillSettings,
  isSecretSetting,
  mask,
  mergeSettings,
  missingSettings,
  settingId,
  splitSettings,
} from './settings.ts';

const document: ElementDocument = {
  id: 1,
  key: 'sample',
  name: 'Sample',
  hub: 'crm',
  authentication: { type: 'oauth2' },
  configuration: [
    { key: 'base.url', defaultValue: 'https://{site}.vendor.com/api', internal: true },
    { key: 'oauth.api.key', required: true },
    { key: 'oauth.api.secret', required: true },
    { key: 'site', required: true },
    { key: 'pod', required: true, defaultValue: 'eu' },
    { key: 'pod.url', defaultValue: 'https://{pod}.vendor.com/x' },
    { key: 'token.url', defaultValue: 'https://{site}.vendor.com/token?pod={pod}' },
    { key: 'pin', type: 'PASSWORD', required: true },
    { key: 'retired', required: true, active: false },
    { key: 'written', required: true, internal: true },
    { key: 'note' },
  ],
  valence: { siteAddress: { setting: 'site', form: 'label', suffixes: ['.vendor.com'] } },
};
const definition = defineElement(document, 1, undefined);

const revealed = (secrets: Record<string, { reveal(): string }>) =>
  Object.fromEntries(Object.entries(secrets).map(([key, secret]) => [key, secret.reveal()]));

describe('secrets', () => {
  test.each([
    'oauth.api.key',
    'oauth.api.secret',
    'oauth.user.token',
    'oauth.user.refresh_token',
    'password',
    'pin',
    'my.password',
    'x.secret',
    'some_api_key',
    'privateKey',
    'access_token',
  ])('%s is one', (key) => expect(isSecretSetting(definition, key)).toBe(true));
  test.each(['username', 'site', 'note', 'oauth.callback.url', 'base.url', 'token.url', 'tokens.per.page'])(
    '%s is none',
    (key) => expect(isSecretSetting(definition, key)).toBe(false),
  );
});

describe('what a caller gives', () => {
  test('is split into clear and secret; numbers, booleans and objects become text', () => {
    const { values, secrets } = splitSettings(definition, {
      note: 5,
      flag: false,
      list: { a: [1] },
      pin: 1234,
      'oauth.api.key': 'k',
    });
    expect(values).toEqual({ note: '5', flag: 'false', list: '{"a":[1]}' });
    expect(revealed(secrets)).toEqual({ pin: '1234', 'oauth.api.key': 'k' });
  });

  test('counts as absent where it is empty or a mask', () => {
    const given = { note: '', flag: null, other: undefined, pin: mask, 'oauth.api.key': mask, site: mask };
    expect(splitSettings(definition, given)).toEqual({ values: {}, secrets: {} });
  });

  test('is brought into the form of the definition where it is the site', () => {
    expect(splitSettings(definition, { site: 'https://Acme.vendor.com/' }).values).toEqual({ site: 'acme' });
  });

  test('moves what goes with it where it is the site, unless that is given, too', () => {
    const fills = { 'base.url': 'https://{site}.vendor.com/v2' };
    const siteAddress = { setting: 'site', form: 'label' as const, suffixes: ['.vendor.com'], fills };
    const moving = defineElement({ ...document, valence: { siteAddress } }, 1, undefined);
    const moved = { site: 'acme', 'base.url': 'https://acme.vendor.com/v2' };
    expect(splitSettings(moving, { site: 'acme' }).values).toEqual(moved);
    expect(splitSettings(moving, { site: 'acme', 'base.url': 'https://own.example' }).values).toEqual({
      ...moved,
      'base.url': 'https://own.example',
    });
    expect(splitSettings(moving, { note: 'x' }).values).toEqual({ note: 'x' });
  });

  test('is refused where it would lead to another host, every fault named', () => {
    expect(() => splitSettings(definition, { site: 'evil.com/x?', pod: 'evil.com/#' })).toThrow(
      expect.objectContaining({
        code: 'badRequest',
        message: expect.stringMatching(/site is not an address.*pod is part of a host name/s),
      }),
    );
  });

  test('is one DNS label, whatever it is, where it is part of a host name', () => {
    fc.assert(
      fc.property(fc.oneof(fc.string({ unit: 'binary' }), fc.domain(), fc.webUrl()), (text) => {
        try {
          const { pod } = splitSettings(definition, { pod: text }).values;
          if (pod !== undefined)
            expect(new URL(`https://${pod}.vendor.com/x`).hostname).toBe(`${pod.toLowerCase()}.vendor.com`);
        } catch (error) {
          expect(error).toMatchObject({ code: 'badRequest' });
        }
      }),
    );
  });
});

describe('settings of an instance', () => {
  test('are the given ones, else the defaults with their placeholders filled, except in base.url', () => {
    expect(mergeSettings(definition, { site: 'acme', extra: '{pod}' })).toMatchObject({
      'base.url': 'https://{site}.vendor.com/api',
      site: 'acme',
      pod: 'eu',
      'pod.url': 'https://eu.vendor.com/x',
      'token.url': 'https://acme.vendor.com/token?pod=eu',
      extra: '{pod}',
      note: null,
    });
    expect(mergeSettings(definition, {})['token.url']).toBe('https://{site}.vendor.com/token?pod=eu');
  });

  test('fill texts, also through other settings, and never for ever', () => {
    expect(fillSettings('{a}-{b}', { a: '{b}', b: 'c' })).toBe('c-c');
    expect(fillSettings('{a}', { a: '{b}', b: '{a}' })).toMatch(/^\{[ab]\}$/);
    expect(fillSettings('{toString}{constructor}{none}', { none: null })).toBe('{toString}{constructor}{none}');
  });

  test('that are required and have neither value nor default are named, all at once', () => {
    expect(missingSettings(definition, new Set())).toEqual(['oauth.api.key', 'oauth.api.secret', 'site', 'pin']);
    expect(missingSettings(definition, new Set(['oauth.api.key', 'site']))).toEqual(['oauth.api.secret', 'pin']);
    expect(missingSettings(definition, new Set(['oauth.api.key', 'oauth.api.secret', 'site', 'pin']))).toEqual([]);
  });
});

test('the number of a setting never changes and fits into 31 bits', () => {
  expect(settingId('oauth.api.key')).toBe(settingId('oauth.api.key'));
  expect([settingId('base.url'), settingId('')]).toEqual([settingIdOnce('base.url'), settingIdOnce('')]);
  fc.assert(
    fc.property(fc.string(), (key) => {
      expect(settingId(key)).toBeGreaterThanOrEqual(0);
      expect(settingId(key)).toBeLessThan(2 ** 31);
    }),
  );
});

/** FNV-1a, a second time, with big integers. */
function settingIdOnce(key: string): number {
  let hash = 0x811c9dc5n;
  for (const byte of Buffer.from(key)) hash = ((hash ^ BigInt(byte)) * 0x01000193n) & 0xffffffffn;
  return Number(hash % 0x7fffffffn);
}
