// The editor of an element: its parts on the left, one of them in the middle, a test call beside it.

import { Box, Button, Grid, NavLink, Select, Stack, Text, TextInput } from '@mantine/core';
import { IconCopy, IconPlus, IconSearch, IconStack2 } from '@tabler/icons-react';
import { Fragment } from 'react';
import { Link, useParams } from 'wouter';
import { useAddress } from '../../address.ts';
import { ElementMark } from '../../components/element-mark.tsx';
import { EmptyState } from '../../components/empty-state.tsx';
import { PageHeader } from '../../components/page-header.tsx';
import { useNarrow } from '../../components/use-narrow.ts';
import { usePerson } from '../../session.ts';
import { isCallable, pathWithoutHub } from '../describe.ts';
import { AbsentElement, Waiting } from '../element.tsx';
import { MethodBadge } from '../method-badge.tsx';
import { type ElementDetail, type Resource, useElement } from '../queries.ts';
import { ResourceEditor } from './resource-editor.tsx';
import { SharedEditor } from './shared-editor.tsx';

/** The view `/elements/:key/edit`; the part that is edited stands in the address. */
export function ElementEditor() {
  const { key = '' } = useParams<{ key: string }>();
  const element = useElement(key);
  if (element.isPending) return <Waiting />;
  if (element.isError) {
    return <AbsentElement elementKey={key} error={element.error} retry={() => void element.refetch()} />;
  }
  return <Editor element={element.data} />;
}

function Editor({ element }: { element: ElementDetail }) {
  const [address, change] = useAddress();
  const isNarrow = useNarrow();
  const asked = address.get('part');
  const place = `/elements/${encodeURIComponent(element.key)}`;
  const open = (part: string | null) => change({ part, q: null });
  const parts = <Parts element={element} chosen={asked} open={open} isNarrow={isNarrow} />;
  return (
    <Stack gap="lg">
      <PageHeader
        title={element.private ? `Edit ${element.name}` : `Extend ${element.name}`}
        mark={<ElementMark name={element.name} size="lg" />}
        description={
          element.private
            ? 'A change is used by the next call, once it is saved.'
            : 'What you add is seen and called by your account only.'
        }
        actions={
          <Button variant="default" component={Link} href={place}>
            About the element
          </Button>
        }
      />
      {isNarrow ? (
        <>
          {parts}
          <Part key={asked ?? ''} element={element} asked={asked} open={open} />
        </>
      ) : (
        <Grid gap="lg">
          <Grid.Col span={{ base: 4, lg: 3 }}>
            <Box pos="sticky" top={72}>
              {parts}
            </Box>
          </Grid.Col>
          <Grid.Col span={{ base: 8, lg: 9 }}>
            <Part key={asked ?? ''} element={element} asked={asked} open={open} />
          </Grid.Col>
        </Grid>
      )}
    </Stack>
  );
}

interface PartProps {
  element: ElementDetail;
  asked: string | null;
  open(part: string | null): void;
}

const blank: Resource = { id: 0, method: 'GET', path: '', vendorPath: '', type: 'api', parameters: [], hooks: [] };

function Part({ element, asked, open }: PartProps) {
  const { account } = usePerson();
  const isHere = (url: URL) =>
    url.pathname === window.location.pathname && (url.searchParams.get('part') ?? null) === asked;
  if (asked === 'shared' && element.private) return <SharedEditor element={element} isHere={isHere} />;
  if (asked === 'new') {
    return <ResourceEditor element={element} resource={blank} isNew isReadOnly={false} isHere={isHere} open={open} />;
  }
  const resource = element.resources.find(({ id }) => String(id) === asked);
  if (resource !== undefined) {
    const owner = resource.ownerAccountId;
    const isOwn = element.private ? owner === undefined || owner === account.id : owner === undefined;
    return (
      <ResourceEditor
        element={element}
        resource={resource}
        isNew={false}
        isReadOnly={!isOwn}
        isHere={isHere}
        open={open}
      />
    );
  }
  return (
    <EmptyState
      title={asked === null ? 'Choose what to edit' : 'This part is not there'}
      text={
        element.private
          ? 'Resources say what programs can call, and which call of the vendor stands behind it.'
          : 'Resources of the catalog can be read here; those that you add can be changed.'
      }
    >
      <Button leftSection={<IconPlus size={16} aria-hidden />} onClick={() => open('new')}>
        Add a resource
      </Button>
      {!element.private && (
        <Button
          variant="default"
          component={Link}
          href={`/elements/${encodeURIComponent(element.key)}`}
          leftSection={<IconCopy size={16} aria-hidden />}
        >
          Clone it instead
        </Button>
      )}
    </EmptyState>
  );
}

