// Whether a connected account works, in a word.

import { StatusBadge } from '../components/status-badge.tsx';

/** The states that lists can be filtered by. */
export const instanceStates = [
  { value: 'valid', label: 'Working' },
  { value: 'invalid', label: 'Needs consent' },
  { value: 'disabled', label: 'Disabled' },
];

/** A badge that says how an account fares. */
export function InstanceState({ valid, disabled }: { valid: boolean; disabled: boolean }) {
  if (!valid) return <StatusBadge mood="bad">Needs consent</StatusBadge>;
  if (disabled) return <StatusBadge mood="neutral">Disabled</StatusBadge>;
  return <StatusBadge mood="good">Working</StatusBadge>;
}
