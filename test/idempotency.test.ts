// Writes with an Idempotency-Key: sent once, their answer given again, and never sent blindly after an unknown end.

import { createHash } from 'node:crypto';
import { sql } from 'kysely';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { Secret } from '../src/core/secret.ts';
import { createVault } from '../src/core/vault.ts';
import { type Database, openDatabase } from '../src/store/database.ts';
import { createIdempotencyStore, deleteOldWrites, type IdempotentWrite } from '../src/store/idempotency.ts';
import { type Presence, startPresence } from '../src/store/presence.ts';
import { createTestDatabase, createTestKeyring } from './support/platform.ts';

let database: Database;
let url: Secret;
let presences: Presence[];
const instance = { organizationId: 1, id: 1 };
const vault = createVault(new Secret(createTestKeyring()));
const limits = { keptAnswerBytes: 1000 };
const answer = { status: 200, headers: { 'content-type': 'application/json' }, body: { id: 12, name: 'Ünï \0' } };

function storeOf(presence: Presence | undefined) {
  if (presence === undefined) throw new Error('There is no such process');
  return createIdempotencyStore({ database, vault, owner: presence.owner, limits });
}
async function begin(
  key: string,
  options: { process?: number; digest?: string; limitMs?: number; of?: typeof instance } = {},
) {
  const { process = 0, digest = 'request', limitMs = 60_000, of = instance } = options;
  return storeOf(presences[process]).begin(of, key, digest, limitMs);
}
async function started(key: string, options = {}): Promise<IdempotentWrite> {
  const begun = await begin(key, options);
  if (begun.kind !== 'run') throw new Error(`The write is ${begun.kind}`);
  return begun;
}

beforeAll(async () => {
  url = new Secret(await createTestDatabase());
  database = openDatabase(url);
  for (const id of [1, 2]) {
    const sealed = { secret_sealed: '', secret_digest: `${id}` };
    await database
      .insertInto('organizations')
      .values({ name: 'o', profile: '{}', ...sealed })
      .execute();
    await database
      .insertInto('accounts')
      .values({ id, organization_id: id, name: 'a', external_id: null, description: null })
      .execute();
    await database
      .insertInto('users')
      .values({
        organization_id: id,
        account_id: id,
        email: `${id}@x`,
        first_name: null,
        last_name: null,
        external_id: null,
        password_hash: null,
        ...sealed,
      })
      .execute();
  }
  for (const [id, organization] of [
    [1, 1],
    [2, 1],
    [3, 2],
    [4, 1],
  ] as const) {
    await database
      .insertInto('instances')
      .values({
        ...{ id, organization_id: organization, account_id: organization, user_id: organization, element_id: 1 },
        ...{ element_key: 'acme', name: 'i', tags: [], configuration: '{}', secrets_sealed: '', token_sealed: '' },
        token_digest: `${id}`,
      })
      .execute();
  }
  presences = [await startPresence(url), await startPresence(url)];
});
afterAll(async () => {
  for (const presence of presences) await presence.stop();
  await database.destroy();
});

test('a write is run once; its answer is given to whoever repeats it, in any process', async () => {
  const write = await started('once');
  expect(await begin('once')).toEqual({ kind: 'running' });
  expect(await begin('once', { process: 1 })).toEqual({ kind: 'running' });
  await write.done(answer);
  expect(await begin('once')).toEqual({ kind: 'replay', answer });
  expect(await begin('once', { process: 1 })).toEqual({ kind: 'replay', answer });
});

test('of many at the same time in two processes one runs', async () => {
  for (let round = 0; round < 10; round++) {
    const begun = await Promise.all(
      Array.from({ length: 20 }, (_, index) => begin(`many ${round}`, { process: index % 2 })),
    );
    expect(begun.filter((one) => one.kind === 'run')).toHaveLength(1);
    expect(begun.filter((one) => one.kind === 'running')).toHaveLength(19);
  }
});

test('a key that was used for another request says so, whatever became of it', async () => {
  const write = await started('reused');
  expect(await begin('reused', { digest: 'other' })).toEqual({ kind: 'mismatch' });
  await write.done(answer);
  expect(await begin('reused', { digest: 'other' })).toEqual({ kind: 'mismatch' });
});

