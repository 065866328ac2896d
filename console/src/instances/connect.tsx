// Connects an account at one element: the form, and after the way to the vendor and back, how it went.

import { Alert, Anchor, Skeleton, Stack, Text } from '@mantine/core';
import { Link, useParams, useSearchParams } from 'wouter';
import { useApplications } from '../applications/queries.ts';
import { ElementMark } from '../components/element-mark.tsx';
import { EmptyState } from '../components/empty-state.tsx';
import { ErrorNotice } from '../components/error-notice.tsx';
import { useActiveElements } from '../components/known-elements.ts';
import { PageHeader } from '../components/page-header.tsx';
import { ConnectForm } from './connect-form.tsx';
import { Connected } from './connected.tsx';
import { ConnectionNotice } from './connection-notice.tsx';
import { useConnection, useSettings } from './queries.ts';

/** The page of `/instances/connect/:key`; `?connection=` is a connection that was begun here. */
export function Connect() {
  const { key = '' } = useParams<{ key: string }>();
  const [parameters] = useSearchParams();
  const connection = useConnection(parameters.get('connection') ?? undefined);
  const elements = useActiveElements();
  const element = elements.data?.find((one) => one.key === key);
  const settings = useSettings(element?.key);
  const applications = useApplications();
  const instanceId = connection.data?.status === 'connected' ? connection.data.instanceId : undefined;
  if (instanceId !== undefined) return <Connected elementKey={key} instanceId={instanceId} />;

  const isReturning = parameters.has('connection') && connection.isPending;
  const error = elements.error ?? settings.error ?? applications.error;
  if (elements.isSuccess && element === undefined) return <NoElement elementKey={key} />;
  return (
    <Stack maw={720}>
      <PageHeader
        title={`Connect ${element?.name ?? key}`}
        mark={<ElementMark name={element?.name ?? key} size="lg" />}
        description={
          <Anchor component={Link} href="/instances/connect" size="sm">
            Choose another element
          </Anchor>
        }
      />
      {connection.data !== undefined && <ConnectionNotice connection={connection.data} />}
      {connection.isError && (
        <Alert color="orange" title="Nothing is known of this connection">
          <Text size="sm">It is too old, or was begun by somebody else. Start again below.</Text>
        </Alert>
      )}
      {error !== null && (
        <ErrorNotice
          error={error}
          retry={() => {
            for (const query of [elements, settings, applications]) if (query.isError) void query.refetch();
          }}
        />
      )}
      {error === null && element !== undefined && settings.isSuccess && applications.isSuccess && !isReturning ? (
        <ConnectForm
          key={element.key}
          element={element}
          settings={settings.data}
          application={applications.data.find((application) => application.element.key === element.key)}
        />
      ) : (
        error === null && <Skeleton height={320} aria-label="Loading" />
      )}
    </Stack>
  );
}

function NoElement({ elementKey }: { elementKey: string }) {
  return (
    <EmptyState
      title={`There is no element ${elementKey}`}
      text="It may have been deleted, or belong to another account."
    >
      <Anchor component={Link} href="/instances/connect">
        Choose another element
      </Anchor>
    </EmptyState>
  );
}
