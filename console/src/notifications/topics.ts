// What the topics of the platform’s own mean, and where each is mended.

import type { NotificationRecord } from './queries.ts';

const names: Record<string, string> = {
  'instance.grant.lost': 'An account must be connected again',
  'instance.subscription.lost': 'A vendor no longer tells of changes',
  'callback.failing': 'An endpoint fails',
  'callback.stopped': 'An endpoint gets no events',
  'polling.failing': 'An account cannot be polled',
  'polling.stopped': 'An account is no longer polled',
};

/** Stands for every topic in a subscription. */
export const everyTopic = '*';

/** Every topic of the platform’s own. */
export const platformTopics: readonly string[] = Object.keys(names);

/** A topic in words; topics of programs are shown as they are. */
export function nameOfTopic(topic: string): string {
  return topic === everyTopic ? 'Every topic' : (names[topic] ?? topic);
}

/** Where a person goes from a notification; undefined when it is about nothing of ours. */
export function wayOut({
  topic,
  about,
}: Pick<NotificationRecord, 'topic' | 'about'>): { path: string; name: string } | undefined {
  if (topic.startsWith('callback.')) return { path: '/events', name: 'See the endpoint and its events' };
  const instance = Number(about?.['instanceId'] ?? Number.NaN);
  return Number.isSafeInteger(instance) ? { path: `/instances/${instance}`, name: 'See the account' } : undefined;
}
