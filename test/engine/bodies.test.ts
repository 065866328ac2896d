// Bodies in both directions: every kind arrives at the other side as what it is.

import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { readParts } from '../../sandbox/parts.ts';
import { storedBytes } from '../../sandbox/stored.ts';
import type { VendorRequest } from '../../sandbox/vendor.ts';
import { parseXml } from '../../src/core/xml.ts';
import { receivedForm, sendToElement } from '../support/element-request.ts';
import { type Platform, startPlatform } from '../support/platform.ts';
import {
  connectTestElement,
  type RecordedRequest,
  type RecordingVendor,
  startRecordingVendor,
  type TestInstance,
} from '../support/recording-vendor.ts';

const byteOrderMark = '\uFEFF';
const soap =
  '<?xml version="1.0"?><soap:Envelope xmlns:soap="s"><soap:Body><m:Add><a>{a}</a><b n="{b}">{b}</b></m:Add></soap:Body></soap:Envelope>';

let vendor: RecordingVendor;
let platform: Platform;
let instance: TestInstance;

beforeAll(async () => {
  vendor = await startRecordingVendor();
  platform = await startPlatform({ environment: { VALENCE_EGRESS: 'any' } });
  const whole = { type: 'body', name: 'body', vendorType: 'body', vendorName: 'body' };
  const header = (name: string, vendorName: string) => ({ type: 'value', name, vendorType: 'header', vendorName });
  const resource = (method: string, path: string, parameters: unknown[] = [], rest = {}) => ({
    method,
    path: `/hubs/general/${path}`,
    vendorPath: `/${path}`,
    parameters,
    ...rest,
  });
  const filePart = { type: 'multipart', name: 'file', dataType: 'file' };
  const folder = { type: 'multipart', name: 'folder', vendorType: 'form', vendorName: 'parent' };
  const note = { type: 'multipart', name: 'note', vendorType: 'form', vendorName: 'comment' };
  instance = await connectTestElement(
    platform,
    vendor,
    {
      configuration: [{ key: 'client.secret', type: 'PASSWORD' }],
      resources: [
        resource('GET', 'read'),
        resource('GET', 'download', [], { valence: { download: true } }),
        resource('POST', 'write', [whole]),
        resource('PUT', 'write', [whole]),
        resource('PATCH', 'write', [whole]),
        resource('DELETE', 'write', [whole]),
        resource('POST', 'form', [whole, header('application/x-www-form-urlencoded', 'Content-Type')]),
        resource('POST', 'xml', [whole, header('application/xml', 'content-type')]),
        resource('POST', 'multipart', [whole, header('multipart/form-data', 'Content-Type')]),
        resource('POST', 'fields', [
          { type: 'form', name: 'a', vendorType: 'form', vendorName: 'first' },
          { type: 'form', name: 'b', vendorType: 'form', vendorName: 'second' },
          { type: 'value', name: 'fixed', vendorType: 'form', vendorName: 'kind' },
        ]),
        resource('POST', 'file-part', [
          { ...filePart, vendorType: 'multipart', vendorName: 'attachment' },
          folder,
          note,
          { type: 'value', name: 'fixed', vendorType: 'form', vendorName: 'kind' },
        ]),
        resource('POST', 'file-form', [{ ...filePart, vendorType: 'form', vendorName: 'attachment' }, folder]),
        resource('POST', 'file-body', [{ ...filePart, vendorType: 'body', vendorName: 'body' }, folder]),
        resource(
          'POST',
          'file-json-part',
          [
            { ...filePart, vendorType: 'multipart', vendorName: 'content' },
            { type: 'multipart', name: 'file.fileName', vendorType: 'bodyField', vendorName: 'name' },
            { type: 'query', name: 'title', vendorType: 'bodyField', vendorName: 'title' },
            folder,
          ],
          { rootKey: 'about|' },
        ),
        resource(
          'POST',
          'file-embedded',
          [
            { ...filePart, vendorType: 'bodyField', vendorName: 'file.content', vendorDataType: 'base64' },
            { type: 'multipart', name: 'file.fileName', vendorType: 'bodyField', vendorName: 'file.name' },
            { type: 'multipart', name: 'file.contentType', vendorType: 'bodyField', vendorName: 'file.type' },
          ],
          { rootKey: 'upload|' },
        ),
        resource('POST', 'soap', [
          { type: 'body', name: 'body', vendorType: 'bodyToken', vendorName: 'body' },
          { type: 'value', name: soap, vendorType: 'body', vendorName: 'body' },
        ]),
        resource('POST', 'soap-typed', [
          { type: 'body', name: 'body', vendorType: 'bodyToken', vendorName: 'body' },
          { type: 'value', name: soap, vendorType: 'body', vendorName: 'body' },
          header('application/soap+xml; charset=utf-8', 'Content-Type'),
          header('urn:add', 'SOAPAction'),
        ]),
        resource('POST', 'form-template', [
          { type: 'bodyField', name: 'user', vendorType: 'bodyToken', vendorName: 'user' },
          {
            type: 'value',
            name: 'grant=password&user={user}&secret={client.secret}',
            vendorType: 'body',
            vendorName: 'body',
          },
          header('application/x-www-form-urlencoded', 'Content-Type'),
        ]),
        resource('POST', 'json-template', [
          { type: 'bodyField', name: 'user', vendorType: 'bodyToken', vendorName: 'user' },
          { type: 'bodyField', name: 'n', vendorType: 'bodyToken', vendorName: 'n' },
          { type: 'value', name: '{"user":"{user}","n":{n},"list":[{n}]}', vendorType: 'body', vendorName: 'body' },
        ]),
        resource('POST', 'hook-text', [whole], {
          hooks: [
            {
              type: 'preRequest',
              mimeType: 'application/javascript',
              body: 'done({request_vendor_body: JSON.stringify({from: "hook"})})',
            },
          ],
        }),
        resource('GET', 'search', [{ type: 'value', name: '{"all":true}', vendorType: 'body', vendorName: 'body' }], {
          vendorMethod: 'POST',
        }),
      ],
    },
    { 'client.secret': 's&c=r%t' },
  );
});

