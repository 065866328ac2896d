// Descriptions over HTTP: of elements, instances, hubs and the platform, valid in both formats.

import SwaggerParser from '@apidevtools/swagger-parser';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Platform, startPlatform } from './support/platform.ts';
import {
  connectTestElement,
  type RecordingVendor,
  startRecordingVendor,
  type TestInstance,
} from './support/recording-vendor.ts';

let platform: Platform;
let vendor: RecordingVendor;
let instance: TestInstance;
let otherUser: string;

beforeAll(async () => {
  vendor = await startRecordingVendor();
  platform = await startPlatform({ environment: { VALENCE_EGRESS: 'any' } });
  instance = await connectTestElement(platform, vendor, {
    resources: [
      {
        method: 'GET',
        path: '/hubs/general/contacts/{id}',
        vendorPath: '/contacts/{id}',
        model: {
          name: 'contact',
          swagger: {
            contact: {
              properties: {
                id: { type: 'string', 'x-mask': 'a' },
                home: { $ref: 'place' },
                friend: { $ref: 'contact' },
              },
            },
            place: { properties: { city: { type: 'string' } } },
          },
        },
      },
      { method: 'GET', path: '/hubs/general/secret', vendorPath: '/secret', type: 'apiNoDocumentation' },
    ],
  });
  const account = await platform.call('POST', '/accounts', { body: { externalId: 'other' } });
  const user = await platform.call('POST', `/accounts/${account.body.id}/users`, { body: { email: 'ann@other.test' } });
  const organization = await platform.call('GET', '/organizations/me');
  otherUser = `User ${user.body.secret}, Organization ${organization.body.secret}`;
});
afterAll(async () => {
  await platform.close();
  await vendor.close();
});

const open = (path: string) => platform.call('GET', path, { authorization: undefined });
const valid = (document: unknown) => SwaggerParser.validate(structuredClone(document) as never);

describe('GET /elements/{key}/docs', () => {
  test('describes every element of the catalog without credentials, validly in both formats', async () => {
    const keys: string[] = (await open('/elements/keys')).body;
    expect(keys.length).toBeGreaterThan(7);
    for (const key of keys) {
      const swagger = await open(`/elements/${key}/docs`);
      expect([key, swagger.status, swagger.body.swagger]).toEqual([key, 200, '2.0']);
      expect(swagger.body.info.title).toBe(key);
      await valid(swagger.body);
      const openapi = await open(`/elements/${key}/docs?format=openapi3`);
      expect(openapi.body.openapi).toBe('3.1.0');
      expect(Object.keys(openapi.body.paths)).toEqual(Object.keys(swagger.body.paths));
      await valid(openapi.body);
    }
  });

  test('says that the service is reached where it was asked, or where it shall be', async () => {
    const { body } = await open('/elements/zendesk/docs');
    expect([body.host, body.basePath, body.schemes]).toEqual([
      new URL(platform.url).host,
      '/elements/api-v2',
      ['http'],
    ]);
    const other = await open('/elements/zendesk/docs?baseUrl=https://api.example.com:8443/crm/');
    expect([other.body.host, other.body.basePath, other.body.schemes]).toEqual([
      'api.example.com:8443',
      '/crm',
      ['https'],
    ]);
    const bare = await open('/elements/zendesk/docs?baseUrl=https://api.example.com&format=openapi3');
    expect(bare.body.servers).toEqual([{ url: 'https://api.example.com/elements/api-v2' }]);
  });

  test.each(['nonsense', 'ftp://api.example.com', 'javascript:alert(1)'])('baseUrl=%s is 400', async (baseUrl) => {
    const answer = await open(`/elements/zendesk/docs?baseUrl=${encodeURIComponent(baseUrl)}`);
    expect([answer.status, answer.body.message]).toEqual([400, expect.stringContaining('baseUrl')]);
  });

  test('can be of one operation', async () => {
    const { body } = await open('/elements/zendesk/docs?operationId=getObjectsObjectNameMetadata');
    expect([Object.keys(body.paths), Object.keys(body.definitions)]).toEqual([
      ['/objects/{objectName}/metadata'],
      ['objectsMetadata', 'objectsMetadataFields'],
    ]);
    const none = await open('/elements/zendesk/docs?operationId=getNothing');
    expect([none.status, none.body.message]).toEqual([404, expect.stringContaining('getNothing')]);
  });

  test('is of the latest version, or of an earlier one that is kept; of another it is 404', async () => {
    for (const version of ['-1', '1']) {
      expect((await open(`/elements/zendesk/docs?version=${version}`)).status).toBe(200);
    }
    const document = {
      key: 'changing',
      name: 'Changing',
      hub: 'general',
      authentication: { type: 'basic' },
      configuration: [{ key: 'base.url', defaultValue: 'https://api.changing.test' }],
    };
    const withPath = (path: string) => ({ ...document, resources: [{ method: 'GET', path, vendorPath: path }] });
    const made = await platform.call('POST', '/elements', { body: withPath('/before') });
    const changed = await platform.call('PUT', `/elements/${made.body.id}`, { body: withPath('/after') });
    expect([made.status, changed.status]).toEqual([200, 200]);
    const pathsAt = async (version: number) =>
      Object.keys((await platform.call('GET', `/elements/changing/docs?version=${version}`)).body.paths);
    expect(await pathsAt(1)).toContain('/before');
    for (const version of [2, -1]) expect(await pathsAt(version)).toContain('/after');
    const old = await open('/elements/zendesk/docs?version=7');
    expect([old.status, old.body.message]).toEqual([404, expect.stringContaining('version 7')]);
    expect((await open('/elements/zendesk/docs?version=latest')).status).toBe(400);
    expect((await open('/elements/zendesk/docs?format=raml')).status).toBe(400);
  });

  test('shows a private element to its account only', async () => {
    const path = `/elements/${instance.elementKey}/docs`;
    const own = await platform.call('GET', path);
    expect([own.status, own.body.paths['/contacts/{id}']?.get.operationId]).toEqual([200, 'getContactById']);
    expect(own.body.paths).not.toHaveProperty(['/secret']);
    for (const authorization of [undefined, otherUser]) {
      expect((await platform.call('GET', path, { authorization })).status).toBe(404);
    }
    expect((await open('/elements/nothing/docs')).status).toBe(404);
  });
});

