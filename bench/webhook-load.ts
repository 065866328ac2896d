// Vendors and a customer in one process: webhooks are sent at a rate, whatever the answers take, and their callbacks noted;
// to polls it answers that nothing changed.
// `node bench/webhook-load.ts '{"port"}'` listens for callbacks at the port and takes orders as lines of JSON; it answers
// each with a line of JSON when the last webhook is answered, and again when the last callback has come.

import { createHmac } from 'node:crypto';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createInterface } from 'node:readline';
import { setTimeout as wait } from 'node:timers/promises';
import { PlainClient } from './plain-client.ts';

/** What is sent. */
export interface WebhookOrder {
  origin: string;
  /** of the instances, which get webhooks in turn */
  paths: string[];
  secret: string;
  /** webhooks in a second, and for how many seconds */
  rate: number;
  seconds: number;
  /** milliseconds that the customer's last callback is waited for */
  patienceMs: number;
}

/** What came of it; times in milliseconds. */
export interface WebhookResult {
  sent: number;
  failed: number;
  failure: string | undefined;
  /** from the moment at which a webhook was due to its answer */
  p50Ms: number;
  p99Ms: number;
  /** webhooks answered in a second */
  ratePerSecond: number;
  /** callbacks in a second while webhooks came */
  deliveredPerSecond: number;
  /** from the last webhook to the last callback */
  restMs: number;
  delivered: number;
  doubled: number;
  /** from the sending of a webhook to its callback */
  latencyP50Ms: number;
  latencyP99Ms: number;
}

let callbacks = new Map<string, number>();
let doubled = 0;
const latencies: number[] = [];

const server = createServer((request, response) => {
  let text = '';
  request.setEncoding('utf8');
  request.on('data', (chunk: string) => {
    text += chunk;
  });
  request.on('end', () => {
    if (request.method === 'GET') return void response.setHeader('content-type', 'application/json').end('[]');
    response.end();
    // the webhook's own id and time, without reading all of the JSON
    const id = /"id":"(w[\d-]+)"/.exec(text)?.[1] ?? '';
    const sentAt = Number(/"sentAt":([\d.]+)/.exec(text)?.[1]);
    if (callbacks.has(id)) doubled++;
    else latencies.push(now() - sentAt);
    callbacks.set(id, now());
  });
});
server.keepAliveTimeout = 60_000;
server.listen(0, '127.0.0.1', () => {
  console.log(JSON.stringify({ url: `http://127.0.0.1:${(server.address() as AddressInfo).port}` }));
});

const now = () => performance.timeOrigin + performance.now();
let run = 0;

async function carryOut(order: WebhookOrder): Promise<WebhookResult> {
  const { origin, paths, secret, rate, seconds } = order;
  run++;
  callbacks = new Map();
  doubled = 0;
  latencies.length = 0;
  const client = new PlainClient(origin, 64);
  const total = Math.round(rate * seconds);
  const times = new Float64Array(total);
  let failed = 0;
  let failure: string | undefined;
  let answered = 0;

  const send = async (number: number, dueAt: number) => {
    const updated = new Date().toISOString();
    const ticket = {
      id: `${number % 5000}`,
      updated_at: updated,
      subject: 'The printer is on fire',
      status: 'open',
      description,
    };
    const body = JSON.stringify({ id: `w${run}-${number}`, type: 'tickets', what: 'updated', sentAt: now(), ticket });
    const time = String(Math.floor(Date.now() / 1000));
    const signature = createHmac('sha256', secret).update(`${time}.${body}`).digest('hex');
    const headers = `content-type: application/json\r\nx-time: ${time}\r\nx-signature: ${signature}\r\n`;
    const answer = await client.post(paths[number % paths.length] ?? '', headers, body);
    if (answer.status !== 200) {
      failed++;
      failure ??= `${answer.status} ${answer.body}`;
    }
    times[number] = now() - dueAt;
    answered++;
  };

  const started = now();
  const sending: Promise<void>[] = [];
  for (let next = 0; next < total; ) {
    const due = Math.min(total, Math.floor(((now() - started) / 1000) * rate) + 1);
    for (; next < due; next++) sending.push(send(next, started + (next / rate) * 1000));
    await wait(1);
  }
  await Promise.all(sending);
  const endedAt = now();
  const during = callbacks.size;
  const patience = endedAt + order.patienceMs;
  while (callbacks.size < total - failed && now() < patience) await wait(5);
  const last = Math.max(0, ...callbacks.values());
  client.close();
  times.sort();
  latencies.sort((a, b) => a - b);
  const at = (values: ArrayLike<number>, share: number) =>
    values[Math.min(values.length - 1, Math.floor(values.length * share))] ?? 0;
  return {
    sent: total,
    failed,
    failure,
    p50Ms: at(times, 0.5),
    p99Ms: at(times, 0.99),
    ratePerSecond: (answered / (endedAt - started)) * 1000,
    deliveredPerSecond: (during / (endedAt - started)) * 1000,
    restMs: Math.max(0, last - endedAt),
    delivered: callbacks.size,
    doubled,
    latencyP50Ms: at(latencies, 0.5),
    latencyP99Ms: at(latencies, 0.99),
  };
}

const description = 'It started smoking this morning, and by noon there were flames. '.repeat(8);

createInterface({ input: process.stdin }).on('line', async (line) => {
  console.log(JSON.stringify(await carryOut(JSON.parse(line) as WebhookOrder)));
});
