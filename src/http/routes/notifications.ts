// Routes of notifications: what somebody should know, who is told of it, and whether that arrived.

import { type Static, Type } from 'typebox';
import { Problem } from '../../core/errors.ts';
import { Secret } from '../../core/secret.ts';
import { createSignatureKey } from '../../core/webhook-signature.ts';
import type { QueuedDelivery } from '../../store/deliveries.ts';
import type { LoggedEvent } from '../../store/event-log.ts';
import { everyTopic, type NotificationRecord, type SubscriptionRecord } from '../../store/notifications.ts';
import { type Caller, ownScope, reachableScope, requireIdentity } from '../caller.ts';
import type { RouteContext, Server } from '../context.ts';
import { basePath } from '../dispatch.ts';
import { eventScope } from '../event-scope.ts';
import { secured } from '../openapi.ts';
import { pageHeaders, readPageToken } from '../pages.ts';
import { emptyResponse, Id, OpenObject, responses } from '../shapes.ts';
import { createFilter } from '../where.ts';

const Topic = Type.String({ minLength: 1, maxLength: 255 });
const NewNotification = Type.Object({
  topic: Topic,
  message: Type.String({ minLength: 1, maxLength: 65_536 }),
  severity: Type.Optional(Type.Enum(['low', 'medium', 'high'], { description: 'default: low' })),
  from: Type.Optional(Type.String({ maxLength: 255 })),
  about: Type.Optional(Type.Record(Type.String(), Type.Unknown())),
});
const Notification = Type.Object({
  id: Type.Integer(),
  topic: Type.String(),
  severity: Type.String({ description: 'low, medium or high' }),
  from: Type.Optional(Type.String({ description: 'valence, for what the platform raises itself' })),
  message: Type.String(),
  about: Type.Optional(OpenObject),
  accountId: Type.Integer(),
  active: Type.Boolean(),
  acknowledged: Type.Boolean(),
  acknowledgedDate: Type.Optional(Type.String()),
  createdDate: Type.String(),
});
const NewSubscription = Type.Object({
  channel: Type.String({ description: 'webhook' }),
  topics: Type.Array(Topic, { minItems: 1, maxItems: 100, description: '* means every topic' }),
  config: Type.Object({
    url: Type.Optional(Type.String({ maxLength: 2000, description: 'where notifications are sent' })),
    signatureKey: Type.Optional(
      Type.String({ minLength: 16, maxLength: 500, description: 'signs every delivery; made when it is absent' }),
    ),
  }),
});
const subscription = {
  id: Type.Integer(),
  channel: Type.String(),
  topics: Type.Array(Type.String()),
  config: Type.Object({
    url: Type.String(),
    signatureKey: Type.Optional(Type.String({ description: 'shown once, when the subscription is made' })),
  }),
  active: Type.Boolean(),
  accountId: Type.Integer(),
  createdDate: Type.String(),
};
const Subscription = Type.Object(subscription);
const Delivery = Type.Object({
  id: Type.String({ description: 'of the event, also in Elements-Webhook-Id' }),
  status: Type.String({ description: 'created, retry, queued, delivered, or notified: nothing to send any more' }),
  channel: Type.String(),
  notificationId: Type.Optional(Type.Integer()),
  subscriptionId: Type.Optional(Type.Integer()),
  attempts: Type.Integer(),
  createdDate: Type.String(),
  updatedDate: Type.String(),
  nextAttemptDate: Type.Optional(Type.String()),
  message: Type.Optional(Type.String()),
  detail: Type.Optional(Type.String()),
  payload: Type.Optional(Type.Unknown({ description: 'what is sent; only with hydrate' })),
});
const Waiting = Type.Object({
  id: Type.String({ description: 'of the event' }),
  channel: Type.String(),
  status: Type.String(),
  config: Type.Object({ url: Type.String() }),
  accountId: Type.Integer(),
  instanceId: Type.Optional(Type.Integer()),
  notificationId: Type.Optional(Type.Integer()),
  subscriptionId: Type.Optional(Type.Integer()),
  attempts: Type.Integer(),
  createdDate: Type.String({ description: 'when the event came' }),
  queuedDate: Type.String(),
});
const DeliveryQuery = Type.Object({
  where: Type.Optional(
    Type.String({
      description:
        "CEQL on channel, status, config.url, id, accountId, instanceId, notificationId, subscriptionId: channel='webhook' and status='queued'",
    }),
  ),
});
const Topics = Type.Optional(Type.Array(Type.String(), { description: '* means every topic' }));
const ById = Type.Object({ id: Id });

