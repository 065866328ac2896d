// A titled part of a form.

import { Card, Stack, Title } from '@mantine/core';
import type { ReactNode } from 'react';

/** Fields that belong together, under a title. */
export function FormPart({ title, children }: { title: string; children: ReactNode }) {
  return (
    <Card withBorder component="section" aria-label={title}>
      <Stack gap="sm">
        <Title order={2} size="h5">
          {title}
        </Title>
        {children}
      </Stack>
    </Card>
  );
}
