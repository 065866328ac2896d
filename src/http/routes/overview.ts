// What the console begins with, in one answer: what is connected, and what needs a person. A route for pages of this server
// and no part of the API.

import { type TSchema, Type } from 'typebox';
import { reachableScope, requireIdentity } from '../caller.ts';
import type { RouteContext, Server } from '../context.ts';
import { eventScope } from '../event-scope.ts';
import { responses } from '../shapes.ts';
import { viewerOf } from '../viewer.ts';

const Maybe = Type.Optional(Type.String());
const FirstOf = <Members extends Record<string, TSchema>>(members: Members) =>
  Type.Object({ total: Type.Integer(), first: Type.Array(Type.Object(members)) });

const Overview = Type.Object({
  connected: Type.Array(
    Type.Object({ key: Type.String(), name: Type.String(), hub: Maybe, instances: Type.Integer() }),
  ),
  hasCalls: Type.Boolean(),
  refusedGrants: FirstOf({
    id: Type.Integer(),
    name: Type.String(),
    elementKey: Type.String(),
    elementName: Type.String(),
    reason: Type.String(),
  }),
  endpoints: FirstOf({ url: Type.String(), state: Type.String(), since: Type.String(), message: Type.String() }),
  queuedDeliveries: Type.Integer({ description: 'counted up to 10,000' }),
  failedBulkJobs: FirstOf({
    id: Type.Integer(),
    instanceId: Type.Integer(),
    elementName: Type.String(),
    objectName: Type.String(),
    direction: Type.String(),
    message: Maybe,
    endedDate: Type.String(),
  }),
  failingJobs: FirstOf({ id: Type.Integer(), name: Type.String(), error: Maybe, startedDate: Type.String() }),
  notifications: FirstOf({
    id: Type.Integer(),
    topic: Type.String(),
    severity: Type.String(),
    message: Type.String(),
    createdDate: Type.String(),
  }),
});

const dayMs = 86_400_000;
/** Days for which a bulk job that failed is told: nobody acknowledges one. */
const bulkDays = 7;
const mostCounted = 10_000;
const shownEndpoints = 20;
/** Topics whose trouble is told by itself for as long as it lasts. */
const toldByState = ['instance.grant.lost', 'callback.failing', 'callback.stopped'];

/** Adds the route of the console's first page. */
export function overviewRoutes(server: Server, context: RouteContext): void {
  const { attention, instances, elements, troubledEndpoints, usage, clock } = context;

  server.get('/console/overview', { schema: { response: responses(Overview) } }, async ({ caller }, reply) => {
    const scope = reachableScope(requireIdentity(caller));
    const viewer = viewerOf(caller);
    const now = clock();
    const nameOf = async (key: string) => (await elements.look(key, viewer))?.document.name ?? key;
    await usage.flush();
    const [counts, hasCalls, grants, endpoints, queuedDeliveries, bulkJobs, jobs, notifications] = await Promise.all([
      instances.count(scope),
      attention.hasCalls(scope),
      attention.refusedGrants(scope),
      troubledEndpoints(scope),
      attention.queuedDeliveries(scope, eventScope(caller, { now }).since, mostCounted),
      attention.failedBulkJobs(scope, now - bulkDays * dayMs),
      attention.failingJobs(scope),
      attention.openNotifications(scope, toldByState),
    ]);
    reply.header('Cache-Control', 'no-store');
    return {
      connected: await Promise.all(
        counts.map(async ({ elementKey: key, instances: count }) => {
          const hub = (await elements.look(key, viewer))?.document.hub;
          return { key, name: await nameOf(key), ...(hub === undefined ? {} : { hub }), instances: count };
        }),
      ),
      hasCalls,
      refusedGrants: {
        total: grants.total,
        first: await Promise.all(
          grants.first.map(async (grant) => ({ ...grant, elementName: await nameOf(grant.elementKey) })),
        ),
      },
      endpoints: {
        total: endpoints.length,
        first: endpoints.slice(0, shownEndpoints).map((row) => ({ ...row, since: row.since.toISOString() })),
      },
      queuedDeliveries,
      failedBulkJobs: {
        total: bulkJobs.total,
        first: await Promise.all(
          bulkJobs.first.map(async ({ endedAt, message, ...job }) => ({
            ...job,
            elementName: await nameOf(job.elementKey),
            endedDate: endedAt.toISOString(),
            ...(message === null ? {} : { message }),
          })),
        ),
      },
      failingJobs: {
        total: jobs.total,
        first: jobs.first.map(({ id, name, error, startedAt }) => ({
          ...{ id, name, startedDate: startedAt.toISOString() },
          ...(error === null ? {} : { error }),
        })),
      },
      notifications: {
        total: notifications.total,
        first: notifications.first.map(({ createdAt, ...row }) => ({ ...row, createdDate: createdAt.toISOString() })),
      },
    };
  });
}
