// Why rows failed, each reason once: most rows of a file fail for the same one, and a table has no room for long ones.

import { List, Text } from '@mantine/core';
import { formatCount } from '../components/quantities.ts';
import type { RowError } from './bulk-job.ts';

const mostShown = 5;

/** The most frequent reasons among rows, with how many rows have each. */
export function Reasons({ rows }: { rows: readonly RowError[] }) {
  const byReason = Map.groupBy(rows, ({ message, providerMessage }) => providerMessage ?? message);
  const reasons = [...byReason].sort(([, some], [, others]) => others.length - some.length).slice(0, mostShown);
  return (
    <List size="sm" spacing={4} mb="sm">
      {reasons.map(([reason, { length }]) => (
        <List.Item key={reason}>
          <Text span size="sm" className="breaks">
            <strong>{formatCount(length)}×</strong> {reason}
          </Text>
        </List.Item>
      ))}
    </List>
  );
}
