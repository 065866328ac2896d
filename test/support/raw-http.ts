// HTTP by hand over a TCP connection, for requests that no client library is willing to send.

import { connect } from 'node:net';

/** An answer as it came over the wire. */
export interface RawAnswer {
  status: number;
  headers: Map<string, string>;
  body: string;
}

/**
 * Sends bytes to a server and reads one answer. Throws an Error when none has come within `deadlineMs`, or when what
 * came is no HTTP.
 */
export async function sendBytes(url: string, bytes: string | Buffer, deadlineMs = 5000): Promise<RawAnswer> {
  const { hostname, port } = new URL(url);
  const received = await new Promise<Buffer>((resolve, reject) => {
    const chunks: Buffer[] = [];
    const socket = connect({ host: hostname, port: Number(port) });
    const late = setTimeout(() => {
      socket.destroy();
      reject(new Error(`No answer within ${deadlineMs} ms; received: ${Buffer.concat(chunks).toString('latin1')}`));
    }, deadlineMs);
    socket.on('connect', () => socket.write(bytes));
    socket.on('data', (chunk: Buffer) => {
      chunks.push(chunk);
      if (isComplete(Buffer.concat(chunks))) socket.end();
    });
    // A server that refuses a large body closes while we still write; its answer has come before that.
    socket.on('error', () => undefined);
    socket.on('close', () => {
      clearTimeout(late);
      resolve(Buffer.concat(chunks));
    });
  });
  return parseAnswer(received);
}

/** The bytes of a request with these header lines; the length of the body is added unless a header says otherwise. */
export function requestBytes(method: string, target: string, headers: [string, string][], body?: string): Buffer {
  const given = new Set(headers.map(([name]) => name.toLowerCase()));
  const lines = [
    `${method} ${target} HTTP/1.1`,
    ...(given.has('host') ? [] : ['Host: valence.test']),
    'Connection: close',
    ...headers.map(([name, value]) => `${name}: ${value}`),
    ...(body === undefined || given.has('content-length') ? [] : [`Content-Length: ${Buffer.byteLength(body)}`]),
  ];
  return Buffer.concat([Buffer.from(`${lines.join('\r\n')}\r\n\r\n`, 'latin1'), Buffer.from(body ?? '', 'utf8')]);
}

function splitAnswer(received: Buffer): { head: string; rest: Buffer } {
  const end = received.indexOf('\r\n\r\n');
  if (end < 0) throw new Error(`This is no HTTP answer: ${JSON.stringify(received.toString('latin1').slice(0, 200))}`);
  return { head: received.subarray(0, end).toString('latin1'), rest: received.subarray(end + 4) };
}

function isComplete(received: Buffer): boolean {
  if (!received.includes('\r\n\r\n')) return false;
  const { head, rest } = splitAnswer(received);
  const length = /^content-length: *(\d+)/im.exec(head)?.[1];
  return length !== undefined && rest.length >= Number(length);
}

function parseAnswer(received: Buffer): RawAnswer {
  const { head, rest } = splitAnswer(received);
  const [statusLine = '', ...lines] = head.split('\r\n');
  const status = /^HTTP\/1\.1 (\d{3})/.exec(statusLine)?.[1];
  if (status === undefined) throw new Error(`This is no HTTP status line: ${JSON.stringify(statusLine)}`);
  const headers = new Map(
    lines.map((line) => [line.slice(0, line.indexOf(':')).toLowerCase(), line.slice(line.indexOf(':') + 1).trim()]),
  );
  const chunked = headers.get('transfer-encoding') === 'chunked';
  return { status: Number(status), headers, body: (chunked ? unchunk(rest) : rest).toString('utf8') };
}

function unchunk(bytes: Buffer): Buffer {
  const chunks: Buffer[] = [];
  let position = 0;
  for (;;) {
    const end = bytes.indexOf('\r\n', position);
    const size = end < 0 ? 0 : Number.parseInt(bytes.subarray(position, end).toString('latin1'), 16);
    if (!(size > 0)) return Buffer.concat(chunks);
    chunks.push(bytes.subarray(end + 2, end + 2 + size));
    position = end + 2 + size + 2;
  }
}
