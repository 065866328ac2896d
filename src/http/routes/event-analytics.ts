// Routes that count events: over time, for each account, for each instance.

import { Type } from 'typebox';
import { Problem } from '../../core/errors.ts';
import type { EventScope } from '../../store/event-log.ts';
import { type Caller, reachableScope, requireIdentity } from '../caller.ts';
import type { RouteContext, Server } from '../context.ts';
import { basePath } from '../dispatch.ts';
import { eventScope } from '../event-scope.ts';
import { secured } from '../openapi.ts';
import { Id, responses } from '../shapes.ts';
import { readTime } from '../times.ts';

const Ids = Type.Optional(Type.Array(Id));
const Query = Type.Object({
  from: Type.Optional(Type.String({ description: 'ISO 8601, milliseconds since 1970, or back from now; default -7d' })),
  to: Type.Optional(Type.String({ description: 'the same; default: now' })),
  interval: Type.Optional(
    Type.String({
      description: 'minute, hour, day, week or month (UTC); without it about eight times of equal length',
    }),
  ),
  'accountIds[]': Ids,
  accountIds: Ids,
});
const MetricsQuery = Type.Object({
  ...Query.properties,
  emptyIntervals: Type.Optional(Type.Boolean({ description: 'also times in which nothing came' })),
});

const Entry = Type.Object({ timestamp: Type.String(), count: Type.Integer() });
const AccountEntry = Type.Object({
  timestamp: Type.String(),
  total: Type.Integer(),
  records: Type.Array(
    Type.Object({
      accountId: Type.Integer(),
      count: Type.Integer(),
      success: Type.Integer({ description: 'delivered, or nothing to deliver' }),
      failed: Type.Integer({ description: 'the last attempt failed' }),
    }),
  ),
});
const InstanceEntry = Type.Object({
  timestamp: Type.String(),
  total: Type.Integer(),
  records: Type.Array(Type.Object({ instanceId: Type.Integer(), count: Type.Integer() })),
});
const Metrics = Type.Array(
  Type.Object({
    id: Type.Integer({ description: 'the account' }),
    externalId: Type.Optional(Type.String()),
    interval: Type.String(),
    count: Type.Integer(),
    metrics: Type.Array(Entry),
  }),
);

const minuteMs = 60_000;
const hourMs = 60 * minuteMs;
const dayMs = 24 * hourMs;
/** 1970 began on a Thursday */
const mondayMs = 4 * dayMs;
const fixedMs = new Map([
  ['minute', minuteMs],
  ['hour', hourMs],
  ['day', dayMs],
  ['week', 7 * dayMs],
]);
/** one more than the minutes of a week */
const mostBuckets = 10_081;
const parts = 7;

/** The beginnings of the times that a range is counted in: those of the interval that hold `from`, and so on to `to`. */
export function bucketStarts(from: number, to: number, interval: string | undefined): number[] {
  if (to < from) throw new Problem('badRequest', 'to is before from: give a later moment, or leave it out.');
  const starts: number[] = [];
  if (interval === 'month') {
    const first = new Date(from);
    for (let month = 0; starts.length <= mostBuckets; month++) {
      const start = Date.UTC(first.getUTCFullYear(), first.getUTCMonth() + month);
      if (start > to) break;
      starts.push(start);
    }
  } else {
    const step = interval === undefined ? Math.max(1, Math.floor((to - from) / parts)) : fixedMs.get(interval);
    if (step === undefined) {
      throw new Problem('badRequest', 'interval is none of minute, hour, day, week, month.');
    }
    const offset = interval === undefined ? from : interval === 'week' ? mondayMs : 0;
    const first = Math.floor((from - offset) / step) * step + offset;
    for (let start = first; start <= to && starts.length <= mostBuckets; start += step) starts.push(start);
  }
  if (starts.length <= mostBuckets) return starts;
  throw new Problem('badRequest', `That is more than ${mostBuckets} times: give a longer interval or a shorter range.`);
}

