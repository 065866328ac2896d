// How far a bulk job has come, as a bar.

import { Group, Progress, Text } from '@mantine/core';
import { type BulkJob, isOpen, stateOfBulkJob } from './bulk-job.ts';

const colours = { good: 'teal', going: 'blue', warning: 'orange', bad: 'red', neutral: 'gray' };

/** A bar; it only moves, without a number, where nobody knows how much is to come. */
export function BulkProgressBar({ job, size }: { job: BulkJob; size: 'md' | 'xl' }) {
  const { fraction } = job.progress;
  const isRunning = isOpen(job);
  const percent = fraction === undefined ? undefined : Math.floor(fraction * 100);
  const value = percent ?? 100;
  const label = `Progress of job ${job.id}`;
  const text = percent === undefined ? (isRunning ? 'Under way' : '') : `${percent} %`;
  return (
    <Group gap="xs" wrap="nowrap">
      <Progress.Root size={size} flex={1} miw={40}>
        <Progress.Section
          value={isRunning || percent !== undefined ? value : 0}
          color={colours[stateOfBulkJob(job).mood]}
          striped={isRunning && percent === undefined}
          animated={isRunning && percent === undefined}
          withAria={false}
          role="progressbar"
          aria-label={label}
          aria-valuemin={0}
          aria-valuemax={100}
          aria-valuenow={percent}
          aria-valuetext={text}
        />
      </Progress.Root>
      <Text span size="xs" c="dimmed" miw={34} ta="right" className="unbroken">
        {percent === undefined ? '' : text}
      </Text>
    </Group>
  );
}
