// A record to try a mapping on where there is no connected account to read one from.

import { Anchor, Button, Group, JsonInput, Stack, Text } from '@mantine/core';
import { useState } from 'react';
import { Link } from 'wouter';

/** Takes a record that is pasted. */
export function PastedRecord({ paste }: { paste(record: Record<string, unknown>): void }) {
  const [text, setText] = useState('');
  const [fault, setFault] = useState<string | undefined>();
  const use = () => {
    try {
      const record: unknown = JSON.parse(text);
      if (typeof record !== 'object' || record === null || Array.isArray(record)) throw new Error('no object');
      setFault(undefined);
      paste(record as Record<string, unknown>);
    } catch {
      setFault('This is no JSON object. Paste one record, such as {"id": 7, "name": "Ada"}.');
    }
  };
  return (
    <Stack gap="xs">
      <Text size="sm" c="dimmed">
        There is no connected account to read records from.{' '}
        <Anchor component={Link} href="/elements" inherit>
          Connect one
        </Anchor>
        , or paste a record as the vendor has it.
      </Text>
      <JsonInput
        aria-label="A record of the vendor"
        placeholder='{"id": 7, "name": "Ada"}'
        autosize
        minRows={3}
        maxRows={12}
        value={text}
        error={fault}
        onChange={setText}
      />
      <Group>
        <Button size="xs" variant="default" onClick={use} disabled={text.trim() === ''}>
          Try it
        </Button>
      </Group>
    </Stack>
  );
}
