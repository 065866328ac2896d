// Mappings tried before they are relied on, and proposed where there are none yet.

import type { FastifyRequest } from 'fastify';
import { Type } from 'typebox';
import { Problem } from '../../core/errors.ts';
import { isObject } from '../../core/http.ts';
import type { Definition } from '../../element/define.ts';
import { accountOf, type InstanceAccount } from '../../engine/account.ts';
import type { ElementAnswer, ElementCall } from '../../engine/element-call.ts';
import { findMatch, matchResource } from '../../engine/match.ts';
import { objectMetadata } from '../../engine/objects.ts';
import { noTrace } from '../../engine/trace.ts';
import { type MappingTrial, tryMapping } from '../../engine/try-mapping.ts';
import { vendorPaths } from '../../engine/vendor-paths.ts';
import { DefinitionField, ObjectDefinition, Transformation } from '../../mapping/document.ts';
import type { Mapping } from '../../mapping/mapping.ts';
import type { MappingDraft } from '../../mapping/resolve.ts';
import { type Suggestion, suggestPaths } from '../../mapping/suggest.ts';
import { reachableScope, requireIdentity } from '../caller.ts';
import type { RouteContext, Server } from '../context.ts';
import { basePath } from '../dispatch.ts';
import { secured } from '../openapi.ts';
import { OpenObject, responses } from '../shapes.ts';
import { viewerOf } from '../viewer.ts';

const optional = Type.Optional;
const KeyOrId = Type.Union([Type.String({ minLength: 1 }), Type.Integer()]);

const Where = {
  elementInstanceId: optional(Type.Integer({ description: 'the instance; its own mappings count, too' })),
  elementId: optional(Type.Unsafe<string | number>({ ...KeyOrId, description: 'or the element, by key or id' })),
};

const ExecuteBody = Type.Object({
  ...Where,
  payload: optional(OpenObject),
  recordId: optional(
    Type.String({ minLength: 1, description: 'in place of a payload: the record of the instance with this id' }),
  ),
  method: optional(
    Type.Enum(['GET', 'POST', 'PUT', 'PATCH'], { description: 'GET maps from the vendor, the others to it' }),
  ),
  level: optional(
    Type.Enum(['organization', 'account', 'instance'], {
      description: 'tries what holds at this level, more specific ones left out; definition and transformation need it',
    }),
  ),
  definition: optional({ ...ObjectDefinition, description: 'tried in place of what is saved at the level' }),
  transformation: optional({ ...Transformation, description: 'tried in place of what is saved at the level' }),
});

const Law = Type.Object({
  path: Type.String(),
  vendorPath: optional(Type.String()),
  type: optional(Type.String()),
  lawful: Type.Boolean({ description: 'what is read can be written back unchanged' }),
  reason: optional(Type.String()),
});

const Trial = Type.Unsafe<MappingTrial>(
  Type.Object({
    objectName: Type.String(),
    vendorName: Type.String(),
    direction: Type.Enum(['fromVendor', 'toVendor']),
    original: Type.Unknown(),
    transformed: optional(Type.Unknown({ description: 'missing when a script dropped the record' })),
    fields: Type.Array(
      Type.Object({
        path: Type.String(),
        from: optional(Type.String()),
        by: Type.Enum(['field', 'default', 'passThrough']),
        before: optional(Type.Unknown()),
        after: optional(Type.Unknown()),
        lost: optional(Type.String()),
      }),
    ),
    dropped: Type.Array(Type.String(), { description: 'paths of the original that nothing took up' }),
    faults: Type.Array(Type.Object({ path: Type.String(), message: Type.String() })),
    scriptFaults: Type.Array(Type.String()),
    laws: Type.Array(Law),
  }),
);

const SuggestBody = Type.Object({
  ...Where,
  vendorName: Type.String({ minLength: 1, description: 'the object of the element' }),
  fields: Type.Array(DefinitionField, { minItems: 1, maxItems: 500, description: 'those of the definition' }),
  samples: optional(Type.Array(OpenObject, { maxItems: 100, description: 'records as the vendor has them' })),
  liveSamples: optional(
    Type.Integer({ minimum: 1, maximum: 50, description: 'so many records are read from the instance, too' }),
  ),
});

const CandidatePath = Type.Object({
  vendorPath: Type.String(),
  confidence: Type.Number({ minimum: 0, maximum: 1 }),
  reason: Type.String(),
});

const Suggestions = Type.Unsafe<Suggestion[]>(
  Type.Array(
    Type.Object({
      path: Type.String(),
      best: optional({
        ...CandidatePath,
        description: 'proposed for no other field; missing where none is good enough',
      }),
      candidates: Type.Array(CandidatePath, { description: 'the best five, those of other fields among them' }),
    }),
  ),
);

