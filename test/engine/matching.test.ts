// Which resource a path leads to, through HTTP: the hub says nothing, static segments win, own members only.

import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { credentials, type Platform, startPlatform } from '../support/platform.ts';
import { requestBytes, sendBytes } from '../support/raw-http.ts';
import {
  connectTestElement,
  type RecordingVendor,
  startRecordingVendor,
  type TestInstance,
} from '../support/recording-vendor.ts';

let vendor: RecordingVendor;
let platform: Platform;
let instance: TestInstance;
let generic: TestInstance;

const resource = (method: string, path: string, vendorPath: string, type = 'api') => ({
  method,
  path,
  vendorPath,
  type,
});

beforeAll(async () => {
  vendor = await startRecordingVendor();
  platform = await startPlatform({ environment: { VALENCE_EGRESS: 'any' } });
  instance = await connectTestElement(platform, vendor, {
    resources: [
      resource('GET', '/hubs/general/accounts/{id}', '/by-id/{id}'),
      resource('GET', '/hubs/general/accounts/me', '/me'),
      resource('GET', '/hubs/general/accounts', '/all'),
      resource('POST', '/hubs/general/accounts', '/all'),
      resource('PATCH', '/hubs/general/accounts/{id}', '/by-id/{id}', 'apiNoDocumentation'),
      resource('GET', '/without-hub', '/without-hub'),
      resource('GET', '/hubs/general/elements-of-vendor', '/elements'),
      resource('GET', '/hubs/general/check', '/check', 'provisionAuthValidation'),
      resource('POST', '/hubs/general/on', '/on', 'onProvision'),
      resource('DELETE', '/hubs/general/off', '/off', 'onDelete'),
      resource('POST', '/hubs/general/fresh', '/fresh', 'onRefresh'),
      resource('POST', '/hubs/general/token', '/token', 'oauthOnTokenExchange'),
    ],
  });
  generic = await connectTestElement(platform, vendor, {
    resources: [
      resource('GET', '/hubs/general/{objectName}', '/data/{objectName}'),
      resource('POST', '/hubs/general/{objectName}', '/data/{objectName}'),
      resource('GET', '/hubs/general/{objectName}/{objectId}', '/data/{objectName}/{objectId}'),
      resource(
        'GET',
        '/hubs/general/{objectName}/{objectId}/{childObjectName}',
        '/data/{objectName}/{objectId}/{childObjectName}',
      ),
      resource(
        'DELETE',
        '/hubs/general/{objectName}/{objectId}/{childObjectName}/{childObjectId}',
        '/data/{objectName}/{objectId}/{childObjectName}/{childObjectId}',
      ),
      resource('GET', '/hubs/general/contacts/{id}', '/own/{id}'),
    ],
  });
});

afterAll(async () => {
  await platform.close();
  await vendor.close();
});

beforeEach(() => {
  vendor.requests.length = 0;
});

/** Sent byte by byte, since clients fold slashes and dots. */
async function ask(asked: TestInstance, method: string, path: string) {
  const header: [string, string][] = [['Authorization', credentials(asked.token)]];
  const answer = await sendBytes(platform.url, requestBytes(method, `/elements/api-v2${path}`, header));
  return { ...answer, sent: vendor.requests.map(({ method: sent, url }) => `${sent} ${url}`) };
}

test.each([
  ['GET', '/accounts', 'GET /all'],
  ['GET', '/hubs/general/accounts', 'GET /all'],
  ['GET', '/hubs/crm/accounts', 'GET /all'],
  ['GET', '/hubs/no-such-hub/accounts', 'GET /all'],
  ['GET', '/hubs/%20/accounts', 'GET /all'],
  ['GET', '/accounts/', 'GET /all'],
  ['GET', '//accounts', 'GET /all'],
  ['GET', '/hubs//general///accounts//', 'GET /all'],
  ['GET', '/accounts?x=//y/', 'GET /all'],
  ['POST', '/accounts', 'POST /all'],
  ['GET', '/accounts/me', 'GET /me'],
  ['GET', '/accounts/7', 'GET /by-id/7'],
  ['GET', '/accounts/ME', 'GET /by-id/ME'],
  ['PATCH', '/accounts/me', 'PATCH /by-id/me'],
  ['PATCH', '/hubs/x/accounts/7/', 'PATCH /by-id/7'],
  ['GET', '/hubs/general/without-hub', 'GET /without-hub'],
  ['GET', '/without-hub', 'GET /without-hub'],
  ['GET', '/elements-of-vendor', 'GET /elements'],
])('%s %s is sent as %s', async (method, path, sent) => {
  expect(await ask(instance, method, path)).toMatchObject({ status: 200, sent: [sent] });
});

test.each([
  ['GET', '/contacts', 'GET /data/contacts'],
  ['POST', '/contacts', 'POST /data/contacts'],
  ['GET', '/contacts/7', 'GET /own/7'],
  ['GET', '/deals/7', 'GET /data/deals/7'],
  ['GET', '/contacts/7/notes', 'GET /data/contacts/7/notes'],
  ['DELETE', '/contacts/7/notes/8', 'DELETE /data/contacts/7/notes/8'],
  ['GET', '/constructor', 'GET /data/constructor'],
  ['GET', '/__proto__/toString', 'GET /data/__proto__/toString'],
])('generic resources: %s %s is sent as %s', async (method, path, sent) => {
  expect(await ask(generic, method, path)).toMatchObject({ status: 200, sent: [sent] });
});

test.each(['constructor', '__proto__', 'toString', 'hasOwnProperty', 'valueOf', 'nothing'])(
  '/%s is no resource',
  async (name) => {
    for (const path of [`/hubs/x/${name}`, `/${name}`, `/accounts/7/${name}`]) {
      const answer = await ask(instance, 'GET', path);
      expect([answer.status, answer.sent]).toEqual([404, []]);
      expect(JSON.parse(answer.body).message).toContain(`has no resource`);
    }
  },
);

test.each([
  ['DELETE', '/accounts', 'only GET, POST'],
  ['PUT', '/accounts/7', 'only GET, PATCH'],
  ['DELETE', '/accounts/me', 'only GET, PATCH'],
])('%s %s is 405 and names the methods: %s', async (method, path, methods) => {
  const answer = await ask(instance, method, path);
  expect([answer.status, answer.sent, JSON.parse(answer.body).message]).toEqual([
    405,
    [],
    expect.stringContaining(methods),
  ]);
});

test.each([
  ['GET', '/check'],
  ['POST', '/on'],
  ['DELETE', '/off'],
  ['POST', '/fresh'],
  ['POST', '/token'],
])('lifecycle resources run by themselves only: %s %s is 404', async (method, path) => {
  expect(await ask(instance, method, path)).toMatchObject({ status: 404, sent: [] });
});

test.each(['/accounts/%', '/accounts/%C3%28', '/accounts/%zz'])('%s cannot be decoded and is 400', async (path) => {
  expect(await ask(instance, 'GET', path)).toMatchObject({ status: 400, sent: [] });
});

test('a path without an element token is no element call', async () => {
  const answer = await platform.call('GET', '/hubs/general/without-hub');
  expect([answer.status, vendor.requests]).toEqual([404, []]);
});
