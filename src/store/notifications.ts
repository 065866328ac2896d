// Notifications and who is told of them. A delivery is an event, so that it is signed, tried again and logged as any other.

import { sql } from 'kysely';
import type { Secret } from '../core/secret.ts';
import type { Vault } from '../core/vault.ts';
import { type Database, nextId } from './database.ts';
import { insertEvents, type NewEvent } from './events.ts';

export type Severity = 'low' | 'medium' | 'high';

/** Something that somebody should know. */
export interface NotificationRecord {
  id: number;
  organizationId: number;
  accountId: number;
  topic: string;
  severity: Severity;
  message: string;
  /** who raised it */
  from: string | undefined;
  /** what it is about: ids and addresses */
  about: Record<string, unknown> | undefined;
  active: boolean;
  acknowledgedAt: Date | undefined;
  createdAt: Date;
}

/** What is stored of a notification when it is raised. */
export interface NewNotification {
  organizationId: number;
  accountId: number;
  topic: string;
  severity: Severity;
  message: string;
  from?: string | undefined;
  about?: Record<string, unknown> | undefined;
  /** the trouble; while it is known it is not stored again until it was quiet for `quietMs` milliseconds */
  subject?: { key: string; quietMs: number } | undefined;
}

/** Stands for every topic, in a subscription and where notifications are listed. */
export const everyTopic = '*';

/** Who is told of the notifications of some topics, or of all (`*`). */
export interface SubscriptionRecord {
  id: number;
  organizationId: number;
  accountId: number;
  channel: 'webhook';
  topics: string[];
  url: string;
  active: boolean;
  createdAt: Date;
}

/** Whose notifications or subscriptions are meant; `accountId` undefined: every account of the organization. */
export interface NotificationScope {
  organizationId: number;
  accountId: number | undefined;
}

/** Which notifications are meant; both conditions must hold where they are given. */
export interface NotificationFilter {
  /** undefined: of every topic */
  topics: readonly string[] | undefined;
  /** whether they were marked as seen */
  acknowledged?: boolean | undefined;
}

/** Reads and writes notifications and subscriptions. Every read names the organization. */
export interface NotificationStore {
  /**
   * Stores a notification and, in the same transaction, what `deliveryOf` makes for each active subscription to its
   * topic, of its account or of the organization's default account. `now` is in milliseconds since 1970. Undefined when
   * the same trouble is known already.
   */
  raise(
    notification: NewNotification,
    now: number,
    deliveryOf: (notification: NotificationRecord, subscription: SubscriptionRecord) => NewEvent,
  ): Promise<{ notification: NotificationRecord; deliveries: NewEvent[] } | undefined>;
  /** Active notifications that pass the filter, the latest first, at most `limit`, with ids below `before`. */
  list(
    scope: NotificationScope,
    filter: NotificationFilter,
    page: { before: number | undefined; limit: number },
  ): Promise<NotificationRecord[]>;
  byId(scope: NotificationScope, id: number): Promise<NotificationRecord | undefined>;
  /** Marks a notification as seen. */
  acknowledge(scope: NotificationScope, id: number, now: number): Promise<NotificationRecord | undefined>;
  /** Tells whether there was one. */
  remove(scope: NotificationScope, id: number): Promise<boolean>;
  subscribe(
    subscription: Omit<SubscriptionRecord, 'id' | 'active' | 'createdAt'>,
    key: Secret,
    now: number,
  ): Promise<SubscriptionRecord>;
  subscriptions(scope: NotificationScope): Promise<SubscriptionRecord[]>;
  /** Tells whether there was one. What waits to be delivered to it is dropped when its turn comes. */
  unsubscribe(scope: NotificationScope, id: number): Promise<boolean>;
  /** The signing key of an active subscription; undefined when it is gone. */
  subscriptionKey(organizationId: number, id: number): Promise<Secret | undefined>;
}

/** Where the sealed key of a subscription stands, for the vault. */
export const subscriptionKeyPlace = (id: number) => `notification_subscriptions/${id}/key`;

