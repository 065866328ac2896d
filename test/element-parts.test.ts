// The builder: parts of elements one by one, and what an account adds to elements that are not its own.

import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { addAccount, type OtherAccount } from './support/building.ts';
import { type Answer, credentials, type Platform, startPlatform } from './support/platform.ts';
import { type RecordingVendor, startRecordingVendor } from './support/recording-vendor.ts';
import { makeElement, provision } from './support/test-element.ts';

let platform: Platform;
let vendor: RecordingVendor;
let other: OtherAccount;
beforeAll(async () => {
  vendor = await startRecordingVendor();
  platform = await startPlatform({ environment: { VALENCE_EGRESS: 'any' } });
  other = await addAccount(platform, 'other');
});
afterAll(async () => {
  await platform.close();
  await vendor.close();
});

let key: string;
beforeEach(async () => {
  key = await makeElement(platform, vendor, { resources: [{ method: 'GET', path: '/hubs/general/things' }] });
});

const call = (method: string, path: string, body?: unknown): Promise<Answer> =>
  platform.call(method, `/elements/${key}${path}`, body === undefined ? {} : { body });
const asOther = (method: string, path: string, body?: unknown): Promise<Answer> =>
  platform.call(method, path, { authorization: other.authorization, ...(body === undefined ? {} : { body }) });
/** Makes a part and gives back its number. */
async function make(path: string, body: unknown): Promise<number> {
  const made = await call('POST', path, body);
  expect(made.status, made.body?.message).toBe(200);
  return made.body.id;
}

const hook = { type: 'preRequest', body: 'done({});' };
const parameter = { name: 'q', type: 'query', vendorName: 'search', vendorType: 'query', source: 'request' };

/** Every kind of parts: where it stands, a part, the same changed, and one that is no such part. */
const kinds = [
  { path: '/parameters', part: parameter, changed: { ...parameter, vendorName: 'find' }, wrong: { name: 5 } },
  { path: '/hooks', part: hook, changed: { ...hook, body: 'done();' }, wrong: { ...hook, type: 'sometimes' } },
  {
    path: '/resources',
    part: { method: 'POST', path: '/hubs/general/things', vendorPath: '/things' },
    changed: { method: 'POST', path: '/hubs/general/things', vendorPath: '/other' },
    wrong: { method: 'POST' },
  },
  { path: '/resources/{id}/hooks', part: hook, changed: { ...hook, body: '1' }, wrong: { ...hook, type: 'event' } },
  { path: '/resources/{id}/parameters', part: parameter, changed: { ...parameter, required: true }, wrong: {} },
  { path: '/objects', part: { name: 'things' }, changed: { name: 'items' }, wrong: { name: '' } },
  { path: '/objects/{id}/fields', part: { name: 'a' }, changed: { name: 'a', type: 'date' }, wrong: {} },
  { path: '/models', part: { name: 'm', fields: [] }, changed: { name: 'n' }, wrong: { name: 5 } },
] as const;

test.each(kinds)('$path: made, read, listed, replaced, refused and deleted', async ({ path, part, changed, wrong }) => {
  const holder = path.startsWith('/objects/')
    ? await make('/objects', { name: 'holder' })
    : (await call('GET', '/resources')).body[0].id;
  const place = path.replace('{id}', String(holder));
  const before = (await call('GET', place)).body.length;

  const made = await call('POST', place, part);
  expect(made.status).toBe(200);
  expect(made.body).toMatchObject(part);
  const { id } = made.body;
  expect((await call('GET', `${place}/${id}`)).body).toEqual(made.body);
  expect((await call('GET', place)).body).toHaveLength(before + 1);
  expect((await call('GET', place)).body).toContainEqual(made.body);

  const twice = await call('POST', place, part);
  expect(twice.status).toBe(409);
  expect(twice.body.message).toContain(String(id));

  expect((await call('POST', place, wrong)).status).toBe(400);
  expect((await call('PUT', `${place}/${id}`, wrong)).status).toBe(400);
  expect((await call('GET', `${place}/${id}`)).body).toEqual(made.body);

  const replaced = await call('PUT', `${place}/${id}`, changed);
  expect(replaced.status).toBe(200);
  expect(replaced.body).toMatchObject({ ...changed, id });
  for (const [method, body] of [
    ['GET', undefined],
    ['PUT', changed],
    ['DELETE', undefined],
  ] as const) {
    expect((await call(method, `${place}/${id + 1}`, body)).status, method).toBe(404);
  }
  expect((await call('DELETE', `${place}/${id}`)).status).toBe(200);
  expect((await call('GET', `${place}/${id}`)).status).toBe(404);
  expect((await call('GET', place)).body).toHaveLength(before);
});

