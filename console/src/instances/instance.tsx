// One connected account: how it fares and the way out when it does not, how to call it, and everything to change.

import { Anchor, Badge, Button, Group, SimpleGrid, Skeleton, Stack, Text } from '@mantine/core';
import { IconPencil } from '@tabler/icons-react';
import { Link, useParams, useSearchParams } from 'wouter';
import { CallError } from '../call.ts';
import { ElementMark } from '../components/element-mark.tsx';
import { EmptyState } from '../components/empty-state.tsx';
import { ErrorNotice } from '../components/error-notice.tsx';
import { PageHeader } from '../components/page-header.tsx';
import { TimeAgo } from '../components/time-ago.tsx';
import { ConnectionNotice } from './connection-notice.tsx';
import { DeleteInstance } from './delete-instance.tsx';
import { InstanceConfiguration } from './instance-configuration.tsx';
import { InstanceEvents } from './instance-events.tsx';
import { InstanceState } from './instance-state.tsx';
import { InstanceSwitches } from './instance-switches.tsx';
import { type Instance, useConnection, useInstance } from './queries.ts';
import { Reconnect } from './reconnect.tsx';
import { StateNotice } from './state-notice.tsx';
import { TestCallCard } from './test-call.tsx';
import { InstanceToken } from './token.tsx';

/** The page of `/instances/:id`; `?connection=` is the account connected again. */
export function InstancePage() {
  const { id = '' } = useParams<{ id: string }>();
  const instance = useInstance(id);
  if (instance.isPending) return <Skeleton height={320} aria-label="Loading" />;
  if (instance.isSuccess) return <Shown instance={instance.data} />;
  if (instance.error instanceof CallError && [400, 404].includes(instance.error.status)) return <Gone id={id} />;
  return <ErrorNotice error={instance.error} retry={() => void instance.refetch()} />;
}

function Shown({ instance }: { instance: Instance }) {
  const { id, name, element, tags } = instance;
  const [parameters, setParameters] = useSearchParams();
  const connection = useConnection(parameters.get('connection') ?? undefined);
  return (
    <Stack>
      <PageHeader
        title={name}
        mark={<ElementMark name={element.name} size="lg" />}
        description={
          <Group gap="xs">
            <Text span inherit>
              {element.name}
            </Text>
            <InstanceState {...instance} />
            {tags.map((tag) => (
              <Badge
                key={tag}
                component={Link}
                href={`/instances?tag=${encodeURIComponent(tag)}`}
                variant="default"
                tt="none"
                radius="sm"
                fw={500}
              >
                {tag}
              </Badge>
            ))}
          </Group>
        }
        actions={
          <>
            <Button
              component={Link}
              href={`/instances/${id}/edit`}
              variant="default"
              leftSection={<IconPencil size={16} />}
            >
              Edit
            </Button>
            {instance.valid && <Reconnect instance={instance} />}
          </>
        }
      />
      {connection.data !== undefined && (
        <ConnectionNotice connection={connection.data} onClose={() => setParameters({}, { replace: true })} />
      )}
      <StateNotice instance={instance} />
      <SimpleGrid cols={{ base: 1, lg: 2 }} spacing="md">
        <Stack miw={0}>
          <InstanceToken key={id} instance={instance} />
          <TestCallCard instance={instance} />
          <InstanceSwitches instance={instance} />
        </Stack>
        <Stack miw={0}>
          <InstanceEvents key={`${id} ${instance.updatedDate}`} instance={instance} />
          <InstanceConfiguration instance={instance} />
          <DeleteInstance instance={instance} />
        </Stack>
      </SimpleGrid>
      <Text size="sm" c="dimmed" component="div">
        Account {id}, connected <TimeAgo at={instance.createdDate} /> by {instance.user.emailAddress}, changed{' '}
        <TimeAgo at={instance.updatedDate} />
      </Text>
    </Stack>
  );
}

function Gone({ id }: { id: string }) {
  return (
    <EmptyState
      title={`There is no account ${id}`}
      text="It may have been deleted, or belong to another account of your organization."
    >
      <Anchor component={Link} href="/instances">
        All connected accounts
      </Anchor>
    </EmptyState>
  );
}
