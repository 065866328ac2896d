// Every resource and method of Desk.com against the sandbox.

import { expect } from 'vitest';
import { type Connection, collection, type ElementConformance, expectRefused, type Row, row } from './conformance.ts';

const message = { direction: 'in', status: 'received', from: 'customer1@northwind.example', body: 'It is broken.' };
const incident = { type: 'email', subject: 'Something is broken', priority: 4, status: 'open', labels: ['new'] };

async function newIncident({ call }: Connection): Promise<string> {
  const { status, body } = await call('POST', '/incidents', { ...incident, message });
  expect(status, JSON.stringify(body)).toBe(200);
  return `/incidents/${body.id}`;
}

const content = Buffer.from(Array.from({ length: 1000 }, (_, index) => index % 256));

async function attach({ upload }: Connection, path: string, name = 'ä b.bin', bytes = content): Promise<Row> {
  const form = new FormData();
  form.append('file', new Blob([Buffer.from(bytes)], { type: 'application/x-test' }), name);
  const { status, body } = await upload('POST', `${path}/attachments`, form);
  expect(status, JSON.stringify(body)).toBe(200);
  return body;
}

async function newAttachment(connection: Connection): Promise<string> {
  const path = await newIncident(connection);
  return `${path}/attachments/${(await attach(connection, path)).id}`;
}

const none = { status: 404, says: 'Resource Not Found' };
const undone = async ({ call }: Connection, method: string, path: string) =>
  expectRefused(await call(method, path), none);

const attachments = '/incidents/{id}/attachments';
const attachmentRows = [
  row(`GET ${attachments}`, {
    list: async (connection) => {
      const path = await newIncident(connection);
      const made = await attach(connection, path);
      expect((await connection.call('GET', `${path}/attachments`)).body).toEqual([made]);
    },
    pages: async (connection) => {
      const path = await newIncident(connection);
      const ids: unknown[] = [];
      for (const name of ['1.txt', '2.txt', '3.txt']) ids.push((await attach(connection, path, name)).id);
      const { rows, pages } = await connection.allRows(`${path}/attachments`, { pageSize: '2' });
      expect([rows.map(({ id }) => id), pages]).toEqual([ids, 2]);
    },
    error: (connection) => undone(connection, 'GET', '/incidents/999999/attachments'),
  }),
  row(`POST ${attachments}`, {
    create: async (connection) => {
      const made = await attach(connection, await newIncident(connection));
      expect(made).toMatchObject({ file_name: 'ä b.bin', content_type: 'application/x-test', size: content.length });
    },
    error: async (connection) => {
      const path = await newIncident(connection);
      const form = new FormData();
      form.append('file', new Blob([]), 'empty.txt');
      const refused = await connection.upload('POST', `${path}/attachments`, form);
      expectRefused(refused, { status: 422, says: 'Validation Failed' });
      expect((await connection.call('GET', `${path}/attachments`)).body).toEqual([]);
    },
  }),
  row(`GET ${attachments}/{attachmentId}`, {
    read: async (connection) => {
      const { body } = await connection.call('GET', await newAttachment(connection));
      expect(body).toMatchObject({ file_name: 'ä b.bin', size: content.length });
    },
    error: (connection) => undone(connection, 'GET', '/incidents/1/attachments/999999'),
  }),
  row(`DELETE ${attachments}/{attachmentId}`, {
    delete: async (connection) => {
      const path = await newAttachment(connection);
      expect((await connection.call('DELETE', path)).status).toBe(200);
      await undone(connection, 'GET', path);
    },
    error: (connection) => undone(connection, 'DELETE', '/incidents/1/attachments/999999'),
  }),
  row(`GET ${attachments}/{attachmentId}/data`, {
    read: async (connection) => {
      const { status, headers, bytes } = await connection.download(`${await newAttachment(connection)}/data`);
      expect([status, headers.get('content-type')]).toEqual([200, 'application/x-test']);
      expect(bytes).toEqual(content);
    },
    error: (connection) => undone(connection, 'GET', '/incidents/1/attachments/999999/data'),
  }),
];

const commentRows = [
  ...collection({
    path: '/incidents/{id}/comments',
    item: '/incidents/{id}/comments/{commentId}',
    parent: async (connection) => {
      const path = `${await newIncident(connection)}/comments`;
      for (const body of ['One', 'Two', 'Three']) await connection.call('POST', path, { body });
      return path;
    },
    list: { pageSize: 1, atLeast: 3 },
    create: { body: { body: 'Thank you', status: 'draft' } },
    read: true,
    update: { body: { body: 'Thank you very much' } },
    delete: true,
    refused: {
      list: { path: '/incidents/999999/comments', ...none },
      create: { body: { status: 'draft' }, status: 422, says: 'Validation Failed' },
      read: { path: '/incidents/1/comments/999999', ...none },
      update: { path: '/incidents/1/comments/999999', ...none },
      delete: { path: '/incidents/1/comments/999999', ...none },
    },
  }),
];

