// A catalog of thousands of elements: how soon the server is ready, what it keeps in memory when all of them are used,
// and how long it takes to find the resource of a path.

import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { type AddressInfo, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { loadCatalog } from '../src/element/catalog.ts';
import { matchResource } from '../src/engine/match.ts';
import { credentials, embeddedEnvironment } from '../test/support/platform.ts';
import { makeDataFolder, type ServerProcess, startServerProcess } from '../test/support/server-process.ts';
import { resourcesOfEach, writeElements } from './made-elements.ts';
import { usageOf } from './measure.ts';
import { quantile, type Row, type Scenario } from './scenario.ts';

const megabyte = 1024 * 1024;

/** 2,000 elements with 60,000 resources; each is connected and called once. */
export const largeCatalog: Scenario = async ({ upstreamUrl, rounds, scale, report }) => {
  const count = Math.ceil(2000 * scale);
  const folder = await mkdtemp(join(tmpdir(), 'valence-bench-elements-'));
  const dataFolder = await makeDataFolder();
  try {
    const bytes = await writeElements(folder, count, upstreamUrl);
    const what = `${count} elements with ${count * resourcesOfEach} resources (${Math.round(bytes / megabyte)} MB)`;
    const environment = {
      ...embeddedEnvironment({ dataFolder, routes: {} }),
      VALENCE_EGRESS: 'any',
      VALENCE_ELEMENTS: folder,
    };
    // Makes the database.
    await (await startServerProcess(environment)).stop();

    const starts: number[] = [];
    let called: Row[] = [];
    for (let round = 1; round <= rounds; round++) {
      report(`start ${round}`);
      const { server, milliseconds } = await startUntilReady(environment);
      starts.push(milliseconds);
      if (round === rounds) {
        report('calls of every element');
        called = await useEveryElement(server, count);
      }
      await server.stop();
    }
    const start = quantile(starts, 0.5);
    return [
      {
        what: `start to /ready with ${what}`,
        asked: 'under 3 s',
        seen: `${(start / 1000).toFixed(2)} s`,
        holds: start < 3000,
      },
      ...called,
      await matching(folder, rounds),
    ];
  } finally {
    await rm(folder, { recursive: true, force: true });
    await rm(dataFolder, { recursive: true, force: true });
  }
};

async function startUntilReady(environment: Record<string, string>) {
  const port = String(await freePort());
  const begun = performance.now();
  const starting = startServerProcess({ ...environment, VALENCE_PORT: port });
  const isReady = () =>
    fetch(`http://127.0.0.1:${port}/ready`).then(
      ({ status }) => status === 200,
      () => false,
    );
  while (!(await isReady())) await wait(50);
  const milliseconds = performance.now() - begun;
  return { server: await starting, milliseconds };
}

/** A port that nobody listens on. */
async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  return port;
}

async function useEveryElement(server: ServerProcess, count: number): Promise<Row[]> {
  const memory = (what: string): Row => {
    const { residentBytes } = usageOf(server.pid);
    return {
      what: `resident memory ${what}`,
      asked: 'under 400 MB',
      seen: `${Math.round(residentBytes / megabyte)} MB`,
      holds: residentBytes < 400 * megabyte,
    };
  };
  const rows = [memory('after the start')];
  for (let number = 0; number < count; number++) {
    const { status, body } = await server.call('POST', '/instances', {
      body: { element: { key: `made${number}` }, name: 'bench', configuration: {} },
    });
    if (status !== 200) throw new Error(`An instance was refused: ${status} ${body?.message}`);
    const called = await server.call('GET', '/hubs/general/things3', { authorization: credentials(body.token) });
    if (called.status !== 200) throw new Error(`A call failed: ${called.status} ${called.body?.message}`);
  }
  return [...rows, memory('after an instance and a call of each')];
}

/** The catalog as the server loads it, and every one of its paths in turn, over and over. */
async function matching(folder: string, rounds: number): Promise<Row> {
  const { elements } = await loadCatalog([folder]);
  const calls = ['GET', 'POST', 'PATCH', 'DELETE'] as const;
  const p99s: number[] = [];
  for (let round = 0; round <= rounds; round++) {
    const times: number[] = [];
    for (let number = 0; number < 200_000; number++) {
      const definition = elements[(number * 7919) % elements.length];
      const method = calls[number % calls.length] ?? 'GET';
      const path = `/things${number % 6}${method === 'POST' ? '' : `/${number}`}`;
      if (definition === undefined) throw new Error('There is no element');
      const begun = performance.now();
      const match = matchResource(definition, method, path);
      times.push((performance.now() - begun) * 1000);
      if (match === undefined) throw new Error(`${method} ${path} is not found`);
    }
    // In the first round every resource is made ready.
    if (round > 0) p99s.push(quantile(times, 0.99));
  }
  const p99 = quantile(p99s, 0.5);
  return { what: 'matching a path, p99', asked: 'under 10 µs', seen: `${p99.toFixed(1)} µs`, holds: p99 < 10 };
}
