// What calls were made. Records wait in memory and leave in batches, so that a call makes no statement of its own.

import { CompiledQuery, type SelectQueryBuilder, sql } from 'kysely';
import pg from 'pg';
import type { PulseStatement } from './changes.ts';
import type { Database, Tables } from './database.ts';
import type { PartitionedTable } from './partitions.ts';
import { storableJson } from './storable.ts';

/** One call, as it is noted when it is answered. Times are in milliseconds. */
export interface UsageEntry {
  /** the request id, also in the Elements-Request-Id header */
  id: string;
  /** when the call came, in milliseconds since 1970 */
  at: number;
  organizationId: number;
  accountId: number;
  userId: number;
  /** undefined while provisioning failed before there was an instance */
  instanceId: number | undefined;
  instanceName: string | undefined;
  elementKey: string;
  elementName: string;
  /** the tags of the instance */
  elementTags: readonly string[];
  hub: string | undefined;
  method: string;
  /** the path that was called, without its query, because secrets travel there */
  path: string;
  /** the pattern of the element's resource, such as `/hubs/helpdesk/incidents/{id}` */
  elementApi: string | undefined;
  httpStatus: number;
  processMs: number;
  vendorMs: number;
  vendorCalls: number;
  requestIp: string | undefined;
  error: string | undefined;
  kind: 'call' | 'provisioning';
  cacheHit: boolean;
  /** the steps of the call, secrets masked, while the instance's trace logging is on */
  trace: unknown;
}

export type RequestStatus = 'SUCCESS' | 'FAILED';

/** A stored call. */
export interface UsageRecord extends UsageEntry {
  requestStatus: RequestStatus;
}

/** Whose calls are meant; every read names the organization. */
export interface UsageScope {
  organizationId: number;
  /** undefined: every account of the organization */
  accountIds: readonly number[] | undefined;
}

/** Which calls are meant: all conditions that are given must hold; times are in milliseconds since 1970. */
export interface UsageFilter {
  from: number;
  /** calls at this very moment are meant, too */
  to: number;
  hub?: string | undefined;
  elementKeys?: readonly string[];
  /** calls of instances with one of these tags */
  tags?: readonly string[];
  instanceIds?: readonly number[];
  requestStatus?: RequestStatus | undefined;
  /** looked for in path, element, instance and error, in any case */
  searchText?: string | undefined;
}

/** The place of a record in the order of lists: the latest first. */
export interface UsagePosition {
  at: number;
  id: string;
}

/** Notes calls and reads them. */
export interface UsageStore {
  /** Notes a call. Only memory is touched; when nothing can be written for long, the oldest records are dropped. */
  record(entry: UsageEntry): void;
  /**
   * One statement that writes the oldest waiting records, for `onPulse`; undefined when there are none. Until it settles
   * without an error they stay; written twice, they are there once.
   */
  nextBatch(): PulseStatement | undefined;
  /** Writes everything that was recorded before this call. Throws PostgreSQL's error; nothing is lost then. */
  flush(): Promise<void>;
  /** How many records wait in memory. */
  waiting(): number;
  /** One call with its trace, if it is in the scope. */
  byId(scope: UsageScope, id: string): Promise<UsageRecord | undefined>;
  /** A page of calls, the latest first (after a position, without the first `skip`), and how many there are in all. */
  list(
    scope: UsageScope,
    filter: UsageFilter,
    page: { after: UsagePosition | undefined; skip: number; limit: number },
  ): Promise<{ rows: UsageRecord[]; total: number }>;
}

interface UsageLimits {
  /** records that wait in memory at most */
  usageQueueRecords: number;
  /** records, and bytes of JSON, that one statement writes at most */
  usageBatchRecords: number;
  usageBatchBytes: number;
}

interface UsageDependencies {
  database: Database;
  limits: UsageLimits;
  /** told of every record that was dropped: too many waited, or PostgreSQL does not take it */
  dropped(): void;
}