/** Adds the routes that try and propose mappings. */
export function tryMappingRoutes(server: Server, context: RouteContext): void {
  const { elements, instances, engine, mappings, mappedCalls, scripts } = context;
  const schema = { tags: ['Common resources'], security: secured.secrets };

  server.post(
    `${basePath}/transformations/:objectName/execute`,
    {
      schema: {
        ...schema,
        summary: 'Tries a mapping, saved or not, on a payload or a record, field by field; nothing is written',
        params: Type.Object({ objectName: Type.String() }),
        body: ExecuteBody,
        response: responses(Trial),
      },
    },
    async (request) => {
      const { objectName } = request.params;
      const { payload, recordId, method = 'GET' } = request.body;
      if ((payload === undefined) === (recordId === undefined)) {
        throw new Problem('badRequest', 'Give either a payload or the recordId of a record of the instance.');
      }
      if (recordId !== undefined && method !== 'GET') {
        throw new Problem(
          'badRequest',
          'A record of an instance is mapped from the vendor: leave method out or give GET.',
        );
      }
      const { level, definition, transformation } = request.body;
      if (level === undefined && (definition !== undefined || transformation !== undefined)) {
        throw new Problem(
          'badRequest',
          'Say at which level the definition and the transformation would stand: give level.',
        );
      }
      const draft = level && { objectName, level, definition, transformation };
      const place = await findPlace(request, request.body);
      const mapping = await findMapping(request, place, objectName, draft);
      const path = draft === undefined ? encodeURIComponent(objectName) : vendorPathOf(place.definition, mapping);
      const record =
        payload ?? (await readRecord(request, place.account, `/${path}/${encodeURIComponent(recordId ?? '')}`));
      const { organization, account } = requireIdentity(request.caller);
      return tryMapping(mapping, record, {
        scripts,
        // a script of another account's mapping does not share a context with those of the caller
        owner: `${organization.id}/${place.account?.accountId ?? account.id}`,
        fromVendor: method === 'GET',
        configuration: {},
        signal: undefined,
      });
    },
  );

  server.post(
    `${basePath}/transformations/suggest`,
    {
      schema: {
        ...schema,
        summary: "Proposes the vendor's path of each field, from the element's models and sample records",
        body: SuggestBody,
        response: responses(Suggestions),
      },
    },
    async (request) => {
      const { vendorName, fields, samples = [], liveSamples } = request.body;
      const { definition, account } = await findPlace(request, request.body);
      const live =
        liveSamples === undefined
          ? []
          : await readRecords(request, account, `/${encodeURIComponent(vendorName)}`, liveSamples);
      const records = [...samples, ...live];
      return suggestPaths({
        fields,
        vendorFields: knownFields(definition, vendorName, records.length > 0),
        samples: records,
      });
    },
  );

  /** The element that a mapping is for, and the instance, where one is named. */
  async function findPlace(
    request: FastifyRequest,
    { elementInstanceId, elementId }: { elementInstanceId?: number; elementId?: string | number },
  ): Promise<{ definition: Definition; account: InstanceAccount | undefined }> {
    if (elementInstanceId !== undefined) {
      const record = await instances.byId(reachableScope(requireIdentity(request.caller)), elementInstanceId);
      if (record === undefined) throw new Problem('notFound', `No instance found with the id ${elementInstanceId}.`);
      const definition = await elements.byId(record.elementId, record);
      return { definition, account: accountOf(record, definition) };
    }
    if (elementId === undefined) {
      throw new Problem('badRequest', 'Say where the mapping is for: give elementInstanceId or elementId.');
    }
    return { definition: await elements.find(String(elementId), viewerOf(request.caller)), account: undefined };
  }

  async function findMapping(
    request: FastifyRequest,
    { definition, account }: { definition: Definition; account: InstanceAccount | undefined },
    objectName: string,
    draft: MappingDraft | undefined,
  ): Promise<Mapping> {
    const { organization, account: own } = requireIdentity(request.caller);
    const scope = account ?? { organizationId: organization.id, accountId: own.id, instanceId: 0 };
    const mapping =
      draft === undefined
        ? (await mappings.of(scope, definition.key))?.find(objectName)
        : await mappings.drafted(scope, definition.key, draft);
    if (mapping !== undefined) return mapping;
    throw new Problem('notFound', `No transformation of ${objectName} found for ${definition.key}: create one first.`);
  }

  /** A record as the vendor has it. */
  async function readRecord(
    request: FastifyRequest,
    account: InstanceAccount | undefined,
    path: string,
  ): Promise<unknown> {
    const { value } = await read(request, account, path, {});
    if (isObject(value)) return value;
    throw new Problem('notFound', 'The vendor gave no such record.');
  }

  async function readRecords(
    request: FastifyRequest,
    account: InstanceAccount | undefined,
    path: string,
    pageSize: number,
  ): Promise<Record<string, unknown>[]> {
    const { value } = await read(request, account, path, { pageSize: String(pageSize) });
    return Array.isArray(value) ? value.filter(isObject).slice(0, pageSize) : [];
  }

  async function read(
    request: FastifyRequest,
    account: InstanceAccount | undefined,
    path: string,
    query: ElementCall['query'],
  ): Promise<ElementAnswer> {
    if (account === undefined) {
      throw new Problem('badRequest', 'Records are read from an instance: give elementInstanceId.');
    }
    const call: ElementCall = {
      requestId: request.id,
      method: 'GET',
      path,
      query,
      headers: {},
      body: { kind: 'none' },
      signal: undefined,
      trace: noTrace,
      vendor: { milliseconds: 0, calls: 0 },
    };
    const mapped = await mappedCalls.find(account, account.definition, call);
    const asked = mapped?.call ?? call;
    return engine.call(account, findMatch(account.definition, asked), asked);
  }
}

/** How the element calls the object of a draft, as calls to it will once it is saved. */
function vendorPathOf(definition: Definition, { vendorName }: Mapping): string {
  const paths = vendorPaths(definition, vendorName);
  return paths.find((path) => matchResource(definition, 'GET', `/${path}/0`) !== undefined) ?? paths[0] ?? vendorName;
}

/** The fields that a definition knows of an object; with sample records it may know none. */
function knownFields(
  definition: Definition,
  vendorName: string,
  hasSamples: boolean,
): { path: string; type: string }[] {
  try {
    return objectMetadata(definition, vendorName).fields.map(({ vendorPath, type }) => ({ path: vendorPath, type }));
  } catch (error) {
    if (hasSamples && error instanceof Problem) return [];
    throw error;
  }
}
