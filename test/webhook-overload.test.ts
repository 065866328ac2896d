// A webhook is refused, to be sent again, when more wait than this process has room for.

import pg from 'pg';
import { expect, onTestFinished, test } from 'vitest';
import { Secret } from '../src/core/secret.ts';
import { createReceive } from '../src/events/receive.ts';
import { openDatabase } from '../src/store/database.ts';
import { eventId } from '../src/store/events.ts';
import { createInbox } from '../src/store/inbox.ts';
import { createTestDatabase } from './support/platform.ts';

test('a webhook is refused with when to send it again while too many wait', async () => {
  const url = await createTestDatabase();
  const database = openDatabase(new Secret(url));
  onTestFinished(() => database.destroy());
  const lock = new pg.Client({ connectionString: url });
  await lock.connect();
  onTestFinished(() => lock.end());
  await lock.query('begin; lock table events in access exclusive mode');

  const limits = { inboxBatchEvents: 100, inboxBatchBytes: 1_000_000, inboxWaiting: 2 };
  const inbox = createInbox({ database, clock: Date.now, limits, stored: () => undefined });
  // what is asked for after there is room is not there
  const receive = createReceive({ inbox, limits } as unknown as Parameters<typeof createReceive>[0]);
  const request = { method: 'POST', headers: {}, query: {}, raw: Buffer.from('{}'), body: {} };
  const take = () =>
    inbox.take({
      id: eventId(Date.now()),
      organizationId: 1,
      accountId: 1,
      instanceId: 1,
      elementKey: 'acme',
      source: 'webhook',
      body: '{}',
    });
  const stored = [take()];
  const waitsForEvents = "select from pg_locks where relation = 'events'::regclass and not granted";
  await expect.poll(async () => (await lock.query(waitsForEvents)).rows.length).toBe(1);
  stored.push(take(), take());
  await expect(receive.webhook('acme', 1, request)).rejects.toMatchObject({
    code: 'overloaded',
    status: 503,
    retryAfterSeconds: 1,
  });
  await lock.query('commit');
  expect(await Promise.all(stored)).toEqual([true, true, true]);
});
