// The time that the log is looked at: one of a few, or from one moment to another.

import type { AddressFilters } from '../address.ts';
import { momentOf } from '../components/local-time.ts';

/** A time to look at; both ends as the server reads them, `to` undefined for now. */
export interface Period {
  from: string;
  to: string | undefined;
  /** in which the chart counts */
  interval: 'minute' | 'hour' | 'day';
}

/** The times to choose from; `custom` is from one moment to another. */
export const periods = [
  { value: '1h', label: 'Last hour' },
  { value: '24h', label: 'Last 24 hours' },
  { value: '7d', label: 'Last 7 days' },
  { value: '30d', label: 'Last 30 days' },
  { value: 'custom', label: 'From … to …' },
];

const standard = '7d';
const hourMs = 3_600_000;
const intervals: Record<string, Period['interval']> = { '1h': 'minute', '24h': 'hour', '7d': 'hour', '30d': 'day' };

/** Which of the times the address names. */
export function periodName(filters: AddressFilters): string {
  if (filters.get('from') !== undefined) return 'custom';
  const named = filters.get('period') ?? standard;
  return intervals[named] === undefined ? standard : named;
}

/** The time that the address names. */
export function readPeriod(filters: AddressFilters): Period {
  const name = periodName(filters);
  if (name !== 'custom') return { from: `-${name}`, to: undefined, interval: intervals[name] ?? 'hour' };
  const from = momentOf(filters.get('from')) ?? new Date(Date.now() - 24 * hourMs);
  const to = momentOf(filters.get('to'));
  const hours = ((to ?? new Date()).getTime() - from.getTime()) / hourMs;
  const interval = hours <= 3 ? 'minute' : hours <= 24 * 14 ? 'hour' : 'day';
  return { from: from.toISOString(), to: to?.toISOString(), interval };
}

/** The moment that a period begins. */
export function startOf({ from }: Period, now = Date.now()): Date {
  const [, count, unit] = /^-(\d+)([hd])$/.exec(from) ?? [];
  if (count === undefined) return new Date(from);
  return new Date(now - Number(count) * hourMs * (unit === 'd' ? 24 : 1));
}
