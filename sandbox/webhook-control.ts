// The control API of what vendors send (/_sandbox/webhooks): the log, a replay, and waiting until all is sent.

import type { FastifyInstance } from 'fastify';
import { type Static, Type } from 'typebox';
import { VendorName } from './vendor-name.ts';
import type { SentWebhook } from './webhooks.ts';
import type { ControlledSandbox } from './world.ts';

const strict = { additionalProperties: false };

const Vendor = Type.Object({ vendor: Type.Optional(VendorName) }, strict);
const Replay = Type.Object({ id: Type.String({ minLength: 1 }) }, strict);

/** The routes below /_sandbox/webhooks, as README.md lists them. */
export function webhookRoutes(sandbox: ControlledSandbox): (app: FastifyInstance) => Promise<void> {
  const webhooks = () => sandbox.world().state.webhooks;
  return async (app) => {
    app.get<{ Querystring: Static<typeof Vendor> }>('/', { schema: { querystring: Vendor } }, async (request) =>
      webhooks().list(request.query.vendor).map(briefly),
    );

    app.get<{ Params: { id: string } }>(
      '/:id',
      async (request, reply) => webhooks().find(request.params.id) ?? reply.code(404).send(unknown(request.params.id)),
    );

    app.post<{ Body: Static<typeof Vendor> }>('/settle', { schema: { body: Vendor } }, async (request) => {
      const { vendor } = request.body;
      await webhooks().settled(vendor);
      return webhooks().counts(vendor);
    });

    app.post<{ Body: Static<typeof Replay> }>(
      '/replay',
      { schema: { body: Replay } },
      async (request, reply) => webhooks().replay(request.body.id) ?? reply.code(404).send(unknown(request.body.id)),
    );
  };
}

/** Without headers and body, of which a long log would have many. */
function briefly({ headers: _headers, body: _body, ...rest }: SentWebhook): Omit<SentWebhook, 'headers' | 'body'> {
  return rest;
}

function unknown(id: string) {
  return { error: `There is no webhook "${id}" in the log.` };
}
