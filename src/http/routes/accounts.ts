// Routes of accounts: an organization's customers. Users of the default account see all, others their own.

import type { FastifyReply } from 'fastify';
import { Type } from 'typebox';
import { Problem } from '../../core/errors.ts';
import type { AccountChange, AccountRecord } from '../../store/organizations.ts';
import { type Caller, requireAdministrator, requireIdentity } from '../caller.ts';
import { orConflict } from '../conflict.ts';
import type { RouteContext, Server } from '../context.ts';
import { basePath } from '../dispatch.ts';
import { secured } from '../openapi.ts';
import { pageHeaders, readPageToken } from '../pages.ts';
import { findAccount, noAccount } from '../reachable-account.ts';
import { emptyResponse, Id, IncludeInactive, Nullable, nullableText, OpenObject, responses } from '../shapes.ts';
import { createFilter } from '../where.ts';

const AccountBody = Type.Object({
  id: Type.Integer(),
  name: Type.String(),
  description: Nullable,
  externalId: Nullable,
  companyId: Type.Integer({ description: 'the organization' }),
  active: Type.Boolean(),
  type: Type.String(),
  defaultAccount: Type.Boolean(),
  createdDate: Type.String(),
  updatedDate: Type.String(),
});
const NewAccount = Type.Object({
  externalId: Type.String({ minLength: 1, maxLength: 255 }),
  name: Type.Optional(Type.String({ minLength: 1, maxLength: 255 })),
  description: Type.Optional(nullableText({ maxLength: 4000 })),
});
const ChangedAccount = Type.Object({
  externalId: Type.Optional(Type.String({ minLength: 1, maxLength: 255 })),
  name: Type.Optional(Type.String({ minLength: 1, maxLength: 255 })),
  description: Type.Optional(nullableText({ maxLength: 4000 })),
  active: Type.Optional(Type.Boolean()),
});
const AccountQuery = Type.Object({
  where: Type.Optional(Type.String({ description: 'CEQL on id, name, externalId, active, defaultAccount' })),
  offset: Type.Optional(Type.Integer({ minimum: 0 })),
  pageSize: Type.Optional(Type.Integer({ minimum: 1, maximum: 2000 })),
  nextPage: Type.Optional(Type.String({ description: 'the Elements-Next-Page-Token of the page before' })),
  includeInactive: Type.Optional(Type.Boolean()),
});
const ById = Type.Object({ id: Id });
const Permanent = Type.Object({
  permanent: Type.Optional(
    Type.Boolean({
      description: 'deactivating also deletes the instances and common resources, and deactivates the users',
    }),
  ),
});

