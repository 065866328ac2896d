// Vendors and a customer in one process: webhooks are sent at a rate, whatever the answers take, and their callbacks noted;
// to polls it answers that nothing changed. Vendors write and sign on machines of their own: that is done before the first
// webhook is sent.
// `node bench/webhook-load.ts '{"port"}'` listens for callbacks at the port and takes orders as lines of JSON; it answers
// each with a line of JSON when the last webhook is answered, and again when the last callback has come.

import { createHmac } from 'node:crypto';
import { createInterface } from 'node:readline';
import { setTimeout as wait } from 'node:timers/promises';
import { PlainClient, postRequest } from './plain-client.ts';
import { servePlain } from './plain-server.ts';

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

/** when each webhook was sent and when its callback came, by its number; 0 for not yet */
let sentAt = new Float64Array();
let heardAt = new Float64Array();
let doubled = 0;
/** of the webhooks whose callbacks came */
const latencies: number[] = [];

const url = await servePlain(({ method, body }) => {
  if (method === 'GET') return '[]';
  // the webhook's own id, without reading all of the JSON
  const id = /"id":"w(\d+)-(\d+)"/.exec(body);
  if (Number(id?.[1]) === run) noteCallback(Number(id?.[2]));
  return '';
});
console.log(JSON.stringify({ url }));

const now = () => performance.timeOrigin + performance.now();
let run = 0;

function noteCallback(number: number): void {
  if (heardAt[number] !== 0) return void doubled++;
  heardAt[number] = now();
  latencies.push(now() - (sentAt[number] ?? 0));
}

async function carryOut(order: WebhookOrder): Promise<WebhookResult> {
  const { origin, rate, seconds } = order;
  run++;
  const total = Math.round(rate * seconds);
  sentAt = new Float64Array(total);
  heardAt = new Float64Array(total);
  doubled = 0;
  latencies.length = 0;
  const requests = writeRequests(order, total);
  const client = new PlainClient(origin, 64);
  await client.connected();
  const times = new Float64Array(total);
  let failed = 0;
  let failure: string | undefined;
  let answered = 0;

  const send = (number: number, dueAt: number) => {
    sentAt[number] = now();
    client.send(requests(number), (answer) => {
      const { status, body } = answer instanceof Error ? { status: 0, body: answer.message } : answer;
      if (status !== 200) {
        failed++;
        failure ??= `${status} ${body}`;
      }
      times[number] = now() - dueAt;
      answered++;
    });
  };

  const started = now();
  for (let next = 0; next < total; ) {
    const due = Math.min(total, Math.floor(((now() - started) / 1000) * rate) + 1);
    for (; next < due; next++) send(next, started + (next / rate) * 1000);
    await wait(1);
  }
  while (answered < total) await wait(1);
  const endedAt = now();
  const during = latencies.length;
  const patience = endedAt + order.patienceMs;
  while (latencies.length < total - failed && now() < patience) await wait(5);
  const last = heardAt.reduce((latest, at) => Math.max(latest, at), 0);
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
    delivered: latencies.length,
    doubled,
    latencyP50Ms: at(latencies, 0.5),
    latencyP99Ms: at(latencies, 0.99),
  };
}

/** The requests of all webhooks, by their numbers: in one piece of memory, so that nothing of it is collected meanwhile. */
function writeRequests({ origin, paths, secret }: WebhookOrder, total: number): (number: number) => Uint8Array {
  const ends = new Float64Array(total);
  let bytes = Buffer.alloc(2 ** 20);
  let end = 0;
  for (let number = 0; number < total; number++) {
    const request = signedWebhook(new URL(paths[number % paths.length] ?? '', origin), secret, number);
    if (end + request.length > bytes.length) bytes = Buffer.concat([bytes], bytes.length * 2);
    end += request.copy(bytes, end);
    ends[number] = end;
  }
  return (number) => bytes.subarray(number === 0 ? 0 : ends[number - 1], ends[number]);
}

/** The request of a webhook that is signed as a vendor signs. */
function signedWebhook(url: URL, secret: string, number: number): Buffer {
  const ticket = {
    id: `${number % 5000}`,
    updated_at: new Date().toISOString(),
    subject: 'The printer is on fire',
    status: 'open',
    description,
  };
  const body = JSON.stringify({ id: `w${run}-${number}`, type: 'tickets', what: 'updated', ticket });
  const time = String(Math.floor(Date.now() / 1000));
  const signature = createHmac('sha256', secret).update(`${time}.${body}`).digest('hex');
  const headers = `content-type: application/json\r\nx-time: ${time}\r\nx-signature: ${signature}\r\n`;
  return postRequest(url, headers, body);
}

const description = 'It started smoking this morning, and by noon there were flames. '.repeat(8);

createInterface({ input: process.stdin }).on('line', async (line) => {
  console.log(JSON.stringify(await carryOut(JSON.parse(line) as WebhookOrder)));
});
