// The form in which a customer gets an event.

import { parseJson } from '../core/http.ts';
import type { EventWork, StoredEvent } from '../store/event-work.ts';
import type { EventItem } from '../store/events.ts';
import type { InstanceRecord } from '../store/instances.ts';

const actions = { CREATED: 'create', UPDATED: 'update', DELETED: 'delete' } as const;

/**
 * The body of an event's callback, the same for each attempt: `message` holds the ids, the normalized events, and as `raw`
 * what the vendor sent or the poll found. `isJson` spares the reading of a body that is known to be JSON.
 */
export function envelope(
  work: EventWork,
  event: StoredEvent,
  record: InstanceRecord,
  items: readonly EventItem[],
  isJson?: boolean,
): string {
  const [first] = items;
  const head = JSON.stringify({
    id: work.id,
    topic: event.source,
    severity: 'low',
    createdDate: new Date(work.receivedAt).toISOString(),
    ...(first === undefined ? {} : { action: actions[first.eventType] }),
  });
  const message = JSON.stringify({
    eventId: work.id,
    elementKey: event.elementKey,
    accountId: record.accountId,
    instance_id: record.id,
    instanceId: record.id,
    instanceName: record.name,
    instanceTags: record.tags,
    events: items,
  });
  return `${head.slice(0, -1)},"message":${message.slice(0, -1)},"raw":${payloadOf(event, isJson)}}}`;
}

/** What came, as JSON text: JSON as the vendor wrote it, anything else as text, bytes that are no text as base64. */
function payloadOf({ body, bodyIsBase64 }: StoredEvent, isJson = parseJson(body) !== undefined): string {
  if (bodyIsBase64) return JSON.stringify({ base64: body });
  return isJson ? body : JSON.stringify(body);
}
