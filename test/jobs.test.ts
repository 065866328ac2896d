// Jobs end to end: made by the routes and by a header, run at their times through the server itself, and what is told of
// their runs. The clock is the test's own; processes that are killed are real.

import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, onTestFinished, test } from 'vitest';
import {
  createTestDatabase,
  createTestKeyring,
  credentials,
  type Platform,
  platformEnvironment,
  startPlatform,
} from './support/platform.ts';
import {
  connectTestElement,
  type RecordedRequest,
  type RecordingVendor,
  startRecordingVendor,
  type TestInstance,
} from './support/recording-vendor.ts';
import { makeDataFolder, startServerProcess, until } from './support/server-process.ts';

let platform: Platform;
let vendor: RecordingVendor;
let instance: TestInstance;
// 2026-11-28 is a Saturday.
const start = Date.parse('2026-11-28T12:00:00Z');
let now = start;

const resource = (method: string, path: string) => ({
  ...{ method, path: `/hubs/general${path}`, vendorMethod: method, vendorPath: path, type: 'api' },
  parameters: [
    { name: 'page', type: 'query', vendorName: 'page', vendorType: 'query' },
    { name: 'X-Mark', type: 'header', vendorName: 'X-Mark', vendorType: 'header' },
    ...(method === 'POST' ? [{ name: 'thing', type: 'body', vendorName: 'thing', vendorType: 'body' }] : []),
  ],
});
const element = { resources: [resource('GET', '/things'), resource('POST', '/things'), resource('GET', '/slow')] };

beforeAll(async () => {
  vendor = await startRecordingVendor();
  platform = await startPlatform({ clock: () => now, environment: { VALENCE_EGRESS: 'any' } });
  instance = await connectTestElement(platform, vendor, element);
});
afterAll(async () => {
  await platform.close();
  await vendor.close();
});
beforeEach(async () => {
  for (const job of (await platform.call('GET', '/jobs')).body) await platform.call('DELETE', `/jobs/${job.id}`);
  vendor.requests.length = 0;
  vendor.reply = () => ({ body: [{ id: 1 }] });
});

async function makeJob(members: Record<string, unknown> = {}): Promise<{ id: string; name: string; schedule: string }> {
  const { status, body } = await platform.call('POST', '/jobs', {
    body: {
      uri: '/hubs/general/things',
      instanceId: String(instance.id),
      trigger: { cron: '0 0/15 * 1/1 * ? *' },
      ...members,
    },
  });
  expect(body.message).toBeUndefined();
  expect(status).toBe(200);
  return body;
}

/** The runs of a job, the latest first. */
async function history(id: string) {
  return (await platform.call('GET', `/jobs/${id}/history`)).body;
}

/** Lets time pass and waits until a job has so many runs that have ended. */
async function pass(minutes: number, id: string, ended: number) {
  now += minutes * 60_000;
  return until(`${ended} runs of job ${id}`, async () => {
    const runs = await history(id);
    return runs.filter((run: { end_time: number | null }) => run.end_time !== null).length >= ended && runs;
  });
}

const vendorCalls = (path = '/things') => vendor.requests.filter((request) => request.path === path);

