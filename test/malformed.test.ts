// biome-ignore-all lint/suspicious/noTemplateCurlyInString: placeholders are among the malformed texts
// A thousand malformed requests, made from every route's own schema: never a 5xx, never a hang, always the error body.

import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import fc from 'fast-check';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { credentials, type Platform, startPlatform } from './support/platform.ts';
import { type RawAnswer, requestBytes, sendBytes } from './support/raw-http.ts';

const requests = 1000;
const seed = Number(process.env['MALFORMED_SEED'] ?? 20_261_122);
const basePath = '/elements/api-v2';

interface Schema {
  type?: string;
  properties?: Record<string, Schema>;
  items?: Schema;
  anyOf?: Schema[];
  enum?: unknown[];
}
interface Operation {
  method: string;
  path: string;
  query: string[];
  body: Schema | undefined;
}
interface Attempt {
  method: string;
  target: string;
  headers: [string, string][];
  body: string | undefined;
}

let vendor: Server;
let platform: Platform;
let elementToken: string;
let operations: Operation[];

beforeAll(async () => {
  vendor = createServer((request, response) => {
    request.resume();
    response.writeHead(request.method === 'GET' ? 200 : 400, { 'content-type': 'application/json' });
    response.end(request.method === 'GET' ? '{}' : '{"error":"invalid_request"}');
  });
  await new Promise<void>((resolve) => vendor.listen(0, '127.0.0.1', resolve));
  const { port } = vendor.address() as AddressInfo;
  platform = await startPlatform({ routes: { '*': `http://127.0.0.1:${port}/{host}` } });
  operations = await readOperations();
  await provision();
});
afterAll(async () => {
  await platform?.close();
  vendor?.close();
});

/** Every operation that the server describes. */
async function readOperations(): Promise<Operation[]> {
  const document = await (await fetch(`${platform.url}/openapi.json`)).json();
  const { paths } = document as { paths: Record<string, Record<string, OpenApiOperation>> };
  return Object.entries(paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, { parameters = [], requestBody }]) => ({
      method: method.toUpperCase(),
      path,
      query: parameters.filter((parameter) => parameter.in === 'query').map((parameter) => parameter.name),
      body: requestBody?.content?.['application/json']?.schema,
    })),
  );
}
interface OpenApiOperation {
  parameters?: { in: string; name: string }[];
  requestBody?: { content?: Record<string, { schema: Schema }> };
}

/** An instance whose element token the requests carry. */
async function provision(): Promise<void> {
  const { body: elements } = await platform.call('GET', '/elements');
  const element = elements.find((one: { authentication: { type: string } }) => one.authentication.type === 'oauth2');
  const { body: detail } = await platform.call('GET', `/elements/${element.key}`);
  const settings: { key: string; required?: boolean; internal?: boolean }[] = detail.configuration;
  const required = settings.filter((setting) => setting.required === true && setting.internal !== true);
  const created = await platform.call('POST', `/elements/${element.key}/instances`, {
    body: {
      name: 'malformed',
      externalAuthentication: 'initial',
      configuration: { ...Object.fromEntries(required.map(({ key }) => [key, 'x'])), 'oauth.user.token': 'token' },
    },
  });
  expect(created.body).toMatchObject({ token: expect.any(String) });
  elementToken = created.body.token;
}

const nastyText = fc.oneof(
  fc.constantFrom(
    '',
    ' ',
    '\u0000',
    'a\u0000b',
    '\ud800',
    'x\udfffy',
    '\ufeff',
    '__proto__',
    'constructor',
    'toString',
    '-1',
    '0',
    '1',
    '9007199254740993',
    '99999999999999999999999999',
    '1e400',
    '-1e-400',
    '0x10',
    'NaN',
    'Infinity',
    'null',
    'true',
    '[]',
    '{}',
    '../../etc/passwd',
    "'; drop table users; --",
    '%',
    '%_\\',
    '${jndi:ldap://x}',
    '{oauth.api.secret}',
    '<a href="x">y</a>',
    'a\r\nSet-Cookie: x=1',
    'admin@example.test',
    "name = 'x' and",
    "key = 'x' or (id > 1",
    '2024-13-45',
    '😀'.repeat(40),
  ),
  fc.string({ unit: 'binary' }),
  fc.string(),
);
const hugeText = fc.constantFrom(2_000, 20_000, 200_000).map((length) => 'A'.repeat(length));
const deep = (depth: number, open: string, close: string) => open.repeat(depth) + close.repeat(depth);

