// Common resources as they are stored: what a reading finds after a change, in the process that made it and in others,
// and what goes with what it hangs on.

import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { limits } from '../src/config.ts';
import { Secret } from '../src/core/secret.ts';
import { type Changes, startChanges } from '../src/store/changes.ts';
import { type CommonResourceStore, createCommonResourceStore } from '../src/store/common-resources.ts';
import { type Database, openDatabase } from '../src/store/database.ts';
import { createTestDatabase } from './support/platform.ts';

interface Process {
  database: Database;
  changes: Changes;
  store: CommonResourceStore;
  /** statements since the last time this was asked */
  statements(): number;
}
let processes: [Process, Process];
beforeAll(async () => {
  const url = new Secret(await createTestDatabase());
  const start = async (): Promise<Process> => {
    const opened = openDatabase(url, 'test', 5);
    let count = 0;
    const database = opened.withPlugin({
      transformQuery({ node }) {
        count += 1;
        return node;
      },
      transformResult: async ({ result }) => result,
    });
    const changes = await startChanges(url, limits);
    const store = createCommonResourceStore({ database, changes, limits });
    const statements = () => {
      const before = count;
      count = 0;
      return before;
    };
    return { database, changes, store, statements };
  };
  processes = [await start(), await start()];
});
afterAll(async () => {
  for (const { database, changes } of processes) {
    await changes.stop();
    await database.destroy();
  }
});

let organizationId: number;
let accountId: number;
let instanceId: number;
const random = () => randomBytes(16).toString('hex');
beforeEach(async () => {
  const [{ database }] = processes;
  const insert = database
    .insertInto('organizations')
    .values({ name: 'one', secret_sealed: '', secret_digest: random(), profile: '{}' })
    .returning('id');
  organizationId = (await insert.executeTakeFirstOrThrow()).id;
  const account = { organization_id: organizationId, name: 'one', external_id: null, description: null };
  accountId = (await database.insertInto('accounts').values(account).returning('id').executeTakeFirstOrThrow()).id;
  const own = { organization_id: organizationId, account_id: accountId };
  const user = { ...own, email: random(), first_name: null, last_name: null, external_id: null };
  const sealed = { secret_sealed: '', secret_digest: random(), password_hash: null };
  const { id: userId } = await database
    .insertInto('users')
    .values({ ...user, ...sealed })
    .returning('id')
    .executeTakeFirstOrThrow();
  const instance = { ...own, user_id: userId, element_id: 1, element_key: 'desk', name: 'one', tags: [] };
  const secrets = { configuration: '{}', secrets_sealed: '', token_sealed: '', token_digest: random() };
  const inserted = database.insertInto('instances').values({ ...instance, ...secrets });
  instanceId = (await inserted.returning('id').executeTakeFirstOrThrow()).id;
});

const element = { id: 1, key: 'desk' };

test('what is said at each level is kept without a statement, and read again by every process when it changes', async () => {
  const [one, other] = processes;
  const place = { organizationId, accountId, instanceId };
  const before = await other.store.levelsFor(place);
  expect(before.organization.definitions.size).toBe(0);
  other.statements();
  expect(await other.store.levelsFor(place)).toBe(before);
  expect(other.statements()).toBe(0);

  for (const at of [{ organizationId }, { organizationId, accountId }, place]) {
    const level = 'instanceId' in at ? 'instance' : 'accountId' in at ? 'account' : 'organization';
    await one.store.change(organizationId, async (writer) => {
      await writer.putDefinition(at, 'people', { fields: [], level });
      await writer.putTransformation(at, element, 'people', { vendorName: level });
    });
    for (const { store } of processes) {
      const levels = await store.levelsFor(place);
      expect(levels[level].definitions.get('people')).toEqual({ fields: [], level });
      expect(levels[level].transformations.get('desk')?.get('people')).toEqual({ vendorName: level });
      expect(await store.levelsFor(place)).toBe(levels);
    }
  }

  // The documents of the levels that a change does not touch stay the same objects.
  const whole = await other.store.levelsFor(place);
  await one.store.change(organizationId, (writer) => writer.removeTransformation(place, 'desk', 'people'));
  const less = await other.store.levelsFor(place);
  expect(less).not.toBe(whole);
  expect(less.organization).toBe(whole.organization);
  expect(less.instance.transformations.size).toBe(0);
  // An account without instances of its own words sees the account's.
  const without = await other.store.levelsFor({ organizationId, accountId });
  expect(await other.store.levelsFor({ organizationId, accountId, instanceId: instanceId + 1 })).toBe(without);
  expect(without.instance.definitions.size).toBe(0);
});

