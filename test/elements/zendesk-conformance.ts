// Every resource and method of Zendesk against the sandbox.

import { expect } from 'vitest';
import { type Connection, collection, type ElementConformance, expectRefused, type Row, row } from './conformance.ts';

const ids = { agent: 35_437_001, contact: 35_438_001 };
const missing = '999999999';
const none = { status: 404, says: 'Not found' };
const invalid = { status: 422, says: 'Record validation errors' };
const where = (expression: string) => `where=${encodeURIComponent(expression)}`;
const isAt = (path: string, says: string | RegExp, expression: string) => ({
  path: `${path}?${where(expression)}`,
  status: 400,
  says,
});
const noOr = (path: string, field = 'id') => isAt(path, 'where', `${field} = '1' OR ${field} = '2'`);

let made = 0;
/** A text that nothing else has. */
const fresh = (text: string) => `${text} ${Date.now()}${made++}`;

async function create({ call }: Connection, path: string, body: object): Promise<Row> {
  const answer = await call('POST', path, body);
  expect(answer.status, JSON.stringify(answer.body)).toBe(200);
  return answer.body;
}

const newIncident = async (connection: Connection) => {
  const { id } = await create(connection, '/incidents', { subject: 'Broken', description: 'It does not work.' });
  return `/incidents/${id}`;
};

const content = Buffer.from(Array.from({ length: 1000 }, (_, index) => index % 256));

function form(name = 'ä b.bin', bytes = content): FormData {
  const data = new FormData();
  data.append('file', new Blob([Buffer.from(bytes)], { type: 'application/x-test' }), name);
  return data;
}

async function upload(connection: Connection, path: string, name?: string): Promise<Row> {
  const { status, body } = await connection.upload('POST', path, form(name));
  expect(status, JSON.stringify(body)).toBe(200);
  return body;
}

/** Calls that Zendesk has no counterpart of. */
const refusing = (resource: string, path: string, says: string, body?: object) =>
  row(
    resource,
    {
      error: async ({ call }) => {
        const [method = ''] = resource.split(' ');
        expectRefused(await call(method, path, body), { status: 405, says });
      },
    },
    Object.fromEntries(
      (['list', 'pages', 'create', 'update', 'delete'] as const).map((column) => [column, 'Zendesk has no such call']),
    ),
  );

/** Calls that answer 200 although Zendesk has no counterpart, as the original service did. */
const answering = (resource: string, path: string) =>
  row(
    resource,
    { delete: async ({ call }) => expect((await call('DELETE', path)).status).toBe(200) },
    { error: 'is answered without a call' },
  );

const incidentRows = [
  ...collection({
    path: '/incidents',
    list: { pageSize: 70, atLeast: 260 },
    search: [
      {
        where: "status = 'open' AND priority = 'high'",
        fits: (each) => each['status'] === 'open' && each['priority'] === 'high',
      },
      { where: "id = '12'", fits: ({ id }) => id === 12 },
      { where: "id in ('3', '250', '17')", fits: ({ id }) => [3, 17, 250].includes(Number(id)) },
    ],
    create: {
      body: { subject: 'Through the table', description: 'It does not work.', priority: 'high', tags: ['new'] },
    },
    read: true,
    update: { body: { subject: 'Better', status: 'pending' } },
    delete: true,
    missing,
    refused: {
      list: noOr('/incidents', 'status'),
      create: { body: { subject: 'No description' }, ...invalid },
      read: none,
      update: { path: '/incidents/2', body: { priority: 'highest' }, ...invalid },
      delete: none,
    },
  }),
];

const withComments = async (connection: Connection) => {
  const path = `${await newIncident(connection)}/comments`;
  for (const body of ['One', 'Two', 'Three']) await create(connection, path, { body });
  await create(connection, path, { body: 'Only for us', public: false });
  return path;
};

