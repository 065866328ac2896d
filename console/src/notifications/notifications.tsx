// What the platform found and somebody should know: what it is about, and whether somebody has seen it.

import { Anchor, Button, Card, Center, Group, Loader, SegmentedControl, Stack, Text } from '@mantine/core';
import { IconCheck, IconChecks, IconWebhook } from '@tabler/icons-react';
import { Link } from 'wouter';
import { useAddressFilters } from '../address.ts';
import { EmptyState } from '../components/empty-state.tsx';
import { ErrorNotice } from '../components/error-notice.tsx';
import { PageHeader } from '../components/page-header.tsx';
import { type Mood, StatusBadge } from '../components/status-badge.tsx';
import { TimeAgo } from '../components/time-ago.tsx';
import { type NotificationRecord, useAcknowledge, useNotifications } from './queries.ts';
import { nameOfTopic, wayOut } from './topics.ts';

const severities: Record<NotificationRecord['severity'], { word: string; mood: Mood }> = {
  high: { word: 'Urgent', mood: 'bad' },
  medium: { word: 'Warning', mood: 'warning' },
  low: { word: 'Note', mood: 'neutral' },
};

/** The list of notifications. */
export function Notifications() {
  const filters = useAddressFilters();
  const isAll = filters.get('show') === 'all';
  const list = useNotifications(isAll);
  const acknowledging = useAcknowledge();
  const unseen = list.rows.filter(({ acknowledged }) => !acknowledged).map(({ id }) => id);
  return (
    <Stack maw={900}>
      <PageHeader
        title="Notifications"
        description="Trouble that the platform found, and what your own programs told."
        actions={
          <>
            {unseen.length > 1 && (
              <Button
                variant="default"
                leftSection={<IconChecks size={16} />}
                onClick={() => acknowledging.mutate(unseen)}
                loading={acknowledging.isPending}
              >
                Mark all as seen
              </Button>
            )}
            <Button
              component={Link}
              href="/notifications/subscriptions"
              variant="default"
              leftSection={<IconWebhook size={16} />}
            >
              Subscriptions
            </Button>
          </>
        }
      />
      <SegmentedControl
        aria-label="Which notifications"
        maw={260}
        data={[
          { value: 'unseen', label: 'Not seen yet' },
          { value: 'all', label: 'All' },
        ]}
        value={isAll ? 'all' : 'unseen'}
        onChange={(value) => filters.set({ show: value === 'all' ? 'all' : undefined })}
      />
      {acknowledging.error !== null && <ErrorNotice error={acknowledging.error} />}
      {list.error !== null && <ErrorNotice error={list.error} retry={list.retry} />}
      {list.isPending && (
        <Center py="xl">
          <Loader aria-label="Loading" />
        </Center>
      )}
      {!list.isPending && list.error === null && list.rows.length === 0 && (
        <EmptyState
          title={isAll ? 'No notifications' : 'Nothing needs you'}
          text="When a vendor no longer accepts an account, or an endpoint of yours fails, it is told here."
        />
      )}
      {list.rows.map((notification) => (
        <NotificationCard
          key={notification.id}
          notification={notification}
          acknowledge={() => acknowledging.mutate([notification.id])}
        />
      ))}
      {list.loadMore !== undefined && (
        <Center>
          <Button variant="default" onClick={list.loadMore}>
            Show more
          </Button>
        </Center>
      )}
    </Stack>
  );
}

function NotificationCard({ notification, acknowledge }: { notification: NotificationRecord; acknowledge(): void }) {
  const { topic, severity, message, createdDate, acknowledged, acknowledgedDate, from } = notification;
  const { word, mood } = severities[severity];
  const way = wayOut(notification);
  return (
    <Card withBorder component="article" aria-label={nameOfTopic(topic)}>
      <Stack gap="xs">
        <Group justify="space-between" gap="xs">
          <Group gap="xs">
            <StatusBadge mood={mood}>{word}</StatusBadge>
            <Text fw={600}>{nameOfTopic(topic)}</Text>
          </Group>
          <Text size="sm" c="dimmed">
            <TimeAgo at={createdDate} />
            {from !== undefined && from !== 'valence' && `, from ${from}`}
          </Text>
        </Group>
        <Text size="sm" className="breaks">
          {message}
        </Text>
        <Group gap="md">
          {way !== undefined && (
            <Anchor component={Link} href={way.path} size="sm">
              {way.name}
            </Anchor>
          )}
          {acknowledged ? (
            <Text size="sm" c="dimmed">
              Seen {acknowledgedDate !== undefined && <TimeAgo at={acknowledgedDate} />}
            </Text>
          ) : (
            <Button size="compact-sm" variant="default" leftSection={<IconCheck size={14} />} onClick={acknowledge}>
              Mark as seen
            </Button>
          )}
        </Group>
      </Stack>
    </Card>
  );
}
