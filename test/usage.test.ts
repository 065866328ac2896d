// Usage records: noted in memory, written in batches, kept for days, read by filter and page, each account its own.

import { randomUUID } from 'node:crypto';
import type { TypeBoxTypeProvider } from '@fastify/type-provider-typebox';
import fc from 'fast-check';
import fastify from 'fastify';
import { CompiledQuery } from 'kysely';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { limits } from '../src/config.ts';
import { Secret } from '../src/core/secret.ts';
import type { Caller } from '../src/http/caller.ts';
import type { RouteContext, Server } from '../src/http/context.ts';
import { usageRoutes } from '../src/http/routes/usage.ts';
import { type PulseStatement, startChanges } from '../src/store/changes.ts';
import { type Database, openDatabase } from '../src/store/database.ts';
import { startHousekeeping } from '../src/store/housekeeping.ts';
import type { Identity } from '../src/store/organizations.ts';
import { tendPartitions } from '../src/store/partitions.ts';
import { createUsageStore, type UsageEntry, type UsageStore, usagePartitions } from '../src/store/usage.ts';
import { createTestDatabase, type Platform, startPlatform } from './support/platform.ts';

const dayMs = 86_400_000;

function entry(changes: Partial<UsageEntry> = {}): UsageEntry {
  return {
    id: randomUUID(),
    at: Date.now(),
    organizationId: 1,
    accountId: 1,
    userId: 1,
    instanceId: 7,
    instanceName: 'Acme',
    elementKey: 'acme',
    elementName: 'Acme Desk',
    elementTags: ['a', 'b'],
    hub: 'helpdesk',
    method: 'GET',
    path: '/elements/api-v2/hubs/helpdesk/incidents',
    elementApi: '/hubs/helpdesk/incidents',
    httpStatus: 200,
    processMs: 12.4,
    vendorMs: 10.1,
    vendorCalls: 1,
    requestIp: '127.0.0.1',
    error: undefined,
    kind: 'call',
    cacheHit: false,
    trace: undefined,
    ...changes,
  };
}

