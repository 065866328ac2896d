// Common resources over HTTP: definitions, transformations and VDRs at their levels, what refuses a change, and that
// nobody sees or changes what is not theirs.

import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { addAccount, type OtherAccount } from './support/building.ts';
import {
  type Answer,
  type CallOptions,
  createTestKeyring,
  credentials,
  type Platform,
  startPlatform,
} from './support/platform.ts';
import { addOrganization } from './support/second-organization.ts';
import { makeElement, provision } from './support/test-element.ts';

let platform: Platform;
let other: OtherAccount;
let stranger: string;
let desk: string;
let crm: string;
beforeAll(async () => {
  const keyring = createTestKeyring();
  platform = await startPlatform({ keyring });
  other = await addAccount(platform, 'customer');
  stranger = await addOrganization(platform, keyring);
  const vendor = { url: 'https://vendor.example' };
  desk = await makeElement(platform, vendor, { resources: [] });
  crm = await makeElement(platform, vendor, { resources: [] });
});
afterAll(() => platform.close());
beforeEach(async () => {
  for (const table of ['transformations', 'object_definitions']) await platform.sql(`delete from ${table}`);
});

const call = (method: string, path: string, body?: unknown, options: CallOptions = {}) =>
  platform.call(method, path, { ...(body === undefined ? {} : { body }), ...options });
const as = (authorization: string): CallOptions => ({ authorization });
async function done(answer: Promise<Answer>): Promise<Answer> {
  const { status, body, headers } = await answer;
  expect([status, body?.message]).toEqual([200, undefined]);
  return { status, body, headers };
}
const paths = (document: { fields: { path: string }[] }) => document.fields.map(({ path }) => path);
const people = {
  fields: [
    { path: 'name', type: 'string' },
    { path: 'mail.work', type: 'string' },
  ],
};
const mapping = (vendorName = 'contacts') => ({
  vendorName,
  fields: [
    { path: 'name', vendorPath: 'Name' },
    { path: 'mail.work', vendorPath: 'Email' },
  ],
});

