// The load, a process of its own: a fixed number of connections, each sending its next call when the last one is answered.
// `node bench/load.ts '{"url", "headers", "connections", "calls"}'` prints one line of JSON when all are answered.

import { readFileSync } from 'node:fs';
import { Agent } from 'undici';

/** What is sent, and how much of it. */
export interface LoadOrder {
  url: string;
  headers: Record<string, string>;
  /** a file with one Authorization header in each line, which the calls send in turn */
  authorizations?: string;
  connections: number;
  calls: number;
}

/** What came of it; times in milliseconds. */
export interface LoadResult {
  calls: number;
  wallMs: number;
  p50Ms: number;
  p99Ms: number;
  /** calls that were not answered 200, with the first such answer */
  failed: number;
  failure: string | undefined;
}

const order = JSON.parse(process.argv[2] ?? '{}') as LoadOrder;
const { origin, pathname, search } = new URL(order.url);
const agent = new Agent({ connections: order.connections, pipelining: 1 });
const authorizations =
  order.authorizations === undefined ? [] : readFileSync(order.authorizations, 'utf8').trim().split('\n');
const times = new Float64Array(order.calls);
let next = 0;
let failed = 0;
let failure: string | undefined;

async function sendOneAfterAnother(): Promise<void> {
  while (next < order.calls) {
    const number = next++;
    const started = performance.now();
    const { statusCode, body } = await agent.request({
      origin,
      path: pathname + search,
      method: 'GET',
      headers: headersOf(number),
    });
    if (statusCode === 200) await body.dump();
    else {
      failed++;
      failure ??= `${statusCode} ${await body.text()}`;
    }
    times[number] = performance.now() - started;
  }
}

function headersOf(number: number): Record<string, string> {
  const authorization = authorizations[number % authorizations.length];
  return authorization === undefined ? order.headers : { ...order.headers, authorization };
}

const started = performance.now();
await Promise.all(Array.from({ length: order.connections }, sendOneAfterAnother));
const wallMs = performance.now() - started;
await agent.close();
times.sort();
const at = (share: number) => times[Math.min(order.calls - 1, Math.floor(order.calls * share))] ?? 0;
const result: LoadResult = { calls: order.calls, wallMs, p50Ms: at(0.5), p99Ms: at(0.99), failed, failure };
console.log(JSON.stringify(result));
