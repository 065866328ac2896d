// Private elements as wholes: imported, exported, replaced, cloned, shared, switched off and deleted, over HTTP.

import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { addAccount } from './support/building.ts';
import { type Answer, createTestKeyring, credentials, type Platform, startPlatform } from './support/platform.ts';
import { type RecordingVendor, startRecordingVendor } from './support/recording-vendor.ts';
import { makeElement } from './support/test-element.ts';

const keyring = createTestKeyring();
let platform: Platform;
let vendor: RecordingVendor;
beforeAll(async () => {
  vendor = await startRecordingVendor();
  platform = await startPlatform({ keyring, environment: { VALENCE_EGRESS: 'any' } });
});
afterAll(async () => {
  await platform.close();
  await vendor.close();
});

const create = (body: unknown) => platform.call('POST', '/elements', { body });
/** The text of an export, as it goes over the wire. */
async function exported(keyOrId: string | number, query = ''): Promise<string> {
  const response = await fetch(`${platform.url}/elements/api-v2/elements/${keyOrId}/export${query}`, {
    headers: { authorization: credentials() },
  });
  expect(response.status).toBe(200);
  return response.text();
}
const send = (method: string, path: string, text: string) =>
  fetch(`${platform.url}/elements/api-v2${path}`, {
    method,
    headers: { authorization: credentials(), 'content-type': 'application/json' },
    body: text,
  });

const hook = { type: 'preRequest', mimeType: 'application/javascript', body: 'done({});', isLegacy: false };

async function addressNeeded(): Promise<boolean> {
  const { body } = await platform.call('GET', '/elements/acmecrmbeta/configuration');
  return body.configuration.find(({ key }: { key: string }) => key === 'base.url').required;
}

test('a name is enough: key, hub, authentication and the settings of the platform are added', async () => {
  const { status, body } = await create({ name: 'Acme CRM (beta)' });
  expect(status).toBe(200);
  expect(body).toMatchObject({
    key: 'acmecrmbeta',
    hub: 'general',
    authentication: { type: 'custom' },
    private: true,
    extended: false,
    active: true,
    deleted: false,
    parameters: [],
    hooks: [],
    resources: [],
  });
  const settings = new Map<string, { defaultValue?: string; required: boolean }>(
    body.configuration.map((setting: { key: string }) => [setting.key, setting]),
  );
  for (const key of ['base.url', 'pagination.type', 'event.notification.enabled', 'bulk.query.field_name']) {
    expect(settings.has(key), key).toBe(true);
  }
  expect(settings.get('filter.response.nulls')?.defaultValue).toBe('true');
  expect(settings.has('oauth.api.key')).toBe(false);

  expect(settings.get('base.url')?.required).toBe(false);
  const path = '/acmecrmbeta/resources';
  await platform.call('POST', `/elements${path}`, {
    body: { method: 'GET', path: '/a', vendorPath: 'https://a.test/a' },
  });
  expect(await addressNeeded()).toBe(false);
  await platform.call('POST', `/elements${path}`, { body: { method: 'GET', path: '/b', vendorPath: '/b' } });
  expect(await addressNeeded()).toBe(true);

  const oauth = await create({ name: 'With consent', authentication: { type: 'oauth2' } });
  const keys = oauth.body.configuration.map(({ key }: { key: string }) => key);
  for (const key of ['oauth.api.key', 'oauth.token.url', 'oauth.user.refresh_interval']) expect(keys).toContain(key);
});

