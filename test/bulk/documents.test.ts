// Downloads that are also put into an account of documents: Zendesk's tickets as files at Salesforce.

import { afterAll, beforeAll, expect, test } from 'vitest';
import { createBulkClient, storeEnvironment } from '../support/bulk-client.ts';
import { control } from '../support/consent.ts';
import { connect, useTrip } from '../support/guide.ts';
import { startObjectStore } from '../support/object-store.ts';
import { credentials } from '../support/platform.ts';

const store = await startObjectStore();
afterAll(() => store.close());
const trip = useTrip({ environment: storeEnvironment(store) });

let bulk: ReturnType<typeof createBulkClient>;
let tickets: { id: number; token: string };
let documents: { id: number; token: string };
beforeAll(async () => {
  tickets = await connect(trip, 'zendesk');
  documents = await connect(trip, 'sfdcdocuments');
  bulk = createBulkClient(trip.platform, tickets.token, 'helpdesk');
});

const asked = (docsHubDetails: unknown, more: Record<string, unknown> = {}) => ({
  body: {
    objectName: 'incidents',
    format: 'text/csv',
    selectFields: 'id,subject',
    limit: 150,
    docsHubDetails,
    ...more,
  },
});
const put = async (docsHubDetails: unknown, more?: Record<string, unknown>) => {
  const { id } = await bulk.begin('POST', '/bulk/download', asked(docsHubDetails, more));
  return { id, status: await bulk.ended(id) };
};
const files = (path: string) => `${trip.platform.url}/elements/api-v2/hubs/documents${path}`;
const headers = () => ({ authorization: credentials(documents.token) });
const fileAt = async (path: string) => {
  const answer = await fetch(files(`/files?path=${encodeURIComponent(path)}`), { headers: headers() });
  return { status: answer.status, text: await answer.text() };
};

test('the file comes to its path, byte for byte what the job has', async () => {
  const { id, status } = await put({ instanceId: documents.id, path: '/tickets.csv' });
  expect(status).toMatchObject({ status: 'COMPLETED', recordsCount: 150, message: 'The file is at /tickets.csv.' });
  const own = await bulk.file(`/bulk/${id}/incidents`, 'text/csv');
  expect(own.text.split('\n')[0]?.trim()).toBe('id,subject');
  expect(await fileAt('/tickets.csv')).toEqual({ status: 200, text: own.text });
});

test('in a folder it is named by object and job, and by the format', async () => {
  const { id, status } = await put(
    { instanceId: String(documents.id), path: '/Reports/' },
    { format: 'application/json' },
  );
  expect(status.message).toBe(`The file is at /Reports/incidents-${id}.jsonl.`);
  const { text } = await fileAt(`/Reports/incidents-${id}.jsonl`);
  const lines = text.trimEnd().split('\n');
  expect([lines.length, Object.keys(JSON.parse(lines[0] ?? ''))]).toEqual([150, ['id', 'subject']]);
});

test('a file that is there is another version only where that is asked for; what was read is not lost', async () => {
  const place = { instanceId: documents.id, path: '/again.csv' };
  await put(place);
  const refused = await put(place, { limit: undefined });
  expect(refused.status.status).toBe('ERROR');
  expect(refused.status.message).toContain('The records are here, but the file could not be put at /again.csv: ');
  expect(refused.status.message).toContain('There is a file /again.csv already');
  expect((await fileAt('/again.csv')).text.trimEnd().split('\n')).toHaveLength(151);
  const kept = await bulk.file(`/bulk/${refused.id}/incidents?partial=true`, 'text/csv');
  expect(kept.text.trimEnd().split('\n').length).toBeGreaterThan(151);
  const more = await bulk.call('POST', '/bulk/download', {
    body: { objectName: 'incidents', continueFromJobId: refused.id },
  });
  expect([more.status, more.body.message]).toEqual([409, expect.stringContaining('it has everything')]);

  expect((await put({ ...place, overwrite: true }, { limit: 7 })).status.status).toBe('COMPLETED');
  expect((await fileAt('/again.csv')).text.trimEnd().split('\n')).toHaveLength(8);
});

