// Routes of the builder: the parts of an element, one by one. Anybody sees those of the catalog; what an account adds to
// an element that is not its own is seen by that account only.

import { type TSchema, Type } from 'typebox';
import { Problem } from '../../core/errors.ts';
import { isObject } from '../../core/http.ts';
import { Resource, Setting } from '../../element/definition.ts';
import { Hook, openObject, Parameter } from '../../element/parameter.ts';
import {
  addPart,
  type Part,
  type PartPlace,
  partsAt,
  replacePart,
  requirePart,
  withParts,
} from '../../element/parts.ts';
import { isReservedSetting, reservedSettings } from '../../element/reserved-settings.ts';
import { settingView } from '../../element/view.ts';
import { asGiven } from '../as-given.ts';
import type { RouteContext, Server } from '../context.ts';
import { basePath } from '../dispatch.ts';
import { secured } from '../openapi.ts';
import { emptyResponse, Id, OpenObject, responses } from '../shapes.ts';
import { accountOf, viewerOf } from '../viewer.ts';

const Named = openObject({ name: Type.String({ minLength: 1 }) });
const Model = openObject({ name: Type.Optional(Type.String()), vendorName: Type.Optional(Type.String()) });
const AccountOnly = Type.Object({
  accountOnly: Type.Optional(Type.Boolean({ description: 'only what belongs to your account' })),
});
const Parts = Type.Array(OpenObject);

/** One kind of parts: where they stand and how they are described. */
interface Collection {
  /** below `/elements/{keyOrId}`; `:id` names the part that holds the list */
  path: string;
  list: PartPlace['list'];
  holder?: NonNullable<PartPlace['within']>['list'];
  /** what the number of a part is called in the path */
  parameter: string;
  noun: string;
  schema: TSchema;
  /** the contract has no GET of one part of some kinds; it is there all the same */
  query?: typeof AccountOnly;
}

const collections: Collection[] = [
  { path: '/parameters', list: 'parameters', parameter: 'id', noun: 'parameter', schema: Parameter },
  { path: '/hooks', list: 'hooks', parameter: 'hookId', noun: 'hook', schema: Hook },
  { path: '/resources', list: 'resources', parameter: 'id', noun: 'resource', schema: Resource, query: AccountOnly },
  {
    path: '/resources/:id/hooks',
    list: 'hooks',
    holder: 'resources',
    parameter: 'hookId',
    noun: 'hook of a resource',
    schema: Hook,
  },
  {
    path: '/resources/:id/parameters',
    list: 'parameters',
    holder: 'resources',
    parameter: 'parameterId',
    noun: 'parameter of a resource',
    schema: Parameter,
  },
  { path: '/objects', list: 'objects', parameter: 'id', noun: 'object', schema: Named, query: AccountOnly },
  {
    path: '/objects/:id/fields',
    list: 'fields',
    holder: 'objects',
    parameter: 'fieldId',
    noun: 'field of an object',
    schema: Named,
    query: AccountOnly,
  },
  { path: '/models', list: 'models', parameter: 'id', noun: 'model', schema: Model },
];

/** Adds the routes of the parts of elements. */
export function elementPartRoutes(server: Server, context: RouteContext): void {
  for (const collection of collections) collectionRoutes(server, context, collection);
  settingRoutes(server, context);
  resourceModelRoutes(server, context);
  modelRoutes(server, context);
}