test('what a server wrote elsewhere is left out, what it does not know is kept, and an export is imported to itself', async () => {
  const made = {
    id: 77,
    key: 'kept',
    name: 'Kept',
    hub: 'crm',
    'odd member': { id: 5, createdDate: 'as it is' },
    authentication: { type: 'custom' },
    createdDate: '2018-01-01',
    configuration: [{ id: 9, key: 'base.url', defaultValue: 'https://a.test', 'di¸splayOrder': 1 }],
    parameters: [{ id: 3, elementId: 77, name: 'x', type: 'value', vendorName: 'X', vendorType: 'header' }],
    hooks: [{ ...hook, id: 4, elementId: 77, body: 'this is { no script' }],
    resources: [
      {
        path: '/hubs/crm/things',
        id: 12,
        ownerAccountId: 3,
        method: 'GET',
        vendorPath: '/things',
        parameters: [{ id: 1, resourceId: 12, createdDate: 1, name: 'page', type: 'query', vendorName: 'page' }],
        hooks: [{ type: 'postRequest', id: 8 }],
        model: { id: 6, name: 'things', swagger: { things: { properties: { id: { type: 'integer' } } } } },
      },
    ],
    objects: [{ id: 2, name: 'things', fields: [{ id: 1, objectId: 2, name: 'id' }] }],
    models: [
      { id: 31, name: 'parent', childModelIds: [32] },
      { id: 32, name: 'child', fields: [{ id: 1, vendorName: 'p' }] },
      { id: 33, name: 'alone' },
    ],
  };
  const { status, body } = await create(made);
  expect(status).toBe(200);
  expect(body.resources[0].id).toBeGreaterThanOrEqual(1_000_000_000);
  expect(body.resources[0].hooks[0].body).toBe('');

  const first = await exported('kept');
  expect(JSON.parse(first)).toEqual({
    key: 'kept',
    name: 'Kept',
    hub: 'crm',
    'odd member': { id: 5, createdDate: 'as it is' },
    authentication: { type: 'custom' },
    configuration: [{ key: 'base.url', defaultValue: 'https://a.test', 'di¸splayOrder': 1 }],
    parameters: [{ name: 'x', type: 'value', vendorName: 'X', vendorType: 'header' }],
    hooks: [{ ...hook, body: 'this is { no script' }],
    resources: [
      {
        path: '/hubs/crm/things',
        method: 'GET',
        vendorPath: '/things',
        parameters: [{ name: 'page', type: 'query', vendorName: 'page' }],
        hooks: [{ type: 'postRequest', body: '' }],
        model: { name: 'things', swagger: { things: { properties: { id: { type: 'integer' } } } } },
      },
    ],
    objects: [{ name: 'things', fields: [{ name: 'id' }] }],
    models: [
      { name: 'parent', childModelIds: [32] },
      // Its number is what another model knows it by.
      { id: 32, name: 'child', fields: [{ vendorName: 'p' }] },
      { name: 'alone' },
    ],
  });
  expect(Object.keys(JSON.parse(first).resources[0])).toEqual([
    'path',
    'method',
    'vendorPath',
    'parameters',
    'hooks',
    'model',
  ]);

  const byId = await exported(body.id);
  expect(byId).toBe(first.replace('{', `{"id":${body.id},`));

  expect((await platform.call('DELETE', '/elements/kept')).status).toBe(200);
  expect((await send('POST', '/elements', byId)).status).toBe(200);
  // What comes back under its key has the id that it had.
  expect(await exported(body.id)).toBe(byId);
  expect(await exported('kept')).toBe(first);
  expect((await send('PUT', '/elements/kept', first)).status).toBe(200);
  expect(await exported('kept')).toBe(first);
});

test('export → import → export is byte-identical for any document', async () => {
  const text = fc.string({ unit: 'grapheme', maxLength: 20 });
  const json = fc.jsonValue({ maxDepth: 3, stringUnit: 'grapheme' }).map((value) => clean(value));
  const part = fc.record(
    { id: fc.integer(), description: text, 'odd ␀': json, updatedDate: fc.integer() },
    { requiredKeys: [] },
  );
  const parameter = fc.tuple(part, fc.record({ name: text, type: text })).map(([a, b]) => ({ ...a, ...b }));
  const hooks = fc.array(
    fc.tuple(part, fc.record({ type: text, body: text })).map(([a, b]) => ({ ...b, ...a })),
    { maxLength: 2 },
  );
  const resource = fc
    .record({
      path: fc.string().map((path) => `/hubs/x/${path}`),
      method: fc.constantFrom('GET', 'POST', 'whatever'),
      rootKey: fc.option(text),
      parameters: fc.option(fc.array(parameter, { maxLength: 3 })),
      hooks: fc.option(hooks),
      model: json,
    })
    .chain((one) => part.map((more) => ({ ...more, ...one })));
  const documents = fc.record({
    name: fc.string({ minLength: 1 }),
    configuration: fc.array(fc.record({ key: fc.string({ minLength: 1 }), defaultValue: fc.option(text) })),
    resources: fc.array(resource, { maxLength: 3 }),
    hooks,
    extra: json,
  });
  let number = 0;
  await fc.assert(
    fc.asyncProperty(documents, async (document) => {
      const key = `any${number++}`;
      const created = await create({ ...document, key });
      expect(created.status, created.body?.message).toBe(200);
      const first = await exported(key);
      await platform.call('DELETE', `/elements/${key}`);
      const again = await send('POST', '/elements', first);
      expect(again.status).toBe(200);
      await again.text();
      expect(await exported(key)).toBe(first);
    }),
    { numRuns: 60 },
  );
});