test('a resource gets its hub, and what was left out', async () => {
  const made = await call('POST', '/resources', { method: 'get', path: '/extended-resource' });
  expect(made.body).toMatchObject({
    method: 'GET',
    path: '/hubs/general/extended-resource',
    type: 'api',
    kind: 'eb',
    parameters: [],
    hooks: [],
    ownerAccountId: expect.any(Number),
  });
  expect(made.body.ownerAccountId).not.toBe(1);
  const same = await call('POST', '/resources', { method: 'GET', path: '/extended-resource', type: 'api' });
  expect(same.status).toBe(409);
  const lifecycle = await call('POST', '/resources', {
    method: 'GET',
    path: '/extended-resource',
    type: 'onProvision',
  });
  expect(lifecycle.status).toBe(200);
});

test('what is wrong is said in words, with its place', async () => {
  const wrong = { method: 'GET', path: '/a', description: 5, valence: { unheard: true } };
  const { status, body } = await call('POST', '/resources', wrong);
  expect(status).toBe(400);
  expect(body.message).toMatch(/body\/description must be/);
  expect(body.message).toMatch(/body\/valence\/unheard no member of this name may stand here/);
  expect(body.message).not.toContain('schema is false');
});

test('hooks are not legacy, and never become so', async () => {
  const { body: made } = await call('POST', '/hooks', { ...hook, isLegacy: null });
  expect(made).toMatchObject({ isLegacy: false, mimeType: 'application/javascript' });
  const legacy = await call('PUT', `/hooks/${made.id}`, { ...hook, isLegacy: true });
  expect(legacy.status).toBe(400);
  const old = await make('/hooks', { type: 'postRequest', body: 'return {};', isLegacy: true });
  expect((await call('PUT', `/hooks/${old}`, { type: 'postRequest', body: '', isLegacy: true })).status).toBe(200);
});

test('a resource has one model', async () => {
  const [{ id }] = (await call('GET', '/resources')).body;
  const place = `/resources/${id}/models`;
  expect((await call('GET', place)).status).toBe(404);
  const model = { name: 'things', swagger: { things: { type: 'object', properties: { a: { type: 'string' } } } } };
  expect((await call('POST', place, model)).body).toMatchObject(model);
  expect((await call('GET', place)).body).toMatchObject(model);
  expect((await call('GET', `/resources/${id}`)).body.model).toEqual(model);
  expect((await call('DELETE', place)).status).toBe(200);
  expect((await call('DELETE', place)).status).toBe(404);
});

test('all models at once, and the fields of one', async () => {
  const models = await call('PUT', '/models', [{ name: 'a' }, { name: 'b' }]);
  expect(models.body.map(({ name }: { name: string }) => name)).toEqual(['a', 'b']);
  const [{ id }] = models.body;
  const fields = await call('PUT', `/models/${id}/fields`, [{ vendorName: 'x' }]);
  expect(fields.body).toMatchObject([{ id: expect.any(Number), vendorName: 'x' }]);
  expect((await call('GET', `/models/${id}`)).body.fields).toEqual(fields.body);
  expect((await call('PUT', '/models', [{ name: 'a' }, { name: 'a' }])).status).toBe(409);
  expect((await call('PUT', `/models/${id + 7}/fields`, [])).status).toBe(404);
});