describe('the store', () => {
  let connectionString: Secret;
  let database: Database;
  let dropped: number;
  let usage: UsageStore;
  const create = (changes: { [Name in keyof typeof limits]?: number } = {}) =>
    createUsageStore({ database, limits: { ...limits, ...changes }, dropped: () => void dropped++ });
  const everything = { from: 0, to: Date.now() + 400 * dayMs };
  const list = async (organizationId = 1) =>
    (
      await usage.list({ organizationId, accountIds: undefined }, everything, {
        after: undefined,
        skip: 0,
        limit: 20_000,
      })
    ).rows;

  beforeAll(async () => {
    connectionString = new Secret(await createTestDatabase());
    database = openDatabase(connectionString);
    await tendPartitions(database, usagePartitions, 30);
  });
  beforeEach(async () => {
    await database.deleteFrom('usage_records').execute();
    dropped = 0;
    usage = create();
  });
  afterAll(() => database.destroy());

  test('gives back what was recorded', async () => {
    const all = entry({
      error: 'broken "so"\n',
      httpStatus: 502,
      trace: [{ step: 's', atMs: 1, detail: { a: ['ü', null] } }],
    });
    const none = entry({
      ...{ instanceId: undefined, instanceName: undefined, hub: undefined, elementApi: undefined },
      ...{ requestIp: undefined, elementTags: [], kind: 'provisioning', httpStatus: 399 },
    });
    usage.record(all);
    usage.record(none);
    await usage.flush();
    const scope = { organizationId: 1, accountIds: undefined };
    expect(await usage.byId(scope, all.id)).toEqual({ ...all, requestStatus: 'FAILED' });
    expect(await usage.byId(scope, none.id)).toEqual({ ...none, requestStatus: 'SUCCESS' });
    expect(await usage.byId({ organizationId: 2, accountIds: undefined }, all.id)).toBeUndefined();
    expect(await usage.byId({ organizationId: 1, accountIds: [2] }, all.id)).toBeUndefined();
    expect(await usage.byId({ organizationId: 1, accountIds: [] }, all.id)).toBeUndefined();
    expect((await list())[0]?.trace).toBeUndefined();
  });

  test('writes any text and any trace', async () => {
    const text = fc.oneof(
      fc.string({ unit: 'binary' }),
      fc.stringMatching(/^[\0\ud800\udfff\\u0d"{}]{0,8}$/u),
      fc.constantFrom('\0', '\ud800', '\udc00x', '\\u0000', '\\\\u0000', '\\\0', '\u001f'),
    );
    await fc.assert(
      fc.asyncProperty(text, text, fc.jsonValue({ stringUnit: 'binary' }), async (path, tag, trace) => {
        const written = entry({ path, elementTags: [tag], error: path, trace: { [tag]: trace, t: path } });
        usage.record(written);
        await usage.flush();
        const found = await usage.byId({ organizationId: 1, accountIds: undefined }, written.id);
        const clean = path.toWellFormed().replaceAll('\0', '\ufffd');
        expect(found).toMatchObject({ path: clean, error: clean });
        expect(found?.trace).toMatchObject({ t: clean });
      }),
      { numRuns: 150 },
    );
    expect(dropped).toBe(0);
  });

  test('writes a batch at a time, and no record twice', async () => {
    usage = create({ usageBatchRecords: 10 });
    const entries = Array.from({ length: 25 }, () => entry());
    for (const one of entries) usage.record(one);
    const batch = usage.nextBatch();
    expect(JSON.parse(String(batch?.values[0]))).toHaveLength(10);
    // the same records are also flushed while the pulse has them
    await usage.flush();
    expect(usage.waiting()).toBe(0);
    await runBatch(batch);
    expect(usage.waiting()).toBe(0);
    expect((await list()).map((row) => row.id).sort()).toEqual(entries.map((one) => one.id).sort());
    expect(usage.nextBatch()).toBeUndefined();
  });

  test('a batch has no more bytes than its limit, but for its last record', () => {
    usage = create({ usageBatchBytes: 10_000 });
    for (let count = 0; count < 100; count++) usage.record(entry({ path: 'p'.repeat(3000) }));
    expect(JSON.parse(String(usage.nextBatch()?.values[0]))).toHaveLength(3);
  });

  test('keeps what could not be written and writes it when the database is back', async () => {
    usage.record(entry());
    usage.nextBatch()?.settled(new Error('the connection broke'));
    expect(usage.waiting()).toBe(1);
    const batch = usage.nextBatch();
    usage.record(entry());
    await runBatch(batch);
    expect(usage.waiting()).toBe(1);
    await usage.flush();
    expect(await list()).toHaveLength(2);
    expect(dropped).toBe(0);
  });

  test('a flush of a database that is away fails and loses nothing', async () => {
    const away = openDatabase(new Secret('postgres://nobody@127.0.0.1:1/none'));
    const cutOff = createUsageStore({ database: away, limits, dropped: () => void dropped++ });
    cutOff.record(entry());
    await expect(cutOff.flush()).rejects.toThrow();
    await expect(Promise.all([cutOff.flush(), cutOff.flush()])).rejects.toThrow();
    expect(cutOff.waiting()).toBe(1);
    await away.destroy();
  });

  test('drops the oldest and counts them when too many wait, also while a batch is written', async () => {
    usage = create({ usageQueueRecords: 5, usageBatchRecords: 3 });
    const entries = Array.from({ length: 12 }, (_, index) => entry({ path: `/${index}` }));
    for (const one of entries.slice(0, 7)) usage.record(one);
    expect(dropped).toBe(2);
    const batch = usage.nextBatch();
    for (const one of entries.slice(7)) usage.record(one);
    expect([usage.waiting(), dropped]).toEqual([5, 7]);
    await runBatch(batch);
    expect(usage.waiting()).toBe(5);
    await usage.flush();
    const paths = (await list()).map((row) => row.path).sort();
    expect(paths).toEqual(['/2', '/3', '/4', '/7', '/8', '/9', '/10', '/11'].sort());
  });

  test('a record that PostgreSQL refuses is left out, and the others are written', async () => {
    const wrong = entry({ kind: 'nonsense' as 'call' });
    const entries = Array.from({ length: 40 }, (_, index) => (index === 23 ? wrong : entry()));
    for (const one of entries) usage.record(one);
    await usage.flush();
    expect(await list()).toHaveLength(39);
    expect([usage.waiting(), dropped]).toEqual([0, 1]);
  });

  test('everyone who flushes waits for what was recorded before', async () => {
    usage = create({ usageBatchRecords: 1 });
    const found = await Promise.all(
      Array.from({ length: 20 }, async () => {
        const one = entry();
        usage.record(one);
        await usage.flush();
        return usage.byId({ organizationId: 1, accountIds: undefined }, one.id);
      }),
    );
    expect(found.filter((row) => row === undefined)).toEqual([]);
  });

  test('a record of a day without a partition is kept, and moves into it once it is there', async () => {
    const later = entry({ at: Date.now() + 5 * dayMs });
    usage.record(later);
    await usage.flush();
    expect(await partitionOf(later.id)).toBe('usage_records_other');
    const today = entry();
    usage.record(today);
    await usage.flush();
    const name = `usage_records_${new Date(today.at).toISOString().slice(0, 10).replaceAll('-', '')}`;
    expect(await partitionOf(today.id)).toBe(name);

    // as if today had come before its partition was made
    await run(`alter table usage_records detach partition ${name}`);
    await run(`insert into usage_records select * from ${name}`);
    await run(`drop table ${name}`);
    expect(await partitionOf(today.id)).toBe('usage_records_other');
    await tendPartitions(database, usagePartitions, 30);
    expect(await partitionOf(today.id)).toBe(name);
    expect(await partitionOf(later.id)).toBe('usage_records_other');
  });

  test('partitions for three days are there, and days that are too old are dropped whole', async () => {
    const day = (ago: number) => new Date(Date.now() - ago * dayMs).toISOString().slice(0, 10).replaceAll('-', '');
    for (const ago of [29, 30, 31, 400]) {
      await run(`create table usage_records_${day(ago)} partition of usage_records
        for values from ('${day(ago)} 00:00+00') to ('${day(ago - 1)} 00:00+00')`);
    }
    const old = entry({ at: Date.now() - 45 * dayMs });
    usage.record(old);
    await usage.flush();
    // any number of processes at once
    await Promise.all(Array.from({ length: 5 }, () => tendPartitions(database, usagePartitions, 30)));
    const expected = [30, 29, 0, -1, -2].map((ago) => `usage_records_${day(ago)}`);
    expect(await partitions()).toEqual([...expected, 'usage_records_other']);
    expect(await usage.byId({ organizationId: 1, accountIds: undefined }, old.id)).toBeUndefined();
    await tendPartitions(database, usagePartitions, 29);
    expect(await partitions()).not.toContain(`usage_records_${day(30)}`);
  });

  test('housekeeping gives up on a locked table within a moment, says so, and does it later', async () => {
    const failures: unknown[] = [];
    const partition = `usage_records_${new Date(Date.now() + 2 * dayMs).toISOString().slice(0, 10).replaceAll('-', '')}`;
    await run(`drop table ${partition}`);
    await database.transaction().execute(async (transaction) => {
      await transaction.selectFrom('usage_records').select('id').execute();
      const housekeeping = await startHousekeeping(database, [{ table: usagePartitions, days: 30 }], (error) =>
        failures.push(error),
      );
      await housekeeping.stop();
    });
    expect(String(failures)).toMatch(/lock timeout/);
    await (
      await startHousekeeping(database, [{ table: usagePartitions, days: 30 }], (error) => failures.push(error))
    ).stop();
    expect(failures).toHaveLength(1);
    expect(await partitions()).toContain(partition);
  });

  test('a call is found as soon as it was recorded', async () => {
    const server = fastify().withTypeProvider<TypeBoxTypeProvider>() as Server;
    const organization = { id: 1 } as Identity['organization'];
    const account = { id: 1, defaultAccount: false } as Identity['account'];
    const caller = { identity: { organization, account }, withOrganization: true } as Caller;
    server.decorateRequest('caller');
    server.addHook('onRequest', async (request) => {
      request.caller = caller;
    });
    usageRoutes(server, { usage, clock: Date.now } as RouteContext);
    const one = entry();
    for (const path of [`/usage/${one.id}`, `/usage?searchText=${one.id}`]) {
      await database.deleteFrom('usage_records').execute();
      usage.record(one);
      expect((await server.inject(`/elements/api-v2${path}`)).statusCode).toBe(200);
    }
    await server.close();
  });

  test('records leave by the pulse of the connection that listens to changes, in one statement', async () => {
    const changes = await startChanges(connectionString, limits);
    const batches: (PulseStatement | undefined)[] = [];
    const stop = changes.onPulse(() => {
      const batch = usage.nextBatch();
      if (batch !== undefined) batches.push(batch);
      return batch;
    });
    const entries = Array.from({ length: 3000 }, () => entry());
    for (const one of entries) usage.record(one);
    await expect.poll(() => usage.waiting(), { timeout: 10_000 }).toBe(0);
    stop();
    await changes.stop();
    expect(batches).toHaveLength(1);
    expect(await list()).toHaveLength(3000);
  });

  async function runBatch(batch: ReturnType<UsageStore['nextBatch']>): Promise<void> {
    if (batch === undefined) throw new Error('There is no batch');
    await database.executeQuery(CompiledQuery.raw(batch.text, batch.values));
    batch.settled(undefined);
  }
  async function run<Row>(text: string, values: unknown[] = []): Promise<Row[]> {
    return (await database.executeQuery<Row>(CompiledQuery.raw(text, values))).rows;
  }
  async function partitionOf(id: string): Promise<string | undefined> {
    const text = 'select tableoid::regclass::text as name from usage_records where id = $1';
    return (await run<{ name: string }>(text, [id]))[0]?.name;
  }
  async function partitions(): Promise<string[]> {
    const text = `select inhrelid::regclass::text as name from pg_inherits where inhparent = 'usage_records'::regclass`;
    return (await run<{ name: string }>(text)).map((row) => row.name).sort();
  }
});

describe('GET /usage', () => {
  let platform: Platform;
  let anotherProcess: Database;
  let otherAccount: number;
  let ownAccount: number;
  let otherUser: string;
  let stranger: number;
  const now = Date.now();

  beforeAll(async () => {
    platform = await startPlatform();
    anotherProcess = openDatabase(new Secret(platform.databaseUrl));
    const usage = createUsageStore({ database: anotherProcess, limits, dropped: () => undefined });
    const account = await platform.call('POST', '/accounts', { body: { externalId: 'other' } });
    otherAccount = account.body.id;
    ownAccount = (await platform.call('GET', '/accounts')).body.find(
      (one: { defaultAccount: boolean }) => one.defaultAccount,
    ).id;
    const user = await platform.call('POST', `/accounts/${otherAccount}/users`, { body: { email: 'o@example.test' } });
    otherUser = user.body.secret;
    const [organization] = await platform.sql<{ id: number }>(
      `insert into organizations (name, secret_sealed, secret_digest, profile) values ('x', 'x', 'x', '{}') returning id::int`,
    );
    const [row] = await platform.sql<{ id: number }>(
      'insert into accounts (organization_id, name) values ($1, $2) returning id::int',
      [organization?.id, 'stranger'],
    );
    stranger = row?.id ?? 0;

    const calls: [string, Partial<UsageEntry>][] = [
      ['latest', { at: now - 1000 }],
      ['failed', { at: now - 2000, httpStatus: 404, error: 'No incident 12%_ found', path: '/elements/api-v2/x' }],
      ['other-hub', { at: now - 3000, hub: 'crm', elementKey: 'crmone', elementName: 'Crm One', instanceId: 8 }],
      ['other-account', { at: now - 4000, accountId: otherAccount, elementTags: ['c', 'd,e'], instanceName: 'Zebra' }],
      ['old', { at: now - 8 * dayMs }],
      ['stranger', { at: now - 5000, organizationId: organization?.id ?? 0, accountId: stranger }],
      [
        'traced',
        { at: now - 6000, trace: [{ step: 'vendor request', atMs: 2, detail: { url: 'https://v.example' } }] },
      ],
    ];
    for (const [id, changes] of calls) usage.record(entry({ id, accountId: ownAccount, ...changes }));
    await usage.flush();
  });
  afterAll(async () => {
    await anotherProcess.destroy();
    await platform.close();
  });

  const asOther = () => ({
    authorization: `User ${otherUser}, Organization 0123456789abcdef0123456789abcdef`,
  });
  const ids = async (query: string, options = {}) => {
    const answer = await platform.call('GET', `/usage?${query}`, options);
    return answer.status === 200 ? (answer.body as { id: string }[]).map((row) => row.id).join(' ') : answer.status;
  };

  test.each([
    ['', 'latest failed other-hub other-account traced'],
    ['from=-9d', 'latest failed other-hub other-account traced old'],
    [`from=${now - 9 * dayMs}&to=-7d`, 'old'],
    [`from=${new Date(now - 2000).toISOString()}`, 'latest failed'],
    [`to=${now - 4000}`, 'other-account traced'],
    ['hub=crm', 'other-hub'],
    ['keys[]=crmone&keys[]=none', 'other-hub'],
    ['keys=crmone', 'other-hub'],
    ['tags[]=c&tags[]=x', 'other-account'],
    ['tags[]=d,e', 'other-account'],
    ['tags[]=d', 404],
    ['instanceIds[]=8', 'other-hub'],
    ['status=FAILED', 'failed'],
    ['status=SUCCESS', 'latest other-hub other-account traced'],
    ['searchText=zEBRa', 'other-account'],
    ['searchText=12%25_', 'failed'],
    ['searchText=api-v2/x', 'failed'],
    ['searchText=_', 'failed'],
    ['searchText=traced', 'traced'],
    ['searchText=%27', 404],
    ['hub=', 'latest failed other-hub other-account traced'],
    ['from=2200-01-01', 404],
    ['from=2200-01-01&to=2200-02-01', 404],
    ['to=-10d', 404],
    ['pageOffset=3', 'other-account traced'],
    ['pageOffset=1&pageSize=2', 'failed other-hub'],
    ['status=success', 400],
    ['from=yesterday', 400],
    ['nextPage=nonsense', 400],
    [`nextPage=${Buffer.from('call:1:').toString('base64url')}`, 400],
    [`nextPage=${Buffer.from('call:999999999999999:x').toString('base64url')}&pageSize=1`, 'latest'],
    ['pageSize=0', 400],
    ['accountIds[]=x', 400],
  ])('%s finds %s', async (query, expected) => {
    expect(await ids(query)).toBe(expected);
  });

  test('a page of a page: each call once, in the same order, with the headers of a list', async () => {
    const whole = await ids('from=-9d');
    const seen: string[] = [];
    for (let nextPage = ''; ; ) {
      const answer = await platform.call('GET', `/usage?from=-9d&pageSize=2&nextPage=${nextPage}`);
      expect(answer.headers.get('elements-total-count')).toBe('6');
      expect(answer.headers.get('elements-returned-count')).toBe(String(answer.body.length));
      seen.push(...answer.body.map((row: { id: string }) => row.id));
      nextPage = answer.headers.get('elements-next-page-token') ?? '';
      if (nextPage === '') break;
    }
    expect(seen.join(' ')).toBe(whole);
  });

  test('an account sees its own calls, the default account those of its organization', async () => {
    expect(await ids('', asOther())).toBe('other-account');
    expect(await ids(`accountIds[]=${otherAccount}`, asOther())).toBe('other-account');
    expect(await ids(`accountIds[]=${ownAccount}`, asOther())).toBe(403);
    expect(await ids(`accountIds[]=${otherAccount}&accountIds[]=${ownAccount}`, asOther())).toBe(403);
    expect(await ids(`accountIds[]=${otherAccount}`)).toBe('other-account');
    expect(await ids(`accountIds[]=${otherAccount}&accountIds[]=${ownAccount}`)).toBe(
      'latest failed other-hub other-account traced',
    );
    for (const account of [0, -1, stranger, 999_999]) expect(await ids(`accountIds[]=${account}`)).toBe(403);
    const status = async (id: string, options = {}) => (await platform.call('GET', `/usage/${id}`, options)).status;
    expect(await status('latest', asOther())).toBe(404);
    expect(await status('other-account', asOther())).toBe(200);
    expect(await status('other-account')).toBe(200);
    expect(await status('stranger')).toBe(404);
    expect(await status('latest', { authorization: undefined })).toBe(401);
    expect(await ids('', { authorization: undefined })).toBe(401);
  });

  test('a call has the names of the documentation and those of the live service', async () => {
    const { body } = await platform.call('GET', '/usage/other-account');
    expect(body).toEqual({
      id: 'other-account',
      requestStatus: 'SUCCESS',
      httpStatus: 200,
      method: 'GET',
      requestURI: '/elements/api-v2/hubs/helpdesk/incidents',
      requestIP: '127.0.0.1',
      usageDate: new Date(now - 4000).toISOString(),
      processTime: 12,
      vendorTime: 10,
      vendorCalls: 1,
      kind: 'call',
      cacheHit: false,
      accountId: otherAccount,
      companyId: 1,
      userId: 1,
      instanceId: 7,
      instanceName: 'Zebra',
      elementKey: 'acme',
      elementName: 'Acme Desk',
      elementTags: 'c,d,e',
      elementApi: '/hubs/helpdesk/incidents',
      hub: 'helpdesk',
      traffic_id: 'other-account',
      request_status: 'SUCCESS',
      request_uri: '/elements/api-v2/hubs/helpdesk/incidents',
      process_time: 12,
      user_id: 1,
      element_api: '/hubs/helpdesk/incidents',
    });
  });

  test('the trace is in the answer for one call only', async () => {
    const one = await platform.call('GET', '/usage/traced');
    expect(one.body.trace).toEqual([{ step: 'vendor request', atMs: 2, detail: { url: 'https://v.example' } }]);
    const all = await platform.call('GET', '/usage');
    expect(all.body.filter((row: object) => 'trace' in row)).toEqual([]);
  });

  test('an id that no call has is not found', async () => {
    expect((await platform.call('GET', '/usage/none')).status).toBe(404);
    expect((await platform.call('GET', `/usage/${'x'.repeat(900)}`)).status).toBe(404);
  });
});
