// Deletes a resource, after asking.

import { Button, Text } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { AskFirst } from '../../components/ask-first.tsx';

/** A button that asks first. */
export function DeleteResource({ name, isDeleting, remove }: { name: string; isDeleting: boolean; remove(): void }) {
  const [isAsking, asking] = useDisclosure();
  return (
    <>
      <Button size="compact-sm" variant="subtle" color="red" onClick={asking.open}>
        Delete…
      </Button>
      <AskFirst
        title={`Delete ${name}?`}
        action="Delete it"
        keep="Keep it"
        color="red"
        opened={isAsking}
        isPending={isDeleting}
        error={null}
        onConfirm={() => {
          asking.close();
          remove();
        }}
        onClose={asking.close}
      >
        <Text size="sm">Calls of it are refused from that moment on.</Text>
      </AskFirst>
    </>
  );
}
