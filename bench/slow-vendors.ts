// Calls to a fast vendor while 200 others wait for a slow one, beside the same calls alone.

import { setTimeout as wait } from 'node:timers/promises';
import { load } from './child.ts';
import { connectAccount, startGround, urlOf } from './ground.ts';
import { quantile, type Scenario } from './scenario.ts';

const slowCalls = 200;
const slowMs = 10_000;
const fastCalls = 4000;
const connections = 8;

/** The same load with and without the slow calls in flight, in turn. The slow ones are of the same account and host. */
export const slowVendors: Scenario = async ({ upstreamUrl, rounds, report }) => {
  const ground = await startGround();
  try {
    const server = await ground.startServer(await ground.createDatabase('slow'));
    const { authorization } = await connectAccount(server, upstreamUrl);
    const headers = { authorization };
    const fast = () => load({ url: urlOf(server, '/small'), headers, connections, calls: fastCalls });
    await fast();
    const alone: Times[] = [];
    const beside: Times[] = [];
    for (let round = 1; round <= rounds; round++) {
      report(`round ${round} of ${rounds}`);
      alone.push(await fast());
      let waiting = true;
      const slow = load({
        ...{ url: `${urlOf(server, '/slow')}?ms=${slowMs}`, headers },
        ...{ connections: slowCalls, calls: slowCalls },
      }).finally(() => {
        waiting = false;
      });
      await wait(2000);
      beside.push(await fast());
      if (!waiting) throw new Error('The slow calls ended before the fast ones: this machine is too busy');
      const { p50Ms } = await slow;
      if (p50Ms < slowMs) throw new Error(`The slow calls took ${p50Ms} ms`);
    }
    return (['p50Ms', 'p99Ms'] as const).map((name) => {
      const [without, within] = [alone, beside].map((times) =>
        quantile(
          times.map((time) => time[name]),
          0.5,
        ),
      );
      if (without === undefined || within === undefined) throw new Error('There are two sides');
      return {
        what: `${name.slice(0, 3)} of fast calls while ${slowCalls} calls wait for their vendor`,
        asked: 'not slower than alone',
        seen: `${within.toFixed(2)} ms, alone ${without.toFixed(2)} ms`,
        // what the clock of a busy machine makes of the same thing twice
        holds: within <= without * 1.2 + 0.5,
      };
    });
  } finally {
    await ground.stop();
  }
};

interface Times {
  p50Ms: number;
  p99Ms: number;
}
