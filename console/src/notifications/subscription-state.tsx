// Whether a subscription is told of anything.

import { StatusBadge } from '../components/status-badge.tsx';

/** The state of a subscription in a word. */
export function SubscriptionState({ active }: { active: boolean }) {
  return <StatusBadge mood={active ? 'good' : 'neutral'}>{active ? 'Active' : 'Off'}</StatusBadge>;
}
