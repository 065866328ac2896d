// Routes for elements and hubs. The catalog is open; with credentials private elements are seen, too.

import { Type } from 'typebox';
import { Problem } from '../../core/errors.ts';
import { Hub } from '../../element/catalog.ts';
import { elementMetadata } from '../../element/metadata.ts';
import {
  authenticationTypes,
  elementDetail,
  elementSummary,
  providerDataSettings,
  settingView,
} from '../../element/view.ts';
import type { RouteContext, Server } from '../context.ts';
import { basePath } from '../dispatch.ts';
import { secured } from '../openapi.ts';
import { pageOf } from '../pages.ts';
import { OpenObject, PageQuery, responses } from '../shapes.ts';
import { viewerOf } from '../viewer.ts';
import { createFilter } from '../where.ts';

const KeyOrId = Type.Object({ keyOrId: Type.String({ description: 'an element’s key or id' }) });
const Expand = {
  expand: Type.Optional(Type.Boolean({ description: 'with the objects, and the events of each' })),
};
const HubKey = Type.Object({ key: Type.String() });
const Page = Type.Object(PageQuery);
const ElementQuery = Type.Object({
  ...PageQuery,
  searchText: Type.Optional(Type.String()),
  where: Type.Optional(Type.String({ description: 'CEQL on key, name, hub, active, private, extended' })),
  abridged: Type.Optional(Type.Boolean()),
});
const Elements = Type.Array(OpenObject);

