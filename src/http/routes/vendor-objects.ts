// What is known of a vendor's objects without any account at it: what a mapping can be made of before one is connected.

import { Type } from 'typebox';
import { type FieldMetadata, objectMetadata, objectNames } from '../../engine/objects.ts';
import { listPath } from '../../engine/vendor-paths.ts';
import type { RouteContext, Server } from '../context.ts';
import { basePath } from '../dispatch.ts';
import { secured } from '../openapi.ts';
import { OpenObject, responses } from '../shapes.ts';
import { viewerOf } from '../viewer.ts';

const KeyOrId = Type.String({ minLength: 1, description: 'an element’s key or id' });
const VendorObjects = Type.Array(
  Type.Object({
    name: Type.String(),
    path: Type.Optional(
      Type.String({ description: 'where an instance lists its records, below its hub; missing where it does not' }),
    ),
  }),
);
const Fields = Type.Unsafe<{ fields: FieldMetadata[] }>(Type.Object({ fields: Type.Array(OpenObject) }));

/** Adds the routes of vendors’ objects. */
export function vendorObjectRoutes(server: Server, { elements }: RouteContext): void {
  const describe = { tags: ['Common resources'], security: secured.secrets };
  const url = `${basePath}/elements/:keyOrId/vendor-objects`;
  server.get(
    url,
    {
      schema: {
        ...describe,
        summary: 'The objects of a vendor, as transformations name them',
        params: Type.Object({ keyOrId: KeyOrId }),
        response: responses(VendorObjects),
      },
    },
    async (request) => {
      const definition = await elements.find(request.params.keyOrId, viewerOf(request.caller));
      return objectNames(definition).map((name) => {
        const path = listPath(definition, name);
        return { name, ...(path === undefined ? {} : { path }) };
      });
    },
  );
  server.get(
    `${url}/:name`,
    {
      schema: {
        ...describe,
        summary: 'The fields that the models of an element know of a vendor’s object',
        params: Type.Object({ keyOrId: KeyOrId, name: Type.String({ minLength: 1, maxLength: 255 }) }),
        response: responses(Fields),
      },
    },
    async (request) => {
      const definition = await elements.find(request.params.keyOrId, viewerOf(request.caller));
      return objectMetadata(definition, request.params.name);
    },
  );
}
