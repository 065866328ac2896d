// Kills processes while an upload and a download of the same size are under way: every row is at the vendor once, or named
// among the errors as doubtful, and every record of the download is there once and in its place.

import { rm } from 'node:fs/promises';
import { setTimeout as wait } from 'node:timers/promises';
import { limits } from '../src/config.ts';
import { createBulkClient, storeEnvironment } from '../test/support/bulk-client.ts';
import { startObjectStore } from '../test/support/object-store.ts';
import { type Answer, createTestKeyring, platformEnvironment } from '../test/support/platform.ts';
import { startRowsVendor, thingsElement } from '../test/support/rows-vendor.ts';
import {
  makeDataFolder,
  type ServerProcess,
  startOwnPostgres,
  startServerProcess,
  until,
} from '../test/support/server-process.ts';
import { createChance, holds, type Trial } from './trial.ts';

const processCount = 2;
/** With 20 kills 200,000 rows; a few kills are worth fewer, so that they take no minutes. */
const rowsPerKill = (count: number) => (count < 20 ? 3000 : 10_000);
const patienceMs = 600_000;

/** Uploads and downloads rows for each of `count` kills; each kill comes at a random moment of its share. */
export const bulkKill: Trial = async (count, seed, report) => {
  const chance = createChance(seed);
  const total = count * rowsPerKill(count);
  const target = await startRowsVendor();
  const source = await startRowsVendor(total);
  const store = await startObjectStore();
  const database = await startOwnPostgres();
  const dataFolder = await makeDataFolder();
  const environment = {
    ...platformEnvironment({ databaseUrl: database.connectionString, keyring: createTestKeyring(), dataFolder }),
    ...storeEnvironment(store),
    VALENCE_EGRESS: 'any',
  };
  const processes: ServerProcess[] = [];
  const startMissing = async () => {
    while (processes.length < processCount) processes.push(await startServerProcess(environment));
  };
  // Pages come as fast as rows go, so that both are under way at each kill.
  let free = false;
  source.before = async ({ path }) => {
    const cursor = Number(/cursor=(\d+)/.exec(path)?.[1] ?? 0);
    while (!free && target.rows.length < cursor - 1000) await wait(20);
    return undefined;
  };
  // No more rows than up to the next kill's share, however quick the processes are.
  let allowed = rowsPerKill(count);
  target.before = async () => {
    while (!free && target.rows.length >= allowed) await wait(5);
    return undefined;
  };
  try {
    await startMissing();
    const up = await connect(processes, target.url);
    const down = await connect(processes, source.url);
    const file = Array.from(
      { length: total },
      (_, index) => `{"number":${index + 1},"name":"row ${index + 1}"}\n`,
    ).join('');
    const upload = await up.upload('/bulk/things', file, { type: 'application/jsonl' });
    const download = await down.begin('POST', '/bulk/query?q=select * from things');
    for (let kill = 0; kill < count; kill++) {
      const at = kill * rowsPerKill(count) + chance.below(rowsPerKill(count));
      // Doubtful rows may never come to the vendor, so that the last kill may wait for rows that are not to come.
      const reached = async () => target.rows.length >= at || (await finished(up, upload.id)) !== undefined;
      await until(`row ${at} is sent, or the upload is over`, reached, patienceMs);
      const victims = chance.below(3) === 0 ? [...processes] : [chance.pick([processes[0], processes[1]])];
      for (const victim of victims) {
        if (victim === undefined) continue;
        processes.splice(processes.indexOf(victim), 1);
        await victim.kill();
      }
      await startMissing();
      allowed += rowsPerKill(count);
      report(`kill ${kill + 1}: ${victims.length} processes, after ${target.rows.length} rows`);
    }
    const uploaded = await ended(up, upload.id);
    free = true;
    const downloaded = await ended(down, download.id);
    holds(uploaded['status'] === 'COMPLETED', `the upload ended as ${uploaded['status']}: ${uploaded['message']}`);
    holds(
      downloaded['status'] === 'COMPLETED',
      `the download ended as ${downloaded['status']}: ${downloaded['message']}`,
    );

    const doubtful = await errorsOf(up, upload.id);
    const seen = new Map<number, number>();
    for (const { number } of target.rows as { number?: number }[])
      seen.set(number ?? 0, (seen.get(number ?? 0) ?? 0) + 1);
    const twice = [...seen.values()].filter((times) => times > 1).length;
    holds(twice === 0, `${twice} rows were sent twice`);
    const lost = Array.from({ length: total }, (_, index) => index + 1).filter(
      (row) => !seen.has(row) && !doubtful.has(row),
    );
    holds(lost.length === 0, `${lost.length} rows are neither at the vendor nor among the errors, such as ${lost[0]}`);
    const bound = count * limits.bulkBatchRows;
    holds(doubtful.size <= bound, `${doubtful.size} rows are doubtful, more than ${bound}`);
    holds(uploaded['recordsFailedCount'] === doubtful.size, 'the status counts other errors than there are');

    const { text } = await down.file(`/bulk/${download.id}/things`, 'application/jsonl');
    const ids = text
      .trimEnd()
      .split('\n')
      .map((line) => Number(JSON.parse(line).id));
    const wrong = ids.findIndex((id, index) => id !== index + 1);
    holds(
      wrong < 0 && ids.length === total,
      `the download has ${ids.length} records, the ${wrong + 1}. is ${ids[wrong]}`,
    );
    const there = [...doubtful].filter((row) => seen.has(row)).length;
    report(
      `${count} kills: ${total} rows up, each once, ${doubtful.size} of them doubtful (${there} are at the vendor); ` +
        `${ids.length} records down, each once`,
    );
  } finally {
    free = true;
    await Promise.all(processes.map((process) => process.kill()));
    await database.stop();
    await Promise.all([target.close(), source.close(), store.close()]);
    await rm(dataFolder, { recursive: true, force: true });
  }
};

