// The address that vendors send people back to. It ends hosted connections, and sends on those who came through an OAuth
// proxy. What it is called with is secret: it is never logged, kept by no browser and passed on to nobody but the program
// behind a proxy.

import type { FastifyReply, FastifyRequest } from 'fastify';
import { Problem } from '../../core/errors.ts';
import { noTrace } from '../../engine/trace.ts';
import type { FinishedConnection } from '../../instance/hosted.ts';
import { withConnection } from '../../instance/return-path.ts';
import { browserKeysOf, callbackPath } from '../connection-cookie.ts';
import type { RouteContext, Server } from '../context.ts';
import { secured } from '../openapi.ts';
import { plainPage } from '../plain-page.ts';
import { OpenObject } from '../shapes.ts';
import { provisioningEntry } from './provisioning-usage.ts';

/** Adds the address that vendors send people back to. */
export function oauthCallbackRoutes(server: Server, context: RouteContext): void {
  const { hosted, proxied, usage, clock } = context;

  server.get(
    callbackPath,
    {
      // A state is good for one use, and only a browser that goes there uses it up.
      exposeHeadRoute: false,
      schema: {
        tags: ['OAuth'],
        security: secured.open,
        summary: 'Where vendors send people back to: the connection is made, and the browser goes on',
        querystring: OpenObject,
      },
    },
    async (request, reply) => {
      reply.header('Referrer-Policy', 'no-referrer').header('Cache-Control', 'no-store');
      const query = textsOf(request.query as Record<string, unknown>);
      const address = await proxied.sendOn(query);
      if (address !== undefined) return reply.redirect(address, 303);
      try {
        const finished = await hosted.finish(query, browserKeysOf(request.headers.cookie));
        note(request, finished);
        const { returnPath, connectionId } = finished;
        if (returnPath !== undefined) return reply.redirect(withConnection(returnPath, connectionId), 303);
        return sayHowItWent(reply, finished);
      } catch (error) {
        if (!(error instanceof Problem) || !readsPages(request)) throw error;
        return plainPage(reply, error.status, 'Not connected', error.message);
      }
    },
  );

  function note(request: FastifyRequest, { owner, definition, instance, outcome, error }: FinishedConnection): void {
    if (definition === undefined) return;
    const { organizationId, accountId, userId } = owner;
    const refused = error ?? (instance === undefined ? new Problem('badRequest', outcome.message ?? '') : undefined);
    usage.record(
      provisioningEntry({
        request,
        provisioner: { organizationId, accountId, userId },
        element: definition,
        record: instance,
        trace: noTrace,
        status: refused === undefined ? 200 : refused instanceof Problem ? refused.status : 500,
        error: refused,
        now: clock(),
      }),
    );
  }
}

/** Throws a Problem for what was not connected. */
function sayHowItWent(reply: FastifyReply, { outcome }: FinishedConnection): FastifyReply {
  const { status, message = '' } = outcome;
  if (status !== 'connected') throw new Problem('badRequest', message);
  return plainPage(reply, 200, 'Connected', 'The account is connected. You can close this window.');
}

/** Whether a person's browser asks, in which a Problem is a page; to programs it is what it always is. */
function readsPages({ headers }: FastifyRequest): boolean {
  return (headers.accept ?? '').includes('text/html');
}

/** The query with one text for each name, the first one where a name is there twice. */
function textsOf(query: Record<string, unknown>): Record<string, string> {
  const texts: Record<string, string> = {};
  for (const [name, value] of Object.entries(query)) {
    const [first] = Array.isArray(value) ? value : [value];
    if (typeof first === 'string') texts[name] = first;
  }
  return texts;
}
