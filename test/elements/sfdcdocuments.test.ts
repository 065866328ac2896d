// Salesforce Files through the platform, beyond the table: every file by its id and by its path gives the same, uploads
// come back byte for byte and make versions, and what a path or a file's name cannot say is refused.

import { randomBytes } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { seenRequests } from '../support/guide.ts';
import type { Answer } from '../support/platform.ts';
import { type Row, useConnection } from './conformance.ts';

const connection = useConnection('sfdcdocuments', 'documents');
const { call, allRows, download } = connection;

const of = (path: string) => `path=${encodeURIComponent(path)}`;

function upload(path: string, bytes: Buffer, fileName: string, query = ''): Promise<Answer> {
  const form = new FormData();
  form.append('file', new Blob([new Uint8Array(bytes)], { type: 'application/x-test' }), fileName);
  return connection.upload('POST', `/files?${of(path)}${query}`, form);
}

async function found(path: string, query: Record<string, string> = {}): Promise<Row[]> {
  return (await allRows(path, query)).rows;
}

const pathsOf = (rows: Row[]) => rows.map((row) => row['path']);

/** Asks the same of a file by its path and by its id, and gives what both have answered. */
async function both(method: string, path: string, suffix: string, body?: unknown): Promise<Answer> {
  const { id } = (await call('GET', `/files/metadata?${of(path)}`)).body;
  const [byPath, byId] = [`/files${suffix}?${of(path)}`, `/files/${id}${suffix}`];
  const first = await call(method, byPath, body);
  const second = await call(method, byId, body);
  expect([first.status, first.body]).toEqual([second.status, second.body]);
  return first;
}

