// biome-ignore-all lint/suspicious/noTemplateCurlyInString: placeholders are what is tested
// Every parameter takes its value from one place of the caller's request and puts it at one place of the vendor's.

import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { receivedForm, sendToElement } from '../support/element-request.ts';
import { type Platform, startPlatform } from '../support/platform.ts';
import {
  connectTestElement,
  type RecordedRequest,
  type RecordingVendor,
  startRecordingVendor,
  type TestElement,
  type TestInstance,
} from '../support/recording-vendor.ts';

let vendor: RecordingVendor;
let platform: Platform;

beforeAll(async () => {
  vendor = await startRecordingVendor();
  platform = await startPlatform({ environment: { VALENCE_EGRESS: 'any' } });
});

afterAll(async () => {
  await platform.close();
  await vendor.close();
});

beforeEach(() => {
  vendor.requests.length = 0;
  vendor.reply = () => ({ body: { ok: true } });
});

const connect = (element: TestElement, settings: Record<string, unknown> = {}) =>
  connectTestElement(platform, vendor, element, settings);

function last(): RecordedRequest {
  const request = vendor.requests.at(-1);
  if (request === undefined) throw new Error('The vendor was sent nothing');
  return request;
}

const text = 'a & é/1';
const record = { a: text };

interface Source {
  /** what the parameter is called on the caller's side */
  name: string;
  /** what stands there */
  value: unknown;
  send(instance: TestInstance, path: string): Promise<{ status: number }>;
}

const post = (instance: TestInstance, path: string, body: unknown = {}) => instance.call('POST', path, { body });
const form = (fields: Record<string, string>) => {
  const data = new FormData();
  for (const [name, value] of Object.entries(fields)) data.append(name, value);
  return data;
};

const sources: Record<string, Source> = {
  query: { name: 'given', value: text, send: (i, path) => i.call('POST', `${path}?given=${encodeURIComponent(text)}`) },
  path: { name: 'given', value: text, send: (i, path) => i.call('POST', `${path}/${encodeURIComponent(text)}`) },
  body: { name: 'body', value: record, send: (i, path) => post(i, path, record) },
  bodyField: { name: 'deep.given', value: text, send: (i, path) => post(i, path, { deep: { given: text } }) },
  value: { name: text, value: text, send: (i, path) => i.call('POST', path) },
  configuration: { name: 'kept.setting', value: text, send: (i, path) => i.call('POST', path) },
  header: { name: 'X-Given', value: text, send: (i, path) => i.call('POST', path, { headers: { 'x-given': text } }) },
  multipart: {
    name: 'given',
    value: text,
    send: (i, path) => sendToElement(platform, i, 'POST', path, form({ given: text })),
  },
  form: {
    name: 'given',
    value: text,
    send: (i, path) => sendToElement(platform, i, 'POST', path, new URLSearchParams({ given: text })),
  },
  prevBody: { name: 'body', value: record, send: (i, path) => i.call('POST', `${path}/first`) },
  prevBodyField: { name: 'deep.given', value: text, send: (i, path) => i.call('POST', `${path}/first`) },
};

interface Target {
  vendorPath?: string;
  vendorName?: string;
  /** further parameters that the place needs */
  beside?: Record<string, unknown>[];
  /** what the vendor got, or what was kept */
  received(request: RecordedRequest, instance: TestInstance): unknown;
  /** what it should be */
  expected(value: unknown): unknown;
}

const asText = (value: unknown) => (typeof value === 'string' ? value : JSON.stringify(value));

