// Organizations, accounts and users, and the walls between them.

import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Answer, administrator, createTestKeyring, type Platform, startPlatform } from './support/platform.ts';
import { addOrganization } from './support/second-organization.ts';

interface Person {
  authorization: string;
  id: number;
  accountId: number;
}

let platform: Platform;
let admin: Person;
let stranger: Person;

beforeAll(async () => {
  const keyring = createTestKeyring();
  platform = await startPlatform({ keyring });
  const [me] = (await platform.call('GET', '/users')).body;
  const authorization = `User ${administrator.userSecret}, Organization ${administrator.organizationSecret}`;
  admin = { authorization, id: me.id, accountId: me.accountId };
  stranger = await makeOrganization(keyring);
});
afterAll(() => platform?.close());

async function makeOrganization(keyring: string): Promise<Person> {
  const authorization = await addOrganization(platform, keyring);
  const [me] = (await platform.call('GET', '/users', { authorization })).body;
  return { authorization, id: me.id, accountId: me.accountId };
}

const call = (person: Person, method: string, path: string, body?: unknown) =>
  platform.call(method, path, { authorization: person.authorization, ...(body === undefined ? {} : { body }) });

let counter = 0;
const unique = (what: string) => `${what}-${++counter}`;

async function makeAccount(): Promise<{ id: number; externalId: string }> {
  const externalId = unique('account');
  return { id: (await call(admin, 'POST', '/accounts', { externalId })).body.id, externalId };
}

async function makeUser(accountId: number): Promise<Person & { email: string }> {
  const email = `${unique('user')}@example.test`;
  const { body } = await call(admin, 'POST', `/accounts/${accountId}/users`, { email, password: 'long enough' });
  const authorization = `User ${body.secret}, Organization ${administrator.organizationSecret}`;
  return { authorization, id: body.id, accountId, email };
}

function expectProblem(answer: Answer, status: number, message: RegExp): void {
  expect(answer.body).toEqual({ requestId: expect.any(String), message: expect.stringMatching(message) });
  expect(answer.status).toBe(status);
}

