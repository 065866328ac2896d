// The parameters of a resource or of an element: what is taken from the caller, and where the vendor gets it.

import {
  Accordion,
  ActionIcon,
  Button,
  Checkbox,
  Group,
  Select,
  SimpleGrid,
  Stack,
  Text,
  TextInput,
} from '@mantine/core';
import { IconPlus, IconTrash } from '@tabler/icons-react';
import { StatusBadge } from '../../components/status-badge.tsx';
import type { Finding } from '../findings.ts';
import type { Parameter } from '../queries.ts';
import { faultAt } from './draft-faults.ts';

const sources = [
  'query',
  'path',
  'header',
  'body',
  'bodyField',
  'form',
  'multipart',
  'value',
  'configuration',
  'prevBody',
  'prevBodyField',
];
const targets = [
  'query',
  'path',
  'header',
  'body',
  'bodyField',
  'bodyToken',
  'form',
  'multipart',
  'configuration',
  'no-op',
];

interface ParameterListProps {
  parameters: readonly Parameter[];
  findings: readonly Finding[];
  isReadOnly: boolean;
  onChange(parameters: Parameter[]): void;
}

/** A list of parameters, each unfolded to be changed. */
export function ParameterList({ parameters, findings, isReadOnly, onChange }: ParameterListProps) {
  const replace = (index: number, changes: Partial<Parameter>) =>
    onChange(parameters.map((one, at) => (at === index ? { ...one, ...changes } : one)));
  return (
    <Stack gap="sm">
      {parameters.length === 0 && (
        <Text size="sm" c="dimmed">
          No parameters: callers give nothing but what stands in the path.
        </Text>
      )}
      <Accordion variant="contained" keepMounted={false} multiple order={4}>
        {parameters.map((parameter, index) => {
          const fault = faultAt(findings, `/parameters/${index}`, true);
          const said = parameter.name || 'new parameter';
          return (
            // biome-ignore lint/suspicious/noArrayIndexKey: a new parameter has nothing else that stays
            <Accordion.Item key={index} value={String(index)}>
              <Group wrap="nowrap" gap={0}>
                <Accordion.Control>
                  <Group gap="xs">
                    <Text size="sm" ff="monospace" fw={600} className="breaks">
                      {said}
                    </Text>
                    <Text size="xs" c="dimmed" className="breaks">
                      {parameter.type} → {parameter.vendorType ?? parameter.type}{' '}
                      {parameter.vendorName ?? parameter.name}
                    </Text>
                    {fault !== undefined && <StatusBadge mood="bad">Fault</StatusBadge>}
                  </Group>
                </Accordion.Control>
                {!isReadOnly && (
                  <ActionIcon
                    variant="subtle"
                    color="red"
                    mr="xs"
                    aria-label={`Delete ${said}`}
                    onClick={() => onChange(parameters.filter((_, at) => at !== index))}
                  >
                    <IconTrash size={16} />
                  </ActionIcon>
                )}
              </Group>
              <Accordion.Panel>
                <ParameterForm
                  parameter={parameter}
                  fault={fault}
                  isReadOnly={isReadOnly}
                  onChange={(changes) => replace(index, changes)}
                />
              </Accordion.Panel>
            </Accordion.Item>
          );
        })}
      </Accordion>
      {!isReadOnly && (
        <Group>
          <Button
            variant="default"
            size="xs"
            leftSection={<IconPlus size={16} aria-hidden />}
            onClick={() =>
              onChange([
                ...parameters,
                { name: '', type: 'query', vendorName: '', vendorType: 'query', required: false },
              ])
            }
          >
            Add a parameter
          </Button>
        </Group>
      )}
    </Stack>
  );
}

interface ParameterFormProps {
  parameter: Parameter;
  fault: string | undefined;
  isReadOnly: boolean;
  onChange(changes: Partial<Parameter>): void;
}

function ParameterForm({ parameter, fault, isReadOnly, onChange }: ParameterFormProps) {
  return (
    <Stack gap="sm">
      {fault !== undefined && (
        <Text size="sm" c="var(--mantine-color-error)" role="alert">
          {fault}
        </Text>
      )}
      <SimpleGrid cols={{ base: 1, xs: 2 }} spacing="sm">
        <TextInput
          label="Name"
          value={parameter.name}
          readOnly={isReadOnly}
          onChange={(event) => onChange({ name: event.currentTarget.value })}
        />
        <Place
          label="Taken from"
          known={sources}
          value={parameter.type}
          isReadOnly={isReadOnly}
          onChange={(type) => onChange({ type })}
        />
        <TextInput
          label="Vendor's name"
          value={parameter.vendorName ?? ''}
          readOnly={isReadOnly}
          onChange={(event) => onChange({ vendorName: event.currentTarget.value })}
        />
        <Place
          label="Put into"
          known={targets}
          value={parameter.vendorType ?? parameter.type}
          isReadOnly={isReadOnly}
          onChange={(vendorType) => onChange({ vendorType })}
        />
      </SimpleGrid>
      <TextInput
        label="Description"
        value={parameter.description ?? ''}
        readOnly={isReadOnly}
        onChange={(event) => onChange({ description: event.currentTarget.value })}
      />
      <Checkbox
        label="Required"
        checked={parameter.required === true}
        disabled={isReadOnly}
        onChange={(event) => onChange({ required: event.currentTarget.checked })}
      />
    </Stack>
  );
}

interface PlaceProps {
  label: string;
  known: readonly string[];
  value: string;
  isReadOnly: boolean;
  onChange(value: string): void;
}

/** Where a value is taken from or put; a place that nobody knows is kept. */
function Place({ label, known, value, isReadOnly, onChange }: PlaceProps) {
  return (
    <Select
      label={label}
      data={[...new Set([...known, value])]}
      value={value}
      allowDeselect={false}
      readOnly={isReadOnly}
      onChange={(chosen) => chosen !== null && onChange(chosen)}
    />
  );
}
