// Kills the server and its embedded database at random moments of provisioning: what was answered 200 is there after the
// restart and works, nothing is there by half, and nothing of earlier rounds is lost.

import { realpath, rm } from 'node:fs/promises';
import { setTimeout as wait } from 'node:timers/promises';
import pg from 'pg';
import { startSandbox } from '../sandbox/server.ts';
import { findEmbeddedDatabase, startEmbeddedDatabase } from '../src/store/embedded.ts';
import { findCluster } from '../src/store/embedded-cluster.ts';
import { findPostmaster } from '../src/store/embedded-postmaster.ts';
import { accounts, type Connected, connectAccount, ping, type VendorSide } from '../test/support/accounts.ts';
import { credentials, embeddedEnvironment } from '../test/support/platform.ts';
import { makeDataFolder, type ServerProcess, startServerProcess } from '../test/support/server-process.ts';
import { createChance, holds, type Trial } from './trial.ts';

const parallel = 6;
/** a moment is chosen within this time after the first provisioning has begun */
const longestMs = 1200;
/** pings of earlier rounds' instances in each round; the last round pings all */
const sampled = 25;

interface Known extends Connected {
  account: VendorSide;
}

/** One server with its embedded database; each round provisions in parallel, kills both, restarts and looks. */
export const provisioningKill: Trial = async (count, seed, report) => {
  const chance = createChance(seed);
  const sandbox = await startSandbox();
  const dataFolder = await realpath(await makeDataFolder());
  const environment = embeddedEnvironment({ dataFolder, routes: sandbox.routes });
  const known = new Map<number, Known>();
  let server: ServerProcess | undefined;
  let unanswered = 0;
  try {
    server = await startServerProcess(environment);
    for (let round = 1; round <= count; round++) {
      const killAfterMs = chance.below(longestMs);
      const name = `round ${round} of seed ${seed}, killed after ${killAfterMs} ms`;
      const answered = await provisionUntilKilled(server, sandbox.url, dataFolder, killAfterMs);
      for (const instance of answered) known.set(instance.id, instance);

      const started = performance.now();
      server = await startServerProcess(environment);
      const restartMs = Math.round(performance.now() - started);
      const there = await listInstances(server);
      await noHalves(dataFolder, there, name);
      for (const id of known.keys()) holds(there.has(id), `${name}: instance ${id} was answered 200 and is gone`);
      const extra = [...there.values()].filter((instance) => !known.has(instance.id));
      for (const instance of extra) known.set(instance.id, instance);
      unanswered += extra.length;

      const earlier = [...known.values()].slice(0, -(answered.length + extra.length) || undefined);
      const sample =
        round === count ? earlier : Array.from({ length: sampled }, () => earlier[chance.below(earlier.length)]);
      await pingAll(server, [...answered, ...extra, ...sample], name);
      report(
        `round ${round}: killed after ${killAfterMs} ms; ${answered.length} answered, ${extra.length} stored and not answered; ` +
          `${there.size} in all; listening again after ${restartMs} ms`,
      );
    }
    await server.stop();
    server = undefined;
  } finally {
    await server?.kill();
    await removeDatabase(dataFolder);
    await sandbox.close();
  }
  report(
    `${count} kills, ${known.size} instances, none lost and none by half; ${unanswered} were stored when the kill came`,
  );
};

/** Provisions in parallel until server and database are killed; gives back what was answered 200. */
async function provisionUntilKilled(
  server: ServerProcess,
  sandboxUrl: string,
  dataFolder: string,
  killAfterMs: number,
): Promise<Known[]> {
  const folder = await findCluster(dataFolder);
  const postmaster = folder === undefined ? undefined : await findPostmaster(folder);
  holds(postmaster !== undefined, 'the embedded database does not run');
  const answered: Known[] = [];
  let killed = false;
  const workers = Array.from({ length: parallel }, async (_, index) => {
    const account = index % 2 === 0 ? accounts.rotating : accounts.expiringZendesk;
    while (!killed) {
      try {
        answered.push({ ...(await connectAccount(server, sandboxUrl, account)), account });
      } catch (error) {
        if (!killed) throw error;
      }
    }
  });
  const kill = async () => {
    await wait(killAfterMs);
    killed = true;
    process.kill(postmaster.pid, 'SIGKILL');
    await server.kill();
  };
  await Promise.all([kill(), ...workers]);
  return answered;
}

/** Every instance that the API lists, over all pages. */
async function listInstances(server: ServerProcess): Promise<Map<number, Known>> {
  const found = new Map<number, Known>();
  for (let page: string | null = ''; page !== null; ) {
    const answer = await server.call('GET', `/instances?pageSize=500${page === '' ? '' : `&nextPage=${page}`}`);
    if (answer.status === 404) return found;
    holds(answer.status === 200, `GET /instances answered ${answer.status}`);
    for (const { id, token, element, valid } of answer.body) {
      const account = [accounts.rotating, accounts.expiringZendesk].find((one) => one.element === element.key);
      holds(account !== undefined && valid === true && typeof token === 'string', `instance ${id} is listed by half`);
      found.set(id, { id, token, account });
    }
    page = answer.headers.get('elements-next-page-token');
  }
  return found;
}

/** Every row of an instance has all that belongs to it, is listed, and nothing else is there. */
async function noHalves(dataFolder: string, listed: ReadonlyMap<number, unknown>, name: string): Promise<void> {
  const connectionString = await findEmbeddedDatabase(dataFolder);
  holds(connectionString !== undefined, `${name}: the embedded database does not answer`);
  const client = new pg.Client({ connectionString });
  await client.connect();
  try {
    const { rows } = await client.query<{ id: string; whole: boolean }>(`
      select coalesce(instances.id, vendor_tokens.instance_id) as id,
        instances.id is not null and vendor_tokens.instance_id is not null and generation = 1 and attempt_id is null
          and configuration ? 'oauth.callback.url' and secrets_sealed <> '' and token_sealed <> '' as whole
      from instances full join vendor_tokens on vendor_tokens.instance_id = instances.id`);
    for (const { id, whole } of rows) {
      holds(whole, `${name}: instance ${id} is stored by half`);
      holds(listed.has(Number(id)), `${name}: instance ${id} is stored and not listed`);
    }
    holds(rows.length === listed.size, `${name}: ${listed.size} are listed and ${rows.length} stored`);
  } finally {
    await client.end();
  }
}

async function pingAll(server: ServerProcess, instances: (Known | undefined)[], name: string): Promise<void> {
  const waiting = instances.filter((instance) => instance !== undefined);
  const workers = Array.from({ length: parallel }, async () => {
    for (let instance = waiting.pop(); instance !== undefined; instance = waiting.pop()) {
      const answer = await ping(server, instance.account, instance);
      holds(answer.status === 200, `${name}: ping of instance ${instance.id} answers ${answer.status}`);
      const shown = await server.call('GET', '/instances', { authorization: credentials(instance.token) });
      holds(
        shown.status === 200 &&
          shown.body.id === instance.id &&
          shown.body.configuration?.['oauth.callback.url'] !== null,
        `${name}: instance ${instance.id} is shown by half`,
      );
    }
  });
  await Promise.all(workers);
}

/** Stops what the last round left and removes it, wherever it lies. */
async function removeDatabase(dataFolder: string): Promise<void> {
  const database = await startEmbeddedDatabase({ dataFolder, notice: () => undefined });
  await database.stop();
  await rm(database.folder, { recursive: true, force: true });
  await rm(dataFolder, { recursive: true, force: true });
}
