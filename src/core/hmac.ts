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
  const inner = afterPad(
    block,
    short,
    0x36,
    message.map((part) => Buffer.from(part)),
  );
  const outer = afterPad(block, short, 0x5c, [Buffer.from(hash(digest, inner, 'hex'), 'hex')]);
  return hash(digest, outer, encoding);
}

/** A block in which every byte of the key is changed by `pad`, and what follows it. */
function afterPad(block: number, key: Buffer, pad: number, message: readonly Buffer[]): Buffer {
  const size = message.reduce((sum, part) => sum + part.length, block);
  const bytes = Buffer.allocUnsafe(size).fill(pad, 0, block);
  for (let position = 0; position < key.length; position++) bytes[position] = (key[position] ?? 0) ^ pad;
  let end = block;
  for (const part of message) end += part.copy(bytes, end);
  return bytes;
}