/** Adds the routes of accounts. */
export function accountRoutes(server: Server, context: RouteContext): void {
  const { organizations, instances, commonResources, limits } = context;
  const describe = { tags: ['Accounts'], security: secured.secrets };

  for (const ofOrganization of [false, true]) {
    const url = ofOrganization ? `${basePath}/organizations/:organizationId/accounts` : `${basePath}/accounts`;
    const owner = ofOrganization ? { organizationId: Id } : {};

    server.get(
      url,
      {
        schema: {
          ...describe,
          summary: 'List accounts',
          params: Type.Object(owner),
          querystring: AccountQuery,
          response: responses(Type.Array(AccountBody)),
        },
      },
      async (request, reply) => {
        refuseOthers(request.caller, request.params);
        return listAccounts(reply, request.caller, request.query);
      },
    );

    server.post(
      url,
      {
        schema: {
          ...describe,
          summary: 'Create an account',
          params: Type.Object(owner),
          body: NewAccount,
          response: responses(AccountBody),
        },
      },
      async (request) => {
        refuseOthers(request.caller, request.params);
        const { organization } = requireAdministrator(request.caller);
        const { externalId, name = externalId, description = null } = request.body;
        const account = { externalId, name, description, defaultAccount: false };
        return show(await orConflict(taken(externalId), () => organizations.createAccount(organization.id, account)));
      },
    );

    server.get(
      `${url}/:id`,
      {
        schema: {
          ...describe,
          summary: 'One account; an inactive one only with includeInactive',
          params: Type.Object({ ...owner, id: Id }),
          querystring: IncludeInactive,
          response: responses(AccountBody),
        },
      },
      async (request) => {
        const { id } = request.params;
        refuseOthers(request.caller, request.params);
        const account = await findAccount(organizations, request.caller, id);
        if (!account.active && request.query.includeInactive !== true) throw noAccount(id);
        return show(account);
      },
    );
  }

  for (const method of ['PUT', 'PATCH'] as const) {
    server.route({
      method,
      url: `${basePath}/accounts/:id`,
      schema: {
        ...describe,
        summary: 'Change an account',
        params: ById,
        querystring: Permanent,
        body: ChangedAccount,
        response: responses(AccountBody),
      },
      handler: async (request) => {
        requireAdministrator(request.caller);
        const account = await findAccount(organizations, request.caller, request.params.id);
        const { active } = request.body;
        if (active === false) refuseDefault(account);
        const changed = await applyChange(account, request.body);
        if (active === false && request.query.permanent === true) await eraseContents(account);
        return show(changed);
      },
    });
  }

  server.delete(
    `${basePath}/accounts/:id`,
    { schema: { ...describe, summary: 'Deactivate an account', params: ById, response: emptyResponse } },
    async (request, reply) => {
      requireAdministrator(request.caller);
      const account = await findAccount(organizations, request.caller, request.params.id);
      refuseDefault(account);
      await applyChange(account, { active: false });
      return reply.send();
    },
  );

  for (const own of [true, false]) {
    const url = `${basePath}/accounts/${own ? 'settings' : ':id/settings'}`;
    const params = own ? {} : { params: ById };
    const target = async (caller: Caller, given: unknown) => {
      if (own) return requireIdentity(caller).account;
      return findAccount(organizations, caller, (given as { id: number }).id);
    };
    server.get(
      url,
      { schema: { ...describe, summary: 'The settings of an account', ...params, response: responses(OpenObject) } },
      async (request) => (await target(request.caller, request.params)).settings,
    );
    server.route({
      method: ['POST', 'PATCH'],
      url,
      schema: {
        ...describe,
        summary: 'Change settings of an account',
        ...params,
        body: OpenObject,
        response: responses(OpenObject),
      },
      handler: async (request) => {
        refuseUnknownPolicy(request.body as Record<string, unknown>);
        const account = await target(request.caller, request.params);
        const settings = { ...account.settings, ...(request.body as Record<string, unknown>) };
        return (await applyChange(account, { settings })).settings;
      },
    });
  }

  /** An organization sees itself only. */
  function refuseOthers(caller: Caller, params: { organizationId?: unknown }): void {
    const own = requireIdentity(caller).organization.id;
    if (params.organizationId === undefined || params.organizationId === own) return;
    throw new Problem('notFound', `No organization found with the id ${params.organizationId}.`);
  }

  async function listAccounts(reply: FastifyReply, caller: Caller, query: Type.Static<typeof AccountQuery>) {
    const { organization, account } = requireIdentity(caller);
    const { where, includeInactive, offset = readPageToken(query.nextPage), pageSize = limits.pageRows } = query;
    const passes = createFilter(where, ['id', 'name', 'externalId', 'active', 'defaultAccount']);
    const rows = (await organizations.accounts(organization.id))
      .filter((row) => account.defaultAccount || row.id === account.id)
      .filter((row) => includeInactive === true || row.active)
      .map(show)
      .filter(passes);
    const page = rows.slice(offset, offset + pageSize);
    const end = offset + page.length;
    pageHeaders(reply, page.length, rows.length, end < rows.length && page.length > 0 ? end : undefined);
    return page;
  }

  function applyChange(account: AccountRecord, change: AccountChange): Promise<AccountRecord> {
    return orConflict(taken(change.externalId), () =>
      organizations.updateAccount(account.organizationId, account.id, change),
    );
  }

  async function eraseContents(account: AccountRecord): Promise<void> {
    await instances.removeAll({ organizationId: account.organizationId, accountId: account.id });
    await commonResources.removeAccount({ organizationId: account.organizationId, accountId: account.id });
    for (const user of await organizations.users(account.organizationId, account.id)) {
      await organizations.updateUser(account.organizationId, user.id, { active: false });
    }
  }
}

function refuseDefault(account: AccountRecord): void {
  if (account.defaultAccount)
    throw new Problem('badRequest', 'The default account of an organization cannot be deactivated.');
}

/** What becomes of a callback that fails: it is tried again, or waits until somebody asks for it. */
function refuseUnknownPolicy(settings: Record<string, unknown>): void {
  const policy = settings[failurePolicy];
  if (policy === undefined || policy === 'retry' || policy === 'queue') return;
  throw new Problem('badRequest', `${failurePolicy} is ${JSON.stringify(policy)}: give "retry" or "queue".`);
}

const failurePolicy = 'notification.webhook.failure.policy';

function taken(externalId: string | null | undefined): string {
  return `There is already an account with the externalId ${externalId}.`;
}

function show(account: AccountRecord) {
  return {
    id: account.id,
    name: account.name,
    description: account.description,
    externalId: account.externalId,
    companyId: account.organizationId,
    active: account.active,
    type: account.defaultAccount ? 'Default' : 'CompanyAccount',
    defaultAccount: account.defaultAccount,
    createdDate: account.createdAt.toISOString(),
    updatedDate: account.updatedAt.toISOString(),
  };
}