test('a key belongs to one instance, and an instance to one organization', async () => {
  await (await started('mine')).done(answer);
  await (await started('mine', { of: { organizationId: 1, id: 2 } })).forget();
  await expect(begin('new', { of: { organizationId: 2, id: 1 } })).rejects.toThrow(/no longer there/);
  await expect(begin('mine', { of: { organizationId: 2, id: 1 } })).rejects.toThrow(/no longer there/);
  await expect(begin('mine', { of: { organizationId: 1, id: 99 } })).rejects.toThrow(/no longer there/);
});

test('a write that was certainly not sent may be tried again', async () => {
  await (await started('unsent')).forget();
  const again = await started('unsent', { digest: 'other' });
  await again.done(answer);
  expect((await begin('unsent', { digest: 'other' })).kind).toBe('replay');
});

test('an unknown end is told with its reason, and never run again', async () => {
  await (await started('unknown')).unknown('the vendor did not answer within 60 s');
  const expected = { kind: 'unknown', message: 'the vendor did not answer within 60 s' };
  expect(await begin('unknown')).toEqual(expected);
  expect(await begin('unknown', { process: 1 })).toEqual(expected);
});

test('the write of a process that died is unknown at once', async () => {
  const dying = await startPresence(url);
  presences.push(dying);
  await started('died', { process: presences.length - 1 });
  expect(await begin('died')).toEqual({ kind: 'running' });
  await dying.stop();
  expect(await begin('died')).toMatchObject({ kind: 'unknown', message: expect.stringMatching(/stopped/) });
});

test('a write whose time is over is unknown, until its answer comes after all', async () => {
  const write = await started('slow', { limitMs: -1 });
  expect((await begin('slow')).kind).toBe('unknown');
  expect((await begin('slow', { process: 1 })).kind).toBe('unknown');
  await write.done(answer);
  expect(await begin('slow')).toEqual({ kind: 'replay', answer });
});

test('after a day a key is free again, and the end of the old attempt does not touch the new one', async () => {
  const old = await started('day');
  await old.done(answer);
  await age('day', '23 hours 59 minutes');
  expect((await begin('day')).kind).toBe('replay');
  await age('day', '24 hours 1 minute');
  const fresh = await started('day', { digest: 'other' });
  await old.done({ status: 500, headers: {} });
  await old.forget();
  expect(await begin('day', { digest: 'other' })).toEqual({ kind: 'running' });
  await fresh.done(answer);
  expect(await begin('day', { digest: 'other' })).toEqual({ kind: 'replay', answer });
});

test('housekeeping deletes what is older than a day, and nothing else', async () => {
  await (await started('kept')).done(answer);
  await (await started('deleted')).done(answer);
  await age('deleted', '25 hours');
  const count = async () =>
    Number(
      (
        await database
          .selectFrom('idempotent_writes')
          .select(({ fn }) => fn.countAll().as('rows'))
          .executeTakeFirstOrThrow()
      ).rows,
    );
  const before = await count();
  await deleteOldWrites(database);
  expect(await count()).toBe(before - 1);
  expect((await begin('kept')).kind).toBe('replay');
});

test('the writes of an instance go with it', async () => {
  const of = { organizationId: 1, id: 4 };
  const write = await started('gone', { of });
  await database.deleteFrom('instances').where('id', '=', 4).execute();
  await write.done(answer);
  await expect(begin('gone', { of })).rejects.toThrow(/no longer there/);
});

test('a body above the limit is left out, and the answer says so; one of that size is kept', async () => {
  await (await started('large')).done({ ...answer, body: 'x'.repeat(999) });
  const { body: _, ...rest } = answer;
  expect(await begin('large')).toEqual({ kind: 'replay', answer: { ...rest, bodyLeftOut: true } });
  await (await started('exact')).done({ ...answer, body: 'x'.repeat(998) });
  expect(await begin('exact')).toEqual({ kind: 'replay', answer: { ...answer, body: 'x'.repeat(998) } });
  await (await started('none')).done({ status: 204, headers: {} });
  expect(await begin('none')).toEqual({ kind: 'replay', answer: { status: 204, headers: {} } });
});

test('neither keys nor answers are readable in the database', async () => {
  await (await started('invoice of Jane Doe')).done({ ...answer, body: 'Jane Doe lives here' });
  const rows = JSON.stringify(await database.selectFrom('idempotent_writes').selectAll().execute());
  expect(rows).not.toContain('Jane Doe');
});

/** Makes the write of a key older. */
async function age(key: string, by: string): Promise<void> {
  const result = await sql`update idempotent_writes set created_at = now() - ${by}::interval
    where key_digest = ${createHash('sha256').update(key).digest('base64')}`.execute(database);
  expect(result.numAffectedRows).toBe(1n);
}
