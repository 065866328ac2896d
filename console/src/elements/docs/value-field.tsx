// One value of a call that is tried, as its schema says.

import { Select, TextInput } from '@mantine/core';
import type { ReactNode } from 'react';
import { describeType, type Schema } from './description.ts';

interface ValueFieldProps {
  label: string;
  description: ReactNode;
  schema: Schema;
  required: boolean;
  value: string;
  error: string | undefined;
  onChange(value: string): void;
}

/** Asks for a value: a choice where there are few, else text. */
export function ValueField({ label, description, schema, required, value, error, onChange }: ValueFieldProps) {
  const shared = { label, description, required, error };
  const choices = schema.type === 'boolean' ? ['true', 'false'] : schema.enum?.map(String);
  if (choices !== undefined) {
    return (
      <Select
        {...shared}
        data={[...new Set(choices)]}
        value={value === '' ? null : value}
        clearable={!required}
        clearButtonProps={{ 'aria-label': `Clear ${label}` }}
        onChange={(chosen) => onChange(chosen ?? '')}
      />
    );
  }
  return (
    <TextInput
      {...shared}
      value={value}
      placeholder={describeType(schema, {})}
      inputMode={schema.type === 'integer' ? 'numeric' : 'text'}
      onChange={(event) => onChange(event.currentTarget.value)}
    />
  );
}
