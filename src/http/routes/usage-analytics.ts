// The route that counts calls: over time, how many failed and how long they took, and by element.

import { Type } from 'typebox';
import { Problem } from '../../core/errors.ts';
import type { RouteContext, Server } from '../context.ts';
import { basePath } from '../dispatch.ts';
import { secured } from '../openapi.ts';
import { responses } from '../shapes.ts';
import { readUsageFilter, readUsageScope, UsageConditions } from '../usage-query.ts';

const Milliseconds = (description: string) => Type.Optional(Type.Number({ description }));
const Analytics = Type.Object({
  from: Type.String(),
  to: Type.String(),
  bucketMs: Type.Integer({ description: 'milliseconds of one bucket' }),
  buckets: Type.Array(
    Type.Object({
      timestamp: Type.String({ description: 'when the bucket begins' }),
      calls: Type.Integer(),
      failed: Type.Integer(),
      p50: Milliseconds('milliseconds that half of the calls took at most; absent where there was none'),
      p95: Milliseconds('the same for 95 of a hundred'),
      p99: Milliseconds('the same for 99 of a hundred'),
    }),
    { description: 'about sixty times of equal length, also those without calls' },
  ),
  byElement: Type.Array(
    Type.Object({
      elementKey: Type.String(),
      elementName: Type.String(),
      calls: Type.Integer(),
      failed: Type.Integer(),
    }),
    { description: 'the one with the most failures first' },
  ),
});

const secondMs = 1000;
const minuteMs = 60 * secondMs;
const hourMs = 60 * minuteMs;
const dayMs = 24 * hourMs;
/** Lengths of buckets, such as clocks show. */
const bucketLengths = [
  ...[1, 2, 5, 10, 15, 30].map((count) => count * secondMs),
  ...[1, 2, 5, 10, 15, 30].map((count) => count * minuteMs),
  ...[1, 2, 3, 6, 12].map((count) => count * hourMs),
  ...[1, 2].map((count) => count * dayMs),
];
const bucketCount = 60;
const longestDays = 92;

/** The shortest length of which about sixty cover a time. Throws a Problem for a time that is too long or ends before it begins. */
function bucketLength(from: number, to: number): number {
  if (to < from) throw new Problem('badRequest', 'to is before from: give a later moment, or leave it out.');
  const length = bucketLengths.find((milliseconds) => (to - from) / milliseconds <= bucketCount);
  if (length !== undefined && to - from <= longestDays * dayMs) return length;
  throw new Problem('badRequest', `Calls are counted over ${longestDays} days at most: give a later from.`);
}

/** Adds the route that counts calls. */
export function usageAnalyticsRoutes(server: Server, context: RouteContext): void {
  const { usage, usageCounter, organizations, clock } = context;

  server.get(
    `${basePath}/usage/analytics`,
    {
      schema: {
        tags: ['Usage'],
        security: secured.secrets,
        summary: 'Count calls over time and by element, with how long they took',
        querystring: Type.Object(UsageConditions),
        response: responses(Analytics),
      },
    },
    async (request) => {
      const { query, caller } = request;
      const scope = await readUsageScope(organizations, caller, query);
      const filter = readUsageFilter(query, clock());
      const bucketMs = bucketLength(filter.from, filter.to);
      await usage.flush();
      const counted = await usageCounter.count(scope, filter, bucketMs);
      if (counted === undefined) {
        throw new Problem('overloaded', 'Counting takes too long: ask for a shorter time or with more conditions.', {
          retryAfterSeconds: 10,
        });
      }
      return {
        from: new Date(filter.from).toISOString(),
        to: new Date(filter.to).toISOString(),
        bucketMs,
        buckets: counted.buckets.map(({ at, calls, failed, percentiles }) => ({
          timestamp: new Date(at).toISOString(),
          calls,
          failed,
          ...percentiles,
        })),
        byElement: counted.byElement,
      };
    },
  );
}
