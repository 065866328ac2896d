// What can be called at an element: its resources, to be searched.

import { Anchor, Button, Group, Stack, Switch, Text, TextInput } from '@mantine/core';
import { IconPencil, IconSearch } from '@tabler/icons-react';
import { Link } from 'wouter';
import { useAddress } from '../address.ts';
import { type Column, DataTable } from '../components/data-table.tsx';
import { EmptyState } from '../components/empty-state.tsx';
import { StatusBadge } from '../components/status-badge.tsx';
import { useNarrow } from '../components/use-narrow.ts';
import { usePerson } from '../session.ts';
import { isCallable, pathWithoutHub } from './describe.ts';
import { MethodBadge } from './method-badge.tsx';
import type { ElementDetail, Resource } from './queries.ts';

/** The resources of an element, each with a way to its documentation. */
export function ElementResources({ element }: { element: ElementDetail }) {
  const isNarrow = useNarrow();
  const { account } = usePerson();
  const [search, change] = useAddress();
  const text = search.get('q') ?? '';
  const isAll = search.get('all') === '1';
  const place = `/elements/${encodeURIComponent(element.key)}`;
  const words = text.toLowerCase().split(/\s+/).filter(Boolean);
  const found = element.resources
    .filter((resource) => isAll || isCallable(resource))
    .filter(({ method, path, description }) => {
      const said = `${method} ${path} ${description ?? ''}`.toLowerCase();
      return words.every((word) => said.includes(word));
    });
  const hidden = element.resources.filter((resource) => !isCallable(resource)).length;
  const columns: Column<Resource>[] = [
    { name: 'Method', width: '4.6rem', cell: ({ method }) => <MethodBadge method={method} /> },
    {
      name: 'Path',
      width: 'minmax(0, 5fr)',
      cell: (resource) => <Path resource={resource} place={place} isOwn={isAdded(resource)} />,
    },
    {
      name: 'What it does',
      width: 'minmax(0, 6fr)',
      wideOnly: true,
      cell: ({ description }) => (
        <Text size="sm" className="truncated" title={description ?? undefined}>
          {description}
        </Text>
      ),
    },
  ];
  return (
    <Stack>
      <Group align="flex-end" justify="space-between">
        <TextInput
          label="Search resources"
          type="search"
          flex="1 1 16rem"
          maw={420}
          leftSection={<IconSearch size={16} aria-hidden />}
          value={text}
          onChange={(event) => change({ q: event.currentTarget.value })}
        />
        <Button
          variant="default"
          component={Link}
          href={element.private ? `${place}/edit` : `${place}/edit?part=new`}
          leftSection={<IconPencil size={16} aria-hidden />}
        >
          {element.private ? 'Edit resources' : 'Add a resource'}
        </Button>
      </Group>
      {hidden > 0 && (
        <Switch
          label={`Show steps that no caller reaches, too (${hidden})`}
          checked={isAll}
          onChange={(event) => change({ all: event.currentTarget.checked ? '1' : '' })}
        />
      )}
      <DataTable
        label="Resources"
        columns={columns}
        rows={found}
        keyOf={({ id }) => id}
        isNarrow={isNarrow}
        empty={
          <EmptyState
            title={element.resources.length === 0 ? 'There are no resources yet' : 'No resource fits'}
            text={element.resources.length === 0 ? 'Add the first one in the editor.' : 'Try other words.'}
          />
        }
      />
    </Stack>
  );

  function isAdded({ ownerAccountId }: Resource): boolean {
    return !element.private && (ownerAccountId === undefined || ownerAccountId === account.id);
  }
}

function Path({ resource, place, isOwn }: { resource: Resource; place: string; isOwn: boolean }) {
  const path = pathWithoutHub(resource.path);
  return (
    <Group gap="xs" wrap="nowrap">
      {isCallable(resource) ? (
        <Anchor
          component={Link}
          href={`${place}/docs?operation=${encodeURIComponent(`${resource.method.toUpperCase()} ${path}`)}`}
          size="sm"
          ff="monospace"
          className="truncated"
          title={resource.path}
        >
          {path}
        </Anchor>
      ) : (
        <Text size="sm" ff="monospace" className="truncated" title={resource.path}>
          {path} <Text span size="xs" c="dimmed">{`(${resource.type ?? 'internal'})`}</Text>
        </Text>
      )}
      {isOwn && <StatusBadge mood="good">Added</StatusBadge>}
    </Group>
  );
}
