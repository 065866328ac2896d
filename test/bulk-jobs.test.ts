// What becomes of bulk jobs when vendors, files, processes or callers do what they should not.

import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { createBulkClient, storeEnvironment } from './support/bulk-client.ts';
import { startObjectStore } from './support/object-store.ts';
import { administrator, createTestKeyring, type Platform, startPlatform } from './support/platform.ts';
import { type RowsVendor, startRowsVendor, thingsElement } from './support/rows-vendor.ts';
import { addOrganization } from './support/second-organization.ts';
import { until } from './support/server-process.ts';
import { instanceOf, makeElement, provision } from './support/test-element.ts';

const store = await startObjectStore();
let platform: Platform;
let vendor: RowsVendor;
let other: RowsVendor;
let elementKey: string;
let bulk: ReturnType<typeof createBulkClient>;
let instance: ReturnType<typeof instanceOf>;
let now = 0;
const keyring = createTestKeyring();

beforeAll(async () => {
  platform = await startPlatform({
    keyring,
    environment: { VALENCE_EGRESS: 'any', ...storeEnvironment(store) },
    clock: () => Date.now() + now,
  });
});
afterAll(async () => {
  await platform.close();
  await store.close();
});

beforeEach(async () => {
  vendor = await startRowsVendor(1000);
  other = await startRowsVendor();
  elementKey = await makeElement(platform, vendor, thingsElement());
  instance = instanceOf(platform, elementKey, await provision(platform, elementKey));
  bulk = createBulkClient(platform, instance.token, 'general');
});
afterEach(async () => {
  await vendor.close();
  await other.close();
});

const lines = (text: string) =>
  text
    .trimEnd()
    .split('\n')
    .filter((line) => line !== '');
const csv = (count: number, from = 1) =>
  `name,size\n${Array.from({ length: count }, (_, index) => `row ${from + index},${index}\n`).join('')}`;

