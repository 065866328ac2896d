// What can be done with a common resource as a whole: export, rename, delete.

import { Alert, Button, Checkbox, Group, Menu, Modal, Stack, Text, TextInput } from '@mantine/core';
import { notifications } from '@mantine/notifications';
import { IconChevronDown, IconDownload, IconPencil, IconTrash } from '@tabler/icons-react';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { type FormEvent, useState } from 'react';
import { useLocation } from 'wouter';
import { call } from '../call.ts';
import { AskFirst } from '../components/ask-first.tsx';
import { ErrorNotice } from '../components/error-notice.tsx';
import { offerDownload } from '../components/offer-download.ts';
import { type CommonResource, resourcesKey } from './queries.ts';

interface ResourceActionsProps {
  resource: CommonResource;
  /** what is not saved has to be saved or discarded first */
  isChanged: boolean;
}

/** The menu of the page. */
export function ResourceActions({ resource, isChanged }: ResourceActionsProps) {
  const { name } = resource;
  const isReadyMade = resource.level === 'system';
  const [open, setOpen] = useState<'rename' | 'delete' | undefined>();
  const exporting = useMutation({
    mutationFn: () => call<object>('GET', `/vdrs/${encodeURIComponent(name)}/export`),
    onSuccess: (bundle) =>
      offerDownload(new Blob([JSON.stringify(bundle, undefined, 2)], { type: 'application/json' }), `${name}.json`),
    onError: ({ message }) => notifications.show({ color: 'red', title: 'It could not be exported', message }),
  });
  return (
    <>
      <Menu position="bottom-end">
        <Menu.Target>
          <Button variant="default" rightSection={<IconChevronDown size={16} />} loading={exporting.isPending}>
            Actions
          </Button>
        </Menu.Target>
        <Menu.Dropdown>
          <Menu.Item leftSection={<IconDownload size={16} />} onClick={() => exporting.mutate()}>
            Export as a file
          </Menu.Item>
          {!isReadyMade && (
            <>
              {isChanged && <Menu.Label>Save or discard your changes first</Menu.Label>}
              <Menu.Item leftSection={<IconPencil size={16} />} disabled={isChanged} onClick={() => setOpen('rename')}>
                Rename…
              </Menu.Item>
              <Menu.Item
                color="red"
                leftSection={<IconTrash size={16} />}
                disabled={isChanged}
                onClick={() => setOpen('delete')}
              >
                Delete…
              </Menu.Item>
            </>
          )}
        </Menu.Dropdown>
      </Menu>
      <Modal opened={open === 'rename'} onClose={() => setOpen(undefined)} title={`Rename ${name}`}>
        <Rename name={name} close={() => setOpen(undefined)} />
      </Modal>
      <Delete resource={resource} opened={open === 'delete'} close={() => setOpen(undefined)} />
    </>
  );
}

function Rename({ name, close }: { name: string; close(): void }) {
  const client = useQueryClient();
  const [, navigate] = useLocation();
  const [newName, setNewName] = useState(name);
  const renaming = useMutation({
    mutationFn: () =>
      call('PATCH', `/common-resources/${encodeURIComponent(name)}`, { body: { name: newName.trim() } }),
    async onSuccess() {
      close();
      navigate(`/common-resources/${encodeURIComponent(newName.trim())}${window.location.search}`);
      await client.invalidateQueries({ queryKey: resourcesKey });
    },
  });
  const onSubmit = (event: FormEvent) => {
    event.preventDefault();
    renaming.mutate();
  };
  return (
    <form onSubmit={onSubmit}>
      <Stack>
        <TextInput
          label="New name"
          description="Its mappings follow. Programs that call it have to use the new name."
          required
          data-autofocus
          value={newName}
          onChange={({ currentTarget: { value } }) => setNewName(value)}
        />
        {renaming.error !== null && <ErrorNotice error={renaming.error} />}
        <Group justify="flex-end">
          <Button variant="default" onClick={close}>
            Cancel
          </Button>
          <Button type="submit" loading={renaming.isPending} disabled={newName.trim() === name}>
            Rename
          </Button>
        </Group>
      </Stack>
    </form>
  );
}

function Delete({ resource, opened, close }: { resource: CommonResource; opened: boolean; close(): void }) {
  const client = useQueryClient();
  const [, navigate] = useLocation();
  const [propagate, setPropagate] = useState(false);
  const { name, mappedElementKeys } = resource;
  const deleting = useMutation({
    mutationFn: () =>
      call('DELETE', `/vdrs/${encodeURIComponent(name)}`, { query: { propagate: propagate || undefined } }),
    async onSuccess() {
      close();
      navigate('/common-resources');
      await client.invalidateQueries({ queryKey: resourcesKey });
    },
  });
  return (
    <AskFirst
      title={`Delete ${name}?`}
      action="Delete it"
      keep="Keep it"
      color="red"
      opened={opened}
      isPending={deleting.isPending}
      error={deleting.error}
      onConfirm={() => deleting.mutate()}
      onClose={close}
    >
      <Alert color="orange">Calls to /{name} find nothing from that moment on, or what comes with the server.</Alert>
      {mappedElementKeys.length > 0 && (
        <Checkbox
          label="Also its mappings"
          description={`It is mapped for ${mappedElementKeys.join(', ')}; without this it cannot be deleted while it is.`}
          checked={propagate}
          onChange={({ currentTarget: { checked } }) => setPropagate(checked)}
        />
      )}
      <Text size="xs" c="dimmed">
        To be able to take it back, export it first.
      </Text>
    </AskFirst>
  );
}
