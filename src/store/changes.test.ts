// Two processes' ears on one real PostgreSQL: what is told, what is not, and what happens when the connection goes.

import pg from 'pg';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { createTestDatabase } from '../../test/support/platform.ts';
import { startRelay } from '../../test/support/relay.ts';
import { until } from '../../test/support/server-process.ts';
import { Secret } from '../core/secret.ts';
import { type ChangeKind, changeKinds } from './change-ledger.ts';
import { startChanges } from './changes.ts';

// so long that a busy machine makes nobody lose patience
const limits = { changesPulseMs: 50, changesTrustMs: 60_000, changesPatienceMs: 60_000 };
const name = 'valence changes';
const background = 'valence background';

let databaseUrl: string;
let client: pg.Client;
let ends: (() => Promise<unknown>)[];
const end = (work: () => Promise<unknown>) => void ends.unshift(work);

beforeEach(async () => {
  ends = [];
  databaseUrl = await createTestDatabase();
  client = new pg.Client({ connectionString: databaseUrl });
  await client.connect();
  end(() => client.end());
});
afterEach(async () => {
  for (const work of ends) await work();
});

const sql = async (text: string, values: unknown[] = []) => (await client.query(text, values)).rows;

/** Starts to listen, and writes down what is heard. */
async function listen(url = databaseUrl, other: Partial<typeof limits> = {}) {
  const changes = await startChanges(new Secret(url), { ...limits, ...other });
  let stopping: Promise<void> | undefined;
  const stop = () => (stopping ??= changes.stop());
  end(stop);
  const heard: string[] = [];
  for (const kind of changeKinds) changes.on(kind, (id) => heard.push(`${kind}:${id ?? '*'}`));
  return { changes: { ...changes, stop }, heard };
}

async function listenBehindRelay(other: Partial<typeof limits> = {}) {
  const relay = await startRelay(databaseUrl);
  end(relay.close);
  return { relay, ...(await listen(relay.url, other)) };
}

/** One organization with its account and user (all with the id 1), and instances with tokens. */
async function fill(instances: number) {
  await sql(`insert into organizations (name, secret_sealed, secret_digest) values ('o', '', 'o')`);
  await sql(`insert into accounts (id, organization_id, name) values (1, 1, 'a')`);
  await sql(`insert into users (organization_id, account_id, email, secret_sealed, secret_digest)
    values (1, 1, 'u', '', 'u')`);
  await sql(`insert into elements (id, organization_id, account_id, key, document) values (5, 1, 1, 'e', '{}')`);
  await sql(
    `insert into instances (organization_id, account_id, user_id, element_id, element_key, name, secrets_sealed,
      token_sealed, token_digest) select 1, 1, 1, 1, 'e', 'i', '', '', number from generate_series(1, $1) as number`,
    [instances],
  );
  await sql(`insert into vendor_tokens (instance_id, tokens_sealed, refreshed_at) select id, '', now() from instances`);
}

/** Everything heard until a last change that is made now. PostgreSQL keeps the order of commits. */
async function heardUntilNow(heard: string[]): Promise<string[]> {
  await sql(`select pg_notify('valence_changes', 'answers:99')`);
  await until('the last change is heard', () => heard.includes('answers:99'));
  return heard.splice(0).filter((one) => one !== 'answers:99');
}

test.each([
  [`update organizations set name = 'x'`, ['organization:1']],
  [`update accounts set active = false`, ['account:1']],
  [`update users set active = false`, ['user:1']],
  [`update users set email = 'x', last_login_at = now()`, ['user:1']],
  [`update users set last_login_at = now()`, []],
  [`update elements set document = '{"x":1}'`, ['element:5']],
  [`delete from elements`, ['element:5']],
  [`update instances set disabled = true where id = 2`, ['instance:2']],
  [`update instances set disabled = true`, ['instance:1', 'instance:2', 'instance:3']],
  [`update instances set disabled = true where id = 4`, []],
  [`delete from instances where id in (1, 3)`, ['instance:1', 'instance:3']],
  [`update vendor_tokens set tokens_sealed = 'x' where instance_id = 3`, ['instance:3']],
  [`update vendor_tokens set refused_reason = 'x' where instance_id = 3`, ['instance:3']],
  [`update vendor_tokens set uncertain_since = now() where instance_id = 3`, ['instance:3']],
  [`update vendor_tokens set attempt_id = gen_random_uuid(), attempt_owner = 1, attempt_ends_at = now()`, []],
  [`delete from vendor_tokens where instance_id = 2`, ['instance:2']],
  [`truncate elements cascade`, ['element:*']],
  [`truncate vendor_tokens`, ['instance:*']],
])('%s is told as %j', async (statement, told) => {
  await fill(3);
  const { heard } = await listen();
  await sql(statement);
  expect((await heardUntilNow(heard)).toSorted()).toEqual(told);
});

