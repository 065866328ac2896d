import { createServer, type IncomingMessage, type RequestListener } from 'node:http';
import { type AddressInfo, createServer as createTcpServer, type Socket } from 'node:net';
import { PassThrough, Readable } from 'node:stream';
import type { Dispatcher } from 'undici';
import { afterEach, describe, expect, test } from 'vitest';
import { standsStill } from '../../test/support/stands-still.ts';
import { isStream } from '../core/http.ts';
import { exchange } from './exchange.ts';
import { createGuard } from './guard.ts';
import { NotSent } from './retry.ts';
import { createRoutes } from './routes.ts';
import { createOutbound, type Outbound } from './send.ts';

const ended: (() => Promise<unknown> | unknown)[] = [];
afterEach(async () => {
  for (const end of ended.splice(0).reverse()) await end();
});

async function vendor(listener: RequestListener): Promise<{ url: string; port: number }> {
  const server = createServer(listener);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  ended.push(() => {
    server.closeAllConnections();
    server.close();
  });
  const { port } = server.address() as AddressInfo;
  return { url: `http://127.0.0.1:${port}/`, port };
}

/** A vendor that speaks no HTTP of its own: each connection is handled as the test says. */
async function rawVendor(onConnection: (socket: Socket, index: number) => void): Promise<string> {
  let connections = 0;
  const sockets = new Set<Socket>();
  const server = createTcpServer((socket) => {
    sockets.add(socket);
    socket.on('error', () => undefined);
    onConnection(socket, connections++);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  ended.push(() => {
    for (const socket of sockets) socket.destroy();
    server.close();
  });
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
}

function door(options: Partial<Parameters<typeof createOutbound>[0]> = {}): Outbound {
  const made = createOutbound({
    routes: createRoutes({}),
    guard: createGuard({ mode: 'any', allowed: [] }),
    routeBrowser: false,
    httpsProxy: undefined,
    ...options,
  });
  ended.push(() => made.close());
  return made;
}

const limits = { timeoutMs: 5000, answerBytes: 100_000 };
const get = (url: string) => ({ method: 'GET', url, headers: {} });
const post = (url: string, body: string | Readable, headers: Record<string, string> = {}) => ({
  method: 'POST',
  url,
  headers,
  body,
});
const failure = (promise: Promise<unknown>) => promise.then(() => undefined).catch((error: unknown) => error);
const megabyte = Buffer.alloc(1024 * 1024, 'x');

async function bodyOf(request: IncomingMessage): Promise<string> {
  return Buffer.concat((await request.toArray()) as Buffer[]).toString();
}

/** Resolves at the first turn of the event loop at which it holds. */
async function until(holds: () => boolean): Promise<void> {
  while (!holds()) await new Promise((resolve) => setImmediate(resolve));
}

describe('an open answer', () => {
  test('is there with its headers, and its body comes later', async () => {
    let answer = () => {};
    const { url } = await vendor((_request, response) => {
      response.writeHead(206, { 'content-type': 'image/png' });
      response.write('first ');
      answer = () => response.end('last');
    });
    const opened = await door().open(get(url), limits);
    expect([opened.status, opened.headers['content-type']]).toEqual([206, 'image/png']);
    answer();
    expect(Buffer.concat((await opened.body.toArray()) as Buffer[]).toString()).toBe('first last');
  });

  test.each(['HEAD', 'GET'])('to %s may be empty', async (method) => {
    const { url } = await vendor((_request, response) => response.writeHead(method === 'GET' ? 204 : 200).end());
    const opened = await door().open({ ...get(url), method }, limits);
    expect(await opened.body.toArray()).toEqual([]);
  });

  test('is read no faster than its reader reads', async () => {
    let written = 0;
    const { url } = await vendor((_request, response) => {
      const write = (): void => {
        if (written++ < 512) response.write(megabyte, write);
      };
      write();
    });
    const opened = await door().open(get(url), limits);
    opened.body.once('readable', () => undefined);
    // The vendor stands still once the buffers in between are full.
    expect(await standsStill(() => written)).toBeLessThan(64);
    opened.body.destroy();
  });

  test('that is destroyed ends the connection to the vendor', async () => {
    const closed = Promise.withResolvers<void>();
    const { url } = await vendor((_request, response) => {
      response.write('x');
      response.once('close', closed.resolve);
    });
    (await door().open(get(url), { timeoutMs: 60_000 })).body.destroy();
    await closed.promise;
  });

  test('ends with a failure when the caller goes away, and the vendor is told', async () => {
    const closed = Promise.withResolvers<void>();
    const { url } = await vendor((_request, response) => {
      response.write('x');
      response.once('close', closed.resolve);
    });
    const controller = new AbortController();
    const { body } = await door().open(get(url), { ...limits, signal: controller.signal });
    controller.abort();
    expect(await failure(body.toArray())).toMatchObject({ code: 'vendorUnreachable' });
    await closed.promise;
  });

  test('ends with a failure when it breaks, even if nobody listens yet', async () => {
    const { url } = await vendor((request, response) => {
      response.writeHead(200, { 'content-length': '100' });
      response.write('part', () => request.socket.destroy());
    });
    const { body } = await door().open(get(url), limits);
    await new Promise((resolve) => body.resume().once('close', resolve));
    expect(await failure(body.toArray())).toMatchObject({ code: 'vendorUnreachable' });
  });

  test('may take longer than the time-out, but not be silent for as long', async () => {
    const { url } = await vendor((request, response) => {
      response.write('.');
      const timer = setInterval(() => response.write('.'), 20);
      const stop = (): void => clearInterval(timer);
      if (request.url === '/flows') setTimeout(() => response.end(), 400);
      else setTimeout(stop, 100);
      response.once('close', stop);
    });
    const short = { timeoutMs: 200 };
    expect((await (await door().open(get(`${url}flows`), short)).body.toArray()).length).toBeGreaterThan(5);
    const { body } = await door().open(get(`${url}stops`), short);
    expect(await failure(body.toArray())).toMatchObject({
      code: 'vendorTimeout',
      message: expect.stringContaining('nothing more of its answer for 0.2 s'),
    });
  });

  test('has headers in time, or fails', async () => {
    const { url } = await vendor(() => undefined);
    expect(await failure(door().open(get(url), { timeoutMs: 50 }))).toMatchObject({ code: 'vendorTimeout' });
  });
});

test('an exchange streams what it is told to, and reads all else whole', async () => {
  const { url } = await vendor((request, response) => {
    response.writeHead(200, { 'content-type': request.url === '/json' ? 'application/json' : 'image/png' }).end('{}');
  });
  const streams = ({ headers }: { headers: Record<string, string> }) => headers['content-type'] === 'image/png';
  const made = door();
  const whole = await made.exchange(get(`${url}json`), { ...limits, streams });
  const streamed = await made.exchange(get(`${url}png`), { ...limits, streams });
  expect([isStream(whole), isStream(streamed)]).toEqual([false, true]);
  expect(String(whole.body)).toBe('{}');
  if (isStream(streamed)) expect(Buffer.concat((await streamed.body.toArray()) as Buffer[]).toString()).toBe('{}');
});

describe('a streamed request body', () => {
  test('goes in chunks, or under the length that the caller knows', async () => {
    const seen: unknown[] = [];
    const { url } = await vendor(async (request, response) => {
      seen.push([request.headers['transfer-encoding'], request.headers['content-length'], await bodyOf(request)]);
      response.end();
    });
    const made = door();
    await made.send(post(url, Readable.from(['a', 'b'])), limits);
    await made.send(post(url, Readable.from(['a', 'b']), { 'content-length': '2' }), limits);
    expect(seen).toEqual([
      ['chunked', undefined, 'ab'],
      [undefined, '2', 'ab'],
    ]);
  });

  test('that breaks off is the failure of the caller, and the vendor sees no whole request', async () => {
    const aborted = Promise.withResolvers<void>();
    const { url } = await vendor((request) => request.once('error', () => aborted.resolve()).resume());
    const body = new PassThrough();
    body.write('part');
    const sent = failure(door().send(post(url, body), limits));
    setImmediate(() => body.destroy(new Error('the client is gone')));
    expect(await sent).toMatchObject({ code: 'badRequest', message: expect.stringContaining('the client is gone') });
    await aborted.promise;
  });

  test('of another length than announced is refused', async () => {
    const { url } = await vendor((request, response) => void request.resume().once('end', () => response.end()));
    const long = post(url, Readable.from(['abc']), { 'content-length': '2' });
    expect(await failure(door().send(long, limits))).toMatchObject({ code: 'badRequest' });
  });

  test('is let go when the vendor breaks the connection, and when the caller goes away', async () => {
    const { url } = await vendor((request) => {
      if (request.url === '/breaks') request.once('data', () => request.socket.destroy());
    });
    const broken = new PassThrough();
    broken.write('part');
    expect(await failure(door().send(post(`${url}breaks`, broken), limits))).toMatchObject({
      code: 'vendorUnreachable',
    });
    expect(broken.destroyed).toBe(true);

    const controller = new AbortController();
    const given = new PassThrough();
    given.write('part');
    const sent = failure(door().send(post(url, given), { ...limits, signal: controller.signal }));
    setImmediate(() => controller.abort());
    expect(await sent).toMatchObject({ code: 'vendorUnreachable', message: expect.stringContaining('caller gave up') });
    expect(given.destroyed).toBe(true);
  });

  test('is read no faster than the vendor reads', async () => {
    const { url } = await vendor((request) => void request.pause());
    let read = 0;
    const body = new Readable({
      read() {
        read++;
        this.push(megabyte);
      },
    });
    const controller = new AbortController();
    const sent = failure(door().send(post(url, body), { ...limits, signal: controller.signal }));
    expect(await standsStill(() => read)).toBeLessThan(64);
    controller.abort();
    await sent;
  });

  test('may take longer than the time-out while it flows', async () => {
    const { url } = await vendor((request, response) => void request.resume().once('end', () => response.end('done')));
    const body = new PassThrough();
    const timer = setInterval(() => body.write('.'), 20);
    setTimeout(() => {
      clearInterval(timer);
      body.end();
    }, 400);
    expect((await door().send(post(url, body), { ...limits, timeoutMs: 200 })).body.toString()).toBe('done');
  });
});

describe('what is certain not to have been sent', () => {
  test('is said so for a signal that was given before', async () => {
    let calls = 0;
    const { url } = await vendor((_request, response) => response.end(String(calls++)));
    const problem = await failure(door().send(get(url), { ...limits, signal: AbortSignal.abort() }));
    expect([(problem as Error).cause instanceof NotSent, calls]).toEqual([true, 0]);
  });

  test('is said so when no connection came to be in time', async () => {
    // The vendor of an https address that never shakes hands.
    const url = (await rawVendor(() => undefined)).replace('http:', 'https:');
    const problem = await failure(door().send(post(url, 'body'), { ...limits, timeoutMs: 100 }));
    expect(problem).toMatchObject({ code: 'vendorTimeout' });
    expect((problem as Error).cause).toBeInstanceOf(NotSent);
  });

  test('is not said once it may have been', async () => {
    const { url } = await vendor(() => undefined);
    const problem = await failure(door().send(post(url, 'body'), { ...limits, timeoutMs: 100 }));
    expect((problem as Error).cause).not.toBeInstanceOf(NotSent);
  });

  test('is not said of a call that the caller gave up after it began', async () => {
    const controller = new AbortController();
    const { url } = await vendor(() => controller.abort());
    const problem = await failure(door().send(get(url), { ...limits, signal: controller.signal }));
    expect((problem as Error).cause).not.toBeInstanceOf(NotSent);
  });
});

describe('tries', () => {
  test('a GET whose connection breaks or that is answered 503 is sent again', async () => {
    let calls = 0;
    const { url } = await vendor((request, response) => {
      calls++;
      if (calls === 1) request.socket.destroy();
      else if (calls === 2) response.writeHead(503).end();
      else response.end('third');
    });
    expect((await door().send(get(url), limits)).body.toString()).toBe('third');
    calls = 0;
    const opened = await door().open(get(url), limits);
    expect(String(await opened.body.toArray())).toBe('third');
  });

  test('the last answer is given back', async () => {
    let calls = 0;
    const { url } = await vendor((_request, response) => void response.writeHead(503).end(String(++calls)));
    const reply = await door().send(get(url), limits);
    expect([reply.status, reply.body.toString()]).toEqual([503, '3']);
  });

  test('none is begun that the time does not allow', async () => {
    let calls = 0;
    const { url } = await vendor((_request, response) => void response.writeHead(503).end(String(++calls)));
    expect((await door().send(get(url), { ...limits, timeoutMs: 60 })).body.toString()).toBe('1');
  });

  test.each(['POST', 'PUT', 'PATCH', 'DELETE'])('a %s that may have arrived is sent once', async (method) => {
    let calls = 0;
    const { url } = await vendor((request) => {
      calls++;
      request.socket.destroy();
    });
    expect(await failure(door().send({ ...post(url, 'x'), method }, limits))).toMatchObject({
      code: 'vendorUnreachable',
    });
    expect(calls).toBe(1);
  });

  test.each(['when the write comes', 'before it comes'])(
    'a write is sent once, though the vendor closes a kept connection %s',
    async (when) => {
      let writes = 0;
      let kept = 0;
      const url = await rawVendor((socket) => {
        let requests = 0;
        socket.on('data', (chunk: Buffer) => {
          const isWrite = chunk.toString().startsWith('POST');
          requests++;
          if (isWrite) writes++;
          if (isWrite && requests > 1) kept++;
          if (isWrite) socket.resetAndDestroy();
          else socket.write('HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n');
          if (when === 'before it comes') socket.resetAndDestroy();
        });
      });
      const made = door();
      for (let round = 0; round < 30; round++) {
        await failure(made.send(get(url), limits));
        await new Promise((resolve) => setImmediate(resolve));
        writes = 0;
        expect(await failure(made.send(post(url, 'write'), limits))).toMatchObject({ code: 'vendorUnreachable' });
        expect(writes).toBeLessThanOrEqual(1);
      }
      if (when === 'when the write comes') expect(kept).toBeGreaterThan(0);
    },
  );

  test('a library that would send a request a second time of itself is stopped', async () => {
    const controllers: Pick<Dispatcher.DispatchController, 'abort'>[] = [];
    const library = {
      dispatch(_options: unknown, handler: Dispatcher.DispatchHandler) {
        for (const controller of [0, 1]) {
          const abort = (reason: Error) => handler.onResponseError?.(controllers[controller] as never, reason);
          controllers.push({ abort });
          handler.onRequestStart?.({ abort } as never, undefined);
        }
        return true;
      },
    };
    const bounds = { ...limits, leftMs: 5000, signal: undefined, streams: () => false };
    const url = new URL('http://vendor.test/');
    const problem = await failure(exchange(library as unknown as Dispatcher, post(url.href, 'x'), url, bounds));
    expect(problem).toMatchObject({ code: 'vendorUnreachable', message: expect.stringContaining('broke') });
  });

  test('a caller who goes away during a pause is not waited for', async () => {
    const controller = new AbortController();
    let calls = 0;
    const { url } = await vendor((_request, response) => {
      calls++;
      response.writeHead(503, { 'retry-after': '2' }).end(() => setTimeout(() => controller.abort(), 100));
    });
    const started = performance.now();
    const problem = await failure(door().send(get(url), { ...limits, signal: controller.signal }));
    expect([calls, problem]).toMatchObject([1, { message: expect.stringContaining('caller gave up') }]);
    expect(performance.now() - started).toBeLessThan(1500);
  });
});

test('three hundred vendors that do not answer do not hold up another call, on the same origin', async () => {
  let waiting = 0;
  const { url } = await vendor((request, response) => {
    if (request.url === '/slow') waiting++;
    else response.end('quick');
  });
  const made = door();
  const controller = new AbortController();
  const slow = Array.from({ length: 300 }, () =>
    failure(made.send(get(`${url}slow`), { ...limits, timeoutMs: 30_000, signal: controller.signal })),
  );
  await until(() => waiting === 300);
  const started = performance.now();
  for (let call = 0; call < 20; call++) expect((await made.send(get(url), limits)).body.toString()).toBe('quick');
  expect(performance.now() - started).toBeLessThan(1000);
  controller.abort();
  await Promise.all(slow);
});

test.each(['a\r\nx: y', 'a\0', 'a\n', '✓'])('a header value %j is a failure, nothing is sent', async (value) => {
  let calls = 0;
  const { url } = await vendor((_request, response) => response.end(String(calls++)));
  const made = door();
  for (const headers of [{ 'x-a': value }, { [value]: 'x' }]) {
    const problem = await failure(made.send({ ...get(url), headers }, limits));
    expect(problem).toMatchObject({ code: 'badRequest', message: expect.stringContaining('cannot be sent') });
    expect((problem as Error).cause).toBeInstanceOf(NotSent);
  }
  expect(calls).toBe(0);
});

describe('redirects', () => {
  const following = { ...limits, followRedirects: true };

  test('lead a GET and a HEAD on, relative to the address that was asked', async () => {
    const seen: unknown[] = [];
    const { port } = await vendor((request, response) => {
      seen.push([request.method, request.url, request.headers.authorization]);
      if (request.url === '/vendor.test/a') response.writeHead(302, { location: '/b?c=%20#d' }).end();
      else response.end('there');
    });
    const made = door({ routes: createRoutes({ 'vendor.test': `http://127.0.0.1:${port}/{host}` }) });
    const request = { ...get('https://vendor.test/a'), headers: { authorization: 'Bearer x' } };
    expect((await made.send(request, { ...following, hosts: ['vendor.test'] })).body.toString()).toBe('there');
    const opened = await made.open(request, { ...following, hosts: ['vendor.test'] });
    expect(String(await opened.body.toArray())).toBe('there');
    await made.send({ ...request, method: 'HEAD' }, following);
    const trip = (method: string) => [
      [method, '/vendor.test/a', 'Bearer x'],
      [method, '/vendor.test/b?c=%20', 'Bearer x'],
    ];
    expect(seen).toEqual([...trip('GET'), ...trip('GET'), ...trip('HEAD')]);
  });

  test('to another host leave everything behind that says who asks', async () => {
    const seen: IncomingMessage['headers'][] = [];
    const { port } = await vendor((request, response) => {
      seen.push(request.headers);
      if (request.url?.startsWith('/vendor.test')) response.writeHead(307, { location: 'https://store.test/x' }).end();
      else response.end('file');
    });
    const made = door({ routes: createRoutes({ '*': `http://127.0.0.1:${port}/{host}` }) });
    const secrets = { authorization: 'a', cookie: 'b', 'x-api-key': 'c', 'proxy-token': 'd' };
    const request = {
      ...get('https://vendor.test/a'),
      headers: { ...secrets, accept: 'image/png', range: 'bytes=0-1' },
    };
    expect((await made.send(request, { ...following, hosts: ['vendor.test'] })).body.toString()).toBe('file');
    expect(seen[0]).toMatchObject(secrets);
    expect(seen[1]).toMatchObject({ accept: 'image/png', range: 'bytes=0-1' });
    for (const name of Object.keys(secrets)) expect(seen[1]).not.toHaveProperty(name);
  });

  test.each([
    ['http://127.0.0.1:9/', 'private address'],
    ['http://169.254.169.254/latest', 'private address'],
    ['http://localhost/', 'private address'],
    ['ftp://vendor.test/', 'not an http or https URL'],
    ['http://user:pass@store.test/', 'must not hold a user name'],
  ])('to %s are refused', async (location, message) => {
    const { port } = await vendor((_request, response) => void response.writeHead(302, { location }).end());
    const made = door({
      guard: createGuard({ mode: 'public', allowed: [] }),
      routes: createRoutes({ 'vendor.test': `http://127.0.0.1:${port}` }),
    });
    expect(await failure(made.send(get('http://vendor.test/'), following))).toMatchObject({
      code: 'egressRefused',
      message: expect.stringContaining(message),
    });
  });

  test('from https to http are refused', async () => {
    const { port } = await vendor((_request, response) => {
      response.writeHead(302, { location: 'http://vendor.test/b' }).end();
    });
    const made = door({ routes: createRoutes({ 'vendor.test': `http://127.0.0.1:${port}` }) });
    expect(await failure(made.send(get('https://vendor.test/a'), following))).toMatchObject({
      code: 'egressRefused',
      message: expect.stringContaining('from https to http'),
    });
  });

  test('without end are a failure of the vendor, within the time of the call', async () => {
    let calls = 0;
    const { url } = await vendor((_request, response) => {
      calls++;
      response.writeHead(302, { location: '/again' }).end();
    });
    expect(await failure(door().send(get(url), following))).toMatchObject({ code: 'vendorFailed' });
    expect(calls).toBe(6);
  });

  test('of a write, and without an address, are given back', async () => {
    const { url } = await vendor((request, response) => {
      if (request.method === 'POST') response.writeHead(307, { location: '/elsewhere' }).end();
      else response.writeHead(302).end();
    });
    expect(await door().send(post(url, 'x'), following)).toMatchObject({ status: 307 });
    expect(await door().send(get(url), following)).toMatchObject({ status: 302 });
  });
});
