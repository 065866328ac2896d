// Files, folders, topics and comments of simulated Salesforce, over HTTP, as the Connect REST API documents them.

import { randomBytes } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import type { Reply } from '../test-client.ts';
import { expectRefused, useOrganization, version } from './test-organization.ts';

type Json = Record<string, unknown>;

const organization = useOrganization();
const { call, send, download, rowsOf } = organization;

const ok = async (reply: Promise<Reply>, status = 200): Promise<Json> => {
  const { status: found, json, text } = await reply;
  expect(found, text).toBe(status);
  return json as Json;
};

function upload(path: string, bytes: Buffer, fileName: string, input: object = {}): Promise<Reply> {
  const form = new FormData();
  form.append('json', new Blob([JSON.stringify(input)], { type: 'application/json' }));
  form.append('fileData', new Blob([new Uint8Array(bytes)], { type: 'application/x-test' }), fileName);
  return send(`${version}${path}`, { method: 'POST', body: form });
}

async function itemsOf(folder: string): Promise<Json[]> {
  const found: Json[] = [];
  for (let page = 0; ; page++) {
    const answer = await ok(call('GET', `/connect/folders/${folder}/items?page=${page}&pageSize=50`));
    found.push(...(answer['items'] as Json[]));
    if (answer['nextPageUrl'] === null) return found;
  }
}

const folderNamed = async (name: string): Promise<string> =>
  String((await rowsOf(`SELECT Id FROM ContentFolder WHERE Name = '${name}'`))[0]?.['Id']);

const documentTitled = async (title: string): Promise<string> =>
  String((await rowsOf(`SELECT Id FROM ContentDocument WHERE Title = '${title}'`))[0]?.['Id']);

describe('files', () => {
  test('a file has versions, each with its content', async () => {
    const made = await ok(upload('/connect/files/users/me', Buffer.from('one'), 'plan.bin', { desc: 'first' }), 201);
    const { id } = made;
    expect(made).toMatchObject({ title: 'plan', fileExtension: 'bin', description: 'first', versionNumber: '1' });
    const bytes = randomBytes(5000);
    const next = await ok(upload(`/connect/files/${id}`, bytes, 'plan.bin'), 201);
    expect(next).toMatchObject({
      id,
      title: 'plan',
      versionNumber: '2',
      contentSize: 5000,
      mimeType: 'application/x-test',
    });
    expect((await download(`/connect/files/${id}/content`)).bytes).toEqual(bytes);
    expect((await download(`/connect/files/${id}/content?versionNumber=1`)).bytes.toString()).toBe('one');
    expect(await ok(call('GET', `/connect/files/${id}?versionNumber=1`))).toMatchObject({ contentSize: 3 });
    expect(await rowsOf(`SELECT VersionNumber FROM ContentVersion WHERE ContentDocumentId = '${id}'`)).toHaveLength(2);
    await expectRefused(call('GET', `/connect/files/${id}/content?versionNumber=9`), 404, 'NOT_FOUND', 'number 9');
    expect((await call('DELETE', `/connect/files/${id}`)).status).toBe(204);
    await expectRefused(call('GET', `/connect/files/${id}`), 404, 'ENTITY_IS_DELETED', 'deleted');
  });

  test('a file is renamed, described and moved', async () => {
    const id = await documentTitled('Report 1');
    const folder = await folderNamed('Empty');
    const changed = { title: 'Renamed', desc: 'new', parentFolderId: folder };
    expect(await ok(call('PATCH', `/connect/files/${id}`, changed))).toMatchObject({
      title: 'Renamed',
      description: 'new',
      parentFolder: { id: folder },
    });
    expect((await itemsOf(folder)).map((item) => item['id'])).toEqual([id]);
    expect(await ok(call('PATCH', `/connect/files/${id}?title=Again`))).toMatchObject({ title: 'Again' });
    await expectRefused(call('PATCH', `/connect/files/${id}?title=`), 400, 'REQUIRED_FIELD_MISSING', 'Title');
    await expectRefused(
      call('PATCH', `/connect/files/${id}?title=${'x'.repeat(256)}`),
      400,
      'STRING_TOO_LONG',
      'Title',
    );
  });

  test('a share link is made, read and deleted', async () => {
    const link = `/connect/files/${await documentTitled('Report 2')}/file-shares/link`;
    await expectRefused(call('GET', link), 404, 'NOT_FOUND', 'no share link');
    const made = await ok(call('PUT', link));
    expect(made).toMatchObject({ fileViewUrl: expect.stringMatching(/^https:/), sharingType: 'V' });
    expect(await ok(call('GET', link))).toEqual(made);
    expect((await call('DELETE', link)).status).toBe(204);
    expect((await call('GET', link)).status).toBe(404);
  });

  test('an upload needs its part, and a title that is not too long', async () => {
    await expectRefused(call('POST', '/connect/files/users/me', {}), 400, 'POST_BODY_PARSE_ERROR', 'fileData');
    const long = upload('/connect/files/users/me', Buffer.from('x'), 'x.txt', { title: 'x'.repeat(256) });
    await expectRefused(long, 400, 'STRING_TOO_LONG', 'Title');
  });
});

