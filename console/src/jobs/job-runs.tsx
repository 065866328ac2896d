// How the runs of a job went, the latest first.

import { Text } from '@mantine/core';
import { type Column, DataTable } from '../components/data-table.tsx';
import { EmptyState } from '../components/empty-state.tsx';
import { ErrorNotice } from '../components/error-notice.tsx';
import { formatDuration } from '../components/quantities.ts';
import { StatusBadge } from '../components/status-badge.tsx';
import { TimeAgo } from '../components/time-ago.tsx';
import { useNarrow } from '../components/use-narrow.ts';
import { type JobRun, stateOfRun } from './job.ts';
import { useRuns } from './queries.ts';

const unknownOutcome = 'The server stopped in the middle; nobody knows whether the call was made.';

const columns: readonly Column<JobRun>[] = [
  { name: 'Began', width: '110px', cell: ({ start_time }) => <TimeAgo at={start_time} /> },
  {
    name: 'Took',
    width: '90px',
    wideOnly: true,
    cell: ({ start_time, end_time }) => (end_time === null ? '' : formatDuration(end_time - start_time)),
  },
  {
    name: 'Outcome',
    width: '110px',
    cell: (run) => {
      const { word, mood } = stateOfRun(run);
      return <StatusBadge mood={mood}>{word}</StatusBadge>;
    },
  },
  {
    name: 'Answer',
    width: 'minmax(0, 1fr)',
    cell: (run) => {
      const text = run.job_error_message ?? (run.job_state === 'INTERRUPTED' ? unknownOutcome : '');
      return (
        <Text span size="sm" className="truncated" display="block" title={text}>
          {text}
        </Text>
      );
    },
  },
];

/** The table of runs. */
export function JobRuns({ id }: { id: string }) {
  const isNarrow = useNarrow();
  const runs = useRuns(id);
  if (runs.error !== null) return <ErrorNotice error={runs.error} retry={runs.retry} />;
  return (
    <DataTable
      label="Runs"
      columns={columns}
      rows={runs.rows}
      keyOf={({ job_history_id }) => job_history_id}
      isPending={runs.isPending}
      loadMore={runs.loadMore}
      isNarrow={isNarrow}
      height={420}
      empty={<EmptyState title="It has not run yet" text="Its first run shows here, with what it was answered." />}
    />
  );
}
