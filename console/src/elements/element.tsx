// One element: what it is, how accounts sign in, and what it can do.

import { Button, Group, Skeleton, Stack, Tabs } from '@mantine/core';
import { IconBook, IconPlug } from '@tabler/icons-react';
import { type ReactNode, useEffect, useRef } from 'react';
import { Link, useParams, useSearchParams } from 'wouter';
import { CallError } from '../call.ts';
import { ElementMark } from '../components/element-mark.tsx';
import { EmptyState } from '../components/empty-state.tsx';
import { ErrorNotice } from '../components/error-notice.tsx';
import { PageHeader } from '../components/page-header.tsx';
import { ElementConfiguration } from './configuration.tsx';
import { ElementActions } from './element-actions.tsx';
import { ElementBadges } from './element-badges.tsx';
import { ElementEvents } from './events.tsx';
import { ElementModels } from './models.tsx';
import { ElementOverview } from './overview.tsx';
import { type ElementDetail, useElement } from './queries.ts';
import { ElementResources } from './resources.tsx';

const tabs: readonly { value: string; label: string; content(element: ElementDetail): ReactNode }[] = [
  { value: 'overview', label: 'Overview', content: (element) => <ElementOverview element={element} /> },
  { value: 'configuration', label: 'Configuration', content: (element) => <ElementConfiguration element={element} /> },
  { value: 'resources', label: 'Resources', content: (element) => <ElementResources element={element} /> },
  { value: 'models', label: 'Models', content: (element) => <ElementModels element={element} /> },
  { value: 'events', label: 'Events', content: (element) => <ElementEvents element={element} /> },
];

/** The view `/elements/:key`; the tab stands in the address. */
export function ElementPage() {
  const { key = '' } = useParams<{ key: string }>();
  const element = useElement(key);
  if (element.isPending) return <Waiting />;
  if (element.isError) {
    return <AbsentElement elementKey={key} error={element.error} retry={() => void element.refetch()} />;
  }
  return <Shown element={element.data} />;
}

function Shown({ element }: { element: ElementDetail }) {
  const [search, setSearch] = useSearchParams();
  const asked = search.get('tab');
  const tab = tabs.find(({ value }) => value === asked) ?? tabs[0];
  const list = useRef<HTMLDivElement>(null);
  const value = tab?.value;
  // Where there is little room the tabs scroll, and the chosen one may be out of sight.
  useEffect(() => {
    const chosen = list.current?.querySelector(`[data-tab="${value}"]`);
    chosen?.scrollIntoView({ block: 'nearest', inline: 'nearest' });
  }, [value]);
  const place = `/elements/${encodeURIComponent(element.key)}`;
  return (
    <Stack gap="lg">
      <PageHeader
        title={element.name}
        mark={<ElementMark name={element.name} size="lg" />}
        description={
          <Group gap="xs">
            <span>{element.key}</span>
            <ElementBadges element={element} />
          </Group>
        }
        actions={
          <>
            <Button
              variant="default"
              component={Link}
              href={`${place}/docs`}
              leftSection={<IconBook size={18} aria-hidden />}
            >
              API docs
            </Button>
            {element.active && (
              <Button
                component={Link}
                href={`/instances/connect/${encodeURIComponent(element.key)}`}
                leftSection={<IconPlug size={18} aria-hidden />}
              >
                Connect
              </Button>
            )}
            <ElementActions element={element} />
          </>
        }
      />
      <Tabs
        value={value ?? null}
        onChange={(chosen) => setSearch(chosen === null || chosen === 'overview' ? {} : { tab: chosen })}
        keepMounted={false}
      >
        <Tabs.List mb="lg" className="scrolling-tabs" ref={list}>
          {tabs.map(({ value, label }) => (
            <Tabs.Tab key={value} value={value} data-tab={value}>
              {label}
            </Tabs.Tab>
          ))}
        </Tabs.List>
        {tabs.map(({ value, content }) => (
          <Tabs.Panel key={value} value={value}>
            {content(element)}
          </Tabs.Panel>
        ))}
      </Tabs>
    </Stack>
  );
}

/** What is shown in place of an element that cannot be read: a way back when there is none of this key. */
export function AbsentElement({ elementKey, error, retry }: { elementKey: string; error: Error; retry(): void }) {
  if (!(error instanceof CallError && error.status === 404)) return <ErrorNotice error={error} retry={retry} />;
  return (
    <EmptyState
      title="There is no such element"
      text={`No element of your account or of the catalog has the key ${elementKey}.`}
    >
      <Button component={Link} href="/elements">
        All elements
      </Button>
    </EmptyState>
  );
}

/** Stands where an element will be. */
export function Waiting() {
  return (
    <Stack gap="lg" aria-busy="true">
      <Group>
        <Skeleton height={56} width={56} radius="md" />
        <Skeleton height={28} width={240} />
      </Group>
      <Skeleton height={36} />
      <Skeleton height={220} />
    </Stack>
  );
}
