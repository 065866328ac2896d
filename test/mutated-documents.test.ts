// Documents that went wrong somewhere: each is imported or refused with a place and a reason, and whatever was imported
// can be read, connected, called and deleted without a defect of the server.

import { randomUUID } from 'node:crypto';
import fc from 'fast-check';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Mutation, mutate, mutations } from './support/mutate.ts';
import { credentials, type Platform, startPlatform } from './support/platform.ts';
import { type RecordingVendor, startRecordingVendor } from './support/recording-vendor.ts';

let platform: Platform;
let vendor: RecordingVendor;
beforeAll(async () => {
  vendor = await startRecordingVendor();
  vendor.reply = () => ({ body: { data: { items: [{ id: 1, name: 'a', gone: null }] }, next: 'b' } });
  platform = await startPlatform({ environment: { VALENCE_EGRESS: 'any' } });
});
afterAll(async () => {
  await platform.close();
  await vendor.close();
});

/** A document with every feature that the format has. */
const whole = () => ({
  key: `mutant${randomUUID()}`,
  name: 'Mutant',
  description: 'Everything',
  hub: 'general',
  image: null,
  active: true,
  protocolType: 'http',
  authentication: { type: 'custom' },
  elementMetadata: { id: 3, api: { type: 'rest' }, eventTypes: ['polling'] },
  configuration: [
    { key: 'base.url', name: 'Base', defaultValue: `${vendor.url}/{region}`, required: true, displayOrder: 1 },
    { key: 'region', defaultValue: 'eu', options: [{ value: 'eu', description: 'Europe' }] },
    { key: 'token', type: 'PASSWORD', defaultValue: 'secret' },
    { key: 'pagination.type', defaultValue: 'page' },
    { key: 'pagination.max', defaultValue: '{"things":5,"default":7}' },
    { key: 'event.metadata', defaultValue: '{"polling":{"things":{"eventTypes":["created"]}}}' },
    { key: 'event.poller.configuration', defaultValue: '{"things":{"url":"/things","idField":"id"}}' },
    { key: 'event.vendor.type', defaultValue: 'polling' },
  ],
  parameters: [
    { name: 'Bearer {token}', type: 'value', vendorName: 'Authorization', vendorType: 'header', source: 'request' },
    { name: 'X-All', type: 'header', vendorType: 'value', vendorName: 'in {region}' },
  ],
  hooks: [{ type: 'preRequest', mimeType: 'application/javascript', body: 'done({});', isLegacy: false }],
  resources: [
    {
      method: 'GET',
      path: '/hubs/general/things',
      vendorMethod: 'GET',
      vendorPath: '/things',
      type: 'api',
      description: 'List things',
      rootKey: '|data.items',
      nextPageKey: 'body.next',
      paginationType: 'VENDOR_SUPPORTED',
      objectName: 'things',
      parameters: [
        { name: 'page', type: 'query', vendorName: 'p', vendorType: 'query', dataType: 'integer' },
        { name: 'pageSize', type: 'query', vendorName: 'n', vendorType: 'query' },
        { name: 'where', type: 'query', vendorName: 'converter:toQueryParameters', converter: 'toQueryParameters' },
      ],
      hooks: [{ type: 'postRequest', body: 'done({ response_body: response_body });' }],
      model: { name: 'things', swagger: { thingsObject: { type: 'object', properties: { id: { type: 'integer' } } } } },
      valence: { totalKey: 'data.total', keep: [{ field: 'name', value: 'a' }] },
    },
    {
      method: 'POST',
      path: '/hubs/general/things',
      vendorPath: '/things',
      type: 'api',
      rootKey: 'thing|data',
      nextResource: 'GET:/hubs/general/things/{id}',
      parameters: [
        { name: '{"a":"{b}"}', type: 'value', vendorName: 'body', vendorType: 'body' },
        { name: 'body', type: 'body', vendorName: 'b', vendorType: 'bodyToken', required: true },
        { name: 'x.y', type: 'bodyField', vendorName: 'z', vendorType: 'bodyField' },
      ],
      model: { name: 'thing', requestName: 'new', requestSwagger: { new: { properties: { a: { type: 'string' } } } } },
    },
    {
      method: 'GET',
      path: '/hubs/general/things/{id}',
      vendorPath: '/things/{id}',
      parameters: [
        { name: 'id', type: 'path', vendorName: 'id', vendorType: 'path', required: true },
        { name: 'id', type: 'prevBodyField', vendorName: 'other', vendorType: 'query' },
        { name: 'token', type: 'configuration', vendorName: 'data.token', vendorType: 'bodyField', source: 'response' },
      ],
    },
    { method: 'GET', path: '/hubs/general/check', vendorPath: '/check', type: 'provisionAuthValidation' },
    { method: 'POST', path: '/hubs/general/start', vendorPath: '/start', type: 'onProvision' },
    { method: 'DELETE', path: '/hubs/general/end', vendorPath: '/end', type: 'onDelete' },
  ],
  objects: [{ name: 'things', vendorName: 'Thing', fields: [{ name: 'id', type: 'number', primaryKey: true }] }],
  models: [{ id: 1, name: 'm', fields: [{ vendorName: 'f', dataType: { jsonType: 'string' } }] }],
});

