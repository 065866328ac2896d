// An operation, made at a real account: filled in, sent, and its answer.

import { Button, Card, Collapse, FileInput, Group, Select, Skeleton, Stack, Text } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { useMutation } from '@tanstack/react-query';
import { useState } from 'react';
import { Link } from 'wouter';
import { useAddress } from '../../address.ts';
import { send } from '../../call.ts';
import { CodeBlock } from '../../components/code-block.tsx';
import { ErrorNotice } from '../../components/error-notice.tsx';
import { useConnectedAccounts } from '../queries.ts';
import { Answer, readAnswer } from './answer.tsx';
import type { Operation, Schema } from './description.ts';
import { NoAccount } from './no-account.tsx';
import { JsonBody, ParameterFields } from './request-fields.tsx';
import {
  bodyKind,
  composeRequest,
  type Filled,
  fieldName,
  firstFilled,
  isFile,
  missingFields,
  sendOptions,
  toCurl,
} from './try-request.ts';
import { ValueField } from './value-field.tsx';

interface TryItProps {
  elementKey: string;
  hub: string;
  operation: Operation;
  schemas: Record<string, Schema>;
}

/** A form that makes a call at a connected account of the element. */
export function TryIt(props: TryItProps) {
  const { elementKey } = props;
  const accounts = useConnectedAccounts(elementKey);
  if (accounts.isPending) return <Skeleton height={180} />;
  if (accounts.isError) return <ErrorNotice error={accounts.error} retry={() => void accounts.refetch()} />;
  if (accounts.data.length === 0) {
    return (
      <Card withBorder>
        <NoAccount elementKey={elementKey} />
      </Card>
    );
  }
  return (
    <TryForm
      {...props}
      accounts={accounts.data.map(({ id, name }) => ({ value: String(id), label: `${name} (${id})` }))}
    />
  );
}

function TryForm({ hub, operation, schemas, accounts }: TryItProps & { accounts: { value: string; label: string }[] }) {
  const [address, change] = useAddress();
  const [filled, setFilled] = useState<Filled>(() => firstFilled(operation, schemas));
  const [isAsking, setAsking] = useState(false);
  const [isCurl, curl] = useDisclosure();
  const asked = address.get('account');
  const account = accounts.find(({ value }) => value === asked)?.value ?? accounts[0]?.value ?? '';
  const sending = useMutation({
    mutationFn: async (given: Filled) => {
      const request = composeRequest(operation, hub, given);
      const began = performance.now();
      const response = await send(request.method, request.path, sendOptions(request, Number(account)));
      return readAnswer(response, performance.now() - began);
    },
  });
  const missing = missingFields(operation, filled);
  const faultOf = (field: string) => (isAsking && missing.includes(field) ? 'Fill this in' : undefined);
  const setValue = (field: string, value: string) =>
    setFilled((before) => ({ ...before, values: { ...before.values, [field]: value } }));
  const setFile = (field: string, file: File | null) =>
    setFilled(({ files, ...before }) => {
      const { [field]: _, ...others } = files;
      return { ...before, files: file === null ? others : { ...others, [field]: file } };
    });
  const { kind, schema } = bodyKind(operation);

  return (
    <Card withBorder component="section" aria-label="Try it">
      <form
        noValidate
        onSubmit={(event) => {
          event.preventDefault();
          setAsking(true);
          if (missing.length === 0) sending.mutate(filled);
        }}
      >
        <Stack>
          <Select
            label="Account"
            description="The call is made at this account: what it changes is changed."
            data={accounts}
            value={account}
            allowDeselect={false}
            searchable
            onChange={(value) => change({ account: value })}
          />
          <ParameterFields operation={operation} filled={filled} faultOf={faultOf} onChange={setValue} />
          {kind === 'form' && (
            <FormFields schema={schema} filled={filled} faultOf={faultOf} onValue={setValue} onFile={setFile} />
          )}
          {kind === 'json' && (
            <JsonBody
              operation={operation}
              filled={filled}
              faultOf={faultOf}
              onChange={(body) => setFilled((before) => ({ ...before, body }))}
            />
          )}
          <Group>
            <Button type="submit" loading={sending.isPending}>
              Send {operation.method}
            </Button>
            <Button variant="subtle" onClick={curl.toggle} aria-expanded={isCurl}>
              {isCurl ? 'Hide curl' : 'As curl'}
            </Button>
          </Group>
        </Stack>
      </form>
      <Collapse expanded={isCurl}>
        <Stack mt="md" gap="xs">
          <CodeBlock text={toCurl(composeRequest(operation, hub, filled), filled.body)} name="curl" />
          <Text size="xs" c="dimmed">
            Your secrets are on the page <Link href="/secrets">Secrets</Link>; the element token is on the account's
            page.
          </Text>
        </Stack>
      </Collapse>
      {(sending.isError || sending.data !== undefined) && (
        <Stack mt="lg">
          {sending.isError && <ErrorNotice error={sending.error} />}
          {sending.data !== undefined && <Answer answer={sending.data} />}
        </Stack>
      )}
    </Card>
  );
}

interface FormFieldsProps {
  schema: Schema;
  filled: Filled;
  faultOf(field: string): string | undefined;
  onValue(field: string, value: string): void;
  onFile(field: string, file: File | null): void;
}

function FormFields({ schema, filled, faultOf, onValue, onFile }: FormFieldsProps) {
  return Object.entries(schema.properties ?? {}).map(([name, part]) => {
    const field = fieldName('form', name);
    const required = schema.required?.includes(name) ?? false;
    return isFile(part) ? (
      <FileInput
        key={field}
        label={name}
        description={part.description}
        required={required}
        placeholder="Choose a file"
        error={faultOf(field)}
        value={filled.files[field] ?? null}
        clearable
        clearButtonProps={{ 'aria-label': `Clear ${name}` }}
        onChange={(file) => onFile(field, file)}
      />
    ) : (
      <ValueField
        key={field}
        label={name}
        description={part.description}
        schema={part}
        required={required}
        value={filled.values[field] ?? ''}
        error={faultOf(field)}
        onChange={(value) => onValue(field, value)}
      />
    );
  });
}
