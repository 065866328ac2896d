// What a document's `valence` members make of a resource: its forms by `where` and by way of paging, statements that
// select what the vendor describes, rows kept, picked and joined, answers that need no vendor, links of chains.

import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { type Answer, type Platform, startPlatform } from '../support/platform.ts';
import {
  connectTestElement,
  type RecordingVendor,
  startRecordingVendor,
  type TestElement,
  type TestInstance,
} from '../support/recording-vendor.ts';

let vendor: RecordingVendor;
let platform: Platform;
let now = Date.parse('2026-03-01T12:00:00Z');

beforeAll(async () => {
  vendor = await startRecordingVendor();
  platform = await startPlatform({ environment: { VALENCE_EGRESS: 'any' }, clock: () => now });
});
afterAll(async () => {
  await platform.close();
  await vendor.close();
});
beforeEach(() => {
  vendor.requests.length = 0;
  vendor.reply = () => ({ body: [] });
});

const query = (name: string, vendorName: string, more = {}) => ({
  type: 'query',
  name,
  vendorType: 'query',
  vendorName,
  ...more,
});
const resource = (method: string, path: string, members: Record<string, unknown> = {}) => ({
  method,
  path: `/hubs/general${path}`,
  vendorPath: path,
  type: 'api',
  ...members,
});
const connect = (element: TestElement, settings: Record<string, unknown> = {}): Promise<TestInstance> =>
  connectTestElement(platform, vendor, element, settings);
const sent = () => vendor.requests.map(({ method, url }) => `${method} ${decodeURIComponent(url)}`);
const next = (answer: Answer) => answer.headers.get('elements-next-page-token');

describe('forms by where', () => {
  const listed = (converter: string, vendorName: string) => [query('where', vendorName, { converter })];
  let instance: TestInstance;
  beforeAll(async () => {
    const whenFiltered = [
      { vendorPath: '/search', parameters: listed('toSearchTerms', 'q') },
      { fields: ['id'], vendorPath: '/many', rootKey: '|found', parameters: listed('toValueList', 'ids') },
      {
        fields: ['changed'],
        vendorPath: '/changes',
        parameters: [],
        hooks: [
          { type: 'preRequest', body: 'done({request_vendor_parameters: {since: request_expression[0].value}})' },
        ],
      },
    ];
    instance = await connect({
      resources: [resource('GET', '/things', { parameters: [], valence: { whenFiltered } })],
    });
  });
  const ask = (where: string) => instance.call('GET', `/things?${new URLSearchParams({ where })}`);

  test('fields that the vendor is asked for alone have one of their own, whatever their order in the document', async () => {
    vendor.reply = () => ({ body: { found: [{ id: 1 }] } });
    expect((await ask("id in ('1','2')")).body).toEqual([{ id: 1 }]);
    vendor.reply = () => ({ body: [] });
    await ask("name = 'x'");
    await ask("changed > '2024-01-01'");
    expect(sent()).toEqual(['GET /many?ids=1,2', 'GET /search?q=name:x', 'GET /changes?since=2024-01-01']);
  });

  test('such fields joined with others are refused, before the vendor is asked', async () => {
    const refused = await ask("id = '1' AND name = 'x'");
    expect([refused.status, refused.body.message]).toEqual([
      400,
      expect.stringContaining('id cannot be joined with name'),
    ]);
    expect(sent()).toEqual([]);
  });
});

test('a list that is asked for some fields only says so for others', async () => {
  const whenFiltered = [
    { fields: ['id'], vendorPath: '/many', parameters: [query('where', 'ids', { converter: 'toValueList' })] },
  ];
  const parameters = [query('where', 'where', { vendorType: 'no-op' })];
  const instance = await connect({
    resources: [resource('GET', '/things', { parameters, valence: { whenFiltered } })],
  });
  const refused = await instance.call('GET', `/things?${new URLSearchParams({ where: "name = 'x'" })}`);
  expect([refused.status, refused.body.message]).toEqual([400, expect.stringContaining('only be asked for id')]);
  expect(sent()).toEqual([]);
});

