// One event: what came, what it was made into, every attempt to deliver it, and sending it again.

import { Anchor, Button, Card, SimpleGrid, Skeleton, Stack, Table, Text, Title } from '@mantine/core';
import { notifications } from '@mantine/notifications';
import { IconSend } from '@tabler/icons-react';
import { useState } from 'react';
import { Link, useParams } from 'wouter';
import { AccountName } from '../components/account-name.tsx';
import { CodeBlock } from '../components/code-block.tsx';
import { ErrorNotice } from '../components/error-notice.tsx';
import { Facts } from '../components/facts.tsx';
import { PageHeader } from '../components/page-header.tsx';
import { StatusBadge } from '../components/status-badge.tsx';
import { TimeAgo } from '../components/time-ago.tsx';
import { describeEvent, type EventItem, type LoggedEvent, sourceOf, stateOf } from './event.ts';
import { EventSteps } from './event-steps.tsx';
import { useEvent, useSendAgain } from './queries.ts';

/** The page of an event. */
export function EventPage() {
  const { eventId = '' } = useParams();
  const [sentAgainAt, setSentAgainAt] = useState<number | undefined>();
  const event = useEvent(eventId, sentAgainAt);
  const sending = useSendAgain(eventId);
  const back = (
    <Anchor component={Link} href="/events" size="sm">
      All events
    </Anchor>
  );
  if (event.isError) {
    return (
      <Stack>
        {back}
        <ErrorNotice error={event.error} retry={() => void event.refetch()} />
      </Stack>
    );
  }
  if (event.isPending) return <Skeleton height={240} />;
  const send = () =>
    sending.mutate(undefined, {
      onSuccess: () => {
        setSentAgainAt(Date.now());
        notifications.show({ message: 'The event is sent again.' });
      },
    });
  const { word, mood } = stateOf(event.data);
  return (
    <Stack>
      {back}
      <PageHeader
        title={describeEvent(event.data)}
        description={<StatusBadge mood={mood}>{word}</StatusBadge>}
        actions={
          <Button leftSection={<IconSend size={16} />} onClick={send} loading={sending.isPending}>
            Send again
          </Button>
        }
      />
      {sending.error !== null && <ErrorNotice error={sending.error} />}
      <Card withBorder>
        <EventFacts event={event.data} />
      </Card>
      <SimpleGrid cols={{ base: 1, md: 2 }}>
        <Card withBorder component="section" aria-labelledby="steps">
          <Title order={2} size="h4" mb="sm" id="steps">
            What became of it
          </Title>
          <EventSteps event={event.data} />
        </Card>
        <Card withBorder component="section" aria-labelledby="items">
          <Title order={2} size="h4" mb="sm" id="items">
            What it was made into
          </Title>
          <Items items={event.data.events} />
        </Card>
      </SimpleGrid>
      <Card withBorder component="section" aria-labelledby="raw">
        <Title order={2} size="h4" mb="sm" id="raw">
          What came
        </Title>
        {event.data.providerDataIsBase64 && (
          <Text size="sm" c="dimmed" mb="xs">
            It is no text; these are its bytes in base64.
          </Text>
        )}
        {event.data.providerData === '' ? (
          <Text c="dimmed">It came without a body.</Text>
        ) : (
          <CodeBlock text={pretty(event.data.providerData)} name="what came" />
        )}
      </Card>
    </Stack>
  );
}

function EventFacts({ event }: { event: LoggedEvent }) {
  const { instanceId, elementKey, source, eventDate, attempts, nextAttemptDate, id } = event;
  const facts = [
    {
      name: 'Account',
      value:
        instanceId === undefined ? undefined : (
          <Anchor component={Link} href={`/instances/${instanceId}`} c="inherit">
            <AccountName id={instanceId} elementKey={elementKey} />
          </Anchor>
        ),
    },
    { name: 'Came by', value: sourceOf(source) },
    { name: 'Received', value: <TimeAgo at={eventDate} /> },
    { name: 'Attempts', value: attempts },
    { name: 'Next attempt', value: nextAttemptDate === undefined ? undefined : <TimeAgo at={nextAttemptDate} /> },
    { name: 'Id, sent as Elements-Webhook-Id', value: id },
  ];
  return <Facts facts={facts} />;
}

function Items({ items }: { items: readonly EventItem[] }) {
  if (items.length === 0) return <Text c="dimmed">Nothing: it is passed on as it came, or told of no change.</Text>;
  return (
    <Table.ScrollContainer minWidth={320}>
      <Table>
        <Table.Thead>
          <Table.Tr>
            <Table.Th>Object</Table.Th>
            <Table.Th>Id</Table.Th>
            <Table.Th>What happened</Table.Th>
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {items.map(({ objectType, objectId, eventType, date }) => (
            <Table.Tr key={`${objectType} ${objectId} ${eventType} ${date}`}>
              <Table.Td>{objectType}</Table.Td>
              <Table.Td className="breaks">{objectId}</Table.Td>
              <Table.Td>{eventType.toLowerCase()}</Table.Td>
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
    </Table.ScrollContainer>
  );
}

function pretty(text: string): string {
  try {
    return JSON.stringify(JSON.parse(text), null, 2);
  } catch {
    return text;
  }
}
