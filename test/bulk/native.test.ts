// Native bulk at a vendor with jobs for queries and for ingests, described as data in its element: 20,000 rows in and out,
// every row with its outcome, and going on from wherever a process ended.

import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { createNativeStrategy } from '../../src/bulk/native.ts';
import {
  cancelled,
  type DownloadRequest,
  type RowOutcome,
  type UploadRequest,
  type UploadRow,
} from '../../src/bulk/strategy.ts';
import type { InstanceAccount } from '../../src/engine/account.ts';
import type { Engine } from '../../src/engine/call.ts';
import { batchOf, Crash, crashing, limits, mappedCalls, outcomesOf, stops } from '../support/bulk-strategy.ts';
import { control } from '../support/consent.ts';
import { createEngineBeside, type EngineBeside } from '../support/engine.ts';
import { callElement, connect, seenRequests, useTrip } from '../support/guide.ts';

let time = Date.parse('2026-03-01T12:00:00Z');
const keyring = `test:${randomBytes(32).toString('base64')}`;
const trip = useTrip({ keyring, clock: () => time });
let beside: EngineBeside;
let account: InstanceAccount;
let token: string;

beforeAll(async () => {
  token = (await connect(trip, 'sfdc')).token;
  beside = await createEngineBeside(trip.platform, { keyring, routes: trip.sandbox.routes, clock: () => time });
  account = await beside.account(token);
});
afterAll(() => beside.close());
beforeEach(async () => {
  await control(trip.sandbox.url, 'DELETE', '/requests');
  await control(trip.sandbox.url, 'POST', '/settings', { vendor: 'salesforce', bulk: {} });
});

/** Time passes while the strategy waits. */
const pause = async (milliseconds: number, signal: AbortSignal) => {
  signal.throwIfAborted();
  time += milliseconds;
};
function strategyOver(engine: Pick<Engine, 'step'> = beside.engine) {
  return createNativeStrategy({ engine, mappedCalls, pause, limits });
}

function uploadRequest(members: Partial<UploadRequest> = {}): UploadRequest {
  const path = '/contacts';
  return {
    account,
    objectName: 'contacts',
    path,
    elementPath: path,
    identifierField: undefined,
    serial: false,
    ...members,
  };
}

function downloadRequest(members: Partial<DownloadRequest> = {}): DownloadRequest {
  const nothing = { fields: undefined, where: undefined, orderBy: undefined, limit: undefined, pageSize: undefined };
  return { account, objectName: 'contacts', path: '/contacts', elementPath: '/contacts', ...nothing, ...members };
}

async function send(rows: readonly UploadRow[], request = uploadRequest()): Promise<readonly RowOutcome[]> {
  const upload = strategyOver().upload(request);
  if (upload === undefined) throw new Error('There is no native upload');
  return outcomesOf(await upload.send(request, batchOf(rows), stops()));
}

async function download(request: DownloadRequest, from?: unknown): Promise<Record<string, unknown>[]> {
  const found: Record<string, unknown>[] = [];
  const pages = strategyOver().download(request);
  if (pages === undefined) throw new Error('There is no native download');
  for await (const page of pages(request, from, stops().signal)) {
    found.push(...(page.records as Record<string, unknown>[]));
  }
  return found;
}

let series = 0;
/** Rows of a department that no other test has. */
function contactsOf(count: number): { rows: UploadRow[]; department: string } {
  const department = `Bulk ${++series}`;
  const rows = Array.from({ length: count }, (_, index) => ({
    row: index + 1,
    record: { LastName: `Row ${index + 1}`, Department: department },
  }));
  return { rows, department };
}

async function namesIn(department: string): Promise<string[]> {
  const found = await download(downloadRequest({ where: `Department = '${department}'`, fields: ['LastName'] }));
  return found.map((row) => String(row['LastName']));
}