test('a change that throws changes nothing; changes of one organization follow each other', async () => {
  const [one, other] = processes;
  const failing = one.store.change(organizationId, async (writer) => {
    await writer.putDefinition({ organizationId }, 'people', {});
    throw new Error('no');
  });
  await expect(failing).rejects.toThrow('no');
  expect(await other.store.definitions({ organizationId })).toEqual([]);

  const addOne = ({ store }: Process) =>
    store.change(organizationId, async (writer) => {
      const [stored] = await writer.definitions({ organizationId });
      const number = Number(stored?.document['number'] ?? 0) + 1;
      await writer.putDefinition({ organizationId }, 'people', { number });
    });
  await Promise.all([addOne(one), addOne(other), addOne(one), addOne(other)]);
  expect((await one.store.definitions({ organizationId })).map(({ document }) => document)).toEqual([{ number: 4 }]);
});

test('a number goes with its name, unless something else has it', async () => {
  const [{ store }] = processes;
  const account = { organizationId, accountId };
  await store.change(organizationId, async (writer) => {
    await writer.putDefinition({ organizationId }, 'people', {});
    await writer.putDefinition(account, 'people', {});
    await writer.putTransformation(account, element, 'people', {});
  });
  const numbers = async () =>
    (await store.definitions({ organizationId })).map(({ objectName, resourceId }) => [objectName, resourceId]);
  const [[, number] = []] = await numbers();

  await store.change(organizationId, (writer) => writer.rename({ organizationId }, 'people', 'persons'));
  expect(await numbers()).toEqual([
    ['persons', number],
    ['persons', number],
  ]);
  expect((await store.transformations({ organizationId })).map(({ objectName }) => objectName)).toEqual(['persons']);

  await store.change(organizationId, (writer) => writer.rename(account, 'persons', 'people'));
  expect(await numbers()).toEqual([
    ['persons', number],
    ['people', expect.not.toSatisfy((other) => other === number)],
  ]);
  expect(await store.names(organizationId, { id: Number(number) })).toEqual({ id: number, objectName: 'persons' });
});

test('what hangs on an instance or an account goes with it', async () => {
  const [one, other] = processes;
  const account = { organizationId, accountId };
  const place = { ...account, instanceId };
  await one.store.change(organizationId, async (writer) => {
    for (const at of [{ organizationId }, account, place]) {
      await writer.putDefinition(at, 'people', {});
      await writer.putTransformation(at, element, 'people', {});
    }
  });
  await other.store.levelsFor(place);
  await one.database.deleteFrom('instances').where('id', '=', instanceId).execute();
  await one.changes.heardByAll();
  const levels = await other.store.levelsFor(place);
  expect(levels.instance.definitions.size).toBe(0);
  expect(levels.account.definitions.size).toBe(1);

  const snippet = await one.store.snippets.create(account, { body: 'done()' });
  await one.store.removeAccount(account);
  const bare = await other.store.levelsFor(account);
  expect([bare.organization.definitions.size, bare.account.definitions.size]).toEqual([1, 0]);
  expect(await one.store.snippets.find(account, snippet.id)).toBeUndefined();
});

test('transformations of a private element follow its key and go with it', async () => {
  const [{ store, database }] = processes;
  const row = { organization_id: organizationId, account_id: accountId, key: 'own', document: '{}' };
  const { id } = await database.insertInto('elements').values(row).returning('id').executeTakeFirstOrThrow();
  await store.change(organizationId, async (writer) => {
    await writer.putDefinition({ organizationId }, 'people', {});
    await writer.putTransformation({ organizationId }, { id, key: 'own' }, 'people', {});
    await writer.putTransformation({ organizationId }, element, 'people', {});
  });
  const keys = async () => (await store.transformations({ organizationId })).map(({ elementKey }) => elementKey);
  await database.updateTable('elements').set({ key: 'renamed' }).where('id', '=', id).execute();
  expect(await keys()).toEqual(['desk', 'renamed']);
  // What stands under the new key already stays.
  await database.updateTable('elements').set({ key: 'desk' }).where('id', '=', id).execute();
  expect(await keys()).toEqual(['desk', 'renamed']);
  await database.deleteFrom('elements').where('id', '=', id).execute();
  expect(await keys()).toEqual(['desk']);
});