test.each(['/organizations', '/accounts', '/accounts/{id}', '/instances/{id}', '/instances'])(
  '%s: definitions and transformations are made, read, replaced, renamed and deleted',
  async (form) => {
    const instance = (await done(provision(platform, desk))).body;
    const { body: account } = await call('GET', '/accounts?where=defaultAccount=true');
    const prefix = form.replace('{id}', form.includes('accounts') ? account[0].id : instance.id);
    const token = form === '/instances' ? as(credentials(instance.token)) : {};
    const mapped = form.includes('instances') ? prefix : `${prefix}/elements/${desk}`;
    const level = form.includes('organizations') ? 'organization' : form.includes('accounts') ? 'account' : 'instance';

    const none = await call('GET', `${prefix}/objects/definitions`, undefined, token);
    expect([none.status, none.body.message]).toEqual([404, 'No object definitions found']);
    const noMapping = await call('GET', `${mapped}/transformations`, undefined, token);
    expect([noMapping.status, noMapping.body.message]).toEqual([404, 'No transformations found']);
    expect((await call('POST', `${mapped}/transformations/people`, mapping(), token)).status).toBe(404);

    const created = await done(call('POST', `${prefix}/objects/people/definitions`, people, token));
    expect(created.body).toMatchObject({ objectName: 'people', level, createdDate: expect.any(String) });
    expect(created.body.fields).toMatchObject(
      people.fields.map((field) => ({ ...field, level, associatedLevel: level })),
    );
    expect((await call('POST', `${prefix}/objects/people/definitions`, people, token)).status).toBe(409);
    const all = await done(call('GET', `${prefix}/objects/definitions`, undefined, token));
    expect(all.body).toEqual({ people: created.body });

    const transformation = await done(call('POST', `${mapped}/transformations/people`, mapping(), token));
    expect(transformation.body).toMatchObject({
      vendorName: 'contacts',
      objectName: 'people',
      elementKey: desk,
      level,
    });
    expect(transformation.body.startDate).toMatch(/^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d\.\d{5}$/);
    expect((await call('POST', `${mapped}/transformations/people`, mapping(), token)).status).toBe(409);
    expect((await call('DELETE', `${prefix}/objects/people/definitions`, undefined, token)).status).toBe(409);
    expect((await call('DELETE', `${prefix}/objects/definitions`, undefined, token)).body.message).toContain(desk);
    // What was read may be sent back.
    const again = await done(call('PUT', `${mapped}/transformations/people`, transformation.body, token));
    expect(again.body).toEqual(transformation.body);

    // Fields keep their numbers, also under new paths, which reach the transformations.
    const [first] = created.body.fields;
    const changed = {
      fields: [
        { path: 'title', type: 'string' },
        { path: 'mail.work', type: 'string' },
        { path: 'age', type: 'number' },
      ],
      changedFields: [{ oldPath: 'name', path: 'title', type: 'string' }],
    };
    const replaced = await done(call('PUT', `${prefix}/objects/people/definitions`, changed, token));
    expect(paths(replaced.body)).toEqual(['title', 'mail.work', 'age']);
    expect(replaced.body.fields[0].id).toBe(first.id);
    expect(replaced.body.id).toBe(created.body.id);
    const moved = await done(call('GET', `${mapped}/transformations/people`, undefined, token));
    expect(paths(moved.body)).toEqual(['title', 'mail.work']);

    const renamed = await done(call('PATCH', `${prefix}/objects/people`, { objectName: 'persons' }, token));
    expect(renamed.body).toMatchObject({ objectName: 'persons', id: created.body.id });
    expect((await call('GET', `${mapped}/transformations/people`, undefined, token)).status).toBe(404);
    expect(Object.keys((await call('GET', `${mapped}/transformations`, undefined, token)).body)).toEqual(['persons']);

    await done(call('DELETE', `${mapped}/transformations/persons`, undefined, token));
    expect((await call('DELETE', `${mapped}/transformations`, undefined, token)).status).toBe(404);
    expect((await call('PUT', `${mapped}/transformations/persons`, mapping(), token)).status).toBe(404);
    await done(call('DELETE', `${prefix}/objects/definitions`, undefined, token));
    expect((await call('DELETE', `${prefix}/objects/persons/definitions`, undefined, token)).status).toBe(404);
    expect((await call('PUT', `${prefix}/objects/persons/definitions`, people, token)).status).toBe(404);
    expect((await call('PATCH', `${prefix}/objects/persons`, { objectName: 'x' }, token)).status).toBe(404);
    await done(call('DELETE', `/instances/${instance.id}`));
  },
);

test('many definitions are made at once or none; every fault is named', async () => {
  const { body } = await done(
    call('POST', '/organizations/objects/definitions', { people, things: people, level: 'organization' }),
  );
  expect(Object.keys(body)).toEqual(['people', 'things']);
  const conflict = await call('POST', '/organizations/objects/definitions', { people, things: people, more: people });
  expect(conflict.status).toBe(409);
  expect(conflict.body.message).toMatch(/people.*things/);
  expect((await call('GET', '/organizations/objects/more/definitions')).status).toBe(404);

  const faulty = await call('POST', '/organizations/objects/definitions', {
    one: { fields: [{ type: 'string' }] },
    two: { fields: 'x' },
    three: 7,
  });
  expect(faulty.status).toBe(400);
  for (const name of ['one', 'two', 'three']) expect(faulty.body.message).toContain(`body/${name}`);
  const cyclic = {
    a: {
      fields: [
        { path: 'b', type: 'b' },
        { path: 'x[', type: 'string' },
      ],
    },
    b: { fields: [{ path: 'a', type: 'array[a]' }] },
  };
  const refused = await call('POST', '/organizations/objects/definitions', cyclic);
  expect(refused.status).toBe(400);
  expect(refused.body.message).toContain('a → b → a');
  expect(refused.body.message).toContain('x[');
  expect((await call('GET', '/organizations/objects/b/definitions')).status).toBe(404);
});

