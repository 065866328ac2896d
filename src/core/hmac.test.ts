import { createHmac } from 'node:crypto';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { hmac } from './hmac.ts';

// RFC 4231, sections 4.3, 4.4 and 4.7
test.each([
  ['Jefe', 'what do ya want for nothing?', '5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843'],
  [Buffer.alloc(20, 0xaa), Buffer.alloc(50, 0xdd), '773ea91e36800e46854db8ebd09181a72959098b3ef8c122d9635514ced565fe'],
  [
    Buffer.alloc(131, 0xaa),
    'Test Using Larger Than Block-Size Key - Hash Key First',
    '60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54',
  ],
])('the codes of RFC 4231 (%#)', (key, message, code) => {
  expect(hmac('sha256', key, [message], 'hex')).toBe(code);
});

test('the same codes as OpenSSL makes, whatever the key, the message and its parts', () => {
  const bytes = fc.uint8Array({ maxLength: 300 }).map((array) => Buffer.from(array));
  fc.assert(
    fc.property(
      fc.constantFrom('sha1' as const, 'sha256' as const, 'sha512' as const),
      fc.oneof(bytes, fc.string({ unit: 'binary', maxLength: 200 })),
      fc.array(fc.oneof(bytes, fc.string({ unit: 'binary' }))),
      fc.constantFrom('hex' as const, 'base64' as const),
      (digest, key, parts, encoding) => {
        const code = createHmac(digest, key);
        for (const part of parts) code.update(part);
        expect(hmac(digest, key, parts, encoding)).toBe(code.digest(encoding));
      },
    ),
  );
});
