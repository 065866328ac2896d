// All connected accounts: found by name, element, tag and state. What is asked for stands in the address.

import { Badge, Button, Group, Select, Stack, TagsInput, Text, TextInput } from '@mantine/core';
import { useDebouncedCallback } from '@mantine/hooks';
import { IconPlus, IconSearch } from '@tabler/icons-react';
import { useMemo, useState } from 'react';
import { Link, useSearchParams } from 'wouter';
import { type Column, DataTable } from '../components/data-table.tsx';
import { ElementMark } from '../components/element-mark.tsx';
import { EmptyState } from '../components/empty-state.tsx';
import { ErrorNotice } from '../components/error-notice.tsx';
import { type ElementSummary, useActiveElements, useHubNames } from '../components/known-elements.ts';
import { PageHeader } from '../components/page-header.tsx';
import { TimeAgo } from '../components/time-ago.tsx';
import { useNarrow } from '../components/use-narrow.ts';
import { InstanceState, instanceStates } from './instance-state.tsx';
import { type InstanceFilter, type InstanceRow, useInstances } from './queries.ts';

const connectButton = (
  <Button component={Link} href="/instances/connect" leftSection={<IconPlus size={16} />}>
    Connect an account
  </Button>
);

/** The list of connected accounts. */
export function Instances() {
  const { filter, change } = useFilter();
  const instances = useInstances(filter);
  const elements = useActiveElements();
  const isNarrow = useNarrow();
  const hubNames = useHubNames();
  const columns = columnsFor(elements.data ?? [], hubNames);
  const rows = useMemo(() => instances.data?.pages.flatMap((page) => page.rows) ?? [], [instances.data]);
  const total = instances.data?.pages[0]?.total ?? 0;
  const { hasNextPage, isFetchingNextPage, fetchNextPage } = instances;
  return (
    <Stack>
      <PageHeader
        title="Connected accounts"
        description={total > 0 ? `${total.toLocaleString('en')} ${total === 1 ? 'account' : 'accounts'}` : undefined}
        actions={connectButton}
      />
      <Filters filter={filter} change={change} elements={elements.data ?? []} />
      {instances.isError ? (
        <ErrorNotice error={instances.error} retry={() => void instances.refetch()} />
      ) : (
        <DataTable
          label="Connected accounts"
          columns={columns}
          rows={rows}
          keyOf={({ id }) => id}
          linkOf={({ id }) => `/instances/${id}`}
          isPending={instances.isPending}
          loadMore={hasNextPage && !isFetchingNextPage ? () => void fetchNextPage() : undefined}
          empty={<Nothing filter={filter} change={change} />}
          isNarrow={isNarrow}
        />
      )}
    </Stack>
  );
}

type Change = (parts: Partial<Record<'q' | 'element' | 'state', string>> & { tag?: string[] }) => void;

function useFilter(): { filter: InstanceFilter; change: Change } {
  const [parameters, setParameters] = useSearchParams();
  const change: Change = ({ tag, ...parts }) =>
    setParameters(
      (before) => {
        const next = new URLSearchParams(before);
        for (const [name, value] of Object.entries(parts)) {
          if (value === '') next.delete(name);
          else next.set(name, value);
        }
        if (tag !== undefined) {
          next.delete('tag');
          for (const one of tag) next.append('tag', one);
        }
        return next;
      },
      { replace: true },
    );
  const filter = {
    search: parameters.get('q') ?? '',
    element: parameters.get('element') ?? '',
    state: parameters.get('state') ?? '',
    tags: parameters.getAll('tag'),
  };
  return { filter, change };
}

