// A large file goes up through a form and comes down as a download: what it takes of the server's memory, and how fast.

import { downloadFile, extraMemory, uploadFile } from '../test/support/large-files.ts';
import type { ServerProcess } from '../test/support/server-process.ts';
import { load, serve } from './child.ts';
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
  try {
    const server = await ground.startServer(await ground.createDatabase('files'));
    const { authorization } = await connectAccount(server, vendor.url);
    const client: Client = { url: urlOf(server, '/files'), authorization };
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
    await ground.stop();
    await vendor.stop();
  }
};

interface Client {
  url: string;
  authorization: string;
}

async function upload({ url, authorization }: Client, bytes: number): Promise<void> {
  const received = Number((await uploadFile(url, authorization, { bytes }))['bytes']);
  // the vendor counts the form around the file, too
  if (!(received >= bytes && received <= bytes + 1024))
    throw new Error(`${received} bytes went up instead of ${bytes}`);
}

async function download({ url, authorization }: Client, bytes: number): Promise<void> {
  const came = await downloadFile(`${url}/${bytes}`, authorization);
  if (came.bytes !== bytes) throw new Error(`${came.bytes} bytes came down instead of ${bytes}`);
}

async function watch(server: ServerProcess, bytes: number, work: () => Promise<void>): Promise<Omit<Row, 'what'>> {
  const { cpuMs } = usageOf(server.pid);
  const started = performance.now();
  const { extra, before } = await extraMemory(server.pid, work);
  const seconds = (performance.now() - started) / 1000;
  const cpuSeconds = (usageOf(server.pid).cpuMs - cpuMs) / 1000;
  return {
    asked: 'under 64 MB of extra memory',
    seen: `${mega(extra)} MB more than ${mega(before)} MB; ${mega(bytes / seconds)} MB/s, ${cpuSeconds.toFixed(1)} s of CPU`,
    holds: extra < extraBytes,
  };
}

function mega(bytes: number): string {
  return (bytes / 1e6).toFixed(0);
}
