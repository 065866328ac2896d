// Routes of instances together: provisioning one, listing and counting them.

import type { FastifyReply, FastifyRequest } from 'fastify';
import { Type } from 'typebox';
import { Problem } from '../../core/errors.ts';
import type { Definition } from '../../element/define.ts';
import { isSecretSetting } from '../../element/settings.ts';
import { createTrace, noTrace, type Trace } from '../../engine/trace.ts';
import { requireActive } from '../../instance/provision.ts';
import { Instance } from '../../instance/view.ts';
import type { InstanceFilter, InstanceRecord, InstanceScope } from '../../store/instances.ts';
import { ownScope, reachableScope, requireIdentity } from '../caller.ts';
import type { RouteContext, Server } from '../context.ts';
import { basePath } from '../dispatch.ts';
import { secured } from '../openapi.ts';
import { pageHeaders, readPageToken } from '../pages.ts';
import { noAccount } from '../reachable-account.ts';
import { Id, PageQuery, responses } from '../shapes.ts';
import { showChanged, showInstance } from '../shown-instance.ts';
import { viewerOf } from '../viewer.ts';
import { cachingOf, NewInstance, type NewInstanceBody, NewInstanceOfElement } from './instance.ts';
import { provisioningEntry } from './provisioning-usage.ts';

const InstanceQuery = Type.Object({
  ...PageQuery,
  'tags[]': Type.Optional(Type.Array(Type.String())),
  tags: Type.Optional(Type.Array(Type.String())),
  searchText: Type.Optional(Type.String()),
  state: Type.Optional(
    Type.Enum(['valid', 'invalid', 'disabled'], {
      description: 'invalid: the vendor no longer accepts the grant; valid: neither that nor disabled',
    }),
  ),
  hydrate: Type.Optional(Type.Boolean({ description: 'false leaves configuration and element out' })),
});
const ByElement = Type.Object({ keyOrId: Type.String() });
const Instances = Type.Array(Instance);
const InstanceCount = Type.Object({
  totalInstances: Type.Integer(),
  elementInstances: Type.Record(Type.String(), Type.Integer()),
});

