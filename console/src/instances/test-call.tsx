// One call to the account, to see whether it works.

import { Alert, Anchor, Button, Card, Group, Stack, Text, Title } from '@mantine/core';
import { IconPlayerPlay } from '@tabler/icons-react';
import { useMutation } from '@tanstack/react-query';
import { Link } from 'wouter';
import { callWithHeaders } from '../call.ts';
import { CodeBlock } from '../components/code-block.tsx';
import { ErrorNotice } from '../components/error-notice.tsx';
import { forgetInstances, type Instance } from './queries.ts';

/** A button that pings the account, and what came back. */
export function TestCallCard({ instance }: { instance: Instance }) {
  const ping = useMutation({
    mutationFn: async () => {
      const begun = performance.now();
      const { body } = await callWithHeaders<unknown>('GET', '/ping', { instance: instance.id });
      return { body, milliseconds: Math.round(performance.now() - begun) };
    },
    // The vendor may have refused the grant just now.
    onSettled: () => forgetInstances(),
  });
  return (
    <Card withBorder component="section" aria-label="Test call">
      <Stack gap="sm">
        <Group justify="space-between" align="flex-start">
          <div>
            <Title order={2} size="h5">
              Test call
            </Title>
            <Text size="sm" c="dimmed">
              Asks the vendor whether the account answers.
            </Text>
          </div>
          <Button
            variant="light"
            leftSection={<IconPlayerPlay size={16} />}
            onClick={() => ping.mutate()}
            loading={ping.isPending}
          >
            Make a test call
          </Button>
        </Group>
        {ping.isError && <ErrorNotice error={ping.error} />}
        {ping.isSuccess && (
          <Alert color="teal" role="status" title={`The account answered in ${ping.data.milliseconds} ms`}>
            <CodeBlock name="answer" text={JSON.stringify(ping.data.body, null, 2)} />
          </Alert>
        )}
        <Group gap="md">
          <Anchor component={Link} href={`/calls?instance=${instance.id}`} size="sm">
            Its calls
          </Anchor>
          <Anchor component={Link} href={`/events?instance=${instance.id}`} size="sm">
            Its events
          </Anchor>
        </Group>
      </Stack>
    </Card>
  );
}