test('a list by any name goes on with the size that it began with', async () => {
  const parameters = [query('page', 'p'), query('pageSize', 'n')];
  const instance = await connect({
    resources: [resource('GET', '/{objectName}', { parameters, paginationType: 'VENDOR_SUPPORTED' })],
  });
  vendor.reply = ({ query: asked }) => ({ body: [{ id: asked.get('p') }, { id: `${asked.get('p')}b` }] });
  const first = await instance.call('GET', '/things?pageSize=2');
  await instance.call('GET', `/things?nextPage=${next(first)}`);
  await instance.call('GET', '/things');
  expect(sent()).toEqual(['GET /things?p=1&n=2', 'GET /things?p=2&n=2', 'GET /things?p=1&n=100']);
});

describe('ways of paging', () => {
  const element: TestElement = {
    valence: { paging: { cursor: { page: 'after', pageSize: 'size', nextPageKey: 'body.meta.after' } } },
    resources: ['/both', '/numbers'].map((path) =>
      resource('GET', path, {
        rootKey: '|rows',
        nextPageKey: 'body.next',
        parameters: [query('page', 'page'), query('pageSize', 'per_page')],
        ...(path === '/both' ? { valence: { paging: ['cursor'] } } : {}),
      }),
    ),
  };

  test('the setting pagination.type chooses one where the list has it; others go on with the document’s own', async () => {
    const instance = await connect(element, { 'pagination.type': 'cursor' });
    vendor.reply = () => ({ body: { rows: [{ id: 1 }], meta: { after: 'abc' }, next: '2' } });
    const first = await instance.call('GET', '/both?pageSize=1');
    await instance.call('GET', `/both?pageSize=1&nextPage=${next(first)}`);
    await instance.call('GET', '/numbers?page=3&pageSize=1');
    expect(sent()).toEqual(['GET /both?size=1', 'GET /both?after=abc&size=1', 'GET /numbers?page=3&per_page=1']);
  });

  test('without the setting the document’s own way holds everywhere', async () => {
    const instance = await connect(element);
    vendor.reply = () => ({ body: { rows: [] } });
    await instance.call('GET', '/both?pageSize=1');
    expect(sent()).toEqual(['GET /both?page=1&per_page=1']);
  });
});

