// Routes of one instance. Each stands under up to three addresses: by id, by the element token, and by element and id.

import type { FastifyReply, FastifyRequest, HTTPMethods } from 'fastify';
import { type TProperties, type TSchema, Type } from 'typebox';
import { Problem } from '../../core/errors.ts';
import type { Definition } from '../../element/define.ts';
import { noTrace } from '../../engine/trace.ts';
import type { CachingRequest } from '../../instance/provision.ts';
import type { UpdateRequest } from '../../instance/update.ts';
import { Instance, InstanceSetting, settingList } from '../../instance/view.ts';
import type { InstanceRecord } from '../../store/instances.ts';
import { reachableScope, requireIdentity, requireInstance } from '../caller.ts';
import type { RouteContext, Server } from '../context.ts';
import { basePath } from '../dispatch.ts';
import { secured } from '../openapi.ts';
import { emptyResponse, Id, responses } from '../shapes.ts';
import { showChanged, showInstance } from '../shown-instance.ts';
import { viewerOf } from '../viewer.ts';

/** How a body names an element. */
export const ElementReference = Type.Object({
  key: Type.Optional(Type.String()),
  id: Type.Optional(Type.Union([Type.Integer(), Type.String()])),
});
const writable = {
  name: Type.Optional(Type.String({ maxLength: 1000 })),
  tags: Type.Optional(Type.Array(Type.String({ maxLength: 1000 }), { maxItems: 1000 })),
  configuration: Type.Optional(
    Type.Record(Type.String(), Type.Unknown(), {
      description: 'settings by key; secrets come back as ********, and sent back so they stay as they are',
    }),
  ),
  providerData: Type.Optional(
    Type.Union([Type.Record(Type.String(), Type.Unknown()), Type.Null()], {
      description: 'what came back from the vendor’s consent page',
    }),
  ),
  externalAuthentication: Type.Optional(Type.Enum(['none', 'initial'])),
  cachingEnabled: Type.Optional(Type.Boolean({ description: 'keep the answers of GET calls for a while' })),
  maxCacheSize: Type.Optional(Type.Integer({ minimum: 0, maximum: 10_000, description: 'answers kept at most' })),
  cacheTimeToLive: Type.Optional(Type.Integer({ minimum: 0, maximum: 86_400, description: 'seconds' })),
};
const provisioning = {
  oauthProxy: Type.Optional(
    Type.Unknown({ description: 'the name of the OAuth proxy that the vendor sent the person back to' }),
  ),
};
/** What `POST /instances` takes. */
export const NewInstance = Type.Object({ ...writable, ...provisioning, element: ElementReference });
/** The same where the path names the element. */
export const NewInstanceOfElement = Type.Object({
  ...writable,
  ...provisioning,
  element: Type.Optional(ElementReference),
});
export type NewInstanceBody = Type.Static<typeof NewInstanceOfElement>;
/** What `PUT` and `PATCH` take. */
const InstanceChange = Type.Object({ ...writable, element: Type.Optional(ElementReference) });
type InstanceBody = Type.Static<typeof InstanceChange>;

const PropertyValue = Type.Object({
  propertyValue: Type.Union([Type.String(), Type.Number(), Type.Boolean(), Type.Null()]),
});

/** The body of `PUT …/trace-logging`, which may be left out. */
const TraceLogging = Type.Union([
  Type.Object({
    duration: Type.Optional(Type.Integer({ minimum: 1, maximum: 24 * 60, description: 'minutes; 60 if absent' })),
  }),
  Type.Null(),
]);

/** How an instance is addressed: the beginning of the path, its parameters, and where its record comes from. */
interface Address {
  prefix: string;
  of: string;
  params: TProperties;
  find(request: FastifyRequest): Promise<InstanceRecord>;
}

/** One thing that can be done to an instance. */
interface InstanceRoute<Body extends TSchema> {
  method: HTTPMethods;
  /** behind the address */
  path: string;
  summary: string;
  addresses: Address[];
  params?: TProperties;
  body?: Body;
  response: Record<string, TSchema>;
  handle(record: InstanceRecord, request: FastifyRequest<{ Body: Type.Static<Body> }>, reply: FastifyReply): unknown;
}

