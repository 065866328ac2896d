// Endpoints that do not take events: why, since when, and how to go on.

import { Alert, Button, Group, Stack, Text } from '@mantine/core';
import { notifications } from '@mantine/notifications';
import { IconAlertTriangle } from '@tabler/icons-react';
import { countOf } from '../components/quantities.ts';
import { TimeAgo } from '../components/time-ago.tsx';
import { type TroubledEndpoint, useResume, useTroubledEndpoints, useWaitingDeliveries } from './queries.ts';

/** A notice for each endpoint in trouble; nothing when there is none. */
export function TroubledEndpoints() {
  const { data = [] } = useTroubledEndpoints();
  return data.map((endpoint) => (
    <section key={`${endpoint.accountId} ${endpoint.url}`} aria-label={`Endpoint ${endpoint.url}`}>
      <Notice endpoint={endpoint} />
    </section>
  ));
}

function Notice({ endpoint: { url, state, since, failures, message } }: { endpoint: TroubledEndpoint }) {
  const waiting = useWaitingDeliveries(url);
  const resuming = useResume(url, (sent) =>
    notifications.show({ message: `${countOf(sent, 'delivery', 'deliveries')} sent again.` }),
  );
  const isStopped = state === 'stopped';
  const { count = 0, more = false } = waiting.data ?? {};
  return (
    <Alert
      color={isStopped ? 'red' : 'orange'}
      icon={<IconAlertTriangle aria-hidden />}
      title={isStopped ? 'An endpoint of yours gets no events' : 'An endpoint of yours fails'}
    >
      <Stack gap="xs">
        <Text size="sm" fw={600} className="breaks">
          {url}
        </Text>
        <Text size="sm" className="breaks">
          {message} ({countOf(failures, 'failure')} since <TimeAgo at={since} />)
        </Text>
        <Text size="sm">
          {isStopped
            ? 'Mend it first, then send what waits; new events are delivered from then on, too.'
            : 'It is asked less often until it takes events again.'}
          {count > 0 &&
            ` ${countOf(count, 'delivery waits', 'deliveries wait')}${more ? ', and more,' : ''} until you send ${count === 1 ? 'it' : 'them'}.`}
        </Text>
        {resuming.error !== null && (
          <Text size="sm" c="red" role="alert">
            {resuming.error.message}
          </Text>
        )}
        {(isStopped || count > 0) && (
          <Group>
            <Button size="xs" variant="default" onClick={() => resuming.mutate()} loading={resuming.isPending}>
              Send what waits
            </Button>
          </Group>
        )}
      </Stack>
    </Alert>
  );
}