afterAll(async () => {
  await platform.close();
  await vendor.close();
});

beforeEach(() => {
  vendor.requests.length = 0;
  vendor.reply = () => ({ body: { ok: true } });
});

function last(): RecordedRequest {
  const request = vendor.requests.at(-1);
  if (request === undefined) throw new Error('The vendor was sent nothing');
  return request;
}

const send = (method: string, path: string, body?: RequestInit['body'], headers?: Record<string, string>) =>
  sendToElement(platform, instance, method, path, body, headers);

const json = { 'content-type': 'application/json' };

describe('JSON', () => {
  test.each([
    { a: 1, b: [null, true, 'é 😀 \u2028'], c: { d: 1.5 } },
    [],
    {},
    [1, 2],
    'text',
    0,
    false,
    { '': '', 'a.b': 1, 'x[0]': 2 },
    JSON.parse('{"toString":1,"hasOwnProperty":{"a":1},"prototype":{"x":1}}'),
  ])('%j arrives as it was sent', async (value) => {
    const answer = await send('POST', '/write', JSON.stringify(value), json);
    expect([answer.status, answer.text]).toEqual([200, '{"ok":true}']);
    expect(JSON.parse(last().text)).toEqual(value);
    expect(last().headers['content-type']).toBe('application/json');
  });

  test.each(['POST', 'PUT', 'PATCH', 'DELETE'])('%s without a body sends none', async (method) => {
    expect((await send(method, '/write')).status).toBe(200);
    expect([last().method, last().body.length, last().headers['content-type']]).toEqual([method, 0, undefined]);
  });

  test.each(['null', '', ' '])('DELETE with the body %j sends none', async (body) => {
    expect((await send('DELETE', '/write', body, json)).status).toBe(200);
    expect([last().method, last().body.length]).toEqual(['DELETE', 0]);
  });

  test('that is invalid is refused and nothing is sent', async () => {
    expect((await send('POST', '/write', '{"a":', json)).status).toBe(400);
    expect(vendor.requests).toEqual([]);
  });

  test('from a hook is sent as JSON, also when the hook wrote it as text', async () => {
    await send('POST', '/hook-text', '{"from":"caller"}', json);
    expect([JSON.parse(last().text), last().headers['content-type']]).toEqual([{ from: 'hook' }, 'application/json']);
  });

  test('is asked for', async () => {
    await send('GET', '/read');
    expect(last().headers.accept).toBe('application/json');
  });
});

