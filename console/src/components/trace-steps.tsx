// The steps of a traced call, each to be opened.

import { Accordion, Button, Group, Stack, Text, Title } from '@mantine/core';
import { useState } from 'react';
import { CodeBlock } from './code-block.tsx';
import { formatMilliseconds } from './quantities.ts';
import { StatusBadge } from './status-badge.tsx';

/** A step of a call that was traced. */
export interface TraceStep {
  step: string;
  /** milliseconds since the call began */
  atMs: number;
  detail: unknown;
}

/** What a step was, in a few words, beside its name. */
interface Headline {
  text: string | undefined;
  status: number | undefined;
}

interface TraceStepsProps {
  steps: readonly TraceStep[];
  /** the resource that the call was found to be of */
  resource?: string | undefined;
  isOpenAtFirst(step: TraceStep): boolean;
  /** of the heading */
  order: 2 | 3;
}

/** Shows the steps of a call in order. */
export function TraceSteps({ steps, resource, isOpenAtFirst, order }: TraceStepsProps) {
  const named = steps.map((step, index) => ({ step, value: String(index) }));
  const [open, setOpen] = useState(() => named.filter(({ step }) => isOpenAtFirst(step)).map(({ value }) => value));
  const isAllOpen = open.length === named.length;
  return (
    <Stack gap="xs" component="section" aria-label="Steps">
      <Group justify="space-between">
        <Title order={order} size={order === 2 ? 'h4' : 'h6'}>
          Steps
        </Title>
        <Button variant="subtle" size="xs" onClick={() => setOpen(isAllOpen ? [] : named.map(({ value }) => value))}>
          {isAllOpen ? 'Close all' : 'Open all'}
        </Button>
      </Group>
      <Accordion
        multiple
        keepMounted={false}
        variant="contained"
        value={open}
        onChange={setOpen}
        order={order === 2 ? 3 : 4}
      >
        {named.map(({ step, value }, index) => (
          <Step key={value} value={value} step={step} resource={index === 0 ? resource : undefined} />
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
