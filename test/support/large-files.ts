// Files of any size, made and counted as they pass, and what they take of a server's memory.

import { createHash } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { Readable } from 'node:stream';
import { Agent, request } from 'undici';

const piece = Buffer.from(
  Uint8Array.from({ length: 64 * 1024 }, (_, index) => (index * 7919 + (index >> 8) * 31) % 256),
);

/** The bytes of a file of this length, the same each time, a piece after the other. */
export function* bytesOf(length: number): Generator<Buffer> {
  for (let left = length; left > 0; left -= piece.length) {
    yield left >= piece.length ? piece : piece.subarray(0, left);
  }
}

/** The SHA-256 of such a file, in hexadecimal. */
export function digestOf(length: number): string {
  const hash = createHash('sha256');
  for (const bytes of bytesOf(length)) hash.update(bytes);
  return hash.digest('hex');
}

const dispatcher = new Agent({ headersTimeout: 0, bodyTimeout: 0 });

/** Uploads such a file as the part `file` of a form; gives the answer. Throws an Error when it is not 200. */
export async function uploadFile(
  url: string,
  authorization: string,
  { bytes, fileName = 'large.bin' }: { bytes: number; fileName?: string },
): Promise<Record<string, unknown>> {
  const boundary = 'large-file-boundary';
  const head = `--${boundary}\r\nContent-Disposition: form-data; name="file"; filename="${fileName}"\r\nContent-Type: application/octet-stream\r\n\r\n`;
  function* form() {
    yield Buffer.from(head);
    yield* bytesOf(bytes);
    yield Buffer.from(`\r\n--${boundary}--\r\n`);
  }
  const { statusCode, body } = await request(url, {
    method: 'POST',
    headers: { authorization, 'content-type': `multipart/form-data; boundary=${boundary}` },
    body: Readable.from(form(), { objectMode: false, highWaterMark: 256 * 1024 }),
    dispatcher,
  });
  const answer = await body.text();
  if (statusCode !== 200) throw new Error(`The upload was answered ${statusCode} ${answer}`);
  return JSON.parse(answer);
}

/** Downloads a file; gives its length and digest. Throws an Error when the answer is not 200. */
export async function downloadFile(url: string, authorization: string): Promise<{ bytes: number; digest: string }> {
  const { statusCode, body } = await request(url, { headers: { authorization }, dispatcher });
  if (statusCode !== 200) throw new Error(`The download was answered ${statusCode} ${await body.text()}`);
  const hash = createHash('sha256');
  let bytes = 0;
  for await (const chunk of body) {
    bytes += chunk.length;
    hash.update(chunk);
  }
  return { bytes, digest: hash.digest('hex') };
}

/** The bytes by which the resident memory of a process and its children rose at most while the work was done. Linux only. */
export async function extraMemory(
  pid: number,
  work: () => Promise<unknown>,
): Promise<{ extra: number; before: number }> {
  const pids = [pid, ...childrenOf(pid)];
  // lets the peak begin anew (man 5 proc, clear_refs)
  for (const each of pids) writeFileSync(`/proc/${each}/clear_refs`, '5');
  const before = sum(pids, 'VmRSS');
  await work();
  return { extra: sum(pids, 'VmHWM') - before, before };
}

function childrenOf(pid: number): number[] {
  return readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8')
    .trim()
    .split(' ')
    .filter((child) => child !== '')
    .map(Number);
}

function sum(pids: number[], name: string): number {
  const one = (pid: number) =>
    Number(new RegExp(`^${name}:\\s+(\\d+) kB`, 'm').exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]) * 1024;
  return pids.reduce((total, pid) => total + one(pid), 0);
}