describe('forms', () => {
  const value = { a: '1 & 2=3', b: 'é+%', c: ['x', 'y'], d: { e: 1 }, f: null, g: true };

  test('a JSON body is written as a form when the definition says so', async () => {
    await send('POST', '/form', JSON.stringify(value), json);
    expect(last().headers['content-type']).toBe('application/x-www-form-urlencoded');
    expect([...new URLSearchParams(last().text)]).toEqual([
      ['a', '1 & 2=3'],
      ['b', 'é+%'],
      ['c', 'x'],
      ['c', 'y'],
      ['d', '{"e":1}'],
      ['g', 'true'],
    ]);
  });

  test('a JSON body is written as multipart when the definition says so', async () => {
    await send('POST', '/multipart', JSON.stringify(value), json);
    expect([...(await receivedForm(last()))]).toContainEqual(['a', '1 & 2=3']);
  });

  test.each([
    ['a form', new URLSearchParams({ a: '1', b: '2&3', undeclared: 'x' }), {}],
    ['JSON', JSON.stringify({ a: '1', b: '2&3', undeclared: 'x' }), json],
    ['multipart', formOf({ a: '1', b: '2&3', undeclared: 'x' }), {}],
  ])('%s gives its declared fields', async (_name, body, headers) => {
    await send('POST', '/fields', body, headers);
    expect([...new URLSearchParams(last().text)]).toEqual([
      ['first', '1'],
      ['second', '2&3'],
      ['kind', 'fixed'],
    ]);
  });

  test('a template of a form encodes what it is filled with', async () => {
    await send('POST', '/form-template', JSON.stringify({ user: 'x&admin=1' }), json);
    expect([...new URLSearchParams(last().text)]).toEqual([
      ['grant', 'password'],
      ['user', 'x&admin=1'],
      ['secret', 's&c=r%t'],
    ]);
  });
});

function formOf(fields: Record<string, string>): FormData {
  const form = new FormData();
  for (const [name, value] of Object.entries(fields)) form.append(name, value);
  return form;
}

