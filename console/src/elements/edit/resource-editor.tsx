// Edits one resource: its call, its parameters, its hooks and its model, with a test call beside them.

import { Alert, Grid, Group, Stack, Tabs, Text, Title } from '@mantine/core';
import { notifications } from '@mantine/notifications';
import { useMutation } from '@tanstack/react-query';
import { useEffect, useState } from 'react';
import { call } from '../../call.ts';
import { elementsKey } from '../../components/known-elements.ts';
import { UnsavedDialog } from '../../components/unsaved-dialog.tsx';
import { useUnsavedGuard } from '../../components/use-unsaved-guard.ts';
import { queryClient } from '../../query-client.ts';
import { pathWithoutHub } from '../describe.ts';
import type { Finding } from '../findings.ts';
import { MethodBadge } from '../method-badge.tsx';
import { type ElementDetail, pathOfElement, type Resource } from '../queries.ts';
import { DeleteResource } from './delete-resource.tsx';
import { checkResource } from './draft-faults.ts';
import { HookList } from './hook-list.tsx';
import { isJson, ModelEditor } from './model-editor.tsx';
import { ParameterList } from './parameter-list.tsx';
import { ResourceForm } from './resource-form.tsx';
import { SaveBar } from './save-bar.tsx';
import { TestCall } from './test-call.tsx';

interface ResourceEditorProps {
  element: ElementDetail;
  resource: Resource;
  isNew: boolean;
  isReadOnly: boolean;
  /** whether an address still shows this resource */
  isHere(url: URL): boolean;
  /** leads to another part, or to none */
  open(part: string | null): void;
}

/** The editor of a resource. */
export function ResourceEditor({ element, resource, isNew, isReadOnly, isHere, open }: ResourceEditorProps) {
  const [saved, setSaved] = useState(resource);
  const [draft, setDraft] = useState(resource);
  const [model, setModel] = useState(() => textOfModel(resource));
  const [findings, setFindings] = useState<Finding[]>([]);
  const isUnsaved = isNew || draft !== saved || model !== textOfModel(saved);
  const place = `${pathOfElement(element.key)}/resources`;
  const held = useUnsavedGuard(!isReadOnly && (draft !== saved || model !== textOfModel(saved)), isHere);

  const saving = useMutation({
    mutationFn: async (isAnyway: boolean): Promise<Resource | undefined> => {
      const whole = withModel(draft, model);
      const found = await checkResource(element, whole, isNew);
      setFindings(found);
      if (!isAnyway && found.some(({ level }) => level === 'error')) return undefined;
      return isNew ? call('POST', place, { body: whole }) : call('PUT', `${place}/${draft.id}`, { body: whole });
    },
    onSuccess: async (stored) => {
      if (stored === undefined) return;
      await queryClient.invalidateQueries({ queryKey: elementsKey });
      setSaved(stored);
      setDraft(stored);
      setModel(textOfModel(stored));
      notifications.show({ color: 'teal', message: `${stored.method} ${pathWithoutHub(stored.path)} is saved.` });
    },
  });
  const deleting = useMutation({
    mutationFn: () => call('DELETE', `${place}/${saved.id}`),
    onSuccess: async () => {
      open(null);
      await queryClient.invalidateQueries({ queryKey: elementsKey });
    },
  });
  const change = (changes: Partial<Resource>) => setDraft((before) => ({ ...before, ...changes }));
  const countOf = (parts: readonly unknown[] | null | undefined) => (parts?.length ? ` (${parts.length})` : '');

  // The address names a new resource once everything of it is stored, so that nothing is unsaved any more.
  const newPart = isNew && saved !== resource ? String(saved.id) : undefined;
  useEffect(() => {
    if (newPart !== undefined) open(newPart);
  }, [newPart, open]);

  return (
    <Grid gap="lg">
      <Grid.Col span={{ base: 12, lg: 7 }}>
        <Stack>
          <Group justify="space-between" wrap="nowrap" align="flex-start">
            <Group gap="xs" wrap="nowrap">
              <MethodBadge method={draft.method} />
              <Title order={2} size="h4" className="breaks">
                {pathWithoutHub(draft.path) || 'New resource'}
              </Title>
            </Group>
            {!isNew && !isReadOnly && (
              <DeleteResource
                name={`${saved.method} ${pathWithoutHub(saved.path)}`}
                isDeleting={deleting.isPending}
                remove={() => deleting.mutate()}
              />
            )}
          </Group>
          {isReadOnly ? (
            <Alert color="blue">
              <Text size="sm">
                This resource comes with the catalog and cannot be changed. Clone the element to change everything in
                it, or add a resource of the same method and path, which takes its place for your account.
              </Text>
            </Alert>
          ) : (
            <SaveBar
              isUnsaved={isUnsaved}
              isSaving={saving.isPending}
              hindrance={model !== undefined && !isJson(model) ? 'The model is no JSON yet.' : undefined}
              error={saving.error ?? deleting.error}
              findings={findings}
              save={(isAnyway) => saving.mutate(isAnyway)}
              discard={() => {
                setDraft(saved);
                setModel(textOfModel(saved));
                setFindings([]);
                saving.reset();
              }}
            />
          )}
          <Tabs defaultValue="call" keepMounted={false}>
            <Tabs.List mb="md">
              <Tabs.Tab value="call">Call</Tabs.Tab>
              <Tabs.Tab value="parameters">Parameters{countOf(draft.parameters)}</Tabs.Tab>
              <Tabs.Tab value="hooks">Hooks{countOf(draft.hooks)}</Tabs.Tab>
              <Tabs.Tab value="model">Model</Tabs.Tab>
            </Tabs.List>
            <Tabs.Panel value="call">
              <ResourceForm draft={draft} findings={findings} isReadOnly={isReadOnly} onChange={change} />
            </Tabs.Panel>
            <Tabs.Panel value="parameters">
              <ParameterList
                parameters={draft.parameters ?? []}
                findings={findings}
                isReadOnly={isReadOnly}
                onChange={(parameters) => change({ parameters })}
              />
            </Tabs.Panel>
            <Tabs.Panel value="hooks">
              <HookList
                hooks={draft.hooks ?? []}
                findings={findings}
                withEvents={false}
                isReadOnly={isReadOnly}
                onChange={(hooks) => change({ hooks })}
              />
            </Tabs.Panel>
            <Tabs.Panel value="model">
              <ModelEditor text={model} isReadOnly={isReadOnly} onChange={setModel} />
            </Tabs.Panel>
          </Tabs>
        </Stack>
      </Grid.Col>
      <Grid.Col span={{ base: 12, lg: 5 }}>
        {!isNew && <TestCall elementKey={element.key} hub={element.hub} resource={saved} isUnsaved={isUnsaved} />}
      </Grid.Col>
      <UnsavedDialog held={held} />
    </Grid>
  );
}

function textOfModel({ model }: Resource): string | undefined {
  return typeof model === 'object' && model !== null ? JSON.stringify(model, null, 2) : undefined;
}

function withModel({ model: _, ...resource }: Resource, text: string | undefined): Resource {
  return text === undefined ? (resource as Resource) : ({ ...resource, model: JSON.parse(text) } as Resource);
}
