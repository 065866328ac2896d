// Calls that were accepted to be answered by a callback. Each stays until its result has been handed over, so that a
// process that dies loses none.

import { sql } from 'kysely';
import { Secret } from '../core/secret.ts';
import type { Vault } from '../core/vault.ts';
import type { Database } from './database.ts';
import { insertEvents } from './events.ts';
import type { CallOwner, StoredCall } from './jobs.ts';
import { ownerIsGone } from './presence.ts';

/** What an accepted call carries; sealed. */
export interface AcceptedCall {
  call: StoredCall;
  callbackUrl: string;
  /** whether its resource is an element's, where a write has an Idempotency-Key */
  ofElement: boolean;
}

/** An accepted call that nobody has ended. */
export interface AsynchronousCall extends CallOwner {
  /** the id of the event that its result will be */
  eventId: string;
  elementKey: string | undefined;
  /** how often it was begun before */
  attempts: number;
  /** Opens what it carries. Throws an Error when the key that sealed it is gone. */
  open(): AcceptedCall;
}

/** Keeps accepted calls until their results are events. */
export interface AsynchronousCallStore {
  /** Stores a call as one that this process makes now, or (`begun` false) that any process may begin. */
  accept(
    call: CallOwner & { eventId: string; elementKey: string | undefined; accepted: AcceptedCall },
    begun: boolean,
    now: number,
  ): Promise<void>;
  /** Takes over calls that nobody makes: not begun, or begun by a process that is gone. */
  takeOver(limit: number): Promise<AsynchronousCall[]>;
  /**
   * Makes the result an event that is sent to the callback, and forgets the call, in one transaction; only the first
   * result counts.
   */
  complete(call: AsynchronousCall, result: { callbackUrl: string; body: string }, now: number): Promise<void>;
}

const callPlace = (eventId: string) => `asynchronous_calls/${eventId}`;

/** Makes the store of asynchronous calls. `owner` is this process's sign of life (see presence.ts). */
export function createAsynchronousCallStore({
  database,
  vault,
  owner,
}: {
  database: Database;
  vault: Vault;
  owner: number;
}): AsynchronousCallStore {
  return {
    async accept(call, begun, now) {
      await database
        .insertInto('asynchronous_calls')
        .values({
          event_id: call.eventId,
          organization_id: call.organizationId,
          account_id: call.accountId,
          user_id: call.userId,
          instance_id: call.instanceId ?? null,
          element_key: call.elementKey ?? null,
          call_sealed: vault.seal(new Secret(JSON.stringify(call.accepted)), callPlace(call.eventId)),
          owner: begun ? owner : null,
          attempts: begun ? 1 : 0,
          accepted_at: new Date(now),
        })
        .execute();
    },

    async takeOver(limit) {
      const { rows } = await sql<TakenRow>`
        update asynchronous_calls set owner = ${owner}, attempts = attempts + 1
        where event_id in (
          select event_id from asynchronous_calls
          where owner is null or (owner <> ${owner} and ${ownerIsGone(sql.ref('owner'))})
          order by event_id limit ${limit} for update skip locked)
        returning *`.execute(database);
      return rows.map((row) => ({
        eventId: row.event_id,
        organizationId: row.organization_id,
        accountId: row.account_id,
        userId: row.user_id,
        instanceId: row.instance_id ?? undefined,
        elementKey: row.element_key ?? undefined,
        attempts: row.attempts - 1,
        open: () => JSON.parse(vault.open(row.call_sealed, callPlace(row.event_id)).reveal()) as AcceptedCall,
      }));
    },

    complete: (call, { callbackUrl, body }, now) =>
      database.transaction().execute(async (transaction) => {
        const ended = await transaction
          .deleteFrom('asynchronous_calls')
          .where('event_id', '=', call.eventId)
          .executeTakeFirst();
        if (ended.numDeletedRows === 0n) return;
        const { organizationId, accountId, instanceId, elementKey, eventId: id } = call;
        const event = { id, organizationId, accountId, instanceId, elementKey, source: 'result' as const };
        await insertEvents(transaction, [{ ...event, body, callbackUrl }], now);
      }),
  };
}

interface TakenRow {
  event_id: string;
  organization_id: number;
  account_id: number;
  user_id: number;
  instance_id: number | null;
  element_key: string | null;
  call_sealed: string;
  attempts: number;
}
