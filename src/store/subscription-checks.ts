// When the vendor of an instance is asked next whether it still has the instance's subscription.

import { sql } from 'kysely';
import type { Database } from './database.ts';

/** An instance whose subscription is to be looked at. */
export interface DueCheck {
  organizationId: number;
  accountId: number;
  instanceId: number;
}

/** Keeps the times of the checks; times are in milliseconds since 1970. */
export interface SubscriptionChecks {
  /** Stores when an instance is checked first, unless that is known, in the transaction that stores its settings. */
  store(transaction: Database, check: DueCheck, firstAt: number): Promise<void>;
  forget(transaction: Database, instanceId: number): Promise<void>;
  /** Takes checks that are due, at most `limit`, and puts each off until a moment, by which it must have been made. */
  take(now: number, until: number, limit: number): Promise<DueCheck[]>;
  /** Stores when an instance is checked next. */
  next(organizationId: number, instanceId: number, at: number): Promise<void>;
}

/** Makes the store of checks. */
export function createSubscriptionChecks(database: Database): SubscriptionChecks {
  return {
    async store(transaction, { organizationId, accountId, instanceId }, firstAt) {
      await transaction
        .insertInto('subscription_checks')
        .values({
          instance_id: instanceId,
          organization_id: organizationId,
          account_id: accountId,
          next_at: new Date(firstAt),
        })
        .onConflict((conflict) => conflict.doNothing())
        .execute();
    },
    async forget(transaction, instanceId) {
      await transaction.deleteFrom('subscription_checks').where('instance_id', '=', instanceId).execute();
    },
    async take(now, until, limit) {
      const { rows } = await sql<{ organization_id: number; account_id: number; instance_id: number }>`
        update subscription_checks set next_at = ${new Date(until)}
        where instance_id in (
          select instance_id from subscription_checks where next_at <= ${new Date(now)}
          order by next_at limit ${limit} for update skip locked)
        returning organization_id, account_id, instance_id`.execute(database);
      return rows.map((row) => ({
        organizationId: row.organization_id,
        accountId: row.account_id,
        instanceId: row.instance_id,
      }));
    },
    async next(organizationId, instanceId, at) {
      await database
        .updateTable('subscription_checks')
        .set({ next_at: new Date(at) })
        .where('organization_id', '=', organizationId)
        .where('instance_id', '=', instanceId)
        .execute();
    },
  };
}
