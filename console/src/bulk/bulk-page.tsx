// One bulk job: how far it has come, what it brought, which rows failed and why, and what can be done with it.

import { Anchor, Button, Card, Group, Menu, Skeleton, Stack, Text } from '@mantine/core';
import { IconChevronDown, IconDownload, IconX } from '@tabler/icons-react';
import { Link, useParams } from 'wouter';
import { AccountName } from '../components/account-name.tsx';
import { CodeBlock } from '../components/code-block.tsx';
import { ErrorNotice } from '../components/error-notice.tsx';
import { Facts } from '../components/facts.tsx';
import { PageHeader } from '../components/page-header.tsx';
import { formatBytes, formatCount, formatDuration } from '../components/quantities.ts';
import { StatusBadge } from '../components/status-badge.tsx';
import { TimeAgo } from '../components/time-ago.tsx';
import { type BulkJob, directionOf, hasResults, isOpen, stateOfBulkJob } from './bulk-job.ts';
import { BulkProgressBar } from './bulk-progress.tsx';
import { FailedRows } from './failed-rows.tsx';
import { useBulkJob, useCancel, useFetchFile } from './queries.ts';
import { RunAgain } from './run-again.tsx';

const formats = [
  { accept: 'text/csv', label: 'CSV' },
  { accept: 'application/jsonl', label: 'JSON lines' },
  { accept: 'application/vnd.apache.parquet', label: 'Parquet' },
];

/** The page of a bulk job. */
export function BulkPage() {
  const { id = '' } = useParams();
  const job = useBulkJob(id);
  return (
    <Stack>
      <Anchor component={Link} href="/bulk" size="sm">
        All bulk jobs
      </Anchor>
      {job.data !== undefined && <BulkDetails job={job.data} />}
      {job.isError && <ErrorNotice error={job.error} retry={() => void job.refetch()} />}
      {job.isPending && <Skeleton height={240} />}
    </Stack>
  );
}

function BulkDetails({ job }: { job: BulkJob }) {
  const cancelling = useCancel(job);
  const fetching = useFetchFile(job);
  const { word, mood } = stateOfBulkJob(job);
  const error = cancelling.error ?? fetching.error;
  return (
    <>
      <PageHeader
        title={`${directionOf(job)} of ${job.object_name}`}
        description={<StatusBadge mood={mood}>{word}</StatusBadge>}
        actions={
          <>
            {hasResults(job) && (
              <ResultsMenu
                isPending={fetching.isPending}
                fetchRecords={(accept) => fetching.mutate({ what: 'records', accept })}
              />
            )}
            <RunAgain job={job} />
            {isOpen(job) && (
              <Button
                variant="default"
                leftSection={<IconX size={16} />}
                onClick={() => cancelling.mutate()}
                loading={cancelling.isPending || job.status === 'CANCELLATION_PENDING'}
              >
                Cancel
              </Button>
            )}
          </>
        }
      />
      {error !== null && <ErrorNotice error={error} />}
      <Card withBorder component="section" aria-label="Progress">
        <Stack>
          <BulkProgressBar job={job} size="xl" />
          {job.message !== undefined && (
            <Text size="sm" className="breaks" {...(job.status === 'ERROR' ? { c: 'red' } : {})}>
              {job.message}
            </Text>
          )}
          <BulkFacts job={job} />
        </Stack>
      </Card>
      {job.job_query !== undefined && (
        <div>
          <Text fw={600} mb={4}>
            Query
          </Text>
          <CodeBlock text={job.job_query} name="query" />
        </div>
      )}
      {job.filesDeleted && (
        <Text size="sm" c="dimmed">
          Its files are deleted, as they are some days after the end of a job.
        </Text>
      )}
      <FailedRows job={job} />
    </>
  );
}

function BulkFacts({ job }: { job: BulkJob }) {
  const { records, bytes, total, recordsPerSecond, bytesPerSecond, startedAt, endedAt, expectedEnd } = job.progress;
  const took =
    startedAt === undefined || endedAt === undefined ? undefined : Date.parse(endedAt) - Date.parse(startedAt);
  const account = (id: number) => (
    <Anchor component={Link} href={`/instances/${id}`} c="inherit">
      <AccountName id={id} elementKey={id === job.instanceId ? job.elementKey : undefined} />
    </Anchor>
  );
  const facts = [
    { name: job.job_direction === 'COPY' ? 'From' : 'Account', value: account(job.instanceId) },
    { name: 'To', value: job.targetInstanceId === undefined ? undefined : account(job.targetInstanceId) },
    {
      name: 'Records',
      value: total === undefined ? formatCount(records) : `${formatCount(records)} of ${formatCount(total)}`,
    },
    { name: 'Failed', value: formatCount(job.error_count) },
    { name: 'Size', value: formatBytes(bytes) },
    {
      name: 'Rate',
      value: `${formatCount(Math.round(recordsPerSecond))} records/s, ${formatBytes(bytesPerSecond)}/s`,
    },
    { name: 'Begun', value: <TimeAgo at={startedAt ?? job.createdDate} /> },
    { name: 'Took', value: took === undefined ? undefined : formatDuration(took) },
    { name: 'Expected end', value: expectedEnd === undefined ? undefined : <TimeAgo at={expectedEnd} /> },
  ];
  return <Facts facts={facts} />;
}

function ResultsMenu({ isPending, fetchRecords }: { isPending: boolean; fetchRecords(accept: string): void }) {
  return (
    <Menu position="bottom-end">
      <Menu.Target>
        <Button
          leftSection={<IconDownload size={16} />}
          rightSection={<IconChevronDown size={16} />}
          loading={isPending}
        >
          Get the records
        </Button>
      </Menu.Target>
      <Menu.Dropdown>
        {formats.map(({ accept, label }) => (
          <Menu.Item key={accept} onClick={() => fetchRecords(accept)}>
            <Group>{label}</Group>
          </Menu.Item>
        ))}
      </Menu.Dropdown>
    </Menu>
  );
}