describe('statements that select what the vendor describes', () => {
  const described = { vendorPath: '/describe/{object}', rows: 'fields', name: 'name' };
  const statement = { object: '{objectName}', described, keyset: 'Id' };
  const element: TestElement = {
    configuration: [{ key: 'pagination.type', defaultValue: 'offset', internal: true }],
    objects: [{ name: 'contacts', vendorName: 'Contact' }],
    resources: [
      resource('GET', '/{objectName}', {
        vendorPath: '/query',
        rootKey: '|records',
        parameters: [
          query('where', 'q', { converter: 'toSoql' }),
          query('page', 'page', { vendorType: 'no-op', dataType: 'integer' }),
        ],
        valence: { statement },
      }),
      resource('GET', '/{objectName}/{objectId}', { vendorPath: '/records/{objectName}/{objectId}' }),
    ],
  };
  let names: string[];
  let records: Record<string, unknown>[];
  beforeEach(() => {
    names = ['Id', 'Name'];
    records = [];
    vendor.reply = ({ path }) =>
      path.startsWith('/describe')
        ? { body: { fields: names.map((name) => ({ name })) } }
        : { body: { records: records.splice(0, 2) } };
  });

  test('are asked for once, and again after ten minutes', async () => {
    const instance = await connect(element);
    for (const wait of [0, 1, 11]) {
      now += wait * 60_000;
      await instance.call('GET', '/contacts?pageSize=2');
    }
    const select = 'GET /query?q=SELECT Id, Name FROM Contact ORDER BY Id LIMIT 2';
    expect(sent()).toEqual(['GET /describe/Contact', select, select, 'GET /describe/Contact', select]);
  });

  test('are not asked for when the caller names fields', async () => {
    const instance = await connect(element);
    await instance.call('GET', '/contacts?fields=Name&pageSize=2');
    expect(sent()).toEqual(['GET /query?q=SELECT Name FROM Contact ORDER BY Id LIMIT 2']);
  });

  test('are asked for again when the vendor refuses what was made of the kept ones', async () => {
    const instance = await connect(element);
    await instance.call('GET', '/contacts');
    const reply = vendor.reply;
    names = ['Id'];
    vendor.reply = (request) =>
      request.query.get('q')?.includes('Name') === true
        ? { status: 400, body: { message: 'No column Name' } }
        : reply(request);
    expect((await instance.call('GET', '/contacts')).status).toBe(200);
    expect(sent().at(-1)).toBe('GET /query?q=SELECT Id FROM Contact ORDER BY Id LIMIT 100');
    vendor.requests.length = 0;
    vendor.reply = (request) => (request.path === '/query' ? { status: 400, body: { message: 'No' } } : reply(request));
    expect((await instance.call('GET', '/contacts')).status).toBe(400);
    expect(sent()).toEqual(['GET /query?q=SELECT Id FROM Contact ORDER BY Id LIMIT 100', 'GET /describe/Contact']);
  });

  test('one instance’s description is not another’s', async () => {
    const [one, other] = [await connect(element), await connect(element)];
    await one.call('GET', '/contacts');
    names = ['Id', 'Own__c'];
    await other.call('GET', '/contacts');
    expect(sent().at(-1)).toContain('SELECT Id, Own__c FROM Contact');
  });

  test('an object of the caller is a name, nothing more', async () => {
    const instance = await connect(element);
    const refused = await instance.call('GET', `/${encodeURIComponent('Contact WHERE Id != null')}`);
    expect(refused.status).toBe(400);
    expect(sent().filter((line) => line.includes('/query'))).toEqual([]);
  });

  test('pages follow a field under pagination.type=cursor, whatever fields are asked for', async () => {
    const instance = await connect(element, { 'pagination.type': 'cursor' });
    records = ['a', 'b', 'c'].map((Id) => ({ Id }));
    const first = await instance.call('GET', '/contacts?fields=Name&pageSize=2');
    const second = await instance.call('GET', `/contacts?fields=Name&pageSize=2&nextPage=${next(first)}`);
    expect(sent()).toEqual([
      'GET /query?q=SELECT Name, Id FROM Contact ORDER BY Id LIMIT 2',
      "GET /query?q=SELECT Name, Id FROM Contact WHERE Id > 'b' ORDER BY Id LIMIT 2",
    ]);
    expect(next(second)).toBeNull();
    await instance.call('GET', '/contacts?fields=Name&orderBy=Name&page=2&pageSize=2');
    expect(sent().at(-1)).toBe('GET /query?q=SELECT Name FROM Contact ORDER BY Name LIMIT 2 OFFSET 2');
  });

  test('a declared object is called by the vendor’s name in paths, too', async () => {
    const instance = await connect(element);
    await instance.call('GET', '/contacts/7');
    await instance.call('GET', '/constructor/7');
    expect(sent()).toEqual(['GET /records/Contact/7', 'GET /records/constructor/7']);
  });
});

