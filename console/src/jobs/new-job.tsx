// Makes a job: which call, at whose account, and when.

import { Button, Group, JsonInput, Modal, Select, Stack, TextInput } from '@mantine/core';
import { useState } from 'react';
import { useLocation } from 'wouter';
import { AccountSelect } from '../components/account-select.tsx';
import { ErrorNotice } from '../components/error-notice.tsx';
import { type NewJob, useMakeJob } from './queries.ts';
import { ownZone, ScheduleFields } from './schedule-fields.tsx';

const methods = ['GET', 'POST', 'PUT', 'PATCH', 'DELETE'];

/** A dialog that leads to the new job. */
export function NewJobDialog({ opened, onClose }: { opened: boolean; onClose(): void }) {
  return (
    <Modal opened={opened} onClose={onClose} title="New job" closeButtonProps={{ 'aria-label': 'Close' }}>
      {opened && <NewJobForm onClose={onClose} />}
    </Modal>
  );
}

function NewJobForm({ onClose }: { onClose(): void }) {
  const [, navigate] = useLocation();
  const making = useMakeJob();
  const [name, setName] = useState('');
  const [instance, setInstance] = useState<number | undefined>();
  const [method, setMethod] = useState('GET');
  const [uri, setUri] = useState('');
  const [body, setBody] = useState('');
  const [trigger, setTrigger] = useState({ cron: '0 0 8 * * ?', timeZone: ownZone });
  const hasBody = method !== 'GET' && method !== 'DELETE';
  const sent = hasBody && body.trim() !== '' ? readJson(body) : { value: undefined };
  const make = () => {
    if (sent === undefined) return;
    const job: NewJob = {
      name: name.trim() === '' ? `${method} ${uri}` : name.trim(),
      method,
      uri: uri.trim(),
      trigger,
      ...(sent.value === undefined ? {} : { body: sent.value }),
      ...(instance === undefined ? {} : { instanceId: String(instance) }),
    };
    making.mutate(job, { onSuccess: ({ id }) => navigate(`/jobs/${id}`) });
  };
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        make();
      }}
    >
      <Stack>
        <TextInput
          label="Name"
          placeholder="New incidents"
          maxLength={255}
          value={name}
          onChange={(event) => setName(event.currentTarget.value)}
        />
        <AccountSelect
          value={instance}
          onChange={setInstance}
          placeholder="None: a call to the platform"
          description="The call is made at this account."
        />
        <Group align="flex-end" wrap="nowrap" gap="xs">
          <Select
            label="Method"
            data={methods}
            value={method}
            onChange={(value) => setMethod(value ?? 'GET')}
            allowDeselect={false}
            w={110}
          />
          <TextInput
            label="Path"
            placeholder="/hubs/helpdesk/incidents"
            required
            flex={1}
            value={uri}
            onChange={(event) => setUri(event.currentTarget.value)}
          />
        </Group>
        {hasBody && (
          <JsonInput
            label="Body"
            autosize
            minRows={3}
            maxRows={12}
            value={body}
            onChange={setBody}
            error={sent === undefined ? 'This is not JSON' : undefined}
          />
        )}
        <ScheduleFields value={trigger} onChange={setTrigger} />
        {making.error !== null && <ErrorNotice error={making.error} />}
        <Group justify="flex-end">
          <Button variant="default" onClick={onClose}>
            Cancel
          </Button>
          <Button type="submit" loading={making.isPending}>
            Make the job
          </Button>
        </Group>
      </Stack>
    </form>
  );
}

/** The value of a JSON text; undefined when it is none. */
function readJson(text: string): { value: unknown } | undefined {
  try {
    return { value: JSON.parse(text) };
  } catch {
    return undefined;
  }
}
