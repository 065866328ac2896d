// Every common resource: one's own, and those that come with the server.

import { Avatar, Button, Group, Stack, Text, TextInput } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { IconPlus, IconSearch } from '@tabler/icons-react';
import { useSearchParams } from 'wouter';
import { type Column, DataTable } from '../components/data-table.tsx';
import { ElementMark } from '../components/element-mark.tsx';
import { EmptyState } from '../components/empty-state.tsx';
import { ErrorNotice } from '../components/error-notice.tsx';
import { useElements } from '../components/known-elements.ts';
import { PageHeader } from '../components/page-header.tsx';
import { StatusBadge } from '../components/status-badge.tsx';
import { useNarrow } from '../components/use-narrow.ts';
import { type Level, levelNames, levels } from './documents.ts';
import { NewResource } from './new-resource.tsx';
import { type CommonResource, useCommonResources } from './queries.ts';

/** The view of all common resources. */
export function ResourceList() {
  const resources = useCommonResources();
  const elements = useElements();
  const [search, setSearch] = useSearchParams();
  const [isNew, creating] = useDisclosure();
  const isNarrow = useNarrow();
  const wanted = (search.get('q') ?? '').toLowerCase();
  const names = new Map(elements.data?.map(({ key, name }) => [key, name]));
  const rows = (resources.data ?? []).filter(
    ({ name, mappedElementKeys }) =>
      name.toLowerCase().includes(wanted) ||
      mappedElementKeys.some((key) => `${key} ${names.get(key) ?? ''}`.toLowerCase().includes(wanted)),
  );
  return (
    <Stack>
      <PageHeader
        title="Common resources"
        description="One shape of your own for the same thing at every vendor."
        actions={
          <Button leftSection={<IconPlus size={16} />} onClick={creating.open}>
            New common resource
          </Button>
        }
      />
      <TextInput
        aria-label="Find a common resource"
        placeholder="Find by name or element"
        leftSection={<IconSearch size={16} />}
        maw={360}
        value={search.get('q') ?? ''}
        onChange={({ currentTarget: { value } }) => setSearch(value === '' ? {} : { q: value }, { replace: true })}
      />
      {resources.error !== null && <ErrorNotice error={resources.error} retry={() => void resources.refetch()} />}
      {resources.error === null && (
        <DataTable
          label="Common resources"
          columns={columnsWith(names)}
          rows={rows}
          keyOf={({ name }) => name}
          linkOf={({ name }) => `/common-resources/${encodeURIComponent(name)}`}
          isPending={resources.isPending}
          isNarrow={isNarrow}
          empty={
            wanted === '' ? (
              <EmptyState
                title="No common resources yet"
                text="Describe an object in your own words, then say where each vendor keeps its fields."
              >
                <Button onClick={creating.open}>New common resource</Button>
              </EmptyState>
            ) : (
              <EmptyState title="Nothing found" text={`No common resource or element is called “${wanted}”.`}>
                <Button variant="default" onClick={() => setSearch({}, { replace: true })}>
                  Show all
                </Button>
              </EmptyState>
            )
          }
        />
      )}
      <NewResource isOpen={isNew} close={creating.close} resources={resources.data ?? []} />
    </Stack>
  );
}

function columnsWith(names: ReadonlyMap<string, string>): Column<CommonResource>[] {
  return [
    {
      name: 'Name',
      width: 'minmax(7rem, 1.2fr)',
      cell: ({ name }) => (
        <Text fw={600} size="sm" className="truncated">
          {name}
        </Text>
      ),
    },
    { name: 'Fields', width: '4rem', wideOnly: true, cell: ({ fields = [] }) => fields.length },
    {
      name: 'From',
      width: 'minmax(7rem, 1fr)',
      wideOnly: true,
      cell: (resource) => (
        <Group gap={4} wrap="nowrap">
          {levelsOf(resource).map((level) => (
            <StatusBadge key={level} mood={level === 'system' ? 'neutral' : 'going'}>
              {levelNames[level]}
            </StatusBadge>
          ))}
        </Group>
      ),
    },
    {
      name: 'Mapped for',
      width: 'minmax(6rem, 2fr)',
      cell: ({ mappedElementKeys }) => <MappedElements keys={mappedElementKeys} names={names} />,
    },
  ];
}

/** The levels that say something of an object. */
function levelsOf({ level, fields = [] }: CommonResource): Level[] {
  const said = new Set([level, ...fields.map(({ associatedLevel }) => associatedLevel ?? level)]);
  return levels.filter((one) => said.has(one));
}

const mostMarks = 5;

function MappedElements({ keys, names }: { keys: readonly string[]; names: ReadonlyMap<string, string> }) {
  if (keys.length === 0) {
    return (
      <Text size="sm" c="dimmed">
        Nothing yet
      </Text>
    );
  }
  const called = keys.map((key) => names.get(key) ?? key);
  return (
    <Group gap="xs" wrap="nowrap" title={called.join(', ')}>
      <Avatar.Group spacing={6}>
        {called.slice(0, mostMarks).map((name) => (
          <ElementMark key={name} name={name} size="sm" />
        ))}
      </Avatar.Group>
      <Text size="sm" className="truncated" visibleFrom="sm">
        {called.join(', ')}
      </Text>
    </Group>
  );
}
