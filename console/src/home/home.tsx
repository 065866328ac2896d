// Where one begins: what is connected, how it fares, and what needs a person.

import { Skeleton, Stack } from '@mantine/core';
import { lazy, Suspense } from 'react';
import { ErrorNotice } from '../components/error-notice.tsx';
import { PageHeader } from '../components/page-header.tsx';
import { usePerson } from '../session.ts';
import { Attention } from './attention.tsx';
import { ConnectedElements } from './connected-elements.tsx';
import { FirstSteps } from './first-steps.tsx';
import { useOverview } from './overview.ts';

// Charts are no part of the first load.
const RecentCalls = lazy(async () => ({ default: (await import('./recent-calls.tsx')).RecentCalls }));
const chartsHeight = 240;

/** The first view after signing in. */
export function Home() {
  const { organization } = usePerson();
  const overview = useOverview();
  const { data } = overview;
  return (
    <Stack gap="lg">
      <PageHeader title="Home" description={organization.name} />
      {overview.isError && data === undefined && (
        <ErrorNotice error={overview.error} retry={() => void overview.refetch()} />
      )}
      {overview.isPending && <Waiting />}
      {data !== undefined && (
        <>
          {!data.hasCalls && <FirstSteps hasInstances={data.connected.length > 0} />}
          <Attention overview={data} />
          {data.hasCalls && (
            <Suspense fallback={<Skeleton height={chartsHeight} radius="md" />}>
              <RecentCalls />
            </Suspense>
          )}
          {data.connected.length > 0 && <ConnectedElements connected={data.connected} />}
        </>
      )}
    </Stack>
  );
}

function Waiting() {
  return (
    <Stack gap="lg" aria-busy="true">
      <Skeleton height={80} radius="md" />
      <Skeleton height={chartsHeight} radius="md" />
    </Stack>
  );
}
