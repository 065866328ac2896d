// Routes of usage: which calls were made, by whom, and how they ended.

import { type Static, Type } from 'typebox';
import { Problem } from '../../core/errors.ts';
import type { UsagePosition, UsageRecord } from '../../store/usage.ts';
import type { RouteContext, Server } from '../context.ts';
import { basePath } from '../dispatch.ts';
import { secured } from '../openapi.ts';
import { pageHeaders } from '../pages.ts';
import { responses } from '../shapes.ts';
import { readUsageFilter, readUsageScope, UsageConditions } from '../usage-query.ts';
import { viewerOf } from '../viewer.ts';

const UsageQuery = Type.Object({
  ...UsageConditions,
  pageOffset: Type.Optional(Type.Integer({ minimum: 0, maximum: 1_000_000, description: 'rows to leave out' })),
  pageSize: Type.Optional(Type.Integer({ minimum: 1, maximum: 2000 })),
  nextPage: Type.Optional(Type.String({ description: 'the Elements-Next-Page-Token of the page before' })),
});

const TraceStep = Type.Object({ step: Type.String(), atMs: Type.Number(), detail: Type.Unknown() });

const Usage = Type.Object(
  {
    id: Type.String({ description: 'the request id, from the Elements-Request-Id header' }),
    requestStatus: Type.String(),
    httpStatus: Type.Integer(),
    method: Type.String(),
    requestURI: Type.String({ description: 'the path, without its query' }),
    requestIP: Type.Optional(Type.String()),
    usageDate: Type.String(),
    processTime: Type.Integer({ description: 'milliseconds' }),
    vendorTime: Type.Integer({ description: 'milliseconds spent waiting for the vendor' }),
    vendorCalls: Type.Integer(),
    kind: Type.String({ description: 'call or provisioning' }),
    cacheHit: Type.Boolean(),
    accountId: Type.Integer(),
    companyId: Type.Integer(),
    userId: Type.Integer(),
    instanceId: Type.Optional(Type.Integer()),
    instanceName: Type.Optional(Type.String()),
    elementKey: Type.String(),
    elementName: Type.String(),
    elementTags: Type.String({ description: 'the tags of the instance, separated by commas' }),
    elementApi: Type.Optional(Type.String({ description: 'the pattern of the resource' })),
    hub: Type.Optional(Type.String()),
    error: Type.Optional(Type.String()),
    trace: Type.Optional(
      Type.Array(Type.Object({ step: Type.String(), atMs: Type.Number(), detail: Type.Unknown() }), {
        description: 'every step, while trace logging is on; in the answer for one call only',
      }),
    ),
    traffic_id: Type.String(),
    request_status: Type.String(),
    request_uri: Type.String(),
    process_time: Type.Integer(),
    user_id: Type.Integer(),
    element_api: Type.Optional(Type.String()),
  },
  { description: 'names as in the documentation, and those of the live service beside them' },
);

const defaultPageRows = 100;