describe('folders', () => {
  test('every file stands in one folder, in pages', async () => {
    const root = await itemsOf('root');
    expect(root.filter((item) => item['type'] === 'Folder').map((item) => (item['folder'] as Json)['name'])).toEqual([
      'Contracts',
      'Empty',
      'Images',
      'Invoices',
      'Reports',
    ]);
    expect(root).toHaveLength(45);
    expect(await itemsOf(await folderNamed('Invoices'))).toHaveLength(110);
    expect(await rowsOf('SELECT Id FROM ContentDocument')).toHaveLength(412);
    await expectRefused(
      call('GET', '/connect/folders/root/items?pageSize=101'),
      400,
      'ILLEGAL_QUERY_PARAMETER_VALUE',
      '101',
    );
  });

  test('a folder is made with those above it, renamed, moved and deleted', async () => {
    const body = { type: 'Folder', folder: { path: 'New/Deeper/Deepest' } };
    const made = await ok(call('POST', '/connect/folders/root/items', body), 201);
    expect(made['folder']).toMatchObject({ name: 'Deepest', path: 'New/Deeper/Deepest' });
    const url = `/connect/folders/${made['id']}`;
    const empty = await folderNamed('Empty');
    await ok(call('PATCH', url, { name: 'Low' }));
    expect(await ok(call('PATCH', url, { parentFolderId: empty }))).toMatchObject({ path: 'Empty/Low' });
    expect(await ok(call('PATCH', url, { parentFolderId: 'root' }))).toMatchObject({ path: 'Low' });

    const file = await ok(
      upload(`${url}/items`, Buffer.from('x'), 'in.txt', { type: 'File', file: { title: 'in' } }),
      201,
    );
    expect((await call('DELETE', url)).status).toBe(204);
    await expectRefused(call('GET', url), 404, 'ENTITY_IS_DELETED', 'deleted');
    const root = await ok(call('GET', '/connect/folders/root'));
    expect(await ok(call('GET', `/connect/files/${file['id']}`))).toMatchObject({ parentFolder: { id: root['id'] } });
  });

  test('folders within a deleted folder go with it', async () => {
    const inner = await folderNamed('Signed');
    expect((await call('DELETE', `/connect/folders/${await folderNamed('Contracts')}`)).status).toBe(204);
    await expectRefused(call('GET', `/connect/folders/${inner}`), 404, 'ENTITY_IS_DELETED', 'deleted');
  });

  test.each([
    ['POST', 'root/items', { type: 'Folder', folder: { path: 'reports' } }, 'DUPLICATE_VALUE', 'already'],
    ['POST', 'root/items', { type: 'Folder', folder: {} }, 'MISSING_ARGUMENT', 'path'],
    ['POST', 'root/items', { type: 'Other' }, 'ILLEGAL_QUERY_PARAMETER_VALUE', 'Other'],
    ['PATCH', 'root', { name: 'x' }, 'INVALID_OPERATION', 'root'],
    ['DELETE', 'root', undefined, 'INVALID_OPERATION', 'root'],
  ])('%s %s with %j is refused', async (method, path, body, code, says) => {
    await expectRefused(call(method, `/connect/folders/${path}`, body), 400, code, says);
  });

  test('a folder is not moved into itself', async () => {
    const [outer, inner] = [await folderNamed('Reports'), await folderNamed('Archive')];
    const moved = call('PATCH', `/connect/folders/${outer}`, { parentFolderId: inner });
    await expectRefused(moved, 400, 'INVALID_OPERATION', 'into itself');
    await expectRefused(call('PATCH', `/connect/folders/${outer}`, {}), 400, 'MISSING_ARGUMENT', 'name');
  });

  test('ContentFolderItem shows what lies in a folder', async () => {
    const found = await rowsOf(
      `SELECT Id, Title, FileExtension, IsFolder FROM ContentFolderItem WHERE ParentContentFolderId = '${await folderNamed('Reports')}'`,
    );
    expect(found).toHaveLength(27);
    expect(found[0]).toMatchObject({ Title: 'Archive', IsFolder: true, FileExtension: null });
    expect(found[1]).toMatchObject({ Title: expect.stringMatching(/^Report/), IsFolder: false });
    const all = organization.query('SELECT Id FROM ContentFolderItem');
    await expectRefused(
      all,
      400,
      'MALFORMED_QUERY',
      'ContentFolderItem requires a filter by Id or ParentContentFolderId',
    );
  });
});

