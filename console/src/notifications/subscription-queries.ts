// What the views of subscriptions ask of the server.

import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { call, callForList } from '../call.ts';
import type { NotificationRecord } from './queries.ts';

/** Who is told of the notifications of some topics. */
export interface Subscription {
  id: number;
  channel: string;
  topics: string[];
  config: { url: string };
  active: boolean;
  accountId: number;
  createdDate: string;
}

/** What a subscription is made of; without a key the server makes one. */
export interface NewSubscription {
  channel: 'webhook';
  topics: readonly string[];
  config: { url: string; signatureKey?: string };
}

/** A subscription as the server answers when it is made: with the key that it made, this once. */
export interface MadeSubscription extends Subscription {
  config: Subscription['config'] & { signatureKey?: string };
}

/** What became of sending one notification to a subscriber. */
export interface Delivery {
  /** of the event that brings it */
  id: string;
  status: string;
  attempts: number;
  createdDate: string;
  nextAttemptDate?: string;
  message?: string;
  notification: NotificationRecord;
}

const path = '/notifications/subscriptions';
const key = ['notifications', 'subscriptions'];
/** of so many notifications deliveries are asked for; each is one call */
const latestNotifications = 10;

/** All subscriptions that this person may see. */
export function useSubscriptions() {
  return useQuery({
    queryKey: key,
    queryFn: async ({ signal }) => (await callForList<Subscription>('GET', path, { signal })).body,
  });
}

/** Makes a subscription. */
export function useSubscribe() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (body: NewSubscription) => call<MadeSubscription>('POST', path, { body }),
    onSuccess: () => client.invalidateQueries({ queryKey: key }),
    // The answer may hold a key, which is to be nowhere once the page that shows it is left.
    gcTime: 0,
  });
}

/** Ends a subscription. */
export function useUnsubscribe(id: number) {
  const client = useQueryClient();
  return useMutation({
    mutationFn: () => call('DELETE', `${path}/${id}`),
    onSuccess: () => client.invalidateQueries({ queryKey: key }),
  });
}

/** What became of the latest notifications of a subscription’s topics, the latest first. */
export function useLatestDeliveries({ id, topics, createdDate }: Subscription) {
  return useQuery({
    // Sending events again makes this stale, too.
    queryKey: ['events', 'of subscription', id],
    queryFn: async ({ signal }): Promise<Delivery[]> => {
      const query = { 'topics[]': topics, pageSize: latestNotifications };
      const { body } = await callForList<NotificationRecord>('GET', '/notifications', { query, signal });
      const told = body.filter((notification) => notification.createdDate >= createdDate);
      const deliveries = await Promise.all(
        told.map(async (notification) => {
          const place = `/notifications/${notification.id}/subscriptions/${id}/deliveries`;
          const found = await callForList<Omit<Delivery, 'notification'>>('GET', place, { signal });
          return found.body.map((delivery) => ({ ...delivery, notification }));
        }),
      );
      return deliveries.flat();
    },
    refetchInterval: ({ state }) => (state.data?.some(isImminent) ? 2000 : 15_000),
  });
}

/** Whether an attempt is under way or about to be made; one that somebody sent again is due at once. */
function isImminent({ status, nextAttemptDate }: Delivery): boolean {
  return status === 'created' || (nextAttemptDate !== undefined && Date.parse(nextAttemptDate) < Date.now() + 2000);
}
