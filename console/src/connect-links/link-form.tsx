// What a Connect link is for: which elements, whose account, and for how long.

import { Anchor, Button, Card, Group, MultiSelect, Select, Stack, TagsInput, Text, TextInput } from '@mantine/core';
import { useState } from 'react';
import { Link } from 'wouter';
import { ErrorNotice } from '../components/error-notice.tsx';
import { usePerson } from '../session.ts';
import {
  type CreatedLink,
  type NewLink,
  useBranding,
  useCustomerAccounts,
  useMakeLink,
  useOfferedElements,
} from './queries.ts';

const times = [
  { value: '1800', label: 'Half an hour' },
  { value: '7200', label: '2 hours' },
  { value: '28800', label: '8 hours' },
  { value: '86400', label: 'A day' },
];

/** A form; `onMade` is given the link, which the server shows this once. */
export function LinkForm({ onMade }: { onMade(link: CreatedLink): void }) {
  const { account } = usePerson();
  const making = useMakeLink();
  const elements = useOfferedElements();
  const accounts = useCustomerAccounts();
  const branding = useBranding();
  const [chosen, setChosen] = useState<string[]>([]);
  const [accountId, setAccountId] = useState(String(account.id));
  const [person, setPerson] = useState('');
  const [name, setName] = useState('');
  const [tags, setTags] = useState<string[]>([]);
  const [expiresIn, setExpiresIn] = useState('1800');
  const [callbackUrl, setCallbackUrl] = useState('');
  const make = () => {
    const link: NewLink = {
      expiresIn: Number(expiresIn),
      ...(accountId === String(account.id) ? {} : { accountId: Number(accountId) }),
      ...(chosen.length === 0 ? {} : { elements: chosen }),
      ...(person.trim() === '' ? {} : { endUser: { name: person.trim() } }),
      ...(name.trim() === '' ? {} : { name: name.trim() }),
      ...(tags.length === 0 ? {} : { tags }),
      ...(callbackUrl.trim() === '' ? {} : { callbackUrl: callbackUrl.trim() }),
    };
    making.mutate(link, { onSuccess: onMade });
  };
  return (
    <Card withBorder>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          make();
        }}
      >
        <Stack>
          <Text size="sm">
            Elements that ask for consent are offered when your organization has its own{' '}
            <Anchor component={Link} href="/applications" inherit underline="always">
              vendor application
            </Anchor>
            .
          </Text>
          <MultiSelect
            label="Elements"
            description="What your customer may choose from."
            placeholder={chosen.length === 0 ? 'All that can be connected' : ''}
            data={elements.data ?? []}
            value={chosen}
            onChange={setChosen}
            searchable
            clearable
            limit={100}
          />
          {account.defaultAccount && (
            <Select
              label="Account"
              description="Which of your accounts gets the connection."
              data={accounts.data ?? [{ value: String(account.id), label: account.name }]}
              value={accountId}
              onChange={(value) => setAccountId(value ?? String(account.id))}
              allowDeselect={false}
              searchable
              limit={100}
            />
          )}
          <TextInput
            label="Customer"
            description="Shown on the page, so that nobody connects an account for somebody else."
            placeholder="Acme Inc."
            value={person}
            onChange={(event) => setPerson(event.currentTarget.value)}
          />
          <Group grow align="flex-end">
            <TextInput
              label="Name of the connection"
              value={name}
              onChange={(event) => setName(event.currentTarget.value)}
            />
            <Select
              label="Valid for"
              data={times}
              value={expiresIn}
              onChange={(value) => setExpiresIn(value ?? '1800')}
              allowDeselect={false}
            />
          </Group>
          <TagsInput label="Tags" value={tags} onChange={setTags} clearable />
          <TextInput
            label="Send them back to"
            description="One of the addresses that “Your page” allows; without one, the page says that all is done."
            placeholder={branding.data?.connectCallbacks?.[0] ?? 'https://app.example.com/connected'}
            type="url"
            value={callbackUrl}
            onChange={(event) => setCallbackUrl(event.currentTarget.value)}
          />
          {making.error !== null && <ErrorNotice error={making.error} />}
          <Group justify="flex-end">
            <Button type="submit" loading={making.isPending}>
              Make the link
            </Button>
          </Group>
        </Stack>
      </form>
    </Card>
  );
}
