// How an element tells of changes: by webhooks or by polling, and of which objects.

import { Skeleton, Stack, Table, Text } from '@mantine/core';
import { EmptyState } from '../components/empty-state.tsx';
import { ErrorNotice } from '../components/error-notice.tsx';
import { type ElementDetail, type EventObject, useElementMetadata } from './queries.ts';

const ways = [
  { name: 'webhook', text: 'The vendor sends changes as they happen (webhooks).' },
  { name: 'polling', text: 'The platform asks the vendor for changes now and then (polling).' },
] as const;

/** The events of an element, by the way in which they come. */
export function ElementEvents({ element }: { element: ElementDetail }) {
  const metadata = useElementMetadata(element.key);
  if (metadata.isPending) return <Skeleton height={160} />;
  if (metadata.isError) return <ErrorNotice error={metadata.error} retry={() => void metadata.refetch()} />;
  const { events } = metadata.data;
  if (!events.supported) {
    return (
      <EmptyState
        title="This element has no events"
        text="It says nothing of webhooks or of polling. In an element of your own the setting event.vendor.type says how changes come."
      />
    );
  }
  return (
    <Stack gap="xl">
      {ways
        .filter(({ name }) => events.methods.includes(name) || events[name] !== undefined)
        .map(({ name, text }) => (
          <Stack key={name} gap="xs">
            <Text>{text}</Text>
            <Objects objects={events[name] ?? {}} />
          </Stack>
        ))}
    </Stack>
  );
}

function Objects({ objects }: { objects: Record<string, EventObject> }) {
  const rows = Object.entries(objects).sort(([one], [other]) => one.localeCompare(other));
  if (rows.length === 0) {
    return (
      <Text size="sm" c="dimmed">
        Which objects there are depends on the account.
      </Text>
    );
  }
  return (
    <Table.ScrollContainer minWidth={0}>
      <Table aria-label="Objects with events">
        <Table.Thead>
          <Table.Tr>
            <Table.Th>Object</Table.Th>
            <Table.Th>Changes</Table.Th>
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {rows.map(([name, { eventTypes, pollUrl }]) => (
            <Table.Tr key={name}>
              <Table.Td valign="top">
                <Text size="sm" fw={600}>
                  {name}
                </Text>
              </Table.Td>
              <Table.Td>
                <Text size="sm">{eventTypes.length === 0 ? '–' : eventTypes.join(', ')}</Text>
                {pollUrl !== undefined && (
                  <Text size="xs" ff="monospace" c="dimmed" className="breaks">
                    {pollUrl}
                  </Text>
                )}
              </Table.Td>
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
    </Table.ScrollContainer>
  );
}
