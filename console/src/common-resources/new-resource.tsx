// A new common resource: blank, as a copy of one that is there, or from a file.

import {
  Alert,
  Button,
  Checkbox,
  FileInput,
  Group,
  Modal,
  SegmentedControl,
  Select,
  Stack,
  Text,
  TextInput,
} from '@mantine/core';
import { notifications } from '@mantine/notifications';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { type FormEvent, type ReactNode, useState } from 'react';
import { useLocation } from 'wouter';
import { CallError, call, callWithHeaders } from '../call.ts';
import { ErrorNotice } from '../components/error-notice.tsx';
import { usePerson } from '../session.ts';
import { type CommonResource, resourcesKey } from './queries.ts';

interface NewResourceProps {
  isOpen: boolean;
  close(): void;
  resources: readonly CommonResource[];
}

/** The dialog that makes one and leads to it. */
export function NewResource({ isOpen, close, resources }: NewResourceProps) {
  const [way, setWay] = useState('blank');
  return (
    <Modal opened={isOpen} onClose={close} title="New common resource" size="lg">
      <Stack>
        <SegmentedControl
          aria-label="How to begin"
          value={way}
          onChange={setWay}
          data={[
            { value: 'blank', label: 'Blank' },
            { value: 'copy', label: 'Copy' },
            { value: 'file', label: 'From a file' },
          ]}
        />
        {way === 'blank' && <Blank close={close} />}
        {way === 'copy' && <Copy close={close} resources={resources} />}
        {way === 'file' && <FromFile close={close} />}
      </Stack>
    </Modal>
  );
}

/** Makes one by a call, then opens it. */
function useMaking<Given>(make: (given: Given) => Promise<string>, close: () => void) {
  const client = useQueryClient();
  const [, navigate] = useLocation();
  return useMutation({
    mutationFn: make,
    async onSuccess(objectName) {
      await client.invalidateQueries({ queryKey: resourcesKey });
      close();
      navigate(`/common-resources/${encodeURIComponent(objectName)}`);
    },
  });
}

function useOwnLevel(): 'organization' | 'account' {
  return usePerson().account.defaultAccount ? 'organization' : 'account';
}

function Blank({ close }: { close(): void }) {
  const level = useOwnLevel();
  const [objectName, setName] = useState('');
  const making = useMaking(async () => {
    await call('POST', '/vdrs', { body: { objectName: objectName.trim(), level, fields: [] } });
    return objectName.trim();
  }, close);
  return (
    <Form submit={() => making.mutate(undefined)} error={making.error} isPending={making.isPending} button="Create">
      <TextInput
        label="Name"
        description="As programs say it in paths, such as person for /person."
        required
        data-autofocus
        value={objectName}
        onChange={({ currentTarget: { value } }) => setName(value)}
      />
    </Form>
  );
}

function Copy({ close, resources }: { close(): void; resources: readonly CommonResource[] }) {
  const level = useOwnLevel();
  const [from, setFrom] = useState<string | null>(null);
  const [objectName, setName] = useState('');
  const [withMappings, setWithMappings] = useState(true);
  const making = useMaking(async () => {
    const body = { level, objectName: objectName.trim(), cloneAllTransformations: withMappings };
    await call('POST', `/vdrs/${encodeURIComponent(from ?? '')}/clone`, { body });
    return objectName.trim();
  }, close);
  const isReadyMade = ({ level: at }: CommonResource) => at === 'system';
  const choices = [
    { group: 'Ready-made', items: resources.filter(isReadyMade).map(({ name }) => name) },
    { group: 'Your own', items: resources.filter((one) => !isReadyMade(one)).map(({ name }) => name) },
  ];
  return (
    <Form submit={() => making.mutate(undefined)} error={making.error} isPending={making.isPending} button="Copy">
      <Select
        label="Copy of"
        required
        searchable
        data={choices.filter(({ items }) => items.length > 0)}
        value={from}
        onChange={(name) => {
          setFrom(name);
          if (name !== null) setName(`my${name[0]?.toUpperCase() ?? ''}${name.slice(1)}`);
        }}
      />
      <TextInput
        label="Name"
        description="A copy of the same name takes the place of a ready-made one."
        required
        value={objectName}
        onChange={({ currentTarget: { value } }) => setName(value)}
      />
      <Checkbox
        label="With its mappings for all elements"
        checked={withMappings}
        onChange={({ currentTarget: { checked } }) => setWithMappings(checked)}
      />
    </Form>
  );
}

function FromFile({ close }: { close(): void }) {
  const [file, setFile] = useState<File | null>(null);
  const making = useMaking(async (replaces: boolean) => {
    const bundle = await readBundle(file);
    const method = replaces ? 'PUT' : 'POST';
    const { body, headers } = await callWithHeaders<object>(method, '/vdrs/import', { body: bundle });
    const ignored = headers.get('elements-error');
    if (ignored !== null) {
      notifications.show({ color: 'orange', title: 'Some of it was not imported', message: ignored, autoClose: false });
    }
    return nameOf(bundle, body);
  }, close);
  const isThere = making.error instanceof CallError && making.error.status === 409;
  return (
    <Form
      submit={() => making.mutate(isThere)}
      error={isThere ? null : making.error}
      isPending={making.isPending}
      button={isThere ? 'Replace what is there' : 'Import'}
      colour={isThere ? 'red' : undefined}
    >
      <FileInput
        label="File"
        description="A bundle as it is exported here, by ce-util or by the doctor."
        placeholder="Choose a file"
        accept="application/json,.json"
        required
        value={file}
        onChange={(chosen) => {
          making.reset();
          setFile(chosen);
        }}
      />
      {isThere && (
        <Alert color="orange" title="Some of it is there already">
          <Text size="sm">{making.error?.message}</Text>
        </Alert>
      )}
    </Form>
  );
}

async function readBundle(file: File | null): Promise<Record<string, unknown>> {
  if (file === null) throw new Error('Choose a file first.');
  try {
    const bundle: unknown = JSON.parse(await file.text());
    if (typeof bundle === 'object' && bundle !== null && !Array.isArray(bundle)) {
      return bundle as Record<string, unknown>;
    }
  } catch {
    // said below
  }
  throw new Error(`${file.name} is no bundle: it has to be a JSON object. Choose a file that was exported as one.`);
}

/** What was imported; of several objects, which the older form may hold and which are answered by name, the first. */
function nameOf({ vdrName }: Record<string, unknown>, imported: object): string {
  return typeof vdrName === 'string' ? vdrName : (Object.keys(imported)[0] ?? '');
}

interface FormProps {
  submit(): void;
  error: Error | null;
  isPending: boolean;
  button: string;
  colour?: string | undefined;
  children: ReactNode;
}

function Form({ submit, error, isPending, button, colour, children }: FormProps) {
  const onSubmit = (event: FormEvent) => {
    event.preventDefault();
    submit();
  };
  return (
    <form onSubmit={onSubmit}>
      <Stack>
        {children}
        {error !== null && <ErrorNotice error={error} />}
        <Group justify="flex-end">
          <Button type="submit" loading={isPending} {...(colour === undefined ? {} : { color: colour })}>
            {button}
          </Button>
        </Group>
      </Stack>
    </form>
  );
}
