// How the polling of an instance stands, object by object.

import type { FastifyRequest } from 'fastify';
import { Type } from 'typebox';
import { Problem } from '../../core/errors.ts';
import { mergeSettings } from '../../element/settings.ts';
import { pollerRecords } from '../../events/poller-records.ts';
import type { InstanceRecord } from '../../store/instances.ts';
import { reachableScope, requireIdentity, requireInstance } from '../caller.ts';
import type { RouteContext, Server } from '../context.ts';
import { basePath } from '../dispatch.ts';
import { secured } from '../openapi.ts';
import { Id, Nullable, responses } from '../shapes.ts';

const PollerRecord = Type.Object({
  objectName: Type.String(),
  instanceId: Type.Integer(),
  lastPollDate: Type.Union([Type.String(), Type.Null()], { description: 'changes until then were brought' }),
  nextPollDate: Nullable,
  status: Type.Enum(['waiting', 'ok', 'running', 'failed', 'stopped']),
  message: Nullable,
});

/** Adds the routes of poller records. */
export function pollerRecordRoutes(server: Server, { polls, elements, instances }: RouteContext): void {
  const schema = {
    tags: ['Instances'],
    security: secured.secrets,
    response: responses(Type.Array(PollerRecord)),
  };

  server.get(
    `${basePath}/instances/event-poller-records`,
    { schema: { ...schema, summary: 'How the polling of the instance of the element token stands, by object' } },
    async (request) => recordsOf(requireInstance(request.caller)),
  );
  server.get(
    `${basePath}/instances/:id/event-poller-records`,
    {
      schema: {
        ...schema,
        summary: 'How the polling of an instance stands, by object',
        params: Type.Object({ id: Id }),
      },
    },
    async (request) => recordsOf(await find(request, request.params.id)),
  );

  async function find(request: FastifyRequest, id: number): Promise<InstanceRecord> {
    const record = await instances.byId(reachableScope(requireIdentity(request.caller)), id);
    if (record === undefined) throw new Problem('notFound', `No instance found with the id ${id}.`);
    return record;
  }

  async function recordsOf(record: InstanceRecord) {
    const standing = await polls.standing(record.organizationId, record.id);
    if (standing === undefined) return [];
    const definition = await elements.byId(record.elementId, record);
    return pollerRecords(definition, mergeSettings(definition, record.values), standing);
  }
}