describe('topics', () => {
  test('are added, replaced and taken away, and stand with the file', async () => {
    const id = await documentTitled('Report 1');
    const url = `/connect/records/${id}/topics`;
    const namesOf = (answer: Json) => (answer['topics'] as Json[]).map((topic) => topic['name']);
    const added = await ok(call('POST', url, { topicName: 'Brand new' }), 201);
    expect(namesOf(await ok(call('GET', url)))).toEqual(['Brand new']);
    expect(namesOf(await ok(call('PUT', url, { topicNames: ['budget', 'Other', 'BUDGET'] })))).toEqual([
      'Budget',
      'Other',
    ]);
    const file = await ok(call('GET', `/connect/files/${id}`));
    expect(namesOf(file['topics'] as Json)).toEqual(['Budget', 'Other']);
    await expectRefused(call('DELETE', `${url}?topicId=${added['id']}`), 404, 'NOT_FOUND', 'does not exist');
    expect(namesOf(await ok(call('PUT', url, { topicNames: [] })))).toEqual([]);
    await expectRefused(call('PUT', url, {}), 400, 'MISSING_ARGUMENT', 'topicNames');
    await expectRefused(call('PUT', url, { topicNames: ['x'.repeat(151)] }), 400, 'STRING_TOO_LONG', 'Topic');
  });
});

