// Stands where the steps of a call would, and has those of the account’s next calls noted.

import { Alert, Anchor, Button, Group, Stack, Text } from '@mantine/core';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { Link } from 'wouter';
import { CallError, call } from '../call.ts';
import { ErrorNotice } from '../components/error-notice.tsx';
import type { TracedCall } from './queries.ts';

const tracedMinutes = 60;

/** Offers to switch on trace logging for the account of a call, or says that it is on. */
export function TraceSwitch({ call: { instanceId } }: { call: TracedCall }) {
  if (instanceId === undefined) return null;
  return <SwitchOf instanceId={instanceId} />;
}

function SwitchOf({ instanceId }: { instanceId: number }) {
  const client = useQueryClient();
  const key = ['calls', 'instance', instanceId];
  const instance = useQuery({
    queryKey: key,
    queryFn: ({ signal }) =>
      call<{ name: string; traceLoggingEnabled: boolean }>('GET', `/instances/${instanceId}`, { signal }),
  });
  const switching = useMutation({
    mutationFn: () => call('PUT', `/instances/${instanceId}/trace-logging`, { body: { duration: tracedMinutes } }),
    onSuccess: () => client.invalidateQueries({ queryKey: key }),
  });
  if (instance.isPending) return null;
  if (instance.isError) {
    const isGone = instance.error instanceof CallError && instance.error.status === 404;
    return isGone ? (
      <Alert color="gray" title="Steps were not noted">
        The account was disconnected since.
      </Alert>
    ) : (
      <ErrorNotice error={instance.error} retry={() => void instance.refetch()} />
    );
  }
  if (instance.data.traceLoggingEnabled) {
    return (
      <Alert color="blue" title="The steps of the next calls are noted" role="status">
        <Text size="sm">
          Trace logging is on for {instance.data.name}. Make the call again, then open it in{' '}
          <Anchor component={Link} href={`/calls?instance=${instanceId}`} inherit underline="always">
            the calls of this account
          </Anchor>
          .
        </Text>
      </Alert>
    );
  }
  return (
    <Alert color="gray" title="Steps were not noted">
      <Stack gap="xs">
        <Text size="sm">
          With trace logging on, each call shows what was sent to the vendor, what it answered, and how that was mapped.
          Secrets are never shown. It ends by itself after an hour.
        </Text>
        {switching.isError && <ErrorNotice error={switching.error} />}
        <Group>
          <Button size="xs" loading={switching.isPending} onClick={() => switching.mutate()}>
            Switch on trace logging
          </Button>
        </Group>
      </Stack>
    </Alert>
  );
}