const targets: Record<string, Target> = {
  query: { received: ({ query }) => [...query], expected: (value) => [['target', asText(value)]] },
  path: {
    vendorPath: '/v/{target}/end',
    received: ({ url }) =>
      url
        .replace(/^\/v\/|\/end$/g, '')
        .split('/')
        .map(decodeURIComponent)
        .join('/'),
    expected: asText,
  },
  body: { received: ({ text: body }) => body, expected: asText },
  header: {
    received: ({ headers }) => headers['target'],
    expected: asText,
  },
  bodyToken: {
    beside: [{ type: 'value', name: '{"t":"{target}","n":1}', vendorType: 'body', vendorName: 'body' }],
    received: ({ text: body }) => JSON.parse(body),
    expected: (value) => ({ t: asText(value), n: 1 }),
  },
  form: {
    received: ({ text: body, headers }) => [headers['content-type'], [...new URLSearchParams(body)]],
    expected: (value) => ['application/x-www-form-urlencoded', [['target', asText(value)]]],
  },
  'no-op': {
    received: ({ url, body, headers }) => [url, body.length, headers['target']],
    expected: () => ['/v', 0, undefined],
  },
  bodyField: {
    vendorName: 'deep.target',
    received: ({ text: body }) => JSON.parse(body),
    expected: (value) => ({ deep: { target: value } }),
  },
  multipart: {
    received: async (request) => [...(await receivedForm(request))],
    expected: (value) => [['target', asText(value)]],
  },
  configuration: {
    vendorName: 'kept.target',
    received: async (_request, { id }) => {
      const { body } = await platform.call('GET', `/instances/${id}/configuration`);
      return body.find(({ key }: { key: string }) => key === 'kept.target')?.propertyValue;
    },
    expected: asText,
  },
};

const combinations = Object.keys(sources).flatMap((from) => Object.keys(targets).map((to) => [from, to] as const));

/** An element with one combination, and its chain's first resource. */
function elementOf(
  from: string,
  to: string,
): { parameters: Record<string, unknown>[]; resources: Record<string, unknown>[] } {
  const { name } = sources[from] as Source;
  const { vendorPath = '/v', vendorName = 'target', beside = [] } = targets[to] as Target;
  const path = `/hubs/general/${from}-to-${to}`;
  const parameters = [{ type: from, name, vendorType: to, vendorName, source: 'request' }];
  const resource = { method: 'POST', path: from === 'path' ? `${path}/{given}` : path, vendorPath, parameters: beside };
  const first = { method: 'POST', path: `${path}/first`, vendorPath: '/first', nextResource: `POST:${path}` };
  return { parameters, resources: from.startsWith('prev') ? [first, resource] : [resource] };
}

async function expectArrival(instance: TestInstance, from: string, to: string): Promise<void> {
  const { send, value } = sources[from] as Source;
  const { received, expected } = targets[to] as Target;
  vendor.reply = () => ({ body: from === 'prevBody' ? record : { deep: { given: text } } });
  expect(await send(instance, `/${from}-to-${to}`)).toMatchObject({ status: 200 });
  expect(await received(last(), instance)).toEqual(expected(value));
}

describe('a parameter of the resource', () => {
  let instance: TestInstance;
  beforeAll(async () => {
    const resources = combinations.flatMap(([from, to]) => {
      const element = elementOf(from, to);
      return element.resources.map((resource) => {
        const beside = resource['parameters'];
        return Array.isArray(beside) ? { ...resource, parameters: [...element.parameters, ...beside] } : resource;
      });
    });
    instance = await connect({ configuration: [{ key: 'kept.setting' }], resources }, { 'kept.setting': text });
  });

  test.each(combinations)('goes from %s to %s', async (from, to) => {
    await expectArrival(instance, from, to);
  });
});

describe('a parameter of the element', () => {
  test.each(combinations)('goes from %s to %s', async (from, to) => {
    const instance = await connect(
      { configuration: [{ key: 'kept.setting' }], ...elementOf(from, to) },
      { 'kept.setting': text },
    );
    await expectArrival(instance, from, to);
  });
});