function Filters({
  filter,
  change,
  elements,
}: {
  filter: InstanceFilter;
  change: Change;
  elements: readonly ElementSummary[];
}) {
  const [text, setText] = useState(filter.search);
  const search = useDebouncedCallback((q: string) => change({ q }), 250);
  return (
    <Group align="flex-end" gap="sm">
      <TextInput
        label="Search"
        placeholder="Name, element or tag"
        leftSection={<IconSearch size={16} />}
        value={text}
        onChange={(event) => {
          setText(event.currentTarget.value);
          search(event.currentTarget.value.trim());
        }}
        flex="1 1 220px"
      />
      <Select
        label="Element"
        placeholder="All"
        data={elements.map(({ key, name }) => ({ value: key, label: name }))}
        value={filter.element || null}
        onChange={(element) => change({ element: element ?? '' })}
        searchable
        clearable
        flex="1 1 180px"
      />
      <Select
        label="State"
        placeholder="All"
        data={instanceStates}
        value={filter.state || null}
        onChange={(state) => change({ state: state ?? '' })}
        clearable
        flex="1 1 160px"
      />
      <TagsInput
        label="Tags"
        placeholder={filter.tags.length === 0 ? 'Any' : undefined}
        value={filter.tags}
        onChange={(tag) => change({ tag })}
        flex="1 1 160px"
      />
    </Group>
  );
}

function Nothing({ filter, change }: { filter: InstanceFilter; change: Change }) {
  const isFiltered = filter.search !== '' || filter.element !== '' || filter.state !== '' || filter.tags.length > 0;
  if (!isFiltered) {
    return (
      <EmptyState
        title="No account is connected yet"
        text="Connect an account at one of the elements, and call its API with the token that you get."
      >
        {connectButton}
      </EmptyState>
    );
  }
  return (
    <EmptyState title="No account fits" text="Search for something else, or show all accounts.">
      <Button variant="default" onClick={() => change({ q: '', element: '', state: '', tag: [] })}>
        Show all
      </Button>
    </EmptyState>
  );
}

function columnsFor(elements: readonly ElementSummary[], hubNames: ReadonlyMap<string, string>): Column<InstanceRow>[] {
  const byKey = new Map(elements.map((element) => [element.key, element]));
  const nameOf = ({ element }: InstanceRow) => byKey.get(element.key)?.name ?? element.key;
  const hubOf = ({ element }: InstanceRow) => byKey.get(element.key)?.hub ?? '';
  return [
    {
      name: 'Account',
      width: 'minmax(0, 2fr)',
      cell: (row) => (
        <Group gap="sm" wrap="nowrap">
          <ElementMark name={nameOf(row)} size="sm" />
          <Text size="sm" fw={600} className="truncated">
            {row.name}
          </Text>
        </Group>
      ),
    },
    {
      name: 'Element',
      width: 'minmax(0, 1.5fr)',
      wideOnly: true,
      cell: (row) => (
        <Text size="sm" className="truncated">
          {nameOf(row)}
        </Text>
      ),
    },
    { name: 'Hub', width: 'minmax(0, 1fr)', wideOnly: true, cell: (row) => hubNames.get(hubOf(row)) ?? hubOf(row) },
    { name: 'Tags', width: 'minmax(0, 1.2fr)', wideOnly: true, cell: ({ tags }) => <Tags tags={tags} /> },
    { name: 'State', width: '130px', cell: (row) => <InstanceState {...row} /> },
    { name: 'Events', width: '60px', wideOnly: true, cell: ({ eventsEnabled }) => (eventsEnabled ? 'On' : 'Off') },
    { name: 'Connected', width: '110px', wideOnly: true, cell: ({ createdDate }) => <TimeAgo at={createdDate} /> },
  ];
}

function Tags({ tags }: { tags: readonly string[] }) {
  const [first, second, ...rest] = tags;
  return (
    <Group gap={4} wrap="nowrap">
      {[first, second].map(
        (tag) =>
          tag !== undefined && (
            <Badge key={tag} variant="default" tt="none" radius="sm" fw={500}>
              {tag}
            </Badge>
          ),
      )}
      {rest.length > 0 && (
        <Text size="xs" c="dimmed">
          +{rest.length}
        </Text>
      )}
    </Group>
  );
}