describe('accounts', () => {
  test('are created, read, changed and listed', async () => {
    const created = await call(admin, 'POST', '/accounts', { externalId: 'acme', name: 'Acme', description: 'first' });
    expect(created.status).toBe(200);
    expect(created.body).toEqual({
      id: expect.any(Number),
      name: 'Acme',
      description: 'first',
      externalId: 'acme',
      companyId: expect.any(Number),
      active: true,
      type: 'CompanyAccount',
      defaultAccount: false,
      createdDate: expect.stringMatching(/^\d{4}-/),
      updatedDate: expect.stringMatching(/^\d{4}-/),
    });
    const path = `/accounts/${created.body.id}`;
    expect((await call(admin, 'GET', path)).body).toEqual(created.body);
    for (const method of ['PUT', 'PATCH']) {
      const changed = await call(admin, method, path, { name: `Acme by ${method}`, description: null });
      expect(changed.body).toMatchObject({ name: `Acme by ${method}`, description: null, externalId: 'acme' });
    }
    const listed = await call(admin, 'GET', "/accounts?where=externalId='acme'");
    expect(listed.body).toMatchObject([{ id: created.body.id, name: 'Acme by PATCH' }]);
    expect(listed.headers.get('elements-total-count')).toBe('1');
  });

  test('take their external id for a name, and need one', async () => {
    const externalId = unique('nameless');
    expect((await call(admin, 'POST', '/accounts', { externalId })).body).toMatchObject({ name: externalId });
    expectProblem(await call(admin, 'POST', '/accounts', {}), 400, /externalId/);
    expectProblem(await call(admin, 'POST', '/accounts', { externalId: '' }), 400, /externalId/);
  });

  test('do not share an external id', async () => {
    const [first, second] = [await makeAccount(), await makeAccount()];
    const again = await call(admin, 'POST', '/accounts', { externalId: first.externalId });
    expectProblem(again, 409, /already an account with the externalId/);
    const moved = await call(admin, 'PATCH', `/accounts/${second.id}`, { externalId: first.externalId });
    expectProblem(moved, 409, /already an account with the externalId/);
  });

  test('may have the external id of one in another organization', async () => {
    const { externalId } = await makeAccount();
    expect((await call(stranger, 'POST', '/accounts', { externalId })).status).toBe(200);
  });

  test.each(['GET', 'PATCH', 'DELETE'])('that are not there answer 404 to %s', async (method) => {
    const body = method === 'PATCH' ? { name: 'x' } : undefined;
    for (const id of ['999999', '-1', '0']) {
      expectProblem(await call(admin, method, `/accounts/${id}`, body), 404, /No account found/);
    }
  });

  test('are listed in pages by offset, in the order of their ids', async () => {
    await Promise.all(Array.from({ length: 5 }, makeAccount));
    const all = (await call(admin, 'GET', '/accounts')).body.map((account: { id: number }) => account.id);
    expect(all).toEqual([...all].sort((a, b) => a - b));
    const pages: number[] = [];
    for (let offset = 0; offset < all.length; offset += 2) {
      const page = await call(admin, 'GET', `/accounts?pageSize=2&offset=${offset}`);
      expect(page.headers.get('elements-total-count')).toBe(String(all.length));
      expect(page.headers.get('elements-returned-count')).toBe(String(page.body.length));
      expect(page.headers.has('elements-next-page-token')).toBe(offset + 2 < all.length);
      pages.push(...page.body.map((account: { id: number }) => account.id));
    }
    expect(pages).toEqual(all);
  });

  test('are reached through their organization, too, and through no other', async () => {
    const { id: organizationId } = (await call(admin, 'GET', '/organizations/me')).body;
    const made = await call(admin, 'POST', `/organizations/${organizationId}/accounts`, {
      externalId: 'by-organization',
    });
    expect(made.body).toMatchObject({ externalId: 'by-organization', companyId: organizationId });
    const all = await call(admin, 'GET', `/organizations/${organizationId}/accounts`);
    expect(all.body).toEqual((await call(admin, 'GET', '/accounts')).body);
    const path = `/accounts/${made.body.id}`;
    expect((await call(admin, 'GET', `/organizations/${organizationId}${path}`)).body).toEqual(made.body);
    for (const [method, url] of [
      ['GET', '/accounts'],
      ['POST', '/accounts'],
      ['GET', path],
    ] as const) {
      const body = method === 'POST' ? { externalId: 'x' } : undefined;
      expectProblem(
        await call(admin, method, `/organizations/${organizationId + 1}${url}`, body),
        404,
        /No organization/,
      );
    }
  });

  test('are deleted softly and come back to life', async () => {
    const { id } = await makeAccount();
    const user = await makeUser(id);
    const deleted = await call(admin, 'DELETE', `/accounts/${id}`);
    expect([deleted.status, deleted.body]).toEqual([200, undefined]);
    expectProblem(await call(admin, 'GET', `/accounts/${id}`), 404, /No account found/);
    expect((await call(admin, 'GET', `/accounts/${id}?includeInactive=true`)).body).toMatchObject({ active: false });
    expect((await call(admin, 'GET', `/accounts?where=id=${id}`)).body).toEqual([]);
    expect((await call(admin, 'GET', `/accounts?includeInactive=true&where=id=${id}`)).body).toMatchObject([{ id }]);
    expect((await call(user, 'GET', '/accounts')).status).toBe(401);

    expect((await call(admin, 'PATCH', `/accounts/${id}`, { active: true })).body).toMatchObject({ active: true });
    expect((await call(user, 'GET', '/accounts')).status).toBe(200);
  });

  test('deactivated for good lose their users', async () => {
    const { id } = await makeAccount();
    const user = await makeUser(id);
    await call(admin, 'PATCH', `/accounts/${id}?permanent=true`, { active: false });
    await call(admin, 'PATCH', `/accounts/${id}`, { active: true });
    expect((await call(user, 'GET', '/accounts')).status).toBe(401);
    expectProblem(await call(admin, 'GET', `/accounts/${id}/users`), 404, /No users found/);
  });

  test('of the organization itself cannot be deactivated', async () => {
    expectProblem(await call(admin, 'DELETE', `/accounts/${admin.accountId}`), 400, /default account/);
    expectProblem(
      await call(admin, 'PATCH', `/accounts/${admin.accountId}`, { active: false }),
      400,
      /default account/,
    );
  });

  test('have settings that add up', async () => {
    const { id } = await makeAccount();
    expect((await call(admin, 'GET', `/accounts/${id}/settings`)).body).toEqual({});
    await call(admin, 'POST', `/accounts/${id}/settings`, { 'notification.webhook.failure.policy': 'retry', a: [1] });
    const changed = await call(admin, 'PATCH', `/accounts/${id}/settings`, { a: { deep: null } });
    const settings = { 'notification.webhook.failure.policy': 'retry', a: { deep: null } };
    expect(changed.body).toEqual(settings);
    const user = await makeUser(id);
    expect((await call(user, 'GET', '/accounts/settings')).body).toEqual(settings);
    expect((await call(admin, 'GET', '/accounts/settings')).body).toEqual({});
  });

  test('see only themselves, unless they are the default one', async () => {
    const [own, other] = [await makeAccount(), await makeAccount()];
    const user = await makeUser(own.id);
    expect((await call(user, 'GET', '/accounts')).body).toMatchObject([{ id: own.id }]);
    expect((await call(user, 'GET', `/accounts/${own.id}`)).status).toBe(200);
    for (const path of ['', '/settings', '/users', '/instances']) {
      const answer = await call(user, 'GET', `/accounts/${other.id}${path}`);
      expectProblem(answer, 404, /No account found/);
    }
    expectProblem(await call(user, 'POST', '/accounts', { externalId: unique('by-user') }), 403, /default account/);
    expectProblem(await call(user, 'PATCH', `/accounts/${own.id}`, { name: 'x' }), 403, /default account/);
    expectProblem(await call(user, 'DELETE', `/accounts/${own.id}`), 403, /default account/);
  });
});

