// Calls to common resources: path, query and body in the vendor's words, answers in ours, scripts after the mapping.

import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { administrator, credentials, type Platform, startPlatform } from '../support/platform.ts';
import {
  connectTestElement,
  type RecordingVendor,
  startRecordingVendor,
  type TestInstance,
} from '../support/recording-vendor.ts';
import { provision } from '../support/test-element.ts';

let vendor: RecordingVendor;
let platform: Platform;
let objects = 0;

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
});

const query = (name: string) => ({ type: 'query', name, vendorType: 'query', vendorName: name });
const path = (name: string) => ({ type: 'path', name, vendorType: 'path', vendorName: name });
const body = { type: 'body', name: 'body', vendorType: 'body', vendorName: 'body' };
const resource = (method: string, at: string, parameters: unknown[] = []) => ({
  method,
  path: `/hubs/general${at}`,
  vendorPath: at,
  parameters,
  objectName: 'People',
});
const lists = ['where', 'fields', 'orderBy'].map(query);
const resources = [
  resource('GET', '/people', lists),
  resource('POST', '/people', [body]),
  resource('GET', '/people/{id}', [path('id')]),
  resource('PATCH', '/people/{id}', [path('id'), body]),
  resource('DELETE', '/people/{id}', [path('id')]),
  resource('GET', '/lists/{id}/people', [path('id'), ...lists]),
  { ...resource('GET', '/people/{id}/notes', [path('id')]), objectName: 'Notes' },
];

const definitionFields = [
  { path: 'id', type: 'string' },
  { path: 'name.first', type: 'string' },
  { path: 'mail', type: 'string' },
  { path: 'age', type: 'number' },
];
const transformationFields = [
  { path: 'id', vendorPath: 'Id' },
  { path: 'name.first', vendorPath: 'FirstName' },
  { path: 'mail', vendorPath: 'Contact.Email' },
  { path: 'age', vendorPath: 'Age', type: 'number', vendorType: 'string' },
];

interface Mapped {
  instance: TestInstance;
  objectName: string;
}

/** An instance whose object of a new name is mapped to people; what is given replaces members of the transformation. */
async function map(transformation: Record<string, unknown> = {}): Promise<Mapped> {
  const instance = await connectTestElement(platform, vendor, { resources });
  const objectName = `myPeople${++objects}`;
  await done(
    platform.call('POST', `/organizations/objects/${objectName}/definitions`, { body: { fields: definitionFields } }),
  );
  await done(
    platform.call('POST', `/organizations/elements/${instance.elementKey}/transformations/${objectName}`, {
      body: { vendorName: 'people', fields: transformationFields, ...transformation },
    }),
  );
  return { instance, objectName };
}

async function done(call: ReturnType<Platform['call']>): Promise<void> {
  const { status, body: answered } = await call;
  if (status !== 200) throw new Error(`${status} ${answered.message}`);
}

const ada = { Id: '1', FirstName: 'Ada', Contact: { Email: 'ada@example.test' }, Age: '36', Extra: true };
const script = (text: string, more: Record<string, unknown> = {}) => ({
  script: { body: text, mimeType: 'application/javascript', ...more },
});
const sent = () => {
  const request = vendor.requests.at(-1);
  if (request === undefined) throw new Error('The vendor was sent nothing');
  return request;
};

test('a list comes in our shape; what is not mapped passes through', async () => {
  vendor.reply = () => ({ body: [ada] });
  const { instance, objectName } = await map();
  const { status, body: rows, headers } = await instance.call('GET', `/hubs/general/${objectName}`);
  expect(status).toBe(200);
  expect(rows).toEqual([{ id: '1', name: { first: 'Ada' }, mail: 'ada@example.test', age: 36, Extra: true }]);
  expect(headers.get('elements-error')).toBeNull();
  expect(sent().path).toBe('/people');
});

test('where, fields and orderBy reach the vendor in its words; the fields that were asked for come back in ours', async () => {
  vendor.reply = () => ({ body: [ada] });
  const { instance, objectName } = await map();
  const given = new URLSearchParams({
    where: "mail = 'ada@example.test' AND (age > 30 OR Extra = true)",
    fields: 'mail,name.first',
    orderBy: 'name.first desc',
  });
  const { body: rows } = await instance.call('GET', `/hubs/general/${objectName}?${given}`);
  expect(sent().query.get('where')).toBe("Contact.Email = 'ada@example.test' AND (Age > 30 OR Extra = true)");
  expect(sent().query.get('fields')).toBe('Contact.Email,FirstName');
  expect(sent().query.get('orderBy')).toBe('FirstName desc');
  expect(rows).toEqual([{ mail: 'ada@example.test', name: { first: 'Ada' } }]);
});

