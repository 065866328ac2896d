import { type AddressInfo, connect } from 'node:net';
import { Readable } from 'node:stream';
import { buffer, text } from 'node:stream/consumers';
import fastify, { type FastifyRequest } from 'fastify';
import { afterEach, describe, expect, test } from 'vitest';
import { standsStill } from '../../test/support/stands-still.ts';
import { limits } from '../config.ts';
import type { CallBody, MultipartBody, MultipartPart } from '../core/body.ts';
import { Problem } from '../core/errors.ts';
import { encodeMultipart } from '../core/multipart.ts';
import { elementCallParsers, readCallBody } from './call-body.ts';

const ended: (() => Promise<unknown> | unknown)[] = [];
afterEach(async () => {
  for (const end of ended.splice(0).reverse()) await end();
});

/** A server with a route for element calls, whose body is given to the test, and one for anything else. */
async function server(handle: (body: CallBody, request: FastifyRequest) => Promise<unknown>): Promise<string> {
  const made = fastify({ bodyLimit: limits.bodyBytes, forceCloseConnections: true });
  made.setErrorHandler((error: Error & { statusCode?: number }, _request, reply) => {
    const status = error instanceof Problem ? error.status : (error.statusCode ?? 500);
    return reply.status(status).send({ message: error.message });
  });
  made.post('/other', async () => 'other');
  await made.register(async (scope) => {
    elementCallParsers(scope);
    scope.all('/call', async (request) => handle(await readCallBody(request), request));
  });
  await made.listen({ port: 0, host: '127.0.0.1' });
  ended.push(() => made.close());
  return `http://127.0.0.1:${(made.server.address() as AddressInfo).port}/`;
}

async function all(parts: AsyncIterable<MultipartPart>): Promise<MultipartPart[]> {
  const found: MultipartPart[] = [];
  for await (const part of parts) found.push(part);
  return found;
}

const shown = async (body: CallBody) =>
  body.kind === 'stream' ? { ...body, stream: (await buffer(body.stream)).toString('hex') } : { ...body };

async function call(
  url: string,
  type: string | undefined,
  body?: string | Buffer | Readable,
  method = 'POST',
): Promise<{ status: number; answer: unknown }> {
  const response = await fetch(url, {
    method,
    ...(type === undefined ? {} : { headers: { 'content-type': type } }),
    ...(body === undefined ? {} : { body: body as string }),
    ...(body instanceof Readable ? { duplex: 'half' } : {}),
  });
  return { status: response.status, answer: await response.json() };
}

describe('a body arrives as', () => {
  test.each<[string | undefined, string | Buffer | undefined, unknown]>([
    [undefined, undefined, { kind: 'none' }],
    ['application/json', '', { kind: 'none' }],
    ['application/json', '  ', { kind: 'none' }],
    ['application/json', '{"a":[1]}', { kind: 'json', value: { a: [1] } }],
    ['application/json; charset=utf-8', 'null', { kind: 'json', value: null }],
    ['application/vnd.api+json', '"x"', { kind: 'json', value: 'x' }],
    ['text/json', '1', { kind: 'json', value: 1 }],
    ['application/x-www-form-urlencoded', 'a=1+2&b=%C3%A9&a=3', { kind: 'form', fields: { a: '3', b: 'é' } }],
    ['application/x-www-form-urlencoded', '__proto__=1', { kind: 'form', fields: JSON.parse('{"__proto__":"1"}') }],
    ['text/plain', 'é', { kind: 'text', text: 'é', contentType: 'text/plain' }],
    ['text/xml; charset=UTF-8', '<a/>', { kind: 'text', text: '<a/>', contentType: 'text/xml; charset=UTF-8' }],
    ['text/xml; charset="utf-8"', '<a/>', { kind: 'text', text: '<a/>', contentType: 'text/xml; charset="utf-8"' }],
    ['application/soap+xml', '<a/>', { kind: 'text', text: '<a/>', contentType: 'application/soap+xml' }],
    ['image/png', Buffer.from([0, 255]), { kind: 'stream', stream: '00ff', contentType: 'image/png', length: 2 }],
    ['application/jsonlines', 'x', { kind: 'stream', stream: '78', contentType: 'application/jsonlines', length: 1 }],
    ['image/png', '', { kind: 'none' }],
  ])('%s %j', async (type, body, expected) => {
    const url = await server(shown);
    expect(await call(`${url}call`, type, body)).toEqual({ status: 200, answer: expected });
  });

  test('a stream without a length or a type', async () => {
    const url = await server(shown);
    const stream = Readable.from([Buffer.from('a'), Buffer.from('b')]);
    expect((await call(`${url}call`, undefined, stream)).answer).toEqual({
      kind: 'stream',
      stream: '6162',
      contentType: 'application/octet-stream',
    });
  });

  test('no body at all for GET', async () => {
    const url = await server(shown);
    expect((await call(`${url}call`, 'application/json', undefined, 'GET')).answer).toEqual({ kind: 'none' });
  });
});

