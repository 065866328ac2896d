// What the mapping does with one record, field by field, and what would be written back of it.

import { Alert, Badge, Group, Loader, Stack, Tabs, Text, Title } from '@mantine/core';
import { CodeBlock } from '../components/code-block.tsx';
import { EmptyState } from '../components/empty-state.tsx';
import { ErrorNotice } from '../components/error-notice.tsx';
import { PastedRecord } from './pasted-record.tsx';
import { PreviewTable } from './preview-table.tsx';
import type { MappedAccount, RecordChoice, Trial } from './queries.ts';
import { RecordInput } from './record-input.tsx';
import type { Trials } from './use-trial.ts';
import { fieldsOfRecord, shown } from './vendor-values.ts';

interface PreviewProps {
  account: MappedAccount | undefined;
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
        {account === undefined && <PastedRecord paste={props.paste} />}
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

function BothWays({ read, written }: { read: Trial; written: Trial | undefined }) {
  return (
    <Tabs defaultValue="read" keepMounted={false}>
      <Tabs.List mb="sm">
        <Tabs.Tab value="read">Read from the vendor</Tabs.Tab>
        <Tabs.Tab value="written">Written back</Tabs.Tab>
        <Tabs.Tab value="records">Whole records</Tabs.Tab>
      </Tabs.List>
      <Tabs.Panel value="read">
        <PreviewTable trial={read} from="At the vendor" to="Yours" droppedText="Not taken over from the vendor" />
      </Tabs.Panel>
      <Tabs.Panel value="written">
        {written === undefined ? (
          <Text size="sm" c="dimmed">
            Nothing is written back: the record was left out by the script, or is still on its way.
          </Text>
        ) : (
          <Stack gap="sm">
            <Comparison original={read.original} written={written.transformed} />
            <PreviewTable trial={written} from="Yours" to="At the vendor" droppedText="Not written to the vendor" />
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
