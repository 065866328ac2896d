// A server that knows as much of HTTP as the receiver of a measurement needs: it shares the cores with what is measured, and
// Node.js's own would take more of them than it takes to deliver what is received.

import { type AddressInfo, createServer, type Socket } from 'node:net';

/** A request, whole. */
export interface PlainRequest {
  method: string;
  body: string;
}

/**
 * Serves requests of known lengths at a port of this machine until the process ends; each is answered 200 with the JSON that
 * `answer` gives, or without a body. Gives the address.
 */
export async function servePlain(answer: (request: PlainRequest) => string): Promise<string> {
  const server = createServer({ noDelay: true }, (socket) => hear(socket, answer));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

function hear(socket: Socket, answer: (request: PlainRequest) => string): void {
  let received = '';
  // one byte is one character, so that lengths can be compared
  socket.setEncoding('latin1');
  socket.on('data', (text) => {
    received += text;
    for (let end = endOf(received); end !== undefined; end = endOf(received)) {
      const request = received.slice(0, end);
      received = received.slice(end);
      const body = answer({
        method: request.slice(0, request.indexOf(' ')),
        body: request.slice(request.indexOf('\r\n\r\n') + 4),
      });
      const type = body === '' ? '' : 'content-type: application/json\r\n';
      socket.write(`HTTP/1.1 200 OK\r\n${type}content-length: ${body.length}\r\n\r\n${body}`);
    }
  });
  // whoever asked notices it
  socket.on('error', () => socket.destroy());
}

/** Where the first request of a text ends; undefined while some of it is missing. */
function endOf(text: string): number | undefined {
  const headEnd = text.indexOf('\r\n\r\n');
  if (headEnd < 0) return undefined;
  const length = /\r\ncontent-length: *(\d+)/i.exec(text.slice(0, headEnd))?.[1] ?? '0';
  const end = headEnd + 4 + Number(length);
  return text.length < end ? undefined : end;
}
