// Salesforce Files through the platform: folders page by page, upload and download byte for byte, search, rename, delete;
// every file by its id and by its path.

import { randomBytes } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { credentials } from '../support/platform.ts';
import { useElement } from './sfdc-element.ts';

const element = useElement('sfdcdocuments', 'documents');
const { call, rows, allRows } = element;

const of = (path: string) => `path=${encodeURIComponent(path)}`;

async function upload(path: string, bytes: Buffer, fileName: string, query = '') {
  const form = new FormData();
  form.append('file', new Blob([new Uint8Array(bytes)], { type: 'application/x-test' }), fileName);
  const url = `${element.trip.platform.url}/elements/api-v2/hubs/documents/files?${of(path)}${query}`;
  const headers = { authorization: credentials(element.token()) };
  const reply = await fetch(url, { method: 'POST', headers, body: form });
  return { status: reply.status, body: JSON.parse(await reply.text()) };
}

async function download(path: string): Promise<{ status: number; type: string | null; bytes: Buffer }> {
  const url = `${element.trip.platform.url}/elements/api-v2/hubs/documents${path}`;
  const reply = await fetch(url, { headers: { authorization: credentials(element.token()) } });
  return {
    status: reply.status,
    type: reply.headers.get('content-type'),
    bytes: Buffer.from(await reply.arrayBuffer()),
  };
}

describe('folders', () => {
  test.each(['7', '9', '100'])('the root folder in pages of %s has every entry once', async (pageSize) => {
    const found = await allRows('/folders/contents', { path: '/', pageSize });
    expect([found.length, new Set(found.map((entry) => entry['id'])).size]).toEqual([27, 27]);
    expect(found.filter((entry) => entry['directory'] === true).map((entry) => entry['path'])).toEqual([
      '/Empty',
      '/Images',
      '/Reports',
    ]);
    expect(found[3]).toEqual({
      id: expect.stringMatching(/^069/),
      name: 'Report 1.txt',
      path: '/Report 1.txt',
      size: 24,
      createdDate: expect.stringMatching(/^2023-.*Z$/),
      modifiedDate: expect.stringMatching(/^2023-.*Z$/),
      directory: false,
      mimeType: 'text/plain',
    });
  });

  test('pages may be numbered', async () => {
    const all = await rows('/folders/contents', { path: '/' });
    expect(await rows('/folders/contents', { path: '/', page: '2', pageSize: '10' })).toEqual(all.slice(10, 20));
  });

  test('nested folders are found by path and by id', async () => {
    const reports = await allRows('/folders/contents', { path: '/Reports', pageSize: '5' });
    expect(reports.length).toBe(13);
    expect(reports[0]).toMatchObject({ name: 'Archive', path: '/Reports/Archive', directory: true });
    const archive = await rows('/folders/contents', { path: '/Reports/Archive' });
    expect(archive.length).toBe(12);
    expect(await allRows(`/folders/${reports[0]?.['id']}/contents`, { pageSize: '4' })).toEqual(archive);
    expect(await rows('/folders/contents', { path: '/Empty' })).toEqual([]);
  });

  test.each(['/None', '/Images/Archive', "/It's \\ none"])('there is no folder %s', async (path) => {
    const answer = await call('GET', `/folders/contents?${of(path)}`);
    expect([answer.status, answer.body.message]).toEqual([404, `There is no folder ${path}.`]);
  });
});

