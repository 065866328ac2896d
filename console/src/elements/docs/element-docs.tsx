// The documentation of an element's API, made of its description: what can be called, and how.

import { Box, Button, Grid, NavLink, Select, Stack, Text, TextInput } from '@mantine/core';
import { IconPlug, IconSearch } from '@tabler/icons-react';
import { Link, useParams } from 'wouter';
import { useAddress } from '../../address.ts';
import { ElementMark } from '../../components/element-mark.tsx';
import { EmptyState } from '../../components/empty-state.tsx';
import { PageHeader } from '../../components/page-header.tsx';
import { useNarrow } from '../../components/use-narrow.ts';
import { AbsentElement, Waiting } from '../element.tsx';
import { MethodBadge } from '../method-badge.tsx';
import { useElement } from '../queries.ts';
import { type Description, type Operation, useElementDescription } from './description.ts';
import { OperationView } from './operation-view.tsx';

/** The view `/elements/:key/docs`; the operation stands in the address. */
export function ElementDocs() {
  const { key = '' } = useParams<{ key: string }>();
  const description = useElementDescription(key);
  const element = useElement(key);
  const failed = description.isError ? description : element.isError ? element : undefined;
  if (failed !== undefined) {
    return <AbsentElement elementKey={key} error={failed.error} retry={() => void failed.refetch()} />;
  }
  if (description.data === undefined || element.data === undefined) return <Waiting />;
  const { name } = element.data;
  return (
    <Stack gap="lg">
      <PageHeader
        title={`${name} API`}
        mark={<ElementMark name={name} size="lg" />}
        description="What can be called at a connected account, and how."
        actions={
          <>
            <Button variant="default" component={Link} href={`/elements/${encodeURIComponent(key)}`}>
              About the element
            </Button>
            <Button
              component={Link}
              href={`/instances/connect/${encodeURIComponent(key)}`}
              leftSection={<IconPlug size={18} aria-hidden />}
            >
              Connect
            </Button>
          </>
        }
      />
      <Documentation elementKey={key} description={description.data} />
    </Stack>
  );
}

function Documentation({ elementKey, description }: { elementKey: string; description: Description }) {
  const [address, change] = useAddress();
  const isNarrow = useNarrow();
  const { operations } = description;
  const asked = address.get('operation');
  const operation = operations.find(({ name }) => name === asked) ?? (asked === null ? operations[0] : undefined);
  const choose = (name: string | null) => change({ operation: name });
  if (operations.length === 0) {
    return (
      <EmptyState
        title="Nothing can be called yet"
        text="The element has no resources. Add the first one in the editor."
      >
        <Button component={Link} href={`/elements/${encodeURIComponent(elementKey)}/edit?part=new`}>
          Add a resource
        </Button>
      </EmptyState>
    );
  }
  const shown =
    operation === undefined ? (
      <EmptyState title="There is no such operation" text={`${asked} is not described here.`}>
        <Button onClick={() => choose(null)}>Show the first one</Button>
      </EmptyState>
    ) : (
      <OperationView key={operation.name} elementKey={elementKey} description={description} operation={operation} />
    );
  if (isNarrow) {
    return (
      <Stack gap="lg">
        <Select
          label="Operation"
          searchable
          allowDeselect={false}
          data={operations.map(({ name }) => name)}
          value={operation?.name ?? null}
          onChange={choose}
        />
        {shown}
      </Stack>
    );
  }
  return (
    <Grid gap="xl">
      <Grid.Col span={{ base: 12, sm: 4, lg: 3 }}>
        <Box pos="sticky" top={72}>
          <Operations operations={operations} chosen={operation?.name} choose={choose} />
        </Box>
      </Grid.Col>
      <Grid.Col span={{ base: 12, sm: 8, lg: 9 }}>{shown}</Grid.Col>
    </Grid>
  );
}

interface OperationsProps {
  operations: readonly Operation[];
  chosen: string | undefined;
  choose(name: string): void;
}

function Operations({ operations, chosen, choose }: OperationsProps) {
  const [address, change] = useAddress();
  const text = address.get('q') ?? '';
  const words = text.toLowerCase().split(/\s+/).filter(Boolean);
  const found = operations.filter(({ name, summary, group }) => {
    const said = `${name} ${summary} ${group}`.toLowerCase();
    return words.every((word) => said.includes(word));
  });
  const groups = [...Map.groupBy(found, ({ group }) => group)];
  return (
    <Stack gap="sm" component="nav" aria-label="Operations">
      <TextInput
        aria-label="Search operations"
        placeholder="Search operations"
        type="search"
        leftSection={<IconSearch size={16} aria-hidden />}
        value={text}
        onChange={(event) => change({ q: event.currentTarget.value })}
      />
      <Box className="operations">
        {found.length === 0 && (
          <Text size="sm" c="dimmed">
            No operation fits. Try other words.
          </Text>
        )}
        {groups.map(([group, members]) => (
          <Box key={group} mb="sm">
            <Text size="xs" fw={600} c="dimmed" px="xs" pb={2}>
              {group}
            </Text>
            {members.map(({ name, method, path, summary }) => (
              <NavLink
                key={name}
                component="button"
                active={name === chosen}
                aria-current={name === chosen ? 'true' : undefined}
                label={summary || path}
                leftSection={<MethodBadge method={method} />}
                px="xs"
                py={4}
                onClick={() => choose(name)}
              />
            ))}
          </Box>
        ))}
      </Box>
    </Stack>
  );
}
