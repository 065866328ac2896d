// Jobs and asynchronous calls in the database, as several processes see them: each is taken by one, and what a process
// leaves behind is taken by another.

import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { Secret } from '../src/core/secret.ts';
import { createVault } from '../src/core/vault.ts';
import { createAsynchronousCallStore } from '../src/store/asynchronous-calls.ts';
import { type Database, openDatabase } from '../src/store/database.ts';
import { eventId } from '../src/store/events.ts';
import { createJobStore, type StoredCall } from '../src/store/jobs.ts';
import { type Presence, startPresence } from '../src/store/presence.ts';
import { createTestDatabase, createTestKeyring } from './support/platform.ts';

let database: Database;
let url: Secret;
let presences: [Presence, Presence];
const vault = createVault(new Secret(createTestKeyring()));
const now = Date.parse('2026-11-28T12:00:00Z');
const minuteMs = 60_000;
const scope = { organizationId: 1, accountId: 1 };
const owner = { ...scope, userId: 1, instanceId: undefined, elementKey: undefined };
const call: StoredCall = { method: 'GET', path: '/instances', query: '?page=2', headers: { a: 'b' }, body: 'eA==' };
const everyMinute = (_job: unknown, after: number) => after - (after % minuteMs) + minuteMs;

const jobsOf = ({ owner }: Presence) => createJobStore({ database, vault, owner, limits: { jobRunMs: 30 * minuteMs } });
const callsOf = ({ owner }: Presence) => createAsynchronousCallStore({ database, vault, owner });
const makeJob = (nextAt = now) =>
  jobsOf(presences[0]).create(
    { ...owner, name: 'n', description: undefined, call, cron: 'c', zone: 'UTC', nextAt },
    now,
  );
const runsOf = async (jobId: number) =>
  (await jobsOf(presences[0]).runs(scope, { jobId }, { before: undefined, skip: 0, limit: 100 })).rows;

beforeAll(async () => {
  url = new Secret(await createTestDatabase());
  database = openDatabase(url);
  const sealed = { secret_sealed: '', secret_digest: '1' };
  const names = { external_id: null, first_name: null, last_name: null, password_hash: null };
  await database
    .insertInto('organizations')
    .values({ id: 1, name: 'o', profile: '{}', ...sealed })
    .execute();
  const account = { id: 1, organization_id: 1, name: 'a', external_id: null, description: null };
  await database.insertInto('accounts').values(account).execute();
  const user = { id: 1, organization_id: 1, account_id: 1, email: 'x@x', ...names, ...sealed };
  await database.insertInto('users').values(user).execute();
  presences = [await startPresence(url), await startPresence(url)];
});
afterAll(async () => {
  for (const presence of presences) await presence.stop();
  await database.destroy();
});
beforeEach(async () => {
  await database.deleteFrom('jobs').execute();
  await database.deleteFrom('asynchronous_calls').execute();
});

test('of jobs that are due each is claimed by one of many, with what it carries', async () => {
  for (let index = 0; index < 40; index++) await makeJob();
  await makeJob(now + 1);
  const claims = await Promise.all(
    Array.from({ length: 10 }, (_, index) => jobsOf(presences[(index % 2) as 0 | 1]).claim(now, 9, everyMinute)),
  );
  const claimed = claims.flat();
  expect(claimed).toHaveLength(40);
  expect(new Set(claimed.map((job) => job.id)).size).toBe(40);
  expect(new Set(claimed.map((job) => job.historyId)).size).toBe(40);
  expect(claimed[0]?.openCall()).toEqual(call);
  expect(await jobsOf(presences[0]).look(now)).toEqual({ nextAt: now + 1, interrupted: false });
});

test('a run that ends sets its job free at its next time, and leaves out what passed meanwhile', async () => {
  const { id } = await makeJob();
  const jobs = jobsOf(presences[0]);
  const [run] = await jobs.claim(now, 10, everyMinute);
  if (run === undefined) throw new Error('nothing was claimed');
  expect(await jobs.claim(now + 5 * minuteMs, 10, everyMinute)).toEqual([]);
  await jobs.finish(run, { state: 'FAILED', error: 'why', at: now + 5 * minuteMs }, everyMinute);
  expect(await jobs.byId(scope, id)).toMatchObject({ running: false, nextAt: now + 6 * minuteMs });
  expect(await runsOf(id)).toMatchObject([{ state: 'FAILED', error: 'why', endedAt: now + 5 * minuteMs }]);
  // told twice, or of a job that is gone, changes nothing but the history
  await jobs.finish(run, { state: 'COMPLETED', error: undefined, at: now }, everyMinute);
  expect(await jobs.byId(scope, id)).toMatchObject({ nextAt: now + 6 * minuteMs });
});

