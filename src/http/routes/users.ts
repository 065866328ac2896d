// Routes of users. A user's secret is given once, when the user is created, or to the user's own password.

import type { FastifyReply } from 'fastify';
import { Type } from 'typebox';
import { newUserSecret } from '../../auth/own-secrets.ts';
import { hashPassword, verifyPassword } from '../../auth/password.ts';
import { Problem } from '../../core/errors.ts';
import { Secret } from '../../core/secret.ts';
import type { UserChange, UserRecord } from '../../store/organizations.ts';
import { type Caller, requireAdministrator, requireIdentity } from '../caller.ts';
import { orConflict } from '../conflict.ts';
import type { RouteContext, Server } from '../context.ts';
import { basePath } from '../dispatch.ts';
import { secured } from '../openapi.ts';
import { type PageQueryValues, pageOf } from '../pages.ts';
import { findAccount } from '../reachable-account.ts';
import { emptyResponse, Id, IncludeInactive, Nullable, nullableText, PageQuery, responses } from '../shapes.ts';
import { createFilter } from '../where.ts';

const profileMembers = ['phone', 'street1', 'street2', 'city', 'stateprovince', 'postalCode', 'country'] as const;
const text = Type.Optional(nullableText({ maxLength: 1000 }));
const profile = {
  phone: text,
  street1: text,
  street2: text,
  city: text,
  stateprovince: text,
  postalCode: text,
  country: text,
};
const User = Type.Object({
  id: Type.Integer(),
  email: Type.String(),
  firstName: Nullable,
  lastName: Nullable,
  fullName: Type.String(),
  externalId: Type.Optional(Nullable),
  accountId: Type.Integer(),
  active: Type.Boolean(),
  enabled: Type.Boolean(),
  secret: Type.Optional(Type.String({ description: 'only when the user is created, or to the user’s own password' })),
  password: Type.String({ description: 'always "secured"' }),
  roles: Type.Array(Type.Unknown()),
  lastLoginDate: Type.Optional(Type.String()),
  createdDate: Type.String(),
  updatedDate: Type.String(),
  emailValid: Type.Boolean(),
  accountExpired: Type.Boolean(),
  accountNonExpired: Type.Boolean(),
  accountLocked: Type.Boolean(),
  accountNonLocked: Type.Boolean(),
  credentialsExpired: Type.Boolean(),
  credentialsNonExpired: Type.Boolean(),
  ...profile,
});
const Email = Type.String({ maxLength: 320, pattern: '^[^\\s@]+@[^\\s@]+$' });
const UserWrite = {
  firstName: text,
  lastName: text,
  externalId: text,
  password: Type.Optional(Type.String({ minLength: 8, maxLength: 1000 })),
  ...profile,
};
const NewUser = Type.Object({ email: Email, ...UserWrite });
const ChangedUser = Type.Object({ email: Type.Optional(Email), active: Type.Optional(Type.Boolean()), ...UserWrite });
const UserQuery = Type.Object({
  ...PageQuery,
  where: Type.Optional(Type.String({ description: 'CEQL on id, email, firstName, lastName, externalId, active' })),
  includeInactive: Type.Optional(Type.Boolean()),
});
const filterFields = ['id', 'email', 'firstName', 'lastName', 'externalId', 'active'];
const ById = Type.Object({ id: Id });
const ByEmailOrId = Type.Object({ emailOrId: Type.String() });
const InAccount = Type.Object({ id: Id, userId: Id });
const Permanent = Type.Object({
  permanent: Type.Optional(Type.Boolean({ description: 'deactivating also deletes the user’s instances' })),
});

type NewUserBody = Type.Static<typeof NewUser>;
type ChangedUserBody = Type.Static<typeof ChangedUser>;
type UserListQuery = PageQueryValues & { where?: string; includeInactive?: boolean };

