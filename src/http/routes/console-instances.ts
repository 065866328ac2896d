// What the console needs to connect accounts and to show their tokens, each only when a person asks for it. This is for
// pages of this server and no part of the API.

import { Type } from 'typebox';
import { Problem } from '../../core/errors.ts';
import { reachableScope, requireIdentity } from '../caller.ts';
import type { RouteContext, Server } from '../context.ts';
import { Id, responses } from '../shapes.ts';

const Token = Type.Object({ token: Type.String() });

const CallbackUrl = Type.Object({ callbackUrl: Type.String() });

/** Adds the routes of the console that are about instances. */
export function consoleInstanceRoutes(server: Server, { instances, callbackUrl }: RouteContext): void {
  server.get('/console/callback-url', { schema: { response: responses(CallbackUrl) } }, async () => ({
    callbackUrl: callbackUrl(),
  }));

  server.get(
    '/console/instances/:id/token',
    { schema: { params: Type.Object({ id: Id }), response: responses(Token) } },
    async (request, reply) => {
      const { id } = request.params;
      if (!request.caller.fromPage) {
        throw new Problem('credentialsMissing', 'Sign in to the console first: programs read GET /instances/{id}.');
      }
      const record = await instances.byId(reachableScope(requireIdentity(request.caller)), id);
      if (record === undefined) throw new Problem('notFound', `No instance found with the id ${id}.`);
      reply.header('Cache-Control', 'no-store');
      return { token: record.token.reveal() };
    },
  );
}
