// A few facts of one thing, each with its name.

import { Group, Stack, Text } from '@mantine/core';
import type { ReactNode } from 'react';

/** Shows facts side by side, as many as fit; those without a value are left out. */
export function Facts({ facts }: { facts: readonly { name: string; value: ReactNode }[] }) {
  return (
    <Group gap="xl" align="flex-start" component="dl" m={0} style={{ rowGap: 'var(--mantine-spacing-sm)' }}>
      {facts
        .filter(({ value }) => value !== undefined)
        .map(({ name, value }) => (
          <Stack key={name} gap={2} miw={0}>
            <Text size="xs" c="dimmed" component="dt">
              {name}
            </Text>
            <Text size="sm" component="dd" m={0} maw="100%" className="breaks">
              {value}
            </Text>
          </Stack>
        ))}
    </Group>
  );
}
