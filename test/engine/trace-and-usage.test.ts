// What can be read of a call afterwards: its record, and every step while trace logging is on, never a secret.

import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { type Answer, type Platform, startPlatform } from '../support/platform.ts';
import {
  type RecordingVendor,
  startRecordingVendor,
  type TestElement,
  type TestInstance,
} from '../support/recording-vendor.ts';
import { instanceOf, makeElement, ownTokens, provision } from '../support/test-element.ts';

let vendor: RecordingVendor;
let platform: Platform;
const start = Date.now();
let now = start;

beforeAll(async () => {
  vendor = await startRecordingVendor();
  platform = await startPlatform({ environment: { VALENCE_EGRESS: 'any' }, clock: () => now });
});
afterAll(async () => {
  await platform.close();
  await vendor.close();
});
beforeEach(() => {
  vendor.requests.length = 0;
  vendor.reply = () => ({ body: { ok: true } });
});

const hook = (type: string, body: string) => ({ type, mimeType: 'application/javascript', body });
const things = {
  method: 'GET',
  path: '/hubs/general/things/{id}',
  vendorPath: '/v1/things/{id}',
  parameters: [
    { type: 'configuration', name: 'pin', vendorType: 'query', vendorName: 'p' },
    { type: 'query', name: 'color', vendorType: 'query', vendorName: 'color' },
  ],
};
const post = {
  method: 'POST',
  path: '/hubs/general/things',
  vendorPath: '/v1/things',
  parameters: [{ type: 'body', name: 'body', vendorType: 'body', vendorName: 'body' }],
};
const pin = { key: 'pin', name: 'Pin', type: 'PASSWORD' };

async function connect(element: Partial<TestElement> = {}, body: Record<string, unknown> = {}): Promise<TestInstance> {
  const key = await makeElement(platform, vendor, { configuration: [pin], resources: [things, post], ...element });
  return instanceOf(platform, key, await provision(platform, key, { configuration: { pin: 'pin-4711' }, ...body }));
}
const trace = (instance: TestInstance, method: 'PUT' | 'DELETE', body?: unknown) =>
  platform.call(method, `/instances/${instance.id}/trace-logging`, body === undefined ? {} : { body });
const usageOf = async (answer: Answer) =>
  (await platform.call('GET', `/usage/${answer.headers.get('elements-request-id')}`)).body;
const stepsOf = async (answer: Answer) => (await usageOf(answer)).trace?.map(({ step }: { step: string }) => step);

