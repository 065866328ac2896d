// Statements on the path of steady calls, counted twice: by application name on the way to PostgreSQL, and by PostgreSQL.

import { setTimeout as wait } from 'node:timers/promises';
import { startRelay } from '../test/support/relay.ts';
import { load } from './child.ts';
import { connectAccount, startGround, urlOf } from './ground.ts';
import type { Row, Scenario } from './scenario.ts';

const calls = 10_000;
const watchedMs = 20_000;

/** 10,000 calls whose account is known, and what PostgreSQL is asked meanwhile and in the time after. */
export const countStatements: Scenario = async ({ upstreamUrl }) => {
  const ground = await startGround();
  try {
    const databaseUrl = await ground.createDatabase('statements');
    const relay = await startRelay(databaseUrl);
    const server = await ground.startServer(relay.url);
    const { authorization } = await connectAccount(server, upstreamUrl);
    const order = { url: urlOf(server, '/small'), headers: { authorization }, connections: 16 };
    await load({ ...order, calls: 2000 });

    const database = await ground.connect(databaseUrl);
    await database.query('create extension pg_stat_statements');
    await database.query('select pg_stat_statements_reset()');
    const before = relay.statements('valence');
    if (before === 0) throw new Error('The relay does not see the statements of the call path');
    const started = performance.now();
    await load({ ...order, calls });
    const onPath = relay.statements('valence') - before;
    await wait(Math.max(0, watchedMs - (performance.now() - started)));
    const seconds = (performance.now() - started) / 1000;
    const { rows } = await database.query<{ query: string; calls: string }>(
      `select query, calls from pg_stat_statements
       where dbid = (select oid from pg_database where datname = current_database())
         and query not like '%pg_stat_statements%'
       order by calls desc`,
    );
    const all = rows.reduce((sum, row) => sum + Number(row.calls), 0);
    await relay.close();
    return [
      {
        what: `statements on the path of ${calls} steady calls`,
        asked: '0',
        seen: String(onPath),
        holds: onPath === 0,
      },
      {
        what: `all statements in ${seconds.toFixed(0)} s, as pg_stat_statements counts them`,
        asked: 'at most one a second',
        seen: `${all}: ${rows.map((row) => `${row.calls} × \`${brief(row.query)}\``).join(', ')}`,
        holds: all <= Math.ceil(seconds),
      },
    ] satisfies Row[];
  } finally {
    await ground.stop();
  }
};

function brief(query: string): string {
  return query.replace(/\s+/g, ' ').slice(0, 40).replaceAll('|', '\\|');
}
