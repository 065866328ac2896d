// The bell in the frame: how many notifications nobody has seen.

import { ActionIcon, Indicator } from '@mantine/core';
import { IconBell } from '@tabler/icons-react';
import { Link } from 'wouter';
import { mostCounted, useUnseenCount } from './queries.ts';

/** A bell that leads to the notifications. */
export function NotificationBell() {
  const { data: count = 0 } = useUnseenCount();
  const shown = count > mostCounted ? `${mostCounted}+` : String(count);
  return (
    <Indicator label={shown} disabled={count === 0} size={16} color="red" offset={6}>
      <ActionIcon
        component={Link}
        href="/notifications"
        variant="subtle"
        color="gray"
        size="lg"
        aria-label={count === 0 ? 'Notifications' : `Notifications, ${shown} not seen`}
      >
        <IconBell size={20} />
      </ActionIcon>
    </Indicator>
  );
}
