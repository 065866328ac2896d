// What the sandbox keeps is the same in memory and in a file, and forms are read out of both.

import { Readable } from 'node:stream';
import { afterEach, describe, expect, test } from 'vitest';
import { readParts, textOf } from './parts.ts';
import { createStore, mostInMemory, type Stored, storedBytes } from './stored.ts';
import type { VendorRequest } from './vendor.ts';

const store = createStore();
afterEach(() => store.remove());

const filler = Buffer.alloc(mostInMemory, 'x');

async function read(stored: Stored): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of stored.stream()) chunks.push(chunk);
  return Buffer.concat(chunks);
}

describe.each([
  ['in memory', Buffer.alloc(0)],
  ['in a file', filler],
])('bytes %s', (_where, before) => {
  const text = Buffer.concat([before, Buffer.from('needle in a haystack')]);
  const keep = () => store.keep(Readable.from([text.subarray(0, 7), text.subarray(7)]));

  test('are found, cut and read again', async () => {
    const stored = await keep();
    expect(stored.size).toBe(text.length);
    expect(stored.indexOf(Buffer.from('haystack'), 0)).toBe(before.length + 12);
    expect(stored.indexOf(Buffer.from('needle'), before.length + 1)).toBe(-1);
    const end = stored.slice(before.length, text.length);
    expect(end.bytes().toString()).toBe('needle in a haystack');
    expect(end.slice(7, 9).bytes().toString()).toBe('in');
    expect((await read(stored)).equals(text)).toBe(true);
    expect(stored.md5()).toBe(storedBytes(text).md5());
  });
});

test('too many bytes are not held', async () => {
  const stored = await store.keep(Readable.from([filler, Buffer.from('!')]));
  expect(() => stored.bytes()).toThrow('too many');
});

test('a stream that breaks is an error', async () => {
  const broken = new Readable({ read() {} });
  const kept = store.keep(broken);
  broken.destroy(new Error('gone'));
  await expect(kept).rejects.toThrow('gone');
});

test.each([[Buffer.from('small')], [filler]])('the parts of a form', async (file) => {
  const form = new FormData();
  form.set('entity_content', new Blob(['{"Title":"a"}'], { type: 'application/json' }));
  form.set('note', 'plain');
  form.set('file', new File([new Uint8Array(file)], 'a "b".txt', { type: 'text/plain' }));
  const { headers, body } = new Response(form);
  const upload = await store.keep(Readable.fromWeb(body as Parameters<typeof Readable.fromWeb>[0]));
  const request = {
    headers: { 'content-type': headers.get('content-type') ?? '' },
    upload,
  } as unknown as VendorRequest;
  const parts = readParts(request);
  expect(parts.map(({ name, contentType }) => [name, contentType])).toEqual([
    ['entity_content', 'application/json'],
    ['note', 'text/plain'],
    ['file', 'text/plain'],
  ]);
  expect(parts.slice(0, 2).map(textOf)).toEqual(['{"Title":"a"}', 'plain']);
  expect(parts[2]?.fileName).toBe('a %22b%22.txt');
  expect(parts[2]?.stored.md5()).toBe(storedBytes(file).md5());
});
