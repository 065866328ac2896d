// The catalog: every element that the account can connect, by hub, to be searched.

import { Button, Group, Select, SimpleGrid, Skeleton, Stack, Text, TextInput, Title } from '@mantine/core';
import { IconFileImport, IconSearch } from '@tabler/icons-react';
import { Link } from 'wouter';
import { useAddress } from '../address.ts';
import { EmptyState } from '../components/empty-state.tsx';
import { ErrorNotice } from '../components/error-notice.tsx';
import { useElements, useHubs } from '../components/known-elements.ts';
import { PageHeader } from '../components/page-header.tsx';
import { ElementCard } from './element-card.tsx';
import { filterElements, groupByHub, kinds, type WantedElements } from './filter-elements.ts';
import { useAccountCounts } from './queries.ts';

/** The view `/elements`. */
export function Elements() {
  const elements = useElements();
  const hubs = useHubs();
  const counts = useAccountCounts();
  const [search, change] = useAddress();
  const wanted = { text: search.get('q') ?? '', hub: search.get('hub'), kind: search.get('kind') };

  return (
    <Stack gap="lg">
      <PageHeader
        title="Elements"
        description="The services that your customers' accounts can be connected at."
        actions={
          <Button component={Link} href="/elements/import" leftSection={<IconFileImport size={18} aria-hidden />}>
            Import an element
          </Button>
        }
      />
      <Group align="flex-end" gap="sm">
        <TextInput
          label="Search"
          placeholder="Name, key or what it does"
          leftSection={<IconSearch size={16} aria-hidden />}
          value={wanted.text}
          onChange={(event) => change({ q: event.currentTarget.value })}
          type="search"
          flex="1 1 16rem"
          maw={420}
        />
        <Select
          label="Hub"
          placeholder="All hubs"
          clearable
          clearButtonProps={{ 'aria-label': 'All hubs' }}
          data={[...new Set(elements.data?.map(({ hub }) => hub))]
            .map((key) => ({ value: key, label: nameOfHub(key) }))
            .sort((one, other) => one.label.localeCompare(other.label))}
          value={wanted.hub}
          onChange={(value) => change({ hub: value })}
          w={200}
        />
        <Select
          label="Kind"
          placeholder="All kinds"
          clearable
          clearButtonProps={{ 'aria-label': 'All kinds' }}
          data={kinds}
          value={wanted.kind}
          onChange={(value) => change({ kind: value })}
          w={170}
        />
      </Group>
      <FoundElements
        elements={elements}
        wanted={wanted}
        accounts={counts.data ?? {}}
        nameOfHub={nameOfHub}
        showAll={() => change({ q: null, hub: null, kind: null })}
      />
    </Stack>
  );

  function nameOfHub(key: string): string {
    return hubs.data?.find((hub) => hub.key === key)?.name ?? key;
  }
}

interface FoundElementsProps {
  elements: ReturnType<typeof useElements>;
  wanted: WantedElements;
  accounts: Record<string, number>;
  nameOfHub(key: string): string;
  showAll(): void;
}

function FoundElements({ elements, wanted, accounts, nameOfHub, showAll }: FoundElementsProps) {
  if (elements.isPending) return <Waiting />;
  if (elements.isError) return <ErrorNotice error={elements.error} retry={() => void elements.refetch()} />;
  const found = filterElements(elements.data, wanted, accounts);
  if (found.length === 0) {
    return (
      <EmptyState
        title="No element fits"
        text="Try other words, or bring the service in yourself: from an element document or from the description of its API."
      >
        <Button variant="default" onClick={showAll}>
          Show all elements
        </Button>
        <Button component={Link} href="/elements/import">
          Import an element
        </Button>
      </EmptyState>
    );
  }
  return groupByHub(found, nameOfHub).map((group) => (
    <section key={group.key} aria-labelledby={`hub-${group.key}`}>
      <Group gap="xs" mb="sm" align="baseline">
        <Title order={2} size="h4" id={`hub-${group.key}`}>
          {group.name}
        </Title>
        <Text size="sm" c="dimmed">
          {group.elements.length}
        </Text>
      </Group>
      <SimpleGrid cols={{ base: 1, xs: 2, lg: 3 }} spacing="md">
        {group.elements.map((element) => (
          <ElementCard key={element.id} element={element} accounts={accounts[element.key] ?? 0} />
        ))}
      </SimpleGrid>
    </section>
  ));
}

function Waiting() {
  return (
    <SimpleGrid cols={{ base: 1, xs: 2, lg: 3 }} spacing="md" aria-busy="true">
      {[0, 1, 2, 3, 4, 5].map((card) => (
        <Skeleton key={card} height={150} radius="md" />
      ))}
    </SimpleGrid>
  );
}
