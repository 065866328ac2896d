import { randomBytes } from 'node:crypto';
import { mkdir, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buffer } from 'node:stream/consumers';
import { afterAll, expect, test } from 'vitest';
import { Secret } from '../core/secret.ts';
import { createRingKey, createVault } from '../core/vault.ts';
import { diskFiles } from './disk-files.ts';
import { createFileSeal } from './seal.ts';

const folder = await mkdtemp(join(tmpdir(), 'valence-bulk-files-'));
afterAll(() => rm(folder, { recursive: true }));
const files = diskFiles(folder, createFileSeal(createVault(new Secret(createRingKey()))));
const name = { organizationId: 7, jobId: 'a-job', part: 'input' };

async function* given(...pieces: (string | Uint8Array)[]): AsyncGenerator<Uint8Array> {
  for (const piece of pieces) yield Buffer.from(piece as string);
}

async function read(part = 'input', jobId = 'a-job'): Promise<Buffer> {
  return buffer(files.read({ ...name, jobId, part }));
}

test('a file is written sealed, read again and replaced', async () => {
  const bytes = randomBytes(1_000_000);
  expect(await files.write(name, given(bytes.subarray(0, 10), bytes.subarray(10)))).toEqual({ bytes: 1_000_000 });
  expect((await read()).equals(bytes)).toBe(true);
  await files.write(name, given('in clear'));
  expect((await read()).toString()).toBe('in clear');
  const stored = await readFile(join(folder, '7/a-job/input'));
  expect(stored.includes('in clear')).toBe(false);
  expect((await stat(join(folder, '7/a-job/input'))).mode & 0o777).toBe(0o600);
  expect(await readdir(join(folder, '7/a-job'))).toEqual(['input']);
});

test('content that fails leaves what was there before, and nothing else', async () => {
  await files.write(name, given('before'));
  async function* failing() {
    yield Buffer.from('half');
    throw new Error('The upload broke off');
  }
  await expect(files.write(name, failing())).rejects.toThrow('The upload broke off');
  await expect(files.write({ ...name, part: 'output-1' }, failing())).rejects.toThrow('The upload broke off');
  expect((await read()).toString()).toBe('before');
  expect(await readdir(join(folder, '7/a-job'))).toEqual(['input']);
});

test('a file that is not there is a Problem, once it is read', async () => {
  files.read({ ...name, part: 'none' });
  await expect(read('none')).rejects.toMatchObject({
    code: 'notFound',
    message: expect.stringContaining('no file none'),
  });
  await expect(read('input', 'other')).rejects.toMatchObject({ code: 'notFound' });
});

test('a file that was changed, or put in the place of another, is an error', async () => {
  await files.write(name, given('one'));
  await files.write({ ...name, part: 'errors' }, given('two'));
  const [one, two] = [join(folder, '7/a-job/input'), join(folder, '7/a-job/errors')];
  await writeFile(two, await readFile(one));
  await expect(read('errors')).rejects.toThrow('was changed, moved or cut off');
  await writeFile(one, (await readFile(one)).subarray(0, -1));
  await expect(read()).rejects.toThrow('was changed, moved or cut off');
});

test('all files of a job are removed, also what a crash left, and those of no other', async () => {
  await files.write({ ...name, jobId: 'leaving' }, given('x'));
  await writeFile(join(folder, '7/leaving/input.unfinished'), 'x');
  await files.write({ ...name, jobId: 'leaving-not' }, given('stays'));
  await files.remove({ ...name, jobId: 'leaving' });
  await files.remove({ ...name, jobId: 'leaving' });
  await expect(read('input', 'leaving')).rejects.toMatchObject({ code: 'notFound' });
  expect((await read('input', 'leaving-not')).toString()).toBe('stays');
});

test.each([
  { ...name, jobId: '..' },
  { ...name, jobId: '' },
  { ...name, jobId: 'a/b' },
  { ...name, part: '../other/input' },
  { ...name, part: 'a\0' },
  { ...name, part: 'input.x' },
  { ...name, organizationId: -1 },
  { ...name, organizationId: 1.5 },
])('a name that is no plain name is refused: %j', async (wrong) => {
  await mkdir(join(folder, '7'), { recursive: true });
  await expect(files.write(wrong, given('x'))).rejects.toThrow(/^A file's/);
  await expect(buffer(files.read(wrong))).rejects.toThrow(/^A file's/);
  if (wrong.part === 'input') await expect(files.remove(wrong)).rejects.toThrow(/^A file's/);
});
