// Routes for signing in with email and password, and for reading the secrets that programs use.

import { Type } from 'typebox';
import { hashPassword } from '../../auth/password.ts';
import { Problem } from '../../core/errors.ts';
import { Secret } from '../../core/secret.ts';
import { requireIdentity } from '../caller.ts';
import type { RouteContext, Server } from '../context.ts';
import { basePath } from '../dispatch.ts';
import { secured } from '../openapi.ts';
import { Nullable, responses } from '../shapes.ts';
import { signInWithPassword } from '../sign-in.ts';

const SignIn = Type.Object({
  username: Type.String({ minLength: 1, maxLength: 320 }),
  password: Type.String({ minLength: 1, maxLength: 1000 }),
});

const AuthenticatedUser = Type.Object({
  id: Type.Integer(),
  token: Type.Optional(Type.String({ description: 'Bearer token of this sign-in' })),
  username: Type.String(),
  firstName: Nullable,
  lastName: Nullable,
  organizationId: Type.Integer(),
  accountId: Type.Integer(),
  accountAdmin: Type.Boolean(),
  organizationAdmin: Type.Boolean(),
  sysAdmin: Type.Boolean(),
  twoFactor: Type.Boolean(),
  registeredForTwoFactor: Type.Boolean(),
});

const Secrets = Type.Object({ userSecret: Type.String(), organizationSecret: Type.String() });
const NewPassword = Type.Object({ password: Type.String({ minLength: 8, maxLength: 1000 }) });

/** Adds the routes for signing in. */
export function authenticationRoutes(server: Server, context: RouteContext): void {
  const { signIn, organizations } = context;
  const describe = { tags: ['Authentication'] };

  server.post(
    `${basePath}/authentication`,
    {
      schema: {
        ...describe,
        summary: 'Sign in',
        security: secured.open,
        body: SignIn,
        response: responses(AuthenticatedUser),
      },
    },
    async (request) => {
      const { organizationId, userId, token } = await signInWithPassword(context, {
        ...request.body,
        address: request.ip,
      });
      return { ...(await describeUser(organizationId, userId)), token };
    },
  );

  server.get(
    `${basePath}/authentication/secrets`,
    {
      schema: {
        ...describe,
        summary: 'The secrets of the signed-in user',
        security: secured.session,
        response: responses(Secrets),
      },
    },
    async (request, reply) => {
      const { session } = request.caller;
      if (session === undefined) {
        throw new Problem(
          'credentialsMissing',
          'Sign in with POST /authentication and send its token as Bearer <token>.',
        );
      }
      const [userSecret, organizationSecret] = await Promise.all([
        organizations.secretOfUser(session.organizationId, session.userId),
        organizations.secretOfOrganization(session.organizationId),
      ]);
      reply.header('Cache-Control', 'no-store');
      return { userSecret: userSecret.reveal(), organizationSecret: organizationSecret.reveal() };
    },
  );

  server.post(
    `${basePath}/authentication/passwords`,
    {
      schema: {
        ...describe,
        summary: 'Set your own password; ends your sign-ins',
        security: secured.secrets,
        body: NewPassword,
        response: responses(AuthenticatedUser),
      },
    },
    async (request) => {
      const { user, organization } = requireIdentity(request.caller);
      const passwordHash = await hashPassword(new Secret(request.body.password));
      await organizations.updateUser(organization.id, user.id, { passwordHash });
      await signIn.endSessions(user.id);
      return describeUser(organization.id, user.id);
    },
  );

  async function describeUser(organizationId: number, userId: number) {
    const user = await organizations.user(organizationId, userId);
    if (user === undefined) throw new Problem('credentialsWrong', 'The user was deleted.');
    const account = await organizations.account(organizationId, user.accountId);
    return {
      id: user.id,
      username: user.email,
      firstName: user.firstName,
      lastName: user.lastName,
      organizationId,
      accountId: user.accountId,
      accountAdmin: true,
      organizationAdmin: account?.defaultAccount === true,
      sysAdmin: false,
      twoFactor: false,
      registeredForTwoFactor: false,
    };
  }
}
