// A call can be made only where an account is connected.

import { Button } from '@mantine/core';
import { Link } from 'wouter';
import { EmptyState } from '../../components/empty-state.tsx';

/** Says so, and leads to connecting one. */
export function NoAccount({ elementKey }: { elementKey: string }) {
  return (
    <EmptyState title="No account is connected" text="A call needs an account to be made at.">
      <Button component={Link} href={`/instances/connect/${encodeURIComponent(elementKey)}`}>
        Connect an account
      </Button>
    </EmptyState>
  );
}
