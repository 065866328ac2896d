// From when to when calls are shown. A date is no date while it is typed, so that both are asked for when one is done.

import { Button, Group, Text, TextInput } from '@mantine/core';
import { useState } from 'react';
import type { FilterChange } from './filter.ts';
import { faultsOfRange, isSound, localTextOf, localZone, momentOfLocalText, type TimeRange } from './time-range.ts';

const zoneWords = `Local time (${localZone})`;

/** Two moments in local time, and a button that shows what lies between. */
export function RangeFields({ range, change }: { range: TimeRange; change(change: FilterChange): void }) {
  const [typed, setTyped] = useState({ from: localTextOf(range.from), to: localTextOf(range.to) });
  // What stands in the address has to be seen as wrong at once, what one types only when one is done.
  const [judged, setJudged] = useState(range);
  const faults = faultsOfRange(judged);
  const fieldOf = (name: 'from' | 'to', label: string) => (
    <TextInput
      aria-label={label}
      leftSection={<Text size="sm">{label}</Text>}
      leftSectionWidth={56}
      description={zoneWords}
      inputWrapperOrder={['input', 'description', 'error']}
      type="datetime-local"
      w={{ base: '100%', xs: 300 }}
      value={typed[name]}
      error={faults[name]}
      onChange={(event) => setTyped({ ...typed, [name]: event.currentTarget.value })}
    />
  );
  const momentIn = (name: 'from' | 'to') =>
    // Fields hold whole seconds; what nobody changed is as exact as it was.
    typed[name] === localTextOf(range[name]) ? (range[name] ?? '') : momentOfLocalText(typed[name]);
  const show = () => {
    const chosen = { from: momentIn('from'), to: momentIn('to') };
    setJudged(chosen);
    if (isSound(chosen)) change({ ...chosen, period: null });
  };
  return (
    <form
      noValidate
      aria-label="Time of your own"
      onSubmit={(event) => {
        event.preventDefault();
        show();
      }}
    >
      <Group gap="sm" align="flex-start">
        {fieldOf('from', 'From')}
        {fieldOf('to', 'To')}
        <Button type="submit" variant="default">
          Show
        </Button>
      </Group>
    </form>
  );
}
