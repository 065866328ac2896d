// Native bulk through whole jobs, as callers see them: the element's description is taken where it can be, common
// resources are moved in their own words, a job is cancelled at the vendor, and another server goes on with what one left.

import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { type Sandbox, startSandbox } from '../../sandbox/server.ts';
import { createBulkClient, storeEnvironment } from '../support/bulk-client.ts';
import { control } from '../support/consent.ts';
import { connect, seenRequests, type Trip } from '../support/guide.ts';
import { startObjectStore } from '../support/object-store.ts';
import { createTestDatabase, startPlatform } from '../support/platform.ts';
import { until } from '../support/server-process.ts';

const store = await startObjectStore();
const keyring = `test:${randomBytes(32).toString('base64')}`;
const databaseUrl = await createTestDatabase();
let sandbox: Sandbox;
let trip: Trip;
let token: string;
let bulk: ReturnType<typeof createBulkClient>;

async function start(): Promise<void> {
  const environment = storeEnvironment(store);
  const platform = await startPlatform({ routes: sandbox.routes, environment, keyring, databaseUrl });
  trip = { sandbox, platform };
}

beforeAll(async () => {
  sandbox = await startSandbox({});
  await start();
  token = (await connect(trip, 'sfdc')).token;
  bulk = createBulkClient(trip.platform, token, 'crm');
});
afterAll(async () => {
  await trip.platform.close();
  await sandbox.close();
  await store.close();
});
beforeEach(async () => {
  await pace({ queueSeconds: 0 });
  await control(sandbox.url, 'DELETE', '/requests');
});

function pace(settings: object): Promise<unknown> {
  return control(sandbox.url, 'POST', '/settings', { vendor: 'salesforce', bulk: settings });
}

/** How many calls of the vendor's bulk API there were, and how many to this path. */
async function callsOf(path: string): Promise<{ bulk: number; others: number }> {
  const seen = (await seenRequests(trip)).filter((request) => request.path.startsWith('/services/data'));
  const native = seen.filter((request) => request.path.includes('/jobs/'));
  return { bulk: native.length, others: seen.filter((request) => request.path.endsWith(path)).length };
}

async function recordsOf(id: string, object: string): Promise<Record<string, unknown>[]> {
  const { text } = await bulk.file(`/bulk/${id}/${object}`, 'application/jsonl');
  return text
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line));
}

