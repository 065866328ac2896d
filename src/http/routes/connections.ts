// Routes of hosted connections: beginning one and asking what became of it.

import { type Static, Type } from 'typebox';
import { Problem } from '../../core/errors.ts';
import type { Definition } from '../../element/define.ts';
import { Instance, instanceView } from '../../instance/view.ts';
import type { ConnectionRecord } from '../../store/hosted-connections.ts';
import { type Caller, requireIdentity } from '../caller.ts';
import type { RouteContext, Server } from '../context.ts';
import { basePath } from '../dispatch.ts';
import { secured } from '../openapi.ts';
import { Id, responses } from '../shapes.ts';
import { viewerOf } from '../viewer.ts';
import { ElementReference } from './instance.ts';

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
  const { hosted, elements, instances, clock } = context;
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
    async (request) => {
      const { user, account, organization } = requireIdentity(request.caller);
      const { name, tags, configuration = {}, instanceId, returnPath } = request.body;
      const definition = await definitionFor(request.caller, request.body);
      const begun = await hosted.begin({
        organizationId: organization.id,
        accountId: account.id,
        userId: user.id,
        definition,
        name,
        tags,
        settings: configuration,
        instanceId,
        returnPath: returnPath || undefined,
        purpose: 'api',
      });
      if ('oauthUrl' in begun) return begun;
      return { id: begun.id, instance: instanceView(begun.instance, definition, clock()) };
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
      const record = await hosted.outcome(requiredScope(request.caller), id);
      if (record === undefined) throw new Problem('notFound', `No connection found with the id ${id}.`);
      return showConnection(record);
    },
  );

  /** The element that is named, or that of the instance. */
  async function definitionFor(caller: Caller, body: Static<typeof NewConnection>): Promise<Definition> {
    const keyOrId = body.element?.key ?? String(body.element?.id ?? '');
    if (keyOrId !== '') return elements.find(keyOrId, viewerOf(caller));
    const { instanceId } = body;
    if (instanceId === undefined) throw new Problem('badRequest', 'element must have a key or an id.');
    const instance = await instances.byId(requiredScope(caller), instanceId);
    if (instance === undefined) throw new Problem('notFound', `No instance found with the id ${instanceId}.`);
    return elements.byId(instance.elementId, instance);
  }
}

/** The account whose connections a caller begins and sees. */
function requiredScope(caller: Caller): { organizationId: number; accountId: number } {
  const { organization, account } = requireIdentity(caller);
  return { organizationId: organization.id, accountId: account.id };
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
