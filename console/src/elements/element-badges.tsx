// What sets an element apart from the others of the catalog.

import { Group } from '@mantine/core';
import type { ElementSummary } from '../components/known-elements.ts';
import { StatusBadge } from '../components/status-badge.tsx';

/** Badges of an element; nothing for one that is as the catalog has it. */
export function ElementBadges({ element }: { element: ElementSummary }) {
  if (!element.private && !element.extended && element.active) return null;
  return (
    <Group gap={6}>
      {element.private && <StatusBadge mood="going">Private</StatusBadge>}
      {element.extended && <StatusBadge mood="good">Extended</StatusBadge>}
      {!element.active && <StatusBadge mood="warning">Not active</StatusBadge>}
    </Group>
  );
}
