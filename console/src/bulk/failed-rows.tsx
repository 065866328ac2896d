// The rows of a bulk job that were not written, or of which it is not known, with what the vendor said of them.

import { Button, Group, Text, Title } from '@mantine/core';
import { IconDownload } from '@tabler/icons-react';
import { type Column, DataTable } from '../components/data-table.tsx';
import { ErrorNotice } from '../components/error-notice.tsx';
import { countOf } from '../components/quantities.ts';
import { StatusBadge } from '../components/status-badge.tsx';
import { useNarrow } from '../components/use-narrow.ts';
import type { BulkJob, RowError } from './bulk-job.ts';
import { useFetchFile, useRowErrors } from './queries.ts';
import { Reasons } from './reasons.tsx';

const columns: readonly Column<RowError>[] = [
  { name: 'Row', width: '70px', cell: ({ row }) => (row === 0 ? 'File' : row) },
  {
    name: 'State',
    width: '90px',
    wideOnly: true,
    cell: ({ state }) => (
      <StatusBadge mood={state === 'failed' ? 'bad' : 'warning'}>
        {state === 'failed' ? 'Failed' : 'Unknown'}
      </StatusBadge>
    ),
  },
  {
    name: 'Why',
    width: 'minmax(0, 1fr)',
    cell: ({ message, providerMessage }) => {
      const all =
        providerMessage === undefined || message.includes(providerMessage) ? message : `${message} ${providerMessage}`;
      return (
        <Text span size="sm" className="truncated" display="block" title={all}>
          {providerMessage ?? message}
        </Text>
      );
    },
  },
];

/** A table of the rows that failed, and their file; nothing when there are none. */
export function FailedRows({ job }: { job: BulkJob }) {
  const isNarrow = useNarrow();
  const errors = useRowErrors(job);
  const fetching = useFetchFile(job);
  if (job.error_count === 0) return null;
  const error = errors.error ?? fetching.error;
  return (
    <section aria-labelledby="failed-rows">
      <Group justify="space-between" mb="sm">
        <Title order={2} size="h4" id="failed-rows">
          {countOf(job.error_count, 'row')} failed
        </Title>
        {!job.filesDeleted && (
          <Button
            variant="default"
            size="xs"
            leftSection={<IconDownload size={14} />}
            loading={fetching.isPending}
            onClick={() => fetching.mutate({ what: 'errors', accept: 'text/csv' })}
          >
            Get them as CSV
          </Button>
        )}
      </Group>
      {error !== null && <ErrorNotice error={error} retry={errors.error === null ? undefined : errors.retry} />}
      <Reasons rows={errors.rows} />
      {errors.error === null && (
        <DataTable
          label="Rows that failed"
          columns={columns}
          rows={errors.rows}
          keyOf={({ row }) => row}
          isPending={errors.isPending}
          loadMore={errors.loadMore}
          isNarrow={isNarrow}
          height={420}
          empty={null}
        />
      )}
    </section>
  );
}
