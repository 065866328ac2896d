// The settings of an element: what an account is asked for, and what the element brings itself.

import { Stack, Switch, Table, Text, TextInput } from '@mantine/core';
import { IconSearch } from '@tabler/icons-react';
import { useAddress } from '../address.ts';
import { EmptyState } from '../components/empty-state.tsx';
import { StatusBadge } from '../components/status-badge.tsx';
import { isSecretSetting } from './describe.ts';
import type { ElementDetail, Setting } from './queries.ts';

/** The settings, those that accounts are asked for first. */
export function ElementConfiguration({ element }: { element: ElementDetail }) {
  const [search, change] = useAddress();
  const text = search.get('q') ?? '';
  const isAll = search.get('all') === '1';
  const found = element.configuration
    .filter((setting) => isAll || isAsked(setting))
    .filter(({ key, name }) => `${key} ${name ?? ''}`.toLowerCase().includes(text.toLowerCase()))
    .sort((one, other) => Number(other.required === true) - Number(one.required === true));
  return (
    <Stack>
      <TextInput
        label="Search settings"
        type="search"
        maw={420}
        leftSection={<IconSearch size={16} aria-hidden />}
        value={text}
        onChange={(event) => change({ q: event.currentTarget.value })}
      />
      <Switch
        label="Show those that nobody is asked for, too"
        checked={isAll}
        onChange={(event) => change({ all: event.currentTarget.checked ? '1' : '' })}
      />
      {found.length === 0 ? (
        <EmptyState
          title={text === '' ? 'An account is asked for nothing' : 'No setting fits'}
          text={isAll ? undefined : 'Settings that nobody is asked for are hidden; the switch above shows them.'}
        />
      ) : (
        <Table.ScrollContainer minWidth={0}>
          <Table verticalSpacing="sm" aria-label="Settings">
            <Table.Thead>
              <Table.Tr>
                <Table.Th>Setting</Table.Th>
                <Table.Th>Default</Table.Th>
              </Table.Tr>
            </Table.Thead>
            <Table.Tbody>
              {found.map((setting) => (
                <Table.Tr key={setting.key}>
                  <Table.Td>
                    <Text size="sm" fw={600} component="div">
                      {setting.name ?? setting.key}{' '}
                      {setting.required === true && <StatusBadge mood="warning">Required</StatusBadge>}
                    </Text>
                    <Text size="xs" ff="monospace" c="dimmed" className="breaks">
                      {setting.key}
                    </Text>
                    {setting.description && <Text size="sm">{setting.description}</Text>}
                  </Table.Td>
                  <Table.Td className="breaks" maw={320} valign="top">
                    <Default setting={setting} />
                  </Table.Td>
                </Table.Tr>
              ))}
            </Table.Tbody>
          </Table>
        </Table.ScrollContainer>
      )}
    </Stack>
  );
}

function Default({ setting }: { setting: Setting }) {
  const { defaultValue } = setting;
  if (defaultValue === null || defaultValue === undefined || defaultValue === '') return <Text c="dimmed">–</Text>;
  if (isSecretSetting(setting)) return <Text size="sm">••••••••</Text>;
  return (
    <Text size="sm" ff="monospace" lineClamp={4}>
      {defaultValue}
    </Text>
  );
}

function isAsked({ internal, hideFromConsole }: Setting): boolean {
  return internal !== true && hideFromConsole !== true;
}
