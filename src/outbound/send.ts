// The one door to vendors: every request leaves here, routed, guarded, timed and bounded.

import { isIP, type LookupFunction } from 'node:net';
import { setTimeout as wait } from 'node:timers/promises';
import { Agent, ProxyAgent } from 'undici';
import { Problem } from '../core/errors.ts';
import { type HttpReply, type HttpRequest, type HttpStream, isStream } from '../core/http.ts';
import { type ExchangeOptions, exchange } from './exchange.ts';
import type { Guard } from './guard.ts';
import { redirectedRequest } from './redirect.ts';
import { pauseBeforeRetry } from './retry.ts';
import { matchesHost, type Routes } from './routes.ts';

/** Bounds of a request to a vendor. */
export interface OpenOptions {
  /**
   * Milliseconds until the headers of the answer must be there; for `send`, all of it. The time of a streamed request
   * body does not count: from then on, and inside a streamed answer, this is the longest silence.
   */
  timeoutMs: number;
  /** host patterns of the definition; a host under none of them is refused */
  hosts?: string[] | undefined;
  /** ends the request at any time, also while a body flows */
  signal?: AbortSignal | undefined;
  /** follow the redirects of a GET or HEAD; signed storage addresses may be on any public host */
  followRedirects?: boolean | undefined;
}

export interface SendOptions extends OpenOptions {
  /** most bytes of the answer that are read */
  answerBytes: number;
}

/**
 * Sends requests to vendors. A request is sent again, inside its time, only where that cannot do anything twice (see
 * `pauseBeforeRetry`); any other is sent at most once.
 */
export interface Outbound {
  /**
   * Sends one request and reads the answer whole. Redirects are given back unless asked to be followed.
   * Throws a Problem: `egressRefused`, `vendorUnreachable` and `vendorTimeout` (with a `NotSent` as cause when it is
   * certain that nothing left this machine), `vendorFailed` when the answer is too large or redirects without end, or
   * `badRequest` when a header cannot be sent or the request body broke off.
   */
  send(request: HttpRequest, options: SendOptions): Promise<HttpReply>;
  /** The same, but gives the answer as soon as its headers are there; its body ends with such a Problem if it breaks. */
  open(request: HttpRequest, options: OpenOptions): Promise<HttpStream>;
  /** One or the other, as `streams` decides by the headers; `isStream` tells which. Reading whole is the cheaper one. */
  exchange(
    request: HttpRequest,
    options: SendOptions & Pick<ExchangeOptions, 'streams'>,
  ): Promise<HttpReply | HttpStream>;
  /** The URL that a person's browser is given for a vendor's page. */
  browserUrl(url: string): string;
  /** Ends every connection; requests that still run fail. */
  close(): Promise<void>;
}

interface OutboundOptions {
  routes: Routes;
  guard: Guard;
  /** whether URLs for people follow the routes, too */
  routeBrowser: boolean;
  httpsProxy: string | undefined;
}

type Bounds = SendOptions & Pick<ExchangeOptions, 'streams'>;

const never = () => false;
const always = () => true;
const mostRedirects = 5;

/** Makes the door to vendors. */
export function createOutbound(options: OutboundOptions): Outbound {
  const { routes, guard } = options;
  // As many connections as there are calls: slow calls never stand in the way of others, whoever limits them does so
  // where accounts are known. HTTP/1.1, because a connection shared by calls of many accounts can fail all of them.
  const pooling = { allowH2: false, pipelining: 1, keepAliveTimeout: 10_000, connect: { timeout: 10_000 } };
  const routed = new Agent(pooling);
  const direct =
    options.httpsProxy === undefined
      ? new Agent({ ...pooling, connect: { ...pooling.connect, lookup: guardedLookup(guard) } })
      : new ProxyAgent({ ...pooling, uri: options.httpsProxy });

  /** Sends to a URL that has been checked, again and again as far as that is safe and in time. */
  async function deliver(request: HttpRequest, url: URL, deadline: number, bounds: Bounds) {
    const target = routes.target(url);
    if (target === undefined && isIP(bare(url.hostname)) !== 0) await guard.resolve(url.hostname);
    const { timeoutMs, signal, streams, answerBytes } = bounds;
    for (let tries = 1; ; tries++) {
      const leftMs = Math.max(Math.ceil(deadline - performance.now()), 1);
      let outcome: HttpReply | HttpStream | Problem;
      try {
        const attempt = { timeoutMs, leftMs, signal, streams, answerBytes };
        outcome = await exchange(target === undefined ? direct : routed, request, target ?? url, attempt);
      } catch (error) {
        if (!(error instanceof Problem) || signal?.aborted) throw error;
        outcome = error;
      }
      const pause = pauseBeforeRetry(request, outcome, tries, deadline - performance.now(), Math.random());
      if (pause === undefined) {
        if (outcome instanceof Problem) throw outcome;
        return outcome;
      }
      if (!(outcome instanceof Problem)) discard(outcome);
      // A caller who goes away ends the pause; the next try then fails at once, and says so.
      await wait(pause, undefined, signal === undefined ? {} : { signal }).catch(() => undefined);
    }
  }

  async function follow(request: HttpRequest, bounds: Bounds): Promise<HttpReply | HttpStream> {
    const deadline = performance.now() + bounds.timeoutMs;
    let next = request;
    let url = checkUrl(request.url, bounds.hosts);
    for (let redirects = 0; ; redirects++) {
      const answer = await deliver(next, url, deadline, bounds);
      const following = bounds.followRedirects === true ? redirectedRequest(next, url, answer) : undefined;
      if (following === undefined) return answer;
      discard(answer);
      if (redirects === mostRedirects) {
        throw new Problem('vendorFailed', `${url.host} redirected the request more than ${mostRedirects} times.`);
      }
      url = checkUrl(following.url, undefined);
      next = following;
    }
  }

  return {
    send: (request, bounds) => follow(request, { ...bounds, streams: never }) as Promise<HttpReply>,
    open: (request, bounds) => follow(request, { ...bounds, streams: always, answerBytes: 0 }) as Promise<HttpStream>,
    exchange: follow,
    browserUrl(url) {
      if (!options.routeBrowser) return url;
      return routes.target(new URL(url))?.href ?? url;
    },
    async close() {
      await Promise.all([routed.destroy(), direct.destroy()]);
    },
  };
}

/** An answer that nobody reads gives its connection up. */
function discard(answer: HttpReply | HttpStream): void {
  if (isStream(answer)) answer.body.destroy();
}

/** Reads a vendor URL and refuses one that a definition or a setting must not lead to. */
function checkUrl(text: string, hosts: string[] | undefined): URL {
  const url = URL.parse(text);
  if (url === null || (url.protocol !== 'https:' && url.protocol !== 'http:')) {
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

/** A host without the brackets of an IPv6 literal. Literals never reach a connection's resolver, where names are checked. */
function bare(host: string): string {
  return host.startsWith('[') ? host.slice(1, -1) : host;
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
