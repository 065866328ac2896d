// Chooses an object of an account: those that it has are offered, any other name is taken.

import { Alert, Autocomplete } from '@mantine/core';
import { useConnectedAccounts } from '../components/connected-accounts.ts';
import { useBulkElements, useObjects } from './queries.ts';

interface ObjectFieldProps {
  instance: number | undefined;
  direction: 'download' | 'upload';
  value: string;
  onChange(name: string): void;
}

/** A field for the name of an object; it says so when the account’s element has no bulk this way. */
export function ObjectField({ instance, direction, value, onChange }: ObjectFieldProps) {
  const objects = useObjects(instance);
  const { byId } = useConnectedAccounts();
  const elements = useBulkElements();
  const element = instance === undefined ? undefined : elements.data?.get(byId.get(instance)?.element.key ?? '');
  const flag = direction === 'download' ? 'bulkDownloadEnabled' : 'bulkUploadEnabled';
  const declared = element?.objects ?? [];
  const has = element === undefined || element.bulk[direction] || declared.some((object) => object[flag]);
  const refused = new Set(declared.filter((object) => !object[flag]).map(({ name }) => name));
  const offered = element?.bulk[direction] === true ? (objects.data ?? []) : declared.map(({ name }) => name);
  return (
    <>
      <Autocomplete
        label="Object"
        description="What the records are, such as incidents or contacts."
        required
        disabled={instance === undefined}
        data={[...new Set(offered)].filter((name) => !refused.has(name))}
        limit={100}
        value={value}
        onChange={onChange}
      />
      {!has && (
        <Alert color="orange" p="xs">
          {element?.key} has no bulk {direction}s: choose another account.
        </Alert>
      )}
    </>
  );
}
