import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { type ClientRequest, createServer, request as httpRequest, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { fileURLToPath } from 'node:url';
import { afterEach, expect, test } from 'vitest';
import { standsStill } from '../../test/support/stands-still.ts';
import { encodeMultipart } from '../core/multipart.ts';

const megabytes = 256;
const allowedGrowth = 64 * 1024 * 1024;

const ended: (() => Promise<unknown> | unknown)[] = [];
afterEach(async () => {
  for (const end of ended.splice(0).reverse()) await end();
});

const chunk = Buffer.alloc(1024 * 1024, 'a file without end ');

/** A file that is made while it is read; `made` counts its megabytes. */
function generated(count: number, made = { count: 0 }): Readable {
  return new Readable({
    read() {
      this.push(made.count++ < count ? chunk : null);
    },
  });
}

interface Vendor {
  url: string;
  /** bytes of the last request's body so far */
  received: () => number;
  /** megabytes made of the last file asked for */
  made: { count: number };
  /** the connection of the next request to end is over */
  closed: Promise<void>;
}

/** A vendor that counts what it is sent, unless that is to `/stall`, and sends as many megabytes as its path says. */
async function vendor(): Promise<Vendor> {
  let bytes = 0;
  const closed = Promise.withResolvers<void>();
  const made = { count: 0 };
  const server = createServer((request, response) => {
    bytes = 0;
    response.once('close', closed.resolve);
    if (request.method === 'GET') {
      made.count = 0;
      pipeline(generated(Number(request.url?.slice(1)), made), response).catch(() => undefined);
    } else if (request.url !== '/stall') {
      request.on('data', (data: Buffer) => {
        bytes += data.length;
      });
      request.once('end', () => response.end('taken'));
    }
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  ended.push(() => {
    server.closeAllConnections();
    server.close();
  });
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return { url, received: () => bytes, made, closed: closed.promise };
}

/** The process between client and vendor; see test/support/stream-relay.ts. */
async function relay(vendorUrl: string): Promise<string> {
  const path = fileURLToPath(new URL('../../test/support/stream-relay.ts', import.meta.url));
  const child = spawn(process.execPath, [path, vendorUrl], { stdio: ['ignore', 'pipe', 'inherit'] });
  ended.push(() => child.kill());
  const [port] = await once(child.stdout, 'data');
  return `http://127.0.0.1:${String(port).trim()}`;
}

/** How many bytes the relay's memory grows, at its highest, above what a small transfer left. */
async function growth(relayUrl: string, transfer: (count: number) => Promise<unknown>): Promise<number> {
  const memory = async () => (await (await fetch(`${relayUrl}/memory`)).json()) as { peak: number; now: number };
  await transfer(8);
  const { now } = await memory();
  await transfer(megabytes);
  return (await memory()).peak - now;
}

function begin(
  url: string,
  method: string,
  headers: Record<string, string> = {},
): [ClientRequest, Promise<IncomingMessage>] {
  const request = httpRequest(url, { method, headers, agent: false });
  const answered = new Promise<IncomingMessage>((resolve, reject) =>
    request.once('response', resolve).once('error', reject),
  );
  answered.catch(() => undefined);
  return [request, answered];
}

async function upload(url: string, count: number, type: 'form' | 'bytes'): Promise<void> {
  const stream = generated(count);
  const form = encodeMultipart([
    { kind: 'field', name: 'a', value: '1' },
    { kind: 'file', name: 'file', fileName: 'large.bin', contentType: 'application/octet-stream', stream },
  ]);
  const contentType = type === 'form' ? form.contentType : 'application/octet-stream';
  const [request, answered] = begin(url, 'POST', { 'content-type': contentType });
  await pipeline(type === 'form' ? form.stream : stream, request);
  expect(String(await (await answered).toArray())).toBe('taken');
}

test.each([
  ['bytes', '/bytes', 'bytes'],
  ['the file of a form, to a vendor who takes bytes', '/bytes', 'form'],
  ['a form', '/form', 'form'],
] as const)('a large file goes up as %s in little memory', async (_name, path, type) => {
  const { url: vendorUrl, received } = await vendor();
  const url = await relay(vendorUrl);
  const grown = await growth(url, (count) => upload(url + path, count, type));
  const size = megabytes * chunk.length;
  expect(received()).toBeGreaterThanOrEqual(size);
  expect(received()).toBeLessThan(size + 1000);
  expect(grown).toBeLessThan(allowedGrowth);
});

test('a large file comes down in little memory', async () => {
  const url = await relay((await vendor()).url);
  const grown = await growth(url, async (count) => {
    const [request, answered] = begin(`${url}/${count}`, 'GET');
    request.end();
    let bytes = 0;
    for await (const part of await answered) bytes += (part as Buffer).length;
    expect(bytes).toBe(count * chunk.length);
  });
  expect(grown).toBeLessThan(allowedGrowth);
});

test('a slow receiver slows the sender, up and down', async () => {
  const { url: vendorUrl, made } = await vendor();
  const url = await relay(vendorUrl);

  const sent = { count: 0 };
  const [up] = begin(`${url}/stall`, 'POST', { 'content-type': 'application/octet-stream' });
  const uploading = pipeline(generated(megabytes, sent), up).catch(() => undefined);
  await once(up, 'drain');
  expect(await standsStill(() => sent.count)).toBeLessThan(megabytes / 4);
  up.destroy();
  await uploading;

  const [down, answered] = begin(`${url}/${megabytes}`, 'GET');
  down.end();
  (await answered).pause();
  expect(await standsStill(() => made.count)).toBeLessThan(megabytes / 4);
  down.destroy();
});

test.each([
  ['an upload', 'POST', '/bytes', 'application/octet-stream'],
  ['the upload of a form', 'POST', '/form', undefined],
  ['a download', 'GET', `/${megabytes}`, undefined],
])('a client who goes away in the middle of %s ends the call to the vendor', async (_name, method, path, type) => {
  const { url: vendorUrl, received, made, closed } = await vendor();
  const url = await relay(vendorUrl);
  const endless = generated(Number.POSITIVE_INFINITY);
  const form = encodeMultipart([{ kind: 'file', name: 'f', fileName: 'f', contentType: 'image/png', stream: endless }]);
  const [request, answered] = begin(url + path, method, { 'content-type': type ?? form.contentType });
  if (method === 'GET') request.end();
  else pipeline(type === undefined ? form.stream : endless, request).catch(() => undefined);
  if (method === 'GET') await once(await answered, 'readable');
  else while (received() < chunk.length) await new Promise((resolve) => setImmediate(resolve));
  request.destroy();
  await closed;
  expect(made.count).toBeLessThan(megabytes);
});