describe('a parameter of the resource overrides that of the element', () => {
  const parameters = [
    { type: 'value', name: 'element', vendorType: 'query', vendorName: 'version' },
    { type: 'value', name: 'element', vendorType: 'header', vendorName: 'X-Version' },
    { type: 'value', name: '{"from":"element","a":1}', vendorType: 'body', vendorName: 'body' },
  ];
  const resource = (path: string, own: Record<string, unknown>[]) => ({
    method: 'POST',
    path: `/hubs/general/${path}`,
    vendorPath: '/v',
    parameters: own,
  });
  let instance: TestInstance;
  beforeAll(async () => {
    instance = await connect({
      parameters,
      resources: [
        resource('none', []),
        resource('query', [{ type: 'value', name: 'own', vendorType: 'query', vendorName: 'version' }]),
        resource('header', [{ type: 'value', name: 'own', vendorType: 'header', vendorName: 'x-version' }]),
        resource('body', [{ type: 'value', name: '{"from":"own"}', vendorType: 'body', vendorName: 'body' }]),
        resource('other-place', [{ type: 'value', name: 'own', vendorType: 'form', vendorName: 'version' }]),
        resource('ungiven', [{ type: 'query', name: 'version', vendorType: 'query', vendorName: 'version' }]),
      ],
    });
  });

  test.each([
    ['none', 'version=element', 'element', { from: 'element', a: 1 }],
    ['query', 'version=own', 'element', { from: 'element', a: 1 }],
    ['header', 'version=element', 'own', { from: 'element', a: 1 }],
    ['body', 'version=element', 'element', { from: 'own' }],
    ['ungiven', '', 'element', { from: 'element', a: 1 }],
  ])('%s', async (path, query, header, body) => {
    await instance.call('POST', `/${path}`);
    expect(String(last().query)).toBe(query);
    expect(last().headers['x-version']).toBe(header);
    expect(JSON.parse(last().text)).toEqual(body);
  });

  test('only where the place is the same, too', async () => {
    await instance.call('POST', '/other-place');
    expect([String(last().query), last().text]).toEqual(['version=element', 'version=own']);
  });
});

describe('what is required', () => {
  const required = (type: string, name: string, vendorType = 'query', rest = {}) => ({
    type,
    name,
    vendorType,
    vendorName: `v-${name}`,
    required: true,
    ...rest,
  });

  test('is named at once when it is missing, and nothing is sent', async () => {
    const instance = await connect({
      resources: [
        {
          method: 'POST',
          path: '/hubs/general/strict',
          vendorPath: '/v',
          parameters: [
            required('query', 'q'),
            required('header', 'X-H', 'header'),
            required('bodyField', 'a.b', 'bodyField'),
            required('form', 'f', 'form'),
            required('body', 'body', 'body'),
            required('query', 'where', 'query', { converter: 'toODataFilter' }),
          ],
        },
      ],
    });
    const answer = await instance.call('POST', '/strict');
    expect(answer.status).toBe(400);
    expect(answer.body.message).toBe(
      'query q is required; header X-H is required; body member a.b is required; form field f is required; ' +
        'body body is required; query where is required.',
    );
    expect(vendor.requests).toEqual([]);
  });

  test('is missing when it is empty or null', async () => {
    const instance = await connect({
      resources: [
        {
          method: 'POST',
          path: '/hubs/general/strict',
          vendorPath: '/v',
          parameters: [required('query', 'q'), required('bodyField', 'a', 'bodyField')],
        },
      ],
    });
    const answer = await instance.call('POST', '/strict?q=', { body: { a: null } });
    expect([answer.status, answer.body.message]).toEqual([400, 'query q is required; body member a is required.']);
    expect(vendor.requests).toEqual([]);
  });

  test('what is not required is left out: parameter, header and body', async () => {
    const instance = await connect({
      resources: [
        {
          method: 'POST',
          path: '/hubs/general/lax',
          vendorPath: '/v',
          parameters: [
            { type: 'query', name: 'q', vendorType: 'query', vendorName: 'q' },
            { type: 'header', name: 'X-H', vendorType: 'header', vendorName: 'X-H' },
            { type: 'bodyField', name: 'a', vendorType: 'bodyField', vendorName: 'a' },
            { type: 'configuration', name: 'no.such', vendorType: 'query', vendorName: 'c', required: true },
            { type: 'body', name: 'body', vendorType: 'body', vendorName: 'body' },
            { type: 'multipart', name: 'file', vendorType: 'multipart', vendorName: 'file' },
          ],
        },
      ],
    });
    expect((await instance.call('POST', '/lax?undeclared=1')).status).toBe(200);
    expect([last().url, last().body.length, last().headers['x-h'], last().headers['content-type']]).toEqual([
      '/v',
      0,
      undefined,
      undefined,
    ]);
  });
});

