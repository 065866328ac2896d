// The calls that bulk jobs make of elements: nobody waits for them on a connection.

import { randomUUID } from 'node:crypto';
import type { CallBody } from '../core/body.ts';
import type { ElementCall } from '../engine/element-call.ts';
import { noTrace } from '../engine/trace.ts';

/** A call that yields to those which somebody waits for. */
export function backgroundCall(
  method: string,
  path: string,
  query: ElementCall['query'],
  body: CallBody,
  signal: AbortSignal,
): ElementCall {
  return {
    requestId: randomUUID(),
    method,
    path,
    query,
    headers: body.kind === 'json' ? { 'content-type': 'application/json' } : {},
    body,
    signal,
    trace: noTrace,
    priority: 'background',
    vendor: { milliseconds: 0, calls: 0 },
  };
}
