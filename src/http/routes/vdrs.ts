// Routes of virtual data resources (VDRs), which common resources are called where they have numbers: with their
// transformations, copies, bundles, and the scripts that are kept for them.

import { Type } from 'typebox';
import { Problem } from '../../core/errors.ts';
import { openObject } from '../../element/parameter.ts';
import {
  bareDefinition,
  bareTransformation,
  joinDefinition,
  joinTransformation,
  readBundle,
} from '../../mapping/bundles.ts';
import { MappingScript, ObjectDefinition, Transformation } from '../../mapping/document.ts';
import { absentOrReadyMade, type ResourceAuthor, type WriteMode } from '../../mapping/edit-resources.ts';
import { definitionOf, mappingOf, type SeenMapping } from '../../mapping/view-resources.ts';
import type { StoredSnippet } from '../../store/common-resources.ts';
import { asGiven } from '../as-given.ts';
import { requireAdministrator } from '../caller.ts';
import type { RouteContext, Server } from '../context.ts';
import { basePath } from '../dispatch.ts';
import { secured } from '../openapi.ts';
import { pageOf } from '../pages.ts';
import {
  authorOf,
  elementNameOf,
  mappingAfter,
  nothingWritten,
  requireOwn,
  seenAfter,
  tellIgnored,
} from '../resource-place.ts';
import { emptyResponse, Id, OpenObject, PageQuery, responses } from '../shapes.ts';
import { accountOf } from '../viewer.ts';
import { createFilter } from '../where.ts';

type Document = Record<string, unknown>;

const url = `${basePath}/vdrs`;
const ById = Type.Object({ id: Type.String({ minLength: 1, maxLength: 255, description: 'its number or name' }) });
const Name = Type.String({ minLength: 1, maxLength: 255 });
const NewVdr = openObject({ ...ObjectDefinition.properties, objectName: Name });
const ListQuery = Type.Object({
  ...PageQuery,
  systemOnly: Type.Optional(Type.Boolean({ description: 'only those that come with the server' })),
  where: Type.Optional(Type.String({ description: 'CEQL on id, objectName, description, level' })),
});
const Clone = Type.Object({
  level: Type.Optional(Type.Enum(['organization', 'account'], { description: 'where the copy stands' })),
  objectName: Type.Optional(Name),
  cloneAllTransformations: Type.Optional(Type.Boolean()),
  elementKeys: Type.Optional(Type.Array(Type.String(), { description: 'the transformations of these elements only' })),
});
const Removal = Type.Object({ propagate: Type.Optional(Type.Boolean({ description: 'also its transformations' })) });
const SnippetBody = openObject({ ...MappingScript.properties, body: Type.String() });
const VdrVersion = Type.Object({ id: Type.Integer(), name: Type.String(), vdrVersion: Type.String() });

/** Adds the routes of VDRs. */
export function vdrRoutes(server: Server, context: RouteContext): void {
  resourceRoutes(server, context);
  mappingRoutes(server, context);
  bundleRoutes(server, context);
  snippetRoutes(server, context);
  versionRoutes(server, context);
}

const describe = { tags: ['Common resources'], security: secured.secrets };

/** One VDR of somebody. Throws a Problem (404) when there is none. */
async function findVdr({ viewResources, systemResources }: RouteContext, author: ResourceAuthor, idOrName: string) {
  const seen = await viewResources.find(author, idOrName);
  if (seen === undefined) throw absentOrReadyMade(systemResources, idOrName);
  return seen;
}

