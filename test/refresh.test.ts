// Tokens are refreshed when they should be, once, whatever number of processes asks and whichever of them dies when.

import { rm } from 'node:fs/promises';
import pg from 'pg';
import { afterAll, beforeAll, beforeEach, describe, expect, onTestFinished, test } from 'vitest';
import { type Sandbox, startSandbox } from '../sandbox/server.ts';
import type { EmbeddedDatabase } from '../src/store/embedded.ts';
import {
  accounts,
  authorize,
  type Connected,
  connectAccount,
  ping,
  shortElements,
  type VendorSide,
  vendorView,
} from './support/accounts.ts';
import { control } from './support/consent.ts';
import {
  type Answer,
  createTestDatabase,
  createTestKeyring,
  type Platform,
  platformEnvironment,
  startPlatform,
} from './support/platform.ts';
import {
  makeDataFolder,
  type ServerProcess,
  startOwnPostgres,
  startServerProcess,
  until,
} from './support/server-process.ts';

const { rotating, shortRotating, shortKeeping } = accounts;

let sandbox: Sandbox;
beforeAll(async () => {
  sandbox = await startSandbox({ now: () => new Date(sandboxNow()) });
});
afterAll(async () => {
  await sandbox.close();
});
let sandboxNow: () => number = Date.now;
beforeEach(async () => {
  sandboxNow = Date.now;
  await control(sandbox.url, 'POST', '/reset');
});

const order = (path: string, body: Record<string, unknown>) => control(sandbox.url, 'POST', path, body);
const fault = (path: string, kind: string, more: Record<string, unknown> = {}) =>
  order('/faults', { path, kind, ...more });
const tokenFault = (kind: string, more: Record<string, unknown> = {}) => fault('*/token', kind, more);
const expireTokens = (account: VendorSide) => order('/tokens/expire', { vendor: account.vendor });

/** Long enough that the test is over before a vendor goes on. */
const forever = { delayMs: 600_000 };

describe('eight processes', () => {
  let postgres: EmbeddedDatabase;
  let dataFolder: string;
  let processes: ServerProcess[];
  beforeAll(async () => {
    postgres = await startOwnPostgres();
    dataFolder = await makeDataFolder();
    const environment = platformEnvironment({
      databaseUrl: postgres.connectionString,
      keyring: createTestKeyring(),
      dataFolder,
      routes: sandbox.routes,
    });
    processes = await Promise.all(Array.from({ length: 8 }, () => startServerProcess(environment)));
  }, 120_000);
  afterAll(async () => {
    await Promise.all(processes.map((process) => process.kill()));
    await postgres.stop();
    await rm(dataFolder, { recursive: true, force: true });
  });

  test.each([
    ['', undefined],
    [', also when the token endpoint takes 20 s', { delayMs: 20_000 }],
  ])(
    'with 50 calls each on one expired token make one refresh, and no call fails%s',
    async (_name, slow) => {
      const [first] = processes as [ServerProcess];
      await order('/settings', { vendor: 'act', accessTokenSeconds: 3 });
      const instance = await connectAccount(first, sandbox.url, rotating);
      await order('/settings', { vendor: 'act', accessTokenSeconds: 3600 });
      await until('the token has expired at the vendor', async () => {
        const report = (await control(sandbox.url, 'GET', '/tokens?vendor=act')) as {
          accessTokens: { expired: number };
        };
        return report.accessTokens.expired === 1;
      });
      if (slow !== undefined) await tokenFault('slow', slow);

      const calls = processes.flatMap((process) => Array.from({ length: 50 }, () => ping(process, rotating, instance)));
      const answers = await Promise.all(calls);

      expect(statuses(answers)).toEqual({ 200: 400 });
      const view = vendorView(sandbox.url, rotating);
      expect(await view.grant()).toMatchObject({ refreshes: 1, refreshTokensSpentTwice: 0 });
      expect(await view.refreshes()).toHaveLength(1);
    },
    120_000,
  );
});

