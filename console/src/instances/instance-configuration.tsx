// The settings of an account, to be read; secrets are masked by the server.

import { Anchor, Card, Group, ScrollArea, Skeleton, Stack, Switch, Table, Text, Title } from '@mantine/core';
import { useState } from 'react';
import { Link } from 'wouter';
import { ErrorNotice } from '../components/error-notice.tsx';
import type { Setting } from '../elements/queries.ts';
import { type Instance, mask, useSettings } from './queries.ts';

/** A table of settings: those that have a value and are not hidden, or all. */
export function InstanceConfiguration({ instance }: { instance: Instance }) {
  const settings = useSettings(instance.element.key);
  const [showsAll, setShowsAll] = useState(false);
  const rows = rowsOf(instance, settings.data ?? [], showsAll);
  return (
    <Card withBorder component="section" aria-label="Configuration">
      <Stack gap="sm">
        <Group justify="space-between">
          <Title order={2} size="h5">
            Configuration
          </Title>
          <Anchor component={Link} href={`/instances/${instance.id}/edit`} size="sm">
            Edit the configuration
          </Anchor>
        </Group>
        {settings.isPending && <Skeleton height={120} />}
        {settings.isError && <ErrorNotice error={settings.error} retry={() => void settings.refetch()} />}
        {settings.isSuccess && (
          <>
            <ScrollArea.Autosize mah={360} viewportProps={{ tabIndex: 0, 'aria-label': 'Settings', role: 'group' }}>
              <Table layout="fixed" verticalSpacing={6} horizontalSpacing={0}>
                <Table.Tbody>
                  {rows.map(({ key, name, value }) => (
                    <Table.Tr key={key}>
                      <Table.Td>
                        <Text size="sm">{name}</Text>
                        <Text size="xs" c="dimmed" className="breaks">
                          {key}
                        </Text>
                      </Table.Td>
                      <Table.Td>
                        <Text size="sm" className="breaks" lineClamp={4} title={value.length > 120 ? value : undefined}>
                          {value === mask ? '••••••••' : value}
                        </Text>
                      </Table.Td>
                    </Table.Tr>
                  ))}
                </Table.Tbody>
              </Table>
            </ScrollArea.Autosize>
            <Switch
              size="xs"
              label="Show every setting"
              checked={showsAll}
              onChange={(event) => setShowsAll(event.currentTarget.checked)}
            />
          </>
        )}
      </Stack>
    </Card>
  );
}

function rowsOf(
  { configuration }: Instance,
  settings: readonly Setting[],
  showsAll: boolean,
): { key: string; name: string; value: string }[] {
  const byKey = new Map(settings.map((setting) => [setting.key, setting]));
  return Object.entries(configuration).flatMap(([key, value]) => {
    const setting = byKey.get(key);
    const isHidden = setting?.internal === true || setting?.hideFromConsole === true || key.startsWith('event.');
    if (!showsAll && (isHidden || value === null || value === '')) return [];
    return [{ key, name: setting?.name ?? key, value: value ?? '—' }];
  });
}
