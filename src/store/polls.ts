// What is polled: when each instance is due, which process polls it now, and how far each of its objects has come.

import { sql } from 'kysely';
import type { Database } from './database.ts';
import { insertEvents, type NewEvent, takeEventKeys } from './events.ts';
import { livingOwners } from './presence.ts';

/** How far the polling of one kind of object has come. All times are in milliseconds since 1970. */
export interface PolledObjectState {
  /** changes before it are none of ours: when the object was polled first */
  start: number;
  /** when the last poll began that brought everything */
  since: number;
  /** when it is due again */
  nextAt: number;
  /** polls that failed, one after the other */
  failures: number;
  lastAt?: number;
  /** what the last poll said */
  message?: string;
  /** from when on the next poll reads again: rows may have moved from page to page while they were read */
  again?: number;
  /** digests of the records of the last poll, by id, where records tell no time */
  seen?: Record<string, string>;
  /** a poll that is not at its end */
  run?: PollRun;
}

/** A poll that stopped between two pages. */
export interface PollRun {
  /** the URL of the poller, before it was filled: another one begins anew */
  url: string;
  began: number;
  /** changes from here on are asked for */
  from: number;
  /** the same without what is read a second time */
  window: number;
  /** the token of the next page */
  page?: string;
  /** digests of the records that were seen until now, by id */
  seen?: Record<string, string>;
  /** whether rows come newest first: the last one's time, how often one was older than the one before, and whether one was newer */
  order: { last?: number; older: number; isMixed: boolean };
  pages: number;
  /** whether a record was changed while the pages were read */
  isMoving: boolean;
}

/** By the names of objects. */
export type PollState = Record<string, PolledObjectState>;

/** An instance that this process polls now. */
export interface ClaimedPoll {
  claimId: string;
  instanceId: number;
  organizationId: number;
  accountId: number;
  elementId: number;
  enabledAt: number;
  settingsAt: number;
  claimedAt: number;
  dueAt: number;
  state: PollState;
  lastPollAt: number | undefined;
}

/** What a poll came to. */
export interface FinishedPoll {
  poll: Pick<ClaimedPoll, 'instanceId' | 'claimId' | 'claimedAt'>;
  state: PollState;
  nextAt: number;
  failures: number;
  error: string | undefined;
  /** undefined: nothing was polled */
  polledAt: number | undefined;
  /** why it is not polled any more until its account is connected again */
  stoppedReason: string | undefined;
}

/** How an instance's polling stands. */
export interface PollStanding {
  instanceId: number;
  enabledAt: number;
  settingsAt: number;
  nextAt: number;
  state: PollState;
  error: string | undefined;
  stoppedReason: string | undefined;
}

/** Thrown when another process polls the instance by now, or nobody may: what was read is not to be stored. */
export class ClaimLost extends Error {}

/**
 * Has an instance polled from now on, or as its changed settings say; in the transaction of the change. One that was
 * stopped is polled again. Where neither is so, nothing changes: `settings` is a digest of what the poller reads. Times are
 * in milliseconds since 1970.
 */
export async function enablePoll(
  transaction: Database,
  instance: { instanceId: number; organizationId: number; accountId: number; elementId: number; settings: string },
  times: { now: number; nextAt: number },
): Promise<void> {
  await transaction
    .insertInto('polls')
    .values({
      instance_id: instance.instanceId,
      organization_id: instance.organizationId,
      account_id: instance.accountId,
      element_id: instance.elementId,
      enabled_at: new Date(times.now),
      settings_at: new Date(times.now),
      settings_digest: instance.settings,
      next_at: new Date(times.nextAt),
      state: '{}',
    })
    .onConflict((conflict) =>
      conflict
        .column('instance_id')
        .doUpdateSet({
          settings_at: new Date(times.now),
          settings_digest: instance.settings,
          next_at: new Date(times.nextAt),
          failures: 0,
          last_error: null,
          stopped_reason: null,
        })
        .where((where) =>
          where.or([
            where('polls.settings_digest', '<>', instance.settings),
            where('polls.stopped_reason', 'is not', null),
          ]),
        ),
    )
    .execute();
}

/** Has an instance polled no more; in the transaction of the change. */
export async function disablePoll(transaction: Database, instanceId: number): Promise<void> {
  await transaction.deleteFrom('polls').where('instance_id', '=', instanceId).execute();
}

/** Reads and writes what is polled. */
export interface PollStore {
  /**
   * Claims instances that are due, the longest first, in one statement. A claim of a process that is gone counts no more,
   * nor one whose time is over. `held` are the instances that this process polls already.
   */
  claim(wanted: {
    now: number;
    endsAt: number;
    most: number;
    held: readonly number[];
    busyElements: readonly number[];
  }): Promise<ClaimedPoll[]>;
  /** Claims go on until then. */
  extend(claimIds: readonly string[], endsAt: number): Promise<void>;
  /** Lets go of claims; their instances are due as before. */
  release(claimIds: readonly string[]): Promise<void>;
  /**
   * Stores one page in one transaction: takes the keys of its changes, stores the events that `eventsOf` makes of those
   * that were not taken before, and how far the poll has come. Throws ClaimLost, and stores nothing, when the claim is lost.
   */
  storePage(
    poll: ClaimedPoll,
    page: { keys: readonly string[]; eventsOf(fresh: ReadonlySet<string>): NewEvent[]; state: PollState },
    now: number,
  ): Promise<number>;
  /** Ends polls, in one statement. */
  finish(polls: readonly FinishedPoll[]): Promise<void>;
  /** How an instance's polling stands; undefined when it is not polled. */
  standing(organizationId: number, instanceId: number): Promise<PollStanding | undefined>;
}

