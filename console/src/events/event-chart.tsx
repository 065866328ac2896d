// How many events came over time, stacked by what became of them.

import 'uplot/dist/uPlot.min.css';
import { Group, Text, useComputedColorScheme } from '@mantine/core';
import { useEffect, useRef } from 'react';
import uPlot from 'uplot';
import { countOf } from '../components/quantities.ts';
import type { EventCount } from './queries.ts';

const shown = [
  { name: 'delivered', label: 'Delivered', colour: '--mantine-color-teal-6' },
  { name: 'failed', label: 'Not delivered yet', colour: '--mantine-color-orange-6' },
  { name: 'open', label: 'Received', colour: '--mantine-color-blue-6' },
] as const;

/** A chart with its legend; for those who do not see it, the sums in words. */
export function EventChart({ counts, height }: { counts: readonly EventCount[]; height: number }) {
  const place = useRef<HTMLDivElement>(null);
  const scheme = useComputedColorScheme('light');

  useEffect(() => {
    const element = place.current;
    if (element === null || counts.length === 0) return;
    const chart = new uPlot(optionsOf(element, { height, scheme, step: stepOf(counts) }), stack(counts), element);
    const observer = new ResizeObserver(() => chart.setSize({ width: element.clientWidth, height }));
    observer.observe(element);
    return () => {
      observer.disconnect();
      chart.destroy();
    };
  }, [counts, height, scheme]);

  const sums = shown.map(({ name }) => counts.reduce((sum, count) => sum + count[name], 0));
  const all = sums.reduce((sum, one) => sum + one, 0);
  const words = shown.map(({ label }, index) => `${label.toLowerCase()}: ${sums[index]}`).join(', ');
  return (
    <figure style={{ margin: 0 }}>
      <Group justify="space-between" component="figcaption" gap="xs">
        <Text size="sm" fw={600}>
          {countOf(all, 'event')}
        </Text>
        <Group gap="md">
          {shown.map(({ name, label, colour }, index) => (
            <Group key={name} gap={6} wrap="nowrap">
              <span
                aria-hidden
                style={{ width: 10, height: 10, borderRadius: 2, background: `var(${colour})`, flex: 'none' }}
              />
              <Text size="xs" c="dimmed">
                {label} ({sums[index]})
              </Text>
            </Group>
          ))}
        </Group>
      </Group>
      <div
        ref={place}
        className="event-chart"
        style={{ height }}
        role="img"
        aria-label={`Events over time; ${words}`}
      />
    </figure>
  );
}

/** Each series as the sum of itself and those below it, the tallest first, since it is drawn first. */
function stack(counts: readonly EventCount[]): uPlot.AlignedData {
  const times = counts.map(({ at }) => at);
  const delivered = counts.map((count) => count.delivered);
  const withFailed = counts.map((count) => count.delivered + count.failed);
  const all = counts.map((count) => count.delivered + count.failed + count.open);
  return [times, all, withFailed, delivered];
}

/** Seconds from one time to the next. */
function stepOf([first, second]: readonly EventCount[]): number {
  return first === undefined || second === undefined ? 60 : second.at - first.at;
}

function optionsOf(
  element: HTMLElement,
  { height, scheme, step }: { height: number; scheme: 'light' | 'dark'; step: number },
): uPlot.Options {
  const styles = getComputedStyle(document.documentElement);
  const colour = (name: string) => styles.getPropertyValue(name).trim();
  const axis = {
    stroke: colour(scheme === 'dark' ? '--mantine-color-dark-1' : '--mantine-color-gray-7'),
    grid: { stroke: colour(scheme === 'dark' ? '--mantine-color-dark-4' : '--mantine-color-gray-2'), width: 1 },
    ticks: { show: false },
    font: '11px system-ui, sans-serif',
  };
  const bars = uPlot.paths.bars?.({ size: [0.8, 40], align: 1 });
  return {
    width: element.clientWidth,
    height,
    legend: { show: false },
    cursor: { show: false },
    padding: [8, 4, 0, 0],
    // The last time is as wide as all others.
    scales: {
      x: { range: (_chart, first, last) => [first, last + step] },
      y: { range: (_chart, _least, most) => [0, Math.max(4, Math.ceil(most * 1.1))] },
    },
    axes: [
      { ...axis, size: 40, space: 70 },
      {
        ...axis,
        size: 40,
        space: 30,
        incrs: [1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000, 5000, 10_000, 50_000, 100_000],
      },
    ],
    series: [
      {},
      ...[...shown].reverse().map(({ label, colour: name }) => ({
        label,
        fill: colour(name),
        width: 0,
        points: { show: false },
        ...(bars === undefined ? {} : { paths: bars }),
      })),
    ],
  };
}