const waitingFields = [
  'channel',
  'status',
  'config.url',
  'id',
  'accountId',
  'instanceId',
  'notificationId',
  'subscriptionId',
];
const mostPageRows = 1000;
const defaultPageRows = 100;
/** deliveries that one request has sent again at most */
const mostRequeued = 10_000;

/** Adds the routes of notifications. */
export function notificationRoutes(server: Server, context: RouteContext): void {
  const { notifications, raise, deliveries, eventLog, clock } = context;
  const describe = { tags: ['Notifications'], security: secured.secrets };
  const base = `${basePath}/notifications`;
  const scopeOf = (caller: Caller) => reachableScope(requireIdentity(caller));

  server.get(
    base,
    {
      schema: {
        ...describe,
        summary: 'List the notifications of topics, the latest first',
        querystring: Type.Object({
          'topics[]': Topics,
          topics: Topics,
          acknowledged: Type.Optional(
            Type.Boolean({ description: 'only those that were, or were not, marked as seen' }),
          ),
          pageSize: Type.Optional(Type.Integer({ minimum: 1, maximum: mostPageRows })),
          nextPage: Type.Optional(Type.String({ description: 'the Elements-Next-Page-Token of the page before' })),
        }),
        response: responses(Type.Array(Notification)),
      },
    },
    async (request, reply) => {
      const scope = scopeOf(request.caller);
      const { query } = request;
      const topics = [...(query['topics[]'] ?? []), ...(query.topics ?? [])];
      if (topics.length === 0) {
        throw new Problem(
          'badRequest',
          'topics[] is missing: name the topics, as in ?topics[]=callback.failing, or * for all.',
        );
      }
      const size = query.pageSize ?? defaultPageRows;
      const before = query.nextPage === undefined ? undefined : readPageToken(query.nextPage);
      const filter = { topics: topics.includes(everyTopic) ? undefined : topics, acknowledged: query.acknowledged };
      const rows = await notifications.list(scope, filter, { before, limit: size + 1 });
      const page = rows.slice(0, size);
      pageHeaders(reply, page.length, page.length, rows.length > size ? page.at(-1)?.id : undefined);
      return page.map(show);
    },
  );

  server.post(
    base,
    {
      schema: {
        ...describe,
        summary: 'Raise a notification; those who subscribed to its topic are told',
        body: NewNotification,
        response: responses(Notification),
      },
    },
    async (request) => {
      const { organization, account } = requireIdentity(request.caller);
      const { severity = 'low', ...given } = request.body;
      return show(await raise.given({ ...given, severity, organizationId: organization.id, accountId: account.id }));
    },
  );

  server.post(
    `${base}/emails`,
    {
      schema: {
        ...describe,
        summary: 'Send an email: refused, since this server sends none',
        body: OpenObject,
        response: emptyResponse,
      },
    },
    async (request) => {
      requireIdentity(request.caller);
      throw new Problem(
        'badRequest',
        'No mail server is configured: raise a notification and subscribe a webhook to its topic instead.',
      );
    },
  );

  server.get(
    `${base}/:id`,
    { schema: { ...describe, summary: 'One notification', params: ById, response: responses(Notification) } },
    async (request) => show(await findNotification(request.caller, request.params.id)),
  );

  server.delete(
    `${base}/:id`,
    { schema: { ...describe, summary: 'Delete a notification', params: ById, response: emptyResponse } },
    async (request, reply) => {
      const { id } = request.params;
      if (!(await notifications.remove(scopeOf(request.caller), id))) throw noNotification(id);
      return reply.send();
    },
  );

  server.put(
    `${base}/:id/acknowledge`,
    {
      schema: {
        ...describe,
        summary: 'Mark a notification as seen',
        params: ById,
        response: responses(Notification),
      },
    },
    async (request) => {
      const { id } = request.params;
      const seen = await notifications.acknowledge(scopeOf(request.caller), id, clock());
      if (seen === undefined) throw noNotification(id);
      return show(seen);
    },
  );

  server.get(
    `${base}/subscriptions`,
    { schema: { ...describe, summary: 'List subscriptions', response: responses(Type.Array(Subscription)) } },
    async (request) => (await notifications.subscriptions(scopeOf(request.caller))).map((one) => showSubscription(one)),
  );

  server.post(
    `${base}/subscriptions`,
    {
      schema: {
        ...describe,
        summary: 'Be told of notifications: a signed callback for each',
        body: NewSubscription,
        response: responses(Subscription),
      },
    },
    async (request) => {
      const { organizationId } = ownScope(requireIdentity(request.caller));
      const accountId = requireIdentity(request.caller).account.id;
      const { channel, topics, config } = request.body;
      if (channel !== 'webhook') {
        throw new Problem('badRequest', `The channel ${channel} is not there: notifications are sent by webhook only.`);
      }
      const url = readUrl(config.url);
      const key = config.signatureKey === undefined ? createSignatureKey() : new Secret(config.signatureKey);
      const made = await notifications.subscribe(
        { organizationId, accountId, channel, topics: [...new Set(topics)], url },
        key,
        clock(),
      );
      return showSubscription(made, config.signatureKey === undefined ? key.reveal() : undefined);
    },
  );

  server.delete(
    `${base}/subscriptions/:id`,
    { schema: { ...describe, summary: 'End a subscription', params: ById, response: emptyResponse } },
    async (request, reply) => {
      const { id } = request.params;
      if (await notifications.unsubscribe(scopeOf(request.caller), id)) return reply.send();
      throw new Problem('notFound', `No subscription found with the id ${id}.`);
    },
  );

  for (const ofOne of [false, true]) {
    server.get(
      `${base}/:id/subscriptions${ofOne ? '/:subscriptionId' : ''}/deliveries`,
      {
        schema: {
          ...describe,
          summary: `What became of a notification’s deliveries${ofOne ? ' to one subscription' : ''}`,
          params: Type.Object({ id: Id, ...(ofOne ? { subscriptionId: Id } : {}) }),
          querystring: Type.Object({
            hydrate: Type.Optional(Type.Boolean({ description: 'with what is sent' })),
          }),
          response: responses(Type.Array(Delivery)),
        },
      },
      async (request) => {
        const { id, subscriptionId } = request.params as { id: number; subscriptionId?: number };
        const notification = await findNotification(request.caller, id);
        const scope = eventScope(request.caller, { now: clock() });
        const events = await eventLog.ofNotification(scope, id, notification.createdAt.getTime());
        return events
          .filter((event) => subscriptionId === undefined || event.subscriptionId === subscriptionId)
          .map((event) => showDelivery(event, request.query.hydrate === true));
      },
    );
  }

  server.get(
    `${base}/subscriptions/deliveries`,
    {
      schema: {
        ...describe,
        summary: 'List deliveries that wait in the queue, of events and of notifications, the oldest event first',
        querystring: Type.Object({
          ...DeliveryQuery.properties,
          pageSize: Type.Optional(Type.Integer({ minimum: 1, maximum: mostPageRows })),
          nextPage: Type.Optional(Type.String({ description: 'the Elements-Next-Page-Token of the page before' })),
        }),
        response: responses(Type.Array(Waiting)),
      },
    },
    async (request, reply) => {
      const { query, caller } = request;
      const size = query.pageSize ?? defaultPageRows;
      const after = readDeliveryPosition(query.nextPage);
      const scope = eventScope(caller, { now: clock() });
      const rows = await deliveries.queued(scope, filterOf(query.where), { after, limit: size + 1 });
      const page = rows.slice(0, size);
      const last = rows.length > size ? page.at(-1) : undefined;
      reply.header('Elements-Returned-Count', page.length);
      if (last !== undefined) {
        const token = Buffer.from(`delivery:${last.eventAt}:${last.eventId}`).toString('base64url');
        reply.header('Elements-Next-Page-Token', token);
      }
      return page.map(showWaiting);
    },
  );

  server.put(
    `${base}/subscriptions/deliveries`,
    {
      schema: {
        ...describe,
        summary: `Send deliveries that wait in the queue, at most ${mostRequeued} with one request`,
        querystring: DeliveryQuery,
        response: responses(
          Type.Object({
            redelivered: Type.Integer(),
            more: Type.Boolean({ description: 'more may wait: ask again' }),
          }),
        ),
      },
    },
    async (request) => {
      const scope = eventScope(request.caller, { now: clock() });
      const sent = await deliveries.requeue(scope, filterOf(request.query.where), mostRequeued, clock());
      context.redelivered(sent);
      return { redelivered: sent.length, more: sent.length >= mostRequeued };
    },
  );

  async function findNotification(caller: Caller, id: number): Promise<NotificationRecord> {
    const found = await notifications.byId(scopeOf(caller), id);
    if (found === undefined) throw noNotification(id);
    return found;
  }
}

