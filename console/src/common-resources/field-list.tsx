// The fields of an object, each with the place where the vendor keeps it: chosen, dropped there, or accepted as proposed.

import {
  ActionIcon,
  Badge,
  Button,
  Group,
  Select,
  Stack,
  Text,
  TextInput,
  Tooltip,
  VisuallyHidden,
} from '@mantine/core';
import { IconAdjustments, IconSparkles, IconTrash } from '@tabler/icons-react';
import { type DragEvent, useState } from 'react';
import { levelNames } from './documents.ts';
import { carriedOf } from './draft.ts';
import { LawMark } from './law-mark.tsx';
import type { Suggestion, VendorField } from './queries.ts';
import type { FieldRow } from './rows.ts';
import { shown } from './vendor-values.ts';

/** What can be done with fields. */
export interface FieldActions {
  /** undefined takes the place away */
  map(path: string, vendorPath: string | undefined): void;
  rename(path: string, newPath: string): void;
  setType(path: string, type: string): void;
  remove(path: string): void;
  openOptions(path: string): void;
}

interface FieldListProps {
  rows: readonly FieldRow[];
  types: readonly string[];
  vendorFields: readonly VendorField[];
  suggestions: ReadonlyMap<string, NonNullable<Suggestion['best']>>;
  faults: ReadonlyMap<string, readonly string[]>;
  /** what the chosen record has of each field once it is mapped */
  values: ReadonlyMap<string, unknown>;
  actions: FieldActions;
  /** why nothing can be changed, if so */
  isReadOnly: boolean;
  canMap: boolean;
}

/** The type under which a vendor’s field is dragged. */
export const dragType = 'application/x-vendor-field';

/** All fields. */
export function FieldList({ rows, ...rest }: FieldListProps) {
  return (
    <ul className="mapping-rows" aria-label="Fields">
      {rows.map((row) => (
        <Row key={row.path} row={row} {...rest} />
      ))}
    </ul>
  );
}

function Row({ row, ...props }: { row: FieldRow } & Omit<FieldListProps, 'rows'>) {
  const { suggestions, faults, actions, isReadOnly, canMap } = props;
  const { path, isOwn } = row;
  const [isOver, setOver] = useState(false);
  const takesDrops = canMap && !isReadOnly;
  const onDragOver = (event: DragEvent) => {
    if (!takesDrops || !event.dataTransfer.types.includes(dragType)) return;
    event.preventDefault();
    event.dataTransfer.dropEffect = 'link';
    setOver(true);
  };
  const onDrop = (event: DragEvent) => {
    setOver(false);
    const vendorPath = event.dataTransfer.getData(dragType);
    if (!takesDrops || vendorPath === '') return;
    event.preventDefault();
    actions.map(path, vendorPath);
  };
  const suggestion = isReadOnly || row.mapping?.vendorPath ? undefined : suggestions.get(path);
  const said = faults.get(path) ?? [];
  return (
    <li
      className="mapping-row"
      data-over={isOver || undefined}
      data-faulty={said.length > 0 || undefined}
      aria-label={path}
      onDragOver={onDragOver}
      onDragLeave={() => setOver(false)}
      onDrop={onDrop}
    >
      <Field row={row} {...props} />
      <Stack gap={4} miw={0}>
        {canMap && <VendorPlace row={row} {...props} />}
        {suggestion !== undefined && (
          <Tooltip label={suggestion.reason} withArrow multiline maw={260} disabled={suggestion.reason === ''}>
            <Button
              size="compact-xs"
              variant="light"
              leftSection={<IconSparkles size={12} aria-hidden />}
              className="mapping-suggestion"
              onClick={() => actions.map(path, suggestion.vendorPath)}
              aria-label={`Accept ${suggestion.vendorPath} for ${path}, ${percent(suggestion.confidence)} sure`}
            >
              {suggestion.vendorPath} · {percent(suggestion.confidence)}
            </Button>
          </Tooltip>
        )}
      </Stack>
      <Group gap={2} wrap="nowrap" justify="flex-end" className="mapping-actions">
        {canMap && <LawMark law={row.law} path={path} open={() => actions.openOptions(path)} />}
        {canMap && (
          <Tooltip label="Options" withArrow>
            <ActionIcon
              variant="subtle"
              color="gray"
              aria-label={`Options of ${path}`}
              onClick={() => actions.openOptions(path)}
            >
              <IconAdjustments size={16} />
            </ActionIcon>
          </Tooltip>
        )}
        {isOwn && !isReadOnly && (
          <Tooltip label="Remove" withArrow>
            <ActionIcon
              variant="subtle"
              color="gray"
              aria-label={`Remove ${path}`}
              onClick={() => actions.remove(path)}
            >
              <IconTrash size={16} />
            </ActionIcon>
          </Tooltip>
        )}
      </Group>
      {said.length > 0 && (
        <Text size="xs" c="var(--mantine-color-error)" role="alert" className="mapping-fault">
          {said.join('. ')}.
        </Text>
      )}
    </li>
  );
}