test('a run whose process is gone, or that takes far too long, is interrupted and never repeated', async () => {
  const dying = await startPresence(url);
  const [lost, slow] = [await makeJob(), await makeJob()];
  await jobsOf(dying).claim(now, 1, everyMinute);
  await jobsOf(presences[1]).claim(now, 1, everyMinute);
  const jobs = jobsOf(presences[0]);
  expect((await jobs.look(now)).interrupted).toBe(false);
  expect(await jobs.finishInterrupted(now, everyMinute)).toBe(0);
  await dying.stop();
  expect((await jobs.look(now)).interrupted).toBe(true);
  expect(await jobs.finishInterrupted(now, everyMinute)).toBe(1);
  expect(await jobs.claim(now, 10, everyMinute)).toEqual([]);
  expect(await runsOf(lost.id)).toMatchObject([{ state: 'INTERRUPTED', error: expect.stringMatching(/unknown/) }]);
  expect(await runsOf(slow.id)).toMatchObject([{ state: 'RUNNING' }]);
  expect(await jobs.finishInterrupted(now + 31 * minuteMs, everyMinute)).toBe(1);
  expect(await runsOf(slow.id)).toMatchObject([{ state: 'INTERRUPTED' }]);
});

test('the late end of a run that was given up does not end the one that followed', async () => {
  const { id } = await makeJob();
  const jobs = jobsOf(presences[0]);
  const [late] = await jobsOf(presences[1]).claim(now, 1, everyMinute);
  if (late === undefined) throw new Error('nothing was claimed');
  await jobs.finishInterrupted(now + 31 * minuteMs, everyMinute);
  expect(await jobs.claim(now + 32 * minuteMs, 1, everyMinute)).toHaveLength(1);
  await jobs.finish(late, { state: 'COMPLETED', error: undefined, at: now + 32 * minuteMs }, everyMinute);
  expect(await jobs.byId(scope, id)).toMatchObject({ running: true });
  expect((await runsOf(id)).map((run) => run.state)).toEqual(['RUNNING', 'COMPLETED']);
});

test('a job that was disabled or given another schedule during its run stays so', async () => {
  const [disabled, moved] = [await makeJob(), await makeJob()];
  const jobs = jobsOf(presences[0]);
  const runs = await jobs.claim(now, 10, everyMinute);
  await jobs.change(scope, disabled.id, { enabled: false, nextAt: undefined }, now);
  await jobs.change(scope, moved.id, { cron: 'd', zone: 'UTC', nextAt: now + 99 * minuteMs }, now);
  for (const run of runs) {
    await jobs.finish(run, { state: 'COMPLETED', error: undefined, at: now + 5 * minuteMs }, everyMinute);
  }
  expect(await jobs.byId(scope, disabled.id)).toMatchObject({ enabled: false, nextAt: undefined });
  expect(await jobs.byId(scope, moved.id)).toMatchObject({ cron: 'd', nextAt: now + 99 * minuteMs });
});

test('a job is one of its organization and account only', async () => {
  const { id } = await makeJob();
  const jobs = jobsOf(presences[0]);
  for (const other of [
    { organizationId: 2, accountId: undefined },
    { organizationId: 2, accountId: 1 },
    { organizationId: 1, accountId: 2 },
  ]) {
    expect(await jobs.byId(other, id)).toBeUndefined();
    expect((await jobs.list(other, { after: 0, skip: 0, limit: 10 })).total).toBe(0);
    expect(await jobs.change(other, id, { enabled: false, nextAt: undefined }, now)).toBeUndefined();
    expect(await jobs.remove(other, id)).toBe(false);
  }
  expect(await jobs.remove(scope, id)).toBe(true);
});

test('an accepted call is taken over once, when nobody makes it; its result counts once', async () => {
  const dying = await startPresence(url);
  const accepted = { call, callbackUrl: 'https://x.example/', ofElement: true };
  const [own, left, notBegun] = [eventId(now), eventId(now), eventId(now)];
  await callsOf(presences[0]).accept({ ...owner, eventId: own, accepted }, true, now);
  await callsOf(dying).accept({ ...owner, eventId: left, accepted }, true, now);
  await callsOf(dying).accept({ ...owner, eventId: notBegun, accepted }, false, now);
  const first = await callsOf(presences[1]).takeOver(10);
  expect(first.map((taken) => [taken.eventId, taken.attempts])).toEqual([[notBegun, 0]]);
  await dying.stop();
  const both = (await Promise.all(presences.map((presence) => callsOf(presence).takeOver(10)))).flat();
  expect(both.map((taken) => [taken.eventId, taken.attempts])).toEqual([[left, 1]]);
  const [taken] = both;
  if (taken === undefined) throw new Error('nothing was taken');
  expect(taken.open()).toEqual(accepted);
  const result = (body: string) =>
    callsOf(presences[1]).complete(taken, { callbackUrl: 'https://x.example/', body }, now);
  await Promise.all([result('one'), result('one'), result('one')]);
  const events = await database.selectFrom('events').selectAll().where('id', '=', left).execute();
  expect(events).toMatchObject([{ source: 'result', body: 'one', callback_url: 'https://x.example/' }]);
});
