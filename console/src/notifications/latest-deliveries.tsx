// What became of the latest notifications for one subscriber.

import { Text } from '@mantine/core';
import { type Column, DataTable } from '../components/data-table.tsx';
import { EmptyState } from '../components/empty-state.tsx';
import { ErrorNotice } from '../components/error-notice.tsx';
import { type Mood, StatusBadge } from '../components/status-badge.tsx';
import { TimeAgo } from '../components/time-ago.tsx';
import { useNarrow } from '../components/use-narrow.ts';
import { linkOfEvent } from '../events/event.ts';
import { type Delivery, type Subscription, useLatestDeliveries } from './subscription-queries.ts';
import { nameOfTopic } from './topics.ts';

const states: Record<string, { word: string; mood: Mood }> = {
  created: { word: 'On its way', mood: 'going' },
  retry: { word: 'Retrying', mood: 'warning' },
  queued: { word: 'Waits in the queue', mood: 'bad' },
  delivered: { word: 'Delivered', mood: 'good' },
  notified: { word: 'Nothing to send', mood: 'neutral' },
};

const columns: readonly Column<Delivery>[] = [
  { name: 'Raised', width: '90px', wideOnly: true, cell: ({ createdDate }) => <TimeAgo at={createdDate} /> },
  {
    name: 'Notification',
    width: 'minmax(0, 1fr)',
    cell: ({ notification: { topic, message } }) => (
      <>
        <Text size="sm" truncate>
          {nameOfTopic(topic)}
        </Text>
        <Text size="xs" c="dimmed" truncate title={message}>
          {message}
        </Text>
      </>
    ),
  },
  { name: 'Attempts', width: '80px', wideOnly: true, cell: ({ attempts }) => attempts },
  {
    name: 'State',
    width: '150px',
    cell: ({ status, message }) => {
      const { word, mood } = states[status] ?? { word: status, mood: 'neutral' };
      return (
        <span title={message}>
          <StatusBadge mood={mood}>{word}</StatusBadge>
        </span>
      );
    },
  },
];

/** A table of deliveries, each leading to its attempts. */
export function LatestDeliveries({ subscription }: { subscription: Subscription }) {
  const isNarrow = useNarrow();
  const deliveries = useLatestDeliveries(subscription);
  if (deliveries.isError) return <ErrorNotice error={deliveries.error} retry={() => void deliveries.refetch()} />;
  return (
    <DataTable
      label="Last deliveries"
      columns={columns}
      rows={deliveries.data ?? []}
      keyOf={({ id }) => id}
      linkOf={({ id }) => linkOfEvent({ id })}
      isPending={deliveries.isPending}
      isNarrow={isNarrow}
      height={420}
      empty={
        <EmptyState
          title="Nothing was sent lately"
          text="What becomes of the latest notifications of these topics shows here."
        />
      }
    />
  );
}