const commentRows = [
  ...collection({
    path: '/incidents/{id}/comments',
    item: '/incidents/{id}/comments/{commentId}',
    parent: withComments,
    list: { pageSize: 2, atLeast: 5 },
    search: [{ where: "public = 'false'", fits: (each) => each['public'] === false }],
    create: { body: { body: 'Thank you', public: false } },
    read: true,
    refused: {
      list: { path: `/incidents/${missing}/comments`, ...none },
      create: { body: { body: ' ' }, ...invalid },
      read: { path: `/incidents/2/comments/${missing}`, status: 404, says: 'no comments' },
    },
  }),
  refusing('PATCH /incidents/{id}/comments/{commentId}', '/incidents/2/comments/1', 'does not change', { body: 'x' }),
  answering('DELETE /incidents/{id}/comments/{commentId}', '/incidents/2/comments/1'),
];

const withHistory = async (connection: Connection) => {
  const path = await newIncident(connection);
  for (const status of ['open', 'pending', 'solved']) await connection.call('PATCH', path, { status });
  return `${path}/history`;
};

const historyRows = [
  ...collection({
    path: '/incidents/{id}/history',
    item: '/incidents/{id}/history/{historyId}',
    parent: withHistory,
    list: { pageSize: 2, atLeast: 4 },
    search: [{ where: "author_id = '35436001'", fits: (each) => each['author_id'] === 35_436_001 }],
    read: true,
    missing,
    refused: { list: { path: `/incidents/${missing}/history`, ...none }, read: none },
  }),
  refusing('POST /incidents/{id}/history', '/incidents/2/history', 'itself', {}),
  refusing('PATCH /incidents/{id}/history/{historyId}', '/incidents/2/history/1', 'itself', {}),
  answering('DELETE /incidents/{id}/history/{historyId}', '/incidents/2/history/1'),
];

const attachmentRows = [
  row('GET /incidents/{id}/attachments', {
    list: async (connection) => {
      const path = await newIncident(connection);
      const { id } = await upload(connection, `${path}/attachments`);
      expect((await connection.call('GET', `${path}/attachments`)).body).toMatchObject([{ id, file_name: 'ä b.bin' }]);
    },
    pages: async (connection) => {
      const path = `${await newIncident(connection)}/attachments`;
      const names = ['1.txt', '2.txt', '3.txt'];
      for (const name of names) await upload(connection, path, name);
      const { rows, pages } = await connection.allRows(path, { pageSize: '2' });
      expect([rows.map((each) => each['file_name']), pages]).toEqual([names, 2]);
    },
    error: async ({ call }) => expectRefused(await call('GET', `/incidents/${missing}/attachments`), none),
  }),
  row('POST /incidents/{id}/attachments', {
    create: async (connection) => {
      const path = await newIncident(connection);
      const attached = await upload(connection, `${path}/attachments?description=${encodeURIComponent('See here')}`);
      expect(attached).toMatchObject({
        file_name: 'ä b.bin',
        content_type: 'application/x-test',
        size: content.length,
      });
      const comments = (await connection.call('GET', `${path}/comments`)).body;
      expect(comments.at(-1)).toMatchObject({ body: 'See here', attachments: [{ id: attached.id }] });
      const named = await upload(connection, `${path}/attachments?fileName=${encodeURIComponent('other & ü.bin')}`);
      expect(named).toMatchObject({ file_name: 'other & ü.bin' });
      const { bytes } = await connection.download(`/attachments/${named.id}/data`);
      expect(bytes).toEqual(content);
    },
    error: async (connection) =>
      expectRefused(await connection.upload('POST', `/incidents/${missing}/attachments`, form()), none),
  }),
  refusing('GET /attachments', '/attachments', 'does not list'),
  row('POST /attachments', {
    create: async (connection) => {
      const uploaded = await upload(connection, '/attachments?fileName=named.bin');
      expect(uploaded).toMatchObject({ file_name: 'named.bin', size: content.length, token: expect.any(String) });
      const path = await newIncident(connection);
      const comment = await create(connection, `${path}/comments`, { body: 'Both', uploads: [uploaded['token']] });
      expect(comment['attachments']).toMatchObject([{ file_name: 'named.bin' }]);
    },
    error: async ({ call }) => expectRefused(await call('POST', '/attachments', {}), { status: 400, says: 'file' }),
  }),
  row('GET /attachments/{id}', {
    read: async (connection) => {
      const { id } = await upload(connection, '/attachments');
      const { body } = await connection.call('GET', `/attachments/${id}`);
      expect(body).toMatchObject({ id, file_name: 'ä b.bin', size: content.length });
      const number = Number(String(id).split('-')[0]);
      expect((await connection.call('GET', `/attachments/${number}`)).body).toMatchObject({ id: number });
    },
    error: async ({ call }) => expectRefused(await call('GET', `/attachments/${missing}`), none),
  }),
  row('DELETE /attachments/{id}', {
    delete: async (connection) => {
      const { id } = await upload(connection, '/attachments');
      expect((await connection.call('DELETE', `/attachments/${id}`)).status).toBe(200);
      expect((await connection.call('GET', `/attachments/${id}`)).status).toBe(404);
    },
    error: async ({ call }) => {
      expectRefused(await call('DELETE', '/attachments/12'), { status: 405, says: 'before a comment takes it' });
      expectRefused(await call('DELETE', '/attachments/12-none'), none);
    },
  }),
  row('GET /attachments/{id}/data', {
    read: async (connection) => {
      const { id } = await upload(connection, '/attachments');
      for (const name of [String(id), String(id).split('-')[0]]) {
        const { status, headers, bytes } = await connection.download(`/attachments/${name}/data`);
        expect([status, headers.get('content-type')]).toEqual([200, 'application/x-test']);
        expect(bytes).toEqual(content);
      }
    },
    error: async ({ call }) => expectRefused(await call('GET', `/attachments/${missing}/data`), none),
  }),
];