/** Adds the routes of usage. */
export function usageRoutes(server: Server, context: RouteContext): void {
  const { usage, organizations, clock } = context;
  const describe = { tags: ['Usage'], security: secured.secrets };

  server.get(
    `${basePath}/usage`,
    {
      schema: {
        ...describe,
        summary: 'List calls, the latest first',
        querystring: UsageQuery,
        response: responses(Type.Array(Usage)),
      },
    },
    async (request, reply) => {
      const { query } = request;
      const scope = await readUsageScope(organizations, request.caller, query);
      const filter = readUsageFilter(query, clock());
      const after = readPosition(query.nextPage);
      const size = query.pageSize ?? defaultPageRows;
      const skip = after === undefined ? (query.pageOffset ?? 0) : 0;
      await usage.flush();
      const { rows, total } = await usage.list(scope, filter, { after, skip, limit: size + 1 });
      if (total === 0) throw new Problem('notFound', 'No calls found: ask for another time or with fewer conditions.');
      const page = rows.slice(0, size);
      const last = rows.length > page.length ? page.at(-1) : undefined;
      pageHeaders(reply, page.length, total, undefined);
      if (last !== undefined) reply.header('Elements-Next-Page-Token', positionToken(last));
      return page.map(show);
    },
  );

  server.get(
    `${basePath}/usage/:id`,
    {
      schema: {
        ...describe,
        summary: 'One call by its request id, with its trace when there is one',
        params: Type.Object({ id: Type.String() }),
        response: responses(Usage),
      },
    },
    async (request) => {
      const { id } = request.params;
      const scope = await readUsageScope(organizations, request.caller, {});
      await usage.flush();
      const record = await usage.byId(scope, id);
      if (record === undefined) {
        throw new Problem('notFound', `No call found with the id ${id}. Calls of other servers show after a second.`);
      }
      return show(record);
    },
  );

  server.get(
    `${basePath}/elements/:keyOrId/trace/:id`,
    {
      schema: {
        ...describe,
        summary: 'The steps of a call or a connection that was traced, by its Elements-Trace-Id',
        params: Type.Object({ keyOrId: Type.String(), id: Type.String() }),
        response: responses(Type.Array(TraceStep)),
      },
    },
    async (request) => {
      const { id, keyOrId } = request.params;
      const element = await context.elements.find(keyOrId, viewerOf(request.caller));
      await usage.flush();
      const record = await usage.byId(await readUsageScope(organizations, request.caller, {}), id);
      if (record === undefined || record.elementKey !== element.key || !Array.isArray(record.trace)) {
        throw new Problem(
          'notFound',
          `No trace found with the id ${id}: ask for one with trace-logging or providerData.debug.`,
        );
      }
      return record.trace as Static<typeof TraceStep>[];
    },
  );
}

function show(record: UsageRecord): Static<typeof Usage> {
  const { id, requestStatus, path, elementApi, userId } = record;
  const processTime = Math.round(record.processMs);
  return {
    id,
    requestStatus,
    httpStatus: record.httpStatus,
    method: record.method,
    requestURI: path,
    usageDate: new Date(record.at).toISOString(),
    processTime,
    vendorTime: Math.round(record.vendorMs),
    vendorCalls: record.vendorCalls,
    kind: record.kind,
    cacheHit: record.cacheHit,
    accountId: record.accountId,
    companyId: record.organizationId,
    userId,
    elementKey: record.elementKey,
    elementName: record.elementName,
    elementTags: record.elementTags.join(','),
    ...present({
      requestIP: record.requestIp,
      instanceId: record.instanceId,
      instanceName: record.instanceName,
      elementApi,
      hub: record.hub,
      error: record.error,
      trace: record.trace as Static<typeof Usage>['trace'],
      element_api: elementApi,
    }),
    traffic_id: id,
    request_status: requestStatus,
    request_uri: path,
    process_time: processTime,
    user_id: userId,
  };
}

function present<Members extends object>(members: Members) {
  return Object.fromEntries(Object.entries(members).filter(([, value]) => value !== undefined)) as {
    [Name in keyof Members]?: Exclude<Members[Name], undefined>;
  };
}

/** The token of the page after a record: new calls, which come before it, do not move the pages that follow. */
function positionToken({ at, id }: UsagePosition): string {
  return Buffer.from(`call:${at}:${id}`).toString('base64url');
}

function readPosition(token: string | undefined): UsagePosition | undefined {
  if (token === undefined) return undefined;
  const [, at, id] = /^call:(\d{1,15}):([^\0]{1,200})$/s.exec(Buffer.from(token, 'base64url').toString('utf8')) ?? [];
  if (at !== undefined && id !== undefined) return { at: Number(at), id };
  throw new Problem(
    'badRequest',
    'nextPage is not a token of this server: take it from the Elements-Next-Page-Token header.',
  );
}
