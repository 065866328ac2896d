// How calls fared over a time: how many there were, how many failed, how long they took. Counted by PostgreSQL, which
// reads only the days that are asked for, and is given a moment for it, not more.

import { sql } from 'kysely';
import pg from 'pg';
import type { Database } from './database.ts';
import { matching, type UsageFilter, type UsageScope, within } from './usage.ts';

/** The calls that came between a moment and the next one; times are in milliseconds. */
export interface UsageBucket {
  /** milliseconds since 1970 */
  at: number;
  calls: number;
  failed: number;
  /** half, 95 and 99 of a hundred calls took no longer; undefined where there was none */
  percentiles: { p50: number; p95: number; p99: number } | undefined;
}

/** The calls to one element. */
export interface ElementUsage {
  elementKey: string;
  elementName: string;
  calls: number;
  failed: number;
}

/** What is counted of calls. */
export interface UsageAnalytics {
  /** every bucket from the one that holds `from` to the one that holds `to`, also without calls */
  buckets: UsageBucket[];
  /** the element with the most failures first, then the one with the most calls */
  byElement: ElementUsage[];
}

/** Counts calls. */
export interface UsageCounter {
  /**
   * Counts the calls that a filter means, in buckets of `bucketMs` that begin at multiples of it since 1970. Undefined
   * when the database could not within the time that it is given.
   */
  count(scope: UsageScope, filter: UsageFilter, bucketMs: number): Promise<UsageAnalytics | undefined>;
}

/** Makes the counter of calls; one count may take `analyticsMs` milliseconds of the database. */
export function createUsageCounter(database: Database, { analyticsMs }: { analyticsMs: number }): UsageCounter {
  return {
    async count(scope, filter, bucketMs) {
      const counting = database
        .transaction()
        .setIsolationLevel('repeatable read')
        .setAccessMode('read only')
        .execute(async (transaction) => {
          await sql`select set_config('statement_timeout', ${String(analyticsMs)}, true)`.execute(transaction);
          const wanted = matching(within(transaction.selectFrom('usage_records'), scope), filter);
          const buckets = await wanted
            .select([
              sql<Date>`date_bin(${bucketMs} * interval '1 millisecond', at, 'epoch'::timestamptz)`.as('bucket'),
              sql<number>`count(*)`.as('calls'),
              sql<number>`count(*) filter (where request_status = 'FAILED')`.as('failed'),
              sql<
                [number, number, number]
              >`percentile_cont(array[0.5, 0.95, 0.99]) within group (order by process_ms)`.as('percentiles'),
            ])
            .groupBy('bucket')
            .execute();
          const byElement = await wanted
            .select([
              'element_key as elementKey',
              sql<string>`max(element_name)`.as('elementName'),
              sql<number>`count(*)`.as('calls'),
              sql<number>`count(*) filter (where request_status = 'FAILED')`.as('failed'),
            ])
            .groupBy('element_key')
            .orderBy('failed', 'desc')
            .orderBy('calls', 'desc')
            .orderBy('element_key')
            .execute();
          return { buckets: everyBucket(buckets, filter, bucketMs), byElement };
        });
      return counting.catch((error: unknown) => {
        if (error instanceof pg.DatabaseError && error.code === queryCanceled) return undefined;
        throw error;
      });
    },
  };
}

/** PostgreSQL's code for a statement that took too long. */
const queryCanceled = '57014';

interface CountedRow {
  bucket: Date;
  calls: number;
  failed: number;
  percentiles: [number, number, number];
}

function everyBucket(rows: readonly CountedRow[], { from, to }: UsageFilter, bucketMs: number): UsageBucket[] {
  const counted = new Map(rows.map((row) => [row.bucket.getTime(), row]));
  const buckets: UsageBucket[] = [];
  for (let at = Math.floor(from / bucketMs) * bucketMs; at <= to; at += bucketMs) {
    const row = counted.get(at);
    const [p50 = 0, p95 = 0, p99 = 0] = row?.percentiles ?? [];
    const percentiles = row === undefined ? undefined : { p50, p95, p99 };
    buckets.push({ at, calls: row?.calls ?? 0, failed: row?.failed ?? 0, percentiles });
  }
  return buckets;
}
