import { randomBytes } from 'node:crypto';
import { buffer } from 'node:stream/consumers';
import { afterAll, beforeEach, expect, test } from 'vitest';
import { startObjectStore } from '../../test/support/object-store.ts';
import { Secret } from '../core/secret.ts';
import { createRingKey, createVault } from '../core/vault.ts';
import { objectStoreFiles } from './object-store-files.ts';
import { openFiles } from './open-files.ts';
import { createFileSeal } from './seal.ts';

const store = await startObjectStore();
const vault = createVault(new Secret(createRingKey()));
const place = {
  ...{ bucket: store.bucket, prefix: 'valence/bulk', endpoint: store.url, region: store.region },
  credentials: { keyId: store.keyId, secret: new Secret(store.secret) },
};
const files = objectStoreFiles(place, createFileSeal(vault));
afterAll(async () => {
  await files.close();
  await store.close();
});
beforeEach(() => {
  store.objects.clear();
  store.requests.length = 0;
  store.faults.length = 0;
});

const name = { organizationId: 7, jobId: 'a-job', part: 'input' };
const key = 'valence/bulk/7/a-job/input';
const megabyte = randomBytes(1024 * 1024);

async function* megabytes(count: number): AsyncGenerator<Uint8Array> {
  for (let given = 0; given < count; given++) yield megabyte;
}

function isMegabytes(bytes: Buffer, count: number): boolean {
  return bytes.equals(Buffer.concat(Array.from({ length: count }, () => megabyte)));
}

test('a small file is one request, sealed under its key, and read again', async () => {
  expect(await files.write(name, megabytes(1))).toEqual({ bytes: 1024 * 1024 });
  expect([...store.objects.keys()]).toEqual([key]);
  expect(store.objects.get(key)?.includes(megabyte.subarray(0, 64))).toBe(false);
  expect(isMegabytes(await buffer(files.read(name)), 1)).toBe(true);
  expect(store.requests.length).toBe(2);
});

test('a large file goes up in parts and comes down in pieces', async () => {
  expect(await files.write(name, megabytes(20))).toEqual({ bytes: 20 * 1024 * 1024 });
  expect(isMegabytes(await buffer(files.read(name)), 20)).toBe(true);
  const [puts, gets] = ['PUT', 'GET'].map((method) => store.requests.filter((one) => one.startsWith(method)).length);
  expect([puts, gets]).toEqual([3, 3]);
});

test('a file without content is a file', async () => {
  await files.write(name, megabytes(0));
  expect((await buffer(files.read(name))).length).toBe(0);
});

test('content that fails leaves what was there before, and no parts', async () => {
  await files.write(name, megabytes(1));
  async function* failing(count: number) {
    yield* megabytes(count);
    throw new Error('The upload broke off');
  }
  await expect(files.write(name, failing(1))).rejects.toThrow('The upload broke off');
  await expect(files.write(name, failing(20))).rejects.toThrow('The upload broke off');
  expect(store.openUploads()).toEqual([]);
  expect(isMegabytes(await buffer(files.read(name)), 1)).toBe(true);
});

test('a store that is busy is asked again, and so is one whose answer breaks off', async () => {
  store.faults.push('slowDown', undefined, 'slowDown');
  await files.write(name, megabytes(10));
  store.faults.push('cutOff', 'slowDown', undefined, 'cutOff');
  expect(isMegabytes(await buffer(files.read(name)), 10)).toBe(true);
  store.faults.push('cutOff', 'cutOff', 'cutOff');
  await expect(buffer(files.read(name))).rejects.toThrow();
});

test('a file that is not there is a Problem, once it is read', async () => {
  files.read(name);
  expect(store.requests).toEqual([]);
  await expect(buffer(files.read(name))).rejects.toMatchObject({ code: 'notFound' });
});

