// Routes of the event log: what came for an instance or an account, what became of it, and sending it once more.

import type { FastifyReply } from 'fastify';
import { type Static, type TProperties, Type } from 'typebox';
import { Problem } from '../../core/errors.ts';
import type { EventFilter, EventPosition, EventScope, EventStatus, LoggedEvent } from '../../store/event-log.ts';
import { receivedAt } from '../../store/events.ts';
import { type Caller, reachableScope, requireIdentity } from '../caller.ts';
import type { RouteContext, Server } from '../context.ts';
import { basePath } from '../dispatch.ts';
import { eventScope } from '../event-scope.ts';
import { secured } from '../openapi.ts';
import { Id, responses } from '../shapes.ts';
import { readTime } from '../times.ts';

const statuses = ['NEW', 'RECEIVED', 'DISPATCHED', 'CONSUMED', 'NOTIFIED'] as const;
const time = (fallback: string) =>
  Type.Optional(
    Type.String({
      description: `ISO 8601, milliseconds since 1970, or back from now such as -7d; default: ${fallback}`,
    }),
  );
const period = { from: time('-7d'), to: time('now') };
const status = Type.Optional(Type.Enum([...statuses], { description: 'that of the last step; NEW means RECEIVED' }));
const paged = {
  pageSize: Type.Optional(Type.Integer({ minimum: 1, maximum: 1000, description: 'default 100' })),
  nextPage: Type.Optional(Type.String({ description: 'the Elements-Next-Page-Token of the page before' })),
};
const ListQuery = Type.Object({ ...period, status, ...paged });

const Item = Type.Object({
  elementKey: Type.String(),
  eventType: Type.String({ description: 'CREATED, UPDATED or DELETED' }),
  objectType: Type.String(),
  objectId: Type.String(),
  date: Type.String(),
  pollDate: Type.Optional(Type.String()),
  hubKey: Type.Optional(Type.String()),
});
const Step = Type.Object({
  number: Type.Integer({ description: '0 for what it was made into, else the number of the attempt' }),
  date: Type.String(),
  status: Type.String(),
  delivery: Type.Optional(Type.String({ description: 'delivered, retry or queued' })),
  message: Type.String(),
  detail: Type.Optional(Type.String()),
});
const Event = Type.Object({
  id: Type.String(),
  eventDate: Type.String({ description: 'when it came' }),
  status: Type.String({ description: 'RECEIVED, DISPATCHED, CONSUMED or NOTIFIED' }),
  elementKey: Type.Optional(Type.String()),
  accountId: Type.Integer(),
  instanceId: Type.Optional(Type.Integer()),
  source: Type.String({ description: 'webhook, poll, result or notification' }),
  providerData: Type.String({
    description: 'what came, unchanged (bytes that are no text as base64); in lists its first 65,536 characters',
  }),
  providerDataIsBase64: Type.Boolean(),
  events: Type.Array(Item, { description: 'what it was made into' }),
  notifiedData: Type.Array(Item),
  eventElementInstances: Type.Array(
    Type.Object({
      eventId: Type.String(),
      elementInstanceId: Type.Integer(),
      notificationId: Type.Optional(Type.Integer()),
      notifiedData: Type.String({ description: 'the normalized events, as JSON' }),
      createdDate: Type.String(),
      updatedDate: Type.String(),
    }),
  ),
  delivery: Type.Optional(Type.String({ description: 'delivered, retry or queued' })),
  attempts: Type.Integer(),
  nextAttemptDate: Type.Optional(Type.String()),
  dispositions: Type.Array(Step),
});
const DispositionBody = Type.Object({
  id: Type.String({ description: 'of the event' }),
  eventId: Type.String(),
  eventDate: Type.String(),
  accountId: Type.Integer(),
  elementInstanceId: Type.Optional(Type.Integer()),
  ...Step.properties,
});
const Range = Type.Object({
  from: Type.String({ description: 'as in lists' }),
  to: time('now'),
  status,
});
const Sent = Type.Object({ eventId: Type.String(), message: Type.String() });
const SentMany = Type.Object({
  redelivered: Type.Integer(),
  nextFrom: Type.Optional(Type.String({ description: 'there are more: ask again with this as `from`' })),
});

const Endpoint = Type.Object({
  accountId: Type.Integer(),
  url: Type.String(),
  state: Type.Enum(['failing', 'stopped'], {
    description: 'failing: its first attempts pause; stopped: deliveries are queued until one is asked for',
  }),
  since: Type.String(),
  failures: Type.Integer(),
  message: Type.String(),
});

const dayMs = 86_400_000;
const defaultPageRows = 100;
/** events that one request has sent again at most, and in one transaction */
const mostResent = 10_000;
const batchResent = 500;

