// Chooses one of the connected accounts, by name or element.

import { Select, type SelectProps } from '@mantine/core';
import { useConnectedAccounts } from './connected-accounts.ts';

interface AccountSelectProps extends Omit<SelectProps, 'data' | 'value' | 'onChange'> {
  value: number | undefined;
  onChange(id: number | undefined): void;
}

/** A field that offers the connected accounts. */
export function AccountSelect({ value, onChange, ...props }: AccountSelectProps) {
  const { accounts, byId, isPending } = useConnectedAccounts();
  const offered = accounts.map(({ id, name, element }) => ({ value: String(id), label: `${name} (${element.key})` }));
  // An address may name one that is not among them.
  if (value !== undefined && !byId.has(value)) offered.push({ value: String(value), label: String(value) });
  return (
    <Select
      label="Account"
      placeholder={isPending ? 'Loading…' : 'Any account'}
      nothingFoundMessage="No such account"
      searchable
      clearable
      limit={100}
      data={offered}
      {...props}
      value={value === undefined ? null : String(value)}
      onChange={(text) => onChange(text === null ? undefined : Number(text))}
    />
  );
}
