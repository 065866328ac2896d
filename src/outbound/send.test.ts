import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, test } from 'vitest';
import { createGuard } from './guard.ts';
import { NotSent } from './retry.ts';
import { createRoutes } from './routes.ts';
import { createOutbound, type Outbound, type SendOptions } from './send.ts';

const ended: (() => Promise<unknown> | unknown)[] = [];
afterEach(async () => {
  for (const end of ended.splice(0).reverse()) await end();
});

/** A vendor on loopback, and its address. */
async function vendor(listener: RequestListener): Promise<{ server: Server; port: number; url: string }> {
  const server = createServer(listener);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  ended.push(() => {
    server.closeAllConnections();
    server.close();
  });
  const { port } = server.address() as AddressInfo;
  return { server, port, url: `http://127.0.0.1:${port}` };
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

const limits: SendOptions = { timeoutMs: 5000, answerBytes: 1000 };
const get = (url: string) => ({ method: 'GET', url, headers: { accept: 'application/json' } });

test('a request arrives as it was made, and the answer comes back whole', async () => {
  const seen: unknown[] = [];
  const { url } = await vendor((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      seen.push(request.method, request.url, request.headers['x-a'], Buffer.concat(chunks).toString());
      response.writeHead(201, { 'X-Mixed': 'Case', 'set-cookie': ['a=1', 'b=2'] }).end('done');
    });
  });
  const reply = await door().send(
    { method: 'POST', url: `${url}/p%20q?x=%2F`, headers: { 'x-a': 'b' }, body: 'body' },
    limits,
  );
  expect(seen).toEqual(['POST', '/p%20q?x=%2F', 'b', 'body']);
  expect([reply.status, reply.headers['x-mixed'], reply.headers['set-cookie'], reply.body.toString()]).toEqual([
    201,
    'Case',
    'a=1, b=2',
    'done',
  ]);
});

test.each([301, 302, 307, 308])('a redirect (%d) is given back, not followed', async (status) => {
  let calls = 0;
  const { url } = await vendor((_request, response) => {
    calls++;
    response.writeHead(status, { location: '/elsewhere' }).end();
  });
  expect(await door().send(get(url), limits)).toMatchObject({ status, headers: { location: '/elsewhere' } });
  expect(calls).toBe(1);
});

describe('limits', () => {
  test('a vendor that does not answer in time is a time-out', async () => {
    const { url } = await vendor(() => undefined);
    await expect(door().send(get(url), { ...limits, timeoutMs: 100 })).rejects.toMatchObject({
      code: 'vendorTimeout',
      status: 504,
      message: expect.stringContaining('did not answer within 0.1 s'),
    });
  });

  test('a vendor that begins to answer and stops is a time-out, too', async () => {
    const { url } = await vendor((_request, response) => void response.write('begin'));
    await expect(door().send(get(url), { ...limits, timeoutMs: 100 })).rejects.toMatchObject({ code: 'vendorTimeout' });
  });

  test('an answer of the most bytes is read, one byte more is refused', async () => {
    const { url } = await vendor((request, response) => response.end('x'.repeat(Number(request.url?.slice(1)))));
    expect((await door().send(get(`${url}/1000`), limits)).body).toHaveLength(1000);
    await expect(door().send(get(`${url}/1001`), limits)).rejects.toMatchObject({
      code: 'vendorFailed',
      message: expect.stringContaining('larger than 1000 bytes'),
    });
  });

  test('an answer without end is cut off', async () => {
    const { url } = await vendor((_request, response) => {
      const timer = setInterval(() => response.write('x'.repeat(400)), 5);
      response.on('close', () => clearInterval(timer));
    });
    await expect(door().send(get(url), limits)).rejects.toMatchObject({ code: 'vendorFailed' });
  });

  test('a caller who goes away ends the call', async () => {
    const { url } = await vendor(() => controller.abort());
    const controller = new AbortController();
    await expect(door().send(get(url), { ...limits, signal: controller.signal })).rejects.toMatchObject({
      code: 'vendorUnreachable',
    });
  });
});

describe('failures', () => {
  test('a connection that breaks before the answer may have delivered the request', async () => {
    const { url } = await vendor((request) => request.socket.destroy());
    const failure = await door()
      .send(get(url), limits)
      .catch((error: unknown) => error);
    expect(failure).toMatchObject({
      code: 'vendorUnreachable',
      status: 502,
      message: expect.stringContaining('broke'),
    });
    expect((failure as Error).cause).not.toBeInstanceOf(NotSent);
  });

  test('a connection that breaks inside the answer is a failure, not a short answer', async () => {
    const { url } = await vendor((request, response) => {
      response.writeHead(200, { 'content-length': '100' });
      response.write('part', () => request.socket.destroy());
    });
    await expect(door().send(get(url), limits)).rejects.toMatchObject({ code: 'vendorUnreachable' });
  });

  test('a refused connection is marked as not sent', async () => {
    const { server, url } = await vendor(() => undefined);
    await new Promise((resolve) => server.close(resolve));
    const failure = await door()
      .send(get(url), limits)
      .catch((error: unknown) => error);
    expect(failure).toMatchObject({ code: 'vendorUnreachable', message: expect.stringContaining('cannot be reached') });
    expect((failure as Error).cause).toBeInstanceOf(NotSent);
  });
});

