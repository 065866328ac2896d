// What a resource is: how callers reach it, and which call of the vendor stands behind it.

import { Select, SimpleGrid, Stack, Textarea, TextInput } from '@mantine/core';
import type { Finding } from '../findings.ts';
import type { Resource } from '../queries.ts';
import { faultAt } from './draft-faults.ts';

const methods = ['GET', 'POST', 'PUT', 'PATCH', 'DELETE'];
const types = [
  { value: 'api', label: 'Called by programs' },
  { value: 'apiNoDocumentation', label: 'Called, but not documented' },
  { value: 'provisionAuthValidation', label: 'Tries the credentials of a new account' },
  { value: 'onProvision', label: 'Runs when an account is connected' },
  { value: 'onDelete', label: 'Runs when an account is removed' },
];

interface ResourceFormProps {
  draft: Resource;
  findings: readonly Finding[];
  isReadOnly: boolean;
  onChange(changes: Partial<Resource>): void;
}

/** The fields of a resource, each with what the check says of it. */
export function ResourceForm({ draft, findings, isReadOnly, onChange }: ResourceFormProps) {
  const type = draft.type ?? 'api';
  const text = (member: keyof Resource & string, label: string, description?: string) => (
    <TextInput
      label={label}
      description={description}
      value={String(draft[member] ?? '')}
      readOnly={isReadOnly}
      error={faultAt(findings, `/${member}`)}
      onChange={(event) => onChange({ [member]: event.currentTarget.value })}
    />
  );
  return (
    <Stack gap="sm">
      <Textarea
        label="What it does"
        autosize
        value={draft.description ?? ''}
        readOnly={isReadOnly}
        onChange={(event) => onChange({ description: event.currentTarget.value })}
      />
      <SimpleGrid cols={{ base: 1, xs: 2 }} spacing="sm">
        <Select
          label="Method"
          data={[...new Set([...methods, draft.method])]}
          value={draft.method}
          allowDeselect={false}
          readOnly={isReadOnly}
          error={faultAt(findings, '/method')}
          onChange={(method) => method !== null && onChange({ method })}
        />
        <Select
          label="Vendor's method"
          placeholder="The same"
          clearable
          clearButtonProps={{ 'aria-label': 'The same as above' }}
          data={[...new Set([...methods, ...(draft.vendorMethod ? [draft.vendorMethod] : [])])]}
          value={draft.vendorMethod || null}
          readOnly={isReadOnly}
          error={faultAt(findings, '/vendorMethod')}
          onChange={(vendorMethod) => onChange({ vendorMethod })}
        />
      </SimpleGrid>
      {text('path', 'Path', 'Below /hubs/… ; variables in braces, such as /contacts/{id}')}
      {text('vendorPath', "Vendor's path", 'Below the address of the vendor, or a whole URL')}
      <SimpleGrid cols={{ base: 1, xs: 2 }} spacing="sm">
        {text('rootKey', 'Root key', 'Where the records stand in the answer')}
        {text('objectName', 'Object', 'The kind of records that it is about')}
      </SimpleGrid>
      {text('nextResource', 'Next resource', 'Called with what this one brings, such as GET:/hubs/crm/details/{id}')}
      <Select
        label="Kind"
        data={types.some(({ value }) => value === type) ? types : [...types, { value: type, label: type }]}
        value={type}
        allowDeselect={false}
        readOnly={isReadOnly}
        error={faultAt(findings, '/type')}
        onChange={(chosen) => chosen !== null && onChange({ type: chosen })}
      />
    </Stack>
  );
}