describe('files', () => {
  const content = randomBytes(300_000);
  const blob = new Blob([content], { type: 'image/png' });
  const withFile = (before: Record<string, string>, after: Record<string, string> = {}) => {
    const form = formOf(before);
    form.append('file', blob, 'ü "1".png');
    for (const [name, value] of Object.entries(after)) form.append(name, value);
    return form;
  };

  test.each(['file-part', 'file-form'])('are streamed as a part of the vendor’s form (%s)', async (path) => {
    const answer = await send('POST', `/${path}`, withFile({ folder: 'inbox', undeclared: 'x' }));
    expect(answer.status).toBe(200);
    const form = await receivedForm(last());
    const file = form.get('attachment') as File;
    expect([file.name, file.type]).toEqual(['ü "1".png', 'image/png']);
    expect(Buffer.from(await file.arrayBuffer()).equals(content)).toBe(true);
    expect(form.get('parent')).toBe('inbox');
    expect([...form.keys()].sort()).toEqual(['attachment', ...(path === 'file-part' ? ['kind'] : []), 'parent']);
  });

  test('fields behind the file get their vendor’s names, too, and undeclared ones are left out', async () => {
    const answer = await send('POST', '/file-part', withFile({ folder: 'inbox' }, { note: 'n', kind: 'mine', x: 'y' }));
    expect(answer.status).toBe(200);
    const form = await receivedForm(last());
    expect([...form].filter(([, value]) => typeof value === 'string').sort()).toEqual([
      ['comment', 'n'],
      ['kind', 'fixed'],
      ['parent', 'inbox'],
    ]);
    expect(Buffer.from(await (form.get('attachment') as File).arrayBuffer()).equals(content)).toBe(true);
  });

  test('several files under one name all arrive', async () => {
    const form = withFile({});
    form.append('file', new Blob(['second']), 'b.txt');
    expect((await send('POST', '/file-part', form)).status).toBe(200);
    const files = (await receivedForm(last())).getAll('attachment') as File[];
    expect(await Promise.all(files.map(async (file) => [file.name, file.size]))).toEqual([
      ['ü "1".png', content.length],
      ['b.txt', 6],
    ]);
  });

  test('are the raw body when the definition says so', async () => {
    expect((await send('POST', '/file-body', withFile({ folder: 'f' }, { after: 'x' }))).status).toBe(200);
    expect([last().body.equals(content), last().headers['content-type']]).toEqual([true, 'image/png']);
  });

  test('stand behind a part that describes them in JSON', async () => {
    expect((await send('POST', '/file-json-part?title=%22T%22', withFile({ folder: 'f' }))).status).toBe(200);
    const parts = readParts({
      headers: { 'content-type': String(last().headers['content-type']) },
      upload: storedBytes(last().body),
    } as unknown as VendorRequest);
    expect(parts.map(({ name, contentType }) => [name, contentType])).toEqual([
      ['about', 'application/json'],
      ['parent', 'text/plain'],
      ['content', 'image/png'],
    ]);
    expect(JSON.parse(parts[0]?.stored.bytes().toString() ?? '')).toEqual({ name: 'ü "1".png', title: '"T"' });
    expect(parts[2]?.stored.bytes().equals(content)).toBe(true);
  });

  test.each([content, content.subarray(1), content.subarray(2), Buffer.alloc(0)])(
    'stand as base64 in the JSON that describes them',
    async (bytes) => {
      const form = new FormData();
      form.append('file', new Blob([new Uint8Array(bytes)], { type: 'image/png' }), 'ü "1".png');
      expect((await send('POST', '/file-embedded', form)).status).toBe(200);
      expect(last().headers['content-type']).toBe('application/json');
      const { upload } = JSON.parse(last().text);
      expect(upload).toEqual({ file: { content: bytes.toString('base64'), name: 'ü "1".png', type: 'image/png' } });
    },
  );

  test('given as text in JSON stand where a file would', async () => {
    await send('POST', '/file-embedded', JSON.stringify({ file: 'aGk=' }), json);
    expect(JSON.parse(last().text)).toEqual({ upload: { file: { content: 'aGk=' } } });
  });

  test('nobody wants are refused by nobody: the fields are sent', async () => {
    expect((await send('POST', '/fields', withFile({ a: '1' }))).status).toBe(200);
    expect([...new URLSearchParams(last().text)]).toEqual([
      ['first', '1'],
      ['kind', 'fixed'],
    ]);
  });

  test('as the caller’s raw body are passed on', async () => {
    const answer = await send('POST', '/write', new Uint8Array(content), { 'content-type': 'image/png' });
    expect(answer.status).toBe(200);
    expect([last().body.equals(content), last().headers['content-type'], last().headers['content-length']]).toEqual([
      true,
      'image/png',
      String(content.length),
    ]);
  });
});

describe('XML', () => {
  test.each([
    ['soap', 'text/xml'],
    ['soap-typed', 'application/soap+xml; charset=utf-8'],
  ])('a template is filled with escaped values (%s)', async (path, type) => {
    vendor.reply = () => ({
      headers: { 'content-type': 'text/xml; charset=utf-8' },
      body: '<?xml version="1.0"?><s:Envelope xmlns:s="u"><s:Body><r id="1"><x>1</x><x>2</x><y>é &amp; &lt;</y></r></s:Body></s:Envelope>',
    });
    const given = { a: '</a><evil/>&lt;', b: '"><evil x="' };
    const answer = await send('POST', `/${path}`, JSON.stringify(given), json);
    expect(parseXml(last().text)).toMatchObject({
      'soap:Envelope': { 'soap:Body': { 'm:Add': { a: given.a, b: { '@n': given.b, '#text': given.b } } } },
    });
    expect(last().headers['content-type']).toBe(type);
    expect(JSON.parse(answer.text)).toEqual({
      's:Envelope': { '@xmlns:s': 'u', 's:Body': { r: { '@id': '1', x: ['1', '2'], y: 'é & <' } } },
    });
  });

  test('a JSON body is written as XML when the definition says so', async () => {
    const body = { order: { '@id': '1', line: ['a & b', 'c'] } };
    await send('POST', '/xml', JSON.stringify(body), json);
    expect([last().text, last().headers['content-type']]).toEqual([
      '<order id="1"><line>a &amp; b</line><line>c</line></order>',
      'application/xml',
    ]);
  });

  test('of the caller is passed on as it is', async () => {
    const text = '<a>é &amp; <b/></a>';
    await send('POST', '/write', text, { 'content-type': 'application/xml' });
    expect([last().text, last().headers['content-type']]).toEqual([text, 'application/xml']);
  });
});

