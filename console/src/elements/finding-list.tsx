// What is wrong with a document, each with its place and how to mend it.

import { Alert, Button, Code, List, Stack, Text } from '@mantine/core';
import { useState } from 'react';
import type { Finding } from './findings.ts';

const shownAtFirst = 20;

interface FindingListProps {
  findings: readonly Finding[];
  title: string;
  mood: 'bad' | 'warning';
  /** the line of a place in the text that the person knows */
  lineOf?: (path: string) => number;
}

/** Shows findings; long lists are folded. */
export function FindingList({ findings, title, mood, lineOf }: FindingListProps) {
  const [isWhole, setWhole] = useState(false);
  if (findings.length === 0) return null;
  const shown = isWhole ? findings : findings.slice(0, shownAtFirst);
  return (
    <Alert
      color={mood === 'bad' ? 'red' : 'orange'}
      title={title}
      role={mood === 'bad' ? 'alert' : 'region'}
      aria-label={title}
    >
      <Stack gap="sm">
        <List listStyleType="none" spacing="sm">
          {shown.map(({ path, message, advice }) => (
            <List.Item key={`${path} ${message}`} className="breaks">
              <Code>{path}</Code>{' '}
              {lineOf !== undefined && (
                <Text span size="xs" c="dimmed">
                  line {lineOf(path)}
                </Text>
              )}
              <Text size="sm">{message}</Text>
              {advice !== '' && (
                <Text size="sm" c="dimmed">
                  {advice}
                </Text>
              )}
            </List.Item>
          ))}
        </List>
        {findings.length > shown.length && (
          <Button variant="default" size="xs" onClick={() => setWhole(true)}>
            Show all {findings.length}
          </Button>
        )}
      </Stack>
    </Alert>
  );
}