/** Adds the routes of the event log. */
export function instanceEventRoutes(server: Server, context: RouteContext): void {
  const { instances, eventLog, deliveries, clock } = context;
  const describe = { tags: ['Events'], security: secured.secrets };

  const addresses: {
    url: string;
    of: string;
    params: TProperties;
    scope(caller: Caller, params: unknown): Promise<EventScope>;
  }[] = [
    {
      url: `${basePath}/instances/events`,
      of: 'of your account (of all accounts for users of the default account), or of the element token’s instance',
      params: {},
      scope: async (caller) => eventScope(caller, { now: clock(), instanceId: caller.instance?.id }),
    },
    {
      url: `${basePath}/instances/:id/events`,
      of: 'of an instance',
      params: { id: Id },
      async scope(caller, params) {
        const identity = requireIdentity(caller);
        const { id } = params as { id: number };
        if ((await instances.byId(reachableScope(identity), id)) === undefined) {
          throw new Problem('notFound', `No instance found with the id ${id}.`);
        }
        return eventScope(caller, { now: clock(), instanceId: id });
      },
    },
  ];

  server.get(
    `${basePath}/instances/events/endpoints`,
    {
      schema: {
        ...describe,
        summary: 'List the callback URLs that do not take events, and since when',
        response: responses(Type.Array(Endpoint)),
      },
    },
    async (request) => {
      const rows = await context.troubledEndpoints(reachableScope(requireIdentity(request.caller)));
      return rows.map(({ since, ...endpoint }) => ({ ...endpoint, since: since.toISOString() }));
    },
  );

  for (const { url, of, params, scope } of addresses) {
    server.get(
      url,
      {
        schema: {
          ...describe,
          summary: `List the events ${of}, the latest first`,
          params: Type.Object(params),
          querystring: ListQuery,
          response: responses(Type.Array(Event)),
        },
      },
      async (request, reply) => {
        const { query } = request;
        const wanted = { after: readPosition(query.nextPage), limit: (query.pageSize ?? defaultPageRows) + 1 };
        const rows = await eventLog.list(await scope(request.caller, request.params), filterOf(query), wanted);
        return page(reply, rows, wanted.limit - 1, ({ at, id }) => `event:${at}:${id}`).map(show);
      },
    );

    server.get(
      `${url}/:eventId`,
      {
        schema: {
          ...describe,
          summary: `One event ${of}`,
          params: Type.Object({ ...params, eventId: Type.String() }),
          response: responses(Event),
        },
      },
      async (request) => {
        const { eventId } = request.params as { eventId: string };
        const event = await eventLog.byId(await scope(request.caller, request.params), eventId);
        if (event === undefined) throw noEvent(eventId);
        return show(event);
      },
    );

    server.post(
      `${url}/:eventId/redeliver`,
      {
        schema: {
          ...describe,
          summary: `Send one event ${of} again, with the same id, whether or not it was delivered before`,
          params: Type.Object({ ...params, eventId: Type.String() }),
          response: responses(Sent),
        },
      },
      async (request) => {
        const { eventId } = request.params as { eventId: string };
        const at = receivedAt(eventId);
        const target = await scope(request.caller, request.params);
        const sent = at === undefined ? undefined : await deliveries.resend(target, { id: eventId, at }, clock());
        if (sent === undefined) throw noEvent(eventId);
        context.redelivered([sent]);
        return { eventId, message: `The event is sent again: GET …/events/${eventId} shows what becomes of it.` };
      },
    );

    server.post(
      `${url}/redeliver`,
      {
        schema: {
          ...describe,
          summary: `Send the events ${of} that came in a time again, at most ${mostResent} with one request`,
          params: Type.Object(params),
          body: Range,
          response: responses(SentMany),
        },
      },
      async (request) => {
        const target = await scope(request.caller, request.params);
        const filter = filterOf(request.body);
        let after: EventPosition | undefined;
        let redelivered = 0;
        while (redelivered < mostResent) {
          const sent = await deliveries.resendAll(target, filter, { after, limit: batchResent }, clock());
          redelivered += sent.length;
          context.redelivered(sent);
          after = sent.at(-1);
          if (sent.length < batchResent) return { redelivered };
        }
        return { redelivered, nextFrom: new Date(after?.at ?? filter.from).toISOString() };
      },
    );
  }

  server.get(
    `${basePath}/instances/events/dispositions`,
    {
      schema: {
        ...describe,
        summary: 'List what became of events, step by step, the latest event first',
        querystring: ListQuery,
        response: responses(Type.Array(DispositionBody)),
      },
    },
    async (request, reply) => {
      const { query, caller } = request;
      const after = readStepPosition(query.nextPage);
      const size = query.pageSize ?? defaultPageRows;
      const scope = eventScope(caller, { now: clock(), instanceId: caller.instance?.id });
      const rows = await eventLog.dispositions(scope, filterOf(query), { after, limit: size + 1 });
      const shown = page(reply, rows, size, (row) => `step:${row.eventAt}:${row.eventId}:${row.number}`);
      return shown.map(({ eventId, eventAt, accountId, instanceId, ...step }) => ({
        id: eventId,
        eventId,
        eventDate: new Date(eventAt).toISOString(),
        accountId,
        ...(instanceId === undefined ? {} : { elementInstanceId: instanceId }),
        ...showStep(step),
      }));
    },
  );

  function filterOf(query: { from?: string; to?: string; status?: (typeof statuses)[number] }): EventFilter {
    const now = clock();
    const from = query.from === undefined ? now - 7 * dayMs : readTime('from', query.from, now);
    const to = query.to === undefined ? now : readTime('to', query.to, now);
    if (to < from) throw new Problem('badRequest', 'to is before from: give a later moment, or leave it out.');
    return { from, to, status: query.status === 'NEW' ? 'RECEIVED' : (query.status as EventStatus | undefined) };
  }
}