describe('downloads', () => {
  const download = async (query = 'q=select * from things') => {
    const { id } = await bulk.begin('POST', `/bulk/query?${query}`);
    return { id, status: await bulk.ended(id) };
  };

  test('wait for a vendor that limits, fails or breaks off, and lose nothing by it', async () => {
    let asked = 0;
    vendor.before = () => {
      asked++;
      if (asked === 3) return { status: 429, headers: { 'retry-after': '1' } };
      if (asked === 5) return { status: 500 };
      return asked === 7 ? { status: 0, cut: true } : undefined;
    };
    const { id, status } = await download();
    expect(status).toMatchObject({ status: 'COMPLETED', recordsCount: 1000 });
    const { text } = await bulk.file(`/bulk/${id}/things`, 'application/jsonl');
    expect(lines(text).map((line) => JSON.parse(line).id)).toEqual(vendor.rows.map(({ id: one }) => one));
  });

  test('end with the reason when the vendor refuses', async () => {
    vendor.before = () => ({ status: 403, body: { message: 'not yours' } });
    const { id, status } = await download();
    expect(status).toMatchObject({ status: 'ERROR', message: expect.stringContaining('not yours') });
    const results = await bulk.file(`/bulk/${id}/things`, 'text/csv');
    expect([results.status, results.text]).toEqual([409, expect.stringContaining('ERROR')]);
  });

  test('come as CSV with every column, as Parquet, and as text', async () => {
    const { id } = await download();
    const table = await bulk.file(`/bulk/${id}/things`, 'text/csv');
    expect(lines(table.text)[0]?.trim()).toBe('id,name,size,active,changed,owner.id,owner.name');
    expect(lines(table.text)).toHaveLength(1001);
    const parquet = await bulk.file(`/bulk/${id}/things`, 'application/vnd.apache.parquet');
    expect([parquet.status, parquet.text.slice(0, 4)]).toEqual([200, 'PAR1']);
    const asText = await bulk.file(`/bulk/${id}/things?json={"convertToNativeType":"false"}`, 'application/json');
    expect(JSON.parse(lines(asText.text)[0] ?? '')).toMatchObject({ id: '1', active: 'true', owner: { id: '0' } });
  });

  test('ask for dates by the settings of the element', async () => {
    const settings = [
      { key: 'bulk.query.field_name', defaultValue: 'changed' },
      { key: 'bulk.query.operator', defaultValue: '=' },
      { key: 'bulk.query.date_mask', defaultValue: "yyyy-MM-dd'T'HH:mm:ss.SSS'Z'" },
    ];
    const key = await makeElement(platform, vendor, thingsElement({ configuration: settings }));
    const dated = createBulkClient(
      platform,
      instanceOf(platform, key, await provision(platform, key)).token,
      'general',
    );
    const { id } = await dated.begin('POST', '/bulk/query?q=select * from things&lastRunDate=2026-01-01T00:05:00Z');
    expect(await dated.ended(id)).toMatchObject({ status: 'COMPLETED', recordsCount: 1 });
    const refused = await bulk.call('POST', '/bulk/query?q=select * from things&from=2026-01-01');
    expect([refused.status, refused.body.message]).toEqual([400, expect.stringContaining('bulk.query.field_name')]);
  });

  test('are refused for what is not there or has no bulk', async () => {
    const objects = [{ name: 'things', bulkDownloadEnabled: false, bulkUploadEnabled: false }];
    const key = await makeElement(platform, vendor, thingsElement({ objects }));
    const without = createBulkClient(
      platform,
      instanceOf(platform, key, await provision(platform, key)).token,
      'general',
    );
    expect((await without.call('POST', '/bulk/query?q=select * from things')).status).toBe(400);
    expect((await without.send('/bulk/things', csv(1))).status).toBe(400);
    const unknown = await bulk.call('POST', '/bulk/query?q=select * from nothings');
    expect([unknown.status, unknown.body.message]).toEqual([400, expect.stringContaining('nothings')]);
    expect((await bulk.call('POST', '/bulk/query')).status).toBe(400);
    expect((await bulk.call('GET', '/bulk/99999999/status')).status).toBe(404);
    expect((await bulk.call('GET', '/bulk/things/status')).status).toBe(404);
  });

  test('POST /bulk/download asks the same in a body', async () => {
    const body = { objectName: 'things', format: 'text/csv', where: "size='3'", selectFields: 'id,size', limit: 5 };
    const { id } = await bulk.begin('POST', '/bulk/download', { body });
    expect(await bulk.ended(id)).toMatchObject({ status: 'COMPLETED', recordsCount: 5 });
    const { text, type } = await bulk.file(`/bulk/${id}/things`, '*/*');
    expect([type, lines(text)[0]?.trim(), lines(text)[1]?.trim()]).toEqual(['text/csv', 'id,size', '4,3']);
    const refused = await bulk.call('POST', '/bulk/download', { body: { ...body, docsHubDetails: { path: '/a' } } });
    expect([refused.status, refused.body.message]).toEqual([400, expect.stringContaining('instanceId')]);
  });

  const idsOf = async (id: string) =>
    lines((await bulk.file(`/bulk/${id}/things`, 'application/jsonl')).text).map((line) => JSON.parse(line).id);
  const all = () => vendor.rows.map(({ id }) => id);

  test('end after so many calls, and another job goes on from there until nothing is left', async () => {
    const whole = { objectName: 'things', format: 'application/json' };
    const first = await bulk.begin('POST', '/bulk/download', { body: { ...whole, apiLimit: 3 } });
    expect(await bulk.ended(first.id)).toMatchObject({
      status: 'COMPLETED',
      recordsCount: 300,
      message: expect.stringContaining('after 3 calls'),
    });
    expect(vendor.asked).toHaveLength(3);
    const second = await bulk.begin('POST', '/bulk/download', {
      body: { ...whole, apiLimit: 4, continueFromJobId: Number(first.id) },
    });
    expect(await bulk.ended(second.id)).toMatchObject({ status: 'COMPLETED', recordsCount: 400 });
    const third = await bulk.begin('POST', `/bulk/query?continueFromJobId=${second.id}&fileFormat=csv`);
    const ended = await bulk.ended(third.id);
    expect([ended.status, ended.recordsCount, ended.message]).toEqual(['COMPLETED', 300, undefined]);
    expect([...(await idsOf(first.id)), ...(await idsOf(second.id)), ...(await idsOf(third.id))]).toEqual(all());
    expect((await bulk.file(`/bulk/${third.id}/things`, '*/*')).type).toBe('text/csv');

    const more = await bulk.call('POST', `/bulk/query?continueFromJobId=${third.id}`);
    expect([more.status, more.body.message]).toEqual([409, expect.stringContaining('it has everything')]);
    const changed = await bulk.call('POST', `/bulk/query?q=select id from things&continueFromJobId=${first.id}`);
    expect([changed.status, changed.body.message]).toEqual([400, expect.stringContaining('another fields')]);
  });

  test.each([20, 250, 300, 999])('that ended at a limit of %i are gone on with from the next record', async (limit) => {
    const first = await bulk.begin('POST', `/bulk/query?q=select * from things limit ${limit}`);
    expect(await bulk.ended(first.id)).toMatchObject({ status: 'COMPLETED', recordsCount: limit });
    const second = await bulk.begin('POST', `/bulk/query?continueFromJobId=${first.id}`);
    expect(await bulk.ended(second.id)).toMatchObject({ status: 'COMPLETED', recordsCount: 1000 - limit });
    expect([...(await idsOf(first.id)), ...(await idsOf(second.id))]).toEqual(all());
  });

  test('that failed on their way are gone on with, and nobody else may', async () => {
    vendor.before = ({ path }) => (path.includes('cursor=400') ? { status: 403 } : undefined);
    const { id, status } = await download();
    expect(status).toMatchObject({ status: 'ERROR' });
    vendor.before = () => undefined;
    expect(status.recordsCount).toBe(400);
    const part = await bulk.file(`/bulk/${id}/things?partial=true`, 'application/jsonl');
    expect(lines(part.text).map((line) => JSON.parse(line).id)).toEqual(all().slice(0, 400));
    const second = await bulk.begin('POST', `/bulk/query?continueFromJobId=${id}`);
    expect(await bulk.ended(second.id)).toMatchObject({ status: 'COMPLETED', recordsCount: 600 });
    expect(await idsOf(second.id)).toEqual(all().slice(400));
    const stranger = createBulkClient(
      platform,
      instanceOf(platform, elementKey, await provision(platform, elementKey)).token,
      'general',
    );
    expect((await stranger.call('POST', `/bulk/query?continueFromJobId=${id}`)).status).toBe(404);
  });

  test('pass on parameters of the list, compare dates with a field of the caller, and leave out what is null', async () => {
    const [list, ...others] = thingsElement().resources as [
      { parameters: Record<string, unknown>[] },
      ...Record<string, unknown>[],
    ];
    const parameter = { name: 'onlyActive', type: 'query', vendorName: 'active', vendorType: 'query' };
    const plain = list.parameters.map(({ converter: _, ...rest }) => rest);
    const resources = [{ ...list, parameters: [...plain, parameter] }, ...others];
    const mask = { key: 'bulk.query.date_mask', defaultValue: "yyyy-MM-dd'T'HH:mm:ss.SSS'Z'" };
    const nulls = { key: 'filter.response.nulls', defaultValue: 'false' };
    const key = await makeElement(platform, vendor, { ...thingsElement({ configuration: [mask, nulls] }), resources });
    const own = createBulkClient(platform, instanceOf(platform, key, await provision(platform, key)).token, 'general');
    for (const row of vendor.rows) row['size'] = row.id % 2 === 0 ? null : 1;
    const file = async (body: Record<string, unknown>) => {
      const { id } = await own.begin('POST', '/bulk/download', { body: { objectName: 'things', ...body } });
      await own.ended(id);
      const { text } = await own.file(`/bulk/${id}/things`, 'application/jsonl');
      return lines(text).map((line) => JSON.parse(line));
    };

    const inactive = await file({ query: { onlyActive: false } });
    expect(inactive.map(({ active, size }) => `${active} ${size}`)).toEqual(Array(500).fill('false null'));
    const without = await file({ query: { onlyActive: false }, filterNulls: true });
    expect(without.filter((record) => 'size' in record)).toEqual([]);
    const asked: string[] = [];
    vendor.before = ({ path }) => {
      asked.push(decodeURIComponent(path));
      return { status: 200, body: { things: [] } };
    };
    await file({ filterDateField: 'born', from: '2026-01-01T00:05:00Z' });
    expect(asked[0]).toContain("born >= '2026-01-01T00:05:00.000Z'");
    const refused = await own.call('POST', '/bulk/download', {
      body: { objectName: 'things', query: { where: 'a', nextPage: 'b' } },
    });
    expect([refused.status, refused.body.message]).toEqual([
      400,
      expect.stringMatching(/where \(where\), nextPage \(continueFromJobId\)/),
    ]);
  });

  test('are cancelled within three seconds, and say so', async () => {
    const { promise: held, resolve: release } = Promise.withResolvers<void>();
    vendor.before = async ({ path }) => {
      if (path.includes('cursor=500')) await held;
      return undefined;
    };
    const { id } = await bulk.begin('POST', '/bulk/query?q=select * from things');
    await until('page 6 is asked for', () => vendor.asked.length >= 6);
    const started = performance.now();
    const cancelled = await bulk.call('PUT', `/bulk/${id}/cancel`);
    expect(cancelled.status).toBe(200);
    expect(await bulk.ended(id)).toMatchObject({ status: 'CANCELLED' });
    expect(performance.now() - started).toBeLessThan(3000);
    release();
    expect((await bulk.call('PUT', `/bulk/${id}/cancel`)).body.status).toBe('CANCELLED');
  });
});

