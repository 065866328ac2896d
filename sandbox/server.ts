// The sandbox as one HTTP server: every simulated vendor under its host's name, and the control API under /_sandbox/.

import type { IncomingMessage } from 'node:http';
import { setTimeout as wait } from 'node:timers/promises';
import fastify, { type FastifyInstance, type FastifyReply, type FastifyRequest } from 'fastify';
import { controlRoutes } from './control.ts';
import type { Fault } from './faults.ts';
import type { ServedDocument } from './generic/document.ts';
import type { Introduction } from './generic/vendor.ts';
import { splitTarget, vendorOfHost } from './hosts.ts';
import { createStore, mostInMemory, type Store, type Stored, storedBytes } from './stored.ts';
import { type Answer, json, type Vendor, type VendorRequest } from './vendor.ts';
import { type ControlledSandbox, createWorld } from './world.ts';

/** A running sandbox. */
export interface Sandbox {
  url: string;
  /** For VALENCE_ROUTES: host pattern to URL with `{host}`. */
  routes: Record<string, string>;
  /** the vendors that play an element document */
  introductions: readonly Introduction[];
  close(): Promise<void>;
}

/**
 * Starts the sandbox; `now` is the clock of everything that expires. A port of 0 takes a free one. The vendors that
 * `documents` describe are played, too, and are told of requests that they do not know.
 */
export async function startSandbox(
  options: {
    host?: string;
    port?: number;
    now?: () => Date;
    documents?: readonly ServedDocument[];
    onUnknown?: (message: string) => void;
  } = {},
): Promise<Sandbox> {
  const { host = '127.0.0.1', port = 0, now = () => new Date(), documents = [], onUnknown = () => {} } = options;
  const closing = new AbortController();
  let world = createWorld(now, documents);
  const store = createStore();
  const sandbox: ControlledSandbox = {
    world: () => world,
    reset: () => {
      void world.state.webhooks.stop();
      world = createWorld(now, documents);
      store.remove();
    },
  };

  const app = fastify({
    forceCloseConnections: true,
    ajv: { customOptions: { removeAdditional: false, coerceTypes: false } },
  });
  // Some elements send a form with a GET.
  app.addHttpMethod('GET', { hasBody: true, overrideExisting: true });
  await app.register(controlRoutes(sandbox, closing.signal), { prefix: '/_sandbox' });
  await app.register(async (scope) => vendorRoutes(scope, sandbox, { now, store, closing: closing.signal, onUnknown }));
  const url = await app.listen({ host, port });

  const patterns = world.vendors.flatMap((vendor) => vendor.hosts);
  return {
    url,
    routes: Object.fromEntries(patterns.map((pattern) => [pattern, `${url}/{host}`])),
    introductions: world.generic.map(({ introduction }) => introduction),
    async close() {
      closing.abort();
      await world.state.webhooks.stop();
      await app.close();
      store.remove();
    },
  };
}

/** Takes every path and every body as it is: vendors read their own parameters, and signatures cover them. */
function vendorRoutes(
  app: FastifyInstance,
  sandbox: ControlledSandbox,
  {
    now,
    store,
    closing,
    onUnknown,
  }: { now: () => Date; store: Store; closing: AbortSignal; onUnknown: (message: string) => void },
): void {
  app.removeAllContentTypeParsers();
  app.addContentTypeParser('*', (_request: FastifyRequest, payload: IncomingMessage) => store.keep(payload));
  app.all('/*', async (incoming, reply) => {
    const request = vendorRequest(incoming);
    const { vendors, faults, log, rates } = sandbox.world();
    const vendor = vendorOfHost(vendors, request.host);
    if (vendor === undefined) return send(reply, unknownHost(vendors, request.host));
    const entry = log.add(now(), request);
    const fault = faults.take(request);
    entry.fault = fault?.kind ?? null;
    const rate = rates.count(vendor, request, now());
    const answer = rate.refusal ?? (await answerWith(vendor, request, fault, closing));
    entry.status = answer === 'cut' || answer === 'lost' ? null : answer.status;
    if (answer === 'cut' || answer === 'lost') {
      reply.hijack();
      incoming.raw.socket.destroy();
      return reply;
    }
    if (answer.status === 404 && vendor.key.startsWith('element:')) onUnknown(`404 ${String(answer.body)}`);
    return send(reply.headers(rate.headers), answer);
  });
}

function vendorRequest(incoming: FastifyRequest): VendorRequest {
  const headers = Object.fromEntries(Object.entries(incoming.headers).map(([name, value]) => [name, String(value)]));
  // A person's browser sends the cookies of every server on this machine, whatever its port: the console's session, which no
  // vendor would be sent, must not stand in the log of requests.
  if (headers['sec-fetch-mode'] === 'navigate') delete headers['cookie'];
  const upload = (incoming.body as Stored | undefined) ?? storedBytes(Buffer.alloc(0));
  const bytes = upload.size > mostInMemory ? Buffer.alloc(0) : upload.bytes();
  return {
    method: incoming.method,
    ...splitTarget(incoming.raw.url ?? '/'),
    headers,
    body: bytes.toString('utf8'),
    bytes,
    upload,
  };
}

/** The vendor's answer, or what the fault makes of it; `cut`: not processed, `lost`: processed but not answered. */
async function answerWith(
  vendor: Vendor,
  request: VendorRequest,
  fault: Fault | undefined,
  closing: AbortSignal,
): Promise<Answer | 'cut' | 'lost'> {
  switch (fault?.kind) {
    case undefined:
      return vendor.handle(request);
    case 'slow':
      await pause(fault, closing);
      return vendor.handle(request);
    case 'slowAnswer': {
      const answer = vendor.handle(request);
      await pause(fault, closing);
      return answer;
    }
    case 'drop':
      return 'cut';
    case 'lostAnswer':
      vendor.handle(request);
      return 'lost';
    case 'rateLimit': {
      const headers = { 'retry-after': String(fault.retryAfterSeconds ?? 1) };
      return json(fault.status ?? 429, vendor.faultBody(429), headers);
    }
    case 'serverError': {
      const status = fault.status ?? 500;
      return json(status, vendor.faultBody(status));
    }
  }
}

async function pause(fault: Fault, closing: AbortSignal): Promise<void> {
  await wait(fault.delayMs ?? 1000, undefined, { signal: closing }).catch(() => {});
}

function unknownHost(vendors: readonly Vendor[], host: string): Answer {
  const knownHosts = vendors.flatMap((vendor) => vendor.hosts);
  return json(404, { error: `The sandbox simulates no vendor at "${host}".`, knownHosts });
}

function send(reply: FastifyReply, answer: Answer): FastifyReply {
  const { status, headers, body } = answer;
  reply.code(status).headers(headers);
  if (typeof body === 'string' || Buffer.isBuffer(body)) return reply.send(body);
  return reply.header('content-length', body.size).send(body.stream());
}