const ofOrganization = (child: 'contacts' | 'incidents') =>
  collection({
    path: `/organizations/{id}/${child}`,
    parent: async () => `/organizations/2/${child}`,
    list: { pageSize: 5, atLeast: 8 },
    refused: { list: { path: `/organizations/999999/${child}`, ...none } },
  });

const emailsOf = (contact: Row) => (contact['emails'] as { value: string }[]).map(({ value }) => value);
const isAfter = (time: string, from: string, before = '9999') => time >= from && time < before;

/** What is tried of Desk.com. */
export const deskConformance: ElementConformance = {
  key: 'desk',
  hub: 'helpdesk',
  rows: [
    ...collection({
      path: '/incidents',
      list: { pageSize: 70, atLeast: 240 },
      search: [
        { where: "status = 'open'", fits: (each) => each['status'] === 'open' },
        { where: "status in ('new', 'pending')", fits: (each) => /new|pending/.test(String(each['status'])) },
        {
          where: "updated_at > '2018-06-01T00:00:00Z' AND updated_at < '2018-07-01T02:00:00+02:00'",
          fits: (each) => isAfter(String(each['updated_at']), '2018-06-01T00:00:01Z', '2018-07-01T00:00:00Z'),
        },
        {
          where: "created_at >= '2018-09-01' AND status = 'closed'",
          fits: (each) => each['status'] === 'closed' && isAfter(String(each['created_at']), '2018-09-01'),
        },
        { where: 'id > 20 AND id <= 30', fits: ({ id }) => Number(id) > 20 && Number(id) <= 30 },
      ],
      create: { body: { ...incident, message }, shows: incident },
      read: true,
      update: { body: { subject: 'Less is broken', priority: 1 } },
      delete: true,
      missing: '999999',
      refused: {
        list: { path: `/incidents?where=${encodeURIComponent("updated_at = '2018-06-01'")}`, status: 400, says: '>' },
        create: { body: { subject: 'No message', priority: 11 }, status: 422, says: 'Validation Failed' },
        update: { body: { priority: 11 }, path: '/incidents/1', status: 422, says: 'Validation Failed' },
      },
    }),
    ...attachmentRows,
    ...commentRows,
    ...collection({
      path: '/contacts',
      list: { pageSize: 30, atLeast: 84 },
      search: [
        {
          where: "email = 'customer3@initech.example'",
          fits: (each) => emailsOf(each).includes('customer3@initech.example'),
        },
        {
          where: "updated_at > '2018-01-15T00:00:00Z'",
          fits: (each) => isAfter(String(each['updated_at']), '2018-01-15T00:00:01Z'),
        },
        {
          where: "first_name = 'Ada' AND id < 50",
          fits: (each) => each['first_name'] === 'Ada' && Number(each['id']) < 50,
        },
      ],
      create: {
        body: async () => ({ first_name: 'Pat', emails: [{ type: 'work', value: `pat${Math.random()}@doe.example` }] }),
      },
      read: true,
      update: { body: { title: 'CEO', company: 'Initech' } },
      missing: '999999',
      refused: {
        list: { path: `/contacts?where=${encodeURIComponent("updated_at = '2018-06-01'")}`, status: 400, says: '>' },
        create: { body: { emails: [{ type: 'work', value: 'nobody' }] }, status: 422, says: 'Validation Failed' },
      },
    }),
    ...collection({
      path: '/organizations',
      list: { pageSize: 4, atLeast: 10 },
      create: { body: { name: 'Fresh & Co', domains: ['fresh.example'] } },
      read: true,
      update: { body: { domains: ['stale.example'] } },
      missing: '999999',
      refused: {
        list: { path: '/organizations?page=0', status: 400, says: 'page' },
        create: { body: { domains: [] }, status: 422, says: 'Validation Failed' },
        update: { path: '/organizations/1', body: { name: '' }, status: 422, says: 'Validation Failed' },
      },
    }),
    row('GET /organizations/search', {
      list: async ({ call }) => {
        expect((await call('GET', '/organizations/search?query=wayne')).body).toMatchObject([
          { name: 'Wayne & Söhne' },
        ]);
      },
      pages: async ({ allRows }) => {
        const { rows, pages } = await allRows('/organizations/search', { query: 'example', pageSize: '3' });
        const found = await allRows('/organizations');
        const fits = found.rows.filter(({ domains }) => String(domains).includes('example'));
        expect(rows).toEqual(fits);
        expect(pages).toBe(Math.ceil(fits.length / 3));
      },
      error: async ({ call }) =>
        expectRefused(await call('GET', '/organizations/search'), { status: 400, says: 'query' }),
    }),
    ...ofOrganization('contacts'),
    ...ofOrganization('incidents'),
    ...collection({
      path: '/users',
      list: { pageSize: 2, atLeast: 5 },
      read: true,
      update: { body: { public_name: 'Robin of the help desk' } },
      missing: '999999',
      refused: {
        list: { path: '/users?page=0', status: 400, says: 'page' },
        update: {
          path: '/users/3',
          body: { current_password: 'wrong', password: 'New-password-1' },
          status: 422,
          says: 'Validation Failed',
        },
      },
    }),
  ],
};