describe('folders', () => {
  test.each(['7', '9', '100'])('the root folder in pages of %s has every entry once', async (pageSize) => {
    const entries = await found('/folders/contents', { path: '/', pageSize });
    expect([entries.length, new Set(entries.map((entry) => entry['id'])).size]).toEqual([45, 45]);
    expect(pathsOf(entries).slice(0, 6)).toEqual([
      '/Contracts',
      '/Empty',
      '/Images',
      '/Invoices',
      '/Reports',
      '/Report 1.txt',
    ]);
    expect(entries[5]).toEqual({
      id: expect.stringMatching(/^069/),
      name: 'Report 1.txt',
      path: '/Report 1.txt',
      size: 45,
      createdDate: expect.stringMatching(/^2023-.*Z$/),
      modifiedDate: expect.stringMatching(/^2023-.*Z$/),
      directory: false,
      mimeType: 'text/plain',
      parentFolderId: expect.stringMatching(/^07H/),
    });
  });

  test('pages may be numbered', async () => {
    const { body: all } = await call('GET', `/folders/contents?${of('/')}`);
    expect((await call('GET', `/folders/contents?${of('/')}&page=2&pageSize=10`)).body).toEqual(all.slice(10, 20));
  });

  test('nested folders are found by path and by id', async () => {
    const reports = await found('/folders/contents', { path: '/Reports', pageSize: '5' });
    expect(reports.length).toBe(27);
    expect(reports[0]).toMatchObject({ name: 'Archive', path: '/Reports/Archive', directory: true });
    const archive = await found('/folders/contents', { path: '/Reports/Archive' });
    expect(pathsOf(archive)).toEqual(
      expect.arrayContaining(['/Reports/Archive/2020', '/Reports/Archive/Report 381.txt']),
    );
    const { id } = reports[0] ?? {};
    expect(await found(`/folders/${id}/contents`, { pageSize: '4' })).toEqual(archive);
    expect((await call('GET', `/folders/${id}/metadata`)).body).toEqual(
      (await call('GET', `/folders/metadata?${of('/Reports/Archive')}`)).body,
    );
    expect(await found('/folders/contents', { path: '/Empty' })).toEqual([]);
  });

  test.each(['/None', '/Archive', '/Images/Archive', "/It's \\ none"])('there is no folder %s', async (path) => {
    for (const from of ['/folders/contents', '/folders/metadata']) {
      const answer = await call('GET', `${from}?${of(path)}`);
      expect([answer.status, answer.body.message]).toEqual([404, `There is no folder ${path}.`]);
    }
  });

  test('a folder is moved with what it holds', async () => {
    const made = await call('POST', '/folders', { path: '/Moved/Inner', directory: true });
    expect(made.body).toMatchObject({ name: 'Inner', path: '/Moved/Inner', directory: true });
    await upload('/Moved/Inner/deep.txt', Buffer.from('x'), 'deep.txt');
    const moved = await call('PATCH', `/folders/metadata?${of('/Moved/Inner')}`, { path: '/Empty/Renamed' });
    expect(moved.body).toMatchObject({ id: made.body.id, path: '/Empty/Renamed' });
    expect((await call('GET', `/files/metadata?${of('/Empty/Renamed/deep.txt')}`)).body.name).toBe('deep.txt');
    const back = await call('PATCH', `/folders/${made.body.id}/metadata`, { path: '/Renamed' });
    expect(back.body.path).toBe('/Renamed');
    const lost = await call('PATCH', `/folders/${made.body.id}/metadata`, { path: '/None/Renamed' });
    expect([lost.status, lost.body.message]).toEqual([404, 'There is no folder /None.']);
    // The files of a deleted folder stay.
    expect((await call('DELETE', `/folders?${of('/Renamed')}`)).status).toBe(200);
    expect((await call('GET', `/files/metadata?${of('/deep.txt')}`)).body.path).toBe('/deep.txt');
    expect((await call('DELETE', `/files?${of('/deep.txt')}`)).status).toBe(200);
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
      tags: [],
      feedId: expect.any(String),
    });
    const { id } = made.body;
    for (const from of [`/files/${id}`, `/files?${of(path)}`]) {
      const { status, headers, bytes: got } = await download(from);
      expect([status, headers.get('content-type'), got.equals(bytes)], from).toEqual([200, 'application/x-test', true]);
      expect(headers.get('content-disposition')).toContain(encodeURIComponent(path.slice(1)));
    }
    expect((await both('GET', path, '/metadata')).body).toEqual(made.body);

    const renamed = await call('PATCH', `/files/metadata?${of(path)}`, { name: 'Renamed.bin' });
    expect(renamed).toMatchObject({ status: 200, body: { id, path: '/Renamed.bin', description: 'odd' } });
    const changes = { description: 'new', tags: ['One', 'Two'] };
    expect((await call('PATCH', `/files/${id}/metadata`, changes)).body).toMatchObject({
      path: '/Renamed.bin',
      ...changes,
    });
    expect((await call('PATCH', `/files/${id}/metadata`, { tags: ['Three'] })).body.tags).toEqual(['Three']);
    expect((await download(`/files?${of(path)}`)).status).toBe(404);

    expect((await call('DELETE', `/files?${of('/Renamed.bin')}`)).status).toBe(200);
    for (const from of [`/files/${id}`, `/files/${id}/metadata`, `/files?${of('/Renamed.bin')}`]) {
      expect((await call('GET', from)).status, from).toBe(404);
    }
  });

  test('a path that is taken is only written over when that is wanted, as a new version', async () => {
    for (const path of ['/taken.txt', '/Reports/Archive/taken too.txt']) {
      const name = path.replace(/^.*\//, '');
      const made = await upload(path, Buffer.from('one'), name);
      expect([made.status, made.body.path]).toEqual([200, path]);
      const refused = await upload(path, Buffer.from('two'), name);
      expect([refused.status, refused.body.message]).toEqual([409, expect.stringContaining('overwrite=true')]);
      const next = await upload(path, Buffer.from('three'), name, '&overwrite=true');
      expect(next.body).toMatchObject({ id: made.body.id, path, size: 5 });
      expect((await download(`/files?${of(path)}`)).bytes.toString()).toBe('three');
      expect((await download(`/files/${made.body.id}?versionNumber=1`)).bytes.toString()).toBe('one');

      const revisions = await both('GET', path, '/revisions');
      const expected = { fileId: made.body.id, filePath: path, name };
      expect(revisions.body).toMatchObject([
        { ...expected, size: 5, isLatest: true },
        { ...expected, size: 3, isLatest: false },
      ]);
      const [latest] = revisions.body;
      expect((await both('GET', path, `/revisions/${latest.id}`)).body).toEqual(latest);
      expect((await call('DELETE', `/files/${made.body.id}`)).status).toBe(200);
    }
  });

  test('a file moves by its path', async () => {
    const { id } = (await upload('/mover.txt', Buffer.from('x'), 'mover.txt')).body;
    const there = await call('PATCH', `/files/metadata?${of('/mover.txt')}`, { path: '/Reports/Archive/moved.txt' });
    expect(there.body).toMatchObject({ id, path: '/Reports/Archive/moved.txt' });
    // Salesforce finds a file by its title in whatever folder it lies.
    expect((await call('GET', `/files/metadata?${of('/moved.txt')}`)).body).toEqual(there.body);
    expect((await call('PATCH', `/files/${id}/metadata`, { path: '/back.txt' })).body.path).toBe('/back.txt');
    const lost = await call('PATCH', `/files/metadata?${of('/back.txt')}`, { path: '/None/back.txt' });
    expect([lost.status, lost.body.message]).toEqual([404, 'There is no folder /None.']);
    expect((await call('DELETE', `/files/${id}`)).status).toBe(200);
  });

  test('a comment on a file without a post begins its feed, whichever id leads there', async () => {
    const path = '/Report 6.csv';
    const before = (await call('GET', `/files/metadata?${of(path)}`)).body;
    expect((await both('GET', path, '/comments')).body).toEqual([]);
    expect(before.feedId).toBe(before.id);
    const made = await call('POST', `/files/${before.feedId}/comments`, { comment: 'First' });
    expect(made.body).toMatchObject({ comment: 'First', user: { name: 'Robin Sandbox' } });
    const { feedId } = (await call('GET', `/files/metadata?${of(path)}`)).body;
    expect([feedId, made.body.feedId]).toEqual([expect.stringMatching(/^0D5/), feedId]);
    const again = await call('POST', `/files/comments?${of(path)}`, { comment: 'Second' });
    expect(again.body.feedId).toBe(feedId);
    const all = await call('GET', `/files/${feedId}/comments?raw=true`);
    expect(all.body.map((comment: Row) => comment['comment'])).toEqual(['First', 'Second']);
    expect(all.body[0].raw).toMatchObject({ id: made.body.id, type: 'TextComment' });
    // A comment on another file is not there.
    const other = await call('GET', `/files/comments/${made.body.id}?${of('/Report 5.txt')}`);
    expect([other.status, other.body.message]).toEqual([404, expect.stringContaining('on this file')]);
  });

  test.each([
    ['GET', '/files', undefined],
    ['DELETE', '/files', undefined],
    ['GET', '/files/metadata', undefined],
    ['PATCH', '/files/metadata', { name: 'x' }],
    ['GET', '/files/links', undefined],
    ['DELETE', '/files/links', undefined],
    ['GET', '/files/revisions', undefined],
    ['GET', '/files/revisions/0685g0000000001AAA', undefined],
    ['GET', '/files/comments', undefined],
    ['POST', '/files/comments', { comment: 'x' }],
    ['GET', '/files/comments/0D75g0000000001CAA', undefined],
    ['PATCH', '/files/comments/0D75g0000000001CAA', { comment: 'x' }],
    ['DELETE', '/files/comments/0D75g0000000001CAA', undefined],
  ])('%s %s of a file that is not there is 404, by path and by id', async (method, path, body) => {
    for (const missing of ['/None.txt', '/None/None.txt', '/Reports/None.txt', `/' OR Title != '.txt`]) {
      const byPath = await call(method, `${path}?${of(missing)}`, body);
      expect([byPath.status, byPath.body.message]).toEqual([404, `There is no file ${missing}.`]);
    }
    for (const id of ['0', '0695g00000zzzzzAAA']) {
      expect((await call(method, path.replace('/files', `/files/${id}`), body)).status, id).toBe(404);
    }
  });

  test.each([
    ['GET', '/files', undefined, expect.stringContaining('path')],
    ['GET', `/files?${of('/')}`, undefined, expect.stringContaining('/Title.ext')],
    ['GET', `/files?${of('/1/2/3/4/5/6/x.txt')}`, undefined, expect.stringContaining('5 levels')],
    ['PATCH', `/files/metadata?${of('/Report 1.txt')}`, { tags: 'a' }, expect.stringContaining('tags')],
    ['PATCH', `/files/metadata?${of('/Report 1.txt')}`, {}, expect.stringContaining('name')],
    ['PATCH', `/files/metadata?${of('/Report 1.txt')}`, { path: '/' }, expect.stringContaining('name')],
    ['POST', `/files/comments?${of('/Report 1.txt')}`, {}, expect.stringContaining('comment')],
  ])('%s %s with %j is refused', async (method, path, body, message) => {
    const answer = await call(method, path, body);
    expect([answer.status, answer.body.message]).toEqual([400, message]);
  });

  test('an upload needs a file, whose name has the extension of the path, and a folder that is there', async () => {
    const other = await upload('/x.txt', Buffer.from('x'), 'x.bin');
    expect([other.status, other.body.message]).toEqual([400, expect.stringContaining('extension')]);
    const lost = await upload('/None/x.txt', Buffer.from('x'), 'x.txt');
    expect([lost.status, lost.body.message]).toEqual([404, 'There is no folder /None.']);
    expect((await call('POST', `/files?${of('/x.txt')}`, {})).status).toBe(400);
  });

  test('raw=true adds Salesforce’s own object', async () => {
    const { body } = await both('GET', '/Report 1.txt', '/metadata');
    expect(body.raw).toBeUndefined();
    const raw = (await call('GET', `/files/${body.id}/metadata?raw=true`)).body;
    expect(raw).toMatchObject({ ...body, raw: { id: body.id, checkSum: expect.any(String) } });
    const [entry] = (await call('GET', `/folders/contents?${of('/Images')}&raw=true`)).body;
    expect(entry.raw).toMatchObject({ id: entry.id, type: 'Folder' });
  });
});