/** Adds the routes of users. */
export function userRoutes(server: Server, context: RouteContext): void {
  const { organizations, instances, signIn } = context;
  const describe = { tags: ['Users'], security: secured.secrets };

  server.get(
    `${basePath}/users`,
    {
      schema: {
        ...describe,
        summary: 'List the users of your account',
        querystring: UserQuery,
        response: responses(Type.Array(User)),
      },
    },
    async (request, reply) => {
      const { account } = requireIdentity(request.caller);
      return listUsers(reply, request.caller, account.id, request.query);
    },
  );
  server.get(
    `${basePath}/organizations/users`,
    {
      schema: {
        ...describe,
        summary: 'List the users of your organization',
        querystring: UserQuery,
        response: responses(Type.Array(User)),
      },
    },
    async (request, reply) => {
      requireAdministrator(request.caller);
      return listUsers(reply, request.caller, undefined, request.query);
    },
  );
  server.get(
    `${basePath}/accounts/:id/users`,
    {
      schema: {
        ...describe,
        summary: 'List the users of an account',
        params: ById,
        querystring: UserQuery,
        response: responses(Type.Array(User)),
      },
    },
    async (request, reply) => {
      const accountId = await findAccountId(request.caller, request.params.id);
      return listUsers(reply, request.caller, accountId, request.query);
    },
  );

  server.post(
    `${basePath}/organizations/users`,
    {
      schema: {
        ...describe,
        summary: 'Create a user in the default account',
        body: NewUser,
        response: responses(User),
      },
    },
    async (request) => {
      const { account } = requireAdministrator(request.caller);
      return createUser(request.caller, account.id, request.body);
    },
  );
  server.post(
    `${basePath}/accounts/:id/users`,
    {
      schema: {
        ...describe,
        summary: 'Create a user in an account',
        params: ById,
        body: NewUser,
        response: responses(User),
      },
    },
    async (request) => createUser(request.caller, await findAccountId(request.caller, request.params.id), request.body),
  );

  for (const prefix of ['/users', '/organizations/users']) {
    server.get(
      `${basePath}${prefix}/:emailOrId`,
      {
        schema: {
          ...describe,
          summary: 'One user; your own password in elements-user-password adds your secret',
          params: ByEmailOrId,
          querystring: IncludeInactive,
          response: responses(User),
        },
      },
      async (request) => {
        const user = await findUser(request.caller, request.params.emailOrId);
        refuseInactive(user, request.query);
        const password = request.headers['elements-user-password'];
        return typeof password === 'string' ? showOwn(request.caller, user, password) : show(user);
      },
    );
    server.patch(
      `${basePath}${prefix}/:id`,
      {
        schema: {
          ...describe,
          summary: 'Change a user',
          params: ById,
          querystring: Permanent,
          body: ChangedUser,
          response: responses(User),
        },
      },
      async (request) => {
        const user = await findUser(request.caller, String(request.params.id));
        return changeUser(request.caller, user, request.body, request.query.permanent === true);
      },
    );
    server.delete(
      `${basePath}${prefix}/:id`,
      { schema: { ...describe, summary: 'Deactivate a user', params: ById, response: emptyResponse } },
      async (request, reply) => {
        const user = await findUser(request.caller, String(request.params.id));
        return deactivate(reply, request.caller, user);
      },
    );
  }

  server.get(
    `${basePath}/accounts/:id/users/:emailOrId`,
    {
      schema: {
        ...describe,
        summary: 'One user of an account',
        params: Type.Object({ id: Id, emailOrId: Type.String() }),
        querystring: IncludeInactive,
        response: responses(User),
      },
    },
    async (request) => {
      const user = await findUserIn(request.caller, request.params.id, request.params.emailOrId);
      refuseInactive(user, request.query);
      return show(user);
    },
  );
  for (const method of ['PUT', 'PATCH'] as const) {
    server.route({
      method,
      url: `${basePath}/accounts/:id/users/:userId`,
      schema: {
        ...describe,
        summary: 'Change a user of an account',
        params: InAccount,
        querystring: Permanent,
        body: ChangedUser,
        response: responses(User),
      },
      handler: async (request) => {
        const user = await findUserIn(request.caller, request.params.id, String(request.params.userId));
        return changeUser(request.caller, user, request.body, request.query.permanent === true);
      },
    });
  }
  server.delete(
    `${basePath}/accounts/:id/users/:userId`,
    { schema: { ...describe, summary: 'Deactivate a user of an account', params: InAccount, response: emptyResponse } },
    async (request, reply) => {
      const user = await findUserIn(request.caller, request.params.id, String(request.params.userId));
      return deactivate(reply, request.caller, user);
    },
  );

  async function listUsers(reply: FastifyReply, caller: Caller, accountId: number | undefined, query: UserListQuery) {
    const passes = createFilter(query.where, filterFields);
    const rows = (await organizations.users(requireIdentity(caller).organization.id, accountId))
      .filter((row) => query.includeInactive === true || row.active)
      .map(show)
      .filter(passes);
    if (rows.length === 0) throw new Problem('notFound', 'No users found');
    return pageOf(reply, rows, query);
  }

  async function createUser(caller: Caller, accountId: number, body: NewUserBody) {
    const secret = newUserSecret();
    const passwordHash = body.password === undefined ? null : await hashPassword(new Secret(body.password));
    const { organization } = requireIdentity(caller);
    const created = await orConflict(taken(body.email), () =>
      organizations.createUser(organization.id, {
        accountId,
        email: body.email,
        firstName: body.firstName ?? null,
        lastName: body.lastName ?? null,
        externalId: body.externalId ?? null,
        profile: profileOf(body),
        passwordHash,
        secret,
      }),
    );
    return { ...show(created), secret: secret.reveal() };
  }

  async function changeUser(caller: Caller, user: UserRecord, body: ChangedUserBody, permanent: boolean) {
    if (body.active === false && requireIdentity(caller).user.id === user.id) {
      throw new Problem('badRequest', 'You cannot deactivate yourself.');
    }
    const change: UserChange = {
      profile: { ...user.profile, ...profileOf(body) },
      email: body.email,
      firstName: body.firstName,
      lastName: body.lastName,
      externalId: body.externalId,
      active: body.active,
      passwordHash: body.password === undefined ? undefined : await hashPassword(new Secret(body.password)),
    };
    const changed = await orConflict(taken(body.email), () =>
      organizations.updateUser(user.organizationId, user.id, change),
    );
    if (body.active === false || body.password !== undefined) await signIn.endSessions(user.id);
    if (body.active === false && permanent) {
      await instances.removeAll({ organizationId: user.organizationId, accountId: user.accountId }, user.id);
    }
    return show(changed);
  }

  async function deactivate(reply: FastifyReply, caller: Caller, user: UserRecord) {
    await changeUser(caller, user, { active: false }, false);
    return reply.send();
  }

  /** A user whom the caller may see: one of its account; from the default account, one of the organization. */
  async function findUser(caller: Caller, emailOrId: string): Promise<UserRecord> {
    const { organization, account } = requireIdentity(caller);
    const id = /^\d{1,15}$/.test(emailOrId) ? Number(emailOrId) : emailOrId;
    const found = await organizations.user(organization.id, id);
    if (found !== undefined && (account.defaultAccount || found.accountId === account.id)) return found;
    throw new Problem('notFound', `No user found with the email or id ${emailOrId}.`);
  }

  async function findUserIn(caller: Caller, accountId: number, emailOrId: string): Promise<UserRecord> {
    const user = await findUser(caller, emailOrId);
    if (user.accountId === (await findAccountId(caller, accountId))) return user;
    throw new Problem('notFound', `No user found with the email or id ${emailOrId} in account ${accountId}.`);
  }

  async function findAccountId(caller: Caller, id: number): Promise<number> {
    return (await findAccount(organizations, caller, id)).id;
  }

  async function showOwn(caller: Caller, user: UserRecord, password: string) {
    const { organization, user: self } = requireIdentity(caller);
    const candidate = await signIn.candidate(user.email);
    if (self.id !== user.id || !(await verifyPassword(password, candidate?.passwordHash ?? null))) {
      throw new Problem('forbidden', 'The secret is shown only to its own user, with the right password.');
    }
    return { ...show(user), secret: (await organizations.secretOfUser(organization.id, user.id)).reveal() };
  }
}