describe('comments', () => {
  const commentsOf = (post: unknown) => `/chatter/feed-elements/${post}/capabilities/comments/items`;
  const postOn = async (title: string): Promise<unknown> => {
    const file = await documentTitled(title);
    const [post] = await rowsOf(
      `SELECT Id FROM ContentDocumentFeed WHERE ParentId = '${file}' ORDER BY CreatedDate LIMIT 1`,
    );
    return post?.['Id'];
  };
  const textOf = (comment: unknown) => ((comment as Json)['body'] as Json)['text'];

  test('a post on a file is made, and comments on it are made, read, changed and deleted', async () => {
    const subjectId = await documentTitled('Report 1');
    const body = { messageSegments: [{ type: 'Text', text: 'About this' }] };
    const post = await ok(
      call('POST', '/chatter/feed-elements', { feedElementType: 'FeedItem', subjectId, body }),
      201,
    );
    const feed = await ok(call('GET', `/chatter/feeds/record/${subjectId}/feed-elements`));
    expect(feed['elements']).toMatchObject([{ id: post['id'], body: { text: 'About this' } }]);

    const comment = await ok(call('POST', commentsOf(post['id']), { body }), 201);
    expect(comment).toMatchObject({
      id: expect.stringMatching(/^0D7/),
      feedElement: { id: post['id'] },
      type: 'TextComment',
    });
    const one = `/chatter/comments/${comment['id']}`;
    expect(textOf(await ok(call('PATCH', one, { body: { messageSegments: [{ type: 'Text', text: 'Other' }] } })))).toBe(
      'Other',
    );
    expect(textOf(await ok(call('GET', one)))).toBe('Other');
    expect((await call('DELETE', one)).status).toBe(204);
    await expectRefused(call('GET', one), 404, 'ENTITY_IS_DELETED', 'deleted');
    expect(await ok(call('GET', commentsOf(post['id'])))).toMatchObject({ items: [], total: 0 });
  });

  test('pages follow each other by tokens', async () => {
    const url = commentsOf(await postOn('Report 5'));
    const first = await ok(call('GET', url));
    expect([(first['items'] as Json[]).length, first['total']]).toEqual([3, 45]);
    expect((first['items'] as Json[]).map(textOf).at(-1)).toContain('(45)');
    const oldest = url.replace('/chatter', '');
    const texts: unknown[] = [];
    let next: unknown = `/services/data/v44.0/chatter${oldest}?sort=CreatedDateOldestAsc&pageSize=20`;
    while (typeof next === 'string') {
      const page = await ok(
        send(next.includes('sort=') ? next : `${next}&sort=CreatedDateOldestAsc`, { method: 'GET' }),
      );
      texts.push(...(page['items'] as Json[]).map(textOf));
      next = page['nextPageUrl'];
    }
    expect(texts).toHaveLength(45);
    expect([texts[0], texts.at(-1)]).toEqual([expect.stringContaining('(1)'), expect.stringContaining('(45)')]);
    await expectRefused(call('GET', `${url}?page=1`), 400, 'ILLEGAL_QUERY_PARAMETER_VALUE', 'page');
    await expectRefused(call('GET', `${url}?sort=x`), 400, 'ILLEGAL_QUERY_PARAMETER_VALUE', 'sort');
  });

  test('a comment has text that is not too long', async () => {
    const url = commentsOf(await postOn('Report 5'));
    await expectRefused(call('POST', url, {}), 400, 'POST_BODY_PARSE_ERROR', 'no text');
    await expectRefused(call('POST', `${url}?text=${'x'.repeat(10_001)}`), 400, 'STRING_TOO_LONG', '10000');
    await expectRefused(call('GET', commentsOf('0D50000000000001')), 404, 'NOT_FOUND', 'accessible');
  });
});

describe('several calls in one', () => {
  const query = (soql: string) => `${version}/query?q=${encodeURIComponent(soql)}`;

  test('a composite call uses what came before', async () => {
    const compositeRequest = [
      { method: 'GET', referenceId: 'folder', url: query("SELECT Id FROM ContentFolder WHERE Name = 'Archive'") },
      {
        method: 'GET',
        referenceId: 'file',
        url: `${version}/query?q=${encodeURIComponent("SELECT Title FROM ContentFolderItem WHERE ParentContentFolderId = '")}@{folder.records[0].Id}'`,
      },
      { method: 'GET', referenceId: 'none', url: `${version}/connect/folders/@{folder.records[5].Id}` },
    ];
    const { compositeResponse } = await ok(call('POST', '/composite', { compositeRequest }));
    expect(compositeResponse).toMatchObject([
      { referenceId: 'folder', httpStatusCode: 200, body: { totalSize: 1 } },
      { referenceId: 'file', httpStatusCode: 200, body: { totalSize: 21 } },
      { referenceId: 'none', httpStatusCode: 400, body: [{ errorCode: 'PROCESSING_HALTED' }] },
    ]);
  });

  test('a batch answers each of its calls', async () => {
    const id = await documentTitled('Report 1');
    const url = `v40.0/connect/files/${id}`;
    const batchRequests = [
      { method: 'PATCH', url, richInput: { title: 'Renamed' } },
      { method: 'GET', url },
      { method: 'GET', url: 'v40.0/connect/files/0' },
    ];
    expect(await ok(call('POST', '/composite/batch', { batchRequests }))).toMatchObject({
      hasErrors: true,
      results: [
        { statusCode: 200, result: { id } },
        { statusCode: 200, result: { title: 'Renamed' } },
        { statusCode: 404, result: [{ errorCode: 'NOT_FOUND' }] },
      ],
    });
    await expectRefused(call('POST', '/composite/batch', {}), 400, 'JSON_PARSER_ERROR', 'batchRequests');
  });

  test('limits tell how much room is left', async () => {
    expect(await ok(call('GET', '/limits'))).toMatchObject({ FileStorageMB: { Max: 10_240, Remaining: 10_239 } });
  });
});
