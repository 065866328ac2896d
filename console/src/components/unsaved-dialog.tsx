// Asks before unsaved changes are left.

import { Text } from '@mantine/core';
import { AskFirst } from './ask-first.tsx';
import type { HeldStep } from './use-unsaved-guard.ts';

/** Shown while a step is held back. */
export function UnsavedDialog({ held }: { held: HeldStep | undefined }) {
  return (
    <AskFirst
      title="Leave without saving?"
      action="Leave without saving"
      keep="Keep editing"
      color="red"
      opened={held !== undefined}
      isPending={false}
      error={null}
      onConfirm={() => held?.leave()}
      onClose={() => held?.stay()}
    >
      <Text size="sm">What you changed here is not saved.</Text>
    </AskFirst>
  );
}
