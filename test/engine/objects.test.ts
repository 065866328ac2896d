// What every element answers by itself: /ping, /objects, and what is known of an object.

import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { type Platform, startPlatform } from '../support/platform.ts';
import {
  connectTestElement,
  type RecordingVendor,
  startRecordingVendor,
  type TestInstance,
} from '../support/recording-vendor.ts';

let vendor: RecordingVendor;
let platform: Platform;
let instance: TestInstance;
let disabled: TestInstance;

const element = {
  objects: [
    {
      name: 'declared',
      vendorName: 'Declared__c',
      fields: [
        { name: 'Id', type: 'string', primaryKey: true, readOnly: true, displayName: 'The id' },
        { name: 'Name', type: 'string', required: true, mask: 'x' },
      ],
    },
  ],
  resources: [
    { method: 'GET', path: '/hubs/general/ping', vendorPath: '/me' },
    {
      method: 'GET',
      path: '/hubs/general/contacts',
      vendorPath: '/contacts',
      description: 'List contacts',
      parameters: [
        { type: 'query', name: 'page', vendorType: 'query', vendorName: 'p' },
        { type: 'value', name: 'secret value', vendorType: 'query', vendorName: 'v' },
      ],
      model: {
        name: 'contacts',
        swagger: {
          contactsObject: {
            required: ['id'],
            properties: {
              id: { type: 'integer', 'x-primary-key': true, readOnly: true },
              created: { type: 'string', format: 'date-time' },
              address: { $ref: '#/definitions/address' },
              tags: { type: 'array', items: { type: 'string' } },
              phones: { type: 'array', items: { $ref: '#/definitions/phone' } },
            },
          },
          address: { properties: { city: { type: 'string' } } },
          phone: { properties: { number: { type: 'string' } } },
        },
      },
    },
    { method: 'GET', path: '/hubs/general/contacts/{id}', vendorPath: '/contacts/{id}' },
    {
      method: 'GET',
      path: '/hubs/general/contacts/{id}/notes/{noteId}',
      vendorPath: '/notes/{noteId}',
      objectName: 'notes',
      model: { name: 'note', swagger: { note: { properties: { text: { type: 'string' } } } } },
    },
    { method: 'GET', path: '/hubs/general/plain', vendorPath: '/plain' },
    { method: 'POST', path: '/hubs/general/written-only', vendorPath: '/w' },
    { method: 'GET', path: '/hubs/general/hidden', vendorPath: '/h', type: 'provisionAuthValidation' },
  ],
};

beforeAll(async () => {
  vendor = await startRecordingVendor();
  platform = await startPlatform({ environment: { VALENCE_EGRESS: 'any' } });
  instance = await connectTestElement(platform, vendor, element);
  disabled = await connectTestElement(platform, vendor, element);
  expect((await platform.call('DELETE', `/instances/${disabled.id}/enabled`)).status).toBe(200);
});

afterAll(async () => {
  await platform.close();
  await vendor.close();
});

beforeEach(() => {
  vendor.requests.length = 0;
});

test('/ping asks the vendor and answers in our words', async () => {
  for (const path of ['/ping', '/hubs/general/ping', '/hubs/bogus/ping']) {
    const { status, body } = await instance.call('GET', path);
    expect([status, body]).toEqual([200, { dateTime: expect.any(String), endpoint: instance.elementKey }]);
    expect(Date.parse(body.dateTime)).toBeGreaterThan(0);
  }
  expect(vendor.requests.map(({ path }) => path)).toEqual(['/me', '/me', '/me']);
});

test('/ping fails when the vendor does', async () => {
  vendor.reply = () => ({ status: 403, body: { message: 'no' } });
  expect(await instance.call('GET', '/ping')).toMatchObject({ status: 403, body: { providerMessage: 'no' } });
  vendor.reply = () => ({ body: {} });
});

