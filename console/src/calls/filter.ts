// Which calls are shown: as the address says it, and as the server is asked.

import { useAddress } from '../address.ts';
import { momentOfLocalText } from './time-range.ts';

/** A filter; members that are undefined leave nothing out. */
export interface CallFilter {
  /** a time back from now, such as `24h` */
  period: string;
  /** ISO 8601 in UTC, in place of the period; what the address has there that is no moment stays as it is */
  from?: string;
  to?: string;
  element?: string;
  instance?: string;
  hub?: string;
  status?: 'SUCCESS' | 'FAILED';
  text?: string;
}

/** What can be changed of a filter; null takes a condition away. */
export type FilterChange = { [Name in keyof CallFilter]?: string | null };

/** The times back from now that are offered. */
export const periods: readonly { value: string; label: string }[] = [
  { value: '15m', label: 'Last 15 minutes' },
  { value: '1h', label: 'Last hour' },
  { value: '24h', label: 'Last 24 hours' },
  { value: '7d', label: 'Last 7 days' },
  { value: '30d', label: 'Last 30 days' },
];
const standardPeriod = '24h';
const conditions = ['from', 'to', 'element', 'instance', 'hub', 'text'] as const;

/** The filter in the address, and a function that changes it there. */
export function useCallFilter(): [CallFilter, (change: FilterChange) => void] {
  const [parameters, change] = useAddress();
  return [readFilter(parameters), change];
}

/** Reads a filter; what the address has in it that means nothing is left out. */
export function readFilter(parameters: URLSearchParams): CallFilter {
  const filter: CallFilter = { period: standardPeriod };
  const period = parameters.get('period');
  if (periods.some(({ value }) => value === period)) filter.period = period ?? standardPeriod;
  const status = parameters.get('status');
  if (status === 'SUCCESS' || status === 'FAILED') filter.status = status;
  for (const name of conditions) {
    const value = parameters.get(name);
    if (value !== null && value !== '') filter[name] = value;
  }
  // Without a zone a moment is meant in that of the browser; the server would take it for one in UTC.
  if (filter.from !== undefined) filter.from = momentOfLocalText(filter.from);
  if (filter.to !== undefined) filter.to = momentOfLocalText(filter.to);
  return filter;
}

/** Whether calls are shown from one moment to another, not back from now. */
export function isFixed({ from, to }: CallFilter): boolean {
  return from !== undefined || to !== undefined;
}

/** Whether a filter leaves out more than what is too old. */
export function narrows({ element, instance, hub, status, text, from, to }: CallFilter): boolean {
  return [element, instance, hub, status, text, from, to].some((condition) => condition !== undefined);
}

/** A filter as the query of `GET /usage`. */
export function queryOf(filter: CallFilter): Record<string, string | undefined> {
  const { period, from, to, element, instance, hub, status, text } = filter;
  return {
    from: isFixed(filter) ? from : `-${period}`,
    to,
    'keys[]': element,
    'instanceIds[]': instance,
    hub,
    status,
    searchText: text,
  };
}
