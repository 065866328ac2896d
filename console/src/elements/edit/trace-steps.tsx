// The steps of one call, one after the other, each unfolded when asked for.

import { Accordion, Group, Text } from '@mantine/core';
import { CodeBlock } from '../../components/code-block.tsx';

/** One step: what happened, when, and with what. */
export interface TraceStep {
  step: string;
  atMs: number;
  detail: unknown;
}

/** Shows steps; those that are hooks are unfolded, because they are what one writes here. */
export function TraceSteps({ steps }: { steps: readonly TraceStep[] }) {
  const named = steps.map((step, index) => ({ ...step, value: String(index) }));
  return (
    <Accordion
      variant="contained"
      multiple
      keepMounted={false}
      order={4}
      defaultValue={named.filter(({ step }) => step.includes('hook')).map(({ value }) => value)}
    >
      {named.map(({ step, atMs, detail, value }) => (
        <Accordion.Item key={value} value={value}>
          <Accordion.Control>
            <Group justify="space-between" wrap="nowrap" gap="xs">
              <Text size="sm" fw={600}>
                {step.charAt(0).toUpperCase() + step.slice(1)}
              </Text>
              <Text size="xs" c="dimmed">
                {Math.round(atMs)} ms
              </Text>
            </Group>
          </Accordion.Control>
          <Accordion.Panel>
            {detail === null || detail === undefined ? (
              <Text size="sm" c="dimmed">
                Nothing more is known of this step.
              </Text>
            ) : (
              <CodeBlock
                text={typeof detail === 'string' ? detail : JSON.stringify(detail, null, 2)}
                name={step}
                maxHeight={280}
              />
            )}
          </Accordion.Panel>
        </Accordion.Item>
      ))}
    </Accordion>
  );
}
