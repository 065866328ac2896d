// Routes of common resources as the console has them: one document for all levels, each field saying to which it belongs.

import { Type } from 'typebox';
import { Problem } from '../../core/errors.ts';
import { isObject } from '../../core/http.ts';
import { openObject } from '../../element/parameter.ts';
import { joinDefinition } from '../../mapping/bundles.ts';
import { ObjectDefinition } from '../../mapping/document.ts';
import { absentOrReadyMade, type ResourceAuthor, renamesOf } from '../../mapping/edit-resources.ts';
import { definitionOf, type ResourceUse, type SeenResource } from '../../mapping/view-resources.ts';
import { asGiven } from '../as-given.ts';
import type { RouteContext, Server } from '../context.ts';
import { basePath } from '../dispatch.ts';
import { secured } from '../openapi.ts';
import { authorOf, requireOwn, seenAfter, tellIgnored } from '../resource-place.ts';
import { emptyResponse, OpenObject, responses } from '../shapes.ts';

type Document = Record<string, unknown>;

const Name = Type.String({ minLength: 1, maxLength: 255 });
const ByName = Type.Object({ name: Name });
const Removal = Type.Object({
  propagate: Type.Optional(Type.Boolean({ description: 'also its transformations' })),
  force: Type.Optional(Type.Boolean({ description: 'the same' })),
});
const CommonResource = openObject({ ...ObjectDefinition.properties, name: Type.Optional(Name) });
const Usages = Type.Object({ formulaUsages: Type.Array(OpenObject) });

/** Adds the routes of common resources. */
export function commonResourceRoutes(server: Server, context: RouteContext): void {
  const { editResources, viewResources, systemResources, limits } = context;
  const describe = { tags: ['Common resources'], security: secured.secrets };
  const given = { bodyLimit: limits.elementBodyBytes, validatorCompiler: asGiven };
  const url = `${basePath}/common-resources`;

  const show = async (author: ResourceAuthor, seen: SeenResource) =>
    view(context, seen, (await viewResources.uses(author)).get(seen.objectName));
  const find = async (author: ResourceAuthor, name: string) => {
    const seen = await viewResources.find(author, name);
    if (seen === undefined) throw absentOrReadyMade(systemResources, name);
    return seen;
  };

  server.get(
    url,
    { schema: { ...describe, summary: 'List common resources', response: responses(Type.Array(OpenObject)) } },
    async (request) => {
      const author = authorOf(request.caller);
      const uses = await viewResources.uses(author);
      return (await viewResources.list(author)).map((seen) => view(context, seen, uses.get(seen.objectName)));
    },
  );
  server.put(
    url,
    {
      ...given,
      schema: {
        ...describe,
        summary: 'Create or replace a common resource',
        body: CommonResource,
        response: responses(OpenObject),
      },
    },
    async (request, reply) => {
      const author = authorOf(request.caller);
      const { name, ...definition } = request.body as Document;
      const objectName = name ?? definition['objectName'];
      if (typeof objectName !== 'string' || objectName === '') throw new Problem('badRequest', 'body has no name.');
      const resource = { objectName, definition, transformations: new Map() };
      const written = await editResources.write(author, [resource], { replacesAll: true });
      tellIgnored(reply, written.ignored);
      return show(author, await seenAfter(context, author, objectName, written));
    },
  );
  server.get(
    `${url}/:name`,
    { schema: { ...describe, summary: 'One common resource', params: ByName, response: responses(OpenObject) } },
    async (request) => {
      const author = authorOf(request.caller);
      return show(author, await find(author, request.params.name));
    },
  );
  server.patch(
    `${url}/:name`,
    {
      ...given,
      schema: {
        ...describe,
        summary: 'Change a common resource: its fields, their names (changedFields) or its own name',
        params: ByName,
        body: CommonResource,
        response: responses(OpenObject),
      },
    },
    async (request, reply) => {
      const author = authorOf(request.caller);
      const seen = await find(author, request.params.name);
      const { objectName } = seen;
      if (seen.isSystem) throw absentOrReadyMade(systemResources, objectName);
      const { name, ...change } = request.body as Document;
      const given = name ?? change['objectName'];
      const newName = typeof given === 'string' && given !== objectName ? given : undefined;
      if (newName !== undefined) requireOwn(author, seen);
      const joined = joinDefinition(seen.parts.filter(({ level }) => level !== 'system'));
      const definition = { ...joined, ...renamed(joined, change), ...change };
      const resource = { objectName, definition, transformations: new Map() };
      const written = await editResources.write(author, [resource], { newName });
      tellIgnored(reply, written.ignored);
      return show(author, await seenAfter(context, author, newName ?? objectName, written));
    },
  );
  server.delete(
    `${url}/:name`,
    {
      schema: {
        ...describe,
        summary: 'Delete a common resource',
        params: ByName,
        querystring: Removal,
        response: emptyResponse,
      },
    },
    async (request, reply) => {
      const { propagate = false, force = false } = request.query;
      await editResources.removeResource(authorOf(request.caller), request.params.name, propagate || force);
      return reply.send();
    },
  );
  server.get(
    `${url}/:name/usages`,
    {
      schema: { ...describe, summary: 'What uses a common resource', params: ByName, response: responses(Usages) },
    },
    async (request) => {
      await find(authorOf(request.caller), request.params.name);
      return { formulaUsages: [] };
    },
  );
}

/** The fields with their new paths, where a change names only those. */
function renamed(joined: Document, change: Document): Document {
  if (change['fields'] !== undefined || !Array.isArray(joined['fields'])) return {};
  const renames = renamesOf(change);
  const fields = joined['fields'].filter(isObject).map((field) => {
    const due = renames.find(
      ({ oldPath, level }) => oldPath === field['path'] && (level === undefined || level === field['level']),
    );
    return due === undefined ? field : { ...field, path: due.path };
  });
  return { fields };
}

function view({ systemResources }: RouteContext, seen: SeenResource, use: ResourceUse | undefined) {
  const { id: _, ...definition } = definitionOf(seen);
  const readyMade = systemResources.get(seen.objectName)?.transformations.keys() ?? [];
  return {
    name: seen.objectName,
    ...definition,
    elementInstanceIds: use?.instanceIds ?? [],
    mappedElementIds: use?.elementIds ?? [],
    // also those whose mapping comes with the server
    mappedElementKeys: [...new Set([...(use?.elementKeys ?? []), ...readyMade])].sort(),
  };
}