describe('uploads', () => {
  beforeEach(() => {
    vendor.rows.length = 0;
  });
  const names = () => vendor.rows.map(({ name }) => name).toSorted();

  test.each([
    ['CSV', 'name,size\na,1\n"b ""x"", y",2\n', 'text/csv', {}],
    ['JSON lines', '{"name":"a"}\n{"name":"b \\"x\\", y"}\n', 'application/json', {}],
    ['a JSON array', ' [{"name":"a"},{"name":"b \\"x\\", y"}]', 'application/json', {}],
    [
      'JSON whose type nobody says',
      '{"name":"a"}\n{"name":"b \\"x\\", y"}',
      'application/octet-stream',
      { format: 'json' },
    ],
  ])('take %s', async (_name, content, type, metaData) => {
    const { id } = await bulk.upload('/bulk/things', content, { type, name: 'file', metaData });
    expect(await bulk.ended(id)).toMatchObject({ status: 'COMPLETED', recordsCount: 2, recordsFailedCount: 0 });
    expect(names()).toEqual(['a', 'b "x", y']);
    expect((await bulk.call('GET', `/bulk/${id}/errors`)).body).toEqual([]);
  });

  test('take a file that is the whole body', async () => {
    const response = await fetch(`${platform.url}/elements/api-v2/hubs/general/bulk/things`, {
      method: 'POST',
      headers: {
        'content-type': 'text/csv',
        authorization: `User ${administrator.userSecret}, Element ${instance.token}`,
      },
      body: csv(3),
    });
    const { id } = (await response.json()) as { id: string };
    expect(await bulk.ended(id)).toMatchObject({ status: 'COMPLETED', recordsCount: 3 });
  });

  test('report rows that cannot be read, and go on behind them', async () => {
    const content = '{"name":"a"}\n{"name":\n["x"]\n{"name":"d"}\n';
    const { id } = await bulk.upload('/bulk/things', content, { type: 'application/jsonl' });
    expect(await bulk.ended(id)).toMatchObject({ status: 'COMPLETED', recordsCount: 4, recordsFailedCount: 2 });
    expect(names()).toEqual(['a', 'd']);
    const { body } = await bulk.call('GET', `/bulk/${id}/errors`);
    expect(body.map(({ row }: { row: number }) => row)).toEqual([2, 3]);
  });

  test('end where a CSV cannot be read any further, and say where', async () => {
    const { id } = await bulk.upload('/bulk/things', 'name,size\na,1\nb,"2\nc,3\n');
    const status = await bulk.ended(id);
    expect(status).toMatchObject({ status: 'ERROR', message: expect.stringMatching(/row 2/i) });
    expect(names()).toEqual(['a']);
  });

  test('refuse what cannot be an upload, and keep nothing of it', async () => {
    expect((await bulk.call('POST', '/bulk/things')).status).toBe(400);
    expect((await bulk.send('/bulk/things', '')).status).toBe(400);
    const meta = { action: 'upsert', format: 'xml', concurrency: 'many' };
    const refused = await bulk.send('/bulk/things', csv(1), { metaData: meta });
    expect(refused.status).toBe(400);
    for (const word of ['identifierFieldName', 'format', 'concurrency']) expect(refused.body.message).toContain(word);
    const late = await bulk.send('/bulk/things', csv(1), { metaData: meta, late: true });
    expect([late.status, late.body.message]).toEqual([400, refused.body.message]);
    expect((await bulk.send('/bulk/nothings', csv(1))).status).toBe(400);
    expect(await platform.sql('select id from bulk_jobs where instance_id = $1', [instance.id])).toEqual([]);
  });

  test('send no row twice: what the vendor may have done is doubtful', async () => {
    vendor.before = ({ method, body }) => {
      const { name } = (body ?? {}) as { name?: string };
      if (method !== 'POST') return undefined;
      if (name === 'row 2') return { status: 200, done: true };
      if (name === 'row 3') return { status: 400, body: { message: 'no threes' } };
      return name === 'row 4' && vendor.asked.length < 8 ? { status: 429, headers: { 'retry-after': '1' } } : undefined;
    };
    const { id } = await bulk.upload('/bulk/things', csv(5));
    expect(await bulk.ended(id)).toMatchObject({
      status: 'COMPLETED',
      recordsCount: 5,
      recordsFailedCount: 2,
      recordsDoubtfulCount: 1,
    });
    expect(names()).toEqual(['row 1', 'row 2', 'row 4', 'row 5']);
    const { body } = await bulk.call('GET', `/bulk/${id}/errors`);
    expect(body).toMatchObject([
      { row: 2, state: 'doubtful' },
      { row: 3, state: 'failed', status: 400, providerMessage: 'no threes' },
    ]);
  });

  test('errors come in pages, and the rows that failed as a file that can be run again', async () => {
    let strict = true;
    vendor.before = ({ method, body }) =>
      strict && method === 'POST' && Number((body as { size: string }).size) % 2 === 0
        ? { status: 422, body: { message: 'odd ones only' } }
        : undefined;
    const { id } = await bulk.upload('/bulk/things', csv(74));
    expect(await bulk.ended(id)).toMatchObject({ status: 'COMPLETED', recordsCount: 74, recordsFailedCount: 37 });
    const first = await bulk.call('GET', `/bulk/${id}/errors?pageSize=30`);
    const token = first.headers.get('elements-next-page-token');
    const second = await bulk.call('GET', `/bulk/${id}/errors?pageSize=30&nextPage=${token}`);
    expect([first.body.length, second.body.length, second.headers.get('elements-next-page-token')]).toEqual([
      30,
      7,
      null,
    ]);
    expect(first.headers.get('elements-returned-count')).toBe('30');

    const { text } = await bulk.file(`/bulk/${id}/errors`, 'text/csv');
    expect(lines(text)[0]?.trim()).toBe('name,size,bulk_row,bulk_state,bulk_error');
    expect(lines(text)).toHaveLength(38);
    expect(lines(text)[1]).toContain('odd ones only');

    strict = false;
    const again = await bulk.begin('POST', `/bulk/${id}/retry`);
    expect(await bulk.ended(again.id)).toMatchObject({ status: 'COMPLETED', recordsCount: 37, recordsFailedCount: 0 });
    expect(new Set(names()).size).toBe(74);
    const nothing = await bulk.call('POST', `/bulk/${again.id}/retry`);
    expect([nothing.status, nothing.body.message]).toEqual([400, expect.stringContaining('no rows that failed')]);
  });

  test('upsert by a field: updated where it is there, created where not, each once', async () => {
    vendor.rows.push({ id: 1, name: 'row 2', size: 'old' });
    const content = `name,size\nrow 1,1\nrow 2,2\nrow 1,3\n,4\n`;
    const { id } = await bulk.upload('/bulk/things', content, {
      metaData: { identifierFieldName: 'name' },
      late: true,
    });
    expect(await bulk.ended(id)).toMatchObject({ status: 'COMPLETED', recordsCount: 4, recordsFailedCount: 1 });
    expect(vendor.rows).toEqual([
      { id: 1, name: 'row 2', size: '2' },
      { id: 2, name: 'row 1', size: '3' },
    ]);
  });

  test('one at a time when they shall be serial', async () => {
    let running = 0;
    let most = 0;
    vendor.before = async () => {
      most = Math.max(most, ++running);
      await new Promise((resolve) => setImmediate(resolve));
      running--;
      return undefined;
    };
    const { id } = await bulk.upload('/bulk/things', csv(40), { metaData: { concurrency: 'serial' } });
    await bulk.ended(id);
    expect(most).toBe(1);
    expect(vendor.rows.map(({ name }) => name)).toEqual(Array.from({ length: 40 }, (_, index) => `row ${index + 1}`));
  });

  test('end when credentials are refused again and again; the rest can be run later', async () => {
    let refuses = true;
    vendor.before = ({ body }) =>
      refuses && Number((body as { size: string }).size) >= 30 ? { status: 401, body: { message: 'who?' } } : undefined;
    const { id } = await bulk.upload('/bulk/things', csv(200), { metaData: { concurrency: 'serial' } });
    expect(await bulk.ended(id)).toMatchObject({ status: 'ERROR', recordsCount: 33, recordsFailedCount: 3 });
    refuses = false;
    const again = await bulk.begin('POST', `/bulk/${id}/retry`);
    expect(await bulk.ended(again.id)).toMatchObject({ status: 'COMPLETED', recordsCount: 170 });
    expect(new Set(names()).size).toBe(200);
  });

  test('stop when cancelled: what was sent is counted, nothing more is', async () => {
    vendor.before = async () => {
      await new Promise((resolve) => setTimeout(resolve, 20));
      return undefined;
    };
    const { id } = await bulk.upload('/bulk/things', csv(5000));
    await until('some rows are there', () => vendor.rows.length > 20);
    await bulk.call('PUT', `/bulk/${id}/cancel`);
    const status = await bulk.ended(id);
    expect(status).toMatchObject({ status: 'CANCELLED', recordsFailedCount: 0, recordsCount: vendor.rows.length });
  });
});