describe('20,000 rows', () => {
  test('go in with the outcome of each, and come out with the types of a list', async () => {
    const rows = Array.from({ length: 20_000 }, (_, index): UploadRow => {
      const row = index + 1;
      const LastName = row % 100 === 0 ? null : row % 7 === 0 ? 'Twin, "the" same' : `Much ${row}`;
      const Email = row % 250 === 1 ? 'nonsense' : row % 7 === 0 ? 'twin@example.com' : `m${row}@example.com`;
      return {
        row,
        record: { LastName, Email, Department: 'Much', DoNotCall: row % 2 === 0, Birthdate: '1990-02-03' },
      };
    });
    const began = performance.now();
    const outcomes = await send(rows);
    const took = performance.now() - began;
    expect(outcomes.map(({ row }) => row)).toEqual(rows.map(({ row }) => row));
    const failed = outcomes.filter((outcome) => outcome.state === 'failed');
    expect(failed.length).toBe(200 + 80);
    expect(outcomes.filter(({ state }) => state === 'written').length).toBe(19_720);
    expect(failed[0]).toEqual({
      row: 1,
      state: 'failed',
      status: 400,
      message: 'INVALID_EMAIL_ADDRESS:Email: invalid email address: nonsense:Email --',
      providerMessage: 'INVALID_EMAIL_ADDRESS:Email: invalid email address: nonsense:Email --',
    });
    expect(failed[1]).toMatchObject({ row: 100, message: expect.stringContaining('REQUIRED_FIELD_MISSING') });
    const wrong = new Set(rows.filter(({ row }) => row % 100 === 0 || row % 250 === 1).map(({ row }) => row));
    expect(new Set(failed.map(({ row }) => row))).toEqual(wrong);

    const found = await download(downloadRequest({ where: "Department = 'Much'" }));
    expect(found.length).toBe(19_720);
    const expected = rows.filter(({ row }) => !wrong.has(row)).map(({ record }) => String(record['Email']));
    expect(found.map((record) => String(record['Email'])).sort()).toEqual(expected.sort());
    const [listed] = (
      await callElement(trip, token, 'GET', `/contacts?where=${encodeURIComponent(`Id = '${found[5]?.['Id']}'`)}`)
    ).body;
    const { attributes: _, CreatedDate, LastModifiedDate, SystemModstamp, ...members } = listed;
    expect(found[5]).toMatchObject(members);
    expect(new Date(String(found[5]?.['CreatedDate']))).toEqual(new Date(CreatedDate));
    expect(Object.keys(found[5] ?? {}).sort()).toEqual(
      [...Object.keys(members), 'CreatedDate', 'LastModifiedDate', 'SystemModstamp'].sort(),
    );
    expect(took).toBeLessThan(60_000);
  });
});