/** Makes the store of polls; `owner` is this process's sign of life (see presence.ts). */
export function createPollStore({ database, owner }: { database: Database; owner: number }): PollStore {
  return {
    async claim({ now, endsAt, most, held, busyElements }) {
      const { rows } = await sql<ClaimedRow>`
        with alive as materialized (${livingOwners}), due as materialized (
          select instance_id, next_at from polls
          where stopped_reason is null and next_at <= ${new Date(now)}
            and (claim_id is null or claim_ends_at <= ${new Date(now)} or claim_owner not in (select owner from alive))
            and instance_id <> all (${held}::bigint[]) and element_id <> all (${busyElements}::bigint[])
          order by next_at limit ${most}
          for update skip locked)
        update polls set claim_id = gen_random_uuid(), claim_owner = ${owner}, claim_ends_at = ${new Date(endsAt)}
        from due where polls.instance_id = due.instance_id
        returning polls.instance_id, organization_id, account_id, element_id, enabled_at, settings_at, claim_id, state,
          last_poll_at, due.next_at`.execute(database);
      return rows.map((row) => claimedOf(row, now)).sort((a, b) => a.dueAt - b.dueAt);
    },

    async extend(claimIds, endsAt) {
      await database
        .updateTable('polls')
        .set({ claim_ends_at: new Date(endsAt) })
        .where('claim_id', 'in', [...claimIds])
        .execute();
    },

    async release(claimIds) {
      if (claimIds.length === 0) return;
      await database
        .updateTable('polls')
        .set(noClaim)
        .where('claim_id', 'in', [...claimIds])
        .execute();
    },

    storePage: (poll, page, now) =>
      database.transaction().execute(async (transaction) => {
        const held = await transaction
          .updateTable('polls')
          .set({ state: JSON.stringify(page.state) })
          .where('instance_id', '=', poll.instanceId)
          .where('claim_id', '=', poll.claimId)
          .executeTakeFirst();
        if (held.numUpdatedRows === 0n) throw new ClaimLost(`The claim to poll instance ${poll.instanceId} is lost`);
        const { instanceId } = poll;
        const fresh = await takeEventKeys(transaction, { instanceId, keys: page.keys, source: 'poll' }, now);
        const events = page.eventsOf(fresh);
        await insertEvents(transaction, events, now);
        return events.length;
      }),

    async finish(polls) {
      if (polls.length === 0) return;
      const rows = polls.map(({ poll, state, nextAt, failures, error, polledAt, stoppedReason }) => ({
        claim_id: poll.claimId,
        instance_id: poll.instanceId,
        claimed_at: new Date(poll.claimedAt),
        state,
        next_at: new Date(nextAt),
        failures,
        last_error: error,
        last_poll_at: polledAt === undefined ? undefined : new Date(polledAt),
        stopped_reason: stoppedReason,
      }));
      // Settings that were changed meanwhile have said when it is due, and that it is polled again.
      await sql`
        update polls set state = done.state, failures = done.failures, last_error = done.last_error,
          last_poll_at = coalesce(done.last_poll_at, polls.last_poll_at),
          next_at = case when settings_at >= done.claimed_at and polls.next_at > done.claimed_at then polls.next_at
            else done.next_at end,
          stopped_reason = case when settings_at >= done.claimed_at then null else done.stopped_reason end,
          claim_id = null, claim_owner = null, claim_ends_at = null
        from jsonb_to_recordset(${JSON.stringify(rows)}::jsonb) as done (
          claim_id uuid, instance_id bigint, claimed_at timestamptz, state jsonb, next_at timestamptz, failures integer,
          last_error text, last_poll_at timestamptz, stopped_reason text)
        where polls.instance_id = done.instance_id and polls.claim_id = done.claim_id`.execute(database);
    },

    async standing(organizationId, instanceId) {
      const row = await database
        .selectFrom('polls')
        .selectAll()
        .where('organization_id', '=', organizationId)
        .where('instance_id', '=', instanceId)
        .executeTakeFirst();
      if (row === undefined) return undefined;
      return {
        instanceId: row.instance_id,
        enabledAt: row.enabled_at.getTime(),
        settingsAt: row.settings_at.getTime(),
        nextAt: row.next_at.getTime(),
        state: row.state,
        error: row.last_error ?? undefined,
        stoppedReason: row.stopped_reason ?? undefined,
      };
    },
  };
}

const noClaim = { claim_id: null, claim_owner: null, claim_ends_at: null };

interface ClaimedRow {
  instance_id: number;
  organization_id: number;
  account_id: number;
  element_id: number;
  enabled_at: Date;
  settings_at: Date;
  next_at: Date;
  claim_id: string;
  state: PollState;
  last_poll_at: Date | null;
}

function claimedOf(row: ClaimedRow, now: number): ClaimedPoll {
  return {
    claimId: row.claim_id,
    instanceId: row.instance_id,
    organizationId: row.organization_id,
    accountId: row.account_id,
    elementId: row.element_id,
    enabledAt: row.enabled_at.getTime(),
    settingsAt: row.settings_at.getTime(),
    claimedAt: now,
    dueAt: row.next_at.getTime(),
    state: row.state,
    lastPollAt: row.last_poll_at?.getTime(),
  };
}
