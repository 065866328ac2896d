// How soon every other process acts on what one of them changed, and what happens when one no longer hears of changes.

import type pg from 'pg';
import { type Relay, startRelay } from '../test/support/relay.ts';
import { type ServerProcess, until } from '../test/support/server-process.ts';
import { type Connected, connectAccount, startGround } from './ground.ts';
import { quantile, type Row, type Scenario } from './scenario.ts';

const listening = 'valence changes';

/** One process changes, two others are called; a change counts as effective when both have answered by it. */
export const spreadChanges: Scenario = async ({ upstreamUrl, scale, report }) => {
  const [changes, losses] = [Math.ceil(200 * scale), Math.ceil(20 * scale)];
  const ground = await startGround();
  let relay: Relay | undefined;
  try {
    const databaseUrl = await ground.createDatabase('changes');
    relay = await startRelay(databaseUrl);
    const behind = relay;
    const author = await ground.startServer(databaseUrl);
    const others = [await ground.startServer(relay.url), await ground.startServer(databaseUrl)];
    const processes = { author, others, upstreamUrl };
    const rows: Row[] = [];
    const spread = async (what: string, measure: () => Promise<number[]>) => {
      report(what);
      rows.push(promptly(what, await measure()));
    };
    const alone = promptly('the calls by which the next lines are measured', await changeNothing(processes, changes));
    rows.push({ ...alone, asked: '–', holds: true });
    await spread('a token revoked (its instance deleted)', () => revoke(processes, changes));
    await spread('an instance disabled, or enabled again', () => disable(processes, changes));
    const database = await ground.connect(databaseUrl);
    await spread('a definition changed', () => redefine(processes, changes, database));

    const [other] = others;
    if (other === undefined) throw new Error('There are others');
    for (const how of ['cut', 'freeze'] as const) {
      const what = `an instance disabled when the process has lost its connection (${how === 'cut' ? 'closed' : 'silent'})`;
      report(what);
      rows.push(soon(what, await lose(how, behind, { author, others: [other], upstreamUrl }, losses)));
    }
    return rows;
  } finally {
    await ground.stop();
    await relay?.close();
  }
};

interface Processes {
  /** the one that changes things */
  author: ServerProcess;
  /** those that are called */
  others: ServerProcess[];
  upstreamUrl: string;
}

/** What of the delays is the calls' own: on a busy machine, most. */
async function changeNothing({ author, others, upstreamUrl }: Processes, changes: number): Promise<number[]> {
  const account = await connectAccount(author, upstreamUrl);
  const delays: number[] = [];
  for (let count = 0; count < changes; count++) delays.push(await answers(others, account, '/small', 200));
  return delays;
}

async function revoke({ author, others, upstreamUrl }: Processes, changes: number): Promise<number[]> {
  const delays: number[] = [];
  for (let count = 0; count < changes; count++) {
    const account = await connectAccount(author, upstreamUrl);
    await answers(others, account, '/small', 200);
    await author.call('DELETE', `/instances/${account.id}`);
    delays.push(await answers(others, account, '/small', 401));
  }
  return delays;
}

async function disable({ author, others, upstreamUrl }: Processes, changes: number): Promise<number[]> {
  const account = await connectAccount(author, upstreamUrl);
  await answers(others, account, '/small', 200);
  const delays: number[] = [];
  for (let count = 0; count < changes; count++) {
    const enables = count % 2 === 1;
    await author.call(enables ? 'PUT' : 'DELETE', `/instances/${account.id}/enabled`);
    delays.push(await answers(others, account, '/small', enables ? 200 : 403));
  }
  return delays;
}

/** Definitions of accounts are changed in the database: the API only adds them. */
async function redefine(
  { author, others, upstreamUrl }: Processes,
  changes: number,
  database: pg.Client,
): Promise<number[]> {
  const one = { path: '/hubs/general/one', method: 'GET', vendorPath: '/small', vendorMethod: 'GET', type: 'api' };
  const made = await author.call('POST', '/elements', {
    body: {
      ...{ key: 'own', name: 'Own', hub: 'general', authentication: { type: 'custom' } },
      configuration: [{ key: 'base.url', required: true }, { key: 'api.key' }],
      resources: [one],
    },
  });
  if (made.status !== 200) throw new Error(`The element cannot be made: ${made.status} ${made.body?.message}`);
  const account = await connectAccount(author, upstreamUrl, 'own');
  await answers(others, account, '/one', 200);
  const delays: number[] = [];
  for (let count = 0; count < changes; count++) {
    const [from, to] = count % 2 === 0 ? ['/one', '/two'] : ['/two', '/one'];
    await database.query(
      `update elements set document = replace(document::text, '/hubs/general' || $2, '/hubs/general' || $3)::json where id = $1`,
      [made.body.id, from, to],
    );
    delays.push(await answers(others, account, to, 200));
  }
  return delays;
}

/** A process that is called loses the connection on which it listens just before the change. */
async function lose(
  how: 'cut' | 'freeze',
  relay: Relay,
  { author, others, upstreamUrl }: Processes,
  losses: number,
): Promise<number[]> {
  const account = await connectAccount(author, upstreamUrl);
  const delays: number[] = [];
  for (let count = 0; count < losses; count++) {
    const [before, after] = count % 2 === 0 ? [200, 403] : [403, 200];
    await until('the process listens', async () => {
      const statements = relay.statements('valence');
      await answers(others, account, '/small', before);
      return relay.statements('valence') === statements;
    });
    relay[how](listening);
    const lost = performance.now();
    await author.call(before === 200 ? 'DELETE' : 'PUT', `/instances/${account.id}/enabled`);
    await answers(others, account, '/small', after);
    delays.push(performance.now() - lost);
    relay.mend(listening);
  }
  return delays;
}

/** Calls each of the servers again and again until it answers so; gives the milliseconds until the last one does. */
async function answers(servers: ServerProcess[], account: Connected, path: string, expected: number): Promise<number> {
  const started = performance.now();
  const { authorization } = account;
  await Promise.all(
    servers.map(async (server) => {
      while (performance.now() - started < 10_000) {
        if ((await server.call('GET', `/hubs/general${path}`, { authorization })).status === expected) return;
      }
      throw new Error(`${path} was not answered ${expected} within 10 s`);
    }),
  );
  return performance.now() - started;
}

function promptly(what: string, delays: number[]): Row {
  const p99 = quantile(delays, 0.99);
  return { what, asked: 'p99 100 ms', seen: `p99 ${shown(p99)} in ${spreadOf(delays)}`, holds: p99 <= 100 };
}

function soon(what: string, delays: number[]): Row {
  const longest = Math.max(...delays);
  return {
    what,
    asked: 'within 1 s',
    seen: `longest ${shown(longest)} in ${spreadOf(delays)}`,
    holds: longest <= 1000,
  };
}

function spreadOf(delays: number[]): string {
  return `${delays.length}, p50 ${shown(quantile(delays, 0.5))}, longest ${shown(Math.max(...delays))}`;
}

function shown(milliseconds: number): string {
  return `${milliseconds.toFixed(1)} ms`;
}
