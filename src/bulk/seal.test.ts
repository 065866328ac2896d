import { randomBytes } from 'node:crypto';
import { buffer } from 'node:stream/consumers';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { Secret } from '../core/secret.ts';
import { createVault } from '../core/vault.ts';
import { chunkBytes, createFileSeal } from './seal.ts';

const key = (id: string) => `${id}:${randomBytes(32).toString('base64')}`;
const [older, newer] = [key('older'), key('newer')];
const vault = createVault(new Secret(older));
const fileSeal = createFileSeal(vault);
const place = '7/job/input';
const sealedChunk = chunkBytes + 16;

async function* inPieces(bytes: Uint8Array, length = 50_000): AsyncGenerator<Uint8Array> {
  for (let start = 0; start < bytes.length; start += length) yield bytes.subarray(start, start + length);
}

async function seal(bytes: Uint8Array, where = place, piece?: number): Promise<Buffer> {
  return buffer(fileSeal.seal(inPieces(bytes, piece), where));
}

async function open(sealed: Uint8Array, where = place, piece?: number): Promise<Buffer> {
  return buffer(fileSeal.open(inPieces(sealed, piece), where));
}

/** The head of a sealed file, and its chunks. */
function partsOf(sealed: Buffer): { head: Buffer; chunks: Buffer[] } {
  const headBytes = 10 + sealed.readUInt16BE(8);
  const chunks: Buffer[] = [];
  for (let start = headBytes; start < sealed.length; start += sealedChunk) {
    chunks.push(sealed.subarray(start, start + sealedChunk));
  }
  return { head: sealed.subarray(0, headBytes), chunks };
}

const refused = 'was changed, moved or cut off';

test.each([0, 1, chunkBytes - 1, chunkBytes, chunkBytes + 1, 3 * chunkBytes])(
  '%i bytes are sealed and opened, however they are cut',
  async (length) => {
    const bytes = randomBytes(length);
    for (const piece of [1000, 65_536, 1_000_000]) {
      const sealed = await seal(bytes, place, piece);
      expect((await open(sealed, place, piece)).equals(bytes)).toBe(true);
    }
  },
);

test('what is sealed shows nothing of what it was, and never the same twice', async () => {
  const bytes = Buffer.alloc(1000, 'correct horse ');
  const [first, second] = [await seal(bytes), await seal(bytes)];
  expect(first.includes('horse')).toBe(false);
  expect(first.equals(second)).toBe(false);
  expect(partsOf(first).chunks[0]?.equals(partsOf(second).chunks[0] ?? first)).toBe(false);
});

test('a sealed file with any bit changed does not open', async () => {
  const sealed = await seal(Buffer.from('a few bytes'));
  for (let bit = 0; bit < sealed.length * 8; bit++) {
    const changed = Buffer.from(sealed);
    changed[bit >> 3] = (sealed[bit >> 3] ?? 0) ^ (1 << (bit & 7));
    await expect(open(changed), `bit ${bit}`).rejects.toThrow(refused);
  }
});

test('a sealed file that was cut short anywhere does not open', async () => {
  const sealed = await seal(Buffer.from('a few bytes'));
  for (let length = 0; length < sealed.length; length++) {
    await expect(open(sealed.subarray(0, length)), `${length} bytes`).rejects.toThrow(refused);
  }
});

test('a large file with a bit changed, or cut short, at any place gives only what it was, and then an error', async () => {
  const bytes = randomBytes(3 * chunkBytes + 100);
  const sealed = await seal(bytes);
  await fc.assert(
    fc.asyncProperty(fc.nat({ max: sealed.length - 1 }), fc.nat({ max: 7 }), fc.boolean(), async (at, bit, cut) => {
      const changed = Buffer.from(cut ? sealed.subarray(0, at) : sealed);
      if (!cut) changed[at] = (sealed[at] ?? 0) ^ (1 << bit);
      const given: Buffer[] = [];
      await expect(async () => {
        for await (const opened of fileSeal.open(inPieces(changed), place)) given.push(Buffer.from(opened));
      }).rejects.toThrow(refused);
      const all = Buffer.concat(given);
      expect(all.equals(bytes.subarray(0, all.length))).toBe(true);
    }),
  );
});

test('chunks that were left out, repeated, exchanged or added do not open', async () => {
  const { head, chunks } = partsOf(await seal(randomBytes(3 * chunkBytes)));
  const [first, second, last] = chunks as [Buffer, Buffer, Buffer];
  expect(chunks.length).toBe(3);
  const other = partsOf(await seal(randomBytes(3 * chunkBytes))).chunks as [Buffer, Buffer, Buffer];
  for (const [what, order] of Object.entries({
    'without the last': [first, second],
    'without the first': [second, last],
    'without one between': [first, last],
    exchanged: [second, first, last],
    repeated: [first, first, second, last],
    'the last twice': [first, second, last, last],
    'more after the last': [first, second, last, other[2]],
    'one of another file': [first, other[1], last],
    'none at all': [],
  })) {
    await expect(open(Buffer.concat([head, ...order])), what).rejects.toThrow(refused);
  }
  expect((await open(Buffer.concat([head, ...chunks]))).length).toBe(3 * chunkBytes);
});

test('a file that lies where another one was written does not open', async () => {
  const sealed = await seal(Buffer.from('x'));
  await expect(open(sealed, '7/job/output')).rejects.toThrow(refused);
  await expect(open(sealed, '8/job/input')).rejects.toThrow(refused);
});

test('after a rotation of the key ring older files open, and not without their key', async () => {
  const running = createVault(new Secret(older));
  const rotated = createFileSeal(running);
  const sealed = await seal(Buffer.from('kept'));
  running.useKeyring(new Secret(`${newer},${older}`));
  const openWith = async (bytes: Buffer) => buffer(rotated.open(inPieces(bytes), place));
  expect((await openWith(sealed)).toString()).toBe('kept');
  const fresh = await buffer(rotated.seal(inPieces(Buffer.from('new')), place));
  expect((await openWith(fresh)).toString()).toBe('new');
  await expect(open(fresh)).rejects.toThrow('No key named newer is in the key ring; add it to VALENCE_KEYS');
});

test('reading can be given up in the middle, or at the beginning, and the source hears of it', async () => {
  const sealed = await seal(randomBytes(3 * chunkBytes));
  let closed = 0;
  async function* source(bytes: Buffer) {
    try {
      yield* inPieces(bytes, 1000);
    } finally {
      closed++;
    }
  }
  for await (const opened of fileSeal.open(source(sealed), place)) {
    expect(opened.length).toBe(chunkBytes);
    break;
  }
  expect(closed).toBe(1);
  await expect(buffer(fileSeal.open(source(randomBytes(5000)), place))).rejects.toThrow(refused);
  expect(closed).toBe(2);
});
