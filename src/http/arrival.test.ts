// A body that does not come is answered, not waited for.

import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { connect } from 'node:net';
import { expect, onTestFinished, test } from 'vitest';
import { Problem } from '../core/errors.ts';
import { endArrival, limitArrival } from './arrival.ts';

/** Sends bytes to a server that reads bodies and answers with their length, or with the status of what ended them. */
async function answerTo(bytes: string, limitMs: number, read = true): Promise<string> {
  const server = createServer((request: IncomingMessage, response) => {
    limitArrival(request, limitMs, (problem) => endArrival(request, problem));
    if (!read) return;
    let length = 0;
    request.on('data', (chunk: Buffer) => {
      length += chunk.length;
    });
    request.on('error', (error) => {
      response.writeHead(error instanceof Problem ? error.status : 400, { connection: 'close' }).end();
    });
    request.on('end', () => response.setHeader('connection', 'close').end(String(length)));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => void server.close());
  const socket = connect((server.address() as AddressInfo).port, '127.0.0.1');
  return new Promise((resolve) => {
    let text = '';
    socket.on('data', (chunk) => {
      text += chunk;
    });
    socket.on('error', () => undefined);
    socket.on('close', () => resolve(text));
    socket.write(bytes);
  });
}

const head = (lines: string) => `POST / HTTP/1.1\r\nHost: valence.test\r\n${lines}\r\n\r\n`;

test.each([
  ['of a length', 'Content-Length: 5', 'ab'],
  ['in chunks', 'Transfer-Encoding: chunked', '2\r\nab\r\n'],
  ['of which nothing comes', 'Content-Length: 5', ''],
])('a body %s that is not there in time is answered 408', async (_, lines, part) => {
  expect(await answerTo(head(lines) + part, 20)).toMatch(/^HTTP\/1\.1 408 /);
});

test('a body that is not read is no reason to fail: the connection is closed', async () => {
  expect(await answerTo(`${head('Content-Length: 5')}ab`, 20, false)).toBe('');
});

test('a body that has come is not ended, however long its answer takes', async () => {
  expect(await answerTo(`${head('Content-Length: 5')}abcde`, 0)).toMatch(/^HTTP\/1\.1 200 [\s\S]*\r\n\r\n5$/);
});
