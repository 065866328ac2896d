// Whether a field can be written back as it was read, in a mark and in words.

import { ActionIcon, Tooltip } from '@mantine/core';
import { IconAlertTriangle, IconArrowsLeftRight } from '@tabler/icons-react';
import type { Law } from './queries.ts';

/** What a law says, in a sentence. */
export function describeLaw({ lawful, reason = 'it is not mapped both ways' }: Law): string {
  return lawful
    ? 'Safe both ways: what is read can be written back and changes nothing.'
    : `Not safe both ways: ${reason}.`;
}

interface LawMarkProps {
  law: Law | undefined;
  path: string;
  /** opens what can be done about it */
  open(): void;
}

/** A mark with the sentence for those who point at it or listen. */
export function LawMark({ law, path, open }: LawMarkProps) {
  if (law?.vendorPath === undefined) return null;
  const Icon = law.lawful ? IconArrowsLeftRight : IconAlertTriangle;
  return (
    <Tooltip label={describeLaw(law)} withArrow multiline maw={280} events={{ hover: true, focus: true, touch: true }}>
      <ActionIcon
        variant="subtle"
        color={law.lawful ? 'teal' : 'orange'}
        aria-label={`${path}: ${describeLaw(law)}`}
        onClick={open}
      >
        <Icon size={16} aria-hidden />
      </ActionIcon>
    </Tooltip>
  );
}
