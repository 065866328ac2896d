// What a process has written it reads at once, also before PostgreSQL has told it of its own change. Here it is never
// told: the connection on which it would be is frozen, and trusted all the same.

import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { createTestDatabase, createTestKeyring } from '../../test/support/platform.ts';
import { type Relay, startRelay } from '../../test/support/relay.ts';
import { limits } from '../config.ts';
import { Secret } from '../core/secret.ts';
import { createVault } from '../core/vault.ts';
import { type Changes, startChanges } from './changes.ts';
import { type Database, openDatabase } from './database.ts';
import { createInstanceStore, type InstanceRecord, type InstanceStore } from './instances.ts';
import { createOrganizationStore, type Identity, type OrganizationStore } from './organizations.ts';
import { createTokenStore, type RefreshLease, type TokenStore } from './tokens.ts';

const keyring = createTestKeyring();
const vault = createVault(new Secret(keyring));
let relay: Relay;
let database: Database;
let changes: Changes;
let instances: InstanceStore;
let organizations: OrganizationStore;
let tokens: TokenStore;

beforeAll(async () => {
  const databaseUrl = await createTestDatabase();
  database = openDatabase(new Secret(databaseUrl), 'test', 3);
  relay = await startRelay(databaseUrl);
  changes = await startChanges(new Secret(relay.url), {
    changesPulseMs: 600_000,
    changesTrustMs: 600_000,
    changesPatienceMs: 600_000,
  });
  relay.freeze('valence changes');
  instances = createInstanceStore({
    database,
    vault,
    changes,
    limits,
    settingsStored: async () => undefined,
  });
  organizations = createOrganizationStore({ database, vault, changes, limits });
  tokens = createTokenStore({ database, vault, changes, owner: 1 });
});
afterAll(async () => {
  await relay.close();
  await changes.stop();
  await database.destroy();
});

let userSecret: string;
let elementToken: string;
let identity: Identity;
let instance: InstanceRecord;

const random = () => randomBytes(16).toString('hex');
const identify = () => organizations.identify(userSecret, undefined);
const byToken = () => instances.byToken(elementToken);
const scope = () => ({ organizationId: identity.organization.id, accountId: identity.account.id });
const times = { refreshedAt: 1000, expiresAt: undefined };

/** An organization with one user and one instance, both kept. */
beforeEach(async () => {
  [userSecret, elementToken] = [random(), random()];
  await organizations.createOrganization(
    { name: 'Before', secret: new Secret(random()) },
    {
      email: `${random()}@example.test`,
      firstName: 'Before',
      lastName: null,
      externalId: null,
      profile: { city: 'Before' },
      passwordHash: null,
      secret: new Secret(userSecret),
    },
  );
  const found = await identify();
  if (typeof found === 'string') throw new Error(`The ${found} was not found`);
  identity = found;
  await instances.create({
    ...scope(),
    userId: identity.user.id,
    elementId: 1,
    elementKey: 'acme',
    name: 'Before',
    tags: ['Before'],
    values: { place: 'Before' },
    secrets: { password: new Secret('Before') },
    token: new Secret(elementToken),
    externalAuthentication: 'none',
    tokens: { tokens: { access: new Secret('Before'), refresh: undefined, secret: undefined }, times },
  });
  const record = await byToken();
  if (record === undefined) throw new Error('The instance was not found');
  instance = record;
});

async function lease(): Promise<RefreshLease> {
  const won = await tokens.lease(instance.id, 1, 1000);
  if (typeof won === 'string') throw new Error(`The lease was ${won}`);
  return won;
}

test('nothing is told: a change that is made elsewhere is not seen here', async () => {
  await database.updateTable('instances').set({ name: 'After' }).where('id', '=', instance.id).execute();
  expect((await byToken())?.name).toBe('Before');
});

const update = (change: Parameters<InstanceStore['update']>[2]) =>
  instances.update(identity.organization.id, instance.id, change);
const seenInstance = async () => {
  const record = await byToken();
  if (record === undefined) return undefined;
  const { tokens, secrets } = record;
  return { ...record, tokens, access: tokens?.access?.reveal(), password: secrets['password']?.reveal() };
};

