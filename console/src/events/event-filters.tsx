// Which events the list shows: of a time, of an account, of a state.

import { Group, Select, TextInput } from '@mantine/core';
import type { AddressFilters } from '../address.ts';
import { AccountSelect } from '../components/account-select.tsx';
import { localText } from '../components/local-time.ts';
import { eventStatuses } from './event.ts';
import { periodName, periods, readPeriod, startOf } from './period.ts';

/** The fields that filter the list; what they say stands in the address. */
export function EventFilters({ filters, instance }: { filters: AddressFilters; instance: number | undefined }) {
  const period = periodName(filters);
  const choosePeriod = (chosen: string | null) => {
    if (chosen !== 'custom') return filters.set({ period: chosen, from: undefined, to: undefined });
    filters.set({ period: undefined, from: localText(startOf(readPeriod(filters))) });
  };
  return (
    <Group align="flex-end" gap="sm">
      <Select
        label="Time"
        data={periods}
        value={period}
        onChange={choosePeriod}
        allowDeselect={false}
        w={{ base: '100%', xs: 170 }}
      />
      {period === 'custom' && (
        <>
          <TextInput
            label="From"
            type="datetime-local"
            value={filters.get('from') ?? ''}
            onChange={(event) => filters.set({ from: event.currentTarget.value })}
          />
          <TextInput
            label="To"
            type="datetime-local"
            value={filters.get('to') ?? ''}
            onChange={(event) => filters.set({ to: event.currentTarget.value })}
          />
        </>
      )}
      <AccountSelect
        value={instance}
        onChange={(id) => filters.set({ instance: id === undefined ? undefined : String(id) })}
        w={{ base: '100%', xs: 240 }}
      />
      <Select
        label="State"
        placeholder="Any state"
        data={eventStatuses}
        value={filters.get('status') ?? null}
        onChange={(status) => filters.set({ status })}
        clearable
        w={{ base: '100%', xs: 180 }}
      />
    </Group>
  );
}
