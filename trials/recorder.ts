// A vendor that plays every host at once: it notes each request byte for byte and answers what it was told to.

import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

/** A request as it came, with the host that it was meant for. */
export interface RecordedRequest {
  method: string;
  host: string;
  /** as sent, not decoded, without query */
  path: string;
  /** as sent, without `?` */
  query: string;
  headers: Record<string, string>;
  body: Buffer;
}

/** What the recorder answers, as JSON. */
export interface RecorderAnswer {
  headers: Record<string, string>;
  body: unknown;
}

/** A recorder that listens. */
export interface Recorder {
  /** for `VALENCE_ROUTES` */
  routes: Record<string, string>;
  /** everything that came since it was emptied last */
  requests: RecordedRequest[];
  /** what it answers to the requests that come, in turn; the last one again and again */
  answers: RecorderAnswer[];
  /** what it answers to a path out of turn, if anything */
  outOfTurn(path: string): RecorderAnswer | undefined;
  close(): Promise<void>;
}

/** Hundreds of calls come within a minute; what rates do to calls is tested elsewhere. */
const generousRates = Object.fromEntries(
  ['x-rate-limit', 'x-rate-limit-limit', 'x-rate-limit-remaining'].map((name) => [name, '1000000']),
);

/** Starts a recorder on a free port. */
export async function startRecorder(): Promise<Recorder> {
  const recorder: Recorder = { routes: {}, requests: [], answers: [], outOfTurn: () => undefined, close };
  const server = createServer((incoming, outgoing) => {
    const chunks: Buffer[] = [];
    incoming.on('error', () => undefined);
    incoming.on('data', (chunk: Buffer) => chunks.push(chunk));
    incoming.on('end', () => {
      const [, host = '', path = '', query = ''] = /^\/([^/?]*)([^?]*)\??(.*)$/s.exec(incoming.url ?? '') ?? [];
      const headers: Record<string, string> = {};
      for (const [name, value] of Object.entries(incoming.headers)) headers[name] = String(value);
      const turn = recorder.requests.filter((request) => recorder.outOfTurn(request.path) === undefined).length;
      const answer = recorder.outOfTurn(path) ?? recorder.answers[turn] ?? recorder.answers.at(-1);
      recorder.requests.push({
        method: incoming.method ?? '',
        host,
        path,
        query,
        headers,
        body: Buffer.concat(chunks),
      });
      outgoing.writeHead(200, { 'content-type': 'application/json', ...generousRates, ...answer?.headers });
      outgoing.end(JSON.stringify(answer?.body ?? {}));
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  recorder.routes = { '*': `http://127.0.0.1:${(server.address() as AddressInfo).port}/{host}` };
  return recorder;

  async function close(): Promise<void> {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  }
}