describe('a job', () => {
  test('is made, shown, listed and deleted', async () => {
    expect((await platform.call('GET', '/jobs')).body).toEqual([]);
    expect((await platform.call('GET', '/jobs')).headers.get('elements-total-count')).toBe('0');
    const made = await makeJob({ name: 'Sync', description: 'every quarter of an hour' });
    expect(made).toEqual({ id: expect.any(String), name: 'Sync', schedule: '0 0/15 * 1/1 * ? *' });
    const { body: shown } = await platform.call('GET', `/jobs/${made.id}`);
    expect(shown).toMatchObject({
      id: made.id,
      name: 'Sync',
      description: 'every quarter of an hour',
      disallowConcurrent: true,
      data: { id: instance.id, elementKey: instance.elementKey },
      trigger: { state: 'NORMAL', nextFireTime: Math.floor(now / 900e3) * 900e3 + 900e3, mayFireAgain: true },
    });
    expect((await platform.call('GET', '/jobs')).body).toEqual([shown]);
    const deleted = await platform.call('DELETE', `/jobs/${made.id}`);
    expect([deleted.status, deleted.body]).toEqual([200, undefined]);
    expect((await platform.call('GET', `/jobs/${made.id}`)).status).toBe(404);
    expect((await platform.call('DELETE', `/jobs/${made.id}`)).status).toBe(404);
  });

  test('runs at its times as the call that it describes', async () => {
    const { id } = await makeJob({
      ...{ method: 'post', uri: '/elements/api-v2/hubs/general/things', query: { page: 2 } },
      ...{ headers: { 'X-Mark': 'quarter' }, body: { name: 'Ünï' } },
    });
    now = Math.floor(now / 900e3) * 900e3;
    expect(vendorCalls()).toHaveLength(0);
    const [run] = await pass(15, id, 1);
    expect(run).toMatchObject({
      job_state: 'COMPLETED',
      job_error_message: null,
      start_time: now,
      instance_id: instance.id,
    });
    const [request] = vendorCalls() as [RecordedRequest];
    expect([request.method, request.headers['x-mark'], JSON.parse(request.text)]).toEqual([
      'POST',
      'quarter',
      { name: 'Ünï' },
    ]);
    expect(request.query.get('page')).toBe('2');
    expect((await platform.call('GET', `/jobs/${id}/history/${run.job_history_id}`)).body).toEqual(run);
    expect((await platform.call('GET', `/jobs/${id}/history/999999`)).status).toBe(404);
    await pass(15, id, 2);
    expect(vendorCalls()).toHaveLength(2);
    // it leaves a usage record like any call
    const usage = await platform.call('GET', `/usage?from=${now - 1800e3}&to=${now}&instanceIds[]=${instance.id}`);
    expect(usage.body.filter((record: { method: string }) => record.method === 'POST').length).toBeGreaterThanOrEqual(
      2,
    );
  });

  test('times that passed while nobody looked are made up for by one run', async () => {
    const { id } = await makeJob();
    await pass(24 * 60, id, 1);
    expect(vendorCalls()).toHaveLength(1);
    const { trigger } = (await platform.call('GET', `/jobs/${id}`)).body;
    expect(trigger.nextFireTime).toBe(Math.floor(now / 900e3) * 900e3 + 900e3);
    await pass(15, id, 2);
    expect(vendorCalls()).toHaveLength(2);
  });

  test('is not begun again while it runs, and then goes on at its next time', async () => {
    const answers: (() => void)[] = [];
    vendor.reply = () => new Promise((resolve) => answers.push(() => resolve({ body: [] })));
    const { id } = await makeJob({ uri: '/slow' });
    now += 15 * 60_000;
    await until('the vendor is asked', () => answers.length === 1);
    expect((await platform.call('GET', `/jobs/${id}`)).body.trigger.state).toBe('BLOCKED');
    // Another job of the same times runs meanwhile, which proves that the first was passed over.
    const other = await makeJob({ uri: '/slow' });
    now += 60 * 60_000;
    await until('the other job’s call', () => answers.length === 2);
    expect(await history(id)).toHaveLength(1);
    for (const answer of answers) answer();
    await pass(0, id, 1);
    await pass(0, other.id, 1);
    const { trigger } = (await platform.call('GET', `/jobs/${id}`)).body;
    expect(trigger).toMatchObject({ state: 'NORMAL', nextFireTime: Math.floor(now / 900e3) * 900e3 + 900e3 });
    expect(await history(id)).toHaveLength(1);
  });

  test('a call that is refused is told with its reason', async () => {
    vendor.reply = () => ({ status: 422, body: { error: 'no such thing' } });
    const { id } = await makeJob();
    const [run] = await pass(15, id, 1);
    expect(run.job_state).toBe('FAILED');
    expect(run.job_error_message).toMatch(/^422: .*no such thing/);
    const strange = await makeJob({ uri: '/hubs/general/nothing' });
    const [refused] = await pass(15, strange.id, 1);
    expect(refused.job_error_message).toMatch(/^404: .*no resource \/nothing/);
  });

  test('is disabled, enabled and given another schedule', async () => {
    const { id, name } = await makeJob();
    expect((await platform.call('PUT', `/jobs/${id}/disable`)).status).toBe(200);
    const disabled = (await platform.call('GET', `/jobs/${id}`)).body;
    expect(disabled.trigger).toMatchObject({ state: 'PAUSED', mayFireAgain: false });
    const moved = await platform.call('PATCH', `/jobs/${id}/reschedule`, {
      body: { trigger: { cron: '0 30 8 ? * MON-FRI', timeZone: 'Europe/Berlin' } },
    });
    expect(moved.body).toEqual({ id, name, schedule: '0 30 8 ? * MON-FRI' });
    now += 7 * 24 * 3600e3;
    const other = await makeJob();
    await pass(15, other.id, 1);
    expect(await history(id)).toEqual([]);
    expect((await platform.call('PUT', `/jobs/${id}/enable`)).status).toBe(200);
    const { trigger } = (await platform.call('GET', `/jobs/${id}`)).body;
    expect(trigger.state).toBe('NORMAL');
    expect(new Date(trigger.nextFireTime).toISOString()).toMatch(/T07:30:00/);
    expect(new Date(trigger.nextFireTime).getUTCDay()).toBe(1);
  });

  test('a schedule tells its next times before a job is made of it', async () => {
    const at = (text: string) => Date.parse(text);
    const times = async (query: Record<string, string>) =>
      (await platform.call('GET', `/jobs/schedules?${new URLSearchParams(query)}`)).body;
    // Jobs of other tests may be due at times that have been.
    const present = now;
    onTestFinished(() => {
      now = present;
    });
    now = start;
    expect(await times({ cron: '0 0 8 ? * MON', timeZone: 'Europe/Berlin', count: '2' })).toEqual({
      schedule: '0 0 8 ? * MON',
      timeZone: 'Europe/Berlin',
      fireTimes: [at('2026-11-30T07:00:00Z'), at('2026-12-07T07:00:00Z')],
    });
    expect((await times({ cron: '0 0 0 1 1 ? 2027' })).fireTimes).toEqual([at('2027-01-01T00:00:00Z')]);
    expect((await times({ cron: '0 0 0 1 1 ? 2020' })).fireTimes).toEqual([]);
    expect((await times({ cron: '0 0 25 * * *' })).message).toContain('cannot be used');
    expect((await times({ cron: '* * * * * ?' })).message).toContain('5 seconds');
  });

  test('without an instance calls the platform as its owner', async () => {
    const { id } = await makeJob({ instanceId: undefined, uri: '/instances', query: { pageSize: 1 } });
    expect((await pass(15, id, 1))[0].job_state).toBe('COMPLETED');
  });

  test('what it carries is sealed', async () => {
    await makeJob({
      headers: { 'X-Mark': 'very-secret-header' },
      body: { password: 'very-secret-body' },
      query: { page: 'very-secret-page' },
    });
    const rows = await platform.sql<{ row: string }>('select jobs::text as row from jobs');
    expect(rows).toHaveLength(1);
    expect(rows[0]?.row).not.toMatch(/very-secret/);
  });
});

