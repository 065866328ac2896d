// The organization's own applications at vendors: which there are, and what to register there.

import { Alert, Anchor, Button, Card, Code, Group, SimpleGrid, Skeleton, Stack, Text, Title } from '@mantine/core';
import { notifications } from '@mantine/notifications';
import { IconPlus } from '@tabler/icons-react';
import { useMutation } from '@tanstack/react-query';
import { useState } from 'react';
import { Link, useSearchParams } from 'wouter';
import { AskFirst } from '../components/ask-first.tsx';
import { ElementMark } from '../components/element-mark.tsx';
import { EmptyState } from '../components/empty-state.tsx';
import { ErrorNotice } from '../components/error-notice.tsx';
import { type ElementSummary, useActiveElements } from '../components/known-elements.ts';
import { PageHeader } from '../components/page-header.tsx';
import { TimeAgo } from '../components/time-ago.tsx';
import { usePerson } from '../session.ts';
import { ApplicationForm } from './application-form.tsx';
import { CallbackAddress } from './callback-address.tsx';
import { type Application, removeApplication, useApplications, usesApplication } from './queries.ts';

/** All applications; `?element=` opens the form of one. */
export function Applications() {
  const [parameters, setParameters] = useSearchParams();
  const open = (element: string | undefined) =>
    setParameters(element === undefined ? {} : { element }, { replace: parameters.has('element') });
  const applications = useApplications();
  const elements = useActiveElements();
  const mayWrite = usePerson().account.defaultAccount;
  const named = parameters.get('element') ?? undefined;
  const usable = (elements.data ?? []).filter(usesApplication);
  const error = applications.error ?? elements.error;
  const isReady = applications.isSuccess && elements.isSuccess;
  const addButton = mayWrite && (
    <Button leftSection={<IconPlus size={16} />} onClick={() => open('')}>
      Add an application
    </Button>
  );
  return (
    <Stack>
      <PageHeader
        title="Vendor applications"
        description="What accounts are connected with, registered by your organization."
        actions={addButton}
      />
      {!mayWrite && (
        <Alert color="blue">Only users of the organization’s default account may change applications.</Alert>
      )}
      {error !== null && (
        <ErrorNotice
          error={error}
          retry={() => {
            void applications.refetch();
            void elements.refetch();
          }}
        />
      )}
      {error === null && !isReady && <Skeleton height={160} />}
      {isReady && applications.data.length === 0 && (
        <EmptyState
          title="No application is kept yet"
          text="Register an application at a vendor with the callback URL below, and keep its key and secret here."
        >
          {addButton}
        </EmptyState>
      )}
      {isReady && applications.data.length > 0 && (
        <SimpleGrid cols={{ base: 1, lg: 2 }}>
          {applications.data.map((application) => (
            <ApplicationCard
              key={application.element.id}
              application={application}
              element={elements.data.find(({ key }) => key === application.element.key)}
              change={mayWrite ? () => open(application.element.key) : undefined}
            />
          ))}
        </SimpleGrid>
      )}
      <Card withBorder maw={760}>
        <CallbackAddress />
      </Card>
      {isReady && mayWrite && named !== undefined && (
        <ApplicationForm
          elements={usable}
          applications={applications.data}
          elementKey={named}
          choose={open}
          close={() => open(undefined)}
        />
      )}
    </Stack>
  );
}

interface ApplicationCardProps {
  application: Application;
  /** undefined when the element is no longer there */
  element: ElementSummary | undefined;
  change: (() => void) | undefined;
}

function ApplicationCard({ application, element, change }: ApplicationCardProps) {
  const { key } = application.element;
  const name = element?.name ?? key;
  const [isAsking, setIsAsking] = useState(false);
  const removing = useMutation({
    mutationFn: () => removeApplication(key),
    onSuccess: () => {
      setIsAsking(false);
      notifications.show({ message: `The application at ${name} is removed.`, color: 'teal' });
    },
  });
  return (
    <Card withBorder component="section" aria-label={name}>
      <Stack gap="sm">
        <Group wrap="nowrap" gap="sm">
          <ElementMark name={name} />
          <div>
            <Title order={2} size="h5">
              {name}
            </Title>
            <Text size="xs" c="dimmed" component="div">
              Kept <TimeAgo at={application.updatedDate} />
            </Text>
          </div>
        </Group>
        <Line name="API key" value={application.apiKey} />
        <Line name="API secret" value="••••••••" />
        <Line name="Scope" value={application.scope ?? 'as the element asks for'} />
        {application.callbackUrl !== null && <Line name="Callback URL" value={application.callbackUrl} />}
        <Group gap="xs" mt="xs">
          <Button component={Link} href={`/instances/connect/${key}`} size="xs" variant="light">
            Connect an account
          </Button>
          {change !== undefined && (
            <>
              <Button size="xs" variant="default" onClick={change}>
                Replace…
              </Button>
              <Button size="xs" variant="subtle" color="red" onClick={() => setIsAsking(true)}>
                Remove…
              </Button>
            </>
          )}
          <Anchor component={Link} href={`/instances?element=${encodeURIComponent(key)}`} size="sm">
            Its accounts
          </Anchor>
        </Group>
      </Stack>
      <AskFirst
        title={`Remove the application at ${name}?`}
        action="Remove it"
        keep="Keep it"
        color="red"
        opened={isAsking}
        isPending={removing.isPending}
        error={removing.error}
        onConfirm={() => removing.mutate()}
        onClose={() => setIsAsking(false)}
      >
        <Text size="sm">
          Accounts that are connected go on working. New ones need a key and a secret of their own, until an application
          is kept again.
        </Text>
      </AskFirst>
    </Card>
  );
}

function Line({ name, value }: { name: string; value: string }) {
  return (
    <Group gap="xs" wrap="nowrap">
      <Text size="sm" c="dimmed" w={90} flex="none">
        {name}
      </Text>
      <Code className="truncated">{value}</Code>
    </Group>
  );
}
