// How the calls of a filter fared: how many, how long they took, and whose failed.

import { Anchor, Card, Group, Progress, SegmentedControl, SimpleGrid, Skeleton, Stack, Text } from '@mantine/core';
import { lazy, type ReactNode, Suspense, useMemo, useState } from 'react';
import { ErrorNotice } from '../components/error-notice.tsx';
import { countOf, formatMilliseconds, formatShare, formatWholeNumbers } from '../components/quantities.ts';
import { useNarrow } from '../components/use-narrow.ts';
import type { CallFilter } from './filter.ts';
import { type CallAnalytics, useCallAnalytics } from './queries.ts';

const TimeChart = lazy(async () => ({ default: (await import('../components/time-chart.tsx')).TimeChart }));
const chartHeight = 150;

interface CallChartsProps {
  filter: CallFilter;
  isLive: boolean;
  /** shows the failed calls of an element */
  choose(element: string): void;
  zoom(from: Date, to: Date): void;
}

const kinds = ['Calls', 'Duration', 'Failures'] as const;

/** Charts of calls side by side; one at a time where there is little room. */
export function CallCharts({ filter, isLive, choose, zoom }: CallChartsProps) {
  const analytics = useCallAnalytics(filter, isLive);
  const isNarrow = useNarrow();
  const [kind, setKind] = useState<string>(kinds[0]);
  if (analytics.isError) return <ErrorNotice error={analytics.error} retry={() => void analytics.refetch()} />;
  if (analytics.data === undefined) return <Skeleton height={isNarrow ? 270 : 240} radius="md" />;
  const charts: Record<string, ReactNode> = {
    Calls: <CallsOverTime key="calls" analytics={analytics.data} zoom={zoom} />,
    Duration: <Durations key="durations" analytics={analytics.data} zoom={zoom} />,
    Failures: <Failures key="failures" analytics={analytics.data} choose={choose} />,
  };
  if (!isNarrow) return <SimpleGrid cols={3}>{Object.values(charts)}</SimpleGrid>;
  return (
    <Stack gap="xs">
      <SegmentedControl aria-label="Chart" fullWidth value={kind} onChange={setKind} data={[...kinds]} />
      {charts[kind]}
    </Stack>
  );
}

interface ChartProps {
  analytics: CallAnalytics;
  zoom?: ((from: Date, to: Date) => void) | undefined;
}

/** Calls over time, the failed ones on top of those that succeeded. */
function CallsOverTime({ analytics, zoom }: ChartProps) {
  const { buckets, bucketMs } = analytics;
  const { calls, failed } = sumOf(analytics);
  const times = useTimes(analytics);
  const series = useMemo(
    () => [
      { name: 'Succeeded', colour: 'teal', values: buckets.map((bucket) => bucket.calls - bucket.failed) },
      { name: 'Failed', colour: 'red', values: buckets.map((bucket) => bucket.failed) },
    ],
    [buckets],
  );
  const words = `${countOf(calls, 'call')}, ${failed === 0 ? 'none' : formatShare(failed, calls)} failed`;
  return (
    <ChartCard title="Calls" summary={words}>
      <TimeChart
        kind="bars"
        label={`Calls over time: ${words}`}
        times={times}
        bucketMs={bucketMs}
        series={series}
        format={formatWholeNumbers}
        height={chartHeight}
        onSelect={zoom}
      />
    </ChartCard>
  );
}

function Durations({ analytics, zoom }: ChartProps) {
  const { buckets, bucketMs } = analytics;
  const times = useTimes(analytics);
  const series = useMemo(
    () => [
      { name: 'p50', colour: 'blue', values: buckets.map(({ p50 }) => p50) },
      { name: 'p95', colour: 'violet', values: buckets.map(({ p95 }) => p95) },
      { name: 'p99', colour: 'orange', values: buckets.map(({ p99 }) => p99) },
    ],
    [buckets],
  );
  const slowest = buckets.reduce((most, { p99 = 0 }) => Math.max(most, p99), 0);
  const words = slowest === 0 ? 'no calls' : `99 of 100 within ${formatMilliseconds(slowest)}`;
  return (
    <ChartCard title="Duration" summary={words}>
      <TimeChart
        kind="lines"
        label={`How long half, 95 and 99 of a hundred calls took at most, over time: ${words}`}
        times={times}
        bucketMs={bucketMs}
        series={series}
        format={formatMilliseconds}
        height={chartHeight}
        onSelect={zoom}
      />
    </ChartCard>
  );
}

const shownElements = 5;

function Failures({ analytics, choose }: { analytics: CallAnalytics; choose(element: string): void }) {
  const failing = analytics.byElement.filter(({ failed }) => failed > 0);
  const most = failing[0]?.failed ?? 1;
  return (
    <ChartCard title="Failures by element" summary={failing.length === 0 ? 'none' : countOf(failing.length, 'element')}>
      {failing.length === 0 ? (
        <Text size="sm" c="dimmed" py="xl" ta="center">
          No call failed in this time.
        </Text>
      ) : (
        <Stack gap="xs" component="ul" m={0} p={0} className="plain-list">
          {failing.slice(0, shownElements).map(({ elementKey, elementName, calls, failed }) => (
            <li key={elementKey}>
              <Group justify="space-between" wrap="nowrap" gap="xs">
                <Anchor component="button" type="button" size="sm" truncate onClick={() => choose(elementKey)}>
                  {elementName}
                </Anchor>
                <Text size="xs" c="dimmed" className="unbroken">
                  {failed} of {countOf(calls, 'call')}
                </Text>
              </Group>
              <Progress value={(100 * failed) / most} color="red" size="sm" aria-label={`Failures of ${elementName}`} />
            </li>
          ))}
          {failing.length > shownElements && (
            <Text size="xs" c="dimmed" component="li">
              and {countOf(failing.length - shownElements, 'other')}
            </Text>
          )}
        </Stack>
      )}
    </ChartCard>
  );
}

function ChartCard({ title, summary, children }: { title: string; summary: string; children: ReactNode }) {
  return (
    <Card withBorder padding="sm" component="section" aria-label={title}>
      <Group justify="space-between" wrap="nowrap" gap="xs" mb="xs">
        <Text size="sm" fw={600}>
          {title}
        </Text>
        <Text size="xs" c="dimmed" truncate>
          {summary}
        </Text>
      </Group>
      <Suspense fallback={<Skeleton height={chartHeight + 30} />}>{children}</Suspense>
    </Card>
  );
}

/** All calls of a time, and those that failed. */
function sumOf({ buckets }: CallAnalytics): { calls: number; failed: number } {
  return buckets.reduce((sum, bucket) => ({ calls: sum.calls + bucket.calls, failed: sum.failed + bucket.failed }), {
    calls: 0,
    failed: 0,
  });
}

function useTimes({ buckets }: CallAnalytics): number[] {
  return useMemo(() => buckets.map(({ timestamp }) => Date.parse(timestamp)), [buckets]);
}