/** List, create, read, replace and delete parts of one kind. */
function collectionRoutes(server: Server, { edit, limits }: RouteContext, collection: Collection): void {
  const { list, holder, parameter, noun, schema, query } = collection;
  const url = `${basePath}/elements/:keyOrId${collection.path}`;
  const params = Type.Object({
    keyOrId: Type.String({ description: 'an element’s key or id' }),
    ...(holder === undefined ? {} : { id: Id }),
  });
  const one = Type.Object({ ...params.properties, [parameter]: Id });
  const bodyLimit = limits.elementBodyBytes;
  const open = { tags: ['Element builder'], security: secured.open };
  const secret = { tags: ['Element builder'], security: secured.secrets };
  const placeOf = (given: unknown): PartPlace => {
    const { id } = given as { id?: number };
    return holder === undefined || id === undefined ? { list } : { list, within: { list: holder, id } };
  };
  const numberOf = (given: unknown) => Number((given as Record<string, unknown>)[parameter]);

  server.get(
    url,
    {
      schema: {
        ...open,
        summary: `List: ${noun}`,
        params,
        ...(query === undefined ? {} : { querystring: query }),
        response: responses(Parts),
      },
    },
    async (request) => {
      const { accountOnly } = request.query as { accountOnly?: boolean };
      return edit.list(request.params.keyOrId, viewerOf(request.caller), placeOf(request.params), { accountOnly });
    },
  );
  server.post(
    url,
    {
      bodyLimit,
      validatorCompiler: asGiven,
      schema: { ...secret, summary: `Create a ${noun}`, params, body: schema, response: responses(OpenObject) },
    },
    async (request) => {
      const element = { keyOrId: request.params.keyOrId, account: accountOf(request.caller) };
      return edit.add(element, placeOf(request.params), request.body as Part);
    },
  );
  server.get(
    `${url}/:${parameter}`,
    { schema: { ...open, summary: `One ${noun}`, params: one, response: responses(OpenObject) } },
    async (request) =>
      edit.get(keyOf(request.params), viewerOf(request.caller), placeOf(request.params), numberOf(request.params)),
  );
  server.put(
    `${url}/:${parameter}`,
    {
      bodyLimit,
      validatorCompiler: asGiven,
      schema: { ...secret, summary: `Replace a ${noun}`, params: one, body: schema, response: responses(OpenObject) },
    },
    async (request) => {
      const element = { keyOrId: keyOf(request.params), account: accountOf(request.caller) };
      return edit.replace(element, placeOf(request.params), numberOf(request.params), request.body as Part);
    },
  );
  server.delete(
    `${url}/:${parameter}`,
    { schema: { ...secret, summary: `Delete a ${noun}`, params: one, response: emptyResponse } },
    async (request, reply) => {
      const element = { keyOrId: keyOf(request.params), account: accountOf(request.caller) };
      await edit.remove(element, placeOf(request.params), numberOf(request.params));
      return reply.send();
    },
  );
}

function keyOf(params: unknown): string {
  return String((params as { keyOrId: string }).keyOrId);
}

/** Settings are named by their key. Those of the platform are there without being created, and can be changed. */
function settingRoutes(server: Server, { edit }: RouteContext): void {
  const describe = { tags: ['Element builder'], security: secured.secrets };
  const params = Type.Object({ keyOrId: Type.String() });
  const one = Type.Object({ keyOrId: Type.String(), configurationKey: Type.String() });
  const url = `${basePath}/elements/:keyOrId/configuration`;
  const place: PartPlace = { list: 'configuration' };
  const find = (document: Part, key: string) => partsAt(document, place).find((setting) => setting['key'] === key);

  server.post(
    url,
    {
      validatorCompiler: asGiven,
      schema: { ...describe, summary: 'Create a setting', params, body: Setting, response: responses(OpenObject) },
    },
    async (request) => {
      const element = { keyOrId: request.params.keyOrId, account: accountOf(request.caller) };
      const { key } = request.body;
      const document = await edit.change(element, place, (before) => addPart(before, place, request.body));
      return shown(find(document, key));
    },
  );
  server.put(
    `${url}/:configurationKey`,
    {
      validatorCompiler: asGiven,
      schema: {
        ...describe,
        summary: 'Replace a setting',
        params: one,
        body: openObject({ ...Setting.properties, key: Type.Optional(Type.String({ minLength: 1 })) }),
        response: responses(OpenObject),
      },
    },
    async (request) => {
      const { keyOrId, configurationKey } = request.params;
      const element = { keyOrId, account: accountOf(request.caller) };
      const part: Part = { ...request.body, key: request.body.key ?? configurationKey };
      const document = await edit.change(element, place, (before) => {
        const known = find(before, configurationKey);
        if (known !== undefined) return replacePart(before, place, Number(known['id']), part);
        const own = platformSetting(before, configurationKey);
        if (own === undefined || part['key'] !== configurationKey) throw noSetting(configurationKey);
        const { id: _, ...bare } = part;
        return withParts(before, place, [...partsAt(before, place), { ...own, ...bare }]);
      });
      return shown(find(document, String(part['key'])));
    },
  );
  server.delete(
    `${url}/:configurationKey`,
    {
      schema: {
        ...describe,
        summary: 'Delete a setting; one of the platform goes back to what it is by itself',
        params: one,
        response: emptyResponse,
      },
    },
    async (request, reply) => {
      const { keyOrId, configurationKey } = request.params;
      const element = { keyOrId, account: accountOf(request.caller) };
      await edit.change(element, place, (before) => {
        const known = find(before, configurationKey);
        if (known === undefined) throw noSetting(configurationKey);
        return withParts(
          before,
          place,
          partsAt(before, place).filter((setting) => setting !== known),
        );
      });
      return reply.send();
    },
  );
}

function platformSetting(document: Part, key: string): Part | undefined {
  const authentication = document['authentication'];
  const type = isObject(authentication) ? String(authentication['type']) : '';
  const found = reservedSettings(type).find((setting) => setting.key === key);
  return found ?? (isReservedSetting(key) ? { key, name: key } : undefined);
}