/** Adds the routes that count events. */
export function eventAnalyticsRoutes(server: Server, context: RouteContext): void {
  const { eventLog, organizations, clock } = context;
  const describe = { tags: ['Events'], security: secured.secrets };
  const base = `${basePath}/instances/events/analytics`;

  server.get(
    base,
    {
      schema: {
        ...describe,
        summary: 'Count events over time',
        querystring: Query,
        response: responses(Type.Array(Entry)),
      },
    },
    async (request) => {
      const { starts, counts } = await count(request.caller, request.query, 'all');
      return starts.map((at, bucket) => ({
        timestamp: new Date(at).toISOString(),
        count: sum(counts.get(bucket) ?? []),
      }));
    },
  );

  server.get(
    `${base}/accounts`,
    {
      schema: {
        ...describe,
        summary: 'Count the events of each account over time',
        querystring: Query,
        response: responses(Type.Array(AccountEntry)),
      },
    },
    async (request) => {
      const { starts, counts } = await count(request.caller, request.query, 'account');
      return starts.map((at, bucket) => {
        const rows = counts.get(bucket) ?? [];
        const records = rows.map(({ of = 0, count, success, failed }) => ({ accountId: of, count, success, failed }));
        return { timestamp: new Date(at).toISOString(), total: sum(rows), records };
      });
    },
  );

  server.get(
    `${base}/instances`,
    {
      schema: {
        ...describe,
        summary: 'Count the events of each instance over time',
        querystring: Query,
        response: responses(Type.Array(InstanceEntry)),
      },
    },
    async (request) => {
      const { starts, counts } = await count(request.caller, request.query, 'instance');
      return starts.map((at, bucket) => {
        const rows = counts.get(bucket) ?? [];
        const records = rows.map(({ of = 0, count }) => ({ instanceId: of, count }));
        return { timestamp: new Date(at).toISOString(), total: sum(rows), records };
      });
    },
  );

  server.get(
    `${basePath}/metrics/events`,
    {
      schema: {
        ...describe,
        summary: 'Count the events of each account over time, account by account',
        querystring: MetricsQuery,
        response: responses(Metrics),
      },
    },
    async (request) => {
      const { interval = 'day', emptyIntervals } = request.query;
      const { starts, counts, scope } = await count(request.caller, { ...request.query, interval }, 'account');
      const rows = [...counts].flatMap(([bucket, found]) => found.map((row) => ({ ...row, bucket })));
      const accounts = await organizations.accounts(scope.organizationId);
      return [...Map.groupBy(rows, ({ of = 0 }) => of)].map(([id, own]) => {
        const externalId = accounts.find((account) => account.id === id)?.externalId;
        const perBucket = new Map(own.map((row) => [row.bucket, row.count]));
        return {
          id,
          ...(typeof externalId === 'string' ? { externalId } : {}),
          interval,
          count: sum(own),
          metrics: starts
            .map((at, bucket) => ({ timestamp: new Date(at).toISOString(), count: perBucket.get(bucket) ?? 0 }))
            .filter((entry) => emptyIntervals === true || entry.count > 0),
        };
      });
    },
  );

  async function count(caller: Caller, query: Type.Static<typeof Query>, by: 'all' | 'account' | 'instance') {
    const now = clock();
    const from = query.from === undefined ? now - 7 * dayMs : readTime('from', query.from, now);
    const to = query.to === undefined ? now : readTime('to', query.to, now);
    const starts = bucketStarts(from, to, query.interval);
    const scope = await scopeOf(caller, [...(query['accountIds[]'] ?? []), ...(query.accountIds ?? [])], now);
    const counts = await eventLog.count({ ...scope, since: Math.max(scope.since, from) }, starts, to, by);
    return { starts, scope, counts: Map.groupBy(counts, ({ bucket }) => bucket) };
  }

  /** Throws a Problem for an account that the caller may not see. */
  async function scopeOf(caller: Caller, ids: readonly number[], now: number): Promise<EventScope> {
    const { organizationId, accountId } = reachableScope(requireIdentity(caller));
    for (const id of new Set(ids)) {
      const reachable = accountId === undefined ? await organizations.account(organizationId, id) : id === accountId;
      if (!reachable) throw new Problem('forbidden', `You may not see the events of the account ${id}.`);
    }
    const instanceId = caller.instance?.id;
    return eventScope(caller, { now, instanceId, ...(ids.length === 0 ? {} : { accountIds: ids }) });
  }
}

function sum(rows: readonly { count: number }[]): number {
  return rows.reduce((total, { count }) => total + count, 0);
}
