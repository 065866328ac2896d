// What a call is made with, to be filled in: its parameters, and a body of JSON.

import { JsonInput } from '@mantine/core';
import type { Operation } from './description.ts';
import { type Filled, fieldName } from './try-request.ts';
import { ValueField } from './value-field.tsx';

interface RequestFieldsProps {
  operation: Operation;
  filled: Filled;
  faultOf(field: string): string | undefined;
}

/** A field for each parameter that is no part of the body. */
export function ParameterFields({
  operation,
  filled,
  faultOf,
  onChange,
}: RequestFieldsProps & { onChange(field: string, value: string): void }) {
  return operation.parameters.map((parameter) => {
    const field = fieldName(parameter.in, parameter.name);
    return (
      <ValueField
        key={field}
        label={parameter.name}
        description={parameter.description}
        schema={parameter.schema ?? {}}
        required={parameter.required ?? false}
        value={filled.values[field] ?? ''}
        error={faultOf(field)}
        onChange={(value) => onChange(field, value)}
      />
    );
  });
}

/** The field of a JSON body. */
export function JsonBody({
  operation,
  filled,
  faultOf,
  onChange,
}: RequestFieldsProps & { onChange(body: string): void }) {
  return (
    <JsonInput
      label="Body"
      description={operation.body?.description || undefined}
      required={operation.body?.required ?? false}
      error={faultOf('body')}
      value={filled.body}
      onChange={onChange}
      validationError="This is no JSON yet"
      autosize
      minRows={4}
      maxRows={20}
      classNames={{ input: 'code-input' }}
      spellCheck={false}
    />
  );
}