describe('an upload', () => {
  test('updates what an identifier finds and creates the rest', async () => {
    const path = '/Shipment__c';
    const [first] = (await callElement(trip, token, 'GET', `${path}?fields=Id,Account__c&pageSize=1`)).body;
    const request = uploadRequest({ path, elementPath: path, identifierField: 'Tracking_Code__c' });
    const Account__c = String(first['Account__c']);
    const outcomes = await send(
      [
        {
          row: 1,
          record: { Tracking_Code__c: 'TR100037', Account__c, Carrier__c: 'Bulk', Weight__c: 2.5, Ship_Date__c: null },
        },
        { row: 2, record: { Tracking_Code__c: 'BULK-NEW', Account__c, Carrier__c: 'Bulk' } },
        { row: 3, record: { Account__c, Carrier__c: 'Bulk' } },
      ],
      request,
    );
    expect(outcomes.map(({ state }) => state)).toEqual(['written', 'written', 'failed']);
    const found = await download(downloadRequest({ path, elementPath: path, where: "Carrier__c = 'Bulk'" }));
    expect(found.map((row) => row['Tracking_Code__c']).sort()).toEqual(['BULK-NEW', 'TR100037']);
    const updated = found.find((row) => row['Tracking_Code__c'] === 'TR100037');
    expect(updated).toMatchObject({ Weight__c: 2.5, Is_Heavy__c: false });
    expect(updated).not.toHaveProperty('Ship_Date__c');
  });

  test('whose columns the vendor does not know fails row by row in the vendor’s words', async () => {
    const outcomes = await send([{ row: 4, record: { LastName: 'One', Nothing: 1 } }]);
    expect(outcomes).toMatchObject([
      { row: 4, state: 'failed', providerMessage: 'InvalidBatch : Field name not found : Nothing' },
    ]);
  });

  test('that the vendor gives up in the middle tells which rows were written', async () => {
    await control(trip.sandbox.url, 'POST', '/settings', { vendor: 'salesforce', bulk: { failAfterRecords: 3 } });
    const { rows, department } = contactsOf(5);
    const outcomes = await send(rows);
    expect(outcomes.map(({ state }) => state)).toEqual(['written', 'written', 'written', 'failed', 'failed']);
    expect(outcomes[4]).toMatchObject({ message: expect.stringContaining('ended before it came to this row') });
    await control(trip.sandbox.url, 'POST', '/settings', { vendor: 'salesforce', bulk: {} });
    expect((await namesIn(department)).sort()).toEqual(['Row 1', 'Row 2', 'Row 3']);
  });

  test('that the vendor refuses as a whole ends the job with its reason', async () => {
    const request = uploadRequest({ identifierField: 'LastName' });
    await expect(send(contactsOf(1).rows, request)).rejects.toMatchObject({
      code: 'vendorRefused',
      providerMessage: expect.stringContaining('not an External ID'),
    });
  });

  test('that is cancelled ends the vendor’s job and tells what became of each row', async () => {
    const slow = { queueSeconds: 0, recordsPerSecond: 2 };
    await control(trip.sandbox.url, 'POST', '/settings', { vendor: 'salesforce', bulk: slow });
    const { rows } = contactsOf(50);
    const stop = stops();
    let waits = 0;
    const native = createNativeStrategy({
      engine: beside.engine,
      mappedCalls,
      limits,
      async pause(milliseconds) {
        time += milliseconds;
        if (++waits === 3) stop.wind(cancelled);
      },
    });
    const outcomes = outcomesOf(await native.upload(uploadRequest())?.send(uploadRequest(), batchOf(rows), stop));
    const written = outcomes.filter(({ state }) => state === 'written').length;
    expect(written).toBe(14);
    expect(outcomes.filter(({ state }) => state === 'failed').length).toBe(36);
    const jobs = await seenRequests(trip, '*/jobs/ingest/*');
    expect(jobs.filter(({ method }) => method === 'PATCH').map(({ body }) => JSON.parse(body).state)).toEqual([
      'UploadComplete',
      'Aborted',
    ]);
  });

  test('is left as it is when the server stops, and goes on in another one', async () => {
    const { rows, department } = contactsOf(3);
    const stop = stops();
    const native = createNativeStrategy({
      engine: beside.engine,
      mappedCalls,
      limits,
      pause: async () => stop.wind('the server stops'),
    });
    const batch = batchOf(rows);
    expect(await native.upload(uploadRequest())?.send(uploadRequest(), batch, stop)).toBe('later');
    const again = strategyOver().upload(uploadRequest());
    const outcomes = outcomesOf(await again?.send(uploadRequest(), batchOf(rows, batch.written()), stops()));
    expect(outcomes.map(({ state }) => state)).toEqual(['written', 'written', 'written']);
    expect((await namesIn(department)).sort()).toEqual(['Row 1', 'Row 2', 'Row 3']);
    expect((await seenRequests(trip, '*/batches')).length).toBe(1);
  });

  test('is divided into as many jobs as the vendor’s bounds ask for, and a row beyond them is refused', async () => {
    const document = structuredClone(account.definition.document);
    const upload = document.valence?.bulk?.upload;
    if (upload === undefined) throw new Error('The element has no upload');
    upload.largest = { rows: 4, bytes: 1024 };
    const small = { ...account, definition: { ...account.definition, document } };
    const { rows, department } = contactsOf(10);
    rows[3] = { row: 4, record: { LastName: 'x'.repeat(1100), Department: department } };
    const outcomes = await send(rows, uploadRequest({ account: small }));
    expect(outcomes.map(({ row, state }) => `${row} ${state}`)).toEqual(
      rows.map(({ row }) => `${row} ${row === 4 ? 'failed' : 'written'}`),
    );
    expect(outcomes[3]).toMatchObject({ message: expect.stringContaining('1024 bytes') });
    const made = (await seenRequests(trip, '*/jobs/ingest')).filter(({ method }) => method === 'POST');
    expect(made.length).toBe(3);
  });

  test('is not for scripts, forms and rows that must go one after the other', () => {
    const native = strategyOver();
    expect(native.upload(uploadRequest({ serial: true }))).toBeUndefined();
    expect(native.upload(uploadRequest({ path: '/files', elementPath: '/files' }))).toBeUndefined();
    expect(native.upload(uploadRequest({ path: '/nothing/at/all', elementPath: '/nothing/at/all' }))).toBeUndefined();
  });

  test.each([
    ['POST', '*/jobs/ingest'],
    ['PUT', '*/batches'],
    ['PATCH', '*/jobs/ingest/*'],
    ['GET', '*/jobs/ingest/*'],
    ['GET', '*/failedResults'],
  ])('writes each row once when %s %s fails in any way', async (method, path) => {
    for (const kind of ['drop', 'lostAnswer', 'rateLimit', 'serverError'] as const) {
      const { rows, department } = contactsOf(3);
      rows[1] = { row: 2, record: { Department: department } };
      await control(trip.sandbox.url, 'POST', '/faults', { method, path, kind, retryAfterSeconds: 0 });
      const outcomes = await send(rows);
      expect(await control(trip.sandbox.url, 'GET', '/faults'), kind).toEqual([]);
      expect(
        outcomes.map(({ state }) => state),
        kind,
      ).toEqual(['written', 'failed', 'written']);
      expect((await namesIn(department)).sort(), kind).toEqual(['Row 1', 'Row 3']);
    }
  });
});

