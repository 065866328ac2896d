// Which record a mapping is tried on.

import { Autocomplete } from '@mantine/core';
import { useState } from 'react';
import type { RecordChoice } from './queries.ts';

interface RecordInputProps {
  choices: readonly RecordChoice[];
  choicesError: Error | null;
  recordId: string | undefined;
  chooseRecord(id: string | undefined): void;
}

/** Chooses one of the first records, or any by its id. */
export function RecordInput({ choices, choicesError, recordId, chooseRecord }: RecordInputProps) {
  const [text, setText] = useState<string | undefined>();
  const idOf = (value: string) => choices.find(({ label }) => label === value)?.id ?? value.trim();
  const labelOf = (id: string | undefined) => choices.find((choice) => choice.id === id)?.label ?? id ?? '';
  const done = (value: string) => {
    setText(undefined);
    chooseRecord(value.trim() === '' ? undefined : idOf(value));
  };
  return (
    <Autocomplete
      size="xs"
      w={{ base: '100%', xs: 300 }}
      aria-label="Record"
      placeholder="A record, or its id"
      description={choicesError === null ? undefined : 'The records could not be listed; write an id.'}
      data={[...new Set(choices.map(({ label }) => label))]}
      value={text ?? labelOf(recordId)}
      onChange={setText}
      onOptionSubmit={done}
      onBlur={() => text !== undefined && done(text)}
      onKeyDown={({ key }) => key === 'Enter' && text !== undefined && done(text)}
    />
  );
}
