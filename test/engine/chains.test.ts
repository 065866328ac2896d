// Chains: one call runs several resources, each of which sees the answer of the one before it.

import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { receivedForm } from '../support/element-request.ts';
import { type Platform, startPlatform } from '../support/platform.ts';
import {
  connectTestElement,
  type RecordedRequest,
  type RecordingVendor,
  startRecordingVendor,
  type TestInstance,
} from '../support/recording-vendor.ts';

let vendor: RecordingVendor;
let platform: Platform;
let instance: TestInstance;

const link = (path: string, next?: string, rest: Record<string, unknown> = {}) => ({
  method: 'GET',
  path: `/hubs/general/${path}`,
  vendorPath: `/${path}`,
  ...(next === undefined ? {} : { nextResource: next.includes(':') ? next : `GET:/hubs/general/${next}` }),
  ...rest,
});
const hook = (type: string, body: string) => ({ type, mimeType: 'application/javascript', body });
const header = (name: string, vendorName: string, type = 'prevBodyField') => ({
  type,
  name,
  vendorType: 'header',
  vendorName,
});

beforeAll(async () => {
  vendor = await startRecordingVendor();
  platform = await startPlatform({ environment: { VALENCE_EGRESS: 'any' } });
  instance = await connectTestElement(platform, vendor, {
    configuration: [{ key: 'kept' }],
    resources: [
      link('one', undefined, { nextResource: '' }),
      link('copy', 'POST:/hubs/general/sent-on', { valence: { download: true } }),
      link('sent-on', undefined, {
        method: 'POST',
        parameters: [{ type: 'prevBody', name: 'file', vendorType: 'multipart', vendorName: 'data', dataType: 'file' }],
      }),
      link('unwanted', 'one', { valence: { download: true } }),
      ...[1, 2, 3, 4].map((number) => link(`five${number}`, `five${number + 1}`)),
      link('five5', undefined, { rootKey: '|at' }),
      ...[1, 2, 3, 4, 5].map((number) => link(`six${number}`, `six${number + 1}`)),
      link('six6'),
      link('circle', 'circle'),
      link('nowhere', 'missing'),
      link('far', 'near', { parameters: [{ type: 'query', name: 'q', vendorType: 'query', vendorName: 'q' }] }),
      link('near', 'missing'),
      link('rooted/{id}', 'after-root/{id}', { rootKey: '|data' }),
      link('after-root/{id}', undefined, {
        vendorPath: '/after/{id}',
        parameters: [header('token', 'X-Token'), header('data.token', 'X-Whole'), header('missing', 'X-Missing')],
      }),
      link('hooked', 'after-hook', {
        hooks: [hook('postRequest', 'done({response_body: {changed: response_body.token + "!"}})')],
      }),
      link('after-hook', undefined, {
        parameters: [header('changed', 'X-Changed')],
        hooks: [
          hook(
            'preRequest',
            `done({request_vendor_headers: {
               'X-Seen': JSON.stringify(request_previous_response),
               'X-Header': request_previous_response_headers['x-of-first']
             }})`,
          ),
          hook('postRequest', 'done({response_body: {before: request_previous_response, now: response_body}})'),
        ],
      }),
      link('first-hook', undefined, {
        hooks: [hook('postRequest', 'done({response_body: {before: request_previous_response}})')],
      }),
      link('writes', 'POST:/hubs/general/written'),
      {
        method: 'POST',
        path: '/hubs/general/written',
        vendorPath: '/written',
        parameters: [{ type: 'prevBody', name: 'body', vendorType: 'body', vendorName: 'body' }],
      },
      link('keeps', 'uses', {
        parameters: [
          { type: 'configuration', name: 'kept', vendorType: 'body', vendorName: 'token', source: 'response' },
        ],
      }),
      link('uses', undefined, { parameters: [header('kept', 'X-Kept', 'configuration')] }),
      link('bare', 'GET:/one'),
    ],
  });
});

afterAll(async () => {
  await platform.close();
  await vendor.close();
});

beforeEach(() => {
  vendor.requests.length = 0;
  vendor.reply = ({ path }) => ({ headers: { 'x-of-first': `of ${path}` }, body: { at: path, token: `t of ${path}` } });
});

const sent = () => vendor.requests.map(({ method, path }) => `${method} ${path}`);

test.each([
  ['one', ['GET /one']],
  ['five1', ['GET /five1', 'GET /five2', 'GET /five3', 'GET /five4', 'GET /five5']],
  ['six2', ['GET /six2', 'GET /six3', 'GET /six4', 'GET /six5', 'GET /six6']],
  ['bare', ['GET /bare', 'GET /one']],
])('%s runs %j', async (path, requests) => {
  expect((await instance.call('GET', `/${path}`)).status).toBe(200);
  expect(sent()).toEqual(requests);
});

