// Nothing is there yet: why, and how to begin.

import { Center, Group, Stack, Text } from '@mantine/core';
import type { ReactNode } from 'react';

/** Stands where rows would; `children` are buttons that lead on. */
export function EmptyState({ title, text, children }: { title: string; text?: ReactNode; children?: ReactNode }) {
  return (
    <Center py={48} px="md">
      <Stack align="center" gap="xs" maw={440}>
        <Text fw={600} ta="center">
          {title}
        </Text>
        {text !== undefined && (
          <Text size="sm" c="dimmed" ta="center" component="div">
            {text}
          </Text>
        )}
        {children !== undefined && <Group mt="xs">{children}</Group>}
      </Stack>
    </Center>
  );
}
