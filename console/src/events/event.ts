// Events as the server shows them, and what their states mean to a person.

import type { Mood } from '../components/status-badge.tsx';

/** One step of what became of an event. */
export interface EventStep {
  number: number;
  date: string;
  status: string;
  delivery?: 'delivered' | 'retry' | 'queued';
  message: string;
  detail?: string;
}

/** What an event says happened. */
export interface EventItem {
  elementKey: string;
  eventType: string;
  objectType: string;
  objectId: string;
  date: string;
}

/** An event of the log. */
export interface LoggedEvent {
  id: string;
  eventDate: string;
  status: string;
  elementKey?: string;
  accountId: number;
  instanceId?: number;
  source: string;
  providerData: string;
  providerDataIsBase64: boolean;
  events: EventItem[];
  delivery?: EventStep['delivery'];
  attempts: number;
  nextAttemptDate?: string;
  dispositions: EventStep[];
}

/** Every state that a list can be filtered by. */
export const eventStatuses = [
  { value: 'NOTIFIED', label: 'Delivered' },
  { value: 'DISPATCHED', label: 'Not delivered yet' },
  { value: 'CONSUMED', label: 'Nothing to deliver' },
  { value: 'RECEIVED', label: 'Received' },
];

const sources: Record<string, string> = {
  webhook: 'Webhook',
  poll: 'Poll',
  result: 'Result of a call',
  notification: 'Notification',
};

/** How an event fares, in a word and a mood. */
export function stateOf({ status, delivery }: Pick<LoggedEvent, 'status' | 'delivery'>): { word: string; mood: Mood } {
  if (status === 'NOTIFIED') return { word: 'Delivered', mood: 'good' };
  if (status === 'CONSUMED') return { word: 'Nothing to deliver', mood: 'neutral' };
  if (status === 'RECEIVED') return { word: 'Received', mood: 'going' };
  return delivery === 'queued' ? { word: 'Waits in the queue', mood: 'bad' } : { word: 'Retrying', mood: 'warning' };
}

/** Whether something is still to happen by itself. */
export function isUnderWay({ status, delivery }: Pick<LoggedEvent, 'status' | 'delivery'>): boolean {
  return status === 'RECEIVED' || (status === 'DISPATCHED' && delivery !== 'queued');
}

/** What an event is about, in a line. */
export function describeEvent({ events, source }: Pick<LoggedEvent, 'events' | 'source'>): string {
  const [first] = events;
  if (first === undefined) return sourceOf(source);
  const more = events.length > 1 ? ` and ${events.length - 1} more` : '';
  return `${first.objectType} ${first.eventType.toLowerCase()}: ${first.objectId}${more}`;
}

/** Where an event came from, in a word. */
export function sourceOf(source: string): string {
  return sources[source] ?? source;
}

/** The address of an event’s page; one that came for no account has a dash in place of it. */
export function linkOfEvent({ id, instanceId }: Pick<LoggedEvent, 'id' | 'instanceId'>): string {
  return `/events/${instanceId ?? '-'}/${id}`;
}