test.each<[string, () => Promise<unknown>, () => Promise<unknown>, unknown]>([
  ['a changed instance', () => update(() => ({ name: 'After' })), seenInstance, { name: 'After' }],
  [
    'a changed secret',
    () => update(() => ({ secrets: { password: new Secret('After') } })),
    seenInstance,
    { password: 'After' },
  ],
  [
    'a traced instance',
    () => update(() => ({ traceLoggingUntil: new Date(7) })),
    seenInstance,
    { traceLoggingUntil: new Date(7) },
  ],
  [
    'kept answers',
    () => update(() => ({ cachingEnabled: true, maxCacheSize: 3, cacheTimeToLive: 4 })),
    seenInstance,
    { cachingEnabled: true, maxCacheSize: 3, cacheTimeToLive: 4 },
  ],
  [
    'an account that is connected again',
    () =>
      update(() => ({
        tokens: { tokens: { access: new Secret('After'), refresh: undefined, secret: undefined }, times },
      })),
    seenInstance,
    { access: 'After' },
  ],
  ['a deleted instance', () => instances.remove(identity.organization.id, instance.id), byToken, undefined],
  ['all instances deleted', () => instances.removeAll(scope()), byToken, undefined],
  [
    'refreshed tokens',
    async () =>
      tokens.complete(await lease(), { access: new Secret('After'), refresh: undefined, secret: undefined }, times),
    seenInstance,
    { access: 'After', tokens: { generation: 2 } },
  ],
  [
    'a refresh of unknown end',
    async () => tokens.release(await lease(), true),
    seenInstance,
    { tokens: { uncertainSince: expect.any(Number) } },
  ],
  [
    'refused tokens',
    () => tokens.refuse(instance.id, 1, 'After'),
    seenInstance,
    { tokens: { refusedReason: 'After' } },
  ],
  [
    'a changed user',
    () => organizations.updateUser(identity.organization.id, identity.user.id, { firstName: 'After' }),
    identify,
    { user: { firstName: 'After' } },
  ],
  [
    'a changed user of an instance',
    () => organizations.updateUser(identity.organization.id, identity.user.id, { firstName: 'After' }),
    byToken,
    { user: { firstName: 'After' } },
  ],
  [
    'a deactivated user',
    () => organizations.updateUser(identity.organization.id, identity.user.id, { active: false }),
    identify,
    'user',
  ],
  [
    'a deactivated account',
    () => organizations.updateAccount(identity.organization.id, identity.account.id, { active: false }),
    identify,
    'user',
  ],
  [
    'a changed organization',
    () => organizations.updateOrganization(identity.organization.id, { name: 'After' }),
    identify,
    { organization: { name: 'After' } },
  ],
])('%s', async (_what, write, read, expected) => {
  await write();
  const seen = await read();
  if (typeof expected === 'object') expect(seen).toMatchObject(expected as object);
  else expect(seen).toBe(expected);
});

test('what is kept cannot be changed by who gets it', async () => {
  for (const change of [
    () => Object.assign(instance.values, { place: 'After' }),
    () => instance.tags.push('After'),
    () => Object.assign(instance, { name: 'After' }),
    () => Object.assign(instance.user, { email: 'After' }),
    () => Object.assign(identity, { user: undefined }),
    () => Object.assign(identity.user, { active: false }),
    () => Object.assign(identity.account, { defaultAccount: true }),
  ]) {
    expect(change).toThrow(TypeError);
  }
  expect(await byToken()).toMatchObject({ name: 'Before', values: { place: 'Before' }, tags: ['Before'] });
});

test('secrets are kept sealed, and opened once for each who asks for them', async () => {
  const record = await byToken();
  const again = await byToken();
  expect(again?.values).toBe(record?.values);
  vault.useKeyring(new Secret(createTestKeyring().replace('test:', 'another:')));
  try {
    for (const open of [() => record?.secrets, () => record?.token, () => record?.tokens]) {
      expect(open).toThrow('No key named test is in the key ring');
    }
  } finally {
    vault.useKeyring(new Secret(keyring));
  }
  expect(record?.token.reveal()).toBe(elementToken);
  expect(record?.secrets).toBe(record?.secrets);
  expect(record?.tokens).toBe(record?.tokens);
});
