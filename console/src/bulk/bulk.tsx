// Bulk jobs of all accounts: which way records go, how far each job has come, and beginning new ones.

import { Button, Group, Select, Stack } from '@mantine/core';
import { IconDownload, IconUpload } from '@tabler/icons-react';
import { Link } from 'wouter';
import { useAddressFilters } from '../address.ts';
import { AccountName } from '../components/account-name.tsx';
import { AccountSelect } from '../components/account-select.tsx';
import { type Column, DataTable } from '../components/data-table.tsx';
import { EmptyState } from '../components/empty-state.tsx';
import { ErrorNotice } from '../components/error-notice.tsx';
import { PageHeader } from '../components/page-header.tsx';
import { formatCount } from '../components/quantities.ts';
import { StatusBadge } from '../components/status-badge.tsx';
import { TimeAgo } from '../components/time-ago.tsx';
import { useNarrow } from '../components/use-narrow.ts';
import { type BulkJob, bulkStatuses, directionOf, directions, stateOfBulkJob } from './bulk-job.ts';
import { BulkProgressBar } from './bulk-progress.tsx';
import { useBulkJobs } from './queries.ts';

const columns: readonly Column<BulkJob>[] = [
  {
    name: 'Job',
    width: 'minmax(0, 1.2fr)',
    cell: (job) => (
      <div className="truncated">
        {directionOf(job)} of {job.object_name}
      </div>
    ),
  },
  {
    name: 'Account',
    width: 'minmax(0, 1.2fr)',
    wideOnly: true,
    cell: ({ instanceId, elementKey }) => <AccountName id={instanceId} elementKey={elementKey} />,
  },
  { name: 'Progress', width: 'minmax(0, 1fr)', cell: (job) => <BulkProgressBar job={job} size="md" /> },
  { name: 'Records', width: '90px', wideOnly: true, cell: ({ record_count }) => formatCount(record_count) },
  { name: 'Failed', width: '80px', wideOnly: true, cell: ({ error_count }) => formatCount(error_count) },
  { name: 'Begun', width: '110px', wideOnly: true, cell: ({ createdDate }) => <TimeAgo at={createdDate} /> },
  {
    name: 'State',
    width: '105px',
    cell: (job) => {
      const { word, mood } = stateOfBulkJob(job);
      return <StatusBadge mood={mood}>{word}</StatusBadge>;
    },
  },
];

/** The list of bulk jobs. */
export function Bulk() {
  const filters = useAddressFilters();
  const isNarrow = useNarrow();
  const instance = Number(filters.get('instance') ?? Number.NaN);
  const instanceId = Number.isSafeInteger(instance) ? instance : undefined;
  const filter = { status: filters.get('status'), direction: filters.get('direction'), instanceId };
  const jobs = useBulkJobs(filter);
  const isFiltered = Object.values(filter).some((value) => value !== undefined);
  return (
    <Stack>
      <PageHeader
        title="Bulk"
        description="Many records at once: downloads, uploads and copies."
        actions={
          <>
            <Button component={Link} href="/bulk/download" leftSection={<IconDownload size={16} />}>
              New download
            </Button>
            <Button component={Link} href="/bulk/upload" variant="default" leftSection={<IconUpload size={16} />}>
              New upload
            </Button>
          </>
        }
      />
      <Group gap="sm" align="flex-end">
        <AccountSelect
          value={instanceId}
          onChange={(id) => filters.set({ instance: id === undefined ? undefined : String(id) })}
          w={{ base: '100%', xs: 240 }}
        />
        <Select
          label="Kind"
          placeholder="Any kind"
          data={directions}
          value={filter.direction ?? null}
          onChange={(direction) => filters.set({ direction })}
          clearable
          w={{ base: '100%', xs: 150 }}
        />
        <Select
          label="State"
          placeholder="Any state"
          data={bulkStatuses}
          value={filter.status ?? null}
          onChange={(status) => filters.set({ status })}
          clearable
          w={{ base: '100%', xs: 160 }}
        />
      </Group>
      {jobs.error === null ? (
        <DataTable
          label="Bulk jobs"
          columns={columns}
          rows={jobs.rows}
          keyOf={({ id }) => id}
          linkOf={({ id }) => `/bulk/${id}`}
          isPending={jobs.isPending}
          loadMore={jobs.loadMore}
          isNarrow={isNarrow}
          empty={
            isFiltered ? (
              <EmptyState title="No such job" text="No bulk job passes these filters.">
                <Button variant="default" onClick={() => filters.set(noFilters)}>
                  Show all
                </Button>
              </EmptyState>
            ) : (
              <EmptyState
                title="No bulk jobs yet"
                text="Fetch all records of an object as a file, or send a file of records to an account."
              >
                <Button component={Link} href="/bulk/download" variant="default">
                  Begin a download
                </Button>
              </EmptyState>
            )
          }
        />
      ) : (
        <ErrorNotice error={jobs.error} retry={jobs.retry} />
      )}
    </Stack>
  );
}

const noFilters = { instance: undefined, status: undefined, direction: undefined };