describe('when the refreshing process is killed', () => {
  let database: pg.Pool;
  let dataFolder: string;
  let environment: Record<string, string>;
  let survivor: ServerProcess;
  let victim: ServerProcess;
  const started: ServerProcess[] = [];
  beforeAll(async () => {
    const databaseUrl = await createTestDatabase();
    database = new pg.Pool({ connectionString: databaseUrl, max: 5 });
    dataFolder = await makeDataFolder();
    environment = {
      ...platformEnvironment({
        databaseUrl,
        keyring: createTestKeyring(),
        dataFolder,
        routes: sandbox.routes,
      }),
      VALENCE_ELEMENTS: shortElements,
    };
    survivor = await start();
  }, 120_000);
  beforeEach(async () => {
    victim = await start();
  }, 60_000);
  afterAll(async () => {
    await Promise.all(started.map((process) => process.kill()));
    await database.end();
    await rm(dataFolder, { recursive: true, force: true });
  });

  async function start(): Promise<ServerProcess> {
    const process = await startServerProcess(environment);
    started.push(process);
    return process;
  }

  /** An account whose token the vendor no longer takes, and the calls that find that out. */
  async function expired(account: VendorSide) {
    const instance = await connectAccount(survivor, sandbox.url, account);
    await expireTokens(account);
    const view = vendorView(sandbox.url, account);
    const pingsBefore = (await view.pings()).length;
    return {
      ...view,
      instance,
      /** calls through the process that will be killed */
      refreshThroughVictim: () => outcome(ping(victim, account, instance)),
      /** calls through the other process, given back once the vendor has refused the old token to all of them */
      async waitThroughSurvivor(): Promise<Promise<Answer>[]> {
        const calls = Array.from({ length: 4 }, () => ping(survivor, account, instance));
        const done = Promise.all(calls);
        await Promise.race([
          until('the survivor’s calls were refused', async () => {
            const pings = (await view.pings()).slice(pingsBefore);
            return pings.filter((request) => request.status === 401).length >= 5;
          }),
          done,
        ]);
        return calls;
      },
      async row() {
        const { rows } = await database.query<{
          generation: string;
          attempt_id: string | null;
          attempt_owner: string | null;
          attempt_ends_at: Date | null;
          attempt_fence: string;
        }>('select * from vendor_tokens where instance_id = $1', [instance.id]);
        const [row] = rows;
        if (row === undefined) throw new Error('The instance has no tokens');
        return row;
      },
    };
  }

  /** The backends of this database that wait for a lock. */
  async function blocked(): Promise<number[]> {
    const { rows } = await database.query<{ pid: number }>(
      `select pid from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock' order by pid`,
    );
    return rows.map((row) => row.pid);
  }

  async function terminate(pid: number): Promise<void> {
    await database.query('select pg_terminate_backend($1)', [pid]);
    await until('the backend is gone', async () => {
      const { rows } = await database.query('select from pg_stat_activity where pid = $1', [pid]);
      return rows.length === 0;
    });
  }

  /** A connection that holds what the statement took until it is released. */
  async function hold(statement: string, values: unknown[]): Promise<() => Promise<void>> {
    const holder = await database.connect();
    await holder.query('begin');
    await holder.query(statement, values);
    let held = true;
    const release = async () => {
      if (!held) return;
      held = false;
      await holder.query('rollback');
      holder.release();
    };
    onTestFinished(release);
    return release;
  }

  /** Makes the storing of new tokens wait for advisory lock 1, in this database only. */
  async function storeBehindLock(): Promise<() => Promise<void>> {
    await database.query(`
      create or replace function wait_for_test() returns trigger language plpgsql as
        $$ begin perform pg_advisory_xact_lock(1); return new; end $$;
      create or replace trigger wait_for_test before update on vendor_tokens for each row
        when (new.generation > old.generation) execute function wait_for_test();`);
    onTestFinished(async () => {
      await database.query('drop trigger if exists wait_for_test on vendor_tokens');
    });
    return hold('select pg_advisory_xact_lock(1)', []);
  }

  test('before the intent is written, another process refreshes', async () => {
    const scene = await expired(shortRotating);
    const release = await hold('select from vendor_tokens where instance_id = $1 for update', [scene.instance.id]);
    const lost = scene.refreshThroughVictim();
    const [blockedVictim] = await until('the victim’s claim is blocked', async () => {
      const pids = await blocked();
      return pids.length > 0 && pids;
    });
    const waiting = await scene.waitThroughSurvivor();
    await victim.kill();
    await terminate(blockedVictim ?? 0);
    await release();

    expect(statuses(await Promise.all(waiting))).toEqual({ 200: 4 });
    expect(await lost).toBe('no answer');
    expect(await scene.refreshes()).toHaveLength(1);
    expect(await scene.grant()).toMatchObject({ refreshes: 1, refreshTokensSpentTwice: 0 });
  }, 60_000);

  test('after the intent and before the vendor has processed the request, another process refreshes once the time is over', async () => {
    const scene = await expired(shortRotating);
    await tokenFault('slow', forever);
    const lost = scene.refreshThroughVictim();
    await until('the vendor has the request', async () => (await scene.refreshes()).length === 1);
    const { attempt_ends_at } = await scene.row();
    const waiting = await scene.waitThroughSurvivor();
    await victim.kill();

    expect(statuses(await Promise.all(waiting))).toEqual({ 200: 4 });
    expect(await lost).toBe('no answer');
    const [, second, ...more] = await scene.refreshes();
    expect(more).toEqual([]);
    expect(second?.time).toBeGreaterThanOrEqual(attempt_ends_at?.getTime() ?? Number.POSITIVE_INFINITY);
    expect(await scene.grant()).toMatchObject({ refreshes: 1, refreshTokensSpentTwice: 0 });
  }, 60_000);

  describe.each([
    { vendor: 'replaces refresh tokens', account: shortRotating, survives: false },
    { vendor: 'keeps refresh tokens', account: shortKeeping, survives: true },
  ])('and the vendor $vendor', ({ account, survives }) => {
    test('while the answer is held back, others wait for its end time, and then learn what became of it', async () => {
      const scene = await expired(account);
      await tokenFault('slowAnswer', forever);
      const lost = scene.refreshThroughVictim();
      await until('the vendor has processed the request', async () => (await scene.grant()).refreshes === 1);
      const { attempt_ends_at } = await scene.row();
      const waiting = await scene.waitThroughSurvivor();
      await victim.kill();

      await expectAftermath(await Promise.all(waiting), scene.instance);
      expect(await lost).toBe('no answer');
      const [, second, ...more] = await scene.refreshes();
      expect(more).toEqual([]);
      expect(second?.time).toBeGreaterThanOrEqual(attempt_ends_at?.getTime() ?? Number.POSITIVE_INFINITY);
    }, 60_000);

    test('after the answer has come and before it is stored, the same', async () => {
      const scene = await expired(account);
      const release = await storeBehindLock();
      const lost = scene.refreshThroughVictim();
      const [storing] = await until('the store is blocked', async () => {
        const pids = await blocked();
        return pids.length > 0 && pids;
      });
      const { attempt_ends_at } = await scene.row();
      const waiting = await scene.waitThroughSurvivor();
      await victim.kill();
      await terminate(storing ?? 0);
      await release();

      await expectAftermath(await Promise.all(waiting), scene.instance);
      expect(await lost).toBe('no answer');
      const [, second, ...more] = await scene.refreshes();
      expect(more).toEqual([]);
      expect(second?.time).toBeGreaterThanOrEqual(attempt_ends_at?.getTime() ?? Number.POSITIVE_INFINITY);
    }, 60_000);

    async function expectAftermath(answers: Answer[], instance: Connected): Promise<void> {
      const view = vendorView(sandbox.url, account);
      const shown = await survivor.call('GET', `/instances/${instance.id}`);
      if (survives) {
        expect(statuses(answers)).toEqual({ 200: 4 });
        expect(await view.grant()).toMatchObject({ refreshes: 2, refreshTokensSpentTwice: 0 });
        expect(shown.body.valid).toBe(true);
        return;
      }
      expect(statuses(answers)).toEqual({ 401: 4 });
      for (const { body } of answers) {
        expect(body.message).toMatch(/A refresh was interrupted at 20\S+Z before its answer was stored/);
        expect(body.message).toMatch(/Connect the account again: .* PATCH the instance with the new providerData/);
      }
      // the one second use came after the first one's end time, as the test itself checks
      expect(await view.grant()).toMatchObject({ refreshes: 1, refreshTokensSpentTwice: 1 });
      expect(shown.body).toMatchObject({ valid: false, invalidReason: expect.stringContaining('was interrupted') });
    }
  });

  test('after the tokens are stored, the others use them', async () => {
    const scene = await expired(shortRotating);
    await fault(shortRotating.pingPath, 'serverError', { status: 401 });
    await fault(shortRotating.pingPath, 'slow', forever);
    const lost = scene.refreshThroughVictim();
    await until('the victim calls with new tokens', async () =>
      (await scene.pings()).some((request) => request.fault === 'slow'),
    );
    const waiting = Array.from({ length: 4 }, () => ping(survivor, shortRotating, scene.instance));
    await victim.kill();

    expect(statuses(await Promise.all(waiting))).toEqual({ 200: 4 });
    expect(await lost).toBe('no answer');
    expect(await scene.grant()).toMatchObject({ refreshes: 1, refreshTokensSpentTwice: 0 });
  }, 60_000);

  test('an answer whose store is cut off by the database is stored by a further try', async () => {
    const scene = await expired(shortRotating);
    const release = await storeBehindLock();
    const call = scene.refreshThroughVictim();
    const [storing] = await until('the store is blocked', async () => {
      const pids = await blocked();
      return pids.length > 0 && pids;
    });
    await terminate(storing ?? 0);
    await release();

    expect(await call).toBe(200);
    expect(await scene.grant()).toMatchObject({ refreshes: 1, refreshTokensSpentTwice: 0 });
  }, 60_000);

  test('a process that stands still keeps its lease beyond its end time, because it lives', async () => {
    const scene = await expired(shortKeeping);
    await tokenFault('slowAnswer', { delayMs: 1000 });
    const refreshing = scene.refreshThroughVictim();
    await until('the vendor has processed the request', async () => (await scene.grant()).refreshes === 1);
    process.kill(victim.pid, 'SIGSTOP');
    const waiting = Promise.all(await scene.waitThroughSurvivor());
    await until('the end time has passed for a while', async () => {
      const { rows } = await database.query(
        `select from vendor_tokens where instance_id = $1 and attempt_ends_at < now() - interval '1 second'`,
        [scene.instance.id],
      );
      return rows.length === 1;
    });
    expect(await scene.refreshes()).toHaveLength(1);
    process.kill(victim.pid, 'SIGCONT');

    expect(statuses(await waiting)).toEqual({ 200: 4 });
    expect(await refreshing).not.toBe('no answer');
    expect(await scene.grant()).toMatchObject({ refreshTokensSpentTwice: 0 });
  }, 60_000);

  test('an account that is connected again while its old token is being refreshed keeps the new tokens', async () => {
    const scene = await expired(rotating);
    await tokenFault('slowAnswer', { delayMs: 3000 });
    const refreshing = scene.refreshThroughVictim();
    await until('the vendor has the request', async () => (await scene.refreshes()).length === 1);
    const { providerData } = await authorize(survivor, sandbox.url, rotating);
    const again = await survivor.call('PATCH', `/instances/${scene.instance.id}`, { body: { providerData } });
    expect(again.status).toBe(200);
    const validation = (await scene.pings()).at(-1);
    expect(await scene.row()).toMatchObject({ generation: '2', attempt_id: null });

    expect(await refreshing).toBe(200);
    expect((await ping(survivor, rotating, scene.instance)).status).toBe(200);
    expect(await scene.row()).toMatchObject({ generation: '2', attempt_id: null });
    const used = (await scene.pings()).slice(-2).map((request) => request.headers['authorization']);
    expect(used).toEqual([validation?.headers['authorization'], validation?.headers['authorization']]);
  }, 60_000);

  test('a process that only loses its sign of life keeps its lease, and takes the sign again', async () => {
    const scene = await expired(rotating);
    await tokenFault('slow', { delayMs: 3000 });
    const refreshing = scene.refreshThroughVictim();
    await until('the vendor has the request', async () => (await scene.refreshes()).length === 1);
    const { attempt_owner: owner } = await scene.row();
    const waiting = Promise.all(await scene.waitThroughSurvivor());
    const signs = `select pid from pg_locks where locktype = 'advisory' and objid = $1 and objsubid = 2 and granted`;
    let cuts = 0;
    let answered = false;
    const cutting = until('the refresh is over', async () => {
      const { rowCount } = await database.query(`select pg_terminate_backend(pid) from (${signs}) as sign`, [owner]);
      cuts += rowCount ?? 0;
      return answered;
    });
    const answers = await waiting;
    answered = true;
    await cutting;

    expect(cuts).toBeGreaterThan(1);
    expect(await refreshing).toBe(200);
    expect(statuses(answers)).toEqual({ 200: 4 });
    expect(await scene.refreshes()).toHaveLength(1);
    await until('the sign of life is back', async () => (await database.query(signs, [owner])).rows.length === 1);
  }, 60_000);

  test('a process whose call began before another one refreshed uses the tokens of that one', async () => {
    const scene = await expired(rotating);
    await fault(rotating.pingPath, 'slow', { delayMs: 4000 });
    const behind = scene.refreshThroughVictim();
    await until('the call is at the vendor', async () =>
      (await scene.pings()).some((request) => request.fault === 'slow'),
    );
    expect((await ping(survivor, rotating, scene.instance)).status).toBe(200);
    const { attempt_fence: fence } = await scene.row();

    expect(await behind).toBe(200);
    expect(await scene.refreshes()).toHaveLength(1);
    expect((await scene.row()).attempt_fence).toBe(fence);
  }, 60_000);

  test('a process whose call began before another one lost the grant does not ask the vendor again', async () => {
    const scene = await expired(rotating);
    await order('/tokens/revoke', { vendor: rotating.vendor });
    await fault(rotating.pingPath, 'slow', { delayMs: 4000 });
    const behind = ping(victim, rotating, scene.instance);
    await until('the call is at the vendor', async () =>
      (await scene.pings()).some((request) => request.fault === 'slow'),
    );
    const first = await ping(survivor, rotating, scene.instance);

    expect(first.status).toBe(401);
    expect(await behind).toMatchObject({ status: 401, body: { message: first.body.message } });
    expect(await scene.refreshes()).toHaveLength(1);
  }, 60_000);

  test('a grant that was revoked is told to all callers without asking the vendor again, until it is given anew', async () => {
    const scene = await expired(rotating);
    await order('/tokens/revoke', { vendor: rotating.vendor });

    const first = await ping(survivor, rotating, scene.instance);
    expect(first.status).toBe(401);
    expect(first.body.message).toMatch(/no longer accepts the refresh token: invalid_grant/);
    expect(first.body.message).toMatch(/Connect the account again/);
    expect(first.body.providerMessage).toContain('invalid_grant');
    const shown = await victim.call('GET', `/instances/${scene.instance.id}`);
    expect(shown.body).toMatchObject({ valid: false, invalidReason: expect.stringContaining('invalid_grant') });

    for (const process of [survivor, victim, survivor, victim]) {
      const later = await ping(process, rotating, scene.instance);
      expect(later).toMatchObject({ status: 401, body: { message: first.body.message } });
    }
    expect(await scene.refreshes()).toHaveLength(1);

    const { providerData } = await authorize(victim, sandbox.url, rotating);
    const again = await victim.call('PATCH', `/instances/${scene.instance.id}`, { body: { providerData } });
    expect(again).toMatchObject({ status: 200, body: { valid: true, token: scene.instance.token } });
    for (const process of [survivor, victim]) {
      expect((await ping(process, rotating, scene.instance)).status).toBe(200);
    }
  }, 60_000);
});

