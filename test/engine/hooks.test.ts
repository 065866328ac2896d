// Hooks through calls: what scripts see, what their results change, and in which order they run.

import { createHash, createHmac } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { type Answer, type Platform, startPlatform } from '../support/platform.ts';
import {
  connectTestElement,
  type RecordedRequest,
  type RecordingVendor,
  startRecordingVendor,
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

interface Hooked {
  pre?: string;
  post?: string;
  elementPre?: string;
  elementPost?: string;
  legacy?: boolean;
  configuration?: Record<string, unknown>[];
  [member: string]: unknown;
}

const bodyParameter = { type: 'body', name: 'body', vendorType: 'body', vendorName: 'body' };

/** An instance whose `POST /things/{id}` and `GET /things` have these hooks. */
function connect(hooked: Hooked, settings: Record<string, unknown> = {}): Promise<TestInstance> {
  const { pre, post, elementPre, elementPost, legacy = false, configuration = [], ...members } = hooked;
  const hooksOf = (before: string | undefined, after: string | undefined) => [
    ...(before === undefined
      ? []
      : [{ type: 'preRequest', mimeType: 'application/javascript', body: before, isLegacy: legacy }]),
    ...(after === undefined
      ? []
      : [{ type: 'postRequest', mimeType: 'application/javascript', body: after, isLegacy: legacy }]),
  ];
  const hooks = hooksOf(pre, post);
  const resources = [
    { method: 'GET', path: '/hubs/general/things', vendorPath: '/things', hooks, ...members },
    {
      method: 'POST',
      path: '/hubs/general/things/{id}',
      vendorPath: '/things/{id}',
      parameters: [bodyParameter],
      hooks,
      ...members,
    },
  ];
  return connectTestElement(
    platform,
    vendor,
    { resources, hooks: hooksOf(elementPre, elementPost), configuration },
    settings,
  );
}
const get = (instance: TestInstance, path = '/things') => instance.call('GET', path);
function sent(): RecordedRequest {
  const request = vendor.requests.at(-1);
  if (request === undefined) throw new Error('The vendor was sent nothing');
  return request;
}
/** What a script gives when it runs before a call: the vendor is not asked. */
async function answerOf(script: string): Promise<Answer> {
  return get(await connect({ pre: script }));
}
const answering = (expression: string) => `done({continue: false, response_body: {value: ${expression}}});`;

test('hooks run in the order element, resource, vendor, resource, element', async () => {
  const step = (name: string) => `const path = request_vendor_path + '/${name}'; done({request_vendor_path: path});`;
  const after = (name: string) => `done({response_body: {steps: (response_body.steps || []).concat('${name}')}});`;
  const instance = await connect({
    elementPre: step('element'),
    pre: step('resource'),
    post: after('resource'),
    elementPost: after('element'),
  });
  const { body } = await get(instance);
  expect(sent().path).toBe('/things/element/resource');
  expect(body.steps).toEqual(['resource', 'element']);
});

describe('what a hook sees', () => {
  test('of the caller’s and the vendor’s request', async () => {
    const names = [
      'request_id request_method request_path request_path_variables request_parameters request_headers request_body',
      'request_body_map request_expression request_previous_response request_previous_response_headers request_root_key',
      'request_vendor_method request_vendor_path request_vendor_url request_vendor_headers request_vendor_parameters',
      'request_vendor_body request_vendor_body_map object_name response_root_key',
    ]
      .join(' ')
      .split(' ');
    const instance = await connect({
      pre: `done({continue: false, response_body: {${names.join(', ')}}});`,
      rootKey: 'thing|data',
      objectName: 'things',
      vendorMethod: 'PUT',
      configuration: [{ key: 'filter.response.nulls', defaultValue: 'false' }],
      parameters: [
        bodyParameter,
        { type: 'value', name: 'text/x', vendorType: 'header', vendorName: 'X-Kind' },
        { type: 'query', name: 'color', vendorType: 'query', vendorName: 'c' },
        { type: 'query', name: 'absent', vendorType: 'no-op', vendorName: 'absent' },
      ],
    });
    const { body: seen } = await instance.call('POST', `/things/12?color=red&where=${encodeURIComponent("a='b'")}`, {
      body: { name: 'x' },
      headers: { 'X-Own': 'mine' },
    });
    expect(seen).toMatchObject({
      request_id: expect.stringMatching(/./),
      request_method: 'POST',
      request_path: '/hubs/general/things/12',
      request_path_variables: { id: '12' },
      request_parameters: { id: '12', color: 'red', where: "a='b'", absent: null, page: null },
      request_headers: { 'x-own': 'mine' },
      request_body: '{"name":"x"}',
      request_body_map: { name: 'x' },
      request_expression: [{ attribute: 'a', operator: '=', value: 'b' }],
      request_previous_response: null,
      request_previous_response_headers: null,
      request_root_key: 'thing',
      request_vendor_method: 'PUT',
      request_vendor_path: '/things/12',
      request_vendor_url: vendor.url,
      request_vendor_headers: { 'X-Kind': 'text/x' },
      request_vendor_parameters: { c: 'red' },
      request_vendor_body: '{"thing":{"name":"x"}}',
      request_vendor_body_map: { thing: { name: 'x' } },
      object_name: 'things',
      response_root_key: 'data',
    });
    expect(seen.request_headers).not.toHaveProperty('authorization');
    expect(vendor.requests).toEqual([]);
  });

  test('of the vendor’s answer', async () => {
    const names = 'response_body response_body_map response_body_raw response_body_raw_map response_headers';
    const more = 'response_status_code response_iserror response_error_message';
    const seen = `${names} ${more}`.split(' ').map((name) => `${name}: ${name}`);
    const instance = await connect({ post: `done({response_body: {${seen.join(', ')}}});`, rootKey: '|data' });
    vendor.reply = () => ({ status: 203, body: { data: { a: 1 } }, headers: { 'X-Own': 'y' } });
    expect((await get(instance)).body).toMatchObject({
      response_body: { a: 1 },
      response_body_map: { a: 1 },
      response_body_raw: '{"data":{"a":1}}',
      response_body_raw_map: { data: { a: 1 } },
      response_headers: { 'x-own': 'y' },
      response_status_code: 203,
      response_iserror: false,
    });
  });

  test('what is not there is null, never undefined', async () => {
    const names =
      'request_body request_body_map request_expression response_body response_headers response_status_code events';
    const list = `[${names.split(' ').join(', ')}, request_parameters.where, configuration['no.default']]`;
    const instance = await connect({
      pre: answering(`${list}.every(function (one) { return one === null; })`),
      configuration: [{ key: 'no.default' }],
    });
    expect((await get(instance)).body).toEqual({ value: true });
  });

  test('values are those of its own realm, and may be assigned', async () => {
    const { body } = await answerOf(
      'request_body = [1]; ' +
        answering(
          '[request_parameters instanceof Object, request_vendor_headers.constructor === Object, Array.isArray(request_body)]',
        ),
    );
    expect(body.value).toEqual([true, true, true]);
  });
});

describe('done', () => {
  test.each<[string, string]>([
    ['the first call counts, later ones do not', `done({response_body: {n: 1}}); done({response_body: {n: 2}});`],
    ['what is thrown after it is ignored', `done({response_body: {n: 1}}); throw new Error('late');`],
    ['it may be called later', `setTimeout(function () { done({response_body: {n: 1}}); }, 5);`],
    ['it may be called by a promise', `Promise.resolve(1).then(function (n) { done({response_body: {n: n}}); });`],
  ])('%s', async (_, post) => {
    expect((await get(await connect({ post }))).body).toEqual({ n: 1 });
  });

  test.each(['done();', 'done({});', 'done(null);', '', 'if (response_iserror) done({});'])(
    '%s changes nothing',
    async (post) => {
      expect(await get(await connect({ post }))).toMatchObject({ status: 200, body: { ok: true } });
    },
  );

  test('a legacy hook returns what others give to done', async () => {
    const instance = await connect({ legacy: true, pre: `return {request_vendor_path: '/legacy'};` });
    await get(instance);
    expect(sent().path).toBe('/legacy');
  });

  test.each([`'text'`, '12', '[1]'])('%s is no result', async (value) => {
    const answer = await get(await connect({ post: `done(${value});` }));
    expect(answer).toMatchObject({
      status: 500,
      body: { message: expect.stringMatching(/^Script execution failed with message: /) },
    });
  });
});

describe('before the call', () => {
  const list = {
    parameters: [
      { type: 'value', name: 'one', vendorType: 'header', vendorName: 'X-Kept' },
      { type: 'value', name: 'two', vendorType: 'header', vendorName: 'X-Gone' },
      { type: 'query', name: 'kept', vendorType: 'query', vendorName: 'kept' },
      { type: 'query', name: 'gone', vendorType: 'query', vendorName: 'gone' },
      { type: 'query', name: 'changed', vendorType: 'query', vendorName: 'changed' },
    ],
  };

  test('headers are merged in any case of letters, and null takes one away', async () => {
    const pre = `done({request_vendor_headers: {'x-gone': null, 'x-KEPT': 'changed', 'X-New': 12, Accept: null}});`;
    await get(await connect({ pre, ...list }));
    expect(sent().headers).toMatchObject({ 'x-kept': 'changed', 'x-new': '12' });
    expect(sent().headers).not.toHaveProperty('x-gone');
  });

  test('parameters are merged, and null takes one away', async () => {
    const pre = `done({request_vendor_parameters: {gone: null, changed: 'new', more: ['a', 'b'], deep: {x: 1}, n: 5}});`;
    await get(await connect({ pre, ...list }), '/things?kept=1&gone=1&changed=1');
    expect(sent().query.toString()).toBe(
      new URLSearchParams([
        ['kept', '1'],
        ['changed', 'new'],
        ['more', 'a'],
        ['more', 'b'],
        ['deep', '{"x":1}'],
        ['n', '5'],
      ]).toString(),
    );
  });

  test.each<[string, string]>([
    [`{a: [1, {b: 'ü'}]}`, '{"a":[1,{"b":"ü"}]}'],
    [`'plain text'`, 'plain text'],
    ['[1, 2]', '[1,2]'],
    ['null', ''],
  ])('the body is replaced: %s', async (body, text) => {
    const instance = await connect({ pre: `done({request_vendor_body: ${body}});` });
    await instance.call('POST', '/things/1', { body: { old: true } });
    expect(sent().text).toBe(text);
  });

  test('a form is written from the object that a hook gives', async () => {
    const pre = `done({request_vendor_headers: {'Content-Type': 'application/x-www-form-urlencoded'}, request_vendor_body: {a: 'x y', b: 1}});`;
    await (await connect({ pre })).call('POST', '/things/1', { body: {} });
    expect(sent().text).toBe('a=x+y&b=1');
  });

  test('method, path and address are replaced', async () => {
    await get(
      await connect({ pre: `done({request_vendor_method: 'delete', request_vendor_path: '/elsewhere?x=1'});` }),
    );
    expect([sent().method, sent().url]).toEqual(['DELETE', '/elsewhere?x=1']);
    await get(await connect({ pre: `done({request_vendor_url: request_vendor_url + '/v2'});` }));
    expect(sent().path).toBe('/v2/things');
    await get(await connect({ pre: `done({request_vendor_path: '${vendor.url}/absolute'});` }));
    expect(sent().path).toBe('/absolute');
  });

  test('a header that cannot be sent is the script’s fault', async () => {
    const answer = await get(await connect({ pre: `done({request_vendor_headers: {'X-A': 'a\\r\\nX-B: b'}});` }));
    expect(answer).toMatchObject({ status: 500, body: { message: expect.stringContaining('X-A') } });
    expect(vendor.requests).toEqual([]);
  });

  test('continue: false answers in the vendor’s place; the hooks behind the call still run', async () => {
    const pre = `done({continue: false, response_body: {n: 1}, response_headers: {'X-Own': 'a'}, response_status_code: 201});`;
    const post =
      'done({response_body: {n: response_body.n + 1, own: response_headers["x-own"], status: response_status_code}});';
    expect(await get(await connect({ pre, post }))).toMatchObject({
      status: 200,
      body: { n: 2, own: 'a', status: 201 },
    });
    expect(vendor.requests).toEqual([]);
  });

  test('continue: false with an error refuses the call', async () => {
    const refusing = (result: string) => `done({continue: false, ${result}});`;
    expect(await get(await connect({ pre: refusing(`response_error: 'no date'`) }))).toMatchObject({
      status: 400,
      body: { message: 'no date' },
    });
    expect(
      await get(await connect({ pre: refusing(`response_status_code: 404, response_body: {message: 'none'}`) })),
    ).toMatchObject({
      status: 404,
      body: { providerMessage: 'none' },
    });
    expect(vendor.requests).toEqual([]);
  });
});

describe('after the call', () => {
  test('the body is replaced, and taken out of the root key again if the hook put it there', async () => {
    vendor.reply = () => ({ body: { data: [{ id: 1 }] } });
    const plain = await connect({ post: 'done({response_body: response_body.concat({id: 2})});', rootKey: '|data' });
    expect((await get(plain)).body).toEqual([{ id: 1 }, { id: 2 }]);
    const wrapped = await connect({ post: 'done({response_body: {data: [{id: 3}]}});', rootKey: '|data' });
    expect((await get(wrapped)).body).toEqual([{ id: 3 }]);
  });

  test('null is an answer without content', async () => {
    const answer = await get(await connect({ post: 'done({response_body: null});' }));
    expect([answer.status, answer.body ?? null]).toEqual([200, null]);
  });

  test('a status makes an error of a success', async () => {
    const answer = await get(
      await connect({ post: `done({response_status_code: 409, response_body: {message: 'twice'}});` }),
    );
    expect(answer).toMatchObject({ status: 409, body: { providerMessage: 'twice' } });
  });

  test('a status makes a success of an error', async () => {
    vendor.reply = () => ({ status: 404, body: { message: 'none' } });
    const post = 'done(response_iserror ? {response_status_code: 200, response_body: []} : {});';
    expect(await get(await connect({ post }))).toMatchObject({ status: 200, body: [] });
  });

  test.each<[string, number]>([
    [`response_error_message: 'told so'`, 400],
    [`response_error_message: 'told so', response_status_code: 409`, 409],
    [`response_error_message: 'told so', response_status_code: 200`, 400],
    [`response_error_message: 'told so', response_status_code: 999`, 400],
    [`response_error_message: 'told so', response_status_code: 'x'`, 400],
  ])('{%s} refuses the call with %i', async (result, status) => {
    const answer = await get(await connect({ post: `done({${result}});` }));
    expect(answer).toMatchObject({ status, body: { message: 'told so' } });
  });

  test.each([42, 999, -1])('the status %i, which is none, is 502', async (status) => {
    expect((await get(await connect({ post: `done({response_status_code: ${status}});` }))).status).toBe(502);
  });

  test('a vendor’s error passes a hook that does nothing', async () => {
    vendor.reply = () => ({ status: 422, body: { message: 'wrong' } });
    expect(await get(await connect({ post: 'done();' }))).toMatchObject({
      status: 422,
      body: { providerMessage: 'wrong' },
    });
  });
});

describe('configuration that a hook gives', () => {
  const counting = `done({continue: false, configuration: {counter: Number(configuration.counter) + 1, 'session.token': 'secret-' + configuration.counter}, response_body: {seen: configuration.counter, token: configuration['session.token'] || 'none'}});`;
  const settings = [
    { key: 'counter', defaultValue: '0' },
    { key: 'session.token', type: 'PASSWORD' },
  ];

  test('is kept, seen by the next call, and secret where the element says so', async () => {
    const instance = await connect({ pre: counting, configuration: settings });
    expect((await get(instance)).body).toEqual({ seen: '0', token: 'none' });
    expect((await get(instance)).body).toEqual({ seen: '1', token: 'secret-0' });
    const { configuration } = (await platform.call('GET', `/instances/${instance.id}`)).body;
    expect(configuration).toMatchObject({ counter: '2', 'session.token': '********' });
    const [row] = await platform.sql<{ text: string }>('select instances::text as text from instances where id = $1', [
      instance.id,
    ]);
    expect(row?.text).not.toContain('secret-1');
  });

  test('is seen by the vendor’s next request and by the hooks of the same call', async () => {
    const instance = await connect({
      pre: `done({configuration: {mark: 'new'}});`,
      post: `done({response_body: {mark: configuration.mark}});`,
      configuration: [{ key: 'mark', defaultValue: 'old' }],
      parameters: [{ type: 'configuration', name: 'mark', vendorType: 'header', vendorName: 'X-Mark' }],
    });
    await get(instance);
    expect((await get(instance)).body).toEqual({ mark: 'new' });
    expect(sent().headers['x-mark']).toBe('new');
  });

  test('of an account stays with it', async () => {
    const one = await connect({ pre: counting, configuration: settings });
    const created = await platform.call('POST', '/instances', {
      body: { element: { key: one.elementKey }, name: 'other' },
    });
    await get(one);
    const { configuration } = (await platform.call('GET', `/instances/${created.body.id}`)).body;
    expect(configuration.counter).toBe('0');
  });
});

describe('what scripts have', () => {
  const sha = (algorithm: string, encoding: 'hex' | 'base64') =>
    createHmac(algorithm, 'key').update('text ü').digest(encoding);

  test.each<[string, unknown]>([
    [`CE.b64('user:pässword')`, Buffer.from('user:pässword').toString('base64')],
    [`CE.decode64(CE.b64('ü'))`, 'ü'],
    [`CE.md5('text ü')`, createHash('md5').update('text ü').digest('hex')],
    [`CE.hmacSha1Base64('key', 'text ü')`, sha('sha1', 'base64')],
    [`CE.hmacSha256Hex('key', 'text ü')`, sha('sha256', 'hex')],
    [`CE.hmacMd5Base64('key', 'text ü')`, sha('md5', 'base64')],
    [`CE.hmac('sha256')('base64')('key', 'text ü')`, sha('sha256', 'base64')],
    [`typeof CE.randomString() + CE.randomEmail().includes('@')`, 'stringtrue'],
    [`CE.iso3CountryCode('DE')`, 'DEU'],
    [`require('lodash').chunk([1, 2, 3], 2)`, [[1, 2], [3]]],
    [`require('lodash/fp').map(function (n) { return n + 1; })([1])`, [2]],
    [`require('moment').utc(0).format('YYYY-MM-DD')`, '1970-01-01'],
    [`require('util').format('%s-%d', 'a', 1)`, 'a-1'],
  ])('%s', async (expression, value) => {
    expect((await answerOf(answering(expression))).body).toEqual({ value });
  });

  test.each(['fs', 'child_process', 'net', 'node:fs', '../app.ts'])('no module %s', async (name) => {
    expect((await answerOf(answering(`typeof require('${name}')`))).status).toBe(500);
  });
});

describe('the network', () => {
  const fetching = `
    const axios = require('axios');
    axios.get(configuration['other.url'] + '/other', {headers: {'X-From': 'hook'}}).then(function (answer) {
      done({continue: false, response_body: {status: answer.status, data: answer.data}});
    });`;
  const viaHttp = `
    require('http').get(configuration['other.url'] + '/other', function (answer) {
      let text = '';
      answer.on('data', function (chunk) { text += chunk; });
      answer.on('end', function () { done({continue: false, response_body: {status: answer.statusCode, data: JSON.parse(text)}}); });
    });`;

  test.each([
    ['axios', fetching],
    ['http', viaHttp],
  ])('is reached by %s', async (_, pre) => {
    const instance = await connect({ pre, configuration: [{ key: 'other.url', defaultValue: vendor.url }] });
    vendor.reply = ({ path }) => ({ body: { path } });
    expect((await get(instance)).body).toEqual({ status: 200, data: { path: '/other' } });
  });

  test('is guarded: a private address is refused, and nothing is sent there', async () => {
    const guarded = await startPlatform({ environment: { VALENCE_EGRESS: 'public' } });
    try {
      const hooks = [{ type: 'preRequest', mimeType: 'application/javascript', body: fetching }];
      const resources = [{ method: 'GET', path: '/hubs/general/things', vendorPath: '/things', hooks }];
      for (const address of [
        vendor.url,
        vendor.url.replace('127.0.0.1', 'localhost'),
        'http://169.254.169.254',
        'http://[::1]:1',
      ]) {
        const configuration = [{ key: 'other.url', defaultValue: address }];
        const instance = await connectTestElement(guarded, vendor, { resources, configuration });
        const answer = await instance.call('GET', '/things');
        expect(answer, address).toMatchObject({
          status: 500,
          body: { message: expect.stringMatching(/^Script execution failed with message: .*(not allowed|private)/) },
        });
      }
      expect(vendor.requests).toEqual([]);
    } finally {
      await guarded.close();
    }
  });
});

describe('a script that fails', () => {
  test.each<[string, RegExp]>([
    [`throw new Error('out of paper');`, /^Script execution failed with message: .*out of paper.*line 1/],
    [`const x = 1;\nundefinedThing.member = 2;`, /^Script execution failed with message: .*undefinedThing.*line 2/],
    ['this is no script', /^Script execution failed with message: SyntaxError/],
    [`Promise.reject(new Error('later'));`, /^Script execution failed with message: .*later/],
  ])('%s is 500 and says why', async (pre, message) => {
    const answer = await get(await connect({ pre }));
    expect(answer).toMatchObject({ status: 500, body: { message: expect.stringMatching(message) } });
    expect(vendor.requests).toEqual([]);
  });

  test('behind the call is 500, too', async () => {
    expect((await get(await connect({ post: `throw new Error('x');` }))).status).toBe(500);
    expect(vendor.requests).toHaveLength(1);
  });
});

test('in a chain, a hook sees the answer of the resource before', async () => {
  const post =
    'done({response_body: {before: request_previous_response, after: response_body, kind: request_previous_response_headers["x-kind"]}});';
  const hooks = [{ type: 'postRequest', body: post }];
  const resources = [
    { method: 'GET', path: '/hubs/general/first', vendorPath: '/first', nextResource: 'GET:/hubs/general/second' },
    { method: 'GET', path: '/hubs/general/second', vendorPath: '/second', hooks },
  ];
  const instance = await connectTestElement(platform, vendor, { resources });
  vendor.reply = ({ path }) => ({ body: { path }, headers: { 'x-kind': 'k' } });
  expect((await get(instance, '/first')).body).toEqual({
    before: { path: '/first' },
    after: { path: '/second' },
    kind: 'k',
  });
});
