// Sends the rows of an upload that failed once more. Rows of which nobody knows may have been written: they go only when
// somebody says so.

import { Button, Checkbox, Text } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { IconRefresh } from '@tabler/icons-react';
import { useState } from 'react';
import { useLocation } from 'wouter';
import { AskFirst } from '../components/ask-first.tsx';
import { countOf } from '../components/quantities.ts';
import { type BulkJob, canRunAgain } from './bulk-job.ts';
import { useRunAgain } from './queries.ts';

/** A button that leads to the new job; nothing when no row can be sent again. */
export function RunAgain({ job }: { job: BulkJob }) {
  const [, navigate] = useLocation();
  const [isAsking, asking] = useDisclosure();
  const [withDoubtful, setWithDoubtful] = useState(false);
  const running = useRunAgain(job);
  if (!canRunAgain(job)) return null;
  const run = () => {
    running.mutate(withDoubtful, {
      onSuccess: ({ id }) => {
        asking.close();
        navigate(`/bulk/${id}`);
      },
    });
  };
  return (
    <>
      <Button variant="default" leftSection={<IconRefresh size={16} />} onClick={asking.open}>
        Run failed rows again…
      </Button>
      <AskFirst
        title="Run failed rows again?"
        action="Run them"
        opened={isAsking}
        isPending={running.isPending}
        error={running.error}
        onClose={asking.close}
        onConfirm={run}
      >
        <Text size="sm">
          A new job sends the rows that failed{job.status === 'COMPLETED' ? '' : ', and those that were never sent,'} as
          they stand in the file.
        </Text>
        {job.doubtful_count > 0 && (
          <Checkbox
            label={`Also ${countOf(job.doubtful_count, 'row')} of which it is not known whether they were written`}
            checked={withDoubtful}
            onChange={(event) => setWithDoubtful(event.currentTarget.checked)}
          />
        )}
      </AskFirst>
    </>
  );
}
