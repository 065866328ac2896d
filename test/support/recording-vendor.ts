// A vendor of the test's own: it remembers what it was sent, byte for byte, and answers what the test says.

import { createServer, type IncomingHttpHeaders } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type Answer, credentials, type Platform } from './platform.ts';

/** A request as it came. */
export interface RecordedRequest {
  method: string;
  /** path and query, not decoded */
  url: string;
  path: string;
  query: URLSearchParams;
  headers: IncomingHttpHeaders;
  body: Buffer;
  text: string;
}

/** What the vendor answers: an object is sent as JSON. */
export interface VendorReply {
  status?: number;
  headers?: Record<string, string | string[]>;
  body?: unknown;
}

/** A vendor that listens. */
export interface RecordingVendor {
  url: string;
  requests: RecordedRequest[];
  /** what it answers; replaced by tests */
  reply(request: RecordedRequest): VendorReply | 'cut' | 'silence' | Promise<VendorReply>;
  /** connections whose request has not been answered yet */
  pending(): number;
  close(): Promise<void>;
}

/** Starts a vendor on a free port. */
export async function startRecordingVendor(): Promise<RecordingVendor> {
  let pending = 0;
  const vendor: RecordingVendor = {
    url: '',
    requests: [],
    reply: () => ({ body: { ok: true } }),
    pending: () => pending,
    close: async () => undefined,
  };
  const server = createServer((incoming, outgoing) => {
    pending++;
    outgoing.once('close', () => pending--);
    const chunks: Buffer[] = [];
    incoming.on('error', () => undefined);
    incoming.on('data', (chunk: Buffer) => chunks.push(chunk));
    incoming.on('end', async () => {
      const body = Buffer.concat(chunks);
      const url = incoming.url ?? '';
      const [path = '', query = ''] = url.split('?');
      const request: RecordedRequest = {
        method: incoming.method ?? '',
        url,
        path,
        query: new URLSearchParams(query),
        headers: incoming.headers,
        body,
        text: body.toString('utf8'),
      };
      vendor.requests.push(request);
      const reply = await vendor.reply(request);
      if (reply === 'cut') incoming.socket.destroy();
      else if (reply !== 'silence') send(reply);
    });
    const send = ({ status = 200, headers = {}, body }: VendorReply) => {
      if (body === undefined) outgoing.writeHead(status, headers).end();
      else if (typeof body === 'string' || Buffer.isBuffer(body)) outgoing.writeHead(status, headers).end(body);
      else outgoing.writeHead(status, { 'content-type': 'application/json', ...headers }).end(JSON.stringify(body));
    };
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  vendor.url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  vendor.close = async () => {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  };
  return vendor;
}

/** Members of an element document, over those that every test's element has. */
export interface TestElement {
  configuration?: Record<string, unknown>[];
  parameters?: Record<string, unknown>[];
  resources: Record<string, unknown>[];
  hooks?: Record<string, unknown>[];
  authentication?: { type: string };
  [member: string]: unknown;
}

/** An instance of an element that a test made up. */
export interface TestInstance {
  id: number;
  token: string;
  elementKey: string;
  /** Calls as the administrator with the element token. */
  call(method: string, path: string, options?: { body?: unknown; headers?: Record<string, string> }): Promise<Answer>;
}

let elements = 0;

/** Makes an element whose vendor is this one, and provisions an instance of it. */
export async function connectTestElement(
  platform: Platform,
  vendor: RecordingVendor,
  { configuration = [], ...members }: TestElement,
  settings: Record<string, unknown> = {},
): Promise<TestInstance> {
  const elementKey = `made${++elements}`;
  const given = new Set(configuration.map(({ key }) => key));
  const usual = [
    { key: 'base.url', defaultValue: vendor.url, internal: true },
    { key: 'filter.response.nulls', defaultValue: 'true', internal: true },
    { key: 'pagination.type', defaultValue: 'page', internal: true },
    { key: 'pagination.max', defaultValue: '100', internal: true },
  ].filter(({ key }) => !given.has(key));
  const document = {
    key: elementKey,
    name: elementKey,
    hub: 'general',
    authentication: { type: 'custom' },
    ...members,
    configuration: [...usual, ...configuration],
  };
  return connectDocument(platform, document, settings);
}

/** Makes the element of a whole document, and provisions an instance of it. */
export async function connectDocument(
  platform: Platform,
  document: { key: string },
  settings: Record<string, unknown> = {},
): Promise<TestInstance> {
  const elementKey = document.key;
  const created = await platform.call('POST', '/elements', { body: document });
  if (created.status !== 200) throw new Error(`The element was refused: ${created.body.message}`);
  const instance = await platform.call('POST', '/instances', {
    body: { element: { key: elementKey }, name: elementKey, configuration: settings },
  });
  if (instance.status !== 200) throw new Error(`The instance was refused: ${instance.body.message}`);
  const { id, token } = instance.body;
  return {
    id,
    token,
    elementKey,
    call: (method, path, options) => platform.call(method, path, { authorization: credentials(token), ...options }),
  };
}
