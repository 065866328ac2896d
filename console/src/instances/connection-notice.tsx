// How the way to the vendor and back ended.

import { Alert, Stack, Text } from '@mantine/core';
import type { Connection } from './queries.ts';

/** Says how a connection ended, and what to do next. */
export function ConnectionNotice({ connection, onClose }: { connection: Connection; onClose?: () => void }) {
  const { status, message, providerMessage } = connection;
  const closing = onClose === undefined ? {} : { withCloseButton: true, closeButtonLabel: 'Close', onClose };
  if (status === 'connected') {
    return (
      <Alert color="teal" role="status" title="Connected" {...closing}>
        <Text size="sm">The vendor gave its consent. Calls work again.</Text>
      </Alert>
    );
  }
  if (status === 'pending') {
    return (
      <Alert color="blue" role="status" title="Waiting for the vendor" {...closing}>
        <Text size="sm">Go on in the vendor’s window, or start again here.</Text>
      </Alert>
    );
  }
  return (
    <Alert
      color={status === 'denied' ? 'orange' : 'red'}
      role="alert"
      title={status === 'denied' ? 'Consent was denied' : 'The account is not connected'}
      {...closing}
    >
      <Stack gap={4}>
        <Text size="sm">{message ?? 'Start again.'}</Text>
        {providerMessage !== undefined && <Text size="sm">The vendor said: {providerMessage}</Text>}
      </Stack>
    </Alert>
  );
}
