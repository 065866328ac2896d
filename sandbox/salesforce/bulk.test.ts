// Simulated Bulk API 2.0 over real HTTP: jobs, their states in time, their data and results, and what is refused.

import { describe, expect, test } from 'vitest';
import type { Reply } from '../test-client.ts';
import { textOf } from '../test-client.ts';
import { csvForm, readCsv } from './bulk-csv.ts';
import { seeded } from './seed.ts';
import { expectRefused, useOrganization } from './test-organization.ts';

const organization = useOrganization();
const base = '/services/data/v59.0';
const comma = csvForm('COMMA', 'LF');

function call(method: string, path: string, body?: unknown): Promise<Reply> {
  return organization.send(`${base}${path}`, {
    method,
    ...(body === undefined ? {} : { headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) }),
  });
}

async function created(path: string, body: object): Promise<string> {
  const reply = await call('POST', path, body);
  expect(reply.status, reply.text).toBe(200);
  return textOf(reply.json, 'id');
}

function put(id: string, body: string | Buffer, type = 'text/csv'): Promise<Reply> {
  const headers = { 'content-type': type };
  return organization.send(`${base}/jobs/ingest/${id}/batches`, {
    method: 'PUT',
    headers,
    body: new Uint8Array(Buffer.from(body)),
  });
}

async function stateOf(kind: 'ingest' | 'query', id: string): Promise<string> {
  return textOf((await call('GET', `/jobs/${kind}/${id}`)).json, 'state');
}

/** Uploads rows into a new job and runs it to its end; gives its last state. */
async function ingest(job: object, csv: string): Promise<{ id: string; info: Record<string, unknown> }> {
  const id = await created('/jobs/ingest', job);
  expect((await put(id, csv)).status).toBe(201);
  expect((await call('PATCH', `/jobs/ingest/${id}`, { state: 'UploadComplete' })).status).toBe(200);
  organization.sandbox().advance(10);
  return { id, info: (await call('GET', `/jobs/ingest/${id}`)).json as Record<string, unknown> };
}

async function rows(path: string): Promise<Record<string, string>[]> {
  const reply = await call('GET', path);
  expect([reply.status, reply.headers.get('content-type')], reply.text).toEqual([200, 'text/csv']);
  const [header = [], ...lines] = readCsv(reply.text, comma);
  return lines.map((line) => Object.fromEntries(header.map((name, index) => [name, line[index] ?? ''])));
}

describe('query jobs', () => {
  test('wait, run, and give their rows in sets that a locator leads through', async () => {
    const query = 'SELECT Id, Name, Account.Name, IsDeleted, CreatedDate FROM Contact ORDER BY Id';
    const id = await created('/jobs/query', { operation: 'query', query });
    expect(id).toMatch(/^750\w{15}$/);
    expect(await stateOf('query', id)).toBe('UploadComplete');
    await expectRefused(call('GET', `/jobs/query/${id}/results`), 400, 'INVALIDJOBSTATE', 'UploadComplete');
    organization.sandbox().advance(1.005);
    expect((await call('GET', `/jobs/query/${id}`)).json).toMatchObject({
      state: 'InProgress',
      numberRecordsProcessed: 100,
      jobType: 'V2Query',
      object: 'Contact',
    });
    organization.sandbox().advance(1);
    expect((await call('GET', `/jobs/query/${id}`)).json).toMatchObject({
      state: 'JobComplete',
      numberRecordsProcessed: seeded.Contact,
    });
    const found: Record<string, string>[] = [];
    const sizes: (string | null)[] = [];
    for (let locator = ''; ; ) {
      const path = `/jobs/query/${id}/results?maxRecords=128${locator}`;
      const reply = await call('GET', path);
      found.push(...(await rows(path)));
      sizes.push(reply.headers.get('sforce-numberofrecords'));
      const next = reply.headers.get('sforce-locator');
      if (next === 'null') break;
      locator = `&locator=${next}`;
    }
    expect(sizes).toEqual(['128', '128', '44']);
    const listed = await organization.rowsOf(query.replace('Account.Name, ', ''));
    expect(found.map((row) => row['Id'])).toEqual(listed.map((row) => row['Id']));
    expect(found[0]).toMatchObject({ IsDeleted: 'false', CreatedDate: expect.stringMatching(/\.000Z$/) });
    expect(found[0]?.['Account.Name']).toMatch(/Acme/);
  });

  test('refuse statements that the bulk API does not take, other versions and unknown locators', async () => {
    const post = (query: string) => call('POST', '/jobs/query', { operation: 'query', query });
    await expectRefused(post('SELECT COUNT() FROM Contact'), 400, 'API_ERROR', 'aggregate');
    await expectRefused(post('SELECT Id FROM Contact OFFSET 5'), 400, 'API_ERROR', 'OFFSET');
    await expectRefused(post('SELECT Body FROM Attachment'), 400, 'API_ERROR', 'binary');
    await expectRefused(post('SELECT Nothing FROM Contact'), 400, 'INVALID_FIELD', 'No such column');
    await expectRefused(call('POST', '/jobs/query', { operation: 'merge', query: '' }), 400, 'INVALIDJOB', 'operation');
    const id = await created('/jobs/query', { operation: 'query', query: 'SELECT Id FROM Contact' });
    organization.sandbox().advance(10);
    await expectRefused(
      organization.send(`/services/data/v58.0/jobs/query/${id}/results`, {}),
      409,
      'INVALIDJOB',
      'version',
    );
    await expectRefused(call('GET', `/jobs/query/${id}/results?locator=x`), 400, 'INVALID_QUERY_LOCATOR', 'locator');
    await expectRefused(organization.call('GET', '/jobs/query'), 404, 'NOT_FOUND', 'does not exist');
  });

  test('can be aborted while they run, and deleted afterwards', async () => {
    const id = await created('/jobs/query', { operation: 'queryAll', query: 'SELECT Id FROM Task' });
    expect((await call('DELETE', `/jobs/query/${id}`)).status).toBe(400);
    expect((await call('PATCH', `/jobs/query/${id}`, { state: 'Aborted' })).json).toMatchObject({ state: 'Aborted' });
    await expectRefused(call('PATCH', `/jobs/query/${id}`, { state: 'Aborted' }), 400, 'INVALIDJOBSTATE', 'Aborted');
    expect((await call('DELETE', `/jobs/query/${id}`)).status).toBe(204);
    expect((await call('GET', `/jobs/query/${id}`)).status).toBe(404);
  });
});

