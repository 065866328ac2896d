// Routes for operators: health, readiness, measurements, and the API's own description.

import { Type } from 'typebox';
import { Problem } from '../../core/errors.ts';
import type { RouteContext, Server } from '../context.ts';
import { secured } from '../openapi.ts';
import { OpenObject, responses } from '../shapes.ts';

const State = Type.Object({ status: Type.String() });

/** Adds the routes for operators. */
export function serviceRoutes(server: Server, context: RouteContext): void {
  const describe = { tags: ['Service'], security: secured.open };

  server.get(
    '/health',
    { schema: { ...describe, summary: 'Is the process alive', response: responses(State) } },
    async () => ({
      status: 'alive',
    }),
  );

  server.get(
    '/ready',
    { schema: { ...describe, summary: 'Is the database reachable and migrated', response: responses(State) } },
    async () => {
      if (await context.isReady()) return { status: 'ready' };
      throw new Problem('overloaded', 'The database does not answer: see the log.', { retryAfterSeconds: 2 });
    },
  );

  server.get(
    '/metrics',
    { schema: { ...describe, summary: 'Measurements for Prometheus' } },
    async (_request, reply) => {
      reply.header('content-type', context.telemetry.contentType);
      return context.telemetry.text();
    },
  );

  server.get(
    '/openapi.json',
    { schema: { ...describe, summary: 'This API as OpenAPI 3.1', response: responses(OpenObject) } },
    async () => server.swagger(),
  );
}
