// What ten thousand polled instances cost while nothing changes: each is asked about every quarter of an hour.

import { setTimeout as wait } from 'node:timers/promises';
import { startHooked } from './hooked.ts';
import { usageOf, usageOfAll } from './measure.ts';
import { quantile, type Scenario } from './scenario.ts';

const instanceCount = 10_000;
const atOnce = 8;
const secondsMeasured = 40;

const polled = JSON.stringify({
  changes: {
    // biome-ignore lint/suspicious/noTemplateCurlyInString: a token of the document format
    url: "/hubs/general/changes?where=since='${gmtDate:yyyy-MM-dd'T'HH:mm:ss'Z'}'",
    idField: 'id',
    datesConfiguration: { updatedDateField: 'updated_at', updatedDateFormat: "yyyy-MM-dd'T'HH:mm:ss'Z'" },
  },
});

/** One server with its embedded database; the vendor is another process. */
export const idlePolling: Scenario = async ({ rounds, scale, report }) => {
  const hooked = await startHooked();
  const { server } = hooked;
  try {
    const count = Math.round(instanceCount * scale);
    let next = 0;
    const provisionAll = async () => {
      while (next < count) {
        await hooked.connect(`polled ${next++}`, {
          'event.vendor.type': 'polling',
          'event.poller.configuration': polled,
        });
      }
    };
    await Promise.all(Array.from({ length: atOnce }, provisionAll));
    report(`${count} instances`);
    await wait(15_000);
    const own: number[] = [];
    const all: number[] = [];
    const polls: number[] = [];
    for (let round = 1; round <= rounds; round++) {
      const [before, beforeAll, since] = [usageOf(server.pid), usageOfAll(server.pid), performance.now()];
      const pollsBefore = await pollCount(server);
      await wait(secondsMeasured * 1000);
      const elapsed = performance.now() - since;
      own.push(((usageOf(server.pid).cpuMs - before.cpuMs) / elapsed) * 100);
      all.push(((usageOfAll(server.pid).cpuMs - beforeAll.cpuMs) / elapsed) * 100);
      polls.push(((await pollCount(server)) - pollsBefore) / (elapsed / 1000));
      report(`round ${round} of ${rounds}: ${own.at(-1)?.toFixed(1)} %, ${all.at(-1)?.toFixed(1)} % with the database`);
    }
    const median = (values: number[]) => quantile(values, 0.5);
    return [
      {
        what: `${count} polled instances, nothing changes (${median(polls).toFixed(1)} polls a second)`,
        asked: 'under 5 % of one core',
        seen: `${median(own).toFixed(1)} %; ${median(all).toFixed(1)} % with the database`,
        holds: median(all) < 5,
      },
    ];
  } finally {
    await hooked.stop();
  }
};

/** How many calls to the bench vendor the server has made, from its own measurements. */
async function pollCount(server: { url: string }): Promise<number> {
  const text = await (await fetch(`${server.url}/metrics`)).text();
  const line = /valence_vendor_call_seconds_count\{[^}]*element="hooked"[^}]*\} (\d+)/.exec(text)?.[1];
  return Number(line ?? 0);
}
