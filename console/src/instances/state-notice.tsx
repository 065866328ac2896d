// What is wrong with an account, and the way out.

import { Alert, Button, Group, Stack, Text } from '@mantine/core';
import { useMutation } from '@tanstack/react-query';
import { ErrorNotice } from '../components/error-notice.tsx';
import { enableInstance } from './change-instance.ts';
import type { Instance } from './queries.ts';
import { Reconnect } from './reconnect.tsx';

/** Nothing for an account that works. */
export function StateNotice({ instance }: { instance: Instance }) {
  const enabling = useMutation({ mutationFn: () => enableInstance(instance.id, true) });
  return (
    <>
      {!instance.valid && (
        <Alert color="red" role="alert" title={`${instance.element.name} no longer accepts the grant`}>
          <Stack gap="xs">
            <Text size="sm">
              Calls to this account are refused until a person gives consent again. Its id and token stay the same.
            </Text>
            {instance.invalidReason !== undefined && <Text size="sm">{instance.invalidReason}</Text>}
            <Group>
              <Reconnect instance={instance} isUrgent />
            </Group>
          </Stack>
        </Alert>
      )}
      {instance.disabled && (
        <Alert color="gray" role="status" title="The account is disabled">
          <Stack gap="xs">
            <Text size="sm">Calls to it are refused, and nothing is polled, until it is enabled.</Text>
            {enabling.isError && <ErrorNotice error={enabling.error} />}
            <Group>
              <Button size="xs" variant="default" loading={enabling.isPending} onClick={() => enabling.mutate()}>
                Enable it
              </Button>
            </Group>
          </Stack>
        </Alert>
      )}
    </>
  );
}
