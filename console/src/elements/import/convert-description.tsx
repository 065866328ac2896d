// From a vendor's description of its API to an element document: by its address, or from a file.

import { Button, Divider, Group, Stack, TextInput } from '@mantine/core';
import { useMutation } from '@tanstack/react-query';
import { useState } from 'react';
import { call } from '../../call.ts';
import { ErrorNotice } from '../../components/error-notice.tsx';
import { FindingList } from '../finding-list.tsx';
import { FileDrop } from './file-drop.tsx';
import { faultsOf } from './message-faults.ts';
import { type GivenDocument, readDocument } from './read-document.ts';

/** Asks for a description, and hands on what it was made into. */
export function ConvertDescription({ onDocument }: { onDocument(given: GivenDocument): void }) {
  const [url, setUrl] = useState('');
  const [name, setName] = useState('');
  const [hub, setHub] = useState('');
  const converting = useMutation({
    mutationFn: async (given: { url: string } | { file: File }) => {
      const query = { name: name.trim(), hub: hub.trim() };
      const body = 'url' in given ? { url: given.url.trim() } : formOf(given.file);
      const document = await call<unknown>('POST', '/elements/convert', { query, body });
      return readDocument('url' in given ? given.url : given.file.name, JSON.stringify(document, null, 2));
    },
    onSuccess: onDocument,
  });
  const faults = converting.isError ? faultsOf(converting.error.message) : [];
  return (
    <Stack gap="lg">
      {converting.isError &&
        (faults.length > 1 ? (
          <FindingList findings={faults} mood="bad" title="The description cannot be read" />
        ) : (
          <ErrorNotice error={converting.error} />
        ))}
      <form
        onSubmit={(event) => {
          event.preventDefault();
          converting.mutate({ url });
        }}
      >
        <Stack>
          <Group align="flex-start" grow preventGrowOverflow={false}>
            <TextInput
              label="Name"
              description="Left empty: the title of the description"
              value={name}
              miw={220}
              onChange={(event) => setName(event.currentTarget.value)}
            />
            <TextInput
              label="Hub"
              description="Left empty: general"
              value={hub}
              miw={220}
              onChange={(event) => setHub(event.currentTarget.value)}
            />
          </Group>
          <Group align="flex-end">
            <TextInput
              label="Address of the description"
              description="OpenAPI 3, Swagger 2.0, WSDL 1.1 or OData"
              placeholder="https://example.com/openapi.json"
              type="url"
              required
              flex="1 1 18rem"
              value={url}
              onChange={(event) => setUrl(event.currentTarget.value)}
            />
            <Button type="submit" loading={converting.isPending}>
              Convert
            </Button>
          </Group>
        </Stack>
      </form>
      <Divider label="or" />
      <FileDrop
        title="Drop a description here"
        text="A file in JSON, YAML or XML: OpenAPI 3, Swagger 2.0, WSDL 1.1 or OData metadata."
        accept=".json,.yaml,.yml,.xml,.wsdl,.edmx"
        isBusy={converting.isPending}
        onFile={(file) => converting.mutate({ file })}
      />
    </Stack>
  );
}

function formOf(file: File): FormData {
  const form = new FormData();
  form.append('file', file);
  return form;
}