function profileOf(body: Partial<Record<(typeof profileMembers)[number], string | null>>): Record<string, unknown> {
  return Object.fromEntries(
    profileMembers.filter((name) => body[name] !== undefined).map((name) => [name, body[name]]),
  );
}

/** A deactivated user is read only by those who ask for inactive ones. */
function refuseInactive(user: UserRecord, query: { includeInactive?: boolean }): void {
  if (user.active || query.includeInactive === true) return;
  throw new Problem('notFound', `No user found with the email or id ${user.email}; includeInactive=true finds it.`);
}

function taken(email: string | undefined): string {
  return `There is already a user with the email ${email}.`;
}

function show(user: UserRecord): Type.Static<typeof User> {
  return {
    id: user.id,
    email: user.email,
    firstName: user.firstName,
    lastName: user.lastName,
    fullName: [user.firstName, user.lastName].filter((name) => name !== null).join(' '),
    externalId: user.externalId,
    accountId: user.accountId,
    active: user.active,
    enabled: user.active,
    password: 'secured',
    roles: [],
    ...(user.lastLoginAt === null ? {} : { lastLoginDate: user.lastLoginAt.toISOString() }),
    createdDate: user.createdAt.toISOString(),
    updatedDate: user.updatedAt.toISOString(),
    emailValid: true,
    accountExpired: false,
    accountNonExpired: true,
    accountLocked: !user.active,
    accountNonLocked: user.active,
    credentialsExpired: false,
    credentialsNonExpired: true,
    ...user.profile,
  };
}