describe('users', () => {
  test('are created with a secret that is shown once', async () => {
    const { id: accountId } = await makeAccount();
    const email = `${unique('new')}@example.test`;
    const created = await call(admin, 'POST', `/accounts/${accountId}/users`, {
      email,
      firstName: 'Ada',
      lastName: 'Lovelace',
      city: 'London',
      externalId: 'e-1',
    });
    expect(created.status).toBe(200);
    const { secret, ...shown } = created.body;
    expect(Buffer.from(secret, 'base64')).toHaveLength(32);
    expect(shown).toMatchObject({
      email,
      fullName: 'Ada Lovelace',
      city: 'London',
      externalId: 'e-1',
      accountId,
      active: true,
      password: 'secured',
      roles: [],
    });
    const authorization = `User ${secret}, Organization ${administrator.organizationSecret}`;
    expect((await platform.call('GET', '/users', { authorization })).status).toBe(200);
    for (const path of [
      `/users/${shown.id}`,
      `/users/${email}`,
      `/organizations/users/${email.toUpperCase()}`,
      `/accounts/${accountId}/users/${email}`,
    ]) {
      expect((await call(admin, 'GET', path)).body).toEqual(shown);
    }
    expect(JSON.stringify((await call(admin, 'GET', `/accounts/${accountId}/users`)).body)).not.toContain(secret);
  });

  test('of the organization are made in its default account', async () => {
    const created = await call(admin, 'POST', '/organizations/users', { email: `${unique('o')}@example.test` });
    expect(created.body).toMatchObject({ accountId: admin.accountId, secret: expect.any(String) });
  });

  test('show their secret to their own password only', async () => {
    const { id } = await makeAccount();
    const [user, other] = [await makeUser(id), await makeUser(id)];
    const ask = (person: Person, wanted: Person, secret: string) =>
      platform.call('GET', `/users/${wanted.id}`, {
        authorization: person.authorization,
        headers: { 'elements-user-password': secret },
      });
    const own = await ask(user, user, 'long enough');
    expect(user.authorization).toContain(own.body.secret);
    expectProblem(await ask(user, user, 'wrong'), 403, /only to its own user/);
    expectProblem(await ask(other, user, 'long enough'), 403, /only to its own user/);
    expectProblem(await ask(admin, user, 'long enough'), 403, /only to its own user/);
  });

  test('do not share an email address, in any spelling and over all organizations', async () => {
    const user = await makeUser(admin.accountId);
    const body = { email: user.email.toUpperCase() };
    expectProblem(await call(admin, 'POST', '/organizations/users', body), 409, /already a user with the email/);
    expectProblem(await call(stranger, 'POST', '/organizations/users', body), 409, /already a user with the email/);
    const other = await makeUser(admin.accountId);
    expectProblem(await call(admin, 'PATCH', `/users/${other.id}`, body), 409, /already a user with the email/);
  });

  test.each([
    [{}, /email/],
    [{ email: 'no address' }, /email/],
    [{ email: 'a@example.test', password: 'short' }, /password/],
    [{ email: 'a@example.test', firstName: 'x'.repeat(1001) }, /firstName/],
  ])('that are incomplete are refused: %j', async (body, message) => {
    expectProblem(await call(admin, 'POST', '/organizations/users', body), 400, message);
  });

  test.each(['GET', 'PATCH', 'DELETE'])('that are not there answer 404 to %s', async (method) => {
    const body = method === 'PATCH' ? { firstName: 'x' } : undefined;
    expectProblem(await call(admin, method, '/users/999999', body), 404, /No user found/);
    expectProblem(await call(admin, method, `/accounts/999999/users/${admin.id}`, body), 404, /No account found/);
  });

  test('are changed, and keep what is not named', async () => {
    const { id } = await makeAccount();
    const user = await makeUser(id);
    await call(admin, 'PATCH', `/users/${user.id}`, { firstName: 'First', city: 'Here' });
    for (const [method, path] of [
      ['PUT', `/accounts/${id}/users/${user.id}`],
      ['PATCH', `/accounts/${id}/users/${user.id}`],
      ['PATCH', `/organizations/users/${user.id}`],
    ] as const) {
      const changed = await call(admin, method, path, { lastName: `${method} ${path}`, country: null });
      expect(changed.body).toMatchObject({
        firstName: 'First',
        city: 'Here',
        lastName: `${method} ${path}`,
        country: null,
      });
    }
  });

  test('are deleted softly, come back to life, and cannot delete themselves', async () => {
    const { id } = await makeAccount();
    const user = await makeUser(id);
    const deleted = await call(admin, 'DELETE', `/accounts/${id}/users/${user.id}`);
    expect([deleted.status, deleted.body]).toEqual([200, undefined]);
    expect((await call(user, 'GET', '/users')).status).toBe(401);
    expectProblem(await call(admin, 'GET', `/accounts/${id}/users`), 404, /No users found/);
    const all = await call(admin, 'GET', `/accounts/${id}/users?includeInactive=true`);
    expect(all.body).toMatchObject([{ id: user.id, active: false }]);
    await call(admin, 'PATCH', `/users/${user.id}`, { active: true });
    expect((await call(user, 'GET', '/users')).status).toBe(200);
    expectProblem(await call(user, 'DELETE', `/users/${user.id}`), 400, /yourself/);
    expectProblem(await call(user, 'PATCH', `/users/${user.id}`, { active: false }), 400, /yourself/);
  });

  test('see only those of their account', async () => {
    const [own, other] = [await makeAccount(), await makeAccount()];
    const [user, hidden] = [await makeUser(own.id), await makeUser(other.id)];
    expect((await call(user, 'GET', '/users')).body).toMatchObject([{ id: user.id }]);
    for (const path of [
      `/users/${hidden.id}`,
      `/users/${hidden.email}`,
      `/organizations/users/${hidden.id}`,
      `/accounts/${own.id}/users/${hidden.id}`,
    ]) {
      expectProblem(await call(user, 'GET', path), 404, /No user found/);
    }
    expectProblem(await call(user, 'PATCH', `/users/${hidden.id}`, { firstName: 'x' }), 404, /No user found/);
    expectProblem(await call(user, 'GET', '/organizations/users'), 403, /default account/);
    expectProblem(
      await call(user, 'POST', '/organizations/users', { email: 'x@example.test' }),
      403,
      /default account/,
    );
    expect((await call(admin, 'GET', `/users/${hidden.id}`)).status).toBe(200);
  });

  test('are listed with a filter and in pages', async () => {
    const { id } = await makeAccount();
    for (const name of ['Anna', 'Bob', 'Anton']) {
      await call(admin, 'POST', `/accounts/${id}/users`, { email: `${unique(name)}@example.test`, firstName: name });
    }
    const query = `where=${encodeURIComponent("firstName like 'An%'")}&pageSize=1`;
    const first = await call(admin, 'GET', `/accounts/${id}/users?${query}`);
    expect(first.body).toMatchObject([{ firstName: 'Anna' }]);
    expect(first.headers.get('elements-total-count')).toBe('2');
    const token = first.headers.get('elements-next-page-token');
    const second = await call(admin, 'GET', `/accounts/${id}/users?${query}&nextPage=${token}`);
    expect(second.body).toMatchObject([{ firstName: 'Anton' }]);
    expect(second.headers.has('elements-next-page-token')).toBe(false);
    expectProblem(await call(admin, 'GET', '/users?nextPage=x'), 400, /nextPage is not a token/);
    expectProblem(await call(admin, 'GET', '/users?where=password=1'), 400, /but not password/);
  });
});