function resourceRoutes(server: Server, context: RouteContext): void {
  const { editResources, viewResources, systemResources, limits } = context;
  const given = { bodyLimit: limits.elementBodyBytes, validatorCompiler: asGiven };
  const show = async (author: ResourceAuthor, idOrName: string) =>
    definitionOf(await findVdr(context, author, idOrName));

  server.get(
    url,
    {
      schema: {
        ...describe,
        summary: 'List VDRs: your own, and those that come with the server',
        querystring: ListQuery,
        response: responses(Type.Array(OpenObject)),
      },
    },
    async (request, reply) => {
      const { where, systemOnly, ...page } = request.query;
      const passes = createFilter(where, ['id', 'objectName', 'description', 'level']);
      const seen = (await viewResources.list(authorOf(request.caller))).filter(
        ({ isSystem }) => systemOnly !== true || isSystem,
      );
      return pageOf(reply, seen.map(definitionOf).filter(passes), page);
    },
  );
  server.post(
    url,
    {
      ...given,
      schema: { ...describe, summary: 'Create a VDR', body: NewVdr, response: responses(OpenObject) },
    },
    async (request, reply) => {
      const author = authorOf(request.caller);
      const definition = request.body as Document;
      const objectName = String(definition['objectName']);
      const resource = { objectName, definition, transformations: new Map() };
      const written = await editResources.write(author, [resource], { isNew: true });
      tellIgnored(reply, written.ignored);
      return definitionOf(await seenAfter(context, author, objectName, written));
    },
  );
  server.get(
    `${url}/:id`,
    { schema: { ...describe, summary: 'One VDR', params: ById, response: responses(OpenObject) } },
    async (request) => show(authorOf(request.caller), request.params.id),
  );
  server.put(
    `${url}/:id`,
    {
      ...given,
      schema: {
        ...describe,
        summary: 'Replace a VDR; another objectName renames it, also in its transformations',
        params: ById,
        body: ObjectDefinition,
        response: responses(OpenObject),
      },
    },
    async (request, reply) => {
      const author = authorOf(request.caller);
      const seen = await findVdr(context, author, request.params.id);
      const { objectName, isSystem } = seen;
      if (isSystem) throw absentOrReadyMade(systemResources, objectName);
      const definition = request.body as Document;
      const named = definition['objectName'];
      const newName = typeof named === 'string' && named !== '' && named !== objectName ? named : undefined;
      if (newName !== undefined) requireOwn(author, seen);
      const resource = { objectName, definition, transformations: new Map() };
      const written = await editResources.write(author, [resource], { replacesAll: true, newName });
      tellIgnored(reply, written.ignored);
      return definitionOf(await seenAfter(context, author, newName ?? objectName, written));
    },
  );
  server.delete(
    `${url}/:id`,
    {
      schema: { ...describe, summary: 'Delete a VDR', params: ById, querystring: Removal, response: emptyResponse },
    },
    async (request, reply) => {
      const author = authorOf(request.caller);
      const { objectName } = await findVdr(context, author, request.params.id);
      await editResources.removeResource(author, objectName, request.query.propagate === true);
      return reply.send();
    },
  );
  server.post(
    `${url}/:id/clone`,
    {
      schema: {
        ...describe,
        summary: 'Copy a VDR to a level of your own, with some of its transformations',
        params: ById,
        body: Clone,
        response: responses(OpenObject),
      },
    },
    async (request) => {
      const author = authorOf(request.caller);
      const seen = await findVdr(context, author, request.params.id);
      const { level = author.ofOrganization ? 'organization' : 'account', elementKeys = [] } = request.body;
      const { cloneAllTransformations = false, objectName = seen.objectName } = request.body;
      if (level === 'organization' && !author.ofOrganization) {
        throw new Problem('forbidden', 'Only users of the default account write what the organization says.');
      }
      const mappings = await viewResources.mappings(author, seen.objectName);
      const known = new Set(mappings.map(({ elementKey }) => elementKey));
      const unknown = elementKeys.filter((key) => !known.has(key));
      if (unknown.length > 0) {
        throw new Problem('badRequest', `${seen.objectName} has no transformation for ${unknown.join(', ')}.`);
      }
      const isCloned = ({ elementKey }: SeenMapping) => cloneAllTransformations || elementKeys.includes(elementKey);
      const transformations = mappings
        .filter(isCloned)
        .map(({ elementKey, parts }): [string, Document] => [
          elementKey,
          { ...bareTransformation(joinTransformation(parts)), level },
        ]);
      const definition = { ...bareDefinition(joinDefinition(seen.parts)), level };
      const resource = { objectName, definition, transformations: new Map(transformations) };
      await editResources.write(author, [resource], { isNew: true });
      return show(author, objectName);
    },
  );
}

function mappingRoutes(server: Server, context: RouteContext): void {
  const { editResources, viewResources, elements, limits } = context;
  const place = `${url}/:id/transformations`;
  server.get(
    place,
    {
      schema: {
        ...describe,
        summary: 'The transformations of a VDR, one for each element',
        params: ById,
        response: responses(Type.Array(OpenObject)),
      },
    },
    async (request) => {
      const author = authorOf(request.caller);
      const seen = await findVdr(context, author, request.params.id);
      const mappings = await viewResources.mappings(author, seen.objectName);
      return mappings.map((mapping) => mappingOf(seen, mapping));
    },
  );
  server.post(
    place,
    {
      bodyLimit: limits.elementBodyBytes,
      validatorCompiler: asGiven,
      schema: {
        ...describe,
        summary: 'Create or replace the transformation of a VDR for an element (elementKey or elementId)',
        params: ById,
        body: Transformation,
        response: responses(OpenObject),
      },
    },
    async (request, reply) => {
      const author = authorOf(request.caller);
      const { objectName } = await findVdr(context, author, request.params.id);
      const body = request.body as Document;
      const element = elementNameOf(body);
      if (element === undefined) throw new Problem('badRequest', 'body has neither elementKey nor elementId.');
      const resource = { objectName, definition: undefined, transformations: new Map([[element, body]]) };
      const written = await editResources.write(author, [resource], {});
      tellIgnored(reply, written.ignored);
      return mappingAfter(context, author, { objectName, keyOrId: element }, written);
    },
  );
  server.delete(
    `${place}/:elementId`,
    {
      schema: {
        ...describe,
        summary: 'Delete the transformation of a VDR for an element',
        params: Type.Object({ ...ById.properties, elementId: Type.String({ description: 'its id or key' }) }),
        response: emptyResponse,
      },
    },
    async (request, reply) => {
      const author = authorOf(request.caller);
      const { objectName } = await findVdr(context, author, request.params.id);
      const { id, key } = await elements.find(request.params.elementId, author);
      await editResources.removeMapping(author, objectName, { id, key });
      return reply.send();
    },
  );
}

