// What is tried of every resource of sfdcdocuments. Files and folders are asked for by path and by id alike.

import { expect } from 'vitest';
import type { Answer } from '../support/platform.ts';
import {
  type Check,
  type Connection,
  type ElementConformance,
  expectRefused,
  type ResourceRow,
  type Row,
  row,
} from './conformance.ts';

let made = 0;

interface NewFile {
  id: string;
  path: string;
  name: string;
  feedId: string;
}

const of = (path: string) => `path=${encodeURIComponent(path)}`;

function send(connection: Connection, path: string, words: string, query = ''): Promise<Answer> {
  const form = new FormData();
  form.append('file', new Blob([words], { type: 'text/plain' }), path.replace(/^.*\//, ''));
  return connection.upload('POST', `/files?${of(path)}${query}`, form);
}

async function newFile(connection: Connection, words = 'words'): Promise<NewFile> {
  made += 1;
  const answer = await send(connection, `/Empty/tried ${made}.txt`, words);
  expect(answer.status, JSON.stringify(answer.body)).toBe(200);
  return answer.body;
}

async function newFolder({ call }: Connection): Promise<NewFile> {
  made += 1;
  const answer = await call('POST', '/folders', { path: `/Tried/Folder ${made}` });
  expect(answer.status, JSON.stringify(answer.body)).toBe(200);
  return answer.body;
}

/** How a resource is reached of which there are two. */
interface Way {
  /** as in the document */
  resource(method: string, rest: string): string;
  /** a real address */
  at(thing: NewFile, rest?: string): string;
  /** the address of what is not there */
  nowhere(rest?: string): string;
  notFound: { status: number; says: string };
}

const waysTo = (kind: 'files' | 'folders'): Way[] => [
  {
    resource: (method, rest) => `${method} /${kind}${rest}`,
    at: ({ path }, rest = '') => `/${kind}${rest}?${of(path)}`,
    nowhere: (rest = '') => `/${kind}${rest}?${of('/None/None.txt')}`,
    notFound: { status: 404, says: 'There is no' },
  },
  {
    resource: (method, rest) => `${method} /${kind}/{id}${rest}`,
    at: ({ id }, rest = '') => `/${kind}/${id}${rest}`,
    nowhere: (rest = '') => `/${kind}/0${rest}`,
    notFound: { status: 404, says: 'not accessible: 0' },
  },
];

const refusedNowhere =
  (way: Way, method: string, rest = '', body?: unknown): Check =>
  async ({ call }) =>
    expectRefused(await call(method, way.nowhere(rest), body), way.notFound);

async function good(answer: Promise<Answer>): Promise<Answer['body']> {
  const { status, body } = await answer;
  expect(status, JSON.stringify(body)).toBe(200);
  return body;
}

/** All rows of a list come over several pages, and in larger pages the same. */
async function expectPages(connection: Connection, address: string, pageSize: number, atLeast: number): Promise<void> {
  const [path = '', search = ''] = address.split('?');
  const query = Object.fromEntries(new URLSearchParams(search));
  const small = await connection.allRows(path, { ...query, pageSize: String(pageSize) });
  const ids = small.rows.map((each) => each['id']);
  expect([ids.length >= atLeast, small.pages > 1, new Set(ids).size]).toEqual([true, true, ids.length]);
  const large = await connection.allRows(path, { ...query, pageSize: String(pageSize * 2) });
  expect(large.rows.map((each) => each['id'])).toEqual(ids);
}

async function fileAt({ call }: Connection, path: string): Promise<NewFile> {
  return good(call('GET', `/files/metadata?${of(path)}`));
}

async function folderAt({ call }: Connection, path: string): Promise<NewFile> {
  return good(call('GET', `/folders/metadata?${of(path)}`));
}

const badPage: Check = async ({ call }) => {
  expectRefused(await call('GET', `/search?pageSize=0`), { status: 400, says: 'pageSize' });
};

/** Salesforce gives no more than the first 2,000 rows of a query. */
const beyondQueries =
  (path: string): Check =>
  async ({ call }) =>
    expectRefused(await call('GET', `${path}${path.includes('?') ? '&' : '?'}page=30&pageSize=100`), {
      status: 400,
      says: /offset/i,
    });

const fileRows = (way: Way): ResourceRow[] => [
  row(way.resource('GET', ''), {
    read: async (connection) => {
      const file = await newFile(connection, 'to be read');
      const { status, headers, bytes } = await connection.download(way.at(file));
      expect([status, headers.get('content-type'), bytes.toString()]).toEqual([200, 'text/plain', 'to be read']);
      expect(headers.get('content-disposition')).toContain(encodeURIComponent(file.name));
    },
    error: refusedNowhere(way, 'GET'),
  }),
  row(way.resource('DELETE', ''), {
    delete: async (connection) => {
      const file = await newFile(connection);
      await good(connection.call('DELETE', way.at(file)));
      expect((await connection.call('GET', way.at(file))).status).toBe(404);
    },
    error: refusedNowhere(way, 'DELETE'),
  }),
  row(way.resource('GET', '/metadata'), {
    read: async (connection) => {
      const file = await newFile(connection);
      expect(await good(connection.call('GET', way.at(file, '/metadata')))).toEqual(file);
    },
    error: refusedNowhere(way, 'GET', '/metadata'),
  }),
  row(way.resource('POST', '/copy'), {
    create: async (connection) => {
      const file = await newFile(connection, 'to be copied');
      made += 1;
      const path = `/Reports/copied ${made}.txt`;
      const copy = await good(connection.call('POST', way.at(file, '/copy'), { path }));
      expect(copy).toMatchObject({ path, name: `copied ${made}.txt`, size: 12, mimeType: 'text/plain' });
      expect(copy.id).not.toBe(file.id);
      for (const { id } of [file, copy]) {
        expect((await connection.download(`/files/${id}`)).bytes.toString()).toBe('to be copied');
      }
      const again = await connection.call('POST', way.at(file, '/copy'), { path });
      expectRefused(again, { status: 409, says: 'overwrite=true' });
      const address = way.at(file, '/copy');
      const over = `${address}${address.includes('?') ? '&' : '?'}overwrite=true`;
      expect((await good(connection.call('POST', over, { path }))).id).toBe(copy.id);
      expect(await good(connection.call('GET', `/files/${copy.id}/revisions`))).toHaveLength(2);
    },
    error: async (connection) => {
      const file = await newFile(connection);
      const copy = (body: object) => connection.call('POST', way.at(file, '/copy'), body);
      expectRefused(await copy({}), { status: 400, says: 'Give the path of the copy' });
      expectRefused(await copy({ path: '/Reports/a.png' }), {
        status: 400,
        says: 'keeps the extension of its file, txt',
      });
      expectRefused(await copy({ path: '/None/a.txt' }), { status: 404, says: 'no folder /None' });
      const nothing = await connection.call('POST', way.nowhere('/copy'), { path: '/Reports/a.txt' });
      expectRefused(nothing, { status: 404, says: 'There is no file' });
      const tooLong = await copy({ path: `/Reports/${'x'.repeat(256)}.txt` });
      expectRefused(tooLong, { status: 400, says: 'data value too large' });
    },
  }),
  row(way.resource('PATCH', '/metadata'), {
    update: async (connection) => {
      const file = await newFile(connection);
      made += 1;
      const changes = { description: 'Changed', tags: ['Legal', `Own ${made}`], path: `/Reports/changed ${made}.txt` };
      expect(await good(connection.call('PATCH', way.at(file, '/metadata'), changes))).toMatchObject(changes);
      expect(await good(connection.call('GET', `/files/${file.id}/metadata`))).toMatchObject(changes);
    },
    error: async (connection) => {
      const answer = await connection.call('PATCH', way.at(await newFile(connection), '/metadata'), {
        name: 'x'.repeat(256),
      });
      expectRefused(answer, { status: 400, says: 'data value too large' });
    },
  }),
  row(way.resource('GET', '/links'), {
    read: async (connection) => {
      const links = await good(connection.call('GET', way.at(await newFile(connection), '/links')));
      expect(links).toEqual({ providerLink: expect.stringMatching(/^https:/), providerViewLink: links.providerLink });
    },
    error: refusedNowhere(way, 'GET', '/links'),
  }),
  row(way.resource('DELETE', '/links'), {
    delete: async (connection) => {
      const file = await newFile(connection);
      await good(connection.call('GET', way.at(file, '/links')));
      await good(connection.call('DELETE', way.at(file, '/links')));
    },
    error: async (connection) => {
      const answer = await connection.call('DELETE', way.at(await newFile(connection), '/links'));
      expectRefused(answer, { status: 404, says: 'no share link' });
    },
  }),
  row(way.resource('GET', '/revisions'), {
    list: async (connection) => {
      const file = await newFile(connection);
      await good(send(connection, file.path, 'newer', '&overwrite=true'));
      const [first, ...others] = await good(connection.call('GET', way.at(file, '/revisions')));
      expect(first).toMatchObject({ fileId: file.id, filePath: file.path, size: 5, isLatest: true });
      expect(others).toMatchObject([{ fileId: file.id, isLatest: false }]);
    },
    pages: async (connection) =>
      expectPages(connection, way.at(await fileAt(connection, '/Report 3.txt'), '/revisions'), 5, 12),
    error: refusedNowhere(way, 'GET', '/revisions'),
  }),
  row(way.resource('GET', '/revisions/{revisionId}'), {
    read: async (connection) => {
      const file = await fileAt(connection, '/Report 3.txt');
      const [, second] = await good(connection.call('GET', way.at(file, '/revisions')));
      expect(await good(connection.call('GET', way.at(file, `/revisions/${second.id}`)))).toEqual(second);
    },
    error: async (connection) => {
      const answer = await connection.call('GET', way.at(await newFile(connection), '/revisions/0'));
      expectRefused(answer, { status: 404, says: 'no revision 0' });
      await refusedNowhere(way, 'GET', '/revisions/0')(connection);
    },
  }),
  row(way.resource('GET', '/comments'), {
    list: async (connection) => {
      const file = await fileAt(connection, '/Report 5.txt');
      const comments = await good(connection.call('GET', way.at(file, '/comments')));
      expect(comments[0]).toMatchObject({
        id: expect.stringMatching(/^0D7/),
        comment: expect.any(String),
        feedId: file.feedId,
      });
    },
    pages: async (connection) =>
      expectPages(connection, way.at(await fileAt(connection, '/Report 5.txt'), '/comments'), 10, 45),
    error: refusedNowhere(way, 'GET', '/comments'),
  }),
  row(way.resource('POST', '/comments'), {
    create: async (connection) => {
      const file = await newFile(connection);
      const comment = await good(connection.call('POST', way.at(file, '/comments'), { comment: 'New' }));
      expect(comment).toMatchObject({ comment: 'New', createdDate: expect.any(String) });
      expect(await good(connection.call('GET', way.at(file, '/comments')))).toEqual([comment]);
    },
    error: async (connection) => {
      const answer = await connection.call('POST', way.at(await newFile(connection), '/comments'), {
        comment: 'x'.repeat(10_001),
      });
      expectRefused(answer, { status: 400, says: 'data value too large' });
    },
  }),
  ...['GET', 'PATCH', 'DELETE'].map((method) => commentRow(way, method)),
];

function commentRow(way: Way, method: string): ResourceRow {
  const resource = way.resource(method, '/comments/{commentId}');
  const body = method === 'PATCH' ? { comment: 'Changed' } : undefined;
  const check: Check = async (connection) => {
    const file = await newFile(connection);
    const { id } = await good(connection.call('POST', way.at(file, '/comments'), { comment: 'One' }));
    const one = way.at(file, `/comments/${id}`);
    const answer = await good(connection.call(method, one, body));
    const after = await connection.call('GET', one);
    if (method === 'DELETE') expect(after.status).toBe(404);
    else expect([answer, answer.comment]).toEqual([after.body, method === 'PATCH' ? 'Changed' : 'One']);
  };
  const error: Check = async (connection) => {
    const answer = await connection.call(method, way.at(await newFile(connection), '/comments/0'), body);
    expectRefused(answer, { status: 404, says: 'not accessible: 0' });
    await refusedNowhere(way, method, '/comments/0', body)(connection);
  };
  const column = { GET: 'read', PATCH: 'update', DELETE: 'delete' }[method] ?? 'read';
  return row(resource, { [column]: check, error });
}

const folderRows = (way: Way): ResourceRow[] => [
  row(way.resource('DELETE', ''), {
    delete: async (connection) => {
      const folder = await newFolder(connection);
      await good(connection.call('DELETE', way.at(folder)));
      expect((await connection.call('GET', way.at(folder, '/metadata'))).status).toBe(404);
    },
    error: refusedNowhere(way, 'DELETE'),
  }),
  row(way.resource('GET', '/contents'), {
    list: async (connection) => {
      const [first] = await good(connection.call('GET', way.at(await folderAt(connection, '/Images'), '/contents')));
      expect(first).toMatchObject({ name: 'Sites', path: '/Images/Sites', directory: true });
    },
    pages: async (connection) =>
      expectPages(connection, way.at(await folderAt(connection, '/Invoices'), '/contents'), 30, 110),
    search: async (connection) => {
      for (const folderPath of ['/Reports', '/']) {
        const [path = '', search = ''] = way.at(await folderAt(connection, folderPath), '/contents').split('?');
        const query = Object.fromEntries(new URLSearchParams(search));
        const all = (await connection.allRows(path, query)).rows;
        const cases: [string, (entry: Row) => boolean][] = [
          ["directory='true'", (entry) => entry['directory'] === true],
          ["directory='false' AND extension='csv'", (entry) => String(entry['name']).endsWith('.csv')],
          ["name LIKE 'Report 1%'", (entry) => String(entry['name']).startsWith('Report 1')],
          ["size>60 AND createdDate>='2023-06-01T00:00:00Z'", (entry) => Number(entry['size']) > 60],
        ];
        for (const [where, fits] of cases) {
          const wanted = all.filter(fits).map((entry) => entry['path']);
          const found = (await connection.allRows(path, { ...query, where, pageSize: '4' })).rows;
          expect(found.map((entry) => entry['path']).sort(), where).toEqual(wanted.sort());
        }
      }
    },
    error: refusedNowhere(way, 'GET', '/contents'),
  }),
  row(way.resource('GET', '/metadata'), {
    read: async (connection) => {
      const folder = await newFolder(connection);
      expect(await good(connection.call('GET', way.at(folder, '/metadata')))).toEqual(folder);
    },
    error: refusedNowhere(way, 'GET', '/metadata'),
  }),
  row(way.resource('PATCH', '/metadata'), {
    update: async (connection) => {
      const folder = await newFolder(connection);
      made += 1;
      const path = `/Empty/Moved ${made}`;
      expect(await good(connection.call('PATCH', way.at(folder, '/metadata'), { path }))).toMatchObject({ path });
      const { id } = folder;
      const renamed = { id, path, name: `Name ${made}` };
      const answer = await good(
        connection.call('PATCH', way.at(renamed as NewFile, '/metadata'), { name: renamed.name }),
      );
      expect(answer).toMatchObject({ id, path: `/Empty/Name ${made}` });
      expect(await good(connection.call('GET', `/folders/${id}/metadata`))).toEqual(answer);
    },
    error: async (connection) => {
      const folder = await newFolder(connection);
      const answer = await connection.call('PATCH', way.at(folder, '/metadata'), { path: '/Reports' });
      expectRefused(answer, { status: 400, says: 'already in this folder' });
      await refusedNowhere(way, 'PATCH', '/metadata', { name: 'x' })(connection);
    },
  }),
];

export const sfdcdocumentsConformance: ElementConformance = {
  key: 'sfdcdocuments',
  hub: 'documents',
  rows: [
    row('POST /files', {
      create: async (connection) => {
        const file = await newFile(connection, 'kept');
        expect(await good(connection.call('GET', `/files/${file.id}/metadata`))).toEqual(file);
        expect((await connection.download(`/files/${file.id}`)).bytes.toString()).toBe('kept');
      },
      error: async (connection) => {
        const file = await newFile(connection);
        expectRefused(await send(connection, file.path, 'again'), { status: 409, says: 'overwrite=true' });
        const tooLong = await send(connection, `/Empty/${'x'.repeat(256)}.txt`, 'x');
        expectRefused(tooLong, { status: 400, says: 'data value too large' });
      },
    }),
    ...waysTo('files').flatMap(fileRows),
    ...['POST /folders/copy', 'POST /folders/{id}/copy'].map((resource) =>
      row(
        resource,
        {
          error: async ({ call }) => {
            const path = resource.slice('POST '.length).replace('{id}', '07H5g000000000AEAQ');
            expectRefused(await call('POST', path, { path: '/Copied' }), { status: 405, says: 'cannot copy folders' });
          },
        },
        { create: 'Salesforce cannot copy folders' },
      ),
    ),
    row('POST /folders', {
      create: async (connection) => {
        const folder = await newFolder(connection);
        expect(folder).toMatchObject({ directory: true, path: expect.stringMatching(/^\/Tried\/Folder/) });
        expect(await good(connection.call('GET', `/folders/metadata?${of(folder.path)}`))).toEqual(folder);
      },
      error: async ({ call }) => {
        expectRefused(await call('POST', '/folders', { path: '/Reports' }), {
          status: 400,
          says: 'already in this folder',
        });
      },
    }),
    ...waysTo('folders').flatMap(folderRows),
    row('GET /search', {
      list: async ({ call }) => {
        const files = await good(call('GET', '/search?text=report'));
        for (const file of files) expect(file).toMatchObject({ id: expect.stringMatching(/^069/), directory: false });
      },
      pages: (connection) => expectPages(connection, '/search?text=Invoice', 40, 110),
      search: async (connection) => {
        const all = (await connection.allRows('/search')).rows;
        const cases: [string, (file: Row) => boolean][] = [
          ["name='Invoice 10300.pdf'", (file) => file['name'] === 'Invoice 10300.pdf'],
          [
            "extension='docx' AND size<55",
            (file) => String(file['name']).endsWith('.docx') && Number(file['size']) < 55,
          ],
          [
            "createdDate>'2023-06-20T00:00:00Z' AND name LIKE 'Report%'",
            ({ createdDate, name }) => String(createdDate) > '2023-06-20' && String(name).startsWith('Report'),
          ],
        ];
        for (const [where, fits] of cases) {
          const wanted = all.filter(fits).map((file) => file['id']);
          expect(wanted.length, where).toBeGreaterThan(0);
          const found = (await connection.allRows('/search', { where })).rows.map((file) => file['id']);
          expect(found.sort(), where).toEqual(wanted.sort());
        }
      },
      error: async (connection) => {
        const unknown = await connection.call('GET', `/search?text=x&${of('/None')}`);
        expectRefused(unknown, { status: 400, says: 'There is no folder /None' });
        await badPage(connection);
        await beyondQueries('/search')(connection);
      },
    }),
    row(
      'GET /storage',
      {
        read: async ({ call }) => {
          expect(await good(call('GET', '/storage'))).toEqual({ total: 10_737_418_240, used: expect.any(Number) });
        },
      },
      { error: 'takes no input; see the faults' },
    ),
  ],
};
