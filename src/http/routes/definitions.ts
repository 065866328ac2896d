// Routes of definitions: what objects are made of, at the levels organization, account and instance.

import type { FastifyReply } from 'fastify';
import { Type } from 'typebox';
import { Compile } from 'typebox/compile';
import { Problem } from '../../core/errors.ts';
import { isObject } from '../../core/http.ts';
import { shapeFault } from '../../element/finding.ts';
import { ObjectDefinition } from '../../mapping/document.ts';
import { absentDefinition, absentDefinitions } from '../../mapping/edit-resources.ts';
import { storedDefinitionOf } from '../../mapping/view-resources.ts';
import type { ResourcePlace } from '../../store/common-resources.ts';
import { asGiven } from '../as-given.ts';
import type { RouteContext, Server } from '../context.ts';
import { basePath } from '../dispatch.ts';
import { secured } from '../openapi.ts';
import { parameter, placeAddresses, tellIgnored } from '../resource-place.ts';
import { emptyResponse, OpenObject, responses } from '../shapes.ts';

const NewName = Type.Object({ objectName: Type.String({ minLength: 1, maxLength: 255 }) });
const check = Compile(ObjectDefinition);

/** Adds the routes of definitions. */
export function definitionRoutes(server: Server, context: RouteContext): void {
  const { commonResources, editResources, limits } = context;
  const describe = { tags: ['Common resources'], security: secured.secrets };
  const given = { bodyLimit: limits.elementBodyBytes, validatorCompiler: asGiven };

  const read = async (at: ResourcePlace, objectName: string) => {
    const [stored] = await commonResources.definitions({ organizationId: at.organizationId, at, objectName });
    if (stored === undefined) throw absentDefinition(objectName);
    return storedDefinitionOf(stored);
  };
  const readAll = async (at: ResourcePlace, names?: ReadonlySet<string>) => {
    const stored = await commonResources.definitions({ organizationId: at.organizationId, at });
    const meant = stored.filter(({ objectName }) => names?.has(objectName) ?? true);
    if (meant.length === 0 && names === undefined) throw absentDefinitions();
    return Object.fromEntries(meant.map((one) => [one.objectName, storedDefinitionOf(one)]));
  };

  for (const address of placeAddresses(context, false)) {
    const all = `${basePath}${address.prefix}/objects/definitions`;
    const one = `${basePath}${address.prefix}/objects/:objectName`;
    const params = Type.Object(address.params);
    const named = Type.Object({ ...address.params, objectName: Type.String({ minLength: 1, maxLength: 255 }) });
    const describeAll = { ...describe, params };
    const describeOne = { ...describe, params: named };

    server.get(
      all,
      { schema: { ...describeAll, summary: `The definitions of ${address.of}`, response: responses(OpenObject) } },
      async (request) => readAll((await address.find(request, false)).place),
    );
    server.post(
      all,
      {
        ...given,
        schema: {
          ...describeAll,
          summary: `Define objects of ${address.of}, by their names`,
          body: OpenObject,
          response: responses(OpenObject),
        },
      },
      async (request, reply) => {
        const { author, place } = await address.find(request, true);
        const definitions = readDictionary(request.body);
        tellIgnored(reply, await editResources.createDefinitions(author, place, definitions));
        return readAll(place, new Set(definitions.keys()));
      },
    );
    server.delete(
      all,
      { schema: { ...describeAll, summary: `Delete all definitions of ${address.of}`, response: emptyResponse } },
      async (request, reply) => {
        const { place } = await address.find(request, true);
        await editResources.removeDefinitions(place, undefined);
        return reply.send();
      },
    );

    server.get(
      `${one}/definitions`,
      { schema: { ...describeOne, summary: `A definition of ${address.of}`, response: responses(OpenObject) } },
      async (request) => read((await address.find(request, false)).place, parameter(request, 'objectName')),
    );
    for (const method of ['POST', 'PUT'] as const) {
      const verb = method === 'POST' ? 'Define' : 'Replace the definition of';
      server.route({
        method,
        url: `${one}/definitions`,
        ...given,
        schema: {
          ...describeOne,
          summary: `${verb} an object of ${address.of}`,
          body: ObjectDefinition,
          response: responses(OpenObject),
        },
        async handler(request, reply: FastifyReply) {
          const { author, place } = await address.find(request, true);
          const name = parameter(request, 'objectName');
          const body = request.body as Record<string, unknown>;
          const ignored =
            method === 'POST'
              ? await editResources.createDefinitions(author, place, new Map([[name, body]]))
              : await editResources.replaceDefinition(author, place, name, body);
          tellIgnored(reply, ignored);
          return read(place, name);
        },
      });
    }
    server.delete(
      `${one}/definitions`,
      { schema: { ...describeOne, summary: `Delete a definition of ${address.of}`, response: emptyResponse } },
      async (request, reply) => {
        const { place } = await address.find(request, true);
        await editResources.removeDefinitions(place, parameter(request, 'objectName'));
        return reply.send();
      },
    );
    server.patch(
      one,
      {
        schema: {
          ...describeOne,
          summary: `Rename an object of ${address.of}, also in its transformations`,
          body: NewName,
          response: responses(OpenObject),
        },
      },
      async (request) => {
        const { place } = await address.find(request, true);
        const { objectName } = request.body;
        await editResources.rename(place, parameter(request, 'objectName'), objectName);
        return read(place, objectName);
      },
    );
  }
}

/** Reads definitions by name; the level that may stand among them is the path's anyway. Throws a Problem with every fault. */
function readDictionary(body: object): Map<string, Record<string, unknown>> {
  const entries = Object.entries(body).filter(([name, value]) => name !== 'level' || typeof value !== 'string');
  const faults = entries.flatMap(([name, value]) => {
    const shape = check.Check(value) ? [] : check.Errors(value).map((error) => `body/${name}${shapeFault(error)}`);
    return name === '' ? ['body has an object without a name', ...shape] : shape;
  });
  if (entries.length === 0) faults.push('body names no object: send {"<object name>": {"fields": […]}}');
  if (faults.length > 0) throw new Problem('badRequest', `${faults.join('; ')}.`);
  return new Map(entries.filter((entry): entry is [string, Record<string, unknown>] => isObject(entry[1])));
}
