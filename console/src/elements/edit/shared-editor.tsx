// Edits what all resources of an element share: its hooks and its parameters.

import { Stack, Tabs, Text, Title } from '@mantine/core';
import { notifications } from '@mantine/notifications';
import { useMutation } from '@tanstack/react-query';
import { useState } from 'react';
import { call } from '../../call.ts';
import { elementsKey } from '../../components/known-elements.ts';
import { UnsavedDialog } from '../../components/unsaved-dialog.tsx';
import { useUnsavedGuard } from '../../components/use-unsaved-guard.ts';
import { queryClient } from '../../query-client.ts';
import type { Finding } from '../findings.ts';
import { type ElementDetail, type Hook, type Parameter, pathOfElement } from '../queries.ts';
import { checkShared } from './draft-faults.ts';
import { HookList } from './hook-list.tsx';
import { ParameterList } from './parameter-list.tsx';
import { SaveBar } from './save-bar.tsx';

interface Shared {
  hooks: Hook[];
  parameters: Parameter[];
}

/** The editor of what the resources of a private element share. */
export function SharedEditor({ element, isHere }: { element: ElementDetail; isHere(url: URL): boolean }) {
  const [saved, setSaved] = useState<Shared>({ hooks: element.hooks, parameters: element.parameters });
  const [draft, setDraft] = useState(saved);
  const [findings, setFindings] = useState<Finding[]>([]);
  const isUnsaved = draft !== saved;
  const held = useUnsavedGuard(isUnsaved, isHere);
  const saving = useMutation({
    mutationFn: async (isAnyway: boolean): Promise<Shared | undefined> => {
      const found = await checkShared(element, draft);
      setFindings(found);
      if (!isAnyway && found.some(({ level }) => level === 'error')) return undefined;
      const place = pathOfElement(element.key);
      await saveParts(`${place}/hooks`, saved.hooks, draft.hooks);
      await saveParts(`${place}/parameters`, saved.parameters, draft.parameters);
      const { hooks, parameters } = await call<ElementDetail>('GET', place);
      return { hooks, parameters };
    },
    onSuccess: async (stored) => {
      if (stored === undefined) return;
      setSaved(stored);
      setDraft(stored);
      await queryClient.invalidateQueries({ queryKey: elementsKey });
      notifications.show({ color: 'teal', message: 'What all resources share is saved.' });
    },
  });
  return (
    <Stack maw={760}>
      <div>
        <Title order={2} size="h4">
          Shared by all resources
        </Title>
        <Text size="sm" c="dimmed">
          These scripts run, and these values are sent, with every call of the element.
        </Text>
      </div>
      <SaveBar
        isUnsaved={isUnsaved}
        isSaving={saving.isPending}
        error={saving.error}
        findings={findings}
        save={(isAnyway) => saving.mutate(isAnyway)}
        discard={() => {
          setDraft(saved);
          setFindings([]);
          saving.reset();
        }}
      />
      <Tabs defaultValue="hooks" keepMounted={false}>
        <Tabs.List mb="md">
          <Tabs.Tab value="hooks">Hooks</Tabs.Tab>
          <Tabs.Tab value="parameters">Parameters</Tabs.Tab>
        </Tabs.List>
        <Tabs.Panel value="hooks">
          <HookList
            hooks={draft.hooks}
            findings={findings}
            withEvents
            isReadOnly={false}
            onChange={(hooks) => setDraft((before) => ({ ...before, hooks }))}
          />
        </Tabs.Panel>
        <Tabs.Panel value="parameters">
          <ParameterList
            parameters={draft.parameters}
            findings={findings}
            isReadOnly={false}
            onChange={(parameters) => setDraft((before) => ({ ...before, parameters }))}
          />
        </Tabs.Panel>
      </Tabs>
      <UnsavedDialog held={held} />
    </Stack>
  );
}

/** Makes the stored parts those that were written: deletes first, so that a name that is free again can be taken. */
async function saveParts(
  place: string,
  saved: readonly (Hook | Parameter)[],
  draft: readonly (Hook | Parameter)[],
): Promise<void> {
  const kept = new Set(draft.map(({ id }) => id));
  for (const { id } of saved) if (id !== undefined && !kept.has(id)) await call('DELETE', `${place}/${id}`);
  for (const part of draft) {
    if (part.id === undefined) await call('POST', place, { body: part });
    else if (!saved.includes(part)) await call('PUT', `${place}/${part.id}`, { body: part });
  }
}
