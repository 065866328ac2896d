// How something fares, by word and colour.

import { Badge } from '@mantine/core';

/** What a status means: all is well, it goes on, somebody should look, it failed, or nothing is said by it. */
export type Mood = 'good' | 'going' | 'warning' | 'bad' | 'neutral';

const colours: Record<Mood, string> = { good: 'teal', going: 'blue', warning: 'orange', bad: 'red', neutral: 'gray' };

/** A word in the colour of what it means. */
export function StatusBadge({ mood, children }: { mood: Mood; children: string }) {
  const colour = `var(--mantine-color-${colours[mood]}`;
  // The library's own text is too faint on its ground.
  const text = `light-dark(color-mix(in srgb, ${colour}-9) 70%, black), ${colour}-2))`;
  return (
    <Badge className="unshrunk" color={colours[mood]} variant="light" tt="none" radius="sm" c={text}>
      {children}
    </Badge>
  );
}
