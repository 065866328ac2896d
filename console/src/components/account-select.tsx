// Chooses one of the connected accounts, by name or element.

import { Select, type SelectProps } from '@mantine/core';
import { useConnectedAccounts } from './connected-accounts.ts';

interface AccountSelectProps extends Omit<SelectProps, 'data' | 'value' | 'onChange'> {
  value: number | undefined;
  onChange(id: number | undefined): void;
}

/** A field that offers the connected accounts. */
export function AccountSelect({ value, onChange, ...props }: AccountSelectProps) {
  const { accounts, isPending } = useConnectedAccounts();
  return (
    <Select
      label="Account"
      placeholder={isPending ? 'Loading…' : 'Any account'}
      nothingFoundMessage="No such account"
      searchable
      clearable
      limit={100}
      data={accounts.map(({ id, name, element }) => ({ value: String(id), label: `${name} (${element.key})` }))}
      {...props}
      value={value === undefined ? null : String(value)}
      onChange={(text) => onChange(text === null ? undefined : Number(text))}
    />
  );
}
