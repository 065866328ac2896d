// How one field is carried: its place at the vendor as a path, the ways, empty values, dates.

import { Alert, Button, Drawer, Fieldset, Group, Select, Stack, Switch, Text, TextInput } from '@mantine/core';
import { entryOf, type MappingField, withEntry } from './documents.ts';
import { carriedOf, carry } from './draft.ts';
import { describeLaw } from './law-mark.tsx';
import type { FieldRow } from './rows.ts';

interface FieldOptionsProps {
  row: FieldRow | undefined;
  faults: readonly string[];
  isReadOnly: boolean;
  change(path: string, members: Partial<MappingField>): void;
  /** what is inherited holds again */
  restore(path: string): void;
  close(): void;
}

/** The drawer of a field. */
export function FieldOptions({ row, close, ...rest }: FieldOptionsProps) {
  return (
    <Drawer
      opened={row !== undefined}
      onClose={close}
      position="right"
      size="md"
      title={row === undefined ? '' : `Options of ${row.path}`}
    >
      {row !== undefined && <Options row={row} close={close} {...rest} />}
    </Drawer>
  );
}

type Ways = { fromVendor: boolean; toVendor: boolean };

function Options({ row, faults, isReadOnly, change, restore, close }: FieldOptionsProps & { row: FieldRow }) {
  const { path, type, law, isOwnMapping, inheritedMapping } = row;
  const mapping: MappingField = row.mapping ?? {};
  const isMapped = (mapping.vendorPath ?? '') !== '';
  const configure = (name: string, properties: Record<string, unknown> | undefined) =>
    change(path, { configuration: withEntry(mapping.configuration, name, properties) });
  return (
    <Stack>
      {law !== undefined && isMapped && (
        <Alert color={law.lawful ? 'teal' : 'orange'} p="sm">
          {describeLaw(law)}
        </Alert>
      )}
      {faults.length > 0 && (
        <Alert color="red" role="alert" p="sm">
          {faults.join('. ')}.
        </Alert>
      )}
      <Fieldset legend="At the vendor" disabled={isReadOnly}>
        <Stack gap="sm">
          <TextInput
            label="Path"
            description="A field, a member (a.b), one of a list (a[0].x, a[id=4].x), each of a list (a[*].x), or how many it has (a[*].size())."
            value={mapping.vendorPath ?? ''}
            onChange={({ currentTarget: { value } }) => change(path, { vendorPath: value === '' ? null : value })}
          />
          <Select
            label="Type at the vendor"
            description="Written back as this type, where yours is another one."
            data={['string', 'number', 'boolean', 'date', 'array', 'object']}
            value={mapping.vendorType ?? null}
            clearable
            disabled={!isMapped}
            onChange={(vendorType) => change(path, { vendorType })}
          />
        </Stack>
      </Fieldset>
      <Fieldset legend="Ways" disabled={isReadOnly}>
        {isMapped ? (
          <CarriedWays mapping={mapping} change={(members) => change(path, members)} />
        ) : (
          <PassingWays mapping={mapping} configure={configure} />
        )}
      </Fieldset>
      {isMapped && (
        <Fieldset legend="When the value is empty" disabled={isReadOnly}>
          <Defaults mapping={mapping} type={type} configure={configure} />
        </Fieldset>
      )}
      {isMapped && (
        <Fieldset legend="Dates" disabled={isReadOnly}>
          <Patterns mapping={mapping} configure={configure} />
        </Fieldset>
      )}
      <Group justify="space-between">
        {isOwnMapping && !isReadOnly ? (
          <Button variant="default" onClick={() => restore(path)}>
            {inheritedMapping === undefined ? 'Forget this mapping' : 'Use what is inherited'}
          </Button>
        ) : (
          <span />
        )}
        <Button onClick={close}>Done</Button>
      </Group>
    </Stack>
  );
}

function CarriedWays({ mapping, change }: { mapping: MappingField; change(members: Partial<MappingField>): void }) {
  const carried = carriedOf(mapping);
  const set = (ways: Partial<Ways>) => {
    const { configuration } = carry(mapping, { ...carried, ...ways });
    change({ configuration: configuration ?? [] });
  };
  return (
    <Stack gap="sm">
      <Switch
        label="Read from the vendor"
        checked={carried.fromVendor}
        onChange={({ currentTarget: { checked } }) => set({ fromVendor: checked })}
      />
      <Switch
        label="Written to the vendor"
        checked={carried.toVendor}
        onChange={({ currentTarget: { checked } }) => set({ toVendor: checked })}
      />
    </Stack>
  );
}