type Client = ReturnType<typeof createBulkClient>;

/** An account at a vendor, called through whichever process lives. */
async function connect(processes: readonly ServerProcess[], vendorUrl: string): Promise<Client> {
  const key = `things${new URL(vendorUrl).port}`;
  const [first] = processes;
  holds(first !== undefined, 'no process runs');
  const element = await first.call('POST', '/elements', {
    body: {
      key,
      name: key,
      hub: 'general',
      authentication: { type: 'custom' },
      ...thingsElement(),
      configuration: [{ key: 'base.url', defaultValue: vendorUrl }],
    },
  });
  holds(element.status === 200, `the element was refused: ${element.body?.message}`);
  const instance = await first.call('POST', '/instances', { body: { element: { key }, name: key, configuration: {} } });
  holds(instance.status === 200, `the instance was refused: ${instance.body?.message}`);
  const living = {
    get url() {
      return processes[0]?.url ?? '';
    },
    call: (...given: Parameters<ServerProcess['call']>): Promise<Answer> => {
      const [process] = processes;
      if (process === undefined) throw new Error('no process runs');
      return process.call(...given);
    },
  };
  return createBulkClient(living, instance.body.token, 'general');
}

async function ended(client: Client, id: string): Promise<Record<string, unknown>> {
  return until(`bulk job ${id} ends`, () => finished(client, id), patienceMs);
}

/** The status of a job that has ended; undefined while it goes on. Takes a moment, so that it can be asked again and again. */
async function finished(client: Client, id: string): Promise<Record<string, unknown> | undefined> {
  const { body } = await client.call('GET', `/bulk/${id}/status`);
  await wait(200);
  return ['COMPLETED', 'CANCELLED', 'ERROR'].includes(body.status) ? body : undefined;
}

/** The rows that the errors of a job name, all of which must be doubtful. */
async function errorsOf(client: Client, id: string): Promise<Set<number>> {
  const rows = new Set<number>();
  for (let next: string | null | undefined; next !== null; ) {
    const page = next === undefined ? '' : `&nextPage=${next}`;
    const { body, headers } = await client.call('GET', `/bulk/${id}/errors?pageSize=2000${page}`);
    for (const { row, state, message } of body) {
      holds(state === 'doubtful', `row ${row} is ${state}: ${message}`);
      rows.add(row);
    }
    next = headers.get('elements-next-page-token');
  }
  return rows;
}
