// What is connected, element by element.

import { Anchor, Card, Group, SimpleGrid, Stack, Text, Title } from '@mantine/core';
import { Link } from 'wouter';
import { ElementMark } from '../components/element-mark.tsx';
import type { Overview } from './overview.ts';

/** A card for each element at which accounts are connected, leading to them. */
export function ConnectedElements({ connected }: Pick<Overview, 'connected'>) {
  return (
    <Stack gap="xs" component="section" aria-label="Connected">
      <Group justify="space-between">
        <Title order={2} size="h4">
          Connected
        </Title>
        <Anchor component={Link} href="/instances/connect" size="sm">
          Connect an account
        </Anchor>
      </Group>
      <SimpleGrid cols={{ base: 1, xs: 2, md: 3, lg: 4 }} spacing="sm">
        {connected.map(({ key, name, instances }) => (
          <Card
            key={key}
            component={Link}
            href={`/instances?element=${encodeURIComponent(key)}`}
            withBorder
            padding="sm"
            className="card-link"
          >
            <Group wrap="nowrap" gap="sm">
              <ElementMark name={name} />
              <Stack gap={0} miw={0}>
                <Text fw={600} size="sm" lineClamp={2}>
                  {name}
                </Text>
                <Text size="xs" c="dimmed">
                  {instances === 1 ? '1 account' : `${instances.toLocaleString('en')} accounts`}
                </Text>
              </Stack>
            </Group>
          </Card>
        ))}
      </SimpleGrid>
    </Stack>
  );
}
