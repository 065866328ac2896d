// The address that has to be registered at the vendor, ready to be copied.

import { Code, Group, Stack, Text } from '@mantine/core';
import { CopyButton } from '../components/copy-button.tsx';
import { useCallbackUrl } from './queries.ts';

/** Shows the callback URL; `registered` is one that the organization registered in its place. */
export function CallbackAddress({ registered }: { registered?: string | null }) {
  const own = useCallbackUrl();
  const address = registered ?? own;
  return (
    <Stack gap={4}>
      <Text size="sm" fw={600}>
        Callback URL
      </Text>
      <Text size="xs" c="dimmed">
        Register this address with the application at the vendor, exactly as it stands here.
      </Text>
      {address !== undefined && (
        <Group gap="xs" wrap="nowrap">
          <Code className="truncated" fz="sm">
            {address}
          </Code>
          <CopyButton text={address} name="callback URL" />
        </Group>
      )}
    </Stack>
  );
}