describe.each(['before', 'after'] as const)('a process that ends %s any step', (when) => {
  test('of an upload: another one goes on, and each row is written once', async () => {
    for (let step = 1; ; step++) {
      const { rows, department } = contactsOf(4);
      rows[2] = { row: 3, record: { LastName: 'Row 3', Department: department, Email: 'nonsense' } };
      const { engine, reached } = crashing(beside.engine, step, when);
      const batch = batchOf(rows);
      const first = strategyOver(engine).upload(uploadRequest());
      const ended = await first?.send(uploadRequest(), batch, stops()).catch((error: unknown) => {
        if (error instanceof Crash) return 'crashed' as const;
        throw error;
      });
      if (!reached()) {
        expect(step).toBeGreaterThan(5);
        return;
      }
      expect(ended, `step ${step}`).toBe('crashed');
      time += 60_000;
      const second = strategyOver().upload(uploadRequest());
      const again = batchOf(rows, batch.written() ?? {});
      const outcomes = outcomesOf(await second?.send(uploadRequest(), again, stops()));
      expect(
        outcomes?.map(({ state }) => state),
        `step ${step}`,
      ).toEqual(['written', 'written', 'failed', 'written']);
      expect((await namesIn(department)).sort(), `step ${step}`).toEqual(['Row 1', 'Row 2', 'Row 4']);
    }
  });

  test('of a download: another one goes on, and each record comes once', async () => {
    const document = structuredClone(account.definition.document);
    const fetch = document.valence?.bulk?.download?.fetch;
    if (fetch === undefined) throw new Error('The element has no download');
    fetch.rows = 100;
    const small = { ...account, definition: { ...account.definition, document } };
    const request = downloadRequest({ account: small, path: '/accounts', elementPath: '/accounts' });
    for (let step = 1; ; step++) {
      const { engine, reached } = crashing(beside.engine, step, when);
      const ids: unknown[] = [];
      let after: unknown;
      try {
        for await (const page of strategyOver(engine).download(request)?.(request, undefined, stops().signal) ?? []) {
          ids.push(...page.records.map((record) => (record as Record<string, unknown>)['Id']));
          after = JSON.parse(JSON.stringify(page.after));
        }
      } catch (error) {
        if (!(error instanceof Crash)) throw error;
      }
      if (reached()) ids.push(...(await download(request, after)).map((record) => record['Id']));
      expect([ids.length, new Set(ids).size], `step ${step}`).toEqual([230, 230]);
      if (!reached()) {
        expect(step).toBeGreaterThan(5);
        return;
      }
    }
  });
});

describe('a download', () => {
  test('goes on behind any page that was kept', async () => {
    const request = downloadRequest({ path: '/tasks', elementPath: '/tasks', fields: ['Id', 'IsDeleted'] });
    const whole = await download(request);
    expect(whole.length).toBe(400);
    expect(whole[0]).toEqual({ Id: whole[0]?.['Id'], IsDeleted: false });
    let before = 0;
    for await (const page of strategyOver().download(request)?.(request, undefined, stops().signal) ?? []) {
      before += page.records.length;
      expect([...whole.slice(0, before), ...(await download(request, page.after))]).toEqual(whole);
    }
  });

  test('says what the caller asks for in the vendor’s statement', async () => {
    const request = downloadRequest({
      path: '/accounts',
      elementPath: '/accounts',
      fields: ['Name', 'Owner.Email'],
      where: "BillingCity = 'Paris'",
      orderBy: 'Name desc',
      limit: 3,
    });
    const found = await download(request);
    const [made] = (await seenRequests(trip, '*/jobs/query')).filter(({ method }) => method === 'POST');
    expect(JSON.parse(made?.body ?? '')).toEqual({
      operation: 'query',
      query: "SELECT Name, Owner.Email FROM Account WHERE BillingCity = 'Paris' ORDER BY Name DESC LIMIT 3",
    });
    expect(found).toMatchObject([{ Owner: { Email: 'robin@example.com' } }, {}, {}]);
  });

  test('whose job fails says so in the vendor’s words', async () => {
    await control(trip.sandbox.url, 'POST', '/settings', { vendor: 'salesforce', bulk: { failAfterRecords: 3 } });
    await expect(download(downloadRequest())).rejects.toMatchObject({
      providerMessage: 'ProcessingError : The query could not be completed',
    });
    await expect(download(downloadRequest({ where: 'Nothing = 1' }))).rejects.toMatchObject({ status: 400 });
  });

  test('that is cancelled ends the vendor’s job', async () => {
    const slow = { queueSeconds: 10, recordsPerSecond: 1 };
    await control(trip.sandbox.url, 'POST', '/settings', { vendor: 'salesforce', bulk: slow });
    const stop = stops();
    const request = downloadRequest();
    const pages = strategyOver().download(request)?.(request, undefined, stop.signal);
    const seen = async () => {
      for await (const page of pages ?? []) if (page.records.length === 0) stop.end(cancelled);
    };
    await expect(seen()).rejects.toBe(cancelled);
    const ended = (await seenRequests(trip, '*/jobs/query/*')).filter(({ method }) => method === 'PATCH');
    expect(ended.map(({ status }) => status)).toEqual([200]);
  });
});
