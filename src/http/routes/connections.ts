// Routes of hosted connections: beginning one and asking what became of it.

import type { FastifyRequest } from 'fastify';
import { type Static, Type } from 'typebox';
import { Problem } from '../../core/errors.ts';
import type { Definition } from '../../element/define.ts';
import { noTrace } from '../../engine/trace.ts';
import { type BegunConnection, hasConsentPage } from '../../instance/hosted.ts';
import type { Provisioner } from '../../instance/provision.ts';
import { Instance } from '../../instance/view.ts';
import type { ConnectionRecord } from '../../store/hosted-connections.ts';
import type { InstanceRecord } from '../../store/instances.ts';
import { type Caller, reachableScope, requireIdentity } from '../caller.ts';
import { connectionCookie } from '../connection-cookie.ts';
import type { RouteContext, Server } from '../context.ts';
import { basePath } from '../dispatch.ts';
import { secured } from '../openapi.ts';
import { Id, responses } from '../shapes.ts';
import { showInstance } from '../shown-instance.ts';
import { viewerOf } from '../viewer.ts';
import { ElementReference } from './instance.ts';
import { provisioningEntry } from './provisioning-usage.ts';

const NewConnection = Type.Object({
  element: Type.Optional(ElementReference),
  name: Type.Optional(Type.String({ maxLength: 1000 })),
  tags: Type.Optional(Type.Array(Type.String({ maxLength: 1000 }), { maxItems: 1000 })),
  configuration: Type.Optional(Type.Record(Type.String(), Type.Unknown(), { description: 'settings by key' })),
  instanceId: Type.Optional(Type.Integer({ ...Id, description: 'an instance that is connected again in place' })),
  returnPath: Type.Optional(
    Type.String({ description: 'where the browser goes on: a path of this server; ?connection=<id> is added' }),
  ),
});
const Begun = Type.Object({
  id: Type.String({ description: 'of the connection' }),
  oauthUrl: Type.Optional(Type.String({ description: 'the address for the person’s browser' })),
  instance: Type.Optional(Instance),
});
const Connection = Type.Object({
  id: Type.String(),
  status: Type.Enum(['pending', 'connected', 'denied', 'failed']),
  elementKey: Type.String(),
  instanceId: Type.Optional(Type.Integer()),
  message: Type.Optional(Type.String({ description: 'why it is not connected, and what to do next' })),
  providerMessage: Type.Optional(Type.String({ description: 'what the vendor said, in its own words' })),
});

/** Adds the routes of hosted connections. */
export function connectionRoutes(server: Server, context: RouteContext): void {
  const { hosted, elements, instances, usage, limits, clock } = context;
  const describe = { tags: ['OAuth'], security: secured.secrets };
  const base = `${basePath}/instances/connections`;

  server.post(
    base,
    {
      schema: {
        ...describe,
        summary: 'Connect an account; the vendor sends the person back to this server',
        body: NewConnection,
        response: responses(Begun),
      },
    },
    async (request, reply) => {
      const { user, account, organization } = requireIdentity(request.caller);
      const { name, tags, configuration = {}, instanceId, returnPath } = request.body;
      const instance = instanceId === undefined ? undefined : await findInstance(request.caller, instanceId);
      const definition = await definitionFor(request.caller, request.body.element, instance);
      const provisioner = {
        organizationId: organization.id,
        accountId: instance?.accountId ?? account.id,
        userId: user.id,
      };
      const begin = () =>
        hosted.begin({
          ...provisioner,
          definition,
          name,
          tags,
          settings: configuration,
          instanceId,
          returnPath: returnPath || undefined,
          purpose: 'api',
          // A page goes to the vendor itself; a program may hand the address to somebody else's browser.
          bindToBrowser: request.caller.fromPage,
        });
      const begun = hasConsentPage(definition) ? await begin() : await noted(request, definition, provisioner, begin);
      if ('instance' in begun) {
        return { id: begun.id, instance: showInstance(request, begun.instance, definition, clock()) };
      }
      const { id, oauthUrl, browserKey } = begun;
      if (browserKey !== undefined) {
        const secure = request.protocol === 'https';
        const seconds = limits.authorizationSeconds;
        reply.header('Set-Cookie', connectionCookie(id, browserKey, { secure, seconds }));
      }
      return { id, oauthUrl };
    },
  );

  server.get(
    `${base}/:id`,
    {
      schema: {
        ...describe,
        summary: 'What became of a connection',
        params: Type.Object({ id: Type.String() }),
        response: responses(Connection),
      },
    },
    async (request) => {
      const { id } = request.params;
      const record = await hosted.outcome(reachableScope(requireIdentity(request.caller)), id);
      if (record === undefined) throw new Problem('notFound', `No connection found with the id ${id}.`);
      return showConnection(record);
    },
  );

  async function findInstance(caller: Caller, id: number): Promise<InstanceRecord> {
    const instance = await instances.byId(reachableScope(requireIdentity(caller)), id);
    if (instance !== undefined) return instance;
    throw new Problem('notFound', `No instance found with the id ${id}.`);
  }

  /** The element that is named, or that of the instance, as its own account sees it. */
  async function definitionFor(
    caller: Caller,
    element: Static<typeof ElementReference> | undefined,
    instance: InstanceRecord | undefined,
  ): Promise<Definition> {
    const keyOrId = element?.key ?? String(element?.id ?? '');
    if (keyOrId !== '') return elements.find(keyOrId, instance ?? viewerOf(caller));
    if (instance !== undefined) return elements.byId(instance.elementId, instance);
    throw new Problem('badRequest', 'element must have a key or an id.');
  }

  /** What is connected at once leaves a usage record, as `POST /instances` does; the others leave one when they end. */
  async function noted(
    request: FastifyRequest,
    element: Definition,
    provisioner: Provisioner,
    begin: () => Promise<BegunConnection>,
  ): Promise<BegunConnection> {
    const note = (record: InstanceRecord | undefined, status: number, error: unknown) => {
      const now = clock();
      usage.record(provisioningEntry({ request, provisioner, element, record, trace: noTrace, status, error, now }));
    };
    try {
      const begun = await begin();
      note('instance' in begun ? begun.instance : undefined, 200, undefined);
      return begun;
    } catch (error) {
      note(undefined, error instanceof Problem ? error.status : 500, error);
      throw error;
    }
  }
}

function showConnection(record: ConnectionRecord): Static<typeof Connection> {
  const { id, status, elementKey, instanceId, message, providerMessage } = record;
  return {
    id,
    status,
    elementKey,
    ...(instanceId === undefined ? {} : { instanceId }),
    ...(message === undefined ? {} : { message }),
    ...(providerMessage === undefined ? {} : { providerMessage }),
  };
}
