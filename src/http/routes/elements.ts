// Routes that make and change private elements as wholes.

import { Type } from 'typebox';
import { Problem } from '../../core/errors.ts';
import { elementDetail } from '../../element/view.ts';
import type { ElementAccount } from '../../store/elements.ts';
import { requireAdministrator, type requireIdentity } from '../caller.ts';
import { orConflict } from '../conflict.ts';
import type { RouteContext, Server } from '../context.ts';
import { basePath } from '../dispatch.ts';
import { secured } from '../openapi.ts';
import { emptyResponse, Id, OpenObject, responses } from '../shapes.ts';
import { accountOf, viewerOf } from '../viewer.ts';

const KeyOrId = Type.Object({ keyOrId: Type.String({ description: 'an element’s key or id' }) });
const Shared = Type.Object({ keyOrId: Type.String(), accountId: Id });
const SharedAccount = Type.Object({ id: Type.Integer() });
const Version = Type.Object({ version: Type.Integer(), createdDate: Type.String(), current: Type.Boolean() });
const Clone = Type.Union([
  Type.Object({
    key: Type.Optional(Type.String({ minLength: 1 })),
    name: Type.Optional(Type.String({ minLength: 1 })),
  }),
  Type.Null(),
]);

/** Adds the routes of private elements. */
export function elementRoutes(server: Server, context: RouteContext): void {
  const { elements, build, privateElements, limits } = context;
  const describe = { tags: ['Elements'], security: secured.secrets };
  const bodyLimit = limits.elementBodyBytes;
  const taken = (key: unknown) =>
    `Your account already has an element with the key ${typeof key === 'string' ? key : 'that its name gives'}: PUT changes it.`;

  server.post(
    `${basePath}/elements`,
    {
      bodyLimit,
      schema: {
        ...describe,
        summary: 'Create a private element of your account from a document',
        body: OpenObject,
        response: responses(OpenObject),
      },
    },
    async (request) => {
      const owner = accountOf(request.caller);
      const sent = request.body as Record<string, unknown>;
      return elementDetail(await orConflict(taken(sent['key']), () => build.create(owner, sent)));
    },
  );

  server.put(
    `${basePath}/elements/:keyOrId`,
    {
      bodyLimit,
      schema: {
        ...describe,
        summary: 'Put a document in place of that of a private element',
        params: KeyOrId,
        body: OpenObject,
        response: responses(OpenObject),
      },
    },
    async (request) => {
      const owner = accountOf(request.caller);
      const sent = request.body as Record<string, unknown>;
      return elementDetail(
        await orConflict(taken(sent['key']), () => build.replace(owner, request.params.keyOrId, sent)),
      );
    },
  );

  server.delete(
    `${basePath}/elements/:keyOrId`,
    {
      schema: {
        ...describe,
        summary: 'Delete a private element that has no instances',
        params: KeyOrId,
        response: emptyResponse,
      },
    },
    async (request, reply) => {
      await build.remove(accountOf(request.caller), request.params.keyOrId);
      return reply.send();
    },
  );

  server.get(
    `${basePath}/elements/:keyOrId/export`,
    {
      schema: {
        tags: ['Elements'],
        security: secured.open,
        summary: 'The document of an element, to be imported with POST /elements',
        params: KeyOrId,
        querystring: Type.Object({
          extendedOnly: Type.Optional(Type.Boolean({ description: 'only what your account added to the element' })),
        }),
        response: responses(OpenObject),
      },
    },
    async (request) =>
      build.exported(viewerOf(request.caller), request.params.keyOrId, request.query.extendedOnly === true),
  );

  server.post(
    `${basePath}/elements/:keyOrId/clone`,
    {
      schema: {
        ...describe,
        summary: 'Make a private copy of an element, without the keys of an application',
        params: KeyOrId,
        body: Type.Optional(Clone),
        response: responses(OpenObject),
      },
    },
    async (request) => {
      const { key, name } = request.body ?? {};
      const wanted = { ...(key === undefined ? {} : { key }), ...(name === undefined ? {} : { name }) };
      return elementDetail(
        await orConflict(taken(key), () => build.clone(accountOf(request.caller), request.params.keyOrId, wanted)),
      );
    },
  );

  for (const [method, active, summary] of [
    ['PUT', true, 'Let instances be made with a private element'],
    ['DELETE', false, 'Let no more instances be made with a private element; those that are there go on'],
  ] as const) {
    server.route({
      method,
      url: `${basePath}/elements/:keyOrId/active`,
      schema: { ...describe, summary, params: KeyOrId, response: emptyResponse },
      handler: async (request, reply) => {
        await build.setActive(accountOf(request.caller), request.params.keyOrId, active);
        return reply.send();
      },
    });
  }

  server.get(
    `${basePath}/elements/:keyOrId/versions`,
    {
      schema: {
        ...describe,
        summary: 'The versions of an element, newest first; docs?version= shows an earlier one',
        params: KeyOrId,
        response: responses(Type.Array(Version)),
      },
    },
    async (request) => {
      const viewer = accountOf(request.caller);
      const { id, owner } = await elements.find(request.params.keyOrId, viewer);
      const stored = owner === undefined ? undefined : await privateElements.byId(owner.organizationId, id);
      if (stored === undefined) return [{ version: 1, createdDate: new Date(0).toISOString(), current: true }];
      const earlier = await privateElements.versions(stored.organizationId, id);
      return [{ version: stored.version, createdAt: stored.updatedAt }, ...earlier].map(
        ({ version, createdAt }, index) => ({
          version,
          createdDate: createdAt.toISOString(),
          current: index === 0,
        }),
      );
    },
  );

  const shares = `${basePath}/elements/:keyOrId/accounts`;
  server.get(
    shares,
    {
      schema: {
        ...describe,
        summary: 'The accounts that a private element is shared with',
        params: KeyOrId,
        response: responses(Type.Array(SharedAccount)),
      },
    },
    async (request) => {
      const owner = administratorOf(request);
      const { id } = await build.own(owner, request.params.keyOrId);
      return (await privateElements.sharedWith(owner, id)).map((accountId) => ({ id: accountId }));
    },
  );
  server.get(
    `${shares}/:accountId`,
    {
      schema: {
        ...describe,
        summary: 'Whether a private element is shared with an account',
        params: Shared,
        response: responses(SharedAccount),
      },
    },
    async (request) => {
      const owner = administratorOf(request);
      const { keyOrId, accountId } = request.params;
      const { id } = await build.own(owner, keyOrId);
      if ((await privateElements.sharedWith(owner, id)).includes(accountId)) return { id: accountId };
      throw notShared(keyOrId, accountId);
    },
  );
  server.put(
    `${shares}/:accountId`,
    {
      schema: {
        ...describe,
        summary: 'Share a private element with an account of your organization',
        params: Shared,
        response: responses(SharedAccount),
      },
    },
    async (request) => {
      const owner = administratorOf(request);
      const { keyOrId, accountId } = request.params;
      const { id } = await build.own(owner, keyOrId);
      if (await privateElements.share(owner, id, accountId)) return { id: accountId };
      throw new Problem('notFound', `No account found with the id ${accountId}; GET /accounts lists them.`);
    },
  );
  server.delete(
    `${shares}/:accountId`,
    {
      schema: {
        ...describe,
        summary: 'Share a private element with an account no longer; its instances go on',
        params: Shared,
        response: emptyResponse,
      },
    },
    async (request, reply) => {
      const owner = administratorOf(request);
      const { keyOrId, accountId } = request.params;
      const { id } = await build.own(owner, keyOrId);
      if (await privateElements.unshare(owner, id, accountId)) return reply.send();
      throw notShared(keyOrId, accountId);
    },
  );

  /** Only users of the default account know the other accounts. */
  function administratorOf(request: { caller: Parameters<typeof requireIdentity>[0] }): ElementAccount {
    requireAdministrator(request.caller);
    return accountOf(request.caller);
  }
}

function notShared(keyOrId: string, accountId: number): Problem {
  return new Problem('notFound', `${keyOrId} is not shared with the account ${accountId}.`);
}