describe('the record of a call', () => {
  test('says who called what, how it ended and what the vendor took of its time', async () => {
    const instance = await connect({}, { name: 'My account', tags: ['one', 'two'] });
    const answer = await instance.call('GET', '/hubs/other/things/12?color=secret-color');
    const usage = await usageOf(answer);
    const [me] = (await platform.call('GET', '/users')).body;
    expect(usage).toMatchObject({
      id: answer.headers.get('elements-request-id'),
      kind: 'call',
      requestStatus: 'SUCCESS',
      httpStatus: 200,
      method: 'GET',
      requestURI: '/hubs/general/things/12',
      elementApi: '/hubs/general/things/{id}',
      elementKey: instance.elementKey,
      elementName: instance.elementKey,
      elementTags: 'one,two',
      hub: 'general',
      instanceId: instance.id,
      instanceName: 'My account',
      userId: me.id,
      accountId: me.accountId,
      usageDate: new Date(now).toISOString(),
      vendorCalls: 1,
      cacheHit: false,
      requestIP: expect.stringContaining('127.0.0.1'),
    });
    expect(usage.processTime).toBeGreaterThanOrEqual(usage.vendorTime);
    expect(usage).not.toHaveProperty('trace');
    expect(usage).not.toHaveProperty('error');
    expect(JSON.stringify(usage)).not.toMatch(/secret-color|pin-4711/);
  });

  test.each<[string, string, string, number, Record<string, unknown>]>([
    ['a vendor’s refusal', 'GET', '/things/404', 404, { elementApi: '/hubs/general/things/{id}', vendorCalls: 1 }],
    ['a vendor’s failure', 'POST', '/things', 502, { elementApi: '/hubs/general/things', vendorCalls: 1 }],
    ['a path that is not there', 'GET', '/nothing/at/all/here/x', 404, { vendorCalls: 0 }],
  ])('tells %s', async (_, method, path, httpStatus, more) => {
    const instance = await connect();
    vendor.reply = (request) => (request.method === 'GET' ? { status: 404 } : { status: 500 });
    const answer = await instance.call(method, path, method === 'POST' ? { body: {} } : {});
    const usage = await usageOf(answer);
    expect(usage).toMatchObject({ requestStatus: 'FAILED', httpStatus, error: answer.body.message, ...more });
  });

  test('tells an answer from memory, and one that the platform gives by itself', async () => {
    const instance = await connect({}, { cachingEnabled: true });
    await instance.call('GET', '/things/1');
    expect(await usageOf(await instance.call('GET', '/things/1'))).toMatchObject({
      cacheHit: true,
      vendorCalls: 0,
      vendorTime: 0,
    });
    expect(await usageOf(await instance.call('GET', '/objects'))).toMatchObject({ httpStatus: 200, vendorCalls: 0 });
  });

  test('of a disabled instance is kept, too', async () => {
    const instance = await connect();
    await platform.call('DELETE', `/instances/${instance.id}/enabled`);
    expect(await usageOf(await instance.call('GET', '/things/1'))).toMatchObject({ httpStatus: 403, vendorCalls: 0 });
  });
});

