// What can be done with an element as a whole: edited or extended, copied, exported, switched off, deleted.

import { ActionIcon, Alert, Button, Group, Menu, Modal, Stack, TextInput } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { notifications } from '@mantine/notifications';
import {
  IconCopy,
  IconDots,
  IconDownload,
  IconPencil,
  IconPlus,
  IconPower,
  IconTrash,
  IconUpload,
} from '@tabler/icons-react';
import { useMutation } from '@tanstack/react-query';
import { useState } from 'react';
import { Link, useLocation } from 'wouter';
import { call } from '../call.ts';
import { AskFirst } from '../components/ask-first.tsx';
import { ErrorNotice } from '../components/error-notice.tsx';
import { elementListKey, elementsKey } from '../components/known-elements.ts';
import { offerDownload } from '../components/offer-download.ts';
import { queryClient } from '../query-client.ts';
import { type ElementDetail, keyOfElement, pathOfElement } from './queries.ts';

/** A menu of actions; those that ask something first open a dialog. */
export function ElementActions({ element }: { element: ElementDetail }) {
  const [isCloning, cloning] = useDisclosure();
  const [isDeleting, deleting] = useDisclosure();
  const place = `/elements/${encodeURIComponent(element.key)}`;
  const exporting = useMutation({ mutationFn: exportElement, onError: notifyOf });
  const switching = useMutation({
    mutationFn: () => call(element.active ? 'DELETE' : 'PUT', `${pathOfElement(element.key)}/active`),
    onError: notifyOf,
    onSettled: () => queryClient.invalidateQueries({ queryKey: elementsKey }),
  });
  return (
    <>
      <Menu position="bottom-end" withinPortal>
        <Menu.Target>
          <ActionIcon variant="default" size={36} aria-label={`More for ${element.name}`}>
            <IconDots size={18} />
          </ActionIcon>
        </Menu.Target>
        <Menu.Dropdown>
          {element.private ? (
            <>
              <Menu.Item component={Link} href={`${place}/edit`} leftSection={<IconPencil size={16} />}>
                Edit
              </Menu.Item>
              <Menu.Item
                component={Link}
                href={`/elements/import?replaces=${encodeURIComponent(element.key)}`}
                leftSection={<IconUpload size={16} />}
              >
                Replace with a document
              </Menu.Item>
            </>
          ) : (
            <Menu.Item component={Link} href={`${place}/edit?part=new`} leftSection={<IconPlus size={16} />}>
              Extend with a resource
            </Menu.Item>
          )}
          <Menu.Item onClick={cloning.open} leftSection={<IconCopy size={16} />}>
            Clone…
          </Menu.Item>
          <Menu.Item
            onClick={() => exporting.mutate({ key: element.key, extendedOnly: false })}
            leftSection={<IconDownload size={16} />}
          >
            Export
          </Menu.Item>
          {element.extended && !element.private && (
            <Menu.Item
              onClick={() => exporting.mutate({ key: element.key, extendedOnly: true })}
              leftSection={<IconDownload size={16} />}
            >
              Export only what you added
            </Menu.Item>
          )}
          {element.private && (
            <>
              <Menu.Divider />
              <Menu.Item onClick={() => switching.mutate()} leftSection={<IconPower size={16} />}>
                {element.active ? 'Let no more accounts connect' : 'Let accounts connect again'}
              </Menu.Item>
              <Menu.Item color="red" onClick={deleting.open} leftSection={<IconTrash size={16} />}>
                Delete…
              </Menu.Item>
            </>
          )}
        </Menu.Dropdown>
      </Menu>
      <CloneDialog element={element} opened={isCloning} close={cloning.close} />
      <DeleteDialog element={element} opened={isDeleting} close={deleting.close} />
    </>
  );
}

interface DialogProps {
  element: ElementDetail;
  opened: boolean;
  close(): void;
}

function CloneDialog({ element, opened, close }: DialogProps) {
  const [, navigate] = useLocation();
  const [name, setName] = useState(`${element.name} Copy`);
  const [key, setKey] = useState('');
  const cloning = useMutation({
    mutationFn: () =>
      call<ElementDetail>('POST', `${pathOfElement(element.key)}/clone`, {
        body: { name, ...(key === '' ? {} : { key }) },
      }),
    onSuccess: async (copy) => {
      await queryClient.invalidateQueries({ queryKey: elementsKey });
      close();
      navigate(`/elements/${encodeURIComponent(copy.key)}`);
    },
  });
  return (
    <Modal opened={opened} onClose={close} title={`Clone ${element.name}`}>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          cloning.mutate();
        }}
      >
        <Stack>
          {cloning.isError && <ErrorNotice error={cloning.error} />}
          <TextInput
            label="Name"
            description="The copy is yours alone: you can change everything in it. Keys of an application are not copied."
            required
            value={name}
            onChange={(event) => setName(event.currentTarget.value)}
            data-autofocus
          />
          <TextInput
            label="Key"
            description="What programs call it by. Left empty, it is made of the name."
            value={key}
            onChange={(event) => setKey(event.currentTarget.value)}
          />
          <Group justify="flex-end">
            <Button variant="default" onClick={close}>
              Cancel
            </Button>
            <Button type="submit" loading={cloning.isPending}>
              Clone
            </Button>
          </Group>
        </Stack>
      </form>
    </Modal>
  );
}

function DeleteDialog({ element, opened, close }: DialogProps) {
  const [, navigate] = useLocation();
  const deleting = useMutation({
    mutationFn: () => call('DELETE', pathOfElement(element.key)),
    onSuccess: async () => {
      navigate('/elements');
      queryClient.removeQueries({ queryKey: keyOfElement(element.key) });
      await queryClient.invalidateQueries({ queryKey: elementListKey });
    },
  });
  return (
    <AskFirst
      title={`Delete ${element.name}?`}
      action="Delete it"
      keep="Keep it"
      color="red"
      opened={opened}
      isPending={deleting.isPending}
      error={deleting.error}
      onConfirm={() => deleting.mutate()}
      onClose={close}
    >
      <Alert color="orange">
        Nobody can connect or call it any more. Export it first if you may want it back. It is not deleted while
        accounts are connected.
      </Alert>
    </AskFirst>
  );
}

async function exportElement({ key, extendedOnly }: { key: string; extendedOnly: boolean }): Promise<void> {
  const document = await call('GET', `${pathOfElement(key)}/export`, { query: extendedOnly ? { extendedOnly } : {} });
  const text = `${JSON.stringify(document, null, 2)}\n`;
  offerDownload(new Blob([text], { type: 'application/json' }), extendedOnly ? `${key}-extension.json` : `${key}.json`);
}

function notifyOf(error: Error): void {
  notifications.show({ color: 'red', title: 'That did not work', message: error.message });
}