function noNotification(id: number): Problem {
  return new Problem('notFound', `No notification found with the id ${id}.`);
}

function readUrl(url: string | undefined): string {
  const { protocol } = URL.parse(url ?? '') ?? {};
  if (url !== undefined && (protocol === 'https:' || protocol === 'http:')) return url;
  throw new Problem(
    'badRequest',
    'config.url is missing or no URL: give an address such as https://app.example/alerts.',
  );
}

function filterOf(where: string | undefined): (delivery: QueuedDelivery) => boolean {
  const passes = createFilter(where, waitingFields);
  return (delivery) => passes(showWaiting(delivery));
}

function readDeliveryPosition(token: string | undefined) {
  if (token === undefined) return undefined;
  const text = Buffer.from(token, 'base64url').toString('utf8');
  const [, at, id] = /^delivery:(\d{1,15}):([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})$/.exec(text) ?? [];
  if (at !== undefined && id !== undefined) return { at: Number(at), id };
  throw new Problem(
    'badRequest',
    'nextPage is not a token of this server: take it from the Elements-Next-Page-Token header.',
  );
}

function show(record: NotificationRecord): Static<typeof Notification> {
  const { id, topic, severity, from, message, about, accountId, active, acknowledgedAt, createdAt } = record;
  return {
    id,
    topic,
    severity,
    ...(from === undefined ? {} : { from }),
    message,
    ...(about === undefined ? {} : { about }),
    accountId,
    active,
    acknowledged: acknowledgedAt !== undefined,
    ...(acknowledgedAt === undefined ? {} : { acknowledgedDate: acknowledgedAt.toISOString() }),
    createdDate: createdAt.toISOString(),
  };
}

