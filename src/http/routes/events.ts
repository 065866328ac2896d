// Where vendors send their webhooks. No credentials of ours are asked for: the element's definition says how a webhook
// shows that it comes from the vendor.

import type { IncomingHttpHeaders } from 'node:http';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { Type } from 'typebox';
import { Problem } from '../../core/errors.ts';
import type { VendorAnswer } from '../../events/receive.ts';
import { readVendorRequest } from '../../events/vendor-request.ts';
import { isStorable } from '../../store/storable.ts';
import type { RouteContext, Server } from '../context.ts';
import { basePath } from '../dispatch.ts';
import { secured } from '../openapi.ts';
import { responses } from '../shapes.ts';

/** The paths that vendors send webhooks to. */
export const eventRoutePrefix = `${basePath}/events/`;
/** The routes below it. */
export const eventRoutePaths = {
  byElement: `${eventRoutePrefix}:elementKey`,
  byInstance: `${eventRoutePrefix}:elementKey/:instance`,
};

const Received = Type.Object({ status: Type.String() });
const ByElement = Type.Object({ elementKey: Type.String() });
const ByInstance = Type.Object({
  elementKey: Type.String(),
  instance: Type.String({ description: 'the instance’s id in base64' }),
});

/** Adds the routes of incoming webhooks; most webhooks come in by `webhook-door.ts`. */
export function eventRoutes(server: Server, context: RouteContext): void {
  // A scope of its own: bodies of every type are taken as bytes, since signatures are made of them.
  server.register(async (scope) => {
    scope.removeAllContentTypeParsers();
    scope.addContentTypeParser('*', { parseAs: 'buffer' }, (_request, body, done) => done(null, body));
    for (const method of ['GET', 'POST', 'PUT'] as const) {
      const common = {
        method,
        bodyLimit: context.limits.webhookBytes,
        handler: async (request: FastifyRequest, reply: FastifyReply) => {
          const answer = await takeWebhook(context, request.params as WebhookPlace, readRequest(request));
          // The body is the vendor's, not one of ours, so that no schema may change it.
          return reply.code(answer.status).headers(answer.headers).serializer(String).send(answer.body);
        },
      };
      const described = { tags: ['Events'], security: secured.open, response: responses(Received) };
      scope.route({
        ...common,
        url: eventRoutePaths.byElement,
        schema: {
          ...described,
          summary: 'Take a webhook of a vendor; the header Element-Instances or the payload says for whom',
          params: ByElement,
        },
      });
      scope.route({
        ...common,
        url: eventRoutePaths.byInstance,
        schema: { ...described, summary: 'Take a webhook of a vendor for an instance', params: ByInstance },
      });
    }
  });
}

/** Whom the path of a webhook names. */
export interface WebhookPlace {
  elementKey: string;
  /** in base64; undefined when the request itself says it */
  instance?: string | undefined;
}

/** A webhook as the server got it. */
interface GivenRequest {
  method: string;
  headers: IncomingHttpHeaders;
  query: Record<string, string>;
  raw: Buffer;
}

/** Takes a webhook; answers when it is committed. Throws the Problems of `Receive.webhook`, and 404 for an impossible place. */
export async function takeWebhook(
  { receive }: Pick<RouteContext, 'receive'>,
  { elementKey, instance }: WebhookPlace,
  { method, headers, query, raw }: GivenRequest,
): Promise<VendorAnswer> {
  if (!isStorable(elementKey)) throw new Problem('notFound', 'There is no element with this key.');
  const instanceId = instance === undefined ? undefined : readInstance(instance);
  return receive.webhook(
    elementKey,
    instanceId,
    readVendorRequest({ method, headers: textHeaders(headers), query, raw }),
  );
}

function readInstance(text: string): number {
  const id = Number(Buffer.from(text, 'base64').toString());
  if (Number.isSafeInteger(id) && id > 0) return id;
  throw new Problem('notFound', `${text} is not the id of an instance in base64.`);
}

function readRequest(request: FastifyRequest): GivenRequest {
  const given = request.query as Record<string, string | string[]>;
  const query: Record<string, string> = {};
  for (const name in given) {
    const value = given[name] ?? '';
    query[name] = Array.isArray(value) ? (value.at(-1) ?? '') : value;
  }
  const raw = Buffer.isBuffer(request.body) ? request.body : Buffer.alloc(0);
  return { method: request.method, headers: request.headers, query, raw };
}

/** Node joins the values of headers that come twice, but for one. */
function textHeaders(headers: IncomingHttpHeaders): Record<string, string> {
  const { 'set-cookie': cookies } = headers;
  return (cookies === undefined ? headers : { ...headers, 'set-cookie': cookies.join(', ') }) as Record<string, string>;
}
