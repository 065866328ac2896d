// Descriptions for people and tools: of an element, of an instance's element, of a hub, and of the platform itself.

import type { FastifyRequest } from 'fastify';
import { Type } from 'typebox';
import { Problem } from '../../core/errors.ts';
import { describeElement } from '../../describe/describe-element.ts';
import { describeHub } from '../../describe/describe-hub.ts';
import { withCommonResources } from '../../describe/describe-mapped-object.ts';
import { fromOpenApi } from '../../describe/from-openapi.ts';
import { toOpenApi } from '../../describe/openapi.ts';
import { resolveReferences, withoutExtensions } from '../../describe/references.ts';
import { type ServiceAddress, serviceAddress } from '../../describe/service-address.ts';
import type { Schema, SwaggerDocument } from '../../describe/swagger.ts';
import type { Definition } from '../../element/define.ts';
import { documentedMappings, viewOf } from '../../engine/objects.ts';
import type { Mapping } from '../../mapping/mapping.ts';
import { scopeOf } from '../../mapping/resolve.ts';
import type { InstanceRecord } from '../../store/instances.ts';
import { reachableScope, requireIdentity, requireInstance } from '../caller.ts';
import type { RouteContext, Server } from '../context.ts';
import { basePath } from '../dispatch.ts';
import { secured } from '../openapi.ts';
import { Id, OpenObject, responses } from '../shapes.ts';
import { viewerOf } from '../viewer.ts';

const version = Type.Optional(
  Type.String({ pattern: '^-?\\d{1,9}$', description: 'a version of the element; -1, the default, is the latest' }),
);
const Address = {
  baseUrl: Type.Optional(
    Type.String({ maxLength: 2000, description: 'where the description says that the service is reached' }),
  ),
  format: Type.Optional(
    Type.Enum(['swagger2', 'openapi3'], { description: 'Swagger 2.0, the default, or OpenAPI 3.1' }),
  ),
};
const HubQuery = Type.Object(Address);
const DocsQuery = Type.Object({
  operationId: Type.Optional(Type.String({ description: 'only this operation, with the models that it needs' })),
  version,
  ...Address,
});
type DocsQuery = Type.Static<typeof DocsQuery>;
const ModelQuery = {
  discovery: Type.Optional(
    Type.Boolean({ description: 'taken, and without effect: models always have what the element knows' }),
  ),
  basic: Type.Optional(Type.Boolean({ description: 'only what Swagger itself defines, without x- members' })),
  version,
};
const OperationQuery = Type.Object(ModelQuery);
const DefinitionsQuery = Type.Object({
  ...ModelQuery,
  resolveReferences: Type.Optional(
    Type.Boolean({ description: 'put models in the place of references to them; one that holds itself stays named' }),
  ),
});

const operationId = Type.String();
const everything = new Set(['platform', 'all_platform', 'all']);

