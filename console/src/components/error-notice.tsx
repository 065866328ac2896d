// Something did not work: what, what the vendor said, and what to try.

import { Alert, Button, Group, Stack, Text } from '@mantine/core';
import { CallError } from '../call.ts';

/** Tells of an error, and offers another try where there is one. */
export function ErrorNotice({ error, retry }: { error: Error; retry?: (() => void) | undefined }) {
  const said = error instanceof CallError ? error : undefined;
  return (
    <Alert color="red" role="alert" title="That did not work">
      <Stack gap="xs">
        <Text size="sm">{error.message}</Text>
        {said?.providerMessage !== undefined && <Text size="sm">The vendor said: {said.providerMessage}</Text>}
        {said?.requestId !== undefined && (
          <Text size="xs" c="dimmed">
            Request {said.requestId}
          </Text>
        )}
        {retry !== undefined && (
          <Group>
            <Button size="xs" variant="default" onClick={retry}>
              Try again
            </Button>
          </Group>
        )}
      </Stack>
    </Alert>
  );
}
