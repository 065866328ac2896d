// The hooks of a resource or of an element: scripts before and after the vendor's call, and for events.

import { Button, Group, SegmentedControl, Skeleton, Stack, Text } from '@mantine/core';
import { lazy, Suspense, useState } from 'react';
import { EmptyState } from '../../components/empty-state.tsx';
import { StatusBadge } from '../../components/status-badge.tsx';
import type { Finding } from '../findings.ts';
import type { Hook } from '../queries.ts';
import { faultAt } from './draft-faults.ts';

const CodeEditor = lazy(async () => ({ default: (await import('../../components/code-editor.tsx')).CodeEditor }));

const kinds = {
  preRequest: {
    name: 'Before the call',
    text: 'Changes the request before the vendor gets it.',
    begin:
      '// request_vendor_headers, request_vendor_parameters, request_vendor_body … can be changed.\ndone({ request_vendor_parameters: {} });\n',
  },
  postRequest: {
    name: 'After the call',
    text: "Changes the vendor's answer before the caller gets it.",
    begin:
      '// response_body, response_headers, response_status_code … can be changed.\ndone({ response_body: response_body });\n',
  },
  event: {
    name: 'Events',
    text: 'Says what a webhook or a poll tells.',
    begin: '// events holds what came in.\ndone({ events: [] });\n',
  },
} as const;
type HookKind = keyof typeof kinds;

interface HookListProps {
  hooks: readonly Hook[];
  findings: readonly Finding[];
  /** only elements have hooks for events */
  withEvents: boolean;
  isReadOnly: boolean;
  onChange(hooks: Hook[]): void;
}

/** One script at a time, chosen by when it runs. */
export function HookList({ hooks, findings, withEvents, isReadOnly, onChange }: HookListProps) {
  const known: HookKind[] = withEvents ? ['preRequest', 'postRequest', 'event'] : ['preRequest', 'postRequest'];
  const [kind, setKind] = useState<HookKind>(
    () => known.find((one) => hooks.some(({ type }) => type === one)) ?? 'preRequest',
  );
  const index = hooks.findIndex(({ type }) => type === kind);
  const hook = hooks[index];
  const { name, text, begin } = kinds[kind];
  const fault = index < 0 ? undefined : faultAt(findings, `/hooks/${index}`, true);
  return (
    <Stack gap="sm">
      <SegmentedControl
        aria-label="When it runs"
        value={kind}
        onChange={(value) => setKind(known.find((one) => one === value) ?? 'preRequest')}
        data={known.map((one) => ({
          value: one,
          label: hooks.some(({ type }) => type === one) ? `${kinds[one].name} •` : kinds[one].name,
        }))}
      />
      <Group justify="space-between" gap="xs">
        <Text size="sm" c="dimmed">
          {text}
        </Text>
        {hook !== undefined && (
          <Group gap="xs">
            {hook.isLegacy === true && <StatusBadge mood="neutral">Legacy</StatusBadge>}
            {!isReadOnly && (
              <Button
                size="compact-xs"
                variant="subtle"
                color="red"
                onClick={() => onChange(hooks.filter((one) => one !== hook))}
              >
                Delete this hook
              </Button>
            )}
          </Group>
        )}
      </Group>
      {fault !== undefined && (
        <Text size="sm" c="var(--mantine-color-error)" role="alert">
          {fault}
        </Text>
      )}
      {hook === undefined ? (
        <EmptyState title="No script runs here">
          {!isReadOnly && (
            <Button variant="default" onClick={() => onChange([...hooks, { type: kind, body: begin }])}>
              Write one
            </Button>
          )}
        </EmptyState>
      ) : (
        <Suspense fallback={<Skeleton height={220} />}>
          <CodeEditor
            key={kind}
            label={`Script: ${name.toLowerCase()}`}
            language="javascript"
            value={hook.body ?? ''}
            isReadOnly={isReadOnly}
            faultyLines={linesOf(fault)}
            onChange={(body) => onChange(hooks.map((one) => (one === hook ? { ...hook, body } : one)))}
          />
        </Suspense>
      )}
    </Stack>
  );
}

function linesOf(fault: string | undefined): number[] {
  return [...(fault ?? '').matchAll(/\bin line (\d+)/g)].map(([, line]) => Number(line));
}
