// What the mapping does with one record, field by field, and what would be written back of it.

import {
  Alert,
  Anchor,
  Autocomplete,
  Badge,
  Button,
  Group,
  JsonInput,
  Loader,
  ScrollArea,
  Stack,
  Switch,
  Table,
  Tabs,
  Text,
  Title,
} from '@mantine/core';
import { useState } from 'react';
import { Link } from 'wouter';
import { CodeBlock } from '../components/code-block.tsx';
import { EmptyState } from '../components/empty-state.tsx';
import { ErrorNotice } from '../components/error-notice.tsx';
import type { ConnectedAccount, RecordChoice, Trial } from './queries.ts';
import type { Trials } from './use-trial.ts';
import { fieldsOfRecord, shown } from './vendor-values.ts';

interface PreviewProps {
  account: ConnectedAccount | undefined;
  isMapped: boolean;
  choices: readonly RecordChoice[];
  choicesError: Error | null;
  recordId: string | undefined;
  chooseRecord(id: string | undefined): void;
  record: Record<string, unknown> | undefined;
  recordError: Error | null;
  isReading: boolean;
  paste(record: Record<string, unknown> | undefined): void;
  trials: Trials;
}

/** The lower part of the mapper. */
export function Preview(props: PreviewProps) {
  const { account, isMapped, record, recordError, isReading, trials } = props;
  const { read, readError, written, writeError, isPending } = trials;
  return (
    <section className="mapping-panel" aria-label="Preview">
      <Group justify="space-between" mb="xs" align="flex-start">
        <Group gap="xs">
          <Title order={2} size="h5">
            Preview
          </Title>
          {(isPending || isReading) && <Loader size="xs" aria-label="Loading" />}
        </Group>
        {account !== undefined && <RecordInput {...props} />}
      </Group>
      <Stack gap="sm">
        {account === undefined && <Pasted paste={props.paste} />}
        {recordError !== null && <ErrorNotice error={recordError} />}
        {readError !== null && (
          <Alert color="orange">The preview stands still until the faults above are mended.</Alert>
        )}
        {writeError !== null && <ErrorNotice error={writeError} />}
        {!isMapped && (
          <EmptyState
            title="Nothing is mapped yet"
            text="Choose a vendor field for one of your fields: what becomes of a record is shown here."
          />
        )}
        {isMapped && record === undefined && recordError === null && !isReading && account !== undefined && (
          <EmptyState title="No record chosen" text="Choose a record of the account, or write its id." />
        )}
        {isMapped && record !== undefined && read !== undefined && <BothWays read={read} written={written} />}
      </Stack>
    </section>
  );
}

function RecordInput({ choices, choicesError, recordId, chooseRecord }: PreviewProps) {
  const [text, setText] = useState<string | undefined>();
  const idOf = (value: string) => choices.find(({ label }) => label === value)?.id ?? value.trim();
  const labelOf = (id: string | undefined) => choices.find((choice) => choice.id === id)?.label ?? id ?? '';
  const done = (value: string) => {
    setText(undefined);
    chooseRecord(value.trim() === '' ? undefined : idOf(value));
  };
  return (
    <Autocomplete
      size="xs"
      w={{ base: '100%', xs: 300 }}
      aria-label="Record"
      placeholder="A record, or its id"
      description={choicesError === null ? undefined : 'The records could not be listed; write an id.'}
      data={[...new Set(choices.map(({ label }) => label))]}
      value={text ?? labelOf(recordId)}
      onChange={setText}
      onOptionSubmit={done}
      onBlur={() => text !== undefined && done(text)}
      onKeyDown={({ key }) => key === 'Enter' && text !== undefined && done(text)}
    />
  );
}

