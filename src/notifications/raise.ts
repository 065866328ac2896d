// Raising a notification: it is stored, and with it an event for each webhook that is subscribed to its topic.

import type { Clock } from '../core/clock.ts';
import { eventId, type NewEvent } from '../store/events.ts';
import type {
  NewNotification,
  NotificationRecord,
  NotificationStore,
  SubscriptionRecord,
} from '../store/notifications.ts';
import { type Topic, topics } from './topics.ts';

/** Trouble that the platform found. */
export interface Trouble {
  organizationId: number;
  accountId: number;
  topic: Topic;
  message: string;
  /** what has the trouble: it is told once until it was quiet for a while */
  subject: string;
  about: Record<string, unknown>;
}

/** Raises notifications. */
export interface Raise {
  /** Raises what a caller wants to be known. Throws PostgreSQL's error; then nothing is stored. */
  given(notification: NewNotification): Promise<NotificationRecord>;
  /** Raises trouble of the platform's own. Never throws: the trouble itself must be dealt with all the same. */
  trouble(trouble: Trouble): Promise<void>;
}

interface RaiseDependencies {
  store: Pick<NotificationStore, 'raise'>;
  clock: Clock;
  /** tells whoever works on events that there are new ones */
  stored(events: readonly NewEvent[]): void;
  failed(error: unknown, what: string): void;
}

/** Makes the way to raise notifications. */
export function createRaise({ store, clock, stored, failed }: RaiseDependencies): Raise {
  const raise = async (notification: NewNotification): Promise<NotificationRecord | undefined> => {
    const now = clock();
    const raised = await store.raise(notification, now, (record, subscription) =>
      deliveryOf(record, subscription, now),
    );
    if (raised !== undefined && raised.deliveries.length > 0) stored(raised.deliveries);
    return raised?.notification;
  };

  return {
    async given(notification) {
      const raised = await raise({ ...notification, subject: undefined });
      if (raised === undefined) throw new Error('A notification without a subject was taken for a known one');
      return raised;
    },
    async trouble({ subject, topic, ...trouble }) {
      const { severity, quietMs } = topics[topic];
      try {
        const known = { key: `${topic} ${subject}`, quietMs };
        await raise({ ...trouble, topic, severity, from: 'valence', subject: known });
      } catch (error) {
        failed(error, `the notification ${topic} could not be stored: ${trouble.message}`);
      }
    },
  };
}

/** The event that brings a notification to a subscriber: its body is the notification, the same for each attempt. */
function deliveryOf(notification: NotificationRecord, subscription: SubscriptionRecord, now: number): NewEvent {
  const id = eventId(now);
  const { organizationId, accountId, topic, severity, message, from, about } = notification;
  return {
    id,
    organizationId,
    // Whose endpoint it is, and who may see its address.
    accountId: subscription.accountId,
    instanceId: undefined,
    elementKey: undefined,
    source: 'notification',
    body: JSON.stringify({
      id: notification.id,
      eventId: id,
      subscriptionId: subscription.id,
      topic,
      severity,
      ...(from === undefined ? {} : { from }),
      accountId,
      createdDate: notification.createdAt.toISOString(),
      message,
      ...(about === undefined ? {} : { about }),
    }),
    callbackUrl: subscription.url,
    subscriptionId: subscription.id,
    notificationId: notification.id,
  };
}
