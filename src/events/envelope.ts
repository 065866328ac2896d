// The form in which a customer gets an event.

import { parseJson } from '../core/http.ts';
import type { EventWork, StoredEvent } from '../store/event-work.ts';
import type { EventItem } from '../store/events.ts';
import type { InstanceRecord } from '../store/instances.ts';

const actions = { CREATED: 'create', UPDATED: 'update', DELETED: 'delete' } as const;

/**
 * The body of an event's callback, the same for each attempt: `message` holds the ids, the normalized events, and as `raw`
 * what the vendor sent or the poll found.
 */
export function envelope(
  work: EventWork,
  event: StoredEvent,
  record: InstanceRecord,
  items: readonly EventItem[],
): string {
  const [first] = items;
  return JSON.stringify({
    id: work.id,
    topic: event.source,
    severity: 'low',
    createdDate: new Date(work.receivedAt).toISOString(),
    ...(first === undefined ? {} : { action: actions[first.eventType] }),
    message: {
      eventId: work.id,
      elementKey: event.elementKey,
      accountId: record.accountId,
      instance_id: record.id,
      instanceId: record.id,
      instanceName: record.name,
      instanceTags: record.tags,
      events: items,
      raw: payloadOf(event),
    },
  });
}

/** What came: JSON as JSON, anything else as text, bytes that are no text as base64. */
function payloadOf({ body, bodyIsBase64 }: StoredEvent): unknown {
  return bodyIsBase64 ? { base64: body } : (parseJson(body) ?? body);
}
