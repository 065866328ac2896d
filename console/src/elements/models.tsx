// The models of an element: what its records are made of.

import { Accordion, Button, Skeleton, Stack, Text, TextInput } from '@mantine/core';
import { IconSearch } from '@tabler/icons-react';
import { useState } from 'react';
import { EmptyState } from '../components/empty-state.tsx';
import { ErrorNotice } from '../components/error-notice.tsx';
import { useElementDescription } from './docs/description.ts';
import { SchemaView } from './docs/schema-view.tsx';
import type { ElementDetail } from './queries.ts';

const shownAtFirst = 60;

/** The models of an element, each folded. */
export function ElementModels({ element }: { element: ElementDetail }) {
  const description = useElementDescription(element.key);
  const [text, setText] = useState('');
  const [isWhole, setWhole] = useState(false);
  if (description.isPending) return <Skeleton height={220} />;
  if (description.isError) return <ErrorNotice error={description.error} retry={() => void description.refetch()} />;
  const { schemas } = description.data;
  const names = Object.keys(schemas).sort((one, other) => one.localeCompare(other));
  const found = names.filter((name) => name.toLowerCase().includes(text.toLowerCase()));
  const shown = isWhole ? found : found.slice(0, shownAtFirst);
  if (names.length === 0) {
    return <EmptyState title="There are no models" text="The resources of this element do not say what they return." />;
  }
  return (
    <Stack>
      <TextInput
        label="Search models"
        type="search"
        maw={420}
        leftSection={<IconSearch size={16} aria-hidden />}
        value={text}
        onChange={(event) => setText(event.currentTarget.value)}
      />
      {found.length === 0 && <EmptyState title="No model fits" text="Try other words." />}
      <Accordion variant="separated" multiple keepMounted={false} order={2}>
        {shown.map((name) => (
          <Accordion.Item key={name} value={name}>
            <Accordion.Control>
              <Text size="sm" ff="monospace" className="breaks">
                {name}
              </Text>
            </Accordion.Control>
            <Accordion.Panel>
              <SchemaView schema={schemas[name] ?? {}} schemas={schemas} />
            </Accordion.Panel>
          </Accordion.Item>
        ))}
      </Accordion>
      {found.length > shown.length && (
        <Button variant="default" onClick={() => setWhole(true)}>
          Show all {found.length}
        </Button>
      )}
    </Stack>
  );
}
