// HMAC out of one-shot digests: OpenSSL looks its own up anew for every code, which takes it several times as long as to
// digest a webhook.

import { hash } from 'node:crypto';

/** The digests that codes are made with, and the bytes of their blocks (FIPS 180-4, section 1). */
const blockBytes = { sha1: 64, sha256: 64, sha512: 128 } as const;

/** A digest that codes are made with. */
export type HmacDigest = keyof typeof blockBytes;

/** The code of a message with a key (RFC 2104, section 2); the message is its parts, one after the other. */
export function hmac(
  digest: HmacDigest,
  key: string | Buffer,
  message: readonly (string | Buffer)[],
  encoding: 'hex' | 'base64',
): string {
  const block = blockBytes[digest];
  const given = Buffer.from(key);
  const short = given.length > block ? Buffer.from(hash(digest, given, 'hex'), 'hex') : given;
  const size = message.reduce((sum, part) => sum + Buffer.byteLength(part), 0);
  const inner = padded(block, short, 0x36, size);
  let end = block;
  for (const part of message) end += typeof part === 'string' ? inner.write(part, end) : part.copy(inner, end);
  const innerCode = hash(digest, inner, 'hex');
  const outer = padded(block, short, 0x5c, innerCode.length / 2);
  outer.write(innerCode, block, 'hex');
  return hash(digest, outer, encoding);
}

/** A block in which every byte of the key is changed by `pad`, and room for so many bytes after it. */
function padded(block: number, key: Buffer, pad: number, room: number): Buffer {
  const bytes = Buffer.allocUnsafe(block + room).fill(pad, 0, block);
  for (let position = 0; position < key.length; position++) bytes[position] = (key[position] ?? 0) ^ pad;
  return bytes;
}