test('transformations: the definition may stand above; legacy does not come back', async () => {
  await done(call('POST', '/organizations/objects/people/definitions', people));
  const url = `/accounts/elements/${desk}/transformations/people`;
  await done(call('POST', url, mapping()));
  const legacy = await call('PUT', url, { ...mapping(), isLegacy: true });
  expect([legacy.status, legacy.body.message]).toEqual([400, expect.stringContaining('isLegacy')]);
  const faulty = await call('PUT', url, { fields: [{ path: 'a[' }, { path: 'b' }, { path: 'b' }] });
  expect(faulty.status).toBe(400);
  expect(faulty.body.message).toMatch(/a\[[\s\S]*b twice/);
  expect((await call('GET', url)).body.fields).toHaveLength(2);
  // The account's transformation would be without a definition.
  expect((await call('DELETE', '/organizations/objects/people/definitions')).status).toBe(409);
  await done(call('POST', '/accounts/objects/people/definitions', people));
  // A definition stays where a transformation stands at its own level, though there is another one above.
  expect((await call('DELETE', '/accounts/objects/people/definitions')).status).toBe(409);
  await done(call('DELETE', '/organizations/objects/people/definitions'));
  expect((await call('GET', '/organizations/elements/nothing/transformations')).status).toBe(404);
});

test('who maps what', async () => {
  await done(call('POST', '/organizations/objects/people/definitions', people));
  expect((await done(call('GET', '/organizations/objects/people/transformations'))).body).toEqual([]);
  await done(call('POST', `/organizations/elements/${desk}/transformations/people`, mapping()));
  await done(call('POST', `/accounts/elements/${crm}/transformations/people`, mapping()));
  const { body } = await done(call('GET', '/organizations/objects/people/transformations'));
  expect(body).toMatchObject([
    { name: 'people', level: 'organization', element: { key: desk } },
    { name: 'people', level: 'account', element: { key: crm, name: crm }, account: { defaultAccount: true } },
  ]);
  expect((await done(call('GET', `/elements/${crm}/transformations`))).body).toHaveLength(1);
  const seen = await done(
    call('GET', '/organizations/objects/people/transformations', undefined, as(other.authorization)),
  );
  expect(seen.body.map(({ level }: { level: string }) => level)).toEqual(['organization']);
});

test('an account changes what is its own; what it says for the organization is ignored', async () => {
  const theirs = as(other.authorization);
  await done(call('POST', '/organizations/objects/people/definitions', people));
  for (const [method, path, body] of [
    ['POST', '/organizations/objects/things/definitions', people],
    ['PUT', '/organizations/objects/people/definitions', people],
    ['DELETE', '/organizations/objects/definitions', undefined],
    ['PATCH', '/organizations/objects/people', { objectName: 'x' }],
    ['POST', `/organizations/elements/zendesk/transformations/people`, mapping()],
    ['PATCH', '/common-resources/people', { name: 'x' }],
    ['DELETE', '/common-resources/people', undefined],
    ['PUT', '/vdrs/upgrade/v2', undefined],
  ] as const) {
    expect([method, path, (await call(method, path, body, theirs)).status]).toEqual([method, path, 403]);
  }
  // 403 comes before existence.
  expect((await call('DELETE', '/organizations/objects/nothing/definitions', undefined, theirs)).status).toBe(403);

  const own = await done(
    call(
      'PUT',
      '/common-resources',
      {
        name: 'people',
        fields: [
          { path: 'name', type: 'number', associatedLevel: 'organization' },
          { path: 'shoe', type: 'number', associatedLevel: 'account' },
        ],
      },
      theirs,
    ),
  );
  expect(own.headers.get('elements-error')).toContain('ignored');
  expect(own.headers.get('elements-error')).toContain('name');
  expect(own.body.fields.map(({ path, type, level }: Record<string, string>) => [path, type, level])).toEqual([
    ['name', 'string', 'organization'],
    ['mail.work', 'string', 'organization'],
    ['shoe', 'number', 'account'],
  ]);
  const levelRoute = {
    fields: [{ path: 'a', level: 'system' }, { path: 'b' }, { path: 'c', associatedLevel: 'organization' }],
  };
  const put = await done(call('PUT', '/accounts/objects/people/definitions', levelRoute, theirs));
  expect(paths(put.body)).toEqual(['b']);
  expect(put.headers.get('elements-error')).toContain('ignored');

  // The organization's own view has nothing of the account's; the default account may look and write there.
  const mine = await done(call('GET', '/common-resources/people'));
  expect(paths(mine.body)).toEqual(['name', 'mail.work']);
  expect(mine.headers.get('elements-error')).toBeNull();
  expect(paths((await done(call('GET', `/accounts/${other.id}/objects/people/definitions`))).body)).toEqual(['b']);
  expect((await call('GET', '/accounts/999999/objects/definitions')).status).toBe(404);
  expect((await call('GET', `/accounts/1/objects/definitions`, undefined, theirs)).status).toBe(404);
});

test('what is written at an instance alone is answered; instances and accounts of others are out of reach', async () => {
  const theirs = as(other.authorization);
  const instance = (await done(provision(platform, desk))).body;
  const at = { level: 'instance', associatedId: instance.id };
  const resource = { name: 'people', fields: [{ path: 'name', type: 'string', ...at }] };
  expect(paths((await done(call('PUT', '/common-resources', resource))).body)).toEqual(['name']);
  const fields = [{ path: 'name', vendorPath: 'n', ...at }];
  const transformation = { objectName: 'people', elementKey: desk, vendorName: 'c', fields };
  const { body } = await done(call('PUT', '/transformations', transformation));
  expect(body.fields).toMatchObject([{ path: 'name', ...at }]);
  expect((await call('GET', '/common-resources/people')).status).toBe(404);

  const refused = await call('PUT', '/common-resources', resource, theirs);
  expect(refused.status).toBe(400);
  expect(refused.body.message).toContain(`No instance found with the id ${instance.id}`);
  const inOrganization = { name: 'nothing', fields: [{ path: 'name', level: 'organization' }] };
  expect((await call('PUT', '/common-resources', inOrganization, theirs)).status).toBe(403);
  const account = (id: number) => ({ name: 'people', fields: [{ path: 'a', level: 'account', associatedId: id }] });
  expect((await call('PUT', '/common-resources', account(999_999))).status).toBe(400);
  await done(call('PUT', '/common-resources', account(other.id)));
  expect(paths((await done(call('GET', '/common-resources/people', undefined, theirs))).body)).toEqual(['a']);
  await done(call('DELETE', `/instances/${instance.id}`));
});

test('what comes with the server is seen, copied and said again, but not changed or removed', async () => {
  const { body: system } = await done(call('GET', '/vdrs?systemOnly=true'));
  const contact = system.find(({ objectName }: { objectName: string }) => objectName === 'contact');
  expect(contact).toMatchObject({ id: expect.any(Number), level: 'system' });
  for (const [method, path, body] of [
    ['PUT', `/vdrs/${contact.id}`, people],
    ['DELETE', `/vdrs/${contact.id}?propagate=true`],
    ['PATCH', '/common-resources/contact', { name: 'x' }],
    ['DELETE', '/common-resources/contact'],
  ] as const) {
    expect([method, path, (await call(method, path, body)).status]).toEqual([method, path, 403]);
  }
  const bundle = (await done(call('GET', `/vdrs/${contact.id}/export`))).body;
  expect(Object.keys(bundle.transformation)).toContain('zendesk');
  const same = await done(call('PUT', '/vdrs/import', bundle));
  expect(same.headers.get('elements-error')).toContain('ignored');

  const copy = await done(call('POST', `/vdrs/${contact.id}/clone`, { elementKeys: ['zendesk'] }));
  expect(copy.body.id).not.toBe(contact.id);
  expect(copy.body.level).toBe('organization');
  expect(paths(copy.body)).toEqual(paths(contact));
  const { body: changed } = await done(
    call('PUT', '/vdrs/contact', { fields: [{ path: 'nickname', type: 'string' }] }),
  );
  // The server's fields stay below it.
  expect(paths(changed)).toEqual(['nickname', ...paths(contact)]);
  const exported = (await done(call('GET', '/vdrs/contact/export'))).body;
  expect(Object.keys(exported.transformation)).toEqual(['zendesk']);
  // The others hold as the server brought them.
  expect((await call('GET', '/vdrs/contact/transformations')).body.length).toBeGreaterThan(1);
  await done(call('DELETE', '/common-resources/contact?propagate=true'));
  expect((await done(call('GET', '/vdrs/contact'))).body).toEqual(contact);
  // A transformation may be made for what comes with the server.
  await done(call('POST', `/organizations/elements/${desk}/transformations/contact`, mapping()));
});

test('another organization sees and changes nothing', async () => {
  const foreign = as(stranger);
  const { body: vdr } = await done(call('POST', '/vdrs', { objectName: 'people', ...people }));
  await done(call('POST', `/vdrs/${vdr.id}/transformations`, { ...mapping(), elementKey: desk }));
  const instance = (await done(provision(platform, desk))).body;
  await done(call('POST', `/instances/${instance.id}/transformations/people`, mapping()));
  const snippet = (await done(call('POST', '/vdrs/snippets', { body: 'done();' }))).body;
  for (const [method, path, body] of [
    ['GET', '/organizations/objects/definitions'],
    ['GET', '/organizations/objects/people/definitions'],
    ['DELETE', '/organizations/objects/people/definitions'],
    ['PUT', '/organizations/objects/people/definitions', people],
    ['GET', `/organizations/elements/${desk}/transformations`],
    ['GET', `/instances/${instance.id}/transformations`],
    ['DELETE', `/instances/${instance.id}/transformations/people`],
    ['GET', `/vdrs/${vdr.id}`],
    ['PUT', `/vdrs/${vdr.id}`, people],
    ['DELETE', `/vdrs/${vdr.id}?propagate=true`],
    ['GET', '/vdrs/people/export'],
    ['GET', '/common-resources/people'],
    ['DELETE', '/common-resources/people?propagate=true'],
    ['GET', `/vdrs/snippets/${snippet.id}`],
    ['PUT', `/vdrs/snippets/${snippet.id}`, { body: 'x' }],
    ['DELETE', `/vdrs/snippets/${snippet.id}`],
  ] as const) {
    expect([method, path, (await call(method, path, body, foreign)).status]).toEqual([method, path, 404]);
  }
  expect(
    (await done(call('GET', '/vdrs', undefined, foreign))).body.every(
      (one: { level: string }) => one.level === 'system',
    ),
  ).toBe(true);
  expect((await done(call('GET', `/organizations/objects/people/transformations`, undefined, foreign))).body).toEqual(
    [],
  );
  const outside = { name: 'people', fields: [{ path: 'x', associatedLevel: 'instance', associatedId: instance.id }] };
  expect((await call('PUT', '/common-resources', outside, foreign)).status).toBe(400);
  // An object of the same name is another one.
  const own = (await done(call('POST', '/vdrs', { objectName: 'people', fields: [] }, foreign))).body;
  expect(own.id).not.toBe(vdr.id);
  await done(call('DELETE', `/vdrs/${own.id}`, undefined, foreign));
  expect((await done(call('GET', `/vdrs/${vdr.id}/transformations`))).body).toHaveLength(1);
  expect((await done(call('GET', `/instances/${instance.id}/transformations/people`))).body.vendorName).toBe(
    'contacts',
  );
  await done(call('DELETE', `/instances/${instance.id}`));
});

test('one document for all levels: written, read, changed, renamed and removed', async () => {
  const instance = (await done(provision(platform, desk))).body;
  const write = {
    name: 'people',
    fields: [
      { path: 'name', type: 'string', associatedLevel: 'organization' },
      { path: 'shoe', type: 'number', associatedLevel: 'account' },
      { path: 'local', type: 'string', associatedLevel: 'instance', associatedId: instance.id },
    ],
  };
  await done(call('PUT', '/common-resources', write));
  expect(paths((await call('GET', `/instances/${instance.id}/objects/people/definitions`)).body)).toEqual(['local']);
  const mixed = {
    objectName: 'people',
    elementKey: desk,
    vendorName: 'contacts',
    fields: [
      { path: 'name', vendorPath: 'Name', level: 'organization' },
      { path: 'shoe', vendorPath: 'Shoe', level: 'account' },
      { path: 'local', vendorPath: 'Local', level: 'instance', associatedId: instance.id },
    ],
    configuration: [
      { type: 'inherit', level: 'account' },
      { type: 'inherit', level: 'instance', associatedId: instance.id },
    ],
    scripts: [{ body: 'done();', level: 'account' }],
  };
  const joined = await done(call('PUT', '/transformations', mixed));
  expect(paths(joined.body)).toEqual(['name', 'shoe', 'local']);
  expect(joined.body.script).toEqual({ body: 'done();', level: 'account', associatedId: expect.any(Number) });
  const stored = async (path: string) => paths((await done(call('GET', path))).body);
  expect(await stored(`/organizations/elements/${desk}/transformations/people`)).toEqual(['name']);
  expect(await stored(`/accounts/elements/${desk}/transformations/people`)).toEqual(['shoe']);
  expect(await stored(`/instances/${instance.id}/transformations/people`)).toEqual(['local']);

  const one = await done(call('GET', '/common-resources/people'));
  expect(one.body).toMatchObject({
    name: 'people',
    elementInstanceIds: [instance.id],
    mappedElementIds: [joined.body.elementId],
  });
  expect((await done(call('GET', '/common-resources'))).body).toContainEqual(one.body);
  expect((await done(call('GET', '/common-resources/people/usages'))).body).toEqual({ formulaUsages: [] });
  expect((await call('GET', '/common-resources/nothing/usages')).status).toBe(404);

  const patched = await done(
    call('PATCH', '/common-resources/people', {
      name: 'persons',
      changedFields: [{ oldPath: 'shoe', path: 'shoeSize', associatedLevel: 'account' }],
    }),
  );
  expect([patched.body.name, paths(patched.body)]).toEqual(['persons', ['name', 'shoeSize']]);
  expect(await stored(`/accounts/elements/${desk}/transformations/persons`)).toEqual(['shoeSize']);
  expect(await stored(`/instances/${instance.id}/transformations/persons`)).toEqual(['local']);
  // PUT takes away what it no longer names, at the levels that one sees in it.
  const { fields } = patched.body;
  await done(call('PUT', '/common-resources', { name: 'persons', fields: fields.slice(0, 1) }));
  expect((await call('GET', '/accounts/objects/persons/definitions')).status).toBe(404);

  const faulty = await call('PUT', '/transformations', {
    ...mixed,
    objectName: 'nothing',
    elementId: 'x',
    elementKey: undefined,
  });
  expect(faulty.status).toBe(400);
  expect(faulty.body.message).toMatch(/No element[\s\S]*No object definition/);
  expect((await call('PUT', '/transformations', {})).body.message).toMatch(/objectName.*elementKey/);

  expect((await call('DELETE', '/common-resources/persons')).status).toBe(409);
  await done(call('DELETE', '/common-resources/persons?propagate=true'));
  expect((await call('GET', `/instances/${instance.id}/transformations`)).status).toBe(404);
  expect((await call('GET', '/common-resources/persons')).status).toBe(404);
  await done(call('DELETE', `/instances/${instance.id}`));
});

test('a renamed field is renamed in objects that hold the object, but not where another field has its name', async () => {
  await done(
    call('POST', '/organizations/objects/definitions', {
      address: { fields: [{ path: 'zip', type: 'string' }] },
      people: {
        fields: [
          { path: 'home', type: 'address' },
          { path: 'others[*]', type: 'array[address]' },
          { path: 'places', type: 'array[address]' },
        ],
      },
    }),
  );
  const fields = ['home.zip', 'home.zipper', 'places[*].zip', 'zip'].map((path) => ({ path, vendorPath: path }));
  await done(call('POST', `/organizations/elements/${desk}/transformations/people`, { vendorName: 'p', fields }));
  for (const scope of ['organizations', 'accounts']) {
    const direct = { vendorName: 'a', fields: [{ path: 'zip', vendorPath: 'z' }] };
    await done(call('POST', `/${scope}/elements/${crm}/transformations/address`, direct));
  }
  await done(call('POST', '/accounts/objects/address/definitions', { fields: [{ path: 'zip', type: 'number' }] }));
  await done(
    call('PUT', '/organizations/objects/address/definitions', {
      fields: [{ path: 'postalCode', type: 'string' }],
      changedFields: [{ oldPath: 'zip', path: 'postalCode' }],
    }),
  );
  const of = async (scope: string, key: string, name: string) =>
    paths((await done(call('GET', `/${scope}/elements/${key}/transformations/${name}`))).body);
  expect(await of('organizations', desk, 'people')).toEqual([
    'home.postalCode',
    'home.zipper',
    'places[*].postalCode',
    'zip',
  ]);
  expect(await of('organizations', crm, 'address')).toEqual(['postalCode']);
  expect(await of('accounts', crm, 'address')).toEqual(['zip']);
  await done(call('PATCH', '/organizations/objects/address', { objectName: 'place' }));
  const { body } = await call('GET', '/organizations/objects/people/definitions');
  expect(body.fields.map(({ type }: { type: string }) => type)).toEqual(['place', 'array[place]', 'array[place]']);
});

test('VDRs have numbers, are found by conditions, copied, exported and imported', async () => {
  const { body: vdr } = await done(
    call('POST', '/vdrs', { objectName: 'people', description: 'all of them', ...people }),
  );
  expect(vdr).toMatchObject({
    id: expect.any(Number),
    objectName: 'people',
    description: 'all of them',
    level: 'organization',
  });
  expect((await call('POST', '/vdrs', { objectName: 'people', ...people })).status).toBe(409);
  expect((await call('POST', '/vdrs', people)).status).toBe(400);
  await done(call('POST', '/vdrs', { objectName: 'things', fields: [] }));
  const listed = await done(call('GET', `/vdrs?where=${encodeURIComponent("objectName in ('people')")}`));
  expect(listed.body).toEqual([vdr]);
  expect(listed.headers.get('elements-total-count')).toBe('1');
  const mapped = await done(call('POST', `/vdrs/${vdr.id}/transformations`, { ...mapping(), elementKey: desk }));
  expect(mapped.body.fields[0].vdrFieldId).toBe(vdr.fields[0].id);
  await done(
    call('POST', `/vdrs/people/transformations`, {
      ...mapping(),
      elementId: mapped.body.elementId,
      vendorName: 'accounts',
    }),
  );
  await done(call('POST', `/vdrs/people/transformations`, { ...mapping(), elementKey: crm }));
  expect((await call('POST', `/vdrs/people/transformations`, mapping())).status).toBe(400);
  const mappings = (await done(call('GET', `/vdrs/${vdr.id}/transformations`))).body;
  expect(mappings.map((one: Record<string, unknown>) => [one['elementKey'], one['vendorName']])).toEqual([
    [desk, 'accounts'],
    [crm, 'contacts'],
  ]);

  const theirs = as(other.authorization);
  const copied = await done(call('POST', `/vdrs/${vdr.id}/clone`, { level: 'account', objectName: 'copy' }, theirs));
  expect(copied.body).toMatchObject({ objectName: 'copy', level: 'account', description: 'all of them' });
  expect(paths(copied.body)).toEqual(['name', 'mail.work']);
  expect((await call('POST', `/vdrs/${vdr.id}/clone`, { level: 'organization' }, theirs)).status).toBe(403);
  expect((await call('POST', `/vdrs/${vdr.id}/clone`, {})).status).toBe(409);
  expect((await call('POST', `/vdrs/${vdr.id}/clone`, { objectName: 'x', elementKeys: ['nothing'] })).status).toBe(400);
  const some = { objectName: 'some', elementKeys: [crm] };
  await done(call('POST', `/vdrs/${vdr.id}/clone`, some));
  expect((await call('GET', '/vdrs/some/transformations')).body).toHaveLength(1);
  await done(call('POST', `/vdrs/${vdr.id}/clone`, { objectName: 'all', cloneAllTransformations: true }));
  expect((await call('GET', '/vdrs/all/transformations')).body).toHaveLength(2);

  const bundle = (await done(call('GET', '/vdrs/people/export'))).body;
  expect(bundle).toMatchObject({
    vdrName: 'people',
    vdrVersion: 'v2',
    transformation: { [desk]: { vendorName: 'accounts' } },
  });
  expect(JSON.stringify(bundle)).not.toMatch(/"(id|elementId|startDate|createdDate|associatedId)"/);
  expect((await call('POST', '/vdrs/import', bundle)).status).toBe(409);
  await done(call('DELETE', `/vdrs/${vdr.id}?propagate=true`));
  const notTheirs = await call('POST', '/vdrs/import', { ...bundle, transformation: {} }, theirs);
  expect(notTheirs.status).toBe(403);
  expect(notTheirs.body.message).toContain('at the level organization: name, mail.work');
  const imported = await done(call('PUT', '/vdrs/import', bundle));
  expect(imported.body).toMatchObject({ id: vdr.id, objectName: 'people' });
  expect((await done(call('GET', '/vdrs/people/export'))).body).toEqual(bundle);
  // Another organization takes it as its own, elements by key.
  const foreign = as(stranger);
  const refused = await call('PUT', '/vdrs/import', bundle, foreign);
  expect(refused.status).toBe(400);
  expect(refused.body.message).toContain(desk);
  expect(refused.body.message).toContain(crm);
  expect((await call('GET', '/vdrs/people', undefined, foreign)).status).toBe(404);
  await done(
    call('PUT', '/vdrs/import', { ...bundle, transformation: { zendesk: bundle.transformation[desk] } }, foreign),
  );
  expect(
    (await done(call('GET', '/organizations/elements/zendesk/transformations', undefined, foreign))).body,
  ).toMatchObject({
    people: { vendorName: 'accounts' },
  });
  await done(call('DELETE', '/common-resources/people?force=true', undefined, foreign));

  const renamed = await done(
    call('PUT', `/vdrs/${vdr.id}`, { objectName: 'persons', fields: [{ path: 'name', type: 'string' }] }),
  );
  expect(renamed.body).toMatchObject({ id: vdr.id, objectName: 'persons' });
  await done(call('DELETE', `/vdrs/persons/transformations/${desk}`));
  expect((await call('DELETE', `/vdrs/persons/transformations/${desk}`)).status).toBe(404);
});

test('an import of the older form is whole or not at all, and says everything that is wrong', async () => {
  const bundle = {
    objectDefinitions: { people, things: { fields: [{ path: 'owner', type: 'people' }] } },
    transformations: { [desk]: { people: mapping(), things: { vendorName: 'things', fields: [] } } },
  };
  const faulty = {
    objectDefinitions: { ...bundle.objectDefinitions, loop: { fields: [{ path: 'loop', type: 'loop' }] } },
    transformations: { ...bundle.transformations, nowhere: { people: mapping() }, [crm]: { lost: mapping() } },
  };
  const refused = await call('POST', '/vdrs/import', faulty);
  expect(refused.status).toBe(400);
  for (const word of ['nowhere', 'lost', 'loop → loop']) expect(refused.body.message).toContain(word);
  expect((await call('GET', '/organizations/objects/definitions')).status).toBe(404);
  const shapeless = await call('POST', '/vdrs/import', { vdrName: '', definition: 7 });
  expect(shapeless.body.message).toMatch(/vdrName[\s\S]*definition/);
  const { body } = await done(call('POST', '/vdrs/import', bundle));
  expect(Object.keys(body)).toEqual(['people', 'things']);
  expect(Object.keys((await call('GET', `/organizations/elements/${desk}/transformations`)).body)).toEqual([
    'people',
    'things',
  ]);
});

test('snippets are kept, and the version of an organization’s VDRs is a word', async () => {
  const { body } = await done(
    call('POST', '/vdrs/snippets', { name: 'mine', body: 'done();', mimeType: 'application/javascript' }),
  );
  expect((await done(call('GET', `/vdrs/snippets/${body.id}`))).body).toEqual(body);
  const changed = (await done(call('PUT', `/vdrs/snippets/${body.id}`, { ...body, body: 'done(1);' }))).body;
  expect(changed).toMatchObject({ id: body.id, name: 'mine', body: 'done(1);' });
  expect((await call('GET', `/vdrs/snippets/${body.id}`, undefined, as(other.authorization))).status).toBe(404);
  expect((await call('POST', '/vdrs/snippets', {})).status).toBe(400);
  await done(call('DELETE', `/vdrs/snippets/${body.id}`));
  expect((await call('GET', `/vdrs/snippets/${body.id}`)).status).toBe(404);

  await done(call('POST', '/vdrs', { objectName: 'people', ...people }));
  const version = async () => (await call('GET', '/organizations/me')).body.vdrVersion;
  expect(await version()).toBe('v2');
  expect((await done(call('DELETE', '/vdrs/upgrade/v2'))).body.vdrVersion).toBe('v1');
  expect(await version()).toBe('v1');
  await done(call('PUT', '/vdrs/upgrade/v2'));
  expect(await version()).toBe('v2');
  expect((await call('GET', '/vdrs/people')).status).toBe(200);
});

test('a permanently deactivated account leaves nothing behind', async () => {
  const account = await addAccount(platform, 'leaving');
  await done(call('POST', '/accounts/objects/people/definitions', people, as(account.authorization)));
  await done(call('PATCH', `/accounts/${account.id}?permanent=true`, { active: false }));
  expect(await platform.sql('select id from object_definitions where account_id = $1', [account.id])).toEqual([]);
});
