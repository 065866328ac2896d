// Callers who go away end what runs for them at the vendor; more calls than an account may have are told to wait.

import { createServer, type IncomingMessage, request, type ServerResponse } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { limits } from '../../src/config.ts';
import { credentials, type Platform, startPlatform } from '../support/platform.ts';
import { connectTestElement, type RecordingVendor, type TestInstance } from '../support/recording-vendor.ts';
import { until } from '../support/server-process.ts';

/** A vendor that is told what to do with every request as soon as its headers are there. */
interface ManualVendor {
  url: string;
  requests: IncomingMessage[];
  /** connections that ended before their request was answered whole */
  broken: number;
  handle(incoming: IncomingMessage, outgoing: ServerResponse): void;
}

let vendor: ManualVendor;
let platform: Platform;
let instance: TestInstance;
const sockets = new Set<Socket>();
const server = createServer((incoming, outgoing) => {
  vendor.requests.push(incoming);
  incoming.on('error', () => undefined);
  outgoing.once('close', () => {
    if (!outgoing.writableFinished) vendor.broken++;
  });
  vendor.handle(incoming, outgoing);
}).on('connection', (socket) => {
  sockets.add(socket);
  socket.on('error', () => undefined).once('close', () => sockets.delete(socket));
});

const resources = [
  { method: 'GET', path: '/hubs/general/things', vendorPath: '/things' },
  {
    method: 'POST',
    path: '/hubs/general/things',
    vendorPath: '/things',
    parameters: [{ type: 'body', name: 'body', vendorType: 'body' }],
  },
  { method: 'GET', path: '/hubs/general/files', vendorPath: '/files', valence: { download: true } },
  {
    method: 'POST',
    path: '/hubs/general/files',
    vendorPath: '/files',
    parameters: [{ type: 'multipart', name: 'file', dataType: 'file', vendorType: 'body', vendorName: 'file' }],
  },
  {
    method: 'GET',
    path: '/hubs/general/waiting',
    vendorPath: '/waiting',
    hooks: [
      {
        type: 'preRequest',
        body: `require('axios').get(configuration['base.url'] + '/hook').then(function () { done({}); });`,
      },
    ],
  },
];

beforeAll(async () => {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  vendor = { url, requests: [], broken: 0, handle: () => undefined };
  platform = await startPlatform({ environment: { VALENCE_EGRESS: 'any' } });
  instance = await connectTestElement(platform, vendor as unknown as RecordingVendor, { resources });
});
afterAll(async () => {
  await platform.close();
  for (const socket of sockets) socket.destroy();
  await new Promise((resolve) => server.close(resolve));
});
beforeEach(() => {
  vendor.requests.length = 0;
  vendor.broken = 0;
});

/** A call that the test goes on with by hand. */
function begin(method: string, path: string, headers: Record<string, string> = {}) {
  const outgoing = request(`${platform.url}/elements/api-v2${path}`, {
    method,
    agent: false,
    headers: { authorization: credentials(instance.token), ...headers },
  });
  outgoing.on('error', () => undefined);
  return outgoing;
}
const vendorSees = (what: string, test: () => boolean) => until(what, test, 5000);
const fine = (outgoing: ServerResponse) =>
  outgoing.writeHead(200, { 'content-type': 'application/json' }).end('{"fine":true}');

describe('a caller who goes away', () => {
  test.each(['GET', 'POST'])('ends the %s at the vendor, which is not tried again', async (method) => {
    vendor.handle = () => undefined;
    const outgoing = begin(method, '/things', method === 'POST' ? { 'content-type': 'application/json' } : {});
    outgoing.end(method === 'POST' ? '{"a":1}' : undefined);
    await vendorSees('the request is there', () => vendor.requests.length === 1);
    outgoing.destroy();
    await vendorSees('the connection is closed', () => vendor.broken === 1);
    vendor.handle = (_, answer) => fine(answer);
    expect((await instance.call('GET', '/things')).status).toBe(200);
    expect(vendor.requests).toHaveLength(2);
  });

  test('ends the upload', async () => {
    vendor.handle = (incoming) => void incoming.resume();
    const outgoing = begin('POST', '/files', { 'content-type': 'multipart/form-data; boundary=b' });
    outgoing.write('--b\r\nContent-Disposition: form-data; name="file"; filename="a.txt"\r\n\r\nbegin');
    await vendorSees('the upload has begun', () => vendor.requests.length === 1);
    outgoing.destroy();
    await vendorSees('the connection is closed', () => vendor.broken === 1);
    expect(vendor.requests[0]?.complete).toBe(false);
  });

  test('ends the download, however much is still to come', async () => {
    let sentBytes = 0;
    vendor.handle = (_, outgoing) => {
      outgoing.writeHead(200, { 'content-type': 'application/octet-stream' });
      const chunk = Buffer.alloc(64 * 1024);
      const pump = () => {
        while (!outgoing.destroyed) {
          sentBytes += chunk.length;
          if (!outgoing.write(chunk)) break;
        }
      };
      outgoing.on('drain', pump);
      pump();
    };
    const outgoing = begin('GET', '/files');
    const firstBytes = new Promise<void>((resolve) => {
      outgoing.on('response', (answer) => answer.once('data', () => resolve()).on('error', () => undefined));
    });
    outgoing.end();
    await firstBytes;
    outgoing.destroy();
    await vendorSees('the connection is closed', () => vendor.broken === 1);
    // what fits into the buffers on the way, not all there is
    expect(sentBytes).toBeLessThan(64 * 1024 * 1024);
  });

  test('ends the hook that still runs and what it waits for, and is no unexpected error', async () => {
    const logged = platform.logs.length;
    vendor.handle = () => undefined;
    const outgoing = begin('GET', '/waiting');
    outgoing.end();
    await vendorSees('the hook asks for something', () => vendor.requests.length === 1);
    outgoing.destroy();
    await vendorSees('the connection of the hook is closed', () => vendor.broken === 1);
    const [record] = await until('the call is noted', async () => {
      const found = await platform.call('GET', `/usage?searchText=waiting&instanceIds=${instance.id}`);
      return found.status === 200 ? found.body : undefined;
    });
    expect(record).toMatchObject({ requestStatus: 'FAILED', httpStatus: 502, error: 'The caller gave up the call.' });
    expect(vendor.requests.map((incoming) => incoming.url)).toEqual(['/hook']);
    expect(platform.logs.slice(logged).filter((line) => line.includes('unexpected error'))).toEqual([]);
  });
});

test('a call above the account’s limit is 503 with Retry-After; those that run end well, and then there is room', async () => {
  // read call by call
  const changeable: { callsPerAccount: number } = limits;
  const before = changeable.callsPerAccount;
  changeable.callsPerAccount = 3;
  try {
    const held: ServerResponse[] = [];
    vendor.handle = (_, outgoing) => void held.push(outgoing);
    const running = [1, 2, 3].map(() => instance.call('GET', '/things'));
    await vendorSees('three are under way', () => held.length === 3);
    const refused = await instance.call('GET', '/things');
    expect(refused).toMatchObject({ status: 503, body: { message: expect.stringContaining('3 calls running') } });
    expect(refused.headers.get('retry-after')).toBe('1');
    // what the vendor is not asked for needs no place
    expect((await instance.call('GET', '/objects')).status).toBe(200);
    for (const outgoing of held) fine(outgoing);
    expect((await Promise.all(running)).map((answer) => answer.status)).toEqual([200, 200, 200]);
    vendor.handle = (_, outgoing) => fine(outgoing);
    expect((await instance.call('GET', '/things')).status).toBe(200);
  } finally {
    changeable.callsPerAccount = before;
  }
});