describe('jobs of others', () => {
  test('are not there for another instance, another account or another organization', async () => {
    const { id } = await bulk.upload('/bulk/things', csv(2));
    await bulk.ended(id);
    const download = await bulk.begin('POST', '/bulk/query?q=select * from things');
    await bulk.ended(download.id);
    const second = instanceOf(platform, elementKey, await provision(platform, elementKey));
    const foreign = createBulkClient(platform, second.token, 'general');
    for (const [method, path] of [
      ['GET', `/bulk/${id}/status`],
      ['GET', `/bulk/${id}/errors`],
      ['GET', `/bulk/${download.id}/things`],
      ['PUT', `/bulk/${id}/cancel`],
      ['POST', `/bulk/${id}/retry`],
    ] as const) {
      expect([path, (await foreign.call(method, path)).status]).toEqual([path, 404]);
    }
    expect((await foreign.call('GET', '/bulk/jobs')).body).toEqual([]);

    const stranger = await addOrganization(platform, keyring);
    const ask = { authorization: stranger };
    expect((await platform.call('GET', '/bulkloader', ask)).body).toEqual([]);
    const withToken = { authorization: `${stranger.split(',')[0]}, Element ${instance.token}` };
    expect((await platform.call('GET', `/hubs/general/bulk/${id}/status`, withToken)).status).toBe(401);
    const made = await platform.call('POST', '/elements', {
      ...ask,
      body: {
        key: 'theirs',
        name: 'theirs',
        hub: 'general',
        authentication: { type: 'custom' },
        ...thingsElement(),
        configuration: [{ key: 'base.url', defaultValue: other.url, internal: true }],
      },
    });
    expect(made.status, made.body.message).toBe(200);
    const theirs = await provision(platform, 'theirs', {}, ask);
    expect(theirs.status, theirs.body.message).toBe(200);
    // Not into, and not out of, an account of theirs.
    const body = { objectName: 'things', targetConfiguration: { token: theirs.body.token } };
    expect((await bulk.call('POST', '/bulk/workflows', { body })).status).toBe(400);
    const back = await platform.call('POST', '/hubs/general/bulk/workflows', {
      authorization: `${stranger.split(',')[0]}, Element ${theirs.body.token}`,
      body: { objectName: 'things', targetConfiguration: { token: instance.token } },
    });
    expect(back.status).toBe(400);
  });
});

