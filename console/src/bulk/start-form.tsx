// The frame of the forms that begin a bulk job: its account first, then what each asks for, and the way out.

import { Anchor, Button, Card, Group, Stack } from '@mantine/core';
import type { ReactNode } from 'react';
import { Link } from 'wouter';
import { AccountSelect } from '../components/account-select.tsx';
import { ErrorNotice } from '../components/error-notice.tsx';
import { PageHeader } from '../components/page-header.tsx';

interface StartFormProps {
  title: string;
  description: string;
  /** what the button says that begins */
  action: string;
  instance: number | undefined;
  setInstance(instance: number | undefined): void;
  /** whether everything is said that is needed */
  isReady: boolean;
  isPending: boolean;
  error: Error | null;
  start(): void;
  /** the fields after the account */
  children: ReactNode;
}

/** The view of a form that begins a bulk job. */
export function StartForm(props: StartFormProps) {
  const { title, description, action, instance, setInstance, isReady, isPending, error, start, children } = props;
  return (
    <Stack maw={640}>
      <Anchor component={Link} href="/bulk" size="sm">
        All bulk jobs
      </Anchor>
      <PageHeader title={title} description={description} />
      <Card withBorder>
        <form
          onSubmit={(event) => {
            event.preventDefault();
            start();
          }}
        >
          <Stack>
            <AccountSelect value={instance} onChange={setInstance} required placeholder="Choose an account" />
            {children}
            {error !== null && <ErrorNotice error={error} />}
            <Group justify="flex-end">
              <Button component={Link} href="/bulk" variant="default">
                Cancel
              </Button>
              <Button type="submit" loading={isPending} disabled={!isReady}>
                {action}
              </Button>
            </Group>
          </Stack>
        </form>
      </Card>
    </Stack>
  );
}