test('a JSON template is filled with escaped values, and numbers stay numbers', async () => {
  const user = '","admin":true,"x":"\\ \n {n}';
  await send('POST', '/json-template', JSON.stringify({ user, n: 5 }), json);
  expect(JSON.parse(last().text)).toEqual({ user, n: 5, list: [5] });
  expect(last().headers['content-type']).toBe('application/json');
});

test('a JSON template with an unfilled placeholder is still called JSON', async () => {
  await send('POST', '/json-template', JSON.stringify({ user: 'u' }), json);
  expect([last().text, last().headers['content-type']]).toEqual([
    '{"user":"u","n":{n},"list":[{n}]}',
    'application/json',
  ]);
});

test('plain text of the caller is passed on as it is', async () => {
  await send('POST', '/write', 'é, a=b', { 'content-type': 'text/plain' });
  expect([last().text, last().headers['content-type']]).toEqual(['é, a=b', 'text/plain']);
});

test('GET whose vendor wants POST sends the body of the definition', async () => {
  vendor.reply = () => ({ body: [{ id: 1 }] });
  const answer = await send('GET', '/search');
  expect([last().method, JSON.parse(last().text)]).toEqual(['POST', { all: true }]);
  expect([answer.text, answer.headers.get('elements-returned-count')]).toEqual(['[{"id":1}]', '1']);
});

describe('an answer', () => {
  const answered = (body: unknown, type: string | undefined, status = 200) => {
    vendor.reply = () => ({ status, body, headers: type === undefined ? {} : { 'content-type': type } });
    return send('GET', '/read');
  };
  const jsonType = 'application/json; charset=utf-8';
  const invalid = '{"a": nonsense';

  test.each([
    ['JSON', '{"a":"é 😀"}', 'application/json', '{"a":"é 😀"}', jsonType],
    ['JSON with a byte order mark', `${byteOrderMark}{"a":1}`, 'application/json', '{"a":1}', jsonType],
    ['JSON of a vendor’s own type', '{"a":1}', 'application/vnd.x+json', '{"a":1}', jsonType],
    ['JSON that is called HTML', '{"a":1}', 'text/html', '{"a":1}', jsonType],
    ['JSON that is called plain text', ' [1]', 'text/plain', '[1]', jsonType],
    ['JSON without a type', '{"a":1}', undefined, '{"a":1}', jsonType],
    ['a JSON scalar', '12', 'application/json', '12', jsonType],
    ['a JSON text', '"x"', 'application/json', '"x"', jsonType],
    ['XML', '<a><b>1</b></a>', 'application/xml', '{"a":{"b":"1"}}', jsonType],
    ['XML that is called JSON', '<?xml version="1.0"?><a>1</a>', 'application/json', '{"a":"1"}', jsonType],
    ['XML without a type', '<?xml version="1.0"?><a>1</a>', undefined, '{"a":"1"}', jsonType],
    ['text', 'plain é', 'text/plain; charset=utf-8', 'plain é', 'text/plain; charset=utf-8'],
    ['CSV', 'a,b\r\n1,2', 'text/csv', 'a,b\r\n1,2', 'text/csv'],
    ['HTML', '<!doctype html><p>x', 'text/html', '<!doctype html><p>x', 'text/html'],
    ['text without a type', 'plain', undefined, 'plain', 'text/plain; charset=utf-8'],
    [
      'invalid JSON, which no client shall take for JSON',
      invalid,
      'application/json',
      invalid,
      'text/plain; charset=utf-8',
    ],
    ['invalid XML', '<a><b></a>', 'text/xml', '<a><b></a>', 'text/plain; charset=utf-8'],
  ])('of %s', async (_name, body, type, text, answeredType) => {
    const answer = await answered(body, type);
    expect([answer.status, answer.text, answer.headers.get('content-type')]).toEqual([200, text, answeredType]);
  });

  test.each([
    ['iso-8859-1', 'latin1'],
    ['utf-16le', 'utf16le'],
  ] as const)('in %s is read in its character set', async (charset, encoding) => {
    const answer = await answered(Buffer.from('{"a":"é"}', encoding), `application/json; charset=${charset}`);
    expect(answer.text).toBe('{"a":"é"}');
  });

  test('in a character set that nobody knows is read as UTF-8', async () => {
    expect((await answered('{"a":"é"}', 'application/json; charset=no-such')).text).toBe('{"a":"é"}');
  });

  test.each([
    ['204', 204, undefined],
    ['nothing', 200, 'application/json'],
    ['blanks', 200, 'application/json'],
  ])('of %s is 200 without a body', async (name, status, type) => {
    const answer = await answered(name === 'blanks' ? ' \n' : undefined, type, status);
    expect([answer.status, answer.bytes.length]).toEqual([200, 0]);
  });

  test.each(['202', '201', '207'])('with the status %s is 200', async (status) => {
    expect((await answered('{"a":1}', 'application/json', Number(status))).status).toBe(200);
  });

  test('without nulls, unless the element keeps them', async () => {
    const answer = await answered('{"a":null,"b":[{"c":null,"d":1}],"e":{"f":null}}', 'application/json');
    expect(answer.text).toBe('{"b":[{"d":1}],"e":{}}');
  });

  test('with members named like those of every object comes back with them', async () => {
    const text = '{"__proto__":{"x":1},"constructor":{"prototype":{"y":2}},"a":1}';
    expect((await answered(text, 'application/json')).text).toBe(text);
    expect((await answered(text.replace('"a":1', '"a":null'), 'application/json')).text).toBe(
      text.replace(',"a":1', ''),
    );
    expect(({} as { x?: number }).x).toBeUndefined();
  });
});