describe('a job', () => {
  test('of 2,000 rows is one job of the vendor, and each row that failed has the vendor’s reason', async () => {
    const lines = Array.from({ length: 2000 }, (_, index) => `${index % 400 === 7 ? '' : `Name ${index}`},Through`);
    const job = await bulk.upload('/bulk/contacts', `LastName,Department\n${lines.join('\n')}\n`, { type: 'text/csv' });
    const status = await bulk.ended(job.id);
    expect(status).toMatchObject({ status: 'COMPLETED', recordsCount: 2000, recordsFailedCount: 5 });
    const errors = await bulk.call('GET', `/bulk/${job.id}/errors`);
    expect(errors.body.map(({ row }: { row: number }) => row)).toEqual([8, 408, 808, 1208, 1608]);
    expect(errors.body[0]).toMatchObject({
      state: 'failed',
      providerMessage: 'REQUIRED_FIELD_MISSING:Required fields are missing: [LastName]:LastName --',
    });
    const made = (await seenRequests(trip, '*/jobs/ingest')).filter(({ method }) => method === 'POST');
    expect([made.length, (await callsOf('/sobjects/Contact')).others]).toEqual([1, 0]);
  });

  test('brings what a selection asks for', async () => {
    const query = "select Id, LastName from contacts where Department='Through'";
    const job = await bulk.begin('POST', `/bulk/query?q=${query}`);
    expect(await bulk.ended(job.id)).toMatchObject({ status: 'COMPLETED', recordsCount: 1995 });
    const records = await recordsOf(job.id, 'contacts');
    expect(new Set(records.map(({ Id }) => Id)).size).toBe(1995);
    expect(records[0]).toEqual({ Id: expect.any(String), LastName: expect.stringMatching(/^Name/) });
    expect((await callsOf('/v36.0/query')).others).toBe(0);
  });

  test('of a common resource goes in its own words, in and out', async () => {
    const lines = '{"lastName":"Ours","email":"ours@example.com"}\n{"lastName":"Wrong","email":"nonsense"}\n';
    const file = { type: 'application/json', name: 'contacts.json' };
    const sent = await bulk.upload('/bulk/contact', lines, file);
    expect(await bulk.ended(sent.id)).toMatchObject({ status: 'COMPLETED', recordsCount: 2, recordsFailedCount: 1 });
    const query = "select id, lastName, email from contact where email='ours@example.com'";
    const job = await bulk.begin('POST', `/bulk/query?q=${query}`);
    expect(await bulk.ended(job.id)).toMatchObject({ status: 'COMPLETED', recordsCount: 1 });
    expect(await recordsOf(job.id, 'contact')).toEqual([
      { id: expect.any(String), lastName: 'Ours', email: 'ours@example.com' },
    ]);
    const { bulk: native, others } = await callsOf('/sobjects/Contact');
    expect(native).toBeGreaterThan(5);
    expect(others).toBe(0);
  });

  test('that goes row by row is not given to the vendor’s bulk API', async () => {
    const metaData = { concurrency: 'serial' };
    const job = await bulk.upload('/bulk/contacts', 'LastName\nSerial\n', { type: 'text/csv', metaData });
    expect(await bulk.ended(job.id)).toMatchObject({ status: 'COMPLETED', recordsCount: 1, recordsFailedCount: 0 });
    expect((await callsOf('/sobjects/Contact')).others).toBe(1);
    expect((await callsOf('/nothing')).bulk).toBe(0);
  });

  test('of an object that the vendor has no bulk for goes page by page, and row by row', async () => {
    await pace({ queueSeconds: 0, unsupported: ['Account'] });
    const rows = Array.from({ length: 120 }, (_, index) => `Without bulk ${index},Unsupported`);
    const up = await bulk.upload('/bulk/accounts', `Name,Description\n${rows.join('\n')}\n`);
    expect(await bulk.ended(up.id)).toMatchObject({ status: 'COMPLETED', recordsCount: 120, recordsFailedCount: 0 });
    expect((await callsOf('/sobjects/Account')).others).toBe(120);
    expect((await callsOf('')).bulk).toBe(1);

    const down = await bulk.begin('POST', "/bulk/query?q=select Name from accounts where Name like 'Without bulk %25'");
    expect(await bulk.ended(down.id)).toMatchObject({ status: 'COMPLETED', recordsCount: 120 });
    const names = (await recordsOf(down.id, 'accounts')).map(({ Name }) => Name);
    expect(new Set(names)).toEqual(new Set(rows.map((row) => row.split(',')[0])));
  });

  test('is cancelled at the vendor, too', async () => {
    await pace({ queueSeconds: 0, recordsPerSecond: 1 });
    const lines = Array.from({ length: 500 }, (_, index) => `Cancelled ${index}`);
    const job = await bulk.upload('/bulk/contacts', `LastName\n${lines.join('\n')}\n`, { type: 'text/csv' });
    await started();
    expect((await bulk.call('PUT', `/bulk/${job.id}/cancel`)).status).toBe(200);
    expect(await bulk.ended(job.id)).toMatchObject({ status: 'CANCELLED' });
    const states = (await seenRequests(trip, '*/jobs/ingest/*')).filter(({ method }) => method === 'PATCH');
    expect(states.map(({ body }) => JSON.parse(body).state)).toEqual(['UploadComplete', 'Aborted']);
  });

  test('that one server leaves is gone on with by another, each row once', async () => {
    await pace({ queueSeconds: 2, recordsPerSecond: 10_000 });
    const lines = Array.from({ length: 300 }, (_, index) => `Moved ${index}`);
    const csv = `LastName,Department\n${lines.map((name) => `${name},Moved`).join('\n')}\n`;
    const job = await bulk.upload('/bulk/contacts', csv, { type: 'text/csv' });
    await started();
    await trip.platform.close();
    await start();
    bulk = createBulkClient(trip.platform, token, 'crm');
    expect(await bulk.ended(job.id)).toMatchObject({
      status: 'COMPLETED',
      recordsCount: 300,
      recordsFailedCount: 0,
    });
    const made = (await seenRequests(trip, '*/jobs/ingest')).filter(({ method }) => method === 'POST');
    expect(made.length).toBe(1);
    const found = await bulk.begin('POST', "/bulk/query?q=select LastName from contacts where Department='Moved'");
    expect(await bulk.ended(found.id)).toMatchObject({ status: 'COMPLETED', recordsCount: 300 });
  });
});

/** The vendor has been asked to start the rows of a job. */
async function started(): Promise<void> {
  await until('an ingest job is started', async () => {
    const seen = await seenRequests(trip, '*/jobs/ingest/*');
    return seen.some(({ method, status }) => method === 'PATCH' && status === 200);
  });
}
