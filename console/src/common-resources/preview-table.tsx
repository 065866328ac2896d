// One way of a record through a mapping, field by field.

import { Alert, ScrollArea, Stack, Switch, Table, Text } from '@mantine/core';
import { useState } from 'react';
import type { Trial } from './queries.ts';
import { fieldsOfRecord, shown } from './vendor-values.ts';

interface PreviewTableProps {
  trial: Trial;
  from: string;
  to: string;
  droppedText: string;
}

/** Shows what became of each field, what could not be done, and what was left out. */
export function PreviewTable({ trial, from, to, droppedText }: PreviewTableProps) {
  const [showsPassing, setShowsPassing] = useState(false);
  const all = happeningsOf(trial);
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

function happeningsOf(trial: Trial): Happening[] {
  const made = scriptMade(trial);
  const remade = new Set(made.map(({ path }) => path));
  return [...trial.fields.filter(({ path }) => !remade.has(path)), ...made];
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
      <Text size="sm" className="mapping-error">
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
