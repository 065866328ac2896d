// Moments as people say them, with the exact one for those who ask.

import { Text, Tooltip } from '@mantine/core';

const relative = new Intl.RelativeTimeFormat('en', { numeric: 'auto', style: 'short' });
const exact = new Intl.DateTimeFormat('en', { dateStyle: 'medium', timeStyle: 'medium' });
const units: readonly [Intl.RelativeTimeFormatUnit, number][] = [
  ['day', 86_400],
  ['hour', 3600],
  ['minute', 60],
  ['second', 1],
];

/** A moment as it lies from now, such as “5 min. ago”. */
export function describeMoment(moment: Date, now = new Date()): string {
  const seconds = (moment.getTime() - now.getTime()) / 1000;
  const [unit, length] = units.find(([, size]) => Math.abs(seconds) >= size) ?? ['second', 1];
  return relative.format(Math.trunc(seconds / length), unit);
}

/** Shows a moment (anything that `Date` reads). */
export function TimeAgo({ at }: { at: string | number }) {
  const moment = new Date(at);
  if (Number.isNaN(moment.getTime())) return <Text span>{String(at)}</Text>;
  return (
    <Tooltip label={exact.format(moment)} withArrow>
      <time dateTime={moment.toISOString()}>{describeMoment(moment)}</time>
    </Tooltip>
  );
}
