// A connected account in a line: its mark, its name, and its element.

import { Group, Text } from '@mantine/core';
import { useConnectedAccounts } from './connected-accounts.ts';
import { ElementMark } from './element-mark.tsx';
import { useElements } from './known-elements.ts';

/** Names the account of an instance; one that is gone is named by its number. */
export function AccountName({ id, elementKey }: { id: number | undefined; elementKey?: string | undefined }) {
  const { byId } = useConnectedAccounts();
  const elements = useElements();
  if (id === undefined) return <Text c="dimmed">None</Text>;
  const account = byId.get(id);
  const name = account?.name ?? `Account ${id}`;
  const key = account?.element.key ?? elementKey;
  const element = elements.data?.find((one) => one.key === key);
  return (
    <Group gap="xs" wrap="nowrap" miw={0}>
      <ElementMark name={element?.name ?? key ?? name} size="sm" />
      <Text span size="sm" className="truncated" title={name}>
        {name}
      </Text>
    </Group>
  );
}