/** For an element without a connected account. */
function Pasted({ paste }: { paste: PreviewProps['paste'] }) {
  const [text, setText] = useState('');
  const [fault, setFault] = useState<string | undefined>();
  const use = () => {
    try {
      const record: unknown = JSON.parse(text);
      if (typeof record !== 'object' || record === null || Array.isArray(record)) throw new Error('no object');
      setFault(undefined);
      paste(record as Record<string, unknown>);
    } catch {
      setFault('This is no JSON object. Paste one record, such as {"id": 7, "name": "Ada"}.');
    }
  };
  return (
    <Stack gap="xs">
      <Text size="sm" c="dimmed">
        There is no connected account to read records from.{' '}
        <Anchor component={Link} href="/elements" inherit>
          Connect one
        </Anchor>
        , or paste a record as the vendor has it.
      </Text>
      <JsonInput
        aria-label="A record of the vendor"
        placeholder='{"id": 7, "name": "Ada"}'
        autosize
        minRows={3}
        maxRows={12}
        value={text}
        error={fault}
        onChange={setText}
      />
      <Group>
        <Button size="xs" variant="default" onClick={use} disabled={text.trim() === ''}>
          Try it
        </Button>
      </Group>
    </Stack>
  );
}

function BothWays({ read, written }: { read: Trial; written: Trial | undefined }) {
  return (
    <Tabs defaultValue="read" keepMounted={false}>
      <Tabs.List mb="sm">
        <Tabs.Tab value="read">Read from the vendor</Tabs.Tab>
        <Tabs.Tab value="written">Written back</Tabs.Tab>
        <Tabs.Tab value="records">Whole records</Tabs.Tab>
      </Tabs.List>
      <Tabs.Panel value="read">
        <OneWay trial={read} from="At the vendor" to="Yours" droppedText="Not taken over from the vendor" />
      </Tabs.Panel>
      <Tabs.Panel value="written">
        {written === undefined ? (
          <Text size="sm" c="dimmed">
            Nothing is written back: the record was left out by the script, or is still on its way.
          </Text>
        ) : (
          <Stack gap="sm">
            <Comparison original={read.original} written={written.transformed} />
            <OneWay trial={written} from="Yours" to="At the vendor" droppedText="Not written to the vendor" />
          </Stack>
        )}
      </Tabs.Panel>
      <Tabs.Panel value="records">
        <Stack gap="sm">
          <RecordBlock title="As the vendor has it" record={read.original} />
          <RecordBlock title="As you read it" record={read.transformed} />
          {written !== undefined && <RecordBlock title="As it would be written back" record={written.transformed} />}
        </Stack>
      </Tabs.Panel>
    </Tabs>
  );
}

function RecordBlock({ title, record }: { title: string; record: unknown }) {
  return (
    <div>
      <Text size="sm" fw={600} mb={4}>
        {title}
      </Text>
      <CodeBlock
        name={title}
        text={record === undefined ? 'Left out by the script' : JSON.stringify(record, undefined, 2)}
        maxHeight={300}
      />
    </div>
  );
}

interface OneWayProps {
  trial: Trial;
  from: string;
  to: string;
  droppedText: string;
}

/** Field by field. */
function OneWay({ trial, from, to, droppedText }: OneWayProps) {
  const [showsPassing, setShowsPassing] = useState(false);
  const all: Happening[] = [...trial.fields.filter((field) => !isChangedByScript(field, trial)), ...scriptMade(trial)];
  const passing = all.filter(({ by }) => by === 'passThrough');
  const fields = showsPassing ? all : all.filter(({ by }) => by !== 'passThrough');
  const told = [
    ...trial.faults.map(({ message }) => message),
    ...trial.scriptFaults.map((one) => `The script: ${one}`),
  ];
  return (
    <Stack gap="sm">
      {told.length > 0 && (
        <Alert color="orange" title="Some of it could not be done">
          {told.map((one) => (
            <Text size="sm" key={one}>
              {one}
            </Text>
          ))}
        </Alert>
      )}
      {passing.length > 0 && (
        <Switch
          size="xs"
          label={`Show ${passing.length} that pass under their own names`}
          checked={showsPassing}
          onChange={({ currentTarget: { checked } }) => setShowsPassing(checked)}
        />
      )}
      {fields.length === 0 ? (
        <Text size="sm" c="dimmed">
          None of the mapped fields has a value in this record.
        </Text>
      ) : (
        <ScrollArea type="auto" viewportProps={{ tabIndex: 0, 'aria-label': `${from} and ${to}`, role: 'group' }}>
          <Table verticalSpacing={6} fz="sm" miw={520} layout="fixed">
            <Table.Thead>
              <Table.Tr>
                <Table.Th>{from}</Table.Th>
                <Table.Th>{to}</Table.Th>
                <Table.Th w="28%">What happened</Table.Th>
              </Table.Tr>
            </Table.Thead>
            <Table.Tbody>
              {fields.map((field) => (
                <Table.Tr key={`${field.from} ${field.path}`}>
                  <Table.Td>{field.by === 'script' ? null : <Value path={field.from} value={field.before} />}</Table.Td>
                  <Table.Td>
                    <Value path={field.path} value={field.after} />
                  </Table.Td>
                  <Table.Td>
                    <Happened field={field} />
                  </Table.Td>
                </Table.Tr>
              ))}
            </Table.Tbody>
          </Table>
        </ScrollArea>
      )}
      {trial.dropped.length > 0 && (
        <Text size="sm" c="dimmed" className="mapping-dropped">
          {droppedText}: {trial.dropped.slice(0, 60).join(', ')}
          {trial.dropped.length > 60 ? ` and ${trial.dropped.length - 60} more` : ''}
        </Text>
      )}
    </Stack>
  );
}

