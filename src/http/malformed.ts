// What no route has to think about: text that cannot be stored, nesting without end, and bytes that are hardly HTTP.

import { randomUUID } from 'node:crypto';
import type { Server as HttpServer, IncomingMessage, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import type { FastifyRequest } from 'fastify';
import { Problem } from '../core/errors.ts';
import { isStorable } from '../store/storable.ts';

const deepest = 100;

/**
 * Refuses what PostgreSQL cannot store and no vendor means to get, wherever it stands in a request: NUL characters and
 * halves of surrogate pairs in text, infinite numbers, and values nested too deeply. Throws a Problem that says where.
 */
export function refuseMalformed(request: FastifyRequest): void {
  for (const [place, value] of Object.entries({ path: request.params, query: request.query, body: request.body })) {
    const fault = faultOf(value);
    if (fault !== undefined) throw new Problem('badRequest', `The ${place} ${fault}.`);
  }
}

/** An empty query value counts as absent, everywhere. */
export function dropEmptyQueryValues(given: unknown): void {
  const query = given as Record<string, unknown>;
  for (const name in query) {
    const value = query[name];
    if (value === '') delete query[name];
    else if (Array.isArray(value)) query[name] = value.filter((one) => one !== '');
  }
}

/** Walks without recursion: a body of two megabytes may be nested a million levels deep. */
function faultOf(root: unknown): string | undefined {
  const left: [value: unknown, depth: number][] = [[root, 0]];
  for (let next = left.pop(); next !== undefined; next = left.pop()) {
    const [value, depth] = next;
    if (typeof value === 'string' && !isStorable(value)) return 'holds a NUL character or half of a surrogate pair';
    if (typeof value === 'number' && !Number.isFinite(value)) return 'holds a number that is too large';
    if (typeof value !== 'object' || value === null) continue;
    if (depth >= deepest) return `is nested more than ${deepest} levels deep`;
    for (const [name, member] of Object.entries(value)) left.push([name, depth + 1], [member, depth + 1]);
  }
  return undefined;
}

/** Gives the error body also to requests that Node.js would answer without one, before a route is looked for. */
export function answerStrangeRequests(server: HttpServer): void {
  server.on('checkExpectation', (_request: IncomingMessage, response: ServerResponse) => {
    const body = errorBody('The only expectation that this server knows is 100-continue.');
    response.writeHead(417, { 'Content-Type': 'application/json', 'Access-Control-Allow-Origin': '*' }).end(body);
  });
  server.on('connect', (_request: IncomingMessage, socket: Socket) => {
    endSocket(socket, '405 Method Not Allowed', 'This server is no proxy.');
  });
}

/** Answers bytes that are no HTTP request, before there is a request to log. */
export function answerUnreadable(error: NodeJS.ErrnoException, socket: Socket): void {
  if (error.code === 'ECONNRESET') return;
  if (error.code === 'HPE_HEADER_OVERFLOW') {
    endSocket(socket, '431 Request Header Fields Too Large', 'The request headers are larger than this server takes.');
  } else if (error.code === 'ERR_HTTP_REQUEST_TIMEOUT') {
    endSocket(socket, '408 Request Timeout', 'The request did not arrive in time.');
  } else {
    endSocket(socket, '400 Bad Request', 'The request cannot be read.');
  }
}

function endSocket(socket: Socket, statusLine: string, message: string): void {
  if (socket.destroyed || !socket.writable) return;
  socket.on('error', () => socket.destroy());
  const body = errorBody(message);
  socket.end(
    `HTTP/1.1 ${statusLine}\r\nContent-Type: application/json\r\nAccess-Control-Allow-Origin: *\r\n` +
      `Content-Length: ${Buffer.byteLength(body)}\r\nConnection: close\r\n\r\n${body}`,
  );
}

function errorBody(message: string): string {
  return JSON.stringify({ requestId: randomUUID(), message });
}
