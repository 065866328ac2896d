// The first step of connecting an account: at which element.

import { Card, Group, SimpleGrid, Skeleton, Stack, Text, TextInput, Title } from '@mantine/core';
import { IconSearch } from '@tabler/icons-react';
import { Link, useSearchParams } from 'wouter';
import { ElementMark } from '../components/element-mark.tsx';
import { EmptyState } from '../components/empty-state.tsx';
import { ErrorNotice } from '../components/error-notice.tsx';
import { type ElementSummary, useActiveElements, useHubNames } from '../components/known-elements.ts';
import { PageHeader } from '../components/page-header.tsx';

/** Elements by hub, each leading to its form. */
export function ChooseElement() {
  const [parameters, setParameters] = useSearchParams();
  const text = parameters.get('q') ?? '';
  const elements = useActiveElements();
  const hubNames = useHubNames();
  const wanted = text.trim().toLowerCase();
  const found = (elements.data ?? []).filter((element) =>
    [element.name, element.key, element.hub].some((part) => part.toLowerCase().includes(wanted)),
  );
  return (
    <Stack>
      <PageHeader title="Connect an account" description="Where is the account?" />
      <TextInput
        aria-label="Search elements"
        placeholder="Search elements"
        leftSection={<IconSearch size={16} />}
        value={text}
        onChange={(event) =>
          setParameters(event.currentTarget.value === '' ? {} : { q: event.currentTarget.value }, { replace: true })
        }
        maw={420}
      />
      {elements.isError && <ErrorNotice error={elements.error} retry={() => void elements.refetch()} />}
      {elements.isPending && <Waiting />}
      {elements.isSuccess && found.length === 0 && (
        <EmptyState
          title="No element fits"
          text="Search for another name, or import an element from its API description."
        />
      )}
      {byHub(found).map(([hub, ofHub]) => (
        <Stack key={hub} gap="xs" component="section" aria-label={hubNames.get(hub) ?? hub}>
          <Title order={2} size="h5" c="dimmed">
            {hubNames.get(hub) ?? hub}
          </Title>
          <SimpleGrid cols={{ base: 1, sm: 2, lg: 3 }} spacing="sm">
            {ofHub.map((element) => (
              <Choice key={element.id} element={element} />
            ))}
          </SimpleGrid>
        </Stack>
      ))}
    </Stack>
  );
}

function Choice({ element }: { element: ElementSummary }) {
  return (
    <Card withBorder padding="sm" component={Link} href={`/instances/connect/${element.key}`} className="card-link">
      <Group wrap="nowrap" gap="sm">
        <ElementMark name={element.name} />
        <div className="truncated">
          <Text fw={600} className="truncated">
            {element.name}
          </Text>
          <Text size="xs" c="dimmed" className="truncated">
            {element.key}
          </Text>
        </div>
      </Group>
    </Card>
  );
}

function Waiting() {
  return (
    <SimpleGrid cols={{ base: 1, sm: 2, lg: 3 }} spacing="sm" aria-busy="true">
      {[0, 1, 2, 3, 4, 5].map((place) => (
        <Skeleton key={place} height={64} />
      ))}
    </SimpleGrid>
  );
}

function byHub(elements: readonly ElementSummary[]): [string, ElementSummary[]][] {
  const hubs = Map.groupBy(elements, ({ hub }) => hub);
  return [...hubs].toSorted(([one], [other]) => one.localeCompare(other));
}