interface PartsProps {
  element: ElementDetail;
  chosen: string | null;
  isNarrow: boolean;
  open(part: string | null): void;
}

function Parts({ element, chosen, isNarrow, open }: PartsProps) {
  const [address, change] = useAddress();
  const text = address.get('q') ?? '';
  const words = text.toLowerCase().split(/\s+/).filter(Boolean);
  const nameOf = ({ method, path }: Resource) => `${method.toUpperCase()} ${pathWithoutHub(path)}`;
  const found = element.resources.filter((resource) => {
    const said = `${nameOf(resource)} ${resource.description ?? ''}`.toLowerCase();
    return words.every((word) => said.includes(word));
  });
  if (isNarrow) {
    return (
      <Select
        label="What to edit"
        searchable
        data={[
          { value: 'new', label: 'Add a resource' },
          ...(element.private ? [{ value: 'shared', label: 'Shared by all resources' }] : []),
          ...element.resources.map((resource) => ({ value: String(resource.id), label: nameOf(resource) })),
        ]}
        value={chosen}
        onChange={open}
      />
    );
  }
  return (
    <Stack gap="xs" component="nav" aria-label="Parts of the element">
      <Button
        variant="default"
        leftSection={<IconPlus size={16} aria-hidden />}
        onClick={() => open('new')}
        aria-current={chosen === 'new' ? 'true' : undefined}
      >
        Add a resource
      </Button>
      {element.private && (
        <NavLink
          component="button"
          label="Shared by all resources"
          leftSection={<IconStack2 size={18} aria-hidden />}
          active={chosen === 'shared'}
          aria-current={chosen === 'shared' ? 'true' : undefined}
          px="xs"
          onClick={() => open('shared')}
        />
      )}
      <TextInput
        aria-label="Search resources"
        placeholder="Search resources"
        type="search"
        leftSection={<IconSearch size={16} aria-hidden />}
        value={text}
        onChange={(event) => change({ q: event.currentTarget.value })}
      />
      <Box className="operations">
        {found.length === 0 && (
          <Text size="sm" c="dimmed" p="xs">
            {element.resources.length === 0 ? 'No resources yet.' : 'No resource fits.'}
          </Text>
        )}
        {found.map((resource) => (
          <NavLink
            key={resource.id}
            component="button"
            active={String(resource.id) === chosen}
            aria-current={String(resource.id) === chosen ? 'true' : undefined}
            label={<BreakablePath path={pathWithoutHub(resource.path)} />}
            description={isCallable(resource) ? undefined : (resource.type ?? 'internal')}
            leftSection={<MethodBadge method={resource.method} />}
            className="breaks"
            px="xs"
            py={4}
            onClick={() => open(String(resource.id))}
          />
        ))}
      </Box>
    </Stack>
  );
}

/** A path that breaks between its parts, where there is little room. */
function BreakablePath({ path }: { path: string }) {
  const parts = path.split('/');
  return parts.map((part, place) => (
    // biome-ignore lint/suspicious/noArrayIndexKey: parts have no other name, and never change places
    <Fragment key={place}>
      {place > 0 && <wbr />}
      {place > 0 ? `/${part}` : part}
    </Fragment>
  ));
}