describe('rows', () => {
  const pages = [query('page', 'p'), query('pageSize', 'n')];
  const all = Array.from({ length: 7 }, (_, id) => ({ id, kind: id % 2 === 0 ? 'even' : 'odd' }));
  const paged = () => {
    vendor.reply = ({ query: asked }) => {
      const [page, size] = [Number(asked.get('p') ?? 1), Number(asked.get('n') ?? 3)];
      return { body: all.slice((page - 1) * size, page * size) };
    };
  };

  test('that the resource is not about are left out', async () => {
    const keep = [{ field: 'kind', value: 'odd' }];
    const instance = await connect({
      resources: [resource('GET', '/odd', { paginationType: 'VENDOR_NOT_SUPPORTED', valence: { keep } })],
    });
    vendor.reply = () => ({ body: all });
    const answer = await instance.call('GET', '/odd?pageSize=2');
    expect([answer.body.map(({ id }: { id: number }) => id), next(answer)]).toEqual([[1, 3], expect.any(String)]);
  });

  test('one is picked, however many pages of the vendor it takes', async () => {
    const instance = await connect({
      configuration: [{ key: 'pagination.max', defaultValue: '3', internal: true }],
      resources: [
        resource('GET', '/things/{id}', {
          vendorPath: '/things',
          objectName: 'thing',
          parameters: pages,
          valence: { pick: { field: 'id', parameter: 'id' } },
        }),
      ],
    });
    paged();
    expect((await instance.call('GET', '/things/5')).body).toEqual(all[5]);
    expect(sent()).toEqual(['GET /things?p=1&n=3', 'GET /things?p=2&n=3']);
    const missing = await instance.call('GET', '/things/70');
    expect([missing.status, missing.body.message]).toEqual([404, 'There is no thing 70 here.']);
    expect(sent()).toHaveLength(5);
  });

  test('are joined with the records beside them that they name', async () => {
    const sideLoads = { users: ['author', 'readers'], groups: ['group.id'] };
    const instance = await connect({
      resources: [resource('GET', '/posts', { rootKey: '|posts', valence: { sideLoads } })],
    });
    const posts = [
      { id: 1, author: 7, readers: [8, 7], group: { id: 'g' } },
      { id: 2, author: null },
    ];
    const users = [{ id: 7 }, { id: 8 }, { id: 9 }];
    vendor.reply = () => ({ body: { posts, users, groups: [{ id: 'g' }] } });
    expect((await instance.call('GET', '/posts')).body).toEqual([
      { ...posts[0], users: [{ id: 7 }, { id: 8 }], groups: [{ id: 'g' }] },
      { id: 2, users: [], groups: [] },
    ]);
    vendor.reply = () => ({ body: { posts } });
    expect((await instance.call('GET', '/posts')).body).toEqual([posts[0], { id: 2 }]);
  });

  test('a hook may say how many there are in all', async () => {
    const hooks = [{ type: 'postRequest', body: "done({response_headers: {'Elements-Total-Count': 41}})" }];
    const instance = await connect({ resources: [resource('GET', '/counted', { hooks })] });
    expect((await instance.call('GET', '/counted')).headers.get('elements-total-count')).toBe('41');
  });
});

describe('what needs no vendor, and what callers do not reach', () => {
  let instance: TestInstance;
  beforeAll(async () => {
    instance = await connect({
      resources: [
        resource('DELETE', '/notes/{id}', { valence: { answer: { status: 200 } } }),
        resource('DELETE', '/people/{id}', { valence: { answer: { status: 405, message: 'People stay.' } } }),
        resource('GET', '/hidden', { valence: { internal: true } }),
        resource('GET', '/chained', { nextResource: 'GET:/hubs/general/hidden' }),
      ],
    });
  });

  test('an answer without a call', async () => {
    expect(await instance.call('DELETE', '/notes/1')).toMatchObject({ status: 200, body: undefined });
    expect(await instance.call('DELETE', '/people/1')).toMatchObject({
      status: 405,
      body: { message: 'People stay.' },
    });
    expect(sent()).toEqual([]);
  });

  test('a link of chains only', async () => {
    expect((await instance.call('GET', '/hidden')).status).toBe(404);
    expect((await instance.call('GET', '/objects')).body).toEqual(['chained']);
    expect((await instance.call('GET', '/chained')).status).toBe(200);
    expect(sent()).toEqual(['GET /chained', 'GET /hidden']);
  });

  test('an element’s own discovery is answered for a disabled instance, too', async () => {
    const own = await connect({ resources: [resource('GET', '/objects'), resource('GET', '/things')] });
    await platform.call('DELETE', `/instances/${own.id}/enabled`);
    vendor.reply = () => ({ body: ['things'] });
    expect(await own.call('GET', '/objects')).toMatchObject({ status: 200, body: ['things'] });
    expect((await own.call('GET', '/things')).status).toBe(403);
  });
});
