// What to do first with a fresh installation.

import { Button, Card, Group, Stack, Text, ThemeIcon, Title } from '@mantine/core';
import { IconCheck } from '@tabler/icons-react';
import type { ReactNode } from 'react';
import { Link } from 'wouter';

/** Three steps; the first is done when an account is connected, and all of them go when a call was made. */
export function FirstSteps({ hasInstances }: { hasInstances: boolean }) {
  return (
    <Card withBorder padding="lg" component="section" aria-label="First steps">
      <Stack gap="md">
        <div>
          <Title order={2} size="h4">
            Three steps to your first call
          </Title>
          <Text size="sm" c="dimmed">
            Each takes about a minute.
          </Text>
        </div>
        <Stack component="ol" gap="md" m={0} p={0} className="plain-list">
          <Step
            number={1}
            isDone={hasInstances}
            title="Connect an account"
            text="Choose where the account is, sign in there, and allow access."
          >
            <Button component={Link} href="/instances/connect" size="xs" variant={hasInstances ? 'default' : 'filled'}>
              {hasInstances ? 'Connect another' : 'Connect an account'}
            </Button>
          </Step>
          <Step
            number={2}
            isDone={false}
            title="Make a call"
            text="Each connected account has a test call and a curl line that is ready to run."
          >
            {hasInstances && (
              <Button component={Link} href="/instances" size="xs">
                Open connected accounts
              </Button>
            )}
          </Step>
          <Step number={3} isDone={false} title="Read the docs" text="Every call, with its parameters and answers.">
            <Button component="a" href="/docs" size="xs" variant="default">
              Open the API docs
            </Button>
          </Step>
        </Stack>
      </Stack>
    </Card>
  );
}

interface StepProps {
  number: number;
  isDone: boolean;
  title: string;
  text: string;
  children: ReactNode;
}

function Step({ number, isDone, title, text, children }: StepProps) {
  return (
    <Group component="li" wrap="nowrap" align="flex-start" gap="md">
      <ThemeIcon radius="xl" size="lg" variant={isDone ? 'filled' : 'light'} color={isDone ? 'teal' : 'violet'}>
        {isDone ? <IconCheck size={18} aria-label="Done" /> : number}
      </ThemeIcon>
      <Group justify="space-between" flex={1} gap="xs">
        <Stack gap={0} miw={220} flex={1}>
          <Text fw={600} size="sm">
            {title}
          </Text>
          <Text size="sm" c="dimmed">
            {text}
          </Text>
        </Stack>
        {children}
      </Group>
    </Group>
  );
}
