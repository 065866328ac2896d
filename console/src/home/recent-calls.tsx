// The calls of the last day, as charts that lead to the calls.

import { Anchor, Group, Stack, Title } from '@mantine/core';
import { Link, useLocation } from 'wouter';
import { CallCharts } from '../calls/call-charts.tsx';
import type { CallFilter } from '../calls/filter.ts';

const lastDay: CallFilter = { period: '24h' };

/** Charts of calls; a part of one that is chosen opens the calls that it shows. */
export function RecentCalls() {
  const [, navigate] = useLocation();
  return (
    <Stack gap="xs" component="section" aria-label="Calls">
      <Group justify="space-between">
        <Title order={2} size="h4">
          Calls of the last 24 hours
        </Title>
        <Anchor component={Link} href="/calls" size="sm">
          All calls
        </Anchor>
      </Group>
      <CallCharts
        filter={lastDay}
        isLive
        choose={(element) => navigate(`/calls?status=FAILED&element=${encodeURIComponent(element)}`)}
        zoom={(from, to) => navigate(`/calls?from=${from.toISOString()}&to=${to.toISOString()}`)}
      />
    </Stack>
  );
}
