// One job: what it calls and when, whether it is switched on, and how its runs went.

import { Anchor, Button, Card, Code, Group, SimpleGrid, Skeleton, Stack, Text, Title } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { IconCalendar, IconPlayerPause, IconPlayerPlay, IconTrash } from '@tabler/icons-react';
import { Link, useLocation, useParams } from 'wouter';
import { AccountName } from '../components/account-name.tsx';
import { AskFirst } from '../components/ask-first.tsx';
import { ErrorNotice } from '../components/error-notice.tsx';
import { Facts } from '../components/facts.tsx';
import { PageHeader } from '../components/page-header.tsx';
import { StatusBadge } from '../components/status-badge.tsx';
import { TimeAgo } from '../components/time-ago.tsx';
import { type Job, stateOfJob } from './job.ts';
import { JobRuns } from './job-runs.tsx';
import { NextTimes } from './next-times.tsx';
import { useDeleteJob, useJob, useNextTimes, useSwitchJob } from './queries.ts';
import { RescheduleDialog } from './reschedule.tsx';
import { describeSchedule } from './schedule-words.ts';

/** The page of a job. */
export function JobPage() {
  const { id = '' } = useParams();
  const job = useJob(id);
  const back = (
    <Anchor component={Link} href="/jobs" size="sm">
      All jobs
    </Anchor>
  );
  return (
    <Stack>
      {back}
      {job.data !== undefined && <JobDetails job={job.data} />}
      {job.isError && <ErrorNotice error={job.error} retry={() => void job.refetch()} />}
      {job.isPending && <Skeleton height={240} />}
    </Stack>
  );
}

function JobDetails({ job }: { job: Job }) {
  const [, navigate] = useLocation();
  const [isRescheduling, rescheduling] = useDisclosure();
  const [isDeleting, deleting] = useDisclosure();
  const switching = useSwitchJob(job.id);
  const removing = useDeleteJob(job.id);
  const isDisabled = job.trigger.state === 'PAUSED';
  const { word, mood } = stateOfJob(job);
  return (
    <>
      <PageHeader
        title={job.name}
        description={
          <Group gap="xs">
            <StatusBadge mood={mood}>{word}</StatusBadge>
            {job.description}
          </Group>
        }
        actions={
          <>
            <Button
              variant="default"
              leftSection={isDisabled ? <IconPlayerPlay size={16} /> : <IconPlayerPause size={16} />}
              loading={switching.isPending}
              onClick={() => switching.mutate(isDisabled)}
            >
              {isDisabled ? 'Enable' : 'Disable'}
            </Button>
            <Button variant="default" leftSection={<IconCalendar size={16} />} onClick={rescheduling.open}>
              Reschedule…
            </Button>
            <Button variant="light" color="red" leftSection={<IconTrash size={16} />} onClick={deleting.open}>
              Delete…
            </Button>
          </>
        }
      />
      {switching.error !== null && <ErrorNotice error={switching.error} />}
      <SimpleGrid cols={{ base: 1, md: 2 }}>
        <CallCard job={job} />
        <ScheduleCard job={job} />
      </SimpleGrid>
      <Title order={2} size="h4">
        Runs
      </Title>
      <JobRuns id={job.id} />
      <RescheduleDialog job={job} opened={isRescheduling} onClose={rescheduling.close} />
      <AskFirst
        title={`Delete ${job.name}?`}
        action="Delete the job"
        color="red"
        opened={isDeleting}
        isPending={removing.isPending}
        error={removing.error}
        onClose={deleting.close}
        onConfirm={() => removing.mutate(undefined, { onSuccess: () => navigate('/jobs', { replace: true }) })}
      >
        <Text size="sm">It runs no more. What became of its runs can still be read by programs.</Text>
      </AskFirst>
    </>
  );
}

function CallCard({ job: { data, trigger } }: { job: Job }) {
  const facts = [
    { name: 'Call', value: <Code fz="sm">{data.topic}</Code> },
    {
      name: 'Account',
      value:
        data.id === undefined ? (
          'None: a call to the platform'
        ) : (
          <Anchor component={Link} href={`/instances/${data.id}`} c="inherit">
            <AccountName id={data.id} elementKey={data.elementKey} />
          </Anchor>
        ),
    },
    { name: 'Made', value: <TimeAgo at={trigger.startTime} /> },
  ];
  return (
    <Card withBorder component="section" aria-label="Call">
      <Facts facts={facts} />
    </Card>
  );
}

function ScheduleCard({ job: { trigger } }: { job: Job }) {
  const { schedule, timeZone, state } = trigger;
  const times = useNextTimes({ cron: schedule, timeZone });
  const words = describeSchedule(schedule);
  return (
    <Card withBorder component="section" aria-label="Schedule">
      <Stack gap="xs">
        <Text fw={600}>
          {words ?? 'At the times of a schedule'} ({timeZone})
        </Text>
        <Text size="sm" c="dimmed">
          <Code>{schedule}</Code>
        </Text>
        {state === 'PAUSED' ? (
          <Text size="sm">It does not run while it is disabled.</Text>
        ) : (
          times.data !== undefined && <NextTimes times={times.data} timeZone={timeZone} />
        )}
      </Stack>
    </Card>
  );
}
