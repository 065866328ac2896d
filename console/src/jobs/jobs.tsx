// Calls that are made again and again: which, when, and whether they are switched on.

import { Button, Stack, Text } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { IconPlus } from '@tabler/icons-react';
import { AccountName } from '../components/account-name.tsx';
import { type Column, DataTable } from '../components/data-table.tsx';
import { EmptyState } from '../components/empty-state.tsx';
import { ErrorNotice } from '../components/error-notice.tsx';
import { PageHeader } from '../components/page-header.tsx';
import { StatusBadge } from '../components/status-badge.tsx';
import { TimeAgo } from '../components/time-ago.tsx';
import { useNarrow } from '../components/use-narrow.ts';
import { type Job, stateOfJob } from './job.ts';
import { NewJobDialog } from './new-job.tsx';
import { useJobs } from './queries.ts';
import { describeSchedule } from './schedule-words.ts';

const columns: readonly Column<Job>[] = [
  { name: 'Name', width: 'minmax(0, 2fr)', cell: ({ name }) => <div className="truncated">{name}</div> },
  {
    name: 'Account',
    width: 'minmax(0, 1.5fr)',
    wideOnly: true,
    cell: ({ data }) => <AccountName id={data.id} elementKey={data.elementKey} />,
  },
  {
    name: 'When',
    width: 'minmax(0, 2fr)',
    wideOnly: true,
    cell: ({ trigger }) => <div className="truncated">{describeSchedule(trigger.schedule) ?? trigger.schedule}</div>,
  },
  {
    name: 'Next run',
    width: '100px',
    cell: ({ trigger: { nextFireTime } }) =>
      nextFireTime === undefined ? (
        <Text span size="sm" c="dimmed">
          None
        </Text>
      ) : (
        <TimeAgo at={nextFireTime} />
      ),
  },
  {
    name: 'State',
    width: '95px',
    cell: (job) => {
      const { word, mood } = stateOfJob(job);
      return <StatusBadge mood={mood}>{word}</StatusBadge>;
    },
  },
];

/** The list of jobs. */
export function Jobs() {
  const isNarrow = useNarrow();
  const jobs = useJobs();
  const [isMaking, making] = useDisclosure();
  const make = (
    <Button leftSection={<IconPlus size={16} />} onClick={making.open}>
      New job
    </Button>
  );
  return (
    <Stack>
      <PageHeader title="Jobs" description="Calls that are made at the times of a schedule." actions={make} />
      {jobs.error === null ? (
        <DataTable
          label="Jobs"
          columns={columns}
          rows={jobs.rows}
          keyOf={({ id }) => id}
          linkOf={({ id }) => `/jobs/${id}`}
          isPending={jobs.isPending}
          loadMore={jobs.loadMore}
          isNarrow={isNarrow}
          empty={
            <EmptyState
              title="No jobs yet"
              text="A job makes a call for you every morning, every quarter of an hour, or whenever you say."
            >
              <Button variant="default" onClick={making.open}>
                Make the first one
              </Button>
            </EmptyState>
          }
        />
      ) : (
        <ErrorNotice error={jobs.error} retry={jobs.retry} />
      )}
      <NewJobDialog opened={isMaking} onClose={making.close} />
    </Stack>
  );
}
