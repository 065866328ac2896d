// Keeps an application of the organization at one vendor, or replaces it.

import { Alert, Button, Group, Modal, PasswordInput, Select, Stack, TextInput } from '@mantine/core';
import { notifications } from '@mantine/notifications';
import { useMutation } from '@tanstack/react-query';
import { useState } from 'react';
import { ErrorNotice } from '../components/error-notice.tsx';
import type { ElementSummary } from '../components/known-elements.ts';
import { mask } from '../instances/queries.ts';
import { CallbackAddress } from './callback-address.tsx';
import { type Application, hasConsentPage, keepApplication } from './queries.ts';

interface ApplicationFormProps {
  /** elements that have a use for an application */
  elements: readonly ElementSummary[];
  applications: readonly Application[];
  /** the element that the form is for; empty: the person chooses */
  elementKey: string;
  choose(elementKey: string): void;
  close(): void;
}

/** A dialog with the application of an element. */
export function ApplicationForm(props: ApplicationFormProps) {
  const { elements, applications, elementKey, choose, close } = props;
  const element = elements.find(({ key }) => key === elementKey);
  const stored = applications.find((application) => application.element.key === elementKey);
  return (
    <Modal
      opened
      onClose={close}
      size="lg"
      title={element === undefined ? 'Add an application' : `Application at ${element.name}`}
    >
      <Stack>
        {stored === undefined && (
          <Select
            label="Element"
            description="Whose vendor did you register the application with?"
            data={elements.map(({ key, name }) => ({ value: key, label: name }))}
            value={elementKey || null}
            onChange={(chosen) => choose(chosen ?? '')}
            searchable
            required
          />
        )}
        {element !== undefined && <Fields key={element.key} element={element} stored={stored} close={close} />}
      </Stack>
    </Modal>
  );
}

function Fields({
  element,
  stored,
  close,
}: {
  element: ElementSummary;
  stored: Application | undefined;
  close(): void;
}) {
  const [apiKey, setApiKey] = useState(stored?.apiKey ?? '');
  const [apiSecret, setApiSecret] = useState('');
  const [scope, setScope] = useState(stored?.scope ?? '');
  const [callbackUrl, setCallbackUrl] = useState(stored?.callbackUrl ?? '');
  const isSecretNeeded = stored === undefined || apiKey !== stored.apiKey;
  const saving = useMutation({
    mutationFn: () =>
      keepApplication(element.key, {
        apiKey,
        apiSecret: apiSecret === '' ? mask : apiSecret,
        scope: scope === '' ? null : scope,
        callbackUrl: callbackUrl === '' ? null : callbackUrl,
      }),
    onSuccess: () => {
      notifications.show({ message: `The application at ${element.name} is kept.`, color: 'teal' });
      close();
    },
  });
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        saving.mutate();
      }}
    >
      <Stack>
        {hasConsentPage(element) && <CallbackAddress registered={callbackUrl === '' ? null : callbackUrl} />}
        <TextInput
          label="API key"
          description="Also called client id, consumer key or unique identifier."
          value={apiKey}
          onChange={(event) => setApiKey(event.currentTarget.value.trim())}
          autoComplete="off"
          required
        />
        <PasswordInput
          label="API secret"
          description={
            isSecretNeeded
              ? 'Also called client secret. It is sealed and never shown again.'
              : 'A secret is stored. Leave this empty to keep it.'
          }
          placeholder={isSecretNeeded ? undefined : mask}
          value={apiSecret}
          onChange={(event) => setApiSecret(event.currentTarget.value.trim())}
          autoComplete="new-password"
          required={isSecretNeeded}
        />
        <TextInput
          label="Scope"
          description="What connections may do, separated by spaces. Empty: what the element asks for."
          value={scope}
          onChange={(event) => setScope(event.currentTarget.value)}
          autoComplete="off"
        />
        {hasConsentPage(element) && (
          <TextInput
            label="Another callback URL"
            description="Only when a program of yours takes the vendor’s answer. Accounts cannot be connected in this console then."
            placeholder="https://"
            value={callbackUrl}
            onChange={(event) => setCallbackUrl(event.currentTarget.value.trim())}
            autoComplete="off"
          />
        )}
        {stored !== undefined && (
          <Alert color="blue">
            Accounts that are connected already keep the application that they were connected with.
          </Alert>
        )}
        {saving.isError && <ErrorNotice error={saving.error} />}
        <Group justify="flex-end">
          <Button variant="default" onClick={close}>
            Cancel
          </Button>
          <Button type="submit" loading={saving.isPending}>
            {stored === undefined ? 'Keep the application' : 'Replace the application'}
          </Button>
        </Group>
      </Stack>
    </form>
  );
}
