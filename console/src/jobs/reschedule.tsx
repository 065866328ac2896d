// Gives a job another schedule.

import { Button, Group, Modal, Stack } from '@mantine/core';
import { useState } from 'react';
import { ErrorNotice } from '../components/error-notice.tsx';
import type { Job } from './job.ts';
import { useReschedule } from './queries.ts';
import { ScheduleFields } from './schedule-fields.tsx';

/** A dialog that begins with the present schedule. */
export function RescheduleDialog({ job, opened, onClose }: { job: Job; opened: boolean; onClose(): void }) {
  return (
    <Modal opened={opened} onClose={onClose} title="Reschedule" closeButtonProps={{ 'aria-label': 'Close' }}>
      {opened && <RescheduleForm job={job} onClose={onClose} />}
    </Modal>
  );
}

function RescheduleForm({ job, onClose }: { job: Job; onClose(): void }) {
  const changing = useReschedule(job.id);
  const [trigger, setTrigger] = useState({ cron: job.trigger.schedule, timeZone: job.trigger.timeZone });
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        changing.mutate(trigger, { onSuccess: onClose });
      }}
    >
      <Stack>
        <ScheduleFields value={trigger} onChange={setTrigger} />
        {changing.error !== null && <ErrorNotice error={changing.error} />}
        <Group justify="flex-end">
          <Button variant="default" onClick={onClose}>
            Cancel
          </Button>
          <Button type="submit" loading={changing.isPending}>
            Save
          </Button>
        </Group>
      </Stack>
    </form>
  );
}