describe('a number', () => {
  let instance: TestInstance;
  beforeAll(async () => {
    const number = (name: string, dataType: string) => [
      { type: 'query', name, vendorType: 'query', vendorName: name, dataType },
      { type: 'query', name, vendorType: 'bodyField', vendorName: name, dataType },
    ];
    instance = await connect({
      resources: [
        {
          method: 'POST',
          path: '/hubs/general/numbers',
          vendorPath: '/v',
          parameters: [...number('n', 'integer'), ...number('m', 'number'), ...number('t', 'string')],
        },
      ],
    });
  });

  test('is sent as one', async () => {
    await instance.call('POST', '/numbers?n=12&m=1.5&t=12');
    expect(JSON.parse(last().text)).toEqual({ n: 12, m: 1.5, t: '12' });
    expect(String(last().query)).toBe('n=12&m=1.5&t=12');
  });

  test.each(['abc', '12abc', '1e999', 'NaN', '--1'])('is refused when it is none: %s', async (n) => {
    const answer = await instance.call('POST', `/numbers?n=${n}`);
    expect([answer.status, answer.body.message]).toEqual([400, expect.stringContaining('n must be a number')]);
    expect(vendor.requests).toEqual([]);
  });
});

test('a query parameter that comes twice is sent twice', async () => {
  const parameters = [{ type: 'query', name: 'tag', vendorType: 'query', vendorName: 'label' }];
  const instance = await connect({
    resources: [{ method: 'POST', path: '/hubs/general/tags', vendorPath: '/v', parameters }],
  });
  await instance.call('POST', '/tags?tag=a&tag=b%26c');
  expect(last().url).toBe('/v?label=a&label=b%26c');
});

