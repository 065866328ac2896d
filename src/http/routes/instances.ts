// Routes of instances: provisioning, reading, changing and deleting them, by id or by the element token.

import type { FastifyReply } from 'fastify';
import { Type } from 'typebox';
import { Problem } from '../../core/errors.ts';
import type { Definition } from '../../element/define.ts';
import type { UpdateRequest } from '../../instance/update.ts';
import { Instance, InstanceSetting, instanceView, settingList } from '../../instance/view.ts';
import type { InstanceFilter, InstanceRecord, InstanceScope } from '../../store/instances.ts';
import { type Caller, ownScope, reachableScope, requireIdentity, requireInstance } from '../caller.ts';
import type { RouteContext, Server } from '../context.ts';
import { basePath } from '../dispatch.ts';
import { secured } from '../openapi.ts';
import { type PageQueryValues, pageHeaders, readPageToken } from '../pages.ts';
import { emptyResponse, Id, PageQuery, responses } from '../shapes.ts';
import { viewerOf } from './catalog.ts';

const Settings = Type.Record(Type.String(), Type.Unknown(), {
  description: 'settings by key; secrets come back as ********, and sent back so they stay as they are',
});
const InstanceWrite = {
  name: Type.Optional(Type.String({ maxLength: 1000 })),
  tags: Type.Optional(Type.Array(Type.String({ maxLength: 1000 }), { maxItems: 1000 })),
  configuration: Type.Optional(Settings),
  providerData: Type.Optional(
    Type.Union([Type.Record(Type.String(), Type.Unknown()), Type.Null()], {
      description: 'what came back from the vendor’s consent page',
    }),
  ),
  externalAuthentication: Type.Optional(Type.Enum(['none', 'initial'])),
};
const ElementReference = Type.Object({
  key: Type.Optional(Type.String()),
  id: Type.Optional(Type.Union([Type.Integer(), Type.String()])),
});
const NewInstance = Type.Object({ ...InstanceWrite, element: ElementReference });
const InstanceChange = Type.Object({ ...InstanceWrite, element: Type.Optional(ElementReference) });
type InstanceBody = Type.Static<typeof InstanceChange>;

const InstanceQuery = Type.Object({
  ...PageQuery,
  'tags[]': Type.Optional(Type.Array(Type.String())),
  tags: Type.Optional(Type.Array(Type.String())),
  searchText: Type.Optional(Type.String()),
  hydrate: Type.Optional(Type.Boolean({ description: 'false leaves configuration and element out' })),
});
const ById = Type.Object({ id: Id });
const ByElement = Type.Object({ keyOrId: Type.String() });
const ByElementAndId = Type.Object({ keyOrId: Type.String(), id: Id });
const PropertyValue = Type.Object({
  propertyValue: Type.Union([Type.String(), Type.Number(), Type.Boolean(), Type.Null()]),
});