/** JSON of any kind, with members that mean trouble. */
const anyJson: fc.Arbitrary<unknown> = fc.letrec<{ value: unknown }>((tie) => ({
  value: fc.oneof(
    { depthSize: 'small', withCrossShrink: true },
    fc.oneof(
      nastyText,
      hugeText,
      fc.constantFrom(null, true, false, 0, -1, 1.5, 1e308, -(2 ** 53), 2 ** 63, 4_294_967_296),
    ),
    fc.array(tie('value'), { maxLength: 4 }),
    fc.dictionary(nastyText, tie('value'), { maxKeys: 4 }),
  ),
})).value;

/** A value that a schema describes, or nearly. */
function nearly(schema: Schema): fc.Arbitrary<unknown> {
  return fc.oneof({ weight: 4, arbitrary: like(schema) }, { weight: 1, arbitrary: anyJson });
}
function like(schema: Schema): fc.Arbitrary<unknown> {
  if (schema.anyOf !== undefined) return fc.oneof(...schema.anyOf.map(like));
  if (schema.enum !== undefined) return fc.constantFrom(...schema.enum);
  if (schema.type === 'object') {
    const members = Object.entries(schema.properties ?? {}).map(([name, member]) => [name, nearly(member)] as const);
    const known = fc.record(Object.fromEntries(members), { requiredKeys: [] });
    return fc.tuple(known, fc.dictionary(nastyText, anyJson, { maxKeys: 2 })).map(([a, b]) => ({ ...b, ...a }));
  }
  if (schema.type === 'array') return fc.array(nearly(schema.items ?? {}), { maxLength: 4 });
  if (schema.type === 'integer' || schema.type === 'number') return fc.oneof(fc.integer(), fc.double());
  if (schema.type === 'boolean') return fc.boolean();
  if (schema.type === 'string') return fc.oneof(nastyText, fc.emailAddress(), fc.string({ minLength: 8 }));
  return anyJson;
}

/** Percent-encodes byte by byte, so that lone surrogates and NUL can be sent, too. */
function encode(text: string): string {
  const wellFormed = text.isWellFormed() ? Buffer.from(text, 'utf8') : Buffer.from([0xed, 0xa0, 0x80]);
  return [...wellFormed].map((byte) => `%${byte.toString(16).padStart(2, '0')}`).join('');
}
const encoded = fc.oneof(
  { weight: 6, arbitrary: nastyText.map(encode) },
  {
    weight: 1,
    arbitrary: fc.constantFrom('%', '%zz', '%c3%28', '%ff%fe', '%u0041', '%00', '+', ';', '%2f%2e%2e', '..'),
  },
  { weight: 1, arbitrary: fc.constantFrom('A'.repeat(900), 'A'.repeat(5000), encode('é'.repeat(600))) },
);

const authorization = fc.oneof(
  { weight: 4, arbitrary: fc.constantFrom('administrator') },
  { weight: 2, arbitrary: fc.constantFrom('element') },
  {
    weight: 1,
    arbitrary: fc.constantFrom(
      'none',
      'User',
      'User ,Organization ',
      'User x, User y',
      'Element',
      'Element x',
      'Bearer x',
      'Bearer',
      'Basic YTpi',
      ',,,,',
      `User ${'x'.repeat(8000)}`,
      'User \u00ff\u00fe, Organization \u0001',
      '\ttab\t',
    ),
  },
);
const contentType = fc.oneof(
  { weight: 8, arbitrary: fc.constant('application/json') },
  {
    weight: 1,
    arbitrary: fc.constantFrom(
      'text/plain',
      'application/xml',
      'multipart/form-data',
      'application/x-www-form-urlencoded',
      'application/json; charset=utf-16',
      'nonsense',
      '/',
      'application/json;;;=',
      '',
    ),
  },
);
const brokenJson = fc.oneof(
  fc.constantFrom(
    '',
    ' ',
    '{',
    '[1,',
    'nul',
    "{'a':1}",
    '{"a":1,}',
    '\ufeff{}',
    '"text"',
    'null',
    '[]',
    '17',
    '{"__proto__":{"a":1}}',
    '{"constructor":{"prototype":{"a":1}}}',
    '{"configuration":{"__proto__":1}}',
    '{"name":"\\u0000"}',
    '{"name":"\\ud800"}',
    '{"name":1e999}',
    deep(100_000, '[', ']'),
    deep(20_000, '{"a":', '}').replace(':}', ':1}'),
    `{"configuration":${deep(5_000, '[', ']')}}`,
    `{"configuration":{"x":${deep(200_000, '[', ']')}},"element":{"key":"x"}}`,
    `{"name":"${'n'.repeat(3 * 1024 * 1024)}"}`,
  ),
  fc.string({ unit: 'binary' }),
);