describe('placeholders', () => {
  const settings = { site: 'acme', organization: 'org/one', 'oauth.api.key': 'key-of-app' };
  const resource = (vendorPath: string, parameters: Record<string, unknown>[] = []) => ({
    method: 'POST',
    path: '/hubs/general/things/{id}',
    vendorPath,
    parameters,
  });
  const send = async (vendorPath: string, parameters?: Record<string, unknown>[], path = '/things/7') => {
    const configuration = Object.keys(settings).map((key) => ({ key }));
    const instance = await connect({ configuration, resources: [resource(vendorPath, parameters)] }, settings);
    expect((await instance.call('POST', path, { body: { given: 'of body', deep: { er: 'er' } } })).status).toBe(200);
    return last();
  };

  test.each([
    ['/v/{id}', '/v/7', 'the path variable of the same name, though no parameter binds it'],
    ['/v/{:id}', '/v/7', 'the same written with a colon'],
    ['/v/{site}/{id}', '/v/acme/7', 'a setting, where no path variable has the name'],
    ['/v/${configuration.site}', '/v/acme', 'a setting by its whole name'],
    ['/v/${site}', '/v/acme', 'a setting by its short name'],
    ['/v/{organization}', '/v/org/one', 'a setting of several path segments'],
    ['/v?site={site}&id={id}', '/v?site=acme&id=7', 'in the query of a path'],
    ['/v/{oauth.api.key}', '/v/key-of-app', 'a secret that the definition asks for'],
  ])('%s is %s: %s', async (vendorPath, url) => {
    expect((await send(vendorPath)).url).toBe(url);
  });

  test('what nothing fills stays as it is written', async () => {
    const parameters = [
      { type: 'value', name: 'a {nothing} ${configuration.nothing}', vendorType: 'query', vendorName: 'q' },
      { type: 'value', name: '{nothing}', vendorType: 'header', vendorName: 'X-H' },
      { type: 'value', name: '{"a":"{nothing}"}', vendorType: 'body', vendorName: 'body' },
    ];
    const request = await send('/v/{nothing}', parameters);
    expect(decodeURIComponent(request.path)).toBe('/v/{nothing}');
    expect(request.query.get('q')).toBe('a {nothing} ${configuration.nothing}');
    expect(request.headers['x-h']).toBe('{nothing}');
    expect(JSON.parse(request.text)).toEqual({ a: '{nothing}' });
  });

  test('a value is a template: of settings, path variables and bodyTokens, in every place', async () => {
    const template = '{site}/${configuration.site}/{id}/{token}';
    const parameters = ['query', 'header', 'form', 'bodyField'].map((vendorType) => ({
      type: 'value',
      name: template,
      vendorType,
      vendorName: 'X-T',
    }));
    const token = { type: 'query', name: 'q', vendorType: 'bodyToken', vendorName: 'token' };
    const request = await send('/v', [...parameters.slice(0, 3), token], '/things/7?q=x');
    const expected = 'acme/acme/7/x';
    expect([request.query.get('X-T'), request.headers['x-t'], new URLSearchParams(request.text).get('X-T')]).toEqual([
      expected,
      expected,
      expected,
    ]);
    const second = await send('/v', [parameters[3] ?? {}, token], '/things/7?q=x');
    expect(JSON.parse(second.text)).toEqual({ 'X-T': expected });
  });

  test('a whole body as bodyToken gives its members to the template, by dotted paths', async () => {
    const parameters = [
      { type: 'body', name: 'body', vendorType: 'bodyToken', vendorName: 'body' },
      { type: 'value', name: '<a>{given}<b>{deep.er}</b></a>', vendorType: 'body', vendorName: 'body' },
    ];
    const request = await send('/v', parameters);
    expect(request.text).toBe('<a>of body<b>er</b></a>');
    expect(request.headers['content-type']).toMatch(/xml/);
  });

  test('members of the body fill no placeholder unless the definition makes the body their source', async () => {
    const request = await send('/v', [
      { type: 'value', name: '<a>{given}</a>', vendorType: 'body', vendorName: 'body' },
    ]);
    expect(request.text).toBe('<a>{given}</a>');
  });

  test('a parameter wins over the path variable of its name', async () => {
    const parameters = [{ type: 'query', name: 'q', vendorType: 'path', vendorName: 'id' }];
    expect((await send('/v/{id}', parameters, '/things/7?q=other')).url).toBe('/v/other');
  });
});

test.each(['{{webhookCallbackUrl}}', '{webhookCallbackUrl}', '${webhookCallbackUrl}'])(
  '%s is the address for events of this instance, wherever it stands',
  async (placeholder) => {
    const parameters = [
      { type: 'value', name: placeholder, vendorType: 'query', vendorName: 'q' },
      { type: 'value', name: placeholder, vendorType: 'header', vendorName: 'X-H' },
      { type: 'value', name: `{"hook":"${placeholder}"}`, vendorType: 'body', vendorName: 'body' },
    ];
    const instance = await connect({
      resources: [{ method: 'POST', path: '/hubs/general/webhooks', vendorPath: '/v', parameters }],
    });
    await instance.call('POST', '/webhooks');
    const { hook } = JSON.parse(last().text);
    expect(hook).toMatch(new RegExp(`^http.*/elements/api-v2/events/${instance.elementKey}/[\\w-]+$`));
    expect([last().query.get('q'), last().headers['x-h']]).toEqual([hook, hook]);
  },
);

