// An element call in steady state makes no statement of its own, and what other processes change is effective all the
// same: at once while this one hears of it, and at the very next call while it cannot.

import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { Secret } from '../src/core/secret.ts';
import { type Listener, startListener } from './support/guide.ts';
import {
  administrator,
  createTestDatabase,
  createTestKeyring,
  credentials,
  type Platform,
  platformEnvironment,
  startPlatform,
} from './support/platform.ts';
import { type Relay, startRelay } from './support/relay.ts';
import { makeDataFolder, type ServerProcess, startServerProcess, until } from './support/server-process.ts';

const listening = 'valence changes';

let vendor: Listener;
let relay: Relay;
/** the process that calls; its database lies behind the relay */
let caller: ServerProcess;
/** another process, which changes things */
let other: Platform;
let elementId: number;

beforeAll(async () => {
  vendor = await startListener();
  vendor.answer = { status: 200, headers: { 'content-type': 'application/json' }, body: '{"id":1}' };
  const routes = { 'api.acme.test': vendor.url };
  const keyring = createTestKeyring();
  const databaseUrl = await createTestDatabase();
  other = await startPlatform({ routes, keyring, databaseUrl });
  relay = await startRelay(databaseUrl);
  const dataFolder = await makeDataFolder();
  caller = await startServerProcess(platformEnvironment({ databaseUrl: relay.url, keyring, dataFolder, routes }));
  const thing = { method: 'GET', vendorMethod: 'GET', type: 'api' };
  const made = await other.call('POST', '/elements', {
    body: {
      key: 'acme',
      name: 'Acme',
      hub: 'general',
      authentication: { type: 'basic' },
      configuration: [
        { key: 'base.url', defaultValue: 'https://api.acme.test' },
        { key: 'username', required: true },
        { key: 'password', required: true, type: 'PASSWORD' },
      ],
      resources: [
        { ...thing, path: '/hubs/general/thing', vendorPath: '/thing' },
        { ...thing, path: '/hubs/general/other', vendorPath: '/other' },
      ],
    },
  });
  expect(made.status, made.body.message).toBe(200);
  elementId = made.body.id;
});
afterAll(async () => {
  await caller?.stop();
  await relay?.close();
  await other?.close();
  await vendor?.close();
});

interface Made {
  id: number;
  authorization: string;
}
let instance: Made;
const statements = () => relay.statements('valence');
const besides = () => relay.statements(listening) + relay.statements('valence background');
const basic = (user: string, password: string) => `Basic ${Buffer.from(`${user}:${password}`).toString('base64')}`;
const get = (path = '/hubs/general/thing', authorization = instance.authorization) =>
  caller.call('GET', path, { authorization });
const status = async (path?: string, authorization?: string) => (await get(path, authorization)).status;

async function connect(user?: string): Promise<Made> {
  const made = await other.call('POST', '/instances', {
    body: { element: { id: elementId }, name: 'x', configuration: { username: 'ann', password: 'quite secret' } },
    ...(user === undefined ? {} : { authorization: `User ${user}, Organization ${administrator.organizationSecret}` }),
  });
  expect(made.status, made.body.message).toBe(200);
  const element = `Element ${made.body.token}`;
  return {
    id: made.body.id,
    authorization: user === undefined ? credentials(made.body.token) : `User ${user}, ${element}`,
  };
}

/** Calls until nothing is read from the database for it any more. */
async function settle(authorization = instance.authorization): Promise<void> {
  await until('a call makes no statement', async () => {
    const before = statements();
    expect(await status('/hubs/general/thing', authorization)).toBe(200);
    return statements() === before;
  });
}

beforeEach(async () => {
  instance = await connect();
  await settle();
});

// On a machine so busy that pulses are late, calls read again: then the count is made once more.
test('a thousand calls make no statement, and what happens beside them at most one a second', async () => {
  await until('a thousand calls make no statement', async () => {
    const [before, besideBefore, seenBefore] = [statements(), besides(), vendor.requests.length];
    const since = performance.now();
    for (let done = 0; done < 1000; done += 20) {
      const answers = await Promise.all(Array.from({ length: 20 }, () => status()));
      expect(answers).toEqual(Array(20).fill(200));
    }
    expect(besides() - besideBefore).toBeLessThanOrEqual(1 + Math.ceil((performance.now() - since) / 1000));
    expect(vendor.requests.length - seenBefore).toBe(1000);
    expect(vendor.requests.at(-1)?.headers['authorization']).toBe(basic('ann', 'quite secret'));
    return statements() === before;
  });
});

test('a call with an element token that is not kept costs one statement, and its user none', async () => {
  await until('ten calls at the same time make one statement', async () => {
    const another = await connect();
    const before = statements();
    const answers = await Promise.all(Array.from({ length: 10 }, () => status(undefined, another.authorization)));
    expect(answers).toEqual(Array(10).fill(200));
    expect(statements() - before).toBeGreaterThan(0);
    return statements() - before === 1;
  });
});

test('an element token that was unknown a moment ago works at once', async () => {
  const digest = (
    await other.sql<{ digest: string }>('select token_digest as digest from instances where id = $1', [instance.id])
  )[0];
  const setDigest = (to: string | undefined) =>
    other.sql('update instances set token_digest = $2 where id = $1', [instance.id, to]);
  await setDigest('of no token');
  await until('the token is unknown', async () => (await status()) === 401);
  await setDigest(digest?.digest);
  expect(await status()).toBe(200);
});