type Configure = (name: string, properties: Record<string, unknown> | undefined) => void;

const passing = [
  { value: 'as', label: 'As the whole mapping says' },
  { value: 'true', label: 'Passes under its own name' },
  { value: 'false', label: 'Is left out' },
];

/** For a field without a place at the vendor. */
function PassingWays({ mapping, configure }: { mapping: MappingField; configure: Configure }) {
  const said = entryOf(mapping.configuration, 'passThrough')?.properties ?? {};
  const set = (way: keyof Ways, value: string | null) => {
    const { [way]: _, ...others } = said;
    const properties = value === 'as' || value === null ? others : { ...others, [way]: value === 'true' };
    configure('passThrough', Object.keys(properties).length === 0 ? undefined : properties);
  };
  const choiceOf = (way: keyof Ways) => (said[way] === undefined ? 'as' : String(said[way]));
  return (
    <Stack gap="sm">
      <Text size="sm" c="dimmed">
        This field has no place at the vendor.
      </Text>
      <Select
        label="When it is read"
        data={passing}
        value={choiceOf('fromVendor')}
        allowDeselect={false}
        onChange={(value) => set('fromVendor', value)}
      />
      <Select
        label="When it is written"
        data={passing}
        value={choiceOf('toVendor')}
        allowDeselect={false}
        onChange={(value) => set('toVendor', value)}
      />
    </Stack>
  );
}

interface DefaultsProps {
  mapping: MappingField;
  type: string | undefined;
  configure: Configure;
}

function Defaults({ mapping, type, configure }: DefaultsProps) {
  const said = entryOf(mapping.configuration, 'defaultValue')?.properties ?? {};
  const set = (way: keyof Ways, text: string) => {
    const { [way]: _, ...others } = said;
    const properties = text === '' ? others : { ...others, [way]: typedValue(text, type) };
    configure('defaultValue', Object.keys(properties).length === 0 ? undefined : properties);
  };
  const text = (way: keyof Ways) => (said[way] === undefined || said[way] === null ? '' : String(said[way]));
  return (
    <Stack gap="sm">
      <TextInput
        label="Read instead"
        placeholder="stays empty"
        value={text('fromVendor')}
        onChange={({ currentTarget: { value } }) => set('fromVendor', value)}
      />
      <TextInput
        label="Written instead"
        placeholder="stays empty"
        value={text('toVendor')}
        onChange={({ currentTarget: { value } }) => set('toVendor', value)}
      />
    </Stack>
  );
}

/** A value as the field’s type has it; what does not fit stays text, and the server says so. */
function typedValue(text: string, type: string | undefined): string | number | boolean {
  if (type === 'number' && /^-?\d+(?:\.\d+)?$/.test(text)) return Number(text);
  if (type === 'boolean' && (text === 'true' || text === 'false')) return text === 'true';
  return text;
}

function Patterns({ mapping, configure }: { mapping: MappingField; configure: Configure }) {
  const said = entryOf(mapping.configuration, 'transformDate')?.properties ?? {};
  const set = (name: 'pattern' | 'vendorPattern', text: string) => {
    const { [name]: _, ...others } = said;
    const properties = text === '' ? others : { ...others, [name]: text };
    configure('transformDate', Object.keys(properties).length === 0 ? undefined : properties);
  };
  return (
    <Stack gap="sm">
      <TextInput
        label="As the vendor writes it"
        description="Such as yyyy-MM-dd, MM/dd/yyyy HH:mm, seconds or milliseconds."
        placeholder="any usual form"
        value={typeof said['vendorPattern'] === 'string' ? said['vendorPattern'] : ''}
        onChange={({ currentTarget: { value } }) => set('vendorPattern', value)}
      />
      <TextInput
        label="As you have it"
        placeholder="ISO 8601"
        value={typeof said['pattern'] === 'string' ? said['pattern'] : ''}
        onChange={({ currentTarget: { value } }) => set('pattern', value)}
      />
    </Stack>
  );
}
