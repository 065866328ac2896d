// Asks before unsaved changes are left.

import { Button, Group, Modal, Stack, Text } from '@mantine/core';
import type { HeldStep } from './use-unsaved-guard.ts';

/** Shown while a step is held back. */
export function UnsavedDialog({ held }: { held: HeldStep | undefined }) {
  return (
    <Modal opened={held !== undefined} onClose={() => held?.stay()} title="Leave without saving?">
      <Stack>
        <Text size="sm">What you changed here is not saved.</Text>
        <Group justify="flex-end">
          <Button variant="default" onClick={() => held?.leave()}>
            Leave
          </Button>
          <Button onClick={() => held?.stay()} data-autofocus>
            Stay
          </Button>
        </Group>
      </Stack>
    </Modal>
  );
}
