// The fields of an object, each with the place where the vendor keeps it: chosen, dropped there, or accepted as proposed.

import {
  ActionIcon,
  Badge,
  Button,
  Group,
  NativeSelect,
  Select,
  Stack,
  Text,
  TextInput,
  VisuallyHidden,
} from '@mantine/core';
import { IconAdjustments, IconSparkles, IconTrash } from '@tabler/icons-react';
import { type DragEvent, memo, useMemo, useState } from 'react';
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

/** What one row is made of. */
interface RowProps {
  row: FieldRow;
  types: readonly string[];
  vendorPaths: readonly string[];
  suggestion: Suggestion['best'];
  /** in sentences; empty when nothing is wrong */
  fault: string;
  /** what the chosen record has of it */
  value: string | undefined;
  actions: FieldActions;
  isReadOnly: boolean;
  canMap: boolean;
}

/** All fields. `actions` is expected to stay the same, so that only rows that change are made anew. */
export function FieldList({ rows, vendorFields, suggestions, faults, values, types, ...rest }: FieldListProps) {
  const vendorPaths = useMemo(() => vendorFields.map(({ vendorPath }) => vendorPath), [vendorFields]);
  return (
    <ul className="mapping-rows" aria-label="Fields">
      {rows.map((row) => (
        <Row
          key={row.path}
          row={row}
          types={types}
          vendorPaths={vendorPaths}
          suggestion={suggestions.get(row.path)}
          fault={(faults.get(row.path) ?? []).join('. ')}
          value={values.has(row.path) ? shown(values.get(row.path)).slice(0, 300) : undefined}
          {...rest}
        />
      ))}
    </ul>
  );
}

/** Rows are made again with every change of a draft: what they say counts, not which object says it. */
const Row = memo(RowOfField, (before, after) =>
  (Object.keys(after) as (keyof RowProps)[]).every(
    (name) =>
      before[name] === after[name] ||
      ((name === 'row' || name === 'types') && JSON.stringify(before[name]) === JSON.stringify(after[name])),
  ),
);

function RowOfField(props: RowProps) {
  const { row, suggestion: proposed, fault, actions, isReadOnly, canMap } = props;
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
  const suggestion = isReadOnly || row.mapping?.vendorPath ? undefined : proposed;
  return (
    <li
      className="mapping-row"
      data-over={isOver || undefined}
      data-faulty={fault !== '' || undefined}
      aria-label={path}
      onDragOver={onDragOver}
      onDragLeave={() => setOver(false)}
      onDrop={onDrop}
    >
      <Field {...props} />
      <Stack gap={4} miw={0}>
        {canMap && <VendorPlace {...props} />}
        {suggestion !== undefined && (
          <Button
            size="compact-xs"
            variant="light"
            leftSection={<IconSparkles size={12} aria-hidden />}
            className="mapping-suggestion"
            onClick={() => actions.map(path, suggestion.vendorPath)}
            title={suggestion.reason}
            aria-label={`${suggestion.vendorPath} · ${percent(suggestion.confidence)}, accept for ${path}`}
          >
            {suggestion.vendorPath} · {percent(suggestion.confidence)}
          </Button>
        )}
      </Stack>
      <Group gap={2} wrap="nowrap" justify="flex-end" className="mapping-actions">
        {canMap && <LawMark law={row.law} path={path} open={() => actions.openOptions(path)} />}
        {canMap && (
          <ActionIcon
            variant="subtle"
            color="gray"
            title="Options"
            aria-label={`Options of ${path}`}
            onClick={() => actions.openOptions(path)}
          >
            <IconAdjustments size={16} />
          </ActionIcon>
        )}
        {isOwn && !isReadOnly && (
          <ActionIcon
            variant="subtle"
            color="gray"
            title="Remove"
            aria-label={`Remove ${path}`}
            onClick={() => actions.remove(path)}
          >
            <IconTrash size={16} />
          </ActionIcon>
        )}
      </Group>
      {fault !== '' && (
        <Text size="xs" role="alert" className="mapping-error mapping-fault">
          {fault}.
        </Text>
      )}
    </li>
  );
}

function percent(confidence: number): string {
  return `${Math.round(confidence * 100)} %`;
}

/** The field itself: editable where it is said at this level. */
function Field({ row, types, actions, isReadOnly }: RowProps) {
  const { path, type, isOwn, level } = row;
  if (isOwn && !isReadOnly) {
    return (
      <Stack gap={2} miw={0}>
        <NameInput key={path} path={path} rename={actions.rename} />
        <NativeSelect
          size="xs"
          variant="unstyled"
          className="mapping-type"
          aria-label={`Type of ${path}`}
          data={[...(type === undefined ? [{ value: '', label: 'any type' }] : []), ...types]}
          value={type ?? ''}
          onChange={({ currentTarget: { value } }) => actions.setType(path, value)}
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
function VendorPlace({ row, vendorPaths, value: inPreview, actions, isReadOnly }: RowProps) {
  const { path, mapping, isOwnMapping, inheritedMapping } = row;
  const value = mapping?.vendorPath ?? null;
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
        data={value === null || vendorPaths.includes(value) ? [...vendorPaths] : [value, ...vendorPaths]}
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
      {inPreview !== undefined && (
        <Text size="xs" className="truncated" title={inPreview}>
          <VisuallyHidden>In the preview: </VisuallyHidden>= {inPreview}
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