/** The server refuses members of these names, wherever they stand. */
function clean(value: unknown): unknown {
  return JSON.parse(JSON.stringify(value), (name, member) =>
    name === '__proto__' || name === 'constructor' ? undefined : member,
  );
}

test('the catalog’s documents survive export and import', async () => {
  const { body: keys } = await platform.call('GET', '/elements/keys', { authorization: undefined });
  const open = await fetch(`${platform.url}/elements/api-v2/elements/${keys[0]}/export`);
  expect(open.status).toBe(200);
  for (const { key, id } of (await platform.call('GET', '/elements', { authorization: undefined })).body) {
    const first = await exported(key);
    const { resources } = JSON.parse(readFileSync(`elements/${key}/element.json`, 'utf8'));
    expect(JSON.parse(first).resources).toHaveLength(resources.length);
    const created = await send('POST', '/elements', first);
    expect(created.status).toBe(200);
    const own = (await created.json()) as { id: number; private: boolean };
    expect(own.private).toBe(true);
    expect(await exported(key)).toBe(first);
    expect((await platform.call('GET', `/elements/${key}`)).body.id).toBe(own.id);
    expect((await platform.call('DELETE', `/elements/${own.id}`)).status).toBe(200);
    expect((await platform.call('GET', `/elements/${key}`)).body.id).toBe(id);
  }
});

test('PUT replaces a document whole or not at all, and its parts keep their numbers', async () => {
  const resource = { method: 'GET', path: '/hubs/general/a', vendorPath: '/a', hooks: [hook] };
  const { body: before } = await create({ key: 'replaced', name: 'Before', resources: [resource] });
  const wrong = await platform.call('PUT', '/elements/replaced', {
    body: { name: 'x', resources: [{ method: 'GET' }] },
  });
  expect(wrong.status).toBe(400);
  expect(wrong.body.message).toContain('/resources/0');
  expect((await platform.call('GET', '/elements/replaced')).body).toEqual(before);

  const renamed = { ...before.resources[0], path: '/hubs/general/b' };
  const { status, body: after } = await platform.call('PUT', `/elements/${before.id}`, {
    body: { ...before, name: 'After', resources: [{ ...resource, vendorPath: '/new' }, renamed] },
  });
  expect(status).toBe(200);
  expect(after).toMatchObject({ id: before.id, key: 'replaced', name: 'After' });
  // The number went where it was carried to; what has no number of its own gets a new one.
  expect(after.resources[1]).toMatchObject({ id: before.resources[0].id, path: '/hubs/general/b' });
  expect(after.resources[0].id).not.toBe(before.resources[0].id);
  expect(after.resources[1].hooks[0].id).toBe(before.resources[0].hooks[0].id);

  const { body: bare } = await platform.call('PUT', '/elements/replaced', {
    body: { name: 'Bare', resources: [resource] },
  });
  expect(bare.resources[0].id).toBe(after.resources[0].id);

  const legacy = await platform.call('PUT', '/elements/replaced', {
    body: { ...bare, resources: [{ ...resource, hooks: [{ ...hook, isLegacy: true }] }] },
  });
  expect(legacy.status).toBe(400);
  expect(legacy.body.message).toContain('legacy');
});

test('a key stays unique when it changes, and an element of the catalog cannot be replaced', async () => {
  await create({ key: 'one', name: 'One' });
  await create({ key: 'two', name: 'Two' });
  expect((await platform.call('PUT', '/elements/one', { body: { key: 'two', name: 'One' } })).status).toBe(409);
  expect((await create({ name: 'Two' })).status).toBe(409);
  const moved = await platform.call('PUT', '/elements/one', { body: { key: 'uno', name: 'One' } });
  expect(moved.body.key).toBe('uno');
  expect((await platform.call('GET', '/elements/one')).status).toBe(404);
  for (const [method, path] of [
    ['PUT', '/elements/zendesk'],
    ['DELETE', '/elements/zendesk'],
    ['PUT', '/elements/zendesk/active'],
  ] as const) {
    const { status, body } = await platform.call(method, path, method === 'PUT' ? { body: { name: 'x' } } : {});
    expect(status, path).toBe(404);
    expect(body.message).toContain('/clone');
  }
});

