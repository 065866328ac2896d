// Calls as rows, each leading to the whole of it.

import { Group, Stack, Text } from '@mantine/core';
import type { ReactNode, UIEvent } from 'react';
import { type Column, DataTable } from '../components/data-table.tsx';
import { ElementMark } from '../components/element-mark.tsx';
import { formatMilliseconds } from '../components/quantities.ts';
import { useNarrow } from '../components/use-narrow.ts';
import { accountOf } from './account-of.ts';
import { formatMoment } from './moments.ts';
import type { Call } from './queries.ts';
import { ResultBadge } from './result-badge.tsx';

interface CallTableProps {
  calls: readonly Call[];
  isPending: boolean;
  loadMore: (() => void) | undefined;
  /** told whether the first row is out of sight */
  onScroll(isScrolled: boolean): void;
  empty: ReactNode;
}

/** A virtual list of calls. */
export function CallTable({ calls, isPending, loadMore, onScroll, empty }: CallTableProps) {
  const isNarrow = useNarrow();
  const noteScroll = (event: UIEvent) => onScroll((event.target as HTMLElement).scrollTop > 0);
  return (
    <div onScrollCapture={noteScroll}>
      <DataTable
        label="Calls"
        columns={isNarrow ? narrowColumns : wideColumns}
        rows={calls}
        keyOf={({ id }) => id}
        linkOf={({ id }) => `/calls/${encodeURIComponent(id)}`}
        isPending={isPending}
        loadMore={loadMore}
        empty={empty}
        isNarrow={isNarrow}
      />
    </div>
  );
}

const result: Column<Call> = { name: 'Result', width: '3.5rem', cell: (call) => <ResultBadge call={call} /> };

const wideColumns: readonly Column<Call>[] = [
  {
    name: 'Time',
    width: '8.5rem',
    cell: ({ usageDate }) => <time dateTime={usageDate}>{formatMoment(usageDate)}</time>,
  },
  result,
  {
    name: 'Call',
    width: 'minmax(0, 3fr)',
    cell: (call) => (
      <Text size="sm" truncate ff="monospace" title={pathOf(call)}>
        <Text span inherit c="dimmed">
          {call.method}
        </Text>{' '}
        {pathOf(call)}
      </Text>
    ),
  },
  {
    name: 'Account',
    width: 'minmax(0, 2fr)',
    cell: (call) => (
      <Group gap="xs" wrap="nowrap">
        <ElementMark name={call.elementName} size="sm" />
        <Text size="sm" truncate>
          {accountOf(call)}
        </Text>
      </Group>
    ),
  },
  {
    name: 'Took',
    width: '4.5rem',
    cell: ({ processTime }) => formatMilliseconds(processTime),
  },
];

const narrowColumns: readonly Column<Call>[] = [
  result,
  {
    name: 'Call',
    width: 'minmax(0, 1fr)',
    cell: (call) => (
      <Stack gap={0}>
        <Text size="xs" truncate ff="monospace">
          {call.method} {shortPathOf(call)}
        </Text>
        <Text size="xs" c="dimmed" truncate>
          {accountOf(call)} · {formatMilliseconds(call.processTime)}
        </Text>
      </Stack>
    ),
  },
  {
    name: 'Time',
    width: '4rem',
    cell: ({ usageDate }) => (
      <Text size="xs" c="dimmed">
        <time dateTime={usageDate}>{formatMoment(usageDate)}</time>
      </Text>
    ),
  },
];

/** The path without the hub, which the element below it tells. */
function shortPathOf(call: Call): string {
  return pathOf(call).replace(/^\/hubs\/[^/]+(?=\/)/, '');
}

function pathOf({ kind, requestURI }: Call): string {
  return kind === 'provisioning' ? `${requestURI} (connecting)` : requestURI;
}