describe('refused', () => {
  test.each([
    [{ trigger: { cron: '* * * * * ?' } }, /5 seconds at least/],
    [{ trigger: { cron: '0 0 12 * * ? 2020' } }, /no time that is still to come/],
    [{ trigger: { cron: '0 0 25 * * *' } }, /hours: "25".*must be \?/],
    [{ trigger: { cron: '0 0 12 * * ?', timeZone: 'Mars/Olympus' } }, /Mars\/Olympus/],
    [{ trigger: {} }, /cron/],
    [{ trigger: undefined }, /trigger/],
    [{ uri: 'https://example.com/x' }, /uri must be a path/],
    [{ uri: undefined }, /uri/],
    [{ method: 'TRACE' }, /method/],
    [{ headers: { Authorization: 'User x' }, query: { a: { b: 1 } } }, /Authorization.*query: a/],
    [{ headers: { 'X Y': 'x', Z: 'a\nb' } }, /"X Y".*Z holds/],
  ])('%j', async (members, message) => {
    const { status, body } = await platform.call('POST', '/jobs', {
      body: { uri: '/hubs/general/things', trigger: { cron: '0 0 12 * * ?' }, ...members },
    });
    expect(status).toBe(400);
    expect(body.message).toMatch(message);
  });

  test('an instance, and jobs, that are not there or not the caller’s', async () => {
    const trigger = { cron: '0 0 12 * * ?' };
    for (const instanceId of ['999999', 'abc', -1]) {
      expect((await platform.call('POST', '/jobs', { body: { uri: '/x', trigger, instanceId } })).status).toBe(404);
    }
    const { id } = await makeJob();
    const authorization = await otherAccount();
    for (const [method, path] of [
      ['GET', ''],
      ['DELETE', ''],
      ['PUT', '/disable'],
      ['PUT', '/enable'],
      ['GET', '/history'],
      ['GET', '/history/1'],
    ] as const) {
      expect((await platform.call(method, `/jobs/${id}${path}`, { authorization })).status).toBe(404);
      expect((await platform.call(method, `/jobs/abc${path}`)).status).toBe(404);
    }
    const body = { trigger };
    expect((await platform.call('PATCH', `/jobs/${id}/reschedule`, { authorization, body })).status).toBe(404);
    expect((await platform.call('GET', '/jobs', { authorization })).body).toEqual([]);
    expect((await platform.call('GET', '/jobs/executions', { authorization })).body).toEqual([]);
    const foreign = await platform.call('POST', '/jobs', {
      body: { uri: '/x', trigger, instanceId: instance.id },
      authorization,
    });
    expect(foreign.status).toBe(404);
    expect((await platform.call('GET', '/jobs', { authorization: undefined })).status).toBe(401);
  });
});

