// Moments in queries, as callers write them.

import { Problem } from '../core/errors.ts';

const unitMs: Record<string, number> = { s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000, w: 604_800_000 };
/** What PostgreSQL and JavaScript both know: up to the year 9999. */
const latestMs = 253_402_300_799_999;

/**
 * The moment that a query parameter means, in milliseconds since 1970: ISO 8601 (UTC unless it names a zone),
 * milliseconds since 1970, `now`, or so many seconds, minutes, hours, days or weeks before now, such as `-7d`.
 * Throws a Problem that names the parameter.
 */
export function readTime(parameter: string, text: string, now: number): number {
  const time = momentOf(text.trim(), now);
  if (time !== undefined && Math.abs(time) <= latestMs) return time;
  throw new Problem(
    'badRequest',
    `${parameter} is no time: give ISO 8601 (2025-11-22T10:00:00Z), milliseconds since 1970, or back from now (-7d).`,
  );
}

function momentOf(text: string, now: number): number | undefined {
  if (text === 'now') return now;
  const [, count, unit = ''] = /^-(\d{1,6})([smhdw])$/.exec(text) ?? [];
  if (count !== undefined) return now - Number(count) * (unitMs[unit] ?? 0);
  if (/^\d{9,15}$/.test(text)) return Number(text);
  const iso = /^(\d{4}-\d{2}-\d{2})(?:[T ](\d{2}:\d{2}(?::\d{2}(?:\.\d{1,9})?)?)(Z|[+ -]\d{2}:?\d{2})?)?$/i.exec(text);
  if (iso === null) return undefined;
  const [, date, clockTime = '00:00', zone = 'Z'] = iso;
  // In a query an unescaped plus arrives as a space.
  const offset = zone
    .replace(' ', '+')
    .replace(/^([+-]\d{2})(\d{2})$/, '$1:$2')
    .toUpperCase();
  const time = Date.parse(`${date}T${clockTime}${offset}`);
  return Number.isNaN(time) ? undefined : time;
}