test('a clone is a private copy without the keys of an application', async () => {
  await create({
    key: 'original',
    name: 'Original',
    configuration: [{ key: 'oauth.api.key', defaultValue: 'ours' }, { key: 'oauth.api.secret' }, { key: 'region' }],
    resources: [{ method: 'GET', path: '/hubs/general/a' }],
  });
  const { status, body } = await platform.call('POST', '/elements/original/clone');
  expect(status).toBe(200);
  expect(body).toMatchObject({ key: 'originalcopy', name: 'Original Copy', private: true });
  expect(
    body.configuration.slice(0, 3).map((setting: Record<string, unknown>) => setting['defaultValue'] ?? null),
  ).toEqual([null, null, null]);
  expect(body.resources).toHaveLength(1);
  expect((await platform.call('POST', '/elements/original/clone')).body.key).toBe('originalcopy2');
  const named = await platform.call('POST', '/elements/zendesk/clone', { body: { name: 'Our desk' } });
  expect(named.body).toMatchObject({ key: 'ourdesk', name: 'Our desk', hub: 'helpdesk' });
  expect((await platform.call('POST', '/elements/zendesk/clone', { body: { key: 'ourdesk' } })).status).toBe(409);
});

test('no instance is made with an element that is switched off, and none is deleted that has instances', async () => {
  const key = await makeElement(platform, vendor, { resources: [] });
  const provision = () =>
    platform.call('POST', '/instances', { body: { element: { key }, name: 'x', configuration: {} } });
  expect((await platform.call('DELETE', `/elements/${key}/active`)).status).toBe(200);
  const refused = await provision();
  expect(refused.status).toBe(400);
  expect(refused.body.message).toContain('active');
  expect((await platform.call('PUT', `/elements/${key}/active`)).status).toBe(200);
  const instance = await provision();
  expect(instance.status).toBe(200);

  const kept = await platform.call('DELETE', `/elements/${key}`);
  expect(kept.status).toBe(409);
  expect(kept.body.message).toContain('1 instances');
  await platform.call('DELETE', `/instances/${instance.body.id}`);
  expect((await platform.call('DELETE', `/elements/${key}`)).status).toBe(200);
  expect((await platform.call('GET', `/elements/${key}`)).status).toBe(404);
});

test('an element that is shared is used by the other account and stays its owner’s', async () => {
  const other = await addAccount(platform, 'shared-with');
  const key = await makeElement(platform, vendor, {
    resources: [{ method: 'GET', path: '/hubs/general/things', vendorPath: '/things' }],
  });
  const asOther = (method: string, path: string, body?: unknown): Promise<Answer> =>
    platform.call(method, path, { authorization: other.authorization, ...(body === undefined ? {} : { body }) });

  expect((await asOther('GET', `/elements/${key}`)).status).toBe(404);
  expect((await platform.call('PUT', `/elements/${key}/accounts/${other.id}`)).body).toEqual({ id: other.id });
  expect((await platform.call('GET', `/elements/${key}/accounts`)).body).toEqual([{ id: other.id }]);
  expect((await platform.call('PUT', `/elements/${key}/accounts/999999`)).status).toBe(404);
  const seen = await asOther('GET', `/elements/${key}`);
  expect(seen.body.key).toBe(key);
  for (const [method, path, body] of [
    ['PUT', '', { name: 'mine now' }],
    ['DELETE', '', undefined],
    ['PUT', '/active', undefined],
    ['POST', '/hooks', hook],
    ['GET', '/accounts', undefined],
  ] as const) {
    expect((await asOther(method, `/elements/${key}${path}`, body)).status, `${method} ${path}`).toBeGreaterThanOrEqual(
      403,
    );
  }
  const instance = await asOther('POST', '/instances', { element: { key }, name: 'x', configuration: {} });
  expect(instance.status).toBe(200);

  expect((await platform.call('DELETE', `/elements/${key}/accounts/${other.id}`)).status).toBe(200);
  expect((await platform.call('DELETE', `/elements/${key}/accounts/${other.id}`)).status).toBe(404);
  expect((await asOther('GET', `/elements/${key}`)).status).toBe(404);
  const authorization = `${other.authorization}, Element ${instance.body.token}`;
  vendor.reply = () => ({ body: [{ id: 1 }] });
  expect((await platform.call('GET', '/things', { authorization })).body).toEqual([{ id: 1 }]);
});

