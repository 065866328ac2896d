// Signing in and out with a browser. These routes are for pages of this server and no part of the API.

import type { FastifyReply, FastifyRequest } from 'fastify';
import { Type } from 'typebox';
import { newOrganizationSecret, newUserSecret } from '../../auth/own-secrets.ts';
import { Problem } from '../../core/errors.ts';
import { clearSessionCookie, requireOwnPage, sessionTokenOf, setSessionCookie } from '../browser-session.ts';
import { requireIdentity } from '../caller.ts';
import type { RouteContext, Server } from '../context.ts';
import { responses } from '../shapes.ts';
import { beginSession, type SignedIn, signInWithPassword } from '../sign-in.ts';

const path = '/console/session';

const Password = Type.Object({
  email: Type.String({ minLength: 1, maxLength: 320 }),
  password: Type.String({ minLength: 1, maxLength: 1000 }),
});
const Code = Type.Object({ code: Type.String({ minLength: 1, maxLength: 100 }) });
const Person = Type.Object({
  id: Type.Integer(),
  email: Type.String(),
  name: Type.String(),
  organization: Type.Object({ id: Type.Integer(), name: Type.String() }),
  account: Type.Object({ id: Type.Integer(), name: Type.String(), defaultAccount: Type.Boolean() }),
});
const Signed = Type.Object({ signedIn: Type.Boolean() });
const Replaced = Type.Object({ replaced: Type.Boolean() });
const WhichSecret = Type.Object({ kind: Type.Enum(['user', 'organization']) });
const noStore = { 'Cache-Control': 'no-store' };

/** Adds the routes of browser sessions. */
export function browserSessionRoutes(server: Server, context: RouteContext): void {
  const { signIn, organizations, signInCodes, limits } = context;

  server.post(path, { schema: { body: Password, response: responses(Signed) } }, async (request, reply) => {
    requireOwnPage(request);
    const { email, password } = request.body;
    return begin(request, reply, await signInWithPassword(context, { username: email, password, address: request.ip }));
  });

  server.post(`${path}/code`, { schema: { body: Code, response: responses(Signed) } }, async (request, reply) => {
    requireOwnPage(request);
    const user = isThisMachine(request) ? signInCodes.take(request.body.code) : undefined;
    if (user === undefined) {
      throw new Problem('credentialsWrong', 'This link has been used or is too old: sign in with email and password.');
    }
    return begin(request, reply, await beginSession(context, user));
  });

  server.get(path, { schema: { response: responses(Person) } }, async (request, reply) => {
    const { user, organization, account } = requireIdentity(request.caller);
    reply.headers(noStore);
    const name = [user.firstName, user.lastName].filter((part) => part !== null && part !== '').join(' ');
    return { id: user.id, email: user.email, name: name === '' ? user.email : name, organization, account };
  });

  server.delete(path, { schema: { response: responses(Signed) } }, async (request, reply) => {
    requireOwnPage(request);
    const token = sessionTokenOf(request);
    if (token !== undefined) await signIn.endSession(token);
    clearSessionCookie(reply);
    return { signedIn: false };
  });

  server.post(
    `${path}/secrets/:kind`,
    { schema: { params: WhichSecret, response: responses(Replaced) } },
    async (request) => {
      const { user, organization, account } = signedIn(request);
      if (request.params.kind === 'user') {
        await organizations.replaceSecret({ organizationId: organization.id, userId: user.id }, newUserSecret());
      } else {
        if (!account.defaultAccount) {
          throw new Problem('forbidden', 'Only users of the default account may replace the organization secret.');
        }
        await organizations.replaceSecret({ organizationId: organization.id }, newOrganizationSecret());
      }
      return { replaced: true };
    },
  );

  /** A new session each time, whatever the browser had before, so that nobody can plant one (session fixation). */
  async function begin(request: FastifyRequest, reply: FastifyReply, { token }: SignedIn) {
    const before = sessionTokenOf(request);
    if (before !== undefined) await signIn.endSession(before);
    setSessionCookie(reply.headers(noStore), token, limits.sessionSeconds);
    return { signedIn: true };
  }

  function signedIn(request: FastifyRequest) {
    if (request.caller.session === undefined) {
      throw new Problem('credentialsMissing', 'Sign in to the console first.');
    }
    return requireIdentity(request.caller);
  }
}

/** Whether a request comes from a program of this machine, and not through a proxy that stands here. */
function isThisMachine({ socket, headers }: FastifyRequest): boolean {
  const isForwarded = headers['forwarded'] !== undefined || headers['x-forwarded-for'] !== undefined;
  return !isForwarded && /^(::ffff:)?127\.|^::1$/.test(socket.remoteAddress ?? '');
}
