// Begins an upload: a file of records, the object that they become, and the field by which they are found again.

import { Anchor, Button, Card, Checkbox, FileInput, Group, Stack, Text, TextInput } from '@mantine/core';
import { useState } from 'react';
import { Link, useLocation } from 'wouter';
import { AccountSelect } from '../components/account-select.tsx';
import { ErrorNotice } from '../components/error-notice.tsx';
import { PageHeader } from '../components/page-header.tsx';
import { formatBytes } from '../components/quantities.ts';
import { ObjectField } from './object-field.tsx';
import { useStartUpload } from './queries.ts';

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
    <Stack maw={640}>
      <Anchor component={Link} href="/bulk" size="sm">
        All bulk jobs
      </Anchor>
      <PageHeader title="New upload" description="Each row of a file becomes a record at the account." />
      <Card withBorder>
        <form
          onSubmit={(event) => {
            event.preventDefault();
            start();
          }}
        >
          <Stack>
            <AccountSelect value={instance} onChange={setInstance} required placeholder="Choose an account" />
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
            {starting.error !== null && <ErrorNotice error={starting.error} />}
            <Group justify="flex-end">
              <Button component={Link} href="/bulk" variant="default">
                Cancel
              </Button>
              <Button type="submit" loading={starting.isPending} disabled={!isReady}>
                Upload
              </Button>
            </Group>
          </Stack>
        </form>
      </Card>
    </Stack>
  );
}
