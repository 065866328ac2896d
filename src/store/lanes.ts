// Which process works on which lanes of events: each lane belongs to the session that holds its advisory lock, so that a
// process which dies leaves its lanes to the others at once, and no two ever work on the same.

import { setTimeout as wait } from 'node:timers/promises';
import { sql } from 'kysely';
import pg from 'pg';
import type { Secret } from '../core/secret.ts';
import type { Database } from './database.ts';
import { laneCount } from './lane.ts';

const memberSpace = 0x76616c04;
const laneSpace = 0x76616c05;
const channel = 'valence_events';

/** The lanes of this process. */
export interface Lanes {
  /** The lanes that it owns now; an empty list while its connection is broken. */
  owned(): readonly number[];
  /** Tells the owners of lanes that there is work; nothing is said for lanes of one's own. */
  announce(lanes: Iterable<number>): void;
  stop(): Promise<void>;
}

interface LanesOptions {
  connectionString: Secret;
  database: Database;
  /** milliseconds between two looks at who else is there */
  everyMs: number;
  /** Called when lanes were gained, or when another process has announced work for lanes of this one. */
  onWork(): void;
  /** Waits until nothing of these lanes is being worked on, before they are left to another process. */
  drain(lanes: readonly number[]): Promise<void>;
  failed(error: unknown): void;
}

/** Takes its share of the lanes, and keeps to it while processes come and go. Throws PostgreSQL's error at the start only. */
export async function startLanes(options: LanesOptions): Promise<Lanes> {
  const { connectionString, database, everyMs, onWork, drain, failed } = options;
  let owned: number[] = [];
  let client: pg.Client | undefined;
  let stopped = false;
  const stopping = new AbortController();

  async function connect(): Promise<pg.Client> {
    const next = new pg.Client({ connectionString: connectionString.reveal(), application_name: 'valence lanes' });
    next.on('error', () => undefined);
    next.on('notification', ({ payload = '' }) => {
      const mine = new Set(owned);
      if (payload.split(',').some((lane) => mine.has(Number(lane)))) onWork();
    });
    next.once('end', () => {
      // Its locks are gone with it, and with them the right to work on its lanes.
      if (client !== next) return;
      client = undefined;
      owned = [];
    });
    try {
      await next.connect();
      await next.query('select pg_advisory_lock($1::int, $2::int)', [memberSpace, await backendOf(next)]);
      await next.query(`listen ${channel}`);
    } catch (error) {
      await next.end().catch(() => undefined);
      throw error;
    }
    return next;
  }

  /** Takes what is free up to the fair share, or leaves what is beyond it. */
  async function share(session: pg.Client): Promise<void> {
    const members = await session.query<{ count: string }>(
      `select count(*) from pg_locks where locktype = 'advisory' and classid = $1 and objsubid = 2 and granted
         and database = (select oid from pg_database where datname = current_database())`,
      [memberSpace],
    );
    const fair = Math.ceil(laneCount / Math.max(Number(members.rows[0]?.count ?? 1), 1));
    if (owned.length > fair) {
      const leaving = owned.slice(fair);
      owned = owned.slice(0, fair);
      await drain(leaving);
      await session.query('select pg_advisory_unlock($1::int, lane) from unnest($2::int[]) as lane', [
        laneSpace,
        leaving,
      ]);
    } else if (owned.length < fair) {
      const mine = new Set(owned);
      const candidates = shuffled([...Array(laneCount).keys()].filter((lane) => !mine.has(lane)));
      while (owned.length < fair && candidates.length > 0) {
        const wanted = candidates.splice(0, fair - owned.length);
        const taken = await session.query<{ lane: number }>(
          'select lane from unnest($2::int[]) as lane where pg_try_advisory_lock($1::int, lane)',
          [laneSpace, wanted],
        );
        if (client !== session) return;
        owned = [...owned, ...taken.rows.map(({ lane }) => lane)];
        if (taken.rows.length > 0) onWork();
      }
    }
  }

  async function look(): Promise<void> {
    client ??= await connect();
    if (stopped) await client.end();
    else await share(client);
  }

  async function keepLooking(): Promise<void> {
    while (!stopped) {
      await wait(everyMs, undefined, { signal: stopping.signal, ref: false }).catch(() => undefined);
      if (!stopped) await look().catch(failed);
    }
  }

  await look();
  const looking = keepLooking();
  return {
    owned: () => owned,
    announce(lanes) {
      const mine = new Set(owned);
      const others = [...new Set(lanes)].filter((lane) => !mine.has(lane));
      if (others.length === 0) return;
      sql`select pg_notify(${channel}, ${others.join(',')})`.execute(database).catch(failed);
    },
    async stop() {
      stopped = true;
      stopping.abort();
      await looking;
      const leaving = owned;
      owned = [];
      await drain(leaving);
      await client?.end();
    },
  };
}

/** The numbers in an order of chance. */
function shuffled(lanes: number[]): number[] {
  return lanes
    .map((lane) => ({ lane, place: Math.random() }))
    .sort((one, other) => one.place - other.place)
    .map(({ lane }) => lane);
}

async function backendOf(client: pg.Client): Promise<number> {
  const { rows } = await client.query<{ pid: number }>('select pg_backend_pid() as pid');
  return rows[0]?.pid ?? 0;
}