describe.each([
  ['an instance', () => instance],
  ['a disabled instance', () => disabled],
])('of %s', (_name, asked) => {
  test.each(['/objects', '/hubs/general/objects', '/hubs/bogus/objects/'])('%s lists the objects', async (path) => {
    const { status, body } = await asked().call('GET', path);
    expect([status, body]).toEqual([200, ['contacts', 'declared', 'notes', 'plain']]);
  });

  test.each(['declared', 'Declared__c'])('/objects/%s/metadata shows the declared fields', async (name) => {
    const { status, body } = await asked().call('GET', `/objects/${name}/metadata`);
    expect([status, body.fields]).toEqual([
      200,
      [
        {
          vendorPath: 'Id',
          type: 'string',
          vendorDisplayName: 'The id',
          vendorReadOnly: true,
          vendorRequired: false,
          primaryKey: true,
        },
        { vendorPath: 'Name', type: 'string', vendorReadOnly: false, vendorRequired: true, mask: 'x' },
      ],
    ]);
  });

  test('/objects/{object}/metadata knows an object below another one, too', async () => {
    const { body } = await asked().call('GET', '/objects/notes/metadata');
    expect(body.fields).toMatchObject([{ vendorPath: 'text', type: 'string' }]);
  });

  test('/objects/{object}/metadata shows the fields of the model', async () => {
    const { body } = await asked().call('GET', '/hubs/general/objects/contacts/metadata');
    const fields = body.fields.map(({ vendorPath, type }: Record<string, string>) => `${vendorPath} ${type}`);
    expect(fields).toEqual([
      'id number',
      'created date',
      'address.city string',
      'tags array',
      'phones[*].number string',
    ]);
  });

  test('/objects/{object}/docs shows its paths, without what callers do not give', async () => {
    const { status, body } = await asked().call('GET', '/objects/contacts/docs');
    expect([status, Object.keys(body.paths)]).toEqual([
      200,
      ['/contacts', '/contacts/{id}', '/contacts/{id}/notes/{noteId}'],
    ]);
    const names = body.paths['/contacts'].get.parameters.map(({ name }: { name: string }) => name);
    expect(names).toEqual(['Authorization', 'nextPage']);
    expect(JSON.stringify(body)).not.toContain('secret value');
  });

  test.each([
    ['/objects/nothing/metadata', 404],
    ['/objects/nothing/docs', 404],
    ['/objects/constructor/metadata', 404],
    ['/objects/__proto__/metadata', 404],
    ['/objects/toString/docs', 404],
    ['/objects/hidden/docs', 404],
    ['/objects/plain/metadata', 400],
  ])('%s is %i', async (path, status) => {
    expect((await asked().call('GET', path)).status).toBe(status);
  });
});

test('a disabled instance answers everything else with 403 and sends nothing', async () => {
  for (const path of ['/ping', '/contacts', '/contacts/7', '/nothing', '/objects/a/b/c']) {
    const { status, body } = await disabled.call('GET', path);
    expect([path, status, body.message]).toEqual([path, 403, expect.stringContaining('is disabled')]);
  }
  expect(vendor.requests).toEqual([]);
});

test('no vendor is asked about objects', async () => {
  await instance.call('GET', '/objects');
  await instance.call('GET', '/objects/contacts/metadata');
  expect(vendor.requests).toEqual([]);
});

test('an object that has no known fields is said to be so', async () => {
  const { body } = await instance.call('GET', '/objects/plain/metadata');
  expect(body.message).toBe('This API is not currently supported for this element');
});

test('an element that has resources of these names answers with them', async () => {
  const own = await connectTestElement(platform, vendor, {
    resources: [
      { method: 'GET', path: '/hubs/general/objects', vendorPath: '/own-objects' },
      { method: 'GET', path: '/hubs/general/objects/{objectName}/metadata', vendorPath: '/own/{objectName}' },
    ],
  });
  vendor.reply = ({ path }) => ({ body: [path] });
  expect((await own.call('GET', '/objects')).body).toEqual(['/own-objects']);
  expect((await own.call('GET', '/objects/x/metadata')).body).toEqual(['/own/x']);
});

describe('/ping of an element without a resource for it', () => {
  test('asks what tells whether credentials work', async () => {
    const checked = await connectTestElement(platform, vendor, {
      resources: [
        { method: 'GET', path: '/hubs/general/check', vendorPath: '/whoami', type: 'provisionAuthValidation' },
      ],
    });
    vendor.requests.length = 0;
    vendor.reply = () => ({ body: { me: true } });
    expect(await checked.call('GET', '/ping')).toMatchObject({ status: 200, body: { endpoint: checked.elementKey } });
    expect(vendor.requests.map(({ path }) => path)).toEqual(['/whoami']);
    vendor.reply = () => ({ status: 403, body: { message: 'no' } });
    expect(await checked.call('GET', '/ping')).toMatchObject({ status: 403, body: { providerMessage: 'no' } });
  });

  test('answers by itself where there is nothing to ask', async () => {
    const silent = await connectTestElement(platform, vendor, { resources: [] });
    vendor.requests.length = 0;
    expect(await silent.call('GET', '/hubs/general/ping')).toMatchObject({
      status: 200,
      body: { endpoint: silent.elementKey },
    });
    expect(vendor.requests).toEqual([]);
  });
});
