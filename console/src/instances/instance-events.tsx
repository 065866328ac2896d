// Whether and how changes at the vendor become events, as the element's definition lets one choose.

import { Button, Card, Group, Skeleton, Stack, Switch, Text, Title } from '@mantine/core';
import { notifications } from '@mantine/notifications';
import { useMutation } from '@tanstack/react-query';
import { useState } from 'react';
import { ErrorNotice } from '../components/error-notice.tsx';
import type { Setting } from '../elements/queries.ts';
import { changeInstance } from './change-instance.ts';
import { type Instance, useSettings } from './queries.ts';
import { SettingField } from './setting-field.tsx';
import { changedSettings, eventsSwitch, groupSettings } from './setting-groups.ts';
import { shownEventSettings } from './shown-event-settings.ts';

/** The events of an account. */
export function InstanceEvents({ instance }: { instance: Instance }) {
  const settings = useSettings(instance.element.key);
  return (
    <Card withBorder component="section" aria-label="Events">
      <Stack gap="sm">
        <Title order={2} size="h5">
          Events
        </Title>
        {settings.isPending && <Skeleton height={80} />}
        {settings.isError && <ErrorNotice error={settings.error} retry={() => void settings.refetch()} />}
        {settings.isSuccess && <EventForm instance={instance} settings={settings.data} />}
      </Stack>
    </Card>
  );
}

function EventForm({ instance, settings }: { instance: Instance; settings: readonly Setting[] }) {
  const { events, hasEvents } = groupSettings(settings);
  const before = instance.configuration;
  const [values, setValues] = useState<Record<string, string>>(() =>
    Object.fromEntries([eventsSwitch, ...events.map(({ key }) => key)].map((key) => [key, before[key] ?? ''])),
  );
  const set = (key: string, value: string) => setValues((all) => ({ ...all, [key]: value }));
  const changed = changedSettings(values, before);
  const isOn = values[eventsSwitch] === 'true';
  const saving = useMutation({
    mutationFn: () => changeInstance(instance.id, { configuration: changed }),
    onSuccess: () => notifications.show({ message: 'The events are saved.', color: 'teal' }),
  });
  if (!hasEvents) {
    return (
      <Text size="sm" c="dimmed">
        This element has no events.
      </Text>
    );
  }
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        saving.mutate();
      }}
    >
      <Stack gap="sm">
        <Switch
          label="Tell me of changes"
          description="Changes at the vendor become events, which are sent to your callback URL."
          checked={isOn}
          onChange={(event) => set(eventsSwitch, String(event.currentTarget.checked))}
        />
        {isOn &&
          shownEventSettings(events, settings, { ...before, ...values }).map((setting) => (
            <SettingField
              key={setting.key}
              setting={setting}
              value={values[setting.key] ?? ''}
              onChange={(value) => set(setting.key, value)}
            />
          ))}
        {saving.isError && <ErrorNotice error={saving.error} />}
        {Object.keys(changed).length > 0 && (
          <Group>
            <Button type="submit" size="xs" loading={saving.isPending}>
              Save events
            </Button>
          </Group>
        )}
      </Stack>
    </form>
  );
}
