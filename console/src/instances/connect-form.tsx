// The form that connects an account, made from the definition of its element.

import {
  Button,
  Card,
  Collapse,
  Group,
  Stack,
  Switch,
  TagsInput,
  TextInput,
  Title,
  UnstyledButton,
} from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { IconChevronDown, IconChevronRight } from '@tabler/icons-react';
import { useMutation } from '@tanstack/react-query';
import { type ReactNode, useState } from 'react';
import { useLocation } from 'wouter';
import { type Application, hasConsentPage, usesApplication } from '../applications/queries.ts';
import { ErrorNotice } from '../components/error-notice.tsx';
import type { ElementSummary } from '../components/known-elements.ts';
import type { Setting } from '../elements/queries.ts';
import { usePerson } from '../session.ts';
import { ApplicationPart } from './application-part.tsx';
import { FormPart } from './form-part.tsx';
import { beginConnection, forgetInstances } from './queries.ts';
import { rememberedForm, rememberForm } from './remembered-form.ts';
import { SettingField } from './setting-field.tsx';
import {
  applicationKeys,
  changedSettings,
  eventsSwitch,
  groupSettings,
  isSecret,
  missingOf,
} from './setting-groups.ts';
import { shownEventSettings } from './shown-event-settings.ts';

interface ConnectFormProps {
  element: ElementSummary;
  settings: readonly Setting[];
  application: Application | undefined;
}

/** The form; when it is sent the browser goes to the vendor, or on to the result. */
export function ConnectForm({ element, settings, application }: ConnectFormProps) {
  const before = rememberedForm(element.key);
  const defaults = Object.fromEntries(settings.map(({ key, defaultValue }) => [key, defaultValue ?? '']));
  const [name, setName] = useState(before?.name ?? '');
  const [tags, setTags] = useState(before?.tags ?? []);
  const [values, setValues] = useState<Record<string, string>>({ ...defaults, ...before?.values });
  const [isOwn, setIsOwn] = useState(application === undefined);
  const [isChecked, setIsChecked] = useState(false);
  const { defaultAccount } = usePerson().account;
  const [, navigate] = useLocation();

  const groups = groupSettings(settings);
  const ofApplication = usesApplication(element) && isOwn ? applicationSettings(settings) : [];
  const missing = missingOf([...groups.required, ...ofApplication], values);
  const shownMissing = isChecked ? missing : new Set<string>();
  const hasEvents = values[eventsSwitch] === 'true';
  const set = (key: string, value: string) => setValues((all) => ({ ...all, [key]: value }));
  const field = (setting: Setting) => (
    <SettingField
      key={setting.key}
      setting={setting}
      value={values[setting.key] ?? ''}
      onChange={(value) => set(setting.key, value)}
      isMissing={shownMissing.has(setting.key)}
    />
  );

  const connecting = useMutation({
    mutationFn: async () => {
      const returnPath = `/instances/connect/${encodeURIComponent(element.key)}`;
      const asked = [...groups.required, ...groups.optional, ...ofApplication, ...(hasEvents ? groups.events : [])];
      const given = Object.fromEntries(asked.map(({ key }) => [key, values[key] ?? '']));
      if (groups.hasEvents) given[eventsSwitch] = values[eventsSwitch] ?? '';
      const begun = await beginConnection({
        element: { key: element.key },
        name: name.trim() || undefined,
        tags: tags.length === 0 ? undefined : tags,
        configuration: withoutNulls(changedSettings(given, defaults)),
        returnPath,
      });
      rememberForm(element.key, { name, tags, values: openValues(settings, values) });
      if (begun.oauthUrl === undefined) {
        await forgetInstances();
        navigate(`${returnPath}?connection=${encodeURIComponent(begun.id)}`);
        return;
      }
      // The page is left: the button waits until it is.
      window.location.assign(begun.oauthUrl);
      await new Promise(() => {});
    },
  });

  return (
    <form
      noValidate
      onSubmit={(event) => {
        event.preventDefault();
        setIsChecked(true);
        if (missing.size > 0) focusOn(event.currentTarget, [...missing]);
        else connecting.mutate();
      }}
    >
      <Stack>
        <FormPart title="Account">
          <TextInput
            label="Name"
            description="How you recognise the account in lists."
            placeholder={element.name}
            value={name}
            onChange={(event) => setName(event.currentTarget.value)}
            maxLength={1000}
            data-autofocus
          />
          {groups.required.map(field)}
          <TagsInput
            label="Tags"
            description="Words to find it by, such as your customer’s name. Press Enter after each."
            value={tags}
            onChange={setTags}
          />
        </FormPart>
        {usesApplication(element) && (
          <ApplicationPart
            element={element}
            application={application}
            mayKeep={defaultAccount}
            isOwn={isOwn}
            setIsOwn={setIsOwn}
            settings={ofApplication}
            values={values}
            set={set}
            missing={shownMissing}
          />
        )}
        {groups.hasEvents && (
          <FormPart title="Events">
            <Switch
              label="Tell me of changes"
              description="Changes at the vendor become events, which are sent to your callback URL."
              checked={hasEvents}
              onChange={(event) => set(eventsSwitch, String(event.currentTarget.checked))}
            />
            {hasEvents && shownEventSettings(groups.events, settings, values).map(field)}
          </FormPart>
        )}
        {groups.optional.length > 0 && <Folded title="More settings">{groups.optional.map(field)}</Folded>}
        {connecting.isError && <ErrorNotice error={connecting.error} />}
        <Group>
          <Button type="submit" size="md" loading={connecting.isPending}>
            {hasConsentPage(element) ? `Continue to ${element.name}` : 'Connect'}
          </Button>
        </Group>
      </Stack>
    </form>
  );
}

/** Key, secret and what else is asked for of an application; the callback URL is the platform's own. */
function applicationSettings(settings: readonly Setting[]): Setting[] {
  return settings
    .filter(({ key }) => applicationKeys.includes(key) && key !== 'oauth.callback.url')
    .filter(({ key, hideFromConsole }) => hideFromConsole !== true || !key.endsWith('.scope'))
    .map((setting) => (setting.key.startsWith('oauth.api.') ? { ...setting, required: true } : setting));
}

/** What may be remembered in the tab. */
function openValues(settings: readonly Setting[], values: Readonly<Record<string, string>>): Record<string, string> {
  const open = settings.filter((setting) => !isSecret(setting));
  return Object.fromEntries(open.map(({ key }) => [key, values[key] ?? '']));
}

function withoutNulls(settings: Record<string, string | null>): Record<string, string> {
  return Object.fromEntries(Object.entries(settings).filter((entry): entry is [string, string] => entry[1] !== null));
}

function focusOn(form: HTMLFormElement, names: readonly string[]): void {
  const first = [...form.elements].find((field) => names.includes(field.getAttribute('name') ?? ''));
  if (first instanceof HTMLElement) first.focus();
}

function Folded({ title, children }: { title: string; children: ReactNode }) {
  const [isOpen, folding] = useDisclosure();
  return (
    <Card withBorder component="section" aria-label={title}>
      <Title order={2} size="h5">
        <UnstyledButton onClick={folding.toggle} aria-expanded={isOpen} fw="inherit" fz="inherit">
          <Group gap={6}>
            {isOpen ? <IconChevronDown size={16} aria-hidden /> : <IconChevronRight size={16} aria-hidden />}
            {title}
          </Group>
        </UnstyledButton>
      </Title>
      <Collapse expanded={isOpen}>
        <Stack gap="sm" pt="sm">
          {children}
        </Stack>
      </Collapse>
    </Card>
  );
}
