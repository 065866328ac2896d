import { scryptSync } from 'node:crypto';
import { expect, test } from 'vitest';
import { Secret } from '../core/secret.ts';
import { hashPassword, verifyPassword } from './password.ts';

test('a password is recognised, and another one is not', async () => {
  const stored = await hashPassword(new Secret('correct horse battery'));
  expect(await verifyPassword('correct horse battery', stored)).toBe(true);
  expect(await verifyPassword('correct horse batterY', stored)).toBe(false);
  expect(await verifyPassword('', stored)).toBe(false);
});

test('the hash is scrypt with its parameters and a salt of its own', async () => {
  const [first, second] = await Promise.all([hashPassword(new Secret('same')), hashPassword(new Secret('same'))]);
  expect(first).not.toBe(second);
  const [name, N, r, p, salt = '', hash] = first.split('$');
  expect([name, N, r, p]).toEqual(['scrypt', '32768', '8', '1']);
  const options = { N: 2 ** 15, r: 8, p: 1, maxmem: 2 ** 27 };
  expect(scryptSync('same', Buffer.from(salt, 'base64'), 32, options).toString('base64')).toBe(hash);
});

test('a hash with other parameters still verifies', async () => {
  const salt = Buffer.from('0123456789abcdef');
  const hash = scryptSync('old', salt, 32, { N: 1024, r: 8, p: 1 });
  const stored = `scrypt$1024$8$1$${salt.toString('base64')}$${hash.toString('base64')}`;
  expect(await verifyPassword('old', stored)).toBe(true);
  expect(await verifyPassword('new', stored)).toBe(false);
});

test('two ways to type the same characters are the same password', async () => {
  const stored = await hashPassword(new Secret('caf\u00e9'));
  expect(await verifyPassword('cafe\u0301', stored)).toBe(true);
});

test.each([null, '', 'text', 'scrypt$1$2$3'])('nothing matches where no hash is stored (%s)', async (stored) => {
  expect(await verifyPassword('', stored)).toBe(false);
});
