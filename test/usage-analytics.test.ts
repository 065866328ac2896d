// Calls counted over time: in buckets and by element, with the same conditions as the list, each account its own, and only
// for as long as the database is given.

import { sql } from 'kysely';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { limits } from '../src/config.ts';
import { Secret } from '../src/core/secret.ts';
import { type Database, openDatabase } from '../src/store/database.ts';
import { createUsageStore, type UsageEntry } from '../src/store/usage.ts';
import { createUsageCounter } from '../src/store/usage-analytics.ts';
import { administrator, createTestKeyring, type Platform, startPlatform } from './support/platform.ts';
import { addOrganization } from './support/second-organization.ts';

const minuteMs = 60_000;
const hourMs = 60 * minuteMs;
const now = Date.UTC(2026, 4, 4, 12);

let platform: Platform;
let database: Database;
let otherAccount: number;
let asOther: string;
let asStranger: string;

beforeAll(async () => {
  const keyring = createTestKeyring();
  platform = await startPlatform({ keyring, clock: () => now });
  asStranger = await addOrganization(platform, keyring);
  const [own] = (await platform.call('GET', '/accounts')).body;
  otherAccount = (await platform.call('POST', '/accounts', { body: { externalId: 'other' } })).body.id;
  const user = await platform.call('POST', `/accounts/${otherAccount}/users`, { body: { email: 'o@example.test' } });
  asOther = `User ${user.body.secret}, Organization ${administrator.organizationSecret}`;
  database = openDatabase(new Secret(platform.databaseUrl));
  const usage = createUsageStore({ database, limits, dropped: () => undefined });
  const note = (id: string, ago: number, changes: Partial<UsageEntry> = {}) =>
    usage.record({
      ...{ id, at: now - ago, organizationId: 1, accountId: own.id, userId: 1, instanceId: 7, instanceName: 'Acme' },
      ...{ elementKey: 'acme', elementName: 'Acme Desk', elementTags: ['a'], hub: 'helpdesk', method: 'GET' },
      ...{ path: '/hubs/helpdesk/incidents', elementApi: undefined, httpStatus: 200, processMs: 10, vendorMs: 5 },
      ...{ vendorCalls: 1, requestIp: undefined, error: undefined, kind: 'call', cacheHit: false, trace: undefined },
      ...changes,
    });
  // a hundred calls of 1 to 100 ms in one minute
  for (let count = 1; count <= 100; count++) note(`many-${count}`, 10 * minuteMs, { processMs: count });
  note('failed', 5 * minuteMs, { httpStatus: 502, processMs: 1000, error: 'The vendor failed' });
  note('crm', 5 * minuteMs, {
    elementKey: 'crmone',
    elementName: 'Crm One',
    hub: 'crm',
    instanceId: 8,
    httpStatus: 404,
  });
  note('crm-2', 2 * minuteMs, {
    elementKey: 'crmone',
    elementName: 'Crm One',
    hub: 'crm',
    instanceId: 8,
    httpStatus: 404,
  });
  note('other', 5 * minuteMs, { accountId: otherAccount });
  note('old', 20 * 24 * hourMs);
  await usage.flush();
});
afterAll(async () => {
  await database?.destroy();
  await platform?.close();
});

interface Bucket {
  timestamp: string;
  calls: number;
  failed: number;
  p50?: number;
}
const count = (query: string, authorization?: string) =>
  platform.call('GET', `/usage/analytics?${query}`, authorization === undefined ? {} : { authorization });
const calls = async (query: string, authorization?: string) =>
  (await count(query, authorization)).body.buckets.reduce((sum: number, bucket: Bucket) => sum + bucket.calls, 0);

describe('GET /usage/analytics', () => {
  test('counts in buckets of equal length, also empty ones, with percentiles where there were calls', async () => {
    const { status, body } = await count('from=-1h');
    expect([status, body.bucketMs, body.buckets.length]).toEqual([200, minuteMs, 61]);
    expect([body.from, body.to]).toEqual(['2026-05-04T11:00:00.000Z', '2026-05-04T12:00:00.000Z']);
    expect(body.buckets[0]).toEqual({ timestamp: '2026-05-04T11:00:00.000Z', calls: 0, failed: 0 });
    expect(body.buckets.filter((bucket: Bucket) => bucket.calls > 0)).toEqual([
      { timestamp: '2026-05-04T11:50:00.000Z', calls: 100, failed: 0, p50: 50.5, p95: 95.05, p99: 99.01 },
      expect.objectContaining({ timestamp: '2026-05-04T11:55:00.000Z', calls: 3, failed: 2, p50: 10 }),
      { timestamp: '2026-05-04T11:58:00.000Z', calls: 1, failed: 1, p50: 10, p95: 10, p99: 10 },
    ]);
  });

  test('counts by element, the one with the most failures first', async () => {
    expect((await count('from=-1h')).body.byElement).toEqual([
      { elementKey: 'crmone', elementName: 'Crm One', calls: 2, failed: 2 },
      { elementKey: 'acme', elementName: 'Acme Desk', calls: 102, failed: 1 },
    ]);
  });

  test.each([
    ['', 104],
    ['from=-30d', 105],
    ['from=-6m', 4],
    [`from=-1h&to=${now - 6 * minuteMs}`, 100],
    ['hub=crm', 2],
    ['keys[]=crmone', 2],
    ['keys=acme', 102],
    ['instanceIds[]=8', 2],
    ['status=FAILED', 3],
    ['searchText=vendor failed', 1],
    ['tags[]=b', 0],
  ])('%s counts %i', async (query, expected) => {
    expect(await calls(query)).toBe(expected);
  });

  test.each([
    ['from=-10s', 1000, 11],
    ['from=-1d', 30 * minuteMs, 49],
    ['', 3 * hourMs, 57],
    ['from=-92d', 48 * hourMs, 47],
  ])('%s has buckets of %i ms', async (query, length, buckets) => {
    const { body } = await count(query);
    expect([body.bucketMs, body.buckets.length]).toEqual([length, buckets]);
  });

  test.each([
    ['from=-93d', /92 days at most/],
    ['from=now&to=-1h', /to is before from/],
    ['from=yesterday', /from is no time/],
    ['status=failed', /status/],
  ])('%s is refused', async (query, message) => {
    const { status, body } = await count(query);
    expect([status, body.message]).toEqual([400, expect.stringMatching(message)]);
  });

  test('an account counts its own calls, the default account those of its organization, nobody those of another', async () => {
    expect(await calls('', asOther)).toBe(1);
    expect(await calls(`accountIds[]=${otherAccount}`)).toBe(1);
    expect(await calls('', asStranger)).toBe(0);
    expect((await count('', asStranger)).body.byElement).toEqual([]);
    const [own] = (await platform.call('GET', '/accounts')).body;
    expect((await count(`accountIds[]=${own.id}`, asOther)).status).toBe(403);
    expect((await count(`accountIds[]=${own.id}`, asStranger)).status).toBe(403);
    expect((await platform.call('GET', '/usage/analytics', { authorization: undefined })).status).toBe(401);
  });
});

test('a count is given up when it takes longer than the database is given for it', async () => {
  const counter = createUsageCounter(database, { analyticsMs: 50 });
  const counted = await database.transaction().execute(async (transaction) => {
    // a count waits for this lock, and would for ever
    await sql`lock table usage_records in access exclusive mode`.execute(transaction);
    return counter.count({ organizationId: 1, accountIds: undefined }, { from: now - hourMs, to: now }, minuteMs);
  });
  expect(counted).toBeUndefined();
});