describe('docs of an instance', () => {
  const addresses = (path: string) => [
    () => instance.call('GET', `/instances/docs${path}`),
    () => platform.call('GET', `/instances/${instance.id}/docs${path}`),
  ];

  test('are those of its element, by token and by id', async () => {
    const { body } = await platform.call('GET', `/elements/${instance.elementKey}/docs`);
    for (const ask of addresses('')) expect((await ask()).body).toEqual(body);
    for (const ask of addresses('?operationId=getPing&format=openapi3')) {
      expect(Object.keys((await ask()).body.paths)).toEqual(['/ping']);
    }
  });

  test('are of one operation, with the models that it needs', async () => {
    for (const ask of addresses('/getContactById')) {
      const { body } = await ask();
      expect([Object.keys(body.paths), Object.keys(body.definitions)]).toEqual([
        ['/contacts/{id}'],
        ['contact', 'place'],
      ]);
      await valid(body);
    }
    for (const ask of addresses('/getContactById?basic=true')) {
      expect((await ask()).body.definitions.contact.properties.id).toEqual({ type: 'string' });
    }
  });

  test('are the models alone, in the place of references where asked', async () => {
    for (const ask of addresses('/getContactById/definitions')) {
      const { body } = await ask();
      expect(body.contact.properties).toEqual({
        id: { type: 'string', 'x-mask': 'a' },
        home: { $ref: '#/definitions/place' },
        friend: { $ref: '#/definitions/contact' },
      });
    }
    for (const ask of addresses('/getContactById/definitions?resolveReferences=true&basic=true')) {
      const { body } = await ask();
      const home = { type: 'object', properties: { city: { type: 'string' } } };
      expect(body.contact.properties.id).toEqual({ type: 'string' });
      expect(body.contact.properties.home).toEqual(home);
      expect(body.contact.properties.friend.properties.friend).toEqual({ $ref: '#/definitions/contact' });
    }
  });

  test('need credentials that reach the instance, and an operation that there is', async () => {
    for (const path of ['/docs', '/docs/getPing', '/docs/getPing/definitions']) {
      expect((await open(`/instances/${instance.id}${path}`)).status).toBe(401);
      expect((await platform.call('GET', `/instances/999999${path}`)).status).toBe(404);
      const other = await platform.call('GET', `/instances/${instance.id}${path}`, { authorization: otherUser });
      expect(other.status).toBe(404);
    }
    for (const path of ['/getNothing', '/getNothing/definitions', '/getPing?version=3']) {
      for (const ask of addresses(path)) expect((await ask()).status).toBe(404);
    }
  });
});

describe('GET /docs/{name}', () => {
  test('describes a hub: what its elements have in common ways', async () => {
    for (const hub of (await open('/hubs/keys')).body as string[]) {
      const { status, body } = await open(`/docs/${hub}`);
      expect([hub, status, body.basePath]).toEqual([hub, 200, `/elements/api-v2/hubs/${hub}`]);
      await valid(body);
      await valid((await open(`/docs/${hub}?format=openapi3`)).body);
    }
    const helpdesk = (await open('/docs/helpdesk')).body;
    expect(helpdesk.paths['/ping'].get['x-elements'].sort()).toEqual(['desk', 'sfdcservicecloud', 'zendesk']);
  });

  test('shows what a private element adds to its account only', async () => {
    const own = await platform.call('GET', '/docs/general');
    expect(own.body.paths).toHaveProperty(['/contacts/{id}']);
    expect((await open('/docs/general')).body.paths ?? {}).not.toHaveProperty(['/contacts/{id}']);
  });

  test.each(['platform', 'all_platform'])('describes the platform as %s', async (name) => {
    const { status, body } = await open(`/docs/${name}`);
    expect([status, body.basePath]).toEqual([200, '/elements/api-v2']);
    expect(body.paths).toMatchObject({ '/instances/{id}': { get: {} }, '/elements/{keyOrId}/docs': { get: {} } });
    await valid(body);
    await valid((await open(`/docs/${name}?format=openapi3`)).body);
  });

  test.each(['instances', 'elements', 'users'])('describes the part %s of the platform', async (name) => {
    const paths = Object.keys((await open(`/docs/${name}`)).body.paths);
    expect(paths.length).toBeGreaterThan(0);
    expect(paths.filter((path) => path.split('/')[1] !== name)).toEqual([]);
  });

  test.each(['nothing', '__proto__', 'health'])('%s is 404', async (name) => {
    const { status, body } = await open(`/docs/${name}`);
    expect([status, body.message]).toEqual([404, expect.stringContaining('/hubs/keys')]);
  });
});
