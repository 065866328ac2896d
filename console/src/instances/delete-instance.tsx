// Deletes an account, after asking.

import { Button, Card, Group, Text, Title } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { notifications } from '@mantine/notifications';
import { useMutation } from '@tanstack/react-query';
import { useLocation } from 'wouter';
import { AskFirst } from '../components/ask-first.tsx';
import { queryClient } from '../query-client.ts';
import { deleteInstance } from './change-instance.ts';
import { forgetInstances, type Instance } from './queries.ts';

/** The part of the page that deletes the account, and leads to the list afterwards. */
export function DeleteInstance({ instance: { id, name, element } }: { instance: Instance }) {
  const [isAsking, asking] = useDisclosure();
  const [, navigate] = useLocation();
  const deleting = useMutation({
    mutationFn: () => deleteInstance(id),
    onSuccess: (failure) => {
      navigate('/instances');
      queryClient.removeQueries({ queryKey: ['instances', String(id)] });
      void forgetInstances();
      notifications.show(
        failure === undefined
          ? { message: `${name} is deleted.`, color: 'teal' }
          : { title: `${name} is deleted`, message: failure, color: 'orange', autoClose: false },
      );
    },
  });
  return (
    <Card withBorder component="section" aria-label="Delete">
      <Group justify="space-between">
        <div>
          <Title order={2} size="h5">
            Delete
          </Title>
          <Text size="sm" c="dimmed">
            Ends the connection for good.
          </Text>
        </div>
        <Button color="red" variant="light" onClick={asking.open}>
          Delete the account…
        </Button>
      </Group>
      <AskFirst
        title={`Delete ${name}?`}
        action="Delete it"
        keep="Keep it"
        color="red"
        opened={isAsking}
        isPending={deleting.isPending}
        error={deleting.error}
        onConfirm={() => deleting.mutate()}
        onClose={asking.close}
      >
        <Text size="sm">
          Its token stops working at once, its events and jobs end, and what {element.name} granted is given back where
          that can be done. Nothing is deleted at {element.name}. This cannot be undone.
        </Text>
      </AskFirst>
    </Card>
  );
}