/** Adds the routes of one instance. */
export function instanceRoutes(server: Server, context: RouteContext): void {
  const { elements, instances, update, remove, clock } = context;

  const byId: Address = {
    prefix: '/instances/:id',
    of: 'an instance',
    params: { id: Id },
    find: async (request) => findInstance(request, Number(parameter(request, 'id'))),
  };
  const byToken: Address = {
    prefix: '/instances',
    of: 'the instance of the element token',
    params: {},
    find: async (request) => requireInstance(request.caller),
  };
  const byElement: Address = {
    prefix: '/elements/:keyOrId/instances/:id',
    of: 'an instance of this element',
    params: { keyOrId: Type.String(), id: Id },
    async find(request) {
      const record = await findInstance(request, Number(parameter(request, 'id')));
      const element = await elements.find(parameter(request, 'keyOrId'), viewerOf(request.caller));
      if (record.elementId === element.id) return record;
      throw new Problem('notFound', `No instance of ${element.key} found with the id ${record.id}.`);
    },
  };

  // By token alone this path is the list's, which answers with the token's instance.
  add({
    method: 'GET',
    path: '',
    summary: 'Read',
    addresses: [byId, byElement],
    response: responses(Instance),
    handle: async (record, request) => showInstance(request, record, await definitionOf(record), clock()),
  });
  add({
    method: 'PUT',
    path: '',
    summary: 'Replace (with providerData: connect again)',
    addresses: [byId, byToken, byElement],
    body: InstanceChange,
    response: responses(Instance),
    handle: (record, request) => change(request, record, 'replace'),
  });
  add({
    method: 'PATCH',
    path: '',
    summary: 'Change (with providerData: connect again)',
    addresses: [byId, byToken],
    body: InstanceChange,
    response: responses(Instance),
    handle: (record, request) => change(request, record, 'merge'),
  });
  add({
    method: 'DELETE',
    path: '',
    summary: 'Delete',
    addresses: [byId, byToken, byElement],
    response: emptyResponse,
    handle: (record, _request, reply) => erase(record, reply),
  });
  add({
    method: 'PUT',
    path: '/enabled',
    summary: 'Enable',
    addresses: [byId, byToken],
    response: emptyResponse,
    handle: (record, _request, reply) => setDisabled(record, false, reply),
  });
  add({
    method: 'DELETE',
    path: '/enabled',
    summary: 'Disable',
    addresses: [byId, byToken],
    response: emptyResponse,
    handle: (record, _request, reply) => setDisabled(record, true, reply),
  });
  add({
    method: 'PUT',
    path: '/trace-logging',
    summary: 'Note every step of the calls, for a while, of',
    addresses: [byId, byToken],
    body: TraceLogging,
    response: emptyResponse,
    handle: (record, request, reply) => traceUntil(record, clock() + (request.body?.duration ?? 60) * 60_000, reply),
  });
  add({
    method: 'DELETE',
    path: '/trace-logging',
    summary: 'No longer note every step of the calls of',
    addresses: [byId, byToken],
    response: emptyResponse,
    handle: (record, _request, reply) => traceUntil(record, undefined, reply),
  });
  add({
    method: 'GET',
    path: '/configuration',
    summary: 'List the settings of',
    addresses: [byId, byToken],
    response: responses(Type.Array(InstanceSetting)),
    handle: async (record) => settingList(record, await definitionOf(record)),
  });
  add({
    method: 'GET',
    path: '/configuration/:configId',
    summary: 'Read one setting of',
    addresses: [byId, byToken],
    params: { configId: Type.String({ description: 'a setting’s id or key' }) },
    response: responses(InstanceSetting),
    handle: (record, request) => settingOf(record, parameter(request, 'configId')),
  });
  add({
    method: 'PATCH',
    path: '/configuration/:configId',
    summary: 'Change one setting of',
    addresses: [byId, byToken],
    params: { configId: Type.String({ description: 'a setting’s id or key' }) },
    body: PropertyValue,
    response: responses(InstanceSetting),
    handle: (record, request) => changeSetting(record, parameter(request, 'configId'), request.body.propertyValue),
  });

  function add<Body extends TSchema>(route: InstanceRoute<Body>): void {
    for (const address of route.addresses) {
      server.route({
        method: route.method,
        url: basePath + address.prefix + route.path,
        schema: {
          tags: ['Instances'],
          security: secured.secrets,
          summary: `${route.summary} ${address.of}`,
          params: Type.Object({ ...address.params, ...route.params }),
          ...(route.body === undefined ? {} : { body: route.body }),
          response: route.response,
        },
        async handler(request, reply) {
          requireIdentity(request.caller);
          const record = await address.find(request);
          return route.handle(record, request as FastifyRequest<{ Body: Type.Static<Body> }>, reply);
        },
      });
    }
  }

  async function findInstance(request: FastifyRequest, id: number): Promise<InstanceRecord> {
    const record = await instances.byId(reachableScope(requireIdentity(request.caller)), id);
    if (record === undefined) throw new Problem('notFound', `No instance found with the id ${id}.`);
    return record;
  }

  /** The element of an instance, seen as its own account sees it. */
  function definitionOf(record: InstanceRecord): Promise<Definition> {
    return elements.byId(record.elementId, record);
  }

  async function change(
    request: FastifyRequest<{ Body: InstanceBody }>,
    record: InstanceRecord,
    mode: UpdateRequest['mode'],
  ) {
    const { body } = request;
    const definition = await definitionOf(record);
    const { element } = body;
    const named = element?.key ?? element?.id;
    if (named !== undefined && element?.key !== definition.key && String(element?.id) !== String(definition.id)) {
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
      caching: cachingOf(body),
      trace: noTrace,
    });
    const shown = { record: changed, definition, given: body.configuration, before: record };
    return showChanged(request, shown, clock());
  }

  async function erase(record: InstanceRecord, reply: FastifyReply) {
    const failure = await remove(await definitionOf(record), record);
    if (failure !== undefined) {
      reply.header('Elements-Error', headerText(`The instance is deleted, but ${failure}`));
    }
    return reply.send();
  }

  async function setDisabled(record: InstanceRecord, disabled: boolean, reply: FastifyReply) {
    await instances.update(record.organizationId, record.id, () => ({ disabled }));
    return reply.send();
  }

  async function traceUntil(record: InstanceRecord, end: number | undefined, reply: FastifyReply) {
    const traceLoggingUntil = end === undefined ? null : new Date(end);
    await instances.update(record.organizationId, record.id, () => ({ traceLoggingUntil }));
    return reply.send();
  }

  async function settingOf(record: InstanceRecord, configId: string) {
    const settings = settingList(record, await definitionOf(record));
    const found = settings.find((setting) => String(setting.id) === configId || setting.key === configId);
    if (found === undefined) throw new Problem('notFound', `No setting found with the id or key ${configId}.`);
    return found;
  }

  async function changeSetting(record: InstanceRecord, configId: string, value: unknown) {
    const { key } = await settingOf(record, configId);
    const changed = await update(await definitionOf(record), record, {
      mode: 'merge',
      name: undefined,
      tags: undefined,
      configuration: { [key]: value },
      providerData: {},
      externalAuthentication: undefined,
      caching: {},
      trace: noTrace,
    });
    return settingOf(changed, key);
  }
}

/** What a body says about keeping answers; what it does not say stays as it is. */
export function cachingOf({ cachingEnabled, maxCacheSize, cacheTimeToLive }: InstanceBody): CachingRequest {
  return { cachingEnabled, maxCacheSize, cacheTimeToLive };
}

function parameter(request: FastifyRequest<{ Body: unknown }> | FastifyRequest, name: string): string {
  return String((request.params as Record<string, unknown>)[name]);
}

/** Text as a header may carry it. */
function headerText(text: string): string {
  return text.replace(/[^\x20-\x7e]+/g, ' ');
}
