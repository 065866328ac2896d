// How something fares, by word and colour.

import { Badge } from '@mantine/core';

/** What a status means: all is well, it goes on, somebody should look, it failed, or nothing is said by it. */
export type Mood = 'good' | 'going' | 'warning' | 'bad' | 'neutral';

const colours: Record<Mood, string> = { good: 'teal', going: 'blue', warning: 'orange', bad: 'red', neutral: 'gray' };

/** A word in the colour of what it means. */
export function StatusBadge({ mood, children }: { mood: Mood; children: string }) {
  return (
    <Badge color={colours[mood]} variant="light" tt="none" radius="sm">
      {children}
    </Badge>
  );
}