test('new tokens of an instance that had none are told', async () => {
  await fill(1);
  await sql('delete from vendor_tokens');
  const { heard } = await listen();
  await sql(`insert into vendor_tokens (instance_id, tokens_sealed, refreshed_at) values (1, '', now())`);
  expect(await heardUntilNow(heard)).toEqual(['instance:1']);
});

test('what was rolled back is not told', async () => {
  await fill(1);
  const { heard } = await listen();
  await sql('begin');
  await sql('delete from instances');
  await sql('rollback');
  expect(await heardUntilNow(heard)).toEqual([]);
});

test('a deletion of thousands names every row in few messages, one of more than ten thousand names none', async () => {
  await fill(16_000);
  const { changes, heard } = await listen();
  const listener = new pg.Client({ connectionString: databaseUrl });
  await listener.connect();
  end(() => listener.end());
  let messages = 0;
  listener.on('notification', () => messages++);
  await listener.query('listen valence_changes');
  const last = { sources: ['instance:16000'] as const, seen: changes.now() };

  await sql('delete from instances where id <= 5000');
  expect((await heardUntilNow(heard)).length).toBe(5000);
  await listener.query('');
  expect(messages).toBe(Math.ceil(5000 / 350) + 1);
  expect(changes.isCurrent(last)).toBe(true);

  await sql('delete from instances');
  expect(await heardUntilNow(heard)).toEqual(['instance:*']);
  expect(changes.isCurrent(last)).toBe(false);
});

test('a connection that PostgreSQL ends is noticed, made anew, and makes everything before it past', async () => {
  const { changes } = await listen();
  expect(changes.areKnown()).toBe(true);
  const before = { sources: [], seen: changes.now() };
  await sql(`select pg_terminate_backend(pid) from pg_stat_activity where application_name = $1`, [name]);
  await until('everything is past', () => !changes.isCurrent(before));
  expect(changes.areKnown()).toBe(true);
});

test('while it cannot listen nothing is known, and a change made meanwhile is past when it listens again', async () => {
  await fill(1);
  const { changes, heard, relay } = await listenBehindRelay();
  const before = { sources: ['instance:1'] as const, seen: changes.now() };
  relay.cut(name);
  await until('the loss is noticed', () => !changes.areKnown());
  await sql('update instances set disabled = true');
  relay.mend(name);
  await until('it listens again', changes.areKnown);
  expect(changes.isCurrent(before)).toBe(false);
  expect(heard).toEqual(changeKinds.map((kind) => `${kind}:*`));
  await sql('update instances set disabled = false');
  expect(await heardUntilNow(heard)).toContain('instance:1');
});

test('a silent connection is not trusted; what it has held back is heard when it speaks again', async () => {
  await fill(1);
  const { changes, heard, relay } = await listenBehindRelay({ changesTrustMs: 200 });
  const before = { sources: ['instance:1'] as const, seen: changes.now() };
  relay.freeze(name);
  await until('the silence is noticed', () => !changes.areKnown());
  await sql('update instances set disabled = true');
  expect(changes.isCurrent(before)).toBe(true);
  relay.mend(name);
  await until('changes are known', changes.areKnown);
  expect(changes.isCurrent(before)).toBe(false);
  expect(heard).toEqual(['instance:1']);
});

test('a connection that is silent for long is given up and made anew', async () => {
  const { changes, heard, relay } = await listenBehindRelay({ changesPatienceMs: 300 });
  relay.freeze(name);
  await until('it is given up', () => !changes.areKnown());
  relay.mend(name);
  await until('changes are known', changes.areKnown);
  expect(heard).toEqual(changeKinds.map((kind) => `${kind}:*`));
});

test('pulses keep changes known as long as nothing happens, without a statement', async () => {
  const { changes, heard, relay } = await listenBehindRelay({ changesTrustMs: 200 });
  const listened = relay.statements(name);
  const since = performance.now();
  await until('three times the trust has passed', () => performance.now() - since > 600);
  await until('changes are known', changes.areKnown);
  expect(relay.statements(name)).toBe(listened);
  expect(heard).toEqual([]);
});

test('what is no row is told to the others, and heard here once and at once', async () => {
  const [one, other] = [await listen(), await listen()];
  one.changes.notify('answers', 7);
  expect(one.heard).toEqual(['answers:7']);
  await until('the other hears it', () => other.heard.includes('answers:7'));
  expect(await heardUntilNow(one.heard)).toEqual(['answers:7']);
});

test('what could not be told is told when others can be reached again', async () => {
  const { changes, relay } = await listenBehindRelay();
  const other = await listen();
  relay.cut(name);
  await until('the loss is noticed', () => !changes.areKnown());
  for (const id of [1, 2, 1]) changes.notify('answers', id);
  relay.mend(name);
  await until('the other hears it', () => other.heard.includes('answers:2'));
  expect(other.heard).toEqual(['answers:1', 'answers:2']);
});