test('nothing in a path or in search words is read as a reference or as another parameter', async () => {
  for (const words of [
    '@{folder.records[0].Id}',
    "@{&q=SELECT Id FROM User WHERE Id != '}",
    "' OR Name != '",
    'a&b=c#d',
  ]) {
    const missing = await call('GET', `/files/metadata?${of(`/Reports/${words}.txt`)}`);
    expect([missing.status, missing.body.message]).toEqual([404, expect.stringContaining('There is no file')]);
    const [asked] = (await seenRequests(connection.trip, '*/composite')).slice(-1);
    const [, file] = JSON.parse(asked?.body ?? '').compositeRequest as { url: string }[];
    const { search, hash } = new URL(file?.url ?? '', 'https://vendor.example');
    expect([[...new URLSearchParams(search).keys()], hash]).toEqual([['q'], '']);
    expect(file?.url.match(/@\{/g)).toHaveLength(1);
    expect(await found('/search', { path: '/Reports', text: words })).toEqual([]);
  }
});

describe('search', () => {
  test('without words has every file once', async () => {
    const ids = (await found('/search', { pageSize: '97' })).map((file) => file['id']);
    expect([ids.length, new Set(ids).size]).toEqual([412, 412]);
  });

  test.each([
    ['picture', 105],
    ['REPORT 1', 11],
    ['100%', 0],
    ['_', 0],
    [`' OR Title != '`, 0],
  ])('for %s finds %d files', async (text, count) => {
    expect((await found('/search', { text, pageSize: '50' })).length).toBe(count);
  });

  test('by the time of creation', async () => {
    const { body } = await call('GET', '/search?pageSize=1&orderBy=createdDate%20desc');
    const at = String(body[0].createdDate);
    expect(await found('/search', { startDate: at })).toEqual(body);
    expect((await found('/search', { endDate: '2023-01-01' })).length).toBe(0);
    expect((await call('GET', '/search?startDate=May')).body.message).toContain('May is no date');
  });

  test('in a folder finds what lies there, and gives the ids that metadata gives', async () => {
    const inside = await found('/search', { text: 'report', path: '/Reports/Archive', pageSize: '8' });
    expect(inside.length).toBe(20);
    for (const file of inside) expect(file['path']).toMatch(/^\/Reports\/Archive\/Report/);
    const [first] = inside;
    expect((await call('GET', `/files/metadata?${of(String(first?.['path']))}`)).body.id).toBe(first?.['id']);
    expect(await found('/search', { text: 'report', path: '/Empty' })).toEqual([]);
  });

  test.each(['&text=x', ''])('in an unknown folder is refused%s', async (text) => {
    const refused = await call('GET', `/search?${of('/None')}${text}`);
    expect([refused.status, refused.body.message]).toEqual([400, 'There is no folder /None to search in.']);
  });

  test.each([
    ["/search?where=extension='pdf' OR size>1", 'AND'],
    ["/search?where=color='red'", 'color'],
    ["/search?where=size LIKE '1%25'", 'size'],
    ['/search?orderBy=color', 'orderBy'],
    [`/folders/contents?${of('/Reports')}&where=mimeType='text/plain'`, 'mimeType'],
  ])('%s is refused', async (path, says) => {
    const refused = await call('GET', path);
    expect([refused.status, refused.body.message]).toEqual([400, expect.stringContaining(says)]);
  });
});
