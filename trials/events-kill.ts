// Kills processes and the database while vendors' webhooks pour in: every webhook that got its 200 reaches the customer,
// each under one id, however often its vendor or ours had to send it.

import { once } from 'node:events';
import { rm } from 'node:fs/promises';
import { createServer } from 'node:http';
import { type AddressInfo, connect, createServer as createTcpServer } from 'node:net';
import { setTimeout as wait } from 'node:timers/promises';
import { Agent } from 'undici';
import { limits } from '../src/config.ts';
import { startEmbeddedDatabase } from '../src/store/embedded.ts';
import { findPostmaster } from '../src/store/embedded-postmaster.ts';
import { createTestKeyring, platformEnvironment } from '../test/support/platform.ts';
import { makeDataFolder, type ServerProcess, startServerProcess, until } from '../test/support/server-process.ts';
import { createChance, holds, type Trial } from './trial.ts';

const processCount = 2;
const webhooksPerKill = 4000;
const instanceCount = 20;
const senders = 40;
const kills = ['a process', 'a process', 'all processes', 'the database', 'everything'] as const;

/** Sends 4000 webhooks for each of `count` kills; each kill comes at a random moment of its share. */
export const eventsKill: Trial = async (count, seed, report) => {
  const chance = createChance(seed);
  const receiver = await startReceiver();
  const database = await startDatabase();
  const dataFolder = await makeDataFolder();
  const environment = {
    ...platformEnvironment({ databaseUrl: database.url, keyring: createTestKeyring(), dataFolder }),
    VALENCE_EGRESS: 'any',
  };
  const processes: ServerProcess[] = [];
  const startMissing = async () => {
    while (processes.length < processCount) processes.push(await startServerProcess(environment));
  };
  try {
    await startMissing();
    const paths = await connectInstances(processes, receiver.url);
    const burst = sendBurst(webhooksPerKill * count, paths, processes);
    for (let kill = 0; kill < count; kill++) {
      const at = kill * webhooksPerKill + chance.below(webhooksPerKill);
      await until(`webhook ${at} is answered`, () => burst.accepted.size >= at, 300_000);
      const what = kills[kill % kills.length] ?? 'a process';
      const victims = what === 'a process' ? [processes[chance.below(processes.length)]] : [...processes];
      const dying = victims.filter((victim) => victim !== undefined && what !== 'the database') as ServerProcess[];
      for (const victim of dying) processes.splice(processes.indexOf(victim), 1);
      await Promise.all(dying.map((victim) => victim.kill()));
      if (what === 'the database' || what === 'everything') await database.crash();
      await startMissing();
      report(
        `kill ${kill + 1}: ${what}, after ${burst.accepted.size} webhooks; ${receiver.ids.size} delivered by then`,
      );
    }
    await burst.done;
    await until('everything accepted is delivered', () => missing(burst.accepted, receiver.ids) === 0, 300_000);

    const twice = [...receiver.ids.values()].filter((ids) => ids.size > 1).length;
    holds(twice === 0, `${twice} webhooks were delivered under more than one id`);
    const doubles = receiver.count() - receiver.ids.size;
    const bound = count * processCount * limits.eventsInFlight;
    holds(doubles <= bound, `${doubles} callbacks came twice, more than the ${bound} that could be on their way`);
    report(
      `${count} kills, ${burst.accepted.size} webhooks answered 200 (${burst.resent()} sent again by their vendor): all ` +
        `delivered, each under one id; ${doubles} callbacks came more than once (bound ${bound})`,
    );
  } finally {
    await Promise.all(processes.map((process) => process.kill()));
    await database.stop();
    await receiver.close();
    await rm(dataFolder, { recursive: true, force: true });
  }
};

function missing(accepted: ReadonlySet<string>, delivered: ReadonlyMap<string, unknown>): number {
  let count = 0;
  for (const id of accepted) if (!delivered.has(id)) count++;
  return count;
}

