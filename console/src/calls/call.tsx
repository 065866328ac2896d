// One call: how it ended, where its time went, each step where it was traced, and how to make it again.

import { Alert, Anchor, Button, Card, Group, SimpleGrid, Skeleton, Stack, Text, Title } from '@mantine/core';
import { IconArrowLeft } from '@tabler/icons-react';
import type { ReactNode } from 'react';
import { Link, useParams } from 'wouter';
import { CallError } from '../call.ts';
import { CodeBlock } from '../components/code-block.tsx';
import { CopyButton } from '../components/copy-button.tsx';
import { ElementMark } from '../components/element-mark.tsx';
import { EmptyState } from '../components/empty-state.tsx';
import { ErrorNotice } from '../components/error-notice.tsx';
import { PageHeader } from '../components/page-header.tsx';
import { formatMilliseconds } from '../components/quantities.ts';
import { TimeAgo } from '../components/time-ago.tsx';
import { TraceSteps } from '../components/trace-steps.tsx';
import { accountOf } from './account-of.ts';
import { replayOf } from './curl.ts';
import { type TracedCall, useCall } from './queries.ts';
import { ResultBadge } from './result-badge.tsx';
import { TraceSwitch } from './trace-switch.tsx';
import { Waterfall } from './waterfall.tsx';

/** The page of one call. */
export function CallPage() {
  const { id = '' } = useParams<{ id: string }>();
  const asked = useCall(id);
  return (
    <Stack maw={1100}>
      <Anchor component={Link} href="/calls" size="sm">
        <Group gap={4}>
          <IconArrowLeft size={14} aria-hidden />
          All calls
        </Group>
      </Anchor>
      {asked.isPending && <Waiting />}
      {asked.isError && <NotShown error={asked.error} retry={() => void asked.refetch()} />}
      {asked.data !== undefined && <Shown call={asked.data} />}
    </Stack>
  );
}

function Shown({ call }: { call: TracedCall }) {
  const { trace = [] } = call;
  const { curl, missing } = replayOf(call, window.location.origin);
  return (
    <>
      <PageHeader
        title={`${call.method} ${call.requestURI}`}
        mark={<ElementMark name={call.elementName} />}
        description={
          <Group gap="xs">
            <ResultBadge call={call} />
            <Text span size="sm">
              {formatMilliseconds(call.processTime)}
            </Text>
            <Text span size="sm">
              <TimeAgo at={call.usageDate} />
            </Text>
          </Group>
        }
      />
      {call.error !== undefined && (
        <Alert color="red" title="It failed">
          {call.error}
        </Alert>
      )}
      <Summary call={call} />
      <Card withBorder component="section" aria-label="Timings">
        <Stack gap="sm">
          <Title order={2} size="h4">
            Timings
          </Title>
          <Waterfall call={call} />
        </Stack>
      </Card>
      {trace.length > 0 ? (
        <TraceSteps steps={trace} resource={call.elementApi} isOpenAtFirst={({ step }) => step === 'error'} order={2} />
      ) : (
        <TraceSwitch call={call} />
      )}
      <Stack gap="xs" component="section" aria-label="Make it again">
        <Title order={2} size="h4">
          Make it again
        </Title>
        <CodeBlock name="curl command" text={curl} />
        <Text size="sm" c="dimmed">
          {missing} Put your secrets in their places; they are on the{' '}
          <Anchor component={Link} href="/secrets" inherit underline="always">
            secrets page
          </Anchor>
          {call.instanceId !== undefined && (
            <>
              , and the element token is with{' '}
              <Anchor component={Link} href={`/instances/${call.instanceId}`} inherit underline="always">
                the account
              </Anchor>
            </>
          )}
          .
        </Text>
      </Stack>
    </>
  );
}

function Summary({ call }: { call: TracedCall }) {
  const { instanceId, elementKey, elementName, elementApi, vendorCalls, cacheHit, requestIP, id } = call;
  const account = accountOf(call);
  return (
    <Card withBorder component="section" aria-label="Summary">
      <SimpleGrid component="dl" cols={{ base: 2, md: 4 }} m={0} spacing="md" verticalSpacing="sm">
        <Fact name="Account">
          {instanceId === undefined ? (
            account
          ) : (
            <Anchor component={Link} href={`/instances/${instanceId}`} inherit>
              {account}
            </Anchor>
          )}
        </Fact>
        <Fact name="Element">
          <Anchor component={Link} href={`/elements/${encodeURIComponent(elementKey)}`} inherit>
            {elementName}
          </Anchor>
        </Fact>
        <Fact name="Resource">
          {elementApi ?? (call.kind === 'provisioning' ? 'Connecting an account' : 'None matched')}
        </Fact>
        <Fact name="Requests to the vendor">{cacheHit ? 'None: the answer was kept' : vendorCalls}</Fact>
        <Fact name="From">{requestIP ?? 'Unknown'}</Fact>
        <Fact name="Request id">
          <Group gap={4} wrap="nowrap">
            <Text inherit truncate ff="monospace">
              {id}
            </Text>
            <CopyButton text={id} name="request id" />
          </Group>
        </Fact>
        {instanceId !== undefined && (
          <Fact name="More">
            <Anchor component={Link} href={`/calls?instance=${instanceId}`} inherit>
              Calls of this account
            </Anchor>
          </Fact>
        )}
      </SimpleGrid>
    </Card>
  );
}

function Fact({ name, children }: { name: string; children: ReactNode }) {
  return (
    <div>
      <Text component="dt" size="xs" c="dimmed">
        {name}
      </Text>
      <Text component="dd" size="sm" m={0} className="breaks">
        {children}
      </Text>
    </div>
  );
}

function NotShown({ error, retry }: { error: Error; retry(): void }) {
  if (!(error instanceof CallError && error.status === 404)) return <ErrorNotice error={error} retry={retry} />;
  return (
    <EmptyState
      title="This call is not known"
      text="Calls are kept for some weeks and then deleted. One that was made just now may take a second to show."
    >
      <Button variant="default" onClick={retry}>
        Look again
      </Button>
    </EmptyState>
  );
}

function Waiting() {
  return (
    <Stack aria-busy="true">
      <Skeleton height={36} width="60%" />
      <Skeleton height={110} />
      <Skeleton height={140} />
    </Stack>
  );
}
