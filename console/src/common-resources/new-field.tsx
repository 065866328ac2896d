// A field more: by its name, or by a vendor’s field that is dropped here.

import { Button, Group, Select, TextInput } from '@mantine/core';
import { IconPlus } from '@tabler/icons-react';
import { type DragEvent, type FormEvent, useState } from 'react';
import { dragType } from './field-list.tsx';

interface NewFieldProps {
  types: readonly string[];
  paths: readonly string[];
  add(path: string, type: string): void;
  /** adds a field for a vendor’s one and maps it */
  addVendorField(vendorPath: string): void;
}

/** The form below the fields. */
export function NewField({ types, paths, add, addVendorField }: NewFieldProps) {
  const [path, setPath] = useState('');
  const [type, setType] = useState('string');
  const [isOver, setOver] = useState(false);
  const isThere = paths.includes(path.trim());
  const onSubmit = (event: FormEvent) => {
    event.preventDefault();
    if (path.trim() === '' || isThere) return;
    add(path.trim(), type);
    setPath('');
  };
  const onDragOver = (event: DragEvent) => {
    if (!event.dataTransfer.types.includes(dragType)) return;
    event.preventDefault();
    setOver(true);
  };
  const onDrop = (event: DragEvent) => {
    setOver(false);
    const vendorPath = event.dataTransfer.getData(dragType);
    if (vendorPath === '') return;
    event.preventDefault();
    addVendorField(vendorPath);
  };
  return (
    <form
      onSubmit={onSubmit}
      aria-label="New field"
      className="mapping-new"
      data-over={isOver || undefined}
      onDragOver={onDragOver}
      onDragLeave={() => setOver(false)}
      onDrop={onDrop}
    >
      <Group align="flex-start" gap="xs">
        <TextInput
          size="xs"
          flex="1 1 9rem"
          aria-label="Name of the new field"
          placeholder="New field, such as address.city"
          value={path}
          error={isThere ? 'This field is there already.' : undefined}
          onChange={({ currentTarget: { value } }) => setPath(value)}
        />
        <Select
          size="xs"
          w={130}
          aria-label="Type of the new field"
          data={[...types]}
          value={type}
          searchable
          allowDeselect={false}
          onChange={(chosen) => chosen !== null && setType(chosen)}
        />
        <Button size="xs" type="submit" variant="default" leftSection={<IconPlus size={14} />}>
          Add field
        </Button>
      </Group>
    </form>
  );
}