/** Adds the routes of instances. */
export function instanceRoutes(server: Server, context: RouteContext): void {
  const { elements, instances, provision, update, remove, limits } = context;
  const describe = { tags: ['Instances'], security: secured.secrets };

  server.post(
    `${basePath}/instances`,
    { schema: { ...describe, summary: 'Provision an instance', body: NewInstance, response: responses(Instance) } },
    async (request) => {
      const { element } = request.body;
      const keyOrId = element.key ?? (element.id === undefined ? undefined : String(element.id));
      if (keyOrId === undefined || keyOrId === '') throw new Problem('badRequest', 'element must have a key or an id.');
      return provisionFor(request.caller, keyOrId, request.body);
    },
  );

  server.post(
    `${basePath}/elements/:keyOrId/instances`,
    {
      schema: {
        ...describe,
        summary: 'Provision an instance of this element',
        params: ByElement,
        body: InstanceChange,
        response: responses(Instance),
      },
    },
    async (request) => provisionFor(request.caller, request.params.keyOrId, request.body),
  );

  server.get(
    `${basePath}/instances`,
    {
      schema: {
        ...describe,
        summary: 'List instances; with an element token, its instance',
        querystring: InstanceQuery,
        response: responses(Type.Union([Type.Array(Instance), Instance])),
      },
    },
    async (request, reply) => {
      if (request.caller.instance !== undefined) return show(request.caller, request.caller.instance);
      return listInstances(reply, request.caller, ownScope(requireIdentity(request.caller)), {}, request.query);
    },
  );

  server.get(
    `${basePath}/elements/:keyOrId/instances`,
    {
      schema: {
        ...describe,
        summary: 'List the instances of an element',
        params: ByElement,
        querystring: InstanceQuery,
        response: responses(Type.Array(Instance)),
      },
    },
    async (request, reply) => {
      const scope = ownScope(requireIdentity(request.caller));
      const element = await elements.find(request.params.keyOrId, viewerOf(request.caller));
      return listInstances(reply, request.caller, scope, { elementId: element.id }, request.query);
    },
  );

  server.get(
    `${basePath}/accounts/instances`,
    {
      schema: {
        ...describe,
        summary: 'List the instances of the default account',
        querystring: InstanceQuery,
        response: responses(Type.Array(Instance)),
      },
    },
    async (request, reply) =>
      listInstances(reply, request.caller, ownScope(requireIdentity(request.caller)), {}, request.query),
  );

  server.get(
    `${basePath}/accounts/:id/instances`,
    {
      schema: {
        ...describe,
        summary: 'List the instances of an account',
        params: ById,
        querystring: InstanceQuery,
        response: responses(Type.Array(Instance)),
      },
    },
    async (request, reply) => {
      const reachable = reachableScope(requireIdentity(request.caller));
      if (reachable.accountId !== undefined && reachable.accountId !== request.params.id) {
        throw new Problem('notFound', `No account found with the id ${request.params.id}.`);
      }
      const scope = { ...reachable, accountId: request.params.id };
      return listInstances(reply, request.caller, scope, {}, request.query);
    },
  );

  server.get(
    `${basePath}/instances/count`,
    {
      schema: {
        ...describe,
        summary: 'How many instances there are, in all and by element',
        response: responses(
          Type.Object({ totalInstances: Type.Integer(), elementInstances: Type.Record(Type.String(), Type.Integer()) }),
        ),
      },
    },
    async (request) => {
      const rows = await instances.count(ownScope(requireIdentity(request.caller)));
      const known = await elements.list(viewerOf(request.caller));
      const keyOf = (id: number) => known.find((element) => element.id === id)?.key ?? String(id);
      return {
        totalInstances: rows.reduce((sum, row) => sum + row.instances, 0),
        elementInstances: Object.fromEntries(rows.map((row) => [keyOf(row.elementId), row.instances])),
      };
    },
  );

  for (const mode of ['replace', 'merge'] as const) {
    const method = mode === 'replace' ? 'PUT' : 'PATCH';
    const does = mode === 'replace' ? 'Replace' : 'Change';
    const again = 'with providerData the account is connected again';
    server.route({
      method,
      url: `${basePath}/instances/:id`,
      schema: {
        ...describe,
        summary: `${does} an instance; ${again}`,
        params: ById,
        body: InstanceChange,
        response: responses(Instance),
      },
      handler: async (request) =>
        change(request.caller, await byId(request.caller, request.params.id), mode, request.body),
    });
    server.route({
      method,
      url: `${basePath}/instances`,
      schema: {
        ...describe,
        summary: `${does} the instance of the element token; ${again}`,
        body: InstanceChange,
        response: responses(Instance),
      },
      handler: async (request) => change(request.caller, requireInstance(request.caller), mode, request.body),
    });
  }

  server.get(
    `${basePath}/instances/:id`,
    { schema: { ...describe, summary: 'One instance', params: ById, response: responses(Instance) } },
    async (request) => show(request.caller, await byId(request.caller, request.params.id)),
  );
  server.get(
    `${basePath}/elements/:keyOrId/instances/:id`,
    {
      schema: {
        ...describe,
        summary: 'One instance of this element',
        params: ByElementAndId,
        response: responses(Instance),
      },
    },
    async (request) => show(request.caller, await byElement(request.caller, request.params)),
  );
  server.put(
    `${basePath}/elements/:keyOrId/instances/:id`,
    {
      schema: {
        ...describe,
        summary: 'Replace an instance of this element',
        params: ByElementAndId,
        body: InstanceChange,
        response: responses(Instance),
      },
    },
    async (request) => change(request.caller, await byElement(request.caller, request.params), 'replace', request.body),
  );

  server.delete(
    `${basePath}/instances/:id`,
    { schema: { ...describe, summary: 'Delete an instance', params: ById, response: emptyResponse } },
    async (request, reply) => erase(reply, request.caller, await byId(request.caller, request.params.id)),
  );
  server.delete(
    `${basePath}/instances`,
    { schema: { ...describe, summary: 'Delete the instance of the element token', response: emptyResponse } },
    async (request, reply) => erase(reply, request.caller, requireInstance(request.caller)),
  );
  server.delete(
    `${basePath}/elements/:keyOrId/instances/:id`,
    {
      schema: {
        ...describe,
        summary: 'Delete an instance of this element',
        params: ByElementAndId,
        response: emptyResponse,
      },
    },
    async (request, reply) => erase(reply, request.caller, await byElement(request.caller, request.params)),
  );

  for (const disabled of [false, true]) {
    const method = disabled ? 'DELETE' : 'PUT';
    const does = disabled ? 'Disable' : 'Enable';
    server.route({
      method,
      url: `${basePath}/instances/:id/enabled`,
      schema: { ...describe, summary: `${does} an instance`, params: ById, response: emptyResponse },
      handler: async (request, reply) => setDisabled(reply, await byId(request.caller, request.params.id), disabled),
    });
    server.route({
      method,
      url: `${basePath}/instances/enabled`,
      schema: { ...describe, summary: `${does} the instance of the element token`, response: emptyResponse },
      handler: async (request, reply) => setDisabled(reply, requireInstance(request.caller), disabled),
    });
  }

  server.get(
    `${basePath}/instances/:id/configuration`,
    {
      schema: {
        ...describe,
        summary: 'The settings of an instance',
        params: ById,
        response: responses(Type.Array(InstanceSetting)),
      },
    },
    async (request) => settingsOf(request.caller, await byId(request.caller, request.params.id)),
  );
  server.get(
    `${basePath}/instances/configuration`,
    {
      schema: {
        ...describe,
        summary: 'The settings of the element token’s instance',
        response: responses(Type.Array(InstanceSetting)),
      },
    },
    async (request) => settingsOf(request.caller, requireInstance(request.caller)),
  );
  server.get(
    `${basePath}/instances/:id/configuration/:configId`,
    {
      schema: {
        ...describe,
        summary: 'One setting of an instance',
        params: Type.Object({ id: Id, configId: Type.String() }),
        response: responses(InstanceSetting),
      },
    },
    async (request) =>
      settingOf(request.caller, await byId(request.caller, request.params.id), request.params.configId),
  );
  server.get(
    `${basePath}/instances/configuration/:configId`,
    {
      schema: {
        ...describe,
        summary: 'One setting of the element token’s instance',
        params: Type.Object({ configId: Type.String() }),
        response: responses(InstanceSetting),
      },
    },
    async (request) => settingOf(request.caller, requireInstance(request.caller), request.params.configId),
  );
  server.patch(
    `${basePath}/instances/:id/configuration/:configId`,
    {
      schema: {
        ...describe,
        summary: 'Change one setting of an instance',
        params: Type.Object({ id: Id, configId: Type.String() }),
        body: PropertyValue,
        response: responses(InstanceSetting),
      },
    },
    async (request) =>
      changeSetting(
        request.caller,
        await byId(request.caller, request.params.id),
        request.params.configId,
        request.body.propertyValue,
      ),
  );
  server.patch(
    `${basePath}/instances/configuration/:configId`,
    {
      schema: {
        ...describe,
        summary: 'Change one setting of the element token’s instance',
        params: Type.Object({ configId: Type.String() }),
        body: PropertyValue,
        response: responses(InstanceSetting),
      },
    },
    async (request) =>
      changeSetting(
        request.caller,
        requireInstance(request.caller),
        request.params.configId,
        request.body.propertyValue,
      ),
  );

  async function provisionFor(caller: Caller, keyOrId: string, body: InstanceBody) {
    const { user, account, organization } = requireIdentity(caller);
    const element = await elements.find(keyOrId, viewerOf(caller));
    const provisioner = { organizationId: organization.id, accountId: account.id, userId: user.id };
    const record = await provision(element, provisioner, {
      name: body.name,
      tags: body.tags,
      configuration: body.configuration ?? {},
      providerData: body.providerData ?? {},
      externalAuthentication: body.externalAuthentication ?? 'none',
    });
    return instanceView(record, element);
  }

  async function byId(caller: Caller, id: number): Promise<InstanceRecord> {
    const record = await instances.byId(reachableScope(requireIdentity(caller)), id);
    if (record === undefined) throw new Problem('notFound', `No instance found with the id ${id}.`);
    return record;
  }

  async function byElement(caller: Caller, params: { keyOrId: string; id: number }): Promise<InstanceRecord> {
    const record = await byId(caller, params.id);
    const element = await elements.find(params.keyOrId, viewerOf(caller));
    if (record.elementId === element.id) return record;
    throw new Problem('notFound', `No instance of ${element.key} found with the id ${params.id}.`);
  }

  /** The element of an instance, seen as its own account sees it. */
  function definitionOf(record: InstanceRecord): Promise<Definition> {
    return elements.byId(record.elementId, record);
  }

  async function show(caller: Caller, record: InstanceRecord) {
    requireIdentity(caller);
    return instanceView(record, await definitionOf(record));
  }

  async function listInstances(
    reply: FastifyReply,
    caller: Caller,
    scope: InstanceScope,
    filter: InstanceFilter,
    query: PageQueryValues & { 'tags[]'?: string[]; tags?: string[]; searchText?: string; hydrate?: boolean },
  ) {
    requireIdentity(caller);
    const tags = [...(query['tags[]'] ?? []), ...(query.tags ?? [])];
    const size = query.pageSize ?? limits.pageRows;
    const { rows, total } = await instances.list(
      scope,
      { ...filter, tags, searchText: query.searchText },
      {
        after: readPageToken(query.nextPage),
        skip: query.nextPage === undefined ? ((query.page ?? 1) - 1) * size : 0,
        limit: size + 1,
      },
    );
    const page = rows.slice(0, size);
    if (total === 0) throw new Problem('notFound', 'No instances found.');
    pageHeaders(reply, page.length, total, rows.length > page.length ? page.at(-1)?.id : undefined);
    return Promise.all(
      page.map(async (record) => {
        const view = instanceView(record, await definitionOf(record));
        if (query.hydrate !== false) return view;
        const { configuration: _, ...rest } = view;
        const { id, key } = await definitionOf(record);
        return { ...rest, element: { id, key } };
      }),
    );
  }

  async function change(caller: Caller, record: InstanceRecord, mode: UpdateRequest['mode'], body: InstanceBody) {
    const definition = await definitionOf(record);
    const named = body.element?.key ?? body.element?.id;
    if (named !== undefined && (await elements.find(String(named), viewerOf(caller))).id !== definition.id) {
      throw new Problem(
        'badRequest',
        `Instance ${record.id} was made with ${definition.key} and cannot move to ${named}.`,
      );
    }
    const changed = await update(definition, record, {
      mode,
      name: body.name,
      tags: body.tags,
      configuration: body.configuration,
      providerData: body.providerData ?? {},
      externalAuthentication: body.externalAuthentication,
    });
    return instanceView(changed, definition);
  }

  async function erase(reply: FastifyReply, caller: Caller, record: InstanceRecord) {
    requireIdentity(caller);
    const failure = await remove(await definitionOf(record), record);
    if (failure !== undefined) {
      reply.header('Elements-Error', headerText(`The instance is deleted, but its token was not revoked: ${failure}`));
    }
    return reply.send();
  }

  async function setDisabled(reply: FastifyReply, record: InstanceRecord, disabled: boolean) {
    await instances.update(record.organizationId, record.id, () => ({ disabled }));
    return reply.send();
  }

  async function settingsOf(caller: Caller, record: InstanceRecord) {
    requireIdentity(caller);
    return settingList(record, await definitionOf(record));
  }

  async function settingOf(caller: Caller, record: InstanceRecord, configId: string) {
    const found = (await settingsOf(caller, record)).find(
      (setting) => String(setting.id) === configId || setting.key === configId,
    );
    if (found === undefined) throw new Problem('notFound', `No setting found with the id or key ${configId}.`);
    return found;
  }

  async function changeSetting(caller: Caller, record: InstanceRecord, configId: string, value: unknown) {
    const { key } = await settingOf(caller, record, configId);
    const definition = await definitionOf(record);
    const changed = await update(definition, record, {
      mode: 'merge',
      name: undefined,
      tags: undefined,
      configuration: { [key]: value },
      providerData: {},
      externalAuthentication: undefined,
    });
    return settingOf(caller, changed, key);
  }
}

/** Text as a header may carry it. */
function headerText(text: string): string {
  return text.replace(/[^\x20-\x7e]+/g, ' ');
}
