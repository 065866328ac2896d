// Instances in answers. A program gets the element token with them; a page of the console gets no secret that nobody asked
// for, because whatever a page holds can be read from it: it asks for the token by itself (routes/console-instances).

import type { FastifyRequest } from 'fastify';
import type { Static } from 'typebox';
import type { Definition } from '../element/define.ts';
import { mask } from '../element/settings.ts';
import { showMadeKey } from '../instance/subscribe.ts';
import { type Instance, instanceView } from '../instance/view.ts';
import type { InstanceRecord } from '../store/instances.ts';

/** An instance for an answer that is given at `now`, in milliseconds since 1970; its token masked for pages. */
export function showInstance(
  request: FastifyRequest,
  record: InstanceRecord,
  definition: Definition,
  now: number,
): Static<typeof Instance> {
  const view = instanceView(record, definition, now);
  return request.caller.fromPage ? { ...view, token: mask } : view;
}

/** An instance that was made or changed: programs are shown once the key that the platform made for its events. */
export function showChanged(
  request: FastifyRequest,
  changed: {
    record: InstanceRecord;
    definition: Definition;
    given: Record<string, unknown> | undefined;
    before?: InstanceRecord;
  },
  now: number,
): Static<typeof Instance> {
  const { record, definition, given, before } = changed;
  const view = showInstance(request, record, definition, now);
  if (!request.caller.fromPage) showMadeKey(view.configuration, given, record, before);
  return view;
}