test('a file that was changed, cut off or emptied, or lies in the place of another, is an error', async () => {
  await files.write(name, megabytes(9));
  const sealed = store.objects.get(key) ?? Buffer.alloc(0);
  const changed = Buffer.from(sealed);
  changed[sealed.length - 100] = (sealed[sealed.length - 100] ?? 0) ^ 1;
  for (const [what, bytes] of Object.entries({ changed, cut: sealed.subarray(0, -1) })) {
    store.objects.set(key, bytes);
    await expect(buffer(files.read(name)), what).rejects.toThrow('was changed, moved or cut off');
  }
  store.objects.set(key, Buffer.alloc(0));
  await expect(buffer(files.read(name))).rejects.toThrow('was changed, moved or cut off');
  store.objects.set(`${key}-2`, sealed);
  await expect(buffer(files.read({ ...name, part: 'input-2' }))).rejects.toThrow('was changed, moved or cut off');
});

test('a file that is replaced while it is read is an error, and no mixture', async () => {
  await files.write(name, megabytes(20));
  const reading = files.read(name)[Symbol.asyncIterator]();
  await reading.next();
  await files.write(name, megabytes(20));
  await expect(async () => {
    while ((await reading.next()).done !== true);
  }).rejects.toThrow();
});

test('all files of a job are removed, also uploads that a crash left, and those of no other', async () => {
  for (let part = 1; part <= 7; part++) await files.write({ ...name, part: `output-${part}` }, megabytes(0));
  await files.write({ ...name, jobId: 'a-job-2' }, megabytes(0));
  await leaveUploads(5);
  expect(store.openUploads().length).toBe(5);
  await files.remove(name);
  await files.remove(name);
  expect([...store.objects.keys()]).toEqual(['valence/bulk/7/a-job-2/input']);
  expect(store.openUploads()).toEqual([]);
});

/** Uploads of a process that is gone: their parts were sent, and nobody completes or aborts them. */
async function leaveUploads(count: number): Promise<void> {
  const { S3Client, CreateMultipartUploadCommand } = await import('@aws-sdk/client-s3');
  const { keyId: accessKeyId, secret: secretAccessKey, region, url: endpoint } = store;
  const client = new S3Client({
    endpoint,
    region,
    forcePathStyle: true,
    credentials: { accessKeyId, secretAccessKey },
  });
  for (let part = 0; part < count; part++) {
    await client.send(new CreateMultipartUploadCommand({ Bucket: store.bucket, Key: `${key}-${part}` }));
  }
  client.destroy();
}

test.each([
  ['a wrong secret', { credentials: { keyId: store.keyId, secret: new Secret('wrong') } }, 'The signature is wrong'],
  ['a wrong region', { region: 'elsewhere-1' }, 'The region is'],
  ['a bucket that is not there', { bucket: 'no-such-bucket' }, 'bucket does not exist'],
])('with %s every write and read fails with what the store says', async (_, wrong, message) => {
  const others = objectStoreFiles({ ...place, ...wrong }, createFileSeal(vault));
  await expect(others.write(name, megabytes(1))).rejects.toThrow(message);
  await expect(buffer(others.read(name))).rejects.toThrow(message);
  await others.close();
});

test('files lie in the store that is configured, else on disk where there is one process only, else nowhere', async () => {
  const databaseUrl = new Secret('postgres://somewhere');
  const inStore = await openFiles({ files: place, databaseUrl, dataFolder: '/nowhere' }, vault);
  await inStore?.write(name, megabytes(1));
  expect([...store.objects.keys()]).toEqual([key]);
  await inStore?.close();
  expect(await openFiles({ files: undefined, databaseUrl, dataFolder: '/nowhere' }, vault)).toBeUndefined();
  const onDisk = await openFiles({ files: undefined, databaseUrl: undefined, dataFolder: '/nowhere' }, vault);
  await expect(buffer(onDisk?.read(name) ?? megabytes(0))).rejects.toMatchObject({ code: 'notFound' });
});
