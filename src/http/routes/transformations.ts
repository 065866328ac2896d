// Routes of transformations: where the fields of objects are found at elements, at the levels organization, account and
// instance.

import type { FastifyReply, FastifyRequest } from 'fastify';
import { Type } from 'typebox';
import { Problem } from '../../core/errors.ts';
import { Transformation } from '../../mapping/document.ts';
import { absentTransformation, absentTransformations, levelOfPlace } from '../../mapping/edit-resources.ts';
import { storedTransformationOf } from '../../mapping/view-resources.ts';
import type { ResourcePlace, StoredTransformation } from '../../store/common-resources.ts';
import { asGiven } from '../as-given.ts';
import type { RouteContext, Server } from '../context.ts';
import { basePath } from '../dispatch.ts';
import { secured } from '../openapi.ts';
import {
  authorOf,
  elementNameOf,
  mappingAfter,
  type PlaceAddress,
  parameter,
  placeAddresses,
  tellIgnored,
} from '../resource-place.ts';
import { emptyResponse, OpenObject, responses } from '../shapes.ts';

const ObjectName = Type.String({ minLength: 1, maxLength: 255 });
const Who = Type.Object({
  name: Type.String({ description: 'the object' }),
  level: Type.String(),
  element: OpenObject,
  account: Type.Optional(OpenObject),
  instance: Type.Optional(OpenObject),
});

