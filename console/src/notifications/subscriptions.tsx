// Who is told of notifications: each subscription with its address and its topics.

import { Anchor, Button, Stack, Text } from '@mantine/core';
import { IconPlus } from '@tabler/icons-react';
import { Link } from 'wouter';
import { type Column, DataTable } from '../components/data-table.tsx';
import { EmptyState } from '../components/empty-state.tsx';
import { ErrorNotice } from '../components/error-notice.tsx';
import { PageHeader } from '../components/page-header.tsx';
import { TimeAgo } from '../components/time-ago.tsx';
import { useNarrow } from '../components/use-narrow.ts';
import { type Subscription, useSubscriptions } from './subscription-queries.ts';
import { SubscriptionState } from './subscription-state.tsx';
import { nameOfTopic } from './topics.ts';

const columns: readonly Column<Subscription>[] = [
  {
    name: 'Address and topics',
    width: 'minmax(0, 1fr)',
    cell: ({ config, topics }) => (
      <Stack gap={0}>
        <Text size="sm" truncate title={config.url}>
          {config.url}
        </Text>
        <Text size="xs" c="dimmed" truncate>
          {topics.map(nameOfTopic).join(', ')}
        </Text>
      </Stack>
    ),
  },
  { name: 'State', width: '80px', wideOnly: true, cell: ({ active }) => <SubscriptionState active={active} /> },
  { name: 'Made', width: '100px', cell: ({ createdDate }) => <TimeAgo at={createdDate} /> },
];

/** The list of subscriptions. */
export function Subscriptions() {
  const isNarrow = useNarrow();
  const subscriptions = useSubscriptions();
  return (
    <Stack maw={900}>
      <Anchor component={Link} href="/notifications" size="sm">
        All notifications
      </Anchor>
      <PageHeader
        title="Subscriptions"
        description="Which of your endpoints are told of notifications, by a signed callback for each."
        actions={
          <Button component={Link} href="/notifications/subscriptions/new" leftSection={<IconPlus size={16} />}>
            New subscription
          </Button>
        }
      />
      {subscriptions.isError ? (
        <ErrorNotice error={subscriptions.error} retry={() => void subscriptions.refetch()} />
      ) : (
        <DataTable
          label="Subscriptions"
          columns={columns}
          rows={subscriptions.data ?? []}
          keyOf={({ id }) => id}
          linkOf={({ id }) => `/notifications/subscriptions/${id}`}
          isPending={subscriptions.isPending}
          isNarrow={isNarrow}
          empty={
            <EmptyState
              title="No endpoint is told yet"
              text="Notifications stand in this console. With a subscription an endpoint of yours hears of them, too, such as one that calls somebody at night."
            >
              <Button component={Link} href="/notifications/subscriptions/new" variant="default">
                Make the first one
              </Button>
            </EmptyState>
          }
        />
      )}
    </Stack>
  );
}
