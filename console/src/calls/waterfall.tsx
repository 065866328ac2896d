// Where the time of a call went, drawn to scale.

import { Group, Stack, Text } from '@mantine/core';
import './waterfall.css';
import { formatMilliseconds } from '../components/quantities.ts';
import type { TracedCall } from './queries.ts';
import { partsOf } from './timeline.ts';

/** The whole call, and each part of it where it was traced; else how much of it was the vendor’s. */
export function Waterfall({ call }: { call: TracedCall }) {
  const { processTime, vendorTime, vendorCalls, trace = [] } = call;
  const wholeMs = Math.max(1, processTime, ...trace.map(({ atMs }) => atMs));
  const ownMs = Math.max(0, processTime - vendorTime);
  return (
    <Stack gap={6} component="ul" m={0} p={0} className="plain-list">
      <Lane name="Whole call" fromMs={0} toMs={processTime} wholeMs={wholeMs} className="waterfall-whole" />
      {trace.length > 0 ? (
        partsOf(trace, processTime).map(({ name, fromMs, toMs, isVendors }, index) => (
          <Lane
            // biome-ignore lint/suspicious/noArrayIndexKey: steps have no other name, and never change
            key={index}
            name={name}
            fromMs={fromMs}
            toMs={toMs}
            wholeMs={wholeMs}
            className={isVendors ? 'waterfall-vendor' : 'waterfall-own'}
          />
        ))
      ) : (
        <>
          <Lane name="In Valence" fromMs={0} toMs={ownMs} wholeMs={wholeMs} className="waterfall-own" />
          <Lane
            name={vendorCalls > 1 ? `At the vendor (${vendorCalls} requests)` : 'At the vendor'}
            fromMs={ownMs}
            toMs={ownMs + vendorTime}
            wholeMs={wholeMs}
            className="waterfall-vendor"
          />
        </>
      )}
    </Stack>
  );
}

interface LaneProps {
  name: string;
  fromMs: number;
  toMs: number;
  wholeMs: number;
  className: string;
}

const leastPercent = 0.6;

function Lane({ name, fromMs, toMs, wholeMs, className }: LaneProps) {
  const isMoment = toMs === fromMs;
  const width = Math.max(leastPercent, (100 * (toMs - fromMs)) / wholeMs);
  const left = Math.min(100 - width, (100 * fromMs) / wholeMs);
  return (
    <li className="waterfall-lane">
      <Text size="sm" truncate title={name}>
        {capitalized(name)}
      </Text>
      <div className="waterfall-track" aria-hidden>
        <div className={`waterfall-bar ${className}`} style={{ left: `${left}%`, width: `${width}%` }} />
      </div>
      <Group justify="flex-end" wrap="nowrap">
        <Text size="xs" c="dimmed" className="unbroken">
          {isMoment ? `at ${formatMilliseconds(fromMs)}` : formatMilliseconds(toMs - fromMs)}
        </Text>
      </Group>
    </li>
  );
}

function capitalized(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