let accounts = 0;
/** Credentials of a user of an account of its own. */
async function otherAccount(): Promise<string> {
  return (await otherUser()).authorization;
}
async function otherUser() {
  const account = (await platform.call('POST', '/accounts', { body: { externalId: `other ${++accounts}` } })).body;
  const user = await platform.call('POST', `/accounts/${account.id}/users`, {
    body: { email: `other${accounts}@example.test`, password: 'Correct horse 1!', firstName: 'O', lastName: 'U' },
  });
  expect(user.status).toBe(200);
  const organization = /Organization (\S+)/.exec(credentials())?.[1];
  return { account, user: user.body, authorization: `User ${user.body.secret}, Organization ${organization}` };
}

describe('the header of any call', () => {
  test('stores an element call as a job instead of making it', async () => {
    const answer = await instance.call('POST', '/hubs/general/things?page=3', {
      body: { name: 'later' },
      headers: { 'Elements-Schedule-Request': '0 0/15 * 1/1 * ? *', 'X-Mark': 'later' },
    });
    expect(answer.status).toBe(200);
    expect(answer.body).toEqual({
      id: expect.any(String),
      name: 'POST /hubs/general/things',
      schedule: '0 0/15 * 1/1 * ? *',
    });
    expect(vendorCalls()).toHaveLength(0);
    await pass(15, answer.body.id, 1);
    const [request] = vendorCalls() as [RecordedRequest];
    expect([request.method, request.headers['x-mark'], JSON.parse(request.text), request.query.get('page')]).toEqual([
      ...['POST', 'later'],
      { name: 'later' },
      '3',
    ]);
  });

  test('stores a call to the platform, too', async () => {
    const headers = { 'elements-schedule-request': '0 0 12 * * ?' };
    const answer = await platform.call('GET', '/instances?pageSize=1', { headers });
    expect(answer.body).toEqual({ id: expect.any(String), name: 'GET /instances', schedule: '0 0 12 * * ?' });
    expect((await pass(24 * 60, answer.body.id, 1))[0].job_state).toBe('COMPLETED');
  });

  test('is refused when it is no schedule, without credentials, or on a path that is not there', async () => {
    const call = (path: string, schedule: string, options = {}) =>
      platform.call('GET', path, { headers: { 'elements-schedule-request': schedule }, ...options });
    expect((await call('/instances', 'often')).body.message).toMatch(/1 fields/);
    expect((await call('/instances', 'often')).status).toBe(400);
    expect((await call('/instances', '0 0 12 * * ?', { authorization: undefined })).status).toBe(401);
    expect((await call('/nothing/here', '0 0 12 * * ?')).status).toBe(404);
    expect((await platform.call('GET', '/jobs')).body).toEqual([]);
  });

  test('a body that is too large to be kept is refused, and the connection serves on', async () => {
    const answer = await instance.call('POST', '/hubs/general/things', {
      body: { name: 'x'.repeat(2 * 1024 * 1024) },
      headers: { 'elements-schedule-request': '0 0 12 * * ?' },
    });
    expect(answer.status).toBe(413);
    expect((await platform.call('GET', '/jobs')).body).toEqual([]);
  });
});

describe('jobs go', () => {
  const count = async (id: string) => (await platform.sql('select from jobs where id = $1', [Number(id)])).length;

  test('with their instance', async () => {
    const own = await connectTestElement(platform, vendor, element);
    const { id } = await makeJob({ instanceId: own.id });
    await platform.call('DELETE', `/instances/${own.id}`);
    expect(await count(id)).toBe(0);
  });

  test('with their user or account, when it is deactivated', async () => {
    for (const what of ['user', 'account'] as const) {
      const { account, user, authorization } = await otherUser();
      const { body } = await platform.call('POST', '/jobs', {
        authorization,
        body: { uri: '/instances', trigger: { cron: '0 0 12 * * ?' } },
      });
      expect(await count(body.id)).toBe(1);
      const path = what === 'user' ? `/users/${user.id}` : `/accounts/${account.id}`;
      const changed = await platform.call('PATCH', path, { body: { active: false } });
      expect(changed.status).toBe(200);
      expect(await count(body.id)).toBe(0);
    }
  });
});

