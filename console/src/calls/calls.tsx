// The calls that were made: charts, filters, and a list that new calls come into while one looks.

import { ActionIcon, Button, Group, Stack, Switch, Tooltip } from '@mantine/core';
import { IconRefresh } from '@tabler/icons-react';
import { useQueryClient } from '@tanstack/react-query';
import { useMemo, useState } from 'react';
import { useSearch } from 'wouter';
import { EmptyState } from '../components/empty-state.tsx';
import { ErrorNotice } from '../components/error-notice.tsx';
import { PageHeader } from '../components/page-header.tsx';
import { countOf } from '../components/quantities.ts';
import { CallCharts } from './call-charts.tsx';
import { CallFilters } from './call-filters.tsx';
import { CallTable } from './call-table.tsx';
import { type CallFilter, type FilterChange, isFixed, narrows, readFilter, useCallFilter } from './filter.ts';
import { useLiveCalls } from './live-calls.ts';
import { isSound } from './time-range.ts';

/** The list of calls. */
export function Calls() {
  const search = useSearch();
  const filter = useMemo(() => readFilter(new URLSearchParams(search)), [search]);
  const [, change] = useCallFilter();
  const [wantsLive, setWantsLive] = useState(true);
  const client = useQueryClient();
  // What is looked at from one moment to another stays as it is.
  const isLive = wantsLive && !isFixed(filter);
  const refresh = () => void client.resetQueries({ queryKey: ['calls'] });

  return (
    <Stack>
      <PageHeader
        title="Calls"
        description="Every call to a connected account, the latest first."
        actions={
          <Group gap="sm">
            <Switch
              label="Live"
              checked={isLive}
              disabled={isFixed(filter)}
              onChange={(event) => setWantsLive(event.currentTarget.checked)}
            />
            <Tooltip label="Refresh" withArrow>
              <ActionIcon variant="default" size="lg" aria-label="Refresh" onClick={refresh}>
                <IconRefresh size={18} />
              </ActionIcon>
            </Tooltip>
          </Group>
        }
      />
      <CallFilters filter={filter} change={change} />
      {isFixed(filter) && !isSound(filter) ? (
        <EmptyState title="This time cannot be shown" text="The fields above say what is wrong with it.">
          <Button variant="default" onClick={() => change({ from: null, to: null, period: null })}>
            Show the last 24 hours
          </Button>
        </EmptyState>
      ) : (
        <CallsOf filter={filter} change={change} isLive={isLive} />
      )}
    </Stack>
  );
}

interface CallsOfProps {
  filter: CallFilter;
  change(change: FilterChange): void;
  isLive: boolean;
}

function CallsOf({ filter, change, isLive }: CallsOfProps) {
  const [isScrolled, setIsScrolled] = useState(false);
  const { calls, isPending, error, loadMore, held, release, retry } = useLiveCalls(filter, {
    isLive,
    isHeld: isScrolled,
  });
  return (
    <>
      <CallCharts
        filter={filter}
        isLive={isLive}
        choose={(element) => change({ element, status: 'FAILED' })}
        zoom={(from, to) => change({ from: from.toISOString(), to: to.toISOString(), period: null })}
      />
      {error !== null && <ErrorNotice error={error} retry={retry} />}
      {held > 0 && (
        <Button variant="light" size="xs" onClick={release} aria-live="polite">
          {Number.isFinite(held) ? `Show ${countOf(held, 'new call')}` : 'Show new calls'}
        </Button>
      )}
      {(error === null || calls.length > 0) && (
        <CallTable
          calls={calls}
          isPending={isPending}
          loadMore={loadMore}
          onScroll={setIsScrolled}
          empty={
            narrows(filter) ? (
              <EmptyState title="No call fits these filters" text="Try a longer time or fewer conditions.">
                <Button
                  variant="default"
                  onClick={() =>
                    change({ from: null, to: null, element: null, instance: null, hub: null, status: null, text: null })
                  }
                >
                  Clear filters
                </Button>
              </EmptyState>
            ) : (
              <EmptyState
                title="No calls in this time"
                text="Calls show here as soon as they are made. Choose a longer time to see earlier ones."
              >
                {filter.period !== '30d' && (
                  <Button variant="default" onClick={() => change({ period: '30d' })}>
                    Show the last 30 days
                  </Button>
                )}
              </EmptyState>
            )
          }
        />
      )}
    </>
  );
}