test('the next call uses a changed definition, here and in another process', async () => {
  const other = await startPlatform({
    databaseUrl: platform.databaseUrl,
    keyring,
    environment: { VALENCE_EGRESS: 'any' },
  });
  const resource = { method: 'GET', path: '/hubs/general/things', vendorPath: '/old' };
  const key = await makeElement(platform, vendor, { resources: [resource] });
  const { body: instance } = await platform.call('POST', '/instances', {
    body: { element: { key }, name: 'x', configuration: {} },
  });
  const authorization = credentials(instance.token);
  const asked = async (through: Platform) => {
    vendor.reply = () => ({ body: [] });
    const { status } = await through.call('GET', '/things', { authorization });
    expect(status).toBe(200);
    return vendor.requests.at(-1)?.path;
  };
  expect(await asked(platform)).toBe('/old');
  expect(await asked(other)).toBe('/old');
  for (let number = 0; number < 10; number++) {
    const { body: element } = await platform.call('GET', `/elements/${key}`);
    await platform.call('PUT', `/elements/${key}/resources/${element.resources[0].id}`, {
      body: { ...resource, vendorPath: `/new${number}` },
    });
    expect(await asked(platform)).toBe(`/new${number}`);
    expect(await asked(other)).toBe(`/new${number}`);
  }
  await other.close();
});

test('a call in flight ends with the definition that it began with', async () => {
  const second = { method: 'GET', path: '/hubs/general/second', vendorPath: '/old' };
  const key = await makeElement(platform, vendor, {
    resources: [
      { method: 'GET', path: '/hubs/general/first', vendorPath: '/held', nextResource: 'GET:/hubs/general/second' },
      second,
    ],
  });
  const { body: instance } = await platform.call('POST', '/instances', {
    body: { element: { key }, name: 'x', configuration: {} },
  });
  const authorization = credentials(instance.token);
  const held = Promise.withResolvers<void>();
  const arrived = Promise.withResolvers<void>();
  vendor.reply = async ({ path }) => {
    if (path === '/held') {
      arrived.resolve();
      await held.promise;
    }
    return { body: { path } };
  };
  const inFlight = platform.call('GET', '/first', { authorization });
  await arrived.promise;
  const { body: element } = await platform.call('GET', `/elements/${key}`);
  const changed = await platform.call('PUT', `/elements/${key}/resources/${element.resources[1].id}`, {
    body: { ...second, vendorPath: '/new' },
  });
  expect(changed.status).toBe(200);
  held.resolve();
  expect((await inFlight).body).toEqual({ path: '/old' });
  expect((await platform.call('GET', '/first', { authorization })).body).toEqual({ path: '/new' });
});

test('documents say null where they mean nothing', async () => {
  const nothing = { name: null, type: null, required: null, options: null, displayOrder: null, active: null };
  const { status, body } = await create({
    key: 'nulls',
    name: 'Nulls',
    hub: null,
    authentication: null,
    configuration: [{ key: 'x', ...nothing }],
    resources: null,
    hooks: null,
    parameters: null,
    objects: null,
    models: null,
    active: null,
  });
  expect(status, body.message).toBe(200);
  for (const path of ['', '/docs', '/metadata?expand=true', '/resources', '/export']) {
    expect((await platform.call('GET', `/elements/nulls${path}`)).status, path).toBe(200);
  }
  const instance = await platform.call('POST', '/instances', {
    body: { element: { key: 'nulls' }, name: 'x', configuration: { 'base.url': vendor.url } },
  });
  expect(instance.status, instance.body.message).toBe(200);
  const answer = await platform.call('GET', '/things', { authorization: credentials(instance.body.token) });
  expect(answer.status).toBe(404);
});

test('versions tell what changed when, and an earlier one is described', async () => {
  await create({ key: 'versioned', name: 'First' });
  await platform.call('PUT', '/elements/versioned', { body: { name: 'Second' } });
  await platform.call('PUT', '/elements/versioned', { body: { name: 'Third' } });
  const { body } = await platform.call('GET', '/elements/versioned/versions');
  expect(body.map(({ version, current }: { version: number; current: boolean }) => [version, current])).toEqual([
    [3, true],
    [2, false],
    [1, false],
  ]);
  const described = async (version: number) =>
    Object.keys((await platform.call('GET', `/elements/versioned/docs?version=${version}`)).body.paths ?? {});
  expect(await described(-1)).not.toContain('/a');
  await platform.call('POST', '/elements/versioned/resources', { body: { method: 'GET', path: '/a' } });
  expect(await described(-1)).toContain('/a');
  expect(await described(4)).toContain('/a');
  expect(await described(3)).not.toContain('/a');
  expect((await platform.call('GET', '/elements/versioned/docs?version=9')).status).toBe(404);
  expect((await platform.call('GET', '/elements/zendesk/versions')).body).toHaveLength(1);
});
