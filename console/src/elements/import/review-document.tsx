// A document before it becomes an element: what it is, what is wrong with it, and the step that makes it one.

import { Button, Card, Checkbox, Group, Skeleton, Stack, Text, TextInput, Title } from '@mantine/core';
import { useMutation, useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { useLocation } from 'wouter';
import { CallError, call } from '../../call.ts';
import { ElementMark } from '../../components/element-mark.tsx';
import { ErrorNotice } from '../../components/error-notice.tsx';
import { elementsKey } from '../../components/known-elements.ts';
import { queryClient } from '../../query-client.ts';
import { describeAuthentication, isCallable } from '../describe.ts';
import { FindingList } from '../finding-list.tsx';
import { checkDocument } from '../findings.ts';
import { type ElementDetail, pathOfElement } from '../queries.ts';
import { lineOfPointer } from './fault-places.ts';
import type { GivenDocument } from './read-document.ts';

interface ReviewDocumentProps {
  given: GivenDocument;
  /** the key of the element whose document it takes the place of */
  replaces: string | undefined;
  startAgain(): void;
}

/** Shows a document and its faults; importing it leads to the element. */
export function ReviewDocument({ given, replaces, startAgain }: ReviewDocumentProps) {
  const { document, text, source, notes } = given;
  const [, navigate] = useLocation();
  const [key, setKey] = useState(replaces ?? textOf(document['key']));
  const [isReplacing, setReplacing] = useState(replaces !== undefined);
  const checking = useQuery({
    queryKey: ['check of a document', text],
    gcTime: 0,
    queryFn: () => checkDocument({ ...document, key: textOf(document['key']) || 'new' }),
  });
  const importing = useMutation({
    mutationFn: () => {
      const body = key === '' ? document : { ...document, key };
      return isReplacing
        ? call<ElementDetail>('PUT', pathOfElement(key), { body })
        : call<ElementDetail>('POST', '/elements', { body });
    },
    onSuccess: async (element) => {
      await queryClient.invalidateQueries({ queryKey: elementsKey });
      navigate(`/elements/${encodeURIComponent(element.key)}`);
    },
  });
  const findings = checking.data ?? [];
  const errors = findings.filter(({ level }) => level === 'error');
  const warnings = findings.filter(({ level }) => level === 'warning');
  const lineOf = text.includes('\n') ? (path: string) => lineOfPointer(text, path) : undefined;
  const isTaken = importing.error instanceof CallError && importing.error.status === 409;
  const resources = callableResources(document);
  const name = textOf(document['name']) || source;

  return (
    <Stack gap="lg">
      <Card withBorder component="section" aria-label="The document">
        <Group wrap="nowrap" align="flex-start">
          <ElementMark name={name} size="lg" />
          <Stack gap={4} miw={0}>
            <Title order={2} size="h4" className="breaks">
              {name}
            </Title>
            <Text size="sm" c="dimmed" className="breaks">
              {[
                `from ${source}`,
                textOf(document['hub']) === '' ? '' : `hub ${textOf(document['hub'])}`,
                describeAuthentication(authenticationOf(document)),
                resources === 1 ? '1 resource' : `${resources} resources`,
              ]
                .filter(Boolean)
                .join(' · ')}
            </Text>
          </Stack>
        </Group>
      </Card>
      {checking.isPending && <Skeleton height={80} />}
      {checking.isError && <ErrorNotice error={checking.error} retry={() => void checking.refetch()} />}
      <FindingList
        findings={errors}
        mood="bad"
        title={errors.length === 1 ? 'One thing cannot work' : `${errors.length} things cannot work`}
        {...(lineOf === undefined ? {} : { lineOf })}
      />
      <FindingList
        findings={warnings}
        mood="warning"
        title={warnings.length === 1 ? 'One thing to look at' : `${warnings.length} things to look at`}
        {...(lineOf === undefined ? {} : { lineOf })}
      />
      <FindingList
        findings={notes.map(({ path, message }) => ({ level: 'warning', path, message, advice: '' }))}
        mood="warning"
        title="What could not be carried over"
      />
      {importing.isError && <ErrorNotice error={importing.error} />}
      <form
        onSubmit={(event) => {
          event.preventDefault();
          importing.mutate();
        }}
      >
        <Stack>
          <TextInput
            label="Key"
            description="What programs call the element by. Left empty, it is made of the name."
            value={key}
            maw={420}
            disabled={replaces !== undefined}
            onChange={(event) => setKey(event.currentTarget.value)}
          />
          {(isTaken || isReplacing) && replaces === undefined && (
            <Checkbox
              label="Put it in place of the element that has this key; an earlier version is kept"
              checked={isReplacing}
              onChange={(event) => setReplacing(event.currentTarget.checked)}
            />
          )}
          <Group>
            <Button type="submit" loading={importing.isPending} disabled={checking.isPending}>
              {isReplacing ? 'Replace the element' : errors.length > 0 ? 'Import anyway' : 'Import'}
            </Button>
            <Button variant="default" onClick={startAgain}>
              Choose something else
            </Button>
          </Group>
        </Stack>
      </form>
    </Stack>
  );
}

function callableResources({ resources }: Record<string, unknown>): number {
  return Array.isArray(resources) ? resources.filter((resource) => isCallable(resource ?? {})).length : 0;
}

function textOf(value: unknown): string {
  return typeof value === 'string' ? value : '';
}

function authenticationOf(document: Record<string, unknown>): string {
  const authentication = document['authentication'];
  if (typeof authentication !== 'object' || authentication === null || !('type' in authentication)) return 'custom';
  return String(authentication.type);
}
