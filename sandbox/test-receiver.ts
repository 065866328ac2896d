// Where the sandbox's own tests receive webhooks: over real HTTP, with answers as a test wants them.

import { once } from 'node:events';
import { createServer, type IncomingHttpHeaders, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/** A request that was received. */
export interface Received {
  method: string;
  /** With its query. */
  path: string;
  headers: IncomingHttpHeaders;
  text: string;
}

/** A receiver under test. */
export interface TestReceiver {
  url: string;
  received: Received[];
  /** How each request is answered; 200 until a test says otherwise. */
  answer: (response: ServerResponse, request: Received) => void;
  close(): Promise<void>;
}

/** Listens on a free port. */
export async function startTestReceiver(): Promise<TestReceiver> {
  const server = createServer(async (incoming, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of incoming) chunks.push(chunk);
    const { method = '', url = '', headers } = incoming;
    const request = { method, path: url, headers, text: Buffer.concat(chunks).toString('utf8') };
    receiver.received.push(request);
    receiver.answer(response, request);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const receiver: TestReceiver = {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    received: [],
    answer: (response) => response.end(),
    async close() {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
  return receiver;
}

/** Answers with a status. */
export const answerWith =
  (status: number, headers: Record<string, string> = {}): TestReceiver['answer'] =>
  (response) =>
    response.writeHead(status, headers).end();