test('500 of them: imported or refused with a reason, and never a defect', async () => {
  const seen = { imported: 0, refused: 0, connected: 0, called: 0 };
  await fc.assert(
    fc.asyncProperty(mutations, (changes) => tryMutant(changes, seen)),
    // Smaller ones would meet what a failure left behind.
    { numRuns: 500, endOnFailure: true },
  );
  expect(seen.imported).toBeGreaterThan(100);
  expect(seen.refused).toBeGreaterThan(50);
  expect(seen.connected).toBeGreaterThan(50);
  expect(seen.called).toBeGreaterThan(200);
}, 300_000);

async function tryMutant(changes: readonly Mutation[], seen: Record<string, number>): Promise<void> {
  const count = (what: string) => {
    seen[what] = (seen[what] ?? 0) + 1;
  };
  const answers = async (method: string, path: string, body?: unknown, token?: string) => {
    const from = platform.logs.length;
    const answer = await platform.call(method, path, {
      authorization: credentials(token),
      ...(body === undefined ? {} : { body }),
    });
    const defect = platform.logs.slice(from).find((line) => line.includes('"unexpected error"'));
    expect(defect, `${method} ${path}`).toBeUndefined();
    return answer;
  };

  const created = await answers('POST', '/elements', mutate(whole(), changes));
  if (created.status !== 200) {
    expect([400, 409, 413]).toContain(created.status);
    // `/resources/0/method must be string`: a place and a reason
    expect(created.body.message).toMatch(/\/\S* (must|no member) |nested more than|body must|already has|larger than/);
    count('refused');
    return;
  }
  count('imported');
  const { id } = created.body;
  for (const part of [
    '',
    '/export',
    '/metadata?expand=true',
    '/configuration',
    '/resources',
    '/objects',
    '/docs',
    '/docs?format=openapi3',
  ]) {
    expect((await answers('GET', `/elements/${id}${part}`)).status, part).toBe(200);
  }
  expect((await answers('GET', '/elements')).status).toBe(200);
  expect((await answers('GET', "/elements?where=private='true'")).status).toBe(200);

  const instance = await answers('POST', '/instances', { element: { id }, name: 'x', configuration: { token: 't' } });
  expect(instance.status).toBeLessThanOrEqual(504);
  if (instance.status === 200) {
    count('connected');
    const { token } = instance.body;
    for (const [method, path, body] of [
      ['GET', "/things?page=1&pageSize=2&where=name='a'", undefined],
      ['POST', '/things', { a: { b: 1 } }],
      ['GET', '/things/5', undefined],
      ['GET', '/objects', undefined],
      ['GET', '/objects/things/metadata', undefined],
      ['GET', '/ping', undefined],
    ] as const) {
      if ((await answers(method, path, body, token)).status === 200) count('called');
    }
    expect([200, 400, 404, 500, 502, 504]).toContain(
      (await answers('DELETE', `/instances/${instance.body.id}`)).status,
    );
    await platform.sql('delete from instances where id = $1', [instance.body.id]);
  }
  expect((await answers('DELETE', `/elements/${id}`)).status).toBe(200);
}