/** Makes the store of notifications. */
export function createNotificationStore(database: Database, vault: Vault): NotificationStore {
  return {
    raise: (given, now, deliveryOf) =>
      database.transaction().execute(async (transaction) => {
        const { organizationId, accountId, topic, subject } = given;
        if (subject !== undefined && !(await isNew(transaction, accountId, subject, now))) return undefined;
        const row = await transaction
          .insertInto('notifications')
          .values({
            organization_id: organizationId,
            account_id: accountId,
            topic,
            severity: given.severity,
            message: given.message,
            sender: given.from ?? null,
            about: given.about === undefined ? null : JSON.stringify(given.about),
            created_at: new Date(now),
          })
          .returningAll()
          .executeTakeFirstOrThrow();
        const notification = readNotification(row);
        const subscribed = await transaction
          .selectFrom('notification_subscriptions as s')
          .innerJoin('accounts as a', 'a.id', 's.account_id')
          .selectAll('s')
          .where('s.organization_id', '=', organizationId)
          .where('s.active', '=', true)
          .where((where) => where.or([where('s.account_id', '=', accountId), where('a.default_account', '=', true)]))
          .where(sql<boolean>`s.topics && ${[topic, everyTopic]}::text[]`)
          .orderBy('s.id')
          .execute();
        const deliveries = subscribed.map((one) => deliveryOf(notification, readSubscription(one)));
        await insertEvents(transaction, deliveries, now);
        return { notification, deliveries };
      }),

    async list(scope, { topics, acknowledged }, { before, limit }) {
      let query = database
        .selectFrom('notifications')
        .selectAll()
        .where('organization_id', '=', scope.organizationId)
        .where('active', '=', true);
      if (topics !== undefined) query = query.where(sql<boolean>`topic = any(${[...topics]}::text[])`);
      if (acknowledged !== undefined) query = query.where('acknowledged_at', acknowledged ? 'is not' : 'is', null);
      if (scope.accountId !== undefined) query = query.where('account_id', '=', scope.accountId);
      if (before !== undefined) query = query.where('id', '<', before);
      return (await query.orderBy('id', 'desc').limit(limit).execute()).map(readNotification);
    },

    async byId({ organizationId, accountId }, id) {
      let query = database
        .selectFrom('notifications')
        .selectAll()
        .where('organization_id', '=', organizationId)
        .where('id', '=', id);
      if (accountId !== undefined) query = query.where('account_id', '=', accountId);
      const row = await query.executeTakeFirst();
      return row && readNotification(row);
    },

    async acknowledge({ organizationId, accountId }, id, now) {
      let query = database
        .updateTable('notifications')
        .set({ acknowledged_at: sql`coalesce(acknowledged_at, ${new Date(now)}::timestamptz)` })
        .where('organization_id', '=', organizationId)
        .where('id', '=', id);
      if (accountId !== undefined) query = query.where('account_id', '=', accountId);
      const row = await query.returningAll().executeTakeFirst();
      return row && readNotification(row);
    },

    async remove({ organizationId, accountId }, id) {
      let query = database
        .deleteFrom('notifications')
        .where('organization_id', '=', organizationId)
        .where('id', '=', id);
      if (accountId !== undefined) query = query.where('account_id', '=', accountId);
      return (await query.executeTakeFirst()).numDeletedRows > 0n;
    },

    subscribe: (given, key, now) =>
      database.transaction().execute(async (transaction) => {
        const id = await nextId(transaction, 'notification_subscriptions');
        const row = await transaction
          .insertInto('notification_subscriptions')
          .values({
            id,
            organization_id: given.organizationId,
            account_id: given.accountId,
            channel: given.channel,
            topics: given.topics,
            url: given.url,
            key_sealed: vault.seal(key, subscriptionKeyPlace(id)),
            created_at: new Date(now),
          })
          .returningAll()
          .executeTakeFirstOrThrow();
        return readSubscription(row);
      }),

    async subscriptions({ organizationId, accountId }) {
      let query = database
        .selectFrom('notification_subscriptions')
        .selectAll()
        .where('organization_id', '=', organizationId);
      if (accountId !== undefined) query = query.where('account_id', '=', accountId);
      return (await query.orderBy('id').execute()).map(readSubscription);
    },

    async unsubscribe({ organizationId, accountId }, id) {
      let query = database
        .deleteFrom('notification_subscriptions')
        .where('organization_id', '=', organizationId)
        .where('id', '=', id);
      if (accountId !== undefined) query = query.where('account_id', '=', accountId);
      return (await query.executeTakeFirst()).numDeletedRows > 0n;
    },

    async subscriptionKey(organizationId, id) {
      const row = await database
        .selectFrom('notification_subscriptions')
        .select('key_sealed')
        .where('organization_id', '=', organizationId)
        .where('id', '=', id)
        .where('active', '=', true)
        .executeTakeFirst();
      return row && vault.open(row.key_sealed, subscriptionKeyPlace(id));
    },
  };
}

/** Whether a trouble was quiet until now; of several that ask at once one is told so. */
async function isNew(
  transaction: Database,
  accountId: number,
  { key, quietMs }: { key: string; quietMs: number },
  now: number,
): Promise<boolean> {
  const { rows } = await sql<{ subject: string }>`
    insert into notification_subjects as known (account_id, subject, quiet_until)
    values (${accountId}, ${key}, ${new Date(now + quietMs)})
    on conflict (account_id, subject) do update set quiet_until = excluded.quiet_until
      where known.quiet_until <= ${new Date(now)}
    returning subject`.execute(transaction);
  return rows.length > 0;
}

interface NotificationRow {
  id: number;
  organization_id: number;
  account_id: number;
  topic: string;
  severity: Severity;
  message: string;
  sender: string | null;
  about: Record<string, unknown> | null;
  active: boolean;
  acknowledged_at: Date | null;
  created_at: Date;
}

function readNotification(row: NotificationRow): NotificationRecord {
  return {
    id: row.id,
    organizationId: row.organization_id,
    accountId: row.account_id,
    topic: row.topic,
    severity: row.severity,
    message: row.message,
    from: row.sender ?? undefined,
    about: row.about ?? undefined,
    active: row.active,
    acknowledgedAt: row.acknowledged_at ?? undefined,
    createdAt: row.created_at,
  };
}

interface SubscriptionRow {
  id: number;
  organization_id: number;
  account_id: number;
  channel: 'webhook';
  topics: string[];
  url: string;
  active: boolean;
  created_at: Date;
}

function readSubscription(row: SubscriptionRow): SubscriptionRecord {
  return {
    id: row.id,
    organizationId: row.organization_id,
    accountId: row.account_id,
    channel: row.channel,
    topics: row.topics,
    url: row.url,
    active: row.active,
    createdAt: row.created_at,
  };
}