/** Adds the routes of elements and hubs. */
export function catalogRoutes(server: Server, context: RouteContext): void {
  const { elements, catalog } = context;
  const describe = { tags: ['Elements'], security: secured.open };
  const describeHub = { tags: ['Hubs'], security: secured.open };

  server.get(
    `${basePath}/elements`,
    { schema: { ...describe, summary: 'List elements', querystring: ElementQuery, response: responses(Elements) } },
    async (request, reply) => {
      const { where, searchText } = request.query;
      const passes = createFilter(where, ['id', 'key', 'name', 'hub', 'active', 'private', 'extended', 'abridged']);
      const wanted = searchText?.toLowerCase();
      const found = (await elements.list(viewerOf(request.caller)))
        .map((element) => ({
          ...elementSummary(element),
          // Some clients ask for it in `where`; the list is always abridged.
          abridged: true,
          private: element.owner !== undefined,
          extended: element.extended,
          key: element.key,
          name: element.document.name,
          hub: element.document.hub,
        }))
        .filter(
          (element) =>
            wanted === undefined ||
            [element.key, element.name, element.hub].some((text) => text.toLowerCase().includes(wanted)),
        )
        .filter(passes);
      return pageOf(reply, found, request.query);
    },
  );

  server.get(
    `${basePath}/elements/keys`,
    {
      schema: {
        ...describe,
        summary: 'List element keys',
        querystring: Page,
        response: responses(Type.Array(Type.String())),
      },
    },
    async (request, reply) => {
      const all = await elements.list(viewerOf(request.caller));
      return pageOf(reply, [...new Set(all.map((element) => element.key))].sort(), request.query);
    },
  );

  server.get(
    `${basePath}/elements/metadata`,
    {
      schema: {
        ...describe,
        summary: 'What every element can do',
        querystring: Type.Object({ ...PageQuery, ...Expand }),
        response: responses(Elements),
      },
    },
    async (request, reply) => {
      const page = pageOf(reply, await elements.list(viewerOf(request.caller)), request.query);
      return page.map((element) => elementMetadata(element, { expand: request.query.expand === true }));
    },
  );

  server.get(
    `${basePath}/elements/:keyOrId`,
    { schema: { ...describe, summary: 'One element, whole', params: KeyOrId, response: responses(OpenObject) } },
    async (request) => elementDetail(await elements.find(request.params.keyOrId, viewerOf(request.caller))),
  );

  server.get(
    `${basePath}/elements/:keyOrId/configuration`,
    {
      schema: {
        ...describe,
        summary: 'The settings of an element, and what must come from the consent page',
        params: KeyOrId,
        response: responses(
          Type.Object({ configuration: Type.Array(OpenObject), providerData: Type.Array(OpenObject) }),
        ),
      },
    },
    async (request) => {
      const element = await elements.find(request.params.keyOrId, viewerOf(request.caller));
      return {
        configuration: element.document.configuration.map(settingView),
        providerData: providerDataSettings(element),
      };
    },
  );

  server.get(
    `${basePath}/elements/:keyOrId/metadata`,
    {
      schema: {
        ...describe,
        summary: 'What an element can do',
        params: KeyOrId,
        querystring: Type.Object(Expand),
        response: responses(OpenObject),
      },
    },
    async (request) => {
      const element = await elements.find(request.params.keyOrId, viewerOf(request.caller));
      return elementMetadata(element, { expand: request.query.expand === true });
    },
  );

  server.get(
    `${basePath}/elements/:keyOrId/authentication-types`,
    {
      schema: {
        ...describe,
        summary: 'The ways to authenticate at an element',
        params: KeyOrId,
        response: responses(
          Type.Object({
            defaultValue: Type.String(),
            options: Type.Array(Type.Object({ value: Type.String(), description: Type.String() })),
          }),
        ),
      },
    },
    async (request) => authenticationTypes(await elements.find(request.params.keyOrId, viewerOf(request.caller))),
  );

  server.get(
    `${basePath}/elements/:keyOrId/authentication-types/:type/configurations`,
    {
      schema: {
        ...describe,
        summary: 'The settings that one way to authenticate asks for',
        params: Type.Object({ keyOrId: Type.String(), type: Type.String() }),
        response: responses(Elements),
      },
    },
    async (request) => {
      const element = await elements.find(request.params.keyOrId, viewerOf(request.caller));
      const { type } = element.document.authentication;
      if (request.params.type !== type) {
        throw new Problem(
          'notFound',
          `${element.key} has no authentication type ${request.params.type}; it has ${type}.`,
        );
      }
      return element.document.configuration
        .filter((setting) => setting.internal !== true && setting.hideFromConsole !== true)
        .map(settingView);
    },
  );

  server.get(
    `${basePath}/hubs`,
    { schema: { ...describeHub, summary: 'List hubs', querystring: Page, response: responses(Type.Array(Hub)) } },
    async (request, reply) => pageOf(reply, catalog.hubs, request.query),
  );

  server.get(
    `${basePath}/hubs/keys`,
    {
      schema: {
        ...describeHub,
        summary: 'List hub keys',
        querystring: Page,
        response: responses(Type.Array(Type.String())),
      },
    },
    async (request, reply) =>
      pageOf(
        reply,
        catalog.hubs.map((hub) => hub.key),
        request.query,
      ),
  );

  server.get(
    `${basePath}/hubs/:key`,
    { schema: { ...describeHub, summary: 'One hub', params: HubKey, response: responses(Hub) } },
    async (request) => findHub(request.params.key),
  );

  server.get(
    `${basePath}/hubs/:key/elements`,
    {
      schema: {
        ...describeHub,
        summary: 'The elements of a hub',
        params: HubKey,
        querystring: Type.Object({
          ...PageQuery,
          hydrate: Type.Optional(Type.Boolean({ description: 'with resources' })),
        }),
        response: responses(Elements),
      },
    },
    async (request, reply) => {
      const { key } = findHub(request.params.key);
      const show = request.query.hydrate === true ? elementDetail : elementSummary;
      const found = (await elements.list(viewerOf(request.caller))).filter((element) => element.document.hub === key);
      return pageOf(reply, found.map(show), request.query);
    },
  );

  function findHub(key: string): Hub {
    const found = catalog.hubs.find((hub) => hub.key === key);
    if (found === undefined)
      throw new Problem('notFound', `No hub found with the key ${key}; GET /hubs/keys lists them.`);
    return found;
  }
}