/** Makes the store of usage records. */
export function createUsageStore({ database, limits, dropped }: UsageDependencies): UsageStore {
  // Records are numbered as they come; those from `first` up to `next` wait, each in the slot of its number.
  const slots: (UsageEntry | undefined)[] = [];
  let first = 0;
  let next = 0;
  let batchRecords = limits.usageBatchRecords;
  let flushing: Promise<void> | undefined;

  const slotOf = (number: number) => number % limits.usageQueueRecords;
  const forgetUpTo = (end: number) => {
    for (; first < end; first++) slots[slotOf(first)] = undefined;
  };

  function makeBatch(): Batch | undefined {
    const rows: string[] = [];
    let bytes = 0;
    let end = first;
    while (end < next && rows.length < batchRecords && bytes < limits.usageBatchBytes) {
      const row = rowText(slots[slotOf(end++)] as UsageEntry);
      bytes += row.length;
      rows.push(row);
    }
    return rows.length === 0 ? undefined : { rows: rows.length, end, values: [`[${rows.join(',')}]`] };
  }

  /** Goes on after a batch. One that PostgreSQL refuses is halved until the record is found that it does not take. */
  function settle(batch: Batch, error: unknown): void {
    if (error === undefined) {
      forgetUpTo(batch.end);
      batchRecords = limits.usageBatchRecords;
    } else if (isRefusal(error)) {
      batchRecords = Math.ceil(batch.rows / 2);
      if (batch.rows > 1) return;
      forgetUpTo(batch.end);
      dropped();
    }
  }

  async function writeBatch(): Promise<void> {
    const batch = makeBatch();
    if (batch === undefined) return;
    try {
      await database.executeQuery(CompiledQuery.raw(insertBatch, batch.values));
      settle(batch, undefined);
    } catch (error) {
      settle(batch, error);
      if (!isRefusal(error)) throw error;
    }
  }

  return {
    record(entry) {
      if (next - first === limits.usageQueueRecords) {
        first++;
        dropped();
      }
      slots[slotOf(next++)] = entry;
    },

    nextBatch() {
      const batch = makeBatch();
      return batch && { text: insertBatch, values: batch.values, settled: (error) => settle(batch, error) };
    },

    async flush() {
      // A pulse may be writing the same records: whoever is second finds them there.
      const end = next;
      while (first < end) {
        flushing ??= writeBatch().finally(() => {
          flushing = undefined;
        });
        await flushing;
      }
    },

    waiting: () => next - first,

    async byId(scope, id) {
      const row = await within(database.selectFrom('usage_records'), scope)
        .where('id', '=', id)
        .selectAll()
        .executeTakeFirst();
      return row === undefined ? undefined : readRow(row);
    },

    async list(scope, filter, page) {
      const wanted = matching(within(database.selectFrom('usage_records'), scope), filter);
      let query = wanted.select(listedColumns).orderBy('at', 'desc').orderBy('id', 'desc');
      const { after } = page;
      if (after !== undefined) query = query.where(sql<boolean>`(at, id) < (${new Date(after.at)}, ${after.id})`);
      const rows = await query.offset(page.skip).limit(page.limit).execute();
      const counted = await wanted.select(sql<number>`count(*)`.as('total')).executeTakeFirstOrThrow();
      return { rows: rows.map((row) => readRow({ ...row, trace: null })), total: counted.total };
    },
  };
}

interface Batch {
  rows: number;
  /** the number after that of its last record */
  end: number;
  values: unknown[];
}

/** Whether PostgreSQL says that the data is wrong (classes 22 and 23), so that trying again changes nothing. */
function isRefusal(error: unknown): boolean {
  return error instanceof pg.DatabaseError && /^2[23]/.test(error.code ?? '');
}

const insertBatch = `insert into usage_records
  select * from json_populate_recordset(null::usage_records, $1::json)
  on conflict do nothing`;

