// biome-ignore-all lint/suspicious/noTemplateCurlyInString: placeholders are what is tested
// What a caller gives changes nothing but its own value: in every place the vendor reads exactly it, or the call is
// refused and nothing is sent.

import fc from 'fast-check';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { parseXml } from '../../src/core/xml.ts';
import { receivedForm, sendToElement } from '../support/element-request.ts';
import { credentials, type Platform, startPlatform } from '../support/platform.ts';
import { requestBytes, sendBytes } from '../support/raw-http.ts';
import {
  connectTestElement,
  type RecordedRequest,
  type RecordingVendor,
  startRecordingVendor,
  type TestInstance,
} from '../support/recording-vendor.ts';

const secrets = { 'oauth.api.secret': 'SECRET-OF-APP', password: 'SECRET-OF-USER', 'api.key': 'SECRET-KEY' };

const soap = '<env><body a="{x}" b=\'{x}\'><v>{x}</v></body></env>';
const jsonTemplate = '{"a":"{x}","b":{"c":"-{x}-"},"fixed":true}';

let vendor: RecordingVendor;
let platform: Platform;
let instance: TestInstance;

beforeAll(async () => {
  vendor = await startRecordingVendor();
  platform = await startPlatform({ environment: { VALENCE_EGRESS: 'any' } });
  const fromBody = (vendorType: string, vendorName: string) => ({
    type: 'bodyField',
    name: 'x',
    vendorType,
    vendorName,
  });
  const fixed = [
    { type: 'value', name: 'fixed', vendorType: 'query', vendorName: 'fixed' },
    { type: 'value', name: 'fixed', vendorType: 'header', vendorName: 'X-Fixed' },
  ];
  const post = (path: string, parameters: unknown[], vendorPath = '/v') => ({
    method: 'POST',
    path: `/hubs/general/${path}`,
    vendorPath,
    parameters: [...fixed, ...parameters],
  });
  const template = (name: string, more: unknown[] = []) => [
    fromBody('bodyToken', 'x'),
    { type: 'value', name, vendorType: 'body', vendorName: 'body' },
    ...more,
  ];
  instance = await connectTestElement(
    platform,
    vendor,
    {
      configuration: Object.keys(secrets).map((key) => ({ key, type: 'PASSWORD' })),
      resources: [
        post('path/{x}', [], '/v/{x}/end'),
        { ...post('path/{x}', [], '/v/{x}'), method: 'DELETE' },
        post('path-from-body', [fromBody('path', 'x')], '/v/{x}/end'),
        post('path-in-query/{x}', [], '/v?a={x}&end=1'),
        post(
          'path-in-value/{x}',
          [{ type: 'value', name: 'pre/{x}.json', vendorType: 'path', vendorName: 'file' }],
          '/v/{file}/end',
        ),
        post('query', [{ type: 'query', name: 'x', vendorType: 'query', vendorName: 'x' }]),
        post('query-from-body', [fromBody('query', 'x')]),
        post('query-value', [
          fromBody('bodyToken', 'x'),
          { type: 'value', name: 'type:a {x} end', vendorType: 'query', vendorName: 'q' },
        ]),
        post('header', [{ type: 'header', name: 'X-In', vendorType: 'header', vendorName: 'X-Out' }]),
        post('header-from-body', [fromBody('header', 'X-Out')]),
        post('header-value', [
          fromBody('bodyToken', 'x'),
          { type: 'value', name: 'a {x} b', vendorType: 'header', vendorName: 'X-Out' },
        ]),
        post('form', [fromBody('form', 'x'), { type: 'value', name: 'f', vendorType: 'form', vendorName: 'fixed' }]),
        post('multipart', [
          fromBody('multipart', 'x'),
          { type: 'value', name: 'f', vendorType: 'form', vendorName: 'fixed' },
        ]),
        post('file', [{ type: 'multipart', name: 'file', vendorType: 'multipart', vendorName: 'attachment' }]),
        post('json', [{ type: 'body', name: 'body', vendorType: 'body', vendorName: 'body' }]),
        post('member', [fromBody('bodyField', 'deep.x')]),
        post('json-template', template(jsonTemplate)),
        post('xml-template', template(soap)),
        post(
          'form-template',
          template('a={x}&fixed=f', [
            {
              type: 'value',
              name: 'application/x-www-form-urlencoded',
              vendorType: 'header',
              vendorName: 'Content-Type',
            },
          ]),
        ),
        post('literal', [
          fromBody('bodyToken', 'x'),
          { type: 'value', name: "name = '{x}' and fixed", vendorType: 'query', vendorName: 'q' },
        ]),
        post('body-literal', template('{"query":"select * from t where name = \'{x}\'"}')),
      ],
    },
    secrets,
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

afterEach(() => {
  expect(Object.keys(Object.prototype)).toEqual([]);
  expect(({} as Record<string, unknown>)['polluted']).toBeUndefined();
  for (const { url, headers, text } of vendor.requests) {
    expect(`${decodeURIComponent(url)} ${JSON.stringify(headers)} ${text}`).not.toMatch(/SECRET-/);
  }
});

/** What a hostile caller would try, in any place. */
const hostile = [
  '..',
  '.',
  '%2e%2e',
  '%2E%2E%2F',
  '../..',
  'a/b',
  'a\\b',
  '//evil.test/x',
  'https://evil.test/',
  '@evil.test',
  ':80',
  '?x=1',
  '#fragment',
  'a?b=c&d=e#f',
  'a;b=c',
  '&fixed=evil',
  'x=1&x=2',
  '+ %20 %',
  'a\r\nX-Injected: 1',
  '\n',
  'tab\tand \u0001\u007f',
  'é ü ß',
  '日本 😀',
  "' or '1'='1",
  "'; drop table x; --",
  '\\',
  "\\'",
  '[x] (y) {z}',
  '{x}',
  '{fixed}',
  '{password}',
  '{oauth.api.secret}',
  '${configuration.oauth.api.secret}',
  '${password}',
  '{{password}}',
  '{:password}',
  '{webhookCallbackUrl}',
  '{{insert_base_url}}',
  'CE.b64(${configuration.password})',
  'CE.b64(',
  '$& $1 $$',
  '<a>&b;</a>',
  ']]><evil/>',
  '<!--',
  '<!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/passwd">]>&e;',
  '"',
  '","admin":true,"x":"',
  '"}',
  '__proto__',
  'constructor',
  'prototype',
  'toString',
  'null',
  'undefined',
  ' spaces around ',
  '\uFEFF',
  '\u2028\u2029',
  '--boundary\r\nContent-Disposition: form-data; name="evil"\r\n\r\nx',
  'x'.repeat(8000),
];

interface Place {
  send(value: string): Promise<{ status: number }>;
  /** what the vendor read */
  received(request: RecordedRequest): unknown;
  expected?(value: string): unknown;
  /** values that the place cannot hold, refused with 400 */
  refused?: RegExp;
}

const give = (path: string) => (x: string) => instance.call('POST', `/${path}`, { body: { x } });
/** Clients resolve dots in a path before they send it; a caller who means harm does not. */
const onPath = (path: string) => (x: string) => {
  const target = `/elements/api-v2/${path}/${encodeURIComponent(x)}`;
  if (!dots.test(x)) return instance.call('POST', target.slice('/elements/api-v2'.length));
  return sendBytes(platform.url, requestBytes('POST', target, [['Authorization', credentials(instance.token)]]));
};
const dots = /^\.{1,2}$/;
const notLatin1 = /[^\t\x20-\x7e\x80-\xff]/;
/** RFC 9110 section 5.5: white space around a header's value is not part of it. */
const trimmed = (value: string) => value.replace(/^[\t ]+|[\t ]+$/g, '');
const notXml = /[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\u{10000}-\u{10ffff}]/u;
const noQuote = /['\\]/;

const segment = ({ url }: RecordedRequest) => {
  const [path = '', query] = url.split('?');
  return [path.split('/').map(decodeURIComponent), query];
};

const places: Record<string, Place> = {
  'a path': {
    send: onPath('path'),
    received: segment,
    expected: (x) => [['', 'v', x, 'end'], 'fixed=fixed'],
    refused: dots,
  },
  'a path, from a body': {
    send: give('path-from-body'),
    received: segment,
    expected: (x) => [['', 'v', x, 'end'], 'fixed=fixed'],
    refused: dots,
  },
  'a query that is written in a path': {
    send: onPath('path-in-query'),
    received: ({ path, query }) => [path, [...query]],
    expected: (x) => [
      '/v',
      [
        ['a', x],
        ['end', '1'],
        ['fixed', 'fixed'],
      ],
    ],
    refused: dots,
  },
  'a value in a path': {
    send: onPath('path-in-value'),
    received: segment,
    expected: (x) => [['', 'v', 'pre', `${x}.json`, 'end'], 'fixed=fixed'],
    refused: dots,
  },
  'a query': {
    send: (x) => instance.call('POST', `/query?x=${encodeURIComponent(x)}`),
    received: ({ path, query }) => [path, [...query]],
    expected: (x) => [
      '/v',
      [
        ['fixed', 'fixed'],
        ['x', x],
      ],
    ],
  },
  'a query, from a body': {
    send: give('query-from-body'),
    received: ({ path, query }) => [path, [...query]],
    expected: (x) => [
      '/v',
      [
        ['fixed', 'fixed'],
        ['x', x],
      ],
    ],
  },
  'a value of a query': {
    send: give('query-value'),
    received: ({ path, query }) => [path, [...query]],
    expected: (x) => [
      '/v',
      [
        ['fixed', 'fixed'],
        ['q', `type:a ${x} end`],
      ],
    ],
  },
  'a header': {
    send: give('header-from-body'),
    received: ({ headers }) => [headers['x-out'], headers['x-injected'], headers['x-fixed']],
    expected: (x) => [trimmed(x), undefined, 'fixed'],
    refused: notLatin1,
  },
  'a value of a header': {
    send: give('header-value'),
    received: ({ headers }) => [headers['x-out'], headers['x-injected'], headers['x-fixed']],
    expected: (x) => [`a ${x} b`, undefined, 'fixed'],
    refused: notLatin1,
  },
  'a form': {
    send: give('form'),
    received: ({ text }) => [...new URLSearchParams(text)].sort(),
    expected: (x) => [
      ['fixed', 'f'],
      ['x', x],
    ],
  },
  'a multipart field': {
    send: give('multipart'),
    received: async (request) => [...(await receivedForm(request))].sort(),
    expected: (x) => [
      ['fixed', 'f'],
      ['x', x],
    ],
  },
  'the whole body': {
    send: give('json'),
    received: ({ text }) => JSON.parse(text),
    expected: (x) => ({ x }),
  },
  'a member of the body': {
    send: give('member'),
    received: ({ text }) => JSON.parse(text),
    expected: (x) => ({ deep: { x } }),
  },
  'a JSON template': {
    send: give('json-template'),
    received: ({ text }) => JSON.parse(text),
    expected: (x) => ({ a: x, b: { c: `-${x}-` }, fixed: true }),
  },
  'an XML template': {
    send: give('xml-template'),
    received: ({ text }) => parseXml(text),
    // White space in an attribute reads as blanks, and text of nothing but white space as none (XML 1.0 section 3.3.3).
    expected: (x) => {
      const attribute = x.replace(/[\t\n]/g, ' ');
      return { env: { body: { '@a': attribute, '@b': attribute, v: x.trim() === '' ? '' : x } } };
    },
    refused: notXml,
  },
  'a form template': {
    send: give('form-template'),
    received: ({ text }) => [...new URLSearchParams(text)],
    expected: (x) => [
      ['a', x],
      ['fixed', 'f'],
    ],
  },
  'a literal in a value': {
    send: give('literal'),
    received: ({ query }) => query.get('q'),
    expected: (x) => `name = '${x}' and fixed`,
    refused: noQuote,
  },
  'a literal in a body': {
    send: give('body-literal'),
    received: ({ text }) => JSON.parse(text),
    expected: (x) => ({ query: `select * from t where name = '${x}'` }),
    refused: noQuote,
  },
};

async function expectUnchanged({ send, received, expected, refused }: Place, value: string): Promise<void> {
  vendor.requests.length = 0;
  const { status } = await send(value);
  if (refused?.test(value)) {
    expect([status, vendor.requests.length]).toEqual([400, 0]);
    return;
  }
  expect([status, vendor.requests.length]).toEqual([200, 1]);
  const [request] = vendor.requests;
  if (request === undefined) throw new Error('The vendor was sent nothing');
  expect(await received(request)).toEqual(expected?.(value));
}

describe.each(Object.entries(places))('in %s', (_name, place) => {
  test('a hostile value changes nothing but itself', async () => {
    for (const value of hostile) await expectUnchanged(place, value);
  });

  test('law: any text arrives as it is, or is refused', async () => {
    await fc.assert(
      fc.asyncProperty(fc.string({ unit: 'binary', minLength: 1, maxLength: 40 }), async (value) => {
        // NUL and half surrogates are refused at the door (test/malformed.test.ts).
        fc.pre(!value.includes('\0') && value.isWellFormed());
        await expectUnchanged(place, value);
      }),
      { numRuns: 60 },
    );
  });
});

test.each(['path', 'query', 'body'])('NUL in the %s is refused and nothing is sent', async (place) => {
  const calls: Record<string, () => Promise<{ status: number }>> = {
    path: () => instance.call('POST', '/path/a%00b'),
    query: () => instance.call('POST', '/query?x=a%00b'),
    body: () => instance.call('POST', '/json', { body: { x: 'a\0b' } }),
  };
  expect([(await calls[place]?.())?.status, vendor.requests]).toEqual([400, []]);
});

describe('a path', () => {
  test.each(['..', '.', '%2e%2e', '.%2E', '%2e'])('is not led out of its segment by %s', async (value) => {
    const bytes = requestBytes('DELETE', `/elements/api-v2/path/${value}`, [
      ['Authorization', credentials(instance.token)],
    ]);
    const { status } = await sendBytes(platform.url, bytes);
    expect([status, vendor.requests]).toEqual([400, []]);
  });

  test('of an empty value is refused, which would name the whole collection', async () => {
    const answer = await instance.call('POST', '/path-from-body', { body: { x: '' } });
    expect([answer.status, answer.body.message, vendor.requests]).toEqual([400, 'x must not be empty.', []]);
  });

  test.each(['%252e%252e', '%252e%252e%252f'])('is decoded once only: %s', async (value) => {
    await instance.call('DELETE', `/path/${value}`);
    expect(vendor.requests.map(({ path }) => path)).toEqual([`/v/${value}`]);
  });
});

describe('the name of a query parameter', () => {
  test.each(['__proto__', 'constructor', 'prototype', 'fixed', 'x[y]', 'x[__proto__][polluted]', 'X', 'page[size]'])(
    '%s that nobody declared is not sent',
    async (name) => {
      const answer = await instance.call('POST', `/query?${encodeURIComponent(name)}=evil&x=1`);
      expect([answer.status, vendor.requests.map(({ url }) => url)]).toEqual([200, ['/v?fixed=fixed&x=1']]);
    },
  );
});

describe('a JSON body', () => {
  test.each([
    '{"__proto__":{"polluted":1}}',
    '{"x":{"__proto__":{"polluted":1}}}',
    '{"constructor":{"prototype":{"polluted":1}}}',
    '[{"__proto__":{"polluted":1}}]',
  ])('%s is refused and nothing is sent', async (text) => {
    for (const path of ['/json', '/form', '/json-template']) {
      const answer = await sendToElement(platform, instance, 'POST', path, text, {
        'content-type': 'application/json',
      });
      expect([answer.status, vendor.requests]).toEqual([400, []]);
    }
  });

  test('law: any value arrives as it is', async () => {
    await fc.assert(
      fc.asyncProperty(fc.jsonValue({ stringUnit: 'binary' }), async (value) => {
        const text = JSON.stringify(value);
        fc.pre(!/"__proto__"|"constructor"|\\u0000|null/.test(text) && text.isWellFormed());
        vendor.requests.length = 0;
        const answer = await sendToElement(platform, instance, 'POST', '/json', text, {
          'content-type': 'application/json',
        });
        expect(answer.status).toBe(200);
        expect(JSON.parse(vendor.requests[0]?.text ?? '')).toEqual(JSON.parse(text));
      }),
      { numRuns: 100 },
    );
  });
});

describe('form fields', () => {
  const fields = ['__proto__', 'constructor', 'prototype', 'toString', 'a.b', 'fixed', 'polluted'];
  test.each(['urlencoded', 'multipart'])('of any name are own members of a %s body', async (kind) => {
    const body = kind === 'multipart' ? new FormData() : new URLSearchParams();
    for (const name of fields) body.append(name, `v-${name}`);
    expect((await sendToElement(platform, instance, 'POST', '/json', body)).status).toBe(200);
    expect(Object.entries(JSON.parse(vendor.requests[0]?.text ?? ''))).toEqual(
      fields.map((name) => [name, `v-${name}`]),
    );
  });

  test('the names of a file cannot leave their quotes', async () => {
    const form = new FormData();
    form.append('file', new Blob(['x'], { type: 'text/plain' }), 'a"; name="evil"\r\nX-Injected: 1\r\n\r\n.txt');
    expect((await sendToElement(platform, instance, 'POST', '/file', form)).status).toBe(200);
    const received = [...(await receivedForm(vendor.requests[0] as RecordedRequest))];
    expect(received.map(([name]) => name)).toEqual(['attachment']);
    expect(vendor.requests[0]?.text).not.toMatch(/^X-Injected/m);
  });
});

describe('a header of the caller', () => {
  test.each(['', 'text', '{password}', '${configuration.password}', 'CE.b64({password})', 'é'])(
    'is passed on as it is: %j',
    async (value) => {
      await instance.call('POST', '/header', { headers: { 'x-in': value } });
      expect([vendor.requests[0]?.headers['x-out'] ?? '', vendor.requests[0]?.headers['x-fixed']]).toEqual([
        value,
        'fixed',
      ]);
    },
  );

  test.each(['a\r\nX-Injected: 1', 'a\u0001', '日本'])('that cannot be one is refused by its name: %j', async (x) => {
    const answer = await instance.call('POST', '/header-from-body', { body: { x } });
    expect([answer.status, answer.body.message, vendor.requests]).toEqual([
      400,
      'the header X-Out must not hold line breaks, control characters or characters beyond Latin-1.',
      [],
    ]);
  });

  test('that is not declared reaches no vendor, the credentials of this platform least of all', async () => {
    const headers = { 'x-fixed': 'evil', 'x-other': 'evil', cookie: 'a=b', host: 'evil.test', 'x-forwarded-for': '1' };
    await instance.call('POST', '/query', { headers });
    const sent = vendor.requests[0]?.headers ?? {};
    expect(sent['x-fixed']).toBe('fixed');
    expect(Object.keys(sent).sort()).toEqual(['accept', 'connection', 'content-length', 'host', 'x-fixed']);
    expect(sent.host).toBe(new URL(vendor.url).host);
  });
});

describe('a base address', () => {
  const connect = (base: string, parameters: unknown[] = [], settings: Record<string, unknown> = {}) =>
    connectTestElement(
      platform,
      vendor,
      {
        configuration: [
          { key: 'base.url', defaultValue: base },
          { key: 'part' },
          { key: 'password', type: 'PASSWORD' },
        ],
        parameters: [
          { type: 'value', name: 'Basic CE.b64({password})', vendorType: 'header', vendorName: 'Authorization' },
        ],
        resources: [{ method: 'POST', path: '/hubs/general/things/{x}', vendorPath: '/v', parameters }],
      },
      { password: 'SECRET-OF-USER', ...settings },
    );
  const port = () => new URL(vendor.url).port;
  const send = (asked: TestInstance, x: string) =>
    asked.call('POST', `/things/${encodeURIComponent(x === '' || dots.test(x) ? 'other' : x)}`, { body: { x } });

  test('takes a caller’s value as one segment of its path', async () => {
    const asked = await connect(`${vendor.url}/base/{x}/end`);
    for (const value of hostile) {
      if (dots.test(value)) continue;
      vendor.requests.length = 0;
      expect((await send(asked, value)).status).toBe(200);
      const segments = vendor.requests[0]?.url.split('/').map(decodeURIComponent);
      expect(segments).toEqual(['', 'base', value, 'end', 'v']);
    }
  });

  test.each(['path', 'bodyField'])('cannot be led to another host by a caller’s value from %s', async (type) => {
    const elsewhere = await startRecordingVendor();
    const { host } = new URL(elsewhere.url);
    const bound = [{ type, name: 'x', vendorType: 'path', vendorName: 'x' }];
    const bases = ['{x}', '{x}/api', 'http://{x}/api', `http://{x}:${port()}/`, `http://127.0.0.1{x}`];
    for (const base of bases) {
      const asked = await connect(base, bound);
      const values = [host, elsewhere.url, `@${host}`, `${host}/`, `${host}#`, `${host}?`, `x@${host}`, `${host}\\`];
      for (const value of [...values, '..', '', ' ', 'a.b', 'localhost.evil.test', '[::1]', '127.1']) {
        if (type === 'path' && (value === '' || dots.test(value))) continue;
        expect(await send(asked, value)).toMatchObject({ status: 400 });
      }
    }
    expect([vendor.requests, elsewhere.requests]).toEqual([[], []]);
    await elsewhere.close();
  });

  test('takes a caller’s value as one label of its host', async () => {
    const asked = await connect(`http://{x}:${port()}`);
    expect((await send(asked, 'localhost')).status).toBe(200);
    expect(vendor.requests[0]?.headers.host).toBe(`localhost:${port()}`);
    vendor.requests.length = 0;
  });
});

describe('a setting', () => {
  const places = [
    { type: 'configuration', name: 'given', vendorType: 'query', vendorName: 'q' },
    { type: 'configuration', name: 'given', vendorType: 'bodyField', vendorName: 'a.b' },
    { type: 'value', name: 'pre {given} {password-of-nobody}', vendorType: 'query', vendorName: 't' },
  ];
  const resources = [
    { method: 'POST', path: '/hubs/general/things', vendorPath: '/v/{given}/end', parameters: places },
    {
      method: 'POST',
      path: '/hubs/general/header',
      vendorPath: '/v',
      parameters: [{ type: 'configuration', name: 'given', vendorType: 'header', vendorName: 'X-Out' }],
    },
  ];
  resources.push({
    method: 'POST',
    path: '/hubs/general/body',
    vendorPath: '/v',
    parameters: [{ type: 'configuration', name: 'given', vendorType: 'bodyField', vendorName: 'a' }],
  });
  const configuration = [{ key: 'given' }, ...Object.keys(secrets).map((key) => ({ key, type: 'PASSWORD' }))];

  test('of hostile text changes nothing but itself; in a path it may be several segments', async () => {
    for (const given of hostile.filter(({ length }) => length < 5000)) {
      const asked = await connectTestElement(platform, vendor, { configuration, resources }, { ...secrets, given });
      vendor.requests.length = 0;
      const answer = await asked.call('POST', '/things');
      if (given.split('/').some((part) => dots.test(part))) {
        expect([answer.status, vendor.requests]).toEqual([400, []]);
        continue;
      }
      expect(answer.status).toBe(200);
      const { url = '', query, text = '' } = vendor.requests[0] ?? {};
      expect(decodeURIComponent(url.split('?')[0] ?? '')).toBe(`/v/${given}/end`);
      expect([...(query ?? [])]).toEqual([
        ['q', given],
        ['t', `pre ${given} {password-of-nobody}`],
      ]);
      expect(JSON.parse(text)).toEqual({ a: { b: given } });
      vendor.requests.length = 0;
      const { status } = await asked.call('POST', '/header');
      expect([given, status, vendor.requests[0]?.headers['x-out']]).toEqual(
        notLatin1.test(given) ? [given, 400, undefined] : [given, 200, trimmed(given)],
      );
    }
  });

  test('that names itself over and over grows no further than a setting may be', async () => {
    const asked = await connectTestElement(
      platform,
      vendor,
      { configuration, resources },
      { given: '{given}'.repeat(300) },
    );
    expect((await asked.call('POST', '/body')).status).toBe(200);
    expect(vendor.requests[0]?.body.length).toBeLessThan(1_001_000);
  });
});

describe('what a hook gives', () => {
  const hook = (type: string, body: string) => ({ type, mimeType: 'application/javascript', body });
  const connect = (hooks: unknown[]) =>
    connectTestElement(platform, vendor, {
      resources: [
        {
          method: 'POST',
          path: '/hubs/general/things',
          vendorPath: '/v',
          parameters: [{ type: 'body', name: 'body', vendorType: 'body', vendorName: 'body' }],
          hooks,
        },
      ],
    });
  const evil = `JSON.parse('{"__proto__":{"polluted":1},"constructor":{"prototype":{"polluted":1}},"a":"b"}')`;
  const texts = `JSON.parse('{"__proto__":"x","constructor":"y","prototype":"z"}')`;

  test.each([
    `{request_vendor_body: ${evil}}`,
    `{request_vendor_parameters: ${evil}}`,
    `{request_vendor_headers: ${texts}}`,
    `{configuration: ${texts}}`,
    evil,
  ])('pollutes nothing before the call: %s', async (result) => {
    const asked = await connect([hook('preRequest', `done(${result})`)]);
    const { status } = await asked.call('POST', '/things', { body: { own: 1 } });
    expect(status).toBe(200);
    expect(vendor.requests).toHaveLength(1);
    expect((await instance.call('POST', '/json', { body: { x: 'next' } })).status).toBe(200);
  });

  test('of hostile names comes back as it is', async () => {
    const asked = await connect([hook('postRequest', `done({response_body: ${evil}, response_headers: ${texts}})`)]);
    const answer = await asked.call('POST', '/things', { body: { own: 1 } });
    expect(JSON.stringify(answer.body)).toBe(
      '{"__proto__":{"polluted":1},"constructor":{"prototype":{"polluted":1}},"a":"b"}',
    );
  });

  test.each([
    ['a line break', "'a\\r\\nX-Injected: 1'"],
    ['a NUL', "'a\\0b'"],
    ['a character beyond Latin-1', "'\\u65e5'"],
  ])('cannot be a header with %s', async (_name, value) => {
    const asked = await connect([hook('preRequest', `done({request_vendor_headers: {'X-A': ${value}}})`)]);
    const answer = await asked.call('POST', '/things', { body: {} });
    expect([answer.status, answer.body.message, vendor.requests]).toEqual([
      500,
      'Script execution failed with message: the header X-A cannot be sent.',
      [],
    ]);
  });

  test('may name our addresses, which are filled behind it', async () => {
    const asked = await connect([hook('preRequest', "done({request_vendor_body: {url: '{webhookCallbackUrl}'}})")]);
    await asked.call('POST', '/things', { body: {} });
    expect(JSON.parse(vendor.requests[0]?.text ?? '').url).toMatch(/^http.*\/events\//);
  });
});
