// Webhooks at 2,000 in a second for a minute, each signed, committed before it is answered, and delivered signed: how long
// their vendors wait, how many reach the customer meanwhile, and how long one takes when nothing else happens.

import { startHooked } from './hooked.ts';
import { usageOf } from './measure.ts';
import { quantile, type Scenario } from './scenario.ts';
import type { WebhookOrder, WebhookResult } from './webhook-load.ts';

const instanceCount = 50;
const secret = 'bench-secret';

/** One server with its embedded database; the load and the customer are one process on the same machine. */
export const webhooks: Scenario = async ({ rounds, scale, report }) => {
  const hooked = await startHooked();
  const { server, outside, url } = hooked;
  try {
    const paths: string[] = [];
    for (let number = 0; number < instanceCount; number++) {
      const id = await hooked.connect(`hooked ${number}`, {
        'hook.secret': secret,
        'event.notification.callback.url': `${url}/${number}`,
      });
      paths.push(`/elements/api-v2/events/hooked/${Buffer.from(String(id)).toString('base64')}`);
    }
    const carryOut = (order: Pick<WebhookOrder, 'rate' | 'seconds'>) => {
      outside.say({ ...order, origin: server.url, paths, secret, patienceMs: 300_000 });
      return outside.next<WebhookResult>();
    };
    // until the code is compiled: a server that has been running is measured
    await carryOut({ rate: 1000, seconds: 10 });
    const bursts: (WebhookResult & { cpuMs: number })[] = [];
    const idle: WebhookResult[] = [];
    for (let round = 1; round <= rounds; round++) {
      idle.push(await carryOut({ rate: 5, seconds: 10 * scale }));
      await carryOut({ rate: 500, seconds: 5 });
      const before = usageOf(server.pid).cpuMs;
      const burst = await carryOut({ rate: 2000, seconds: 60 * scale });
      bursts.push({ ...burst, cpuMs: usageOf(server.pid).cpuMs - before });
      report(`round ${round} of ${rounds}: ${JSON.stringify(burst)}`);
      if (burst.failed > 0) throw new Error(`${burst.failed} webhooks were not answered 200: ${burst.failure}`);
    }
    const median = <Key extends string>(results: Record<Key, number>[], name: Key) =>
      quantile(
        results.map((result) => result[name]),
        0.5,
      );
    const lost = bursts.reduce((sum, { sent, delivered }) => sum + sent - delivered, 0);
    const p99 = median(bursts, 'p99Ms');
    const delivered = median(bursts, 'deliveredPerSecond');
    const latency = median(idle, 'latencyP50Ms');
    return [
      {
        what: `acknowledgement p99 at 2,000 webhooks/s for ${60 * scale} s`,
        asked: 'under 25 ms',
        seen: `${p99.toFixed(1)} ms (p50 ${median(bursts, 'p50Ms').toFixed(1)} ms, ${Math.round(median(bursts, 'ratePerSecond'))} answered/s)`,
        holds: p99 < 25 && median(bursts, 'ratePerSecond') > 1950,
      },
      {
        what: 'delivered meanwhile',
        asked: 'at least 300/s',
        seen: `${Math.round(delivered)}/s; the rest ${(median(bursts, 'restMs') / 1000).toFixed(1)} s after the last webhook; ${lost} lost, ${bursts.reduce((sum, burst) => sum + burst.doubled, 0)} doubled`,
        holds: delivered >= 300 && lost === 0,
      },
      {
        what: 'CPU of the server for one webhook, in and out',
        asked: 'report',
        seen: `${((median(bursts, 'cpuMs') * 1000) / (2000 * 60 * scale)).toFixed(0)} µs, without the database`,
        holds: true,
      },
      {
        what: 'from webhook to callback when idle, p50',
        asked: 'under 50 ms',
        seen: `${latency.toFixed(1)} ms (p99 ${median(idle, 'latencyP99Ms').toFixed(1)} ms)`,
        holds: latency < 50,
      },
    ];
  } finally {
    await hooked.stop();
  }
};