test('one record is read, created, changed and removed; a change touches only what was set', async () => {
  vendor.reply = () => ({ body: ada });
  const { instance, objectName } = await map();
  const at = `/hubs/general/${objectName}`;
  expect((await instance.call('GET', `${at}/1`)).body).toMatchObject({ id: '1', name: { first: 'Ada' } });
  expect(sent().path).toBe('/people/1');

  const created = await instance.call('POST', at, { body: { name: { first: 'Ada' }, age: 36, color: 'red' } });
  expect([sent().method, sent().path, JSON.parse(sent().text)]).toEqual([
    'POST',
    '/people',
    { FirstName: 'Ada', Age: '36', color: 'red' },
  ]);
  expect(created.body).toMatchObject({ id: '1', mail: 'ada@example.test' });

  await instance.call('PATCH', `${at}/1`, { body: { mail: 'a@example.test' } });
  expect([sent().path, JSON.parse(sent().text)]).toEqual(['/people/1', { Contact: { Email: 'a@example.test' } }]);

  expect((await instance.call('DELETE', `${at}/1`)).status).toBe(200);
  expect([sent().method, sent().path]).toEqual(['DELETE', '/people/1']);
});

test('below another object it is mapped, too; what stands below it is the element’s own', async () => {
  vendor.reply = () => ({ body: [ada] });
  const { instance, objectName } = await map();
  const { body: below } = await instance.call('GET', `/hubs/general/lists/7/${objectName}?where=age%3D36`);
  expect([sent().path, sent().query.get('where')]).toEqual(['/lists/7/people', 'Age = 36']);
  expect(below[0]).toMatchObject({ id: '1', age: 36 });
  const { body: notes } = await instance.call('GET', `/hubs/general/${objectName}/1/notes`);
  expect(sent().path).toBe('/people/1/notes');
  expect(notes).toEqual([ada]);
});

test('the vendor’s own name goes past the mapping', async () => {
  vendor.reply = () => ({ body: [ada] });
  const { instance } = await map();
  expect((await instance.call('GET', '/hubs/general/people')).body).toEqual([ada]);
});

test('a vendor name that is an object of resources leads to their path', async () => {
  vendor.reply = () => ({ body: [ada] });
  const { instance, objectName } = await map({ vendorName: 'People' });
  expect((await instance.call('GET', `/hubs/general/${objectName}`)).body[0]).toMatchObject({ id: '1' });
  expect(sent().path).toBe('/people');
});

test('a value of a wrong type is refused when it is written, every one named, and told when it is read', async () => {
  const { instance, objectName } = await map();
  const refused = await instance.call('POST', `/hubs/general/${objectName}`, { body: { age: 'old', mail: { a: 1 } } });
  expect(refused.status).toBe(400);
  expect(refused.body.message).toMatch(/"old" of age is not a number/);
  expect(refused.body.message).toMatch(/of mail is not text/);
  expect(vendor.requests).toEqual([]);
  vendor.reply = () => ({ body: [{ Id: '1', Age: 'old' }] });
  const read = await instance.call('GET', `/hubs/general/${objectName}`);
  expect(read.body).toEqual([{ id: '1', age: 'old' }]);
  expect(read.headers.get('elements-error')).toMatch(/"old" of Age is not a number, as age should be/);
});

test('a script changes each record, in both directions', async () => {
  const { instance, objectName } = await map(
    script(
      `transformedObject.seen = fromVendor ? originalObject.Id + '!' : originalObject.id + '?';
       done(transformedObject);`,
    ),
  );
  vendor.reply = () => ({ body: [ada, { ...ada, Id: '2' }] });
  const { body: rows } = await instance.call('GET', `/hubs/general/${objectName}`);
  expect(rows.map(({ seen }: { seen: string }) => seen)).toEqual(['1!', '2!']);
  vendor.reply = () => ({ body: ada });
  await instance.call('POST', `/hubs/general/${objectName}`, { body: { id: '9' } });
  expect(JSON.parse(sent().text)).toEqual({ Id: '9', seen: '9?' });
});