const childRow = row(
  'GET /incidents/{id}/{objectName}',
  {
    list: async (connection) => {
      const { id } = await create(connection, '/incidents', { description: 'x', tags: ['a', 'b'] });
      expect((await connection.call('GET', `/incidents/${id}/tags`)).body).toEqual(['a', 'b']);
      expect((await connection.call('GET', `/incidents/${id}/metrics`)).body).toMatchObject({ ticket_id: id });
    },
    search: async ({ call }) =>
      expectRefused(await call('GET', `/incidents/2/tags?${where("name = 'a'")}`), { status: 400, says: 'tags' }),
    error: async ({ call }) => {
      expectRefused(await call('GET', `/incidents/${missing}/tags`), none);
      expectRefused(await call('GET', '/incidents/2/nothing'), none);
    },
  },
  { pages: 'tags come all at once; see GET /{objectName}/{objectId}/{childObjectName}' },
);

const person = (path: string, atLeast: number, pageSize: number, id: number) =>
  collection({
    path,
    list: { pageSize, atLeast },
    search: [
      { where: `id = '${id}'`, fits: (each) => each['id'] === id },
      { where: `id in ('${id}', '${id + 1}')`, fits: (each) => [id, id + 1].includes(Number(each['id'])) },
    ],
    create: { body: async () => ({ name: 'Pat Doe', email: `${fresh('pat').replace(' ', '')}@doe.example` }) },
    read: true,
    update: { body: { phone: '+49 30 1' } },
    delete: 'stays',
    missing,
    refused: {
      list: noOr(path, 'name'),
      create: { body: { email: 'nobody' }, ...invalid },
      read: none,
      update: none,
      delete: none,
    },
  });

