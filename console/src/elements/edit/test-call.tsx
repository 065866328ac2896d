// A call that tries what is edited, at a connected account, with every step of it.

import { Alert, Button, Card, Select, Skeleton, Stack, Text, TextInput, Title } from '@mantine/core';
import { useMutation } from '@tanstack/react-query';
import { useState } from 'react';
import { useAddress } from '../../address.ts';
import { CallError, call, send } from '../../call.ts';
import { ErrorNotice } from '../../components/error-notice.tsx';
import { type TraceStep, TraceSteps } from '../../components/trace-steps.tsx';
import { queryClient } from '../../query-client.ts';
import { Answer, readAnswer, type TriedAnswer } from '../docs/answer.tsx';
import { NoAccount } from '../docs/no-account.tsx';
import { JsonBody, ParameterFields } from '../docs/request-fields.tsx';
import { composeRequest, type Filled, missingFields, sendOptions } from '../docs/try-request.ts';
import { type ConnectedAccount, type Resource, useConnectedAccounts } from '../queries.ts';
import { operationOf } from './test-operation.ts';

interface TestCallProps {
  elementKey: string;
  hub: string;
  /** the resource as it is saved: a call runs what is saved */
  resource: Resource;
  isUnsaved: boolean;
}

/** The panel beside the editor. */
export function TestCall(props: TestCallProps) {
  const accounts = useConnectedAccounts(props.elementKey);
  return (
    <Card withBorder component="section" aria-labelledby="test-call">
      <Title order={2} size="h5" mb="sm" id="test-call">
        Test call
      </Title>
      {accounts.isPending && <Skeleton height={160} />}
      {accounts.isError && <ErrorNotice error={accounts.error} retry={() => void accounts.refetch()} />}
      {accounts.data?.length === 0 && <NoAccount elementKey={props.elementKey} />}
      {accounts.data !== undefined && accounts.data.length > 0 && <TestForm {...props} accounts={accounts.data} />}
    </Card>
  );
}

interface Tested {
  answer: TriedAnswer;
  steps: TraceStep[] | undefined;
}

function TestForm({
  elementKey,
  hub,
  resource,
  isUnsaved,
  accounts,
}: TestCallProps & { accounts: ConnectedAccount[] }) {
  const [address, change] = useAddress();
  const asked = address.get('account');
  const account = accounts.find(({ id }) => String(id) === asked) ?? accounts[0];
  const [filled, setFilled] = useState<Filled>({ values: {}, files: {}, body: '' });
  const [more, setMore] = useState('');
  const [isAsking, setAsking] = useState(false);
  const operation = operationOf(resource);
  const missing = missingFields(operation, filled);
  const faultOf = (field: string) => (isAsking && missing.includes(field) ? 'Fill this in' : undefined);
  const testing = useMutation({
    mutationFn: async (): Promise<Tested> => {
      const composed = composeRequest(operation, hub, filled);
      const request = { ...composed, query: { ...composed.query, ...Object.fromEntries(new URLSearchParams(more)) } };
      const began = performance.now();
      const response = await send(request.method, request.path, sendOptions(request, account?.id ?? 0));
      const answer = await readAnswer(response, performance.now() - began);
      return { answer, steps: await stepsOf(response.headers.get('elements-request-id')) };
    },
  });
  const tracing = useMutation({
    mutationFn: (id: number) => call('PUT', `/instances/${id}/trace-logging`),
    onSettled: () => queryClient.invalidateQueries({ queryKey: ['instances', 'of', elementKey] }),
  });
  if (account === undefined) return null;

  return (
    <Stack gap="sm">
      <form
        noValidate
        onSubmit={(event) => {
          event.preventDefault();
          setAsking(true);
          if (missing.length === 0) testing.mutate();
        }}
      >
        <Stack gap="sm">
          <Select
            label="Account"
            data={accounts.map(({ id, name }) => ({ value: String(id), label: `${name} (${id})` }))}
            value={String(account.id)}
            allowDeselect={false}
            onChange={(value) => change({ account: value })}
          />
          <ParameterFields
            operation={operation}
            filled={filled}
            faultOf={faultOf}
            onChange={(field, value) => setFilled({ ...filled, values: { ...filled.values, [field]: value } })}
          />
          <TextInput
            label="More for the query"
            placeholder="pageSize=5&where=name='Kim'"
            value={more}
            onChange={(event) => setMore(event.currentTarget.value)}
          />
          {operation.body !== undefined && (
            <JsonBody
              operation={operation}
              filled={filled}
              faultOf={faultOf}
              onChange={(body) => setFilled({ ...filled, body })}
            />
          )}
          {isUnsaved && (
            <Text size="sm" c="dimmed">
              The call runs what is saved: save your changes first to try them.
            </Text>
          )}
          <Button type="submit" loading={testing.isPending}>
            Send {operation.method}
          </Button>
        </Stack>
      </form>
      {!account.traceLoggingEnabled && (
        <Alert color="blue" title="The steps are not kept">
          <Stack gap="xs" align="flex-start">
            <Text size="sm">
              Trace logging of this account is off. With it, every step of a call is kept with the call.
            </Text>
            <Button size="xs" variant="default" loading={tracing.isPending} onClick={() => tracing.mutate(account.id)}>
              Turn trace logging on
            </Button>
          </Stack>
        </Alert>
      )}
      {tracing.isError && <ErrorNotice error={tracing.error} />}
      {testing.isError && <ErrorNotice error={testing.error} />}
      {testing.data !== undefined && (
        <>
          <Answer answer={testing.data.answer} />
          {testing.data.steps !== undefined && (
            <TraceSteps
              key={testing.submittedAt}
              steps={testing.data.steps}
              // Hooks are what one writes here.
              isOpenAtFirst={({ step }) => step.includes('hook')}
              order={3}
            />
          )}
        </>
      )}
    </Stack>
  );
}

/** The steps of a call; undefined where none were kept. */
async function stepsOf(requestId: string | null): Promise<TraceStep[] | undefined> {
  if (requestId === null) return undefined;
  try {
    return (await call<{ trace?: TraceStep[] }>('GET', `/usage/${encodeURIComponent(requestId)}`)).trace;
  } catch (error) {
    // A call that was refused before it was counted has no record.
    if (error instanceof CallError && error.status === 404) return undefined;
    throw error;
  }
}
