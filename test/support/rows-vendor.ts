// A vendor with one list of rows, as quick as it can be: pages by cursor, creates, updates, and what tests need to go wrong.

import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { TestElement } from './recording-vendor.ts';

/** A row of the vendor. */
export interface VendorRow {
  id: number;
  [field: string]: unknown;
}

/** A vendor that listens. */
export interface RowsVendor {
  url: string;
  rows: VendorRow[];
  /** requests that were made, as `GET /things` */
  asked: string[];
  /** Decides what happens to a request before it is done; undefined: it is done. */
  before: (request: {
    method: string;
    path: string;
    body: unknown;
  }) => VendorFault | undefined | Promise<VendorFault | undefined>;
  close(): Promise<void>;
}

/** What a vendor does instead of its work, or after it. */
export interface VendorFault {
  status: number;
  body?: unknown;
  headers?: Record<string, string>;
  /** the work is done all the same, and then the connection is cut */
  done?: boolean;
  /** the work is not done, and the connection is cut */
  cut?: boolean;
}

/** Starts a vendor with so many rows. */
export async function startRowsVendor(count = 0, pageRows = 100): Promise<RowsVendor> {
  const rows: VendorRow[] = Array.from({ length: count }, (_, index) => ({
    id: index + 1,
    name: `thing ${index + 1}`,
    size: index % 7,
    active: index % 2 === 0,
    changed: new Date(Date.UTC(2026, 0, 1) + index * 60_000).toISOString(),
    owner: { id: index % 10, name: `owner ${index % 10}` },
  }));
  const vendor: RowsVendor = { url: '', rows, asked: [], before: () => undefined, close: async () => undefined };
  const server = createServer((incoming, outgoing) => {
    const chunks: Buffer[] = [];
    incoming.on('data', (chunk: Buffer) => chunks.push(chunk));
    incoming.on('error', () => undefined);
    incoming.on('end', async () => {
      const text = Buffer.concat(chunks).toString();
      await answer(vendor, pageRows, incoming, text === '' ? undefined : JSON.parse(text), outgoing);
    });
  });
  server.keepAliveTimeout = 60_000;
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  vendor.url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  vendor.close = async () => {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  };
  return vendor;
}

async function answer(
  vendor: RowsVendor,
  pageRows: number,
  incoming: IncomingMessage,
  body: unknown,
  outgoing: ServerResponse,
): Promise<void> {
  const url = new URL(incoming.url ?? '/', 'http://vendor');
  const method = incoming.method ?? 'GET';
  vendor.asked.push(`${method} ${url.pathname}`);
  const fault = await vendor.before({ method, path: url.pathname + url.search, body });
  if (fault?.cut) return void incoming.socket.destroy();
  if (fault !== undefined && !fault.done) return send(outgoing, fault.status, fault.body, fault.headers);
  const given = work(vendor, pageRows, method, url, body);
  if (fault?.done) return void incoming.socket.destroy();
  send(outgoing, given.status, given.body);
}

function work(vendor: RowsVendor, pageRows: number, method: string, url: URL, body: unknown) {
  const { rows } = vendor;
  const id = Number(/^\/things\/(\d+)$/.exec(url.pathname)?.[1] ?? Number.NaN);
  if (method === 'GET' && url.pathname === '/things') {
    const start = Number(url.searchParams.get('cursor') ?? 0);
    const wanted = [...url.searchParams].filter(([name]) => !['cursor', 'limit'].includes(name));
    const found =
      wanted.length === 0 ? rows : rows.filter((row) => wanted.every(([name, value]) => String(row[name]) === value));
    const size = Math.min(pageRows, Number(url.searchParams.get('limit') ?? pageRows));
    const end = start + size;
    return {
      status: 200,
      body: { things: found.slice(start, end), ...(end < found.length ? { next: String(end) } : {}) },
    };
  }
  if (method === 'POST' && url.pathname === '/things') {
    const row = { ...(body as object), id: rows.length + 1 };
    rows.push(row);
    return { status: 200, body: row };
  }
  const row = rows[id - 1];
  if (row === undefined) return { status: 404, body: { message: 'there is no such thing' } };
  if (method === 'PATCH') Object.assign(row, body, { id });
  return { status: 200, body: row };
}

function send(outgoing: ServerResponse, status: number, body: unknown, headers: Record<string, string> = {}): void {
  outgoing.writeHead(status, { 'content-type': 'application/json', ...headers }).end(JSON.stringify(body ?? {}));
}

/** The members of an element whose vendor this is; `more` goes over them. */
export function thingsElement(more: Partial<TestElement> = {}): TestElement {
  return {
    bulkDownloadEnabled: true,
    bulkUploadEnabled: true,
    resources: [
      {
        method: 'GET',
        path: '/hubs/general/things',
        vendorPath: '/things',
        type: 'api',
        rootKey: '|things',
        nextPageKey: 'next',
        paginationType: 'VENDOR_SUPPORTED',
        parameters: [
          { name: 'nextPage', type: 'query', vendorName: 'cursor', vendorType: 'query' },
          { name: 'pageSize', type: 'query', vendorName: 'limit', vendorType: 'query' },
          { name: 'where', type: 'query', vendorName: 'where', vendorType: 'query', converter: 'toQueryParameters' },
        ],
      },
      {
        method: 'POST',
        path: '/hubs/general/things',
        vendorPath: '/things',
        type: 'api',
        parameters: [{ name: 'body', type: 'body', vendorName: 'body', vendorType: 'body' }],
      },
      {
        method: 'PATCH',
        path: '/hubs/general/things/{id}',
        vendorPath: '/things/{id}',
        type: 'api',
        parameters: [
          { name: 'id', type: 'path', vendorName: 'id', vendorType: 'path' },
          { name: 'body', type: 'body', vendorName: 'body', vendorType: 'body' },
        ],
      },
    ],
    ...more,
  };
}
