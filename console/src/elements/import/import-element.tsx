// Bringing an element in: from its document, or from the description of its vendor's API.

import { Stack, Tabs } from '@mantine/core';
import { useState } from 'react';
import { useAddress } from '../../address.ts';
import { ErrorNotice } from '../../components/error-notice.tsx';
import { PageHeader } from '../../components/page-header.tsx';
import { ConvertDescription } from './convert-description.tsx';
import { FileDrop } from './file-drop.tsx';
import { type GivenDocument, readDocument } from './read-document.ts';
import { ReviewDocument } from './review-document.tsx';

/** The view `/elements/import`; `replaces` in the address names an element that gets a new document. */
export function ImportElement() {
  const [address, change] = useAddress();
  const [given, setGiven] = useState<GivenDocument>();
  const [fault, setFault] = useState<Error>();
  const from = address.get('from') === 'description' ? 'description' : 'document';
  const replaces = address.get('replaces') ?? undefined;
  const read = async (file: File) => {
    setFault(undefined);
    try {
      setGiven(readDocument(file.name, await file.text()));
    } catch (error) {
      setFault(error instanceof Error ? error : new Error(String(error)));
    }
  };
  return (
    <Stack gap="lg" maw={900}>
      <PageHeader
        title={replaces === undefined ? 'Import an element' : `Replace ${replaces}`}
        description="The element is yours alone. Nothing is stored before you have seen what is in it."
      />
      {given !== undefined ? (
        <ReviewDocument key={given.source} given={given} replaces={replaces} startAgain={() => setGiven(undefined)} />
      ) : (
        <Tabs value={from} onChange={(value) => change({ from: value })} keepMounted={false}>
          <Tabs.List mb="lg">
            <Tabs.Tab value="document">Element document</Tabs.Tab>
            <Tabs.Tab value="description">API description</Tabs.Tab>
          </Tabs.List>
          <Tabs.Panel value="document">
            <Stack>
              {fault !== undefined && <ErrorNotice error={fault} />}
              <FileDrop
                title="Drop an element document here"
                text="A JSON file, as an element is exported: from here, or from another platform of this kind."
                accept=".json,application/json"
                onFile={(file) => void read(file)}
              />
            </Stack>
          </Tabs.Panel>
          <Tabs.Panel value="description">
            <ConvertDescription onDocument={setGiven} />
          </Tabs.Panel>
        </Tabs>
      )}
    </Stack>
  );
}