const peopleRows = [
  ...person('/users', 78, 30, ids.contact),
  row(
    'GET /users/me',
    {
      read: async ({ call }) => {
        const { body } = await call('GET', '/users/me');
        expect((await call('GET', `/users/${body.id}`)).body).toEqual(body);
      },
    },
    { error: 'takes no input; see the faults' },
  ),
  ...person('/agents', 6, 2, ids.agent),
  ...person('/contacts', 72, 30, ids.contact),
  ...collection({
    path: '/organizations',
    list: { pageSize: 4, atLeast: 10 },
    search: [
      { where: "name = 'Initech'", fits: (each) => each['name'] === 'Initech' },
      { where: "id in ('22000001', '22000003')", fits: ({ id }) => [22_000_001, 22_000_003].includes(Number(id)) },
    ],
    create: { body: async () => ({ name: fresh('Fresh'), domain_names: ['fresh.example'] }) },
    read: true,
    update: { body: { notes: 'Calls often' } },
    delete: true,
    missing,
    refused: {
      list: noOr('/organizations', 'name'),
      create: { body: { name: '' }, ...invalid },
      read: none,
      update: none,
      delete: none,
    },
  }),
  ...collection({
    path: '/groups',
    list: { pageSize: 1, atLeast: 3 },
    search: [{ where: "name LIKE 'B%'", fits: (each) => String(each['name']).startsWith('B') }],
    create: { body: async () => ({ name: fresh('Night shift') }) },
    read: true,
    update: { body: { description: 'They work at night' } },
    delete: true,
    missing,
    refused: {
      list: noOr('/groups', 'name'),
      create: { body: { name: '' }, ...invalid },
      read: none,
      update: none,
      delete: none,
    },
  }),
];

const setupRows = [
  ...collection({
    path: '/brands',
    list: { pageSize: 1, atLeast: 2 },
    search: [{ where: "active = 'true'", fits: (each) => each['active'] === true }],
    create: { body: async () => ({ name: 'Second', subdomain: fresh('second').replace(' ', '') }) },
    read: true,
    update: { body: { name: 'Third' } },
    delete: true,
    missing,
    refused: {
      list: noOr('/brands'),
      create: { body: { name: '' }, ...invalid },
      read: none,
      update: none,
      delete: none,
    },
  }),
  ...collection({
    path: '/fields/incident-field',
    list: { pageSize: 4, atLeast: 8 },
    create: { body: async () => ({ type: 'text', title: fresh('Colour') }) },
    read: true,
    update: { body: { agent_description: 'Ask for it' } },
    delete: true,
    missing,
    refused: {
      list: { path: '/fields/incident-field?page=0', status: 400, says: 'page' },
      create: { body: { type: 'text' }, ...invalid },
      read: none,
      update: none,
      delete: none,
    },
  }),
  ...collection({
    path: '/fields/user-field',
    list: { pageSize: 1, atLeast: 2 },
    search: [{ where: "type = 'text'", fits: (each) => each['type'] === 'text' }],
    create: { body: async () => ({ type: 'text', title: 'Shoe size', key: fresh('shoe').replace(' ', '_') }) },
    read: true,
    update: { body: { description: 'In centimetres' } },
    delete: true,
    missing,
    refused: {
      list: { path: '/fields/user-field?page=0', status: 400, says: 'page' },
      create: { body: { type: 'text', title: 'No key' }, ...invalid },
      read: none,
      update: none,
      delete: none,
    },
  }),
  ...collection({
    path: '/fields',
    list: { pageSize: 5, atLeast: 10 },
    search: [{ where: "type in ('text', 'tagger')", fits: (each) => /^(text|tagger)$/.test(String(each['type'])) }],
    refused: { list: noOr('/fields') },
  }),
  refusing('POST /fields', '/fields', 'incident-field', { title: 'x' }),
  ...(['priorities', 'statuses', 'incident-types'] as const).flatMap((kind) => fieldRows(kind)),
  ...collection({
    path: '/slaPolicies',
    list: { pageSize: 1, atLeast: 2 },
    search: [{ where: 'position <= 1', fits: (each) => Number(each['position']) <= 1 }],
    create: {
      body: async () => ({
        title: fresh('Gold'),
        filter: { all: [{ field: 'type', operator: 'is', value: 'incident' }], any: [] },
        policy_metrics: [{ priority: 'urgent', metric: 'first_reply_time', target: 30, business_hours: false }],
      }),
    },
    read: true,
    update: { body: { description: 'For our best customers' } },
    delete: true,
    missing,
    refused: {
      list: noOr('/slaPolicies'),
      create: { body: { title: '' }, ...invalid },
      read: none,
      update: none,
      delete: none,
    },
  }),
];

