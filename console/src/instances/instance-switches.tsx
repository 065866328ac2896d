// What is switched on and off at an account: whether calls go through, and whether their steps are noted.

import { Card, Stack, Switch, Title } from '@mantine/core';
import { useMutation } from '@tanstack/react-query';
import { ErrorNotice } from '../components/error-notice.tsx';
import { enableInstance, traceInstance } from './change-instance.ts';
import type { Instance } from './queries.ts';

/** The switches of an account. */
export function InstanceSwitches({ instance }: { instance: Instance }) {
  const { id, disabled, traceLoggingEnabled } = instance;
  const enabling = useMutation({ mutationFn: (isEnabled: boolean) => enableInstance(id, isEnabled) });
  const tracing = useMutation({ mutationFn: (isOn: boolean) => traceInstance(id, isOn) });
  const error = enabling.error ?? tracing.error;
  return (
    <Card withBorder component="section" aria-label="Calls">
      <Stack gap="sm">
        <Title order={2} size="h5">
          Calls
        </Title>
        <Switch
          label="Enabled"
          description="Off: calls to this account are refused."
          checked={enabling.isPending ? enabling.variables : !disabled}
          disabled={enabling.isPending}
          onChange={(event) => enabling.mutate(event.currentTarget.checked)}
        />
        <Switch
          label="Trace logging"
          description="Notes every step of its calls for an hour, secrets masked, so that you can see what the vendor was sent and what it answered."
          checked={tracing.isPending ? tracing.variables : traceLoggingEnabled}
          disabled={tracing.isPending}
          onChange={(event) => tracing.mutate(event.currentTarget.checked)}
        />
        {error !== null && <ErrorNotice error={error} />}
      </Stack>
    </Card>
  );
}
