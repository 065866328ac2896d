// The head of a view: its title, which is the document's title too, what it is for, and what can be done.

import { Group, Stack, Text, Title } from '@mantine/core';
import { useDocumentTitle } from '@mantine/hooks';
import type { ReactNode } from 'react';

interface PageHeaderProps {
  title: string;
  description?: ReactNode;
  /** shown before the title, such as a logo */
  mark?: ReactNode;
  /** buttons */
  actions?: ReactNode;
}

/** The head of a view. */
export function PageHeader({ title, description, mark, actions }: PageHeaderProps) {
  useDocumentTitle(`${title} · Valence`);
  return (
    <Group justify="space-between" align="flex-start" gap="md">
      <Group wrap="nowrap" gap="md" miw={0}>
        {mark}
        <Stack gap={2} miw={0}>
          <Title order={1} size="h2" className="breaks">
            {title}
          </Title>
          {description !== undefined && (
            <Text c="dimmed" component="div">
              {description}
            </Text>
          )}
        </Stack>
      </Group>
      {actions !== undefined && <Group gap="xs">{actions}</Group>}
    </Group>
  );
}