test('a script that fails leaves what the mapping made, and the answer says so', async () => {
  const { instance, objectName } = await map(
    script(
      `if (originalObject.Id === '2') throw new Error('no two');\ntransformedObject.ok = true; done(transformedObject);`,
    ),
  );
  vendor.reply = () => ({ body: ['1', '2', '3'].map((Id) => ({ Id })) });
  const { status, body: rows, headers } = await instance.call('GET', `/hubs/general/${objectName}`);
  expect(status).toBe(200);
  expect(rows).toEqual([{ id: '1', ok: true }, { id: '2' }, { id: '3', ok: true }]);
  expect(headers.get('elements-error')).toMatch(/record 2.*no two.*line 1/);
});

test('done() keeps the record, an empty answer drops it where the mapping says so', async () => {
  const text = `if (originalObject.Id === '2') done({}); else if (originalObject.Id === '3') done(); else done(transformedObject);`;
  vendor.reply = () => ({ body: ['1', '2', '3'].map((Id) => ({ Id })) });
  const kept = await map(script(text));
  expect((await kept.instance.call('GET', `/hubs/general/${kept.objectName}`)).body).toEqual([
    { id: '1' },
    {},
    { id: '3' },
  ]);
  const dropped = await map(script(text, { filterEmptyResponse: true }));
  const { body: rows, headers } = await dropped.instance.call('GET', `/hubs/general/${dropped.objectName}`);
  expect(rows).toEqual([{ id: '1' }]);
  expect(headers.get('elements-returned-count')).toBe('1');
});

test('a script of the older contract gives its value by return', async () => {
  const { instance, objectName } = await map({
    ...script('return { only: originalObject.Id };'),
    isLegacy: true,
  });
  vendor.reply = () => ({ body: [ada, { Id: '2' }] });
  expect((await instance.call('GET', `/hubs/general/${objectName}`)).body).toEqual([{ only: '1' }, { only: '2' }]);
});

test('a script that is told to sees the conditions and may change them', async () => {
  const { instance, objectName } = await map({
    ...script(
      `if (isWhere) {
         const [first] = transformedObject.where;
         done({ where: [{ ...first, value: originalObject.where[0].attribute + ':' + first.value }] });
       } else done(transformedObject);`,
    ),
    configuration: [{ type: 'applyJSOnQueryFieldValue', properties: {} }],
  });
  vendor.reply = () => ({ body: [] });
  await instance.call('GET', `/hubs/general/${objectName}?where=${encodeURIComponent("mail = 'x'")}`);
  expect(sent().query.get('where')).toBe("Contact.Email = 'mail:x'");
});

test('a script sees with what the platform is called', async () => {
  const { instance, objectName } = await map(
    script('transformedObject.configuration = configuration; done(transformedObject);'),
  );
  vendor.reply = () => ({ body: { Id: '1' } });
  const { body: record } = await instance.call('GET', `/hubs/general/${objectName}/1`);
  expect(record.configuration).toMatchObject({
    protocol: 'http',
    pathPrefix: '/elements/api-v2',
    elementInstanceToken: instance.token,
  });
  expect(record.configuration.userSecret).not.toBe('');
});

test('a script of one account does not see the secrets of a caller of another', async () => {
  const account = await platform.call('POST', '/accounts', { body: { externalId: 'customer' } });
  const user = await platform.call('POST', `/accounts/${account.body.id}/users`, {
    body: { email: 'customer@example.test', firstName: 'A', lastName: 'Customer' },
  });
  const ask = { authorization: `User ${user.body.secret}, ${credentials().split(', ')[1]}` };
  const elementKey = 'theirs';
  await done(
    platform.call('POST', '/elements', {
      ...ask,
      body: {
        key: elementKey,
        name: elementKey,
        hub: 'general',
        authentication: { type: 'custom' },
        configuration: [{ key: 'base.url', defaultValue: vendor.url, internal: true }],
        resources,
      },
    }),
  );
  const { body: theirs } = await provision(platform, elementKey, {}, ask);
  const fields = [{ path: 'id', type: 'string' }];
  await done(platform.call('POST', '/accounts/objects/spied/definitions', { ...ask, body: { fields } }));
  await done(
    platform.call('POST', `/accounts/elements/${elementKey}/transformations/spied`, {
      ...ask,
      body: {
        vendorName: 'people',
        fields: [{ path: 'id', vendorPath: 'Id' }],
        ...script('transformedObject.configuration = configuration; done(transformedObject);'),
      },
    }),
  );
  vendor.reply = () => ({ body: { Id: '1' } });
  const seenBy = async (secret: string) => {
    const authorization = `User ${secret}, Element ${theirs.token}`;
    const { body: record } = await platform.call('GET', '/hubs/general/spied/1', { authorization });
    return record.configuration;
  };
  expect(await seenBy(administrator.userSecret)).toMatchObject({
    protocol: 'http',
    userSecret: '',
    organizationSecret: '',
    elementInstanceToken: '',
  });
  expect(await seenBy(user.body.secret)).toMatchObject({ userSecret: user.body.secret });
});

