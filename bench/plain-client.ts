// A client that knows as much of HTTP as the load of a measurement needs: it shares the cores with what is measured, and a
// whole client would take more of them than the server.

import { once } from 'node:events';
import { connect, type Socket } from 'node:net';

/** An answer. */
export interface PlainAnswer {
  status: number;
  body: string;
}

interface Asked {
  request: Uint8Array;
  /** told the answer, or that the connection broke before there was one */
  heard(answer: PlainAnswer | Error): void;
}

interface Connection {
  socket: Socket;
  asked: Asked | undefined;
  received: string;
}

/** The bytes of a request that posts a body; `headers` are whole lines, each with its end. */
export function postRequest(url: URL, headers: string, body: string): Buffer {
  const length = Buffer.byteLength(body);
  return Buffer.from(
    `POST ${url.pathname} HTTP/1.1\r\nhost: ${url.host}\r\n${headers}content-length: ${length}\r\n\r\n${body}`,
  );
}

/** Connections to one server, each with one request at a time; those for which none is free wait. */
export class PlainClient {
  readonly #idle: Connection[] = [];
  readonly #all: Connection[] = [];
  #waiting: Asked[] = [];

  constructor(origin: string, connections: number) {
    const { hostname, port } = new URL(origin);
    for (let made = 0; made < connections; made++) {
      const connection: Connection = { socket: connect(Number(port), hostname), asked: undefined, received: '' };
      const { socket } = connection;
      socket.setNoDelay(true);
      socket.setEncoding('latin1');
      socket.on('data', (text) => this.#hear(connection, String(text)));
      socket.on('error', (error) => this.#lose(connection, error));
      socket.on('close', () => this.#lose(connection, new Error('The server closed the connection')));
      this.#all.push(connection);
      this.#idle.push(connection);
    }
  }

  /** Waits until every connection is there. */
  async connected(): Promise<void> {
    await Promise.all(this.#all.map(({ socket }) => (socket.connecting ? once(socket, 'connect') : undefined)));
  }

  /** Sends the bytes of a request and tells `heard` the answer, or the Error that came instead of one. */
  send(request: Uint8Array, heard: Asked['heard']): void {
    const asked = { request, heard };
    const connection = this.#idle.pop();
    if (connection === undefined) this.#waiting.push(asked);
    else ask(connection, asked);
  }

  close(): void {
    for (const { socket } of this.#all) socket.destroy();
  }

  #hear(connection: Connection, text: string): void {
    connection.received += text;
    const answer = readAnswer(connection.received);
    if (answer === undefined) return;
    const { asked } = connection;
    connection.received = '';
    connection.asked = undefined;
    const next = this.#waiting.shift();
    if (next === undefined) this.#idle.push(connection);
    else ask(connection, next);
    asked?.heard(answer);
  }

  #lose(connection: Connection, error: Error): void {
    connection.asked?.heard(error);
    connection.asked = undefined;
  }
}

function ask(connection: Connection, asked: Asked): void {
  connection.asked = asked;
  connection.socket.write(asked.request);
}

/** The answer that a text holds as a whole; undefined while some of it is missing. */
function readAnswer(text: string): PlainAnswer | undefined {
  const end = text.indexOf('\r\n\r\n');
  if (end < 0) return undefined;
  const head = text.slice(0, end);
  const length = Number(/\r\ncontent-length: (\d+)/i.exec(head)?.[1]);
  if (Number.isNaN(length)) throw new Error(`An answer without a length: ${head}`);
  const body = text.slice(end + 4);
  return body.length < length ? undefined : { status: Number(head.slice(9, 12)), body };
}
