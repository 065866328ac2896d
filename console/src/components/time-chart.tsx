// A chart of numbers over time. Load it lazily: what draws it is no part of the first load.

import 'uplot/dist/uPlot.min.css';
import './time-chart.css';
import { useComputedColorScheme } from '@mantine/core';
import { useEffect, useRef } from 'react';
import uPlot from 'uplot';

/** What is drawn: a line, or bars that stand on those of the series before. */
export interface TimeSeries {
  name: string;
  /** of the theme, such as `teal` */
  colour: string;
  /** one for each time; undefined where there is nothing to say */
  values: readonly (number | undefined)[];
}

interface TimeChartProps {
  kind: 'bars' | 'lines';
  /** the whole in words, for those who do not see it */
  label: string;
  /** milliseconds since 1970 at which the buckets begin, and how long one is */
  times: readonly number[];
  bucketMs: number;
  series: readonly TimeSeries[];
  /** a number with its unit */
  format(value: number): string;
  height?: number;
  /** called with the time that somebody has dragged over */
  onSelect?: ((from: Date, to: Date) => void) | undefined;
}

/** Draws a chart as wide as its place, with a legend that shows the numbers below the pointer. */
export function TimeChart(props: TimeChartProps) {
  const { kind, label, times, bucketMs, series, format, height = 160, onSelect } = props;
  const place = useRef<HTMLDivElement>(null);
  const chart = useRef<uPlot>(undefined);
  const scheme = useComputedColorScheme('light');
  const given = useRef({ format, onSelect, series, bucketMs });
  given.current = { format, onSelect, series, bucketMs };
  const names = series.map(({ name, colour }) => `${name}:${colour}`).join('|');

  // biome-ignore lint/correctness/useExhaustiveDependencies: what is drawn is made anew for other series and colours only
  useEffect(() => {
    const parent = place.current;
    if (parent === null) return;
    const drawn = new uPlot(optionsOf(kind, given, { height, width: parent.clientWidth, scheme }), [[]], parent);
    chart.current = drawn;
    const resizing = new ResizeObserver(() => drawn.setSize({ width: parent.clientWidth, height }));
    resizing.observe(parent);
    return () => {
      resizing.disconnect();
      drawn.destroy();
      chart.current = undefined;
    };
  }, [kind, names, scheme, height]);

  // biome-ignore lint/correctness/useExhaustiveDependencies: a chart that was made anew has no data yet
  useEffect(() => {
    chart.current?.setData(dataOf(kind, times, series));
  }, [kind, names, scheme, height, times, series]);

  return <div ref={place} className="time-chart" role="img" aria-label={label} style={{ minHeight: height }} />;
}

/** uPlot’s columns. Bars are drawn the tallest first, each as the sum of those that it stands on. */
function dataOf(kind: 'bars' | 'lines', times: readonly number[], series: readonly TimeSeries[]): uPlot.AlignedData {
  const seconds = times.map((time) => time / 1000);
  if (kind === 'lines') return [seconds, ...series.map(({ values }) => values.map((value) => value ?? null))];
  const sums = times.map(() => 0);
  const stacked = series.map(({ values }) =>
    values.map((value, index) => {
      sums[index] = (sums[index] ?? 0) + (value ?? 0);
      return sums[index];
    }),
  );
  return [seconds, ...stacked.reverse()];
}

interface Given {
  current: Pick<TimeChartProps, 'format' | 'onSelect' | 'series' | 'bucketMs'>;
}

function optionsOf(
  kind: 'bars' | 'lines',
  given: Given,
  { height, width, scheme }: { height: number; width: number; scheme: 'light' | 'dark' },
): uPlot.Options {
  const styles = getComputedStyle(document.documentElement);
  const colourOf = (name: string) => styles.getPropertyValue(`--mantine-color-${name}`).trim();
  const ordered = kind === 'bars' ? [...given.current.series].reverse() : given.current.series;
  const bars = uPlot.paths.bars?.({ size: [0.85, 36], align: 1 });
  const axis: uPlot.Axis = {
    stroke: colourOf('dimmed'),
    font: `11px ${getComputedStyle(document.body).fontFamily}`,
    grid: { stroke: colourOf('default-border'), width: 1 },
    ticks: { show: false },
  };
  return {
    width,
    height,
    padding: [8, 16, 0, 0],
    scales: {
      // The last bucket is as wide as the others.
      x: { range: (_chart, from, to) => [from, to + (kind === 'bars' ? given.current.bucketMs / 1000 : 0)] },
      y: { range: (_chart, _from, to) => [0, Math.max(to ?? 0, 1) * 1.05] },
    },
    axes: [
      { ...axis, size: 26, space: 64, values: (_chart, moments) => timeLabels(moments) },
      { ...axis, size: 56, space: 32, values: (_chart, values) => values.map((value) => given.current.format(value)) },
    ],
    series: [
      { label: 'Time', value: '{MMM} {D}, {HH}:{mm}' },
      ...ordered.map(({ name, colour }): uPlot.Series => {
        const shade = colourOf(`${colour}-${scheme === 'dark' ? 5 : 6}`);
        return {
          label: name,
          stroke: shade,
          spanGaps: true,
          // A moment alone has no line to be seen by.
          points: { show: kind === 'lines', size: 4, fill: shade },
          value: (_chart, _drawn, _index, at) => valueAt(given, name, at),
          ...(kind === 'bars'
            ? { fill: shade, width: 0, ...(bars === undefined ? {} : { paths: bars }) }
            : { width: 2 }),
        };
      }),
    ],
    cursor: { y: false, points: { show: kind === 'lines' }, drag: { x: true, y: false, setScale: false } },
    hooks: { setSelect: [(chart) => tellSelection(chart, given)] },
  };
}

const clock = new Intl.DateTimeFormat('en', { hour: '2-digit', minute: '2-digit', hourCycle: 'h23' });
const clockWithSeconds = new Intl.DateTimeFormat('en', {
  ...{ hour: '2-digit', minute: '2-digit', second: '2-digit', hourCycle: 'h23' },
});
const day = new Intl.DateTimeFormat('en', { month: 'short', day: 'numeric' });

/** Moments (in seconds) below their marks: the day where one begins, else the time. */
function timeLabels(moments: readonly number[]): string[] {
  const step = (moments[1] ?? 0) - (moments[0] ?? 0);
  return moments.map((seconds) => {
    const moment = new Date(seconds * 1000);
    if (moment.getHours() === 0 && moment.getMinutes() === 0 && moment.getSeconds() === 0) return day.format(moment);
    return (step > 0 && step < 60 ? clockWithSeconds : clock).format(moment);
  });
}

function valueAt({ current }: Given, name: string, at: number | null): string {
  const value = at === null ? undefined : current.series.find((one) => one.name === name)?.values[at];
  return value === undefined ? '–' : current.format(value);
}

const leastPixels = 8;

function tellSelection(chart: uPlot, { current }: Given): void {
  const { left, width } = chart.select;
  if (width < leastPixels) return;
  const momentAt = (x: number) => new Date(chart.posToVal(x, 'x') * 1000);
  current.onSelect?.(momentAt(left), momentAt(left + width));
  chart.setSelect({ left: 0, top: 0, width: 0, height: 0 }, false);
}
