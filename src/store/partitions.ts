// Tables that grow with time are cut into partitions, so that what is too old is dropped whole and never deleted row by row,
// and what is being written is not read again and again by PostgreSQL's vacuum.

import { sql } from 'kysely';
import type { Database } from './database.ts';

/** A table that is partitioned by a moment or a day (UTC), with a default partition named `<table>_other`. */
export interface PartitionedTable {
  name: string;
  /** the column that decides the partition */
  column: string;
  /** days that one partition holds; weeks begin on Mondays */
  days: 1 | 7;
}

const housekeepingLock = 0x76616c03;
const partitionsAhead = 2;
/** -1: rows that were only added are no reason for a vacuum */
const leftOption = 'autovacuum_vacuum_insert_threshold';
/** a tenth of PostgreSQL's own: statistics of 3,000 rows, which tell as well who has how many */
const sampleTarget = 10;

/**
 * Makes the partitions of today and the time ahead and drops those that end before `keepDays` days ago, by the database's
 * own clock. Any number of processes may do so at once. Throws PostgreSQL's error when a lock is not to be had within a
 * second, so that what is being written never waits longer; the next time will do.
 */
export async function tendPartitions(database: Database, table: PartitionedTable, keepDays: number): Promise<void> {
  const { name, column, days } = table;
  await database.transaction().execute(async (transaction) => {
    await sql`select pg_advisory_xact_lock(${housekeepingLock})`.execute(transaction);
    await sql`set local lock_timeout = '1s'`.execute(transaction);
    const { rows: missing } = await sql<{ day: string }>`
      select to_char(day, 'YYYYMMDD') as day
      from generate_series(0, ${partitionsAhead}::int) as ahead,
        lateral (select ${today(days)} + ahead * ${days}::int as day) as starts
      where to_regclass(${name} || '_' || to_char(day, 'YYYYMMDD')) is null`.execute(transaction);
    for (const { day } of missing) await createPartition(transaction, table, day);

    for (const partition of await partitionsOf(transaction, table, keepDays)) {
      if (partition.isTooOld) await sql`drop table ${sql.table(partition.name)}`.execute(transaction);
      else if (partition.isOver === partition.isLeft) await leaveWhileWritten(transaction, partition);
    }
    await sql`
      delete from ${sql.table(`${name}_other`)}
      where ${sql.ref(column)} < now() - ${keepDays + days} * interval '1 day'`.execute(transaction);
  });
}

interface Partition {
  name: string;
  columns: string[];
  /** nothing comes into it any more */
  isOver: boolean;
  isTooOld: boolean;
  /** autovacuum leaves its new rows alone */
  isLeft: boolean;
}

/** The partitions that have a time of their own. */
async function partitionsOf(
  transaction: Database,
  { name, days }: PartitionedTable,
  keepDays: number,
): Promise<Partition[]> {
  const { rows } = await sql<Partition>`
    select relname as name,
      array(
        select attname::text from pg_attribute where attrelid = relid and attnum > 0 and not attisdropped
      ) as columns,
      first_day < ${today(days)} as "isOver",
      first_day + ${days}::int - 1 < (now() at time zone 'UTC')::date - ${keepDays}::int as "isTooOld",
      coalesce(reloptions @> array[${`${leftOption}=-1`}], false) as "isLeft"
    from (
      select pg_class.oid as relid, relname, reloptions, to_date(right(relname, 8), 'YYYYMMDD') as first_day
      from pg_inherits join pg_class on pg_class.oid = inhrelid
      where inhparent = ${name}::regclass and relname ~ ('^' || ${name} || '_[0-9]{8}$')) as partitions`.execute(
    transaction,
  );
  return rows;
}

/**
 * Keeps autovacuum from reading all that was added to a partition every minute while rows come fast, when each commit would
 * wait for it: rows that were only added are left to it when the partition's time is over, and its statistics are of few of
 * them. Rows that were deleted or changed are cleared away at any time.
 */
async function leaveWhileWritten(transaction: Database, { name, columns, isOver }: Partition): Promise<void> {
  const changes = isOver
    ? [sql`reset (${sql.raw(leftOption)})`]
    : [
        sql`set (${sql.raw(leftOption)} = -1)`,
        ...columns.map((column) => sql`alter column ${sql.ref(column)} set statistics ${sql.lit(sampleTarget)}`),
      ];
  await sql`alter table ${sql.table(name)} ${sql.join(changes)}`.execute(transaction);
}

/** The first day of the present partition. */
function today(days: 1 | 7) {
  return days === 1 ? sql`(now() at time zone 'UTC')::date` : sql`date_trunc('week', now() at time zone 'UTC')::date`;
}

/** Makes the partition that begins with a day (`20251122`); rows of its time that came before it move into it. */
async function createPartition(transaction: Database, table: PartitionedTable, day: string): Promise<void> {
  const partition = sql.table(`${table.name}_${day}`);
  const other = sql.table(`${table.name}_other`);
  const column = sql.ref(table.column);
  const from = sql.lit(`${day} 00:00:00+00`);
  const until = sql`(${from}::timestamptz + ${sql.lit(table.days * 24)} * interval '1 hour')`;
  await sql`lock table ${other} in access exclusive mode`.execute(transaction);
  await sql`create table ${partition} (like ${sql.table(table.name)} including all)`.execute(transaction);
  await sql`
    with moved as (delete from ${other} where ${column} >= ${from} and ${column} < ${until} returning *)
    insert into ${partition} select * from moved`.execute(transaction);
  await sql`
    alter table ${sql.table(table.name)} attach partition ${partition} for values from (${from}) to (${until})`.execute(
    transaction,
  );
}