function shown(setting: Part | undefined): Part {
  if (setting === undefined) throw new Error('A setting that was stored is not there');
  return settingView(setting as Parameters<typeof settingView>[0]);
}

function noSetting(key: string): Problem {
  return new Problem('notFound', `No setting found with the key ${key} in this element.`);
}

/** The model of a resource: one, by its nature. */
function resourceModelRoutes(server: Server, { edit, limits }: RouteContext): void {
  const describe = { tags: ['Element builder'] };
  const params = Type.Object({ keyOrId: Type.String(), id: Id });
  const url = `${basePath}/elements/:keyOrId/resources/:id/models`;
  const place: PartPlace = { list: 'resources' };
  const noModel = (id: number) => new Problem('notFound', `No model found of the resource ${id}: POST makes one.`);

  server.get(
    url,
    {
      schema: {
        ...describe,
        security: secured.open,
        summary: 'The model of a resource',
        params,
        response: responses(OpenObject),
      },
    },
    async (request) => {
      const { keyOrId, id } = request.params;
      const { model } = await edit.get(keyOrId, viewerOf(request.caller), place, id);
      if (isObject(model)) return { id, ...model };
      throw noModel(id);
    },
  );
  server.post(
    url,
    {
      bodyLimit: limits.elementBodyBytes,
      validatorCompiler: asGiven,
      schema: {
        ...describe,
        security: secured.secrets,
        summary: 'Give a resource its model',
        params,
        body: Named,
        response: responses(OpenObject),
      },
    },
    async (request) => {
      const { keyOrId, id } = request.params;
      const { id: _, ...model } = request.body as Part;
      await changeResource(keyOrId, id, accountOf(request.caller), (resource) => ({ ...resource, model }));
      return { id, ...model };
    },
  );
  server.delete(
    url,
    {
      schema: {
        ...describe,
        security: secured.secrets,
        summary: 'Take the model of a resource away',
        params,
        response: emptyResponse,
      },
    },
    async (request, reply) => {
      const { keyOrId, id } = request.params;
      await changeResource(keyOrId, id, accountOf(request.caller), ({ model, ...resource }) => {
        if (!isObject(model)) throw noModel(id);
        return resource;
      });
      return reply.send();
    },
  );

  async function changeResource(
    keyOrId: string,
    id: number,
    account: ReturnType<typeof accountOf>,
    change: (resource: Part) => Part,
  ) {
    // As a list within the resource, so that one of the catalog is refused as its other lists are.
    const within: PartPlace = { list: 'parameters', within: { list: 'resources', id } };
    await edit.change({ keyOrId, account }, within, (document) => {
      const resource = requirePart(document, place, id);
      return withParts(
        document,
        place,
        partsAt(document, place).map((one) => (one === resource ? change(resource) : one)),
      );
    });
  }
}

/** Models of the element's own: all at once, and the fields of one. */
function modelRoutes(server: Server, { edit, limits }: RouteContext): void {
  const describe = { tags: ['Element builder'], security: secured.secrets };
  const place: PartPlace = { list: 'models' };

  server.put(
    `${basePath}/elements/:keyOrId/models`,
    {
      bodyLimit: limits.elementBodyBytes,
      validatorCompiler: asGiven,
      schema: {
        ...describe,
        summary: 'Replace all models',
        params: Type.Object({ keyOrId: Type.String() }),
        body: Type.Array(Model),
        response: responses(Parts),
      },
    },
    async (request) => {
      const element = { keyOrId: request.params.keyOrId, account: accountOf(request.caller) };
      const document = await edit.change(element, place, (before) =>
        (request.body as Part[]).reduce((whole, model) => addPart(whole, place, model), withParts(before, place, [])),
      );
      return partsAt(document, place);
    },
  );
  server.put(
    `${basePath}/elements/:keyOrId/models/:id/fields`,
    {
      bodyLimit: limits.elementBodyBytes,
      validatorCompiler: asGiven,
      schema: {
        ...describe,
        summary: 'Replace the fields of a model',
        params: Type.Object({ keyOrId: Type.String(), id: Id }),
        body: Type.Array(Model),
        response: responses(Parts),
      },
    },
    async (request) => {
      const element = { keyOrId: request.params.keyOrId, account: accountOf(request.caller) };
      const fields: PartPlace = { list: 'fields', within: { list: 'models', id: request.params.id } };
      const document = await edit.change(element, fields, (before) => {
        requirePart(before, place, request.params.id);
        return (request.body as Part[]).reduce(
          (whole, field) => addPart(whole, fields, field),
          withParts(before, fields, []),
        );
      });
      return partsAt(document, fields);
    },
  );
}