describe('refused is', () => {
  const big = 'x'.repeat(limits.bodyBytes + 1);
  test.each([
    [400, 'application/json', '{'],
    [400, 'application/json', '{"__proto__":{}}'],
    [400, 'application/vnd.api+json', '{"a":{"__proto__":{}}}'],
    [400, 'application/json', '{"constructor":{"prototype":{}}}'],
    [413, 'application/json', `"${big}"`],
    [413, 'application/x-www-form-urlencoded', big],
    [413, 'text/xml', big],
    [415, 'text/xml; charset=iso-8859-1', '<a/>'],
    [415, 'application/xml;charset="utf-16"', 'a'],
    [400, 'multipart/form-data', 'x'],
    [400, 'multipart/form-data; boundary=b', 'no form'],
    [400, 'multipart/form-data; boundary=b', '--b\r\nContent-Disposition: form-data; name="a"\r\n\r\nbegun'],
    [400, 'multipart/form-data; boundary=b', '--b\r\nContent-Disposition: form-data; name="a"\r\n\r\n\0\r\n--b--\r\n'],
  ])('with %d: %s', async (status, type, body) => {
    const url = await server(shown);
    expect(await call(`${url}call`, type, body)).toMatchObject({ status });
  });

  test('any unknown content type on other routes, still', async () => {
    const url = await server(shown);
    for (const type of [
      'image/png',
      'text/xml',
      'application/x-www-form-urlencoded',
      'multipart/form-data; boundary=b',
    ]) {
      expect((await call(`${url}other`, type, 'x')).status).toBe(415);
    }
  });
});

describe('a form', () => {
  const field = (name: string, value: string): MultipartPart => ({ kind: 'field', name, value });
  const file = (name: string, fileName: string, stream: Readable): MultipartPart => ({
    kind: 'file',
    name,
    fileName,
    contentType: 'image/png',
    stream,
  });
  const form = (body: CallBody): MultipartBody => {
    if (body.kind !== 'multipart') throw new Error(`It is ${body.kind}.`);
    return body;
  };
  const post = (url: string, parts: AsyncIterable<MultipartPart> | Iterable<MultipartPart>) => {
    const { contentType, stream } = encodeMultipart(parts);
    return call(`${url}call`, contentType, stream);
  };

  test('is read up to its first file; the rest comes when that was read', async () => {
    const url = await server(async (body) => {
      const { fields, file: first, rest } = form(body);
      const content = first === undefined ? undefined : await text(first.stream);
      const more: unknown[] = [];
      for await (const part of rest) {
        more.push(
          part.kind === 'field' ? [part.name, part.value] : [part.name, part.fileName, await text(part.stream)],
        );
      }
      return { fields, first: [first?.name, first?.fileName, first?.contentType, content], more };
    });
    const parts = [
      field('a', '1'),
      field('__proto__', 'é'),
      file('upload', 'größe "1".png', Readable.from(['content'])),
      field('b', '2'),
      file('second', '../../etc/passwd', Readable.from(['more'])),
      file('third', 'empty', Readable.from([])),
      field('c', '3'),
    ];
    expect(await post(url, parts)).toEqual({
      status: 200,
      answer: {
        fields: JSON.parse('{"a":"1","__proto__":"é"}'),
        first: ['upload', 'größe %221%22.png', 'image/png', 'content'],
        more: [
          ['b', '2'],
          ['second', 'passwd', 'more'],
          ['third', 'empty', ''],
          ['c', '3'],
        ],
      },
    });
  });

  test('without a file has only fields', async () => {
    const url = await server(async (body) => {
      const { fields, file: first, rest } = form(body);
      return { fields, first: first?.name ?? null, rest: await all(rest) };
    });
    expect((await post(url, [field('a', '1')])).answer).toEqual({ fields: { a: '1' }, first: null, rest: [] });
    expect((await post(url, [])).answer).toEqual({ fields: {}, first: null, rest: [] });
  });

  test('with a file that nobody reads can be answered', async () => {
    const url = await server(async (body) => form(body).fields);
    const large = file('f', 'f', Readable.from([Buffer.alloc(5_000_000)]));
    expect((await post(url, [field('a', '1'), large])).answer).toEqual({ a: '1' });
  });

  test('whose file is given up can be answered', async () => {
    const url = await server(async (body) => {
      const { file: first, rest } = form(body);
      first?.stream.destroy();
      return (await all(rest).catch((error: Problem) => error.message)) as string;
    });
    const response = await fetch(`${url}call`, {
      method: 'POST',
      headers: { 'content-type': 'multipart/form-data; boundary=b' },
      body: `--b\r\nContent-Disposition: form-data; name="f"; filename="f"\r\n\r\n${'x'.repeat(5_000_000)}\r\n--b--\r\n`,
    });
    expect(await response.text()).toContain('broke off');
  });

  test('has a bounded number of parts, and bounded fields, before and behind a file', async () => {
    const url = await server(async (body) => {
      const { fields, file: first, rest } = form(body);
      first?.stream.resume();
      return { fields: Object.keys(fields).length, rest: (await all(rest)).length };
    });
    const many = (count: number) => Array.from({ length: count }, (_, index) => field(`f${index}`, ''));
    const large = Array.from({ length: 5 }, (_, index) => field(`l${index}`, 'x'.repeat(limits.bodyBytes / 4)));
    const upload = () => file('u', 'u', Readable.from(['x']));
    expect((await post(url, many(limits.formParts))).answer).toEqual({ fields: limits.formParts, rest: 0 });
    expect((await post(url, many(limits.formParts + 1))).status).toBe(413);
    expect((await post(url, [upload(), ...many(limits.formParts)])).status).toBe(413);
    expect((await post(url, large.slice(0, 3))).status).toBe(200);
    expect((await post(url, large)).status).toBe(413);
    expect((await post(url, [upload(), ...large])).status).toBe(413);
    expect((await post(url, [field('l', 'x'.repeat(limits.bodyBytes + 1))])).status).toBe(413);
  });

  test('is read no faster than its file is', async () => {
    let sent = 0;
    const read = Promise.withResolvers<void>();
    const url = await server(async (body) => {
      const { file: first } = form(body);
      await read.promise;
      let size = 0;
      for await (const chunk of first?.stream ?? []) size += (chunk as Buffer).length;
      return size;
    });
    const chunk = Buffer.alloc(1024 * 1024);
    const source = new Readable({
      read() {
        this.push(sent++ < 256 ? chunk : null);
      },
    });
    const answer = post(url, [file('f', 'f', source)]);
    expect(await standsStill(() => sent)).toBeLessThan(64);
    read.resolve();
    expect((await answer).answer).toBe(256 * chunk.length);
  });
});