test('what is kept of the vendor’s answers is mapped as any other', async () => {
  vendor.reply = () => ({ body: [ada] });
  const { instance, objectName } = await map();
  await done(platform.call('PATCH', `/instances/${instance.id}`, { body: { cachingEnabled: true } }));
  const first = await instance.call('GET', `/hubs/general/${objectName}`);
  const second = await instance.call('GET', `/hubs/general/${objectName}`);
  expect([first.headers.get('elements-cache'), second.headers.get('elements-cache')]).toEqual(['miss', 'hit']);
  expect(second.body).toEqual(first.body);
  expect(vendor.requests).toHaveLength(1);
});

test('a changed transformation is followed by the next call', async () => {
  const { instance, objectName } = await map();
  const at = `/organizations/elements/${instance.elementKey}/transformations/${objectName}`;
  vendor.reply = () => ({ body: [ada] });
  await instance.call('GET', `/hubs/general/${objectName}`);
  await done(
    platform.call('PUT', at, { body: { vendorName: 'people', fields: [{ path: 'mail', vendorPath: 'Id' }] } }),
  );
  expect((await instance.call('GET', `/hubs/general/${objectName}`)).body[0]).toMatchObject({ mail: '1' });
});

test('it is an object of the instance, with its fields and its description, where it is to be shown', async () => {
  const shown = await map({ configuration: [{ type: 'addToDocumentation', properties: {} }] });
  const hidden = await map();
  const names = (await shown.instance.call('GET', '/hubs/general/objects')).body;
  expect(names).toContain(shown.objectName);
  expect((await hidden.instance.call('GET', '/hubs/general/objects')).body).not.toContain(hidden.objectName);
  const { body: metadata } = await shown.instance.call('GET', `/hubs/general/objects/${shown.objectName}/metadata`);
  expect(metadata.fields).toContainEqual({ path: 'name.first', vendorPath: 'FirstName', type: 'string' });
  const { body: docs } = await shown.instance.call('GET', `/hubs/general/objects/${shown.objectName}/docs`);
  expect(Object.keys(docs.paths)).toEqual([`/${shown.objectName}`, `/${shown.objectName}/{id}`]);
  const { body: whole } = await shown.instance.call('GET', '/instances/docs');
  expect(Object.keys(whole.paths)).toContain(`/${shown.objectName}/{id}`);
  expect(whole.definitions[shown.objectName].properties.name.properties.first).toEqual({ type: 'string' });
});

test('a mapping is tried on a payload and on a record, field by field', async () => {
  const { instance, objectName } = await map({
    configuration: [{ type: 'passThrough', properties: { fromVendor: false } }],
  });
  const at = `/transformations/${objectName}/execute`;
  const tried = await platform.call('POST', at, { body: { elementId: instance.elementKey, payload: ada } });
  expect(tried.status).toBe(200);
  expect(tried.body).toMatchObject({
    direction: 'fromVendor',
    transformed: { id: '1', name: { first: 'Ada' }, age: 36 },
    dropped: ['Extra'],
  });
  expect(tried.body.fields).toContainEqual({ path: 'age', from: 'Age', by: 'field', before: '36', after: 36 });
  vendor.reply = () => ({ body: ada });
  const live = await platform.call('POST', at, { body: { elementInstanceId: instance.id, recordId: '1' } });
  expect(live.body).toMatchObject({ original: ada, transformed: { id: '1' } });
  const back = await platform.call('POST', at, {
    body: { elementInstanceId: instance.id, payload: { mail: 'x', age: 4 }, method: 'POST' },
  });
  expect(back.body).toMatchObject({ direction: 'toVendor', transformed: { Contact: { Email: 'x' }, Age: '4' } });
  const neither = await platform.call('POST', at, { body: { elementId: instance.elementKey } });
  expect([neither.status, neither.body.message]).toEqual([400, expect.stringContaining('payload')]);
  const unknown = await platform.call('POST', '/transformations/nothing/execute', {
    body: { elementId: instance.elementKey, payload: {} },
  });
  expect(unknown.status).toBe(404);
});