describe('what another process changes is effective in this one:', () => {
  const becomes = (expected: number, path?: string, authorization?: string) =>
    until(`the call answers ${expected}`, async () => (await status(path, authorization)) === expected);

  test('a disabled instance, and one that is enabled again', async () => {
    await other.call('DELETE', `/instances/${instance.id}/enabled`);
    await becomes(403);
    await other.call('PUT', `/instances/${instance.id}/enabled`);
    await becomes(200);
  });

  test('a deleted instance', async () => {
    await other.call('DELETE', `/instances/${instance.id}`);
    await becomes(401);
  });

  test('a changed setting', async () => {
    const changed = await other.call('PATCH', `/instances/${instance.id}`, {
      body: { configuration: { username: 'bob' } },
    });
    expect(changed.status, changed.body.message).toBe(200);
    const expected = basic('bob', 'quite secret');
    await until('the vendor is called as bob', async () => {
      await get();
      return vendor.requests.at(-1)?.headers['authorization'] === expected;
    });
  });

  test('a changed definition', async () => {
    expect(await status('/hubs/general/other')).toBe(200);
    await other.sql(
      `update elements set document = replace(document::text, '/hubs/general/other', '/hubs/general/another')::json
       where id = $1`,
      [elementId],
    );
    await becomes(404, '/hubs/general/other');
    expect(await status('/hubs/general/another')).toBe(200);
    await other.sql(
      `update elements set document = replace(document::text, '/hubs/general/another', '/hubs/general/other')::json
       where id = $1`,
      [elementId],
    );
    await becomes(200, '/hubs/general/other');
  });

  test('a deactivated user, and a deactivated account', async () => {
    const externalId = randomBytes(8).toString('hex');
    const account = await other.call('POST', '/accounts', { body: { externalId } });
    const users = await Promise.all(
      ['a', 'b'].map((name) =>
        other.call('POST', `/accounts/${account.body.id}/users`, { body: { email: `${name}@${externalId}.test` } }),
      ),
    );
    const [one, two] = users.map(
      (user) => `User ${user.body.secret}, Organization ${administrator.organizationSecret}`,
    );
    const read = (authorization: string | undefined) => caller.call('GET', '/organizations/me', { authorization });
    for (const user of [one, two]) expect((await read(user)).status).toBe(200);

    await other.call('DELETE', `/users/${users[0]?.body.id}`);
    await until('the user is refused', async () => (await read(one)).status === 401);
    expect((await read(two)).status).toBe(200);
    await other.call('DELETE', `/accounts/${account.body.id}`);
    await until('the other user of the account is refused', async () => (await read(two)).status === 401);
  });
});

describe('while changes cannot be heard', () => {
  const reads = () =>
    until('calls read again', async () => {
      const before = statements();
      expect(await status()).toBe(200);
      return statements() > before;
    });

  test.each(['cut', 'freeze'] as const)('(%s) calls go on and see every change at once', async (how) => {
    relay[how](listening);
    try {
      await reads();
      for (const [method, expected] of [
        ['DELETE', 403],
        ['PUT', 200],
        ['DELETE', 403],
      ] as const) {
        await other.call(method, `/instances/${instance.id}/enabled`);
        expect(await status()).toBe(expected);
      }
      const before = statements();
      expect(await status()).toBe(403);
      expect(statements()).toBeGreaterThan(before);
    } finally {
      relay.mend(listening);
    }
    await until('it listens again', async () => {
      const before = statements();
      expect(await status()).toBe(403);
      return statements() === before;
    });
    await other.call('PUT', `/instances/${instance.id}/enabled`);
    await until('changes are heard again', async () => (await status()) === 200);
  });

  test('a connection that PostgreSQL ends leaves nothing stale behind', async () => {
    await other.sql(
      `with ended as (
         select pg_terminate_backend(pid) from pg_stat_activity
         where application_name = $1 and datname = current_database()
       ), disabled as (update instances set disabled = true where id = $2 returning 1)
       select count(*) from ended, disabled`,
      [listening, instance.id],
    );
    await until('the change is effective', async () => (await status()) === 403);
    await until('calls make no statement again', async () => {
      const before = statements();
      expect(await status()).toBe(403);
      return statements() === before;
    });
  });
});

test('a key that leaves the ring takes what it found with it', async () => {
  const [older, newer] = [createTestKeyring(), createTestKeyring().replace('test:', 'newer:')];
  const platform = await startPlatform({ keyring: older });
  try {
    const element = { key: 'own', name: 'Own', hub: 'general', authentication: { type: 'basic' }, configuration: [] };
    await platform.call('POST', '/elements', { body: { ...element, resources: [] } });
    const made = await platform.call('POST', '/instances', { body: { element: { key: 'own' }, name: 'x' } });
    expect(made.status, made.body.message).toBe(200);
    const authorization = `User ${administrator.userSecret}, Element ${made.body.token}`;
    const call = async () => (await platform.call('GET', '/nothing', { authorization })).status;
    platform.app.useKeyring(new Secret(`${newer},${older}`));
    expect(await call()).toBe(404);
    platform.app.useKeyring(new Secret(newer));
    expect(await call()).toBe(401);
    platform.app.useKeyring(new Secret(`${newer},${older}`));
    expect(await call()).toBe(404);
  } finally {
    await platform.close();
  }
});
