// Elements converted from OData's $metadata, on a real platform against a vendor that reads system query options itself.

import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { convertOData } from '../../src/convert/odata.ts';
import { type Platform, startPlatform } from '../support/platform.ts';
import {
  connectDocument,
  type RecordedRequest,
  type RecordingVendor,
  startRecordingVendor,
  type TestInstance,
  type VendorReply,
} from '../support/recording-vendor.ts';

let platform: Platform;
let vendor: RecordingVendor;
beforeAll(async () => {
  platform = await startPlatform({ environment: { VALENCE_EGRESS: 'any' } });
  vendor = await startRecordingVendor();
});
afterAll(async () => {
  await vendor.close();
  await platform.close();
});

const fixture = (name: string) => readFileSync(new URL(`../fixtures/descriptions/${name}`, import.meta.url), 'utf8');

type Row = Record<string, unknown>;

/** A set of entities by a key, as a service of the version keeps it; it gives `largest` rows at most. */
function serveSet(version: 2 | 4, name: string, key: string, rows: Map<string, Row>, largest: number) {
  const single = (row: Row | undefined): VendorReply =>
    row === undefined
      ? {
          status: 404,
          body: { error: { code: '404', message: version === 4 ? 'No such entity' : { value: 'No such entity' } } },
        }
      : { body: version === 4 ? { '@odata.context': '$metadata', ...row } : { d: row } };
  return (request: RecordedRequest): VendorReply => {
    const path = decodeURIComponent(request.path);
    const [, found] = new RegExp(`^/service/${name}\\((.*)\\)$`).exec(path) ?? [];
    const id = found?.startsWith("'") ? found.slice(1, -1).replaceAll("''", "'") : found;
    const method = request.headers['x-http-method'] ?? request.method;
    if (id !== undefined) {
      const row = rows.get(id);
      if (method === 'GET' || row === undefined) return single(row);
      if (method === 'DELETE') {
        rows.delete(id);
        return { status: 204 };
      }
      Object.assign(row, JSON.parse(request.text));
      return version === 4 && method === 'PATCH' ? single(row) : method === 'MERGE' ? { status: 204 } : { status: 405 };
    }
    if (path !== `/service/${name}`) return { status: 404 };
    if (method === 'POST') {
      const created = JSON.parse(request.text) as Row;
      rows.set(String(created[key]), created);
      return { ...single(created), status: 201 };
    }
    const skip = Number(request.query.get('$skip') ?? 0);
    const top = Math.min(largest, Number(request.query.get('$top') ?? largest));
    const all = [...rows.values()];
    const page = all.slice(skip, skip + top);
    return {
      body:
        version === 4
          ? { ...(request.query.get('$count') === 'true' ? { '@odata.count': all.length } : {}), value: page }
          : { d: { ...(request.query.get('$inlinecount') ? { __count: String(all.length) } : {}), results: page } },
    };
  };
}

async function everyRow(instance: TestInstance, path: string): Promise<unknown[]> {
  const rows: unknown[] = [];
  for (let next: string | null = ''; next !== null; ) {
    const page = await instance.call('GET', `${path}${next === '' ? '' : `&nextPage=${next}`}`);
    expect(page.status).toBe(200);
    rows.push(...page.body);
    next = page.headers.get('elements-next-page-token');
  }
  return rows;
}

describe.each([
  {
    version: 4,
    file: 'trippin-v4.xml',
    set: 'People',
    path: '/people',
    key: 'UserName',
    ids: ["o'neil", 'b', 'c', 'd', 'e'],
  },
  {
    version: 2,
    file: 'odata-demo-v2.xml',
    set: 'Products',
    path: '/products',
    key: 'ID',
    ids: ['1', '2', '3', '4', '5'],
  },
] as const)('OData $version', ({ version, file, set, path, key, ids }) => {
  const rows = new Map<string, Row>();
  let instance: TestInstance;
  const [first] = ids;

  beforeAll(async () => {
    vendor.reply = serveSet(version, set, key, rows, 2);
    const source = `${vendor.url}/service/$metadata`;
    const { document } = convertOData(fixture(file), { hub: 'crm', source });
    instance = await connectDocument(platform, document, { username: 'ann', password: 'secret' });
  });
  beforeEach(() => {
    vendor.reply = serveSet(version, set, key, rows, 2);
    rows.clear();
    for (const id of ids) rows.set(id, { [key]: version === 4 ? id : Number(id), Name: `Name ${id}` });
    vendor.requests.length = 0;
  });

  test('lists every row once, though the vendor gives fewer at once than it is asked for', async () => {
    const list = await everyRow(instance, `${path}?pageSize=3`);
    expect(list).toEqual([...rows.values()]);
    expect(vendor.requests.map(({ query }) => [query.get('$skip'), query.get('$top')])).toEqual([
      ['0', '3'],
      ['2', '3'],
      ['4', '3'],
    ]);
    expect(vendor.requests[0]?.headers['authorization']).toBe(`Basic ${btoa('ann:secret')}`);
  });

  test('says how many rows there are', async () => {
    const { headers } = await instance.call('GET', `${path}?pageSize=2`);
    expect(headers.get('elements-total-count')).toBe('5');
  });

  test('creates, reads, updates and deletes', async () => {
    const id = version === 4 ? "d'arc (x)/y" : '77';
    const created = await instance.call('POST', path, { body: { [key]: version === 4 ? id : 77, Name: 'Jeanne' } });
    expect([created.status, created.body.Name]).toEqual([200, 'Jeanne']);
    const place = `${path}/${encodeURIComponent(id)}`;
    expect((await instance.call('GET', place)).body).toMatchObject({ Name: 'Jeanne' });
    expect((await instance.call('PATCH', place, { body: { Name: 'Joan' } })).status).toBe(200);
    expect((await instance.call('GET', place)).body).toMatchObject({ Name: 'Joan' });
    expect((await instance.call('DELETE', place)).status).toBe(200);
    const gone = await instance.call('GET', place);
    expect([gone.status, gone.body.providerMessage]).toEqual([404, 'No such entity']);
  });

  test('where, orderBy and fields are system query options', async () => {
    const query = new URLSearchParams({
      where: "Name like '%a%' AND Rating > 3",
      orderBy: 'Name desc',
      fields: 'Name',
    });
    await instance.call('GET', `${path}?${query}`);
    const [sent] = vendor.requests;
    const like = version === 4 ? "contains(Name,'a')" : "substringof('a',Name)";
    expect(sent?.query.get('$filter')).toBe(`${like} and Rating gt 3`);
    expect([sent?.query.get('$orderby'), sent?.query.get('$select')]).toEqual(['Name desc', 'Name']);
  });

  test('a quote in a key stays in its literal', async () => {
    await instance.call('GET', `${path}/${encodeURIComponent(first)}`);
    const asked = decodeURIComponent(vendor.requests[0]?.path ?? '');
    expect(asked).toBe(version === 4 ? "/service/People('o''neil')" : '/service/Products(1)');
  });
});