test('a mapping is tried before it is saved, as it would hold at its level', async () => {
  const { instance, objectName } = await map({
    configuration: [{ type: 'passThrough', properties: { fromVendor: false } }],
  });
  const attempt = (body: object) => platform.call('POST', `/transformations/${objectName}/execute`, { body });
  const draft = {
    elementInstanceId: instance.id,
    level: 'account',
    definition: { fields: [{ path: 'shout', type: 'boolean' }] },
    transformation: { configuration: [{ type: 'inherit' }], fields: [{ path: 'shout', vendorPath: 'Extra' }] },
  };
  const tried = await attempt({ ...draft, payload: ada });
  expect(tried.body).toMatchObject({ vendorName: 'people', transformed: { id: '1', age: 36, shout: ada.Extra } });
  const saved = await attempt({ elementInstanceId: instance.id, payload: ada });
  expect(saved.body.transformed).not.toHaveProperty('shout');
  const above = await attempt({ elementInstanceId: instance.id, level: 'organization', payload: ada });
  expect(above.body.transformed).toEqual(saved.body.transformed);

  vendor.reply = () => ({ body: ada });
  const renamed = { ...draft, transformation: { vendorName: 'People', fields: draft.transformation.fields } };
  const live = await attempt({ ...renamed, recordId: '1' });
  expect(live.body).toMatchObject({ original: ada, transformed: { shout: ada.Extra } });
  expect(vendor.requests.at(-1)?.url).toBe('/people/1');

  const faulty = {
    fields: [
      { path: 'a[', vendorPath: 'b' },
      { path: 'mail', vendorPath: ']' },
    ],
  };
  const refused = await attempt({ ...draft, payload: ada, transformation: faulty });
  expect([refused.status, refused.body.message]).toEqual([400, expect.stringMatching(/field a\[.*field mail/)]);
  const nowhere = await attempt({ elementInstanceId: instance.id, payload: ada, transformation: faulty });
  expect([nowhere.status, nowhere.body.message]).toEqual([400, expect.stringContaining('give level')]);
});

test('what a mapping can be made of is known without an account', async () => {
  const objects = await platform.call('GET', '/elements/zendesk/vendor-objects');
  expect(objects.body).toContainEqual({ name: 'incidents', path: '/incidents' });
  const fields = await platform.call('GET', '/elements/zendesk/vendor-objects/incidents');
  expect(fields.body.fields).toContainEqual(expect.objectContaining({ vendorPath: 'subject', type: 'string' }));
  expect((await platform.call('GET', '/elements/zendesk/vendor-objects/nothing')).status).toBe(404);
});

test('paths are proposed from samples and from live records', async () => {
  const { instance } = await map();
  const wanted = {
    vendorName: 'people',
    fields: [
      { path: 'firstName', type: 'string' },
      { path: 'email', type: 'string' },
    ],
  };
  const offline = await platform.call('POST', '/transformations/suggest', {
    body: { ...wanted, elementId: instance.elementKey, samples: [ada] },
  });
  expect(offline.status).toBe(200);
  const best = (answer: { path: string; best?: { vendorPath: string } }[]) =>
    answer.map((one) => [one.path, one.best?.vendorPath]);
  expect(best(offline.body)).toEqual([
    ['firstName', 'FirstName'],
    ['email', 'Contact.Email'],
  ]);
  vendor.reply = () => ({ body: [ada] });
  const live = await platform.call('POST', '/transformations/suggest', {
    body: { ...wanted, elementInstanceId: instance.id, liveSamples: 5 },
  });
  expect(best(live.body)).toEqual(best(offline.body));
});
