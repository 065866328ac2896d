// A download of a million records beside a bare loop over the same pages, and what it takes of the server's memory.

import { rm } from 'node:fs/promises';
import { setTimeout as wait } from 'node:timers/promises';
import { Agent } from 'undici';
import { createBulkClient } from '../test/support/bulk-client.ts';
import { embeddedEnvironment } from '../test/support/platform.ts';
import { thingsElement } from '../test/support/rows-vendor.ts';
import { makeDataFolder, type ServerProcess, startServerProcess } from '../test/support/server-process.ts';
import { serve } from './child.ts';
import { usageOf } from './measure.ts';
import { quantile, type Row, type Scenario, type Surroundings } from './scenario.ts';

const records = 1_000_000;
const mostTimes = 1.3;
const mostBytes = 200e6;

/** Milliseconds that the vendor takes for a page: none, which no vendor does, and few. */
const pageMs = [0, 5];

/** Both take turns; the loop asks for page after page on one connection, and parses each. */
export const bulkDownload: Scenario = async (surroundings) => {
  const rows = [];
  for (const milliseconds of pageMs) rows.push(...(await compare(surroundings, milliseconds)));
  return rows;
};

async function compare({ rounds, scale, report }: Surroundings, milliseconds: number): Promise<Row[]> {
  const total = Math.ceil(records * scale);
  const vendor = await serve(new URL('./rows-server.ts', import.meta.url), String(total), String(milliseconds));
  const dataFolder = await makeDataFolder();
  const environment = { ...embeddedEnvironment({ dataFolder, routes: {} }), VALENCE_EGRESS: 'any' };
  const server = await startServerProcess(environment);
  try {
    const client = await connect(server, vendor.url);
    await download(server, client, 'select * from things limit 5000', () => undefined);
    const resident = usageOf(server.pid).residentBytes;
    const [loops, jobs]: [number[], number[]] = [[], []];
    let peak = 0;
    for (let round = 0; round < rounds; round++) {
      loops.push(await loop(vendor.url, total));
      const seen = (bytes: number) => {
        peak = Math.max(peak, bytes);
      };
      jobs.push(await download(server, client, 'select * from things', seen));
      report(`round ${round + 1}: loop ${loops.at(-1)?.toFixed(1)} s, job ${jobs.at(-1)?.toFixed(1)} s`);
    }
    const [bare, job] = [quantile(loops, 0.5), quantile(jobs, 0.5)];
    const grown = peak - resident;
    return [
      {
        what: `time of a download of ${total} records, against a bare loop over the same pages, ${milliseconds} ms each`,
        asked: `at most ${mostTimes} times`,
        seen: `${(job / bare).toFixed(2)} (${job.toFixed(1)} s against ${bare.toFixed(1)} s, ${Math.round(total / job)} records/s)`,
        holds: job / bare <= mostTimes,
      },
      {
        what: 'memory beyond what was resident before',
        asked: `under ${mostBytes / 1e6} MB`,
        seen: `${(grown / 1e6).toFixed(0)} MB (${(resident / 1e6).toFixed(0)} MB before)`,
        holds: grown < mostBytes,
      },
    ];
  } finally {
    await server.stop();
    await vendor.stop();
    await rm(dataFolder, { recursive: true, force: true });
  }
}

type Client = ReturnType<typeof createBulkClient>;

async function connect(server: ServerProcess, vendorUrl: string): Promise<Client> {
  const body = {
    key: 'things',
    name: 'Things',
    hub: 'general',
    authentication: { type: 'custom' },
    ...thingsElement(),
    configuration: [{ key: 'base.url', defaultValue: vendorUrl }],
  };
  const element = await server.call('POST', '/elements', { body });
  if (element.status !== 200) throw new Error(`The element was refused: ${element.body.message}`);
  const instance = { element: { key: 'things' }, name: 'things', configuration: {} };
  const { status, body: connected } = await server.call('POST', '/instances', { body: instance });
  if (status !== 200) throw new Error(`The instance was refused: ${connected.message}`);
  return createBulkClient(server, connected.token, 'general');
}

/** Seconds that a job takes, from its beginning to its end as it tells them itself. */
async function download(server: ServerProcess, client: Client, q: string, seen: (bytes: number) => void) {
  const { id } = await client.begin('POST', `/bulk/query?q=${q}`);
  for (;;) {
    const { body } = await client.call('GET', `/bulk/${id}/status`);
    seen(usageOf(server.pid).residentBytes);
    if (body.status === 'COMPLETED') {
      return (Date.parse(body.progress.endedAt) - Date.parse(body.progress.startedAt)) / 1000;
    }
    if (body.status === 'ERROR') throw new Error(`The job failed: ${body.message}`);
    await wait(100);
  }
}

/** Seconds that the bare loop takes. Throws an Error when it finds another number of records. */
async function loop(vendorUrl: string, total: number): Promise<number> {
  const agent = new Agent({ connections: 1 });
  const started = performance.now();
  let found = 0;
  for (let cursor: string | undefined = '0'; cursor !== undefined; ) {
    const { body } = await agent.request({ origin: vendorUrl, path: `/things?cursor=${cursor}`, method: 'GET' });
    const page = (await body.json()) as { things: unknown[]; next?: string };
    found += page.things.length;
    cursor = page.next;
  }
  await agent.close();
  if (found !== total) throw new Error(`The loop found ${found} records instead of ${total}`);
  return (performance.now() - started) / 1000;
}
