// Changes the name, the tags and the settings of a connected account.

import { Anchor, Button, Group, Skeleton, Stack, TagsInput, Text, TextInput } from '@mantine/core';
import { notifications } from '@mantine/notifications';
import { useMutation } from '@tanstack/react-query';
import { useState } from 'react';
import { Link, useLocation, useParams } from 'wouter';
import { ElementMark } from '../components/element-mark.tsx';
import { EmptyState } from '../components/empty-state.tsx';
import { ErrorNotice } from '../components/error-notice.tsx';
import { PageHeader } from '../components/page-header.tsx';
import type { Setting } from '../elements/queries.ts';
import { changeInstance } from './change-instance.ts';
import { FormPart } from './form-part.tsx';
import { type Instance, useInstance, useSettings } from './queries.ts';
import { SettingField } from './setting-field.tsx';
import { applicationKeys, changedSettings, groupSettings } from './setting-groups.ts';

/** The page of `/instances/:id/edit`. */
export function EditInstance() {
  const { id = '' } = useParams<{ id: string }>();
  const instance = useInstance(id);
  const settings = useSettings(instance.data?.element.key);
  const failed = [instance, settings].find((query) => query.isError);
  if (failed?.error) {
    return (
      <Stack maw={720}>
        <ErrorNotice error={failed.error} retry={() => void failed.refetch()} />
        <Anchor component={Link} href="/instances">
          All connected accounts
        </Anchor>
      </Stack>
    );
  }
  if (!instance.isSuccess || !settings.isSuccess) return <Skeleton height={320} aria-label="Loading" />;
  return <Form key={id} instance={instance.data} settings={settings.data} />;
}

function Form({ instance, settings }: { instance: Instance; settings: readonly Setting[] }) {
  const { id, element, configuration } = instance;
  const groups = groupSettings(settings);
  const application = settings.filter(
    ({ key, internal, hideFromConsole }) =>
      applicationKeys.includes(key) && internal !== true && hideFromConsole !== true,
  );
  const own = [...groups.required, ...groups.optional];
  const [name, setName] = useState(instance.name);
  const [tags, setTags] = useState(instance.tags);
  const [values, setValues] = useState<Record<string, string>>(() =>
    Object.fromEntries([...own, ...application].map(({ key }) => [key, configuration[key] ?? ''])),
  );
  const [, navigate] = useLocation();
  const saving = useMutation({
    mutationFn: () => {
      const changed = changedSettings(values, configuration);
      return changeInstance(id, {
        ...(name === instance.name ? {} : { name }),
        ...(tags.join('\n') === instance.tags.join('\n') ? {} : { tags }),
        ...(Object.keys(changed).length === 0 ? {} : { configuration: changed }),
      });
    },
    onSuccess: () => {
      notifications.show({ message: `${name} is saved.`, color: 'teal' });
      navigate(`/instances/${id}`);
    },
  });
  const field = (setting: Setting) => (
    <SettingField
      key={setting.key}
      setting={setting}
      value={values[setting.key] ?? ''}
      onChange={(value) => setValues((all) => ({ ...all, [setting.key]: value }))}
    />
  );
  return (
    <Stack maw={720}>
      <PageHeader
        title={`Edit ${instance.name}`}
        mark={<ElementMark name={element.name} size="lg" />}
        description={
          <Anchor component={Link} href={`/instances/${id}`} size="sm">
            Back to the account
          </Anchor>
        }
      />
      <form
        onSubmit={(event) => {
          event.preventDefault();
          saving.mutate();
        }}
      >
        <Stack>
          <FormPart title="Account">
            <TextInput
              label="Name"
              value={name}
              onChange={(event) => setName(event.currentTarget.value)}
              maxLength={1000}
              required
            />
            <TagsInput label="Tags" description="Press Enter after each." value={tags} onChange={setTags} />
          </FormPart>
          {own.length > 0 ? (
            <FormPart title="Settings">{own.map(field)}</FormPart>
          ) : (
            <EmptyState title="This element has no settings to change" />
          )}
          {application.length > 0 && (
            <FormPart title="Vendor application">
              <Text size="sm" c="dimmed">
                The application that this account was connected with. After a change of it, connect the account again.
              </Text>
              {application.map(field)}
            </FormPart>
          )}
          {saving.isError && <ErrorNotice error={saving.error} />}
          <Group>
            <Button type="submit" loading={saving.isPending}>
              Save
            </Button>
            <Button component={Link} href={`/instances/${id}`} variant="default">
              Cancel
            </Button>
          </Group>
        </Stack>
      </form>
    </Stack>
  );
}