describe('CE.b64', () => {
  const expression = 'Basic CE.b64(${configuration.username}:${configuration.password})';
  const shapes: [string, Record<string, unknown>][] = [
    ['as a value', { type: 'value', name: expression, vendorType: 'header', vendorName: 'Authorization' }],
    ['in the reversed shape', { type: 'header', name: 'Authorization', vendorType: 'value', vendorName: expression }],
  ];
  const passwords = ['simple', 'a)b', '))', '(', '"\'`', 'pä$wörd…', '${configuration.username}', 'CE.b64(x)', ' a b '];

  test.each(shapes.flatMap(([name, parameter]) => passwords.map((password) => [name, password, parameter] as const)))(
    '%s, with the password %j',
    async (_name, password, parameter) => {
      const instance = await connect(
        {
          configuration: [{ key: 'username' }, { key: 'password', type: 'PASSWORD' }],
          parameters: [parameter],
          resources: [{ method: 'GET', path: '/hubs/general/things', vendorPath: '/v' }],
        },
        { username: 'jürgen@x.test', password },
      );
      await instance.call('GET', '/things');
      const [scheme, encoded = ''] = String(last().headers.authorization).split(' ');
      expect([scheme, Buffer.from(encoded, 'base64').toString()]).toEqual(['Basic', `jürgen@x.test:${password}`]);
    },
  );
});

test('a header parameter never carries the credentials of this platform to a vendor', async () => {
  const parameters = ['Authorization', 'authorization', 'Cookie'].map((name) => ({
    type: 'header',
    name,
    vendorType: 'query',
    vendorName: `q-${name}`,
  }));
  const instance = await connect({
    resources: [{ method: 'POST', path: '/hubs/general/things', vendorPath: '/v', parameters }],
  });
  expect((await instance.call('POST', '/things')).status).toBe(200);
  expect(last().url).toBe('/v');
});

describe('a parameter of the answer', () => {
  const response = (type: string, name: string, vendorType: string, vendorName: string) => ({
    type,
    name,
    vendorType,
    vendorName,
    source: 'response',
  });
  const parameters = [
    response('configuration', 'kept.id', 'body', 'data.id'),
    response('configuration', 'kept.field', 'bodyField', 'data.deep.field'),
    response('configuration', 'kept.header', 'header', 'X-Kept'),
    response('configuration', 'kept.token', 'bodyToken', 'data.token'),
    response('configuration', 'kept.object', 'body', 'data.object'),
    response('configuration', 'kept.missing', 'body', 'data.missing'),
    response('body', 'data.reversed', 'configuration', 'kept.reversed'),
  ];
  const configurationOf = async ({ id }: TestInstance) => {
    const { body } = await platform.call('GET', `/instances/${id}/configuration`);
    return Object.fromEntries(
      body.map(({ key, propertyValue }: { key: string; propertyValue: unknown }) => [key, propertyValue]),
    );
  };

  test('is kept in the configuration, a secret one masked, and used by the next call', async () => {
    const instance = await connect({
      configuration: [{ key: 'kept.missing', defaultValue: 'as before' }],
      resources: [
        { method: 'POST', path: '/hubs/general/keep', vendorPath: '/keep', rootKey: '|data', parameters },
        {
          method: 'GET',
          path: '/hubs/general/use',
          vendorPath: '/use/{kept.id}',
          parameters: [{ type: 'configuration', name: 'kept.token', vendorType: 'header', vendorName: 'X-Token' }],
        },
      ],
    });
    const data = { id: 12, deep: { field: 'f' }, token: 'sekret', object: { a: [1] }, reversed: 'r' };
    vendor.reply = () => ({ headers: { 'x-kept': 'h' }, body: { data } });
    expect((await instance.call('POST', '/keep')).status).toBe(200);
    expect(await configurationOf(instance)).toMatchObject({
      'kept.id': '12',
      'kept.field': 'f',
      'kept.header': 'h',
      'kept.token': '********',
      'kept.object': '{"a":[1]}',
      'kept.missing': 'as before',
      'kept.reversed': 'r',
    });
    await instance.call('GET', '/use');
    expect([last().url, last().headers['x-token']]).toEqual(['/use/12', 'sekret']);
    const stored = await platform.sql('select * from instances where id = $1', [instance.id]);
    expect(JSON.stringify(stored)).not.toContain('sekret');
  });

  test('of a refused call is not kept', async () => {
    const instance = await connect({
      configuration: [{ key: 'kept.id' }],
      resources: [{ method: 'POST', path: '/hubs/general/keep', vendorPath: '/keep', rootKey: '|data', parameters }],
    });
    vendor.reply = () => ({ status: 422, body: { data: { id: 12 } } });
    expect((await instance.call('POST', '/keep')).status).toBe(422);
    expect((await configurationOf(instance))['kept.id'] ?? null).toBe(null);
  });
});