describe('the organization', () => {
  test('shows itself with its secret', async () => {
    expect((await call(admin, 'GET', '/organizations/me')).body).toMatchObject({
      id: expect.any(Number),
      name: 'My organization',
      secret: administrator.organizationSecret,
      active: true,
      vdrVersion: 'v2',
    });
  });

  test('is changed by its administrators, and keeps what is not named', async () => {
    await call(admin, 'PUT', '/organizations/me', { name: 'Renamed', city: 'Here' });
    const changed = await call(admin, 'PUT', '/organizations/me', { country: 'There' });
    expect(changed.body).toMatchObject({ name: 'Renamed', city: 'Here', country: 'There' });
    expect((await call(admin, 'GET', '/organizations/me')).body).toEqual(changed.body);
    const user = await makeUser((await makeAccount()).id);
    expectProblem(await call(user, 'PUT', '/organizations/me', { name: 'x' }), 403, /default account/);
    expectProblem(await call(admin, 'PUT', '/organizations/me', { name: '' }), 400, /name/);
  });

  test('never sees what belongs to another one', async () => {
    const { id, externalId } = await makeAccount();
    const user = await makeUser(id);
    const accounts = (await call(stranger, 'GET', '/accounts?includeInactive=true')).body;
    expect(accounts.map((account: { id: number }) => account.id)).not.toContain(id);
    expect((await call(stranger, 'GET', '/organizations/users')).body).toMatchObject([{ id: stranger.id }]);
    for (const [method, path, body] of [
      ['GET', `/accounts/${id}`],
      ['PATCH', `/accounts/${id}`, { name: 'taken over' }],
      ['PUT', `/accounts/${id}?permanent=true`, { active: false }],
      ['DELETE', `/accounts/${id}`],
      ['GET', `/accounts/${id}/settings`],
      ['PATCH', `/accounts/${id}/settings`, { a: 1 }],
      ['GET', `/accounts/${id}/users`],
      ['POST', `/accounts/${id}/users`, { email: 'intruder@example.test' }],
      ['GET', `/accounts/${id}/users/${user.id}`],
      ['PATCH', `/accounts/${id}/users/${user.id}`, { password: 'taken over' }],
      ['DELETE', `/accounts/${id}/users/${user.id}`],
      ['GET', `/users/${user.id}`],
      ['GET', `/users/${user.email}`],
      ['PATCH', `/users/${user.id}`, { password: 'taken over' }],
      ['DELETE', `/users/${user.id}`],
      ['PATCH', `/organizations/users/${user.id}`, { active: false }],
      ['PATCH', `/accounts/${stranger.accountId}/users/${user.id}`, { active: false }],
    ] as const) {
      const answer = await call(stranger, method, path, body);
      expect(`${method} ${path} ${answer.status}`).toBe(`${method} ${path} 404`);
      expect(answer.body.message).not.toContain(externalId);
    }
    expect((await call(admin, 'GET', `/accounts/${id}`)).body).toMatchObject({ active: true, name: externalId });
    expect((await call(user, 'GET', '/users')).status).toBe(200);
  });

  test('does not accept the secret of another one', async () => {
    const mixed = `${admin.authorization.split(',')[0]},${stranger.authorization.split(',')[1]}`;
    expectProblem(await platform.call('GET', '/accounts', { authorization: mixed }), 401, /Organization secret is not/);
  });
});