function noEvent(id: string): Problem {
  return new Problem(
    'notFound',
    `No event found with the id ${id}: it does not exist, is another account’s, or is older than events are kept.`,
  );
}

/** The first rows; when there are more, the token of the page after them goes into the header. */
function page<Row>(reply: FastifyReply, rows: readonly Row[], size: number, token: (row: Row) => string): Row[] {
  const shown = rows.slice(0, size);
  const last = rows.length > size ? shown.at(-1) : undefined;
  reply.header('Elements-Returned-Count', shown.length);
  if (last !== undefined) reply.header('Elements-Next-Page-Token', Buffer.from(token(last)).toString('base64url'));
  return shown;
}

function readPosition(token: string | undefined): EventPosition | undefined {
  if (token === undefined) return undefined;
  const [, at = '', id = ''] = /^event:(\d{1,15}):([0-9a-f-]{36})$/.exec(textOf(token)) ?? [];
  if (receivedAt(id) !== undefined) return { at: Number(at), id };
  throw noToken();
}

function readStepPosition(token: string | undefined): (EventPosition & { number: number }) | undefined {
  if (token === undefined) return undefined;
  const [, at = '', id = '', number = ''] = /^step:(\d{1,15}):([0-9a-f-]{36}):(\d{1,6})$/.exec(textOf(token)) ?? [];
  if (receivedAt(id) !== undefined) return { at: Number(at), id, number: Number(number) };
  throw noToken();
}

function textOf(token: string): string {
  return Buffer.from(token, 'base64url').toString('utf8');
}

function noToken(): Problem {
  return new Problem(
    'badRequest',
    'nextPage is not a token of this server: take it from the Elements-Next-Page-Token header.',
  );
}

/** An event as callers see it. */
function show(event: LoggedEvent): Static<typeof Event> {
  const last = event.steps.at(-1);
  const eventDate = new Date(event.at).toISOString();
  const { instanceId, notificationId, elementKey, items } = event;
  return {
    id: event.id,
    eventDate,
    status: last?.status ?? 'RECEIVED',
    ...(elementKey === undefined ? {} : { elementKey }),
    accountId: event.accountId,
    ...(instanceId === undefined ? {} : { instanceId }),
    source: event.source,
    providerData: event.body,
    providerDataIsBase64: event.bodyIsBase64,
    events: items,
    notifiedData: items,
    eventElementInstances:
      instanceId === undefined
        ? []
        : [
            {
              eventId: event.id,
              elementInstanceId: instanceId,
              ...(notificationId === undefined ? {} : { notificationId }),
              notifiedData: JSON.stringify(items),
              createdDate: eventDate,
              updatedDate: (last?.at ?? new Date(event.at)).toISOString(),
            },
          ],
    ...(last?.delivery === undefined ? {} : { delivery: last.delivery }),
    attempts: last?.number ?? 0,
    ...(event.dueAt === undefined ? {} : { nextAttemptDate: event.dueAt.toISOString() }),
    dispositions: event.steps.map(showStep),
  };
}

function showStep({ number, at, status, delivery, message, detail }: LoggedEvent['steps'][number]) {
  return {
    number,
    date: at.toISOString(),
    status,
    ...(delivery === undefined ? {} : { delivery }),
    message,
    ...(detail === undefined ? {} : { detail }),
  };
}