/** An element whose webhooks have ids, and instances of it. Gives the paths of their webhooks. */
async function connectInstances([first]: ServerProcess[], receiverUrl: string): Promise<string[]> {
  holds(first !== undefined, 'no process runs');
  const created = await first.call('POST', '/elements', {
    body: {
      key: 'hooked',
      name: 'Hooked',
      hub: 'general',
      authentication: { type: 'custom' },
      configuration: [{ key: 'base.url', defaultValue: receiverUrl }],
      resources: [],
      valence: {
        webhooks: {
          eventId: 'body.id',
          events: [{ objectType: 'things', objectId: '{body.thing}', eventType: 'UPDATED' }],
        },
      },
    },
  });
  holds(created.status === 200, `the element was refused: ${created.body?.message}`);
  const paths: string[] = [];
  for (let number = 0; number < instanceCount; number++) {
    const { status, body } = await first.call('POST', '/instances', {
      body: {
        element: { key: 'hooked' },
        name: `hooked ${number}`,
        configuration: {
          'event.notification.enabled': true,
          'event.vendor.type': 'webhook',
          'event.notification.callback.url': `${receiverUrl}/${number}`,
        },
      },
    });
    holds(status === 200, `an instance was refused: ${body?.message}`);
    paths.push(`/elements/api-v2/events/hooked/${Buffer.from(String(body.id)).toString('base64')}`);
  }
  return paths;
}

/** A vendor that sends each webhook until it is answered 200, to any process that lives. */
function sendBurst(total: number, paths: string[], processes: readonly ServerProcess[]) {
  const agent = new Agent({ connections: senders });
  const accepted = new Set<string>();
  let next = 0;
  let resent = 0;
  const sendOne = async (number: number) => {
    const body = JSON.stringify({ id: `webhook-${number}`, thing: `thing-${number % 500}` });
    for (let tries = 0; ; tries++) {
      if (tries > 0) resent++;
      const process = processes[(number + tries) % Math.max(processes.length, 1)];
      if (process !== undefined) {
        const answer = await agent
          .request({
            origin: process.url,
            path: paths[number % paths.length] ?? '',
            method: 'POST',
            headers: { 'content-type': 'application/json' },
            body,
          })
          .catch(() => undefined);
        await answer?.body.dump().catch(() => undefined);
        if (answer?.statusCode === 200) break;
      }
      await wait(50);
    }
    accepted.add(`webhook-${number}`);
  };
  const sender = async () => {
    while (next < total) await sendOne(next++);
  };
  const done = Promise.all(Array.from({ length: senders }, sender)).then(() => agent.close());
  return { accepted, done, resent: () => resent };
}

/** The customer: it notes under which ids each webhook came. */
async function startReceiver() {
  const ids = new Map<string, Set<string>>();
  let count = 0;
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const { message } = JSON.parse(Buffer.concat(chunks).toString());
      const known = ids.get(message.raw.id) ?? new Set<string>();
      ids.set(message.raw.id, known.add(String(request.headers['elements-webhook-id'])));
      count++;
      response.end();
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    ids,
    count: () => count,
    close: async () => {
      server.closeAllConnections();
      server.close();
    },
  };
}

/** A database whose address stays the same when it is killed and comes back. */
async function startDatabase() {
  const folder = await makeDataFolder();
  const start = () => startEmbeddedDatabase({ dataFolder: folder, notice: () => undefined });
  let current = await start();
  const address = () => new URL(current.connectionString);
  const door = createTcpServer((client) => {
    const { hostname, port } = address();
    const server = connect(Number(port), hostname);
    for (const [from, to] of [
      [client, server],
      [server, client],
    ] as const) {
      from.on('error', () => to.destroy());
      from.on('close', () => to.destroy());
      from.pipe(to);
    }
  });
  door.listen(0, '127.0.0.1');
  await once(door, 'listening');
  const url = address();
  url.hostname = '127.0.0.1';
  url.port = String((door.address() as AddressInfo).port);
  return {
    url: url.href,
    async crash() {
      const postmaster = await findPostmaster(current.folder);
      holds(postmaster !== undefined, 'the database does not run');
      process.kill(postmaster.pid, 'SIGKILL');
      current = await start();
    },
    async stop() {
      door.close();
      await current.stop();
      await rm(folder, { recursive: true, force: true });
    },
  };
}
