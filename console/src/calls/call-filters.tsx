// The conditions on calls. They stand in the address, so that what one sees can be sent to somebody else.

import { Button, CloseButton, Group, SegmentedControl, Select, Stack, TextInput } from '@mantine/core';
import { useDebouncedCallback } from '@mantine/hooks';
import { IconSearch } from '@tabler/icons-react';
import { useEffect, useState } from 'react';
import { AccountSelect } from '../components/account-select.tsx';
import { useNarrow } from '../components/use-narrow.ts';
import { useOverview } from '../home/overview.ts';
import { type CallFilter, type FilterChange, isFixed, narrows, periods } from './filter.ts';
import { RangeFields } from './range-fields.tsx';
import { rangeOfPeriod } from './time-range.ts';

interface CallFiltersProps {
  filter: CallFilter;
  change(change: FilterChange): void;
}

/** Fields that change the filter in the address. */
export function CallFilters({ filter, change }: CallFiltersProps) {
  const isNarrow = useNarrow();
  const [isOpen, setIsOpen] = useState(false);
  const chosen = [filter.element, filter.instance, filter.hub].filter((one) => one !== undefined).length;
  const clear = (
    <Button
      variant="subtle"
      onClick={() =>
        change({ from: null, to: null, element: null, instance: null, hub: null, status: null, text: null })
      }
    >
      Clear
    </Button>
  );
  return (
    <Stack gap="sm">
      <Group gap="sm">
        <TimeField filter={filter} change={change} />
        <SegmentedControl
          aria-label="Result"
          value={filter.status ?? ''}
          onChange={(status) => change({ status })}
          data={[
            { value: '', label: 'All' },
            { value: 'SUCCESS', label: 'Succeeded' },
            { value: 'FAILED', label: 'Failed' },
          ]}
        />
        <SearchField text={filter.text ?? ''} change={(text) => change({ text })} />
      </Group>
      {isFixed(filter) && <RangeFields key={`${filter.from} ${filter.to}`} range={filter} change={change} />}
      {isNarrow && (
        <Button variant="default" aria-expanded={isOpen} onClick={() => setIsOpen(!isOpen)}>
          {chosen === 0 ? 'More filters' : `More filters (${chosen})`}
        </Button>
      )}
      {(!isNarrow || isOpen || narrows(filter)) && (
        <Group gap="sm">
          {(!isNarrow || isOpen) && <WhatFields filter={filter} change={change} />}
          {narrows(filter) && clear}
        </Group>
      )}
    </Stack>
  );
}

const fixed = 'fixed';

function TimeField({ filter, change }: CallFiltersProps) {
  const { period } = filter;
  return (
    <Select
      aria-label="Time"
      w={180}
      allowDeselect={false}
      value={isFixed(filter) ? fixed : period}
      onChange={(value) => {
        if (value === fixed && !isFixed(filter)) change({ ...rangeOfPeriod(period), period: null });
        if (value !== null && value !== fixed) change({ period: value, from: null, to: null });
      }}
      data={[...periods, { value: fixed, label: 'From … to …' }]}
    />
  );
}

function WhatFields({ filter, change }: CallFiltersProps) {
  const overview = useOverview();
  const connected = overview.data?.connected ?? [];
  const hubs = new Set(connected.flatMap(({ hub }) => (hub === undefined ? [] : [hub])));
  return (
    <>
      <Select
        aria-label="Element"
        placeholder="Any element"
        flex="1 1 160px"
        maw={320}
        searchable
        clearable
        value={filter.element ?? null}
        onChange={(element) => change({ element })}
        data={withChosen(
          filter.element,
          connected.map(({ key, name }) => ({ value: key, label: name })),
        )}
      />
      <AccountSelect
        label={undefined}
        aria-label="Account"
        flex="1 1 160px"
        maw={320}
        value={filter.instance === undefined ? undefined : Number(filter.instance)}
        onChange={(instance) => change({ instance: instance?.toString() ?? null })}
      />
      <Select
        aria-label="Hub"
        placeholder="Any hub"
        flex="1 1 160px"
        maw={320}
        searchable
        clearable
        value={filter.hub ?? null}
        onChange={(hub) => change({ hub })}
        data={withChosen(
          filter.hub,
          [...hubs].sort().map((hub) => ({ value: hub, label: hub })),
        )}
      />
    </>
  );
}

/** What is offered, with what the address names although it is not offered (any more). */
function withChosen(chosen: string | undefined, offered: { value: string; label: string }[]) {
  if (chosen === undefined || offered.some(({ value }) => value === chosen)) return offered;
  return [{ value: chosen, label: chosen }, ...offered];
}

const typingMs = 350;

function SearchField({ text, change }: { text: string; change(text: string): void }) {
  const [typed, setTyped] = useState(text);
  const tell = useDebouncedCallback(change, typingMs);
  useEffect(() => setTyped(text), [text]);
  const set = (value: string) => {
    setTyped(value);
    tell(value);
  };
  return (
    <TextInput
      aria-label="Search"
      placeholder="Path, error or request id"
      flex="1 1 200px"
      leftSection={<IconSearch size={16} aria-hidden />}
      rightSection={
        typed === '' ? undefined : <CloseButton size="sm" aria-label="Clear search" onClick={() => set('')} />
      }
      value={typed}
      onChange={(event) => set(event.currentTarget.value)}
    />
  );
}