test('a copy into another account is not run again by who may not use that account', async () => {
  const account = await platform.call('POST', '/accounts', { body: { externalId: 'customer' } });
  const user = await platform.call('POST', `/accounts/${account.body.id}/users`, {
    body: { email: 'customer@example.test', firstName: 'A', lastName: 'Customer' },
  });
  const customer = `User ${user.body.secret}`;
  const ask = { authorization: `${customer}, Organization ${administrator.organizationSecret}` };
  const made = await platform.call('POST', '/elements', {
    ...ask,
    body: {
      key: 'ofcustomer',
      name: 'ofcustomer',
      hub: 'general',
      authentication: { type: 'custom' },
      ...thingsElement(),
      configuration: [{ key: 'base.url', defaultValue: vendor.url, internal: true }],
    },
  });
  expect(made.status, made.body.message).toBe(200);
  const source = (await provision(platform, 'ofcustomer', {}, ask)).body;
  const copier = createBulkClient(platform, source.token, 'general');
  const body = {
    query: "select * from things where size='2'",
    targetConfiguration: { token: instance.token, objectName: 'things' },
  };
  const { id } = await copier.begin('POST', '/bulk/workflows', { body });
  await copier.ended(id);
  const authorization = `${customer}, Element ${source.token}`;
  const refused = await platform.call('POST', `/hubs/general/bulk/${id}/retry?doubtful=true`, { authorization });
  expect(refused.status).toBe(403);
  expect((await copier.call('POST', `/bulk/${id}/retry`)).status).toBe(400);
});

