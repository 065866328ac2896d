// Routes by which an organization's own program makes Connect sessions: one-time links for its customers.

import { Type } from 'typebox';
import { Problem } from '../../core/errors.ts';
import type { ConnectSession } from '../../store/connect-sessions.ts';
import { reachableScope, requireIdentity } from '../caller.ts';
import type { RouteContext, Server } from '../context.ts';
import { basePath } from '../dispatch.ts';
import { secured } from '../openapi.ts';
import { findAccount } from '../reachable-account.ts';
import { emptyResponse, Id, responses } from '../shapes.ts';

const text = (description: string, maxLength = 500) => Type.Optional(Type.String({ description, maxLength }));
const EndUser = Type.Object(
  {
    id: text('your own name for the person; only you see it'),
    name: text('shown on the page, so that nobody connects an account for somebody else'),
  },
  { description: 'who is to connect an account' },
);
const NewSession = Type.Object({
  elements: Type.Optional(
    Type.Array(Type.String({ minLength: 1, maxLength: 200 }), {
      description: 'keys of the elements to choose from; by default all that can be connected',
      minItems: 1,
      maxItems: 500,
    }),
  ),
  callbackUrl: text('where the person is sent back to; one of connectCallbacks of your branding', 2000),
  tags: Type.Optional(Type.Array(Type.String({ maxLength: 500 }), { maxItems: 100 })),
  name: text('the name of the instance'),
  expiresIn: Type.Optional(
    Type.Integer({ minimum: 60, maximum: 24 * 3600, description: 'seconds; by default half an hour' }),
  ),
  origins: Type.Optional(
    Type.Array(Type.String({ maxLength: 500 }), {
      description: 'origins of pages that may open it; by default connectOrigins of your branding',
      maxItems: 100,
    }),
  ),
  endUser: Type.Optional(EndUser),
  instanceId: Type.Optional(Type.Integer({ minimum: 1, description: 'an instance that is to be connected again' })),
  accountId: Type.Optional(
    Type.Integer({ minimum: 1, description: 'whose account gets the instance; by default your own' }),
  ),
});
const CreatedSession = Type.Object({
  id: Type.String(),
  url: Type.String({ description: 'the link; shown this once' }),
  expiresAt: Type.String(),
});
const Status = Type.Enum(['open', 'opened', 'connected', 'cancelled', 'failed', 'expired'], {
  description: 'open: nobody came yet; opened: somebody is at it; failed: the last attempt was in vain',
});
const SessionBody = Type.Object({
  id: Type.String(),
  status: Status,
  accountId: Id,
  elements: Type.Array(Type.String()),
  elementKey: Type.Optional(Type.String()),
  instanceId: Type.Optional(Type.Integer()),
  message: Type.Optional(Type.String({ description: 'why the last attempt was in vain' })),
  name: Type.Optional(Type.String()),
  tags: Type.Optional(Type.Array(Type.String())),
  callbackUrl: Type.Optional(Type.String()),
  origins: Type.Array(Type.String()),
  endUser: Type.Optional(EndUser),
  createdDate: Type.String(),
  expiresAt: Type.String(),
});
const ById = Type.Object({ id: Type.String({ maxLength: 100 }) });

/** Adds the routes of Connect sessions. */
export function connectSessionRoutes(server: Server, context: RouteContext): void {
  const { connectSessions, organizations, instances, clock } = context;
  const path = `${basePath}/connect/sessions`;
  const describe = { tags: ['Connect'], security: secured.secrets };

  server.post(
    path,
    {
      schema: {
        ...describe,
        summary: 'Make a one-time link by which a customer connects an account',
        body: NewSession,
        response: responses(CreatedSession),
      },
    },
    async (request) => {
      const { caller, body } = request;
      const { user, account, organization } = requireIdentity(caller);
      const accountId = body.accountId ?? (await accountOfInstance(request.body.instanceId)) ?? account.id;
      if (!(await findAccount(organizations, caller, accountId)).active) {
        throw new Problem('badRequest', `The account ${accountId} is not active.`);
      }
      const created = await connectSessions.create({
        organizationId: organization.id,
        accountId,
        userId: user.id,
        elements: body.elements,
        name: body.name,
        tags: body.tags,
        callbackUrl: body.callbackUrl,
        expiresIn: body.expiresIn,
        origins: body.origins,
        endUser: body.endUser,
        instanceId: body.instanceId,
      });
      return { ...created, expiresAt: created.expiresAt.toISOString() };

      async function accountOfInstance(instanceId: number | undefined): Promise<number | undefined> {
        if (instanceId === undefined) return undefined;
        return (await instances.byId(reachableScope(requireIdentity(caller)), instanceId))?.accountId;
      }
    },
  );

  server.get(
    `${path}/:id`,
    {
      schema: {
        ...describe,
        summary: 'How far a Connect session has come',
        params: ById,
        response: responses(SessionBody),
      },
    },
    async (request) => {
      const scope = reachableScope(requireIdentity(request.caller));
      return show(await connectSessions.find(scope, requireUuid(request.params.id)));
    },
  );

  server.delete(
    `${path}/:id`,
    { schema: { ...describe, summary: 'End a Connect session', params: ById, response: emptyResponse } },
    async (request, reply) => {
      const scope = reachableScope(requireIdentity(request.caller));
      await connectSessions.cancel(scope, requireUuid(request.params.id));
      return reply.send();
    },
  );

  function show(session: ConnectSession) {
    const { id, accountId, request, elementKey, instanceId, message, createdAt, expiresAt } = session;
    const { instanceId: _, ...shown } = request;
    return {
      id,
      status: statusOf(session, clock()),
      accountId,
      ...shown,
      ...(elementKey === undefined ? {} : { elementKey }),
      ...(instanceId === undefined ? {} : { instanceId }),
      ...(message === undefined ? {} : { message }),
      createdDate: createdAt.toISOString(),
      expiresAt: expiresAt.toISOString(),
    };
  }
}

/** How a session stands at a moment: one that led to nothing in its time has expired. */
export function statusOf(session: ConnectSession, now: number): ConnectSession['state'] | 'expired' {
  const isOver = session.state === 'connected' || session.state === 'cancelled';
  return isOver || session.expiresAt.getTime() > now ? session.state : 'expired';
}

/** Whether a text can be the id of a session. */
export function isUuid(text: string): boolean {
  return /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/.test(text);
}

/** The id of a session. Throws a Problem (404) for a text that can be none. */
export function requireUuid(text: string): string {
  if (isUuid(text)) return text;
  throw new Problem('notFound', `No Connect session found with the id ${text}.`);
}
