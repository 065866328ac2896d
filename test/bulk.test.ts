// Bulk jobs as callers see them, on whole platforms with the sandbox's vendors.

import { beforeAll, describe, expect, test } from 'vitest';
import { createBulkClient } from './support/bulk-client.ts';
import { connect, useTrip } from './support/guide.ts';

const trip = useTrip();

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
});
