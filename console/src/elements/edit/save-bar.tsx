// Saves what was written; what cannot work is shown first, and saved only when the person insists.

import { Button, Group, Stack, Text } from '@mantine/core';
import { ErrorNotice } from '../../components/error-notice.tsx';
import { FindingList } from '../finding-list.tsx';
import type { Finding } from '../findings.ts';

interface SaveBarProps {
  isUnsaved: boolean;
  isSaving: boolean;
  /** why it cannot be saved at all */
  hindrance?: string | undefined;
  error: Error | null;
  findings: readonly Finding[];
  save(anyway: boolean): void;
  discard(): void;
}

/** The buttons of an editor, with what the check said. */
export function SaveBar({ isUnsaved, isSaving, hindrance, error, findings, save, discard }: SaveBarProps) {
  const errors = findings.filter(({ level }) => level === 'error');
  return (
    <Stack gap="sm">
      {error !== null && <ErrorNotice error={error} />}
      <FindingList
        findings={errors}
        mood="bad"
        title={isUnsaved ? 'Not saved: this cannot work' : 'Saved, but this cannot work'}
      />
      <FindingList
        findings={findings.filter(({ level }) => level === 'warning')}
        mood="warning"
        title="Saved; have a look at this"
      />
      <Group gap="xs">
        <Button loading={isSaving} disabled={!isUnsaved || hindrance !== undefined} onClick={() => save(false)}>
          Save
        </Button>
        {errors.length > 0 && isUnsaved && (
          <Button variant="default" color="red" onClick={() => save(true)}>
            Save anyway
          </Button>
        )}
        {isUnsaved && (
          <Button variant="subtle" onClick={discard}>
            Discard changes
          </Button>
        )}
        <Text size="sm" c="dimmed" aria-live="polite">
          {hindrance ?? (isUnsaved ? 'Not saved yet' : '')}
        </Text>
      </Group>
    </Stack>
  );
}