/** Adds the routes of instances together. */
export function instancesRoutes(server: Server, context: RouteContext): void {
  const { elements, instances, provision, usage, limits, clock } = context;
  const describe = { tags: ['Instances'], security: secured.secrets };
  const describeList = { ...describe, querystring: InstanceQuery };

  server.post(
    `${basePath}/instances`,
    { schema: { ...describe, summary: 'Provision an instance', body: NewInstance, response: responses(Instance) } },
    async (request, reply) => {
      const { key, id } = request.body.element;
      const keyOrId = key ?? String(id ?? '');
      if (keyOrId === '') throw new Problem('badRequest', 'element must have a key or an id.');
      return provisionFor(request, reply, keyOrId, request.body);
    },
  );

  server.post(
    `${basePath}/elements/:keyOrId/instances`,
    {
      schema: {
        ...describe,
        summary: 'Provision an instance of this element',
        params: ByElement,
        body: NewInstanceOfElement,
        response: responses(Instance),
      },
    },
    async (request, reply) => provisionFor(request, reply, request.params.keyOrId, request.body),
  );

  server.get(
    `${basePath}/instances`,
    {
      schema: {
        ...describeList,
        summary: 'List instances; with an element token, read its instance',
        response: responses(Type.Union([Instances, Instance])),
      },
    },
    async (request, reply) => {
      const scope = ownScope(requireIdentity(request.caller));
      if (request.caller.instance !== undefined) return show(request, request.caller.instance);
      return listInstances(request, reply, scope, {}, request.query);
    },
  );

  server.get(
    `${basePath}/elements/:keyOrId/instances`,
    {
      schema: {
        ...describeList,
        summary: 'List the instances of an element',
        params: ByElement,
        response: responses(Instances),
      },
    },
    async (request, reply) => {
      const scope = ownScope(requireIdentity(request.caller));
      const element = await elements.find(request.params.keyOrId, viewerOf(request.caller));
      return listInstances(request, reply, scope, { elementId: element.id }, request.query);
    },
  );

  server.get(
    `${basePath}/accounts/instances`,
    { schema: { ...describeList, summary: 'List the instances of your account', response: responses(Instances) } },
    async (request, reply) =>
      listInstances(request, reply, ownScope(requireIdentity(request.caller)), {}, request.query),
  );

  server.get(
    `${basePath}/accounts/:id/instances`,
    {
      schema: {
        ...describeList,
        summary: 'List the instances of an account',
        params: Type.Object({ id: Id }),
        response: responses(Instances),
      },
    },
    async (request, reply) => {
      const reachable = reachableScope(requireIdentity(request.caller));
      if (reachable.accountId !== undefined && reachable.accountId !== request.params.id) {
        throw noAccount(request.params.id);
      }
      return listInstances(request, reply, { ...reachable, accountId: request.params.id }, {}, request.query);
    },
  );

  server.get(
    `${basePath}/instances/count`,
    { schema: { ...describe, summary: 'Count instances, in all and by element', response: responses(InstanceCount) } },
    async (request) => {
      const rows = await instances.count(ownScope(requireIdentity(request.caller)));
      return {
        totalInstances: rows.reduce((sum, row) => sum + row.instances, 0),
        elementInstances: Object.fromEntries(rows.map((row) => [row.elementKey, row.instances])),
      };
    },
  );

  async function provisionFor(request: FastifyRequest, reply: FastifyReply, keyOrId: string, body: NewInstanceBody) {
    const { caller } = request;
    const { user, account, organization } = requireIdentity(caller);
    const element = await elements.find(keyOrId, viewerOf(caller));
    requireActive(element);
    const provisioner = { organizationId: organization.id, accountId: account.id, userId: user.id };
    const trace = traceOf(element, body);
    if (trace !== noTrace) reply.header('Elements-Trace-Id', request.id);
    const note = (record: InstanceRecord | undefined, status: number, error: unknown) =>
      usage.record(provisioningEntry({ request, provisioner, element, record, trace, status, error, now: clock() }));
    try {
      const record = await provision(element, provisioner, {
        name: body.name,
        tags: body.tags,
        configuration: body.configuration ?? {},
        providerData: body.providerData ?? {},
        externalAuthentication: body.externalAuthentication ?? 'none',
        oauthProxy: typeof body.oauthProxy === 'string' ? body.oauthProxy || undefined : undefined,
        caching: cachingOf(body),
        trace,
      });
      note(record, 200, undefined);
      return showChanged(request, { record, definition: element, given: body.configuration }, clock());
    } catch (error) {
      trace.add('error', () => (error instanceof Error ? error.message : String(error)));
      note(undefined, error instanceof Problem ? error.status : 500, error);
      throw error;
    }
  }

  /** `providerData.debug` asks for every step of the connection. */
  function traceOf(element: Definition, { providerData = {}, configuration = {} }: NewInstanceBody): Trace {
    if (String(providerData?.['debug']) !== 'true') return noTrace;
    const secrets = Object.entries(providerData ?? {})
      .filter(([name]) => name !== 'debug')
      .map(([, value]) => String(value));
    for (const [key, value] of Object.entries(configuration)) {
      if (isSecretSetting(element, key)) secrets.push(String(value));
    }
    return createTrace(() => secrets, clock);
  }

  async function show(request: FastifyRequest, record: InstanceRecord) {
    return showInstance(request, record, await elements.byId(record.elementId, record), clock());
  }

  async function listInstances(
    request: FastifyRequest,
    reply: FastifyReply,
    scope: InstanceScope,
    filter: InstanceFilter,
    query: Type.Static<typeof InstanceQuery>,
  ) {
    const tags = [...(query['tags[]'] ?? []), ...(query.tags ?? [])];
    const size = query.pageSize ?? limits.pageRows;
    const { rows, total } = await instances.list(
      scope,
      { ...filter, tags, searchText: query.searchText, state: query.state },
      {
        after: readPageToken(query.nextPage),
        skip: query.nextPage === undefined ? ((query.page ?? 1) - 1) * size : 0,
        limit: size + 1,
      },
    );
    if (total === 0) throw new Problem('notFound', 'No instances found.');
    const page = rows.slice(0, size);
    pageHeaders(reply, page.length, total, rows.length > page.length ? page.at(-1)?.id : undefined);
    const views = await Promise.all(page.map((record) => show(request, record)));
    return query.hydrate === false ? views.map(abridge) : views;
  }
}

/** An instance without its configuration, its element named only. */
function abridge({ configuration: _, ...view }: Type.Static<typeof Instance>) {
  const { id, key } = view.element as { id?: number; key?: string };
  return { ...view, element: { id, key } };
}