/** Adds the routes of transformations. */
export function transformationRoutes(server: Server, context: RouteContext): void {
  const { commonResources, editResources, elements, organizations, limits } = context;
  const describe = { tags: ['Common resources'], security: secured.secrets };
  const given = { bodyLimit: limits.elementBodyBytes, validatorCompiler: asGiven };

  const readAll = async (at: ResourcePlace, elementKey: string) => {
    const stored = await commonResources.transformations({ organizationId: at.organizationId, at, elementKey });
    if (stored.length === 0) throw absentTransformations();
    return Object.fromEntries(stored.map((one) => [one.objectName, storedTransformationOf(one)]));
  };
  const read = async (at: ResourcePlace, elementKey: string, objectName: string) => {
    const { organizationId } = at;
    const [stored] = await commonResources.transformations({ organizationId, at, elementKey, objectName });
    if (stored === undefined) throw absentTransformation(objectName, elementKey);
    return storedTransformationOf(stored);
  };
  const find = async (address: PlaceAddress, request: FastifyRequest, writes: boolean) => {
    const { element, ...rest } = await address.find(request, writes);
    if (element === undefined) throw new Error('A transformation is of an element');
    return { ...rest, element };
  };

  for (const address of placeAddresses(context, true)) {
    const all = `${basePath}${address.prefix}/transformations`;
    const one = `${all}/:objectName`;
    const describeAll = { ...describe, params: Type.Object(address.params) };
    const describeOne = { ...describe, params: Type.Object({ ...address.params, objectName: ObjectName }) };

    server.get(
      all,
      { schema: { ...describeAll, summary: `The transformations of ${address.of}`, response: responses(OpenObject) } },
      async (request) => {
        const { place, element } = await find(address, request, false);
        return readAll(place, element.key);
      },
    );
    server.delete(
      all,
      { schema: { ...describeAll, summary: `Delete all transformations of ${address.of}`, response: emptyResponse } },
      async (request, reply) => {
        const { place, element } = await find(address, request, true);
        await editResources.removeTransformations(place, element.key, undefined);
        return reply.send();
      },
    );
    server.get(
      one,
      { schema: { ...describeOne, summary: `A transformation of ${address.of}`, response: responses(OpenObject) } },
      async (request) => {
        const { place, element } = await find(address, request, false);
        return read(place, element.key, parameter(request, 'objectName'));
      },
    );
    for (const method of ['POST', 'PUT'] as const) {
      server.route({
        method,
        url: one,
        ...given,
        schema: {
          ...describeOne,
          summary: `${method === 'POST' ? 'Create' : 'Replace'} a transformation of ${address.of}`,
          body: Transformation,
          response: responses(OpenObject),
        },
        async handler(request, reply: FastifyReply) {
          const { author, place, element } = await find(address, request, true);
          const objectName = parameter(request, 'objectName');
          const target = { author, place, element, objectName };
          const body = request.body as Record<string, unknown>;
          const ignored =
            method === 'POST'
              ? await editResources.createTransformation(target, body)
              : await editResources.replaceTransformation(target, body);
          tellIgnored(reply, ignored);
          return read(place, element.key, objectName);
        },
      });
    }
    server.delete(
      one,
      { schema: { ...describeOne, summary: `Delete a transformation of ${address.of}`, response: emptyResponse } },
      async (request, reply) => {
        const { place, element } = await find(address, request, true);
        await editResources.removeTransformations(place, element.key, parameter(request, 'objectName'));
        return reply.send();
      },
    );
  }

  server.put(
    `${basePath}/transformations`,
    {
      ...given,
      schema: {
        ...describe,
        summary: 'Create or replace a transformation whose entries name their levels',
        description:
          'The body says objectName and elementKey (or elementId); each field, configuration and script may name its ' +
          'level and, for an account or an instance, its associatedId. Levels that are not named stay as they are.',
        body: Transformation,
        response: responses(OpenObject),
      },
    },
    async (request, reply) => {
      const author = authorOf(request.caller);
      const body = request.body as Record<string, unknown>;
      const objectName = typeof body['objectName'] === 'string' ? body['objectName'] : '';
      const element = elementNameOf(body);
      const faults = [
        ...(objectName === '' ? ['body has no objectName'] : []),
        ...(element === undefined ? ['body has neither elementKey nor elementId'] : []),
      ];
      if (element === undefined || faults.length > 0) throw new Problem('badRequest', `${faults.join('; ')}.`);
      const transformations = new Map([[element, body]]);
      const written = await editResources.write(author, [{ objectName, definition: undefined, transformations }], {});
      tellIgnored(reply, written.ignored);
      return mappingAfter(context, author, { objectName, keyOrId: element }, written);
    },
  );

  /** Who maps what: as the caller sees it. */
  const tellWho = async (request: FastifyRequest, stored: StoredTransformation[]) => {
    const author = authorOf(request.caller);
    const isSeen = ({ place }: StoredTransformation) =>
      author.ofOrganization || place.accountId === undefined || place.accountId === author.accountId;
    const seen = stored.filter(isSeen);
    const accounts = new Map((await organizations.accounts(author.organizationId)).map((one) => [one.id, one]));
    return Promise.all(
      seen.map(async ({ objectName, elementKey, elementId, place }) => {
        const account = accounts.get(place.accountId ?? 0);
        const element = await elements.look(elementKey, author);
        return {
          name: objectName,
          level: levelOfPlace(place),
          element: {
            id: elementId,
            key: elementKey,
            ...(element === undefined ? {} : { name: element.document.name, hub: element.document.hub }),
          },
          ...(account === undefined
            ? {}
            : { account: { id: account.id, externalId: account.externalId, defaultAccount: account.defaultAccount } }),
          ...(place.instanceId === undefined ? {} : { instance: { id: place.instanceId } }),
        };
      }),
    );
  };
  server.get(
    `${basePath}/elements/:keyOrId/transformations`,
    {
      schema: {
        ...describe,
        summary: 'Which objects are mapped for an element, and by whom',
        params: Type.Object({ keyOrId: Type.String() }),
        response: responses(Type.Array(Who)),
      },
    },
    async (request) => {
      const { organizationId, accountId } = authorOf(request.caller);
      const { key } = await elements.find(request.params.keyOrId, { organizationId, accountId });
      return tellWho(request, await commonResources.transformations({ organizationId, elementKey: key }));
    },
  );
  // A client reads no list here, but an error that is one: nothing is an empty list.
  server.get(
    `${basePath}/organizations/objects/:objectName/transformations`,
    {
      schema: {
        ...describe,
        summary: 'For which elements an object is mapped, and by whom',
        params: Type.Object({ objectName: ObjectName }),
        response: responses(Type.Array(Who)),
      },
    },
    async (request) => {
      const { organizationId } = authorOf(request.caller);
      const { objectName } = request.params;
      return tellWho(request, await commonResources.transformations({ organizationId, objectName }));
    },
  );
}
