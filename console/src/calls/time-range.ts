// A time of one's own to look at: from one moment to another, as long as the server counts calls over.

import { localText, momentOf } from '../components/local-time.ts';

/** The ends of a time as ISO 8601; `to` undefined for now. */
export interface TimeRange {
  from?: string | undefined;
  to?: string | undefined;
}

/** What is wrong with each end of a time; neither is there when it can be asked for. */
export interface RangeFaults {
  from?: string;
  to?: string;
}

const minuteMs = 60_000;
const longestDays = 92;
const noMoment = 'Choose a date and a time.';

/** The zone that fields for local times are meant in. */
export const localZone = Intl.DateTimeFormat().resolvedOptions().timeZone || 'UTC';

/** What the server would refuse about a time, said at the end that it is about. */
export function faultsOfRange({ from, to }: TimeRange, now = Date.now()): RangeFaults {
  const begin = Date.parse(from ?? '');
  const end = to === undefined ? now : Date.parse(to);
  if (Number.isNaN(begin)) return Number.isNaN(end) ? { from: noMoment, to: noMoment } : { from: noMoment };
  if (Number.isNaN(end)) return { to: noMoment };
  if (end <= begin) return to === undefined ? { from: 'This is not over yet.' } : { to: 'Choose a time after “From”.' };
  if (end - begin > longestDays * 24 * 60 * minuteMs) return { from: `Choose ${longestDays} days at most.` };
  return {};
}

/** Whether a time can be asked for. */
export function isSound(range: TimeRange): boolean {
  return Object.keys(faultsOfRange(range)).length === 0;
}

const unitMs: Record<string, number> = { m: minuteMs, h: 60 * minuteMs, d: 24 * 60 * minuteMs };

/** The time that a period such as `24h` means now, in whole minutes. */
export function rangeOfPeriod(period: string, now = Date.now()): { from: string; to: string } {
  const length = Number.parseInt(period, 10) * (unitMs[period.slice(-1)] ?? 0);
  const end = Math.ceil(now / minuteMs) * minuteMs;
  return { from: new Date(end - length).toISOString(), to: new Date(end).toISOString() };
}

/** A moment as a field for local times holds it, its seconds only where it has some; empty for none. */
export function localTextOf(moment: string | undefined): string {
  const date = momentOf(moment);
  if (date === undefined) return '';
  return localText(date, date.getSeconds() === 0 ? 'minute' : 'second');
}

/** The moment of a field for local times as ISO 8601; what is no moment stays as it is. */
export function momentOfLocalText(text: string): string {
  return momentOf(text)?.toISOString() ?? text;
}