function fieldRows(kind: 'priorities' | 'statuses' | 'incident-types') {
  const type = { priorities: 'priority', statuses: 'status', 'incident-types': 'tickettype' }[kind];
  const path = `/${kind}`;
  const field = async ({ call }: Connection): Promise<Row> => (await call('GET', path)).body[0];
  return [
    row(
      `GET ${path}`,
      {
        list: async ({ call }) => {
          const { status, body } = await call('GET', `${path}${kind === 'statuses' ? '?includeDeleted=true' : ''}`);
          expect([status, body]).toMatchObject([200, [{ type, system_field_options: expect.any(Array) }]]);
          expect(body).toHaveLength(1);
        },
        search: async ({ call }) => {
          expect((await call('GET', `${path}?${where("active = 'true'")}`)).body).toHaveLength(1);
          expect((await call('GET', `${path}?${where("active = 'false'")}`)).body).toEqual([]);
        },
        error: async ({ call }) => expectRefused(await call('GET', noOr(path).path), { status: 400, says: 'OR' }),
      },
      { pages: 'there is one such field' },
    ),
    refusing(`POST ${path}`, path, 'makes no other', { title: 'x' }),
    row(`GET ${path}/{id}`, {
      read: async (connection) => {
        const { id } = await field(connection);
        expect((await connection.call('GET', `${path}/${id}`)).body).toMatchObject({ id, type });
      },
      error: async ({ call }) => expectRefused(await call('GET', `${path}/${missing}`), none),
    }),
    kind === 'incident-types'
      ? refusing(`PATCH ${path}/{id}`, `${path}/1`, '/fields/incident-field', { title: 'x' })
      : row(`PATCH ${path}/{id}`, {
          update: async (connection) => {
            const { id } = await field(connection);
            const change = { raw_description: fresh('What it is') };
            const changed = await connection.call('PATCH', `${path}/${id}`, change);
            expect([changed.status, changed.body]).toMatchObject([200, change]);
            expect(await field(connection)).toMatchObject(change);
          },
          error: async ({ call }) =>
            expectRefused(await call('PATCH', `${path}/${missing}`, { raw_description: 'x' }), none),
        }),
    refusing(`DELETE ${path}/{id}`, `${path}/1`, 'keeps its own'),
  ];
}

const locale = 'en-us';
const newCategory = (connection: Connection) =>
  create(connection, '/resources/categories', { locale, name: fresh('Payments'), description: 'On paying' });
const newSection = async (connection: Connection) => {
  const { id } = await newCategory(connection);
  return create(connection, `/resources/categories/${id}/sections`, { locale, name: fresh('Cards') });
};
const article = (title: string) => ({
  locale,
  title,
  body: '<p>Use any card.</p>',
  permission_group_id: 1,
  user_segment_id: null,
});
async function newArticle(connection: Connection, title = fresh('How to pay')): Promise<Row> {
  const { id } = await newSection(connection);
  const groups = await connection.call('GET', '/resources/articles?pageSize=1');
  const permission_group_id = groups.body[0]?.permission_group_id ?? 1;
  return create(connection, `/resources/sections/${id}/articles`, { ...article(title), permission_group_id });
}