describe('trace logging', () => {
  test('is on from PUT to DELETE, and shown on the instance', async () => {
    const instance = await connect();
    const enabled = async () => (await platform.call('GET', `/instances/${instance.id}`)).body.traceLoggingEnabled;
    expect((await instance.call('GET', '/things/1')).headers.has('elements-trace-id')).toBe(false);
    expect((await trace(instance, 'PUT')).status).toBe(200);
    expect(await enabled()).toBe(true);
    const traced = await instance.call('GET', '/things/1');
    expect(traced.headers.get('elements-trace-id')).toBe(traced.headers.get('elements-request-id'));
    expect(await stepsOf(traced)).toEqual(['call', 'vendor request', 'vendor answer']);
    await trace(instance, 'DELETE');
    expect(await enabled()).toBe(false);
    const untraced = await instance.call('GET', '/things/1');
    expect(untraced.headers.has('elements-trace-id')).toBe(false);
    expect(await stepsOf(untraced)).toBeUndefined();
  });

  test('ends by itself after its duration in minutes, an hour when none is given', async () => {
    const [short, usual] = [await connect(), await connect()];
    await trace(short, 'PUT', { duration: 2 });
    await trace(usual, 'PUT');
    const isTraced = async (instance: TestInstance) =>
      (await instance.call('GET', '/things/1')).headers.has('elements-trace-id');
    now += 119_000;
    expect([await isTraced(short), await isTraced(usual)]).toEqual([true, true]);
    now += 2000;
    expect([await isTraced(short), await isTraced(usual)]).toEqual([false, true]);
    now += 3_600_000;
    expect(await isTraced(usual)).toBe(false);
    now = start;
  });

  test('shows every step as it can be read: call, hooks with what they print, vendor, error', async () => {
    const instance = await connect({
      hooks: [hook('preRequest', 'done({request_vendor_headers: {"X-Element": "yes"}});')],
      resources: [
        {
          ...post,
          hooks: [
            hook(
              'preRequest',
              'console.log("before", request_body_map.name); done({request_vendor_body: {renamed: request_body_map.name}});',
            ),
            hook('postRequest', 'done({response_body: {mine: response_body.theirs}});'),
          ],
        },
      ],
    });
    await trace(instance, 'PUT');
    vendor.reply = () => ({ body: { theirs: 7 } });
    const answer = await instance.call('POST', '/things?x=1', { body: { name: 'Jane' } });
    const { trace: steps } = await usageOf(answer);
    expect(steps).toMatchObject([
      { step: 'call', detail: { method: 'POST', path: '/things', query: { x: '1' } } },
      {
        step: 'preRequest hook of the element',
        detail: { result: { request_vendor_headers: { 'X-Element': 'yes' } } },
      },
      { step: 'preRequest hook of the resource', detail: { console: ['before Jane'] } },
      {
        step: 'vendor request',
        detail: { method: 'POST', url: `${vendor.url}/v1/things`, body: '{"renamed":"Jane"}' },
      },
      { step: 'vendor answer', detail: { status: 200, body: { theirs: 7 } } },
      { step: 'postRequest hook of the resource', detail: { result: { response_body: { mine: 7 } } } },
    ]);
    expect(steps.every((step: { atMs: number }) => step.atMs >= 0)).toBe(true);
  });

  test('shows what failed, and where', async () => {
    const instance = await connect();
    await trace(instance, 'PUT');
    vendor.reply = () => ({ status: 422, body: { message: 'no such color' } });
    const answer = await instance.call('GET', '/things/1?color=x');
    const { trace: steps } = await usageOf(answer);
    expect(steps.at(-2)).toMatchObject({
      step: 'vendor answer',
      detail: { status: 422, body: { message: 'no such color' } },
    });
    expect(steps.at(-1)).toMatchObject({ step: 'error', detail: answer.body.message });
    expect(await stepsOf(await instance.call('GET', '/nothing/at/all/here/x'))).toEqual(['call', 'error']);
  });

  test('holds no secret, in whatever form it was sent or came back', async () => {
    const secret = 'pin with ü & "quotes"';
    const instance = await connect(
      {
        resources: [
          {
            ...things,
            hooks: [
              hook(
                'preRequest',
                'console.log(CE.b64("user:" + configuration.pin)); done({request_vendor_headers: {"X-Pin": CE.b64("user:" + configuration.pin)}});',
              ),
            ],
          },
        ],
      },
      { configuration: { pin: secret } },
    );
    await trace(instance, 'PUT');
    vendor.reply = ({ url }) => ({
      body: { echo: url, plain: secret, xml: '<a>pin with ü &amp; &quot;quotes&quot;</a>' },
    });
    const answer = await instance.call('GET', '/things/1');
    const text = JSON.stringify((await usageOf(answer)).trace);
    expect(text).toContain('***');
    expect(text).not.toContain('quotes');
    expect(text).not.toContain(encodeURIComponent(secret));
    expect(text).not.toContain(Buffer.from(`user:${secret}`).toString('base64').slice(8, 20));
    const [row] = await platform.sql<{ text: string }>('select trace::text as text from usage_records where id = $1', [
      answer.headers.get('elements-request-id'),
    ]);
    expect(row?.text).not.toContain('quotes');
  });

  test('shows that a token was refreshed, and neither the old nor the new one', async () => {
    const withToken = { type: 'configuration', name: 'oauth.user.token', vendorType: 'query', vendorName: 'q' };
    const instance = await connect(
      { authentication: { type: 'oauth2' }, resources: [{ ...things, parameters: [withToken] }] },
      ownTokens('old-token-1', 'refresh-token-1'),
    );
    await trace(instance, 'PUT');
    vendor.reply = ({ path, headers, url }) => {
      if (path === '/token') return { body: { access_token: 'new-token-2', refresh_token: 'refresh-token-2' } };
      return headers.authorization === 'Bearer new-token-2' ? { body: { url } } : { status: 401, body: { url } };
    };
    const answer = await instance.call('GET', '/things/1');
    expect(answer.status).toBe(200);
    expect(await stepsOf(answer)).toEqual([
      'call',
      'vendor request',
      'vendor answer',
      'token refreshed after 401',
      'vendor request',
      'vendor answer',
    ]);
    const text = JSON.stringify((await usageOf(answer)).trace);
    expect(text).not.toMatch(/(old|new|refresh)-token/);
  });
});

