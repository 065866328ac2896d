// What a value is made of: its members, those of objects inside unfolded when asked for.

import { Anchor, Code, Group, Stack, Text } from '@mantine/core';
import { useState } from 'react';
import { describeType, membersOf, resolve, type Schema } from './description.ts';

interface SchemaViewProps {
  schema: Schema;
  schemas: Record<string, Schema>;
}

/** Shows a schema; models that name each other are unfolded one by one. */
export function SchemaView({ schema, schemas }: SchemaViewProps) {
  const inner = contentOf(schema, schemas);
  const members = membersOf(inner, schemas);
  if (members.length === 0) {
    return (
      <Text size="sm" c="dimmed">
        {describeType(schema, schemas)}
        {inner.description === undefined ? '' : `: ${inner.description}`}
      </Text>
    );
  }
  return (
    <Stack gap={0} component="ul" className="schema">
      {members.map(([name, member, required]) => (
        <Member key={name} name={name} schema={member} required={required} schemas={schemas} />
      ))}
    </Stack>
  );
}

function Member({ name, schema, required, schemas }: SchemaViewProps & { name: string; required: boolean }) {
  const [isOpen, setOpen] = useState(false);
  const isDeep = membersOf(contentOf(schema, schemas), schemas).length > 0;
  const description = schema.description ?? resolve(schema, schemas).schema.description;
  return (
    <li>
      <Group gap="xs" wrap="wrap">
        <Text size="sm" ff="monospace" fw={600} className="breaks">
          {name}
        </Text>
        <Text size="xs" c="dimmed" className="breaks">
          {describeType(schema, schemas)}
        </Text>
        {required && (
          <Text size="xs" c="var(--mantine-color-orange-text)">
            required
          </Text>
        )}
        {isDeep && (
          <Anchor
            component="button"
            type="button"
            size="xs"
            onClick={() => setOpen(!isOpen)}
            aria-expanded={isOpen}
            aria-label={`${isOpen ? 'Hide' : 'Show'} the members of ${name}`}
          >
            {isOpen ? 'Hide' : 'Show'} members
          </Anchor>
        )}
      </Group>
      {description !== undefined && description !== '' && <Text size="sm">{description}</Text>}
      {schema.enum !== undefined && (
        <Text size="xs" c="dimmed">
          One of{' '}
          {schema.enum.map((value) => (
            <Code key={String(value)} mr={4}>
              {String(value)}
            </Code>
          ))}
        </Text>
      )}
      {isOpen && <SchemaView schema={schema} schemas={schemas} />}
    </li>
  );
}

/** The schema of what a list holds, or of the value itself. */
function contentOf(schema: Schema, schemas: Record<string, Schema>): Schema {
  const { schema: meant } = resolve(schema, schemas);
  return meant.items === undefined ? meant : contentOf(meant.items, schemas);
}
