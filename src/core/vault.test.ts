import { randomBytes } from 'node:crypto';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { Secret } from './secret.ts';
import { createRingKey, createVault } from './vault.ts';

const key = (id: string) => `${id}:${randomBytes(32).toString('base64')}`;
const [older, newer] = [key('older'), key('newer')];
const vault = createVault(new Secret(newer));
const place = 'users/7/secret';

test('what is sealed for a place opens at that place, whatever it is', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), fc.string({ unit: 'grapheme' }), (value, where) => {
      const sealed = vault.seal(new Secret(value), where);
      expect(vault.open(sealed, where).reveal()).toBe(value);
    }),
  );
});

test('sealing twice gives two texts, and neither holds the value', () => {
  const value = new Secret('correct horse battery staple');
  const [first, second] = [vault.seal(value, place), vault.seal(value, place)];
  expect(first).not.toBe(second);
  expect(first).not.toContain('horse');
  expect(Buffer.from(first.split('.')[2] ?? '', 'base64').toString('latin1')).not.toContain('horse');
});

test('a sealed value does not open at another place', () => {
  fc.assert(
    fc.property(fc.string(), fc.string(), (here, there) => {
      fc.pre(here !== there);
      expect(() => vault.open(vault.seal(new Secret('x'), here), there)).toThrow();
    }),
  );
});

test('a sealed value with any bit changed does not open', () => {
  const [id, version, body = ''] = vault.seal(new Secret('a secret of some length'), place).split('.');
  const bytes = Buffer.from(body, 'base64');
  for (let bit = 0; bit < bytes.length * 8; bit++) {
    const changed = Buffer.from(bytes);
    changed[bit >> 3] = (bytes[bit >> 3] ?? 0) ^ (1 << (bit & 7));
    expect(() => vault.open(`${id}.${version}.${changed.toString('base64')}`, place), `bit ${bit}`).toThrow();
  }
});

test('a sealed value that was cut short does not open', () => {
  const [id, version, body = ''] = vault.seal(new Secret('a secret'), place).split('.');
  const bytes = Buffer.from(body, 'base64');
  for (let length = 0; length < bytes.length; length++) {
    const cut = bytes.subarray(0, length).toString('base64');
    expect(() => vault.open(`${id}.${version}.${cut}`, place), `${length} bytes`).toThrow();
  }
});

test.each([
  ['', 'No key named'],
  ['text', 'No key named text'],
  ['gone.v1.AAAA', 'No key named gone'],
  ['newer.v2.AAAA', 'unknown form'],
  ['newer.v1', 'unknown form'],
])('a stored text of another form (%s) is refused with the reason', (stored, reason) => {
  expect(() => vault.open(stored, place)).toThrow(reason);
});

test('after a rotation the old key still opens and the new one seals', () => {
  const before = createVault(new Secret(older));
  const sealed = before.seal(new Secret('kept'), place);
  const after = createVault(new Secret(`${newer},${older}`));
  expect(after.currentKey()).toBe('newer');
  expect(after.open(sealed, place).reveal()).toBe('kept');
  const resealed = after.seal(after.open(sealed, place), place);
  expect(vault.open(resealed, place).reveal()).toBe('kept');
  expect(() => before.open(resealed, place)).toThrow('No key named newer is in the key ring; add it to VALENCE_KEYS');
});

test('a credential is found by its digest under every key of the ring, the current one first', () => {
  const before = createVault(new Secret(older));
  const after = createVault(new Secret(`${newer},${older}`));
  expect(after.digests('token')).toEqual([after.digest('token'), before.digest('token')]);
  expect(after.digest('token')).toMatch(/^newer\.[A-Za-z0-9+/]{43}=$/);
  expect(after.digest('token')).not.toBe(after.digest('tokem'));
});

test('what the current key made is current, what another one made is not', () => {
  const before = createVault(new Secret(older));
  const after = createVault(new Secret(`${newer},${older}`));
  expect([after.seal(new Secret('x'), place), after.digest('x')].map(after.isCurrent)).toEqual([true, true]);
  expect([before.seal(new Secret('x'), place), before.digest('x')].map(after.isCurrent)).toEqual([false, false]);
});

test('an id that begins with the current one is another key', () => {
  const longer = createVault(new Secret(key('newer2')));
  expect(vault.isCurrent(longer.digest('x'))).toBe(false);
});

test.each([
  ['', ['empty']],
  [' , ,', ['empty']],
  ['nocolon', ['entry 1 is not of the form id:base64']],
  [`${older},a b:AAAA`, ['entry 2 is not of the form id:base64']],
  ['short:AAAA', ['key short has 3 bytes, it must have 32']],
  [`${older},${older}`, ['key older is there twice']],
  [`bad entry,short:AAAA,${older},${older}`, ['entry 1', 'key short has 3 bytes', 'key older is there twice']],
  [`${'x'.repeat(33)}:${randomBytes(32).toString('base64')}`, ['entry 1']],
])('a key ring that is wrong is refused with every fault named', (ring, faults) => {
  for (const fault of faults) expect(() => createVault(new Secret(ring))).toThrow(fault);
});

test('the error about a wrong key ring does not show keys', () => {
  const short = Buffer.from('not-32-bytes').toString('base64');
  expect(() => createVault(new Secret(`a:${short}`))).toThrow(expect.not.stringContaining(short));
});

test('a fresh ring key is a key ring, and differs each time', () => {
  const ring = createRingKey();
  expect(createVault(new Secret(ring)).currentKey()).toMatch(/^k[0-9a-f]{8}$/);
  expect(createRingKey()).not.toBe(ring);
});

test('another key ring can be taken while running; a wrong one changes nothing', () => {
  const running = createVault(new Secret(older));
  const sealed = running.seal(new Secret('kept'), place);
  expect(() => running.useKeyring(new Secret('nonsense'))).toThrow('entry 1');
  expect(running.currentKey()).toBe('older');
  running.useKeyring(new Secret(`${newer},${older}`));
  expect([running.currentKey(), running.isCurrent(sealed)]).toEqual(['newer', false]);
  expect(running.open(sealed, place).reveal()).toBe('kept');
});
