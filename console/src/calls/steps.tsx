// The steps of a traced call, each to be opened.

import { Accordion, Button, Group, Stack, Text, Title } from '@mantine/core';
import { useState } from 'react';
import { CodeBlock } from '../components/code-block.tsx';
import { StatusBadge } from '../components/status-badge.tsx';
import type { TracedCall, TraceStep } from './queries.ts';
import { formatMilliseconds } from './words.ts';

/** What a step was, in a few words, beside its name. */
interface Headline {
  text: string | undefined;
  status: number | undefined;
}

/** Shows the steps in order; the one that says what went wrong is open at first. */
export function Steps({ call, trace }: { call: TracedCall; trace: readonly TraceStep[] }) {
  const wrong = trace.findIndex(({ step }) => step === 'error');
  const [open, setOpen] = useState<string[]>(wrong < 0 ? [] : [String(wrong)]);
  const all = trace.map((_, index) => String(index));
  const isAllOpen = open.length === all.length;
  return (
    <Stack gap="xs">
      <Group justify="space-between">
        <Title order={2} size="h4">
          Steps
        </Title>
        <Button variant="subtle" size="xs" onClick={() => setOpen(isAllOpen ? [] : all)}>
          {isAllOpen ? 'Close all' : 'Open all'}
        </Button>
      </Group>
      <Accordion multiple keepMounted={false} variant="contained" value={open} onChange={setOpen} order={3}>
        {trace.map((step, index) => (
          <Step
            // biome-ignore lint/suspicious/noArrayIndexKey: steps have no other name, and never change
            key={index}
            value={String(index)}
            step={step}
            resource={index === 0 ? call.elementApi : undefined}
          />
        ))}
      </Accordion>
      <Text size="xs" c="dimmed">
        Secrets are shown as ***, long texts are cut.
      </Text>
    </Stack>
  );
}

interface StepProps {
  value: string;
  step: TraceStep;
  /** the resource that the call was found to be of */
  resource: string | undefined;
}

function Step({ value, step, resource }: StepProps) {
  const { text, status } = headlineOf(step);
  return (
    <Accordion.Item value={value}>
      <Accordion.Control>
        <Group gap="sm" wrap="nowrap">
          <Text size="sm" fw={600} className="unbroken">
            {step.step.charAt(0).toUpperCase() + step.step.slice(1)}
          </Text>
          {status !== undefined && (
            <StatusBadge mood={status < 400 ? 'good' : status < 500 ? 'warning' : 'bad'}>{String(status)}</StatusBadge>
          )}
          <Text size="sm" c="dimmed" truncate flex={1} ff={status === undefined ? 'monospace' : 'text'}>
            {text}
          </Text>
          <Text size="xs" c="dimmed" className="unbroken" mr="xs">
            {formatMilliseconds(step.atMs)}
          </Text>
        </Group>
      </Accordion.Control>
      <Accordion.Panel>
        <Stack gap="xs">
          {resource !== undefined && (
            <Text size="sm">
              Matched the resource <code>{resource}</code>
            </Text>
          )}
          <Detail name={step.step} detail={step.detail} />
        </Stack>
      </Accordion.Panel>
    </Accordion.Item>
  );
}

function Detail({ name, detail }: { name: string; detail: unknown }) {
  if (typeof detail === 'string') return <CodeBlock name={name} text={detail} />;
  if (detail === null || detail === undefined) return <Text size="sm">There is nothing more to tell.</Text>;
  const { headers, body, ...rest } = ordered(detail);
  return (
    <>
      {Object.keys(rest).length > 0 && <CodeBlock name={name} text={pretty(rest)} />}
      {headers !== undefined && <Part title="Headers" name={`headers of the ${name}`} value={headers} />}
      {body !== undefined && body !== null && <Part title="Body" name={`body of the ${name}`} value={body} />}
    </>
  );
}

function Part({ title, name, value }: { title: string; name: string; value: unknown }) {
  return (
    <div>
      <Text size="xs" c="dimmed" mb={2}>
        {title}
      </Text>
      <CodeBlock name={name} text={typeof value === 'string' ? prettyText(value) : pretty(value)} />
    </div>
  );
}

function ordered(detail: unknown): { headers?: unknown; body?: unknown } {
  if (Array.isArray(detail) || typeof detail !== 'object' || detail === null) return { body: detail };
  const { method, url, path, status, query, ...others } = detail as Record<string, unknown>;
  return Object.fromEntries(
    Object.entries({ method, url, path, status, query, ...others }).filter(([, value]) => value !== undefined),
  );
}

function headlineOf({ step, detail }: TraceStep): Headline {
  if (typeof detail === 'string') return { text: detail, status: undefined };
  if (typeof detail !== 'object' || detail === null) return { text: undefined, status: undefined };
  const { method, url, path, status } = detail as Record<string, unknown>;
  if (step === 'vendor answer' && typeof status === 'number') return { text: undefined, status };
  return { text: [method, url ?? path].filter((part) => typeof part === 'string').join(' '), status: undefined };
}

function pretty(value: unknown): string {
  return JSON.stringify(value, null, 2);
}

/** JSON that was kept as text is easier to read with its lines. */
function prettyText(text: string): string {
  try {
    return pretty(JSON.parse(text));
  } catch {
    return text;
  }
}
