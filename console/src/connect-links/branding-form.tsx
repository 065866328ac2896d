// How the page looks to customers, who may open it, and where it may send them back to.

import {
  Button,
  Card,
  ColorInput,
  Group,
  SimpleGrid,
  Skeleton,
  Stack,
  TagsInput,
  TextInput,
  Title,
} from '@mantine/core';
import { notifications } from '@mantine/notifications';
import { useState } from 'react';
import { ErrorNotice } from '../components/error-notice.tsx';
import { ImageField } from './image-field.tsx';
import { type Branding, useBranding, useChangeBranding } from './queries.ts';

const colours = [
  { member: 'themePrimaryColor', label: 'Main colour' },
  { member: 'buttonPrimaryBackgroundColor', label: 'Buttons' },
  { member: 'buttonPrimaryTextColor', label: 'Text on buttons' },
  { member: 'logoBackgroundColor', label: 'Behind the logo' },
] as const;

/** The branding as a form. */
export function BrandingForm() {
  const branding = useBranding();
  if (branding.isError) return <ErrorNotice error={branding.error} retry={() => void branding.refetch()} />;
  if (branding.isPending) return <Skeleton height={320} />;
  return (
    <Stack>
      <Members branding={branding.data} />
      <Card withBorder component="section" aria-label="Pictures">
        <Title order={2} size="h4" mb="sm">
          Pictures
        </Title>
        <SimpleGrid cols={{ base: 1, sm: 2 }}>
          <ImageField kind="logo" label="Logo" address={branding.data.logo} />
          <ImageField kind="favicon" label="Icon of the tab" address={branding.data.favicon} />
        </SimpleGrid>
      </Card>
    </Stack>
  );
}

function Members({ branding }: { branding: Branding }) {
  const changing = useChangeBranding();
  const [name, setName] = useState(branding.connectName ?? '');
  const [shown, setShown] = useState(() =>
    Object.fromEntries(colours.map(({ member }) => [member, branding[member] ?? ''])),
  );
  const [origins, setOrigins] = useState(branding.connectOrigins ?? []);
  const [callbacks, setCallbacks] = useState(branding.connectCallbacks ?? []);
  const save = () =>
    changing.mutate(
      { ...shown, connectName: name.trim(), connectOrigins: origins, connectCallbacks: callbacks },
      { onSuccess: () => notifications.show({ message: 'Saved.' }) },
    );
  return (
    <Card withBorder>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          save();
        }}
      >
        <Stack>
          <TextInput
            label="Your name"
            description="What customers know you as; without one, the name of your organization."
            value={name}
            onChange={(event) => setName(event.currentTarget.value)}
          />
          <SimpleGrid cols={{ base: 1, xs: 2 }}>
            {colours.map(({ member, label }) => (
              <ColorInput
                key={member}
                label={label}
                format="hex"
                placeholder="#4c3fd1"
                value={shown[member] ?? ''}
                onChange={(colour) => setShown({ ...shown, [member]: colour })}
                eyeDropperButtonProps={{ 'aria-label': `Pick ${label.toLowerCase()} from the screen` }}
              />
            ))}
          </SimpleGrid>
          <TagsInput
            label="Pages that may open it"
            description="Origins, such as https://app.example.com. Press Enter after each."
            value={origins}
            onChange={setOrigins}
          />
          <TagsInput
            label="Where it may send customers back to"
            description="Addresses of pages, or origins for all of their pages. Press Enter after each."
            value={callbacks}
            onChange={setCallbacks}
          />
          {changing.error !== null && <ErrorNotice error={changing.error} />}
          <Group justify="flex-end">
            <Button type="submit" loading={changing.isPending}>
              Save
            </Button>
          </Group>
        </Stack>
      </form>
    </Card>
  );
}
