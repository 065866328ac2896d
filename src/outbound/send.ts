// The one door to vendors: every request leaves here, routed, guarded, timed and bounded.

import { isIP, type LookupFunction } from 'node:net';
import { Agent, type Dispatcher, ProxyAgent, request as undiciRequest } from 'undici';
import { Problem } from '../core/errors.ts';
import type { HttpReply, HttpRequest } from '../core/http.ts';
import type { Guard } from './guard.ts';
import { matchesHost, type Routes } from './routes.ts';

export interface SendOptions {
  /** milliseconds until the answer must be complete */
  timeoutMs: number;
  /** most bytes of the answer that are read */
  answerBytes: number;
  /** host patterns of the definition; a host under none of them is refused */
  hosts?: string[] | undefined;
  signal?: AbortSignal;
}

/** Sends requests to vendors. */
export interface Outbound {
  /**
   * Sends one request and reads the answer whole. Redirects are not followed.
   * Throws a Problem: `egressRefused`, `vendorUnreachable` (with `sent: false` in its cause when nothing left this
   * machine), `vendorTimeout`, or `vendorFailed` when the answer is too large.
   */
  send(request: HttpRequest, options: SendOptions): Promise<HttpReply>;
  /** The URL that a person's browser is given for a vendor's page. */
  browserUrl(url: string): string;
  close(): Promise<void>;
}

/** Marks a failure after which it is certain that the vendor did not get the request. */
export class NotSent extends Error {}

interface OutboundOptions {
  routes: Routes;
  guard: Guard;
  /** whether URLs for people follow the routes, too */
  routeBrowser: boolean;
  httpsProxy: string | undefined;
}

/** Makes the door to vendors; `close` ends its connections. */
export function createOutbound(options: OutboundOptions): Outbound {
  const { routes, guard } = options;
  const pooling = { connections: 256, keepAliveTimeout: 10_000, connect: { timeout: 10_000 } };
  const routed = new Agent(pooling);
  const direct =
    options.httpsProxy === undefined
      ? new Agent({ ...pooling, connect: { ...pooling.connect, lookup: guardedLookup(guard) } })
      : new ProxyAgent({ uri: options.httpsProxy });

  return {
    async send(request, sendOptions) {
      const url = checkUrl(request.url, sendOptions.hosts);
      const target = routes.target(url);
      if (target === undefined) await guardLiteral(guard, url.hostname);
      return exchange(target === undefined ? direct : routed, request, target ?? url, sendOptions);
    },
    browserUrl(url) {
      if (!options.routeBrowser) return url;
      return routes.target(new URL(url))?.href ?? url;
    },
    async close() {
      await Promise.all([routed.close(), direct.close()]);
    },
  };
}

/** Reads a vendor URL and refuses one that a definition or a setting must not lead to. */
function checkUrl(text: string, hosts: string[] | undefined): URL {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url === undefined || (url.protocol !== 'https:' && url.protocol !== 'http:')) {
    throw new Problem(
      'egressRefused',
      `The vendor's address is not an http or https URL: check the settings it is made of.`,
    );
  }
  if (url.username !== '' || url.password !== '') {
    throw new Problem('egressRefused', `The vendor's address must not hold a user name or password.`);
  }
  if (hosts !== undefined && !hosts.some((pattern) => matchesHost(url.hostname, pattern))) {
    throw new Problem(
      'egressRefused',
      `The host ${url.hostname} is not one that this element may call: ${hosts.join(', ')}.`,
    );
  }
  return url;
}

/** IP literals never reach the resolver of a connection, where names are checked. */
async function guardLiteral(guard: Guard, host: string): Promise<void> {
  if (isIP(host.replace(/^\[|\]$/g, '')) !== 0) await guard.resolve(host);
}

function guardedLookup(guard: Guard): LookupFunction {
  return (host, options, callback) => {
    guard.resolve(host).then(
      (addresses) => {
        const [first] = addresses;
        if (options.all || first === undefined) callback(null, addresses);
        else callback(null, first.address, first.family);
      },
      (error) => callback(error, []),
    );
  };
}

async function exchange(
  dispatcher: Dispatcher,
  request: HttpRequest,
  target: URL,
  options: SendOptions,
): Promise<HttpReply> {
  const deadline = AbortSignal.timeout(options.timeoutMs);
  const signal = options.signal === undefined ? deadline : AbortSignal.any([deadline, options.signal]);
  const host = new URL(request.url).host;
  try {
    const answer = await undiciRequest(target, {
      dispatcher,
      signal,
      method: request.method as Dispatcher.HttpMethod,
      headers: request.headers,
      body: request.body ?? null,
      headersTimeout: 0,
      bodyTimeout: 0,
    });
    const chunks: Buffer[] = [];
    let size = 0;
    for await (const chunk of answer.body as AsyncIterable<Buffer>) {
      size += chunk.length;
      if (size > options.answerBytes) {
        answer.body.destroy();
        throw new Problem('vendorFailed', `The answer of ${host} is larger than ${options.answerBytes} bytes.`);
      }
      chunks.push(chunk);
    }
    return { status: answer.statusCode, headers: plainHeaders(answer.headers), body: Buffer.concat(chunks) };
  } catch (error) {
    if (error instanceof Problem) throw error;
    if (deadline.aborted) {
      throw new Problem('vendorTimeout', `${host} did not answer within ${options.timeoutMs / 1000} s.`, {
        cause: error,
      });
    }
    if (isConnectFailure(error)) {
      throw new Problem('vendorUnreachable', `${host} cannot be reached: ${errorText(error)}.`, {
        cause: new NotSent(errorText(error)),
      });
    }
    throw new Problem('vendorUnreachable', `The connection to ${host} broke: ${errorText(error)}.`, { cause: error });
  }
}

const connectFailures = new Set([
  'ECONNREFUSED',
  'ENOTFOUND',
  'EAI_AGAIN',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'UND_ERR_CONNECT_TIMEOUT',
]);

function isConnectFailure(error: unknown): boolean {
  const code = error instanceof Error && 'code' in error ? String(error.code) : '';
  return connectFailures.has(code);
}

function errorText(error: unknown): string {
  if (error instanceof AggregateError) return error.errors.map(errorText).join(', ');
  return error instanceof Error ? error.message || error.name : String(error);
}

function plainHeaders(headers: Record<string, string | string[] | undefined>): Record<string, string> {
  const plain: Record<string, string> = Object.create(null);
  for (const [name, value] of Object.entries(headers)) {
    if (value !== undefined) plain[name.toLowerCase()] = Array.isArray(value) ? value.join(', ') : value;
  }
  return plain;
}