function showSubscription(record: SubscriptionRecord, madeKey?: string): Static<typeof Subscription> {
  const { id, channel, topics, url, active, accountId, createdAt } = record;
  return {
    id,
    channel,
    topics,
    config: { url, ...(madeKey === undefined ? {} : { signatureKey: madeKey }) },
    active,
    accountId,
    createdDate: createdAt.toISOString(),
  };
}

function showDelivery(event: LoggedEvent, hydrate: boolean): Static<typeof Delivery> {
  const last = event.steps.at(-1);
  const createdDate = new Date(event.at).toISOString();
  return {
    id: event.id,
    status: statusOf(event),
    channel: 'webhook',
    ...present({ notificationId: event.notificationId, subscriptionId: event.subscriptionId }),
    attempts: last?.number ?? 0,
    createdDate,
    updatedDate: last?.at.toISOString() ?? createdDate,
    ...present({ nextAttemptDate: event.dueAt?.toISOString(), message: last?.message, detail: last?.detail }),
    ...(hydrate ? { payload: JSON.parse(event.body) as unknown } : {}),
  };
}

function statusOf({ steps, dueAt }: LoggedEvent): string {
  const last = steps.at(-1);
  if (last === undefined) return 'created';
  if (dueAt !== undefined) return 'retry';
  return last.delivery ?? 'notified';
}

function showWaiting(delivery: QueuedDelivery): Static<typeof Waiting> {
  const { eventId, eventAt, url, accountId, instanceId, notificationId, subscriptionId, attempts, queuedAt } = delivery;
  return {
    id: eventId,
    channel: 'webhook',
    status: 'queued',
    config: { url },
    accountId,
    ...present({ instanceId, notificationId, subscriptionId }),
    attempts,
    createdDate: new Date(eventAt).toISOString(),
    queuedDate: queuedAt.toISOString(),
  };
}

function present<Members extends object>(members: Members) {
  return Object.fromEntries(Object.entries(members).filter(([, value]) => value !== undefined)) as {
    [Name in keyof Members]?: Exclude<Members[Name], undefined>;
  };
}
