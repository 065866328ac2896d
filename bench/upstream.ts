// The vendor of the measurements, a process of its own: fixed JSON lists, made once, so that it costs next to nothing.
// `/small` and `/large` answer at once, `/slow?ms=30000` after that time.

import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

const sizes = { small: 512, large: 10 * 1024 };

/** A list body of about this many bytes, of rows as vendors have them. */
function listOf(bytes: number): Buffer {
  const items: unknown[] = [];
  for (let number = 1; ; number++) {
    items.push({
      id: `rec_${100000 + number}`,
      name: `Record number ${number}`,
      status: 'open',
      amount: number * 12.5,
    });
    const body = Buffer.from(JSON.stringify({ items, next: null }));
    if (body.length >= bytes) return body;
  }
}

const small = listOf(sizes.small);
const large = listOf(sizes.large);

const server = createServer({ keepAliveTimeout: 60_000 }, (request, response) => {
  const url = request.url ?? '/';
  if (url.startsWith('/small')) send(response, small);
  else if (url.startsWith('/large')) send(response, large);
  else if (url.startsWith('/slow')) {
    const ms = Number(new URLSearchParams(url.split('?')[1]).get('ms') ?? 30_000);
    const timer = setTimeout(() => send(response, small), ms);
    response.once('close', () => clearTimeout(timer));
  } else response.writeHead(404).end();
});

function send(response: ServerResponse, body: Buffer): void {
  response.writeHead(200, { 'content-type': 'application/json', 'content-length': body.length }).end(body);
}

server.listen(0, '127.0.0.1', () => console.log(`http://127.0.0.1:${(server.address() as AddressInfo).port}`));