test('a secret that the call itself brings is masked from the step on in which it first stands', async () => {
  const renewing = 'done({configuration: {pin: "hooked-pin"}});';
  const kept = { source: 'response', type: 'configuration', name: 'pin', vendorType: 'bodyField', vendorName: 'next' };
  const resources = [{ ...things, parameters: [kept], hooks: [hook('preRequest', renewing)] }];
  const instance = await connect({ resources });
  await trace(instance, 'PUT');
  vendor.reply = () => ({ body: { next: 'answered-pin' } });
  const answer = await instance.call('GET', '/things/1');
  expect(answer.body).toEqual({ next: 'answered-pin' });
  expect(JSON.stringify((await usageOf(answer)).trace)).not.toMatch(/hooked-pin|answered-pin/);
});

describe('provisioning', () => {
  const element: TestElement = {
    authentication: { type: 'oauth2' },
    configuration: [pin],
    resources: [
      {
        type: 'provisionAuthValidation',
        method: 'GET',
        path: '/hubs/general/check',
        vendorPath: '/check',
        parameters: [
          { type: 'configuration', name: 'pin', vendorType: 'query', vendorName: 'p' },
          { type: 'configuration', name: 'oauth.user.token', vendorType: 'query', vendorName: 'q' },
        ],
      },
      things,
    ],
  };
  const given = (debug?: unknown) => ({
    providerData: { code: 'the-code', ...(debug === undefined ? {} : { debug }) },
    configuration: { 'oauth.api.key': 'app-key-1', 'oauth.api.secret': 'app-secret-1', pin: 'pin-4711' },
  });
  const secrets = /the-code|app-(key|secret)-1|pin-4711|token-(access|refresh)/;
  const vendorAnswers = (check: number) => {
    vendor.reply = ({ path, url }) => {
      if (path === '/token') return { body: { access_token: 'token-access', refresh_token: 'token-refresh' } };
      return { status: path === '/check' ? check : 200, body: { message: `you asked for ${url}` } };
    };
  };

  test('leaves a record', async () => {
    const key = await makeElement(platform, vendor, element);
    vendorAnswers(200);
    const answer = await provision(platform, key, given());
    const usage = await usageOf(answer);
    expect(usage).toMatchObject({
      kind: 'provisioning',
      requestStatus: 'SUCCESS',
      httpStatus: 200,
      method: 'POST',
      requestURI: '/instances',
      elementKey: key,
      instanceId: answer.body.id,
    });
    expect(usage).not.toHaveProperty('trace');
    expect(answer.headers.has('elements-trace-id')).toBe(false);
  });

  test.each([true, 'true'])('with providerData.debug = %j every step can be read', async (debug) => {
    const key = await makeElement(platform, vendor, element);
    vendorAnswers(200);
    const answer = await provision(platform, key, given(debug));
    expect(answer.status).toBe(200);
    expect(answer.headers.get('elements-trace-id')).toBe(answer.headers.get('elements-request-id'));
    const { trace: steps } = await usageOf(answer);
    expect(steps.map(({ step }: { step: string }) => step)).toEqual(['tokens', 'vendor request', 'vendor answer']);
    expect(JSON.stringify(steps)).toContain('/check');
    expect(JSON.stringify(steps)).not.toMatch(secrets);
  });

  test('also when it fails', async () => {
    const key = await makeElement(platform, vendor, element);
    vendorAnswers(403);
    const answer = await provision(platform, key, given(true));
    expect(answer.status).toBe(403);
    const usage = await usageOf(answer);
    expect(usage).toMatchObject({
      kind: 'provisioning',
      requestStatus: 'FAILED',
      httpStatus: 403,
      error: answer.body.message,
    });
    expect(usage).not.toHaveProperty('instanceId');
    expect(usage.trace.at(-1)).toMatchObject({ step: 'error', detail: answer.body.message });
    expect(JSON.stringify(usage.trace)).not.toMatch(secrets);
  });
});