describe('by the clock', () => {
  let now = Date.UTC(2026, 5, 1);
  let platform: Platform;
  beforeAll(async () => {
    platform = await startPlatform({
      routes: sandbox.routes,
      clock: () => now,
      environment: { VALENCE_ELEMENTS: shortElements },
    });
  });
  afterAll(async () => {
    await platform.close();
  });
  beforeEach(() => {
    sandboxNow = () => now;
  });

  /** Everything that an update or a lock of the row of tokens would change. */
  async function rowVersion(instance: Connected): Promise<unknown> {
    const [row] = await platform.sql(
      'select xmin::text, xmax::text, ctid::text, attempt_fence from vendor_tokens where instance_id = $1',
      [instance.id],
    );
    return row;
  }

  test.each([
    ['an hour by expires_in, from 60 s before', 3600, undefined, 3540],
    ['100 s by expires_in, from 10 % before', 100, undefined, 90],
    ['300 s by the interval, from 10 % before', 3600, '300', 270],
    ['expires_in when the interval is longer', 600, '3000', 540],
  ])('a token is refreshed when it is due and not before: %s', async (_name, expiresIn, interval, dueAfter) => {
    await order('/settings', { vendor: 'act', accessTokenSeconds: expiresIn });
    const settings = interval === undefined ? {} : { 'oauth.user.refresh_interval': interval };
    const instance = await connectAccount(platform, sandbox.url, rotating, settings);
    const view = vendorView(sandbox.url, rotating);
    const fresh = await rowVersion(instance);

    now += dueAfter * 1000 - 1;
    expect((await ping(platform, rotating, instance)).status).toBe(200);
    expect(await view.refreshes()).toHaveLength(0);
    expect(await rowVersion(instance)).toEqual(fresh);

    now += 1;
    expect((await ping(platform, rotating, instance)).status).toBe(200);
    expect(await view.refreshes()).toHaveLength(1);
    const refreshed = await rowVersion(instance);
    expect(refreshed).not.toEqual(fresh);

    expect((await ping(platform, rotating, instance)).status).toBe(200);
    expect(await view.refreshes()).toHaveLength(1);
    expect(await rowVersion(instance)).toEqual(refreshed);
  });

  test.each([rotating, shortKeeping])(
    'a token that ended early at the vendor ($element) is refreshed after its 401',
    async (account) => {
      const instance = await connectAccount(platform, sandbox.url, account);
      await expireTokens(account);
      expect((await ping(platform, account, instance)).status).toBe(200);
      expect(await vendorView(sandbox.url, account).refreshes()).toHaveLength(1);
    },
  );

  test('a second 401 of the vendor is passed on, after one refresh', async () => {
    const instance = await connectAccount(platform, sandbox.url, rotating);
    await fault(rotating.pingPath, 'serverError', { status: 401, times: 2 });
    const answer = await ping(platform, rotating, instance);
    expect(answer).toMatchObject({ status: 401, body: { message: expect.stringContaining('The vendor refused') } });
    expect(await vendorView(sandbox.url, rotating).refreshes()).toHaveLength(1);
    expect((await platform.call('GET', `/instances/${instance.id}`)).body.valid).toBe(true);
  });

  test.each([
    ['failing with 500', { kind: 'serverError' }, 502],
    ['limiting with 429', { kind: 'rateLimit', retryAfterSeconds: 7 }, 429],
    ['dropping the connection', { kind: 'drop' }, 502],
    ['losing its answer', { kind: 'lostAnswer' }, 502],
    ['silent for too long', { kind: 'slow', ...forever }, 504],
  ])(
    'a token endpoint %s costs no call while the old token is good, and no grant afterwards',
    async (_name, trouble, status) => {
      await order('/settings', { vendor: 'act', rotateRefreshTokens: false });
      const instance = await connectAccount(platform, sandbox.url, shortRotating);
      const view = vendorView(sandbox.url, shortRotating);

      now += 3570_000;
      await order('/faults', { path: '*/token', ...trouble });
      expect((await ping(platform, shortRotating, instance)).status).toBe(200);
      expect(await view.refreshes()).toHaveLength(1);

      now += 31_000;
      await order('/faults', { path: '*/token', ...trouble });
      const failed = await ping(platform, shortRotating, instance);
      expect(failed.status).toBe(status);
      if (status === 429) expect(failed.headers.get('retry-after')).toBe('7');
      expect(await view.refreshes()).toHaveLength(2);
      expect((await platform.call('GET', `/instances/${instance.id}`)).body.valid).toBe(true);

      expect((await ping(platform, shortRotating, instance)).status).toBe(200);
      expect(await view.refreshes()).toHaveLength(3);
    },
  );

  test('an application that the vendor no longer knows is named, costs no call while the old token is good, and loses no grant', async () => {
    const instance = await connectAccount(platform, sandbox.url, rotating);
    const { clientId, clientSecret } = rotating.application;
    const application = { vendor: 'act', clientId, redirectUris: [], anyRedirectUri: true };
    await order('/applications', { ...application, clientSecret: 'another one' });

    now += 3570_000;
    expect((await ping(platform, rotating, instance)).status).toBe(200);

    now += 31_000;
    const refused = await ping(platform, rotating, instance);
    expect(refused.status).toBe(401);
    expect(refused.body.message).toMatch(/check oauth\.api\.key and oauth\.api\.secret/);
    expect(refused.body.providerMessage).toContain('invalid_client');
    expect((await platform.call('GET', `/instances/${instance.id}`)).body.valid).toBe(true);

    await order('/applications', { ...application, clientSecret });
    expect((await ping(platform, rotating, instance)).status).toBe(200);
  });
});

/** How many answers there are of each status. */
function statuses(answers: Answer[]): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const { status } of answers) counts[status] = (counts[status] ?? 0) + 1;
  return counts;
}

/** The status of a call, or that its server died. */
async function outcome(call: Promise<Answer>): Promise<number | 'no answer'> {
  return call.then(
    (answer) => answer.status,
    () => 'no answer' as const,
  );
}