describe('addresses', () => {
  test.each([
    ['ftp://vendor.test/', 'not an http or https URL'],
    ['file:///etc/passwd', 'not an http or https URL'],
    ['vendor.test', 'not an http or https URL'],
    ['', 'not an http or https URL'],
    ['https://', 'not an http or https URL'],
    ['https://user:pass@vendor.test/', 'must not hold a user name or password'],
    ['https://user@vendor.test/', 'must not hold a user name or password'],
  ])('%s is refused', async (url, message) => {
    const failure = await door()
      .send(get(url), limits)
      .catch((error: unknown) => error);
    expect(failure).toMatchObject({ code: 'egressRefused', status: 400, message: expect.stringContaining(message) });
    expect(String(failure)).not.toContain('pass@');
  });

  test('only the hosts of the definition are called', async () => {
    const { url, port } = await vendor((_request, response) => response.end('ok'));
    const routes = createRoutes({ '*': `http://127.0.0.1:${port}` });
    const made = door({ routes });
    const options = { ...limits, hosts: ['*.vendor.test', 'vendor.test'] };
    expect((await made.send(get('https://acme.vendor.test/'), options)).body.toString()).toBe('ok');
    for (const other of [
      'https://evil.test/',
      'https://vendor.test.evil.test/',
      'https://evil.test/vendor.test',
      url,
    ]) {
      await expect(made.send(get(other), options)).rejects.toMatchObject({
        code: 'egressRefused',
        message: expect.stringContaining('is not one that this element may call: *.vendor.test, vendor.test'),
      });
    }
  });

  test('private addresses are refused, as literals and by name', async () => {
    const { port } = await vendor((_request, response) => response.end('inside'));
    const made = door({ guard: createGuard({ mode: 'public', allowed: [] }) });
    for (const host of ['127.0.0.1', 'localhost', '[::1]', '[::ffff:127.0.0.1]', '2130706433', '0']) {
      await expect(made.send(get(`http://${host}:${port}/`), limits), host).rejects.toMatchObject({
        code: 'egressRefused',
      });
    }
  });

  test('the address that was checked is the one connected to: a name is resolved once for a connection', async () => {
    const { port } = await vendor((_request, response) => response.end('reached'));
    const lookups: string[] = [];
    const answers = [['127.0.0.1'], ['169.254.169.254']];
    const guard = createGuard({ mode: 'public', allowed: ['127.0.0.1'] }, async (host) => {
      lookups.push(host);
      return answers[lookups.length - 1] ?? [];
    });
    // Nobody else can resolve this name: the connection is made to what the guard gave, or not at all.
    const reply = await door({ guard }).send(get(`http://rebinding.invalid:${port}/`), limits);
    expect([reply.body.toString(), lookups]).toEqual(['reached', ['rebinding.invalid']]);
    await expect(door({ guard }).send(get(`http://rebinding.invalid:${port}/`), limits)).rejects.toMatchObject({
      code: 'egressRefused',
    });
  });

  test('a route is followed to where it leads, even to a private address', async () => {
    const seen: (string | undefined)[] = [];
    const { port } = await vendor((request, response) => {
      seen.push(request.url);
      response.end();
    });
    const guard = createGuard({ mode: 'public', allowed: [] });
    const made = door({ guard, routes: createRoutes({ 'vendor.test': `http://127.0.0.1:${port}/{host}` }) });
    await made.send(get('https://vendor.test/a?b=c'), limits);
    expect(seen).toEqual(['/vendor.test/a?b=c']);
  });

  test('URLs for people follow the routes only when asked', () => {
    const routes = createRoutes({ 'vendor.test': 'http://127.0.0.1:4010/{host}' });
    const url = 'https://vendor.test/authorize?scope=a%20b';
    expect(door({ routes }).browserUrl(url)).toBe(url);
    expect(door({ routes, routeBrowser: true }).browserUrl(url)).toBe(
      'http://127.0.0.1:4010/vendor.test/authorize?scope=a%20b',
    );
    expect(door({ routes, routeBrowser: true }).browserUrl('https://other.test/x y')).toBe('https://other.test/x y');
  });
});