describe('a download', () => {
  const content = randomBytes(200_000);
  const headers = {
    'content-type': 'application/pdf',
    'content-disposition': 'attachment; filename="x.pdf"',
    'content-length': String(content.length),
    etag: '"e1"',
    'last-modified': 'Wed, 21 Oct 2015 07:28:00 GMT',
    'set-cookie': 'vendor=secret',
    'x-vendor': 'internal',
  };

  test('arrives byte by byte with the headers that describe it, and no others of the vendor', async () => {
    vendor.reply = () => ({ headers, body: content });
    const answer = await send('GET', '/read');
    expect(answer.bytes.equals(content)).toBe(true);
    const { 'set-cookie': _, 'x-vendor': __, ...described } = headers;
    expect(Object.fromEntries(answer.headers)).toMatchObject(described);
    expect([answer.headers.get('set-cookie'), answer.headers.get('x-vendor')]).toEqual([null, null]);
  });

  test('of text that is an attachment is left as it is', async () => {
    const text = '{"a": 1 , "b":null}';
    vendor.reply = () => ({
      headers: { 'content-type': 'application/json', 'content-disposition': 'attachment; filename=x.json' },
      body: text,
    });
    const answer = await send('GET', '/read');
    expect([answer.text, answer.headers.get('content-type')]).toEqual([text, 'application/json']);
  });

  test('that the definition declares is left as it is, whatever its type', async () => {
    vendor.reply = () => ({ headers: { 'content-type': 'application/json' }, body: ' {"a" : null}' });
    expect((await send('GET', '/download')).text).toBe(' {"a" : null}');
  });

  test('that fails is an error like any other', async () => {
    vendor.reply = () => ({ status: 404, headers: { 'content-type': 'application/pdf' }, body: content });
    const answer = await send('GET', '/download');
    expect([answer.status, JSON.parse(answer.text).message]).toEqual([404, expect.stringContaining('404')]);
  });
});

test.each([
  ['a list', { body: [{ id: 1 }] }, 'application/json; charset=utf-8'],
  ['a download', { body: Buffer.from('%PDF'), headers: { 'content-type': 'application/pdf' } }, 'application/pdf'],
])('HEAD is answered like GET, without the body: %s', async (_name, reply, type) => {
  vendor.reply = () => reply;
  const answer = await send('HEAD', '/read');
  expect([answer.status, answer.bytes.length, answer.headers.get('content-type')]).toEqual([200, 0, type]);
  expect(last().method).toBe('GET');
  expect(vendor.pending()).toBe(0);
});
