// What is noted of a connection of an account, whether it succeeded or not.

import type { FastifyRequest } from 'fastify';
import { Problem } from '../../core/errors.ts';
import type { Definition } from '../../element/define.ts';
import type { Trace } from '../../engine/trace.ts';
import type { Provisioner } from '../../instance/provision.ts';
import type { InstanceRecord } from '../../store/instances.ts';
import type { UsageEntry } from '../../store/usage.ts';

interface Provisioned {
  request: FastifyRequest;
  provisioner: Provisioner;
  element: Definition;
  /** undefined when it failed */
  record: InstanceRecord | undefined;
  trace: Trace;
  status: number;
  error: unknown;
  /** milliseconds since 1970 */
  now: number;
}

/** The usage record of `POST /instances`. */
export function provisioningEntry(provisioned: Provisioned): UsageEntry {
  const { request, provisioner, element, record, trace, status, error, now } = provisioned;
  const { document } = element;
  return {
    id: request.id,
    at: now,
    ...provisioner,
    instanceId: record?.id,
    instanceName: record?.name,
    elementKey: element.key,
    elementName: document.name,
    elementTags: record?.tags ?? [],
    hub: document.hub,
    method: request.method,
    path: '/instances',
    elementApi: undefined,
    httpStatus: status,
    processMs: Math.round(performance.now() - request.startedAt),
    vendorMs: 0,
    vendorCalls: 0,
    requestIp: request.ip,
    error: error === undefined ? undefined : error instanceof Problem ? error.message : 'unexpected error',
    kind: 'provisioning',
    cacheHit: false,
    trace: trace.steps(),
  };
}