describe('copies', () => {
  test('move records from one account to another as one job, in the words of the target', async () => {
    const targetKey = await makeElement(platform, other, thingsElement());
    const target = instanceOf(platform, targetKey, await provision(platform, targetKey));
    const body = [
      {
        query: "select name, size from things where size='2'",
        objectName: 'things',
        targetConfiguration: { path: '/hubs/general/bulk/things', method: 'POST', token: target.token },
      },
    ];
    const { id, status } = await bulk.begin('POST', '/bulk/workflows', { body });
    expect(status).toBe('CREATED');
    expect(await bulk.ended(id)).toMatchObject({ status: 'COMPLETED', direction: 'COPY', recordsFailedCount: 0 });
    expect(other.rows).toHaveLength(vendor.rows.filter(({ size }) => size === 2).length);
    const loads = await instance.call('GET', '/bulkloader?pageSize=1');
    expect(loads.body[0]).toMatchObject({ groupName: id, status: 'COMPLETED' });
    const plain = await platform.call('GET', '/bulkloader');
    expect(plain.body[0].groupName).toBe(id);

    const strange = { ...body[0], targetConfiguration: { token: 'nobody' } };
    expect((await bulk.call('POST', '/bulk/workflows', { body: strange })).status).toBe(400);
  });

  test('are begun by a schedule, and found by its job', async () => {
    const target = instanceOf(platform, elementKey, await provision(platform, elementKey));
    const body = {
      query: 'select name from things limit 2',
      targetConfiguration: { token: target.token, objectName: 'things' },
    };
    const job = await bulk.call('POST', '/bulk/workflows', {
      body,
      headers: { 'Elements-Schedule-Request': '0 * * * * ?' },
    });
    expect(job.status).toBe(200);
    now += 61_000;
    const load = await until('the copy has ended', async () => {
      const { body: loads } = await platform.call('GET', `/bulkloader?jobId=${job.body.id}`);
      return loads[0]?.status === 'COMPLETED' && loads[0];
    });
    expect(load).toMatchObject({ jobId: job.body.id, recordsCount: 2 });
    await platform.call('DELETE', `/jobs/${job.body.id}`);
  });
});

