// An address without a view.

import { Anchor } from '@mantine/core';
import { Link } from 'wouter';
import { EmptyState } from './empty-state.tsx';

/** Says that there is nothing here, and leads home. */
export function NothingHere() {
  return (
    <EmptyState title="There is nothing here" text="The address leads to no page of the console.">
      <Anchor component={Link} href="/">
        Go home
      </Anchor>
    </EmptyState>
  );
}
