// Bytes that the sandbox keeps: small ones in memory, large ones in a file, so that uploads of gigabytes pass.

import { createHash, randomUUID } from 'node:crypto';
import { closeSync, createReadStream, createWriteStream, mkdtempSync, openSync, readSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';

/** Bytes that can be read more than once. */
export interface Stored {
  size: number;
  /** All of them. Throws an Error when they are too many to be held. */
  bytes(): Buffer;
  stream(): Readable;
  /** Those from `start` up to but without `end`. */
  slice(start: number, end: number): Stored;
  /** Where `needle` stands at or behind `from`; -1 when it does not. */
  indexOf(needle: Buffer, from: number): number;
  /** In hexadecimal. */
  md5(): string;
}

/** What is held in memory at the most; larger bodies go to a file. */
export const mostInMemory = 32 * 1024 * 1024;
const chunkSize = 1024 * 1024;

/** Bytes in memory. */
export function storedBytes(bytes: Buffer): Stored {
  return {
    size: bytes.length,
    bytes: () => bytes,
    stream: () => Readable.from(chunksOf(bytes), { objectMode: false }),
    slice: (start, end) => storedBytes(bytes.subarray(start, end)),
    indexOf: (needle, from) => bytes.indexOf(needle, from),
    md5: () => createHash('md5').update(bytes).digest('hex'),
  };
}

function* chunksOf(bytes: Buffer): Generator<Buffer> {
  for (let start = 0; start < bytes.length; start += chunkSize) yield bytes.subarray(start, start + chunkSize);
}

/** A folder for what is too large for memory; `remove` deletes it with all that is in it. */
export interface Store {
  /** Reads a stream to its end. Rejects when it breaks. */
  keep(stream: Readable): Promise<Stored>;
  remove(): void;
}

/** Makes a store; its folder is only made when something large comes. */
export function createStore(): Store {
  let folder: string | undefined;
  return {
    async keep(stream) {
      const held: Buffer[] = [];
      let size = 0;
      for await (const chunk of stream.iterator({ destroyOnReturn: false })) {
        held.push(chunk);
        size += chunk.length;
        if (size > mostInMemory) break;
      }
      if (size <= mostInMemory) return storedBytes(Buffer.concat(held));
      folder ??= mkdtempSync(join(tmpdir(), 'valence-sandbox-'));
      const file = join(folder, randomUUID());
      let written = 0;
      const all = async function* () {
        for (const chunk of held.splice(0)) yield chunk;
        yield* stream;
      };
      const counted = async function* (chunks: AsyncIterable<Buffer>) {
        for await (const chunk of chunks) {
          written += chunk.length;
          yield chunk;
        }
      };
      await pipeline(all, counted, createWriteStream(file));
      return storedFile(file, 0, written);
    },
    remove() {
      if (folder !== undefined) rmSync(folder, { recursive: true, force: true });
      folder = undefined;
    },
  };
}

function storedFile(file: string, start: number, end: number): Stored {
  const read = (from: number, to: number): Buffer => {
    const bytes = Buffer.alloc(to - from);
    const handle = openSync(file, 'r');
    try {
      readSync(handle, bytes, 0, bytes.length, from);
    } finally {
      closeSync(handle);
    }
    return bytes;
  };
  const size = end - start;
  return {
    size,
    bytes() {
      if (size > mostInMemory) throw new Error(`${size} bytes are too many to be held in memory`);
      return read(start, end);
    },
    stream: () =>
      size === 0 ? Readable.from([]) : createReadStream(file, { start, end: end - 1, highWaterMark: chunkSize }),
    slice: (from, to) => storedFile(file, start + from, Math.min(start + to, end)),
    indexOf(needle, from) {
      for (let position = start + from; position < end; position += chunkSize) {
        // A needle may begin in one chunk and end in the next.
        const found = read(position, Math.min(position + chunkSize + needle.length - 1, end)).indexOf(needle);
        if (found >= 0) return position - start + found;
      }
      return -1;
    },
    md5() {
      const hash = createHash('md5');
      for (let position = start; position < end; position += chunkSize) {
        hash.update(read(position, Math.min(position + chunkSize, end)));
      }
      return hash.digest('hex');
    },
  };
}
