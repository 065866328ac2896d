// How many events came over time, stacked by what became of them.

import { Group, Skeleton, Text } from '@mantine/core';
import { lazy, Suspense, useMemo } from 'react';
import { countOf, formatWholeNumbers } from '../components/quantities.ts';
import type { EventCount } from './queries.ts';

const TimeChart = lazy(async () => ({ default: (await import('../components/time-chart.tsx')).TimeChart }));
const height = 150;

const shown = [
  { name: 'delivered', label: 'Delivered', colour: 'teal' },
  { name: 'failed', label: 'Not delivered yet', colour: 'orange' },
  { name: 'open', label: 'Received', colour: 'blue' },
] as const;

/** A chart with its sums, which tell in words what it shows. */
export function EventChart({ counts }: { counts: readonly EventCount[] }) {
  const times = useMemo(() => counts.map(({ at }) => at), [counts]);
  const series = useMemo(
    () => shown.map(({ name, label, colour }) => ({ name: label, colour, values: counts.map((count) => count[name]) })),
    [counts],
  );
  const sums = shown.map(({ name }) => counts.reduce((sum, count) => sum + count[name], 0));
  const words = shown.map(({ label }, index) => `${label.toLowerCase()}: ${sums[index]}`).join(', ');
  const all = sums.reduce((sum, one) => sum + one, 0);
  return (
    <figure style={{ margin: 0 }}>
      <Group justify="space-between" component="figcaption" gap="xs">
        <Text size="sm" fw={600}>
          {countOf(all, 'event')}
        </Text>
        <Text size="xs" c="dimmed">
          {words}
        </Text>
      </Group>
      <Suspense fallback={<Skeleton height={height} />}>
        {times.length > 0 && (
          <TimeChart
            kind="bars"
            label={`Events over time; ${words}`}
            times={times}
            bucketMs={stepOf(times)}
            series={series}
            format={formatWholeNumbers}
            height={height}
          />
        )}
      </Suspense>
    </figure>
  );
}

/** Milliseconds from one time to the next. */
function stepOf([first, second]: readonly number[]): number {
  return first === undefined || second === undefined ? 60_000 : second - first;
}