describe('files', () => {
  test('an upload comes back byte for byte, by id and by path, and is renamed and deleted', async () => {
    const bytes = Buffer.concat([randomBytes(200_000), Buffer.from([0, 0xff, 0xfe, 13, 10])]);
    const path = `/It's "a" \\ test.bin`;
    const made = await upload(path, bytes, 'whatever.bin', '&description=odd');
    expect(made.status, JSON.stringify(made.body)).toBe(200);
    expect(made.body).toMatchObject({
      name: path.slice(1),
      path,
      size: 200_005,
      directory: false,
      mimeType: 'application/x-test',
      description: 'odd',
    });
    const { id } = made.body;
    for (const from of [`/files/${id}`, `/files?${of(path)}`]) {
      expect(await download(from), from).toEqual({ status: 200, type: 'application/x-test', bytes });
    }
    expect((await call('GET', `/files/${id}/metadata`)).body).toEqual(made.body);
    expect((await call('GET', `/files/metadata?${of(path)}`)).body).toEqual(made.body);

    const renamed = await call('PATCH', `/files/metadata?${of(path)}`, { name: 'Renamed.bin' });
    expect(renamed).toMatchObject({ status: 200, body: { id, path: '/Renamed.bin', description: 'odd' } });
    expect((await call('PATCH', `/files/${id}/metadata`, { description: 'new' })).body).toMatchObject({
      path: '/Renamed.bin',
      description: 'new',
    });
    expect((await download(`/files?${of(path)}`)).status).toBe(404);

    expect((await call('DELETE', `/files?${of('/Renamed.bin')}`)).status).toBe(200);
    for (const from of [`/files/${id}`, `/files/${id}/metadata`, `/files?${of('/Renamed.bin')}`]) {
      expect((await call('GET', from)).status, from).toBe(404);
    }
  });

  test('a file is deleted by its id', async () => {
    const { id } = (await upload('/plain', Buffer.from('x'), 'plain')).body;
    expect((await call('GET', `/files/metadata?${of('/plain')}`)).body).toMatchObject({ id, name: 'plain', size: 1 });
    expect((await call('DELETE', `/files/${id}`)).status).toBe(200);
    expect((await call('DELETE', `/files/${id}`)).status).toBe(404);
  });

  test('a file in a folder has the path of its title', async () => {
    const [, picture] = await rows('/folders/contents', { path: '/Images' });
    const { status, type, bytes } = await download(`/files?${of(String(picture?.['path']))}`);
    expect([status, type, bytes.length]).toEqual([200, 'image/png', picture?.['size']]);
    expect(bytes.subarray(0, 4)).toEqual(Buffer.from([0x89, 0x50, 0x4e, 0x47]));
  });

  test.each([
    ['GET', `/files?${of('/None.txt')}`, undefined, 404, 'There is no file /None.txt.'],
    ['DELETE', `/files?${of('/None.txt')}`, undefined, 404, 'There is no file /None.txt.'],
    ['GET', `/files?${of('/Reports/Report 3.txt')}`, undefined, 400, expect.stringContaining('/Title.ext')],
    ['GET', '/files', undefined, 400, expect.stringContaining('path')],
    ['PATCH', `/files/metadata?${of('/Report 1.txt')}`, { tags: ['a'] }, 400, expect.stringContaining('tags')],
    ['PATCH', `/files/metadata?${of('/Report 1.txt')}`, {}, 400, expect.stringContaining('name')],
  ])('%s %s with %j is refused', async (method, path, body, status, message) => {
    const answer = await call(method, path, body);
    expect([answer.status, answer.body.message]).toEqual([status, message]);
  });

  test('Salesforce’s refusals are passed on', async () => {
    const refused = await call('GET', '/files/0/metadata');
    expect(refused.status).toBe(404);
    expect(refused.body.providerMessage).toContain('not accessible: 0');
  });

  test('an upload needs a file, and a path in the root folder', async () => {
    const refused = await upload('/Reports/x.txt', Buffer.from('x'), 'x.txt');
    expect([refused.status, refused.body.message]).toEqual([400, expect.stringContaining('root folder')]);
    expect((await call('POST', `/files?${of('/x.txt')}`, {})).status).toBe(400);
  });
});

describe('search', () => {
  test('without words has every file once', async () => {
    const found = await allRows('/search', { pageSize: '25' });
    const ids = found.map((file) => file['id']);
    expect([ids.length, new Set(ids).size]).toEqual([60, 60]);
  });

  test.each([
    ['picture', 12],
    ['REPORT 1', 9],
    ['100%', 0],
    ['_', 0],
    [`' OR Title != '`, 0],
  ])('for %s finds %d files', async (text, found) => {
    expect((await allRows('/search', { text, pageSize: '5' })).length).toBe(found);
  });

  test('by the time of creation', async () => {
    const [newest] = await rows('/search', { pageSize: '1' });
    const at = String(newest?.['createdDate']);
    expect(await rows('/search', { startDate: at, text: 'report' })).toEqual([newest]);
    expect((await rows('/search', { endDate: '2023-01-01' })).length).toBe(0);
    expect((await call('GET', '/search?startDate=May')).body.message).toContain('May is no date');
  });

  test('below a folder is refused', async () => {
    const refused = await call('GET', `/search?text=x&${of('/Reports')}`);
    expect([refused.status, refused.body.message]).toEqual([400, expect.stringContaining('below a folder')]);
  });
});
