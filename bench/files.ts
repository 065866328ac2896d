// A large file goes up through a form and comes down as a download: what it takes of the server's memory, and how fast.

import { readFileSync, writeFileSync } from 'node:fs';
import { Readable } from 'node:stream';
import { Agent, request } from 'undici';
import type { ServerProcess } from '../test/support/server-process.ts';
import { load, serve } from './child.ts';
import { bytesOf } from './file-stream.ts';
import { connectAccount, startGround, urlOf } from './ground.ts';
import { usageOf } from './measure.ts';
import type { Row, Scenario } from './scenario.ts';

const warmBytes = 1024 ** 2;
const extraBytes = 64e6;

/** Up and down, each after a warm-up with calls and a small file. */
export const largeFiles: Scenario = async ({ scale, report }) => {
  const fileBytes = Math.ceil(2 * 1024 ** 3 * scale);
  const ground = await startGround();
  const vendor = await serve(new URL('./file-vendor.ts', import.meta.url));
  const dispatcher = new Agent({ headersTimeout: 0, bodyTimeout: 0 });
  try {
    const server = await ground.startServer(await ground.createDatabase('files'));
    const { authorization } = await connectAccount(server, vendor.url);
    const client: Client = { url: urlOf(server, '/files'), authorization, dispatcher };
    await load({ url: `${client.url}/0`, headers: { authorization }, connections: 16, calls: 5000 });
    const rows: Row[] = [];
    for (const [what, move] of [
      ['up', upload],
      ['down', download],
    ] as const) {
      await move(client, warmBytes);
      report(`${what}: ${fileBytes} bytes`);
      const seen = await watch(server, fileBytes, () => move(client, fileBytes));
      rows.push({ what: `a file of ${(fileBytes / 1024 ** 3).toFixed(1)} GB goes ${what}`, ...seen });
    }
    return rows;
  } finally {
    await dispatcher.close();
    await ground.stop();
    await vendor.stop();
  }
};

interface Client {
  url: string;
  authorization: string;
  dispatcher: Agent;
}

async function upload({ url, authorization, dispatcher }: Client, bytes: number): Promise<void> {
  const boundary = 'valence-bench-boundary';
  const head = `--${boundary}\r\nContent-Disposition: form-data; name="file"; filename="large.bin"\r\nContent-Type: application/octet-stream\r\n\r\n`;
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
  const received = statusCode === 200 ? (JSON.parse(answer) as { bytes: number }).bytes : 0;
  // the vendor counts the form around the file, too
  if (received < bytes || received > bytes + 1024) throw new Error(`The upload was answered ${statusCode} ${answer}`);
}

async function download({ url, authorization, dispatcher }: Client, bytes: number): Promise<void> {
  const { statusCode, body } = await request(`${url}/${bytes}`, { headers: { authorization }, dispatcher });
  let received = 0;
  for await (const chunk of body) received += chunk.length;
  if (statusCode !== 200 || received !== bytes) throw new Error(`${received} bytes came down, status ${statusCode}`);
}

async function watch(server: ServerProcess, bytes: number, work: () => Promise<void>): Promise<Omit<Row, 'what'>> {
  forgetPeak(server.pid);
  const before = usageOf(server.pid);
  const started = performance.now();
  await work();
  const seconds = (performance.now() - started) / 1000;
  const cpuSeconds = (usageOf(server.pid).cpuMs - before.cpuMs) / 1000;
  const extra = peakBytes(server.pid) - before.residentBytes;
  return {
    asked: 'under 64 MB of extra memory',
    seen: `${mega(extra)} MB more than ${mega(before.residentBytes)} MB; ${mega(bytes / seconds)} MB/s, ${cpuSeconds.toFixed(1)} s of CPU`,
    holds: extra < extraBytes,
  };
}

/** Lets the peak of a process's resident memory begin anew (man 5 proc, clear_refs). */
function forgetPeak(pid: number): void {
  writeFileSync(`/proc/${pid}/clear_refs`, '5');
}

function peakBytes(pid: number): number {
  return Number(/^VmHWM:\s+(\d+) kB/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]) * 1024;
}

function mega(bytes: number): string {
  return (bytes / 1e6).toFixed(0);
}
