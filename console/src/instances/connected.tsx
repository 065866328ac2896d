// An account has just been connected: what it is called, its token, and a first call.

import { Button, Group, Skeleton, Stack, Text } from '@mantine/core';
import { useEffect } from 'react';
import { Link } from 'wouter';
import { ElementMark } from '../components/element-mark.tsx';
import { ErrorNotice } from '../components/error-notice.tsx';
import { PageHeader } from '../components/page-header.tsx';
import { useInstance } from './queries.ts';
import { forgetForm } from './remembered-form.ts';
import { TestCallCard } from './test-call.tsx';
import { InstanceToken } from './token.tsx';

/** The result of a connection. */
export function Connected({ elementKey, instanceId }: { elementKey: string; instanceId: number }) {
  const instance = useInstance(String(instanceId));
  useEffect(() => forgetForm(elementKey), [elementKey]);
  if (instance.isError) return <ErrorNotice error={instance.error} retry={() => void instance.refetch()} />;
  if (instance.isPending) return <Skeleton height={320} aria-label="Loading" />;
  const { name, element, id } = instance.data;
  return (
    <Stack maw={760}>
      <PageHeader
        title={`${name} is connected`}
        mark={<ElementMark name={element.name} size="lg" />}
        description={
          <Text span inherit>
            Account {id} at {element.name}
          </Text>
        }
      />
      <InstanceToken instance={instance.data} />
      <TestCallCard instance={instance.data} />
      <Group>
        <Button component={Link} href={`/instances/${id}`}>
          Open the account
        </Button>
        <Button component={Link} href={`/instances/connect/${element.key}`} variant="default">
          Connect another
        </Button>
      </Group>
    </Stack>
  );
}