describe('a client who goes away', () => {
  const head = (type: string) =>
    `POST /call HTTP/1.1\r\nHost: x\r\nContent-Type: ${type}\r\nContent-Length: 1000\r\n\r\n`;
  const part = (name: string) => `--b\r\nContent-Disposition: form-data; name="${name}"\r\n\r\nvalue\r\n`;
  const upload = '--b\r\nContent-Disposition: form-data; name="f"; filename="f"\r\n\r\nbegun';

  /** What the handler's work fails with when a client sends this much and is gone. */
  async function lost(sent: string, work: (body: CallBody) => Promise<unknown>): Promise<unknown> {
    const failed = Promise.withResolvers<unknown>();
    const entered = Promise.withResolvers<void>();
    const made = fastify({ forceCloseConnections: true });
    await made.register(async (scope) => {
      elementCallParsers(scope);
      scope.post('/call', async (request) => {
        try {
          const body = readCallBody(request);
          entered.resolve();
          await work(await body);
          failed.resolve('nothing');
        } catch (error) {
          failed.resolve(error);
        }
      });
    });
    await made.listen({ port: 0, host: '127.0.0.1' });
    ended.push(() => made.close());
    const socket = connect((made.server.address() as AddressInfo).port, '127.0.0.1');
    socket.write(sent);
    await entered.promise;
    await new Promise((resolve) => setImmediate(resolve));
    socket.destroy();
    return failed.promise;
  }
  const broken = { code: 'badRequest', message: expect.stringContaining('broke off') };
  const type = 'multipart/form-data; boundary=b';

  test('breaks a stream', async () => {
    const work = (body: CallBody) => buffer((body as Extract<CallBody, { kind: 'stream' }>).stream);
    expect(await lost(`${head('image/png')}begun`, work)).toMatchObject(broken);
  });

  test('breaks a form before its first file', async () => {
    expect(await lost(head(type) + part('a'), async () => undefined)).toMatchObject(broken);
  });

  test('breaks the file of a form, and what follows', async () => {
    const work = (body: CallBody) => buffer((body as MultipartBody).file?.stream ?? Readable.from([]));
    expect(await lost(head(type) + part('a') + upload, work)).toMatchObject(broken);
    const wait = (body: CallBody) => all((body as MultipartBody).rest);
    expect(await lost(head(type) + part('a') + upload, wait)).toMatchObject(broken);
  });
});
