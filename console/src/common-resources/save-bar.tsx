// Says that something is not saved, and saves it.

import { Button, Group, Text } from '@mantine/core';

/** Stands at the lower edge while something is not saved. */
export function SaveBar({ isSaving, save, discard }: { isSaving: boolean; save(): void; discard(): void }) {
  return (
    <section className="mapping-save" aria-label="Unsaved changes">
      <Text size="sm" fw={600}>
        Not saved yet
      </Text>
      <Group gap="xs" wrap="nowrap">
        <Button variant="default" size="sm" onClick={discard} disabled={isSaving}>
          Discard
        </Button>
        <Button size="sm" onClick={save} loading={isSaving}>
          Save
        </Button>
      </Group>
    </section>
  );
}
