// A server between a client and a vendor, put together of the pieces that element calls are made of, as a process of its
// own whose memory can be measured. `node stream-relay.ts <vendor URL>` writes its port; `GET /memory` answers bytes.

import type { AddressInfo } from 'node:net';
import fastify from 'fastify';
import type { CallBody, MultipartPart } from '../../src/core/body.ts';
import type { HttpRequest } from '../../src/core/http.ts';
import { encodeMultipart } from '../../src/core/multipart.ts';
import { elementCallParsers, readCallBody } from '../../src/http/call-body.ts';
import { createGuard } from '../../src/outbound/guard.ts';
import { createRoutes } from '../../src/outbound/routes.ts';
import { createOutbound } from '../../src/outbound/send.ts';

const vendorUrl = process.argv[2] ?? '';
const outbound = createOutbound({
  routes: createRoutes({}),
  guard: createGuard({ mode: 'any', allowed: [] }),
  routeBrowser: false,
  httpsProxy: undefined,
});

const server = fastify();
// The system counts what the process that began this one held as held by this one, so that the most is measured here.
let peak = 0;
setInterval(() => {
  peak = Math.max(peak, process.memoryUsage.rss());
}, 5).unref();
// The most that was ever resident, and what is now.
server.get('/memory', async () => ({ peak, now: process.memoryUsage.rss() }));
await server.register(async (scope) => {
  elementCallParsers(scope);
  scope.all('/*', async (request, reply) => {
    const left = new AbortController();
    reply.raw.once('close', () => left.abort());
    const sent = requestTo(vendorUrl + request.url, request.method, await readCallBody(request));
    const answer = await outbound.open(sent, { timeoutMs: 30_000, signal: left.signal });
    return reply.status(answer.status).send(answer.body);
  });
});
await server.listen({ port: 0, host: '127.0.0.1' });
process.stdout.write(`${(server.server.address() as AddressInfo).port}\n`);

/** A form goes on as a form to `/form`, else its file goes on as bytes. */
function requestTo(url: string, method: string, body: CallBody): HttpRequest {
  if (body.kind === 'stream') return { method, url, headers: { 'content-type': body.contentType }, body: body.stream };
  if (body.kind !== 'multipart' || body.file === undefined) return { method, url, headers: {} };
  if (!url.endsWith('/form')) return { method, url, headers: {}, body: body.file.stream };
  const { contentType, stream } = encodeMultipart(partsOf(body));
  return { method, url, headers: { 'content-type': contentType }, body: stream };
}

async function* partsOf(body: Extract<CallBody, { kind: 'multipart' }>): AsyncGenerator<MultipartPart> {
  for (const [name, value] of Object.entries(body.fields)) yield { kind: 'field', name, value };
  if (body.file !== undefined) yield { kind: 'file', ...body.file };
  yield* body.rest;
}
