// Many stored accounts: what they cost a call, how much memory they take, and what a token costs that is not kept.

import { randomBytes } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type pg from 'pg';
import { limits } from '../src/config.ts';
import { Secret } from '../src/core/secret.ts';
import { createVault } from '../src/core/vault.ts';
import { startChanges } from '../src/store/changes.ts';
import { openDatabase } from '../src/store/database.ts';
import { createInstanceStore } from '../src/store/instances.ts';
import { credentials } from '../test/support/platform.ts';
import type { ServerProcess } from '../test/support/server-process.ts';
import { compareCpu, type Side } from './cpu-per-call.ts';
import { connectAccount, type Ground, startGround, urlOf } from './ground.ts';
import { usageOf } from './measure.ts';
import type { Row, Scenario } from './scenario.ts';

const cold = 100;
const few = 10;
const steps = 10;

/** Two servers over one PostgreSQL: one knows a million accounts and is called for 10,000 of them, one has ten. */
export const manyAccounts: Scenario = async ({ upstreamUrl, rounds, scale, report }) => {
  const [stored, hot] = [1_000_000 * scale, 10_000 * scale];
  const ground = await startGround();
  try {
    const small = await fill(ground, 'few', upstreamUrl, { all: few, hot: few, cold: 0 }, report);
    const large = await fill(ground, 'many', upstreamUrl, { all: stored, hot, cold }, report);
    const [compared] = await compareCpu(
      [{ name: 'accounts', baseline: small.side, measured: large.side, bound: 1.15 }],
      rounds,
      report,
    );
    const { residentBytes } = usageOf(large.side.pid);
    if (compared?.measured === undefined) throw new Error('The comparison has two sides');
    const ratio = compared.measured.cpuMicroseconds / compared.baseline.cpuMicroseconds;
    return [
      {
        what: `CPU per call, ${stored} accounts stored and ${hot} hot, against ${few}`,
        asked: 'at most 1.15 times',
        seen: `${ratio.toFixed(2)} (${compared.measured.cpuMicroseconds.toFixed(0)} µs against ${compared.baseline.cpuMicroseconds.toFixed(0)} µs)`,
        holds: ratio <= 1.15,
      },
      {
        what: 'resident memory of that server afterwards',
        asked: 'under 300 MB',
        seen: `${(residentBytes / 1e6).toFixed(0)} MB`,
        holds: residentBytes < 300e6,
      },
      ...(await callCold(large.server, large.database, large.coldTokens)),
    ];
  } finally {
    await ground.stop();
  }
};

interface Filled {
  server: ServerProcess;
  database: pg.Client;
  side: Side;
  /** element tokens that no call has sent yet */
  coldTokens: string[];
}

/** A server whose accounts all have rows; those that are called lie between those that are not. */
async function fill(
  ground: Ground,
  name: string,
  upstreamUrl: string,
  wanted: { all: number; hot: number; cold: number },
  report: (line: string) => void,
): Promise<Filled> {
  const databaseUrl = await ground.createDatabase(name);
  const server = await ground.startServer(databaseUrl);
  const first = await connectAccount(server, upstreamUrl);
  const database = await ground.connect(databaseUrl);
  const tokens: string[] = [];
  const real = wanted.hot + wanted.cold;
  for (let step = 1; step <= steps; step++) {
    const upTo = (total: number) => Math.round((total * step) / steps) - Math.round((total * (step - 1)) / steps);
    tokens.push(...(await storeReal(ground, databaseUrl, first.token, upTo(real))));
    await storeOthers(database, first.id, upTo(wanted.all - real));
    report(`${name}: ${step} of ${steps} parts of ${wanted.all} accounts stored`);
  }
  await database.query('vacuum analyze');
  const authorizations = join(ground.folder, `${name}.txt`);
  await writeFile(authorizations, tokens.slice(wanted.cold).map(credentials).join('\n'));
  return {
    server,
    database,
    side: { pid: server.pid, url: urlOf(server, '/small'), headers: {}, authorizations },
    coldTokens: tokens.slice(0, wanted.cold),
  };
}

