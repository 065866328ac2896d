// One subscription: who is told of what, how the last deliveries went, and its end.

import { Alert, Anchor, Button, Card, Group, List, Skeleton, Stack, Text, Title } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { notifications } from '@mantine/notifications';
import { IconCopyPlus, IconTrash } from '@tabler/icons-react';
import { Link, useLocation, useParams } from 'wouter';
import { AskFirst } from '../components/ask-first.tsx';
import { EmptyState } from '../components/empty-state.tsx';
import { ErrorNotice } from '../components/error-notice.tsx';
import { Facts } from '../components/facts.tsx';
import { PageHeader } from '../components/page-header.tsx';
import { countOf } from '../components/quantities.ts';
import { TimeAgo } from '../components/time-ago.tsx';
import { useCustomerAccounts } from '../connect-links/queries.ts';
import { useResume, useWaitingDeliveries } from '../events/queries.ts';
import { usePerson } from '../session.ts';
import { LatestDeliveries } from './latest-deliveries.tsx';
import { type Subscription, useSubscriptions, useUnsubscribe } from './subscription-queries.ts';
import { SubscriptionState } from './subscription-state.tsx';
import { nameOfTopic } from './topics.ts';

/** The page of a subscription. */
export function SubscriptionPage() {
  const { id = '' } = useParams();
  const subscriptions = useSubscriptions();
  const subscription = subscriptions.data?.find((one) => String(one.id) === id);
  return (
    <Stack maw={900}>
      <Anchor component={Link} href="/notifications/subscriptions" size="sm">
        All subscriptions
      </Anchor>
      {subscriptions.isError && <ErrorNotice error={subscriptions.error} retry={() => void subscriptions.refetch()} />}
      {subscriptions.isPending && <Skeleton height={240} />}
      {subscription !== undefined && <SubscriptionDetails subscription={subscription} />}
      {subscriptions.isSuccess && subscription === undefined && (
        <EmptyState title="This subscription is not there" text="It may have been ended by somebody else." />
      )}
    </Stack>
  );
}

function SubscriptionDetails({ subscription }: { subscription: Subscription }) {
  const { id, topics, config, active, accountId, channel, createdDate } = subscription;
  const [, navigate] = useLocation();
  const person = usePerson();
  const [isEnding, ending] = useDisclosure();
  const unsubscribing = useUnsubscribe(id);
  const end = () =>
    unsubscribing.mutate(undefined, {
      onSuccess: () => {
        notifications.show({ message: 'The subscription is ended.', color: 'teal' });
        navigate('/notifications/subscriptions', { replace: true });
      },
    });
  const facts = [
    { name: 'State', value: <SubscriptionState active={active} /> },
    { name: 'Sent by', value: channel === 'webhook' ? 'Webhook' : channel },
    { name: 'Made', value: <TimeAgo at={createdDate} /> },
    { name: 'Account', value: accountId === person.account.id ? undefined : <AccountOf id={accountId} /> },
    { name: 'Signing key', value: 'Kept sealed; it is not shown again' },
  ];
  return (
    <>
      <PageHeader
        title={config.url}
        description="A subscription cannot be changed: make one like it, then end this one."
        actions={
          <>
            <Button
              component={Link}
              href={`/notifications/subscriptions/new?like=${id}`}
              variant="default"
              leftSection={<IconCopyPlus size={16} />}
            >
              Make one like it…
            </Button>
            <Button variant="light" color="red" leftSection={<IconTrash size={16} />} onClick={ending.open}>
              End…
            </Button>
          </>
        }
      />
      <Card withBorder component="section" aria-label="Subscription">
        <Stack>
          <Facts facts={facts} />
          <div>
            <Text size="xs" c="dimmed">
              Topics
            </Text>
            <List size="sm" className="breaks">
              {topics.map((topic) => (
                <List.Item key={topic}>
                  {nameOfTopic(topic) === topic ? topic : `${nameOfTopic(topic)} (${topic})`}
                </List.Item>
              ))}
            </List>
          </div>
        </Stack>
      </Card>
      <WaitingDeliveries url={config.url} />
      <Title order={2} size="h4">
        Last deliveries
      </Title>
      <LatestDeliveries subscription={subscription} />
      <AskFirst
        title="End this subscription?"
        action="End the subscription"
        keep="Keep it"
        color="red"
        opened={isEnding}
        isPending={unsubscribing.isPending}
        error={unsubscribing.error}
        onClose={ending.close}
        onConfirm={end}
      >
        <Text size="sm" className="breaks">
          {config.url} is told of nothing any more, and gets nothing that waits to be sent to it. Notifications still
          stand in this console.
        </Text>
      </AskFirst>
    </>
  );
}

function AccountOf({ id }: { id: number }) {
  const { data = [] } = useCustomerAccounts();
  return data.find(({ value }) => value === String(id))?.label ?? String(id);
}

function WaitingDeliveries({ url }: { url: string }) {
  const waiting = useWaitingDeliveries(url);
  const resuming = useResume(url, (sent) =>
    notifications.show({ message: `${countOf(sent, 'delivery', 'deliveries')} sent again.` }),
  );
  const { count = 0, more = false } = waiting.data ?? {};
  if (waiting.isError) return <ErrorNotice error={waiting.error} retry={() => void waiting.refetch()} />;
  if (count === 0) return null;
  const words = countOf(count, 'delivery waits', 'deliveries wait');
  return (
    <Alert color="orange" title={`${more ? 'More than ' : ''}${words} in the queue for this address`}>
      <Stack gap="xs">
        <Text size="sm">The endpoint did not take {count === 1 ? 'it' : 'them'}. See to it, then send what waits.</Text>
        {resuming.error !== null && <ErrorNotice error={resuming.error} />}
        <Group>
          <Button size="xs" variant="default" onClick={() => resuming.mutate()} loading={resuming.isPending}>
            Send what waits
          </Button>
        </Group>
      </Stack>
    </Alert>
  );
}