test('settings are named by their key; those of the platform are there already', async () => {
  const made = await call('POST', '/configuration', { key: 'region', defaultValue: 'eu' });
  expect(made.body).toMatchObject({ key: 'region', defaultValue: 'eu', id: expect.any(Number) });
  expect((await call('POST', '/configuration', { key: 'region' })).status).toBe(409);
  for (const reserved of ['base.url', 'event.anything', 'bulk.x', 'expires_in', 'username']) {
    const refused = await call('POST', '/configuration', { key: reserved });
    expect(refused.status, reserved).toBe(400);
    expect(refused.body.message).toContain(reserved);
  }
  const own = await call('PUT', '/configuration/region', { key: 'area', defaultValue: 'us' });
  expect(own.body).toMatchObject({ key: 'area', defaultValue: 'us' });
  expect((await call('DELETE', '/configuration/region')).status).toBe(404);
  expect((await call('DELETE', '/configuration/area')).status).toBe(200);

  const pages = await call('PUT', '/configuration/pagination.max', { defaultValue: '7' });
  expect(pages.body).toMatchObject({ key: 'pagination.max', defaultValue: '7', type: 'TEXTFIELD_32' });
  const find = async () =>
    (await call('GET', '/configuration')).body.configuration.filter(
      (setting: { key: string }) => setting.key === 'pagination.max',
    );
  expect(await find()).toMatchObject([{ defaultValue: '7' }]);
  expect((await call('DELETE', '/configuration/pagination.max')).status).toBe(200);
  expect(await find()).toMatchObject([{ defaultValue: '100' }]);
  expect((await call('PUT', '/configuration/nobody', { defaultValue: 'x' })).status).toBe(404);
});

test('an account adds a resource to an element of the catalog, which it alone sees and calls', async () => {
  const list = '/elements/zendesk/resources';
  const before = (await platform.call('GET', list)).body;
  expect(before.every(({ ownerAccountId }: { ownerAccountId: number }) => ownerAccountId === 1)).toBe(true);
  const made = await platform.call('POST', list, {
    body: { method: 'GET', path: '/extended-resource', vendorPath: '/api/v2/extended.json', description: 'Ours' },
  });
  expect(made.status).toBe(200);
  expect(made.body).toMatchObject({ path: '/hubs/helpdesk/extended-resource', ownerAccountId: expect.any(Number) });

  expect((await platform.call('GET', list)).body).toHaveLength(before.length + 1);
  expect((await platform.call('GET', `${list}?accountOnly=true`)).body).toEqual([made.body]);
  expect((await asOther('GET', list)).body).toHaveLength(before.length);
  expect((await asOther('GET', `${list}?accountOnly=true`)).body).toEqual([]);
  expect((await asOther('GET', `${list}/${made.body.id}`)).status).toBe(404);
  expect((await asOther('PUT', `${list}/${made.body.id}`, { method: 'GET', path: '/mine' })).status).toBe(404);
  expect((await asOther('DELETE', `${list}/${made.body.id}`)).status).toBe(404);
  expect((await platform.call('GET', list, { authorization: undefined })).body).toHaveLength(before.length);

  const listed = await platform.call('GET', "/elements?where=extended='true' AND abridged='true'");
  expect(listed.body).toMatchObject([{ key: 'zendesk', extended: true, private: false }]);
  expect((await platform.call('GET', '/elements/zendesk')).body.extended).toBe(true);
  expect((await asOther('GET', '/elements/zendesk')).body.extended).toBe(false);
  const exported = (await platform.call('GET', '/elements/zendesk/export?extendedOnly=true')).body;
  expect(exported).toMatchObject({
    key: 'zendesk',
    extended: true,
    configuration: [],
    resources: [{ path: '/hubs/helpdesk/extended-resource' }],
  });
  expect(exported).not.toHaveProperty('private');

  expect((await platform.call('POST', `${list}/${made.body.id}/hooks`, { body: hook })).status).toBe(200);
  const changed = await platform.call('PUT', `${list}/${made.body.id}`, {
    body: { method: 'GET', path: '/extended-resource', vendorPath: '/x' },
  });
  expect(changed.body).toMatchObject({ id: made.body.id, vendorPath: '/x' });
  expect((await platform.call('DELETE', `${list}/${made.body.id}`)).status).toBe(200);
  expect((await platform.call('GET', list)).body).toEqual(before);
  expect((await platform.call('GET', '/elements/zendesk')).body.extended).toBe(false);
});