describe('ingest jobs', () => {
  test('insert rows, each for itself, and tell of every row what became of it', async () => {
    const csv =
      'LastName,Email,DoNotCall\nOne,one@example.com,yes\n,two@example.com,no\nThree,nonsense,false\n"Fo""ur, Mr",,\n';
    const { id, info } = await ingest({ object: 'Contact', operation: 'insert', contentType: 'CSV' }, csv);
    expect(info).toMatchObject({
      state: 'JobComplete',
      numberRecordsProcessed: 4,
      numberRecordsFailed: 2,
      jobType: 'V2Ingest',
    });
    const successful = await rows(`/jobs/ingest/${id}/successfulResults/`);
    expect(successful.map(({ sf__Created, LastName, Email }) => ({ sf__Created, LastName, Email }))).toEqual([
      { sf__Created: 'true', LastName: 'Fo"ur, Mr', Email: '' },
      { sf__Created: 'true', LastName: 'One', Email: 'one@example.com' },
    ]);
    const failed = await rows(`/jobs/ingest/${id}/failedResults/`);
    expect(failed.map(({ sf__Error }) => sf__Error)).toEqual([
      'INVALID_EMAIL_ADDRESS:Email: invalid email address: nonsense:Email --',
      'REQUIRED_FIELD_MISSING:Required fields are missing: [LastName]:LastName --',
    ]);
    expect(await rows(`/jobs/ingest/${id}/unprocessedrecords/`)).toEqual([]);
    const [made] = await organization.rowsOf(
      `SELECT LastName, Email FROM Contact WHERE Id = '${successful[1]?.['sf__Id']}'`,
    );
    expect(made).toMatchObject({ LastName: 'One', Email: 'one@example.com' });
  });

  test('update, upsert by an external id, and delete', async () => {
    const account = await organization.create('Account', { Name: 'Bulk' });
    const form = { contentType: 'CSV', columnDelimiter: 'TAB', lineEnding: 'CRLF' };
    const upsert = { object: 'Shipment__c', operation: 'upsert', externalIdFieldName: 'Tracking_Code__c', ...form };
    const lines = [
      'Tracking_Code__c\tAccount__c\tCarrier__c',
      `TR100000\t${account}\tDHL`,
      `NEW1\t${account}\tUPS`,
      '',
    ];
    const upserted = await ingest(upsert, lines.join('\r\n'));
    const tabs = readCsv(
      (await call('GET', `/jobs/ingest/${upserted.id}/successfulResults`)).text,
      csvForm('TAB', 'CRLF'),
    );
    expect(tabs.map((row) => [row[1], row[2]])).toEqual([
      ['sf__Created', 'Tracking_Code__c'],
      ['true', 'NEW1'],
      ['false', 'TR100000'],
    ]);
    const id = String(tabs[1]?.[0]);
    await ingest({ object: 'Shipment__c', operation: 'update' }, `Id,Carrier__c,Weight__c\n${id},#N/A,12.5\n`);
    const read = () => organization.rowsOf(`SELECT Carrier__c, Weight__c FROM Shipment__c WHERE Id = '${id}'`);
    expect(await read()).toMatchObject([{ Carrier__c: null, Weight__c: 12.5 }]);
    const second = `${id.slice(0, 17)}${id.endsWith('A') ? 'B' : 'A'}`;
    const deleted = await ingest({ object: 'Shipment__c', operation: 'delete' }, `Id\n${id}\n${second}\n`);
    expect(await read()).toEqual([]);
    expect((await rows(`/jobs/ingest/${deleted.id}/failedResults`)).map((row) => row['sf__Error'])).toEqual([
      'INVALID_CROSS_REFERENCE_KEY:invalid cross reference id:--',
    ]);
  });

  test('fail as a whole for columns that are unknown and data that cannot be read', async () => {
    const insert = { object: 'Contact', operation: 'insert' };
    const unknown = await ingest(insert, 'LastName,Nothing\nOne,1\n');
    expect(unknown.info).toMatchObject({
      state: 'Failed',
      errorMessage: 'InvalidBatch : Field name not found : Nothing',
    });
    expect(await rows(`/jobs/ingest/${unknown.id}/unprocessedrecords`)).toEqual([{ LastName: 'One', Nothing: '1' }]);
    const ending = await ingest(insert, 'LastName\r\nOne\r\n');
    expect(ending.info).toMatchObject({
      state: 'Failed',
      errorMessage: expect.stringContaining('LineEnding is invalid'),
    });
    const quote = await ingest(insert, 'LastName\n"One\n');
    expect(quote.info['errorMessage']).toContain('Unterminated quote');
    expect(await organization.rowsOf("SELECT Id FROM Contact WHERE LastName = 'One'")).toEqual([]);
  });

  test('take time by the clock, can be aborted, and name the rows that they did not get to', async () => {
    await organization.sandbox().control('POST', 'settings', {
      vendor: 'salesforce',
      bulk: { queueSeconds: 5, recordsPerSecond: 10 },
    });
    const id = await created('/jobs/ingest', { object: 'Contact', operation: 'insert' });
    const lines = Array.from({ length: 50 }, (_, index) => `Slow ${index}`);
    await put(id, `LastName\n${lines.join('\n')}\n`);
    expect(await stateOf('ingest', id)).toBe('Open');
    await call('PATCH', `/jobs/ingest/${id}`, { state: 'UploadComplete' });
    organization.sandbox().advance(4.9);
    expect(await stateOf('ingest', id)).toBe('UploadComplete');
    organization.sandbox().advance(2.1);
    expect(await stateOf('ingest', id)).toBe('InProgress');
    await call('PATCH', `/jobs/ingest/${id}`, { state: 'Aborted' });
    organization.sandbox().advance(100);
    expect((await call('GET', `/jobs/ingest/${id}`)).json).toMatchObject({
      state: 'Aborted',
      numberRecordsProcessed: 20,
    });
    expect(await rows(`/jobs/ingest/${id}/unprocessedrecords`)).toHaveLength(30);
    expect(await rows(`/jobs/ingest/${id}/successfulResults`)).toHaveLength(20);
  });

  test('fail in the middle where the sandbox is told so', async () => {
    await organization.sandbox().control('POST', 'settings', { vendor: 'salesforce', bulk: { failAfterRecords: 2 } });
    const { id, info } = await ingest({ object: 'Contact', operation: 'insert' }, 'LastName\nA1\nB1\nC1\n');
    expect(info).toMatchObject({ state: 'Failed', numberRecordsProcessed: 2 });
    expect(await rows(`/jobs/ingest/${id}/unprocessedrecords`)).toEqual([{ LastName: 'C1' }]);
  });

  test('refuse what is out of order or too large', async () => {
    await expectRefused(
      call('POST', '/jobs/ingest', { object: 'Nothing', operation: 'insert' }),
      400,
      'INVALIDENTITY',
      'Nothing',
    );
    await expectRefused(
      call('POST', '/jobs/ingest', { object: 'Contact', operation: 'upsert', externalIdFieldName: 'LastName' }),
      400,
      'INVALIDJOB',
      'not an External ID',
    );
    const id = await created('/jobs/ingest', { object: 'Contact', operation: 'insert' });
    const close = () => call('PATCH', `/jobs/ingest/${id}`, { state: 'UploadComplete' });
    await expectRefused(close(), 400, 'INVALIDJOBSTATE', 'No data');
    await expectRefused(put(id, '{}', 'application/json'), 415, 'UNSUPPORTED_MEDIA_TYPE', 'application/json');
    await organization.sandbox().control('POST', 'settings', { vendor: 'salesforce', largestUploadBytes: 20 });
    await expectRefused(put(id, `LastName\n${'x'.repeat(20)}\n`), 413, 'REQUEST_ENTITY_TOO_LARGE', '150 MB');
    expect((await put(id, 'LastName\nOne\n')).status).toBe(201);
    await expectRefused(put(id, 'LastName\nTwo\n'), 400, 'INVALIDJOBSTATE', 'already');
    expect((await call('DELETE', `/jobs/ingest/${id}`)).status).toBe(400);
    expect((await close()).status).toBe(200);
    await expectRefused(close(), 400, 'INVALIDJOBSTATE', 'UploadComplete');
    await expectRefused(call('GET', `/jobs/ingest/${id}/failedResults`), 400, 'INVALIDJOBSTATE', 'no results');
    organization.sandbox().advance(10);
    expect(((await call('GET', '/jobs/ingest')).json as { records: object[] }).records).toMatchObject([
      { id, state: 'JobComplete', operation: 'insert' },
    ]);
    organization.sandbox().advance(8 * 24 * 3600);
    await organization.logIn();
    expect((await call('GET', `/jobs/ingest/${id}`)).status).toBe(404);
  });
});