function described(operation: Operation): fc.Arbitrary<Attempt> {
  const slots = operation.path.split('/');
  const path = fc.tuple(
    ...slots.map((slot) => {
      if (!slot.startsWith('{')) return fc.constant(slot);
      return fc.oneof(
        { weight: 2, arbitrary: fc.constantFrom('1', '2', '23', 'crm') },
        { weight: 3, arbitrary: encoded },
      );
    }),
  );
  const name = fc.oneof(
    { weight: 5, arbitrary: fc.constantFrom(...operation.query, 'where') },
    { weight: 1, arbitrary: fc.constantFrom('__proto__', 'constructor', 'a[b]', 'page[]', '%00', '%ff') },
  );
  const query = fc.array(fc.tuple(name, encoded), { maxLength: 4 });
  const given = operation.body === undefined ? anyJson : nearly(operation.body);
  const body = fc.oneof(
    { weight: 5, arbitrary: given.map((value) => JSON.stringify(value)) },
    { weight: 1, arbitrary: brokenJson },
    { weight: 1, arbitrary: fc.constant(undefined) },
  );
  return fc.record({ path, query, body, authorization, contentType }).map((made) => {
    const text = made.query.map(([key, value]) => `${key}=${value}`).join('&');
    const bodyless = operation.method === 'GET';
    return {
      method: operation.method,
      target: made.path.join('/') + (text === '' ? '' : `?${text}`),
      headers: [
        ['Authorization', made.authorization],
        ...(bodyless ? [] : ([['Content-Type', made.contentType]] as [string, string][])),
        ...(made.authorization === 'element' ? [] : ([['elements-user-password', 'x']] as [string, string][])),
      ],
      body: bodyless ? undefined : made.body,
    };
  });
}

const elsewhere: fc.Arbitrary<Attempt> = fc.record({
  method: fc.constantFrom('GET', 'POST', 'PUT', 'PATCH', 'DELETE', 'PROPFIND', 'TRACE', 'LINK', 'QUERY', 'BREW', 'get'),
  target: fc.oneof(
    fc.array(encoded, { maxLength: 4 }).map((parts) => `${basePath}/${parts.join('/')}`),
    fc.array(encoded, { maxLength: 4 }).map((parts) => `${basePath}/hubs/crm/${parts.join('/')}`),
    fc.constantFrom(
      '/',
      '//',
      '*',
      '/-/element-call/ping',
      '/%2D/element-call/ping',
      '/elements/api-v2',
      '/elements/api-v2//',
      'http://other.test/elements/api-v2/elements',
      'other.test:443',
      '/elements/api-v2/hubs/crm/%',
      `/${'a'.repeat(20_000)}`,
    ),
  ),
  headers: authorization.map((value): [string, string][] => [['Authorization', value]]),
  body: fc.constant(undefined),
});

const strangeHeaders: fc.Arbitrary<Attempt> = fc.record({
  method: fc.constantFrom('GET', 'POST', 'DELETE'),
  target: fc.constantFrom(`${basePath}/instances`, `${basePath}/elements`, `${basePath}/hubs/crm/ping`, '/health'),
  headers: fc.constantFrom<[string, string][]>(
    [['X-Huge', 'x'.repeat(40_000)]],
    Array.from({ length: 3000 }, (_, index): [string, string] => [`X-${index}`, 'x']),
    [['Content-Length', '-1']],
    [['Content-Length', '99999999999999999999']],
    [['Content-Length', 'abc']],
    [
      ['Content-Length', '4'],
      ['Transfer-Encoding', 'chunked'],
    ],
    [['Transfer-Encoding', 'chunked, identity']],
    [['Expect', 'the-unexpected']],
    [['Bad Name', 'x']],
    [['X-Nul', 'a\u0000b']],
    [['Upgrade', 'websocket']],
    [['Content-Encoding', 'gzip']],
    [['Host', 'a b c']],
    [['Host', '']],
    [['Accept', '\u0001']],
    [
      ['Access-Control-Request-Method', 'BREW'],
      ['Origin', 'null'],
    ],
  ),
  body: fc.constant('{}'),
});

const notHttp = fc.constantFrom(
  'GET / HTTP/9.9\r\n\r\n',
  'GET /elements/api-v2/elements HTTP/1.1\r\n\r\n',
  'GET\r\n\r\n',
  'hello\r\n\r\n',
  'CONNECT other.test:443 HTTP/1.1\r\nHost: x\r\n\r\n',
  'CONNECT / HTTP/1.1\r\nHost: x\r\n\r\n',
  'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n',
  '\u0016\u0003\u0001\u0002\u0000\u0001\u0000\u0001\u00fc\u0003\u0003',
  'POST /elements/api-v2/instances HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n',
  'GET /\u0000 HTTP/1.1\r\nHost: x\r\n\r\n',
  'GET /\u00e9 HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n',
  'OPTIONS * HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n',
);