/** Reading, changing and deleting what is made below something else. */
function itemRows(path: string, make: (connection: Connection) => Promise<Row>, change: object) {
  return [
    row(`GET ${path}/{id}`, {
      read: async (connection) => {
        const { id } = await make(connection);
        expect((await connection.call('GET', `${path}/${id}`)).body).toMatchObject({ id });
      },
      error: async ({ call }) => expectRefused(await call('GET', `${path}/${missing}`), { status: 404, says: '' }),
    }),
    row(`PATCH ${path}/{id}`, {
      update: async (connection) => {
        const { id } = await make(connection);
        const { status, body } = await connection.call('PATCH', `${path}/${id}`, change);
        expect(status, JSON.stringify(body)).toBe(200);
        expect((await connection.call('GET', `${path}/${id}`)).body).toMatchObject(change);
      },
      error: async ({ call }) =>
        expectRefused(await call('PATCH', `${path}/${missing}`, change), { status: 404, says: '' }),
    }),
    row(`DELETE ${path}/{id}`, {
      delete: async (connection) => {
        const { id } = await make(connection);
        expect((await connection.call('DELETE', `${path}/${id}`)).status).toBe(200);
        expect((await connection.call('GET', `${path}/${id}`)).status).toBe(404);
      },
      error: async ({ call }) => expectRefused(await call('DELETE', `${path}/${missing}`), { status: 404, says: '' }),
    }),
  ];
}

const helpCenterRows = [
  ...collection({
    path: '/resources/categories',
    list: { pageSize: 1, atLeast: 2 },
    search: [{ where: 'position <= 1', fits: (each) => Number(each['position']) <= 1 }],
    create: { body: async () => ({ locale, name: fresh('Payments'), description: 'On paying' }) },
    read: true,
    update: { body: { position: 7, description: 'On how to pay' } },
    delete: true,
    missing,
    refused: {
      list: noOr('/resources/categories'),
      create: { body: { locale, name: '' }, status: 422, says: '' },
      read: { status: 404, says: '' },
      update: { status: 404, says: '' },
      delete: { status: 404, says: '' },
    },
  }),
  row('POST /resources/categories/{id}/sections', {
    create: async (connection) => {
      const { id } = await newCategory(connection);
      const section = await create(connection, `/resources/categories/${id}/sections`, { locale, name: 'Cards' });
      expect(section).toMatchObject({ name: 'Cards', category_id: id });
    },
    error: async ({ call }) =>
      expectRefused(await call('POST', `/resources/categories/${missing}/sections`, { locale, name: 'x' }), {
        status: 404,
        says: '',
      }),
  }),
  ...collection({
    path: '/resources/sections',
    list: { pageSize: 2, atLeast: 3 },
    search: [{ where: 'position <= 1', fits: (each) => Number(each['position']) <= 1 }],
    refused: { list: noOr('/resources/sections') },
  }),
  ...itemRows('/resources/sections', newSection, { position: 7, name: 'Cards of all kinds' }),
  row('POST /resources/sections/{id}/articles', {
    create: async (connection) => {
      const title = fresh('How to pay');
      const made = await newArticle(connection, title);
      expect((await connection.call('GET', `/resources/articles/${made.id}`)).body).toMatchObject({ title });
    },
    error: async ({ call }) =>
      expectRefused(await call('POST', `/resources/sections/${missing}/articles`, article('x')), {
        status: 404,
        says: '',
      }),
  }),
  row('GET /resources/articles', {
    list: async ({ call }) => {
      const { status, body } = await call('GET', '/resources/articles');
      expect([status, body[0]]).toMatchObject([200, { id: expect.any(Number), title: expect.any(String) }]);
    },
    pages: async ({ allRows }) => {
      const { rows, pages } = await allRows('/resources/articles', { pageSize: '2' });
      expect(pages).toBeGreaterThan(1);
      expect(new Set(rows.map(({ id }) => id)).size).toBe(rows.length);
    },
    search: async (connection) => {
      const { id, title, section_id } = await newArticle(connection, fresh("It's how to pay"));
      const found = async (expression: string) =>
        (await connection.allRows('/resources/articles', { where: expression })).rows.map((each) => each.id);
      expect(await found(`title = '${String(title).replace("'", "''")}'`)).toEqual([id]);
      expect(await found(`query = 'pay' AND section = '${section_id}'`)).toEqual([id]);
      expect(await found(`section = '${section_id}' AND title LIKE 'Something%'`)).toEqual([]);
      const every = (await connection.allRows('/resources/articles')).rows.map((each) => each.id);
      expect((await found('category IS NOT NULL')).sort()).toEqual(every.sort());
    },
    error: async ({ call }) => {
      const asked = `/resources/articles?${where("created_after = '2025-01-01'")}`;
      expectRefused(await call('GET', asked), { status: 400, says: 'needs one of query, category, section' });
    },
  }),
  ...itemRows('/resources/articles', newArticle, { promoted: true, title: 'How to pay now', body: '<p>By card.</p>' }),
];

