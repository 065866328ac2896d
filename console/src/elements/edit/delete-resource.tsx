// Deletes a resource, after asking.

import { Button, Group, Modal, Stack, Text } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';

/** A button that asks first. */
export function DeleteResource({ name, isDeleting, remove }: { name: string; isDeleting: boolean; remove(): void }) {
  const [isAsking, asking] = useDisclosure();
  return (
    <>
      <Button size="compact-sm" variant="subtle" color="red" onClick={asking.open}>
        Delete…
      </Button>
      <Modal opened={isAsking} onClose={asking.close} title={`Delete ${name}?`}>
        <Stack>
          <Text size="sm">Calls of it are refused from that moment on.</Text>
          <Group justify="flex-end">
            <Button variant="default" onClick={asking.close}>
              Keep it
            </Button>
            <Button
              color="red"
              loading={isDeleting}
              onClick={() => {
                asking.close();
                remove();
              }}
            >
              Delete it
            </Button>
          </Group>
        </Stack>
      </Modal>
    </>
  );
}
