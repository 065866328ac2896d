// The model of a resource: JSON schemas of what it takes and gives, written as JSON.

import { Button, Group, Skeleton, Stack, Text } from '@mantine/core';
import { lazy, Suspense } from 'react';
import { EmptyState } from '../../components/empty-state.tsx';

const CodeEditor = lazy(async () => ({ default: (await import('../../components/code-editor.tsx')).CodeEditor }));

interface ModelEditorProps {
  /** the text as it is written; undefined when there is no model */
  text: string | undefined;
  isReadOnly: boolean;
  onChange(text: string | undefined): void;
}

/** Edits a model as text, because it is no JSON while it is written. */
export function ModelEditor({ text, isReadOnly, onChange }: ModelEditorProps) {
  if (text === undefined) {
    return (
      <EmptyState title="It has no model" text="A model says in the API docs what the resource takes and gives.">
        {!isReadOnly && (
          <Button variant="default" onClick={() => onChange('{\n  "name": ""\n}')}>
            Write one
          </Button>
        )}
      </EmptyState>
    );
  }
  return (
    <Stack gap="sm">
      {!isJson(text) && (
        <Text size="sm" c="var(--mantine-color-error)" role="alert">
          This is no JSON yet, and cannot be saved.
        </Text>
      )}
      <Suspense fallback={<Skeleton height={220} />}>
        <CodeEditor label="Model" language="json" value={text} isReadOnly={isReadOnly} onChange={onChange} />
      </Suspense>
      {!isReadOnly && (
        <Group>
          <Button size="compact-xs" variant="subtle" color="red" onClick={() => onChange(undefined)}>
            Delete the model
          </Button>
        </Group>
      )}
    </Stack>
  );
}

/** Whether a text is JSON. */
export function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}
