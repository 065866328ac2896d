// Bulk jobs as callers see them, on whole platforms with the sandbox's vendors.

import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createBulkClient, storeEnvironment } from './support/bulk-client.ts';
import { connect, useTrip } from './support/guide.ts';
import { startObjectStore } from './support/object-store.ts';

const store = await startObjectStore();
afterAll(() => store.close());
const trip = useTrip({ environment: storeEnvironment(store) });

describe('with zendesk', () => {
  let bulk: ReturnType<typeof createBulkClient>;
  beforeAll(async () => {
    bulk = createBulkClient(trip.platform, (await connect(trip, 'zendesk')).token, 'helpdesk');
  });

  test('a download brings every record once, as JSON lines', async () => {
    const job = await bulk.begin('POST', '/bulk/query?q=select * from incidents');
    expect(job).toEqual({ id: expect.any(String), instanceId: expect.any(Number), status: 'CREATED' });
    const status = await bulk.ended(job.id);
    expect(status).toMatchObject({
      status: 'COMPLETED',
      recordsCount: 260,
      recordsFailedCount: 0,
      objectName: 'incidents',
    });
    const { text, type } = await bulk.file(`/bulk/${job.id}/incidents`, 'application/json');
    const ids = text
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line).id);
    expect([type, ids.length, new Set(ids).size]).toEqual(['application/json', 260, 260]);
  });

  test('a selection comes as CSV with its fields as columns', async () => {
    const job = await bulk.begin('POST', `/bulk/query?q=select id, subject from incidents limit 3`);
    expect(await bulk.ended(job.id)).toMatchObject({ status: 'COMPLETED', recordsCount: 3 });
    const { text, type } = await bulk.file(`/bulk/${job.id}/incidents`, 'text/csv');
    expect(type).toBe('text/csv');
    expect(text.split('\n')[0]?.trim()).toBe('id,subject');
    expect(text.trimEnd().split('\n')).toHaveLength(4);
  });

  test('a query that cannot be read is answered 400', async () => {
    const { status, body } = await bulk.call('POST', '/bulk/query?q=select * contacts');
    expect([status, body.message]).toEqual([400, expect.stringContaining('Error parsing query')]);
  });

  test('an upload creates each row, and a row that is refused is told with the words of the vendor', async () => {
    const csv = 'subject,description\nOne,It is on fire\nTwo,\nThree,It is out\n';
    const job = await bulk.upload('/bulk/incidents', csv, { type: 'text/csv' });
    const status = await bulk.ended(job.id);
    expect(status).toMatchObject({ status: 'COMPLETED', recordsCount: 3, recordsFailedCount: 1 });
    const errors = await bulk.call('GET', `/bulk/${job.id}/errors`);
    expect(errors.headers.get('elements-returned-count')).toBe('1');
    expect(errors.body).toEqual([
      { row: 2, state: 'failed', status: 422, message: expect.any(String), providerMessage: expect.any(String) },
    ]);
  });

  test('a common resource is selected and filtered in its own words', async () => {
    const job = await bulk.begin(
      'POST',
      "/bulk/query?q=select id, subject, createdDate from ticket where status='open'",
    );
    const status = await bulk.ended(job.id);
    expect(status).toMatchObject({ status: 'COMPLETED', objectName: 'ticket' });
    expect(status.recordsCount).toBeGreaterThan(0);
    expect(status.recordsCount).toBeLessThan(260);
    const { text } = await bulk.file(`/bulk/${job.id}/ticket`, 'application/jsonl');
    const records = text
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line));
    for (const record of records) expect(Object.keys(record)).toEqual(['id', 'subject', 'createdDate']);
    expect(typeof records[0].id).toBe('string');
  });

  test('a common resource is uploaded in its own words', async () => {
    const job = await bulk.upload(
      '/bulk/ticket',
      '{"subject":"Ours","description":"In our words","tags":["bulk-words"]}',
      {
        type: 'application/json',
        name: 'tickets.json',
      },
    );
    expect(await bulk.ended(job.id)).toMatchObject({ status: 'COMPLETED', recordsCount: 1, recordsFailedCount: 0 });
    const found = await bulk.call('GET', "/incidents?where=tags='bulk-words'");
    expect(found.body).toMatchObject([{ subject: 'Ours', tags: ['bulk-words'] }]);
  });
});

describe('with two vendors', () => {
  test('a copy is mapped at both ends', async () => {
    const source = createBulkClient(trip.platform, (await connect(trip, 'sfdc')).token, 'crm');
    const { token } = await connect(trip, 'zendesk');
    const target = createBulkClient(trip.platform, token, 'helpdesk');
    const job = await source.begin('POST', '/bulk/workflows', {
      body: {
        sourceConfiguration: { query: 'select id, firstName, lastName, email from contact limit 15' },
        targetConfiguration: { token, objectName: 'contact', identifierFieldName: 'email' },
      },
    });
    const status = await source.ended(job.id);
    expect(status).toMatchObject({ status: 'COMPLETED', recordsCount: 15 });
    const { text } = await source.file(`/bulk/${job.id}/contact`, 'application/jsonl');
    const emails = text
      .trimEnd()
      .split('\n')
      .flatMap((line) => JSON.parse(line).email ?? []);
    expect(emails.length).toBeGreaterThan(5);
    const errors = await source.call('GET', `/bulk/${job.id}/errors`);
    expect(errors.body).toEqual([]);
    const found = await target.call('GET', `/contacts?where=email='${emails[0]}'`);
    expect(found.body).toHaveLength(1);
  });
});