describe('the address', () => {
  const joined: [base: string, vendorPath: string | undefined, url: string][] = [
    ['/base', '/p', '/base/p'],
    ['/base/', '/p', '/base/p'],
    ['/base/', 'p', '/base/p'],
    ['/base', 'p', '/base/p'],
    ['/base//', '//p', '/base/p'],
    ['/base', '', '/base'],
    ['/base', undefined, '/base'],
    ['/base/', undefined, '/base/'],
    ['', '/p', '/p'],
    ['/base', '/p?a=1', '/base/p?a=1'],
    ['/base?key=k', '&function=f', '/base?key=k&function=f'],
    ['/base?key={API_KEY}', '&function={id}', '/base?key=the-key&function=7'],
    ['/base', '/p/{id}:promote', '/base/p/7:promote'],
    ['/base', '/@me', '/base/@me'],
    ['/base/{id}', '/p', '/base/7/p'],
    ['/base/{API_KEY}', '/p', '/base/the-key/p'],
  ];
  test.each(joined)('base %j and path %j make %j', async (base, vendorPath, url) => {
    const resource = {
      method: 'GET',
      path: '/hubs/general/things/{id}',
      ...(vendorPath === undefined ? {} : { vendorPath }),
    };
    const configuration = [{ key: 'base.url', defaultValue: vendor.url + base }, { key: 'API_KEY' }];
    const instance = await connect({ configuration, resources: [resource] }, { API_KEY: 'the-key' });
    expect((await instance.call('GET', '/things/7')).status).toBe(200);
    expect(last().url).toBe(url);
  });

  test('of an absolute path stands alone', async () => {
    const other = await startRecordingVendor();
    const configuration = [{ key: 'base.url', defaultValue: 'http://127.0.0.1:1/never' }];
    const resource = { method: 'GET', path: '/hubs/general/things/{id}', vendorPath: `${other.url}/x/{id}` };
    const instance = await connect({ configuration, resources: [resource] });
    expect((await instance.call('GET', '/things/7')).status).toBe(200);
    expect(other.requests.map(({ url }) => url)).toEqual(['/x/7']);
    await other.close();
  });

  test('takes query parameters behind those of its path', async () => {
    const parameters = [{ type: 'query', name: 'q', vendorType: 'query', vendorName: 'q' }];
    const resource = { method: 'GET', path: '/hubs/general/things', vendorPath: '/p?a=1', parameters };
    const instance = await connect({ resources: [resource] });
    await instance.call('GET', '/things?q=a%20b%26c');
    expect(last().url).toBe('/p?a=1&q=a%20b%26c');
  });
});

test.each([
  ['GET', 'POST'],
  ['PATCH', 'PUT'],
  ['DELETE', 'POST'],
  ['POST', 'GET'],
  ['PUT', 'PATCH'],
])('%s is sent as %s when the definition says so', async (method, vendorMethod) => {
  const instance = await connect({
    resources: [{ method, vendorMethod, path: '/hubs/general/things', vendorPath: '/v' }],
  });
  expect((await instance.call(method, '/things')).status).toBe(200);
  expect(last().method).toBe(vendorMethod);
});
