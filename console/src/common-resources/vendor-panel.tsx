// The fields of the vendor’s object, to be dragged onto one’s own or added as new ones.

import { ActionIcon, Alert, Badge, Group, Loader, Stack, Text, TextInput, Title } from '@mantine/core';
import { IconGripVertical, IconPlus, IconSearch } from '@tabler/icons-react';
import { memo, useState } from 'react';
import { EmptyState } from '../components/empty-state.tsx';
import { ErrorNotice } from '../components/error-notice.tsx';
import { dragType } from './field-list.tsx';
import type { VendorField } from './queries.ts';
import { shown } from './vendor-values.ts';

interface VendorPanelProps {
  vendorName: string;
  fields: readonly VendorField[];
  values: ReadonlyMap<string, unknown>;
  mapped: ReadonlySet<string>;
  isPending: boolean;
  error: Error | null;
  retry(): void;
  /** left out where nothing can be changed */
  addField?: ((vendorPath: string) => void) | undefined;
}

const mostShown = 200;

/** The right side of the mapper. */
export function VendorPanel(props: VendorPanelProps) {
  const { vendorName, fields, values, mapped, isPending, error, retry, addField } = props;
  const [filter, setFilter] = useState('');
  const wanted = filter.toLowerCase();
  const found = fields.filter(({ vendorPath, vendorDisplayName = '' }) =>
    `${vendorPath} ${vendorDisplayName}`.toLowerCase().includes(wanted),
  );
  return (
    <section className="mapping-panel" aria-label="Vendor fields">
      <Group justify="space-between" mb="xs">
        <Title order={2} size="h5">
          {vendorName === '' ? 'Vendor fields' : `Fields of ${vendorName}`}
        </Title>
        {isPending && <Loader size="xs" aria-label="Loading" />}
      </Group>
      {error !== null && <ErrorNotice error={error} retry={retry} />}
      {!isPending && error === null && fields.length === 0 && (
        <EmptyState
          title="No fields are known"
          text="The element has no model of this object. Choose a connected account and a record: its fields are shown here. Or write paths in the options of a field."
        />
      )}
      {fields.length > 0 && (
        <Stack gap="xs">
          <TextInput
            size="xs"
            aria-label="Find a vendor field"
            placeholder={`Find among ${fields.length} fields`}
            leftSection={<IconSearch size={14} />}
            value={filter}
            onChange={({ currentTarget: { value } }) => setFilter(value)}
          />
          {found.length === 0 && (
            <Text size="sm" c="dimmed">
              No field is called “{filter}”.
            </Text>
          )}
          {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable with the keyboard */}
          <ul className="vendor-fields" aria-label={`Fields of ${vendorName}`} tabIndex={0}>
            {found.slice(0, mostShown).map((field) => (
              <VendorFieldRow
                key={field.vendorPath}
                field={field}
                value={values.get(field.vendorPath)}
                isMapped={mapped.has(field.vendorPath)}
                addField={addField}
              />
            ))}
          </ul>
          {found.length > mostShown && (
            <Alert color="gray" p="xs">
              {found.length - mostShown} more: write a part of the name above.
            </Alert>
          )}
        </Stack>
      )}
    </section>
  );
}

interface VendorFieldItemProps {
  field: VendorField;
  value: unknown;
  isMapped: boolean;
  addField: ((vendorPath: string) => void) | undefined;
}

const VendorFieldRow = memo(VendorFieldItem);

function VendorFieldItem({ field, value, isMapped, addField }: VendorFieldItemProps) {
  const { vendorPath, type, vendorReadOnly, isCustom } = field;
  return (
    <li
      className="vendor-field"
      draggable={addField !== undefined}
      data-mapped={isMapped || undefined}
      onDragStart={(event) => {
        event.dataTransfer.setData(dragType, vendorPath);
        event.dataTransfer.setData('text/plain', vendorPath);
        event.dataTransfer.effectAllowed = 'all';
      }}
    >
      {addField !== undefined && <IconGripVertical size={14} aria-hidden className="vendor-field-grip" />}
      <Stack gap={0} miw={0} flex={1}>
        <Group gap={6} wrap="nowrap">
          <Text size="sm" className="truncated" fw={isMapped ? 400 : 600} title={vendorPath}>
            {vendorPath}
          </Text>
          {isMapped && <Mark colour="teal">mapped</Mark>}
          {isCustom && <Mark colour="blue">custom</Mark>}
          {vendorReadOnly && <Mark colour="gray">read only</Mark>}
        </Group>
        <Text size="xs" c="dimmed" className="truncated">
          {value === undefined ? type : `${type} · ${shown(value).slice(0, 120)}`}
        </Text>
      </Stack>
      {addField !== undefined && !isMapped && (
        <ActionIcon
          variant="subtle"
          color="gray"
          size="sm"
          title="Add as a new field"
          aria-label={`Add ${vendorPath} as a new field`}
          onClick={() => addField(vendorPath)}
        >
          <IconPlus size={14} />
        </ActionIcon>
      )}
    </li>
  );
}

function Mark({ colour, children }: { colour: string; children: string }) {
  return (
    <Badge size="xs" color={colour} variant="light" tt="none" radius="sm" flex="none">
      {children}
    </Badge>
  );
}
