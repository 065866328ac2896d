// Begins an upload: a file of records, the object that they become, and the field by which they are found again.

import { Checkbox, FileInput, Text, TextInput } from '@mantine/core';
import { useState } from 'react';
import { useLocation } from 'wouter';
import { formatBytes } from '../components/quantities.ts';
import { ObjectField } from './object-field.tsx';
import { useStartUpload } from './queries.ts';
import { StartForm } from './start-form.tsx';

const fileTypes = '.csv,.json,.jsonl,.ndjson,text/csv,application/json';

/** The form that begins an upload. */
export function StartUpload() {
  const [, navigate] = useLocation();
  const starting = useStartUpload();
  const [instance, setInstance] = useState<number | undefined>();
  const [objectName, setObjectName] = useState('');
  const [file, setFile] = useState<File | null>(null);
  const [identifier, setIdentifier] = useState('');
  const [isSerial, setIsSerial] = useState(false);
  const isReady = instance !== undefined && file !== null && objectName.trim() !== '';
  const start = () => {
    if (!isReady) return;
    const identifierFieldName = identifier.trim() === '' ? undefined : identifier.trim();
    starting.mutate(
      { instance, objectName: objectName.trim(), file, identifierFieldName, isSerial },
      { onSuccess: ({ id }) => navigate(`/bulk/${id}`) },
    );
  };
  return (
    <StartForm
      title="New upload"
      description="Each row of a file becomes a record at the account."
      action="Upload"
      instance={instance}
      setInstance={setInstance}
      isReady={isReady}
      isPending={starting.isPending}
      error={starting.error}
      start={start}
    >
      <ObjectField instance={instance} direction="upload" value={objectName} onChange={setObjectName} />
      <FileInput
        label="File"
        description="CSV with a header, JSON lines, or a JSON array."
        placeholder="Choose a file"
        required
        clearable
        clearButtonProps={{ 'aria-label': 'Take the file away' }}
        accept={fileTypes}
        value={file}
        onChange={setFile}
      />
      {file !== null && (
        <Text size="sm" c="dimmed">
          {formatBytes(file.size)}
        </Text>
      )}
      <TextInput
        label="Identifier"
        description="A field of the rows. A record that has the same value is updated; without a field, every row makes a new one."
        placeholder="email"
        value={identifier}
        onChange={(event) => setIdentifier(event.currentTarget.value)}
      />
      <Checkbox
        label="One row at a time, in the order of the file"
        checked={isSerial}
        onChange={(event) => setIsSerial(event.currentTarget.checked)}
      />
    </StartForm>
  );
}