/** Accounts as the server stores them, each with a token of its own; gives the tokens. */
async function storeReal(ground: Ground, databaseUrl: string, token: string, count: number): Promise<string[]> {
  const connectionString = new Secret(databaseUrl);
  const database = openDatabase(connectionString, 'bench', 8);
  const changes = await startChanges(connectionString, limits);
  const instances = createInstanceStore({
    database,
    vault: createVault(new Secret(ground.keyring)),
    changes,
    limits,
    settingsStored: async () => undefined,
  });
  const tokens = Array.from({ length: count }, () => randomBytes(32).toString('base64'));
  try {
    const template = await instances.byToken(token);
    if (template === undefined) throw new Error('The first account is not there');
    const { organizationId, accountId, user, elementId, name, tags, values, secrets, externalAuthentication } =
      template;
    const common = { organizationId, accountId, userId: user.id, elementId, elementKey: 'bench', name, tags };
    const waiting = tokens.values();
    const storeInTurn = async () => {
      for (const next of waiting) {
        const made = { ...common, values, secrets, externalAuthentication, tokens: undefined };
        await instances.create({ ...made, token: new Secret(next) });
      }
    };
    await Promise.all(Array.from({ length: 8 }, storeInTurn));
  } finally {
    await changes.stop();
    await database.destroy();
  }
  return tokens;
}

/** Accounts that nobody calls: as large as real ones, under digests of no token. */
async function storeOthers(database: pg.Client, like: number, count: number): Promise<void> {
  await database.query(
    `insert into instances (organization_id, account_id, user_id, element_id, element_key, name, tags, configuration,
                            secrets_sealed, token_sealed, token_digest)
     select organization_id, account_id, user_id, element_id, element_key, name, tags, configuration, secrets_sealed,
            token_sealed, split_part(token_digest, '.', 1) || '.' ||
              encode(sha256(convert_to(gen_random_uuid()::text, 'UTF8')), 'base64')
     from instances, generate_series(1, $2::int) where id = $1`,
    [like, count],
  );
}

/** One call for each token, one after the other, and what PostgreSQL was asked and how it answers that. */
async function callCold(server: ServerProcess, database: pg.Client, tokens: string[]): Promise<Row[]> {
  await database.query('create extension if not exists pg_stat_statements');
  await database.query('select pg_stat_statements_reset()');
  const times: number[] = [];
  for (const token of tokens) {
    const started = performance.now();
    const { status } = await server.call('GET', '/hubs/general/small', { authorization: credentials(token) });
    if (status !== 200) throw new Error(`A cold token was answered ${status}`);
    times.push(performance.now() - started);
  }
  const { rows } = await database.query<{ query: string; calls: string }>(
    `select query, calls from pg_stat_statements
     where dbid = (select oid from pg_database where datname = current_database()) and query ilike 'select%'
       and query not like '%pg_stat_statements%'`,
  );
  const asked = rows.reduce((sum, row) => sum + Number(row.calls), 0);
  const lookup = rows.find((row) => row.query.includes('token_digest'));
  if (lookup === undefined) throw new Error('No statement looked for a token');
  const explained = await database.query<{ 'QUERY PLAN': string }>(`explain (generic_plan) ${lookup.query}`);
  const scans = explained.rows.map((row) => row['QUERY PLAN'].trim()).filter((line) => line.includes('Scan'));
  const ofInstances = scans.find((line) => line.includes(' on instances')) ?? 'none';
  return [
    {
      what: `statements for ${tokens.length} cold tokens`,
      asked: 'one each',
      seen: `${asked}; in the middle ${times.toSorted((a, b) => a - b)[Math.floor(times.length / 2)]?.toFixed(1)} ms a call`,
      holds: asked === tokens.length,
    },
    {
      what: 'how PostgreSQL finds them',
      asked: 'by an index',
      seen: `\`${ofInstances.replace(/^->\s*/, '').replace(/\s+\(.*/, '')}\``,
      holds: ofInstances.includes('Index'),
    },
  ];
}
