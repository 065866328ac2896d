// Says when a job runs: one of the usual times or an expression, in a time zone, with the times that come of it.

import { Select, Stack, Text, TextInput } from '@mantine/core';
import { useDebouncedValue } from '@mantine/hooks';
import { NextTimes } from './next-times.tsx';
import { type Trigger, useNextTimes } from './queries.ts';
import { describeSchedule } from './schedule-words.ts';

const usual = [
  '0 0/15 * * * ?',
  '0 0 * * * ?',
  '0 0 0/6 * * ?',
  '0 0 8 * * ?',
  '0 0 20 ? * MON-FRI',
  '0 0 8 ? * MON',
  '0 0 6 1 * ?',
].map((value) => ({ value, label: describeSchedule(value) ?? value }));
const own = 'own';
const zones = ['UTC', ...Intl.supportedValuesOf('timeZone').filter((zone) => zone !== 'UTC')];

/** The time zone of this browser. */
export const ownZone = Intl.DateTimeFormat().resolvedOptions().timeZone || 'UTC';

/** Fields for a schedule; what is wrong with it is said by the server. */
export function ScheduleFields({ value, onChange }: { value: Trigger; onChange(trigger: Trigger): void }) {
  const [settled] = useDebouncedValue(value, 300);
  const times = useNextTimes(settled);
  const isUsual = usual.some(({ value: cron }) => cron === value.cron);
  return (
    <Stack gap="sm">
      <Select
        label="When"
        data={[...usual, { value: own, label: 'Other times…' }]}
        value={isUsual ? value.cron : own}
        onChange={(chosen) => onChange({ ...value, cron: chosen === null || chosen === own ? '' : chosen })}
        allowDeselect={false}
      />
      {!isUsual && (
        <TextInput
          label="Schedule"
          description="A Quartz expression: seconds, minutes, hours, day of month, month, day of week. One of the two days is ?."
          placeholder="0 30 2 L-3 * ?"
          required
          value={value.cron}
          onChange={(event) => onChange({ ...value, cron: event.currentTarget.value })}
          error={times.isError ? times.error.message : undefined}
        />
      )}
      <Select
        label="Time zone"
        data={zones.includes(value.timeZone) ? zones : [value.timeZone, ...zones]}
        value={value.timeZone}
        onChange={(timeZone) => onChange({ ...value, timeZone: timeZone ?? 'UTC' })}
        searchable
        limit={50}
        allowDeselect={false}
      />
      {times.data !== undefined && value.cron !== '' && (
        <div>
          <Text size="sm" fw={600}>
            Next runs
          </Text>
          <NextTimes times={times.data} timeZone={settled.timeZone} />
        </div>
      )}
    </Stack>
  );
}