async function send(attempt: Attempt): Promise<RawAnswer> {
  const headers = attempt.headers
    .map(([name, value]): [string, string] => {
      if (name !== 'Authorization') return [name, value];
      if (value === 'administrator') return [name, credentials()];
      return [name, value === 'element' ? credentials(elementToken) : value];
    })
    .filter(([name, value]) => name !== 'Authorization' || value !== 'none');
  if (attempt.target.includes('/authentication')) await platform.sql('delete from sign_in_failures');
  const answer = await sendBytes(
    platform.url,
    requestBytes(attempt.method, attempt.target, headers, attempt.body),
    10_000,
  );
  if (attempt.method === 'DELETE' && answer.status === 200) await provision();
  return answer;
}

function expectNoDefect(answer: RawAnswer): void {
  const logged = answer.status < 500 ? '' : platform.logs.filter((line) => line.includes('"err"')).at(-1);
  // Bulk has no place for files here, and says so.
  if (answer.status === 501) expect(answer.body).toContain('Bulk needs a place for its files');
  else expect(answer.status, `${answer.body}\n${logged}`).toBeLessThan(500);
  if (answer.status < 400) return;
  const body: unknown = JSON.parse(answer.body);
  expect(body).toMatchObject({ requestId: expect.stringMatching(/./), message: expect.stringMatching(/./) });
  expect(answer.headers.get('access-control-allow-origin')).toBe('*');
}

test(`${requests} malformed requests get an error that says why, or a success where the input happens to be fine`, async () => {
  console.info(`malformed requests: seed ${seed} (MALFORMED_SEED chooses another)`);
  const attempt = fc.oneof(
    { weight: 16, arbitrary: fc.constantFrom(...operations).chain(described) },
    { weight: 2, arbitrary: elsewhere },
    { weight: 1, arbitrary: strangeHeaders },
  );
  const statuses = new Map<number, number>();
  let sent = 0;
  await fc.assert(
    fc.asyncProperty(fc.oneof({ weight: 30, arbitrary: attempt }, { weight: 1, arbitrary: notHttp }), async (made) => {
      sent++;
      const answer =
        typeof made === 'string' ? await sendBytes(platform.url, Buffer.from(made, 'latin1')) : await send(made);
      statuses.set(answer.status, (statuses.get(answer.status) ?? 0) + 1);
      expectNoDefect(answer);
    }),
    { numRuns: requests, seed, endOnFailure: true },
  );
  expect(sent).toBe(requests);
  console.info('answers by status:', Object.fromEntries(statuses));
  expect(platform.logs.filter((line) => line.includes('unexpected error'))).toEqual([]);
  const refused = [...statuses].filter(([status]) => status >= 400).reduce((sum, [, count]) => sum + count, 0);
  expect(refused).toBeGreaterThan(requests / 2);
}, 120_000);

test.each([
  ['a NUL in a body', 'POST', '/authentication', '{"username":"a\\u0000","password":"x"}'],
  ['a NUL in a member name', 'PATCH', '/accounts/settings', '{"a\\u0000":1}'],
  ['a lone surrogate in a body', 'PATCH', '/accounts/settings', '{"a":["\\ud800"]}'],
  ['a NUL in a path', 'GET', '/users/%00', undefined],
  ['a NUL in a query', 'GET', '/instances?searchText=%00', undefined],
  ['an infinite id', 'GET', '/accounts/Infinity', undefined],
  ['a body nested too deeply', 'PATCH', '/accounts/settings', `{"a":${deep(100_000, '[', ']')}}`],
])('%s is refused with 400', async (_what, method, path, body) => {
  const headers: [string, string][] = [
    ['Authorization', credentials()],
    ['Content-Type', 'application/json'],
  ];
  const answer = await sendBytes(platform.url, requestBytes(method, basePath + path, headers, body));
  expect(answer.status, answer.body).toBe(400);
  expectNoDefect(answer);
});

test.each([
  ['no Host', 'GET /elements/api-v2/elements HTTP/1.1\r\nConnection: close\r\n\r\n', 400],
  ['CONNECT', 'CONNECT other.test:443 HTTP/1.1\r\nHost: x\r\n\r\n', 405],
  ['an expectation nobody knows', 'GET /health HTTP/1.1\r\nHost: x\r\nConnection: close\r\nExpect: more\r\n\r\n', 417],
  ['a path that cannot be decoded', 'GET /% HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n', 400],
])('a request with %s gets the error body, too', async (_what, bytes, status) => {
  const answer = await sendBytes(platform.url, bytes);
  expect(answer.status, answer.body).toBe(status);
  expectNoDefect(answer);
});
