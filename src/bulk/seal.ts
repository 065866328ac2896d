// Seals files of any size while they are written and opens them while they are read, a chunk at a time.

import { createCipheriv, createDecipheriv, createSecretKey, type KeyObject, randomBytes } from 'node:crypto';
import { Secret } from '../core/secret.ts';
import type { Vault } from '../core/vault.ts';

/** Seals and opens streams of bytes, each bound to the place where it lies. */
export interface FileSeal {
  /** The bytes as they may be stored. */
  seal(content: AsyncIterable<Uint8Array>, place: string): AsyncIterable<Uint8Array>;
  /**
   * What was sealed for the same place. Every chunk is proven before it is given; throws an Error when one was changed, left
   * out, repeated or moved, when the end is missing, and when the key ring no longer has the key.
   */
  open(sealed: AsyncIterable<Uint8Array>, place: string): AsyncIterable<Uint8Array>;
}

/** Bytes of one chunk before it is sealed. */
export const chunkBytes = 64 * 1024;
const tagBytes = 16;
const magic = Buffer.from('VALENCE1');

/**
 * Makes a seal with the vault's keys. The construction is STREAM (Hoang, Reyhanitabar, Rogaway and Vizár, "Online
 * Authenticated-Encryption and its Nonce-Reuse Misuse-Resistance", 2015) over AES-256-GCM: the content is cut into chunks,
 * and the nonce of each says its position and whether it is the last one, so that none can be left out, repeated, moved or
 * taken for the end. Every file has a random key of its own, so nonces never meet; the key stands at the beginning of the
 * file, sealed by the vault for the file's place, and so opens nowhere else and as long as the ring has the key that sealed it.
 *
 * A file is `VALENCE1`, two bytes with the length of the sealed key, the sealed key, then the chunks: 64 KiB (the last one
 * 0 to 64 KiB) and a tag of 16 bytes each.
 */
export function createFileSeal(vault: Pick<Vault, 'seal' | 'open'>): FileSeal {
  return {
    async *seal(content, place) {
      const made = randomBytes(32);
      // Each chunk costs less with a key that was made ready once than with its bytes.
      const key = createSecretKey(made);
      const wrapped = Buffer.from(vault.seal(new Secret(made.toString('base64')), keyPlace(place)));
      const length = Buffer.alloc(2);
      length.writeUInt16BE(wrapped.length);
      yield Buffer.concat([magic, length, wrapped]);
      for await (const { bytes, position, last } of chunksOf(content, chunkBytes)) {
        const cipher = createCipheriv('aes-256-gcm', key, nonceOf(position, last)).setAAD(Buffer.from(place));
        yield Buffer.concat([cipher.update(bytes), cipher.final(), cipher.getAuthTag()]);
      }
    },
    async *open(sealed, place) {
      const source = sealed[Symbol.asyncIterator]();
      try {
        const { key, rest } = await openKey(vault, source, place);
        for await (const { bytes, position, last } of chunksOf(rest, chunkBytes + tagBytes)) {
          const opened = openChunk(key, bytes, nonceOf(position, last), place);
          if (opened.length > 0) yield opened;
        }
      } finally {
        await source.return?.();
      }
    },
  };
}

function openChunk(key: KeyObject, bytes: Buffer, nonce: Buffer, place: string): Buffer {
  if (bytes.length < tagBytes) throw changed(place);
  const decipher = createDecipheriv('aes-256-gcm', key, nonce, { authTagLength: tagBytes })
    .setAAD(Buffer.from(place))
    .setAuthTag(bytes.subarray(-tagBytes));
  const opened = decipher.update(bytes.subarray(0, -tagBytes));
  try {
    decipher.final();
  } catch (cause) {
    throw changed(place, cause);
  }
  return opened;
}

interface Chunk {
  bytes: Buffer;
  /** counted from 0 */
  position: number;
  last: boolean;
}

/** Cuts a stream into chunks of a length; the last one may be shorter, and is the only one when there is nothing. */
async function* chunksOf(content: AsyncIterable<Uint8Array>, length: number): AsyncGenerator<Chunk> {
  let position = 0;
  let kept: Buffer[] = [];
  let keptBytes = 0;
  for await (const bytes of content) {
    kept.push(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength));
    keptBytes += bytes.length;
    // One byte more must be known before a chunk can be told not to be the last.
    if (keptBytes <= length) continue;
    const all = Buffer.concat(kept, keptBytes);
    let start = 0;
    for (; keptBytes - start > length; start += length) {
      yield { bytes: all.subarray(start, start + length), position: position++, last: false };
    }
    kept = [all.subarray(start)];
    keptBytes -= start;
  }
  yield { bytes: Buffer.concat(kept, keptBytes), position, last: true };
}

/** Twelve bytes: seven zeros, four with the position, one that says whether it is the last chunk. */
function nonceOf(position: number, last: boolean): Buffer {
  const nonce = Buffer.alloc(12);
  nonce.writeUInt32BE(position, 7);
  nonce[11] = last ? 1 : 0;
  return nonce;
}

/** Reads as far as the sealed key, and opens it. */
async function openKey(
  vault: Pick<Vault, 'open'>,
  source: AsyncIterator<Uint8Array>,
  place: string,
): Promise<{ key: KeyObject; rest: AsyncIterable<Uint8Array> }> {
  let read = Buffer.alloc(0);
  const readTo = async (end: number) => {
    while (read.length < end) {
      const next = await source.next();
      if (next.done === true) throw changed(place);
      read = Buffer.concat([read, next.value]);
    }
  };
  const keyStart = magic.length + 2;
  await readTo(keyStart);
  if (!read.subarray(0, magic.length).equals(magic)) throw changed(place);
  const keyEnd = keyStart + read.readUInt16BE(magic.length);
  await readTo(keyEnd);
  const key = createSecretKey(unwrap(vault, read.toString('latin1', keyStart, keyEnd), place), 'base64');
  async function* rest() {
    yield read.subarray(keyEnd);
    yield* { [Symbol.asyncIterator]: () => source };
  }
  return { key, rest: rest() };
}

function unwrap(vault: Pick<Vault, 'open'>, wrapped: string, place: string): string {
  try {
    return vault.open(wrapped, keyPlace(place)).reveal();
  } catch (cause) {
    throw changed(place, cause);
  }
}

function keyPlace(place: string): string {
  return `bulk-files/${place}`;
}

function changed(place: string, cause?: unknown): Error {
  const reason = cause instanceof Error && cause.message.startsWith('No key named') ? `: ${cause.message}` : '';
  return new Error(`The file ${place} was changed, moved or cut off, or its key is gone${reason}`, { cause });
}