function percent(confidence: number): string {
  return `${Math.round(confidence * 100)} %`;
}

/** The field itself: editable where it is said at this level. */
function Field({ row, types, actions, isReadOnly }: { row: FieldRow } & Omit<FieldListProps, 'rows'>) {
  const { path, type, isOwn, level } = row;
  if (isOwn && !isReadOnly) {
    return (
      <Stack gap={2} miw={0}>
        <NameInput key={path} path={path} rename={actions.rename} />
        <Select
          size="xs"
          variant="unstyled"
          className="mapping-type"
          aria-label={`Type of ${path}`}
          data={[...types]}
          value={type ?? null}
          placeholder="any type"
          searchable
          allowDeselect={false}
          onChange={(chosen) => chosen !== null && actions.setType(path, chosen)}
        />
      </Stack>
    );
  }
  return (
    <Stack gap={2} miw={0}>
      <PathText path={path} />
      <Group gap={6}>
        <Text size="xs" c="dimmed">
          {type ?? 'any type'}
        </Text>
        {!isOwn && (
          <Badge size="xs" variant="default" tt="none" radius="sm">
            {level === undefined ? 'only in the mapping' : levelNames[level]}
          </Badge>
        )}
      </Group>
    </Stack>
  );
}

/** A path whose last name stands out. */
function PathText({ path }: { path: string }) {
  const end = path.lastIndexOf('.') + 1;
  return (
    <Text size="sm" fw={600} className="mapping-path">
      {end > 0 && (
        <Text span inherit fw={400} c="dimmed">
          {path.slice(0, end)}
        </Text>
      )}
      {path.slice(end)}
    </Text>
  );
}

/** A new name counts when one is done with it. */
function NameInput({ path, rename }: { path: string; rename: FieldActions['rename'] }) {
  const [text, setText] = useState(path);
  const done = () => {
    const name = text.trim();
    if (name === '' || name === path) setText(path);
    else rename(path, name);
  };
  return (
    <TextInput
      size="xs"
      aria-label={`Name of ${path}`}
      value={text}
      onChange={({ currentTarget: { value } }) => setText(value)}
      onBlur={done}
      onKeyDown={({ key }) => {
        if (key === 'Enter') done();
        if (key === 'Escape') setText(path);
      }}
    />
  );
}

/** Where the vendor keeps it. */
function VendorPlace({ row, ...props }: { row: FieldRow } & Omit<FieldListProps, 'rows'>) {
  const { vendorFields, values, actions, isReadOnly } = props;
  const { path, mapping, isOwnMapping, inheritedMapping } = row;
  const value = mapping?.vendorPath ?? null;
  const known = vendorFields.map(({ vendorPath }) => vendorPath);
  const carried = carriedOf(mapping ?? {});
  const isOverInherited = isOwnMapping && inheritedMapping !== undefined;
  const notes = [
    value === null ? undefined : describeWays(carried),
    value !== null && !isOwnMapping ? 'inherited' : undefined,
    isOverInherited ? 'instead of what is inherited' : undefined,
  ].filter((note) => note !== undefined);
  return (
    <>
      <Select
        size="xs"
        aria-label={`Vendor field for ${path}`}
        placeholder="Choose, or drop here"
        data={value === null || known.includes(value) ? known : [value, ...known]}
        value={value}
        searchable
        clearable
        disabled={isReadOnly}
        limit={100}
        maxDropdownHeight={280}
        nothingFoundMessage="No such field. Other paths can be written in the options."
        onChange={(chosen) => actions.map(path, chosen ?? undefined)}
        comboboxProps={{ width: 'max-content', position: 'bottom-start', middlewares: { shift: true, flip: true } }}
      />
      {notes.length > 0 && (
        <Text size="xs" c="dimmed">
          {notes.join(', ')}
        </Text>
      )}
      {values.has(path) && (
        <Text size="xs" className="truncated" title={shown(values.get(path))}>
          <VisuallyHidden>In the preview: </VisuallyHidden>= {shown(values.get(path)).slice(0, 120)}
        </Text>
      )}
    </>
  );
}

function describeWays({ fromVendor, toVendor }: ReturnType<typeof carriedOf>): string | undefined {
  if (fromVendor && toVendor) return undefined;
  if (fromVendor) return 'only read';
  return toVendor ? 'only written' : 'left out both ways';
}