function Value({ path, value }: { path: string | undefined; value: unknown }) {
  return (
    <Stack gap={0} miw={0}>
      <Text size="xs" c="dimmed" className="truncated" title={path}>
        {path ?? 'a default'}
      </Text>
      <Text size="sm" className="mapping-value">
        {value === undefined ? '—' : shown(value).slice(0, 300)}
      </Text>
    </Stack>
  );
}

/** What happened to one field; also what a script made of it. */
type Happening = Omit<Trial['fields'][number], 'by'> & { by: Trial['fields'][number]['by'] | 'script' };

function isChangedByScript({ path }: Trial['fields'][number], trial: Trial): boolean {
  return scriptMade(trial).some((one) => one.path === path);
}

/** What is in the record otherwise than the mapping alone left it. */
function scriptMade({ fields, transformed }: Trial): Happening[] {
  const mapped = new Map(fields.map(({ path, after }) => [path, after]));
  return [...fieldsOfRecord(transformed)].flatMap(([path, after]): Happening[] => {
    const known = mapped.get(path);
    const isWithin = [...mapped.keys()].some((whole) => path.startsWith(`${whole}.`) || path.startsWith(`${whole}[`));
    if (isWithin || Array.isArray(known) || JSON.stringify(known) === JSON.stringify(after)) return [];
    return [{ path, by: 'script', after }];
  });
}

function Happened({ field: { by, lost, before, after } }: { field: Happening }) {
  if (lost !== undefined) {
    return (
      <Text size="sm" c="var(--mantine-color-error)">
        {lost}
      </Text>
    );
  }
  const text =
    by === 'default'
      ? 'the default stands in'
      : by === 'passThrough'
        ? 'passed as it is'
        : by === 'script'
          ? 'made by the script'
          : JSON.stringify(before) === JSON.stringify(after)
            ? 'the same'
            : 'converted';
  return (
    <Text size="sm" c="dimmed">
      {text}
    </Text>
  );
}

/** Whether a write of what was read would change anything at the vendor. */
function Comparison({ original, written }: { original: unknown; written: unknown }) {
  const before = fieldsOfRecord(original);
  const after = [...fieldsOfRecord(written)];
  const differing = after.filter(([path, value]) => JSON.stringify(value) !== JSON.stringify(before.get(path)));
  if (differing.length === 0) {
    return (
      <Alert color="teal" p="sm">
        Writing back what was read changes nothing: all {after.length} values are as they were.
      </Alert>
    );
  }
  return (
    <Alert color="orange" p="sm" title="Writing back what was read changes the vendor’s record">
      <Stack gap={4}>
        {differing.slice(0, 20).map(([path, value]) => (
          <Text size="sm" key={path}>
            <Badge size="sm" variant="default" tt="none" mr={6}>
              {path}
            </Badge>
            {shown(before.get(path)) || 'nothing'} becomes {shown(value)}
          </Text>
        ))}
      </Stack>
    </Alert>
  );
}
