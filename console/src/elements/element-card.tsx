// One element in the catalog.

import { Anchor, Button, Card, Group, Stack, Text } from '@mantine/core';
import { Link } from 'wouter';
import { ElementMark } from '../components/element-mark.tsx';
import type { ElementSummary } from '../components/known-elements.ts';
import { ElementBadges } from './element-badges.tsx';

/** A card that leads to the element, and to connecting an account of it. */
export function ElementCard({ element, accounts }: { element: ElementSummary; accounts: number }) {
  const place = `/elements/${encodeURIComponent(element.key)}`;
  return (
    <Card withBorder component="article" aria-label={element.name} padding="md">
      <Stack gap="sm" h="100%" justify="space-between">
        <Stack gap="xs">
          <Group wrap="nowrap" gap="sm">
            <ElementMark name={element.name} />
            <div className="shrinks">
              <Anchor component={Link} href={place} c="bright" fw={600} className="truncated" display="block">
                {element.name}
              </Anchor>
              <Text size="xs" c="dimmed" ff="monospace" className="truncated">
                {element.key}
              </Text>
            </div>
          </Group>
          {typeof element.description === 'string' && element.description !== '' && (
            <Text size="sm" c="dimmed" lineClamp={2}>
              {element.description}
            </Text>
          )}
          <ElementBadges element={element} />
        </Stack>
        <Group justify="space-between" wrap="nowrap">
          <Text size="sm" c="dimmed">
            {describeAccounts(accounts)}
          </Text>
          <Group gap="xs" wrap="nowrap">
            <Button size="xs" variant="default" component={Link} href={place} aria-label={`Open ${element.name}`}>
              Open
            </Button>
            {element.active && (
              <Button
                size="xs"
                component={Link}
                href={`/instances/connect/${encodeURIComponent(element.key)}`}
                aria-label={`Connect ${element.name}`}
              >
                Connect
              </Button>
            )}
          </Group>
        </Group>
      </Stack>
    </Card>
  );
}

/** Says how many accounts are connected. */
function describeAccounts(accounts: number): string {
  if (accounts === 0) return 'Not connected yet';
  return accounts === 1 ? '1 account' : `${accounts} accounts`;
}