function bundleRoutes(server: Server, context: RouteContext): void {
  const { editResources, viewResources, limits } = context;
  server.get(
    `${url}/:id/export`,
    {
      schema: {
        ...describe,
        summary: 'A VDR with its transformations, as a bundle to be imported elsewhere',
        params: ById,
        response: responses(OpenObject),
      },
    },
    async (request) => {
      const author = authorOf(request.caller);
      return viewResources.bundle(author, await findVdr(context, author, request.params.id));
    },
  );
  for (const method of ['POST', 'PUT'] as const) {
    const mode: WriteMode = method === 'POST' ? { isNew: true } : {};
    server.route({
      method,
      url: `${url}/import`,
      bodyLimit: limits.elementBodyBytes,
      schema: {
        ...describe,
        summary: `Import a bundle, whole or not at all; what is there ${method === 'POST' ? 'refuses it' : 'is replaced'}`,
        description:
          'Either {vdrName, vdrVersion, definition, transformation: {<element key>: …}} or the older ' +
          '{objectDefinitions: {<object>: …}, transformations: {<element key>: {<object>: …}}}.',
        body: OpenObject,
        response: responses(OpenObject),
      },
      async handler(request, reply) {
        const author = authorOf(request.caller);
        const { resources, faults } = readBundle(request.body);
        if (faults.length > 0) throw new Problem('badRequest', `${faults.join('; ')}.`);
        const { ignored } = await editResources.write(author, resources, mode);
        tellIgnored(reply, ignored);
        const names = new Set(resources.map(({ objectName }) => objectName));
        const seen = (await viewResources.list(author)).filter(({ objectName }) => names.has(objectName));
        if (seen.length === 0 && ignored.length > 0) throw nothingWritten(ignored);
        const [first] = seen;
        if (first !== undefined && 'vdrName' in request.body) return definitionOf(first);
        return Object.fromEntries(seen.map((one) => [one.objectName, definitionOf(one)]));
      },
    });
  }
}

function snippetRoutes(server: Server, { commonResources }: RouteContext): void {
  const { snippets } = commonResources;
  const place = `${url}/snippets`;
  const params = Type.Object({ id: Id });
  const absent = (id: number) => new Problem('notFound', `No snippet found with the id ${id}.`);
  const bare = (body: object) => {
    const { id: _, createdDate: __, updatedDate: ___, ...document } = body as Document;
    return document;
  };
  server.post(
    place,
    {
      validatorCompiler: asGiven,
      schema: {
        ...describe,
        summary: 'Keep a script to be used in transformations',
        body: SnippetBody,
        response: responses(OpenObject),
      },
    },
    async (request) => snippetView(await snippets.create(accountOf(request.caller), bare(request.body))),
  );
  server.get(
    `${place}/:id`,
    { schema: { ...describe, summary: 'A kept script', params, response: responses(OpenObject) } },
    async (request) => {
      const { id } = request.params;
      const found = await snippets.find(accountOf(request.caller), id);
      if (found === undefined) throw absent(id);
      return snippetView(found);
    },
  );
  server.put(
    `${place}/:id`,
    {
      validatorCompiler: asGiven,
      schema: {
        ...describe,
        summary: 'Replace a kept script',
        params,
        body: SnippetBody,
        response: responses(OpenObject),
      },
    },
    async (request) => {
      const { id } = request.params;
      const replaced = await snippets.replace(accountOf(request.caller), id, bare(request.body));
      if (replaced === undefined) throw absent(id);
      return snippetView(replaced);
    },
  );
  server.delete(
    `${place}/:id`,
    { schema: { ...describe, summary: 'Delete a kept script', params, response: emptyResponse } },
    async (request, reply) => {
      const { id } = request.params;
      if (!(await snippets.remove(accountOf(request.caller), id))) throw absent(id);
      return reply.send();
    },
  );
}

/** What an organization's version is called; its definitions are the same in both. */
function versionRoutes(server: Server, { organizations }: RouteContext): void {
  for (const method of ['PUT', 'DELETE'] as const) {
    const vdrVersion = method === 'PUT' ? 'v2' : 'v1';
    server.route({
      method,
      url: `${url}/upgrade/v2`,
      schema: {
        ...describe,
        summary: `Call the organization’s VDRs ${vdrVersion}; nothing of them changes`,
        response: responses(VdrVersion),
      },
      async handler(request) {
        const { organization } = requireAdministrator(request.caller);
        const profile = { ...organization.profile, vdrVersion };
        const { id, name } = await organizations.updateOrganization(organization.id, { name: undefined, profile });
        return { id, name, vdrVersion };
      },
    });
  }
}

function snippetView({ id, document, createdAt, updatedAt }: StoredSnippet): Document {
  return { id, ...document, createdDate: createdAt.toISOString(), updatedDate: updatedAt.toISOString() };
}
