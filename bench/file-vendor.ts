// A vendor of files, a process of its own: counts what comes up, and sends down as many bytes as the path says.

import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { pipeline } from 'node:stream/promises';
import { bytesOf } from '../test/support/large-files.ts';

const server = createServer({ requestTimeout: 0 }, async (request, response) => {
  if (request.method === 'POST') {
    let bytes = 0;
    for await (const chunk of request) bytes += chunk.length;
    const body = JSON.stringify({ bytes });
    response.writeHead(200, { 'content-type': 'application/json' }).end(body);
    return;
  }
  const bytes = Number(/^\/files\/(\d+)$/.exec(request.url ?? '')?.[1] ?? 0);
  response.writeHead(200, { 'content-type': 'application/octet-stream', 'content-length': bytes });
  await pipeline(bytesOf(bytes), response).catch(() => response.destroy());
});

server.listen(0, '127.0.0.1', () => console.log(`http://127.0.0.1:${(server.address() as AddressInfo).port}`));