/** A record as a JSON object whose members are the columns. */
function rowText(entry: UsageEntry): string {
  const text = JSON.stringify({
    id: entry.id,
    at: new Date(entry.at),
    organization_id: entry.organizationId,
    account_id: entry.accountId,
    user_id: entry.userId,
    instance_id: entry.instanceId,
    instance_name: entry.instanceName,
    element_key: entry.elementKey,
    element_name: entry.elementName,
    element_tags: entry.elementTags,
    hub: entry.hub,
    method: entry.method,
    path: entry.path,
    element_api: entry.elementApi,
    http_status: entry.httpStatus,
    request_status: entry.httpStatus < 400 ? 'SUCCESS' : 'FAILED',
    process_ms: entry.processMs || 0,
    vendor_ms: entry.vendorMs || 0,
    vendor_calls: entry.vendorCalls,
    request_ip: entry.requestIp,
    error: entry.error,
    kind: entry.kind,
    cache_hit: entry.cacheHit,
    trace: entry.trace,
  });
  return storableJson(text);
}

/** A query on usage records. */
export type UsageQuery<Output> = SelectQueryBuilder<Tables, 'usage_records', Output>;
// biome-ignore lint/complexity/noBannedTypes: kysely's own type of a query that selects nothing yet
type Nothing = {};

/** The condition that no read may leave out: whose calls they are. */
export function within(query: UsageQuery<Nothing>, { organizationId, accountIds }: UsageScope): UsageQuery<Nothing> {
  const inOrganization = query.where('organization_id', '=', organizationId);
  if (accountIds === undefined) return inOrganization;
  return inOrganization.where(sql<boolean>`account_id = any(${[...accountIds]}::bigint[])`);
}

/** The conditions of a filter. */
export function matching(query: UsageQuery<Nothing>, filter: UsageFilter): UsageQuery<Nothing> {
  const { hub, elementKeys = [], tags = [], instanceIds = [], requestStatus, searchText } = filter;
  let wanted = query.where('at', '>=', new Date(filter.from)).where('at', '<=', new Date(filter.to));
  if (hub !== undefined) wanted = wanted.where('hub', '=', hub);
  if (elementKeys.length > 0) wanted = wanted.where('element_key', 'in', elementKeys);
  if (tags.length > 0) wanted = wanted.where(sql<boolean>`element_tags && ${[...tags]}::text[]`);
  if (instanceIds.length > 0) wanted = wanted.where('instance_id', 'in', instanceIds);
  if (requestStatus !== undefined) wanted = wanted.where('request_status', '=', requestStatus);
  if (searchText === undefined) return wanted;
  const pattern = `%${searchText.replace(/[\\%_]/g, '\\$&')}%`;
  return wanted.where((where) =>
    where.or([
      ...(['path', 'element_key', 'element_name', 'instance_name', 'error'] as const).map((column) =>
        where(column, 'ilike', pattern),
      ),
      where('id', '=', searchText),
    ]),
  );
}

const listedColumns = [
  ...(['id', 'at', 'organization_id', 'account_id', 'user_id', 'instance_id', 'instance_name'] as const),
  ...(['element_key', 'element_name', 'element_tags', 'hub', 'method', 'path', 'element_api'] as const),
  ...(['http_status', 'request_status', 'process_ms', 'vendor_ms', 'vendor_calls', 'request_ip'] as const),
  ...(['error', 'kind', 'cache_hit'] as const),
] as const;

function readRow(row: Tables['usage_records']): UsageRecord {
  return {
    id: row.id,
    at: row.at.getTime(),
    organizationId: row.organization_id,
    accountId: row.account_id,
    userId: row.user_id,
    instanceId: row.instance_id ?? undefined,
    instanceName: row.instance_name ?? undefined,
    elementKey: row.element_key,
    elementName: row.element_name,
    elementTags: row.element_tags,
    hub: row.hub ?? undefined,
    method: row.method,
    path: row.path,
    elementApi: row.element_api ?? undefined,
    httpStatus: row.http_status,
    requestStatus: row.request_status,
    processMs: row.process_ms,
    vendorMs: row.vendor_ms,
    vendorCalls: row.vendor_calls,
    requestIp: row.request_ip ?? undefined,
    error: row.error ?? undefined,
    kind: row.kind,
    cacheHit: row.cache_hit,
    trace: row.trace ?? undefined,
  };
}

/** Usage records, a partition for each day. */
export const usagePartitions: PartitionedTable = { name: 'usage_records', column: 'at', days: 1 };