test('what is the catalog’s cannot be changed, and is taken over by type, method and path', async () => {
  const list = '/elements/desk/resources';
  const [first] = (await platform.call('GET', list)).body;
  expect(first.id).toBeLessThan(1_000_000_000);
  const { body: one } = await platform.call('GET', `${list}/${first.id}`);
  expect(one).toEqual(first);
  for (const [method, path, body] of [
    ['PUT', `${list}/${first.id}`, { method: first.method, path: first.path }],
    ['DELETE', `${list}/${first.id}`, undefined],
    ['POST', `${list}/${first.id}/hooks`, hook],
    ['POST', `${list}/${first.id}/parameters`, parameter],
    ['DELETE', `${list}/${first.id}/parameters/1`, undefined],
    ['POST', `${list}/${first.id}/models`, { name: 'x' }],
    ['DELETE', `${list}/${first.id}/models`, undefined],
    ['POST', '/elements/desk/hooks', hook],
    ['POST', '/elements/desk/parameters', parameter],
    ['POST', '/elements/desk/configuration', { key: 'x' }],
    ['PUT', '/elements/desk/configuration/base.url', { defaultValue: 'x' }],
    ['POST', '/elements/desk/models', { name: 'x' }],
  ] as const) {
    const answer = await platform.call(method, path, body === undefined ? {} : { body });
    expect(answer.status, `${method} ${path}`).toBe(404);
  }
  expect((await platform.call('GET', list)).body[0]).toEqual(first);

  const same = { method: first.method, path: first.path, type: first.type, vendorPath: '/ours' };
  const taken = await platform.call('POST', list, { body: same });
  const now = (await platform.call('GET', list)).body;
  expect(now.filter(({ method, path }: typeof first) => method === first.method && path === first.path)).toEqual([
    taken.body,
  ]);
  expect((await asOther('GET', list)).body[0]).toEqual(first);
  await platform.call('DELETE', `${list}/${taken.body.id}`);
  expect((await platform.call('GET', list)).body[0]).toEqual(first);
});

test('an account adds fields to an object of the catalog', async () => {
  const { body: objects } = await platform.call('GET', '/elements/sfdc/objects');
  const name = objects[0]?.name ?? 'own';
  const id = objects[0]?.id ?? (await platform.call('POST', '/elements/sfdc/objects', { body: { name } })).body.id;
  const fields = `/elements/sfdc/objects/${id}/fields`;
  const before = (await platform.call('GET', fields)).body;
  const made = await platform.call('POST', fields, { body: { name: 'loyalty__c', type: 'number' } });
  expect(made.status).toBe(200);
  expect((await platform.call('GET', fields)).body).toEqual([...before, made.body]);
  expect((await platform.call('GET', `${fields}?accountOnly=true`)).body).toEqual([made.body]);
  expect((await asOther('GET', '/elements/sfdc')).body.extended).toBe(false);
  expect((await platform.call('DELETE', `${fields}/${made.body.id}`)).status).toBe(200);
  expect((await platform.call('GET', fields)).body).toEqual(before);
});

test('a resource that an account added is called like those of the catalog, by its account only', async () => {
  const shared = key;
  await platform.call('PUT', `/elements/${shared}/accounts/${other.id}`);
  const added = await asOther('POST', `/elements/${shared}/resources`, {
    method: 'GET',
    path: '/own',
    vendorPath: '/added-by-other',
  });
  expect(added.status).toBe(200);
  const theirs = await provision(platform, shared, {}, { authorization: other.authorization });
  const ours = await provision(platform, shared);
  vendor.reply = ({ path }) => ({ body: { path } });
  const theirCall = await platform.call('GET', '/own', {
    authorization: `${other.authorization}, Element ${theirs.body.token}`,
  });
  expect(theirCall.body).toEqual({ path: '/added-by-other' });
  expect((await platform.call('GET', '/own', { authorization: credentials(ours.body.token) })).status).toBe(404);
  await asOther('DELETE', `/elements/${shared}/resources/${added.body.id}`);
  const gone = await platform.call('GET', '/own', {
    authorization: `${other.authorization}, Element ${theirs.body.token}`,
  });
  expect(gone.status).toBe(404);
});

