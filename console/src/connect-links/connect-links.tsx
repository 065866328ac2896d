// Links by which customers connect their own accounts: making one, and how their page looks.

import { Stack, Tabs } from '@mantine/core';
import { useState } from 'react';
import { useAddressFilters } from '../address.ts';
import { PageHeader } from '../components/page-header.tsx';
import { usePerson } from '../session.ts';
import { BrandingForm } from './branding-form.tsx';
import { LinkForm } from './link-form.tsx';
import { MadeLink } from './made-link.tsx';
import type { CreatedLink } from './queries.ts';

/** The page of Connect links. */
export function ConnectLinks() {
  const filters = useAddressFilters();
  const { account } = usePerson();
  const [made, setMade] = useState<CreatedLink | undefined>();
  return (
    <Stack maw={760}>
      <PageHeader
        title="Connect links"
        description="One-time links by which your customers connect their own accounts. They see your name, not ours."
      />
      <Tabs
        value={filters.get('tab') ?? 'link'}
        onChange={(tab) => filters.set({ tab: tab === 'link' ? undefined : tab })}
        keepMounted={false}
      >
        <Tabs.List>
          <Tabs.Tab value="link">Make a link</Tabs.Tab>
          {account.defaultAccount && <Tabs.Tab value="branding">Your page</Tabs.Tab>}
        </Tabs.List>
        <Tabs.Panel value="link" pt="md">
          {made === undefined ? (
            <LinkForm onMade={setMade} />
          ) : (
            <MadeLink link={made} makeAnother={() => setMade(undefined)} />
          )}
        </Tabs.Panel>
        {account.defaultAccount && (
          <Tabs.Panel value="branding" pt="md">
            <BrandingForm />
          </Tabs.Panel>
        )}
      </Tabs>
    </Stack>
  );
}
