// Instances that are polled, for tests: enabled as provisioning does it, and what polls brought.

import { randomUUID } from 'node:crypto';
import { Secret } from '../../src/core/secret.ts';
import { type Database, openDatabase } from '../../src/store/database.ts';
import type { EventItem } from '../../src/store/events.ts';
import { enablePoll } from '../../src/store/polls.ts';
import type { Platform } from './platform.ts';

/** Has an instance polled from a moment on; it is due at once, or when it is said. */
export async function enablePolling(platform: Platform, instanceId: number, now: number, nextAt = now): Promise<void> {
  const [row] = await platform.sql<{ organization_id: string; account_id: string; element_id: string }>(
    'select organization_id, account_id, element_id from instances where id = $1',
    [instanceId],
  );
  if (row === undefined) throw new Error(`There is no instance ${instanceId}`);
  const settings = randomUUID();
  const owner = { organizationId: Number(row.organization_id), accountId: Number(row.account_id) };
  await withDatabase(platform, (database) =>
    enablePoll(database, { instanceId, ...owner, elementId: Number(row.element_id), settings }, { now, nextAt }),
  );
}

/** Runs statements of the stores on the platform's database. */
export async function withDatabase<Result>(
  platform: Platform,
  work: (database: Database) => Promise<Result>,
): Promise<Result> {
  const database = openDatabase(new Secret(platform.databaseUrl), 'test', 2);
  try {
    return await work(database);
  } finally {
    await database.destroy();
  }
}

/** What polls brought of an instance, in the order of its coming. */
export async function polledItems(platform: Platform, instanceId: number): Promise<EventItem[]> {
  const rows = await platform.sql<{ items: EventItem[] }>(
    "select items from events where instance_id = $1 and source = 'poll' order by received_at, id",
    [instanceId],
  );
  return rows.flatMap(({ items }) => items);
}