test('no route shows, changes or guesses another account’s element', async () => {
  const marker = 'only-our-account-may-read-this';
  const { body: element } = await platform.call('POST', '/elements', {
    body: {
      key: 'guarded',
      name: marker,
      description: marker,
      configuration: [{ key: 'own', defaultValue: marker }],
      parameters: [{ ...parameter, description: marker }],
      hooks: [{ ...hook, body: `// ${marker}` }],
      resources: [
        {
          method: 'GET',
          path: '/hubs/general/things',
          description: marker,
          parameters: [{ ...parameter, description: marker }],
          hooks: [{ ...hook, body: `// ${marker}` }],
          model: { name: marker },
        },
      ],
      objects: [{ name: marker, fields: [{ name: marker }] }],
      models: [{ name: marker, fields: [{ vendorName: marker }] }],
    },
  });
  const [resource] = element.resources;
  const numbers: Record<string, string | number> = {
    hookId: element.hooks[0].id,
    parameterId: resource.parameters[0].id,
    fieldId: element.objects[0].fields[0].id,
    configurationKey: 'own',
    accountId: other.id,
    type: 'custom',
    operationId: 'getThings',
  };
  const idOf = (path: string) => {
    if (path.includes('/objects')) return element.objects[0].id;
    if (path.includes('/models') && !path.includes('/resources')) return element.models[0].id;
    return path.includes('/resources') ? resource.id : element.parameters[0].id;
  };
  const document = (await (await fetch(`${platform.url}/openapi.json`)).json()) as {
    paths: Record<string, Record<string, unknown>>;
  };
  const bodies: Record<string, unknown> = {
    hooks: hook,
    parameters: parameter,
    resources: { method: 'GET', path: '/things' },
    objects: { name: 'x' },
    fields: { name: 'x' },
    models: { name: 'x' },
    configuration: { key: 'x' },
    instances: { name: 'x', configuration: {} },
    application: { apiKey: 'a', apiSecret: 'b' },
  };
  const bodyOf = (path: string) => {
    if (path.endsWith('/models') && !path.includes('/resources')) return { put: [{ name: 'x' }], post: { name: 'x' } };
    if (/\/models\/\{id\}\/fields$/.test(path)) return { put: [{ name: 'x' }] };
    const list =
      Object.keys(bodies).findLast((name) => path.split('/').at(-1) === name || path.split('/').at(-2) === name) ?? '';
    const body = bodies[list] ?? { name: 'x', key: 'guarded2' };
    return { put: body, post: body, patch: body };
  };

  let asked = 0;
  for (const [path, methods] of Object.entries(document.paths)) {
    if (!/\/elements\/\{(keyOrId|id)\}/.test(path)) continue;
    for (const method of Object.keys(methods)) {
      for (const keyOrId of ['guarded', String(element.id)]) {
        const filled = path
          .replace('/elements/api-v2', '')
          .replace(/\/elements\/\{(keyOrId|id)\}/, `/elements/${keyOrId}`)
          .replace(/\{(\w+)\}/g, (_, name: string) => String(numbers[name] ?? idOf(path)));
        const query = '?apiKey=a&apiSecret=b&callbackUrl=https://c.test';
        const body = (bodyOf(path) as Record<string, unknown>)[method];
        for (const authorization of [other.authorization, undefined]) {
          const answer = await platform.call(method.toUpperCase(), filled + query, {
            authorization,
            ...(body === undefined ? {} : { body }),
          });
          const name = `${method} ${filled} ${authorization === undefined ? 'without credentials' : ''}`;
          expect(JSON.stringify(answer.body ?? ''), name).not.toContain(marker);
          const allowed = authorization === undefined ? [401, 404] : [404, 403];
          expect(allowed, `${name} ${answer.status} ${answer.body?.message}`).toContain(answer.status);
          asked++;
        }
      }
    }
  }
  expect(asked).toBeGreaterThan(200);
  for (const path of ['/elements', '/elements/keys', '/elements/metadata', '/hubs/general/elements']) {
    const { body } = await asOther('GET', path);
    expect(JSON.stringify(body), path).not.toMatch(/guarded|only-our-account/);
  }
  expect((await platform.call('GET', '/elements/guarded')).body).toEqual(element);
});