const fault = (order: Record<string, unknown>) =>
  control(trip.sandbox.url, 'POST', '/faults', { path: '*/connect/files/*', method: 'POST', ...order });

test('a vendor that limits its callers is asked again', async () => {
  await fault({ kind: 'rateLimit', retryAfterSeconds: 1 });
  const { status } = await put({ instanceId: documents.id, path: '/later.csv' });
  expect(status.message).toBe('The file is at /later.csv.');
  expect((await fileAt('/later.csv')).text.trimEnd().split('\n')).toHaveLength(151);
});

test('of a file that may be there the job says so, and one that may be overwritten is sent again', async () => {
  await fault({ kind: 'lostAnswer' });
  const { status } = await put({ instanceId: documents.id, path: '/doubtful.csv' });
  expect([status.status, status.message]).toEqual([
    'ERROR',
    expect.stringContaining('The records are here, but it is not known whether the file came to /doubtful.csv: '),
  ]);
  await fault({ kind: 'lostAnswer' });
  const again = await put({ instanceId: documents.id, path: '/certain.csv', overwrite: true });
  expect(again.status.message).toBe('The file is at /certain.csv.');
});

/** A job as a process leaves it that ends while it puts the file. */
const cutOff = (id: string, document: 'begun' | 'done') =>
  trip.platform.sql(
    `update bulk_jobs set status = 'RUNNING', ended_at = null, owner = null, lease_until = null,
       state = jsonb_set(state::jsonb, '{document}', to_jsonb($2::text)) where id = $1`,
    [id, document],
  );

test('after a process that ended meanwhile nothing is sent twice, but where that does no harm', async () => {
  const place = { instanceId: documents.id, path: '/cut.csv' };
  const { id } = await put(place);
  await cutOff(id, 'done');
  expect(await bulk.ended(id)).toMatchObject({ status: 'COMPLETED', message: 'The file is at /cut.csv.' });
  await cutOff(id, 'begun');
  const { status, message } = await bulk.ended(id);
  expect([status, message]).toEqual([
    'ERROR',
    'The records are here, but the server stopped while it put them at /cut.csv: look there for the file.',
  ]);
  const again = await put({ ...place, overwrite: true });
  await cutOff(again.id, 'begun');
  expect(await bulk.ended(again.id)).toMatchObject({ status: 'COMPLETED', message: 'The file is at /cut.csv.' });
});

test('what cannot be put is refused before anything is read', async () => {
  const wrong: [unknown, string][] = [
    [{ instanceId: tickets.id, path: '/a.csv' }, 'zendesk takes no files'],
    [{ instanceId: 999_999, path: '/a.csv' }, '999999 is no instance of yours'],
    [{ instanceId: documents.id, path: 'a.csv' }, 'docsHubDetails/path'],
    [{ path: '/a.csv' }, 'docsHubDetails'],
  ];
  for (const [details, message] of wrong) {
    const { status, body } = await bulk.call('POST', '/bulk/download', asked(details));
    expect([status, body.message]).toEqual([400, expect.stringContaining(message)]);
  }
  expect((await put(null)).status.message).toBeUndefined();
});

test('everything that is wrong with what is asked is told at once', async () => {
  const { status, body } = await bulk.call('POST', '/bulk/download', {
    body: {
      ...asked({ instanceId: tickets.id, path: '/a.csv' }).body,
      format: 'application/pdf',
      from: 'last week',
      query: { where: 'x' },
      notificationUrl: 'nowhere',
    },
  });
  expect(status).toBe(400);
  for (const fault of ['application/pdf', 'from', 'query must not have where', 'zendesk takes no files', 'callback']) {
    expect(body.message).toContain(fault);
  }
  const query = await bulk.call('POST', '/bulk/query?fileFormat=pdf&from=yesterdays&continueFromJobId=999999');
  expect(query.status).toBe(400);
  for (const fault of ['fileFormat', 'from', '999999']) expect(query.body.message).toContain(fault);
});
