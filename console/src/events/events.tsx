// The event log: what came for which account, whether it arrived, and sending it again.

import { Button, Stack } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { IconSend } from '@tabler/icons-react';
import { useAddressFilters } from '../address.ts';
import { AccountName } from '../components/account-name.tsx';
import { type Column, DataTable } from '../components/data-table.tsx';
import { EmptyState } from '../components/empty-state.tsx';
import { ErrorNotice } from '../components/error-notice.tsx';
import { PageHeader } from '../components/page-header.tsx';
import { StatusBadge } from '../components/status-badge.tsx';
import { TimeAgo } from '../components/time-ago.tsx';
import { useNarrow } from '../components/use-narrow.ts';
import { describeEvent, type LoggedEvent, linkOfEvent, sourceOf, stateOf } from './event.ts';
import { EventChart } from './event-chart.tsx';
import { EventFilters } from './event-filters.tsx';
import { readPeriod } from './period.ts';
import { type EventFilter, useEventCounts, useEvents } from './queries.ts';
import { SendAllAgain } from './send-all-again.tsx';
import { TroubledEndpoints } from './troubled-endpoints.tsx';

const columns: readonly Column<LoggedEvent>[] = [
  { name: 'Received', width: '90px', cell: ({ eventDate }) => <TimeAgo at={eventDate} /> },
  {
    name: 'What happened',
    width: 'minmax(0, 2fr)',
    cell: (event) => <div className="truncated">{describeEvent(event)}</div>,
  },
  {
    name: 'Account',
    width: 'minmax(0, 1.5fr)',
    wideOnly: true,
    cell: ({ instanceId, elementKey }) => <AccountName id={instanceId} elementKey={elementKey} />,
  },
  { name: 'Came by', width: '130px', wideOnly: true, cell: ({ source }) => sourceOf(source) },
  { name: 'Attempts', width: '80px', wideOnly: true, cell: ({ attempts }) => attempts },
  { name: 'State', width: 'minmax(100px, 160px)', cell: (event) => <EventState event={event} /> },
];

/** The event log. */
export function Events() {
  const filters = useAddressFilters();
  const isNarrow = useNarrow();
  const [isAsking, asking] = useDisclosure();
  const instance = Number(filters.get('instance') ?? Number.NaN);
  const filter: EventFilter = {
    period: readPeriod(filters),
    instance: Number.isSafeInteger(instance) ? instance : undefined,
    status: filters.get('status'),
  };
  const events = useEvents(filter);
  const counts = useEventCounts(filter);
  return (
    <Stack>
      <PageHeader
        title="Events"
        description="What vendors told of your accounts, and whether it reached your endpoints."
        actions={
          <Button variant="default" leftSection={<IconSend size={16} />} onClick={asking.open}>
            Send again…
          </Button>
        }
      />
      <TroubledEndpoints />
      <EventFilters filters={filters} instance={filter.instance} />
      {counts.data !== undefined && <EventChart counts={counts.data} />}
      {events.error === null ? (
        <DataTable
          label="Events"
          columns={columns}
          rows={events.rows}
          keyOf={({ id }) => id}
          linkOf={linkOfEvent}
          isPending={events.isPending}
          loadMore={events.loadMore}
          isNarrow={isNarrow}
          empty={
            <EmptyState
              title="No events in this time"
              text="Events come when an account has them switched on, by webhooks of its vendor or by polling. Look at a longer time, or take filters away."
            >
              <Button variant="default" onClick={() => filters.set(wholeMonth)}>
                Show the last 30 days
              </Button>
            </EmptyState>
          }
        />
      ) : (
        <ErrorNotice error={events.error} retry={events.retry} />
      )}
      <SendAllAgain filter={filter} opened={isAsking} onClose={asking.close} />
    </Stack>
  );
}

const wholeMonth = { period: '30d', from: undefined, to: undefined, status: undefined, instance: undefined };

function EventState({ event }: { event: LoggedEvent }) {
  const { word, mood } = stateOf(event);
  return <StatusBadge mood={mood}>{word}</StatusBadge>;
}
