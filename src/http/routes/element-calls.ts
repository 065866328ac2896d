// Calls to elements: any method and path below a hub, with an element token.

import type { FastifyReply, FastifyRequest } from 'fastify';
import { Type } from 'typebox';
import { Problem } from '../../core/errors.ts';
import { findResource } from '../../element/define.ts';
import { accountOf } from '../../instance/account.ts';
import { requireInstance } from '../caller.ts';
import type { RouteContext, Server } from '../context.ts';
import { basePath, elementCallPath } from '../dispatch.ts';
import { secured } from '../openapi.ts';
import { responses } from '../shapes.ts';

const Pong = Type.Object({ dateTime: Type.String(), endpoint: Type.String() });

/** Adds the routes of element calls. They are reached by `dispatchUrl`, which knows an element token when it sees one. */
export function elementCallRoutes(server: Server, context: RouteContext): void {
  const { elements, engine, clock } = context;

  for (const path of ['/ping', '/hubs/:hub/ping']) {
    server.get(
      basePath + path,
      {
        schema: {
          tags: ['Element calls'],
          summary: 'Does the connected account still work; asks the vendor who one is',
          security: secured.secrets,
          ...(path === '/ping' ? {} : { params: Type.Object({ hub: Type.String() }) }),
          response: responses(Pong),
        },
      },
      async (request, reply) => reply.send((await callElement(request, reply, '/ping')) as Type.Static<typeof Pong>),
    );
  }

  server.route({
    method: ['GET', 'POST', 'PUT', 'PATCH', 'DELETE'],
    url: `${elementCallPath}/*`,
    schema: { hide: true },
    handler: async (request, reply) =>
      callElement(request, reply, new URL(request.url, 'http://server').pathname.slice(elementCallPath.length)),
  });

  async function callElement(request: FastifyRequest, reply: FastifyReply, path: string): Promise<unknown> {
    const record = requireInstance(request.caller);
    reply.header('Elements-Element-Instance-Id', record.id);
    if (record.disabled) {
      throw new Problem(
        'instanceDisabled',
        `Instance ${record.id} is disabled: PUT /instances/${record.id}/enabled enables it.`,
      );
    }
    const definition = await elements.byId(record.elementId, record);
    const resource = findResource(definition, request.method, path);
    if (resource === undefined)
      throw new Problem('notFound', `${definition.key} has no resource ${request.method} ${path}.`);
    const answer = await engine.call(accountOf(record, definition), resource);
    if (path === '/ping') return { dateTime: new Date(clock()).toISOString(), endpoint: definition.key };
    return answer;
  }
}