describe('jobs', () => {
  test('tell their end to a callback, signed, with the payload of the caller', async () => {
    const told: { headers: Record<string, unknown>; body: string }[] = [];
    other.before = ({ body }) => {
      told.push({ headers: {}, body: JSON.stringify(body) });
      return { status: 200 };
    };
    const form = new URLSearchParams({ metaData: JSON.stringify({ 'callback-payload': { mine: 7 } }) });
    const response = await fetch(`${platform.url}/elements/api-v2/hubs/general/bulk/query?q=select * from things`, {
      method: 'POST',
      headers: {
        authorization: `User ${administrator.userSecret}, Element ${instance.token}`,
        'content-type': 'application/x-www-form-urlencoded',
        'elements-async-callback-url': `${other.url}/told`,
      },
      body: form.toString(),
    });
    const { id } = (await response.json()) as { id: string };
    await bulk.ended(id);
    await until('the callback came', () => told.length > 0);
    const text = told[0]?.body ?? '';
    expect(text).toContain('"mine":7');
    expect(text).toContain('"COMPLETED"');
    const refused = await bulk.call('POST', '/bulk/query?q=select * from things', {
      headers: { 'Elements-Async-Callback-Url': 'nowhere' },
    });
    expect(refused.status).toBe(400);
  });

  test('are listed, the latest first, and found by where', async () => {
    const down = await bulk.begin('POST', '/bulk/query?q=select * from things');
    await bulk.ended(down.id);
    const up = await bulk.upload('/bulk/things', csv(2));
    await bulk.ended(up.id);
    const all = await bulk.call('GET', '/bulk/jobs');
    expect(all.body.map(({ id }: { id: number }) => String(id))).toEqual([up.id, down.id]);
    expect(all.body[1]).toMatchObject({
      job_query: 'select * from things',
      job_direction: 'DOWNLOAD',
      record_count: 1000,
    });
    const uploads = await bulk.call('GET', "/bulk/jobs?where=job_direction='UPLOAD'");
    expect(uploads.body).toHaveLength(1);
    expect((await bulk.call('GET', "/bulk/jobs?where=colour='red'")).status).toBe(400);
  });

  test('belong to their instance: no other token sees them', async () => {
    const { id } = await bulk.begin('POST', '/bulk/query?q=select * from things');
    await bulk.ended(id);
    const stranger = instanceOf(platform, elementKey, await provision(platform, elementKey));
    const theirs = createBulkClient(platform, stranger.token, 'general');
    for (const path of ['status', 'errors', 'things']) {
      expect((await theirs.call('GET', `/bulk/${id}/${path}`)).status, path).toBe(404);
    }
    expect((await theirs.call('PUT', `/bulk/${id}/cancel`)).status).toBe(404);
    expect((await theirs.call('POST', `/bulk/${id}/retry`)).status).toBe(404);
    expect((await theirs.call('GET', '/bulk/jobs')).body).toEqual([]);
    expect((await platform.call('GET', '/hubs/general/bulk/jobs')).status).toBe(401);
  });

  test('are shown without an element token to those who reach their accounts, with how far they have come', async () => {
    const down = await bulk.begin('POST', '/bulk/query?q=select * from things');
    await bulk.ended(down.id);
    const up = await bulk.upload('/bulk/things', csv(2));
    await bulk.ended(up.id);
    const mine = `/bulk/jobs?instanceId=${instance.id}`;
    const first = await platform.call('GET', `${mine}&pageSize=1`);
    expect(first.headers.get('elements-total-count')).toBe('2');
    expect(first.body).toMatchObject([
      { id: Number(up.id), instanceId: instance.id, elementKey, job_direction: 'UPLOAD', filesDeleted: false },
    ]);
    const next = first.headers.get('elements-next-page-token');
    const second = await platform.call('GET', `${mine}&pageSize=1&nextPage=${next}`);
    expect(second.body).toMatchObject([
      { id: Number(down.id), job_query: 'select * from things', progress: { records: 1000, fraction: 1 } },
    ]);
    expect(second.headers.get('elements-next-page-token')).toBeNull();
    const found = async (query: string) =>
      (await platform.call('GET', `${mine}&${query}`)).body.map(({ id }: { id: number }) => String(id));
    expect(await found('direction=UPLOAD')).toEqual([up.id]);
    expect(await found('status=ERROR')).toEqual([]);
    expect((await platform.call('GET', `/bulk/jobs/${down.id}`)).body).toEqual(second.body[0]);

    const account = await platform.call('POST', '/accounts', { body: { externalId: `bulk ${down.id}` } });
    const user = await platform.call('POST', `/accounts/${account.body.id}/users`, {
      body: { email: `bulk-${down.id}@example.test`, password: 'long enough' },
    });
    const ofAccount = `User ${user.body.secret}, Organization ${administrator.organizationSecret}`;
    for (const authorization of [ofAccount, await addOrganization(platform, keyring)]) {
      expect((await platform.call('GET', '/bulk/jobs', { authorization })).body).toEqual([]);
      expect((await platform.call('GET', mine, { authorization })).body).toEqual([]);
      expect((await platform.call('GET', `/bulk/jobs/${down.id}`, { authorization })).status).toBe(404);
    }
    expect((await platform.call('GET', '/bulk/jobs', { authorization: undefined })).status).toBe(401);
  });

  test('end with their instance, and their files go with it', async () => {
    vendor.before = async ({ path }) => {
      if (path.includes('cursor')) await new Promise((resolve) => setTimeout(resolve, 3000));
      return undefined;
    };
    const { id } = await bulk.begin('POST', '/bulk/query?q=select * from things');
    await until('it runs', () => vendor.asked.length > 1);
    await platform.call('DELETE', `/instances/${instance.id}`);
    const statusOf = async () =>
      (await platform.sql<{ status: string }>('select status from bulk_jobs where id = $1', [id]))[0]?.status;
    await until('it is cancelled', async () => (await statusOf()) === 'CANCELLED');
    await platform.app.sweepBulk();
    expect(await platform.sql('select files_deleted from bulk_jobs where id = $1', [id])).toEqual([
      { files_deleted: true },
    ]);
  });

  test('lose their files after the retention', async () => {
    const { id } = await bulk.begin('POST', '/bulk/query?q=select * from things');
    await bulk.ended(id);
    now += 4 * 86_400_000;
    await platform.app.sweepBulk();
    const gone = await bulk.file(`/bulk/${id}/things`, 'text/csv');
    expect([gone.status, gone.text]).toEqual([404, expect.stringContaining('deleted')]);
    expect((await bulk.call('GET', `/bulk/${id}/status`)).body.status).toBe('COMPLETED');
  });

  test('say how far they have come', async () => {
    const { id } = await bulk.upload('/bulk/things', csv(30));
    const { progress } = await bulk.ended(id);
    expect(progress).toMatchObject({ phase: 'upload', records: 30, fraction: 1, startedAt: expect.any(String) });
    expect(progress.recordsPerSecond).toBeGreaterThan(0);
  });
});