test('a statement runs at most once a second, and each asker gets its turn', async () => {
  await sql('create table seconds (who text)');
  const { changes, relay } = await listenBehindRelay();
  const given: number[] = [];
  const settled: (string | undefined)[] = [];
  const ask = (who: string, text: string) =>
    changes.onPulse(() => {
      given.push(performance.now());
      return { text, values: [who], settled: (error) => settled.push(error?.message) };
    });
  const endings = [ask('one', 'insert into seconds values ($1)'), ask('two', 'insert into nowhere values ($1)')];
  changes.onPulse(() => undefined);
  await until('four have settled', () => settled.length >= 4);
  for (const stop of endings) stop();

  const fault = 'relation "nowhere" does not exist';
  expect(settled).toEqual([undefined, fault, undefined, fault]);
  expect(await sql('select who from seconds')).toEqual([{ who: 'one' }, { who: 'one' }]);
  expect(relay.statements(background)).toBeLessThanOrEqual(4);
  for (const [place, at] of given.entries()) {
    if (place > 0) expect(at - (given[place - 1] ?? 0)).toBeGreaterThanOrEqual(998);
  }
});

/** Waits until a statement with this text runs. */
const running = (text: string) =>
  until(`${text} is running`, async () => {
    const found = 'select from pg_stat_activity where query = $1 and datname = current_database()';
    return (await sql(`${found} and state = 'active'`, [text])).length === 1;
  });

test('a statement that takes long keeps no change from being heard, and meanwhile nobody is asked for another', async () => {
  await fill(1);
  const { changes, heard } = await listen();
  const asked = 'select pg_sleep(2.5)';
  const timesAskedAtEnds: number[] = [];
  let times = 0;
  changes.onPulse(() => {
    times++;
    return { text: asked, values: [], settled: () => timesAskedAtEnds.push(times) };
  });
  await running(asked);
  await sql('update instances set disabled = true');
  expect(await heardUntilNow(heard)).toEqual(['instance:1']);
  expect(timesAskedAtEnds).toEqual([]);
  await until('it has ended', () => timesAskedAtEnds.length > 0);
  expect(timesAskedAtEnds[0]).toBe(1);
});

test('a statement whose end is unknown is told so, and the next one runs', async () => {
  await sql('create table seconds (who text)');
  const { changes, relay } = await listenBehindRelay();
  const settled: (string | undefined)[] = [];
  let text = 'select pg_sleep(30)';
  changes.onPulse(() => ({ text, values: [], settled: (error) => settled.push(error?.message) }));
  await running(text);
  text = 'select 1';
  relay.cut(background);
  await until('its end is told', () => settled.length === 1);
  expect(settled[0]).toMatch(/terminated/);
  relay.mend(background);
  await until('another one is done', () => settled.includes(undefined));
});

test('a stop waits for the statement that runs, and leaves no connection', async () => {
  const { changes } = await listen();
  const settled: unknown[] = [];
  const asked = 'select pg_sleep(0.3)';
  changes.onPulse(() => ({ text: asked, values: [], settled: (error) => settled.push(error) }));
  await running(asked);
  await changes.stop();
  expect(settled).toEqual([undefined]);
  await until('no connection is left', async () => {
    const left = 'select from pg_stat_activity where application_name = any($1) and datname = current_database()';
    return (await sql(left, [[name, background]])).length === 0;
  });
});

test.each(changeKinds)('a change of %s that this process made is known at once', async (kind: ChangeKind) => {
  const { changes, heard } = await listen();
  const sighting = { sources: [`${kind}:3`] as const, seen: changes.now() };
  changes.changed(kind, [4]);
  expect(changes.isCurrent(sighting)).toBe(true);
  changes.changed(kind, [3]);
  expect(changes.isCurrent(sighting)).toBe(false);
  expect(heard).toEqual([`${kind}:4`, `${kind}:3`]);
});

test('what was committed before the question is known everywhere when all have heard', async () => {
  await fill(1);
  const one = await listen();
  const others = [await listen(), await listen(), await listen()];
  for (let round = 1; round <= 20; round++) {
    await sql(`update organizations set name = $1`, [`round ${round}`]);
    await one.changes.heardByAll();
    for (const { heard } of others) expect(heard.filter((change) => change === 'organization:1')).toHaveLength(round);
  }
});

test('who does not answer the question is waited for as long as it could trust what it keeps', async () => {
  await fill(1);
  const one = await listen(databaseUrl, { changesTrustMs: 700 });
  const { relay, changes } = await listenBehindRelay({ changesTrustMs: 700 });
  relay.freeze(name);
  await one.changes.heardByAll();
  expect(changes.areKnown()).toBe(false);
});