test('the answer is that of the last resource, under its own root key', async () => {
  expect((await instance.call('GET', '/five1')).body).toBe('/five5');
});

test.each([
  ['six1', 'more than 5 resources'],
  ['circle', 'more than 5 resources'],
  ['nowhere', 'leads to GET /missing, which the element does not have'],
  ['far', 'leads to GET /missing, which the element does not have'],
])('%s is refused before anything is sent: %s', async (path, message) => {
  const answer = await instance.call('GET', `/${path}?q=1`);
  expect([answer.status, answer.body.message]).toEqual([400, expect.stringContaining(message)]);
  expect(sent()).toEqual([]);
});

test('an answer is handed on as the caller would get it, and path variables with it', async () => {
  vendor.reply = () => ({ body: { data: { token: 'x' } } });
  expect((await instance.call('GET', '/rooted/7')).status).toBe(200);
  expect(vendor.requests[1]?.path).toBe('/after/7');
  const { headers = {} } = vendor.requests[1] ?? {};
  expect([headers['x-token'], headers['x-whole'], headers['x-missing']]).toEqual(['x', undefined, undefined]);
});

test('hooks see the answer before theirs and its headers; what a hook changed is handed on', async () => {
  const answer = await instance.call('GET', '/hooked');
  const { headers = {} } = vendor.requests[1] ?? {};
  const changed = { changed: 't of /hooked!' };
  expect([headers['x-changed'], JSON.parse(String(headers['x-seen'])), headers['x-header']]).toEqual([
    changed.changed,
    changed,
    'of /hooked',
  ]);
  expect(answer.body).toEqual({ before: changed, now: { at: '/after-hook', token: 't of /after-hook' } });
});

test('the first resource sees null before it', async () => {
  await platform.call('PATCH', `/instances/${instance.id}/configuration/filter.response.nulls`, {
    body: { propertyValue: 'false' },
  });
  const { body } = await instance.call('GET', '/first-hook');
  expect(body.before ?? null).toBe(null);
});

test('the whole answer can be the next body', async () => {
  await instance.call('GET', '/writes');
  expect(sent()).toEqual(['GET /writes', 'POST /written']);
  expect(JSON.parse(vendor.requests[1]?.text ?? '')).toEqual({ at: '/writes', token: 't of /writes' });
});

test('a setting that one resource brings is used by the next', async () => {
  await instance.call('GET', '/keeps');
  expect(vendor.requests[1]?.headers['x-kept']).toBe('t of /keeps');
});

test('an error ends the chain', async () => {
  vendor.reply = ({ path }) => (path === '/five2' ? { status: 422, body: { message: 'no' } } : { body: {} });
  const answer = await instance.call('GET', '/five1');
  expect([answer.status, answer.body.providerMessage, sent()]).toEqual([422, 'no', ['GET /five1', 'GET /five2']]);
});

test('resources in the middle of a chain can be called by themselves', async () => {
  await instance.call('GET', '/five4');
  expect(sent()).toEqual(['GET /five4', 'GET /five5']);
});

test.each([
  [`attachment; filename*=UTF-8''gr%C3%BC%C3%9Fe.png`, 'grüße.png'],
  ['attachment; filename="plain.png"', 'plain.png'],
  [`attachment; filename*=UTF-8''%E0%A4; filename="kept.png"`, 'kept.png'],
  [undefined, 'file'],
])('a download is sent on as a file by the next resource (%s)', async (disposition, name) => {
  const bytes = randomBytes(300_000);
  vendor.reply = ({ path }) =>
    path === '/copy'
      ? {
          headers: { 'content-type': 'image/png', ...(disposition && { 'content-disposition': disposition }) },
          body: bytes,
        }
      : { body: { sent: true } };
  expect((await instance.call('GET', '/copy')).body).toEqual({ sent: true });
  const [, sent] = vendor.requests;
  const file = (await receivedForm(sent as RecordedRequest)).get('data') as File;
  expect([file.name, file.type, Buffer.from(await file.arrayBuffer()).equals(bytes)]).toEqual([
    name,
    'image/png',
    true,
  ]);
});

test('a download that the next resource does not send on holds no connection', async () => {
  vendor.reply = ({ path }) => ({ body: path === '/unwanted' ? randomBytes(5_000_000) : { ok: true } });
  expect((await instance.call('GET', '/unwanted')).body).toEqual({ ok: true });
  await expect.poll(() => vendor.pending(), { timeout: 5000 }).toBe(0);
});
