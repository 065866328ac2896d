// The mark of an element: the initials of its name, in a colour of its own.

import { Avatar, type MantineSize } from '@mantine/core';

/** A square with initials; the same name has the same colour everywhere. */
export function ElementMark({ name, size = 'md' }: { name: string; size?: MantineSize }) {
  return <Avatar name={name} color="initials" radius="md" size={size} alt="" aria-hidden className="element-mark" />;
}