/** Adds the routes of descriptions. */
export function docsRoutes(server: Server, context: RouteContext): void {
  const { elements, privateElements, instances, catalog, config, mappings } = context;

  server.get(
    `${basePath}/elements/:keyOrId/docs`,
    {
      schema: {
        tags: ['Elements'],
        security: secured.open,
        summary: 'Describe an element’s API in Swagger 2.0 or OpenAPI 3.1',
        params: Type.Object({ keyOrId: Type.String({ description: 'an element’s key or id' }) }),
        querystring: DocsQuery,
        response: responses(OpenObject),
      },
    },
    async (request) => {
      const element = await elements.find(request.params.keyOrId, viewerOf(request.caller));
      return documentOf(request, element, request.query);
    },
  );

  server.get(
    `${basePath}/docs/:name`,
    {
      schema: {
        tags: ['Hubs'],
        security: secured.open,
        summary: 'Describe what the elements of a hub can do, or the platform’s own API',
        params: Type.Object({
          name: Type.String({
            description: 'a hub’s key; platform for the whole platform, or one of its resources, such as instances',
          }),
        }),
        querystring: HubQuery,
        response: responses(OpenObject),
      },
    },
    async (request) => {
      const { name } = request.params;
      const address = serviceAddress(askedAddress(request), request.query.baseUrl);
      const document = (await hubDocument(request, name, address)) ?? platformDocument(name, address);
      if (document !== undefined) return formatted(document, request.query.format);
      throw new Problem(
        'notFound',
        `Nothing is described under ${name}; GET /hubs/keys lists hubs, and platform is the whole platform.`,
      );
    },
  );

  const addresses = [
    {
      prefix: '/instances/:id',
      of: 'an instance',
      params: { id: Id },
      find: (request: FastifyRequest) => instanceById(request, Number((request.params as { id: number }).id)),
    },
    {
      prefix: '/instances',
      of: 'the instance of the element token',
      params: {},
      find: async (request: FastifyRequest) => requireInstance(request.caller),
    },
  ];
  for (const { prefix, of, params, find } of addresses) {
    const describe = { tags: ['Instances'], security: secured.secrets, response: responses(OpenObject) };
    const elementOf = async (request: FastifyRequest): Promise<Definition> => {
      requireIdentity(request.caller);
      const record: InstanceRecord = await find(request);
      return elements.byId(record.elementId, record);
    };
    server.get(
      `${basePath}${prefix}/docs`,
      {
        schema: {
          ...describe,
          summary: `Describe the API of ${of}`,
          params: Type.Object(params),
          querystring: DocsQuery,
        },
      },
      async (request) => {
        const element = await elementOf(request);
        const record = await find(request);
        const known = await mappings.of(scopeOf(record), element.key);
        return documentOf(request, element, request.query, documentedMappings(known));
      },
    );
    server.get(
      `${basePath}${prefix}/docs/:operationId`,
      {
        schema: {
          ...describe,
          summary: `Describe one operation of ${of}, with the models that it needs`,
          params: Type.Object({ ...params, operationId }),
          querystring: OperationQuery,
        },
      },
      async (request) => {
        const document = await operationDocument(request, await elementOf(request), request.query.version);
        return request.query.basic === true
          ? { ...document, definitions: basicDefinitions(document.definitions) }
          : document;
      },
    );
    server.get(
      `${basePath}${prefix}/docs/:operationId/definitions`,
      {
        schema: {
          ...describe,
          summary: `The models that one operation of ${of} needs, by their names`,
          params: Type.Object({ ...params, operationId }),
          querystring: DefinitionsQuery,
        },
      },
      async (request) => {
        const { version: asked, basic, resolveReferences: isInline } = request.query;
        const document = await operationDocument(request, await elementOf(request), asked);
        const definitions = basic === true ? basicDefinitions(document.definitions) : document.definitions;
        return isInline === true ? resolveReferences(definitions, definitions) : definitions;
      },
    );
  }

  async function instanceById(request: FastifyRequest, id: number): Promise<InstanceRecord> {
    const record = await instances.byId(reachableScope(requireIdentity(request.caller)), id);
    if (record === undefined) throw new Problem('notFound', `No instance found with the id ${id}.`);
    return record;
  }

  /** Where a request came to, or where the operator says that the server is reached. */
  function askedAddress({ host, protocol }: FastifyRequest): ServiceAddress {
    const asked = { host, basePath, schemes: [protocol] };
    if (config.publicUrl === undefined) return asked;
    const url = new URL(config.publicUrl);
    return { ...asked, host: url.host, schemes: [url.protocol.slice(0, -1)] };
  }

  /** An element as it is, or as it was in an earlier version that is still kept. */
  async function atVersion(element: Definition, asked: string | undefined): Promise<Definition> {
    if (asked === undefined || asked === '-1') return element;
    const { id, key, owner } = element;
    const stored = owner === undefined ? undefined : await privateElements.byId(owner.organizationId, id);
    if (asked === String(stored?.version ?? 1)) return element;
    const earlier = await elements.atVersion(element, Number(asked));
    if (earlier !== undefined) return earlier;
    throw new Problem(
      'notFound',
      `${key} has no version ${asked}; GET /elements/${key}/versions lists those there are.`,
    );
  }

  async function documentOf(
    request: FastifyRequest,
    current: Definition,
    query: DocsQuery,
    commonResources: readonly Mapping[] = [],
  ): Promise<Record<string, unknown>> {
    const element = await atVersion(current, query.version);
    const address = serviceAddress(askedAddress(request), query.baseUrl);
    const document = describeElement(element, { address, operationId: query.operationId });
    if (document === undefined) throw noOperation(element, query.operationId);
    if (query.operationId !== undefined) return formatted(document, query.format);
    return formatted(withCommonResources(document, element, commonResources.map(viewOf)), query.format);
  }

  async function operationDocument(
    request: FastifyRequest,
    current: Definition,
    asked: string | undefined,
  ): Promise<SwaggerDocument> {
    const element = await atVersion(current, asked);
    const name = (request.params as { operationId: string }).operationId;
    const document = describeElement(element, { address: askedAddress(request), operationId: name });
    if (document === undefined) throw noOperation(element, name);
    return document;
  }

  async function hubDocument(
    request: FastifyRequest,
    hub: string,
    address: ServiceAddress,
  ): Promise<SwaggerDocument | undefined> {
    const all = await elements.list(viewerOf(request.caller));
    const found = new Map<string, Definition>();
    for (const element of all) {
      if (element.document.hub === hub && !found.has(element.key)) found.set(element.key, element);
    }
    if (found.size === 0 && !catalog.hubs.some(({ key }) => key === hub)) return undefined;
    return describeHub(hub, [...found.values()], address);
  }

  function platformDocument(name: string, address: ServiceAddress): SwaggerDocument | undefined {
    const own = server.swagger() as unknown as Record<string, unknown>;
    return fromOpenApi(own, basePath, address, everything.has(name) ? undefined : name);
  }
}

function formatted(document: SwaggerDocument, format: string | undefined): Record<string, unknown> {
  return format === 'openapi3' ? toOpenApi(document) : { ...document };
}

function basicDefinitions(definitions: Record<string, Schema>): Record<string, Schema> {
  const basic = Object.entries(definitions).map(([name, schema]) => [name, withoutExtensions(schema)]);
  return Object.fromEntries(basic);
}

function noOperation({ key }: Definition, name: string | undefined): Problem {
  return new Problem('notFound', `${key} has no operation ${name}; GET /elements/${key}/docs lists them.`);
}
