import { Readable } from 'node:stream';
import { Busboy } from '@fastify/busboy';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { MultipartPart } from './body.ts';
import { encodeMultipart } from './multipart.ts';

const file = (name: string, fileName: string, bytes: Uint8Array, contentType = 'image/png'): MultipartPart => ({
  kind: 'file',
  name,
  fileName,
  contentType,
  stream: Readable.from([Buffer.from(bytes)], { objectMode: false }),
});

/** Reads a form with the library that reads callers' forms. */
async function readBack({ contentType, stream }: ReturnType<typeof encodeMultipart>): Promise<unknown[]> {
  const found: unknown[] = [];
  const files: Promise<void>[] = [];
  const form = new Busboy({ headers: { 'content-type': contentType }, preservePath: true });
  form.on('field', (name, value) => found.push([name, value]));
  form.on('file', (name, content, fileName, _encoding, type) => {
    const place = found.push(undefined) - 1;
    files.push(
      content.toArray().then((chunks) => {
        found[place] = [name, fileName, type, Buffer.concat(chunks as Buffer[]).toString('hex')];
      }),
    );
  });
  const finished = new Promise((resolve, reject) => form.on('finish', resolve).on('error', reject));
  stream.pipe(form);
  await finished;
  await Promise.all(files);
  return found;
}

test('fields and files arrive as they were, in order', async () => {
  const bytes = Buffer.from([0, 255, 13, 10, 45, 45]);
  const parts: MultipartPart[] = [
    { kind: 'field', name: 'first', value: 'größer\r\n--' },
    file('upload', 'a b.png', bytes),
    { kind: 'field', name: 'last', value: '' },
    file('empty', 'none', new Uint8Array()),
  ];
  expect(await readBack(encodeMultipart(parts))).toEqual([
    ['first', 'größer\r\n--'],
    ['upload', 'a b.png', 'image/png', bytes.toString('hex')],
    ['last', ''],
    ['empty', 'none', 'image/png', ''],
  ]);
});

test('no name and no file name can begin a header or a part of its own', async () => {
  const hostile = fc.string({ unit: fc.constantFrom('"', '\r', '\n', '\r\n', ';', '=', 'a', ' ', '\\', '%', 'é') });
  await fc.assert(
    fc.asyncProperty(hostile, hostile, hostile, async (name, fileName, value) => {
      const { stream, contentType } = encodeMultipart([
        { kind: 'field', name, value },
        file(name, fileName, Buffer.from('x'), `text/plain${fileName}`),
      ]);
      const text = Buffer.concat((await stream.toArray()) as Buffer[]).toString('utf8');
      const boundary = contentType.split('boundary=')[1] ?? '';
      const escaped = (one: string) => one.replaceAll('\r', '%0D').replaceAll('\n', '%0A').replaceAll('"', '%22');
      const [, field = '', upload = '', end] = text.split(`--${boundary}`);
      expect(end).toBe('--\r\n');
      expect(field).toBe(`\r\nContent-Disposition: form-data; name="${escaped(name)}"\r\n\r\n${value}\r\n`);
      expect(upload.split('\r\n\r\n')[0]?.split('\r\n')).toHaveLength(3);
      expect(upload).toContain(`name="${escaped(name)}"; filename="${escaped(fileName)}"\r\n`);
    }),
  );
});

test('boundaries cannot be foreseen', () => {
  expect(encodeMultipart([]).contentType).not.toBe(encodeMultipart([]).contentType);
});

test('a file that breaks breaks the form', async () => {
  const broken = new Readable({ read: () => undefined });
  const { stream } = encodeMultipart([{ ...file('f', 'f', Buffer.of()), stream: broken } as MultipartPart]);
  stream.once('data', () => broken.destroy(new Error('the client is gone')));
  await expect(stream.toArray()).rejects.toThrow('the client is gone');
});

test('a form that is given up gives up its file, though not a byte of that has come', async () => {
  const silent = new Readable({ read: () => undefined });
  const { stream } = encodeMultipart([{ ...file('f', 'f', Buffer.of()), stream: silent } as MultipartPart]);
  const closed = new Promise((resolve) => silent.once('close', resolve));
  stream.once('data', () => stream.destroy());
  await closed;
  expect(silent.destroyed).toBe(true);
});
