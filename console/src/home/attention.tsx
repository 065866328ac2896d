// What needs a person, each with its way out.

import { Button, Card, Group, Stack, Text, ThemeIcon, Title } from '@mantine/core';
import { IconAlertTriangle, IconCircleCheck, IconExclamationCircle, IconInfoCircle } from '@tabler/icons-react';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { Link } from 'wouter';
import { call } from '../call.ts';
import { ErrorNotice } from '../components/error-notice.tsx';
import { type Overview, overviewKey } from './overview.ts';
import { type Trouble, troublesOf } from './trouble.ts';

/** The list of what needs a person, or that there is nothing. */
export function Attention({ overview }: { overview: Overview }) {
  const troubles = troublesOf(overview);
  const client = useQueryClient();
  const acknowledging = useMutation({
    mutationFn: (id: number) => call('PUT', `/notifications/${id}/acknowledge`),
    onSettled: () => client.invalidateQueries({ queryKey: overviewKey }),
  });
  if (troubles.length === 0) {
    return overview.connected.length === 0 ? null : <AllIsWell />;
  }
  return (
    <Stack gap="xs" component="section" aria-label="Needs you">
      <Title order={2} size="h4">
        Needs you
      </Title>
      {acknowledging.isError && <ErrorNotice error={acknowledging.error} />}
      <Card withBorder padding={0}>
        <Stack component="ul" gap={0} m={0} p={0} className="plain-list divided-list">
          {troubles.map((trouble) => (
            <TroubleRow key={trouble.key} trouble={trouble} acknowledge={(id) => acknowledging.mutate(id)} />
          ))}
        </Stack>
      </Card>
    </Stack>
  );
}

const moods = {
  bad: { colour: 'red', icon: IconExclamationCircle, name: 'Serious' },
  warning: { colour: 'orange', icon: IconAlertTriangle, name: 'Warning' },
  info: { colour: 'blue', icon: IconInfoCircle, name: 'To know' },
} as const;

function TroubleRow({ trouble, acknowledge }: { trouble: Trouble; acknowledge(id: number): void }) {
  const { mood, title, text, href, action, notificationId } = trouble;
  const { colour, icon: Icon, name } = moods[mood];
  return (
    <Group component="li" p="sm" gap="sm" wrap="nowrap" align="flex-start">
      <ThemeIcon variant="light" color={colour} size="md" mt={2}>
        <Icon size={18} aria-label={name} />
      </ThemeIcon>
      <Group justify="space-between" flex={1} gap="xs" miw={0}>
        <Stack gap={0} flex="1 1 240px" miw={0}>
          <Text size="sm" fw={600} className="breaks" lineClamp={3}>
            {title}
          </Text>
          {text !== '' && (
            <Text size="sm" c="dimmed" className="breaks" lineClamp={2}>
              {text}
            </Text>
          )}
        </Stack>
        <Group gap="xs">
          {notificationId !== undefined && (
            <Button size="xs" variant="subtle" color="gray" onClick={() => acknowledge(notificationId)}>
              Mark as seen
            </Button>
          )}
          <Button component={Link} href={href} size="xs" variant={mood === 'bad' ? 'filled' : 'default'}>
            {action}
          </Button>
        </Group>
      </Group>
    </Group>
  );
}

function AllIsWell() {
  return (
    <Card withBorder padding="sm" component="section" aria-label="Needs you">
      <Group gap="sm">
        <ThemeIcon variant="light" color="teal">
          <IconCircleCheck size={18} aria-hidden />
        </ThemeIcon>
        <Text size="sm">All is well: nothing needs you.</Text>
      </Group>
    </Card>
  );
}