const notThere = { status: 404, says: 'Not found' };

/** Another e-mail address of a person. */
async function newIdentity(connection: Connection): Promise<string> {
  const path = `/users/${ids.agent}/identities`;
  const { id } = await create(connection, path, { type: 'email', value: `${fresh('x').replace(' ', '')}@doe.example` });
  return `${path}/${id}`;
}

const anyRows = [
  row('GET /{objectName}', {
    list: async ({ call }) => {
      const { status, body } = await call('GET', '/user_fields?pageSize=2');
      expect([status, body.length, body[0]]).toMatchObject([200, 2, { id: expect.any(Number) }]);
    },
    pages: async (connection) => {
      const { rows, pages } = await connection.allRows('/user_fields', { pageSize: '2' });
      const known = await connection.allRows('/fields/user-field');
      expect(rows).toEqual(known.rows);
      expect(pages).toBeGreaterThan(1);
    },
    search: async (connection) => {
      const active = await connection.allRows('/macros', { where: "active = 'true'" });
      const every = await connection.allRows('/macros');
      expect(active.rows).toEqual(every.rows.filter((each) => each['active'] === true));
      const { rows } = await connection.allRows('/search', { where: "query = 'type:organization Initech'" });
      expect(rows).toMatchObject([{ name: 'Initech' }]);
      const refused = await connection.call('GET', `/tickets?${where("status = 'open'")}`);
      expectRefused(refused, { status: 400, says: 'not by status' });
    },
    error: async ({ call }) => expectRefused(await call('GET', '/nothings'), notThere),
  }),
  row('POST /{objectName}', {
    create: async (connection) => {
      const field = await create(connection, '/user_fields', { type: 'text', title: 'Any', key: `any${Date.now()}` });
      expect((await connection.call('GET', `/fields/user-field/${field.id}`)).body).toEqual(field);
      const wrapped = { ticket: { comment: { body: 'It is wrapped' } } };
      expect(await create(connection, '/tickets', wrapped)).toMatchObject({ description: 'It is wrapped' });
    },
    error: async ({ call }) => expectRefused(await call('POST', '/user_fields', { title: 'No key' }), invalid),
  }),
  row('GET /{objectName}/{objectId}', {
    read: async ({ call }) =>
      expect((await call('GET', '/tickets/3')).body).toEqual((await call('GET', '/incidents/3')).body),
    error: async ({ call }) => expectRefused(await call('GET', `/tickets/${missing}`), notThere),
  }),
  row('PATCH /{objectName}/{objectId}', {
    update: async ({ call }) => {
      const changed = await call('PATCH', '/tickets/4', { tags: ['any'] });
      expect(changed.status, JSON.stringify(changed.body)).toBe(200);
      expect((await call('GET', '/incidents/4')).body).toMatchObject({ tags: ['any'] });
    },
    error: async ({ call }) => expectRefused(await call('PATCH', `/tickets/${missing}`, { tags: [] }), notThere),
  }),
  row('DELETE /{objectName}/{objectId}', {
    delete: async (connection) => {
      const path = (await newIncident(connection)).replace('incidents', 'tickets');
      expect((await connection.call('DELETE', path)).status).toBe(200);
      expect((await connection.call('GET', path)).status).toBe(404);
    },
    error: async ({ call }) => expectRefused(await call('DELETE', `/tickets/${missing}`), notThere),
  }),
  row('GET /{objectName}/{objectId}/{childObjectName}', {
    list: async ({ call }) => {
      const { body } = await call('GET', '/tickets/3/comments');
      expect(body).toEqual((await call('GET', '/incidents/3/comments')).body);
    },
    pages: async (connection) => {
      const path = (await withComments(connection)).replace('incidents', 'tickets');
      const { rows, pages } = await connection.allRows(path, { pageSize: '2' });
      expect([rows.length, pages]).toEqual([5, 3]);
    },
    search: async ({ call }) => {
      const { body } = await call('GET', `/tickets/3/comments?${where("sort_order = 'desc'")}`);
      expect(body.toReversed()).toEqual((await call('GET', '/incidents/3/comments')).body);
    },
    error: async ({ call }) => expectRefused(await call('GET', `/tickets/${missing}/comments`), notThere),
  }),
  row('POST /{objectName}/{objectId}/{childObjectName}', {
    create: async (connection) => {
      const answer = await connection.call('POST', '/tickets/5/tags', { tags: ['one', 'two'] });
      expect(answer.status, JSON.stringify(answer.body)).toBe(200);
      expect((await connection.call('GET', '/tickets/5')).body).toMatchObject({ tags: ['one', 'two'] });
    },
    error: async ({ call }) => expectRefused(await call('POST', `/tickets/${missing}/tags`, { tags: [] }), notThere),
  }),
  row('GET /{objectName}/{objectId}/{childObjectName}/{childObjectId}', {
    read: async (connection) => {
      const path = await withHistory(connection);
      const [event] = (await connection.call('GET', path)).body;
      const below = path.replace('incidents', 'tickets').replace('history', 'audits');
      expect((await connection.call('GET', `${below}/${event.id}`)).body).toEqual(event);
    },
    error: async ({ call }) => expectRefused(await call('GET', `/tickets/3/audits/${missing}`), notThere),
  }),
  row('PATCH /{objectName}/{objectId}/{childObjectName}/{childObjectId}', {
    update: async (connection) => {
      const path = await newIdentity(connection);
      expect((await connection.call('PATCH', path, { value: 'else@doe.example' })).status).toBe(200);
      expect((await connection.call('GET', path)).body).toMatchObject({ value: 'else@doe.example' });
    },
    error: async (connection) =>
      expectRefused(await connection.call('PATCH', await newIdentity(connection), { value: '' }), invalid),
  }),
  row('DELETE /{objectName}/{objectId}/{childObjectName}/{childObjectId}', {
    delete: async (connection) => {
      const path = await newIdentity(connection);
      expect((await connection.call('DELETE', path)).status).toBe(200);
      expectRefused(await connection.call('GET', path), notThere);
    },
    error: async ({ call }) =>
      expectRefused(await call('DELETE', `/users/${ids.agent}/identities/${missing}`), notThere),
  }),
];

/** What is tried of Zendesk. */
export const zendeskConformance: ElementConformance = {
  key: 'zendesk',
  hub: 'helpdesk',
  rows: [
    ...incidentRows,
    ...commentRows,
    ...historyRows,
    ...attachmentRows,
    childRow,
    ...peopleRows,
    ...setupRows,
    ...helpCenterRows,
    ...anyRows,
  ],
};
