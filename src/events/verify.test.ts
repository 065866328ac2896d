// Only what the vendor signed is taken for the vendor's.

import { createHmac } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { readVendorRequest } from './vendor-request.ts';
import { refusalOf } from './verify.ts';

const now = Date.UTC(2026, 1, 1);
const key = 'the key';
const setting = (name: string) => (name === 'hook.secret' ? key : undefined);
const request = (
  headers: Record<string, string>,
  body: string | Uint8Array = '{"a":1}',
  query: Record<string, string> = {},
) => readVendorRequest({ method: 'POST', headers, query, raw: Buffer.from(body) });

describe('a code over the body', () => {
  const proof = { way: 'hmac', from: 'header.x-signature', setting: 'hook.secret' } as const;
  const code = (body: string | Uint8Array, algorithm = 'sha256', encoding: 'hex' | 'base64' = 'hex') =>
    createHmac(algorithm, key).update(body).digest(encoding);

  test('holds for any bytes, and for no others', () => {
    fc.assert(
      fc.property(fc.uint8Array(), fc.uint8Array(), (body, other) => {
        const headers = { 'x-signature': code(body) };
        expect(refusalOf([proof], request(headers, body), setting, now)).toBeUndefined();
        fc.pre(Buffer.compare(body, other) !== 0);
        expect(refusalOf([proof], request(headers, other), setting, now)).toMatch(/is not the signature/);
      }),
    );
  });

  test.each([
    [{ ...proof, algorithm: 'sha1' as const }, code('{"a":1}', 'sha1')],
    [{ ...proof, encoding: 'base64' as const }, code('{"a":1}', 'sha256', 'base64')],
    [{ ...proof, prefix: 'sha256=' }, `sha256=${code('{"a":1}')}`],
    [{ ...proof, signs: '{header.x-time}.{body}' }, code('12.{"a":1}')],
    [{ ...proof, signs: '{query.b}{body}{query.b}' }, code('z{"a":1}z')],
  ])('is made as %j says', (made, signature) => {
    const headers = { 'x-signature': signature, 'x-time': '12' };
    expect(refusalOf([made], request(headers, '{"a":1}', { b: 'z' }), setting, now)).toBeUndefined();
    expect(refusalOf([made], request({ ...headers, 'x-signature': `${signature} ` }), setting, now)).toBeDefined();
  });

  test.each([
    ['iso', '2026-02-01T00:00:00Z', '2026-01-31T23:54:59Z'],
    ['seconds', String(now / 1000), String(now / 1000 + 301)],
    ['milliseconds', String(now), String(now - 300_001)],
  ] as const)('with a time in %s is good for five minutes', (form, fresh, stale) => {
    const timed = { ...proof, timestamp: { from: 'header.x-time', form } };
    const at = (time: string) => request({ 'x-signature': code('{"a":1}'), 'x-time': time });
    expect(refusalOf([timed], at(fresh), setting, now)).toBeUndefined();
    expect(refusalOf([timed], at(stale), setting, now)).toMatch(/s away from now/);
    expect(refusalOf([timed], at('soon'), setting, now)).toMatch(/is no time/);
  });

  test('never holds without a key', () => {
    const signature = createHmac('sha256', '').update('{"a":1}').digest('hex');
    expect(refusalOf([proof], request({ 'x-signature': signature }), () => undefined, now)).toMatch(
      /no value to check/,
    );
    expect(refusalOf([proof], request({ 'x-signature': signature }), () => '', now)).toMatch(/no value to check/);
  });
});

test('one of several proofs is enough', () => {
  const proofs = [
    { way: 'hmac', from: 'header.x-signature', setting: 'hook.secret' },
    { way: 'secret', from: 'query.token', setting: 'hook.secret' },
    { way: 'secret', from: 'body.secret', setting: 'hook.secret' },
  ] as const;
  expect(refusalOf(proofs, request({}, '{"a":1}', { token: key }), setting, now)).toBeUndefined();
  expect(refusalOf(proofs, request({}, JSON.stringify({ secret: key })), setting, now)).toBeUndefined();
  expect(refusalOf(proofs, request({}), setting, now)).toBe(
    'header.x-signature is missing; query.token is missing; body.secret is missing',
  );
  expect(refusalOf([], request({}), setting, now)).toBeDefined();
});
