// Private elements: an account's own documents, seen by that account only.

import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Platform, startPlatform } from './support/platform.ts';

let platform: Platform;
let otherUser: string;
beforeAll(async () => {
  platform = await startPlatform();
  const account = await platform.call('POST', '/accounts', { body: { externalId: 'other' } });
  const user = await platform.call('POST', `/accounts/${account.body.id}/users`, { body: { email: 'ann@other.test' } });
  const organization = await platform.call('GET', '/organizations/me');
  otherUser = `User ${user.body.secret}, Organization ${organization.body.secret}`;
});
afterAll(() => platform.close());

const document = {
  id: 41,
  key: 'acme',
  name: 'Acme',
  hub: 'general',
  authentication: { type: 'basic' },
  configuration: [
    { key: 'base.url', defaultValue: 'https://api.acme.test' },
    { key: 'username', required: true },
    { key: 'password', required: true, type: 'PASSWORD' },
  ],
  resources: [],
  'di¸splayOrder': 3,
};

test('a document becomes an element that only its account sees, and only with credentials', async () => {
  const created = await platform.call('POST', '/elements', { body: document });
  expect(created.status).toBe(200);
  expect(created.body).toMatchObject({ key: 'acme', name: 'Acme', private: true, extended: false, 'di¸splayOrder': 3 });
  expect(created.body.id).toBeGreaterThanOrEqual(1_000_000);

  const own = await platform.call('GET', "/elements?where=private='true'");
  expect(own.body.map((element: { key: string }) => element.key)).toEqual(['acme']);
  expect((await platform.call('GET', `/elements/${created.body.id}`)).body.key).toBe('acme');
  expect((await platform.call('GET', '/hubs/general/elements')).body).toHaveLength(1);

  for (const authorization of [undefined, otherUser]) {
    expect((await platform.call('GET', '/elements/acme', { authorization })).status).toBe(404);
    expect((await platform.call('GET', '/elements/keys', { authorization })).body).not.toContain('acme');
  }
});

test('a key is unique in its account, and free in another', async () => {
  const again = await platform.call('POST', '/elements', { body: document });
  expect(again.status).toBe(409);
  expect(again.body.message).toContain('acme');
  expect((await platform.call('POST', '/elements', { body: document, authorization: otherUser })).status).toBe(200);
});

test('every fault of a document is named at once', async () => {
  const wrong = { key: 'wrong', hub: 'general', authentication: {}, configuration: [{ name: 'no key' }] };
  const answer = await platform.call('POST', '/elements', { body: wrong });
  expect(answer.status).toBe(400);
  for (const path of ['name', '/authentication', '/configuration/0']) expect(answer.body.message).toContain(path);
});

test('a private element with a catalog element’s key wins in its own account', async () => {
  const created = await platform.call('POST', '/elements', { body: { ...document, key: 'sfdc', name: 'Ours' } });
  expect((await platform.call('GET', '/elements/sfdc')).body).toMatchObject({ id: created.body.id, name: 'Ours' });
  expect((await platform.call('GET', '/elements/sfdc', { authorization: undefined })).body.id).toBe(23);
  expect((await platform.call('GET', '/elements/23')).body.name).not.toBe('Ours');
});

test('an instance of a private element names what is missing and is made without OAuth', async () => {
  const missing = await platform.call('POST', '/instances', { body: { element: { key: 'acme' }, name: 'x' } });
  expect(missing.status).toBe(400);
  expect(missing.body.message).toContain('username');
  expect(missing.body.message).toContain('password');
  const configuration = { username: 'ann', password: 'quite secret' };
  const made = await platform.call('POST', '/instances', {
    body: { element: { key: 'acme' }, name: 'x', configuration },
  });
  expect(made.status).toBe(200);
  expect(made.body.configuration).toMatchObject({ username: 'ann', password: '********' });
});
