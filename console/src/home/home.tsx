// Where one begins: what is connected, how it fares, and what needs a person.

import { Stack } from '@mantine/core';
import { PageHeader } from '../components/page-header.tsx';

/** The first view after signing in. */
export function Home() {
  return (
    <Stack>
      <PageHeader title="Home" />
    </Stack>
  );
}