test('a job of a user who is not active any more fails with that reason', async () => {
  const { user, authorization } = await otherUser();
  const { body } = await platform.call('POST', '/jobs', {
    authorization,
    body: { uri: '/instances', trigger: { cron: '0 0/15 * * * ?' } },
  });
  // Else the job would go with its user: this is what a run sees that began at the same moment.
  await platform.sql('alter table users disable trigger users_inactive');
  await platform.call('PATCH', `/users/${user.id}`, { body: { active: false } });
  await platform.sql('alter table users enable trigger users_inactive');
  const [run] = await pass(15, body.id, 1);
  expect(run).toMatchObject({
    job_state: 'FAILED',
    job_error_message: expect.stringMatching(/^403: .*no longer active/),
  });
  await platform.call('DELETE', `/jobs/${body.id}`);
});

test('executions of all jobs, filtered and in pages', async () => {
  const first = await makeJob({ name: 'first' });
  const platformJob = await makeJob({ name: 'second', instanceId: undefined, uri: '/instances' });
  const begin = now;
  now = Math.floor(now / 900e3) * 900e3;
  await pass(15, first.id, 1);
  await pass(0, platformJob.id, 1);
  const middle = now;
  await pass(15, first.id, 2);
  await pass(0, platformJob.id, 2);
  const list = async (query: string) => (await platform.call('GET', `/jobs/executions?${query}`)).body;
  const names = (rows: { job_name: string }[]) => rows.map((row) => row.job_name).sort();
  expect(names(await list(`startTime=${begin + 1}`))).toEqual(['first', 'first', 'second', 'second']);
  expect(names(await list(`startTime=${begin + 1}&endTime=${middle}`))).toEqual(['first', 'second']);
  expect(names(await list(`startTime=${begin + 1}&elementKeys[]=${instance.elementKey}`))).toEqual(['first', 'first']);
  expect(await list('elementKeys[]=none')).toEqual([]);
  expect((await platform.call('GET', '/jobs/executions?startTime=soon')).status).toBe(400);
  const page = await platform.call('GET', `/jobs/${first.id}/history?pageSize=1`);
  expect(page.headers.get('elements-total-count')).toBe('2');
  const token = page.headers.get('elements-next-page-token');
  const next = await platform.call('GET', `/jobs/${first.id}/history?pageSize=1&nextPage=${token}`);
  expect(next.headers.get('elements-next-page-token')).toBeNull();
  expect(next.body[0].start_time).toBeLessThan(page.body[0].start_time);
});

test('a process that is killed in the middle of a run leaves a job that goes on, and says so', async () => {
  const [databaseUrl, keyring, folder] = [await createTestDatabase(), createTestKeyring(), await makeDataFolder()];
  const begin = () =>
    startServerProcess({
      ...platformEnvironment({ databaseUrl, keyring, dataFolder: join(folder, 'data') }),
      VALENCE_EGRESS: 'any',
    });
  const first = await begin();
  onTestFinished(() => first.kill());
  const own = await connectTestElement({ ...platform, call: first.call } as Platform, vendor, element);
  vendor.reply = () => 'silence';
  const made = await first.call('POST', '/jobs', {
    body: { uri: '/slow', instanceId: own.id, trigger: { cron: '0/5 * * * * ?' } },
  });
  const { id } = made.body;
  await until('the vendor is asked', () => vendorCalls('/slow').length === 1);
  await first.kill();
  vendor.reply = () => ({ body: [] });

  const second = await begin();
  onTestFinished(() => second.kill());
  const runs = await until('a run that the second server made', async () => {
    const found = (await second.call('GET', `/jobs/${id}/history`)).body;
    return found.some((run: { job_state: string }) => run.job_state === 'COMPLETED') && found;
  });
  expect(runs.at(-1)).toMatchObject({ job_state: 'INTERRUPTED', job_error_message: expect.stringMatching(/unknown/) });
  await second.call('PUT', `/jobs/${id}/disable`);
  await second.stop();
}, 90_000);
