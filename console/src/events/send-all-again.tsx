// Sends the events of a time again, such as those that came while an endpoint lost what it took.

import { Alert, Button, Group, Modal, Select, Stack, Text, TextInput } from '@mantine/core';
import { notifications } from '@mantine/notifications';
import { useEffect, useState } from 'react';
import { AccountSelect } from '../components/account-select.tsx';
import { ErrorNotice } from '../components/error-notice.tsx';
import { localText, momentOf } from '../components/local-time.ts';
import { countOf } from '../components/quantities.ts';
import { eventStatuses } from './event.ts';
import { startOf } from './period.ts';
import { type EventFilter, useSendAllAgain } from './queries.ts';

/** A dialog that begins with the filter of the list. */
export function SendAllAgain({ filter, opened, onClose }: { filter: EventFilter; opened: boolean; onClose(): void }) {
  const sending = useSendAllAgain();
  const [from, setFrom] = useState('');
  const [to, setTo] = useState('');
  const [instance, setInstance] = useState<number | undefined>();
  const [status, setStatus] = useState<string | undefined>();

  // biome-ignore lint/correctness/useExhaustiveDependencies: the filter of the moment at which it is opened is meant
  useEffect(() => {
    if (!opened) return;
    setFrom(localText(startOf(filter.period)));
    setTo(localText(filter.period.to === undefined ? new Date(Date.now() + 60_000) : new Date(filter.period.to)));
    setInstance(filter.instance);
    setStatus(filter.status);
    sending.reset();
  }, [opened]);

  const start = momentOf(from);
  const end = momentOf(to);
  const isUsable = start !== undefined && end !== undefined && end > start;
  const send = () => {
    if (!isUsable) return;
    const range = { from: start.toISOString(), to: new Date(Math.min(end.getTime(), Date.now())).toISOString() };
    sending.mutate(
      { ...range, instance, ...(status === undefined ? {} : { status }) },
      {
        onSuccess: (count) => {
          notifications.show({ message: `${countOf(count, 'event')} sent again.` });
          onClose();
        },
      },
    );
  };
  return (
    <Modal opened={opened} onClose={onClose} title="Send events again" closeButtonProps={{ 'aria-label': 'Close' }}>
      <Stack>
        <Text size="sm">
          Every event of this time is sent to its endpoint once more, with the same id, whether or not it arrived
          before.
        </Text>
        <Group grow>
          <TextInput
            label="From"
            type="datetime-local"
            required
            value={from}
            onChange={(event) => setFrom(event.currentTarget.value)}
          />
          <TextInput
            label="To"
            type="datetime-local"
            required
            value={to}
            onChange={(event) => setTo(event.currentTarget.value)}
            error={isUsable || to === '' ? undefined : 'Must be later'}
          />
        </Group>
        <AccountSelect value={instance} onChange={setInstance} />
        <Select
          label="State"
          placeholder="Any state"
          data={eventStatuses}
          value={status ?? null}
          onChange={(value) => setStatus(value ?? undefined)}
          clearable
        />
        {instance === undefined && (
          <Alert color="orange" p="xs">
            No account is chosen: events of all accounts are sent again.
          </Alert>
        )}
        {sending.error !== null && <ErrorNotice error={sending.error} />}
        <Group justify="flex-end">
          <Button variant="default" onClick={onClose}>
            Cancel
          </Button>
          <Button onClick={send} loading={sending.isPending} disabled={!isUsable}>
            Send again
          </Button>
        </Group>
      </Stack>
    </Modal>
  );
}
