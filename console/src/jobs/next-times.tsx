// The next times of a schedule.

import { List, Text } from '@mantine/core';
import { describeMoment } from '../components/time-ago.tsx';

/** Lists moments in the time zone of the schedule. */
export function NextTimes({ times, timeZone }: { times: readonly number[]; timeZone: string }) {
  if (times.length === 0) return <Text c="dimmed">None: its times are over.</Text>;
  const format = new Intl.DateTimeFormat('en', {
    weekday: 'short',
    month: 'short',
    day: 'numeric',
    hour: '2-digit',
    minute: '2-digit',
    ...(times.some((time) => time % 60_000 !== 0) ? { second: '2-digit' as const } : {}),
    hourCycle: 'h23',
    timeZone,
  });
  return (
    <List size="sm" spacing={2}>
      {times.map((time) => (
        <List.Item key={time}>
          {format.format(time)}{' '}
          <Text span size="xs" c="dimmed">
            {describeMoment(new Date(time))}
          </Text>
        </List.Item>
      ))}
    </List>
  );
}
