// What Webex tells webhooks when rooms, messages and memberships change (developer.webex.com "Webhooks", "Receive and verify
// events", "Event reference").

import { createHmac } from 'node:crypto';
import type { RetryRule } from '../webhooks.ts';
import { isMember, type WebexCall } from './call.ts';
import type { Message, Room, WebexWebhook } from './data.ts';

/** Webex documents no second attempt; how long it waits is _assumed_. */
const rule: RetryRule = { timeoutMs: 10_000, retries: [] };

/** So many failures in so long switch a webhook off ("Webhooks"). */
const mostFailures = 100;
const failureWindowMs = 5 * 60_000;

type Resource = 'rooms' | 'messages' | 'memberships';
type Event = 'created' | 'updated' | 'deleted';

/** Tells of a room. Its title and description are the members' secret, so that they are not told (_assumed_). */
export function tellOfRoom(call: WebexCall, event: Exclude<Event, 'deleted'>, room: Room): void {
  const { title: _title, description: _description, madePublic: _madePublic, ...data } = room;
  tell(call, 'rooms', event, { data, roomId: room.id });
}

/** Tells of a message, without its words: who wants them asks for the message ("Receive and verify events"). */
export function tellOfMessage(call: WebexCall, event: Event, message: Message): void {
  const { text: _text, markdown: _markdown, html: _html, attachments: _attachments, ...data } = message;
  tell(call, 'messages', event, { data, roomId: message.roomId });
}

/** Tells of a membership as the API shows it, also the one who is no member any more. */
export function tellOfMembership(call: WebexCall, event: Event, data: Record<string, unknown>): void {
  tell(call, 'memberships', event, { data, roomId: String(data['roomId']), alsoTo: String(data['personId']) });
}

function tell(
  call: WebexCall,
  resource: Resource,
  event: Event,
  { data, roomId, alsoTo }: { data: Record<string, unknown>; roomId: string; alsoTo?: string },
): void {
  const occasion = `${resource}.${event} ${data['id']} ${call.data.nextOccasion()}`;
  for (const webhook of call.data.webhooks.values()) {
    const { createdBy } = webhook;
    if (webhook.status !== 'active') continue;
    if (webhook.resource !== 'all' && webhook.resource !== resource) continue;
    if (webhook.event !== 'all' && webhook.event !== event) continue;
    if (createdBy !== alsoTo && !isMember(call.data.memberships, roomId, createdBy)) continue;
    if (!fitsFilter(webhook, data)) continue;
    const { failures: _failures, secret, ...shown } = webhook;
    const body = JSON.stringify({ ...shown, resource, event, actorId: call.self.id, data });
    call.send({
      vendor: 'webex',
      occasion,
      method: 'POST',
      url: webhook.targetUrl,
      headers: {
        'content-type': 'application/json',
        ...(secret !== undefined && { 'x-spark-signature': createHmac('sha1', secret).update(body).digest('hex') }),
      },
      body,
      rule,
      onAttempt: (isDelivered) => count(webhook, isDelivered, call.clock().getTime()),
    });
  }
}

function fitsFilter({ filter = '', createdBy }: WebexWebhook, data: Record<string, unknown>): boolean {
  return [...new URLSearchParams(filter)].every(([name, value]) => {
    if (name === 'hasFiles') return String(data['files'] !== undefined) === value;
    if (name !== 'mentionedPeople') return String(data[name]) === value;
    const mentioned = (data['mentionedPeople'] as string[] | undefined) ?? [];
    return mentioned.includes(value === 'me' ? createdBy : value);
  });
}

function count(webhook: WebexWebhook, isDelivered: boolean, now: number): void {
  if (isDelivered) return;
  webhook.failures = [...webhook.failures.filter((time) => time > now - failureWindowMs), now];
  if (webhook.failures.length >= mostFailures) webhook.status = 'inactive';
}
